"""`experiment`: a plan for the clients there are, one at a time, read at any time, and in the words of the reader."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import html5lib
import pytest

from matcher.events.protocol import Experiment, Quality, Ranked, Shown
from matcher.events.slices import SLICES
from matcher.events.sqlite import SqliteEvents
from matcher.messages import say
from profiles.demonstration.generate import generate
from tests.support import DAY, home_of

HYPOTHESIS = ("--hypothesis", "Texts add little")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small demonstration home, indexed."""
    folder = tmp_path_factory.mktemp("experiment") / "home"
    with home_of(generate(40, 1, as_of=DAY), folder) as home:
        home.update_index()
    return folder


@pytest.fixture
def home(made, monkeypatch):
    """The same without experiments."""
    monkeypatch.setenv("MATCHER_HOME", str(made))
    yield made
    for path in made.glob("events.db*"):
        path.unlink()


def start(run, *more):
    return run("experiment", "start", "first", "--treatment", "text-only", *HYPOTHESIS, *more)


def test_the_plan_is_for_the_clients_there_are(run, home):
    """Fifty a month get a shadow, two thousand an A/B test; a dry run starts nothing."""
    for units, rung in (("50", "shadow"), ("2000", "ab")):
        code, out, _ = start(run, "--units", units, "--ratio", "1.6", "--dry-run", "--json")
        plan = json.loads(out)
        assert (code, plan["rung"], plan["units_a_month"]) == (0, rung, float(units))
        assert 0 < plan["deciding"] <= 1
        assert plan["checkins_decide"] == (units == "2000")
    assert json.loads(run("experiment", "list", "--json")[1]) == []


def test_a_plan_of_more_than_a_year_is_refused_and_the_rung_that_works_is_named(run, home):
    """And nothing is started."""
    code, _, err = start(run, "--units", "50", "--kind", "ab")
    assert code == 2
    assert "shadow" in err
    assert json.loads(run("experiment", "list", "--json")[1]) == []


def test_a_variant_is_not_compared_with_itself(run, home):
    """Nor with one that there is not."""
    assert start(run, "--control", "text-only")[0] == 2
    assert run("experiment", "start", "x", "--treatment", "nobody", *HYPOTHESIS)[0] == 2


def test_it_starts_once_runs_alone_and_stops(run, home):
    """A shadow where nobody has consented yet."""
    assert start(run)[0] == 0
    code, _, err = run("experiment", "start", "second", "--treatment", "random", *HYPOTHESIS)
    assert (code, "first" in err) == (2, True)
    assert "runs" in run("experiment", "list")[1]
    assert run("experiment", "stop", "first")[0] == 0
    assert "ended" in run("experiment", "list")[1]
    assert start(run)[0] == 2
    assert run("experiment", "stop", "third")[0] == 2
    assert run("experiment", "report", "third")[0] == 2


def test_slices_are_declared_at_the_start_and_come_back(run, home):
    """In the plan and in the list of experiments; a dry run names them in the reader's words."""
    code, out, _ = start(run, "--slice", "words", "--slice", "musts", "--dry-run", "--locale", "de")
    assert (code, "eigene Worte, Muss-Angaben" in out) == (0, True)
    code, out, _ = start(run, "--slice", "words", "--slice", "musts", "--slice", "words", "--json")
    assert (code, json.loads(out)["slices"]) == (0, ["words", "musts"])
    assert json.loads(run("experiment", "list", "--json")[1])[0]["slices"] == ["words", "musts"]


def test_more_than_three_slices_and_unknown_ones_are_refused(run, home):
    """And nothing is started."""
    four = [part for name in SLICES for part in ("--slice", name)]
    code, _, err = start(run, *four)
    assert (code, "at most" in err) == (2, True)
    assert start(run, "--slice", "language")[0] == 2
    assert json.loads(run("experiment", "list", "--json")[1]) == []


def fill(home, kind, slices=()):
    """Keep an experiment of 120 units, each with a list of three and some contacts; 12 of them ask for four musts."""
    store = SqliteEvents(home / "events.db")
    plan = Experiment("first", kind, "alliance", "text-only", "m", "s", "<b>more</b>", 0.1, 1.6, 1_146, DAY)
    store.start(replace(plan, slices=slices))
    for number in range(120):
        who = f"{number:032x}"
        store.consent(who, DAY)
        arm = "treatment" if number % 2 and kind == "ab" else "control"
        teams = ("control", "treatment", None) if kind == "interleaving" else (None, None, None)
        shown = tuple(Shown(f"demo-000{n}", n, teams[n - 1], 0.5, 0.25) for n in (1, 2, 3))
        other, alike = (Quality(0.4, 0.3, 1.0), 0.4) if kind == "shadow" else (None, None)
        values = (number % 7, Quality(0.5, 0.25, 1.0), other, alike, alike, 12.0, shown)
        levels = {"words": number // 2 % 2, "musts": 4 if number % 10 == 0 else 0}
        store.expose(Ranked(f"l{number}", "first", who, arm, "alliance", "m", DAY, *values, levels))
        if number % 3 == 0:
            store.contact(who, f"l{number}", f"demo-000{1 + number % 2}", DAY)
    store.close()


@pytest.mark.parametrize("kind", ["shadow", "interleaving", "ab"])
@pytest.mark.parametrize("locale", ["en", "es", "de"])
def test_a_report_says_the_same_on_the_terminal_in_json_and_on_a_page(run, home, kind, locale):
    """In words, with charts that have tables, and nobody else is asked for anything."""
    fill(home, kind)
    code, out, _ = run("experiment", "report", "first", "--json")
    found = json.loads(out)
    assert (code, found["experiment"]["kind"]) == (0, kind)
    assert sum(found["units"].values()) == 120
    assert found["replay"]["refused"] == "contacts"
    page = home.parent / f"{kind}-{locale}.html"
    code, out, _ = run("experiment", "report", "first", "--locale", locale, "--html", str(page))
    text = page.read_text("utf-8")
    assert code == 0
    assert "experiment." not in out + text
    assert found["slices"] == {"declared": [], "shown": 0, "alpha": 0.05, "levels": []}
    assert say("experiment.slices.head", locale) not in out + text
    html5lib.HTMLParser(strict=True).parse(text)
    assert "<b>more" not in text
    assert text.count("<svg") <= text.count("<table") * 5
    assert not any(sign in text for sign in ("http", "<script", "<link", "src="))
    if kind == "shadow":
        assert found["primary"] is None
        assert [one["apart"] for one in found["averages"]] == pytest.approx([-0.1, 0.05, 0.0])
        assert found["decision"] == "shadow_worse"
    else:
        assert found["primary"]["tosses"] == 40
        assert found["decision"] == "more"


@pytest.mark.parametrize("kind", ["shadow", "interleaving", "ab"])
@pytest.mark.parametrize("locale", ["en", "es", "de"])
def test_declared_slices_are_told_alike_on_the_terminal_in_json_and_on_a_page(run, home, kind, locale):
    """Each level with its units or that they are too few, at the adjusted level, with the sentence that they decide
    nothing; a slice that was not declared is nowhere.
    """
    fill(home, kind, ("words", "musts"))
    found = json.loads(run("experiment", "report", "first", "--json")[1])["slices"]
    levels = {(one["slice"], one["first"]): one for one in found["levels"]}
    assert (found["declared"], found["shown"], found["alpha"]) == (["words", "musts"], 3, pytest.approx(0.05 / 3))
    assert list(levels) == [("words", 0), ("words", 1), ("musts", 0), ("musts", 2), ("musts", 4)]
    assert levels["words", 0]["units"] == ([30, 30] if kind == "ab" else [60, 0])
    few = 0 if kind == "ab" else 12
    assert levels["musts", 4] == {"slice": "musts", "first": 4, "last": None, "fewest": few} | dict.fromkeys(
        ("units", "told", "ratio", "low", "high")
    )
    assert sum(levels["words", 0]["told"]) + sum(levels["words", 1]["told"]) == {"shadow": 120}.get(kind, 40)
    page = home.parent / f"slices-{kind}-{locale}.html"
    _, out, _ = run("experiment", "report", "first", "--locale", locale, "--html", str(page))
    text = page.read_text("utf-8")
    html5lib.HTMLParser(strict=True).parse(text)
    own_words, musts = (say(f"experiment.slice.{name}", locale) for name in ("words", "musts"))
    for shown in (out, text):
        assert "0.9833" in shown
        assert f"{own_words}: {say('experiment.slices.yes', locale)}" in shown
        assert f"{musts}: 0-1" in shown
        assert say("experiment.slices.few", locale, number=few) in shown
        assert say("experiment.slice.choice", locale) not in shown
        assert not re.search(r"experiment\.[a-z_]", shown)

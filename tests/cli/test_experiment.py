"""`experiment`: a plan for the clients there are, one at a time, read at any time, and in the words of the reader."""

from __future__ import annotations

import json

import html5lib
import pytest

from matcher.events.protocol import Experiment, Quality, Ranked, Shown
from matcher.events.sqlite import SqliteEvents
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


def fill(home, kind):
    """Keep an experiment of 120 units, each with a list of three and some contacts."""
    store = SqliteEvents(home / "events.db")
    store.start(Experiment("first", kind, "alliance", "text-only", "m", "s", "<b>more</b>", 0.1, 1.6, 1_146, DAY))
    for number in range(120):
        who = f"{number:032x}"
        store.consent(who, DAY)
        arm = "treatment" if number % 2 and kind == "ab" else "control"
        teams = ("control", "treatment", None) if kind == "interleaving" else (None, None, None)
        shown = tuple(Shown(f"demo-000{n}", n, teams[n - 1], 0.5, 0.25) for n in (1, 2, 3))
        other, alike = (Quality(0.4, 0.3, 1.0), 0.4) if kind == "shadow" else (None, None)
        values = (number % 7, Quality(0.5, 0.25, 1.0), other, alike, alike, 12.0, shown)
        store.expose(Ranked(f"l{number}", "first", who, arm, "alliance", "m", DAY, *values))
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

"""`matcher freshness`, `coverage` and `moderation`: what an operator reads on a Monday, and the same as JSON."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest

from matcher.cli.main import main
from matcher.feedback.protocol import WishCount
from matcher.home import Home
from profiles.directory.protocol import Decision
from profiles.schema import Language, Licence
from profiles.vocabulary import LOCALES
from tests.support import DAY, home_of, therapist

AS_OF = ("--as-of", DAY.isoformat())
PROMISE = "I listen carefully to you. I can cure you in three sessions."

PEOPLE = [
    therapist("a", name="Ada", licence=(Licence("US-MA", end=DAY - timedelta(1)),), email="a@example.org", bio="x"),
    therapist("b", name="Bea", licence=(Licence("US-MA", end=DAY + timedelta(10)),), phone="1", bio=PROMISE),
    therapist("c", name="Cleo", language=(Language("es"),), population=("veterans",), confirmed_on=DAY - timedelta(91)),
    therapist(
        "d", name="Dan", language=(Language("es"),), population=("students",), email="d@example.org", bio=PROMISE
    ),
]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of a few therapists with something to do."""
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))
    with home_of(PEOPLE, tmp_path / "home") as made:
        yield made
        made.feedback.close()


@pytest.fixture
def run(capsys):
    """Run the command in this process: (exit code, standard output, standard error)."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        found = capsys.readouterr()
        return code, found.out, found.err

    return call


def document(run, *arguments: str) -> dict:
    code, out, err = run(*arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_freshness_lists_the_most_urgent_first(home, run):
    """Names, days and what to do; exit code 0, whatever is found."""
    code, out, err = run("freshness", *AS_OF)
    assert (code, err) == (0, "")
    assert out.index("Every licence has ended") < out.index("A licence ends soon") < out.index("Openness was confirmed")
    assert "Ada, a; Massachusetts; 21 November 2026 (yesterday)" in out
    assert "Bea, b; Massachusetts; 2 December 2026 (in 10 days)" in out
    assert out.startswith("4 profiles on 22 November 2026. To look after: 4.\n3 now, 1 soon, 0 when there is time.")


def test_freshness_as_json_has_the_same_findings(home, run):
    """One document with the counts of every kind."""
    found = document(run, "freshness", *AS_OF)
    assert [(one["id"], one["kind"], one["level"], one["days_left"]) for one in found["findings"]] == [
        ("a", "licence_all_ended", "now", -1),
        ("c", "contact_missing", "now", None),
        ("b", "licence_ends", "now", 10),
        ("c", "accepting_stale", "soon", -91),
    ]
    assert (found["as_of"], found["directory"], sum(found["counts"].values())) == (DAY.isoformat(), 4, 4)


def test_freshness_reads_what_clients_reported(home, run):
    """Three days of one kind, from the file of this home."""
    for ago in range(3):
        home.feedback.report("d", "wrong_contact", DAY - timedelta(ago), most=9)
    assert ("d", "reported_wrong_contact") in [
        (one["id"], one["kind"]) for one in document(run, "freshness", *AS_OF)["findings"]
    ]
    assert "Dan, d; reported on 3 days, last 22 November 2026" in run("freshness", *AS_OF)[1]


def test_a_long_list_is_cut_and_says_so(home, run):
    """The rest is counted, not dropped silently."""
    code, out, _ = run("moderation", "--n", "1")
    assert code == 0
    assert "and 1 more" in out


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("command", [("freshness", *AS_OF), ("coverage", *AS_OF), ("moderation",)])
def test_reports_are_in_the_language_asked_for(home, run, command, locale):
    """No key is left standing, and every language says it differently."""
    code, out, _ = run(*command, "--locale", locale)
    assert code == 0
    assert re.search(r"\b(freshness|coverage|moderation|field)\.\w", out) is None
    if locale != "en":
        assert out != run(*command)[1]


@pytest.mark.parametrize("command", ["freshness", "coverage", "moderation"])
def test_an_empty_home_is_told(tmp_path, monkeypatch, run, command):
    """A sentence or an empty document, no traceback."""
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "empty"))
    code, out, err = run(command)
    assert code == 0
    assert out.strip()
    assert err == ""
    assert document(run, command)


def test_coverage_says_who_is_there_and_who_is_not(home, run):
    """Counts at the top, reasons by number, and the fields."""
    code, out, _ = run("coverage", *AS_OF)
    assert code == 0
    assert out.startswith("4 profiles on 22 November 2026: 2 confirmed, 1 shown after them, 1 not shown.")
    assert "     1  every licence has ended" in out
    assert "Spanish 1 (+1)" in out


def test_coverage_combines_what_is_asked_for(home, run):
    """Cells of the axes named, and a region alone."""
    found = document(run, "coverage", *AS_OF, "--by", "language,population")
    assert found["combined"] == [
        {"axes": ["language", "population"], "values": ["es", "students"], "confirmed": 1, "expected": 0.5}
    ]
    assert document(run, "coverage", *AS_OF, "--region", "US-MA")["confirmed"] == 1
    assert "Spanish + Students" in run("coverage", *AS_OF, "--by", "language,population")[1]


def test_coverage_names_the_axes_when_one_is_wrong(home, run):
    """Exit code 2 and one sentence with those that there are."""
    code, out, err = run("coverage", "--by", "language,populations")
    assert (code, out) == (2, "")
    assert "populations" in err
    assert "population, modality" in err


def test_demand_is_shown_where_it_is_counted_only(home, run):
    """Off by default: nothing is read, and the report says how to switch it on."""
    home.feedback.add_wishes([WishCount((("language", "fa"), ("session_format", "video")), 20, 10)], DAY)
    home.feedback.add_wishes([WishCount((("fee_max", ""),), 10, 10)], DAY)
    assert document(run, "coverage", *AS_OF)["wishes"] is None
    assert "count_demand = true" in run("coverage", *AS_OF)[1]
    with (home.path / "settings.toml").open("a") as file:
        file.write("count_demand = true\n")
    code, out, err = run("coverage", *AS_OF)
    assert (code, err) == (0, "")
    assert "10 of 20 lists: Persian + By video" in out
    assert "10 of 10 lists: What you can pay" in out
    assert document(run, "coverage", *AS_OF)["unseen_counts"]["not_shown"] == 0
    home.feedback.add_shown([("a", 10)], DAY)
    assert document(run, "coverage", *AS_OF)["unseen_counts"]["not_shown"] == 3


def test_moderation_quotes_the_sentence(home, run):
    """Reason, what to do, who, where, and the words; nothing is changed."""
    _, out, _ = run("moderation")
    assert "Promises results (2)" in out
    assert "Bea, b; In their own words: “I can cure you in three sessions.”" in out
    items = document(run, "moderation")["items"]
    assert [(one["therapist"], one["reason"]) for one in items] == [
        ("a", "very_short"),
        ("b", "promises_result"),
        ("d", "promises_result"),
    ]
    assert home.directory.get(["b"])["b"].bio == PROMISE


def test_what_was_decided_is_not_listed_again(home, run):
    """The subject in the document is what a decision is kept under."""
    first = document(run, "moderation")["items"][1]
    home.directory.decide(Decision("moderation", first["therapist"], first["subject"], "fine", "eva", ""))
    assert [one["therapist"] for one in document(run, "moderation")["items"]] == ["a", "d"]


def test_the_day_is_today_unless_it_is_said(home, run):
    """An entrypoint reads the clock; every room below it is told."""
    assert date.fromisoformat(document(run, "freshness")["as_of"]) >= DAY
    assert Home(home.path).settings.count_demand is False

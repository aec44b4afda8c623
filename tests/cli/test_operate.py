"""Commands that keep a directory true: invitations, duplicates, removal and retention."""

from __future__ import annotations

import csv
import io
import json
import stat
from datetime import date, timedelta

import pytest

from matcher.cli.main import main
from matcher.home import Home
from matcher.invitations import whose
from tests.support import DAY, home_of, therapist


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with two who may be one and a third with an odd name."""
    folder = tmp_path / "home"
    people = [
        therapist("a", name="Ada Example", email="ada@example.org", training="Oslo"),
        therapist("b", name="EXAMPLE, Ada", email="ada@example.org"),
        therapist("c", name='=HYPERLINK("x")'),
    ]
    with home_of(people, folder):
        pass
    monkeypatch.setenv("MATCHER_HOME", str(folder))
    opened = Home(folder)
    yield opened
    opened.directory.close()


@pytest.fixture
def run(capsys):
    """Run the command in this process: (exit code, standard output, standard error)."""

    def call(*arguments):
        code = 0
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code or 0
        found = capsys.readouterr()
        return code, found.out, found.err

    return call


def test_invitations_are_links_that_open_the_right_profile(home, run):
    """A row each with id, name, mail address, link and last day; the names can't run in a spreadsheet."""
    code, out, err = run("invite", "--address", "https://example.org/", "--days", "10", "--as-of", DAY.isoformat())
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, len(rows)) == (0, 3)
    assert "3" in err
    for row in rows:
        start, _, token = row["link"].rpartition("/")
        assert start == "https://example.org/profile"
        assert whose(token, home.secret, DAY + timedelta(days=10)) == row["id"]
        assert whose(token, home.secret, DAY + timedelta(days=11)) is None
        assert date.fromisoformat(row["expires"]) == DAY + timedelta(days=10)
    assert [row["email"] for row in rows] == ["ada@example.org", "ada@example.org", ""]
    assert rows[2]["name"] == '\'=HYPERLINK("x")'


def test_who_has_answered_need_not_be_asked_again(home, run):
    """Only the others are invited."""
    home.directory.edit("a", {"bio": "x"}, editor="therapist", actor="therapist", as_of=DAY)
    _, out, _ = run("invite", "--unanswered", "--json")
    assert [one["id"] for one in json.loads(out)] == ["b", "c"]


def test_invitations_in_a_file_are_for_its_owner_alone(home, run, tmp_path):
    """Whoever reads the links may answer: the file opens for nobody else, and standard output holds nothing."""
    file = tmp_path / "links.csv"
    code, out, _ = run("invite", "a", "--output", str(file))
    assert (code, out) == (0, "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text().splitlines()) == 2


@pytest.mark.parametrize("arguments", [["invite", "nobody"], ["invite", "--output", "/nowhere/x.csv"]])
def test_what_cannot_be_invited_is_one_sentence(home, run, arguments):
    """An unknown id, a folder that is not there: exit 2."""
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


def test_duplicates_are_found_decided_and_undone(home, run):
    """The pair with its reasons; one profile after `same`, two again after `undo`, silent after `distinct`."""
    code, out, _ = run("duplicates", "--json")
    (pair,) = json.loads(out)["pairs"]
    assert (code, pair["first"], pair["second"]) == (0, "a", "b")
    assert {"name_same", "email_same"} <= set(pair["reasons"])
    assert run("duplicates", "same", "b", "a")[0] == 0
    assert home.directory.count() == 2
    assert home.directory.get(["b"])["b"].value("training") == "Oslo"
    assert run("duplicates", "undo", "b")[0] == 0
    assert home.directory.count() == 3
    assert run("duplicates", "distinct", "a", "b")[0] == 0
    assert json.loads(run("duplicates", "find", "--json")[1])["pairs"] == []


@pytest.mark.parametrize("locale", ["en", "es", "de"])
def test_the_list_of_pairs_is_read_by_people(home, run, locale):
    """Names, certainty and reasons in words, in every language."""
    _, out, _ = run("duplicates", "--locale", locale)
    assert "Ada Example" in out
    assert "name_same" not in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["same", "a"], 2), (["same", "a", "x"], 1), (["undo", "a"], 1), (["distinct", "a", "c"], 1), (["merge"], 2)],
)
def test_what_cannot_be_decided_says_so(home, run, arguments, code):
    """One sentence, and nothing changes."""
    found, out, err = run("duplicates", *arguments)
    assert (found, out) == (code, "")
    assert err.count("\n") == 1
    assert home.directory.count() == 3


def test_retention_forgets_what_the_settings_no_longer_keep(home, run):
    """Nothing today; in ten years, everything that was logged."""
    assert json.loads(run("retention", "--json")[1]) == {"forgotten": 0}
    later = date.today() + timedelta(days=3_650)  # noqa: DTZ011 - the clock of the log is that of the database
    assert json.loads(run("retention", "--json", "--as-of", later.isoformat())[1])["forgotten"] == 3
    assert home.directory.audit() == ()


def test_a_removal_is_logged_without_a_name(home, run):
    """The log says that it happened."""
    assert run("suppress", "a")[0] == 0
    (line, *_) = home.directory.audit()
    assert (line.action, line.actor) == ("removed", "command line")
    assert "Ada" not in repr(home.directory.audit())

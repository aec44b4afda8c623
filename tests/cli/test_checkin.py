"""`matcher checkin import` and `report`: bad rows say why, the same file changes nothing, and no answer is shown."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.cli.checkin import checkin as group
from matcher.cli.main import main
from matcher.feedback.importing import Basis, client_key, read_checkins
from matcher.feedback.items import items
from matcher.feedback.links import whose
from matcher.feedback.sheets import PROBLEMS
from matcher.messages import texts
from profiles.vocabulary import LOCALES
from tests.matcher.oracle import RANKED_ITEMS
from tests.support import DAY, home_of, therapist

HEADER = ("therapist_id", "client", "session", "day", *RANKED_ITEMS)
NAME = "Ottilie Wanderlust, born 1971"
"""What an operator's file may call a client; it must be found nowhere afterwards."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of two therapists."""
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))
    with home_of([therapist("a", name="Ada"), therapist("b", name="Bea")], tmp_path / "home") as made:
        yield made
        made.feedback.close()


@pytest.fixture
def run(capsys):
    """Run the command in this process: (exit code, standard output, standard error)."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        code = 0
        try:
            main([str(one) for one in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        found = capsys.readouterr()
        return code, found.out, found.err

    return call


@pytest.fixture
def table(tmp_path):
    """Write a table of check-ins and return its path."""

    def write(*rows, header=HEADER, name="checkins.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(",".join(map(str, row)) for row in (header, *rows)) + "\n", encoding="utf-8")
        return path

    return write


def row(therapist_id="a", client="k", session=1, day="2026-11-01", *answers) -> tuple:
    return (therapist_id, client, session, day, *(answers or (5, 4, 4, 3, 4)))


def problems_of(run, path) -> tuple[int, list[dict]]:
    """Return the exit code and the problems of an import."""
    code, out, err = run("checkin", "import", path, "--json")
    assert err == ""
    return code, json.loads(out)["problems"]


def test_a_table_is_read_and_the_same_table_again_changes_nothing(home, run, table):
    """Counts add up to the rows; the second time all are unchanged."""
    path = table(*(row(client=f"k{number}") for number in range(12)), row("b", client="k0"))
    code, out, _ = run("checkin", "import", path, "--json")
    assert code == 0
    assert json.loads(out) == {"read": 13, "added": 13, "updated": 0, "unchanged": 0, "rejected": 0, "problems": []}
    assert run("checkin", "import", path)[:2] == (
        0,
        "13 check-ins read: 0 added, 0 updated, 13 unchanged, 0 rejected.\n",
    )
    (first,) = [one for one in home.feedback.checkins() if one.therapist == "b"]
    assert dict(first.items) == dict(zip(RANKED_ITEMS, (5, 4, 4, 3, 4), strict=True))
    assert (first.session, first.day.isoformat(), first.scale, first.stated) == (1, "2026-11-01", "own", None)


def test_a_later_day_replaces_and_an_earlier_one_does_not(home, run, table):
    """Whatever order the files come in."""
    run("checkin", "import", table(row(day="2026-11-05")))
    assert "1 updated" in run("checkin", "import", table(row(day="2026-11-06")))[1]
    assert "1 unchanged" in run("checkin", "import", table(row(day="2026-11-01")))[1]
    assert [one.day.isoformat() for one in home.feedback.checkins()] == ["2026-11-06"]


@pytest.mark.parametrize("name", ["checkins.ndjson", "checkins.json", "checkins.txt"])
def test_json_is_read_like_a_table(home, run, tmp_path, name):
    """One object a line, or one array; what decides is the content."""
    objects = [dict(zip(HEADER, row(client=number), strict=True)) for number in range(3)]
    objects[2] |= {"session": 3, "stated": 0.12, "described": -0.01, "model": "abc", "case_mix": "couple"}
    text = json.dumps(objects) if name.endswith(".json") else "\n".join(map(json.dumps, objects))
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert problems_of(run, tmp_path / name) == (0, [])
    last = max(home.feedback.checkins(), key=lambda one: one.session)
    assert (last.stated, last.described, last.model, last.case_mix) == (0.12, -0.01, "abc", "couple")


def test_totals_of_another_scale_are_brought_to_the_range_of_answers(home, run, table):
    """Of a licensed scale nothing but the total is kept, and items of it are not read."""
    header = (*HEADER[:4], "total", "min", "max", "WAI item 1")
    path = table(("a", "k", 4, "2026-11-01", 48, 12, 60, 5), header=header)
    code, (told,) = problems_of(run, path)
    assert (code, told["code"], told["level"], told["column"]) == (0, "column_unknown", "warning", "WAI item 1")
    (held,) = home.feedback.checkins()
    assert (dict(held.items), held.scale, held.session) == ({"total": 4.0}, "loaded", 4)


BAD = {
    "cell_missing": ({"client": ""}, "client", None),
    "therapist_unknown": ({"therapist_id": "nobody"}, "therapist_id", "nobody"),
    "day_wrong": ({"day": "31.31.2026"}, "day", "31.31.2026"),
    "day_wrong later": ({"day": "2999-01-01"}, "day", "2999-01-01"),
    "day_wrong two ways": ({"day": "03/04/2026"}, "day", "03/04/2026"),
    "whole_wrong": ({"session": "0"}, "session", "0"),
    "answer_wrong": ({"understood": "6"}, "understood", "6"),
    "answer_wrong half": ({"understood": "4.5"}, "understood", "4.5"),
    "answer_wrong words": ({"understood": "fully"}, "understood", "fully"),
    "answers_missing": (dict.fromkeys(RANKED_ITEMS, ""), None, None),
    "total_mixed": ({"total": "5", "min": "1", "max": "9"}, None, None),
    "cell_missing end": ({**dict.fromkeys(RANKED_ITEMS, ""), "total": "5", "min": "1"}, "max", None),
    "range_wrong": ({**dict.fromkeys(RANKED_ITEMS, ""), "total": "5", "min": "9", "max": "9"}, "min", "9"),
    "number_wrong": ({**dict.fromkeys(RANKED_ITEMS, ""), "total": "10", "min": "1", "max": "9"}, "total", "10"),
    "number_wrong door": ({"stated": "7"}, "stated", "7"),
    "text_wrong": ({"case_mix": "told me that"}, "case_mix", "told me that"),
    "text_wrong long": ({"client": "k" * 201}, "client", "k" * 200),
}
"""Code of a problem -> (what is changed in a good row, column, value)."""


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("locale", LOCALES)
def test_a_bad_row_is_left_out_and_says_why(home, run, table, case, locale):
    """Row, column, value and remedy in each language; the good row beside it is kept, and the exit code is 1."""
    changes, column, value = BAD[case]
    header = (*HEADER, "total", "min", "max", "stated", "case_mix")
    good = {**dict.fromkeys(header, ""), **dict(zip(HEADER, row(), strict=True))}
    path = table([{**good, **changes}[name] for name in header], [good[name] for name in header], header=header)
    code, out, _ = run("checkin", "import", path, "--json", "--locale", locale)
    found = json.loads(out)
    assert (code, found["read"], found["added"], found["rejected"]) == (1, 2, 1, 1)
    (told,) = found["problems"]
    assert (told["code"], told["level"], told["row"]) == (case.split()[0], "error", 2)
    assert (told["file"], told["column"], told["value"]) == (path.name, column, value)
    for text in (told["message"], told["remedy"]):
        assert text.endswith(".")
        assert not re.search(r"checkin\.|[{}]|None", text)
    assert len(home.feedback.checkins()) == 1


def test_every_problem_of_check_ins_has_words():
    """A sentence and a remedy, and no word is left over."""
    for part in ("problem", "remedy"):
        keys = {key.rpartition(".")[2] for key in texts("en") if key.startswith(f"checkin.{part}.")}
        assert keys == {*PROBLEMS}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["file_empty"]),
        ("just some words\n", ["header_missing"]),
        ("therapist_id,client,session\na,k,1\n", ["columns_missing"]),
        ('therapist_id,client,session,day,understood\na,"k,1,2026-11-01,5\n', ["quote_unclosed"]),
        ("therapist_id,client,session,day,understood\na,k,1,2026-11-01\n", ["row_length"]),
        ('[1]\n{"therapist_id": \n', ["line_wrong", "json_invalid"]),
        ('{"client": "k", "client": "l"}\n', ["key_repeated"]),
    ],
)
def test_a_file_that_is_none_says_so(home, run, tmp_path, text, codes):
    """No traceback, whatever it holds; exit code 1, nothing kept."""
    path = tmp_path / "checkins.csv"
    path.write_text(text, encoding="utf-8")
    code, found = problems_of(run, path)
    assert (code, [one["code"] for one in found]) == (1, codes)
    assert home.feedback.checkins() == ()


CELLS = st.sampled_from(["a", "k", "1", "3", "2026-11-01", "5", "0", "-", "x", "", '"', "\\ud800", "1e400", "NaN"])
LINES = st.lists(CELLS, max_size=10).map(",".join)
OBJECTS = st.dictionaries(
    st.sampled_from([*HEADER, "total", "min", "max", "\ud800"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.lists(st.integers(), max_size=2),
).map(json.dumps)


@given(st.lists(LINES).map(lambda lines: "\n".join([",".join(HEADER), *lines])) | st.lists(OBJECTS).map("\n".join))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_each_row_is_kept_or_told(tmp_path, text):
    """Never both, never neither, and what is told can be printed."""
    (tmp_path / "any").write_text(text, encoding="utf-8")
    for read in read_checkins(tmp_path / "any", Basis(lambda one: one if one == "a" else None, b"s", DAY)):
        errors = [one for one in read.problems if one.level == "error"]
        assert read.told or (read.checkin is None) == bool(errors)
        if read.checkin:
            assert all(1 <= value <= 5 for value in read.checkin.items.values())
            assert read.checkin.items
        for one in read.problems:
            assert f"{one.value}{one.column}".encode()


def test_bytes_that_are_no_text_say_so(home, run, tmp_path):
    """A spreadsheet by another name."""
    (tmp_path / "checkins.csv").write_bytes(b"PK\x03\x04\x00\x00\x00" * 99)
    code, (told,) = problems_of(run, tmp_path / "checkins.csv")
    assert (code, told["code"]) == (1, "file_not_text")


def test_a_path_that_is_not_there_is_wrong_use(home, run, tmp_path):
    """Exit code 2 and one sentence that names it."""
    code, out, err = run("checkin", "import", tmp_path / "nowhere.csv", "--json")
    assert (code, out) == (2, "")
    assert "nowhere.csv" in err


def test_nobody_can_tell_who_a_client_is(home, run, tmp_path):
    """The file's own name for a client lies nowhere in the home, and one client of two therapists is two."""
    lines = [dict(zip(HEADER, row(who, NAME), strict=True)) for who in "ab"]
    (tmp_path / "c.ndjson").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert problems_of(run, tmp_path / "c.ndjson") == (0, [])
    held = [one.client for one in home.feedback.checkins()]
    assert len({*held}) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in held)
    for file in home.path.rglob("*"):
        if file.is_file():
            assert b"Ottilie" not in file.read_bytes(), file
    assert client_key(b"other secret", "a", NAME) not in held
    assert client_key(b"s", "ab", "c") != client_key(b"s", "a", "bc")


def test_a_report_says_nothing_below_ten(home, run, table):
    """Twelve clients have a mean with its interval; nine are counted in the sum, and that is all."""
    rows = [row(client=number) for number in range(12)]
    rows += [row("b", number, 1, "2026-11-01", 1, 1, 1, 1, 2) for number in range(9)]
    run("checkin", "import", table(*rows))
    code, out, err = run("checkin", "report")
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == [
        "21 check-ins of 21 clients about 2 therapists.",
        "Our own short check-in, not a validated scale. 1 means not at all, 5 means fully.",
    ]
    assert "Ada, a: 12 clients, mean 4.0 of 5 (" in out
    assert "Bea" not in out
    assert "1.2" not in out
    document = json.loads(run("checkin", "report", "--json")[1])
    assert [one["id"] for one in document.pop("means")] == ["a"]
    assert document == {"checkins": 21, "clients": 21, "therapists": 2, "fewest_clients": 10, "reported_door": False}


def test_no_command_shows_an_answer(home, run, table):
    """Neither an item nor a client is named in what is printed, below ten or above."""
    run("checkin", "import", table(*(row(client=f"client-{number}") for number in range(12))))
    clients = [one.client for one in home.feedback.checkins()]
    for name in group.commands:
        if name != "import":
            for options in ((), ("--json",)):
                out = run("checkin", name, *options)[1]
                assert not [word for word in (*items(), "client-", *clients) if word in out], name


@pytest.mark.parametrize("locale", LOCALES)
def test_reports_are_in_the_language_asked_for(home, run, table, locale):
    """With check-ins and without; no key is left standing."""
    texts_of = [run("checkin", "report", "--locale", locale)[1]]
    run("checkin", "import", table(*(row(client=number) for number in range(12))))
    texts_of.append(run("checkin", "report", "--locale", locale)[1])
    for text in texts_of:
        assert text.strip()
        assert "checkin." not in text


def keys_of(home, text: str) -> list[tuple[str, str]]:
    """Return whom and which client each link of a table is for."""
    found = [whose(row["link"].rpartition("/")[2], home.secret, DAY) for row in csv.DictReader(io.StringIO(text))]
    return [one for one in found if one]


def test_links_by_number_are_so_many_for_each_therapist(home, run):
    """Each of another client; two runs share none."""
    code, out, err = run("checkin", "issue", "--number", "3", "--as-of", DAY.isoformat())
    assert code == 0
    assert "6" in err
    keys = keys_of(home, out)
    assert [therapist for therapist, _ in keys] == ["a"] * 3 + ["b"] * 3
    _, again, _ = run("checkin", "issue", "a", "--number", "3", "--as-of", DAY.isoformat())
    assert len({*keys, *keys_of(home, again)}) == 9


def test_a_named_client_has_the_key_that_a_file_of_answers_gives(home, run, table):
    """One client, whichever way they answer; the name is nowhere in the link."""
    named = table(("a", NAME.replace(",", "")), ("a", NAME.replace(",", "")), header=("therapist_id", "client"))
    code, out, _ = run("checkin", "issue", "--clients", named, "--as-of", DAY.isoformat())
    assert code == 0
    assert keys_of(home, out) == [("a", client_key(home.secret, "a", NAME.replace(",", "")))]
    assert "Ottilie" not in out.partition("http")[2]


def test_a_row_that_names_nobody_is_told_and_the_rest_have_links(home, run, table):
    """An unknown therapist, an empty client: exit 1, one sentence each, and a link for the others."""
    named = table(("a", "k"), ("nobody", "k"), ("b", ""), header=("therapist_id", "client"))
    code, out, err = run("checkin", "issue", "--clients", named, "--as-of", DAY.isoformat(), "--json")
    assert code == 1
    assert [one["id"] for one in json.loads(out)] == ["a"]
    assert ("nobody" in err, len(err.splitlines())) == (True, 2)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody",),
        ("--clients", "not-there.csv"),
        ("a", "--clients", "x.csv"),
        ("--number", "0"),
        ("--output", "/nowhere/x.csv"),
    ],
)
def test_links_that_cannot_be_made_are_one_sentence(home, run, arguments):
    """An unknown id, a file or folder that is not there, options that exclude each other: exit 2 and no table."""
    code, out, err = run("checkin", "issue", *arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_links_in_a_file_are_for_its_owner_alone(home, run, tmp_path):
    """Whoever has a link may answer in the client's place."""
    file = tmp_path / "links.csv"
    assert run("checkin", "issue", "a", "--output", file)[:2] == (0, "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text().splitlines()) == 11

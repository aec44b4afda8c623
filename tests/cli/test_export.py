"""`matcher export`: whole files or none, one JSON document with --json, and directories that survive the way round."""

from __future__ import annotations

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from matcher.cli.main import main
from profiles.export.formats import EXPORTERS
from profiles.schema import Fact, Fee, Language, Licence, Place, Therapist
from tests.profiles.held import NASTY, composed
from tests.support import DAY, fact, home_of, therapist

OWN = Fact("I listen.", "therapist", DAY, "therapist", DAY)
PEOPLE = [
    therapist("a", session_format=("video",), email="a@example.org", language=(Language("es", 40), Language("pt-BR"))),
    Therapist(
        "b",
        {
            "name": fact("=B"),
            "bio": OWN,
            "faith": fact(("jewish",)),
            "identity_consent": fact(value=True, source="signed form"),
            "quality_sentences": fact({"trust": "I say what I do."}),
            "licence": fact((Licence("DE", "psychotherapist", "1;2"), Licence("US-MA", "psychologist", "3"))),
            "place": fact((Place(city="Köln", country="DE"), Place(city="Bonn", accessibility=("lift",)))),
            "fee": fact(Fee(8550, 9000, "EUR")),
            "style": fact({"challenge": -2}),
        },
        "public_register",
        withheld={"phone": fact(None, editor="therapist")},
        listed=True,
    ),
    Therapist("c", {"name": fact("C"), "identity_consent": fact(value=False)}, "contract", fictional=True),
    *(therapist(f"n{number:02}", name=text, bio=text) for number, text in enumerate(map(composed, NASTY))),
]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with people of every kind, named by MATCHER_HOME."""
    folder = tmp_path / "home"
    with home_of(PEOPLE, folder):
        pass
    monkeypatch.setenv("MATCHER_HOME", str(folder))
    return folder


@pytest.fixture
def run(capfdbinary):
    """Run the command in this process: (exit code, standard output, standard error), both as bytes."""

    def call(*arguments: str) -> tuple[int, bytes, bytes]:
        code = 0
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        found = capfdbinary.readouterr()
        return code, found.out, found.err

    return call


@pytest.mark.parametrize("name", ["ndjson", "csv"])
def test_export_load_export_gives_equal_files(home, run, tmp_path, monkeypatch, name):
    """Loaded into an empty home without a problem, the directory is written as the same bytes again."""
    first, second = tmp_path / f"first.{name}", tmp_path / f"second.{name}"
    assert run("export", "--format", name, "--output", str(first))[0] == 0
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "empty"))
    code, out, _ = run("load", str(first), "--json")
    report = json.loads(out)
    assert (code, report["added"], report["problems"]) == (0, len(PEOPLE), [])
    assert run("export", "--format", name, "--output", str(second))[0] == 0
    assert first.read_bytes() == second.read_bytes()
    code, out, _ = run("load", str(first), "--json")
    assert json.loads(out)["unchanged"] == len(PEOPLE)


@pytest.mark.parametrize("name", EXPORTERS)
def test_standard_output_and_a_file_are_the_same_bytes(home, run, tmp_path, name):
    """Profiles go to standard output alone, what is lost to standard error alone."""
    file = tmp_path / "file"
    code, out, err = run("export", "--format", name)
    assert code == 0
    assert run("export", "--format", name, "--output", str(file)) == (0, b"", err)
    assert file.read_bytes() == out
    assert (b"provenance" in err) == (name != "ndjson")


def test_ndjson_lines_stand_in_the_order_of_ids(home, run):
    """A line a therapist, sorted by id, letters as they are."""
    _, out, _ = run("export", "--format", "ndjson")
    ids = [json.loads(line)["id"] for line in out.decode().rstrip("\n").split("\n")]
    assert ids == sorted(ids)
    assert "Köln".encode() in out


def test_json_is_the_report_alone(home, run, tmp_path):
    """With --json, standard output is one document with format, number and losses; without a file that is wrong use."""
    code, out, err = run("export", "--format", "fhir", "--json", "--output", str(tmp_path / "a.ndjson"))
    report = json.loads(out)
    assert (code, err) == (0, b"")
    assert (report["format"], report["therapists"]) == ("fhir", len(PEOPLE))
    assert {key: one[key] for one in report["losses"] if one["field"] == "faith" for key in ("field", "count")} == {
        "field": "faith",
        "count": 1,
    }
    assert all(one["reason"] and not one["reason"].startswith("loss.") for one in report["losses"])
    code, out, err = run("export", "--format", "fhir", "--json")
    assert (code, out) == (2, b"")
    assert b"--output" in err


def test_a_file_is_replaced_only_when_the_new_one_is_complete(home, run, tmp_path, monkeypatch):
    """What breaks half-way leaves the old file and no piece of the new one."""
    file = tmp_path / "out" / "a.csv"
    file.parent.mkdir()
    file.write_text("old")

    def breaking(_name):
        def write(_therapists, _losses):
            yield "half"
            raise RuntimeError

        return write

    monkeypatch.setattr("matcher.cli.export.exporter", breaking)
    assert run("export", "--format", "csv", "--output", str(file))[0] == 3
    assert file.read_text() == "old"
    assert list(file.parent.iterdir()) == [file]


def test_a_new_file_is_for_its_owner_alone(home, run, tmp_path):
    """Profiles hold who somebody is: nobody else may read the file unless the operator says so."""
    file = tmp_path / "a.csv"
    run("export", "--format", "csv", "--output", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    run("export", "--format", "csv", "--output", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_what_is_no_file_is_written_to_and_never_replaced(home, run, tmp_path):
    """A pipe stays a pipe and gets every byte, and a link stays a link to the new file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        received = pool.submit(pipe.read_bytes)
        assert run("export", "--format", "csv", "--output", str(pipe))[0] == 0
        assert received.result(timeout=30) == run("export", "--format", "csv")[1]
    assert pipe.is_fifo()
    link, file = tmp_path / "link", tmp_path / "file"
    link.symlink_to(file)
    file.write_text("old")
    run("export", "--format", "csv", "--output", str(link))
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8").startswith("id,name")


def test_a_path_that_cannot_be_written_is_one_sentence(home, run, tmp_path):
    """A folder that is not there ends in exit code 2 and names the path."""
    code, _, err = run("export", "--format", "csv", "--output", str(tmp_path / "no" / "a.csv"))
    assert code == 2
    assert b"a.csv" in err
    assert err.count(b"\n") == 1

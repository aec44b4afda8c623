"""The command line: help with an example, one JSON document on standard output, exit codes of the interface."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

from matcher.cli import match as room
from matcher.cli.main import cli
from tests.support import home_of, therapist

ROOT = Path(__file__).parents[2]
GROUPS = {name: one.commands for name, one in cli.commands.items() if isinstance(one, click.Group)}
WHOLE = {name: one for name, one in cli.commands.items() if name not in GROUPS}
LEAVES = WHOLE | {f"{name} {below}": one for name, group in GROUPS.items() for below, one in group.items()}
"""Commands that do something, by what is typed."""

COMMANDS = sorted(LEAVES)
LOCALES = sorted(path.stem for path in (ROOT / "matcher" / "texts").glob("*.toml"))
"""Languages that there are texts for."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of three therapists, named by MATCHER_HOME."""
    folder = tmp_path / "home"
    people = [
        therapist("a", session_format=("video",), email="a@example.org", bio="I listen first, and slowly."),
        therapist("b", session_format=("in_person",)),
        therapist("c"),
    ]
    with home_of(people, folder) as made:
        made.update_index()
    monkeypatch.setenv("MATCHER_HOME", str(folder))
    return folder


def kept(home: Path) -> dict[str, bytes]:
    """Return every file of a home but the index, which may be built at any time, and the log of the database."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and "index" not in path.relative_to(home).parts and not path.name.endswith(("-shm", "-wal"))
    }


def one_sentence(text: str) -> bool:
    """Whether a text is short, names no exception and ends like a sentence."""
    return "Traceback" not in text and 10 < len(text) < 600 and text.strip().endswith((".", "'", '"', ")", "?", "}"))


# ---------------------------------------------------------------- help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_one_example(name, run):
    """What it does in a sentence, and a line that can be copied."""
    code, out, _ = run(*name.split(), "--help")
    assert code == 0
    assert len(re.findall(r"Example: .*matcher ", out)) == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_is_a_command_that_exists(name):
    """Its words are commands and options of today."""
    example = re.search(r"Example: (.*)", LEAVES[name].help or "")[1]
    used = re.search(rf"matcher {name}(.*)", example)
    assert used, f"the example of {name} shows {name}"
    options = {text for one in LEAVES[name].params for text in one.opts}
    assert set(re.findall(r"--[a-z-]+", used[1])) <= options


def test_every_command_of_the_interface_that_is_built_has_json_and_locale():
    """But `serve`, which prints nothing to be read by a program."""
    for name, command in LEAVES.items():
        options = {text for one in command.params for text in one.opts}
        if name not in ("serve", "rank", "screen"):
            assert {"--json", "--locale"} <= options, name


@pytest.mark.parametrize("arguments", [["--help"], ["match", "--help"], ["load", "--help"], ["variants", "--json"]])
def test_help_pays_for_no_heavy_library(arguments, tmp_path):
    """Neither torch nor flask nor sentence-transformers is imported."""
    code = (
        "import sys; from matcher.cli.main import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "print([m for m in ('torch', 'flask', 'sentence_transformers', 'gunicorn') if m in sys.modules], "
        "file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env={**os.environ}, check=False
    )
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_loading_pays_for_no_torch(tmp_path):
    """`matcher load` reads profiles, no texts."""
    (tmp_path / "a.csv").write_text("id,name,bio\n1,Ada,I listen.\n", encoding="utf-8")
    code = (
        "import sys; from matcher.cli.main import main\n"
        f"try: main(['load', {str(tmp_path / 'a.csv')!r}])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('torch', 'sentence_transformers', 'flask') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "MATCHER_HOME": str(tmp_path / "home")},
        check=False,
    )
    assert done.stderr.strip().splitlines()[-1] == "[]"
    assert "1 added" in done.stdout


# ---------------------------------------------------------------- JSON and exit codes


def preferences(folder: Path, content: object) -> str:
    """Write a preferences file and return its path."""
    path = folder / "preferences.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(path)


@pytest.mark.parametrize("locale", LOCALES)
def test_json_is_one_document_and_nothing_else(home, tmp_path, run, locale):
    """Every command that takes --json, in every language."""
    (tmp_path / "a.csv").write_text("id,name,mood\n1,Ada,good\n", encoding="utf-8")
    wishes = preferences(tmp_path, {"must": {"session_format": ["video"]}})
    for arguments in (
        ["index"],
        ["match", "--preferences", wishes],
        ["variants"],
        ["load", str(tmp_path / "a.csv"), "--dry-run"],
        ["load", str(tmp_path / "a.csv")],
        ["suppress", "b"],
    ):
        code, out, err = run(*arguments, "--json", "--locale", locale)
        json.loads(out)
        assert (code, err) == (0, "")


def test_match_json_has_the_shape_of_the_interface(home, tmp_path, run):
    """Every key that programs rely on, closed lists kept."""
    wishes = preferences(tmp_path, {"prefer": {"modality": ["cbt"]}, "must": {"session_format": ["video"]}})
    code, out, _ = run("match", "--preferences", wishes, "--json", "--include-not-stated", "--as-of", "2026-11-22")
    document = json.loads(out)
    assert code == 0
    expected = {"variant", "model", "as_of", "directory", "eligible", "relaxations", "not_stated", "matches"}
    assert expected <= document.keys()
    assert (document["as_of"], document["directory"], document["eligible"]) == ("2026-11-22", 3, 2)
    assert document["relaxations"] == [{"drop": "session_format", "gains": 1, "offered": True}]
    assert document["not_stated"] == [{"field": "session_format", "count": 0}]
    for match in document["matches"]:
        assert {"rank", "id", "name", "group", "band", "fit_score", "contributions", "questions"} <= match.keys()
        for part in match["contributions"]:
            assert {"factor", "group", "kind", "door", "weight", "value", "contribution", "state"} <= part.keys()
            assert {"tier", "because", "quote", "quote_lang", "as_of"} <= part.keys()
            assert part["group"] in ("bond", "goal", "task", "culture", "practical")
            assert part["kind"] in ("relationship", "topic", "practical")
            assert part["door"] in ("stated", "described", "reported")
            assert part["state"] in ("met", "partly", "not_met", "not_stated")
            assert part["tier"] in ("checked", "therapist_states", "profile_text", "client_checkins")


def test_the_same_command_prints_the_same_bytes(home, tmp_path, run):
    """In another process too."""
    wishes = preferences(tmp_path, {"prefer": {"modality": ["cbt"]}, "qualities": ["trust"]})
    arguments = ["match", "--preferences", wishes, "--json", "--as-of", "2026-11-22"]
    again = subprocess.run(
        [sys.executable, "-c", f"from matcher.cli.main import main; main({arguments!r})"],
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    assert run(*arguments)[1].encode() == again.stdout


def test_preferences_come_from_standard_input_as_well(home):
    """`--preferences -`, as the example shows."""
    done = subprocess.run(
        [sys.executable, "-c", "from matcher.cli.main import main; main(['match', '--preferences', '-', '--json'])"],
        input=b'{"must": {"session_format": ["video"]}}',
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, json.loads(done.stdout)["eligible"], done.stderr) == (0, 1, b"")


def test_a_load_says_what_it_did(home, tmp_path, run):
    """The counts of the interface, read their sum; a rejected row ends in 1 and the others are kept."""
    (tmp_path / "a.csv").write_text("id,name\n1,Ada\n2,\n3,Grace\n", encoding="utf-8")
    code, out, _ = run("load", str(tmp_path / "a.csv"), "--json")
    document = json.loads(out)
    counts = [document[name] for name in ("added", "updated", "unchanged", "skipped", "rejected")]
    assert (code, document["read"], counts, document["dry_run"]) == (1, 3, [2, 0, 0, 0, 1], False)
    (found,) = document["problems"]
    assert found.keys() >= {"file", "row", "column", "code", "level", "value", "message", "remedy"}
    assert (found["file"], found["row"], found["code"], found["level"]) == ("a.csv", 3, "name_missing", "error")
    again = json.loads(run("load", str(tmp_path / "a.csv"), "--json")[1])
    assert (again["unchanged"], again["added"], again["updated"]) == (2, 0, 0)


def test_a_dry_run_leaves_every_byte(home, tmp_path, run):
    """And reports as the load would."""
    (tmp_path / "a.csv").write_text("id,name\n1,Ada\n", encoding="utf-8")
    before = kept(home)
    code, out, _ = run("load", str(tmp_path / "a.csv"), "--dry-run", "--json")
    assert (code, json.loads(out)["added"], json.loads(out)["dry_run"]) == (0, 1, True)
    assert kept(home) == before


def test_suppressing_somebody_unknown_is_an_answer_of_no(home, run):
    """Exit 1, and the others are removed."""
    code, out, err = run("suppress", "a", "nobody", "--json")
    assert (code, json.loads(out)) == (1, {"removed": ["a"], "unknown": ["nobody"]})
    assert "Traceback" not in err


def test_whoever_is_suppressed_is_gone_from_the_next_list(home, tmp_path, run):
    """Without building the index by hand."""
    wishes = preferences(tmp_path, {})
    run("suppress", "a")
    ids = [one["id"] for one in json.loads(run("match", "--preferences", wishes, "--json")[1])["matches"]]
    assert sorted(ids) == ["b", "c"]


def test_a_bug_ends_in_three_and_one_sentence(home, run, monkeypatch):
    """No traceback reaches a person, and nothing lies about whose fault it is."""

    def broken(*_):
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr(room.Home, "update_index", broken)
    code, out, err = run("index")
    assert (code, out) == (3, "")
    assert one_sentence(err)
    assert "deep inside" not in err


# ---------------------------------------------------------------- bad input

BAD_PREFERENCES = {
    "unknown field": ({"musst": {}}, "musst", "must"),
    "a term one letter off": ({"prefer": {"modality": ["cbtt"]}}, "cbtt", "cbt"),
    "style 9": ({"style": {"directiveness": 9}}, "9", "3"),
    "40 kB of text": ({"words": "x" * 40_000}, "40000", "5000"),
    "invalid JSON": (b'{"must": ', "preferences.json", "line 1"),
    "an empty file": (b"", "preferences.json", "{}"),
    "blanks": (b" \n\n", "preferences.json", "{}"),
    "no object": ([1], "list", "object"),
    "no text at all": (b"\xff\xfe\x00\x01", "preferences.json", "line"),
    "too deep": (b"[" * 200_000, "preferences.json", "JSON"),
    "NaN": (b'{"near": {"latitude": NaN, "longitude": 0, "km": 1}}', "latitude", "number"),
}


@pytest.mark.parametrize("name", BAD_PREFERENCES)
def test_bad_preferences_end_in_one_sentence(name, home, tmp_path, run):
    """What happened, which value and what to do; exit 2; every byte of the home is as before."""
    content, value, remedy = BAD_PREFERENCES[name]
    before = kept(home)
    code, out, err = run("match", "--preferences", preferences(tmp_path, content))
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert len(err.strip().splitlines()) == 1
    assert value in err
    assert remedy in err
    assert kept(home) == before


@pytest.mark.parametrize("name", ["unknown field", "a term one letter off", "style 9", "40 kB of text"])
def test_bad_preferences_are_problems_in_json(name, home, tmp_path, run):
    """With --json, one document with `problems` that name the nearest known ones."""
    content, value, _ = BAD_PREFERENCES[name]
    code, out, _ = run("match", "--json", "--preferences", preferences(tmp_path, content))
    (found,) = json.loads(out)["problems"]
    assert code == 2
    assert value in json.dumps(found)
    assert found["message"]
    assert found["remedy"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["match"],
        ["match", "--preferences", "/nowhere/p.json"],
        ["match", "--preferences", "p.json", "--n", "0"],
        ["match", "--preferences", "p.json", "--as-of", "tomorrow"],
        ["match", "--preferences", "p.json", "--variant", "psychic"],
        ["load"],
        ["load", "/nowhere/a.csv"],
        ["load", "/"],
        ["load", "p.json", "--format", "papyrus"],
        ["serve", "--port", "0"],
        ["divine"],
        ["match", "--locale", "tlh"],
        ["suppress"],
    ],
    ids=" ".join,
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # click opens a file, then fails
def test_wrong_use_ends_in_two(arguments, home, tmp_path, run, monkeypatch):
    """With a sentence on standard error and nothing on standard output."""
    monkeypatch.chdir(tmp_path)
    preferences(tmp_path, {})
    (tmp_path / "p.json").write_text("{}", encoding="utf-8")
    before = kept(home)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.strip()
    assert "Traceback" not in err
    assert kept(home) == before


@pytest.mark.parametrize("content", [b"name,bio\nAda,hello\n" * 500, b"SQLite format 3\0" + b"\1" * 5000])
@pytest.mark.parametrize("command", ["index", "match", "suppress", "load", "serve"])
def test_a_database_that_is_no_database_is_told(command, content, home, tmp_path, run):
    """By every command that needs it; the file stays as it is."""
    for path in home.glob("directory.db*"):
        path.unlink()
    (home / "directory.db").write_bytes(content)
    (tmp_path / "a.csv").write_text("id,name\n1,Ada\n", encoding="utf-8")
    arguments = {
        "match": ["--preferences", preferences(tmp_path, {})],
        "suppress": ["a"],
        "load": [str(tmp_path / "a.csv")],
    }
    code, out, err = run(command, *arguments.get(command, []))
    assert (code, out) == (2, "")
    assert one_sentence(err.strip().splitlines()[-1])
    assert "directory.db" in err
    assert (home / "directory.db").read_bytes() == content


@pytest.mark.parametrize("command", ["match", "serve"])
def test_an_empty_home_says_what_to_do(command, tmp_path, run, monkeypatch):
    """Load, or make the demonstration."""
    with home_of([], tmp_path / "new"):
        monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "new"))
    arguments = ["--preferences", preferences(tmp_path, {})] if command == "match" else []
    code, out, err = run(command, *arguments)
    assert (code, out) == (2, "")
    assert one_sentence(err.strip().splitlines()[-1])
    assert "matcher load" in err
    assert "matcher demo" in err


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": 99}', b"\xff", b"null"])
def test_a_broken_model_is_told(content, home, tmp_path, run):
    """By its path; it stays as it is."""
    (home / "models").mkdir()
    (home / "models" / "current.json").write_bytes(content)
    before = kept(home)
    code, out, err = run("match", "--preferences", preferences(tmp_path, {}))
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert "current.json" in err
    assert kept(home) == before


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("encoder = ", "settings.toml"),
        ("colour = 1", "colour"),
        ('shortlist = "many"', "shortlist"),
        ('encoder = "lexical"\nvariant = "psychic"', "psychic"),
        ('encoder = "/nowhere/at/all"', "/nowhere/at/all"),
    ],
)
def test_a_wrong_setting_is_told(content, named, home, tmp_path, run):
    """By the name of the setting or its value."""
    (home / "settings.toml").write_text(content, encoding="utf-8")
    code, out, err = run("match", "--preferences", preferences(tmp_path, {"words": "hello"}))
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert named in err


def test_a_port_in_use_is_told(home, run):
    """With the port, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, out, err = run("serve", "--port", port)
    assert (code, out) == (2, "")
    assert port in err.strip().splitlines()[-1]
    assert "--port" in err
    assert "Traceback" not in err


def test_a_real_directory_does_not_start_without_an_emergency_number(home, run):
    """A client in danger would find none; the sentence names the country and the file."""
    (home / "settings.toml").write_text('country = "FR"\n', encoding="utf-8")
    code, out, err = run("serve", "--port", "8765")
    assert (code, out) == (2, "")
    assert one_sentence(err.strip().splitlines()[-1])
    assert "FR" in err
    assert "helplines.toml" in err


def test_a_home_that_cannot_be_made_is_told(tmp_path, run, monkeypatch):
    """A file stands in its place."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "file" / "home"))
    code, out, err = run("index")
    assert (code, out) == (2, "")
    assert one_sentence(err)


def test_the_demonstration_never_mixes_with_real_people(home, run):
    """A home that holds somebody who is not fictional keeps every byte."""
    before = kept(home)
    code, out, err = run("demo", "--size", "5")
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert kept(home) == before


def test_no_word_of_a_client_is_kept(home, tmp_path, run):
    """What a client writes stands in no file of the home afterwards."""
    run("match", "--preferences", preferences(tmp_path, {"words": "Xanthippe drowned in Ouagadougou"}))
    held = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"Xanthippe" not in held
    assert b"Ouagadougou" not in held

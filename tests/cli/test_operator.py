"""`matcher operator`: who may sign in, managed from the command line."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from matcher.accounts.protocol import SignedIn
from matcher.cli.main import main
from matcher.home import Home

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOD = "four plain words here"


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Run the command in this process with a pipe for input: (exit code, standard output, standard error)."""
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))

    def call(*arguments: str, given: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        with pytest.raises(SystemExit) as end:
            main(["operator", *arguments])
        found = capsys.readouterr()
        return int(end.value.code or 0), found.out, found.err

    return call


def test_who_is_added_can_sign_in(run, tmp_path):
    """With the first line of the pipe as password, and the role that was asked for."""
    code, out, _ = run("add", "Ada", "--role", "admin", "--json", given=f"{GOOD}\nmore\n")
    assert (code, json.loads(out)) == (0, {"added": "Ada", "role": "admin"})
    accounts = Home(tmp_path / "home").accounts
    found = accounts.sign_in("Ada", GOOD, "here", NOW)
    assert isinstance(found, SignedIn)
    assert found.operator.role == "admin"
    accounts.close()


def test_the_password_never_appears(run):
    """Neither on standard output nor on standard error, whatever happens."""
    for arguments in (("add", "Ada"), ("add", "Ada"), ("password", "Ada"), ("password", "Eve"), ("list",)):
        _, out, err = run(*arguments, given=f"{GOOD}\n")
        assert GOOD not in out + err


def test_a_list_has_names_and_roles(run):
    """In words and as JSON; an empty one says what to do."""
    assert "matcher operator add" in run("list")[2]
    run("add", "Zoe", given=GOOD)
    run("add", "ada", "--role", "editor", given=GOOD)
    assert run("list")[1] == "ada\teditor\nZoe\treader\n"
    assert json.loads(run("list", "--json")[1])[0] == {"name": "ada", "role": "editor"}


def test_removing_and_changing_say_whether_there_was_anybody(run):
    """Exit code 1 and one sentence for an unknown name."""
    run("add", "Ada", given=GOOD)
    assert run("password", "ada", given="other words than before")[0] == 0
    assert run("remove", "ADA")[0] == 0
    for arguments in (("remove", "Ada"), ("password", "Ada")):
        code, _, err = run(*arguments, given=GOOD)
        assert code == 1
        assert "Ada" in err
        assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (("add", "Ada"), "short"),
        (("add", "Ada"), ""),
        (("add", "operator"), GOOD),
        (("add", "Ada", "--role", "king"), GOOD),
        (("password", "Ada"), "short"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(run, arguments, given):
    """Exit code 2, and nothing is written."""
    code, out, err = run(*arguments, given=given)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert run("list")[1] == ""


def test_on_a_terminal_the_password_is_asked_for_twice_without_showing_it(run, monkeypatch):
    """The prompt hides what is typed."""
    asked: dict[str, object] = {}

    def prompt(text: str, **options: object) -> str:
        asked.update(options)
        return GOOD

    monkeypatch.setattr("matcher.cli.accounts.click.prompt", prompt)

    monkeypatch.setattr("matcher.cli.accounts.sys.stdin", type("Terminal", (), {"isatty": lambda _: True})())
    with pytest.raises(SystemExit):
        main(["operator", "add", "Ada"])
    assert asked["hide_input"]
    assert asked["confirmation_prompt"]

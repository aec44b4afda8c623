"""`matcher model`: the weights in use, learning that refuses while there is little to learn from, and the card."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from click.testing import CliRunner

from matcher.cli.main import main
from matcher.feedback.items import items
from matcher.feedback.protocol import CheckIn
from matcher.home import Home

DAY = date(2026, 6, 1)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Return an empty home that the commands use."""
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path))
    return Home(tmp_path)


def run(capsys, *arguments):
    """Return (exit code, standard output, standard error) of a command."""
    with pytest.raises(SystemExit) as left:
        main(["model", *arguments])
    told = capsys.readouterr()
    return left.value.code or 0, told.out, told.err


def fill(home, number):
    """Store the check-ins of `number` clients of seven therapists."""
    ranked = [code for code, item in items().items() if item.ranked]
    home.feedback.add_checkins(
        CheckIn(
            f"t{n % 7}",
            f"k{n}",
            1,
            DAY - timedelta(days=n % 80),
            dict.fromkeys(ranked, 1 + n * 3 % 5),
            n % 9 / 80,
            0.02,
        )
        for n in range(number)
    )


def test_show_prints_the_doors_to_three_digits(home, capsys):
    """The shares at n = 0, 10 and 19, and a relationship share of at least .60."""
    code, out, _ = run(capsys, "show", "--json")
    document = json.loads(out)
    shares = {n: tuple(one.values()) for n, one in document["shares"].items()}
    assert code == 0
    assert shares == {"0": (0.698, 0.302, 0.0), "10": (0.471, 0.203, 0.325), "19": (0.411, 0.178, 0.411)}
    assert document["relationship_share"] >= 0.60
    assert (document["name"], document["version"]) == ("prior", 0)
    code, out, _ = run(capsys, "show")
    assert code == 0
    assert "0.471 / 0.203 / 0.325" in out


@pytest.mark.parametrize("number", [0, 199])
def test_below_two_hundred_answers_nothing_is_learned(home, capsys, number):
    """One sentence with the months to go, exit code 1, and no model."""
    fill(home, number)
    code, out, err = run(capsys, "train", "--as-of", DAY.isoformat())
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert str(number) in err
    assert not list(home.path.glob("models/*.json"))
    code, out, _ = run(capsys, "train", "--as-of", DAY.isoformat(), "--json")
    assert json.loads(out)["months_to_go"] == (None if number == 0 else pytest.approx(1 / 199 * 3))


def test_a_trained_model_is_a_version_and_ranks_only_when_told(home, capsys):
    """Dry runs write nothing; saving leaves the model in use; `--use` changes it, and the list's hash with it."""
    fill(home, 230)
    prior = home.model.hash
    assert run(capsys, "train", "--dry-run", "--as-of", DAY.isoformat())[0] == 0
    assert not list(home.path.glob("models/*.json"))
    assert run(capsys, "train", "--as-of", DAY.isoformat())[0] == 0
    assert Home(home.path).model.hash == prior
    code, out, _ = run(capsys, "train", "--use", "--json", "--as-of", DAY.isoformat())
    document = json.loads(out)
    assert (code, document["version"], document["in_use"], document["answers"]) == (0, 2, True, 230)
    assert Home(home.path).model.hash == document["hash"] != prior
    assert sorted(one.name for one in home.path.glob("models/*.json")) == [
        "current.json",
        "learned-1.json",
        "learned-2.json",
    ]


def test_the_card_is_one_page_that_asks_nobody(home, capsys, tmp_path):
    """Plot and table, the numbers beside the prior, no script and no address."""
    fill(home, 230)
    run(capsys, "train", "--use", "--as-of", DAY.isoformat())
    page = tmp_path / "card.html"
    for locale in ("en", "es", "de"):
        code, out, _ = run(capsys, "card", "--html", str(page), "--locale", locale)
        text = page.read_text(encoding="utf-8")
        assert code == 0
        assert "230" in out
        assert "<svg" in text
        assert "<table" in text
        assert "http" not in text
        assert "<script" not in text
        assert "model." not in text
    assert json.loads(run(capsys, "card", "--json")[1])["answers"] == 230


@pytest.mark.parametrize("name", ["", "../up", "a b", "x" * 41])
def test_a_name_that_is_no_file_name_is_told(home, capsys, name):
    """One sentence, exit code 2."""
    code, _, err = run(capsys, "train", "--name", name)
    assert code == 2
    assert err.count("\n") == 1


def test_a_page_that_cannot_be_written_is_told(home, capsys, tmp_path):
    """By its path."""
    code, _, err = run(capsys, "card", "--html", str(tmp_path / "no" / "card.html"))
    assert code == 2
    assert "card.html" in err


def test_the_group_has_a_help(home):
    """With an example each."""
    from matcher.cli.main import cli  # noqa: PLC0415 - the command as click sees it

    for arguments in (
        ["model", "--help"],
        ["model", "show", "--help"],
        ["model", "train", "--help"],
        ["model", "card", "--help"],
    ):
        assert "Example:" in CliRunner().invoke(cli, arguments).output

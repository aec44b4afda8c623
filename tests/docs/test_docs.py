"""The documents say what the code says: generated parts are current, tables are whole, links lead somewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from matcher.explain import BACKING, OUTSTANDING
from matcher.index.described import START
from matcher.messages import texts
from matcher.settings import REASONS, Settings
from matcher.variants import VARIANTS
from models.factors import factors
from models.fit import FitModel
from profiles.problems import CATALOGUE
from tools import cli_docs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ADRS = sorted((DOCS / "adr").glob("*.md"))

# The folders of one machine: absolute, in somebody's home or at the root of a workspace.
MACHINE_PATH = re.compile(r"(?<![\w.$}\])-])/(?:work|root|home|Users|mnt|srv)/[\w.-]+|\b[A-Z]:\\\\?Users\\")
FEATURES, LONGEST_README = 82, 120


def tracked() -> list[Path]:
    """Return every file that git keeps, or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def markdown() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def rows(text: str, start: str) -> dict[str, str]:
    """Return the lines of tables whose first cell is in code, by that cell, after a marker."""
    part = text.partition(f"<!-- table: {start} -->")[2].partition("<!-- end -->")[0]
    return {line.split("`")[1]: line for line in part.splitlines() if line.startswith("| `")}


def test_generated_parts_are_what_the_code_says():
    """Whoever changes an option, setting, problem, factor, header or variant runs `make docs`."""
    assert [str(path.relative_to(ROOT)) for path in cli_docs.stale()] == []


def test_check_names_the_page_that_is_out_of_date(tmp_path, monkeypatch, capsys):
    """`--check` exits 1 and writes nothing."""
    monkeypatch.setattr(cli_docs, "DOCS", tmp_path / "docs")
    monkeypatch.setattr(sys, "argv", ["cli_docs.py", "--check"])
    with pytest.raises(SystemExit) as left:
        cli_docs.main()
    assert left.value.code == 1
    assert "cli.md" in capsys.readouterr().out
    assert not (tmp_path / "docs").exists()


def test_writing_twice_changes_nothing_more(tmp_path, monkeypatch):
    """A table replaces what stood between its markers, and only that."""
    monkeypatch.setattr(cli_docs, "DOCS", tmp_path)
    monkeypatch.setattr(sys, "argv", ["cli_docs.py"])
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table: variants -->\nreplaced line\n<!-- end -->\nafter\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(SystemExit) as left:
            cli_docs.main()
        assert left.value.code == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "replaced line" not in text
    assert text.count("`stated-only`") == 1


def test_every_command_has_an_example():
    """`--help` of each command shows one call that works."""
    for path, shown in cli_docs.commands(cli_docs.cli, None, "matcher"):
        assert "Example:" in shown, path
        assert "matcher" in shown.partition("Example:")[2].split("Options:")[0], path


def test_every_setting_is_documented_with_its_default_and_reason():
    """Every setting is documented with its default and reason."""
    shown = rows(read("settings.md"), "settings")
    assert set(shown) == {part.name for part in fields(Settings)} == set(REASONS)
    for part in fields(Settings):
        assert json.dumps(part.default).strip('"') in shown[part.name]
        assert REASONS[part.name] in shown[part.name]


def test_every_variant_is_documented():
    """Every variant is documented."""
    shown = rows(read("fit-model.md"), "variants")
    assert set(shown) == set(VARIANTS)
    for name, one in VARIANTS.items():
        assert texts("en")[one.note] in shown[name]


def test_every_problem_is_documented_with_its_level():
    """Each code has a sentence and a remedy of its own."""
    shown = rows(read("problems.md"), "problems")
    assert set(shown) == set(CATALOGUE)
    for code, level in CATALOGUE.items():
        assert f"| {level} |" in shown[code]
        assert {f"problem.{code}", f"remedy.{code}"} <= texts("en").keys()


def test_every_factor_is_documented_with_its_evidence():
    """Every factor is documented with its evidence."""
    shown = rows(read("fit-model.md"), "factors")
    assert set(shown) == set(factors())
    for name, row in factors().items():
        parts = (row.field, row.group, row.kind, ", ".join(row.doors), row.evidence, row.citation, row.section)
        assert [part for part in parts if part not in shown[name]] == []
        assert row.derivation in read("fit-model.md")


def test_the_numbers_of_the_fit_model_are_those_of_the_code():
    """The page names weights, shares and limits; whoever moves one moves it there too."""
    page, model = read("fit-model.md"), FitModel.prior()
    numbers = (model.stated, model.described, model.reported, model.relationship_share, *model.door_shares(0)[:2])
    for number in (*numbers, OUTSTANDING, BACKING, START):
        shown = f"{number:.3f}".removeprefix("0").rstrip("0")
        assert re.search(rf"(?<![\d.]){re.escape(shown)}0?(?!\d)", page), number
    assert f"n+{model.reported_k:.0f}" in page
    assert f"0 below n={model.reported_floor}" in page


def test_features_go_through_all_rows():
    """Eighty-two rows, numbered, each with a word on where it is or that it is not built yet."""
    numbers = re.findall(r"^\| (\d+) \| [^|]+ \| [^|]{5,} \|$", read("features.md"), re.MULTILINE)
    assert [int(number) for number in numbers] == list(range(1, FEATURES + 1))


def test_paths_named_in_code_type_exist():
    """A path of a room that a document names is there."""
    named = re.compile(r"`((?:profiles|models|matcher|templates|tests|tools|docs)/[\w./-]+\.\w+)`")
    for path in markdown():
        missing = [name for name in named.findall(path.read_text(encoding="utf-8")) if not (ROOT / name).exists()]
        assert missing == [], path.name


def test_glossary_gives_each_term_one_meaning_and_a_source():
    """Glossary gives each term one meaning and a source."""
    lines = [line for line in read("glossary.md").splitlines() if line.startswith("| ") and "---" not in line]
    entries = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    terms = [entry[0] for entry in entries if entry[0] != "term"]
    assert len(terms) == len(set(terms))
    assert all(len(entry) == 3 and all(entry) for entry in entries)


def test_links_lead_to_files_that_exist():
    """Links lead to files that exist."""
    for path in markdown():
        links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
        inside = [link for link in links if not re.match(r"[a-z]+:", link)]
        assert [link for link in inside if not (path.parent / link).exists()] == [], path.name


def test_readme_is_short():
    """Readme is short."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < LONGEST_README


def test_decisions_are_numbered_without_gaps_and_say_how_they_stand():
    """Decisions are numbered without gaps and say how they stand."""
    numbers = [int(path.name[:4]) for path in ADRS]
    assert numbers == list(range(1, len(ADRS) + 1))
    for path, number in zip(ADRS, numbers, strict=True):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith(f"# {number}. ")
        assert re.match(r"(Accepted|Proposed|Superseded)\b.* \d{4}-\d\d-\d\d", lines[2])


def test_no_file_names_a_folder_of_one_machine():
    """What stands in the repository works in any folder, on any machine."""
    found = []
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data:
            lines = data.decode("utf-8", errors="replace").splitlines()
            found += [f"{path.relative_to(ROOT)}:{n}" for n, line in enumerate(lines, 1) if MACHINE_PATH.search(line)]
    assert found == []

"""Write what the documentation copies from the code: `docs/cli.md`, and the tables between markers in other pages.

`--check` writes nothing and exits 1 when a file is not what it would write.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import click

from matcher.cli.main import cli
from matcher.evaluation.planning import Rung, Step, ladder
from matcher.messages import say, texts
from matcher.settings import REASONS, Settings
from matcher.variants import VARIANTS
from models.factors import factors
from profiles.problems import CATALOGUE

DOCS = Path(__file__).parent.parent / "docs"
WIDTH = 100
HEADERS_SHOWN = 5
"""Headers shown for each column; all of them stand in `headers.toml`."""

PLANNED_UNITS, PLANNED_RATIOS, PLANNED_BASE = (50, 200, 500), (1.3, 1.6, 2.0), 0.1
"""Clients a month, effects and share making contact that `docs/evaluating.md` tells of."""

PLANNED_RUNGS: Mapping[Rung, str] = {"interleaving": "interleaving", "ab": "A/B on contact"}

CLI_HEAD = """\
# The command `matcher`

Written by `make docs` from `--help`; do not edit it here.
Exit codes: 0 done; 1 done, with rejected rows or an answer of "no"; 2 wrong use or a path that can't be read; 3 a bug.
"""
BLOCK = re.compile(r"(?P<start><!-- table: (?P<name>[a-z]+) -->\n).*?(?=<!-- end -->)", re.DOTALL)


# ---------------------------------------------------------------- the command


def commands(command: click.Command, parent: click.Context | None, name: str) -> Iterator[tuple[str, str]]:
    """Yield (path, help) of a command and of each below it."""
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    with click.Context(command, parent=parent, info_name=name, **settings) as context:
        yield context.command_path, command.get_help(context)
        for below in command.list_commands(context) if isinstance(command, click.Group) else ():
            found = command.get_command(context, below) if isinstance(command, click.Group) else None
            if found is not None and not found.hidden:
                yield from commands(found, context, below)


def cli_page() -> str:
    """Return the text of `docs/cli.md`."""
    parts = [f"## `{path}`\n\n```text\n{shown}\n```\n" for path, shown in commands(cli, None, "matcher")]
    return "\n".join([CLI_HEAD, *parts])


# ---------------------------------------------------------------- tables


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table, blank lines around it."""
    lines = [head, ["---"] * len(head), *rows]
    written = ("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    return "\n" + "\n".join(written) + "\n\n"


def settings_table() -> str:
    """Return every setting with its type, its default as TOML, and why it exists."""
    parts = fields(Settings)
    shown = [json.dumps(part.default) for part in parts]  # of these types, TOML writes what JSON writes
    rows = [
        (f"`{part.name}`", type(part.default).__name__, f"`{default}`", REASONS[part.name])
        for part, default in zip(parts, shown, strict=True)
    ]
    return table(("setting", "type", "default", "what it does"), rows)


def variants_table() -> str:
    """Return every ranking variant with what it changes."""
    rows = []
    for name, one in VARIANTS.items():
        differs = {**one.parameters, **({"re-ranker": one.reranker} if one.reranker else {})}
        how = ", ".join(f"{key} = {value}" for key, value in differs.items())
        rows.append((f"`{name}`", one.parent or "-", how or "-", say(one.note)))
    return table(("variant", "changes", "how", "what it is"), rows)


def problems_table() -> str:
    """Return every problem code with level, sentence and remedy."""
    known = texts("en")
    rows = [
        (f"`{code}`", level, _gaps(known[f"problem.{code}"]), _gaps(known[f"remedy.{code}"]))
        for code, level in CATALOGUE.items()
    ]
    return table(("code", "level", "what it says", "what to do"), rows)


def _gaps(text: str) -> str:
    """Return a sentence with its gaps set in code."""
    return re.sub(r"(?<!\{)\{(\w+)\}", r"`\1`", text).replace("{{", "{").replace("}}", "}")


def factors_table() -> str:
    """Return every factor with its place in the model and what is known of it."""
    head = ("factor", "field", "group", "kind", "doors", "evidence", "citation", "section of the article")
    rows = [
        (f"`{name}`", row.field, row.group, row.kind, ", ".join(row.doors), row.evidence, row.citation, row.section)
        for name, row in factors().items()
    ]
    return table(head, rows)


def derivations_table() -> str:
    """Return how weights follow, each derivation with its factors."""
    by_derivation: dict[str, list[str]] = {}
    for name, row in factors().items():
        by_derivation.setdefault(row.derivation, []).append(f"`{name}`")
    rows = [(how, ", ".join(names)) for how, names in by_derivation.items()]
    return table(("weight of the factor in one list", "factors"), rows)


def headers_table() -> str:
    """Return every column a table may have with a few of its headers."""
    text = (files("profiles.formats") / "headers.toml").read_text(encoding="utf-8")
    known: Mapping[str, Sequence[str]] = tomllib.loads(text)["headers"]
    rows = [(f"`{name}`", ", ".join(names[:HEADERS_SHOWN]), str(len(names))) for name, names in known.items()]
    return table(("column", "some of its headers", "all"), rows)


def months_table() -> str:
    """Return how long experiments take in directories of three sizes, by the smallest effect that is looked for."""
    plans = {(ratio, units): ladder(units, PLANNED_BASE, ratio) for ratio in PLANNED_RATIOS for units in PLANNED_UNITS}
    rows = [
        (f"{ratio:g}", name, *(_months(plans[ratio, units].step(rung)) for units in PLANNED_UNITS))
        for ratio in PLANNED_RATIOS
        for rung, name in PLANNED_RUNGS.items()
    ]
    return table(("contacts, new over old", "rung", *(f"{units} clients a month" for units in PLANNED_UNITS)), rows)


def _months(step: Step) -> str:
    return f"{step.months:.1f} months" if step.works else "-"


TABLES: Mapping[str, Callable[[], str]] = {
    "months": months_table,
    "settings": settings_table,
    "variants": variants_table,
    "problems": problems_table,
    "factors": factors_table,
    "derivations": derivations_table,
    "headers": headers_table,
}
"""Name of a marker -> what stands between it and the end marker."""


# ---------------------------------------------------------------- pages


def pages() -> dict[Path, str]:
    """Return the text that each page should have, by path."""
    found = {DOCS / "cli.md": cli_page()}
    for path in sorted(DOCS.glob("*.md")):
        if path not in found:
            found[path] = BLOCK.sub(_filled, path.read_text(encoding="utf-8"))
    return found


def _filled(block: re.Match[str]) -> str:
    return block["start"] + TABLES[block["name"]]()


def stale() -> list[Path]:
    """Return the pages that are not what the code says."""
    return [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def main() -> None:
    """Write the pages that changed, or, with `--check`, name them and exit 1."""
    check = "--check" in sys.argv[1:]
    found = pages()
    wrong = stale()
    for path in wrong:
        if not check:
            path.write_text(found[path], encoding="utf-8")
        print(f"{path.relative_to(DOCS.parent)} {'is out of date: run make docs' if check else 'written'}")
    sys.exit(bool(check and wrong))


if __name__ == "__main__":
    main()

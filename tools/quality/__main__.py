"""`python -m tools.quality pool|collect|report|qrels`: sheets to judge, what was judged, and how rankers compare."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from random import Random

import numpy as np

from tools.quality.judgments import (
    JUDGMENTS,
    SEALED,
    drawn,
    gains,
    read_judgments,
    read_reading,
    seal,
    united,
    write_judgments,
)
from tools.quality.rankings import BM25, Demonstration, Wording, queries, rankings
from tools.quality.report import lines, quality
from tools.quality.sheets import pooled, sheet

START, END = "<!-- figures -->", "<!-- end -->"

DEPTH = 10
"""How many of each ranker's first are judged."""

SEAL_SEED, SEALED_NUMBER = 20261123, 30


def pool(folder: Path) -> int:
    """Write a sheet a query for whoever is not judged yet; return how many profiles stand in them."""
    judged = {(one.query, one.therapist) for one in read_judgments()} if JUDGMENTS.exists() else set()
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    with tempfile.TemporaryDirectory() as home:
        demonstration = Demonstration.opened(Path(home))
        wording = Wording(demonstration)
        for name, preferences in queries().items():
            found = {**rankings(demonstration, preferences, DEPTH), BM25: wording.ordered(preferences, DEPTH)}
            known = frozenset(therapist for query, therapist in judged if query == name)
            people = [demonstration.people[one] for one in pooled(found, known, Random(name))]
            if people:
                (folder / f"{name}.txt").write_text(sheet(name, preferences, people), encoding="utf-8")
            number += len(people)
    return number


def collect(first: list[Path], second: list[Path]) -> int:
    """Add the judgments of two readings to those there are; seal where nothing is sealed yet."""
    held = read_judgments() if JUDGMENTS.exists() else ()
    judgments = (*held, *united(read_reading(first), read_reading(second)))
    write_judgments(judgments)
    if not SEALED.exists():
        names = drawn({one.query for one in judgments}, SEALED_NUMBER, SEAL_SEED)
        quoted = ", ".join(f'"{name}"' for name in names)
        SEALED.write_text(
            "# The half of the queries that nothing was tuned on, and the hash of its judgments.\n"
            f'queries = [{quoted}]\nsha256 = "{seal(judgments, names)}"\n',
            encoding="utf-8",
        )
    return len(judgments)


def report(page: Path | None) -> str:
    """Return the report; write it between the marks of a page where one is named."""
    if not JUDGMENTS.exists():
        return "There are no judgments yet; docs/quality.md says how they are made.\n"
    with tempfile.TemporaryDirectory() as home:
        found = quality(Demonstration.opened(Path(home)), read_judgments(), np.random.default_rng(0))
    text = "\n".join(lines(found)) + "\n"
    if page is not None:
        before, _, rest = page.read_text(encoding="utf-8").partition(START)
        page.write_text(f"{before}{START}\n\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return text


def qrels() -> str:
    """Return the judgments as TREC knows them: query, 0, therapist, gain."""
    rows = gains(read_judgments())
    return "".join(f"{query} 0 {one} {gain}\n" for query, found in rows.items() for one, gain in found.items())


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    pooling = commands.add_parser("pool", help="write sheets to judge into a folder")
    pooling.add_argument("folder", type=Path)
    collecting = commands.add_parser("collect", help="add two readings")
    collecting.add_argument("--first", type=Path, nargs="+", required=True)
    collecting.add_argument("--second", type=Path, nargs="+", required=True)
    reporting = commands.add_parser("report", help="compare the rankers")
    reporting.add_argument("--write", type=Path, help="a page whose marked part is written anew")
    commands.add_parser("qrels", help="print the judgments as TREC qrels, for `matcher evaluate`")
    chosen = parser.parse_args()
    if chosen.command == "pool":
        sys.stdout.write(f"{pool(chosen.folder)} profiles to judge\n")
    if chosen.command == "qrels":
        sys.stdout.write(qrels())
    if chosen.command == "report":
        sys.stdout.write(report(chosen.write))
    if chosen.command == "collect":
        sys.stdout.write(f"{collect(chosen.first, chosen.second)} profiles judged\n")


if __name__ == "__main__":
    main()

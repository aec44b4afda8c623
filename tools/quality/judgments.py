"""Judgments: two readings of each pooled profile, their agreement, and the half of the queries that stays sealed."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

import krippendorff
import numpy as np

from tools.quality.rankings import QUERIES

FOLDER = QUERIES.parent
JUDGMENTS = FOLDER / "judgments.tsv"
SEALED = FOLDER / "sealed.toml"
GRADES = (0, 1, 2, 3)
HEADER = ("query", "therapist", "first", "second", "first_reason", "second_reason")


@dataclass(frozen=True, slots=True)
class Judgment:
    """One profile beside one set of wishes, read twice.

    Attributes:
        query, therapist: which.
        first, second: the grades of the two readings, 0..3.
        first_reason, second_reason: a few words each.
    """

    query: str
    therapist: str
    first: int
    second: int
    first_reason: str
    second_reason: str

    @property
    def gain(self) -> int:
        """0..6: the sum of both grades, so that a doubt between two grades stays one."""
        return self.first + self.second


def read_judgments(path: Path = JUDGMENTS) -> tuple[Judgment, ...]:
    """Return all judgments."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(
            Judgment(
                row["query"],
                row["therapist"],
                int(row["first"]),
                int(row["second"]),
                row["first_reason"],
                row["second_reason"],
            )
            for row in rows
        )


def write_judgments(judgments: Iterable[Judgment], path: Path = JUDGMENTS) -> None:
    """Write judgments in the order of query and therapist."""
    ordered = sorted(judgments, key=lambda one: (one.query, one.therapist))
    lines = ("\t".join(str(getattr(one, name)) for name in HEADER) for one in ordered)
    path.write_text("\n".join(["\t".join(HEADER), *lines]) + "\n", encoding="utf-8")


def read_reading(paths: Iterable[Path]) -> dict[tuple[str, str], tuple[int, str]]:
    """Return one reading from its files of query, therapist, grade and reason, a line each.

    Raises:
        ValueError: a line is no judgment, or a profile was judged twice.
    """
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for path in paths:
        for line in filter(None, path.read_text(encoding="utf-8").splitlines()):
            query, therapist, grade, reason = line.split("\t")
            if (query, therapist) in found or int(grade) not in GRADES:
                raise ValueError(f"{path}: {line}")
            found[query, therapist] = int(grade), " ".join(reason.split())
    return found


def united(
    first: Mapping[tuple[str, str], tuple[int, str]], second: Mapping[tuple[str, str], tuple[int, str]]
) -> tuple[Judgment, ...]:
    """Return the judgments of two readings of the same profiles.

    Raises:
        ValueError: one of them lacks a profile that the other has.
    """
    if first.keys() != second.keys():
        raise ValueError(f"judged once only: {sorted(first.keys() ^ second.keys())[:5]}")
    return tuple(Judgment(*key, first[key][0], second[key][0], first[key][1], second[key][1]) for key in sorted(first))


def agreement(judgments: Iterable[Judgment]) -> float:
    """Return Krippendorff's alpha of the two readings for ordinal grades: 1 is one reading, 0 is chance."""
    grades = np.array([(one.first, one.second) for one in judgments], dtype=np.float64).T
    return float(krippendorff.alpha(reliability_data=grades, level_of_measurement="ordinal"))


def gains(judgments: Iterable[Judgment]) -> dict[str, dict[str, int]]:
    """Return the gain of each judged therapist by query."""
    found: dict[str, dict[str, int]] = {}
    for one in judgments:
        found.setdefault(one.query, {})[one.therapist] = one.gain
    return found


def drawn(names: Iterable[str], number: int, seed: int) -> tuple[str, ...]:
    """Return `number` of the queries, drawn by a seed: those to be sealed."""
    return tuple(sorted(Random(seed).sample(sorted(names), number)))


def seal(judgments: Iterable[Judgment], names: Iterable[str]) -> str:
    """Return the SHA-256 of all judgments of some queries."""
    wanted = frozenset(names)
    lines = sorted(
        f"{one.query}\t{one.therapist}\t{one.first}\t{one.second}" for one in judgments if one.query in wanted
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def sealed(path: Path = SEALED) -> tuple[tuple[str, ...], str]:
    """Return the sealed queries, and the hash that their judgments had when they were sealed."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(document["queries"]), str(document["sha256"])

"""Two runs side by side: each measure with its paired difference, slices, and the queries that changed most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.exposure import overlap
from matcher.evaluation.intervals import Difference, difference
from matcher.evaluation.measures import Measured, Qrels, Run, measured
from profiles.schema import Preferences

MOST_CHANGED = 5
FEWEST_QUERIES = 5
"""A slice of fewer queries is not tested: its interval would say nothing."""

SLICES = {"language": "must", "population": "prefer", "concern": "prefer"}
"""Fields that queries are parted by, and the part of preferences that they are read from."""


@dataclass(frozen=True)
class Compared:
    """One measure of two runs over the same queries; all differences are b minus a.

    Attributes:
        name: of the measure.
        a, b: over all judged queries.
        apart: the paired difference.
    """

    name: str
    a: float
    b: float
    apart: Difference


@dataclass(frozen=True)
class Slice:
    """The first measure over some of the queries.

    Attributes:
        field, term: what these queries ask for.
        queries: how many.
        apart: b minus a.
        adjusted: its p-value by Holm's method over all slices that were tested.
    """

    field: str
    term: str
    queries: int
    apart: Difference
    adjusted: float


@dataclass(frozen=True)
class Changed:
    """One query whose list changed: how alike the lists are, and its first measure."""

    query: str
    overlap: float
    a: float
    b: float


@dataclass(frozen=True)
class Comparison:
    """All that two runs show side by side.

    Attributes:
        queries: all that are judged.
        unanswered: how many of them run a does not answer, and run b.
        measures: in the order in which they were asked for.
        overlap: mean rank-biased overlap of the lists.
        slices: of the first measure, by what was asked for.
        changed: the queries whose lists are least alike, the least first; none that stayed as it was.
    """

    queries: int
    unanswered: tuple[int, int]
    measures: tuple[Compared, ...]
    overlap: float
    slices: tuple[Slice, ...]
    changed: tuple[Changed, ...]


def compare(
    a: Run,
    b: Run,
    qrels: Qrels,
    names: Sequence[str],
    *,
    rng: np.random.Generator,
    asked: Mapping[str, Preferences] | None = None,
) -> Comparison:
    """Compare run b with run a over all judged queries; one without an answer counts 0.

    Args:
        a: the run in use.
        b: the run that may take its place.
        qrels: the judgments.
        names: of measures, as ir-measures reads them; slices and changes are told in the first.
        rng: draws queries and signs.
        asked: preferences by query, for slices; None for none.

    Raises:
        MeasureUnknown: one of the names is no measure.
    """
    ours, theirs = measured(a, qrels, names), measured(b, qrels, names)
    first = names[0]
    alike = {query: overlap(list(a.get(query, ())), list(b.get(query, ()))) for query in ours[first].queries}
    return Comparison(
        queries=len(ours[first].queries),
        unanswered=(ours[first].unanswered, theirs[first].unanswered),
        measures=tuple(_compared(ours[name], theirs[name], rng) for name in names),
        overlap=float(np.mean(list(alike.values()))),
        slices=tuple(_slices(ours[first], theirs[first], asked or {}, rng)),
        changed=tuple(_changed(ours[first], theirs[first], alike)),
    )


def _compared(a: Measured, b: Measured, rng: np.random.Generator) -> Compared:
    return Compared(a.name, a.total, b.total, difference(b.values, a.values, rng))


def _slices(a: Measured, b: Measured, asked: Mapping[str, Preferences], rng: np.random.Generator) -> Iterator[Slice]:
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, query in enumerate(a.queries):
        for name in _slices_of(asked[query]) if query in asked else ():
            rows[name].append(row)
    found = [
        Slice(field, term, len(these), difference(b.values[these], a.values[these], rng), 1.0)
        for (field, term), these in sorted(rows.items(), key=lambda one: (list(SLICES).index(one[0][0]), one[0][1]))
        if len(these) >= FEWEST_QUERIES
    ]
    for one, adjusted in zip(found, holm(np.array([one.apart.p for one in found])), strict=True):
        yield replace(one, adjusted=float(adjusted))


def _slices_of(preferences: Preferences) -> Iterator[tuple[str, str]]:
    for field, part in SLICES.items():
        yield from ((field, term) for term in getattr(preferences, part).get(field, ()))


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 of the same shape: p-values adjusted for all of them together (Holm 1979).

    >>> holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    if not len(p):
        return p
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def _changed(a: Measured, b: Measured, alike: Mapping[str, float]) -> Iterator[Changed]:
    values = {query: (float(a.values[row]), float(b.values[row])) for row, query in enumerate(a.queries)}
    for query in sorted(alike, key=lambda one: (alike[one], one))[:MOST_CHANGED]:
        if alike[query] < 1:
            yield Changed(query, alike[query], *values[query])

"""Whom lists show: how evenly, whom never, the new, the sparse and groups that are stated with consent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.violations import meets
from matcher.reasons import Rule
from profiles.schema import FIELDS, IDENTITY_FIELDS, Preferences, Therapist

DEPTH = 10
"""Places that are looked at: the first ten of a list."""

NEW_DAYS = 90
FEWEST = 10
"""A group with fewer therapists is not told of: its figure would be about persons."""

PERSISTENCE = 0.9
"""Of rank-biased overlap: how likely a reader goes on from one place to the next."""

RANKED = tuple(name for name, field in FIELDS.items() if field.ranked)
GROUP_FIELDS = tuple(name for name in IDENTITY_FIELDS if FIELDS[name].ranked)


@dataclass(frozen=True)
class GroupShare:
    """One group of therapists: its share of the directory and of what lists show.

    Attributes:
        group: `new`, `sparse`, or `field:term` of a field that is held with consent alone.
        therapists: how many of the directory.
        directory, exposure: shares, 0 to 1.
    """

    group: str
    therapists: int
    directory: float
    exposure: float


@dataclass(frozen=True)
class Lists:
    """What the lists of one run are like, whatever anybody judged.

    Attributes:
        queries: how many were asked.
        empty: how many of them found nobody.
        violations: places in first tens whose therapist fails a must.
        coverage: share of the directory that stands in any first ten.
        gini: of exposure over the directory, 0 all alike to near 1 one alone.
        groups: shares of exposure.
    """

    queries: int
    empty: int
    violations: int
    coverage: float
    gini: float
    groups: tuple[GroupShare, ...]


def lists(
    order: Mapping[str, Sequence[str]], asked: Mapping[str, Preferences], people: Mapping[str, Therapist], rule: Rule
) -> Lists:
    """Return what the lists of a run are like.

    Args:
        order: ids by query; only the first ten of each are looked at.
        asked: the preferences of every query.
        people: the directory, by id; an id that is not in it counts for no group and as a violation.
        rule: the day, and the levels of language that count.
    """
    shown = {query: list(order.get(query, ()))[:DEPTH] for query in asked}
    exposure = exposed(shown.values(), list(people))
    total = exposure.sum()
    return Lists(
        queries=len(asked),
        empty=sum(not ids for ids in shown.values()),
        violations=sum(
            one not in people or not meets(people[one], asked[query], rule)
            for query, ids in shown.items()
            for one in ids
        ),
        coverage=float(np.count_nonzero(exposure)) / max(len(people), 1),
        gini=gini(exposure),
        groups=tuple(
            GroupShare(
                group=name,
                therapists=len(rows),
                directory=len(rows) / len(people),
                exposure=float(exposure[rows].sum() / total) if total else 0.0,
            )
            for name, rows in _groups(people.values(), rule.as_of).items()
        ),
    )


def exposed(shown: Iterable[Sequence[str]], ids: Sequence[str]) -> NDArray[np.float64]:
    """Return float64 [ids]: how much each is shown, 1/log2(place + 1) for each place it stands at.

    The discount is that of nDCG (Singh and Joachims 2018 call the sum exposure).
    """
    rows = {one: row for row, one in enumerate(ids)}
    found = np.zeros(len(ids))
    for one_list in shown:
        for place, identity in enumerate(one_list, start=1):
            if identity in rows:
                found[rows[identity]] += 1 / np.log2(place + 1)
    return found


def gini(counts: NDArray[np.float64]) -> float:
    """Return the Gini index of counts, 0 where there are none.

    >>> gini(np.array([1.0, 1.0, 1.0])), gini(np.array([0.0, 0.0, 3.0]))
    (0.0, 0.6666666666666666)
    """
    total, size = counts.sum(), len(counts)
    if not total:
        return 0.0
    ranks = np.arange(1, size + 1)
    return max(float((2 * ranks - size - 1) @ np.sort(counts) / (size * total)), 0.0)


def _groups(people: Collection[Therapist], as_of: date) -> dict[str, list[int]]:
    """Return the rows of each group that is large enough to be told of."""
    found: dict[str, list[int]] = defaultdict(list)
    for row, person in enumerate(people):
        for name in _groups_of(person, as_of):
            found[name].append(row)
    return {name: rows for name, rows in sorted(found.items()) if len(rows) >= FEWEST}


def _groups_of(person: Therapist, as_of: date) -> Iterator[str]:
    if person.facts and all(fact.as_of > as_of - timedelta(days=NEW_DAYS) for fact in person.facts.values()):
        yield "new"
    if sum(name in person.facts for name in RANKED) * 2 < len(RANKED):
        yield "sparse"
    for field in GROUP_FIELDS:
        yield from (f"{field}:{term}" for term in person.terms(field))


def overlap(a: Sequence[str], b: Sequence[str], persistence: float = PERSISTENCE) -> float:
    """Return the extrapolated rank-biased overlap of two lists, 0 nothing in common to 1 the same.

    RBO_ext of Webber, Moffat and Zobel 2010, equation 32, which takes lists of two lengths. Two empty lists are the
    same.

    >>> overlap("abc", "abc"), overlap("abc", "xyz"), overlap("", "")
    (1.0, 0.0, 1.0)
    """
    short, long = sorted((a, b), key=len)
    if not short:
        return float(not long)
    p, s, l = persistence, len(short), len(long)  # noqa: E741 - as the paper names them
    shared = _shared(short, long)
    depths = np.arange(1, l + 1)
    agreed = (shared / depths * p**depths).sum()
    beyond = depths[s:]
    guessed = (shared[s - 1] * (beyond - s) / (s * beyond) * p**beyond).sum()
    rest = ((shared[-1] - shared[s - 1]) / l + shared[s - 1] / s) * p**l
    return min(float((1 - p) / p * (agreed + guessed) + rest), 1.0)


def _shared(short: Sequence[str], long: Sequence[str]) -> NDArray[np.float64]:
    """Return float64 [long]: how many the first `d` of both have in common, for each depth d."""
    seen: set[str] = set()
    counts, common = [], 0
    for depth, one in enumerate(long):
        for new in (one, *short[depth : depth + 1]):
            common += new in seen
            seen.add(new)
        counts.append(common)
    return np.array(counts, dtype=np.float64)

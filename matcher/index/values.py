"""The values of wishes: one byte a wish and therapist, and what each byte is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.index.columns import NO_STYLE
from matcher.index.described import NO_TEXT
from matcher.index.musts import standing_to
from matcher.index.query import Index, Mask, Rows
from matcher.index.reported import ReportedDoor
from matcher.index.reranked import Reranked
from models.factors import POLES, WORDS, Wish
from profiles.schema import STYLES, Preferences

NOT_STATED = 255
"""The byte of a therapist who does not state the field; the same as that of one without a text."""

STYLE_RANGE = 6
"""Distance between the two ends of a style; a value is 1 - |client - therapist| / 6."""


@dataclass(frozen=True)
class Values:
    """What wishes are worth, for the rows asked for.

    Attributes:
        index: where they were read.
        codes: uint8 [wishes, rows].
        levels: float64 [wishes, 256]: the value 0..1 (or -1..0 for what is to be avoided) that each byte stands for.
        reported: what clients reported of the same rows, None while the door is off.
        reranked: what a re-ranker adds to them, None for a variant without one.
    """

    index: Index
    codes: NDArray[np.uint8]
    levels: NDArray[np.float64]
    reported: ReportedDoor | None = None
    reranked: Reranked | None = None

    def scores(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64 [rows]: the sum of weight times value, in one order so that it never varies.

        Wish by wish, then what clients reported, then what a re-ranker adds.
        """
        total = np.zeros(self.codes.shape[1])
        for codes, levels, weight in zip(self.codes, self.levels, weights, strict=True):
            total += (levels * weight).take(codes)
        if self.reported is not None:
            total += self.reported.contributions()
        if self.reranked is not None:
            total += self.reranked.contributions()
        return total

    def taken(self, positions: Rows) -> Values:
        """Return the values of some of the rows."""
        reported = None if self.reported is None else self.reported.taken(positions)
        reranked = None if self.reranked is None else self.reranked.taken(positions)
        return replace(self, codes=self.codes.take(positions, axis=1), reported=reported, reranked=reranked)

    def value(self, wish: int, row: int) -> float:
        """Return the value of one wish for one of the rows."""
        return float(self.levels[wish, self.codes[wish, row]])

    def passage(self, terms: Sequence[tuple[str, str]], row: int) -> int:
        """Return the number of the passage that speaks most for one of some terms in the text of an index row."""
        read = [self.index.described_places[key] for key in terms if key in self.index.described_places]
        strongest = max(read, key=lambda place: int(self.index.described[place, row]))
        return int(self.index.arrays["best_passage"][strongest, row])


def mean_of_stated(total: float, number: int) -> float:
    """Return what a field that is not stated is worth: the directory mean of those who state it, drawn to 1/4.

    >>> mean_of_stated(0, 0)
    0.25
    """
    return (total + 1) / (number + 4)


def values(
    index: Index,
    wishes: Sequence[Wish],
    rows: Rows,
    as_of: date,
    language_floor: int,
    *,
    reported: ReportedDoor | None = None,
    reranked: Reranked | None = None,
) -> Values:
    """Return the values of all wishes but the client's own words, which are read later.

    Args:
        index: where they are read.
        wishes: what is read.
        rows: int64 [rows], whose values are asked for.
        as_of: the day licences are judged for.
        language_floor: level below which a language does not count.
        reported: what clients reported of every row of the index, None while the door is off; it answers no wish.
        reranked: what a re-ranker adds to every row, None for a variant without one; nor does this.
    """
    codes = np.zeros((len(wishes), len(rows)), dtype=np.uint8)
    levels = np.zeros((len(wishes), 256))
    every = len(rows) == index.size
    for number, wish in enumerate(wishes):
        if wish.factor.name == WORDS:
            continue
        column, worth = _read(index, wish, as_of, language_floor)
        codes[number] = column if every else column.take(rows)
        levels[number] = worth
    return Values(
        index,
        codes,
        levels,
        reported=reported and reported.taken(rows),
        reranked=reranked and reranked.taken(rows),
    )


def _read(index: Index, wish: Wish, as_of: date, language_floor: int) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return one wish as uint8 [size] and the worth of each byte."""
    if wish.door == "described":
        return _described(index, wish)
    if wish.factor.field == "style":
        return _style(index, wish)
    if wish.factor.field in ("language", "jurisdiction", "profession"):
        return _shares(*_standing_counts(index, wish, as_of, language_floor), wish)
    counts = index.count_terms(wish.factor.field, wish.terms)
    stated = index.stated(wish.factor.field)
    total = sum(int(index.term_counts[index.places[wish.factor.field, code]]) for code in wish.terms)
    return _shares(counts, stated, index.stated_counts[wish.factor.field], total, wish)


def _shares(
    counts: NDArray[np.uint8], stated: NDArray[np.bool_], number: int, total: int, wish: Wish
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return the share of the terms met; below nothing when they are to be avoided."""
    asked, sign = len(wish.terms), -1.0 if wish.avoid else 1.0
    levels = np.zeros(256)
    levels[: asked + 1] = sign * np.arange(asked + 1) / asked
    levels[NOT_STATED] = sign * mean_of_stated(total / asked, number)
    return _unless(stated, counts), levels


def _unless(known: Mask, counts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the counts, 255 where nothing is known: the quick form of `np.where(known, counts, 255)`."""
    unknown = known.view(np.uint8) - np.uint8(1)
    unknown |= counts
    return unknown


def _standing_counts(
    index: Index, wish: Wish, as_of: date, language_floor: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], int, int]:
    """Count what is asked of licences and languages by the rule of the must, one term at a time."""
    counts, stated, total = np.zeros(index.size, dtype=np.uint8), np.zeros(index.size, dtype=bool), 0
    for term in wish.terms:
        alone = Preferences(must={wish.factor.field: (term,)})
        standing = standing_to(index, alone, wish.factor.field, as_of, language_floor)
        counts += standing.met.view(np.uint8)
        stated |= standing.stated
        total += int(np.count_nonzero(standing.met))
    return counts, stated, int(np.count_nonzero(stated)), total


def _style(index: Index, wish: Wish) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    sides = index.arrays["style"][STYLES.index(wish.factor.name)]
    counts = index.style_counts[STYLES.index(wish.factor.name)]
    levels = np.zeros(256)
    for side in range(-3, 4):
        levels[side % 256] = 1 - abs(wish.target - side) / STYLE_RANGE
    number = int(counts.sum() - counts[NO_STYLE % 256])
    levels[NO_STYLE % 256] = mean_of_stated(float(levels @ counts), number)
    return sides.view(np.uint8), levels


def described_terms(wish: Wish) -> tuple[tuple[str, str], ...]:
    """Return (field, code) of the terms that a text is read for."""
    if wish.factor.field == "style":
        low, high = POLES[wish.factor.name]
        return (("style_pole", high if wish.target > 0 else low),)
    return tuple((wish.factor.field, code) for code in wish.terms)


def _described(index: Index, wish: Wish) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return the mean byte over the wished terms; a term that no text is read for counts as nothing."""
    asked = described_terms(wish)
    read = [index.described_places[key] for key in asked if key in index.described_places]
    levels = np.arange(256) / 255
    if not read:
        return np.full(index.size, 0, dtype=np.uint8), levels
    total = sum(int(index.described_sums[place]) for place in read) / len(asked) / 255
    levels[NO_TEXT] = mean_of_stated(total, index.text_count)
    if len(asked) == 1:
        return index.described[read[0]], levels
    sums = np.zeros(index.size, dtype=np.uint16)
    for place in read:
        sums += index.described[place]
    means = (sums // len(asked)).astype(np.uint8)
    return _unless(index.arrays["passages"] > 0, means), levels

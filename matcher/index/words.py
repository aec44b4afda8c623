"""A client's own words against texts: both are read as concerns, and their wording is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matcher.index.described import NO_TEXT, START
from matcher.index.query import Index, Rows
from models.reading import likeliest, read_concerns, without
from models.vectors import quantised

UNKNOWN = (1 - START) / 2
"""What a profile without a text is worth: the mean of max(0, (u - START) / (1 - START)) for uniform u."""

LOOKED_FOR = 8
"""Concerns of a reading that are looked for in texts."""

LEANED_ON = 0.05
"""Certainty from which lines about a concern are no longer unrelated to the words."""

CERTAIN = 0.15
"""Certainty from which a concern is shown to the client and looked for among the listed ones."""

MOST_SHOWN = 3

WORDING = 0.5
"""Log-odds that one standard deviation of likeness in wording counts, beside what both are about; chosen on the sets
four to six of tests/words (of .3, .5, .7, .8 and 1)."""

SLIGHT = 0.001
"""Agreement that is as good as none: a log of it is finite, and far below that of any text about the same."""

REACHED = 0.9
"""A text is worth nothing up to what nine in ten unrelated ones reach, and all from what nine in ten lines about the
same concerns reach."""

LISTED = 0.5
"""How far a profile that lists the concern is lifted towards 1, and one that lists only others is lowered towards 0,
when the reading is certain; our choice, see ADR 16."""

MOST = (NO_TEXT - 1) / NO_TEXT
"""No wording is ever a full 1."""


@dataclass(frozen=True)
class WordReading:
    """A client's words as they are looked for in one directory.

    A text is near to the words when it is about the same, and worded like them: the log of the agreement, and
    `WORDING` times the likeness in standard deviations. How near is near, lines of therapists about other concerns and
    about the same ones tell, and texts of this directory that list none of them.

    Attributes:
        index: the directory.
        vector: float32 [d], the wording in whole numbers.
        concerns: int64 [concerns], numbers of those that are looked for, the likeliest first.
        certainties: float64 [concerns], how certain each is.
    """

    index: Index
    vector: NDArray[np.float32]
    concerns: NDArray[np.int64]
    certainties: NDArray[np.float64]

    @classmethod
    def of(cls, index: Index, words: str, vector: NDArray[np.float32], not_about: Sequence[str] = ()) -> WordReading:
        """Read words as concerns.

        Args:
            index: the directory.
            words: what the client wrote.
            vector: float32 [d], as the encoder gave it.
            not_about: concerns that the client said it is not.
        """
        kept = quantised(vector)
        certainty = without(index.reference.reader.certainties_of_words(kept, words), not_about)
        first = likeliest(certainty, LOOKED_FOR)
        return cls(index, kept.astype(np.float32), first, certainty[first])

    @property
    def read(self) -> tuple[tuple[str, float], ...]:
        """(concern, certainty) that are certain enough to be shown, the likeliest first."""
        pairs = zip(self.concerns[:MOST_SHOWN].tolist(), self.certainties[:MOST_SHOWN].tolist(), strict=True)
        return tuple((read_concerns()[n], certain) for n, certain in pairs if certain >= CERTAIN)

    def rough(self, rows: Rows) -> NDArray[np.float64]:
        """Return float64 [rows], 0..1, from what texts are about alone; only to shorten the list."""
        worth = _between(self._agree(rows), *self._marks(self._lines_agree, self._background_agrees))
        return self._with_lists(rows, np.where(self.index.arrays["passages"][rows] > 0, worth, UNKNOWN))

    def values(self, rows: Rows) -> WordValues:
        """Return what texts and lists of some therapists are worth to the words."""
        spoken = np.full(len(rows), UNKNOWN)
        texts = np.flatnonzero(self.index.arrays["passages"][rows])
        if len(texts):
            spoken[texts] = _between(self._texts_near(rows[texts]), *self._ends)
        return WordValues(self, np.minimum(self._with_lists(rows, spoken), MOST), spoken)

    def passage(self, row: int) -> int:
        """Return the number of the passage that speaks to the words most, `NO_TEXT` where none is nearer than most."""
        arrays, slots = self.index.arrays, self.index.slots
        count = int(arrays["passages"][row])
        if count == 0:
            return NO_TEXT
        start = slots.starts[arrays["slot"][row]]
        lines = slots.passages[start : start + count]
        about = self.index.reference.reader.certainties(lines)
        near = _logged(self.certainties @ about.T[self.concerns]) + WORDING * self._alike(lines.astype(np.float32))
        return int(near.argmax()) if near.max() > self._ends[0] else NO_TEXT

    @cached_property
    def _ends(self) -> tuple[float, float]:
        lines = self._lines_agree + WORDING * self._alike(self.index.reference.lines_counted)
        texts = self._background_agrees + WORDING * self._alike(self.index.background_wholes)
        return self._marks(lines, texts)

    def _marks(self, lines: NDArray[np.float64], texts: NDArray[np.float64]) -> tuple[float, float]:
        """Return what nine in ten unrelated lines and texts reach, and nine in ten lines about the same.

        Where nothing is read, no line is about the same, and the nearest of all is the mark.

        Args:
            lines: float64 [lines of the reference], how near each is.
            texts: float64 [background], likewise.
        """
        leaned_on = self.concerns[self.certainties >= LEANED_ON]
        related = np.isin(self.index.reference.concerns, leaned_on)
        unrelated = np.concatenate([lines[~related], texts[self.listed(self.index.background) == 0]])
        high = np.quantile(lines[related], REACHED) if related.any() else lines.max()
        return float(np.quantile(unrelated, REACHED)), float(high)

    @cached_property
    def _lines_agree(self) -> NDArray[np.float64]:
        return _logged(self.certainties @ self.index.reference.lines_about[self.concerns])

    @cached_property
    def _background_agrees(self) -> NDArray[np.float64]:
        return self._agree(self.index.background)

    def _agree(self, rows: Rows) -> NDArray[np.float64]:
        """Return float64 [rows]: log of how far their texts are about the same as the words."""
        found = np.zeros(len(rows))
        for concern, certainty in zip(self.concerns, self.certainties / 255, strict=True):
            found += certainty * self.index.arrays["about"][concern].take(rows)
        return _logged(found)

    def _texts_near(self, rows: Rows) -> NDArray[np.float64]:
        wholes = self.index.slots.wholes[self.index.arrays["slot"][rows]].astype(np.float32)
        return self._agree(rows) + WORDING * self._alike(wholes)

    def _alike(self, counted: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return float64 [n], likeness of wording of whole numbers [n, d], in deviations over the reference's lines.

        Over two encoders these are added. What only one of them can read, be it the words or a text, counts twice
        there, so that a text in another language is neither ahead nor behind.
        """
        split, words = self.index.reference.split, self.vector
        english = counted[:, :split].any(axis=1)
        second = (counted[:, split:] @ words[split:]).astype(np.float64)
        # the part of a text that two encoders read has length 1 / sqrt(2)
        second = np.where(english | (split == 0), second, second / np.sqrt(2.0))
        alike = self._in_deviations(second, part=1)
        if not words[:split].any():
            return 2 * alike
        first = (counted[:, :split] @ words[:split]).astype(np.float64)
        return alike + np.where(english, self._in_deviations(first, part=0), alike)

    def _in_deviations(self, products: NDArray[np.float64], part: int) -> NDArray[np.float64]:
        mean, deviation = self._spread[part]
        return (products - mean) / deviation

    @cached_property
    def _spread(self) -> tuple[tuple[float, float], ...]:
        """For each encoder's part the mean product of the words with the reference's lines, and the deviation."""
        split, words, lines = self.index.reference.split, self.vector, self.index.reference.lines_counted
        products = [lines[:, part] @ words[part] for part in (slice(split), slice(split, None))]
        exact = [one.astype(np.float64) for one in products]
        return tuple((float(one.mean()), max(float(one.std()), 1.0)) for one in exact)

    def listed(self, rows: Rows) -> NDArray[np.float64]:
        """Return float64 [rows]: the certainty of the likeliest shown concern that a profile lists, 0 for none."""
        found = np.zeros(len(rows))
        for concern, certainty in self.read:
            found = np.maximum(found, certainty * self.index.bit("concern", concern).take(rows))
        return found

    def _with_lists(self, rows: Rows, worth: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what texts are worth together with what is listed; without a list of concerns a text's worth stays."""
        certainty = self.listed(rows)
        silent = ~self.index.stated("concern").take(rows)
        others = LISTED * max((certain for _, certain in self.read), default=0.0)
        kept = np.where(silent | (certainty > 0), worth, worth * (1 - others))
        lifted: NDArray[np.float64] = 1 - (1 - kept) * (1 - LISTED * certainty)
        return lifted


@dataclass(frozen=True)
class WordValues:
    """How profiles speak to a client's words.

    Attributes:
        reading: what was looked for.
        values: float64 [rows], 0..1; `UNKNOWN` for a profile without a text that lists nothing of it.
        spoken: float64 [rows], the same from the text alone.
    """

    reading: WordReading
    values: NDArray[np.float64]
    spoken: NDArray[np.float64]

    @property
    def read(self) -> tuple[str, ...]:
        """Concerns that the words were read as."""
        return tuple(concern for concern, _ in self.reading.read)


def _logged(agreement: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log of how far texts are about the same; rounded, so that it never varies."""
    logs: NDArray[np.float64] = np.log(np.round(agreement, 9) + SLIGHT)
    return logs


def _between(near: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Return 0..1: the place of each between two marks."""
    place: NDArray[np.float64] = np.clip((near - low) / max(high - low, SLIGHT), 0.0, MOST)
    return place

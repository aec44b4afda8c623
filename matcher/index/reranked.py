"""What a re-ranker counts and what it adds: how often index rows were shown, and a bounded value a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.index.query import Rows


@dataclass(frozen=True)
class ShownRows:
    """How often each index row stood on lists, by month: whole steps, and nothing of whose lists.

    Attributes:
        months: int64 [months], the first day of each as an ordinal, ascending.
        counts: int64 [months, rows].
    """

    months: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def over(
        cls, counted: Mapping[date, Mapping[str, int]], ids: Sequence[str], kept_as: Callable[[str], str] = str
    ) -> ShownRows:
        """Return what was counted by row of some ids.

        Args:
            counted: by the first day of each month, and by id.
            ids: of the rows; whoever is not among them is left out.
            kept_as: the id that a profile is kept under today, asked of those who are not among them.
        """
        rows = {identity: row for row, identity in enumerate(ids)}
        months = sorted(counted)
        counts = np.zeros((len(months), len(ids)), dtype=np.int64)
        for line, month in zip(counts, months, strict=True):
            for who, count in counted[month].items():
                row = rows[who] if who in rows else rows.get(kept_as(who))
                if row is not None:
                    line[row] += count
        return cls(np.array([month.toordinal() for month in months], dtype=np.int64), counts)

    def between(self, first: date, last: date) -> NDArray[np.int64]:
        """Return int64 [rows]: how often each was shown in the months of two days and those between."""
        during = (self.months >= first.replace(day=1).toordinal()) & (self.months <= last.toordinal())
        total: NDArray[np.int64] = self.counts[during].sum(axis=0)
        return total


@dataclass(frozen=True)
class Reranked:
    """What a re-ranker adds to the scores of some rows.

    Attributes:
        name: of the re-ranker.
        weight: of it, in units of the score.
        values: float64 [rows], -1..0.
    """

    name: str
    weight: float
    values: NDArray[np.float64]

    def contributions(self) -> NDArray[np.float64]:
        """Return float64 [rows]: what is added to each score."""
        return self.weight * self.values

    def taken(self, positions: Rows) -> Reranked:
        """Return what is added to some of the rows."""
        return replace(self, values=self.values.take(positions))

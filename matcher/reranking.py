"""Re-rankers: what a variant adds to the order beside wishes, bounded, as rules over arrays.

A re-ranker may read what the service itself has done, here how often it showed somebody; never contacts, clicks,
ratings or anything of a client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from matcher.index.query import Index, Mask, open_rows
from matcher.index.reranked import Reranked, ShownRows
from matcher.records import BAND

WEIGHT = BAND
"""What a re-ranker can take from a score at most: one band, so that nobody falls by more than one. Our choice."""

FULL_AT = 4.0
"""Times the mean of the directory from which the whole weight is taken; our choice."""

WINDOW_DAYS = 28
"""Days before the session whose lists count, in whole months since counters hold no days; our choice."""

Rule = Callable[[NDArray[np.int64], Mask], NDArray[np.float64]]


def capacity(shown: NDArray[np.int64], listed: Mask) -> NDArray[np.float64]:
    """Return float64 [rows], -1..0: 0 up to the mean of who is listed, falling evenly to -1 at `FULL_AT` times it.

    Args:
        shown: int64 [rows], how often each stood on lists.
        listed: bool [rows], who may be listed at all, whether ever shown or not.

    >>> capacity(np.array([10, 0, 40, 0, 0]), np.full(5, True)).tolist()
    [0.0, 0.0, -1.0, 0.0, 0.0]
    """
    mean = float(shown[listed].mean()) if listed.any() else 0.0
    if mean == 0:
        return np.zeros(len(shown))
    above: NDArray[np.float64] = (shown / mean - 1) / (FULL_AT - 1)
    return 0.0 - np.clip(above, 0.0, 1.0)


RULES: Mapping[str, Rule] = {"capacity": capacity}
"""The rule of each re-ranker, by the name that variants give."""


def reranked(name: str, shown: ShownRows, index: Index, as_of: date) -> Reranked:
    """Return what a re-ranker adds to every row of the index for a session on a day."""
    counted = shown.between(as_of - timedelta(days=WINDOW_DAYS), as_of)
    listed, _ = open_rows(index, as_of)
    return Reranked(name, WEIGHT, RULES[name](counted, listed))

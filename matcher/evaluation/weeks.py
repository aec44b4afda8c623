"""What simulated clients ask and are shown, week by week where lists depend on how often somebody was shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matcher.feedback.protocol import STEP
from matcher.reranking import WINDOW_DAYS

Lists = NDArray[np.int64]
Remade = Callable[[NDArray[np.int64]], tuple[Lists, Lists]]

NOBODY = -1
COUNTED_WEEKS = WINDOW_DAYS // 7
"""Weeks before a list whose counts a re-ranker reads."""


@dataclass(frozen=True)
class Traffic:
    """What clients ask, what both variants show for it, and how well each therapist meets it.

    Attributes:
        control, treatment: int64 [asked, places], rows of therapists, `NOBODY` where a list is shorter.
        met: float64 [asked, therapists], share of the stated wishes that are met, 0 to 1.
        often: float64 [asked], how often each is asked, sums to 1.
        remade: both lists again, from how often each therapist was shown (int64 [therapists]); None where that moves
            no list.
    """

    control: Lists
    treatment: Lists
    met: NDArray[np.float64]
    often: NDArray[np.float64]
    remade: Remade | None = None

    @property
    def therapists(self) -> int:
        """How many there are."""
        return int(self.met.shape[1])

    def after(self, shown: NDArray[np.int64]) -> Traffic:
        """Return the traffic once therapists were shown so often."""
        if self.remade is None:
            return self
        control, treatment = self.remade(shown)
        return replace(self, control=control, treatment=treatment)


def weekly(traffic: Traffic, lists: Lists, weeks: int) -> Iterator[tuple[slice, Traffic]]:
    """Yield the clients of each week with what they are shown; all at once where counts move no list.

    Counters begin blank, count in whole steps and are read for the last weeks alone.

    Args:
        traffic: what is asked and shown.
        lists: int64 [clients, places], which the caller fills week by week.
        weeks: how many.
    """
    ends = np.linspace(0, len(lists), 2 if traffic.remade is None else weeks + 1).astype(int).tolist()
    for week, (start, end) in enumerate(pairwise(ends)):
        forgotten = ends[max(0, week - COUNTED_WEEKS)]
        yield slice(start, end), traffic.after(_steps(traffic, lists[:start]) - _steps(traffic, lists[:forgotten]))


def _steps(traffic: Traffic, lists: Lists) -> NDArray[np.int64]:
    """Return int64 [therapists]: how often each stood on some lists, in whole steps as counters are written."""
    counts = np.bincount(lists[lists != NOBODY], minlength=traffic.therapists)
    return counts // STEP * STEP

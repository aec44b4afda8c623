"""What a difference between two rankings is worth: paired interval, paired randomisation, wins and losses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
EQUAL = 1e-9
"""Differences below this are ties."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One ranking minus another over the same queries.

    Attributes:
        mean: of the differences.
        low, high: 95 % bootstrap interval of the mean, whole queries drawn.
        p: of the two-sided paired randomisation test, (count + 1) / (resamples + 1).
        wins, ties, losses: of queries.
    """

    mean: float
    low: float
    high: float
    p: float
    wins: int
    ties: int
    losses: int


def difference(
    a: NDArray[np.float64], b: NDArray[np.float64], rng: np.random.Generator, resamples: int = RESAMPLES
) -> Difference:
    """Return a minus b over paired queries.

    Args:
        a: float64 [queries], a measure of one run.
        b: float64 [queries], the same of another.
        rng: draws queries and signs.
        resamples: how often.

    Raises:
        ValueError: there are no queries, or not as many in one as in the other.
    """
    if len(a) != len(b) or not len(a):
        raise ValueError(f"{len(a)} and {len(b)} queries")
    apart = a - b
    low, high = np.quantile(apart[rng.integers(0, len(apart), (resamples, len(apart)))].mean(axis=1), [0.025, 0.975])
    flipped = np.abs((rng.integers(0, 2, (resamples, len(apart))) * 2 - 1) @ apart) / len(apart)
    as_far = int(np.count_nonzero(flipped >= abs(apart.mean()) - EQUAL))
    return Difference(
        mean=float(apart.mean()),
        low=float(low),
        high=float(high),
        p=(as_far + 1) / (resamples + 1),
        wins=int(np.count_nonzero(apart > EQUAL)),
        ties=int(np.count_nonzero(np.abs(apart) <= EQUAL)),
        losses=int(np.count_nonzero(apart < -EQUAL)),
    )

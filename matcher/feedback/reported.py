"""From check-ins to means: one score a client, and how far a therapist's mean lies from what such clients report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.feedback.items import HIGHEST, LOWEST, ranked_mean
from matcher.feedback.protocol import CheckIn
from matcher.index.reported import Reported

FEWEST_CLIENTS = 10
"""Distinct clients below which nothing is said of a therapist, and below which clients make no group of their own."""

MOST_VALUE = 0.5
NORMAL_95 = 1.959964
"""Two-sided 95 % quantile of the normal distribution: S is estimated from the clients of the whole directory."""


@dataclass(frozen=True)
class Scores:
    """One ranked score a client.

    Attributes:
        therapists: str [clients], the id of each client's therapist.
        groups: str [clients], the scale and the case mix; clients of one group are compared with each other.
        values: float64 [clients], 1..5.
    """

    therapists: NDArray[np.str_]
    groups: NDArray[np.str_]
    values: NDArray[np.float64]


def scores_of(checkins: Iterable[CheckIn], kept_as: Callable[[str], str] = str) -> Scores:
    """Return the score of each client: the mean of the ranked answers of their earliest ranked check-in.

    Args:
        checkins: in any order; of one therapist, client and session at most one.
        kept_as: the id that a therapist's profile is kept under today.
    """
    earliest: dict[tuple[str, str], tuple[int, float, str]] = {}
    for one in sorted(checkins, key=lambda one: (one.therapist, one.client, one.session)):
        score = ranked_mean(one)
        if score is not None:
            earliest.setdefault((one.therapist, one.client), (one.session, score, f"{one.scale}/{one.case_mix}"))
    kept = {therapist: kept_as(therapist) for therapist, _ in earliest}
    return Scores(
        np.array([kept[therapist] for therapist, _ in earliest], dtype=np.str_),
        np.array([group for _, _, group in earliest.values()], dtype=np.str_),
        np.array([score for _, score, _ in earliest.values()], dtype=np.float64),
    )


def reported_means(scores: Scores, fewest: int = FEWEST_CLIENTS) -> Reported:
    """Return the means of all therapists with at least `fewest` clients.

    The value of a therapist is (mean - mu) / (2 S), clipped to -.5...5 and not shrunk: the weight of the door grows
    with the number of clients instead. mu is the case-mix mean, what the groups of the therapist's clients report on
    average in the whole directory; S is the SD of single clients' scores around the means of their groups.
    """
    ids, of_therapist = np.unique(scores.therapists, return_inverse=True)
    expected = _group_means(scores)
    spread = _spread(scores.values - expected)
    clients = np.bincount(of_therapist, minlength=len(ids))
    enough = clients >= fewest
    means, mus = (
        np.bincount(of_therapist, weights=one, minlength=len(ids))[enough] / clients[enough]
        for one in (scores.values, expected)
    )
    deviations = means - mus
    values = np.clip(deviations / (2 * spread), -MOST_VALUE, MOST_VALUE) if spread > 0 else np.zeros(len(means))
    margins = NORMAL_95 * spread / np.sqrt(clients[enough])
    lows, highs = np.maximum(means - margins, LOWEST), np.minimum(means + margins, HIGHEST)
    return Reported(ids[enough], clients[enough], means, lows, highs, mus, values)


def _group_means(scores: Scores) -> NDArray[np.float64]:
    """Return float64 [clients]: the mean of each client's group, of all clients where the group is too small."""
    if not len(scores.values):
        return scores.values
    names, of_group = np.unique(scores.groups, return_inverse=True)
    sizes = np.bincount(of_group, minlength=len(names))
    means = np.bincount(of_group, weights=scores.values, minlength=len(names)) / sizes
    means[sizes < FEWEST_CLIENTS] = scores.values.mean()
    by_client: NDArray[np.float64] = means[of_group]
    return by_client


def _spread(residuals: NDArray[np.float64]) -> float:
    """Return the SD of residuals, 0 where fewer than two clients answered or all answered the same."""
    if len(residuals) < 2:
        return 0.0
    return float(np.sqrt(np.sum(residuals**2) / (len(residuals) - 1)))

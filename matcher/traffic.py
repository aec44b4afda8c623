"""The traffic of this service for a simulation: what both variants show, and how well each therapist meets it.

Lists of a variant with a re-ranker are made anew from what the simulation has counted; the others stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.weeks import NOBODY, Lists, Traffic
from matcher.events.protocol import Arm
from matcher.explain import Listed
from matcher.index.reranked import ShownRows
from matcher.pipeline import Service, ranked
from profiles.schema import Preferences


def traffic_of(asked: Sequence[Preferences], services: Mapping[Arm, Service], places: int, as_of: date) -> Traffic:
    """Rank by both variants for everything that is asked, each as often as the others.

    Args:
        asked: the sets of preferences.
        services: both variants, over one index.
        places: of each list.
        as_of: the day of the session.
    """
    size = services["control"].index.size
    lists = {arm: np.full((len(asked), places), NOBODY) for arm in services}
    met = np.zeros((len(asked), size))
    for number, preferences in enumerate(asked):
        for arm, service in services.items():
            _, listed = ranked(preferences, service, places, as_of)
            _put(lists[arm][number], listed)
            met[number, listed.ranking.rows] = _met(listed)

    def remade(shown: NDArray[np.int64]) -> tuple[Lists, Lists]:
        counted = ShownRows(np.array([as_of.replace(day=1).toordinal()]), shown[None, :])
        control, treatment = (
            lists[arm] if service.shown is None else _lists(asked, replace(service, shown=counted), places, as_of)
            for arm, service in services.items()
        )
        return control, treatment

    counts = any(service.shown is not None for service in services.values())
    often = np.full(len(asked), 1 / max(len(asked), 1))
    return Traffic(lists["control"], lists["treatment"], met, often, remade if counts else None)


def _lists(asked: Sequence[Preferences], service: Service, places: int, as_of: date) -> Lists:
    found = np.full((len(asked), places), NOBODY)
    for row, preferences in zip(found, asked, strict=True):
        _put(row, ranked(preferences, service, places, as_of)[1])
    return found


def _put(row: Lists, listed: Listed) -> None:
    """Write the first places of a ranking into a row that holds nobody yet."""
    best = listed.ranking.best(len(row))
    row[: len(best)] = listed.ranking.rows[best]


def _met(listed: Listed) -> NDArray[np.float64]:
    """Return float64 [eligible]: mean value of the stated wishes; what is not stated counts as the directory's mean."""
    stated = np.array([wish.door == "stated" for wish in listed.wishes], dtype=np.float64)
    worth = replace(listed.worth, reported=None, reranked=None)
    found: NDArray[np.float64] = worth.scores(stated / max(stated.sum(), 1.0))
    return np.clip(found, 0.0, 1.0)

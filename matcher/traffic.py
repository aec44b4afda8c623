"""The traffic of this service for a simulation: what both variants show, and how well each therapist meets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.simulate import NOBODY, Traffic
from matcher.events.protocol import Arm
from matcher.explain import Listed
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
            rows = listed.ranking.rows[listed.ranking.best(places)]
            lists[arm][number, : len(rows)] = rows
            met[number, listed.ranking.rows] = _met(listed)
    return Traffic(lists["control"], lists["treatment"], met, np.full(len(asked), 1 / max(len(asked), 1)))


def _met(listed: Listed) -> NDArray[np.float64]:
    """Return float64 [eligible]: mean value of the stated wishes; what is not stated counts as the directory's mean."""
    stated = np.array([wish.door == "stated" for wish in listed.wishes], dtype=np.float64)
    worth = replace(listed.worth, reported=None)
    found: NDArray[np.float64] = worth.scores(stated / max(stated.sum(), 1.0))
    return np.clip(found, 0.0, 1.0)

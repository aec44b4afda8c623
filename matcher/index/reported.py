"""The reported door: what clients said of therapists in check-ins, and what it adds to the score of each index row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matcher.index.query import Rows
from models.factors import State
from models.fit import DOORS, FitModel


@dataclass(frozen=True)
class Reported:
    """Means of check-ins, one place a therapist; whoever has too few clients to be spoken of has none.

    Attributes:
        ids: str [therapists], ascending.
        clients: int64 [therapists], distinct clients.
        means: float64 [therapists], 1..5.
        lows, highs: float64 [therapists], the ends of the interval of the mean, within 1..5.
        expected: float64 [therapists], the mean that the same kinds of clients report in the whole directory.
        values: float64 [therapists], -.5...5: how far the mean lies from what is expected.
    """

    ids: NDArray[np.str_]
    clients: NDArray[np.int64]
    means: NDArray[np.float64]
    lows: NDArray[np.float64]
    highs: NDArray[np.float64]
    expected: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Report:
    """What clients reported of one therapist.

    Attributes:
        weight: of the door, which grows with the clients.
        value: -.5...5.
        state: whether the interval of the mean lies above what is expected (met), around it (partly) or below it.
        clients: how many distinct ones.
        mean, low, high: the mean and its interval, 1..5.
    """

    weight: float
    value: float
    state: State
    clients: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class ReportedDoor:
    """The door over some rows.

    Attributes:
        reported: the means.
        places: int64 [rows], where each row stands among the means; one after the last for those without one.
        weights: float64 [therapists + 1] by place, 0 at the last and everywhere before a model weighs them.
        values: float64 [therapists + 1], likewise.
    """

    reported: Reported
    places: NDArray[np.int64]
    weights: NDArray[np.float64]
    values: NDArray[np.float64]

    @classmethod
    def over(cls, reported: Reported, ids: Sequence[str]) -> ReportedDoor:
        """Return the door over rows of some ascending ids, not yet weighed."""
        nobody = len(reported.ids)
        places = np.full(len(ids), nobody, dtype=np.int64)
        known = np.asarray([*ids, ""], dtype=np.str_)  # one more, where an id after the last one would stand
        rows = np.searchsorted(known[:-1], reported.ids)
        here = np.flatnonzero(known[rows] == reported.ids)
        places[rows[here]] = here
        return cls(reported, places, np.zeros(nobody + 1), np.append(reported.values, 0.0))

    def weighed(self, model: FitModel) -> ReportedDoor:
        """Return the door weighed: `model.reported_weight` at each number of clients, times the door's multiplier."""
        numbers, of_number = np.unique(self.reported.clients, return_inverse=True)
        by_number = np.array([model.reported_weight(int(number)) for number in numbers], dtype=np.float64)
        weights = by_number[of_number] * model.multipliers_[DOORS.index("reported")]
        return replace(self, weights=np.append(weights, 0.0))

    def contributions(self) -> NDArray[np.float64]:
        """Return float64 [rows]: what the door adds to each score."""
        return (self.weights * self.values).take(self.places)

    def taken(self, positions: Rows) -> ReportedDoor:
        """Return the door over some of the rows."""
        return replace(self, places=self.places.take(positions))

    def report(self, row: int) -> Report | None:
        """Return what clients reported of one row, None where they are too few."""
        place, held = int(self.places[row]), self.reported
        if place == len(held.ids):
            return None
        low, high = float(held.lows[place]), float(held.highs[place])
        return Report(
            weight=float(self.weights[place]),
            value=float(self.values[place]),
            state=_state(low, float(held.expected[place]), high),
            clients=int(held.clients[place]),
            mean=float(held.means[place]),
            low=low,
            high=high,
        )


def _state(low: float, expected: float, high: float) -> State:
    """Return on which side of the expected mean an interval lies, partly for one that holds it."""
    if low > expected:
        return "met"
    return "not_met" if high < expected else "partly"

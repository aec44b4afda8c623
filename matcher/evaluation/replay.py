"""What another ranking would have been worth on lists that were shown: inverse propensities, and when to refuse.

The shuffle inside a band is uniform, so the chance of a therapist at a place has a closed form: one over the size of
the band, on each of its places. Rows are shown places under the item-position model: a contact depends on who stands
where, and on nothing else of the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from matcher.events.protocol import Places

FEWEST_CONTACTS = 100
FEWEST_EFFECTIVE = 50.0

Refusal = Literal["contacts", "effective", "support"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """The estimates, or why there are none.

    Attributes:
        rows, contacts: shown places, and contacts among them.
        effective: effective sample size, (sum w)^2 / sum w^2.
        absent: share of the other ranking's places that these lists could never show.
        ips: mean of w r: contacts a shown place, unbiased where `absent` is 0; None when refused.
        snips: sum w r / sum w: the same, self-normalised; None when refused.
        logged: contacts a shown place as it was.
        refused: why nothing is said, None where it is.
    """

    rows: int
    contacts: int
    effective: float
    absent: float
    ips: float | None
    snips: float | None
    logged: float
    refused: Refusal | None


def replay(contacted: ArrayLike, logged: ArrayLike, target: ArrayLike, absent: float = 0.0) -> Replayed:
    """Estimate what another ranking would have been worth.

    Args:
        contacted: bool [rows], whether the therapist shown at a place was contacted.
        logged: float64 [rows], chance that the ranking in use put them there, above 0.
        target: float64 [rows], chance that the other would have.
        absent: share of the other ranking's places without support, 0 to 1.

    Raises:
        ValueError: a logged propensity is not within 0 and 1.
    """
    made = np.asarray(contacted, dtype=bool)
    chances = np.asarray(logged, dtype=np.float64)
    if not ((chances > 0) & (chances <= 1)).all():
        raise ValueError("a logged propensity is not above 0 and at most 1")
    weights = np.asarray(target, dtype=np.float64) / chances
    total, squares = float(weights.sum()), float((weights**2).sum())
    contacts = int(np.count_nonzero(made))
    effective = total**2 / squares if squares else 0.0
    refused = _refusal(contacts, effective, total)
    return Replayed(
        rows=len(chances),
        contacts=contacts,
        effective=effective,
        absent=absent,
        ips=None if refused else float((weights * made).sum()) / len(chances),
        snips=None if refused else float((weights * made).sum()) / total,
        logged=contacts / len(chances) if len(chances) else 0.0,
        refused=refused,
    )


def replay_of(places: Places) -> Replayed:
    """Return the estimates for places as a store of experiments gives them."""
    return replay(places.contacted, places.propensity, places.target, places.absent)


def _refusal(contacts: int, effective: float, total: float) -> Refusal | None:
    if contacts < FEWEST_CONTACTS:
        return "contacts"
    if total == 0:
        return "support"
    return "effective" if effective < FEWEST_EFFECTIVE else None


def chance_at(place: int, first: int, size: int) -> float:
    """Return the chance of a therapist at a place, of a band of `size` that begins at place `first`, both 1-based.

    >>> chance_at(3, 2, 4), chance_at(6, 2, 4)
    (0.25, 0.0)
    """
    return 1 / size if first <= place < first + size else 0.0

"""How large an experiment has to be, for the read-out that is really used, and which rung of the ladder works."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.stats import binom, norm

from matcher.evaluation.coin import ALPHA, found_by

POWER = 0.85
"""Chance to find the smallest effect of interest within the planned size."""

LOOKS = 4
MOST_MONTHS = 12.0
FEWEST_DECIDING = 25.0
"""Credited contacts a month from which interleaving works."""

CHECKIN_CLIENTS = 2_000
"""Consenting clients a month below which check-ins are watched and never decide."""

MOST_CONTACTS = 4_096
GRID = 601

Rung = Literal["shadow", "interleaving", "ab"]


# ---------------------------------------------------------------- the coin


def contacts_needed(share: float, power: float = POWER, alpha: float = ALPHA) -> int | None:
    """Return after how many contacts the coin has found a share of the treatment with a given chance.

    None where that is more than 4,096: such an effect is not to be found in any directory this is made for.
    """
    most = 64
    while most <= MOST_CONTACTS:
        found = found_by(share, most, alpha=alpha)
        if found[-1] >= power:
            return int(np.argmax(found >= power))
        most *= 2
    return None


def sequential_size(base: float, ratio: float, power: float = POWER, alpha: float = ALPHA) -> int | None:
    """Return the units, both arms together, by which the coin has found a rate ratio with a given chance.

    How many units make contact is chance as well: the chance to find is averaged over it.

    Args:
        base: share of control units that make contact, 0 to 1.
        ratio: treatment over control, above 0 and not 1; `base * ratio` is at most 1.
        power: chance to find it by then.
        alpha: level of the coin.
    """
    contact = base * (1 + ratio) / 2
    needed = contacts_needed(ratio / (1 + ratio), power, alpha)
    if needed is None:
        return None
    most = 2 * needed + 64
    found = found_by(ratio / (1 + ratio), most, alpha=alpha)
    counts = np.arange(most + 1)

    def reached(units: int) -> float:
        return float(binom.pmf(counts, units, contact) @ found + binom.sf(most, units, contact) * found[-1])

    low, high = needed, math.ceil(2 * needed / contact)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) >= power else (middle + 1, high)
    return low


# ---------------------------------------------------------------- planned looks


@lru_cache
def obrien_fleming(looks: int = LOOKS, alpha: float = ALPHA) -> tuple[float, ...]:
    """Return the bounds of |Z| at each of equally spaced looks, two-sided (O'Brien and Fleming 1979).

    >>> [round(bound, 3) for bound in obrien_fleming()]
    [4.049, 2.863, 2.337, 2.024]
    """
    constant = brentq(lambda bound: _crossing(bound, 0.0, looks) - alpha, 1.0, 6.0, xtol=1e-10)
    return tuple(constant * math.sqrt(looks / look) for look in range(1, looks + 1))


def _crossing(bound: float, drift: float, looks: int) -> float:
    """Return the chance that a Brownian motion with a drift stands beyond +-bound at any of the looks up to time 1.

    In these units O'Brien and Fleming's bounds are one number. The density of what has not crossed is carried from
    look to look on a grid (Armitage, McPherson and Rowe 1969), by Simpson's rule.
    """
    grid = np.linspace(-bound, bound, GRID)
    weights = np.full(GRID, 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    weights *= (grid[1] - grid[0]) / 3
    step = math.sqrt(1 / looks)
    density = norm.pdf(grid, drift / looks, step)
    move = norm.pdf(grid[:, None] - grid[None, :], drift / looks, step)
    for _ in range(looks - 1):
        density = move @ (weights * density)
    return 1.0 - float(weights @ density)


def group_sequential_size(
    base: float, ratio: float, power: float = POWER, alpha: float = ALPHA, looks: int = LOOKS
) -> int:
    """Return the units, both arms together, for a difference of two rates at planned looks.

    Args:
        base: share of control units that make contact.
        ratio: treatment over control, above 0 and not 1.
        power: chance to find it by the last look.
        alpha: two-sided level.
        looks: equally spaced.
    """
    other = base * ratio
    bound = obrien_fleming(looks, alpha)[-1]
    drift = float(brentq(lambda one: _crossing(bound, one, looks) - power, 0.0, 12.0, xtol=1e-8))
    arm = drift**2 * (base * (1 - base) + other * (1 - other)) / (other - base) ** 2
    return 2 * math.ceil(arm)


# ---------------------------------------------------------------- the ladder


@dataclass(frozen=True, slots=True)
class Step:
    """One rung.

    Attributes:
        rung: shadow, interleaving or ab.
        size: units (ab) or credited contacts (interleaving) that it takes; None for none or too many to compute.
        months: how long that takes here; 0 for shadow, infinite where it never comes.
        works: whether it is within twelve months, and for interleaving has contacts enough a month.
    """

    rung: Rung
    size: int | None
    months: float
    works: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """What an experiment can be in a directory of this size.

    Attributes:
        steps: all rungs, the weakest first.
        sequential: units by which the coin alone has found the effect, None for more than it can count.
        checkins: whether check-ins may decide; below 2,000 clients a month they are watched.
    """

    steps: tuple[Step, ...]
    sequential: int | None
    checkins: bool

    @property
    def best(self) -> Step:
        """The strongest rung that works; shadow always does."""
        return [one for one in self.steps if one.works][-1]

    def step(self, rung: Rung) -> Step:
        """Return one rung."""
        return next(one for one in self.steps if one.rung == rung)


def ladder(units: float, base: float, ratio: float, *, deciding: float = 1.0, sensitivity: float = 1.0) -> Ladder:
    """Return which rungs work.

    Unless told otherwise, interleaving is planned as if a better ranking won contacts at the same ratio on one list
    as between two arms: how much more it sees is for a simulation of this service's own traffic to say.

    Args:
        units: consenting clients a month.
        base: share of them that make contact, 0 to 1.
        ratio: smallest effect of interest, treatment over control.
        deciding: share of contacts that fall on a therapist whom the two rankings put at different places.
        sensitivity: logarithm of the ratio of credits on one list over that of contacts between arms.
    """
    contacts = units * base * (1 + ratio) / 2
    needed = contacts_needed(ratio**sensitivity / (1 + ratio**sensitivity))
    credited = contacts * deciding
    interleaved = needed / credited if needed is not None and credited > 0 else math.inf
    size = group_sequential_size(base, ratio)
    tested = size / units if units > 0 else math.inf
    return Ladder(
        steps=(
            Step("shadow", None, 0.0, works=True),
            Step("interleaving", needed, interleaved, interleaved <= MOST_MONTHS and credited >= FEWEST_DECIDING),
            Step("ab", size, tested, tested <= MOST_MONTHS),
        ),
        sequential=sequential_size(base, ratio),
        checkins=units >= CHECKIN_CLIENTS,
    )

"""The one coin: with 1:1 assignment and no difference, an arm is a fair coin; one e-process reads it at any look.

It reads three things alike: the arm of each unit (sample ratio mismatch), the arm of each unit that makes contact (an
A/B test), the team of each credited contact (interleaving). The mixture is beta-binomial (Robbins 1970), so it is
exact at any number and any look: by Ville's inequality it alarms with a probability of at most alpha, ever.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betaln

ALPHA = 0.05
SRM_ALPHA = 0.001
CONTACT_PRIOR, SRM_PRIOR = 10.0, 50.0
"""Both parameters of the beta mixture: the larger, the closer to a half it looks for."""

FAIR = 0.5
EDGE = 1e-12


Counts = NDArray[np.int64] | int


def log_e(heads: Counts, tosses: Counts, prior: float, chance: float = FAIR) -> NDArray[np.float64]:
    """Return float64 of the same shape: natural logarithm of the e-value against a coin of `chance`.

    log E = log B(prior + heads, prior + tails) - log B(prior, prior) - heads log chance - tails log(1 - chance).

    Args:
        heads: int64, tosses that fell to the treatment, 0 to `tosses`.
        tosses: int64, all tosses.
        prior: both parameters of the beta mixture, above 0.
        chance: of heads where nothing differs, strictly between 0 and 1.
    """
    tails = tosses - heads
    mixed = betaln(prior + heads, prior + tails) - betaln(prior, prior)
    found: NDArray[np.float64] = mixed - heads * math.log(chance) - tails * math.log1p(-chance)
    return found


@dataclass(frozen=True)
class Coin:
    """What the tosses say so far.

    Attributes:
        heads, tosses: of the treatment, and all.
        e: the e-value against a fair coin now; 1 before the first toss.
        alarm: whether it ever reached 1/alpha.
        at: number of tosses at the first alarm, None without one.
        low, high: always-valid interval of the chance of heads at 1 - alpha.
        alpha: its level.
    """

    heads: int
    tosses: int
    e: float
    alarm: bool
    at: int | None
    low: float
    high: float
    alpha: float

    @property
    def ratio(self) -> tuple[float, float, float]:
        """The rate ratio treatment / control with its interval: chance / (1 - chance) of each.

        With as many units in one arm as in the other, P(treatment | contact) = p_T / (p_T + p_C). The ends are 0 and
        infinity before there is anything to say.
        """
        return _ratio(self.heads, self.tosses, (self.low, self.high))


def _ratio(heads: int, tosses: int, ends: tuple[float, float]) -> tuple[float, float, float]:
    seen = heads / tosses if tosses else FAIR
    return _odds(seen), _odds(ends[0]), _odds(ends[1])


def _odds(chance: float) -> float:
    if chance <= EDGE:
        return 0.0
    return math.inf if chance >= 1 - EDGE else chance / (1 - chance)


def coin(arms: NDArray[np.bool_], prior: float = CONTACT_PRIOR, alpha: float = ALPHA) -> Coin:
    """Read tosses in their order, looking after every one.

    Args:
        arms: bool [tosses], True for the treatment.
        prior: of the mixture.
        alpha: level; the alarm is at 1/alpha.
    """
    tosses = np.arange(1, len(arms) + 1)
    heads = np.cumsum(arms, dtype=np.int64)
    values = log_e(heads, tosses, prior)
    alarms = np.flatnonzero(values >= -math.log(alpha))
    last = int(heads[-1]) if len(arms) else 0
    low, high = interval(last, len(arms), prior, alpha)
    return Coin(
        heads=last,
        tosses=len(arms),
        e=float(np.exp(min(values[-1], 700.0))) if len(arms) else 1.0,
        alarm=bool(len(alarms)),
        at=int(alarms[0]) + 1 if len(alarms) else None,
        low=low,
        high=high,
        alpha=alpha,
    )


def interval(heads: int, tosses: int, prior: float = CONTACT_PRIOR, alpha: float = ALPHA) -> tuple[float, float]:
    """Return the always-valid interval of the chance of heads: every chance whose e-value is below 1/alpha."""
    if not tosses:
        return 0.0, 1.0
    limit = -math.log(alpha)

    def above(chance: float) -> float:
        return float(log_e(heads, tosses, prior, chance)) - limit

    seen = min(max(heads / tosses, EDGE), 1 - EDGE)
    low = brentq(above, EDGE, seen, xtol=1e-13) if above(EDGE) > 0 else 0.0
    high = brentq(above, seen, 1 - EDGE, xtol=1e-13) if above(1 - EDGE) > 0 else 1.0
    return float(low), float(high)


def rate_ratio(
    heads: int, tosses: int, prior: float = CONTACT_PRIOR, alpha: float = ALPHA
) -> tuple[float, float, float]:
    """Return the rate ratio treatment / control with its always-valid interval, as `Coin.ratio` does, from counts."""
    return _ratio(heads, tosses, interval(heads, tosses, prior, alpha))


def found_by(chance: float, most: int, prior: float = CONTACT_PRIOR, alpha: float = ALPHA) -> NDArray[np.float64]:
    """Return float64 [most + 1]: probability that the alarm has come by each number of tosses, exactly.

    A walk over all counts of heads that have not alarmed yet; no simulation.

    Args:
        chance: of heads, as it really is.
        most: last number of tosses.
        prior: of the mixture.
        alpha: level.
    """
    alive = np.zeros(most + 1)
    alive[0] = 1.0
    found = np.zeros(most + 1)
    counts = np.arange(most + 1)
    for toss in range(1, most + 1):
        moved = alive[:toss] * chance
        alive[:toss] *= 1 - chance
        alive[1 : toss + 1] += moved
        alarmed = log_e(counts[: toss + 1], np.full(toss + 1, toss), prior) >= -math.log(alpha)
        found[toss] = found[toss - 1] + alive[: toss + 1][alarmed].sum()
        alive[: toss + 1][alarmed] = 0.0
    return found


FEWEST_FOR_MEANS = 50
"""Units an arm below which the sequence of means is not to be read."""


def mean_sequence(values: NDArray[np.float64], best_at: int = 500, alpha: float = ALPHA) -> tuple[float, float, float]:
    """Return a mean with its always-valid interval, approximate: an asymptotic normal-mixture sequence.

    mean +- sd sqrt(2 (n r + 1) / (n^2 r) log(sqrt(n r + 1) / alpha)), Waudby-Smith and others 2024, with r so that it
    is narrowest at about `best_at` values.

    Args:
        values: float64 [n], one a unit, such as paired differences.
        best_at: where it is to be narrowest.
        alpha: level.

    Returns:
        The mean and the two ends; (nan, -inf, inf) without values.
    """
    n = len(values)
    if not n:
        return math.nan, -math.inf, math.inf
    tuned = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / best_at
    grown = n * tuned + 1
    width = float(values.std()) * math.sqrt(2 * grown / (n * n * tuned) * math.log(math.sqrt(grown) / alpha))
    mean = float(values.mean())
    return mean, mean - width, mean + width


def difference_sequence(
    values: NDArray[np.float64], treated: NDArray[np.bool_], alpha: float = ALPHA
) -> tuple[float, float, float]:
    """Return treatment minus control of an average with its always-valid interval, approximate.

    With 1:1 assignment 2 (+-1) (y - mean) has the difference as its mean, whatever the arms' sizes came out as.

    Args:
        values: float64 [units].
        treated: bool [units].
        alpha: level.
    """
    signs = np.where(treated, 2.0, -2.0)
    return mean_sequence(signs * (values - values.mean()) if len(values) else values, alpha=alpha)

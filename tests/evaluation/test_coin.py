"""The coin: exact at any look, its interval is its inversion, and planned sizes are what simulations need."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom

from matcher.evaluation.coin import (
    ALPHA,
    CONTACT_PRIOR,
    SRM_ALPHA,
    SRM_PRIOR,
    coin,
    difference_sequence,
    found_by,
    interval,
    log_e,
    mean_sequence,
)

RUNS = 2_000
MOST_ALARMS, MOST_SRM = 131, 8
"""Upper 99.9 % binomial bounds of 2,000 runs at .05 and at .001."""


def ever(arms: np.ndarray, prior: float, alpha: float) -> np.ndarray:
    """Return whether each row ever alarms."""
    heads = arms.cumsum(axis=1)
    return (log_e(heads, np.arange(1, arms.shape[1] + 1), prior) >= -math.log(alpha)).any(axis=1)


@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from([CONTACT_PRIOR, SRM_PRIOR]))
def test_the_e_value_is_a_ratio_of_two_ways_to_see_the_counts(heads, tails, prior):
    """A beta-binomial over a binomial, both with the same number of orders."""
    n = heads + tails
    mixed = betabinom.logpmf(heads, n, prior, prior) - math.log(math.comb(n, heads))
    assert float(log_e(heads, n, prior)) == pytest.approx(mixed - n * math.log(0.5), abs=1e-6)


def test_it_is_worth_one_on_average_where_nothing_differs():
    """A martingale: its mean over all sequences of the next tosses is what it is."""
    n = 40
    heads = np.arange(n + 1)
    weights = np.array([math.comb(n, k) for k in heads]) / 2**n
    assert float(np.exp(log_e(heads, np.full(n + 1, n), CONTACT_PRIOR)) @ weights) == pytest.approx(1)


def test_alarms_of_fair_coins_looked_at_after_every_toss_stay_below_their_level():
    """2,000 A/A runs of 1,000 contacts, and as many of units for the sample ratio."""
    rng = np.random.default_rng(20261123)
    assert ever(rng.random((RUNS, 1_000)) < 0.5, CONTACT_PRIOR, ALPHA).sum() <= MOST_ALARMS
    assert ever(rng.random((RUNS, 2_000)) < 0.5, SRM_PRIOR, SRM_ALPHA).sum() <= MOST_SRM


def test_a_sample_ratio_that_is_off_is_found():
    """55 of 100 go to one arm."""
    rng = np.random.default_rng(1)
    assert ever(rng.random((200, 4_000)) < 0.55, SRM_PRIOR, SRM_ALPHA).mean() > 0.95


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from([ALPHA, SRM_ALPHA]))
@settings(max_examples=80, deadline=None)
def test_the_interval_holds_each_chance_whose_e_value_is_below_its_limit(heads, tails, alpha):
    """And no other: its ends are where the limit is reached."""
    n = heads + tails
    low, high = interval(heads, n, CONTACT_PRIOR, alpha)
    assert 0 <= low <= (heads / n if n else 0.5) <= high <= 1
    for end in (low, high):
        if 1e-9 < end < 1 - 1e-9 and n:
            assert float(log_e(heads, n, CONTACT_PRIOR, end)) == pytest.approx(-math.log(alpha), abs=1e-3)


def test_the_interval_covers_at_every_look():
    """Of 1,000 coins of .6, at most a twentieth is ever left out, and the widths shrink."""
    rng = np.random.default_rng(3)
    heads = (rng.random((1_000, 400)) < 0.6).cumsum(axis=1)
    out = (log_e(heads, np.arange(1, 401), CONTACT_PRIOR, 0.6) >= -math.log(ALPHA)).any(axis=1)
    assert out.mean() <= 0.05 + 3.1 * math.sqrt(0.05 * 0.95 / 1_000)
    widths = [np.diff(interval(int(0.6 * n), n))[0] for n in (50, 200, 800)]
    assert widths == sorted(widths, reverse=True)


@given(st.lists(st.booleans(), max_size=300))
@settings(max_examples=80, deadline=None)
def test_a_reading_says_what_its_tosses_say(arms):
    """Counts, the first alarm, and the ratio with its interval around it."""
    found = coin(np.array(arms, dtype=bool))
    assert (found.heads, found.tosses) == (sum(arms), len(arms))
    assert found.alarm == (found.at is not None)
    if found.at is not None:
        assert not coin(np.array(arms[: found.at - 1], dtype=bool)).alarm
    ratio, low, high = found.ratio
    assert low <= ratio <= high
    assert (low <= 1 <= high) == (found.e < 1 / ALPHA)


def test_before_the_first_toss_nothing_is_known():
    """And nothing is divided by."""
    found = coin(np.array([], dtype=bool))
    assert (found.e, found.alarm, found.low, found.high, found.ratio) == (1.0, False, 0.0, 1.0, (1.0, 0.0, math.inf))


@pytest.mark.parametrize("chance", [0.5, 0.6, 1.6 / 2.6])
def test_the_chance_to_find_by_a_number_of_tosses_is_exact(chance):
    """A thousand simulated coins find it as often, and a fair one as seldom as its level."""
    exact = found_by(chance, 500)
    rng = np.random.default_rng(7)
    simulated = ever(rng.random((1_000, 500)) < chance, CONTACT_PRIOR, ALPHA).mean()
    assert (np.diff(exact) >= 0).all()
    assert simulated == pytest.approx(exact[-1], abs=3.3 * math.sqrt(exact[-1] * (1 - exact[-1]) / 1_000) + 1e-9)
    assert found_by(0.5, 500)[-1] <= ALPHA


def test_sequences_of_means_cover_at_every_look_from_fifty_on():
    """Approximate, and checked: skewed values, 400 runs, each looked at from the 100th unit on."""
    rng = np.random.default_rng(11)
    missed = 0
    for _ in range(400):
        values = rng.exponential(1.0, 800)
        missed += any(not low <= 1 <= high for _, low, high in (mean_sequence(values[:n]) for n in range(100, 801, 25)))
    assert missed / 400 <= 0.05 + 3.1 * math.sqrt(0.05 * 0.95 / 400)
    assert mean_sequence(np.array([]))[1:] == (-math.inf, math.inf)


def test_a_difference_of_averages_is_found_with_its_sign():
    """Half a standard deviation, and none."""
    rng = np.random.default_rng(5)
    treated = rng.random(2_000) < 0.5
    mean, low, high = difference_sequence(rng.normal(3, 1, 2_000) + 0.5 * treated, treated)
    assert low > 0
    assert low < 0.5 < high
    assert mean == pytest.approx(0.5, abs=0.15)
    _, low, high = difference_sequence(rng.normal(3, 1, 2_000), treated)
    assert low < 0 < high

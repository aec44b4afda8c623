"""Planned sizes are what simulations need; the ladder names a rung that works."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from matcher.evaluation.coin import ALPHA, CONTACT_PRIOR, log_e
from matcher.evaluation.planning import (
    LOOKS,
    MOST_MONTHS,
    POWER,
    contacts_needed,
    group_sequential_size,
    ladder,
    obrien_fleming,
    sequential_size,
)

BASE, RATIO = 0.10, 1.6


def test_a_planted_effect_is_found_within_the_printed_sequential_size():
    """Units arrive, are assigned, some make contact: 80 % of 1,000 runs alarm by then, in the right direction."""
    size, rng = sequential_size(BASE, RATIO), np.random.default_rng(20261123)
    found = right = 0
    for _ in range(1_000):
        treated = rng.random(size) < 0.5
        contacted = rng.random(size) < np.where(treated, BASE * RATIO, BASE)
        arms = treated[contacted]
        values = log_e(arms.cumsum(), np.arange(1, len(arms) + 1), CONTACT_PRIOR)
        alarms = np.flatnonzero(values >= -math.log(ALPHA))
        found += bool(len(alarms))
        right += bool(len(alarms)) and arms[: alarms[0] + 1].mean() > 0.5
    assert found >= 800
    assert right >= 0.99 * found


def test_the_sequential_size_is_the_smallest_that_reaches_its_power():
    """More units for a smaller effect, a rarer contact and more power; none where it can't be found."""
    sizes = [sequential_size(BASE, ratio) for ratio in (2.0, 1.6, 1.4)]
    assert sizes == sorted(sizes)
    assert sequential_size(0.05, RATIO) > sequential_size(BASE, RATIO)
    assert sequential_size(BASE, RATIO, power=0.6) < sequential_size(BASE, RATIO)
    assert sequential_size(BASE, 1.001) is None
    assert contacts_needed(0.5) is None


def test_bounds_are_those_of_the_tables():
    """Jennison and Turnbull 2000, table 2.3: C_B(4, .05) = 2.024, C_B(5, .05) = 2.040, one look is the plain test."""
    assert obrien_fleming(4)[-1] == pytest.approx(2.024, abs=5e-4)
    assert obrien_fleming(5)[-1] == pytest.approx(2.040, abs=5e-4)
    assert obrien_fleming(1)[0] == pytest.approx(norm.ppf(0.975), abs=1e-6)


def test_planned_looks_keep_their_level_and_their_power():
    """10,000 simulated experiments with and without the effect, read at four looks."""
    size, rng = group_sequential_size(BASE, RATIO), np.random.default_rng(4)
    bounds = np.array(obrien_fleming())
    looks = [round(size / 2 * look / LOOKS) for look in range(1, LOOKS + 1)]
    for ratio, expected in ((1.0, ALPHA), (RATIO, POWER)):
        steps = np.diff([0, *looks])
        t, c = (np.cumsum(rng.binomial(steps, rate, (10_000, LOOKS)), axis=1) for rate in (BASE * ratio, BASE))
        n = np.array(looks)
        pooled = (t + c) / (2 * n)
        z = (t - c) / n / np.sqrt(2 * pooled * (1 - pooled) / n)
        assert (np.abs(z) >= bounds).any(axis=1).mean() == pytest.approx(expected, abs=0.015)


def test_four_looks_cost_little_more_than_one():
    """Jennison and Turnbull's inflation of 1.02 to 1.03."""
    one = group_sequential_size(BASE, RATIO, looks=1)
    assert 1.015 < group_sequential_size(BASE, RATIO) / one < 1.035


@given(st.floats(1, 5_000), st.floats(0.02, 0.4), st.floats(1.2, 2.4), st.floats(0.1, 1))
@settings(max_examples=15, deadline=None)
def test_the_ladder_names_a_rung_that_works(units, base, ratio, deciding):
    """Never one that takes more than a year; check-ins decide nowhere below 2,000 clients a month."""
    found = ladder(units, base, ratio, deciding=deciding)
    assert [one.rung for one in found.steps] == ["shadow", "interleaving", "ab"]
    assert found.best.works
    assert found.best.months <= MOST_MONTHS
    assert found.checkins == (units >= 2_000)
    credited = units * base * (1 + ratio) / 2 * deciding
    assert not (found.step("interleaving").works and credited < 25)


def test_small_directories_climb_low():
    """50, 200 and 1,000 consenting clients a month, one in ten of whom makes contact, and an effect of 1.6."""
    assert [ladder(units, 0.10, 1.6).best.rung for units in (50, 250, 1_000)] == ["shadow", "ab", "ab"]
    assert ladder(60, 0.40, 1.25).best.rung == "shadow"
    assert ladder(60, 0.40, 1.25, sensitivity=3).best.rung == "interleaving"
    assert ladder(60, 0.40, 1.25, sensitivity=3, deciding=0.4).best.rung == "shadow"
    assert ladder(0, 0.10, 1.6).best.rung == "shadow"

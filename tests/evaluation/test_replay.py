"""Replay: closed-form values on finite logs, unbiased, and no figure where there is too little to say one."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.evaluation.replay import FEWEST_CONTACTS, chance_at, replay


def test_estimates_equal_their_closed_forms_on_a_small_log():
    """Two places, propensities of .5 and .25, by hand."""
    contacted = np.array([True] * 120 + [False] * 80)
    logged = np.array([0.5] * 100 + [0.25] * 100)
    target = np.array([0.25] * 100 + [0.5] * 100)
    found = replay(contacted, logged, target)
    weights = np.array([0.5] * 100 + [2.0] * 100)
    assert found.ips == pytest.approx((100 * 0.5 + 20 * 2) / 200, abs=1e-9)
    assert found.snips == pytest.approx((100 * 0.5 + 20 * 2) / 250, abs=1e-9)
    assert found.effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), abs=1e-9)
    assert (found.rows, found.contacts, found.logged, found.refused) == (200, 120, 0.6, None)


def test_the_ranking_in_use_is_worth_what_it_was():
    """Equal propensities, no weight."""
    contacted = np.arange(400) % 3 == 0
    chances = np.full(400, 0.2)
    found = replay(contacted, chances, chances)
    assert found.ips == found.snips == pytest.approx(found.logged, abs=1e-12)
    assert found.effective == pytest.approx(400)


def test_it_refuses_with_too_few_contacts():
    """46 in 10,000 rows say nothing."""
    contacted = np.zeros(10_000, dtype=bool)
    contacted[:46] = True
    found = replay(contacted, np.full(10_000, 0.5), np.full(10_000, 0.25))
    assert (found.refused, found.ips, found.snips, found.contacts) == ("contacts", None, None, 46)


def test_it_refuses_where_few_rows_carry_all_weight_or_none_does():
    """An effective size below 50, and a ranking that never shows anybody there."""
    contacted = np.ones(10_000, dtype=bool)
    logged = np.full(10_000, 0.5)
    target = np.zeros(10_000)
    assert replay(contacted, logged, target).refused == "support"
    target[:10] = 1.0
    assert replay(contacted, logged, target).refused == "effective"
    assert replay(contacted[: FEWEST_CONTACTS - 1], logged[:99], logged[:99]).refused == "contacts"
    assert replay(contacted[:0], logged[:0], logged[:0]).refused == "contacts"


@pytest.mark.parametrize("wrong", [0.0, -0.1, 1.1, float("nan")])
def test_a_propensity_that_is_none_is_an_error_of_the_log(wrong):
    """It would divide by nothing, quietly."""
    with pytest.raises(ValueError, match="propensity"):
        replay(np.ones(1, dtype=bool), np.array([wrong]), np.array([0.5]))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.data())
@settings(max_examples=40, deadline=None)
def test_chances_of_a_shuffle_within_bands_are_counted_out(sizes, data):
    """Every order of every band, counted, gives the closed form."""
    band = data.draw(st.integers(0, len(sizes) - 1))
    first, size = 1 + sum(sizes[:band]), sizes[band]
    orders = list(permutations(range(size)))
    for place in range(1, sum(sizes) + 1):
        counted = sum(first + order.index(0) == place for order in orders) / len(orders)
        assert chance_at(place, first, size) == pytest.approx(counted)


def test_it_is_unbiased_over_all_logs_of_a_small_world():
    """Averaged over every order that a band of three can have, weighted contacts are what the other ranking gets."""
    worth = {"x": 0.9, "y": 0.5, "z": 0.1}
    place_worth = {1: 1.0, 2: 0.6, 3: 0.3}
    target_order = {"x": 1, "y": 2, "z": 3}
    orders = list(permutations(worth))
    weighted = [
        (float(target_order[one] == place) / (1 / 3)) * worth[one] * place_worth[place]
        for order in orders
        for place, one in enumerate(order, start=1)
    ]
    expected = sum(worth[one] * place_worth[place] for one, place in target_order.items())
    assert sum(weighted) / len(orders) == pytest.approx(expected, abs=1e-12)

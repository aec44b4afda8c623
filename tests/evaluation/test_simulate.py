"""The simulation: exact rates, full caseloads, nothing found where nothing is, and both read-outs agree on a side."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.evaluation.coin import ALPHA, coin
from matcher.evaluation.simulate import (
    NOBODY,
    Habits,
    Traffic,
    chances,
    congestion,
    contact_rate,
    trial,
    visit,
    visit_interleaved,
)

PEOPLE, PLACES, ASKED = 60, 10, 8


def traffic(rng, better=0.0):
    """Return drawn traffic: the treatment's order leans towards who meets more wishes, the control's is chance."""
    met = rng.random((ASKED, PEOPLE))
    noise = rng.random((2, ASKED, PEOPLE))
    orders = [
        np.argsort(-(lean * met + one), axis=1)[:, :PLACES] for lean, one in zip((0.0, better), noise, strict=True)
    ]
    return Traffic(orders[0], orders[1], met, np.full(ASKED, 1 / ASKED))


def test_the_rate_of_contact_is_exact():
    """Simulated clients make contact as often as the closed form says, and at the base rate under the control."""
    rng, habits = np.random.default_rng(1), Habits(base=0.12)
    drawn = traffic(rng, better=1.0)
    liked = chances(drawn, habits)
    assert contact_rate(drawn.control, liked, drawn.often, habits) == pytest.approx(0.12)
    for arm, lists in ((False, drawn.control), (True, drawn.treatment)):
        seen = visit(drawn, liked, habits, np.full(20_000, arm), rng).contacted.mean()
        assert seen == pytest.approx(contact_rate(lists, liked, drawn.often, habits), abs=0.01)


def test_the_same_ranking_twice_credits_nobody_and_differs_in_nothing():
    """Ranked alike everywhere: no credit, a ratio of one."""
    drawn = traffic(np.random.default_rng(2))
    same = Traffic(drawn.control, drawn.control, drawn.met, drawn.often)
    found = trial(same, Habits(), 2_000, np.random.default_rng(3))
    assert found.ratio == pytest.approx(1)
    assert (found.credits.tosses, found.ab.alarm, math.isnan(found.sensitivity)) == (0, False, True)


def test_two_rankings_that_are_alike_in_worth_seldom_alarm():
    """200 runs of two random orders whose rates are equal by symmetry: alarms stay near the level."""
    alarms = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        drawn = traffic(rng)
        liked = np.full(drawn.met.shape, 0.1)
        visits = visit(drawn, liked, Habits(), rng.random(1_000) < 0.5, rng)
        alarms += coin(visits.treated[visits.contacted]).alarm
    assert alarms <= 0.05 * 200 + 3.1 * math.sqrt(ALPHA * 0.95 * 200)


def test_a_better_ranking_wins_both_ways():
    """More contacts in its arm, and more credits on shared lists."""
    found = trial(traffic(np.random.default_rng(4), better=2.0), Habits(), 6_000, np.random.default_rng(5))
    assert found.ratio > 1.3
    assert found.ab.alarm
    assert found.ab.ratio[0] > 1
    assert found.credits.alarm
    assert found.credits.ratio[0] > 1
    assert 0.5 < found.sensitivity < 4
    assert found.treatment.dropout < found.control.dropout


@given(st.lists(st.integers(-1, 4), min_size=1, max_size=60), st.integers(1, 4))
@settings(max_examples=80, deadline=None)
def test_the_first_who_come_get_the_openings(contacts, openings):
    """Counted one by one."""
    from matcher.evaluation.simulate import _answered  # noqa: PLC0415 - one helper, looked at alone

    taken: dict[int, int] = {}
    expected = []
    for one in contacts:
        taken[one] = taken.get(one, 0) + 1
        expected.append(one != NOBODY and taken[one] <= openings)
    assert _answered(np.array(contacts), 5, openings).tolist() == expected


def test_a_popular_list_overloads_a_few_and_shows_many_never():
    """Everybody asks the same: ten are seen, and those first on the list run full."""
    met = np.full((1, PEOPLE), 0.5)
    one = np.arange(PLACES)[None, :]
    drawn = Traffic(one, one, met, np.ones(1))
    habits = Habits(base=0.5, openings=3)
    visits = visit(drawn, chances(drawn, habits), habits, np.zeros(400, dtype=bool), np.random.default_rng(6))
    found = congestion(visits, habits)
    assert found.never_shown == pytest.approx((PEOPLE - PLACES) / PEOPLE)
    assert found.overloaded == pytest.approx(PLACES / PEOPLE)
    assert found.unanswered == pytest.approx(1 - PLACES * 3 / visits.contacted.sum())
    assert found.dropout == pytest.approx(0.35)


def test_short_and_empty_lists_are_lists():
    """Nobody is contacted who is not there."""
    lists = np.full((2, 3), NOBODY)
    lists[0, 0] = 1
    drawn = Traffic(lists, lists, np.full((2, 4), 0.5), np.array([0.5, 0.5]))
    habits = Habits(base=0.1)
    visits = visit_interleaved(drawn, chances(drawn, habits), habits, 300, np.random.default_rng(7))
    assert set(visits.therapist.tolist()) <= {NOBODY, 1}
    assert visits.seen.tolist() == [0, visits.seen[1], 0, 0]
    assert (visits.team == -1).all()

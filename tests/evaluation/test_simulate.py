"""The simulation: exact rates, full caseloads, nothing found where nothing is, and both read-outs agree on a side."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.evaluation.coin import ALPHA, coin
from matcher.evaluation.exposure import gini
from matcher.evaluation.simulate import (
    Habits,
    chances,
    congestion,
    contact_rate,
    trial,
    visit,
    visit_interleaved,
)
from matcher.evaluation.weeks import NOBODY, Traffic

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


# ---------------------------------------------------------------- lists that depend on counts


def crowded(*, spread: bool) -> Traffic:
    """Return traffic where everybody asks the same and is shown the same; or, of the treatment, who was shown least."""
    lists = np.arange(PLACES)[None, :]

    def remade(shown):
        return lists, np.argsort(shown, kind="stable")[None, :PLACES]

    return Traffic(lists, lists, np.full((1, PEOPLE), 0.5), np.ones(1), remade if spread else None)


def test_a_re_ranker_spreads_a_crowd():
    """Fewer are never shown, exposure is more even, fewer contacts find no opening; the control is as it was."""
    habits = Habits(base=0.5, openings=8)
    found = trial(crowded(spread=True), habits, 800, np.random.default_rng(8))
    plain = trial(crowded(spread=False), habits, 800, np.random.default_rng(8))
    assert found.control == plain.control
    assert found.treatment.never_shown < plain.treatment.never_shown
    assert found.treatment.unanswered < plain.treatment.unanswered
    visits = [
        visit(one, chances(one, habits), habits, np.full(800, True), np.random.default_rng(9))
        for one in (crowded(spread=True), crowded(spread=False))
    ]
    assert gini(visits[0].seen) < gini(visits[1].seen)
    assert [len(one.weeks) for one in visits] == [habits.weeks, 1]


def test_counts_are_whole_steps_of_the_last_four_weeks():
    """What a week's lists are made from, by hand: 25 clients a week, and no list before the first week."""
    told = []
    lists = np.arange(PLACES)[None, :]

    def remade(shown):
        told.append(shown.copy())
        return lists, lists

    drawn = Traffic(lists, lists, np.full((1, PEOPLE), 0.5), np.ones(1), remade)
    visit(drawn, np.full((1, PEOPLE), 0.1), Habits(weeks=8), np.zeros(200, dtype=bool), np.random.default_rng(10))
    assert [one[0] for one in told] == [0, 20, 50, 70, 100, 100, 100, 100]
    assert all((one[:PLACES] == one[0]).all() for one in told)
    assert not any(one[PLACES:].any() for one in told)


@pytest.mark.parametrize("weeks", [1, 3, 8])
def test_weeks_change_nothing_where_counts_move_no_list(weeks):
    """Draw for draw."""
    drawn = traffic(np.random.default_rng(11), better=1.0)
    found = trial(drawn, Habits(weeks=weeks), 500, np.random.default_rng(12))
    assert found == trial(drawn, Habits(), 500, np.random.default_rng(12))


def test_a_difference_too_small_to_divide_by_measures_no_sensitivity():
    """A ratio of .99 with a coin that fell six to four says nothing of how much interleaving sees."""
    from matcher.evaluation.simulate import _sensitivity  # noqa: PLC0415 - one helper, looked at alone

    assert math.isnan(_sensitivity(0.6, 0.99))
    assert math.isnan(_sensitivity(0.6, 1.0))
    assert _sensitivity(0.75, 3.0) == pytest.approx(1)


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

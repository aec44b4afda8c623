"""Slices in a read-out: told from twenty units on, at a level adjusted for how many are told, deciding nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.evaluation.coin import ALPHA, coin, interval
from matcher.evaluation.readout import read_out
from matcher.evaluation.slices import FEWEST_UNITS, read_slices
from matcher.events.protocol import LevelCount
from matcher.events.slices import SLICES
from tests.evaluation.test_readout import AB as PLAN
from tests.evaluation.test_readout import simulated

AB = replace(PLAN, slices=("words", "musts"))
DRAFT = replace(AB, kind="interleaving", size=266)
SHADOW = replace(AB, kind="shadow", size=None)
ALL = {"contacts": (3, 9), "credits": (4, 8), "wishes": (5, 7)}


def many(slice_, level, units, **more) -> LevelCount:
    return LevelCount(slice_, level, units, **{**ALL, **more})


def by_level(found):
    return {(one.slice, one.first): one for one in found.levels}


def test_without_declared_slices_there_is_nothing_to_tell():
    """Whatever was counted."""
    found = read_slices(PLAN, [many("words", 1, (500, 500))])
    assert (found.declared, found.levels, found.shown, found.alpha) == ((), (), 0, ALPHA)


@pytest.mark.parametrize(
    ("plan", "below", "at"),
    [(AB, (19, 400), (20, 20)), (AB, (400, 19), (20, 400)), (DRAFT, (19, 0), (20, 0)), (SHADOW, (19, 0), (20, 0))],
)
def test_below_the_floor_nothing_but_the_number_is_told(plan, below, at):
    """Twenty units in each arm of an A/B test, in all elsewhere; also not how many there are by arm."""
    few = by_level(read_slices(plan, [many("words", 1, below)]))["words", 1]
    assert (few.fewest, few.is_shown) == (19, False)
    assert {few.units, few.told, few.ratio, few.low, few.high} == {None}
    enough = by_level(read_slices(plan, [many("words", 1, at)]))["words", 1]
    assert (enough.fewest, enough.is_shown, enough.units) == (20, True, at)


def test_every_level_of_a_declared_slice_is_there():
    """One that nobody is in is told as such, so that nothing is left out because it looks dull."""
    found = read_slices(AB, [many("musts", 2, (30, 30))])
    assert [(one.slice, one.first, one.last, one.fewest) for one in found.levels] == [
        ("words", 0, 0, 0),
        ("words", 1, 1, 0),
        ("musts", 0, 1, 0),
        ("musts", 2, 3, 30),
        ("musts", 4, None, 0),
    ]


@pytest.mark.parametrize(("plan", "told"), [(AB, (3, 9)), (DRAFT, (4, 8)), (SHADOW, (5, 7))])
def test_each_kind_tosses_its_own_coin(plan, told):
    """Contacts, credits, or whose list meets more wishes; one level alone has the interval of the main read-out."""
    one = by_level(read_slices(plan, [many("words", 1, (40, 40))]))["words", 1]
    assert one.told == told
    main = coin(np.array([True] * told[1] + [False] * told[0]))
    assert (one.ratio, one.low, one.high) == pytest.approx(main.ratio)


@given(st.sets(st.sampled_from([("words", 0), ("words", 1), ("musts", 0), ("musts", 2), ("musts", 4)])))
def test_the_level_of_each_interval_is_adjusted_for_those_that_are_shown(shown):
    """.05 over their number, exactly; a level that is not shown costs the others nothing."""
    counts = [
        many(name, level, (60, 60) if (name, level) in shown else (9, 9))
        for name in AB.slices
        for level in SLICES[name].starts
    ]
    found = read_slices(AB, counts)
    assert found.shown == len(shown)
    assert found.alpha == pytest.approx(0.05 / max(len(shown), 1))
    low, high = interval(9, 12, alpha=found.alpha)
    for one in found.levels:
        assert one.is_shown == ((one.slice, one.first) in shown)
        if one.is_shown:
            assert (one.low, one.high) == pytest.approx((low / (1 - low), high / (1 - high)))


def test_where_nothing_differs_the_shown_intervals_seldom_leave_it_out():
    """Read at six looks while more and more levels come over the floor: in at most 10 of 200 runs one ever errs."""
    rng = np.random.default_rng(8)
    names = [(name, level) for name in AB.slices for level in SLICES[name].starts]
    wrong = 0
    for _ in range(200):
        treated, contacted = rng.random(1_600) < 0.5, rng.random(1_600) < 0.15
        inside = [rng.random(1_600) < share for share in (0.6, 0.4, 0.5, 0.3, 0.05)]
        wrong += any(
            one.is_shown and not one.low <= 1 <= one.high
            for n in (50, 100, 200, 400, 800, 1_600)
            for one in read_slices(
                AB,
                [
                    LevelCount(
                        *name,
                        units=(int((part & ~treated)[:n].sum()), int((part & treated)[:n].sum())),
                        contacts=tuple(int((part & contacted & arm)[:n].sum()) for arm in (~treated, treated)),
                    )
                    for name, part in zip(names, inside, strict=True)
                ],
            ).levels
        )
    assert wrong <= 10


@pytest.mark.parametrize("rates", [(0.1, 0.1), (0.1, 0.16), (0.16, 0.08)])
def test_slices_decide_nothing(rates):
    """The decision and every other figure are those of the same experiment without them."""
    rows = simulated(np.random.default_rng(9), 1_200, rates)
    for worst in ((0, 300), (300, 0)):
        counts = [many("words", level, (600, 600), contacts=worst) for level in (0, 1)]
        found = read_out(AB, rows, {}, 10, counts)
        plain = read_out(PLAN, rows, {}, 10)
        assert replace(found, experiment=PLAN, slices=plain.slices) == plain
        assert found.slices.shown == 2


def test_the_floor_is_twenty():
    """As the pages say."""
    assert FEWEST_UNITS == 20

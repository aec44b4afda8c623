"""Read-outs: an unsound split blocks, harm stops at any time, a plan decides, and before that a number is left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matcher.evaluation.planning import LOOKS, group_sequential_size, obrien_fleming
from matcher.evaluation.readout import read_out, told
from matcher.events.protocol import Aftermath, Experiment, Quality, UnitRow
from tests.support import DAY

SIZE = group_sequential_size(0.10, 1.6)
AB = Experiment("e", "ab", "a", "b", "m", "s", "", 0.10, 1.6, SIZE, DAY)
DRAFT = replace(AB, kind="interleaving", size=266)
SHADOW = replace(AB, kind="shadow", size=None)
FINE = Quality(0.5, 0.3, 0.9)


def unit(arm="control", **more) -> UnitRow:
    parts = {"lists": 1, "contacted": False, "team": None, "eligible": 9, "quality": FINE}
    return UnitRow(arm, **{**parts, "other": None, "overlap": None, "milliseconds": 20.0, **more})


def simulated(rng, n, rates, share=0.5, **more):
    """Return units of an A/B test with the given rates of contact in control and treatment."""
    treated = rng.random(n) < share
    contacted = rng.random(n) < np.where(treated, rates[1], rates[0])
    arms = ["treatment" if one else "control" for one in treated]
    return [unit(arm, contacted=bool(one), **more) for arm, one in zip(arms, contacted, strict=True)]


def decided(experiment, rows):
    return read_out(experiment, rows, {}, 10).decision


def test_nothing_yet_is_not_enough_yet():
    """With the whole plan left."""
    found = read_out(AB, [], {}, 10)
    assert (found.decision, found.left, found.look, found.averages, found.overlap) == ("more", SIZE, None, (), None)
    assert read_out(DRAFT, [], {}, 10).left == 266
    assert decided(SHADOW, []) == "shadow_open"


def test_a_split_that_is_off_blocks_everything():
    """Whatever the contacts say."""
    rows = simulated(np.random.default_rng(1), 3_000, (0.1, 0.3), share=0.6)
    found = read_out(AB, rows, {}, 10)
    assert (found.decision, found.split.alarm) == ("blocked", True)


def test_a_planted_effect_is_shipped_and_harm_is_stopped():
    """At the planned size, in at least 80 of 100 runs; the other way round it is stopped before."""
    rng = np.random.default_rng(2)
    good = [decided(AB, simulated(rng, SIZE, (0.10, 0.16))) for _ in range(100)]
    bad = [decided(AB, simulated(rng, 2 * SIZE, (0.16, 0.08))) for _ in range(20)]
    assert good.count("ship") >= 80
    assert set(good) <= {"ship", "none"}
    assert bad.count("stop") >= 19


def test_no_effect_is_seldom_shipped():
    """Of 400 runs read at the four planned looks and acted on at once, few ship and few stop."""
    rng = np.random.default_rng(3)
    decisions = []
    for _ in range(400):
        rows = simulated(rng, SIZE, (0.13, 0.13))
        looks = (decided(AB, rows[: -(-SIZE * look // LOOKS)]) for look in range(1, LOOKS + 1))
        decisions.append(next((one for one in looks if one != "more"), "more"))
    assert decisions.count("ship") <= 22
    assert decisions.count("none") >= 340


def test_a_look_reads_the_units_of_its_time_and_no_later_ones():
    """Between looks nothing moves it."""
    rows = simulated(np.random.default_rng(4), SIZE, (0.1, 0.1))
    quarter = -(-SIZE // LOOKS)
    assert read_out(AB, rows[: quarter - 1], {}, 10).look is None
    looks = {read_out(AB, rows[:n], {}, 10).look for n in (quarter, quarter + 50, 2 * quarter - 2)}
    assert len(looks) == 1
    look = looks.pop()
    assert (look.number, look.units, look.bound) == (1, quarter, obrien_fleming()[0])


def test_credits_decide_an_interleaving():
    """The coin alone, at any time; ties and those without credit count nothing."""
    rng = np.random.default_rng(5)

    def rows(share, n):
        return [unit(team="treatment" if one else "control") for one in rng.random(n) < share] + [unit()] * 50

    assert decided(DRAFT, rows(0.7, 300)) == "ship"
    assert decided(DRAFT, rows(0.3, 300)) == "stop"
    assert decided(DRAFT, rows(0.5, 60)) == "more"
    found = read_out(DRAFT, [unit()] * 80, {}, 10)
    assert (found.primary.tosses, found.decision, found.left) == (0, "more", 266)


def test_a_shadow_tells_lists_apart_and_shows_nothing():
    """Better, worse by wishes, worse by a guardrail, and too few to tell."""
    rng = np.random.default_rng(6)

    def rows(n, met, confirmed=0.9):
        return [
            unit(
                quality=Quality(0.5 + wish, 0.3, 0.9),
                other=Quality(0.5 + wish + met + rng.normal(0, 0.1), 0.3, confirmed),
                overlap=0.4,
            )
            for wish in rng.normal(0, 0.1, n)
        ]

    assert decided(SHADOW, rows(400, 0.1)) == "shadow_better"
    assert decided(SHADOW, rows(400, -0.1)) == "shadow_worse"
    assert decided(SHADOW, rows(400, 0.1, confirmed=0.5)) == "shadow_worse"
    assert decided(SHADOW, rows(400, 0.0)) == "shadow_open"
    few = read_out(SHADOW, rows(49, 0.1), {}, 10)
    assert (few.decision, few.averages, few.overlap) == ("shadow_open", (), pytest.approx(0.4))


def test_a_broken_guardrail_stops_what_the_coin_would_ship():
    """More contacts, and a list takes a second longer."""
    rng = np.random.default_rng(7)
    rows = [
        replace(row, milliseconds=1_000.0 + rng.normal(0, 30) if row.arm == "treatment" else 20.0)
        for row in simulated(rng, SIZE, (0.1, 0.3))
    ]
    found = read_out(AB, rows, {}, 10)
    verdicts = {one.name: one.verdict for one in found.averages}
    assert found.decision == "stop"
    assert verdicts == {"met": "holds", "not_stated": "holds", "confirmed": "holds", "empty": "holds"} | {
        "milliseconds": "broken"
    }


def test_missing_answers_leave_bounds():
    """Six of ten told, four of them yes: between .4 and .8 of all, wherever the missing fell."""
    rows = told({"control": Aftermath(10, 4, 2, 0, 0), "treatment": Aftermath(4, 4, 0, 1, 3)})
    found = {(one.name, one.arm): one for one in rows}
    reply = found["replied", "control"]
    assert (reply.told, reply.of, reply.share) == (6, 10, pytest.approx(4 / 6))
    assert (reply.worst, reply.best) == (0.4, 0.8)
    assert (found["replied", "treatment"].worst, found["replied", "treatment"].best) == (1, 1)
    silent = found["session", "control"]
    assert (silent.told, np.isnan(silent.share), silent.worst, silent.best) == (0, True, 0, 1)
    assert told({}) == ()


def test_exposure_is_told_by_arm_with_those_never_shown():
    """One of four is always first in treatment; control shares alike."""
    shown = {("control", who): {1: 5} for who in "abcd"} | {("treatment", "a"): {1: 20}}
    found = read_out(AB, [], shown, 4)
    assert found.exposure == {"control": pytest.approx(0), "treatment": pytest.approx(0.75)}

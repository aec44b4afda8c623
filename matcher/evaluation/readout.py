"""What an experiment says so far: is the split sound, what does the coin say, do the guardrails hold, what to do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.coin import (
    FEWEST_FOR_MEANS,
    SRM_ALPHA,
    SRM_PRIOR,
    Coin,
    coin,
    difference_sequence,
    mean_sequence,
)
from matcher.evaluation.exposure import gini
from matcher.evaluation.planning import LOOKS, obrien_fleming
from matcher.evaluation.slices import Slices, read_slices
from matcher.events.protocol import Aftermath, Arm, Experiment, LevelCount, Quality, UnitRow

Verdict = Literal["holds", "broken", "open"]
Decision = Literal["blocked", "ship", "stop", "more", "none", "shadow_better", "shadow_worse", "shadow_open"]

MOST_LOOKS = 30
"""Points of the chart of an interval over time."""

ARMS: tuple[Arm, ...] = ("control", "treatment")


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One average that may not get worse by more than a margin.

    Attributes:
        name: of what is measured: of `Quality`, or of `UNIT_VALUES`.
        margin: the most that treatment minus control may be worse.
        higher: whether more is better.
    """

    name: str
    margin: float
    higher: bool

    def read(self, row: UnitRow, of: Quality) -> float:
        """Return the value of a unit; what is told of a list is read from the given one."""
        read = UNIT_VALUES.get(self.name)
        return read(row) if read else float(getattr(of, self.name))


UNIT_VALUES: Mapping[str, Callable[[UnitRow], float]] = {
    "empty": lambda row: float(row.eligible == 0),
    "milliseconds": lambda row: row.milliseconds,
}
"""What can't differ between two lists of one client, or is not known of the one that was not shown."""

GUARDRAILS: tuple[Guardrail, ...] = (
    Guardrail("met", 0.05, higher=True),
    Guardrail("not_stated", 0.05, higher=False),
    Guardrail("confirmed", 0.05, higher=True),
    Guardrail("empty", 0.02, higher=False),
    Guardrail("milliseconds", 50.0, higher=False),
)
"""Wishes met, not spoken of and openings confirmed among the first five; lists that found nobody; time to a list."""


@dataclass(frozen=True, slots=True)
class Average:
    """One average: treatment minus control, with its always-valid, approximate interval.

    Attributes:
        name: of the guardrail.
        control, treatment: means.
        apart, low, high: their difference.
        margin: that the difference may not pass.
        verdict: holds when the interval lies within the margin, broken when it lies beyond, else open.
    """

    name: str
    control: float
    treatment: float
    apart: float
    low: float
    high: float
    margin: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Told:
    """A share of contacting units that told of something, with bounds for those who did not say.

    Attributes:
        name: replied or session.
        arm: whose units.
        told: units that answered the question.
        of: contacting units.
        share: of those who told; nan where nobody did.
        worst, best: share of all, if whoever did not say had nothing, or all of it.
    """

    name: str
    arm: Arm
    told: int
    of: int
    share: float
    worst: float
    best: float


@dataclass(frozen=True, slots=True)
class Look:
    """A planned look at an A/B test.

    Attributes:
        number: of the latest look that was reached, 1 to 4.
        units: first units that it reads.
        z: of the difference of rates, pooled.
        bound: that |z| has to reach.
    """

    number: int
    units: int
    z: float
    bound: float


@dataclass(frozen=True, slots=True)
class Readout:
    """All that is said of an experiment.

    Attributes:
        experiment: as it was planned.
        units: by arm; all of them control where everybody sees one kind of list.
        split: the coin of arms (A/B), or None.
        primary: the coin of contacts (A/B) or of credits (interleaving), None for shadow.
        course: how the primary coin stood at up to thirty earlier looks and now, for a chart.
        look: the latest planned look (A/B), None before the first.
        averages: guardrails that can be told, from 50 units an arm on.
        exposure: Gini of who was shown, by arm or team.
        overlap: mean overlap of both lists (shadow), else None.
        decision: what to do.
        left: units or credits that are missing to the planned size.
        slices: what the declared slices say; they are no part of the decision.
    """

    experiment: Experiment
    units: Mapping[Arm, int]
    split: Coin | None
    primary: Coin | None
    course: tuple[Coin, ...]
    look: Look | None
    averages: tuple[Average, ...]
    exposure: Mapping[Arm, float]
    overlap: float | None
    decision: Decision
    left: int
    slices: Slices


def read_out(
    experiment: Experiment,
    rows: Iterable[UnitRow],
    shown: Mapping[tuple[Arm, str], Mapping[int, int]],
    directory: int,
    levels: Iterable[LevelCount] = (),
) -> Readout:
    """Read an experiment, at any time.

    Args:
        experiment: as it was planned.
        rows: its units in the order of their first lists.
        shown: by arm and therapist, how often at each place.
        directory: how many therapists there are; those never shown count as such.
        levels: its units, counted by the levels of slices.
    """
    units = list(rows)
    treated = np.array([row.arm == "treatment" for row in units], dtype=bool)
    split = coin(treated, SRM_PRIOR, SRM_ALPHA) if experiment.kind == "ab" else None
    arms = _primary_arms(experiment, units, treated)
    primary = None if arms is None else coin(arms)
    look = _look(experiment, units, treated)
    averages = tuple(_averages(experiment, units, treated))
    counted = len(units) if experiment.kind == "ab" else primary.tosses if primary else 0
    return Readout(
        experiment=experiment,
        units={"control": int((~treated).sum()), "treatment": int(treated.sum())},
        split=split,
        primary=primary,
        course=() if arms is None else _course(arms),
        look=look,
        averages=averages,
        exposure={arm: _exposure(arm, shown, directory) for arm in ARMS if any(one == arm for one, _ in shown)},
        overlap=_mean([row.overlap for row in units if row.overlap is not None]),
        decision=_decision(experiment, split, primary, look, averages),
        left=max((experiment.size or 0) - counted, 0),
        slices=read_slices(experiment, levels),
    )


def _primary_arms(
    experiment: Experiment, units: Sequence[UnitRow], treated: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Return the tosses that decide: the arm of each contacting unit, the team of each credited one."""
    if experiment.kind == "ab":
        made: NDArray[np.bool_] = treated[np.array([row.contacted for row in units], dtype=bool)]
        return made
    if experiment.kind == "interleaving":
        return np.array([row.team == "treatment" for row in units if row.team is not None], dtype=bool)
    return None


def _course(arms: NDArray[np.bool_]) -> tuple[Coin, ...]:
    count = len(arms)
    looks = sorted({math.ceil(count * look / MOST_LOOKS) for look in range(1, MOST_LOOKS + 1)} - {0})
    return tuple(coin(arms[:number]) for number in looks)


def _look(experiment: Experiment, units: Sequence[UnitRow], treated: NDArray[np.bool_]) -> Look | None:
    """Return the latest planned look; it reads the units that had come by then and no later ones."""
    if experiment.kind != "ab" or not experiment.size:
        return None
    number = min(len(units) * LOOKS // experiment.size, LOOKS)
    if number == 0:
        return None
    read = math.ceil(experiment.size * number / LOOKS)
    arms = treated[:read]
    contacted = np.array([row.contacted for row in units[:read]], dtype=bool)
    return Look(number, len(arms), _z(contacted, arms), obrien_fleming()[number - 1])


def _z(contacted: NDArray[np.bool_], treated: NDArray[np.bool_]) -> float:
    """Return the pooled z of a difference of two rates, 0 where nothing can be said."""
    t, c = int(treated.sum()), int((~treated).sum())
    pooled = float(contacted.mean()) if len(contacted) else 0.0
    if not t or not c or pooled in (0.0, 1.0):
        return 0.0
    apart = float(contacted[treated].mean() - contacted[~treated].mean())
    return apart / math.sqrt(pooled * (1 - pooled) * (1 / t + 1 / c))


def _averages(experiment: Experiment, units: Sequence[UnitRow], treated: NDArray[np.bool_]) -> Iterable[Average]:
    if experiment.kind == "ab" and min(treated.sum(), (~treated).sum()) >= FEWEST_FOR_MEANS:
        for rail in GUARDRAILS:
            values = np.array([rail.read(row, row.quality) for row in units])
            means = float(values[~treated].mean()), float(values[treated].mean())
            yield _average(rail, means, difference_sequence(values, treated))
    paired = [(row, row.other) for row in units if row.other is not None]
    if experiment.kind == "shadow" and len(paired) >= FEWEST_FOR_MEANS:
        for rail in GUARDRAILS:
            if rail.name not in UNIT_VALUES:
                ours = np.array([rail.read(row, row.quality) for row, _ in paired])
                theirs = np.array([rail.read(row, other) for row, other in paired])
                yield _average(rail, (float(ours.mean()), float(theirs.mean())), mean_sequence(theirs - ours))


def _average(rail: Guardrail, means: tuple[float, float], sequence: tuple[float, float, float]) -> Average:
    apart, low, high = sequence
    worst, best = (low, high) if rail.higher else (-high, -low)
    verdict: Verdict = "holds" if worst > -rail.margin else "broken" if best < -rail.margin else "open"
    return Average(rail.name, *means, apart, low, high, rail.margin, verdict)


def _exposure(arm: Arm, shown: Mapping[tuple[Arm, str], Mapping[int, int]], directory: int) -> float:
    sums = [
        sum(count / math.log2(place + 1) for place, count in places.items())
        for (one, _), places in shown.items()
        if one == arm
    ]
    return gini(np.array([*sums, *[0.0] * max(directory - len(sums), 0)]))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def told(aftermath: Mapping[Arm, Aftermath]) -> tuple[Told, ...]:
    """Return what units told after contact, by arm, with the bounds that missing answers leave."""
    return tuple(
        _told(name, arm, yes=getattr(found, name), no=getattr(found, against), of=found.contacted)
        for name, against in (("replied", "silent"), ("session", "no_session"))
        for arm, found in sorted(aftermath.items())
    )


def _told(name: str, arm: Arm, *, yes: int, no: int, of: int) -> Told:
    share = yes / (yes + no) if yes + no else math.nan
    return Told(name, arm, yes + no, of, share, yes / of, (of - no) / of)


def _decision(
    experiment: Experiment, split: Coin | None, primary: Coin | None, look: Look | None, averages: Sequence[Average]
) -> Decision:
    """Return what to do: a split that is off blocks everything, harm stops at any time, a plan decides."""
    if split is not None and split.alarm:
        return "blocked"
    broken = any(one.verdict == "broken" for one in averages)
    if primary is None:
        return _shadow_decision(averages)
    better = primary.ratio[0] > 1
    if broken or (primary.alarm and not better):
        return "stop"
    if experiment.kind == "interleaving":
        return "ship" if primary.alarm else "more" if primary.tosses < (experiment.size or 0) else "none"
    if look is not None and abs(look.z) >= look.bound:
        return "ship" if look.z > 0 else "stop"
    return "none" if look is not None and look.number == LOOKS else "more"


def _shadow_decision(averages: Sequence[Average]) -> Decision:
    met = next((one for one in averages if one.name == "met"), None)
    if met is None or met.low <= 0 <= met.high:
        return "shadow_open"
    broken = any(one.verdict == "broken" for one in averages)
    return "shadow_worse" if met.high < 0 or broken else "shadow_better"

"""What an experiment says of its declared slices: by unit and first list, from 20 units on, deciding nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from matcher.evaluation.coin import ALPHA, rate_ratio
from matcher.events.protocol import Experiment, Kind, LevelCount
from matcher.events.slices import SLICES

FEWEST_UNITS = 20
"""Units of a level below which nothing is told of it: in each arm of an A/B test, in all elsewhere."""

TOLD: Mapping[Kind, str] = {"ab": "contacts", "interleaving": "credits", "shadow": "wishes"}
"""Whose two counts of `LevelCount` are tossed by each kind of experiment."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a declared slice. What is None is not told, since too few units are in it.

    Attributes:
        slice: the name.
        first, last: its numbers; `last` is None where it has no end.
        fewest: units that are held against the floor: of the smaller arm (A/B), or all.
        units: in control and in treatment; all in control where everybody sees one kind of list.
        told: of control and of treatment: contacting units (A/B), credited units (interleaving), or units whose list
            would meet more wishes (shadow).
        ratio, low, high: treatment over control of these, with its always-valid interval.
    """

    slice: str
    first: int
    last: int | None
    fewest: int
    units: tuple[int, int] | None = None
    told: tuple[int, int] | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_shown(self) -> bool:
        """Whether it has the units it takes."""
        return self.units is not None


@dataclass(frozen=True, slots=True)
class Slices:
    """All levels of all declared slices, in the order of the table.

    Attributes:
        declared: their names.
        shown: levels that are told.
        alpha: of each interval: that of the read-out over the number of levels that are told (Bonferroni). So all
            intervals of one look hold together at the level of the read-out.
        levels: those that are told and those that are not.
    """

    declared: tuple[str, ...] = ()
    shown: int = 0
    alpha: float = ALPHA
    levels: tuple[Level, ...] = field(default=())


def read_slices(experiment: Experiment, counts: Iterable[LevelCount]) -> Slices:
    """Read the declared slices, at any time; levels that nobody is in are told as such."""
    held = {(one.slice, one.level): one for one in counts}
    asked = [(name, level) for name in experiment.slices for level in SLICES[name].starts]
    found = [held.get(one, LevelCount(*one)) for one in asked]
    enough = [_fewest(experiment.kind, one) >= FEWEST_UNITS for one in found]
    alpha = ALPHA / max(sum(enough), 1)
    return Slices(experiment.slices, sum(enough), alpha, tuple(_levels(experiment.kind, found, enough, alpha)))


def _fewest(kind: Kind, count: LevelCount) -> int:
    return min(count.units) if kind == "ab" else sum(count.units)


def _levels(kind: Kind, found: Sequence[LevelCount], enough: Sequence[bool], alpha: float) -> Iterable[Level]:
    for one, told in zip(found, enough, strict=True):
        named = (one.slice, one.level, SLICES[one.slice].last(one.level), _fewest(kind, one))
        control, treatment = getattr(one, TOLD[kind])
        ratio = rate_ratio(treatment, control + treatment, alpha=alpha) if told else (None, None, None)
        yield Level(*named, one.units, (control, treatment), *ratio) if told else Level(*named)

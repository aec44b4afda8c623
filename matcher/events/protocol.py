"""What every store of experiments does, and the records it answers with. A unit is a random number, never a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from profiles.errors import ServiceError

Kind = Literal["shadow", "interleaving", "ab"]
Arm = Literal["control", "treatment"]

CONTACT_DAYS = 14
"""Days after a unit's first list within which a contact counts."""


class ExperimentTaken(ServiceError):
    """There is, or was, an experiment of that name."""

    key = "error.experiment_taken"


class ExperimentRunning(ServiceError):
    """Another experiment is running: a client is in one at a time."""

    key = "error.experiment_running"


class ExperimentUnknown(ServiceError):
    """There is no experiment of that name."""

    key = "error.experiment_unknown"


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment, as it was planned before its first client.

    Attributes:
        name: as commands take it.
        kind: shadow, interleaving or ab.
        control, treatment: names of variants.
        model: hash of the fit model that both rank with.
        salt: parts units into arms, differently in each experiment.
        hypothesis: in the operator's words.
        base: share of units that were expected to make contact, 0 to 1.
        ratio: smallest effect of interest, treatment over control.
        size: planned units (ab) or credited contacts (interleaving); None for shadow.
        started: the day.
        stopped: the day, None while it runs.
        slices: names of those that its read-out tells apart; of no other is anything kept.
    """

    name: str
    kind: Kind
    control: str
    treatment: str
    model: str
    salt: str
    hypothesis: str
    base: float
    ratio: float
    size: int | None
    started: date
    stopped: date | None = None
    slices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """One therapist at one place of a list.

    Attributes:
        therapist: the id.
        place: 1-based.
        team: of interleaving, whose draw it was; None elsewhere, and where both rank them alike.
        propensity: chance that the ranking put them there, above 0; None where it has no closed form.
        target: the same of the other ranking, None where it was not computed.
    """

    therapist: str
    place: int
    team: Arm | None = None
    propensity: float | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Quality:
    """What a list is like, as values of the whole list.

    Attributes:
        met: share of wishes met by the first five.
        not_stated: share of wishes that the first five do not speak of.
        confirmed: share of the first five who said lately that they take new clients.
    """

    met: float
    not_stated: float
    confirmed: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """One list that was shown to a unit: its exposure.

    Attributes:
        id: random; a contact names it.
        experiment: the name.
        unit: the client's random number.
        arm: of an A/B test; control in shadow and interleaving, where all see one kind of list.
        variant, model: what ranked it.
        day: when.
        eligible: how many met every must: 0 is a list that found nobody.
        quality: of the list shown.
        other: of the list that the treatment would have shown (shadow), else None.
        overlap: rank-biased overlap of both (shadow), else None.
        absent: share of the other list's places that this ranking could never have shown so (shadow), else None.
        milliseconds: to make the list.
        shown: who stood where.
        slices: level of the list in each declared slice, by name.
    """

    id: str
    experiment: str
    unit: str
    arm: Arm
    variant: str
    model: str
    day: date
    eligible: int
    quality: Quality
    other: Quality | None
    overlap: float | None
    absent: float | None
    milliseconds: float
    shown: Sequence[Shown]
    slices: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit in the order of first lists, as it is analysed: by its first list and its first contact.

    Attributes:
        arm: that it was in.
        lists: how many it saw.
        contacted: whether it made contact within 14 days of its first list.
        team: of interleaving, the team of its first credited contact; None without one.
        eligible, quality, other, overlap, milliseconds: of its first list.
    """

    arm: Arm
    lists: int
    contacted: bool
    team: Arm | None
    eligible: int
    quality: Quality
    other: Quality | None
    overlap: float | None
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Places:
    """Shown places for a replay.

    Attributes:
        contacted: whether the therapist there was contacted.
        propensity, target: chances that the ranking in use, and the other, put them there.
        absent: mean share of the other ranking's places that the one in use could never have shown so.
    """

    contacted: Sequence[bool]
    propensity: Sequence[float]
    target: Sequence[float]
    absent: float


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What became of contacts, by their units' own word: a unit counts once, by the best that it told.

    Attributes:
        contacted: units of an arm that made contact.
        replied, silent: units that told that somebody answered, or that nobody did.
        session, no_session: units that told of a first session, or of none.
    """

    contacted: int
    replied: int
    silent: int
    session: int
    no_session: int


@dataclass(frozen=True, slots=True)
class LevelCount:
    """Units whose first list is in one level of a slice; each pair is control and treatment.

    Attributes:
        slice, level: the name, and the number at which the level begins.
        units: by arm.
        contacts: those that made contact within 14 days of their first list, by arm.
        credits: of interleaving, units by the team of their first credited contact.
        wishes: of shadow, units whose list meets more wishes by the one ranking than by the other.
    """

    slice: str
    level: int
    units: tuple[int, int] = (0, 0)
    contacts: tuple[int, int] = (0, 0)
    credits: tuple[int, int] = (0, 0)
    wishes: tuple[int, int] = (0, 0)


class EventStore(Protocol):
    """Where experiments are kept. One contract suite holds for every implementation."""

    def start(self, experiment: Experiment) -> None:
        """Keep a new experiment. Raises ExperimentTaken or ExperimentRunning."""
        ...

    def stop(self, name: str, day: date) -> Experiment:
        """End an experiment; ended ones stay as they are. Raises ExperimentUnknown."""
        ...

    def experiments(self) -> tuple[Experiment, ...]:
        """Return all experiments, the latest first."""
        ...

    def experiment(self, name: str) -> Experiment:
        """Return one experiment. Raises ExperimentUnknown."""
        ...

    def running(self) -> Experiment | None:
        """Return the experiment that runs, None for none."""
        ...

    def consent(self, unit: str, day: date) -> None:
        """Note that a unit agreed; a second time changes nothing."""
        ...

    def knows(self, unit: str, since: date) -> bool:
        """Whether a unit agreed on `since` or later, and did not withdraw."""
        ...

    def consented(self, since: date) -> int:
        """Return how many units that agreed on `since` or later are in."""
        ...

    def expose(self, ranked: Ranked) -> bool:
        """Keep a list that was shown; False, and nothing kept, where the unit did not agree or the id is known.

        Levels of slices that its experiment did not declare are left out.
        """
        ...

    def contact(self, unit: str, ranking: str, therapist: str, day: date) -> bool:
        """Note a contact from a list; False where that list did not show them to this unit. Once is enough."""
        ...

    def answer(self, ranking: str, therapist: str, *, replied: bool | None = None, session: bool | None = None) -> bool:
        """Note what became of a contact, None for what is not told; False where there is no such contact."""
        ...

    def aftermath(self, experiment: str) -> dict[Arm, Aftermath]:
        """Return by arm what became of contacts."""
        ...

    def units(self, experiment: str) -> Iterator[UnitRow]:
        """Yield the units of an experiment in the order of their first lists."""
        ...

    def levels(self, experiment: str) -> tuple[LevelCount, ...]:
        """Return the units of an experiment, counted by the levels that their first lists are in."""
        ...

    def shown(self, experiment: str) -> dict[tuple[Arm, str], dict[int, int]]:
        """Return by arm and therapist how often they stood at each place."""
        ...

    def rows(self, experiment: str) -> Places:
        """Return every shown place that has both chances, and what share of the other ranking's places is missing."""
        ...

    def withdraw(self, unit: str) -> int:
        """Erase every row of a unit, from the bytes of the file too; return how many went."""
        ...

    def forget(self, before: date) -> int:
        """Erase units that agreed before a day with all their rows; return how many lines went."""
        ...

    def forget_therapist(self, therapist: str) -> int:
        """Erase a therapist from what was shown and contacted; return how many lines went."""
        ...

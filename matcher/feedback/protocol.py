"""What every store of feedback does, and the records it answers with. Nothing here says who a client is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, get_args

ReportKind = Literal["no_answer", "not_taking_clients", "wrong_contact", "not_this_person"]

REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)
"""What a client may report of a profile: fixed choices, no words."""

Scale = Literal["own", "loaded"]
"""Our own short check-in, or the total of a scale that the operator is licensed to use."""

STEP = 10
"""Counts are written in steps of so many: what fewer people did leaves no trace."""


@dataclass(frozen=True, slots=True)
class ReportDay:
    """How often clients reported one thing of one therapist on one day.

    Attributes:
        therapist: the id.
        kind: what was reported.
        day: when, to the day.
        count: how many reports, at least 1.
    """

    therapist: str
    kind: ReportKind
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class WishCount:
    """How many lists asked for something as a must, and how many of them found nobody; whole steps of `STEP`.

    Attributes:
        wish: (field, code) of a single must, or of two that were asked together.
        asked: lists that asked for it.
        nobody: those of them that were empty.
    """

    wish: tuple[tuple[str, str], ...]
    asked: int
    nobody: int


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What one client answered about one therapist after one session.

    Attributes:
        therapist: the id.
        client: an opaque key, the same for one client of one therapist; never an identity.
        session: after which session, from 1.
        day: when it was answered, to the day.
        items: answers 1..5 by code of `items.toml`; of a loaded scale `total` alone, brought to 1..5.
        stated, described: what these doors added to the fit score of the list that the client came from, or None.
        model: hash of the fit model of that list, or None.
        scale: whose items they are.
        case_mix: code of the kind of clients that the operator compares this one with, "" for all.
    """

    therapist: str
    client: str
    session: int
    day: date
    items: Mapping[str, float]
    stated: float | None = None
    described: float | None = None
    model: str | None = None
    scale: Scale = "own"
    case_mix: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of check-ins that were handed over.

    Attributes:
        added: new ones.
        updated: in the place of an earlier answer of the same client after the same session.
        unchanged: held already, or older than what is held.
    """

    added: int
    updated: int
    unchanged: int


class FeedbackStore(Protocol):
    """Where feedback is kept. One contract suite holds for every implementation."""

    def report(self, therapist: str, kind: ReportKind, day: date, most: int) -> bool:
        """Count a report; False, and nothing counted, where the therapist has had `most` of them on that day."""
        ...

    def reports(self, since: date) -> tuple[ReportDay, ...]:
        """Return what was reported on `since` or later, by therapist, kind and day."""
        ...

    def add_wishes(self, counts: Iterable[WishCount], day: date) -> None:
        """Add to what is counted of musts in the month of a day."""
        ...

    def wishes(self, since: date) -> tuple[WishCount, ...]:
        """Return the sums over the month of `since` and later ones, most often empty first."""
        ...

    def add_shown(self, counts: Iterable[tuple[str, int]], day: date) -> None:
        """Add to how often therapists were shown in the month of a day."""
        ...

    def shown(self, since: date) -> dict[str, int]:
        """Return by id how often therapists were shown in the month of `since` and later ones."""
        ...

    def shown_by_month(self) -> dict[date, dict[str, int]]:
        """Return by the first day of each month, and by id, how often therapists were shown."""
        ...

    def forget(self, before: date) -> int:
        """Forget reports before a day and counts of months before its month; return how many lines went."""
        ...

    def add_checkins(self, checkins: Iterable[CheckIn]) -> Taken:
        """Keep check-ins, all or none; of one therapist, client and session the one of the latest day stays.

        The order they come in changes nothing, but for two of one day: then the later one to come stays.
        """
        ...

    def checkins(self, since: date | None = None) -> tuple[CheckIn, ...]:
        """Return the check-ins of `since` and later, all by default, by therapist, client and session."""
        ...

    def checkin_changes(self) -> int:
        """Return a number that grows whenever a check-in is added, changed or forgotten."""
        ...

    def forget_checkins(self, before: date) -> int:
        """Forget check-ins of days before one; return how many."""
        ...

    def forget_client(self, therapist: str, client: str) -> int:
        """Forget every check-in of one client of a therapist, as when they take it back; return how many went."""
        ...

    def forget_therapist(self, therapist: str) -> int:
        """Forget what is kept of one therapist, as when they are removed; return how many lines went."""
        ...

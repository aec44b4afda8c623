"""What every store of feedback does, and the records it answers with. Nothing here says who a client is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, get_args

ReportKind = Literal["no_answer", "not_taking_clients", "wrong_contact", "not_this_person"]

REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)
"""What a client may report of a profile: fixed choices, no words."""

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

    def forget(self, before: date) -> int:
        """Forget reports before a day and counts of months before its month; return how many lines went."""
        ...

    def forget_therapist(self, therapist: str) -> int:
        """Forget what is kept of one therapist, as when they are removed; return how many lines went."""
        ...

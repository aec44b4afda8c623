"""Slices of an experiment: rough groups of lists, declared before its first client, each told by one small number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from matcher.index.musts import asked_musts
from models.factors import wishes_of
from profiles.errors import ServiceError
from profiles.schema import Preferences

MOST_DECLARED = 3
"""Slices of one experiment: every one more makes all intervals wider."""


class SlicesTooMany(ServiceError):
    """An experiment declares more slices than one may have."""

    key = "error.slices_too_many"


@dataclass(frozen=True, slots=True)
class Slice:
    """One way to part lists: a number of the whole list, and where each of its levels begins.

    No term and no word can be read from it. It is the same in both arms: what the rankings make of a list is no part.

    Attributes:
        starts: the numbers at which levels begin, rising from 0.
        read: the number, from what was asked for and how many were eligible.
        yes_no: the number is 0 or 1.
    """

    starts: tuple[int, ...]
    read: Callable[[Preferences, int], int]
    yes_no: bool = False

    def level(self, number: int) -> int:
        """Return the level that a number is in, named by where it begins.

        >>> SLICES["choice"].level(37)
        10
        """
        return max(start for start in self.starts if start <= number)

    def last(self, level: int) -> int | None:
        """Return the last number of a level, None where it has no end.

        >>> [SLICES["choice"].last(level) for level in SLICES["choice"].starts]
        [0, 9, 49, None]
        """
        return next((start - 1 for start in self.starts if start > level), 1 if self.yes_no else None)


def _asked_of_working_together(preferences: Preferences) -> bool:
    return any(wish.factor.kind == "relationship" for wish in wishes_of(preferences))


SLICES: Mapping[str, Slice] = {
    "words": Slice((0, 1), lambda asked, _: int(bool(asked.words)), yes_no=True),
    "working_together": Slice((0, 1), lambda asked, _: int(_asked_of_working_together(asked)), yes_no=True),
    "choice": Slice((0, 1, 10, 50), lambda _, eligible: eligible),
    "musts": Slice((0, 2, 4), lambda asked, _: len(asked_musts(asked))),
}
"""Own words written; anything asked about working together; how many were eligible; how many musts."""


def declared(names: Iterable[str]) -> tuple[str, ...]:
    """Return the slices of an experiment, each once. Raises SlicesTooMany."""
    found = tuple(dict.fromkeys(names))
    if len(found) > MOST_DECLARED:
        raise SlicesTooMany(slices=", ".join(found), most=MOST_DECLARED)
    return found


def levels_of(names: Iterable[str], preferences: Preferences, eligible: int) -> dict[str, int]:
    """Return the level of a list in each of the named slices; no other is looked at.

    Args:
        names: the declared ones.
        preferences: what the client asked for; a number of it is returned, never a part.
        eligible: how many met every must.
    """
    return {name: SLICES[name].level(SLICES[name].read(preferences, eligible)) for name in names}

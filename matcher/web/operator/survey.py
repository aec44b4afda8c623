"""What the operators' pages need of every profile, kept by each worker and brought up to date change by change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from flask import current_app

from matcher.moderation import Item, items
from profiles.directory.protocol import Directory
from profiles.schema import Listing, Therapist
from profiles.vocabulary import folded

T = TypeVar("T")

EXTENSION = "operator"

OLD_ENOUGH = timedelta(minutes=10)
"""Numbers of the overview may be as old as that; the page that they lead to counts anew."""


@dataclass(frozen=True, slots=True)
class Line:
    """One therapist in a list: what is looked for and shown there."""

    id: str
    name: str
    key: str
    accepting: str
    listing: Listing
    listed: bool


def line_of(person: Therapist) -> Line:
    """Return a therapist as a line; `key` is the name as it is searched and sorted."""
    key = folded(person.name)
    return Line(person.id, person.name, key, str(person.value("accepting", "")), person.listing, person.listed)


def items_of(person: Therapist) -> tuple[Item, ...]:
    """Return what a person should look at in the texts of a profile."""
    return tuple(items(person))


class Watch(Generic[T]):
    """Something derived of every profile; after the first time only profiles that changed are read.

    Args:
        derive: what is kept of a profile; nothing is kept of those where it is empty.
    """

    def __init__(self, derive: Callable[[Therapist], T]) -> None:
        self._derive = derive
        self._held: dict[str, T] = {}
        self._generation: int | None = None
        self._lock = threading.Lock()

    @property
    def started(self) -> bool:
        """Whether every profile has been read once."""
        return self._generation is not None

    def latest(self, directory: Directory) -> dict[str, T]:
        """Return by id what is kept, as the directory is now."""
        with self._lock:
            seen = directory.generation()
            if self._generation is None:
                self._held = {one.id: made for one in directory.scan() if (made := self._derive(one))}
            elif seen != self._generation:
                self._held = self._followed(directory, self._generation)
            self._generation = seen
            return self._held

    def _followed(self, directory: Directory, since: int) -> dict[str, T]:
        """Return a new table, so that whoever reads the old one is not disturbed."""
        changed, removed = directory.changes_since(since)
        gone = {*removed, *(one.id for one in changed)}
        kept = {identity: one for identity, one in self._held.items() if identity not in gone}
        return kept | {one.id: made for one in changed if (made := self._derive(one))}


class Survey:
    """What one worker keeps."""

    def __init__(self) -> None:
        self.lines: Watch[Line] = Watch(line_of)
        self.items: Watch[tuple[Item, ...]] = Watch(items_of)
        self._remembered: dict[str, tuple[Hashable, datetime, Any]] = {}

    def knows(self, name: str) -> bool:
        """Whether something was made under a name."""
        return name in self._remembered

    def remembered(self, name: str, key: Hashable, now: datetime, make: Callable[[], T], *, old: bool = False) -> T:
        """Return what was made for `key`, or make it; with `old`, what was made lately for any key will do."""
        held = self._remembered.get(name)
        if held is not None and (held[0] == key or (old and now - held[1] < OLD_ENOUGH)):
            found: T = held[2]
            return found
        made = make()
        self._remembered[name] = (key, now, made)
        return made


def survey() -> Survey:
    """Return what this worker keeps."""
    found: Survey = current_app.extensions[EXTENSION]
    return found

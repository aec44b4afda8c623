"""The audit log: what changed in a profile, field by field, and who did it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlite_utils import Database

from profiles.directory.protocol import Action, Change
from profiles.records import value_to_json
from profiles.schema import FIELDS, Therapist

COLUMNS = "actor, action, therapist, field, before, after"

ABOUT_ALL = ("listing", "listed")
"""Parts of a profile that are no fields, and are logged like them."""


class Entry(NamedTuple):
    """One line before it has a number and a time."""

    actor: str
    action: Action
    therapist: str
    field: str = ""
    before: str | None = None
    after: str | None = None


def entries(before: Therapist | None, after: Therapist, actor: str) -> Iterator[Entry]:
    """Yield what became of a profile: one line for a new one, else one for each field that says something else."""
    if before is None:
        yield Entry(actor, "added", after.id)
        return
    for name in FIELDS:
        one, other = before.value(name), after.value(name)
        if one != other or (name in before.withheld) != (name in after.withheld):
            yield Entry(actor, "changed", after.id, name, _written(name, one), _written(name, other))
    for name in ABOUT_ALL:
        one, other = getattr(before, name), getattr(after, name)
        if one != other:
            yield Entry(actor, "changed", after.id, name, json.dumps(one), json.dumps(other))


def _written(name: str, value: Any) -> str | None:
    """Return a value for the log; what must be erasable on withdrawal is never written here."""
    if value is None or FIELDS[name].identity:
        return None
    return json.dumps(value_to_json(name, value), ensure_ascii=False)


def write(db: Database, lines: Iterable[Entry]) -> None:
    """Add lines."""
    db.conn.executemany(f"INSERT INTO audit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", lines)  # noqa: S608 - a constant


def read(db: Database, identity: str, n: int, before: int | None) -> tuple[Change, ...]:
    """Return the newest lines, of one therapist or ("") of all."""
    rows = db.conn.execute(
        f"SELECT number, at, {COLUMNS} FROM audit"  # noqa: S608 - a constant
        " WHERE (? = '' OR therapist = ?) AND (? IS NULL OR number < ?) ORDER BY number DESC LIMIT ?",
        (identity, identity, before, before, n),
    )
    return tuple(Change(*row) for row in rows)


def forget_therapist(db: Database, identity: str, stand_in: str) -> None:
    """Take everything that was said of somebody out of the log; that something was done stays, under a stand-in."""
    db.conn.execute(
        "UPDATE audit SET therapist = ?, before = NULL, after = NULL WHERE therapist = ?", (stand_in, identity)
    )

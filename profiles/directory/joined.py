"""Profiles that a person found to be one: each keeps its own part, so that a join can be undone without loss."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlite_utils import Database

from profiles import records
from profiles.directory.staging import stored
from profiles.merging import merged
from profiles.schema import Therapist


def kept_ids(db: Database, ids: Sequence[str]) -> dict[str, str]:
    """Return, for those of `ids` that belong to a joined profile, the id it is kept under."""
    marks = ", ".join("?" * len(ids))
    return dict(db.conn.execute(f"SELECT id, kept FROM parts WHERE id IN ({marks})", list(ids)))  # noqa: S608 - marks alone


def parts_of(db: Database, kept: str) -> dict[str, Therapist]:
    """Return the parts of a joined profile by id, none for one that is whole."""
    rows = db.conn.execute("SELECT id, document, provenance FROM parts WHERE kept = ? ORDER BY id", (kept,))
    return {row[0]: records.load(*row) for row in rows}


def whole(parts: Iterable[Therapist], kept: str) -> Therapist:
    """Return what the parts of a profile say together; said on one day, the part it is kept under counts."""
    ordered = sorted(parts, key=lambda one: (one.id == kept, one.id))
    made: Therapist | None = None
    for one in ordered:
        made = merged(made, one)
    if made is None:
        raise ValueError(kept)
    return replace(made, id=kept)


def write_parts(db: Database, parts: Iterable[Therapist], kept: str) -> None:
    """Write parts of a profile."""
    for one in parts:
        row = stored(one)
        db.conn.execute(
            "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", (row.id, kept, row.document, row.provenance)
        )


def forget(db: Database, kept: str) -> None:
    """Forget the parts of a profile."""
    db.conn.execute("DELETE FROM parts WHERE kept = ?", (kept,))

"""The rows of the directory: writing one profile, removing one, and the generation that grows with each change."""

from __future__ import annotations

from datetime import date

from sqlite_utils import Database

from profiles.directory.staging import Stored, stored
from profiles.schema import Therapist


def put(db: Database, therapist: Therapist) -> None:
    """Write a profile."""
    put_stored(db, stored(therapist))


def put_stored(db: Database, row: Stored) -> None:
    """Write a profile that is JSON already; whoever was removed under its id is back."""
    db.conn.execute(
        "INSERT OR REPLACE INTO therapists (id, document, provenance, generation, npi) VALUES (?, ?, ?, ?, ?)",
        (row.id, row.document, row.provenance, next_generation(db), row.npi),
    )
    db.conn.execute("DELETE FROM tombstones WHERE id = ?", (row.id,))


def remove(db: Database, identity: str, day: date | None) -> None:
    """Remove a profile on a day, today by the clock of the database where it is None."""
    db.conn.execute("DELETE FROM therapists WHERE id = ?", (identity,))
    db.conn.execute(
        "INSERT OR REPLACE INTO tombstones (id, generation, since) VALUES (?, ?, coalesce(?, date('now')))",
        (identity, next_generation(db), None if day is None else day.isoformat()),
    )


def generation(db: Database) -> int:
    """Return the number that grows with every change."""
    return int(db.conn.execute("SELECT value FROM counters WHERE name = 'generation'").fetchone()[0])


def next_generation(db: Database) -> int:
    """Make the generation grow, and return it."""
    db.conn.execute("UPDATE counters SET value = value + 1 WHERE name = 'generation'")
    return generation(db)

"""`FeedbackStore` in one SQLite file, `events.db`: a few small tables of counts."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from matcher.feedback.protocol import ReportDay, ReportKind, WishCount
from profiles.errors import DirectoryDamaged
from profiles.store import open_database, writing

FEEDBACK = Migrations("feedback")


@FEEDBACK()
def reports(db: Database) -> None:
    """How often one thing was reported of one therapist on one day: nothing of who did, no hour."""
    db.table("reports").create(
        {"therapist": str, "kind": str, "day": str, "count": int},
        pk=("therapist", "kind", "day"),
        not_null={"count"},
        strict=True,
    )
    db.table("reports").create_index(["day"])


@FEEDBACK()
def wishes(db: Database) -> None:
    """By month: lists that asked for a must, and those of them that found nobody; whole steps only."""
    db.table("wishes").create(
        {"month": str, "wish": str, "asked": int, "nobody": int},
        pk=("month", "wish"),
        not_null={"asked", "nobody"},
        strict=True,
    )


@FEEDBACK()
def shown(db: Database) -> None:
    """By month: how often a therapist was shown; whole steps only."""
    db.table("shown").create(
        {"therapist": str, "month": str, "count": int}, pk=("therapist", "month"), not_null={"count"}, strict=True
    )


class SqliteFeedback:
    """`FeedbackStore` in one SQLite file.

    Args:
        path: the file, created where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.local()

    @contextmanager
    def _open(self) -> Iterator[Database]:
        """Give this thread's connection; turn a damaged file into a sentence."""
        try:
            if getattr(self._threads, "db", None) is None:
                self._threads.db = open_database(self._path, FEEDBACK)
            yield self._threads.db
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise DirectoryDamaged(path=str(self._path), reason=str(error)) from error

    def close(self) -> None:
        """Close this thread's connection."""
        db: Database | None = getattr(self._threads, "db", None)
        if db is not None:
            db.conn.close()
            del self._threads.db

    def report(self, therapist: str, kind: ReportKind, day: date, most: int) -> bool:
        """Count a report; False, and nothing counted, where the therapist has had `most` of them on that day."""
        with self._open() as db, writing(db):
            held = "SELECT coalesce(sum(count), 0) FROM reports WHERE therapist = ? AND day = ?"
            if db.conn.execute(held, (therapist, day.isoformat())).fetchone()[0] >= most:
                return False
            db.conn.execute(
                "INSERT INTO reports VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
                (therapist, kind, day.isoformat()),
            )
        return True

    def reports(self, since: date) -> tuple[ReportDay, ...]:
        """Return what was reported on `since` or later, by therapist, kind and day."""
        asked = "SELECT therapist, kind, day, count FROM reports WHERE day >= ? ORDER BY therapist, kind, day"
        with self._open() as db:
            rows = db.conn.execute(asked, (since.isoformat(),)).fetchall()
        return tuple(ReportDay(who, kind, date.fromisoformat(day), count) for who, kind, day, count in rows)

    def add_wishes(self, counts: Iterable[WishCount], day: date) -> None:
        """Add to what is counted of musts in the month of a day."""
        rows = [(_month(day), json.dumps(one.wish), one.asked, one.nobody) for one in counts]
        with self._open() as db, writing(db):
            db.conn.executemany(
                "INSERT INTO wishes VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET asked = asked + excluded.asked, nobody = nobody + excluded.nobody",
                rows,
            )

    def wishes(self, since: date) -> tuple[WishCount, ...]:
        """Return the sums over the month of `since` and later ones, most often empty first."""
        asked = (
            "SELECT wish, sum(asked), sum(nobody) FROM wishes WHERE month >= ?"
            " GROUP BY wish ORDER BY sum(nobody) DESC, sum(asked) DESC, wish"
        )
        with self._open() as db:
            rows = db.conn.execute(asked, (_month(since),)).fetchall()
        return tuple(
            WishCount(tuple((field, code) for field, code in json.loads(wish)), *numbers) for wish, *numbers in rows
        )

    def add_shown(self, counts: Iterable[tuple[str, int]], day: date) -> None:
        """Add to how often therapists were shown in the month of a day."""
        rows = [(therapist, _month(day), count) for therapist, count in counts]
        with self._open() as db, writing(db):
            db.conn.executemany(
                "INSERT INTO shown VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count", rows
            )

    def shown(self, since: date) -> dict[str, int]:
        """Return by id how often therapists were shown in the month of `since` and later ones."""
        with self._open() as db:
            rows = db.conn.execute(
                "SELECT therapist, sum(count) FROM shown WHERE month >= ? GROUP BY therapist", (_month(since),)
            ).fetchall()
        return dict(rows)

    def forget(self, before: date) -> int:
        """Forget reports before a day and counts of months before its month; return how many lines went."""
        with self._open() as db, writing(db):
            gone = db.conn.execute("DELETE FROM reports WHERE day < ?", (before.isoformat(),)).rowcount
            for table in ("wishes", "shown"):
                gone += db.conn.execute(f"DELETE FROM {table} WHERE month < ?", (_month(before),)).rowcount  # noqa: S608
        return int(gone)

    def forget_therapist(self, therapist: str) -> int:
        """Forget what is kept of one therapist, as when they are removed; return how many lines went."""
        with self._open() as db, writing(db):
            gone = [
                db.conn.execute(f"DELETE FROM {table} WHERE therapist = ?", (therapist,)).rowcount  # noqa: S608
                for table in ("reports", "shown")
            ]
        return sum(gone)


def _month(day: date) -> str:
    return day.isoformat()[:7]

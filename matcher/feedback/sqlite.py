"""`FeedbackStore` in one SQLite file, `events.db`: small tables of counts, and check-ins."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from matcher.feedback.protocol import CheckIn, ReportDay, ReportKind, Scale, Taken, WishCount
from profiles.errors import DirectoryDamaged
from profiles.store import open_database, wipe_log, writing

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


@FEEDBACK()
def checkins(db: Database) -> None:
    """What a client answered after a session; whoever the client is, they are a key that nothing leads back from."""
    db.table("checkins").create(
        {"therapist": str, "client": str, "session": int, "day": str, "items": str}
        | {"stated": float, "described": float, "model": str, "scale": str, "case_mix": str},
        pk=("therapist", "client", "session"),
        not_null={"day", "items", "scale", "case_mix"},
        strict=True,
    )
    db.table("checkins").create_index(["day"])
    db.table("checkin_changes").create({"number": int}, not_null={"number"}, strict=True)
    db.table("checkin_changes").insert({"number": 0})


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

    @contextmanager
    def _erasing(self) -> Iterator[Database]:
        """Delete, all or nothing, and leave no bytes of it in the files."""
        with self._open() as db:
            with writing(db):
                yield db
            wipe_log(db)

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

    def shown_by_month(self) -> dict[date, dict[str, int]]:
        """Return by the first day of each month, and by id, how often therapists were shown."""
        found: dict[str, dict[str, int]] = {}
        with self._open() as db:
            for month, therapist, count in db.conn.execute("SELECT month, therapist, count FROM shown ORDER BY month"):
                found.setdefault(month, {})[therapist] = count
        return {date.fromisoformat(f"{month}-01"): counts for month, counts in found.items()}

    def forget(self, before: date) -> int:
        """Forget reports before a day and counts of months before its month; return how many lines went."""
        with self._open() as db, writing(db):
            gone = db.conn.execute("DELETE FROM reports WHERE day < ?", (before.isoformat(),)).rowcount
            for table in ("wishes", "shown"):
                gone += db.conn.execute(f"DELETE FROM {table} WHERE month < ?", (_month(before),)).rowcount  # noqa: S608
        return int(gone)

    def add_checkins(self, checkins: Iterable[CheckIn]) -> Taken:
        """Keep check-ins, all or none; of one therapist, client and session the one of the latest day stays."""
        with self._open() as db, writing(db):
            outcomes = Counter(_kept(db, _row(one)) for one in checkins)
            if outcomes["added"] or outcomes["updated"]:
                _count_change(db)
        return Taken(outcomes["added"], outcomes["updated"], outcomes["unchanged"])

    def checkins(self, since: date | None = None) -> tuple[CheckIn, ...]:
        """Return the check-ins of `since` and later, all by default, by therapist, client and session."""
        asked = f"SELECT {COLUMNS} FROM checkins WHERE day >= ? ORDER BY therapist, client, session"  # noqa: S608
        with self._open() as db:
            rows = db.conn.execute(asked, ((since or date.min).isoformat(),)).fetchall()
        return tuple(_checkin(*row) for row in rows)

    def checkin_changes(self) -> int:
        """Return a number that grows whenever a check-in is added, changed or forgotten."""
        with self._open() as db:
            return int(db.conn.execute("SELECT number FROM checkin_changes").fetchone()[0])

    def forget_checkins(self, before: date) -> int:
        """Forget check-ins of days before one; return how many."""
        with self._erasing() as db:
            gone = db.conn.execute("DELETE FROM checkins WHERE day < ?", (before.isoformat(),)).rowcount
            _count_change(db)
        return int(gone)

    def forget_client(self, therapist: str, client: str) -> int:
        """Forget every check-in of one client of a therapist, as when they take it back; return how many went."""
        with self._erasing() as db:
            where = "DELETE FROM checkins WHERE therapist = ? AND client = ?"
            gone = db.conn.execute(where, (therapist, client)).rowcount
            _count_change(db)
        return int(gone)

    def forget_therapist(self, therapist: str) -> int:
        """Forget what is kept of one therapist, as when they are removed; return how many lines went."""
        with self._erasing() as db:
            gone = [
                db.conn.execute(f"DELETE FROM {table} WHERE therapist = ?", (therapist,)).rowcount  # noqa: S608
                for table in ("reports", "shown", "checkins")
            ]
            _count_change(db)
        return sum(gone)


COLUMNS = "therapist, client, session, day, items, stated, described, model, scale, case_mix"

Row = tuple[str, str, int, str, str, float | None, float | None, str | None, str, str]
"""A check-in as it lies in the table, in the order of `COLUMNS`."""


def _row(one: CheckIn) -> Row:
    items = json.dumps(dict(one.items), sort_keys=True)
    place = (one.therapist, one.client, one.session, one.day.isoformat(), items)
    return (*place, one.stated, one.described, one.model, one.scale, one.case_mix)


def _checkin(  # noqa: PLR0917 - the columns of one row
    therapist: str,
    client: str,
    session: int,
    day: str,
    items: str,
    stated: float | None,
    described: float | None,
    model: str | None,
    scale: Scale,
    case_mix: str,
) -> CheckIn:
    answered = date.fromisoformat(day)
    return CheckIn(therapist, client, session, answered, json.loads(items), stated, described, model, scale, case_mix)


def _kept(db: Database, row: Row) -> str:
    """Keep one row unless what is held is as new or newer; say which."""
    asked = f"SELECT {COLUMNS} FROM checkins WHERE therapist = ? AND client = ? AND session = ?"  # noqa: S608
    held: Row | None = db.conn.execute(asked, row[:3]).fetchone()
    if held is not None and (held == row or held[3] > row[3]):
        return "unchanged"
    db.conn.execute(f"INSERT OR REPLACE INTO checkins ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)  # noqa: S608
    return "added" if held is None else "updated"


def _count_change(db: Database) -> None:
    db.conn.execute("UPDATE checkin_changes SET number = number + 1")


def _month(day: date) -> str:
    return day.isoformat()[:7]

"""The directory of therapists: a protocol, and SQLite behind it."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from sqlite_utils import Database

from profiles import records
from profiles.errors import DirectoryDamaged
from profiles.formats.reading import Row
from profiles.merging import merged, same_content
from profiles.problems import Problem, problem
from profiles.schema import Therapist
from profiles.store import open_database, reading, writing

MOST_PARAMETERS = 500
"""Ids a statement is asked for at once; SQLite may be built for 999 parameters."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a load did; `read` is the sum of the five counts after it."""

    read: int
    added: int
    updated: int
    unchanged: int
    skipped: int
    rejected: int
    dry_run: bool
    problems: tuple[Problem, ...]


class Directory(Protocol):
    """Where profiles are kept. One contract suite holds for every implementation."""

    def apply(
        self, rows: Iterable[Row], *, dry_run: bool = False, progress: Callable[[int], None] | None = None
    ) -> Report:
        """Take in what was read, all or nothing, and say what became of each row."""
        ...

    def get(self, ids: Sequence[str]) -> dict[str, Therapist]:
        """Return the therapists among `ids` that are in the directory now."""
        ...

    def scan(self) -> Iterator[Therapist]:
        """Yield every therapist in the order of ids, all from one state."""
        ...

    def changes_since(self, generation: int) -> tuple[tuple[Therapist, ...], tuple[str, ...]]:
        """Return those changed after `generation` and the ids removed after it."""
        ...

    def generation(self) -> int:
        """Return the number that grows with every change."""
        ...

    def count(self) -> int:
        """Return how many therapists there are."""
        ...

    def suppress(self, identity: str, as_of: date) -> bool:
        """Remove a therapist and keep them out of every later load; False when there is none of that id."""
        ...


class SqliteDirectory:
    """`Directory` in one SQLite file.

    Args:
        path: the file, created where it is missing.
        key: secret of this home; hashes of removed therapists are keyed with it.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._threads = threading.local()

    @property
    def _db(self) -> Database:
        db: Database | None = getattr(self._threads, "db", None)
        if db is None:
            db = self._threads.db = open_database(self._path)
        return db

    @contextmanager
    def _guarded(self) -> Iterator[Database]:
        """Turn a damaged file into a sentence."""
        try:
            yield self._db
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

    def generation(self) -> int:
        """Return the number that grows with every change."""
        with self._guarded() as db:
            return _generation(db)

    def count(self) -> int:
        """Return how many therapists there are."""
        with self._guarded() as db:
            return int(db.conn.execute("SELECT count(*) FROM therapists").fetchone()[0])

    def get(self, ids: Sequence[str]) -> dict[str, Therapist]:
        """Return the therapists among `ids` that are in the directory now."""
        found: dict[str, Therapist] = {}
        with self._guarded() as db:
            for start in range(0, len(ids), MOST_PARAMETERS):
                some = list(ids[start : start + MOST_PARAMETERS])
                marks = ", ".join("?" * len(some))
                rows = db.conn.execute(
                    f"SELECT id, document, provenance FROM therapists WHERE id IN ({marks})",  # noqa: S608 - marks alone
                    some,
                )
                found |= {row[0]: records.load(*row) for row in rows}
        return found

    def scan(self) -> Iterator[Therapist]:
        """Yield every therapist in the order of ids, all from one state."""
        with self._guarded() as db:
            for row in db.conn.execute("SELECT id, document, provenance FROM therapists ORDER BY id"):
                yield records.load(*row)

    def changes_since(self, generation: int) -> tuple[tuple[Therapist, ...], tuple[str, ...]]:
        """Return those changed after `generation` and the ids removed after it."""
        with self._guarded() as db, reading(db):
            rows = db.conn.execute(
                "SELECT id, document, provenance FROM therapists WHERE generation > ? ORDER BY id", (generation,)
            ).fetchall()
            gone = db.conn.execute("SELECT id FROM tombstones WHERE generation > ? ORDER BY id", (generation,))
            removed = tuple(row[0] for row in gone)
        return tuple(records.load(*row) for row in rows), removed

    def suppress(self, identity: str, as_of: date) -> bool:
        """Remove a therapist and keep them out of every later load; False when there is none of that id."""
        with self._guarded() as db, writing(db):
            found = self.get([identity]).get(identity)
            if found is None:
                return False
            generation = _next_generation(db)
            db.table("suppressed").insert_all(
                ({"key": key, "since": as_of.isoformat()} for key in self._suppression_keys(found)), ignore=True
            )
            db.conn.execute("DELETE FROM therapists WHERE id = ?", (identity,))
            db.conn.execute("INSERT OR REPLACE INTO tombstones VALUES (?, ?)", (identity, generation))
            return True

    def _suppression_keys(self, therapist: Therapist) -> list[str]:
        marks = [f"id:{therapist.id}"]
        if therapist.value("npi"):
            marks.append(f"npi:{therapist.value('npi')}")
        return [hmac.new(self._key, mark.encode(), hashlib.sha256).hexdigest() for mark in marks]

    def apply(
        self, rows: Iterable[Row], *, dry_run: bool = False, progress: Callable[[int], None] | None = None
    ) -> Report:
        """Take in what was read, all or nothing, and say what became of each row.

        Rows stream into a staging file and are merged there against the directory as it is, while others read and
        write; the writer is held only to copy the result. Had somebody written meanwhile, the merge is done again.

        Args:
            rows: what a reader yields.
            dry_run: count and report, write nothing.
            progress: called with the number of rows read so far.
        """
        with tempfile.TemporaryDirectory(prefix="load-", dir=self._path.parent) as folder, self._guarded() as db:
            staging = _Staging(Path(folder) / "staging.db")
            try:
                staging.fill(rows, progress)
                while True:
                    seen = _generation(db)
                    report = replace(self._prepare(db, staging), dry_run=dry_run)
                    if dry_run or self._publish(db, staging, seen):
                        return report
            finally:
                staging.close()

    def _prepare(self, db: Database, staging: _Staging) -> Report:
        """Work out, outside any transaction, what the directory will hold."""
        counts = dict.fromkeys(("added", "updated", "unchanged", "skipped"), 0)
        found: list[Problem] = []
        left_out = {row[0] for row in db.conn.execute("SELECT key FROM suppressed")}
        for batch in staging.batches():
            held = self.get([incoming.id for incoming, _ in batch])
            ready = []
            for incoming, times in batch:
                if left_out.intersection(self._suppression_keys(incoming)):
                    counts["skipped"] += times
                    found.append(problem("suppressed", row=incoming.id))
                    continue
                before = held.get(incoming.id)
                after = merged(before, incoming)
                _count(counts, before, after, times)
                if after != before:
                    ready.append((after.id, *records.dump(after)))
            staging.keep(ready)
        counts["skipped"] += staging.skipped
        problems = (*staging.problems, *found)
        return Report(read=staging.read, rejected=staging.rejected, dry_run=False, problems=problems, **counts)

    @staticmethod
    def _publish(db: Database, staging: _Staging, seen: int) -> bool:
        """Copy what is ready in one transaction; False when the directory is no longer the one that was seen."""
        if staging.nothing_ready():
            return True
        db.conn.execute("ATTACH DATABASE ? AS staging", (str(staging.path),))
        try:
            with writing(db):
                if _generation(db) != seen:
                    return False
                generation = _next_generation(db)
                db.conn.execute(
                    "INSERT OR REPLACE INTO therapists SELECT id, document, provenance, ? FROM staging.ready",
                    (generation,),
                )
                db.conn.execute("DELETE FROM tombstones WHERE id IN (SELECT id FROM staging.ready)")
                return True
        finally:
            db.conn.execute("DETACH DATABASE staging")


def _count(counts: dict[str, int], before: Therapist | None, after: Therapist, times: int) -> None:
    """Count each row of one therapist: repeated rows of a new one are updates of it."""
    if before is None:
        counts["added"] += 1
        counts["updated"] += times - 1
    else:
        counts["unchanged" if same_content(before, after) else "updated"] += times


def _generation(db: Database) -> int:
    return int(db.conn.execute("SELECT value FROM counters WHERE name = 'generation'").fetchone()[0])


def _next_generation(db: Database) -> int:
    db.conn.execute("UPDATE counters SET value = value + 1 WHERE name = 'generation'")
    return _generation(db)


class _Staging:
    """Rows on their way in, folded by id, and the profiles they make, in a file of their own."""

    BATCH = 500

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE incoming (id TEXT PRIMARY KEY, document TEXT, provenance TEXT, times INTEGER)")
        self._db.execute("CREATE TABLE ready (id TEXT PRIMARY KEY, document TEXT, provenance TEXT)")
        self.problems: list[Problem] = []
        self.read = self.skipped = self.rejected = 0

    def fill(self, rows: Iterable[Row], progress: Callable[[int], None] | None) -> None:
        """Take every row."""
        self._db.execute("BEGIN")
        for row in rows:
            self._take(row)
            if progress and row.outcome != "note":
                progress(self.read)
        self._db.execute("COMMIT")

    def _take(self, row: Row) -> None:
        self.problems.extend(row.problems)
        self.read += row.outcome != "note"
        self.skipped += row.outcome == "skipped"
        self.rejected += row.outcome == "rejected"
        if row.therapist is not None:
            self._fold(row.therapist)

    def _fold(self, incoming: Therapist) -> None:
        found = self._db.execute("SELECT * FROM incoming WHERE id = ?", (incoming.id,)).fetchone()
        times = 1
        if found is not None:
            incoming, times = merged(records.load(*found[:3]), incoming), found[3] + 1
            self.problems.append(problem("id_repeated", row=incoming.id, value=incoming.name, times=times))
        self._db.execute(
            "INSERT OR REPLACE INTO incoming VALUES (?, ?, ?, ?)", (incoming.id, *records.dump(incoming), times)
        )

    def batches(self) -> Iterator[list[tuple[Therapist, int]]]:
        """Yield what came in with how many rows it came from, in the order of ids; forget what was ready."""
        self._db.execute("DELETE FROM ready")
        cursor = self._db.execute("SELECT * FROM incoming ORDER BY id")
        while rows := cursor.fetchmany(self.BATCH):
            yield [(records.load(*row[:3]), row[3]) for row in rows]

    def keep(self, ready: Iterable[tuple[str, str, str]]) -> None:
        """Put profiles aside for publishing."""
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO ready VALUES (?, ?, ?)", ready)
        self._db.execute("COMMIT")

    def nothing_ready(self) -> bool:
        """Whether publishing would change nothing."""
        return bool(self._db.execute("SELECT NOT EXISTS (SELECT 1 FROM ready)").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._db.close()

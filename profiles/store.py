"""The SQLite file behind the directory: opening, migrations, and transactions that take the writer at once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from profiles.errors import DirectoryDamaged, DirectoryTooNew, PathUnreadable

BUSY_MILLISECONDS = 30_000
WIPE_MILLISECONDS = 2_000

DIRECTORY = Migrations("directory")


@DIRECTORY()
def therapists(db: Database) -> None:
    """Profiles, one row each: values and provenance as JSON."""
    db.table("therapists").create(
        {"id": str, "document": str, "provenance": str, "generation": int},
        pk="id",
        not_null={"document", "provenance", "generation"},
        strict=True,
    )
    db.table("therapists").create_index(["generation"])


@DIRECTORY()
def tombstones(db: Database) -> None:
    """Ids of removed therapists, so that readers learn of a removal."""
    db.table("tombstones").create({"id": str, "generation": int}, pk="id", strict=True)
    db.table("tombstones").create_index(["generation"])


@DIRECTORY()
def suppressed(db: Database) -> None:
    """Keyed hashes of those who asked to be left out; no name, no id."""
    db.table("suppressed").create({"key": str, "since": str}, pk="key", strict=True)


@DIRECTORY()
def counters(db: Database) -> None:
    """The generation of the directory: one row."""
    db.table("counters").create({"name": str, "value": int}, pk="name", strict=True)
    db.table("counters").insert({"name": "generation", "value": 0})


@DIRECTORY()
def npis(db: Database) -> None:
    """The NPI beside each profile: one NPI is one person, whatever id a file gives."""
    db.table("therapists").add_column("npi", str)
    db.conn.execute("UPDATE therapists SET npi = json_extract(document, '$.values.npi')")
    db.table("therapists").create_index(["npi"])


@DIRECTORY()
def consent_as_fact(db: Database) -> None:
    """The basis of identity fields was a part of the document; now it is the source of a fact."""
    held = db.conn.execute("SELECT id, document, provenance FROM therapists WHERE document LIKE '%\"consent\":%'")
    for identity, document, provenance in held.fetchall():
        stored, origin = json.loads(document), json.loads(provenance)
        basis = stored.pop("consent", "")
        if basis and origin["origins"]:
            stored["values"]["identity_consent"] = True
            origin["fields"]["identity_consent"] = len(origin["origins"])
            origin["origins"].append([basis, *origin["origins"][0][1:]])
        written = [json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in (stored, origin)]
        db.conn.execute("UPDATE therapists SET document = ?, provenance = ? WHERE id = ?", (*written, identity))


@DIRECTORY()
def audit(db: Database) -> None:
    """Who changed what, field by field; the clock is the database's, nobody's to choose."""
    db.conn.execute(
        "CREATE TABLE audit (number INTEGER PRIMARY KEY AUTOINCREMENT,"
        " at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), actor TEXT NOT NULL,"
        " action TEXT NOT NULL, therapist TEXT NOT NULL, field TEXT NOT NULL, before TEXT, after TEXT) STRICT"
    )
    db.table("audit").create_index(["therapist"])


@DIRECTORY()
def duplicates(db: Database) -> None:
    """Pairs that may be one person, and the parts of those that were joined."""
    db.table("pairs").create(
        {"first": str, "second": str, "certainty": float, "reasons": str, "verdict": str, "actor": str},
        pk=("first", "second"),
        strict=True,
    )
    db.table("parts").create({"id": str, "kept": str, "document": str, "provenance": str}, pk="id", strict=True)
    db.table("parts").create_index(["kept"])


@DIRECTORY()
def decisions(db: Database) -> None:
    """What people decided about what was found in profiles."""
    db.conn.execute(
        "CREATE TABLE decisions (kind TEXT NOT NULL, therapist TEXT NOT NULL, subject TEXT NOT NULL,"
        " verdict TEXT NOT NULL, actor TEXT NOT NULL,"
        " at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),"
        " PRIMARY KEY (kind, therapist, subject)) STRICT"
    )


@DIRECTORY()
def removal_days(db: Database) -> None:
    """The day of each removal, so that the bare ids can be forgotten once every index has followed."""
    db.table("tombstones").add_column("since", str)


def open_database(path: Path, migrations: Migrations = DIRECTORY) -> Database:
    """Open (creating it where it is missing) a database and bring its tables up to date.

    The connection waits up to `BUSY_MILLISECONDS` for the writer and keeps a write-ahead log.

    Raises:
        PathUnreadable: the file can't be opened or created.
        DirectoryDamaged: the file is no SQLite database.
        DirectoryTooNew: a later version of this software wrote it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000)
    except (OSError, sqlite3.OperationalError) as error:
        raise PathUnreadable(path=str(path), reason=str(error)) from error
    try:
        return _prepared(Database(connection), path, migrations)
    except sqlite3.DatabaseError as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError):
            raise PathUnreadable(path=str(path), reason=str(error)) from error
        raise DirectoryDamaged(path=str(path), reason=str(error)) from error
    except (DirectoryTooNew, DirectoryDamaged):
        connection.close()
        raise


def _prepared(db: Database, path: Path, migrations: Migrations) -> Database:
    tables = db.table_names()
    if tables and Migrations.migrations_table not in tables:
        raise DirectoryDamaged(path=str(path), reason=", ".join(tables[:3]))
    unknown = {one.name for one in migrations.applied(db)} - _names(migrations)
    if unknown:
        raise DirectoryTooNew(path=str(path), names=", ".join(sorted(unknown)))
    db.conn.execute("PRAGMA journal_mode = WAL")
    db.conn.execute("PRAGMA synchronous = NORMAL")
    db.conn.execute("PRAGMA secure_delete = ON")
    if migrations.pending(db):
        with writing(db):
            migrations.apply(db)
    return db


def _names(migrations: Migrations) -> set[str]:
    """Return the names of all migrations this version knows: against an empty database all are pending."""
    return {one.name for one in migrations.pending(Database(memory=True))}


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """Hold the writer from the first statement to the last; all or nothing.

    A deferred transaction that reads before it writes loses to any writer in between (SQLITE_BUSY at once,
    without waiting), hence BEGIN IMMEDIATE.
    """
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.conn.rollback()
        raise
    db.conn.execute("COMMIT")


def wipe_log(db: Database) -> None:
    """Take what was deleted out of the write-ahead log as well, as far as readers let us within two seconds.

    `secure_delete` writes zeros over deleted content in the file; the log still has the pages from before. A reader
    that holds on to them loses nothing, and the next call takes them out.
    """
    db.conn.execute(f"PRAGMA busy_timeout = {WIPE_MILLISECONDS}")
    try:
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        db.conn.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")


@contextmanager
def reading(db: Database) -> Iterator[None]:
    """See one state of the database for several statements."""
    db.conn.execute("BEGIN")
    try:
        yield
    finally:
        db.conn.rollback()

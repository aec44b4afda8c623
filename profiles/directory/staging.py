"""Rows on their way in, folded by person, and the profiles they make, in a file of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from profiles import records
from profiles.directory.log import COLUMNS, Entry
from profiles.directory.protocol import Progress
from profiles.formats.reading import Row
from profiles.identity import names_agree
from profiles.merging import merged
from profiles.problems import Problem, problem
from profiles.schema import Therapist

BATCH = 500

SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE incoming (
    position INTEGER PRIMARY KEY, id TEXT UNIQUE, document TEXT, provenance TEXT, npi TEXT UNIQUE, times INTEGER,
    file TEXT, line
);
CREATE TABLE ready (id TEXT PRIMARY KEY, document TEXT, provenance TEXT, npi TEXT);
CREATE TABLE parts (id TEXT PRIMARY KEY, kept TEXT, document TEXT, provenance TEXT);
CREATE TABLE audit (actor TEXT, action TEXT, therapist TEXT, field TEXT, before TEXT, after TEXT);
CREATE TABLE outcomes (id TEXT PRIMARY KEY, target TEXT, kind TEXT, times INTEGER);
CREATE INDEX outcomes_target ON outcomes (target);
"""


INCOMING = "id, document, provenance, npi, times, file, line"


class Incoming(NamedTuple):
    """One person of a load as stored: where they stood last, and how many rows told of them."""

    id: str
    document: str
    provenance: str
    npi: str | None
    times: int
    file: str
    line: int | str | None

    def therapist(self) -> Therapist:
        """Return the profile."""
        return records.load(self.id, self.document, self.provenance)


class Stored(NamedTuple):
    """A profile as it is written to the directory."""

    id: str
    document: str
    provenance: str
    npi: str | None


class Outcome(NamedTuple):
    """What became of one person of a load: under which id, and how many rows told of them."""

    id: str
    target: str
    kind: str
    times: int


def stored(therapist: Therapist) -> Stored:
    """Return a profile as it is written."""
    return Stored(therapist.id, *records.dump(therapist), therapist.value("npi") or None)


class Staging:
    """A load before it is published."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(SCHEMA)
        self.problems: list[Problem] = []
        self.read = self.skipped = self.rejected = 0

    def fill(self, rows: Iterable[Row], progress: Progress | None) -> None:
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
            self._insert(row.therapist, row)

    def _insert(self, incoming: Therapist, row: Row) -> None:
        one = stored(incoming)
        done = self._db.execute(
            "INSERT OR IGNORE INTO incoming (id, document, provenance, npi, times, file, line)"
            " VALUES (?, ?, ?, ?, 1, ?, ?)",
            (*one, row.file, row.line),
        )
        if not done.rowcount:
            self._fold(incoming, row)

    def _fold(self, incoming: Therapist, row: Row) -> None:
        """Put a row to the one of the same id, else of the same NPI."""
        held = self._of("id", incoming.id) or self._of("npi", incoming.value("npi"))
        if held is None:  # the store keeps ids and NPIs apart from each other; one of them was there a line ago
            raise AssertionError(incoming.id)
        before = held.therapist()
        if held.id != incoming.id:
            agree = names_agree(before.name, incoming.name)
            code = "npi_shared" if agree else "id_conflict"
            self.problems.append(problem(code, file=row.file, row=row.line, value=held.npi, other=held.id))
            if not agree:
                self.rejected += 1
                return
        after, times = stored(merged(before, incoming)), held.times + 1
        npi = after.npi if self._is_free(after.npi, held.id) else held.npi
        self.problems.append(problem("id_repeated", file=row.file, row=row.line, value=incoming.name, times=times))
        self._db.execute(
            "UPDATE incoming SET document = ?, provenance = ?, npi = ?, times = ?, file = ?, line = ? WHERE id = ?",
            (after.document, after.provenance, npi, times, row.file, row.line, held.id),
        )

    def _is_free(self, npi: str | None, identity: str) -> bool:
        holder = self._of("npi", npi)
        return holder is None or holder.id == identity

    def _of(self, column: str, value: str | None) -> Incoming | None:
        row = self._db.execute(
            f"SELECT {INCOMING} FROM incoming WHERE {column} = ?",  # noqa: S608 - names of ours
            (value,),
        ).fetchone()
        return None if row is None else Incoming(*row)

    def batches(self) -> Iterator[list[Incoming]]:
        """Yield what came in, in the order of its first rows; forget what was ready."""
        for table in ("ready", "parts", "audit", "outcomes"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
        cursor = self._db.execute(f"SELECT {INCOMING} FROM incoming ORDER BY position")  # noqa: S608 - a constant
        while rows := cursor.fetchmany(BATCH):
            yield [Incoming(*row) for row in rows]

    def keep(self, ready: Iterable[Stored], entries: Iterable[Entry], outcomes: Iterable[Outcome]) -> None:
        """Put profiles aside for publishing, with their lines of the log and what became of each person."""
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR REPLACE INTO ready VALUES (?, ?, ?, ?)", ready)
        self._db.executemany(f"INSERT INTO audit ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", entries)  # noqa: S608 - a constant
        self._db.executemany("INSERT INTO outcomes VALUES (?, ?, ?, ?)", outcomes)
        self._db.execute("COMMIT")

    def outcomes(self) -> list[tuple[str, int, int]]:
        """Return (kind, people, rows) of everything that came in."""
        return self._db.execute("SELECT kind, count(*), sum(times) FROM outcomes GROUP BY kind").fetchall()

    def keep_part(self, part: Stored, kept: str) -> None:
        """Put one part of a joined profile aside for publishing."""
        self._db.execute(
            "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", (part.id, kept, part.document, part.provenance)
        )

    def ready(self, identity: str) -> Therapist | None:
        """Return a profile put aside so far."""
        row = self._db.execute("SELECT id, document, provenance FROM ready WHERE id = ?", (identity,)).fetchone()
        return None if row is None else records.load(*row)

    def nothing_ready(self) -> bool:
        """Whether publishing would change nothing."""
        query = "SELECT NOT EXISTS (SELECT 1 FROM ready) AND NOT EXISTS (SELECT 1 FROM parts)"
        return bool(self._db.execute(query).fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._db.close()

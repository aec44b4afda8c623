"""The directory in one SQLite file."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from profiles import records
from profiles.directory import joined, log, publishing, queues, removal, rows
from profiles.directory.protocol import Change, Decision, Pair, Progress, Report, Verdict
from profiles.directory.staging import BATCH, Staging
from profiles.errors import DirectoryDamaged
from profiles.formats.reading import Row
from profiles.merging import merged
from profiles.schema import Editor, Fact, Therapist
from profiles.store import open_database, reading, wipe_log, writing


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

    @contextmanager
    def _writing(self) -> Iterator[Database]:
        with self._guarded() as db, writing(db):
            yield db

    def close(self) -> None:
        """Close this thread's connection."""
        db: Database | None = getattr(self._threads, "db", None)
        if db is not None:
            db.conn.close()
            del self._threads.db

    # ------------------------------------------------------------ reading

    def generation(self) -> int:
        """Return the number that grows with every change."""
        with self._guarded() as db:
            return rows.generation(db)

    def count(self) -> int:
        """Return how many therapists there are."""
        with self._guarded() as db:
            return int(db.conn.execute("SELECT count(*) FROM therapists").fetchone()[0])

    def get(self, ids: Sequence[str]) -> dict[str, Therapist]:
        """Return the therapists among `ids` that are in the directory now."""
        found: dict[str, Therapist] = {}
        with self._guarded() as db:
            for start in range(0, len(ids), BATCH):
                some = list(ids[start : start + BATCH])
                marks = ", ".join("?" * len(some))
                held = db.conn.execute(
                    f"SELECT id, document, provenance FROM therapists WHERE id IN ({marks})",  # noqa: S608 - marks alone
                    some,
                )
                found |= {row[0]: records.load(*row) for row in held}
        return found

    def resolve(self, identity: str) -> str:
        """Return the id a profile is kept under: its own, or that of the profile it was joined to."""
        with self._guarded() as db:
            return joined.kept_ids(db, [identity]).get(identity, identity)

    def scan(self) -> Iterator[Therapist]:
        """Yield every therapist in the order of ids, all from one state."""
        with self._guarded() as db:
            for row in db.conn.execute("SELECT id, document, provenance FROM therapists ORDER BY id"):
                yield records.load(*row)

    def changes_since(self, generation: int) -> tuple[tuple[Therapist, ...], tuple[str, ...]]:
        """Return those changed after `generation` and the ids removed after it."""
        with self._guarded() as db, reading(db):
            changed = db.conn.execute(
                "SELECT id, document, provenance FROM therapists WHERE generation > ? ORDER BY id", (generation,)
            ).fetchall()
            gone = db.conn.execute("SELECT id FROM tombstones WHERE generation > ? ORDER BY id", (generation,))
            removed = tuple(row[0] for row in gone)
        return tuple(records.load(*row) for row in changed), removed

    # ------------------------------------------------------------ loading

    def apply(
        self, read: Iterable[Row], *, dry_run: bool = False, progress: Progress | None = None, actor: str = "load"
    ) -> Report:
        """Take in what was read, all or nothing, and say what became of each row.

        Rows stream into a staging file and are merged there against the directory as it is, while others read and
        write; the writer is held only to copy the result, and to merge again whoever was changed meanwhile.

        Args:
            read: what a reader yields.
            dry_run: count and report, write nothing.
            progress: called with the number of rows read so far.
            actor: who loads, for the audit log.
        """
        with tempfile.TemporaryDirectory(prefix="load-", dir=self._path.parent) as folder, self._guarded() as db:
            staging = Staging(Path(folder) / "staging.db")
            try:
                staging.fill(read, progress)
                told = publishing.publish(db, staging, self._keys, actor, dry_run=dry_run)
                return publishing.report(staging, told, dry_run=dry_run)
            finally:
                staging.close()

    # ------------------------------------------------------------ edits

    def edit(
        self,
        identity: str,
        values: Mapping[str, Any],
        *,
        editor: Editor,
        actor: str,
        as_of: date,
        source: str = "",
    ) -> bool:
        """Write what a person says of a profile, field by field.

        Args:
            identity: whose profile.
            values: by field; a value of None empties the field, an equal value confirms it.
            editor: "therapist" or "operator"; their facts outlast files. A therapist's own word makes the listing
                agreed.
            actor: who it was, for the audit log.
            as_of: the day they say it for.
            source: what the facts carry as their source, such as the basis of a consent; the editor by default.

        Returns:
            False when there is none of that id.
        """
        facts = {name: Fact(value, source or editor, as_of, editor, as_of) for name, value in values.items()}
        with self._writing() as db:
            before = self.get([identity]).get(identity)
            if before is None:
                return False
            said = Therapist(
                identity,
                {name: fact for name, fact in facts.items() if fact.value is not None},
                "agreed" if editor == "therapist" else before.listing,
                withheld={name: fact for name, fact in facts.items() if fact.value is None},
            )
            parts = joined.parts_of(db, identity)
            if parts:
                parts[identity] = merged(parts[identity], said)
                joined.write_parts(db, [parts[identity]], identity)
            after = joined.whole(parts.values(), identity) if parts else merged(before, said)
            if after != before:
                rows.put(db, after)
                log.write(db, log.entries(before, after, actor))
        if None in values.values() or values.get("identity_consent") is False:
            self._wipe()
        return True

    # ------------------------------------------------------------ removal

    def _wipe(self) -> None:
        """Leave no bytes in the files of what was taken back."""
        with self._guarded() as db:
            wipe_log(db)

    def suppress(self, identity: str, as_of: date, actor: str = "operator") -> bool:
        """Remove a therapist and keep them out of every later load; False when there is none of that id.

        Keyed hashes stay, nothing else: what the audit log, the parts of a joined profile and the queues said of them
        goes too.
        """
        with self._writing() as db:
            found = self.get([identity]).get(identity)
            if found is None:
                return False
            parts = joined.parts_of(db, identity) or {identity: found}
            for one in (found, *parts.values()):
                db.table("suppressed").insert_all(
                    ({"key": key, "since": as_of.isoformat()} for key in self._keys(one)), ignore=True
                )
            joined.forget(db, identity)
            stand_in = removal.keyed(f"id:{identity}", self._key)[:16]
            for one_id in {identity, *parts}:
                queues.forget_therapist(db, one_id)
                log.forget_therapist(db, one_id, stand_in)
            rows.remove(db, identity, as_of)
            log.write(db, [log.Entry(actor, "removed", stand_in)])
        self._wipe()
        return True

    def _keys(self, therapist: Therapist) -> list[str]:
        return removal.keys(therapist, self._key)

    def retain(self, *, audit_from: date, removals_from: date) -> int:
        """Forget the audit log before a day, and ids of those removed before another; return how many lines went."""
        with self._writing() as db:
            gone = db.conn.execute("DELETE FROM audit WHERE at < ?", (audit_from.isoformat(),)).rowcount
            days = (removals_from.isoformat(),)
            gone += db.conn.execute("DELETE FROM tombstones WHERE coalesce(since, '') < ?", days).rowcount
            return int(gone)

    # ------------------------------------------------------------ what people decide

    def audit(self, identity: str = "", *, n: int = 100, before: int | None = None) -> tuple[Change, ...]:
        """Return the newest `n` lines of the audit log, of one therapist or of all, those older than line `before`."""
        with self._guarded() as db:
            return log.read(db, identity, n, before)

    def propose(self, pairs: Iterable[Pair]) -> int:
        """Put pairs into the queue of likely duplicates; what was decided stays decided. Return how many are open."""
        with self._writing() as db:
            return queues.propose(db, pairs)

    def pairs(self, verdict: Verdict = "open") -> tuple[Pair, ...]:
        """Return the pairs with a verdict, the most certain first."""
        with self._guarded() as db:
            return queues.pairs(db, verdict)

    def keep_apart(self, first: str, second: str, actor: str) -> bool:
        """Note that two profiles are two people; False when the pair is not in the queue."""
        with self._writing() as db:
            return queues.settle(db, first, second, "distinct", actor)

    def join(self, first: str, second: str, actor: str) -> bool:
        """Make one profile of two, kept under `first`; both ids load into it from now on.

        Each keeps its own part, so `part` loses nothing. False when one of them is not there, or both are the same.
        """
        with self._writing() as db:
            held = self.get([first, second])
            if len(held) < 2:
                return False
            parts = {first: held[first]} | joined.parts_of(db, first)
            parts |= {second: held[second]} | joined.parts_of(db, second)
            joined.forget(db, second)
            joined.write_parts(db, parts.values(), first)
            after = joined.whole(parts.values(), first)
            rows.put(db, after)
            rows.remove(db, second, None)
            queues.settle(db, first, second, "same", actor)
            log.write(
                db, [log.Entry(actor, "joined", first, "", None, second), *log.entries(held[first], after, actor)]
            )
        return True

    def part(self, identity: str, actor: str) -> bool:
        """Undo the joins of a profile: each comes back with all that was loaded for it since.

        False when nothing was joined to it.
        """
        with self._writing() as db:
            parts = joined.parts_of(db, identity)
            if not parts:
                return False
            before = self.get([identity])[identity]
            joined.forget(db, identity)
            for one in parts.values():
                rows.put(db, one)
            queues.reopen(db, list(parts))
            log.write(db, [log.Entry(actor, "parted", one) for one in parts])
            log.write(db, log.entries(before, parts[identity], actor))
        return True

    def decide(self, decision: Decision) -> None:
        """Keep a decision; a later one about the same subject takes its place. `at` is set by the store."""
        with self._writing() as db:
            queues.decide(db, decision)

    def decisions(self, kind: str) -> tuple[Decision, ...]:
        """Return the decisions of a queue."""
        with self._guarded() as db:
            return queues.decisions(db, kind)

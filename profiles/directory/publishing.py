"""From a staged load to the directory: in one short transaction, whatever others wrote meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from profiles.directory import log, rows
from profiles.directory.intake import Intake, Keys, Told
from profiles.directory.protocol import Report
from profiles.directory.staging import BATCH, INCOMING, Incoming, Outcome, Staging, Stored
from profiles.schema import Therapist
from profiles.store import writing


def publish(db: Database, staging: Staging, keys: Keys, actor: str, *, dry_run: bool) -> list[Told]:
    """Merge a staged load into the directory, and return what is to be told of it.

    The merge is worked out outside any transaction; only its result is copied while the writer is held. Whoever was
    changed in between is merged again there, which is a matter of a few profiles; had somebody been removed in
    between, the whole merge is done again, since the load may know them under another id.
    """
    while True:
        seen, removed = rows.generation(db), _removals(db)
        intake = Intake(db, staging, keys, actor)
        intake.take(staging.batches())
        if dry_run:
            return intake.told
        db.conn.execute("ATTACH DATABASE ? AS staging", (str(staging.path),))
        try:
            with writing(db):
                if _removals(db) == removed:
                    return _copy(db, intake, _late(db, seen))
        finally:
            db.conn.execute("DETACH DATABASE staging")


def _removals(db: Database) -> int:
    return int(db.conn.execute("SELECT count(*) FROM suppressed").fetchone()[0])


def _late(db: Database, seen: int) -> set[str]:
    """Return the ids of the load that concern somebody who was changed after generation `seen`."""
    db.conn.execute(
        "CREATE TEMP TABLE late AS SELECT id, npi FROM therapists WHERE generation > ?1"
        " UNION SELECT id, NULL FROM tombstones WHERE generation > ?1",
        (seen,),
    )
    found = db.conn.execute(
        "SELECT id FROM staging.outcomes WHERE target IN (SELECT id FROM late) OR id IN (SELECT id FROM late)"
        " UNION SELECT id FROM staging.incoming WHERE npi IN (SELECT npi FROM late)"
    )
    ids = {row[0] for row in found}
    db.conn.execute("DROP TABLE late")
    return ids


def _copy(db: Database, intake: Intake, late: set[str]) -> list[Told]:
    """Copy what is ready, but for those who are `late`: they are merged now."""
    again = _take_back(db, late)
    if db.conn.execute("SELECT EXISTS (SELECT 1 FROM staging.ready)").fetchone()[0]:
        db.conn.execute(
            "INSERT OR REPLACE INTO therapists (id, document, provenance, generation, npi)"
            " SELECT id, document, provenance, ?, npi FROM staging.ready",
            (rows.next_generation(db),),
        )
    db.conn.execute("INSERT OR REPLACE INTO parts SELECT id, kept, document, provenance FROM staging.parts")
    db.conn.execute(f"INSERT INTO audit ({log.COLUMNS}) SELECT {log.COLUMNS} FROM staging.audit")  # noqa: S608 - constants
    db.conn.execute("DELETE FROM tombstones WHERE id IN (SELECT id FROM staging.ready)")
    second = Intake(db, _Direct(db), intake.keys, intake.actor)
    second.take(again[start : start + BATCH] for start in range(0, len(again), BATCH))
    return [*(told for told in intake.told if told.id not in late), *second.told]


def _take_back(db: Database, late: set[str]) -> list[Incoming]:
    """Take what was worked out for `late` out of the staging, and return them as they came in."""
    found: list[Incoming] = []
    for one in sorted(late):
        for target in db.conn.execute("SELECT target FROM staging.outcomes WHERE id = ?", (one,)).fetchall():
            db.conn.execute("DELETE FROM staging.ready WHERE id = ?", target)
            db.conn.execute("DELETE FROM staging.parts WHERE kept = ?", target)
            db.conn.execute("DELETE FROM staging.audit WHERE therapist = ?", target)
        db.conn.execute("DELETE FROM staging.outcomes WHERE id = ?", (one,))
        query = f"SELECT {INCOMING} FROM staging.incoming WHERE id = ?"  # noqa: S608 - a constant
        found += [Incoming(*row) for row in db.conn.execute(query, (one,))]
    return found


@dataclass(slots=True)
class _Direct:
    """Writes straight into the directory, inside the transaction that is open."""

    db: Database
    written: dict[str, Therapist] = field(default_factory=dict)

    def keep(self, ready: Iterable[Stored], entries: Iterable[log.Entry], outcomes: Iterable[Outcome]) -> None:
        """Take profiles, their lines of the audit log, and what became of each person of the load."""
        for one in ready:
            rows.put_stored(self.db, one)
        log.write(self.db, entries)
        self.db.conn.executemany("INSERT INTO staging.outcomes VALUES (?, ?, ?, ?)", outcomes)

    def keep_part(self, part: Stored, kept: str) -> None:
        """Take one part of a joined profile."""
        row = (part.id, kept, part.document, part.provenance)
        self.db.conn.execute("INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", row)

    def ready(self, _identity: str) -> Therapist | None:
        """Return nobody: what was taken is in the directory."""
        return None


def report(staging: Staging, told: Sequence[Told], *, dry_run: bool) -> Report:
    """Return what became of each row: the rows of somebody new but for the first are updates of them."""
    counts = dict.fromkeys(("added", "updated", "unchanged", "skipped", "rejected"), 0)
    for kind, people, number in staging.outcomes():
        counts[kind] += people if kind == "added" else number
        counts["updated"] += number - people if kind == "added" else 0
    counts["skipped"] += staging.skipped
    counts["rejected"] += staging.rejected
    problems = (*staging.problems, *(one.problem for one in told))
    return Report(read=staging.read, dry_run=dry_run, problems=problems, **counts)

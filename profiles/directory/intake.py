"""What a load makes of the directory: each person of the load beside what is held of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sqlite_utils import Database

from profiles import records
from profiles.directory import joined, log
from profiles.directory.protocol import Report
from profiles.directory.staging import Incoming, Staging, Stored, stored
from profiles.identity import names_agree
from profiles.merging import merged, same_content
from profiles.problems import Problem, problem
from profiles.schema import Therapist

COUNTED = ("added", "updated", "unchanged", "skipped")

Keys = Callable[[Therapist], Sequence[str]]


@dataclass(slots=True)
class Intake:
    """Works out, outside any transaction, what the directory will hold.

    Attributes:
        db: the directory as it is.
        staging: the load, and where the result is put aside.
        keys: the hashes by which a therapist who was removed is known.
        actor: who loads.
    """

    db: Database
    staging: Staging
    keys: Keys
    actor: str
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("added", "updated", "unchanged", "skipped"), 0)
    )
    problems: list[Problem] = field(default_factory=list)
    rejected: int = 0
    _removed: frozenset[str] = frozenset()
    _redirected: dict[str, Therapist] = field(default_factory=dict)
    _parts: dict[str, dict[str, Therapist]] = field(default_factory=dict)

    def report(self, *, dry_run: bool) -> Report:
        """Take everything in, and say what became of it."""
        self._removed = frozenset(row[0] for row in self.db.conn.execute("SELECT key FROM suppressed"))
        for batch in self.staging.batches():
            self._take(batch)
        self.counts["skipped"] += self.staging.skipped
        return Report(
            read=self.staging.read,
            rejected=self.staging.rejected + self.rejected,
            dry_run=dry_run,
            problems=(*self.staging.problems, *self.problems),
            **self.counts,
        )

    def _take(self, batch: Sequence[Incoming]) -> None:
        held, kept = self._held(batch), joined.kept_ids(self.db, [one.id for one in batch])
        holders = self._holders(batch)
        ready: list[Stored] = []
        entries: list[log.Entry] = []
        for one in batch:
            target = kept.get(one.id) or (one.id if one.id in held else holders.get(one.npi or "", one.id))
            if target == one.id and one.id not in held and not self._removed and one.id not in self._redirected:
                # Somebody new is written as they were read: parsing them again would double the work of a first load.
                self._count(None, None, one.times)
                ready.append(Stored(*one[:4]))
                entries.append(log.Entry(self.actor, "added", one.id))
            else:
                for row, lines in self._merge(one, target, held.get(target), {row.id: row for row in ready}):
                    ready.append(row)
                    entries += lines
        self.staging.keep(ready, entries)

    def _merge(
        self, one: Incoming, target: str, held: Therapist | None, ready: dict[str, Stored]
    ) -> Iterator[tuple[Stored, list[log.Entry]]]:
        """Yield what one person of the load changes, nothing when nothing is new."""
        incoming = one.therapist()
        if not self._removed.isdisjoint(self.keys(incoming)):
            self.counts["skipped"] += one.times
            self.problems.append(problem("suppressed", file=one.file, row=one.line, value=incoming.name))
            return
        before = self._latest(target, held, ready)
        if before is not None and target != one.id and not self._belongs(one, incoming, before):
            return
        after = self._with(before, replace(incoming, id=target), one.id)
        self._count(before, after, one.times)
        if after == before:
            return
        if target != one.id:
            self._redirected[target] = after
        yield stored(after), list(log.entries(before, after, self.actor))

    def _latest(self, target: str, held: Therapist | None, ready: dict[str, Stored]) -> Therapist | None:
        """Return a profile as the rows before have left it."""
        if target in self._redirected:
            return self._redirected[target]
        if target in ready:
            return records.load(*ready[target][:3])
        return self.staging.ready(target) or held or self._of_directory([target]).get(target)

    def _belongs(self, one: Incoming, incoming: Therapist, before: Therapist) -> bool:
        """Whether a row of another id may go to a profile: a join says so, or an NPI under a name that agrees."""
        if one.npi is None or one.npi != before.value("npi") or names_agree(incoming.name, before.name):
            if one.npi is not None and not joined.kept_ids(self.db, [one.id]):
                self.problems.append(problem("npi_shared", file=one.file, row=one.line, value=one.npi, other=before.id))
            return True
        self.rejected += one.times
        self.problems.append(problem("id_conflict", file=one.file, row=one.line, value=one.npi, other=before.id))
        return False

    def _with(self, before: Therapist | None, incoming: Therapist, own_id: str) -> Therapist:
        """Return a profile with what came in; of a joined one the part that it came for changes."""
        parts = self._parts.get(incoming.id)
        if parts is None:
            parts = self._parts[incoming.id] = joined.parts_of(self.db, incoming.id)
        if not parts:
            return merged(before, incoming)
        own = own_id if own_id in parts else incoming.id
        parts[own] = merged(parts.get(own), replace(incoming, id=own))
        self.staging.keep_part(stored(parts[own]), incoming.id)
        return joined.whole(parts.values(), incoming.id)

    def _count(self, before: Therapist | None, after: Therapist | None, times: int) -> None:
        """Count each row of one therapist: repeated rows of a new one are updates of it."""
        if before is None:
            self.counts["added"] += 1
            self.counts["updated"] += times - 1
        elif after is not None:
            self.counts["unchanged" if same_content(before, after) else "updated"] += times

    def _held(self, batch: Sequence[Incoming]) -> dict[str, Therapist]:
        return self._of_directory([one.id for one in batch])

    def _of_directory(self, ids: Sequence[str]) -> dict[str, Therapist]:
        marks = ", ".join("?" * len(ids))
        rows = self.db.conn.execute(
            f"SELECT id, document, provenance FROM therapists WHERE id IN ({marks})",  # noqa: S608 - marks alone
            list(ids),
        )
        return {row[0]: records.load(*row) for row in rows}

    def _holders(self, batch: Sequence[Incoming]) -> dict[str, str]:
        """Return who holds the NPIs of a batch."""
        numbers = [one.npi for one in batch if one.npi is not None]
        marks = ", ".join("?" * len(numbers))
        rows = self.db.conn.execute(
            f"SELECT npi, min(id) FROM therapists WHERE npi IN ({marks}) GROUP BY npi",  # noqa: S608 - marks alone
            numbers,
        )
        return dict(rows)

"""What a load makes of the directory: each person of the load beside what is held of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from sqlite_utils import Database

from profiles import records
from profiles.directory import joined, log
from profiles.directory.staging import Incoming, Outcome, Stored, stored
from profiles.identity import names_agree
from profiles.merging import merged, same_content
from profiles.problems import Problem, problem
from profiles.schema import Therapist

Text = tuple[str, str]
"""A profile as it is stored: document and provenance."""

Keys = Callable[[Therapist], Sequence[str]]


class Told(NamedTuple):
    """A problem, and the id of the load it is about."""

    id: str
    problem: Problem


class Sink(Protocol):
    """Where the result is written."""

    def keep(self, ready: Iterable[Stored], entries: Iterable[log.Entry], outcomes: Iterable[Outcome]) -> None:
        """Take profiles, their lines of the audit log, and what became of each person of the load."""
        ...

    def keep_part(self, part: Stored, kept: str) -> None:
        """Take one part of a joined profile."""
        ...

    def ready(self, identity: str) -> Therapist | None:
        """Return a profile taken before, which the directory does not hold yet."""
        ...


@dataclass(slots=True)
class Intake:
    """Works out what the directory will hold.

    Attributes:
        db: the directory as it is.
        sink: where the result goes.
        keys: the hashes by which a therapist who was removed is known.
        actor: who loads.
    """

    db: Database
    sink: Sink
    keys: Keys
    actor: str
    told: list[Told] = field(default_factory=list)
    _removed: frozenset[str] = frozenset()
    _redirected: dict[str, Therapist] = field(default_factory=dict)
    _parts: dict[str, dict[str, Therapist]] = field(default_factory=dict)

    def take(self, batches: Iterable[Sequence[Incoming]]) -> None:
        """Merge every person of a load with what is held of them."""
        self._removed = frozenset(row[0] for row in self.db.conn.execute("SELECT key FROM suppressed"))
        for batch in batches:
            self._take(batch)

    def _take(self, batch: Sequence[Incoming]) -> None:
        held = self._rows([one.id for one in batch])
        kept, holders = joined.kept_ids(self.db, [one.id for one in batch]), self._holders(batch)
        ready: dict[str, Stored] = {}
        entries: list[log.Entry] = []
        outcomes: list[Outcome] = []
        for one in batch:
            target = kept.get(one.id) or (one.id if one.id in held else holders.get(one.npi or "", one.id))
            if target == one.id and one.id not in held and not self._removed and one.id not in self._redirected:
                # Somebody new is written as they were read: parsing them again would double the work of a first load.
                ready[one.id] = Stored(*one[:4])
                entries.append(log.Entry(self.actor, "added", one.id))
                outcomes.append(Outcome(one.id, target, "added", one.times))
                continue
            if held.get(one.id) == (one.document, one.provenance) and not {one.id, target} & (
                kept.keys() | ready.keys()
            ):
                outcomes.append(Outcome(one.id, target, "unchanged", one.times))
                continue
            kind, before, after = self._merge(one, target, held.get(target), ready)
            outcomes.append(Outcome(one.id, target, kind, one.times))
            if after is not None:
                ready[target] = stored(after)
                entries += log.entries(before, after, self.actor)
        self.sink.keep(ready.values(), entries, outcomes)

    def _merge(
        self, one: Incoming, target: str, held: Text | None, ready: dict[str, Stored]
    ) -> tuple[str, Therapist | None, Therapist | None]:
        """Return what became of one person of the load, and the profile before and after, where it differs."""
        incoming = one.therapist()
        if not self._removed.isdisjoint(self.keys(incoming)):
            self._tell("suppressed", one, incoming.name)
            return "skipped", None, None
        before = self._latest(target, held, ready)
        if before is not None and target != one.id and not self._belongs(one, incoming, before):
            return "rejected", None, None
        after = self._with(before, replace(incoming, id=target), one.id)
        if target != one.id:
            self._redirected[target] = after
        kind = "added" if before is None else "unchanged" if same_content(before, after) else "updated"
        return kind, before, None if after == before else after

    def _tell(self, code: str, one: Incoming, value: str, other: str = "") -> None:
        found = problem(code, file=one.file, row=one.line, value=value, **({"other": other} if other else {}))
        self.told.append(Told(one.id, found))

    def _latest(self, target: str, held: Text | None, ready: dict[str, Stored]) -> Therapist | None:
        """Return a profile as the rows before have left it."""
        if target in self._redirected:
            return self._redirected[target]
        if target in ready:
            return records.load(*ready[target][:3])
        if found := self.sink.ready(target):
            return found
        text = held or self._rows([target]).get(target)
        return None if text is None else records.load(target, *text)

    def _belongs(self, one: Incoming, incoming: Therapist, before: Therapist) -> bool:
        """Whether a row of another id may go to a profile: a join says so, or an NPI under a name that agrees."""
        if joined.kept_ids(self.db, [one.id]):
            return True
        agree = names_agree(incoming.name, before.name)
        self._tell("npi_shared" if agree else "id_conflict", one, one.npi or "", before.id)
        return agree

    def _with(self, before: Therapist | None, incoming: Therapist, own_id: str) -> Therapist:
        """Return a profile with what came in; of a joined one the part that it came for changes."""
        parts = self._parts.get(incoming.id)
        if parts is None:
            parts = joined.parts_of(self.db, incoming.id)
        if not parts:
            return merged(before, incoming)
        self._parts[incoming.id] = parts
        own = own_id if own_id in parts else incoming.id
        parts[own] = merged(parts.get(own), replace(incoming, id=own))
        self.sink.keep_part(stored(parts[own]), incoming.id)
        return joined.whole(parts.values(), incoming.id)

    def _rows(self, ids: Sequence[str]) -> dict[str, Text]:
        marks = ", ".join("?" * len(ids))
        rows = self.db.conn.execute(
            f"SELECT id, document, provenance FROM therapists WHERE id IN ({marks})",  # noqa: S608 - marks alone
            list(ids),
        )
        return {row[0]: row[1:] for row in rows}

    def _holders(self, batch: Sequence[Incoming]) -> dict[str, str]:
        """Return who holds the NPIs of a batch."""
        numbers = [one.npi for one in batch if one.npi is not None]
        marks = ", ".join("?" * len(numbers))
        rows = self.db.conn.execute(
            f"SELECT npi, min(id) FROM therapists WHERE npi IN ({marks}) GROUP BY npi",  # noqa: S608 - marks alone
            numbers,
        )
        return dict(rows)

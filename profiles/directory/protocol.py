"""What every store of profiles does, and the records it answers with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

from profiles.formats.reading import Row
from profiles.problems import Problem
from profiles.schema import Editor, Therapist

Progress = Callable[[int], None]

Action = Literal["added", "changed", "removed", "joined", "parted"]

Verdict = Literal["open", "same", "distinct"]


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


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the audit log.

    Attributes:
        number: grows with every line.
        at: when, UTC, as ISO 8601 to the second.
        actor: who: a sign-in name, "therapist", or the source label of a load.
        action: what was done to the profile.
        therapist: the id; of somebody who was removed, a keyed hash that names nobody.
        field: of `FIELDS`, "" where the profile as a whole is meant.
        before, after: values as JSON; None for nothing, and always for identity fields, which leave no trace here.
    """

    number: int
    at: str
    actor: str
    action: Action
    therapist: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two profiles that may be one person.

    Attributes:
        first, second: ids, in order.
        certainty: 0 to 1.
        reasons: codes of what speaks for it (`name_same`, `email_same`, ...), strongest first.
        verdict: what a person decided.
        actor: who decided, "" while open.
    """

    first: str
    second: str
    certainty: float
    reasons: tuple[str, ...]
    verdict: Verdict = "open"
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one thing that was found in a profile.

    Attributes:
        kind: which queue, such as "moderation".
        therapist: the id.
        subject: what it was about, such as a rule with the hash of a text.
        verdict: the answer, in the words of the queue.
        actor: who decided.
        at: when, UTC, as ISO 8601 to the second.
    """

    kind: str
    therapist: str
    subject: str
    verdict: str
    actor: str
    at: str


class Directory(Protocol):
    """Where profiles are kept. One contract suite holds for every implementation."""

    def apply(
        self, read: Iterable[Row], *, dry_run: bool = False, progress: Progress | None = None, actor: str = "load"
    ) -> Report:
        """Take in what was read, all or nothing, and say what became of each row."""
        ...

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
        """Write what a person says of a profile, field by field; False when there is none of that id."""
        ...

    def get(self, ids: Sequence[str]) -> dict[str, Therapist]:
        """Return the therapists among `ids` that are in the directory now."""
        ...

    def resolve(self, identity: str) -> str:
        """Return the id a profile is kept under: its own, or that of the profile it was joined to."""
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

    def suppress(self, identity: str, as_of: date, actor: str = "operator") -> bool:
        """Remove a therapist and keep them out of every later load; False when there is none of that id."""
        ...

    def audit(self, identity: str = "", *, n: int = 100, before: int | None = None) -> tuple[Change, ...]:
        """Return the newest `n` lines of the audit log, of one therapist or of all, those older than line `before`."""
        ...

    def propose(self, pairs: Iterable[Pair]) -> int:
        """Put pairs into the queue of likely duplicates; what was decided stays decided. Return how many are open."""
        ...

    def pairs(self, verdict: Verdict = "open") -> tuple[Pair, ...]:
        """Return the pairs with a verdict, the most certain first."""
        ...

    def join(self, first: str, second: str, actor: str) -> bool:
        """Make one profile of two; both ids load into it from now on. False when one of them is not there."""
        ...

    def part(self, identity: str, actor: str) -> bool:
        """Undo the joins of a profile: each comes back with all that was loaded for it. False when there are none."""
        ...

    def keep_apart(self, first: str, second: str, actor: str) -> bool:
        """Note that two profiles are two people; False when the pair is not in the queue."""
        ...

    def decide(self, decision: Decision) -> None:
        """Keep a decision; a later one about the same subject takes its place. `at` is set by the store."""
        ...

    def decisions(self, kind: str) -> tuple[Decision, ...]:
        """Return the decisions of a queue."""
        ...

    def retain(self, *, audit_from: date, removals_from: date) -> int:
        """Forget the audit log before a day, and ids of those removed before another; return how many lines went."""
        ...

"""What waits for a person's decision, and what was decided: likely duplicates, and findings about texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from profiles.directory.protocol import Decision, Pair, Verdict


def propose(db: Database, pairs: Iterable[Pair]) -> int:
    """Make `pairs` the open ones, keep those that were decided, and return how many are open."""
    db.conn.execute("DELETE FROM pairs WHERE verdict = 'open'")
    db.conn.executemany(
        "INSERT OR IGNORE INTO pairs VALUES (?, ?, ?, ?, 'open', '')",
        ((*_ordered(one.first, one.second), one.certainty, json.dumps(one.reasons)) for one in pairs),
    )
    return int(db.conn.execute("SELECT count(*) FROM pairs WHERE verdict = 'open'").fetchone()[0])


def pairs(db: Database, verdict: Verdict) -> tuple[Pair, ...]:
    """Return the pairs with a verdict, the most certain first."""
    rows = db.conn.execute(
        "SELECT first, second, certainty, reasons, verdict, actor FROM pairs WHERE verdict = ?"
        " ORDER BY certainty DESC, first, second",
        (verdict,),
    )
    return tuple(
        Pair(first, second, certainty, tuple(json.loads(reasons)), found, actor)
        for first, second, certainty, reasons, found, actor in rows
    )


def settle(db: Database, first: str, second: str, verdict: Verdict, actor: str) -> bool:
    """Write what was decided of a pair; False when it is not in the queue."""
    done = db.conn.execute(
        "UPDATE pairs SET verdict = ?, actor = ? WHERE first = ? AND second = ?",
        (verdict, actor, *_ordered(first, second)),
    )
    return bool(done.rowcount)


def reopen(db: Database, ids: Sequence[str]) -> None:
    """Put pairs among `ids` that were found to be one person back into the queue."""
    marks = ", ".join("?" * len(ids))
    db.conn.execute(
        f"UPDATE pairs SET verdict = 'open', actor = '' WHERE verdict = 'same' AND first IN ({marks})"  # noqa: S608 - marks alone
        f" AND second IN ({marks})",
        [*ids, *ids],
    )


def forget_therapist(db: Database, identity: str) -> None:
    """Take somebody out of every queue."""
    db.conn.execute("DELETE FROM pairs WHERE first = ? OR second = ?", (identity, identity))
    db.conn.execute("DELETE FROM decisions WHERE therapist = ?", (identity,))


def decide(db: Database, decision: Decision) -> None:
    """Write a decision in the place of an earlier one about the same subject."""
    db.conn.execute(
        "INSERT OR REPLACE INTO decisions (kind, therapist, subject, verdict, actor) VALUES (?, ?, ?, ?, ?)",
        (decision.kind, decision.therapist, decision.subject, decision.verdict, decision.actor),
    )


def decisions(db: Database, kind: str) -> tuple[Decision, ...]:
    """Return the decisions of a queue."""
    rows = db.conn.execute(
        "SELECT kind, therapist, subject, verdict, actor, at FROM decisions WHERE kind = ? ORDER BY therapist, subject",
        (kind,),
    )
    return tuple(Decision(*row) for row in rows)


def _ordered(first: str, second: str) -> tuple[str, str]:
    return (first, second) if first < second else (second, first)

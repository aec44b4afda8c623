"""Makes a check-in of each row of a file; a row with a problem is left out and says why."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from matcher.feedback.items import HIGHEST, LOWEST, TOTAL, items, rescaled
from matcher.feedback.protocol import CheckIn, Scale
from matcher.feedback.sheets import REQUIRED, Cells, CheckInRow, records

LAST_SESSION = 1_000
LONGEST_CLIENT = 200
LARGEST_TOTAL = 1e6


@dataclass(frozen=True, slots=True)
class Basis:
    """What rows are judged by.

    Attributes:
        kept_as: returns the id that a therapist's profile is kept under, None where there is no such therapist.
        secret: of the home; clients are known by a hash that is keyed with it.
        today: no check-in is of a later day.
    """

    kept_as: Callable[[str], str | None]
    secret: bytes
    today: date


def client_key(secret: bytes, therapist: str, client: str) -> str:
    """Return what a client of one therapist is known by, 32 hexadecimal digits.

    Keyed, so that nobody without the home's secret can test a guessed name; of the therapist too, so that no client is
    followed from one therapist to the next.
    """
    text = f"{len(therapist)}:{therapist}{client}".encode()
    return hashlib.blake2b(text, key=secret[:64], digest_size=16, person=b"checkin").hexdigest()


def read_checkins(path: Path, basis: Basis) -> Iterator[CheckInRow]:
    """Yield a row for each record of a table, or for each object of a JSON file.

    Raises:
        OSError: it can't be opened.
    """
    for cells in records(path):
        yield cells if isinstance(cells, CheckInRow) else _row(cells, basis)


def _row(cells: Cells, basis: Basis) -> CheckInRow:
    if cells.required(*REQUIRED):
        checkin = _checkin(cells, basis)
        if not cells.problems:
            return CheckInRow(checkin)
    return CheckInRow(problems=tuple(cells.problems))


def _checkin(cells: Cells, basis: Basis) -> CheckIn:
    """Return the check-in of a row; it counts only where nothing was told."""
    therapist = basis.kept_as(cells.filled["therapist_id"].strip())
    if therapist is None:
        cells.tell("therapist_unknown", "therapist_id")
    scale, answers = _answers(cells)
    return CheckIn(
        therapist=therapist or "",
        client=client_key(basis.secret, therapist or "", cells.text("client", LONGEST_CLIENT)),
        session=cells.whole("session", 1, LAST_SESSION),
        day=cells.day("day", basis.today),
        items=answers,
        stated=cells.optional("stated"),
        described=cells.optional("described"),
        model=cells.code("model") or None,
        scale=scale,
        case_mix=cells.code("case_mix"),
    )


def _answers(cells: Cells) -> tuple[Scale, dict[str, float]]:
    """Return the answers to our own items, or the total of another scale."""
    own = [code for code in items() if code in cells.filled]
    if TOTAL not in cells.filled:
        if not own:
            cells.tell("answers_missing")
        return "own", {code: cells.whole(code, LOWEST, HIGHEST, "answer_wrong") for code in own}
    if own:
        cells.tell("total_mixed")
    return "loaded", _total(cells)


def _total(cells: Cells) -> dict[str, float]:
    if not cells.required("min", "max"):
        return {}
    low, high = (cells.number(end, -LARGEST_TOTAL, LARGEST_TOTAL) for end in ("min", "max"))
    if cells.problems:
        return {}
    if low >= high:
        cells.tell("range_wrong", "min", high=f"{high:g}")
        return {}
    return {TOTAL: rescaled(cells.number(TOTAL, low, high), low, high)}

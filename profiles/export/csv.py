"""Writes CSV: one therapist a row, in cells that are read back before they are written, so that every loss is known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from profiles.export.cells import COLUMNS, WRITERS, first_way, marks_of
from profiles.export.formats import Losses
from profiles.export.marks import lost_marks
from profiles.formats.columns import Column, column_of
from profiles.formats.named import NamedCells
from profiles.formats.reading import Options, Row
from profiles.formats.rows import Rows
from profiles.schema import FIELDS, Fact, Therapist

_READ = Options(source="", today=date.max)
NO_ZERO = "\N{SYMBOL FOR NULL}"
"""Stands for a zero byte, which no text file may hold."""

_RUN = re.compile(r"'*[=+\-@\t\r]")
_PARTED = re.compile(r'[",\r\n]')
_MARKS = ("id", "listing", "listed", "fictional")
HEADERS: Mapping[str, Column] = {target: column_of(header) for target, header in COLUMNS.items()}
_TARGETS = {column.header: target for target, column in HEADERS.items()}


def write_csv(therapists: Iterable[Therapist], losses: Losses) -> Iterator[str]:
    """Yield a header, and a row for each therapist, a comma between cells; the order of columns never changes."""
    yield _line(COLUMNS.values())
    for therapist in therapists:
        cells, lost = _readable(therapist)
        losses.add(lost)
        if cells:
            yield _line(escaped(cells.get(target, "")) for target in COLUMNS)


def escaped(cell: str) -> str:
    """Return a cell that no spreadsheet runs; `plain_cell` is the exact inverse.

    >>> escaped("=1+1"), escaped("'=1+1"), escaped("it's")
    ("'=1+1", "''=1+1", "it's")
    """
    return f"'{cell}" if _RUN.match(cell) else cell


def _line(cells: Iterable[str]) -> str:
    return ",".join(map(_quoted, cells)) + "\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _PARTED.search(cell) else cell


def _readable(therapist: Therapist) -> tuple[dict[str, str], dict[str, str]]:
    """Return cells that load without a problem, by target, and the fields that they do not hold, by reason.

    Each field is written the first way that reads back equal; the cells of one that can't be are left blank.
    """
    tried = {name: first_way(name, fact.value) for name, fact in therapist.facts.items()}
    lost: dict[str, str] = {}
    while True:
        cells = _cells(therapist, tried)
        wrong = _wrong(therapist, cells, lost)
        if wrong is None:
            return {}, {**dict.fromkeys(therapist.facts, "no_name"), **lost}
        if not wrong:
            return cells, {**lost_marks(therapist, ("listing", "listed", "fictional")), **lost}
        for name in wrong:
            tried[name] += 1
            if tried[name] >= len(WRITERS[name]):
                lost[name] = "not_read_back" if WRITERS[name] else "no_place"


def _cells(therapist: Therapist, tried: Mapping[str, int]) -> dict[str, str]:
    """Return the cells of a therapist, each field written the way that its number says."""
    cells = marks_of(therapist)
    for name in FIELDS:
        if name in tried and tried[name] < len(WRITERS[name]):
            cells.update(WRITERS[name][tried[name]](therapist.facts[name]))
    return {target: unicodedata.normalize("NFC", cell).replace("\0", NO_ZERO) for target, cell in cells.items()}


def _wrong(therapist: Therapist, cells: Mapping[str, str], lost: dict[str, str]) -> set[str] | None:
    """Return the fields whose cells do not read back equal, None when the row would be rejected.

    What is lost although its cells may stay is added to `lost`.
    """
    row = _read(cells)
    read = row.therapist
    if read is None:
        return None
    same = {name for name, fact in therapist.facts.items() if _same(name, fact, read.facts.get(name))}
    told = {name for found in row.problems for name in _fields_of(_TARGETS.get(found.column or "", ""), therapist)}
    lost.update(dict.fromkeys((told & same) - lost.keys(), "told_again"))
    lost.update({mark: "not_read_back" for mark in _MARKS if getattr(read, mark) != getattr(therapist, mark)})
    changed = {name for name in therapist.facts.keys() - same - told if FIELDS[name].kind == "text"} & read.facts.keys()
    lost.update(dict.fromkeys(changed - lost.keys(), "in_part"))
    return (therapist.facts.keys() - same - changed) - {name for name, why in lost.items() if why != "in_part"}


def _read(cells: Mapping[str, str]) -> Row:
    """Return the row that cells are read as; what `escaped` adds is taken away before a reader sees them."""
    filled = {target: [(HEADERS[target], cell)] for target, cell in cells.items() if cell.strip()}
    return Rows(_READ).of_cells(NamedCells("", 1, filled))


def _fields_of(target: str, therapist: Therapist) -> set[str]:
    return {name for name, fact in therapist.facts.items() if any(target in write(fact) for write in WRITERS[name])}


def _same(name: str, fact: Fact, read: Fact | None) -> bool:
    if read is None:
        return False
    if name == "identity_consent":
        return read.value == fact.value and (not fact.value or read.source == fact.source)
    return bool(read.value == _nfc(fact.value))


def _nfc(value: Any) -> Any:
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value

"""What an operator says of a foreign file: which column a header means, which codes a term, and how to open it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from profiles.formats.cells import COMMA, SPECIALTY_FIELDS, pieces
from profiles.formats.columns import MERGED, Column, column_of, header_key
from profiles.formats.named import NamedCells
from profiles.vocabulary import folded

DATE_ORDERS = ("dmy", "mdy")
DATES = ("as_of", "next_opening", "licence_start", "licence_end")
ALSO_READ: Mapping[str, tuple[str, ...]] = {"specialties": SPECIALTY_FIELDS, "telehealth": ("session_format",)}
"""Column -> fields whose terms may stand in it too."""


class ColumnReading(Protocol):
    """What readers ask a map for."""

    def column(self, header: str) -> Column:
        """Return what a header means."""
        ...


@dataclass(frozen=True, slots=True)
class FileMap:
    """A map, checked.

    Attributes:
        columns: our column by header as it is compared; "" for one that is left out on purpose.
        values: by column, the codes of each foreign term as it is compared.
        delimiter: what parts the cells, "" to find it.
        encoding: of the bytes, "" to find it.
        header_row: line or row of the header, 0 to find it.
        sheet: the one sheet to be read, "" for all.
        date_order: "dmy" or "mdy" for days such as 03/04/2026, "" where only the country settles them.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    delimiter: str = ""
    encoding: str = ""
    header_row: int = 0
    sheet: str = ""
    date_order: str = ""

    def column(self, header: str) -> Column:
        """Return what a header means: what the map says, else what it announces by itself."""
        target = self.columns.get(header_key(header))
        known = column_of(header)
        if target is None:
            return known
        return Column(header, target, known.currency if target.startswith("fee") else "", ignored=not target)


def file_map(options_mapping: Any) -> FileMap:
    """Return the map of some options, that behind one that is being suggested, an empty one where there is none."""
    base = getattr(options_mapping, "base", options_mapping)
    return base if isinstance(base, FileMap) else FileMap()


def columns_by(mapping: ColumnReading | None) -> Callable[[str], Column]:
    """Return what makes a column of a header, or of a key of JSON, under a map or without one."""
    return column_of if mapping is None else mapping.column


# ---------------------------------------------------------------- cells


def put_into_our_words(row: NamedCells, mapping: Any) -> None:
    """Change the cells of a row as a map says: foreign terms become codes, days are written year first."""
    found = file_map(mapping)
    for target in list(row.filled) if found.values else ():
        tables = [(name, found.values[name]) for name in (target, *ALSO_READ.get(target, ())) if name in found.values]
        if tables:
            cells = row.filled.pop(target)
            for column, cell in cells:
                for name, text in _translated(target, cell, tables):
                    row.filled.setdefault(name, []).append((Column(column.header, name, column.currency), text))
    for target in row.filled.keys() & set(DATES) if found.date_order else ():
        row.filled[target] = [(column, _year_first(cell, found.date_order)) for column, cell in row.filled[target]]


def term_key(text: str) -> str:
    """Return a term as it is compared; one of signs alone stays as it is."""
    return folded(text) or text.strip().casefold()


def _translated(
    target: str, cell: str, tables: Iterable[tuple[str, Mapping[str, tuple[str, ...]]]]
) -> list[tuple[str, str]]:
    """Return (column, text) of what a cell says in our words; what no table knows stays under its own column."""
    tables = list(tables)
    known = _looked_up(cell, tables)
    if known is not None or target not in MERGED:
        return [(target, cell)] if known is None else [(name, code) for name, code in known if code]
    parts = [part.strip() for piece in pieces(cell) for part in _split(piece, tables)]
    readings = [(part, _looked_up(part, tables)) for part in parts]
    if all(reading is None for _, reading in readings):
        return [(target, cell)]
    left = [(target, part) for part, reading in readings if reading is None]
    return [(name, code) for _, reading in readings for name, code in reading or () if code] + left


def _split(piece: str, tables: list[tuple[str, Mapping[str, tuple[str, ...]]]]) -> list[str]:
    """Return the parts of a piece at its commas, where one of them is known; else the piece, commas and all."""
    parts = COMMA.split(piece)
    whole = _looked_up(piece, tables) is not None
    return parts if not whole and any(_looked_up(part, tables) is not None for part in parts) else [piece]


def _looked_up(text: str, tables: list[tuple[str, Mapping[str, tuple[str, ...]]]]) -> list[tuple[str, str]] | None:
    key = term_key(text)
    for name, terms in tables:
        if key in terms:
            return [(name, code) for code in terms[key] or ("",)]
    return None


def _year_first(cell: str, order: str) -> str:
    found = re.fullmatch(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\s*", cell, re.ASCII)
    if found is None:
        return cell
    one, other, year = (int(part) for part in found.groups())
    day, month = (one, other) if order == "dmy" else (other, one)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return cell

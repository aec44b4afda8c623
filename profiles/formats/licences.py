"""The licences of a row: of columns about one each, and of the compact column."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import zip_longest
from typing import Any

from profiles.formats import cells, dates, places
from profiles.formats.cells import Finding, Read
from profiles.formats.columns import Column
from profiles.formats.named import NamedCells
from profiles.languages import jurisdiction_of
from profiles.schema import Licence


def licences(row: NamedCells, country: str) -> tuple[Licence, ...]:
    """Return the licences of the columns about one, and those of the compact column."""
    where: list[str] = []
    for column, cell in row.all("licence_jurisdiction"):
        where.extend(row.read(column, places.jurisdictions(cell, country)))
    numbers, kinds = _listed(row, "licence_number"), _professions(row)
    if numbers and not where:
        row.report(Finding("licence_without_jurisdiction", numbers[0]), row.all("licence_number")[0][0])
    starts, ends = (_days(row, target, country) for target in ("licence_start", "licence_end"))
    count = max(len(where), len(numbers), len(kinds))
    lists: list[list[Any]] = [where, kinds, numbers, starts, ends]
    # One number, day or profession speaks for every licence of the row.
    spread = [found * count if len(found) == 1 and count else found for found in lists]
    made = [
        Licence(place or "", kind or "", number or "", start, end)
        for place, kind, number, start, end in zip_longest(*(found[:count] for found in spread))
    ]
    return tuple(dict.fromkeys((*made, *_compact_licences(row, country))))


def _listed(row: NamedCells, target: str) -> list[str]:
    return [piece for _, cell in row.all(target) for piece in cells.pieces(cell) if not cells.is_blank(piece)]


def _days(row: NamedCells, target: str, country: str) -> list[date | None]:
    return [
        row.read(column, dates.day(piece, country)) for column, cell in row.all(target) for piece in cells.pieces(cell)
    ]


def _professions(row: NamedCells) -> list[str]:
    found: dict[str, None] = {}
    for column, cell in row.all("profession"):
        read = cells.terms(("profession",), cell)
        unknown = tuple(finding._replace(code="profession_unknown") for finding in read.findings)
        found.update({code: None for _, code in row.read(column, Read(read.value, unknown))})
    return list(found)


def _compact_licences(row: NamedCells, country: str) -> Iterator[Licence]:
    """Yield licences written as `US-MA:psychologist:12345:2027-01-01`, number and end optional."""
    for column, cell in row.all("licences"):
        for piece in cells.pieces(cell):
            if cells.is_blank(piece):
                continue
            place, kind, number, end = (*(part.strip() for part in piece.split(":", 3)), "", "", "")[:4]
            where = _where(row, column, place, country, exact=":" in piece)
            known = cells.terms(("profession",), kind)
            unknown = tuple(finding._replace(code="profession_unknown") for finding in known.findings)
            kinds = row.read(column, Read(known.value, unknown))
            last = row.read(column, dates.day(end, country))
            if where or number:
                yield Licence(next(iter(where), ""), kinds[0][1] if kinds else "", number, None, last)
            if number and not place:
                row.report(Finding("licence_without_jurisdiction", piece), column)


def _where(row: NamedCells, column: Column, text: str, country: str, *, exact: bool) -> tuple[str, ...]:
    """Return where a licence of the compact form is valid; in front of a colon stand ISO codes, so `DE` is Germany."""
    code = jurisdiction_of(text) if exact else None
    return (code,) if code else row.read(column, places.jurisdictions(text, country))

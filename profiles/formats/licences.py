"""The licences of a row: of columns about one each, and of the compact column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any, NamedTuple

from profiles.formats import cells, dates, places
from profiles.formats.cells import Finding, Read
from profiles.formats.columns import Column
from profiles.formats.named import NamedCells
from profiles.languages import jurisdiction_of
from profiles.schema import Licence
from profiles.vocabulary import vocabulary

COLON = re.compile(r"(?<!\\):")
"""Parts the compact form; a colon that belongs to a number or a name has a backslash before it."""

_WRITTEN = re.compile(
    r"(?:(?P<kind>[^\W\d_][^\d#()]*?)[\s:.-]*)?(?:(?:licen[cs]e|lic)\b[\s.]*)?(?:no\b\.?|nr\b\.?|number\b)?[\s:]*#?\s*"
    r"(?P<number>(?=\S*\d)[\w./-]+)\s*(?:[(,]\s*(?P<place>[^()]+?)\s*\)?)?",
    re.IGNORECASE,
)
"""A number with what people write around it: "LCSW #12345 (MA)"."""


TARGETS = frozenset(
    {"licences", "profession", "licence_number", "licence_jurisdiction", "licence_start", "licence_end"}
    | {"licence_checked_against", "licence_checked_on", "licence_check_due"}
)


class Written(NamedTuple):
    """What a cell of a licence number says."""

    number: str
    place: str = ""
    profession: str = ""


def licences(row: NamedCells, country: str) -> tuple[Licence, ...]:
    """Return the licences of the columns about one, and those of the compact column."""
    if row.filled.keys().isdisjoint(TARGETS):
        return ()
    told = len(row.problems)
    where: list[str] = []
    for column, cell in row.all("licence_jurisdiction"):
        where.extend(row.read(column, places.jurisdictions(cell, country)))
    written, kinds = _numbers(row, country, len(where)), _professions(row)
    where = where or _all_or_none([one.place for one in written])
    kinds = kinds or _all_or_none([one.profession for one in written])
    numbers = [one.number for one in written]
    if numbers and not where and len(row.problems) == told:  # a place that is not understood was told
        row.report(Finding("licence_without_jurisdiction", numbers[0]), row.all("licence_number")[0][0])
    days = [_days(row, target, country) for target in ("licence_start", "licence_end")]
    checked = [_days(row, target, country) for target in ("licence_checked_on", "licence_check_due")]
    count = max(len(where), len(numbers), len(kinds))
    if not count and len(row.problems) == told:
        _tell_of_nothing(row)
    lists: list[list[Any]] = [where, kinds, numbers, *days, _texts(row, "licence_checked_against"), *checked]
    # One number, day or profession speaks for every licence of the row.
    spread = [found * count if len(found) == 1 and count else found for found in lists]
    made = [
        Licence(place or "", kind or "", number or "", start, end, "", register or "", on, due)
        for place, kind, number, start, end, register, on, due in zip_longest(*(found[:count] for found in spread))
    ]
    return tuple(dict.fromkeys((*made, *_compact_licences(row, country))))


def _tell_of_nothing(row: NamedCells) -> None:
    """Tell of days and checks that belong to no licence of the row."""
    for target in (
        "licence_start",
        "licence_end",
        "licence_checked_against",
        "licence_checked_on",
        "licence_check_due",
    ):
        for column, cell in row.all(target):
            if not cells.is_blank(cell) and not row.all("licences"):
                row.report(Finding("licence_without_jurisdiction", cell), column)


def _all_or_none(found: list[str]) -> list[str]:
    return found if all(found) else []


def _texts(row: NamedCells, target: str) -> list[str]:
    return [piece for _, cell in row.all(target) for piece in cells.pieces(cell) if not cells.is_blank(piece)]


def _numbers(row: NamedCells, country: str, places_told: int) -> list[Written]:
    """Return the licence numbers of a row, with the state and profession that some write beside them."""
    found: list[Written] = []
    for column, cell in row.all("licence_number"):
        pieces = [piece for piece in cells.pieces(cell) if not cells.is_blank(piece)]
        parts = [part.strip() for part in cells.commas(cell) if part.strip()]
        if len(pieces) == 1 < len(parts) and (len(parts) == places_told or all(map(_says_more, parts))):
            pieces = parts
        for piece in pieces:
            if re.fullmatch(r"\d([.,]\d+)?E\+?\d+", piece, re.IGNORECASE | re.ASCII):
                row.report(Finding("number_unreadable", piece), column)
            else:
                found.append(_written(piece, country))
    return found


def _says_more(text: str) -> bool:
    return _written(text, "").number != text


def _written(text: str, country: str) -> Written:
    """Return a licence number apart from what stands around it, or whole where that is not understood.

    >>> _written("LCSW #12345 (MA)", "US"), _written("PSY12345", "US"), _written("MA 123", "US")
    (Written(number='12345', place='US-MA', profession='clinical_social_worker'), Written(number='PSY12345', place='',\
 profession=''), Written(number='123', place='US-MA', profession=''))
    """
    found = _WRITTEN.fullmatch(text.strip()) if len(text) <= cells.LONGEST_TO_COMPARE else None
    if found is None:
        return Written(text)
    kind, place = (found["kind"] or "").strip(), found["place"] or ""
    profession = vocabulary().find("profession", kind) or ""
    before = "" if profession or not kind else _certain_place(kind, country)
    behind = _certain_place(place, country) if place else ""
    if (kind and not (profession or before)) or (place and not behind) or (before and behind):
        return Written(text)
    return Written(found["number"], before or behind, profession)


def _certain_place(text: str, country: str) -> str:
    read = places.jurisdictions(text, country)
    return read.value[0] if len(read.value) == 1 and not read.findings else ""


def _days(row: NamedCells, target: str, country: str) -> list[date | None]:
    return [
        row.read(column, dates.day(piece, country)) for column, cell in row.all(target) for piece in cells.pieces(cell)
    ]


def _professions(row: NamedCells) -> list[str]:
    found: dict[str, None] = {}
    for column, cell in row.all("profession"):
        found.update(dict.fromkeys(_profession(row, column, cell)))
    return list(found)


def _profession(row: NamedCells, column: Column, text: str) -> list[str]:
    read = cells.terms(("profession",), text)
    unknown = tuple(finding._replace(code="profession_unknown") for finding in read.findings)
    return [code for _, code in row.read(column, Read(read.value, unknown))]


def _compact_licences(row: NamedCells, country: str) -> Iterator[Licence]:
    """Yield licences of the compact column.

    Each is written as `US-MA:psychologist:12345:end:start:checked against:checked on:check due`; all behind the place
    may be left out.
    """
    for column, cell in row.all("licences"):
        for piece in cells.pieces(cell):
            if not cells.is_blank(piece):
                yield from _compact(row, column, country, piece)


def _compact(row: NamedCells, column: Column, country: str, piece: str) -> Iterator[Licence]:
    parts = [part.strip().replace("\\:", ":") for part in COLON.split(piece, maxsplit=7)]
    place, kind, number, end, start, register, on, due = (*parts, *[""] * 8)[:8]
    where = _where(row, column, place, country, exact=len(parts) > 1)
    kinds = _profession(row, column, kind)
    last, first, checked, again = _read_days(row, column, (end, start, on, due), country)
    if where or number:
        profession = kinds[0] if kinds else ""
        yield Licence(next(iter(where), ""), profession, number, first, last, "", register, checked, again)
    if number and not place:
        row.report(Finding("licence_without_jurisdiction", piece), column)


def _read_days(row: NamedCells, column: Column, texts: Sequence[str], country: str) -> list[date | None]:
    return [row.read(column, dates.day(text, country)) for text in texts]


def _where(row: NamedCells, column: Column, text: str, country: str, *, exact: bool) -> tuple[str, ...]:
    """Return where a licence of the compact form is valid; in front of a colon stand ISO codes, so `DE` is Germany."""
    code = jurisdiction_of(text) if exact else None
    return (code,) if code else row.read(column, places.jurisdictions(text, country))

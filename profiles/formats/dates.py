"""Days in cells; one that two customs read as two days is not read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache

from profiles.formats.cells import LONGEST_ENTRY, Finding, Read, is_blank, table


@cache
def _months() -> Mapping[str, int]:
    return {word: number for number, line in enumerate(table("months")["names"], start=1) for word in line.split()}


FIRST_YEAR = 1901
"""Spreadsheets show nothing at all as a day of 1900."""


def _year(digits: str) -> int:
    """Return the year that two or four digits say; two are of this century up to 69."""
    return int(digits) if len(digits) > 2 else int(digits) + (2000 if int(digits) < 70 else 1900)


def _year_month_day(cell: str, country: str) -> tuple[int, int, int] | None:
    plain = re.sub(r"[T\s]\d{1,2}:\d\d.*$", "", cell.strip().casefold(), flags=re.IGNORECASE)
    if found := re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", plain, re.ASCII):
        return int(found[1]), int(found[3]), int(found[4])
    if found := re.fullmatch(r"((?:19|20)\d\d)(\d\d)(\d\d)", plain, re.ASCII):
        return int(found[1]), int(found[2]), int(found[3])
    if found := re.fullmatch(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)", plain, re.ASCII):
        if len(found[4]) == 2 and found[2] == "-":  # 27-01-31 may begin with the year
            return None
        return _by_custom(int(found[1]), int(found[3]), _year(found[4]), country, found[2])
    return _with_month_name(plain)


def _by_custom(first: int, second: int, year: int, country: str, sign: str) -> tuple[int, int, int] | None:
    if year < FIRST_YEAR:
        return None
    if sign == "." or first > 12 or (country not in ("", "US") and second <= 12):
        return year, second, first
    return (year, first, second) if country == "US" or second > 12 or first == second else None


def _with_month_name(plain: str) -> tuple[int, int, int] | None:
    words = re.findall(r"[^\W\d_]+|\d+", plain)
    names = [_months()[word] for word in words if word in _months()]
    digits = [word for word in words if word.isdecimal()]
    extra = [word for word in words if not word.isdecimal() and word not in _months() and word not in _beside()]
    if len(names) != 1 or extra:
        return None
    if sorted(map(len, digits)) in ([1, 4], [2, 4]):
        day, year = sorted(digits, key=len)
        return int(year), names[0], int(day)
    if found := re.fullmatch(r"(\d{1,2})[-\s/][^\W\d_]+[-\s/](\d\d)", plain):  # as spreadsheets write it: 31-Jan-27
        return _year(found[2]), names[0], int(found[1])
    return None


@cache
def _beside() -> frozenset[str]:
    return frozenset(table("months")["beside"])


@lru_cache(maxsize=5_000)
def day(cell: str, country: str = "") -> Read[date | None]:
    """Read a date; one that two customs read as two days is not read unless the country settles it.

    >>> day("2026-01-31").value, day("4.3.2026").value, day("03/04/2026").value, day("03/04/2026", "US").value
    (datetime.date(2026, 1, 31), datetime.date(2026, 3, 4), None, datetime.date(2026, 3, 4))
    """
    if is_blank(cell):
        return Read(None)
    found = _year_month_day(cell, country) if len(cell) <= LONGEST_ENTRY else None
    try:
        return Read(date(*found)) if found else Read(None, (Finding("date_unreadable", cell),))
    except ValueError:
        return Read(None, (Finding("date_unreadable", cell),))

"""The header of a table: where it stands, and what each of its columns announces."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from profiles.formats.cells import table
from profiles.formats.money import currency_in
from profiles.formats.tables import DELIMITERS
from profiles.problems import Problem, problem
from profiles.vocabulary import folded

LONGEST_HEADER = 100


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        header: as the file writes it.
        target: what it holds, a key of `headers.toml`; "" unknown.
        currency: what the header says a fee is in.
        ignored: left out on purpose, so that nothing is told of it.
    """

    header: str
    target: str
    currency: str = ""
    ignored: bool = False


MERGED = frozenset(
    {"language", "session_format", "telehealth", "specialties", "licences", "bio", "reply_languages", "qualities"}
    | {"modality", "concern", "population", "age_group", "participants", "insurance", "accessibility", "availability"}
    | {"practice", "profession", "licence_jurisdiction", "cultural_background", "faith", "therapist_gender"}
)
"""Targets that may stand in several columns: what they say is put together."""


def header_key(header: str) -> str:
    """Return a header as it is compared.

    >>> header_key("LANGUAGE(S) SPOKEN"), header_key("Über mich"), header_key("NPI #")
    ('languagesspoken', 'ubermich', 'npi')
    """
    plain = unicodedata.normalize("NFKD", folded(header).replace("ß", "ss"))
    return "".join(char for char in plain if char.isalnum())


@cache
def _targets() -> Mapping[str, str]:
    return {header_key(header): target for target, headers in table("headers").items() for header in headers}


@lru_cache(maxsize=10_000)
def column_of(header: str) -> Column:
    """Return what a header announces: read whole, else without brackets, a currency, or a number at its end."""
    currency = currency_in(header)
    without = re.sub(rf"\b{re.escape(currency)}\b", " ", header) if currency else header
    readings = (header, re.sub(r"\([^)]*\)", " ", header), without, re.sub(r"\d+\s*$", "", header))
    for reading in readings:
        target = _targets().get(header_key(reading), "")
        if target and (reading is header or not reading.strip().isdigit()):
            return Column(header, target, currency if target.startswith("fee") else "")
    return Column(header, "")


def find_header(
    lines: Sequence[str],
    reads: Callable[[str], Column] = column_of,
    delimiters: Sequence[str] = DELIMITERS,
    within: int | None = None,
) -> tuple[int, str] | None:
    """Return (index of its line, delimiter) of the record that names most known columns, None when none does.

    Args:
        lines: the start of a file.
        reads: what makes a column of a header.
        delimiters: what may part the cells.
        within: how many of the lines may be the first of the header, all by default.
    """
    best: tuple[int, int, str] | None = None
    for start in range(len(lines))[:within]:
        for delimiter in delimiters:
            try:
                record = next(csv.reader(lines[start:], delimiter=delimiter))
            except (csv.Error, StopIteration):
                continue
            found = header_strength(record, reads)
            if found and (best is None or found > best[0]):
                best = (found, start, delimiter)
    return None if best is None else best[1:]


def header_strength(record: Sequence[str], reads: Callable[[str], Column] = column_of) -> int:
    """Return how many columns a record names, 0 where it is no header: that names somebody, or two columns."""
    found = {reads(cell).target for cell in record if len(cell) <= LONGEST_HEADER} - {""}
    return len(found) if len(found) > 1 or "name" in found else 0


def about_columns(columns: Sequence[Column], place: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with a header: columns that repeat another, and those that announce nothing known."""
    seen: set[str] = set()
    for column in columns:
        if column.target and column.target in seen - MERGED:
            yield problem("column_repeated", column=column.header, value=column.header, target=column.target, **place)
        elif not column.target and not column.ignored and column.header.strip():
            near = get_close_matches(header_key(column.header), _targets(), n=3, cutoff=0.7)
            names = dict.fromkeys(_targets()[key] for key in near)
            yield problem(
                "column_unknown", column=column.header, value=column.header, nearest=", ".join(names) or "-", **place
            )
        seen.add(column.target)


def is_outside(record: list[str], columns: Sequence[Column]) -> bool:
    """Whether a record is no profile: a repeated header, or a note under the table in its only filled cell."""
    filled = [cell.strip() for cell in record if cell.strip()]
    if filled == [column.header.strip() for column in columns if column.header.strip()]:
        return True
    if len(filled) != 1 or len(columns) < 3:
        return False
    plain = folded(filled[0])
    first = next((word for word in table("footers")["starts"] if re.match(rf"{re.escape(word)}\b", plain)), "")
    return bool(first) and (plain == first or bool(re.search(r"[\d:]", filled[0])))

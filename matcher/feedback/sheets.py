"""Reads the rows of check-ins from a table or from JSON: their cells by what they hold, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from matcher.feedback.items import TOTAL, items
from matcher.feedback.protocol import CheckIn
from profiles.errors import Param
from profiles.formats.cells import is_blank
from profiles.formats.columns import Column, find_header, header_key
from profiles.formats.csv import HEADER_WITHIN, opened_as
from profiles.formats.dates import day as read_day
from profiles.formats.numbers import number, whole
from profiles.formats.own_files import Found, in_document, in_lines, is_an_array
from profiles.formats.tables import TableFile
from profiles.problems import MOST_SHOWN, Problem, problem

REQUIRED = ("therapist_id", "client", "session", "day")

HEADERS: Mapping[str, tuple[str, ...]] = {
    "therapist_id": ("therapist_id", "therapist"),
    "client": ("client", "client_id"),
    "session": ("session",),
    "day": ("day", "date"),
    TOTAL: (TOTAL,),
    "min": ("min",),
    "max": ("max",),
    "case_mix": ("case_mix",),
    "stated": ("stated",),
    "described": ("described",),
    "model": ("model",),
}
"""What each column beside the items may be called."""

LONGEST_CODE = 40
LOOKED_AT = 4_096

PROBLEMS = (
    *("cell_missing", "text_wrong", "therapist_unknown", "day_wrong", "number_wrong", "whole_wrong", "answer_wrong"),
    *("range_wrong", "total_mixed", "answers_missing", "line_wrong", "columns_missing"),
)
"""What is wrong with check-ins alone; each leaves its row out. Words: `checkin.problem` and `checkin.remedy`."""


@dataclass(frozen=True, slots=True)
class CheckInRow:
    """One row as it was read: a check-in, or why it is left out; what is `told` is of the file and counts as no row."""

    checkin: CheckIn | None = None
    problems: tuple[Problem, ...] = ()
    told: bool = False


@dataclass(slots=True)
class Cells:
    """The filled cells of one row by what they hold, and what was found wrong with them."""

    file: str
    line: int
    filled: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def tell(self, code: str, column: str | None = None, **params: Param) -> None:
        """Keep a problem of this row."""
        value = self.filled.get(column or "")
        self.problems.append(_problem(code, self.file, self.line, column, value, **params))

    def required(self, *columns: str) -> bool:
        """Whether all of some cells are filled; each that is not is told."""
        missing = [column for column in columns if column not in self.filled]
        for column in missing:
            self.tell("cell_missing", column)
        return not missing

    def text(self, column: str, longest: int) -> str:
        """Return a text, "" where there is none."""
        text = self.filled.get(column, "").strip()
        if len(text) > longest:
            self.tell("text_wrong", column, high=longest)
        return text

    def code(self, column: str) -> str:
        """Return a short code, which could not be a sentence about anybody; "" where there is none."""
        text = self.filled.get(column, "").strip()
        if not re.fullmatch(rf"[\w.-]{{0,{LONGEST_CODE}}}", text):
            self.tell("text_wrong", column, high=LONGEST_CODE)
        return text

    def whole(self, column: str, low: int, high: int, code: str = "whole_wrong") -> int:
        """Return a whole number of a cell that is filled; one that can't be read is told and counts as 0."""
        found = whole(self.filled[column], low, high).value
        if found is None:
            self.tell(code, column, low=low, high=high)
        return found or 0

    def number(self, column: str, low: float, high: float) -> float:
        """Return a number of a cell that is filled; one that can't be read is told and counts as 0."""
        found = number(self.filled[column], low, high).value
        if found is None:
            self.tell("number_wrong", column, low=f"{low:g}", high=f"{high:g}")
        return found or 0.0

    def optional(self, column: str) -> float | None:
        """Return what a door added to a fit score, None where that is not told."""
        return self.number(column, -1, 1) if column in self.filled else None

    def day(self, column: str, today: date) -> date:
        """Return the day of a cell that is filled; one that can't be read, or is yet to come, is told."""
        found = read_day(self.filled[column]).value
        if found is None or found > today:
            self.tell("day_wrong", column)
        return found or today


def records(path: Path, required: Sequence[str] = REQUIRED) -> Iterator[Cells | CheckInRow]:
    """Yield the cells of each row of a file, and what can't be a row.

    Args:
        path: the file.
        required: columns without which no table is read.

    Raises:
        OSError: it can't be opened.
    """
    with path.open("rb") as stream:
        start = stream.read(LOOKED_AT).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        yield _told(problem("file_empty", file=path.name))
    elif start.startswith((b"{", b"[")):
        yield from _of_objects(in_document(path) if is_an_array(path) else in_lines(path))
    else:
        yield from _of_table(path, required)


def _of_objects(values: Iterable[Found | Problem]) -> Iterator[Cells | CheckInRow]:
    """Yield the cells of each object; a key that is not known is told once."""
    seen: set[str] = set()
    for found in values:
        if isinstance(found, Problem):
            yield CheckInRow(problems=(found,))
        elif not isinstance(found.value, Mapping):
            yield CheckInRow(problems=(_problem("line_wrong", found.file, found.line, None, _printable(found.value)),))
        else:
            columns = [_column(_printable(key)) for key in found.value]
            unknown = [column for column in columns if not column.target and column.header not in seen]
            seen.update(column.header for column in unknown)
            yield from (_told(_unknown(column, found.file, found.line)) for column in unknown)
            yield Cells(found.file, found.line, _filled(columns, found.value.values()))


def _of_table(path: Path, required: Sequence[str]) -> Iterator[Cells | CheckInRow]:
    encoding, told = opened_as(path, "")
    if told:
        yield _told(told)
    if not encoding:
        return
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        header = find_header(list(islice(text, HEADER_WITHIN)), _column)
    if header is None:
        yield _told(problem("header_missing", file=path.name, row=1))
        return
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        records = TableFile(path.name, text).records(header[1], header[0])
        first = next(records)
        columns = [] if isinstance(first, Problem) else [_column(cell) for cell in first[1]]
        told_of = tuple(_about(columns, required, path.name, header[0] + 1))
        yield CheckInRow(problems=told_of, told=True)
        if not any(one.level == "error" for one in told_of):
            yield from (_of_record(record, columns, path.name) for record in records)


def _of_record(record: tuple[int, list[str]] | Problem, columns: Sequence[Column], file: str) -> Cells | CheckInRow:
    if isinstance(record, Problem):
        return CheckInRow(problems=(record,))
    line, values = record
    if not any(value.strip() for value in values):
        return _told(problem("row_blank", file=file, row=line))
    if len(values) != len(columns):
        wrong = problem("row_length", file=file, row=line, cells=len(values), columns=len(columns))
        return CheckInRow(problems=(wrong,))
    return Cells(file, line, _filled(columns, values))


def _filled(columns: Iterable[Column], values: Iterable[Any]) -> dict[str, str]:
    """Return the cells that say something, the first of each column that is known."""
    found: dict[str, str] = {}
    for column, value in zip(columns, values, strict=True):
        if column.target and value is not None and not is_blank(str(value)):
            found.setdefault(column.target, _printable(value))
    return found


def _printable(value: Any) -> str:
    """Return a value as text; JSON may hold halves of characters, which nothing can print or store."""
    return str(value).encode("utf-8", "replace").decode()


@cache
def _targets() -> Mapping[str, str]:
    known = {**HEADERS, **{code: (code,) for code in items()}}
    return {header_key(name): target for target, names in known.items() for name in names}


def _column(header: str) -> Column:
    return Column(header, _targets().get(header_key(header), ""))


def _about(columns: Sequence[Column], required: Sequence[str], file: str, line: int) -> Iterator[Problem]:
    """Yield what is wrong with a header: columns that are missing, unknown or there twice."""
    targets = [column.target for column in columns]
    for missing in required:
        if missing not in targets:
            yield _problem("columns_missing", file, line, missing, None)
    for place, column in enumerate(columns):
        header = column.header
        if column.target and column.target in targets[:place]:
            yield problem("column_repeated", file=file, row=line, column=header, value=header)
        elif not column.target and header.strip():
            yield _unknown(column, file, line)


def _unknown(column: Column, file: str, line: int) -> Problem:
    near = get_close_matches(header_key(column.header), _targets(), n=3, cutoff=0.7)
    nearest = ", ".join(_targets()[key] for key in near) or "-"
    return problem("column_unknown", file=file, row=line, column=column.header, value=column.header, nearest=nearest)


def _told(found: Problem) -> CheckInRow:
    return CheckInRow(problems=(found,), told=True)


def _problem(code: str, file: str, line: int, column: str | None, value: str | None, **params: Param) -> Problem:
    shown = None if value is None else value[:MOST_SHOWN]
    return Problem(code, "error", file, line, column, shown, params)

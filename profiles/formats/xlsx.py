"""Reads XLSX: every visible sheet with a header is a table, its rows known by their number in the sheet."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from profiles.formats.columns import header_strength
from profiles.formats.mapping import file_map
from profiles.formats.reading import Options, Row
from profiles.formats.rows import Rows, note
from profiles.formats.tables import Line, plain_cell
from profiles.formats.xlsx_cells import shown
from profiles.formats.xlsx_package import Hidden, not_a_workbook, seen_in, source_of
from profiles.problems import Problem, problem

HEADER_WITHIN = 60
"""Rows in which the header of a sheet is looked for."""

MOST_BLANK = 20
"""Blank rows in one run that are told one by one; a sheet may well have a million."""

WIDEST = 4_096
"""Columns of a sheet that are read; the widest table of a register has 330."""

MOST_ROWS = 1 << 20
"""Rows of the largest sheet; a row that says it is further down would be waited for."""

AT_ONCE = 200
"""Rows that are taken at a time."""


def read_xlsx(paths: Sequence[Path], options: Options) -> Iterator[Row]:
    """Yield a row for each record of the sheets of `paths`, in order, and what is told once at the end.

    Raises:
        OSError: one of `paths` can't be opened; `profiles.loading` makes a sentence of it.
    """
    rows = Rows(options)
    for path in paths:
        reason = not_a_workbook(path)
        if reason is not None:
            yield note(reason)
        else:
            yield from _workbook(path, rows)
    yield from rows.identity_left_out(paths[0].name if len(paths) == 1 else "")


def _workbook(path: Path, rows: Rows) -> Iterator[Row]:
    """Yield what a workbook holds; whatever openpyxl makes of a damaged one ends in one problem."""
    try:
        with _quiet():
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # noqa: BLE001 - a damaged workbook raises whatever it likes
        yield note(_unreadable(path, error))
        return
    try:
        yield from _sheets(book, path, rows)
    finally:
        book.close()


def _unreadable(path: Path, error: Exception) -> Problem:
    return problem("spreadsheet_unreadable", file=path.name, value=f"{type(error).__name__}: {error}")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to itself what openpyxl warns of: styles and extensions that say nothing about cells."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@dataclass(slots=True)
class _Sheet:
    """One sheet while it is read.

    Attributes:
        file: how problems call it.
        hidden: what its cells do not show.
        headers: by column, once the header is known.
        row: the row that is being read.
        told: findings about cells, as (code, row, column, value), not yet shown.
    """

    file: str
    hidden: Hidden
    headers: list[str] = field(default_factory=list)
    row: int = 0
    told: list[tuple[str, int, int, str]] = field(default_factory=list)

    def problems(self) -> tuple[Problem, ...]:
        """Return what was found in the cells up to the row that is being read, once."""
        due = [one for one in self.told if one[1] <= self.row]
        self.told = [one for one in self.told if one[1] > self.row] if due else self.told
        return tuple(
            problem(code, file=self.file, row=row, column=self._header(column), value=value)
            for code, row, column, value in due
        )

    def _header(self, column: int) -> str | None:
        return self.headers[column] or None if column < len(self.headers) else None


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet with a header: its index among the first rows, and the rows after them."""

    header: int
    start: list[Line]
    records: Iterator[Line]
    about: _Sheet


def _sheets(book: Any, path: Path, rows: Rows) -> Iterator[Row]:
    """Yield the tables of the sheets that are read, and which are not."""
    chosen = file_map(rows.options.mapping).sheet
    readable = [sheet for sheet in book.worksheets if sheet.title == chosen or not chosen]
    visible = [sheet for sheet in readable if sheet.sheet_state == "visible" or chosen]
    for sheet in readable:
        if sheet not in visible:
            yield note(problem("sheet_hidden", file=path.name, value=sheet.title))
    if chosen and not readable:
        yield note(problem("sheet_missing", file=path.name, value=chosen, nearest=", ".join(book.sheetnames)))
        return
    opened = [(sheet.title, _opened(sheet, path, rows.options)) for sheet in visible]
    tables = [(title, found) for title, found in opened if isinstance(found, _Table)]
    for title, found in opened:
        if isinstance(found, _Table):
            if len(tables) > 1:
                found.about.file = f"{path.name} [{title}]"
            yield from _guarded(found, rows, path)
        elif isinstance(found, Problem) and (tables or found.code != "sheet_without_header"):
            yield note(found)
    if not tables and not any(isinstance(found, Problem) and found.level == "error" for _, found in opened):
        is_empty = all(found is None for _, found in opened)
        yield note(problem("file_empty" if is_empty else "header_missing", file=path.name))


def _guarded(found: _Table, rows: Rows, path: Path) -> Iterator[Row]:
    try:
        yield from _table(found, rows)
    except Exception as error:  # noqa: BLE001 - a damaged sheet raises whatever it likes
        yield note(_unreadable(path, error))


def _opened(sheet: Any, path: Path, options: Options) -> _Table | Problem | None:
    """Return the table of a sheet, why it has none, or None for an empty sheet."""
    try:
        with source_of(sheet) as source:
            about = _Sheet(path.name, seen_in(source))
        records = _records(sheet, about)
        start = list(islice(records, HEADER_WITHIN))
    except Exception as error:  # noqa: BLE001 - a damaged sheet raises whatever it likes
        return _unreadable(path, error)
    if not any(any(cells) for _, cells in start):
        return None
    asked = file_map(options.mapping)
    strengths = [
        header_strength(cells, asked.column) if asked.header_row in (0, number) else 0 for number, cells in start
    ]
    if best := max(strengths):
        return _Table(strengths.index(best), start, records, about)
    return problem("sheet_without_header", file=path.name, value=sheet.title)


def _table(found: _Table, rows: Rows) -> Iterator[Row]:
    """Yield what stands before a table, then its rows, each with what is wrong with its cells."""
    about, start = found.about, found.start
    for number, cells in start[: found.header]:
        filled = ", ".join(cell.strip() for cell in cells if cell.strip())
        code = "row_outside_table" if filled else "row_blank"
        yield note(problem(code, file=about.file, row=number, value=filled or None))
    header = start[found.header][1]
    about.headers = header[: _width(header)]
    for row in rows.of_table(_as_wide(chain(start[found.header :], found.records), about), about.file):
        told = about.problems() if about.told else ()
        yield replace(row, problems=(*row.problems, *told)) if told else row
    if left := about.problems():
        yield Row("note", problems=left)


def _width(cells: Sequence[str]) -> int:
    return max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _as_wide(records: Iterable[Line], about: _Sheet) -> Iterator[Line]:
    """Yield rows as wide as the header: a sheet leaves out the empty cells at the end, or has too many there."""
    width = len(about.headers)
    for number, cells in records:
        about.row = number
        yield number, [*cells, *[""] * (width - len(cells))][: max(width, _width(cells))]


def _records(sheet: Any, about: _Sheet) -> Iterator[Line]:
    """Yield the rows of a sheet as text, without the blank ones at its end."""
    sheet.reset_dimensions()  # what a sheet says of its size is often wrong
    blank: list[int] = []
    for number, cells in enumerate(_taken(sheet), start=1):
        texts = [_text(cell, number, place, about) for place, cell in enumerate(cells[:WIDEST])]
        if not any(texts):
            blank.append(number)
            continue
        about.hidden.fill(number, texts)
        yield from ((one, []) for one in blank[:MOST_BLANK])
        blank.clear()
        yield number, texts


def _taken(sheet: Any) -> Iterator[Any]:
    rows = sheet.iter_rows(max_row=MOST_ROWS)
    while True:
        with _quiet():
            some = list(islice(rows, AT_ONCE))
        if not some:
            return
        yield from some


def _text(cell: Any, row: int, column: int, about: _Sheet) -> str:
    value = cell.value
    if value is None:
        if (row, column) in about.hidden.uncomputed:
            about.told.append(("formula_without_value", row, column, about.hidden.uncomputed[row, column]))
        return ""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return plain_cell(shown(value, cell.number_format if is_number else ""))

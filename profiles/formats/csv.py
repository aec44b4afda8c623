"""Reads CSV, TSV and their kin: opens each file, finds its table, and tells what stands around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from profiles.formats.columns import find_header
from profiles.formats.mapping import file_map
from profiles.formats.reading import Options, Row
from profiles.formats.rows import Rows, note
from profiles.formats.tables import DELIMITERS, TableFile, encoding_of, fits_encoding
from profiles.problems import Problem, problem

HEADER_WITHIN = 60
"""Lines in which the header is looked for."""


def read_csv(paths: Sequence[Path], options: Options) -> Iterator[Row]:
    """Yield a row for each record of `paths`, in order, and what is told once at the end.

    Raises:
        OSError: one of `paths` can't be opened; `profiles.loading` makes a sentence of it.
    """
    rows = Rows(options)
    for path in paths:
        yield from _file(path, rows)
    yield from rows.identity_left_out(paths[0].name if len(paths) == 1 else "")


def opened_as(path: Path, asked: str) -> tuple[str, Problem | None]:
    """Return the encoding of a file, the one `asked` for where it fits, with what is to be told of it; "" for none.

    Raises:
        OSError: it can't be opened.
    """
    with path.open("rb") as stream:
        if asked:
            fits = fits_encoding(stream, asked)
            return (asked, None) if fits else ("", problem("encoding_wrong", file=path.name, value=asked))
        encoding, code = encoding_of(stream)
    return encoding, problem(code, file=path.name, encoding=encoding) if code else None


def _file(path: Path, rows: Rows) -> Iterator[Row]:
    """Yield what one file holds."""
    encoding, told = opened_as(path, file_map(rows.options.mapping).encoding)
    if told:
        yield note(told)
    if not encoding:
        return
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        start = list(islice(text, HEADER_WITHIN))
    if not any(map(_is_filled, start)):
        yield note(problem("file_empty", file=path.name))
        return
    header = _header(start, rows.options)
    if header is None:
        line, shown = next((n, text) for n, text in enumerate(start, 1) if _is_filled(text))
        yield note(problem("header_missing", file=path.name, row=line, value=shown.strip()))
        return
    yield from _preamble(start[: header[0]], path.name)
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        yield from rows.of_table(TableFile(path.name, text).records(header[1], header[0]), path.name)


def _is_filled(line: str) -> bool:
    return bool(line.strip("\ufeff").strip())


def _header(start: Sequence[str], options: Options) -> tuple[int, str] | None:
    """Return (index of its line, delimiter) of the header, where the map says it is or where it is found."""
    asked = file_map(options.mapping)
    delimiters = (asked.delimiter,) if asked.delimiter else DELIMITERS
    first = max(asked.header_row - 1, 0)
    within = 1 if asked.header_row else None
    found = find_header(start[first:], asked.column, delimiters, within)
    return None if found is None else (found[0] + first, found[1])


def _preamble(lines: Sequence[str], file: str) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        code = "row_outside_table" if line.strip(" \t\r\n,;|") else "row_blank"
        yield note(problem(code, file=file, row=number, value=line.strip() or None))

"""Reads CSV, TSV and their kin: opens each file, finds its table, and tells what stands around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from profiles.formats.columns import find_header
from profiles.formats.reading import Options, Row
from profiles.formats.rows import Rows, note
from profiles.formats.tables import TableFile, encoding_of
from profiles.problems import problem

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


def _file(path: Path, rows: Rows) -> Iterator[Row]:
    """Yield what one file holds."""
    with path.open("rb") as stream:
        encoding, code = encoding_of(stream)
        if code:
            yield note(problem(code, file=path.name, encoding=encoding))
        if not encoding:
            return
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        start = list(islice(text, HEADER_WITHIN))
    if not any(line.strip() for line in start):
        yield note(problem("file_empty", file=path.name))
        return
    header = find_header(start)
    if header is None:
        line, shown = next((n, text) for n, text in enumerate(start, 1) if text.strip())
        yield note(problem("header_missing", file=path.name, row=line, value=shown.strip()))
        return
    yield from _preamble(start[: header[0]], path.name)
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        yield from rows.of_table(TableFile(path.name, text).records(header[1], header[0]), path.name)


def _preamble(lines: Sequence[str], file: str) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        code = "row_outside_table" if line.strip(" \t\r\n,;|") else "row_blank"
        yield note(problem(code, file=file, row=number, value=line.strip() or None))

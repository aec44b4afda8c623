"""Reads JSON and NDJSON: lines of our own export whole, with their provenance; other objects like rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from profiles.formats.own_cells import ForeignRows
from profiles.formats.own_files import Found, in_document, in_lines, is_an_array
from profiles.formats.own_lines import is_own, restored
from profiles.formats.reading import Options, Row
from profiles.formats.rows import Rows
from profiles.problems import Problem, problem


def read_ndjson(paths: Sequence[Path], options: Options) -> Iterator[Row]:
    """Yield a row for each line of `paths`, held one by one; a file that is one array is read as JSON.

    Raises:
        OSError: one of `paths` can't be opened; `profiles.loading` makes a sentence of it.
    """
    yield from _read(paths, options, by_line=True)


def read_json(paths: Sequence[Path], options: Options) -> Iterator[Row]:
    """Yield a row for each object of `paths`: of an array, of `{"therapists": [...]}` and its like, or a single one.

    Raises:
        OSError: one of `paths` can't be opened; `profiles.loading` makes a sentence of it.
    """
    yield from _read(paths, options, by_line=False)


def _read(paths: Sequence[Path], options: Options, *, by_line: bool) -> Iterator[Row]:
    rows = Rows(options)
    for path in paths:
        foreign, empty = ForeignRows(rows, path.name), True
        for found in in_lines(path) if by_line and not is_an_array(path) else in_document(path):
            empty = False
            yield from [Row("rejected", problems=(found,))] if isinstance(found, Problem) else _row(found, foreign)
        if empty:
            yield Row("note", problems=(problem("file_empty", file=path.name),))
    yield from rows.identity_left_out(paths[0].name if len(paths) == 1 else "")


def _row(found: Found, foreign: ForeignRows) -> Iterator[Row]:
    if not isinstance(found.value, Mapping):
        shown = _shown(found.value)
        yield Row("rejected", problems=(problem("line_unusable", file=found.file, row=found.line, value=shown),))
    elif is_own(found.value):
        yield restored(found, foreign.rows)
    else:
        yield from foreign.read(found)


def _shown(value: Any) -> str:
    return str(value)[:200].encode("utf-8", "replace").decode()

"""Opens FHIR files: NDJSON, bundles, arrays and single resources, each piece by piece."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from profiles.errors import PathUnreadable
from profiles.problems import Problem, problem

_HALF_A_PAIR = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One resource as it was found, not yet looked at.

    Attributes:
        value: any JSON value.
        file: name of the file.
        row: line of the file where it has one resource a line, else None.
        full_url: what a bundle calls it, "" when nothing does.
    """

    value: Any
    file: str
    row: int | None
    full_url: str = ""


def pieces(path: Path) -> Iterator[Piece | Problem]:
    """Yield what stands in a file, bundles and arrays opened, and a problem for what can't be read.

    Raises:
        PathUnreadable: there is no such file, or it can't be opened.
    """
    try:
        with path.open("rb") as file:
            for found in _values(file, path.name):
                yield from [found] if isinstance(found, Problem) else _opened(found)
    except OSError as error:
        raise PathUnreadable(path=str(path), reason=error.strerror or type(error).__name__) from error


def _values(file: BinaryIO, name: str) -> Iterator[Piece | Problem]:
    first = next((line for line in file if line.strip()), b"")
    file.seek(0)
    if not first:
        yield problem("file_empty", file=name)
    elif _reads(first):
        yield from _by_line(file, name)  # never held as a whole: a payer's directory has gigabytes
    else:
        yield from _as_a_whole(_utf8(file.read()), name)


def _by_line(lines: BinaryIO, name: str) -> Iterator[Piece | Problem]:
    for row, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield Piece(_parsed(line), name, row)
            except ValueError:
                yield problem("json_invalid", file=name, row=row, value=_shown(line))


def _as_a_whole(data: bytes, name: str) -> Iterator[Piece | Problem]:
    try:
        yield Piece(_parsed(data), name, None)
    except UnicodeDecodeError:
        yield from _by_line(io.BytesIO(data), name) if _has_resources(data) else [problem("file_not_text", file=name)]
    except ValueError as error:
        if _has_resources(data):
            yield from _by_line(io.BytesIO(data), name)
        else:
            row = getattr(error, "lineno", 1)
            yield problem("json_invalid", file=name, row=row, value=_shown(data.split(b"\n")[row - 1]))


def _parsed(data: bytes) -> Any:
    """Return the JSON value of `data`, free of halves of surrogate pairs, which no database would take.

    Raises:
        ValueError: it is no JSON, or nested beyond all measure.
    """
    text = data.decode("utf-8-sig")
    try:
        value = json.loads(text, parse_constant=_refused)
        if _HALF_A_PAIR.search(text):
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError as error:
        raise ValueError(type(error).__name__) from error
    return value


def _refused(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity: Python reads them, JSON has none


def _reads(line: bytes) -> bool:
    try:
        _parsed(line)
    except ValueError:
        return False
    return True


def _has_resources(data: bytes) -> bool:
    """Whether a line of `data` is a resource: then the other lines are broken, not the parts of one document."""
    return any(_reads(line) and b'"resourceType"' in line for line in data.split(b"\n"))


def _utf8(data: bytes) -> bytes:
    encoding = json.detect_encoding(data)
    return data if encoding.startswith("utf-8") else data.decode(encoding, "replace").encode("utf-8", "replace")


def _shown(line: bytes) -> str:
    return line.strip().decode("utf-8", "replace")[:200]


def _opened(piece: Piece) -> Iterator[Piece]:
    """Yield the resources of bundles and arrays, however deep they stand in one another, in their order."""
    waiting = [piece]
    while waiting:
        current = waiting.pop()
        inner = _inside(current)
        if inner is None:
            yield current
        else:
            waiting.extend(reversed(inner))


def _inside(piece: Piece) -> list[Piece] | None:
    """Return what stands in a bundle or an array, None for anything else, a bundle out of shape included."""
    value = piece.value
    if isinstance(value, list):
        return [Piece(item, piece.file, piece.row) for item in value]
    if not isinstance(value, dict) or value.get("resourceType") != "Bundle":
        return None
    entries = [] if value.get("entry") is None else value["entry"]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return None
    return [
        Piece(entry["resource"], piece.file, piece.row, url if isinstance(url := entry.get("fullUrl"), str) else "")
        for entry in entries
        if entry.get("resource") is not None  # an answer or a deletion has none
    ]

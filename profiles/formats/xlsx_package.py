"""What a spreadsheet file is before it is opened, and what its cells do not show: formulas never computed, merges."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import IO, Any

from profiles.problems import Problem, problem

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of old Office start, and new ones with a password."""

ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

LARGEST = 1 << 30
"""Bytes a workbook may take when it is unpacked."""

LARGEST_STRINGS = 1 << 28
"""Bytes of its texts, which are kept in memory."""

SUSPICIOUS = 1 << 26
MOST_PACKED = 200
"""A part larger than that, packed more than so many times, is made to fill the memory."""

OTHER_KINDS = ("xl/workbook.bin", "content.xml", "word/document.xml", "ppt/presentation.xml")

DECLARATIONS = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))

CHUNK = 1 << 20
OVERLAP = 1 << 15

_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*?)\br=\"([A-Z]{1,3})(\d{1,7})\"([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>([^<]*)</(?:\w+:)?f>)"
    rb"\s*(<(?:\w+:)?v\b[^>]*?(?:/>|>\s*</(?:\w+:)?v>))?\s*</(?:\w+:)?c>"
)
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")


def not_a_workbook(path: Path) -> Problem | None:
    """Return why a file can't be a workbook that is read, None where it may be one.

    Raises:
        OSError: it can't be opened.
    """
    with path.open("rb") as stream:
        start = stream.read(len(OLE))
        if not start:
            return problem("file_empty", file=path.name)
        if start == OLE:
            stream.seek(0)
            locked = any(ENCRYPTED in chunk for chunk in _chunks(stream))
            code = "spreadsheet_locked" if locked else "spreadsheet_unsupported"
            return problem(code, file=path.name, value="xls")
    try:
        with zipfile.ZipFile(path) as package:
            return _wrong_inside(package, path.name)
    except Exception as error:  # noqa: BLE001 - a damaged package raises whatever it likes, OSError among it
        return problem("spreadsheet_unreadable", file=path.name, value=str(error))


def _wrong_inside(package: zipfile.ZipFile, file: str) -> Problem | None:
    parts = package.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        return problem("spreadsheet_locked", file=file)
    other = next((name for name in OTHER_KINDS if name in names), "")
    if other:
        kinds = {"xl/workbook.bin": "xlsb", "content.xml": "ods"}
        return problem("spreadsheet_unsupported", file=file, value=kinds.get(other, other.partition("/")[0]))
    strings = sum(part.file_size for part in parts if "sharedStrings" in part.filename)
    bombs = [one for one in parts if one.file_size > SUSPICIOUS and one.file_size > MOST_PACKED * one.compress_size]
    if bombs or strings > LARGEST_STRINGS or sum(part.file_size for part in parts) > LARGEST:
        return problem("spreadsheet_too_large", file=file, value=sum(part.file_size for part in parts) >> 20)
    if any(_declares(package, part) for part in parts):
        return problem("spreadsheet_unreadable", file=file, value="DOCTYPE")
    return None


def _declares(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part declares a document type, as no workbook does: entities that grow are made there."""
    with package.open(part) as stream:
        return any(mark in chunk for chunk in _chunks(stream) for mark in DECLARATIONS)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a stream in pieces that overlap, so that nothing short is cut in two everywhere."""
    tail = b""
    while chunk := stream.read(CHUNK):
        yield tail + chunk
        tail = chunk[-OVERLAP:] if len(chunk) >= OVERLAP else (tail + chunk)[-OVERLAP:]


@dataclass(slots=True)
class Hidden:
    """What the cells of a sheet do not show.

    Attributes:
        uncomputed: formulas without a value, by (row from 1, column from 0).
        merged: (first row, last row, column) of ranges that go down, in the order of their rows.
    """

    uncomputed: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    _open: list[tuple[int, int, str]] = field(default_factory=list)
    _next: int = 0

    def fill(self, row: int, texts: list[str]) -> None:
        """Set into a row what a merged range shows in it; rows come in order."""
        self._open = [one for one in self._open if one[0] >= row]
        for _, column, text in self._open:
            texts += [""] * (column + 1 - len(texts))
            texts[column] = texts[column] or text
        while self._next < len(self.merged) and self.merged[self._next][0] <= row:
            first, last, column = self.merged[self._next]
            if first == row and column < len(texts) and texts[column]:
                self._open.append((last, column, texts[column]))
            self._next += 1


def seen_in(source: IO[bytes]) -> Hidden:
    """Return what the XML of a sheet holds beside its values."""
    hidden = Hidden()
    for chunk in _chunks(source):
        for before, letters, row, after, formula, value in _FORMULA.findall(chunk):
            is_text = b't="str"' in before + after
            if not (value and is_text):  # a text that was computed to be empty
                place = (int(row), column_number(letters.decode()))
                hidden.uncomputed[place] = "=" + unescape(formula.decode("utf-8", "replace"))
        for left, top, _right, bottom in _MERGED.findall(chunk):
            if bottom != top:
                hidden.merged.append((int(top), int(bottom), column_number(left.decode())))
    hidden.merged = sorted(set(hidden.merged))
    return hidden


def column_number(letters: str) -> int:
    """Return the place of a column, from 0.

    >>> column_number("A"), column_number("Z"), column_number("AA")
    (0, 25, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def source_of(sheet: Any) -> IO[bytes]:
    """Return the XML of a sheet of a read-only workbook."""
    source: IO[bytes] = sheet._get_source()  # noqa: SLF001 - openpyxl shows neither formulas nor merges while it streams
    return source

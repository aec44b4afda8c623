"""Tables in bytes: finds the encoding, and makes of text records of cells, each with its line of the file."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

from profiles.problems import Problem, problem

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 1 << 16
"""Bytes from the start that show whether text without a mark is UTF-16."""

LONGEST_CELL = 16_000_000
"""Characters; a real export has a cell of 223,973, and a quote that never closes takes in the whole file."""

END = "\udcff"
"""Fed to the parser after the last line: a lone surrogate, which no decoder gives. Inside a cell, a quote is open."""

Line = tuple[int, list[str]]
"""The line of the file on which a record starts, and its cells."""


def encoding_of(stream: IO[bytes]) -> tuple[str, str]:
    """Return (encoding, problem code or "").

    A byte order mark decides; else UTF-8 where every byte fits; else cp1252, whose five unused bytes become U+FFFD.
    A zero byte without a mark is no text, unless the zero bytes stand as only UTF-16 sets them.
    """
    start = stream.read(SAMPLE)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return name, ""
    wide = _wide(start)
    if wide and fits_encoding(stream, wide):
        return wide, ""
    stream.seek(0)
    if any(b"\0" in chunk for chunk in iter(lambda: stream.read(1 << 20), b"")):
        return "", "file_not_text"
    return ("utf-8", "") if fits_encoding(stream, "utf-8") else ("cp1252", "encoding_assumed")


def _wide(start: bytes) -> str:
    """Return the byte order of UTF-16 without a mark, "" where it is not certain: every other byte is often zero."""
    first, second = start[::2].count(0), start[1::2].count(0)
    if first == 0 and 3 * second > len(start) // 2:
        return "utf-16-le"
    return "utf-16-be" if second == 0 and 3 * first > len(start) // 2 else ""


def fits_encoding(stream: IO[bytes], encoding: str) -> bool:
    """Whether every byte of a stream is text in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    stream.seek(0)
    try:
        while chunk := stream.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except (UnicodeError, ValueError):
        return False
    return True


@dataclass(slots=True)
class TableFile:
    """One open file: what stands before its table, and its records one by one."""

    name: str
    text: IO[str]

    def records(self, delimiter: str, start: int) -> Iterator[Line | Problem]:
        """Yield the records from line `start` (0-based) on; a quote that stays open ends them with a problem."""
        csv.field_size_limit(max(LONGEST_CELL, csv.field_size_limit()))
        counted = [start]
        reader = csv.reader(self._with_end(counted, start), delimiter=delimiter)
        while True:
            line = start + reader.line_num + 1
            try:
                record = next(reader)
            except (csv.Error, StopIteration):  # a cell beyond every limit
                yield problem("quote_unclosed", file=self.name, row=line)
                return
            if record == [END]:
                return
            if record and record[-1].endswith(END):
                yield self._open_quote(record[-1], counted[0])
                return
            yield line, [plain_cell(cell) for cell in record]

    def _with_end(self, counted: list[int], start: int) -> Iterator[str]:
        for line in islice(self.text, start, None):
            counted[0] += 1
            yield line
        yield END

    def _open_quote(self, cell: str, last: int) -> Problem:
        text = cell.removesuffix(END)
        opened = last - len(re.findall(r"\r\n|\r|\n", text)) + text.endswith(("\r", "\n"))
        return problem("quote_unclosed", file=self.name, row=opened, value=text)


def plain_cell(cell: str) -> str:
    """Return a cell in NFC and without the apostrophe that keeps spreadsheets from running it."""
    text = cell if cell.isascii() else unicodedata.normalize("NFC", cell)
    return text[1:] if re.match(r"'+[=+\-@\t\r]", text) else text

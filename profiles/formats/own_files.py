"""Opens JSON files: the objects of NDJSON, arrays and documents, each with the line on which it starts."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from profiles.formats.tables import encoding_of
from profiles.problems import Problem, problem

LISTS = ("therapists", "providers", "practitioners", "clinicians", "profiles", "data", "results", "items", "records")
"""Keys under which a document keeps its list, the first that is there."""

DEEPEST_LIST = 3
"""Objects in one another in which the list is looked for: `{"data": {"items": [...]}}`."""

LOOKED_AT = 4096
_BLANK = re.compile(r"[ \t\r\n\ufeff]*")


@dataclass(frozen=True, slots=True)
class Found:
    """One value as it was found.

    Attributes:
        value: any JSON value.
        file: name of the file.
        line: line of the file on which it starts.
    """

    value: Any
    file: str
    line: int


class KeyRepeated(ValueError):
    """An object has a key twice: which of the two holds is not known."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        raise KeyRepeated(next(name for name in names if names.count(name) > 1))
    return made


def _refused(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity: Python reads them, JSON has none


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refused)


def is_an_array(path: Path) -> bool:
    """Whether a file is one array, by its first and its last character.

    Raises:
        OSError: it can't be opened.
    """
    with path.open("rb") as stream:
        start = stream.read(LOOKED_AT).lstrip(b"\xef\xbb\xbf \t\r\n")
        stream.seek(max(path.stat().st_size - LOOKED_AT, 0))
        return start.startswith(b"[") and stream.read().rstrip().endswith(b"]")


def in_lines(path: Path) -> Iterator[Found | Problem]:
    """Yield the value of each line that is not blank, and a problem for each that is no JSON.

    Raises:
        OSError: it can't be opened.
    """
    with path.open("rb") as stream:
        encoding = "utf-16" if stream.read(2) in (b"\xff\xfe", b"\xfe\xff") else ""
    if encoding:
        text = path.read_text(encoding=encoding, errors="replace")
        yield from _of_lines(io.BytesIO(text.encode("utf-8", "replace")), path.name)
        return
    with path.open("rb") as stream:
        yield from _of_lines(stream, path.name)


def _of_lines(lines: Iterator[bytes] | io.BytesIO, file: str) -> Iterator[Found | Problem]:
    for number, line in enumerate(lines, start=1):
        if line.strip(b" \t\r\n\xef\xbb\xbf"):
            yield _of_line(line, file, number)


def _of_line(line: bytes, file: str, number: int) -> Found | Problem:
    try:
        text = line.decode("utf-8-sig").strip(" \t\r\n")
        value, end = DECODER.raw_decode(text)
    except KeyRepeated as error:
        return problem("key_repeated", file=file, row=number, column=_printable(str(error)))
    except (ValueError, RecursionError):
        return _invalid(file, number, line.decode("utf-8", "replace"))
    return Found(value, file, number) if end == len(text) else _invalid(file, number, text)


def _invalid(file: str, line: int, shown: str) -> Problem:
    return problem("json_invalid", file=file, row=line, value=_printable(shown.strip()))


def _printable(text: str) -> str:
    return text[:200].encode("utf-8", "replace").decode()


def in_document(path: Path) -> Iterator[Found | Problem]:
    """Yield the values of a document: the items of its list, or itself; then the same of what follows it.

    Raises:
        OSError: it can't be opened.
    """
    with path.open("rb") as stream:
        encoding, code = encoding_of(stream)
    if not encoding:
        yield problem(code, file=path.name)
        return
    yield from Document(path.read_text(encoding=encoding, errors="replace"), path.name).values()


class Document:
    """A text of JSON that is gone through value by value, so that each is known by its line."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._at = 0
        self._counted = (0, 1)

    def values(self) -> Iterator[Found | Problem]:
        """Yield every value; the first place that is no JSON ends them with a problem."""
        try:
            while not self._at_end():
                yield from self._value()
        except KeyRepeated as error:
            yield problem("key_repeated", file=self._file, row=self._line(), column=_printable(str(error)))
        except json.JSONDecodeError as error:
            yield _invalid(self._file, error.lineno, self._text[error.pos : error.pos + 80] or self._text[-80:])
        except (ValueError, RecursionError):
            yield _invalid(self._file, self._line(), self._text[self._at : self._at + 80])

    def _at_end(self) -> bool:
        self._skip()
        return self._at >= len(self._text)

    def _skip(self) -> str:
        """Go to the next character that is no blank, and return it."""
        blank = _BLANK.match(self._text, self._at)
        self._at = blank.end() if blank else self._at
        return self._text[self._at : self._at + 1]

    def _value(self) -> Iterator[Found]:
        opening = self._skip()
        if opening == "[":
            yield from self._items()
        elif opening == "{" and (inside := self._list_inside()) is not None:
            self._at, depth = inside
            yield from self._items()
            for _ in range(depth):
                self._leave_object()
        else:
            yield self._one()

    def _one(self) -> Found:
        self._skip()
        line = self._line()
        return Found(self._decoded(), self._file, line)

    def _items(self) -> Iterator[Found]:
        self._take("[")
        if self._skip() != "]":
            yield self._one()
            while self._skip() == ",":
                self._take(",")
                yield self._one()
        self._take("]")

    def _take(self, mark: str) -> None:
        if self._skip() != mark:
            raise json.JSONDecodeError(mark, self._text, self._at)
        self._at += 1

    def _list_inside(self) -> tuple[int, int] | None:
        """Return where the list of objects starts that the object here keeps, and how deep; None where it has none."""
        start = self._at
        try:
            return self._search(1)
        except (ValueError, RecursionError):
            return None  # read as one value, it is told where it is no JSON
        finally:
            self._at = start

    def _search(self, depth: int) -> tuple[int, int] | None:
        self._take("{")
        while self._skip() == '"':
            key = self._decoded()
            self._take(":")
            opening = self._skip()
            if key in LISTS and opening == "[" and self._holds_objects():
                return self._at, depth
            if key in LISTS and opening == "{" and depth < DEEPEST_LIST:
                start = self._at
                if (inner := self._search(depth + 1)) is not None:
                    return inner
                self._at = start
            self._decoded()
            if self._skip() != ",":
                return None
            self._take(",")
        return None

    def _holds_objects(self) -> bool:
        return bool(re.compile(r"\[[ \t\r\n]*[{\]]").match(self._text, self._at))

    def _leave_object(self) -> None:
        """Go past what stands behind the list in its object: that is no profile."""
        while self._skip() == ",":
            self._take(",")
            self._skip()
            self._decoded()
            self._take(":")
            self._decoded()
        self._take("}")

    def _decoded(self) -> Any:
        self._skip()
        value, self._at = DECODER.raw_decode(self._text, self._at)
        return value

    def _line(self) -> int:
        offset, line = self._counted
        if self._at >= offset:
            line += self._text.count("\n", offset, self._at)
            self._counted = (self._at, line)
            return line
        return self._text.count("\n", 0, self._at) + 1

"""Makes cells of foreign JSON: every key a header, so that an object is read exactly like a row of a table."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from profiles.formats.cells import Finding
from profiles.formats.columns import MERGED, Column, about_columns
from profiles.formats.mapping import columns_by
from profiles.formats.named import NamedCells
from profiles.formats.own_files import Found
from profiles.formats.places import jurisdictions
from profiles.formats.reading import Row
from profiles.formats.rows import Rows
from profiles.problems import Problem
from profiles.schema import CONTACT_FIELDS

DEEPEST = 6
"""Objects in one another that are looked into."""

LANGUAGE_NAMES = ("tag", "code", "language", "name")
LANGUAGE_LEVELS = ("level", "proficiency", "fluency")
LICENCE_PLACES = ("jurisdiction", "state", "region", "issued_in", "country")
LICENCE_PARTS: tuple[tuple[str, ...], ...] = (
    ("profession", "type", "license_type", "licence_type"),
    ("number", "license_number", "licence_number"),
    ("end", "expires", "expiry", "expiration", "expiration_date", "valid_until"),
)
"""Parts of a licence as the compact column has them, by the keys they may stand under."""

NAMES = ("name", "title", "label", "display", "value", "text", "number", "url", "address")
"""Keys of an object that stands for a term or a way of contact."""


@dataclass(slots=True)
class Cell:
    """One value on its way into a row: the header it came under, and its text."""

    column: Column
    text: str


@dataclass(slots=True)
class ForeignRows:
    """Reads the objects of one file, and tells once what is wrong with its keys."""

    rows: Rows
    file: str
    _told: set[tuple[str, str | None]] = field(default_factory=set)
    _shapes: set[tuple[str, ...]] = field(default_factory=set)

    def read(self, found: Found) -> Iterator[Row]:
        """Yield what is new about the keys of an object, then its row."""
        flat = Flat(columns_by(self.rows.options.mapping))
        flat.walk("", found.value, 0)
        about = [one for one in self._about(flat, found.line) if (one.code, one.column) not in self._told]
        self._told.update((one.code, one.column) for one in about)
        yield from [Row("note", problems=tuple(about))] if about else []
        filled: dict[str, list[tuple[Column, str]]] = {}
        for cell in flat.cells:
            if cell.text.strip() and cell.column.target:
                filled.setdefault(cell.column.target, []).append((cell.column, cell.text))
        row = NamedCells(self.file, found.line, filled)
        for finding, column in flat.findings:
            row.report(finding, column)
        yield self.rows.of_cells(row)

    def _about(self, flat: Flat, line: int) -> Iterator[Problem]:
        columns = list({cell.column.header: cell.column for cell in flat.cells}.values())
        shape = tuple(column.header for column in columns)
        if shape not in self._shapes:
            self._shapes.add(shape)
            yield from about_columns(columns, {"file": self.file, "row": line})


@dataclass(slots=True)
class Flat:
    """The cells of one object, and what of it can't be one."""

    reads: Callable[[str], Column]
    cells: list[Cell] = field(default_factory=list)
    findings: list[tuple[Finding, Column]] = field(default_factory=list)

    def walk(self, outer: str, value: Mapping[str, Any], depth: int) -> None:
        """Take every part of an object; the key of an inner one is read behind the outer key, else alone."""
        for key, part in value.items():
            column = self._column(outer, _whole(key))
            if isinstance(part, Mapping) and not column.target.startswith(("language", "reply")):
                self._object(column, part, depth)
            elif isinstance(part, list):
                self._list(column, part, depth)
            else:
                self._one(column, part)

    def _column(self, outer: str, key: str) -> Column:
        """Return what a key announces: behind the outer one, else alone, else without the s of several."""
        if outer and (both := self.reads(f"{outer} {key}")).target:
            return both
        inner = self.reads(key)
        if not inner.target and not inner.ignored:
            inner = self.reads(key.removesuffix("s"))
        return replace(inner, header=f"{outer}.{key}" if outer else key)

    def _object(self, column: Column, value: Mapping[str, Any], depth: int) -> None:
        if depth < DEEPEST:
            self.walk(column.header, value, depth + 1)
        else:
            self.findings.append((_unusable(value), column))

    def _list(self, column: Column, items: list[Any], depth: int) -> None:
        objects = [one for one in items if isinstance(one, Mapping)]
        if objects and column.target in ("licences", "licence_number"):
            self._one(Column(column.header, "licences"), "; ".join(map(_licence, objects)))
        elif objects and column.target in CONTACT_FIELDS:
            self._one(column, _named(objects[0], column))
            self.findings.extend((_unusable(one), column) for one in items if one is not objects[0])
        elif objects and column.target in MERGED:
            for one in items:
                self._one(column, _named(one, column) if isinstance(one, Mapping) else one)
        elif objects:
            self._object(column, objects[0], depth)
            self.findings.extend((_unusable(one), column) for one in items if one is not objects[0])
        elif column.target in MERGED or not column.target:
            for one in items:
                self._one(column, one)
        else:
            self._one(column, ", ".join(_text(one) for one in items if one is not None))

    def _one(self, column: Column, value: Any) -> None:
        if isinstance(value, list):
            self.findings.append((_unusable(value), column))
            return
        if isinstance(value, Mapping):
            value = _named(value, column)
        text = _text(value)
        if _whole(text) != text:
            self.findings.append((_unusable(text), column))
            return
        self.cells.append(Cell(column, text))


def _unusable(value: object) -> Finding:
    return Finding("value_unread", _whole(str(value)[:200]))


def _whole(text: str) -> str:
    """Return text with each half of a character as a question mark."""
    return text.encode("utf-8", "replace").decode()


def _text(value: Any) -> str:
    """Return a plain value as a cell has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, int) and abs(value) > 10**30:
        return "1e30+"
    return unicodedata.normalize("NFC", str(value))


def _first(value: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((_text(value[key]).strip() for key in keys if value.get(key) not in (None, "")), "")


def _named(value: Mapping[str, Any], column: Column) -> str:
    """Return what an object in a list stands for: a language with its level, or a term by its name."""
    if column.target in ("language", "reply_languages"):
        name, level = _first(value, LANGUAGE_NAMES), _first(value, LANGUAGE_LEVELS)
        return f"{name} ({level})" if name and level else name
    return _first(value, NAMES) or str(dict(value))


def _licence(value: Mapping[str, Any]) -> str:
    """Return a licence as the compact column has it; two letters are read as in a table, not as a country."""
    where, country = _first(value, LICENCE_PLACES), jurisdictions(_text(value.get("country")), "").value
    known = jurisdictions(where, country[0] if country else "").value
    return ":".join((known[0] if len(known) == 1 else where, *(_first(value, keys) for keys in LICENCE_PARTS)))

"""A profile while it is put together from a document that is no table: named cells, several places, our own fields."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from profiles.formats.cells import Finding
from profiles.formats.columns import Column
from profiles.formats.money import MOST_FEE
from profiles.formats.named import NamedCells
from profiles.formats.own_files import DECODER
from profiles.formats.places import country as country_in
from profiles.formats.places import country_of, postal_code
from profiles.formats.reading import Row
from profiles.formats.rows import Rows
from profiles.problems import Problem, problem
from profiles.schema import FIELDS, IDENTITY_FIELDS
from profiles.vocabulary import vocabulary

EXACT: Mapping[str, str] = {"licence": "licence_details", "place": "places"}
"""Field -> column that takes it whole, as JSON."""

MARKS = ("listing", "listed", "fictional")
"""What our exports say of a profile beside its fields."""

PLACE_CELLS: Mapping[str, str] = {
    "name": "place_name",
    **{part: part for part in ("street", "city", "region", "postal_code", "country", "latitude", "longitude")},
}
"""Part of a place -> its column."""

OWN_FIELDS = frozenset(FIELDS) - set(IDENTITY_FIELDS) - {"identity_consent", "name"}


@dataclass(slots=True)
class Unused:
    """Counts what is stated and not read, to be told once for the load."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, file: str, name: str, times: int = 1) -> None:
        """Count one more."""
        self.counts[file, printable(name)] += times

    def rows(self) -> Iterator[Row]:
        """Yield what was counted, in a fixed order."""
        for (file, name), count in sorted(self.counts.items()):
            yield Row("note", problems=(problem("property_unused", file=file, column=name, value=name, count=count),))


@dataclass(slots=True)
class Draft:
    """One profile on its way to a row.

    Attributes:
        file: name of the file it stands in.
        row: its line, or its id.
        filled: cells by the column they count as.
        findings: what can't be a cell.
        licences: as our NDJSON has them, until all are there.
    """

    file: str
    row: int | str
    filled: dict[str, list[tuple[Column, str]]] = field(default_factory=dict)
    findings: list[tuple[Finding, Column]] = field(default_factory=list)
    licences: list[dict[str, str]] = field(default_factory=list)

    def finish_licences(self, header: str) -> None:
        """Put all licences under their column; one without a profession takes that of the only one stated beside."""
        if self.licences:
            professions = {code for _, cell in self.filled.get("profession", ()) if (code := profession_in(cell))}
            only = next(iter(professions)) if len(professions) == 1 else ""
            found = [{"profession": only, **one} if only else one for one in self.licences]
            self.add("licence_details", json.dumps(found, ensure_ascii=False), header)

    def add(self, target: str, value: Any, header: str) -> None:
        """Put a plain value under a column; a list one by one, nothing where nothing is stated."""
        column = Column(header, target)
        if isinstance(value, list):
            for one in value:
                self.add(target, one, header)
        elif isinstance(value, Mapping):
            self.findings.append((Finding("value_unusable", printable(str(value)[:200])), column))
        else:
            text = cell_text(value)
            if printable(text) != text:
                self.findings.append((Finding("value_unusable", printable(text)), column))
            elif text.strip():
                self.filled.setdefault(target, []).append((column, text))

    def report(self, code: str, value: str, header: str, nearest: Iterable[str] = ()) -> None:
        """Keep a problem of this profile."""
        self.findings.append((Finding(code, printable(value), tuple(nearest)), Column(header, "")))

    def add_places(self, places: list[dict[str, Any]], header: str) -> None:
        """Put places under their columns: the first as cells, since fees and licences look at it; all of them whole."""
        for part, target in PLACE_CELLS.items() if places else ():
            self.add(target, places[0].get(part), header)
        plain = [{part: value for part, value in one.items() if value not in ("", None, [])} for one in places]
        if any(plain):
            self.add("places", json.dumps([one for one in plain if one], ensure_ascii=False), header)

    def add_own(self, name: str, value: Any, header: str) -> None:
        """Put the value of one of our fields under its columns, as our exports write it: text, a code, or JSON."""
        if isinstance(value, str) and name in FIELDS and FIELDS[name].kind != "text" and not vocabulary().codes(name):
            value = _decoded(value)
        if name in EXACT or name == "quality_sentences":
            self.add(EXACT.get(name, name), json.dumps(value, ensure_ascii=False), header)
        elif isinstance(value, Mapping) and name == "style":
            for side, number in value.items():
                self.add(f"style_{side}", number, header)
        elif name == "fee" and isinstance(value, Mapping):
            for part, target in (("lowest", "fee_low"), ("highest", "fee_high"), ("currency", "currency")):
                self.add(target, value.get(part), header)
        elif name == "reply_languages" and isinstance(value, list):
            self.add(name, "; ".join(map(cell_text, value)), header)
        else:
            self.add(name, value, header)

    def read(self, rows: Rows) -> Row:
        """Return what becomes of the profile."""
        cells = NamedCells(self.file, self.row, self.filled)
        for finding, column in self.findings:
            cells.report(finding, column)
        return rows.of_cells(cells)


def profession_in(cell: str) -> str:
    """Return the profession that a cell names, "" where it names none."""
    return vocabulary().find("profession", cell) or ""


def _decoded(text: str) -> Any:
    try:
        return DECODER.decode(text)
    except (ValueError, RecursionError):
        return text


def place(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a place as our NDJSON has it, its country as a code and its ZIP code whole."""
    made = {part: value.strip() if isinstance(value, str) else value for part, value in parts.items()}
    for part in ("street", "city", "region", "postal_code", "country", "name"):
        made[part] = cell_text(made.get(part)).strip()
    stated = made["country"]
    made["country"] = country_in(stated).value or stated
    made["country"] = made["country"] or country_of(made["region"], postal_code(made["postal_code"], ""))
    made["postal_code"] = postal_code(made["postal_code"], made["country"])
    for part in ("latitude", "longitude"):
        if isinstance(made.get(part), str):
            made[part] = _number(made[part])
    return made


def _number(text: str) -> float | str:
    try:
        return float(text) if len(text) < 30 else text
    except ValueError:
        return text


def cell_text(value: Any) -> str:
    """Return a plain value as a cell has it.

    >>> cell_text(None), cell_text(True), cell_text(85.0), cell_text(85.5), cell_text("é")
    ('', 'yes', '85', '85.5', 'é')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < MOST_FEE * 100:
        return str(int(value))
    if isinstance(value, int) and abs(value) > 10**30:
        return "1e30+"
    return unicodedata.normalize("NFC", str(value))


def printable(text: str) -> str:
    """Return text with each half of a character as a question mark."""
    return text.encode("utf-8", "replace").decode()


def skipped(code: str, file: str, row: int | str, *, column: str = "", value: str = "") -> Row:
    """Return a row for what is no therapist, with the reason."""
    found: Problem = problem(code, file=file, row=row, column=column or None, value=printable(value))
    return Row("skipped", problems=(found,), file=file, line=row)

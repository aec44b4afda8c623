"""Makes a therapist or a problem of each row: the records of a table with its header, or cells already named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from profiles.formats.cells import Finding, consent, is_blank
from profiles.formats.columns import Column, about_columns, is_outside
from profiles.formats.dates import day
from profiles.formats.facts import name_of, npi_of, stated
from profiles.formats.mapping import columns_by, put_into_our_words
from profiles.formats.named import NamedCells
from profiles.formats.own_table import complete, marked
from profiles.formats.reading import Options, Row, consent_fact, facts_of
from profiles.formats.tables import Line
from profiles.identity import id_from_facts, id_from_name
from profiles.problems import Problem, problem
from profiles.schema import IDENTITY_FIELDS, Therapist


@dataclass(slots=True)
class Rows:
    """Reads rows, and keeps what is told once for all files."""

    options: Options
    without_consent: int = 0
    columns_without_consent: dict[str, None] = field(default_factory=dict)

    def of_table(self, records: Iterable[Line | Problem], file: str) -> Iterator[Row]:
        """Yield what a table holds; its first record is the header."""
        columns: list[Column] | None = None
        for record in records:
            if isinstance(record, Problem):
                yield Row("rejected", problems=(record,))
            elif columns is None:
                columns = list(map(columns_by(self.options.mapping), record[1]))
                about = tuple(about_columns(columns, {"file": file, "row": record[0]}))
                yield from [Row("note", problems=about)] if about else []
            else:
                yield self._of_record(record, columns, file)

    def _of_record(self, record: Line, columns: Sequence[Column], file: str) -> Row:
        line, values = record
        if not any(cell.strip() for cell in values):
            return note(problem("row_blank", file=file, row=line))
        if is_outside(values, columns):
            return note(problem("row_outside_table", file=file, row=line, value=_shown(values)))
        if len(values) != len(columns):
            wrong = problem(
                "row_length", file=file, row=line, value=_shown(values), cells=len(values), columns=len(columns)
            )
            return Row("rejected", problems=(wrong,))
        filled: dict[str, list[tuple[Column, str]]] = {}
        for column, cell in zip(columns, values, strict=True):
            if cell.strip():
                filled.setdefault(column.target, []).append((column, cell))
        row = NamedCells(file, line, filled)
        for column, cell in filled.get("", ()):
            if not column.header.strip():
                row.report(Finding("column_unknown", cell), column)
        return self.of_cells(row)

    def of_cells(self, row: NamedCells) -> Row:
        """Return the therapist that named cells describe; without a name they are rejected."""
        put_into_our_words(row, self.options.mapping)
        name, npi = name_of(row), npi_of(row)
        if not name.strip():
            row.report(Finding("name_missing", ""), None)
            return Row("rejected", problems=tuple(row.problems))
        own = self._own_consent(row)
        basis = self.options.identity_consent if own is None else own
        if not basis:
            self._leave_out_identity(row)
        found = stated(row, name, npi)
        complete(row, found)
        identity = self._id(row, found)
        as_of = self._as_of(row, found)
        facts = facts_of(found, self.options, as_of)
        if own is not None or any(name in IDENTITY_FIELDS for name in found):
            facts["identity_consent"] = consent_fact(basis, self.options, as_of)
        listing = self.options.listing or "agreed"
        therapist = marked(row, Therapist(identity, facts, listing, listed=self.options.list_now), self.options)
        return Row("loaded", therapist, tuple(row.problems), row.file, row.line)

    def _own_consent(self, row: NamedCells) -> str | None:
        """Return the basis the row itself gives, "" where it refuses, None where it says nothing."""
        answers = (consent(cell, column.header) for column, cell in row.all("consent"))
        return next((answer for answer in answers if answer is not None), None)

    def _leave_out_identity(self, row: NamedCells) -> None:
        """Take identity cells away unread: a problem that quotes one would keep what may not be kept."""
        left_out = [item for target in IDENTITY_FIELDS for item in row.filled.pop(target, ())]
        headers = {column.header: None for column, cell in left_out if not is_blank(cell)}
        self.without_consent += bool(headers)
        self.columns_without_consent.update(headers)

    def _id(self, row: NamedCells, found: Mapping[str, Any]) -> str:
        certain = row.text("id") or id_from_facts(found.get("npi", ""), found.get("licence", ()))
        if certain:
            return certain
        row.report(Finding("id_made_from_name", found["name"]), None)
        place = found["place"][0].postal_code if "place" in found else ""
        return id_from_name(self.options.source, found["name"], found.get("credentials", ""), place)

    def _as_of(self, row: NamedCells, found: Mapping[str, Any]) -> date:
        country = found["place"][0].country if "place" in found else ""
        own = row.value("as_of", lambda cell: day(cell, country))
        if own is not None and own > self.options.today:
            column, cell = row.all("as_of")[0]
            row.report(Finding("date_unreadable", cell), column)
            own = None
        return own or self.options.as_of or self.options.today

    def identity_left_out(self, file: str) -> Iterator[Row]:
        """Yield the one warning about identity fields that came without consent; `file` is "" for several files."""
        if self.without_consent:
            columns = ", ".join(self.columns_without_consent)
            yield note(problem("identity_without_consent", file=file, column=columns, count=self.without_consent))


def note(found: Problem) -> Row:
    """Return a row that tells of the file as a whole."""
    return Row("note", problems=(found,))


def _shown(values: Iterable[str]) -> str:
    return ", ".join(cell.strip() for cell in values if cell.strip())

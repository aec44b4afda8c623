"""Open Referral data as tables: CSV files and nested JSON become the same records, linked by their ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from profiles.formats.csv import opened_as
from profiles.formats.drafts import cell_text, printable
from profiles.formats.hsds_signs import TABLE_OF, table_of_header
from profiles.formats.reading import Row
from profiles.formats.rows import note
from profiles.formats.schemaorg_pages import values_of
from profiles.formats.tables import DELIMITERS, TableFile
from profiles.problems import Problem, problem

Body = dict[str, Any]


@dataclass(slots=True)
class Record:
    """One record: its plain values, and where it stands (a line of CSV, an id in JSON)."""

    table: str
    id: str
    body: Body
    file: str
    row: int | str

    def text(self, *names: str) -> str:
        """Return the first of these values that is stated, as text."""
        return next((text for name in names if (text := cell_text(self.body.get(name)).strip())), "")


@dataclass(slots=True)
class Tables:
    """All records of all files, by table and id, and who belongs to whom."""

    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    links: dict[tuple[str, str, str], dict[str, None]] = field(default_factory=dict)
    parents: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    _made: int = 0

    def of(self, table: str) -> list[Record]:
        """Return the records of a table, in the order they came."""
        return list(self.records.get(table, {}).values())

    def one(self, table: str, identity: str) -> Record | None:
        """Return a record, None where it is not there."""
        return self.records.get(table, {}).get(identity)

    def children(self, parent: Record | None, table: str) -> list[Record]:
        """Return the records of a table that belong to another record."""
        if parent is None:
            return []
        found = self.links.get((parent.table, parent.id, table), {})
        held = self.records.get(table, {})
        return [held[identity] for identity in found if identity in held]

    def take(self, table: str, body: Mapping[str, Any], file: str, row: int | str | None = None) -> Record:
        """Keep a record with everything inside it; one that comes again adds what was not stated."""
        identity = cell_text(body.get("id")).strip()
        if not identity:
            self._made += 1
            identity = f"{file} {row or self._made}"
        record = self.records.setdefault(table, {}).get(identity)
        if record is None:
            place = row if row is not None else printable(identity)
            record = self.records[table][identity] = Record(table, identity, {}, file, place)
        for name, value in body.items():
            self._part(record, name, value)
        return record

    def _part(self, record: Record, name: str, value: Any) -> None:
        inner = TABLE_OF.get(name, "")
        if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
            for one in value:
                if inner and isinstance(one, Mapping):
                    child = self.take(inner, one, record.file)
                    self._link(record.table, record.id, child)
        elif isinstance(value, Mapping):
            if inner:
                owner = self.take(inner, value, record.file)
                record.body.setdefault(f"{name}_id", owner.id)
                self._link(owner.table, owner.id, record)
        elif isinstance(value, list):
            record.body.setdefault(name, ", ".join(cell_text(one) for one in value))
        elif cell_text(value).strip() and not record.body.get(name):
            record.body[name] = value
            self._reference(record, name, cell_text(value).strip())

    def _reference(self, record: Record, name: str, value: str) -> None:
        if name == "link_id":
            return
        table = TABLE_OF.get(name.removesuffix("_id"), "") if name.endswith("_id") else ""
        if table and (table, record.table) != ("taxonomy_terms", "taxonomy_terms"):
            self._link(table, value, record)

    def _link(self, table: str, identity: str, child: Record) -> None:
        if table in ("taxonomy_terms", "taxonomies"):
            return  # every attribute points to one; nobody asks the other way
        self.links.setdefault((table, identity, child.table), {})[child.id] = None
        self.parents.setdefault((child.table, child.id), []).append((table, identity))

    def link_attributes(self) -> None:
        """Link the attributes of CSV tables, which name their record by `link_id` and `link_entity`."""
        for one in self.of("attributes"):
            identity, entity = one.text("link_id"), one.text("link_entity")
            for table in [TABLE_OF[entity]] if entity in TABLE_OF else ["services", "locations", "organizations"]:
                if identity and self.one(table, identity) is not None:
                    self._link(table, identity, one)


def read_tables(paths: Iterable[Path], encoding: str) -> tuple[Tables, list[Row]]:
    """Return all records of files, with what is wrong with the files.

    Raises:
        OSError: one of `paths` can't be opened.
    """
    tables = Tables()
    told: list[Row] = []
    for path in paths:
        told.extend(_document(path, tables) if _is_document(path) else _table(path, tables, encoding))
    tables.link_attributes()
    return tables, told


def _is_document(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))


# ---------------------------------------------------------------- CSV


def _table(path: Path, tables: Tables, encoding: str) -> Iterator[Row]:
    found, told = opened_as(path, encoding)
    if told:
        yield note(told)
    if not found:
        return
    with path.open(encoding=found, errors="replace", newline="") as text:
        first = next((line for line in islice(text, 60) if line.strip("\ufeff \t\r\n")), "")
    if not first:
        yield note(problem("file_empty", file=path.name))
        return
    delimiter = max(DELIMITERS, key=first.count)
    with path.open(encoding=found, errors="replace", newline="") as text:
        yield from _records(TableFile(path.name, text).records(delimiter, 0), path, tables)


def _records(records: Iterator[tuple[int, list[str]] | Problem], path: Path, tables: Tables) -> Iterator[Row]:
    header: list[str] = []
    table = ""
    for found in records:
        if isinstance(found, Problem):
            yield Row("rejected", problems=(found,))
            continue
        line, cells = found
        if not any(cell.strip() for cell in cells):
            if header:
                yield note(problem("row_blank", file=path.name, row=line))
        elif not header:
            header = [cell.strip("\ufeff ").casefold() for cell in cells]
            table = TABLE_OF.get(path.stem.casefold(), "") or table_of_header(header)
            if not table or not _fits(table, header):
                shown = ", ".join(header)
                yield note(problem("format_mismatch", file=path.name, row=line, value=shown, format="hsds"))
                return
        elif len(cells) != len(header):
            value = ", ".join(filter(None, cells))
            wrong = problem("row_length", file=path.name, row=line, value=value, cells=len(cells), columns=len(header))
            yield Row("rejected", problems=(wrong,))
        else:
            tables.take(table, dict(zip(header, cells, strict=True)), path.name, line)


def _fits(table: str, header: list[str]) -> bool:
    """Whether a file that is called like a table has at least one column that such tables have."""
    return "id" in header or any(name.endswith("_id") for name in header) or table_of_header(header) == table


# ---------------------------------------------------------------- JSON


def _document(path: Path, tables: Tables) -> Iterator[Row]:
    for found in values_of(path):
        if isinstance(found, Problem):
            yield Row("note" if found.row is None else "rejected", problems=(found,))
        else:
            yield from _value(found.value, path.name, found.line, tables, "")


def _value(value: Any, file: str, row: int | str, tables: Tables, table: str) -> Iterator[Row]:
    """Take what a JSON value holds: a list, a page, tables by file name, or one record."""
    if isinstance(value, list):
        for one in value:
            yield from _value(one, file, row, tables, table)
        return
    if not isinstance(value, Mapping):
        shown = printable(str(value)[:80])
        told = problem("format_mismatch", file=file, row=row, value=shown, format="hsds")
        yield Row("rejected", problems=(told,))
        return
    inner = _inner(value)
    if inner is not None:
        for name, part in inner:
            yield from _value(part, file, row, tables, name or table)
        return
    kind = table or table_of_header(value)
    if kind:
        tables.take(kind, value, file)
    elif not {"profile", "openapi_url"} & set(value):  # what an API says of itself
        told = problem("format_mismatch", file=file, row=row, value=", ".join(map(str, value))[:80], format="hsds")
        yield Row("rejected", problems=(printed(told),))


def printed(found: Problem) -> Problem:
    """Return a problem whose value can be written."""
    value = None if found.value is None else printable(found.value)
    return problem(found.code, file=found.file, row=found.row, column=found.column, value=value, **found.params)


def _inner(value: Mapping[str, Any]) -> list[tuple[str, Any]] | None:
    """Return the lists of records that an object only carries, each with its table; None for a record."""
    if isinstance(value.get("contents"), list):
        return [("", value["contents"])]
    if isinstance(value.get("resources"), list):
        parts = [one for one in value["resources"] if isinstance(one, Mapping)]
        return [(TABLE_OF.get(str(one.get("name")), ""), one["data"]) for one in parts if "data" in one]
    named = [(TABLE_OF.get(str(name).removesuffix(".csv"), ""), part) for name, part in value.items()]
    if named and all(table and isinstance(part, list) for table, part in named):
        return named
    return None

"""Reads Open Referral HSDS 3, JSON and CSV tables: all files are one set, and a service that names one is a therapist.

HSDS describes services, not persons. A service becomes a therapist where our own export marked it, or where it is a
service of behavioural health and a contact of it is a therapist by name: the title is a profession of the vocabulary,
or the name has its letters behind it, or the service or its organization is called like the person. Every other
service, and every organization or location without services, is skipped with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from profiles.formats.drafts import Unused, printable, skipped
from profiles.formats.hsds_service import Service
from profiles.formats.hsds_tables import Record, Tables, read_tables
from profiles.formats.mapping import file_map
from profiles.formats.reading import Options, Row
from profiles.formats.rows import Rows
from profiles.problems import problem

PARTS = (
    "service_at_location",
    "contacts",
    "phones",
    "languages",
    "addresses",
    "accessibility",
    "cost_options",
    "attributes",
)
"""Tables whose records belong to another."""

NOT_READ = (
    "schedules",
    "programs",
    "service_areas",
    "required_documents",
    "funding",
    "metadata",
    "meta_table_descriptions",
    "organization_identifiers",
)
TERMS = ("taxonomy_terms", "taxonomies")
"""Tables that say something where there are services."""

CLOSED = ("inactive", "defunct")


def read_hsds(paths: Sequence[Path], options: Options) -> Iterator[Row]:
    """Yield what is wrong with the files, then a row for each service, then what was not used.

    Raises:
        OSError: one of `paths` can't be opened; `profiles.loading` makes a sentence of it.
    """
    rows, unused = Rows(options), Unused()
    tables, told = read_tables(paths, file_map(options.mapping).encoding)
    yield from told
    if not (told or any(tables.records.values())):
        yield from (Row("note", problems=(problem("file_empty", file=path.name, row=1),)) for path in paths)
    for record in tables.of("services"):
        yield _row(Service(record, tables, unused), rows)
    yield from _without_service(tables)
    yield from unused.rows()
    yield from rows.identity_left_out(paths[0].name if len(paths) == 1 else "")


def _row(service: Service, rows: Rows) -> Row:
    """Return what becomes of one service."""
    record = service.record
    name = record.text("name") or record.id
    if not service.is_own:
        if record.text("status").casefold() in CLOSED:
            return skipped("resource_inactive", record.file, record.row, column="status", value=record.text("status"))
        if not service.is_behavioural():
            return skipped("not_behavioural_health", record.file, record.row, column="name", value=name)
        if service.therapist() is None:
            return skipped("no_therapist_named", record.file, record.row, column="name", value=name)
    return service.draft().read(rows)


def _without_service(tables: Tables) -> Iterator[Row]:
    """Yield what belongs to no service: organizations and locations by name, parts by line, other tables counted."""
    for table in ("organizations", "locations"):
        for record in tables.of(table):
            if not _is_used(record, tables):
                yield skipped("not_a_person", record.file, record.row, column="name", value=record.text("name"))
    for table in PARTS:
        for record in tables.of(table):
            owners = tables.parents.get((table, record.id), [])
            if not any(tables.one(*owner) for owner in owners):
                value = ", ".join(" ".join(owner) for owner in owners) or "-"
                found = problem(
                    "reference_unresolved", file=record.file, row=record.row, column=table, value=printable(value)
                )
                yield Row("note", problems=(found,))
    unread = NOT_READ if tables.of("services") else (*NOT_READ, *TERMS)
    counted = Counter((record.file, table) for table in unread for record in tables.of(table))
    for (file, table), count in sorted(counted.items()):
        first = next(record for record in tables.of(table) if record.file == file)
        found = problem("resource_unsupported", file=file, row=first.row, column=table, value=table, count=count)
        yield Row("note", problems=(found,))


def _is_used(record: Record, tables: Tables) -> bool:
    """Whether a service belongs to an organization, or takes place at a location."""
    if tables.children(record, "services"):
        return True
    at = tables.children(record, "service_at_location") if record.table == "locations" else []
    owners = [owner for one in at for owner in tables.parents.get((one.table, one.id), [])]
    return any(tables.one(*owner) is not None for owner in owners if owner[0] == "services")

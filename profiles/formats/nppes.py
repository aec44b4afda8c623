"""Reads the CSV of the US register NPPES: every individual with a behavioural-health taxonomy is a therapist."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from profiles.formats.columns import header_key
from profiles.formats.contact import phone
from profiles.formats.csv import opened_as
from profiles.formats.dates import day
from profiles.formats.mapping import file_map
from profiles.formats.places import country, us_state
from profiles.formats.reading import Options, Row, consent_fact, facts_of
from profiles.formats.rows import Rows, note
from profiles.formats.tables import Line, TableFile
from profiles.identity import id_from_facts, id_from_name, read_npi
from profiles.languages import nearest_jurisdictions
from profiles.problems import Problem, problem
from profiles.schema import IDENTITY_FIELDS, Licence, Listing, Place, Therapist
from profiles.taxonomy import is_behavioural_health, profession

LISTING: Listing = "public_register"
"""A register is loaded, but nobody is listed by it alone."""

SLOTS = 15
"""Taxonomies that a record has room for."""

UNAVAILABLE = "<UNAVAIL>"
"""What the register writes where it keeps a value to itself."""

HEADERS: Mapping[str, tuple[str, ...]] = {
    "npi": ("NPI",),
    "kind": ("Entity Type Code",),
    "first": ("Provider First Name",),
    "middle": ("Provider Middle Name",),
    "last": ("Provider Last Name (Legal Name)", "Provider Last Name"),
    "suffix": ("Provider Name Suffix Text",),
    "credentials": ("Provider Credential Text",),
    "organization": ("Provider Organization Name (Legal Business Name)", "Provider Organization Name"),
    "street": ("Provider First Line Business Practice Location Address",),
    "street_more": ("Provider Second Line Business Practice Location Address",),
    "city": ("Provider Business Practice Location Address City Name",),
    "region": ("Provider Business Practice Location Address State Name",),
    "postal_code": ("Provider Business Practice Location Address Postal Code",),
    "country": (
        "Provider Business Practice Location Address Country Code (If outside U.S.)",
        "Provider Business Practice Location Address Country Code",
    ),
    "phone": ("Provider Business Practice Location Address Telephone Number",),
    "updated": ("Last Update Date",),
    "deactivated": ("NPI Deactivation Date",),
    "reactivated": ("NPI Reactivation Date",),
    "gender": ("Provider Gender Code", "Provider Sex Code"),
    **{f"taxonomy_{slot}": (f"Healthcare Provider Taxonomy Code_{slot}",) for slot in range(1, SLOTS + 1)},
    **{f"number_{slot}": (f"Provider License Number_{slot}",) for slot in range(1, SLOTS + 1)},
    **{f"state_{slot}": (f"Provider License Number State Code_{slot}",) for slot in range(1, SLOTS + 1)},
}
"""What is read of a record, and what the register calls it, or once did."""

NEEDED = ("npi", "kind", "last", "taxonomy_1")
"""Columns without which a file is not one of the register."""

GENDERS: Mapping[str, tuple[str, ...]] = {"F": ("female",), "M": ("male",), "X": ("nonbinary",)}
INDIVIDUAL = "1"


@dataclass(slots=True)
class _Record:
    """One record: its cells by name, and what is told of them."""

    file: str
    line: int
    headers: Mapping[str, str]
    cells: Mapping[str, str]
    problems: list[Problem]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")

    def problem(self, code: str, name: str, value: str, **params: str) -> Problem:
        """Return a finding about one of the cells."""
        return problem(code, file=self.file, row=self.line, column=self.headers.get(name), value=value, **params)

    def report(self, code: str, name: str, value: str, **params: str) -> None:
        """Keep a finding about one of the cells."""
        self.problems.append(self.problem(code, name, value, **params))


def looks_like_nppes(start: str) -> bool:
    """Whether the first line of a file is the header of the register."""
    first = next(iter(start.lstrip("\ufeff").splitlines()), "")
    try:
        keys = {header_key(cell) for cell in next(csv.reader([first]), ())}
    except csv.Error:
        return False
    return all(any(header_key(header) in keys for header in HEADERS[name]) for name in NEEDED)


def read_nppes(paths: Sequence[Path], options: Options) -> Iterator[Row]:
    """Yield a row for each record of `paths`, then what is told once.

    Raises:
        OSError: one of `paths` can't be opened; `profiles.loading` makes a sentence of it.
    """
    rows = Rows(options)
    for path in paths:
        encoding, told = opened_as(path, file_map(options.mapping).encoding)
        if told:
            yield note(told)
        if encoding:
            with path.open(encoding=encoding, errors="replace", newline="") as text:
                yield from _records(TableFile(path.name, text).records(",", 0), path.name, rows)
    yield from rows.identity_left_out(paths[0].name if len(paths) == 1 else "")


def _records(records: Iterator[Line | Problem], file: str, rows: Rows) -> Iterator[Row]:
    first = next(records, None)
    if first is None:
        yield note(problem("file_empty", file=file))
        return
    places = {} if isinstance(first, Problem) else _places(first[1])
    if any(name not in places for name in NEEDED) or isinstance(first, Problem):
        yield note(problem("format_mismatch", file=file, row=1, format="nppes"))
        return
    headers = {name: first[1][place] for name, place in places.items()}
    width = len(first[1])
    for found in records:
        if isinstance(found, Problem):
            yield Row("rejected", problems=(found,))
            continue
        line, cells = found
        if not any(cells):
            yield note(problem("row_blank", file=file, row=line))
        elif len(cells) != width:
            value = ", ".join(filter(None, cells))
            wrong = problem("row_length", file=file, row=line, value=value, cells=len(cells), columns=width)
            yield Row("rejected", problems=(wrong,))
        else:
            stated = {name: _stated(cells[place]) for name, place in places.items()}
            yield _row(_Record(file, line, headers, stated, []), rows)


def _places(header: Sequence[str]) -> dict[str, int]:
    """Return where in a record each of `HEADERS` stands."""
    known = {header_key(text): name for name, texts in HEADERS.items() for text in texts}
    found = [(known.get(header_key(cell.lstrip("\ufeff"))), place) for place, cell in enumerate(header)]
    return {name: place for name, place in reversed(found) if name}


def _stated(cell: str) -> str:
    plain = cell.strip()
    return "" if plain.upper() == UNAVAILABLE else plain


def _row(record: _Record, rows: Rows) -> Row:
    """Return the therapist of a record, or why it is none."""
    if why := _why_not(record, rows.options):
        return Row("skipped", problems=(why,), file=record.file, line=record.line)
    name = " ".join(filter(None, (record[part] for part in ("first", "middle", "last", "suffix"))))
    if not name:
        return Row("rejected", problems=(record.problem("name_missing", "last", ""),))
    values = {"name": name, **{field: value for field, read in READS.items() if (value := read(record))}}
    if values.keys() & set(IDENTITY_FIELDS) and not rows.options.identity_consent:
        _leave_out_identity(values, record, rows)
    as_of = _as_of(record, rows.options)
    facts = facts_of(values, rows.options, as_of)
    if values.keys() & set(IDENTITY_FIELDS):
        facts["identity_consent"] = consent_fact(rows.options.identity_consent, rows.options, as_of)
    listing = rows.options.listing or LISTING
    identity = _identity(record, values, rows.options)
    therapist = Therapist(identity, facts, listing, listed=rows.options.list_now)
    return Row("loaded", therapist, tuple(record.problems), record.file, record.line)


def _why_not(record: _Record, options: Options) -> Problem | None:
    """Return why a record is no therapist: no person, not in behavioural health, or no longer active."""
    ended, again = (_day(record[name]) for name in ("deactivated", "reactivated"))
    today = options.as_of or options.today
    if ended is not None and ended <= today and not (again is not None and ended <= again <= today):
        return record.problem("resource_inactive", "deactivated", record["deactivated"])
    if record["deactivated"] and ended is None and not again:
        return record.problem("resource_inactive", "deactivated", record["deactivated"])
    if record["kind"] != INDIVIDUAL:
        return record.problem("not_a_person", "kind", record["organization"] or record["kind"])
    codes = [code for slot in range(1, SLOTS + 1) if (code := record[f"taxonomy_{slot}"])]
    if not any(map(is_behavioural_health, codes)):
        return record.problem("not_behavioural_health", "taxonomy_1", ", ".join(dict.fromkeys(codes)))
    return None


def _leave_out_identity(values: dict[str, Any], record: _Record, rows: Rows) -> None:
    for field in values.keys() & set(IDENTITY_FIELDS):
        del values[field]
    rows.without_consent += 1
    rows.columns_without_consent[record.headers["gender"]] = None


def _day(written: str) -> date | None:
    return day(written, "US").value if written else None


def _as_of(record: _Record, options: Options) -> date:
    """Return the day a record speaks for: the operator's, else its last update, which is never in the future."""
    if options.as_of:
        return options.as_of
    updated = _day(record["updated"])
    if record["updated"] and (updated is None or updated > options.today):
        record.report("date_unreadable", "updated", record["updated"])
        return options.today
    return updated or options.today


def _identity(record: _Record, values: Mapping[str, Any], options: Options) -> str:
    certain = id_from_facts(values.get("npi", ""), values.get("licence", ()))
    if certain:
        return certain
    record.report("id_made_from_name", "last", values["name"])
    return id_from_name(options.source, values["name"], values.get("credentials", ""), _postal_code(record))


def _npi(record: _Record) -> str:
    number, code = read_npi(record["npi"]) if record["npi"] else ("", "")
    if code:
        record.report(code, "npi", record["npi"])
    return number


def _licences(record: _Record) -> tuple[Licence, ...]:
    """Return one licence for each taxonomy; the register has no last days."""
    found: dict[Licence, None] = {}
    for slot in range(1, SLOTS + 1):
        code, number, state = (record[f"{part}_{slot}"] for part in ("taxonomy", "number", "state"))
        if not (code or number or state):
            continue
        where = us_state(state)
        if state and not where:
            near = ", ".join(nearest_jurisdictions(state)) or "-"
            record.report("jurisdiction_unknown", f"state_{slot}", state, nearest=near)
        elif number and not where:
            record.report("licence_without_jurisdiction", f"number_{slot}", number)
        found[Licence(where, profession(code), number, code=code)] = None
    return tuple(found)


def _place(record: _Record) -> tuple[Place, ...]:
    street = ", ".join(filter(None, (record["street"], record["street_more"])))
    where = country(record["country"]).value or ("US" if us_state(record["region"]) else "")
    place = Place("", street, record["city"], record["region"], _postal_code(record), where)
    return () if place == Place(country=where) else (place,)


def _postal_code(record: _Record) -> str:
    """Return a ZIP code as it is written, in five digits or five and four; zeros for unknown ones are left out."""
    written = record["postal_code"]
    if len(written) != len("021390000") or not (written.isascii() and written.isdigit()):
        return written
    return written[:5] if written.endswith("0000") else f"{written[:5]}-{written[5:]}"


def _phone(record: _Record) -> str:
    read = phone(record["phone"])
    for found in read.findings:
        record.report(found.code, "phone", found.value)
    return read.value or ""


READS: Mapping[str, Callable[[_Record], Any]] = {
    "credentials": lambda record: record["credentials"],
    "npi": _npi,
    "licence": _licences,
    "place": _place,
    "phone": _phone,
    "therapist_gender": lambda record: GENDERS.get(record["gender"].upper(), ()),
}
"""Field -> what reads it from a record."""

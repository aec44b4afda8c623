"""Loading: which reader takes which file, and one stream of rows from all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from io import BytesIO
from pathlib import Path

from profiles.errors import OptionWrong, PathUnreadable
from profiles.formats.hsds_signs import is_open_referral
from profiles.formats.nppes import looks_like_nppes
from profiles.formats.reading import Options, Reader, Row
from profiles.formats.tables import encoding_of
from profiles.problems import Problem, problem

AUTO = "auto"

READERS: Mapping[str, tuple[str, str]] = {
    "csv": ("profiles.formats.csv", "read_csv"),
    "json": ("profiles.formats.own", "read_json"),
    "ndjson": ("profiles.formats.own", "read_ndjson"),
    "xlsx": ("profiles.formats.xlsx", "read_xlsx"),
    "fhir": ("profiles.formats.fhir", "read"),
    "nppes": ("profiles.formats.nppes", "read_nppes"),
    "hsds": ("profiles.formats.hsds", "read_hsds"),
    "schemaorg": ("profiles.formats.schemaorg", "read_schemaorg"),
}
"""Format -> module and function that read it; imported when a file of the format comes."""

FORMATS: tuple[str, ...] = (AUTO, *READERS)

TABLES = frozenset({".csv", ".tsv", ".tab", ".psv"})
DOCUMENTS = frozenset({".json", ".ndjson", ".jsonl"})
LINES = frozenset({".ndjson", ".jsonl"})
SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xltx", ".xlsb", ".ods"})
WORKBOOK_MARKS = (b"xl/workbook", b"xl/worksheets", b"oasis.opendocument.spreadsheet")
PAGES = frozenset({".html", ".htm", ".xhtml"})
LINKED_DATA = "application/ld+json"
OPEN_REFERRAL = re.compile(
    r'"(?:service_at_locations?|interpretation_services|application_process|organization_identifiers|location_type'
    r"|link_entity|taxonomy_detail|openapi_url|services\.csv|service_id|total_items|tax_status"
    r'|parent_organization_id)"\s*:'
)
"""Keys that Open Referral data has and others have not."""

OLD_OFFICE = b"\xd0\xcf\x11\xe0"
OWN = re.compile(r'[\[\s]*\{\s*"export"\s*:')
"""How our own export starts: what it quotes of profiles may look like any format."""

LOOKED_AT = 1 << 16
"""Bytes from the start that show what a file is; a bundle's first resource stands within them."""


def read(
    paths: Sequence[Path],
    format: str,  # noqa: A002 - the name of the command's option
    options: Options,
) -> Iterator[Row]:
    """Yield what stands in `paths`; files of one format go to its reader together, since they may be one set.

    Args:
        paths: files, in the order they are to be read.
        format: one of `FORMATS`; "auto" looks at each file.
        options: how to read.

    Raises:
        OptionWrong: there is no such format.
        PathUnreadable: one of `paths` can't be opened or read.
    """
    if format not in FORMATS:
        raise OptionWrong(option="--format", value=format, reason=", ".join(FORMATS))
    return _rows(_by_format(paths, format), options)


def _by_format(paths: Sequence[Path], format: str) -> dict[str, list[Path]]:  # noqa: A002
    """Return the paths by format, "" for those that no reader takes; every path is opened once."""
    groups: dict[str, list[Path]] = {}
    for path in paths:
        start = _start(path)
        groups.setdefault(format_of(path, start) if format == AUTO else format, []).append(path)
    return groups


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(LOOKED_AT)
    except (OSError, ValueError) as error:
        raise PathUnreadable(path=str(path), reason=_reason(error)) from error


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def format_of(path: Path, start: bytes) -> str:
    """Return the format of a file by its ending and its first bytes, "" where there is no reader.

    >>> format_of(Path("a.tsv"), b"name"), format_of(Path("a.ndjson"), b'{"resourceType": "Location"}')
    ('csv', 'fhir')
    >>> format_of(Path("a.json"), b'{"@context": "https://schema.org"}'), format_of(Path("a.xlsx"), b"PK")
    ('schemaorg', 'xlsx')
    """
    ending = path.suffix.casefold()
    if is_spreadsheet(start, ending):
        return "xlsx"
    if ending in TABLES:
        return _table_format(path, start)
    body = start.decode("utf-8-sig", errors="replace").lstrip()
    if body.startswith(("{", "[")) or ending in DOCUMENTS:
        return _document_format(body, ending)
    if body.startswith("<") and (LINKED_DATA in body or ending in PAGES):
        return "schemaorg"
    is_text = b"\0" not in start or bool(encoding_of(BytesIO(start))[0])
    return _table_format(path, start) if is_text and not start.startswith(b"PK") else ""


def is_spreadsheet(start: bytes, ending: str) -> bool:
    """Whether a file is a spreadsheet, of a kind that is read or one whose reader says what to do."""
    if start.startswith(OLD_OFFICE):
        return True
    return start.startswith(b"PK") and (ending in SPREADSHEETS or any(mark in start for mark in WORKBOOK_MARKS))


def _table_format(path: Path, start: bytes) -> str:
    text = start.decode(encoding_of(BytesIO(start))[0] or "utf-8", errors="replace")
    if looks_like_nppes(text):
        return "nppes"
    return "hsds" if is_open_referral(path.stem, text) else "csv"


def _document_format(body: str, ending: str) -> str:
    """Return the format of JSON by what stands in it; an empty document is told by its reader, like an empty table."""
    by_line = "ndjson" if ending in LINES or _is_json(body.partition("\n")[0]) else "json"
    if OWN.match(body):
        return by_line
    if '"resourceType"' in body or not body:
        return "fhir"
    if "schema.org" in body and '"@context"' in body:
        return "schemaorg"
    return "hsds" if OPEN_REFERRAL.search(body) else by_line


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _rows(groups: Mapping[str, Sequence[Path]], options: Options) -> Iterator[Row]:
    for name, paths in groups.items():
        if not name:
            yield from (Row("note", problems=(_unknown(path),)) for path in paths)
            continue
        try:
            yield from _reader(name)(paths, options)
        except OSError as error:
            raise PathUnreadable(path=str(error.filename or paths[0]), reason=_reason(error)) from error


def _unknown(path: Path) -> Problem:
    return problem("format_unknown", file=path.name, value=path.suffix or path.name, known=", ".join(READERS))


def _reader(name: str) -> Reader:
    module, function = READERS[name]
    reader: Reader = getattr(import_module(module), function)
    return reader

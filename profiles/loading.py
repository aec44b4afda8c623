"""Loading: which reader takes which file, and one stream of rows from all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from profiles.errors import OptionWrong, PathUnreadable
from profiles.formats.reading import Options, Reader, Row
from profiles.problems import Problem, problem

AUTO = "auto"

READERS: Mapping[str, tuple[str, str]] = {
    "csv": ("profiles.formats.csv", "read_csv"),
    "fhir": ("profiles.formats.fhir", "read"),
}
"""Format -> module and function that read it; imported when a file of the format comes."""

FORMATS: tuple[str, ...] = (AUTO, *READERS)

TABLES = frozenset({".csv", ".tsv", ".tab", ".psv"})
DOCUMENTS = frozenset({".json", ".ndjson", ".jsonl"})
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
    ('', '')
    """
    ending = path.suffix.casefold()
    if ending in TABLES:
        return "csv"
    body = start.decode("utf-8-sig", errors="replace").lstrip()
    if body.startswith(("{", "[")) or ending in DOCUMENTS:
        # An empty document is told by its reader, like an empty table.
        return "fhir" if '"resourceType"' in body or not body else ""
    is_text = b"\0" not in start or start.startswith((b"\xff\xfe", b"\xfe\xff"))
    return "csv" if is_text and not start.startswith(b"PK") else ""


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

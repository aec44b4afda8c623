"""Reads the map that an operator wrote for foreign files, and says what of it does not exist."""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from profiles.errors import OptionWrong, ServiceError
from profiles.formats.cells import SPECIALTY_FIELDS, table, yes_or_no
from profiles.formats.columns import header_key
from profiles.formats.mapping import DATE_ORDERS, FileMap, term_key
from profiles.languages import jurisdiction_of, language_of, nearest_jurisdictions, nearest_languages
from profiles.vocabulary import vocabulary

FLAGS = frozenset({"supervised"})
OF_SECTION: Mapping[str, str] = {"telehealth": "session_format"}
"""Column -> field that its codes belong to, where it is not called like the column."""


class MapUnreadable(ServiceError):
    """The map can't be opened, or is no TOML."""

    key = "error.map_unreadable"


class MapWrong(ServiceError):
    """The map names something that does not exist."""

    key = "error.map_wrong"


def read_map(path: Path) -> FileMap:
    """Return the map of a TOML file.

    Raises:
        MapUnreadable: it can't be opened, or is no TOML.
        MapWrong: it names a column, a code or a setting that does not exist.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        found = tomllib.loads(text)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise MapUnreadable(path=str(path), reason=reason) from error
    return checked(found, path.name)


def checked(found: Mapping[str, Any], name: str) -> FileMap:
    """Return the map that the parts of a TOML file make.

    Raises:
        MapWrong: it names a column, a code or a setting that does not exist.
    """
    sections = {"columns": _columns, "values": _values, "file": _settings}
    made: dict[str, Any] = {}
    for key, part in found.items():
        _known(name, key, key, sections)
        if not isinstance(part, Mapping):
            raise MapWrong(file=name, where=key, value=str(part), nearest=f"[{key}]")
        made.update(sections[key](name, part))
    return FileMap(**made)


def with_file_options(mapping: FileMap | None, *, encoding: str, delimiter: str) -> FileMap | None:
    """Return a map with the encoding and delimiter of the command, which go before those of its file.

    Raises:
        OptionWrong: there is no such encoding, or the delimiter is not one character.
    """
    given = {name: value for name, value in (("encoding", encoding), ("delimiter", delimiter)) if value}
    if not given:
        return mapping
    for name, value in given.items():
        fits, expected = SETTINGS[name]
        if not fits(value):
            raise OptionWrong(option=f"--{name}", value=value, reason=expected)
    base = mapping or FileMap()
    made = _settings("", given)
    return FileMap(
        base.columns,
        base.values,
        made.get("delimiter", base.delimiter),
        made.get("encoding", base.encoding),
        base.header_row,
        base.sheet,
        base.date_order,
    )


def _known(file: str, where: str, value: object, known: Iterable[str]) -> None:
    names = list(known)
    if value not in names:
        near = get_close_matches(str(value), names, n=3, cutoff=0.5) or names[:6]
        raise MapWrong(file=file, where=where, value=str(value), nearest=", ".join(near))


def _columns(file: str, part: Mapping[str, Any]) -> dict[str, Any]:
    for header, target in part.items():
        if target != "":
            _known(file, f"columns.{header}", target, table("headers"))
    return {"columns": {header_key(header): target for header, target in part.items()}}


def _values(file: str, part: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, dict[str, tuple[str, ...]]] = {}
    for target, terms in part.items():
        _known(file, f"values.{target}", target, table("headers"))
        if not isinstance(terms, Mapping):
            raise MapWrong(file=file, where=f"values.{target}", value=str(terms), nearest=f"[values.{target}]")
        for text, said in terms.items():
            written = said if isinstance(said, list) else [said]
            codes = tuple(_code(file, f"values.{target}.{text}", target, one) for one in written if one != "")
            made.setdefault(target, {})[term_key(text)] = codes
    return {"values": made}


def _code(file: str, where: str, target: str, written: object) -> str:
    """Return a code that a column may hold; a column without a closed list takes any text."""
    if not isinstance(written, str):
        raise MapWrong(file=file, where=where, value=str(written), nearest='"..."')
    if target in ("language", "reply_languages"):
        _readable(file, where, written, language_of(written), nearest_languages(written))
    elif target in ("licence_jurisdiction", "country"):
        _readable(file, where, written, jurisdiction_of(written), nearest_jurisdictions(written))
    elif target in FLAGS:
        _readable(file, where, written, yes_or_no(written), ("yes", "no"))
    else:
        fields = SPECIALTY_FIELDS if target == "specialties" else (OF_SECTION.get(target, target),)
        codes = [code for name in fields for code in vocabulary().codes(name)]
        if codes and written not in codes:
            near = tuple(dict.fromkeys(near for name in fields for near in vocabulary().nearest(name, written)))[:3]
            _known(file, where, written, near or codes)
    return written


def _readable(file: str, where: str, written: str, reading: object, nearest: tuple[str, ...]) -> None:
    if reading is None:
        raise MapWrong(file=file, where=where, value=written, nearest=", ".join(nearest) or "-")


def _settings(file: str, part: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in part.items():
        _known(file, f"file.{key}", key, SETTINGS)
        fits, expected = SETTINGS[key]
        if not fits(value):
            raise MapWrong(file=file, where=f"file.{key}", value=str(value), nearest=expected)
    made = dict(part)
    if "delimiter" in made:
        made["delimiter"] = _delimiter(made["delimiter"])
    return made


def _delimiter(written: str) -> str:
    return {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|"}.get(written, written)


def _is_encoding(value: object) -> bool:
    try:
        return isinstance(value, str) and codecs.lookup(value)._is_text_encoding  # noqa: SLF001 - no other way to ask
    except (LookupError, ValueError):
        return False


def _is_delimiter(value: object) -> bool:
    return isinstance(value, str) and len(plain := _delimiter(value)) == 1 and plain not in '"\r\n\0'


SETTINGS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "delimiter": (_is_delimiter, ", ; | tab"),
    "encoding": (_is_encoding, "utf-8, cp1252, utf-16"),
    "header_row": (lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0, "1, 2, 3"),
    "sheet": (lambda value: isinstance(value, str), '"..."'),
    "date_order": (lambda value: value in DATE_ORDERS, ", ".join(DATE_ORDERS)),
}
"""Settings of `[file]`: what they may be, and what a wrong one is answered with."""

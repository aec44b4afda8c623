"""What the cells of a table say: what is not stated, yes and no, lists of terms; and the records of a reading."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Generic, NamedTuple, TypeVar

from profiles.vocabulary import folded, vocabulary

T_co = TypeVar("T_co", covariant=True)

SPECIALTY_FIELDS = ("concern", "population", "age_group", "participants", "modality")
"""Where a term of a column of specialties may belong, the first that knows it."""

LONGEST_TO_COMPARE = 60
"""A longer text is a sentence: looking for terms like it costs much and finds nothing."""

LONGEST_ENTRY = 300
"""No entry of a list, amount or day is longer; patterns that try many ways are not let near such a text."""

COMMA = re.compile(r",(?![^(]*\))")
"""Parts two entries of a list, outside brackets."""

SOFT = re.compile(r"\s*[/&+]\s*|\s+(?:and|und|y|et|e|or|oder)\s+", re.IGNORECASE)
"""May part two entries: only where all parts are known."""

_HARD = re.compile(r"[;|\n\r\t•·▪◦‣●；、，]+|(?:^|\s)\*\s")
_NUMBERED = re.compile(r"(?:^|\s)\d{1,2}[.)]\s")
_PLAIN_LIST = re.compile(r"[\w(/](?:[\w ,.()/'’+-]|;(?= [\w(/]))*")
_LAST = re.compile(r"^(?:and|und|y|et|e|&|or|oder)\s+", re.IGNORECASE)
"""Stands before the last entry of a list with commas."""

_DASH = re.compile(r"\s+[-–—]\s+")
_MARKUP = re.compile(r"</?(?:br|p|li|ul|ol|div|tr|td)\b[^<>]{0,99}>", re.IGNORECASE)
_STYLE = re.compile(r"</?(?:b|i|u|em|strong|span|a|font)\b[^<>]{0,299}>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[\da-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)


class Finding(NamedTuple):
    """Something not understood, before it is known where: a code of the problem catalogue, the text, what is near."""

    code: str
    value: str
    nearest: tuple[str, ...] = ()


class Read(NamedTuple, Generic[T_co]):
    """What a cell says, and what of it was not understood."""

    value: T_co
    findings: tuple[Finding, ...] = ()


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return one table of `headers.toml`."""
    text = (files("profiles.formats") / "headers.toml").read_text(encoding="utf-8")
    part: Mapping[str, Any] = tomllib.loads(text)[name]
    return part


@cache
def inverted(name: str) -> Mapping[str, str]:
    """Return, by each text of a table of `headers.toml` as it is compared, the key it stands under."""
    return {folded(text): key for key, texts in table(name).items() for text in texts}


@cache
def word_list(name: str) -> frozenset[str]:
    """Return the words of `headers.toml` for one meaning, such as "yes"."""
    return frozenset(table("words")[name])


def is_blank(cell: str) -> bool:
    """Whether a cell says that nothing is stated: empty, a dash, or words such as "n/a"."""
    return cell.strip().casefold() in word_list("not_stated")


def yes_or_no(cell: str) -> bool | None:
    """Return what a cell answers, None where it is neither.

    >>> yes_or_no("Ja"), yes_or_no("✗"), yes_or_no("on request")
    (True, False, None)
    """
    plain = cell.strip().casefold()
    return True if plain in word_list("yes") else False if plain in word_list("no") else None


def flag(cell: str) -> Read[bool | None]:
    """Read a yes or no."""
    answer = yes_or_no(cell)
    return Read(answer, () if answer is not None or is_blank(cell) else (Finding("term_unknown", cell, ("yes", "no")),))


def words(cell: str) -> Read[str | None]:
    """Read a short text, without the blanks around it."""
    return Read(None if is_blank(cell) else cell.strip())


def consent(cell: str, column: str) -> str | None:
    """Return the basis a cell gives: its own words, the column for a plain yes, "" for no, None for nothing."""
    plain = cell.strip().casefold()
    if is_blank(cell):
        return None
    if yes_or_no(cell) is False or any(plain.startswith(word) for word in word_list("unconsented")):
        return ""
    return column.strip() if yes_or_no(cell) else cell.strip()


# ---------------------------------------------------------------- lists


def without_markup(cell: str) -> str:
    """Return a list cell as a page shows it: elements of a list apart, entities as their letters.

    >>> without_markup("<ul><li>Anxiety</li><li>Grief &amp; loss</li></ul>").strip(";")
    'Anxiety;;Grief & loss'
    """
    plain = _STYLE.sub("", _MARKUP.sub(";", cell)) if "<" in cell else cell
    return _ENTITY.sub(lambda found: html.unescape(found[0]), plain) if "&" in plain else plain


def commas(text: str) -> list[str]:
    """Return what stands between commas; those in brackets part nothing, unless the text is long."""
    return text.split(",") if len(text) > LONGEST_ENTRY * 10 else COMMA.split(text)


def pieces(cell: str) -> list[str]:
    """Return the parts of a list cell, split at `;`, `|`, lines and bullets."""
    parts = (re.sub(r"^[-–]\s+", "", part.strip(" \t\u200b\ufeff\u00a0")) for part in _HARD.split(without_markup(cell)))
    return [part for part in parts if part]


def _known(fields: tuple[str, ...], text: str) -> list[tuple[str, str]]:
    for field in fields:
        code = vocabulary().find(field, text)
        if code is not None:
            return [(field, code)]
    return []


def _all_known(fields: tuple[str, ...], texts: list[str]) -> list[tuple[str, str]]:
    found = [_known(fields, text) for text in texts]
    return [term for terms in found for term in terms] if all(found) else []


def _certain(fields: tuple[str, ...], text: str) -> list[tuple[str, str]]:
    """Return the terms that a text certainly names, whole or as parts that are all known."""
    bracketed = re.fullmatch(r"([^()]+)\(([^()]+)\)", text)
    return (
        _known(fields, text)
        or (_all_known(fields, [bracketed[1], bracketed[2]]) if bracketed else [])
        or _all_known(fields, [part for part in SOFT.split(text) if part])
        or _all_known(fields, [part for part in _DASH.split(text) if part])
    )


@lru_cache(maxsize=50_000)
def _near(field: str, text: str) -> tuple[str, ...]:
    """Return the terms of one field that look like `text`, kept: the search is slow, and what is odd comes again."""
    return vocabulary().nearest(field, text)


def _nearest(fields: tuple[str, ...], text: str) -> tuple[str, ...]:
    if len(text) > LONGEST_TO_COMPARE:
        return ()
    return tuple(dict.fromkeys(near for field in fields for near in _near(field, text)))[:3]


def _read_piece(fields: tuple[str, ...], text: str) -> Iterator[tuple[str, str] | Finding]:
    is_long = len(text) > LONGEST_ENTRY
    if not is_long and (found := _certain(fields, text)):
        yield from found
        return
    parts = [plain for part in commas(text) if (plain := _LAST.sub("", part.strip()))]
    if len(parts) > 1:
        for part in parts:
            yield from _read_piece(fields, part)
    elif not is_blank(text):
        yield Finding("term_unknown", text, _nearest(fields, text))


@lru_cache(maxsize=50_000)
def _piece(fields: tuple[str, ...], text: str) -> tuple[tuple[str, str] | Finding, ...]:
    """Read one entry of a list, kept: the same terms stand in row after row."""
    parts = (part.strip() for part in _NUMBERED.split(text))
    return tuple(item for part in parts if part for item in _read_piece(fields, part))


def terms(fields: tuple[str, ...], cell: str) -> Read[tuple[tuple[str, str], ...]]:
    """Read a list cell as (field, code) pairs, each term under the first of `fields` that knows it."""
    if is_blank(cell):
        return Read(())
    # "A; B" is the plainest list and the most frequent one.
    parts = cell.split("; ") if _PLAIN_LIST.fullmatch(cell) else None
    whole = _known(fields, cell) if parts is None or len(cell) <= LONGEST_TO_COMPARE else ()
    found: list[tuple[str, str] | Finding] = [*whole]
    found = found or [item for part in parts or pieces(cell) for item in _piece(fields, part)]
    known = dict.fromkeys(item for item in found if not isinstance(item, Finding))
    return Read(tuple(known), tuple(item for item in found if isinstance(item, Finding)))


def session_formats(cell: str) -> Read[tuple[str, ...]]:
    """Read a column that asks about telehealth: a yes or no, or what is offered.

    >>> session_formats("hybrid").value, session_formats("Phone only").value, session_formats("Yes (Zoom)").value
    (('in_person', 'video'), ('phone',), ('video',))
    """
    if len(cell) > LONGEST_ENTRY:
        return Read((), (Finding("term_unknown", cell),))
    whole = _formats(cell)
    if not whole.findings:
        return whole
    # "Yes, by video": the answer and what it means are one where both are understood.
    answer = re.fullmatch(r"\s*(\w+)\s*[-–—,:(!]+\s*(.*?)\s*[)!.]*\s*", cell)
    if answer and yes_or_no(answer[1]):
        more = _formats(answer[2]) if answer[2] else Read(("video",))
        if not more.findings:
            return more
    return whole


def _formats(cell: str) -> Read[tuple[str, ...]]:
    known: Mapping[str, list[str]] = table("telehealth")
    answer = {True: "yes", False: "no", None: folded(cell)}[yes_or_no(cell)]
    if answer in known:
        return Read(tuple(known[answer]))
    only = re.sub(r"^(?:only|nur|solo|sólo|just)\s+|\s+(?:only|nur|solamente|seulement)$", "", folded(cell))
    if only in known and only != folded(cell):
        return Read(tuple(known[only]))
    read = terms(("session_format",), cell)
    again = terms(("session_format",), only) if read.findings else read
    read = read if again.findings else again
    return Read(tuple(code for _, code in read.value), read.findings)


def accepting(cell: str) -> Read[str | None]:
    """Read whether new clients are taken; what is not understood is not stated."""
    if is_blank(cell):
        return Read(None)
    code = _accepting(cell) if len(cell) <= LONGEST_ENTRY else None
    return Read(code, () if code else (Finding("accepting_unknown", cell, _nearest(("accepting",), cell)),))


def _accepting(cell: str) -> str | None:
    plain = re.sub(r"^.*\bnew (?:clients|patients)\s*[:?]\s*(?=\w)", "", cell.strip(), flags=re.IGNORECASE)
    code = vocabulary().find("accepting", plain)
    answer = None if plain.casefold() == "x" else yes_or_no(plain.strip("!. "))
    if code is None and answer is not None:
        return "accepting" if answer else "full"
    if code is None and (found := re.fullmatch(r"(\w+)\s*[-–—,:(]+\s*(.+?)\)?", plain)):
        more = vocabulary().find("accepting", found[2])
        # "No - waiting list" says which no it is; a yes with a condition is told.
        agrees = more == "accepting" if yes_or_no(found[1]) else yes_or_no(found[1]) is False and more != "accepting"
        return more if agrees else None
    return code

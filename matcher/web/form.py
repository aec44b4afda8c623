"""Posted fields to a preferences document, and to the answers that a form or a page carries on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matcher.web.questions import QUESTIONS, WHOM
from profiles.languages import jurisdiction_of, language_of, tag_of
from profiles.preferences import AVOIDABLE, MOST_VALUES, PARTS, WISH_FIELDS
from profiles.schema import STYLES
from profiles.vocabulary import vocabulary

Pairs = Sequence[tuple[str, str]]
Answers = Mapping[str, list[str]]

REQUIRE = "require"
"""Name of the boxes that turn a wish into a must."""
SOFTEN = "nice"
"""Name of the boxes that turn a must into a wish."""
HELPED = "helped"
"""Name of what helped before, `field:code` each: a wish."""
WHOSE = "whose"
"""Name of what says for two people whose wish one is, `field:mine` or `field:theirs`; it moves no order."""
OWNERS = ("mine", "theirs")
POINT = "near.point"
"""Name of the field that holds latitude and longitude in one value."""
CONTROLS = frozenset({"lang", "n", "rank", "compare", "contacted", "open", WHOSE})
"""Fields of our pages that are no answers."""

WISHES: Mapping[str, tuple[str, ...]] = {"must": WISH_FIELDS, "prefer": WISH_FIELDS, "avoid": AVOIDABLE}
NESTED: Mapping[str, tuple[str, ...]] = {
    "style": STYLES,
    "fee_max": ("amount", "currency"),
    "near": ("latitude", "longitude", "km"),
}
LISTS = frozenset({"qualities", "matters_most", "include_not_stated", "language_also", "words_not_about"})
SINGLE = frozenset({"words", "starts_within"})
TEXTS = frozenset({"words", "fee_max.currency"})

KNOWN = frozenset(
    {REQUIRE, SOFTEN, HELPED, WHOSE, "whom", POINT, *LISTS, *SINGLE}
    | {f"{part}.{rest}" for table in (WISHES, NESTED) for part, names in table.items() for rest in names}
)
"""Every name that an answer may have."""

MAY_REQUIRE = frozenset(question.field for question in QUESTIONS if question.may_require)
MAY_SOFTEN = frozenset(question.field for question in QUESTIONS if question.may_soften)
SHOWN = frozenset({question.name for question in QUESTIONS} | {REQUIRE, SOFTEN, POINT, "near.km"}) | {
    f"fee_max.{part}" for part in NESTED["fee_max"]
}
"""Names of the fields that the form itself has."""
ONE = frozenset(question.name for question in QUESTIONS if question.shape in ("select", "choice")) | {POINT}
"""Those that take one value."""

_NO_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)
_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,9})?")
_THOUSANDS = re.compile(r"\d{1,3}([.,' ]\d{3})+")


def cleaned(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return posted fields without characters that no page may hold and nobody types."""
    return [(_NO_TEXT.sub("", name), _NO_TEXT.sub("", value)) for name, value in pairs]


def document_of(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return posted fields as a preferences document; what was left empty is left out.

    Names are paths (`must.language`); labels in any language of the pages are taken as well as codes. What can't be
    read stays as it is, so that the reader of preferences can say what is wrong with it.
    """
    fields = _by_name(pairs)
    marks = {name: fields.pop(name, []) for name in (REQUIRE, SOFTEN, HELPED, "whom")}
    document: dict[str, Any] = {}
    for name, values in fields.items():
        _put(document, name, values)
    _with_helped(document, marks[HELPED])
    _with_whom(document, marks["whom"])
    _moved(document, "prefer", "must", REQUIRE, marks[REQUIRE])
    _moved(document, "must", "prefer", SOFTEN, marks[SOFTEN])
    return _without_halves(document)


def _by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if value.strip() and name not in CONTROLS:
            fields.setdefault(name, []).append(value)
    return fields


def _put(document: dict[str, Any], name: str, values: list[str]) -> None:
    part, _, rest = name.partition(".")
    if name == POINT:
        latitude, _, longitude = values[-1].partition(",")
        document.setdefault("near", {}).update(latitude=_number(latitude), longitude=_number(longitude))
    elif part in WISHES and rest:
        # one more than may be asked is enough for the reader to say so
        terms = [_term(rest, value.strip()) for value in values[: MOST_VALUES + 1]]
        document.setdefault(part, {})[rest] = terms
    elif part in NESTED and rest:
        document.setdefault(part, {}).setdefault(rest, _one(name, values))
    elif name in LISTS:
        document[name] = [value.strip() for value in values]
    elif name in SINGLE:
        document[name] = _one(name, values)
    else:
        # a part without its field must not stand in the way of one with it
        document[f"{name}." if name in PARTS else name] = values[0]


def _one(name: str, values: list[str]) -> Any:
    """Return the value of a field that has one; several that differ stay several, for the reader to report."""
    read = list(dict.fromkeys(_single(name, value) for value in values))
    return read[0] if len(read) == 1 else read


def _single(name: str, value: str) -> str | int | float:
    if name == "words":
        return value.replace("\r\n", "\n")
    if name == "fee_max.amount":
        return _number(_plain_amount(value))
    return value.strip() if name in TEXTS else _number(value)


def _plain_amount(value: str) -> str:
    """Return an amount without signs of money and thousands.

    >>> [_plain_amount(one) for one in ("$90", "1,000", "1.200 €", "90,50", "abc")]
    ['90', '1000', '1200', '90,50', 'abc']
    """
    plain = re.sub(r"[$€£]|\b(USD|EUR|GBP)\b", "", value).strip()
    return re.sub(r"\D", "", plain) if _THOUSANDS.fullmatch(plain) else plain


def number_of(value: str) -> int | float | str:
    """Return the number that stands in a field of an amount or a distance, or the field as it is."""
    return _number(_plain_amount(value))


def _moved(document: dict[str, Any], source: str, target: str, name: str, fields: Sequence[str]) -> None:
    """Turn wishes into musts or musts into wishes, the whole field each."""
    for field in map(str.strip, fields):
        if field not in WISH_FIELDS:
            document[f"{name}.{field}"] = field  # no part of preferences: its reader says so
        elif terms := document.get(source, {}).pop(field, []):
            document.setdefault(target, {}).setdefault(field, []).extend(terms)


def _with_helped(document: dict[str, Any], helped: Sequence[str]) -> None:
    """Wish for what helped before."""
    for value in map(str.strip, helped):
        field, _, code = value.partition(":")
        if field in WISH_FIELDS and code:
            document.setdefault("prefer", {}).setdefault(field, []).append(_term(field, code))
        else:
            document[f"{HELPED}.{value}"] = value


def _with_whom(document: dict[str, Any], whom: Sequence[str]) -> None:
    """Ask for what follows from who therapy is for, unless something more exact is asked."""
    for value in map(str.strip, whom[-1:]):
        if value not in WHOM:
            document[f"whom.{value}"] = value
        elif follows := WHOM[value]:
            field, codes = follows
            if not any(field in document.get(part, {}) for part in ("must", "prefer")):
                document.setdefault("must", {})[field] = list(codes)


def _without_halves(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out a part that all was moved from, and what the form fills by itself: a currency or a radius alone."""
    for part in ("must", "prefer"):
        if document.get(part) == {}:
            del document[part]
    if document.get("fee_max", {}).keys() == {"currency"}:
        del document["fee_max"]
    if document.get("near", {}).keys() == {"km"}:
        del document["near"]
    return document


def _term(field: str, value: str) -> str:
    if field == "language":
        return language_of(value) or tag_of(value) or value
    if field == "jurisdiction":
        return jurisdiction_of(value) or value
    return vocabulary().find(field, value) or value


def _number(value: str) -> int | float | str:
    plain = value.strip().replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        return value
    return float(plain) if "." in plain else int(plain)


def hidden(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the answers as fields that a page carries on, exactly as they were given."""
    return [(name, value) for name, value in pairs if name in KNOWN and value.strip()]


def kept(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the answers by the names that the form has for them; what is asked otherwise stands with its box."""
    answers: dict[str, list[str]] = {}
    for name, value in hidden(pairs):
        answers.setdefault(name, []).append(value)
    for fields, there, here, box in ((MAY_REQUIRE, "must", "prefer", REQUIRE), (MAY_SOFTEN, "prefer", "must", SOFTEN)):
        for field in sorted(fields):
            if f"{there}.{field}" in answers and f"{here}.{field}" not in answers:
                answers[f"{here}.{field}"] = answers.pop(f"{there}.{field}")
                answers.setdefault(box, []).append(field)
    if "near.latitude" in answers and "near.longitude" in answers:
        answers[POINT] = [f"{answers.pop('near.latitude')[0]},{answers.pop('near.longitude')[0]}"]
    return answers


def unasked(answers: Answers) -> list[tuple[str, str]]:
    """Return the answers that the form has no field for (the API takes more), so that it can carry them on."""
    room = {name: 1 if name in ONE else len(values) for name, values in answers.items() if name in SHOWN}
    beside = [(name, value) for name, values in answers.items() for value in values[room.get(name, 0) :]]
    boxes = ((REQUIRE, MAY_REQUIRE), (SOFTEN, MAY_SOFTEN))
    return beside + [(box, field) for box, known in boxes for field in answers.get(box, []) if field not in known]

"""Posted fields to a preferences document, and to the answers that a form or a page carries on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matcher.web.questions import QUESTIONS
from profiles.languages import jurisdiction_of, language_of, tag_of
from profiles.preferences import AVOIDABLE, MOST_VALUES, PARTS, WISH_FIELDS
from profiles.schema import STYLES
from profiles.vocabulary import vocabulary

Pairs = Sequence[tuple[str, str]]
Answers = Mapping[str, list[str]]

REQUIRE = "require"
"""Name of the boxes that turn a wish into a must."""
POINT = "near.point"
"""Name of the field that holds latitude and longitude in one value."""
CONTROLS = frozenset({"lang", "n", "rank", "compare"})
"""Fields of our pages that are no answers."""

WISHES: Mapping[str, tuple[str, ...]] = {"must": WISH_FIELDS, "prefer": WISH_FIELDS, "avoid": AVOIDABLE}
NESTED: Mapping[str, tuple[str, ...]] = {
    "style": STYLES,
    "fee_max": ("amount", "currency"),
    "near": ("latitude", "longitude", "km"),
}
LISTS = frozenset({"qualities", "matters_most", "include_not_stated", "words_not_about"})
SINGLE = frozenset({"words", "starts_within"})
TEXTS = frozenset({"words", "fee_max.currency"})

KNOWN = frozenset(
    {REQUIRE, POINT, *LISTS, *SINGLE}
    | {f"{part}.{rest}" for table in (WISHES, NESTED) for part, names in table.items() for rest in names}
)
"""Every name that an answer may have."""

MAY_REQUIRE = frozenset(question.field for question in QUESTIONS if question.may_require)
SHOWN = frozenset({question.name for question in QUESTIONS} | {REQUIRE, POINT, "near.km"}) | {
    f"fee_max.{part}" for part in NESTED["fee_max"]
}
"""Names of the fields that the form itself has."""
ONE = frozenset(question.name for question in QUESTIONS if question.shape == "select") | {POINT}
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
    required = fields.pop(REQUIRE, [])
    document: dict[str, Any] = {}
    for name, values in fields.items():
        _put(document, name, values)
    return _without_halves(_with_required(document, required))


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


def _with_required(document: dict[str, Any], required: Sequence[str]) -> dict[str, Any]:
    for field in map(str.strip, required):
        if field not in WISH_FIELDS:
            document[f"{REQUIRE}.{field}"] = field  # no part of preferences: its reader says so
        elif terms := document.get("prefer", {}).pop(field, []):
            document.setdefault("must", {}).setdefault(field, []).extend(terms)
    return document


def _without_halves(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out a currency without an amount and a radius without a place: fields the form fills by itself."""
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
    """Return the answers by the names that the form has for them; a must asked as a wish is a wish with its box."""
    answers: dict[str, list[str]] = {}
    for name, value in hidden(pairs):
        answers.setdefault(name, []).append(value)
    for field in MAY_REQUIRE:
        if f"must.{field}" in answers and f"prefer.{field}" not in answers:
            answers[f"prefer.{field}"] = answers.pop(f"must.{field}")
            answers.setdefault(REQUIRE, []).append(field)
    if "near.latitude" in answers and "near.longitude" in answers:
        answers[POINT] = [f"{answers.pop('near.latitude')[0]},{answers.pop('near.longitude')[0]}"]
    return answers


def unasked(answers: Answers) -> list[tuple[str, str]]:
    """Return the answers that the form has no field for (the API takes more), so that it can carry them on."""
    room = {name: 1 if name in ONE else len(values) for name, values in answers.items() if name in SHOWN}
    beside = [(name, value) for name, values in answers.items() for value in values[room.get(name, 0) :]]
    return beside + [(REQUIRE, field) for field in answers.get(REQUIRE, []) if field not in MAY_REQUIRE]

"""Checks the values in lines of our own export: each comes back as it was held, or is told and left out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from profiles.formats import contact
from profiles.formats.cells import LONGEST_TO_COMPARE, Read
from profiles.formats.money import MOST_FEE, currency_in
from profiles.formats.own_checks import Checks, Teller, day, degrees, flag, objects, part_text, parts_of, text, whole
from profiles.languages import jurisdiction_of, nearest_jurisdictions, nearest_languages, tag_of
from profiles.schema import FIELDS, STYLES, Fee, Language, Licence, Place
from profiles.vocabulary import vocabulary

LONGEST_REPLY = 365
CONTACTS: Mapping[str, Callable[[str], Read[str | None]]] = {
    "email": contact.email,
    "phone": contact.phone,
    "text": contact.phone,
    "website": contact.web_address,
    "booking_url": contact.web_address,
    "preferred": contact.preferred,
}
"""Ways of contact become links on pages, so that what stands there must be what it says it is."""


# ---------------------------------------------------------------- terms


def term(field_name: str) -> Callable[[Teller, str, Any], str | None]:
    """Return what reads a code of one field of the vocabulary."""

    def read(teller: Teller, column: str, value: Any) -> str | None:
        if not isinstance(value, str):
            teller.unusable(column, value, "text")
        elif value in _codes(field_name):
            return value
        else:
            near = vocabulary().nearest(field_name, value) if len(value) <= LONGEST_TO_COMPARE else ()
            teller.tell("term_unknown", column, value, near)
        return None

    return read


@lru_cache(maxsize=100)
def _codes(field_name: str) -> frozenset[str]:
    return frozenset(vocabulary().codes(field_name))


def _terms(field_name: str) -> Callable[[Teller, str, Any], tuple[str, ...] | None]:
    read = _tag if field_name == "reply_languages" else term(field_name)

    def read_all(teller: Teller, column: str, value: Any) -> tuple[str, ...] | None:
        if not isinstance(value, list):
            teller.unusable(column, value, "[...]")
            return None
        found = (read(teller, column, one) for one in value)
        return tuple(one for one in found if one is not None)

    return read_all


@lru_cache(maxsize=5_000)
def _is_tag(value: str) -> bool:
    return tag_of(value) is not None


def _tag(teller: Teller, column: str, value: Any) -> str | None:
    if isinstance(value, str) and _is_tag(value):
        return value
    near = nearest_languages(value) if isinstance(value, str) and len(value) <= LONGEST_TO_COMPARE else ()
    teller.tell("language_unknown", column, value, near)
    return None


@lru_cache(maxsize=5_000)
def _is_jurisdiction(value: str) -> bool:
    return jurisdiction_of(value) == value


def _jurisdiction(teller: Teller, column: str, value: Any) -> str:
    if value == "" or (isinstance(value, str) and _is_jurisdiction(value)):
        return str(value)
    near = nearest_jurisdictions(value) if isinstance(value, str) and len(value) <= LONGEST_TO_COMPARE else ()
    teller.tell("jurisdiction_unknown", column, value, near)
    return ""


# ---------------------------------------------------------------- records

LANGUAGE: Checks = {"tag": _tag, "level": lambda teller, column, value: whole(teller, column, value, 1, 59)}
LICENCE: Checks = {
    "jurisdiction": _jurisdiction,
    "profession": lambda teller, column, value: "" if value == "" else term("profession")(teller, column, value),
    "number": part_text,
    "start": day,
    "end": day,
    "code": part_text,
    "checked_against": part_text,
    "checked_on": day,
    "check_due": day,
}
PLACE: Checks = {
    **dict.fromkeys(("name", "street", "city", "region", "postal_code", "country"), part_text),
    "latitude": degrees(90),
    "longitude": degrees(180),
    "accepting": lambda teller, column, value: "" if value == "" else term("accepting")(teller, column, value),
    "accessibility": _terms("accessibility"),
}


def _languages(teller: Teller, column: str, value: Any) -> tuple[Language, ...]:
    found = (parts_of(teller, column, one, LANGUAGE) for one in objects(teller, column, value))
    return tuple(Language(**one) for one in found if "tag" in one)


def _records(kind: type[Any], checks: Checks) -> Callable[[Teller, str, Any], tuple[Any, ...]]:
    def read(teller: Teller, column: str, value: Any) -> tuple[Any, ...]:
        given = objects(teller, column, value)
        found = [parts_of(teller, column, one, checks) for one in given]
        # An empty object is a record of which nothing is known; one of which nothing holds is none.
        return tuple(kind(**one) for one, raw in zip(found, given, strict=True) if one or not raw)

    return read


def _fee(teller: Teller, column: str, value: Any) -> Fee | None:
    if not isinstance(value, Mapping):
        teller.unusable(column, value, "{...}")
        return None
    found = parts_of(teller, column, value, FEE)
    if missing := sorted(FEE.keys() - value.keys()):
        teller.unusable(column, value, ", ".join(missing))
    elif len(found) == len(FEE) and found["lowest"] <= found["highest"]:
        return Fee(**found)
    elif len(found) == len(FEE):
        teller.tell("number_out_of_range", column, value)
    return None


def _hundredths(teller: Teller, column: str, value: Any) -> int | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        teller.tell("number_unreadable", column, value)
    elif not math.isfinite(value) or not 0 <= value <= MOST_FEE:
        teller.tell("number_out_of_range", column, value)
    elif (exact := Decimal(str(value)) * 100) == exact.to_integral_value():
        return int(exact)
    else:
        teller.tell("number_unreadable", column, value)
    return None


def _currency(teller: Teller, column: str, value: Any) -> str | None:
    if isinstance(value, str) and len(value) == len("EUR") and currency_in(value) == value:
        return value
    teller.tell("currency_unknown", column, value)
    return None


FEE: Checks = {"lowest": _hundredths, "highest": _hundredths, "currency": _currency}


def _styles(teller: Teller, column: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        teller.unusable(column, value, "{...}")
        return {}
    return parts_of(teller, column, value, STYLE)


STYLE: Checks = {name: lambda teller, column, value: whole(teller, column, value, -3, 3) for name in STYLES}


def _sentences(teller: Teller, column: str, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        teller.unusable(column, value, "{...}")
        return {}
    known = {code: text(teller, f"{column}.{code}", one) for code, one in value.items() if code in _codes("qualities")}
    for code in sorted(value.keys() - known.keys()):
        term("qualities")(teller, column, code)
    return {code: sentence for code, sentence in known.items() if sentence}


def _contact(name: str) -> Callable[[Teller, str, Any], str | None]:
    def read(teller: Teller, column: str, value: Any) -> str | None:
        if not isinstance(value, str) or CONTACTS[name](value).value != value:
            teller.tell("contact_invalid", column, value)
            return None
        return text(teller, column, value)

    return read


def _npi(teller: Teller, column: str, value: Any) -> str | None:
    if isinstance(value, str) and re.fullmatch(r"[12]\d{9}", value, re.ASCII):
        return value  # a wrong check digit was told when it was first read
    teller.tell("npi_invalid", column, value)
    return None


_BY_KIND: Checks = {
    "text": text,
    "languages": _languages,
    "licences": _records(Licence, LICENCE),
    "places": _records(Place, PLACE),
    "fee": _fee,
    "date": day,
    "integer": lambda teller, column, value: whole(teller, column, value, 0, LONGEST_REPLY),
    "styles": _styles,
    "flag": flag,
    "sentences": _sentences,
}

READERS: Checks = {
    **{name: _BY_KIND[one.kind] for name, one in FIELDS.items() if one.kind in _BY_KIND},
    **{name: _terms(name) for name, one in FIELDS.items() if one.kind == "terms"},
    **{name: term(name) for name, one in FIELDS.items() if one.kind == "term"},
    **{name: _contact(name) for name in CONTACTS},
    "npi": _npi,
}
"""Field -> what reads its value; empty or None where nothing of it holds."""

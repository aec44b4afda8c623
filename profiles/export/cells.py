"""How each field is written in the cells of a table: columns, and for each field the ways to write it, best first."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from profiles.export.marks import day_of
from profiles.formats.own_shape import KEYS, value_of
from profiles.formats.spoken import languages
from profiles.languages import jurisdiction_name, language_name
from profiles.schema import FIELDS, STYLES, Fact, Fee, Language, Licence, Place, Therapist

Cells = dict[str, str]
Writer = Callable[[Fact], Cells]

PLACE_COLUMNS: Mapping[str, str] = {
    "place_name": "name",
    "street": "street",
    "city": "city",
    "region": "region",
    "postal_code": "postal_code",
    "country": "country",
    "latitude": "latitude",
    "longitude": "longitude",
}
"""Column -> part of the one place that plain columns can hold."""

LICENCE_COLUMNS: Mapping[str, str] = {
    "licence_jurisdiction": "jurisdiction",
    "profession": "profession",
    "licence_number": "number",
    "licence_start": "start",
    "licence_end": "end",
}
"""Column -> part of a licence, where a first day keeps it out of the compact column."""

_OF_FIELD: Mapping[str, tuple[str, ...]] = {
    "licence": ("licences", *LICENCE_COLUMNS, "licence_details"),
    "place": (*PLACE_COLUMNS, "places"),
    "fee": ("fee_low", "fee_high", "currency"),
    "style": tuple(f"style_{name}" for name in STYLES),
    "identity_consent": ("consent",),
}
"""Columns of the fields that have not just one of their own name."""

COLUMNS: Mapping[str, str] = {
    "id": "id",
    **{target: KEYS.get(target, target) for name in FIELDS for target in _OF_FIELD.get(name, (name,))},
    "listing": "listing_basis",
    "listed": "listed_by_operator",
    "fictional": "fictional",
    "as_of": "as_of",
}
"""Target of `headers.toml` -> the header we write, in the order of columns."""


def marks_of(therapist: Therapist) -> Cells:
    """Return the cells that are about a profile as a whole."""
    day = day_of(therapist)
    return {
        "id": therapist.id,
        "listing": therapist.listing,
        "listed": "yes" if therapist.listed else "",
        "fictional": "yes" if therapist.fictional else "",
        "as_of": day.isoformat() if day else "",
    }


def _plain(name: str) -> Writer:
    return lambda fact: {name: str(fact.value)}


def _codes(name: str) -> Writer:
    return lambda fact: {name: "; ".join(fact.value)}


def _flag(name: str) -> Writer:
    return lambda fact: {name: "yes" if fact.value else "no"}


def _day(name: str) -> Writer:
    return lambda fact: {name: fact.value.isoformat()}


def _exact(name: str, target: str) -> Writer:
    return lambda fact: {target: json.dumps(value_of(name, fact.value), ensure_ascii=False)}


def _languages(name: str) -> Writer:
    return lambda fact: {name: "; ".join(map(_language, fact.value))}


@lru_cache(maxsize=5_000)
def _language(one: Language | str) -> str:
    """Return a language as people read it where it reads back exactly, else by its tag."""
    spoken = Language(one) if isinstance(one, str) else one
    level = spoken.level
    grade = "" if level is None else f" (ILR {level // 10 if level % 10 == 0 else level})"
    ways = (f"{language_name(spoken.tag)}{grade}", f"{spoken.tag}{grade}", spoken.tag)
    return next((way for way in ways if languages(way).value.spoken == (spoken,)), spoken.tag)


def tag_or_name(tag: str) -> str:
    """Return a language by its tag, or by its name where the tag is rather another word ("na")."""
    return tag if languages(tag).value.spoken == (Language(tag),) else _language(tag)


def _licences(fact: Fact) -> Cells:
    return {"licences": "; ".join(map(_licence, fact.value))}


def _licence(one: Licence) -> str:
    end = one.end.isoformat() if one.end else ""
    return f"{one.jurisdiction}:{one.profession}:{one.number}:{end}".rstrip(":") or ":"


def _licence_parts(fact: Fact) -> Cells:
    """Return the columns about licences; a country is named, since two letters are a state of the US there."""
    listed = {target: [getattr(one, part) for one in fact.value] for target, part in LICENCE_COLUMNS.items()}
    where = listed["licence_jurisdiction"]
    listed["licence_jurisdiction"] = [jurisdiction_name(code) if len(code) == len("DE") else code for code in where]
    return {target: "; ".join(str(part) for part in parts if part) for target, parts in listed.items() if any(parts)}


def _place(fact: Fact) -> Cells:
    place: Place = fact.value[0]
    parts = {target: getattr(place, part) for target, part in PLACE_COLUMNS.items()}
    return {target: str(part) for target, part in parts.items() if part not in ("", None)}


def _fee(fact: Fact) -> Cells:
    fee: Fee = fact.value
    return {"fee_low": _amount(fee.lowest), "fee_high": _amount(fee.highest), "currency": fee.currency}


def _amount(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"


def _styles(fact: Fact) -> Cells:
    return {f"style_{name}": str(side) for name, side in fact.value.items()}


def _consent(fact: Fact) -> Cells:
    return {"consent": fact.source if fact.value else "no"}


_BY_KIND: Mapping[str, Callable[[str], Writer]] = {
    "text": _plain,
    "integer": _plain,
    "term": _plain,
    "terms": _codes,
    "flag": _flag,
    "date": _day,
}

WRITERS: Mapping[str, tuple[Writer, ...]] = {
    **{name: (_BY_KIND[one.kind](name),) for name, one in FIELDS.items() if one.kind in _BY_KIND},
    "language": (_languages("language"),),
    "reply_languages": (_languages("reply_languages"),),
    "licence": (_licences, _licence_parts, _exact("licence", "licence_details")),
    "place": (_place, _exact("place", "places")),
    "fee": (_fee,),
    "style": (_styles,),
    "quality_sentences": (_exact("quality_sentences", "quality_sentences"),),
    "identity_consent": (_consent,),
}
"""Field -> the ways to write it, the one that people read best first; a later one is taken where it is not exact."""


def first_way(name: str, value: Any) -> int:
    """Return the first of `WRITERS[name]` that may hold a value; those before it certainly do not."""
    if name == "place":
        return int(len(value) > 1 or bool(value[0].accepting or value[0].accessibility))
    if name != "licence":
        return 0
    if any(one.code or one.checked_against or one.checked_on or one.check_due for one in value):
        return 2
    return int(any(one.start for one in value))

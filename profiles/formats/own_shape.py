"""The shape of one therapist in our own NDJSON: which key holds what, written here and read by `own_lines`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from profiles.records import value_to_json
from profiles.schema import FIELDS, STYLES, Fact, Fee, Place, Therapist

VERSION = "therapist-matcher/1"
"""Stands under the key `export` of every line."""

KEYS: Mapping[str, str] = {**{name: name for name in FIELDS}, "language": "languages", "modality": "modalities"}
"""Field -> its key in a line."""

FIELD_OF: Mapping[str, str] = {key: name for name, key in KEYS.items()}

ALWAYS: Mapping[str, Any] = {"name": "", "languages": (), "modalities": (), "bio": ""}
"""Keys that every line has, with what stands there when the field is not stated."""

FRAME = ("export", "id", "listing", "listed", "fictional", "withheld", "provenance")
"""Keys of a line that are no field."""


def line_of(therapist: Therapist) -> dict[str, Any]:
    """Return a therapist as the object of one line, keys in a fixed order."""
    line: dict[str, Any] = {"export": VERSION, "id": therapist.id, **ALWAYS}
    facts = therapist.facts
    for name in FIELDS:
        if name in facts:
            line[KEYS[name]] = value_of(name, facts[name].value)
    line["listing"] = therapist.listing
    if therapist.listed:
        line["listed"] = True
    if therapist.fictional:
        line["fictional"] = True
    if therapist.withheld:
        line["withheld"] = _origins(therapist.withheld)
    line["provenance"] = _origins(facts)
    return line


def _origins(facts: Mapping[str, Fact]) -> dict[str, Mapping[str, str]]:
    return {
        KEYS[name]: _origin(fact.source, fact.as_of, fact.editor, fact.confirmed_on)
        for name in FIELDS
        if (fact := facts.get(name)) is not None
    }


@lru_cache(maxsize=5_000)
def _origin(source: str, as_of: date, editor: str, confirmed_on: date) -> Mapping[str, str]:
    return {
        "source": source,
        "as_of": as_of.isoformat(),
        "editor": editor,
        "confirmed_on": confirmed_on.isoformat(),
    }


def value_of(name: str, value: Any) -> Any:
    """Return the value of field `name` as it stands in a line."""
    kind = FIELDS[name].kind
    if kind == "languages":
        return [{"tag": one.tag, "level": one.level} for one in value]
    if kind == "fee":
        return _fee(value)
    if kind == "places":
        return [_place(one) for one in value]
    if kind == "styles":
        return {style: value[style] for style in STYLES if style in value}
    if kind == "sentences":
        return {code: value[code] for code in sorted(value)}
    return value_to_json(name, value)


def _fee(fee: Fee) -> dict[str, Any]:
    """Return a fee in whole units of its currency, not in hundredths: what people read there."""
    return {"lowest": _units(fee.lowest), "highest": _units(fee.highest), "currency": fee.currency}


def _units(hundredths: int) -> float:
    return hundredths // 100 if hundredths % 100 == 0 else hundredths / 100


def _place(place: Place) -> dict[str, Any]:
    parts: dict[str, Any] = value_to_json("place", (place,))[0]
    return {name: float(part) if name in ("latitude", "longitude") else part for name, part in parts.items()}

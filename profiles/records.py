"""Profiles to JSON and back: one document of values and one of provenance a therapist."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from profiles.schema import FIELDS, Fact, Fee, Language, Licence, Place, Therapist

_DATES = frozenset({"start", "end", "checked_on", "check_due"})


def _plain(record: Any) -> dict[str, Any]:
    """Return a record's parts that differ from their default, dates as ISO text."""
    parts: dict[str, Any] = {}
    for part in fields(record):
        value = getattr(record, part.name)
        if value != part.default:
            parts[part.name] = value.isoformat() if isinstance(value, date) else value
    return parts


def _record(kind: type[Any]) -> Callable[[Mapping[str, Any]], Any]:
    def build(parts: Mapping[str, Any]) -> Any:
        values: dict[str, Any] = {
            name: date.fromisoformat(value) if name in _DATES and value else value for name, value in parts.items()
        }
        if isinstance(values.get("accessibility"), list):
            values["accessibility"] = tuple(values["accessibility"])
        return kind(**values)

    return build


def _many(kind: type[Any]) -> Callable[[list[Any]], tuple[Any, ...]]:
    build = _record(kind)
    return lambda items: tuple(build(item) for item in items)


_FROM_JSON: Mapping[str, Callable[[Any], Any]] = {
    "terms": tuple,
    "languages": _many(Language),
    "licences": _many(Licence),
    "places": _many(Place),
    "fee": _record(Fee),
    "date": date.fromisoformat,
}


def value_to_json(name: str, value: Any) -> Any:
    """Return the JSON form of the value of field `name`."""
    kind = FIELDS[name].kind
    if kind in ("languages", "licences", "places"):
        return [_plain(item) for item in value]
    if kind == "fee":
        return _plain(value)
    if kind == "date":
        return value.isoformat()
    return list(value) if kind == "terms" else value


def value_from_json(name: str, value: Any) -> Any:
    """Return the value of field `name`; the inverse of `value_to_json`."""
    build = _FROM_JSON.get(FIELDS[name].kind)
    return value if build is None else build(value)


def dump(therapist: Therapist) -> tuple[str, str]:
    """Return a therapist as (document, provenance), both canonical JSON.

    Provenance lists each distinct origin once and gives every field the number of its own; a field without a value is
    one that a person emptied.
    """
    values = {name: value_to_json(name, fact.value) for name, fact in therapist.facts.items()}
    document: dict[str, Any] = {"values": values, "listing": therapist.listing}
    if therapist.fictional:
        document["fictional"] = True
    if therapist.listed:
        document["listed"] = True
    origins: dict[tuple[str, str, str, str], int] = {}
    numbers = {}
    for name, fact in (*therapist.facts.items(), *therapist.withheld.items()):
        origin = (fact.source, fact.as_of.isoformat(), fact.editor, fact.confirmed_on.isoformat())
        numbers[name] = origins.setdefault(origin, len(origins))
    provenance = {"origins": [list(origin) for origin in origins], "fields": numbers}
    return _canonical(document), _canonical(provenance)


def _canonical(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def load(identity: str, document: str, provenance: str) -> Therapist:
    """Return the therapist that `dump` wrote."""
    stored, origin = json.loads(document), json.loads(provenance)
    origins = [
        (source, date.fromisoformat(as_of), editor, date.fromisoformat(confirmed_on))
        for source, as_of, editor, confirmed_on in origin["origins"]
    ]
    values = stored["values"]
    facts: dict[str, Fact] = {}
    withheld: dict[str, Fact] = {}
    for name, number in origin["fields"].items():
        if name in values and name in FIELDS:
            facts[name] = Fact(value_from_json(name, values[name]), *origins[number])
        elif name in FIELDS:
            withheld[name] = Fact(None, *origins[number])
    fictional, listed = stored.get("fictional", False), stored.get("listed", False)
    return Therapist(identity, facts, stored["listing"], fictional, withheld, listed)

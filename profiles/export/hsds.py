"""Writes HSDS 3: one array of services, each with its organization, places, contacts and, as attributes, our terms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from profiles.export.attributes import lost, written
from profiles.export.formats import Losses
from profiles.export.marks import day_of, public
from profiles.languages import language_name
from profiles.schema import FIELDS, Fee, Language, Place, Therapist
from profiles.vocabulary import vocabulary

Record = dict[str, Any]

OWN_PLACES = frozenset({"name", "bio", "language", "place", "fee", "email", "phone", "text", "website"})
"""Fields that HSDS has a place for; all others are attributes."""

STATUS = {"paused": "temporarily closed"}


def write_hsds(therapists: Iterable[Therapist], losses: Losses) -> Iterator[str]:
    """Yield one JSON array, a service a line; the id of a service is that of the therapist."""
    mark = "["
    for therapist in therapists:
        losses.add(lost(therapist))
        yield f"{mark}\n{json.dumps(service(therapist), ensure_ascii=False)}"
        mark = ","
    yield "[]\n" if mark == "[" else "\n]\n"


def service(therapist: Therapist) -> Record:
    """Return a therapist as a service with everything that belongs to it inside."""
    name, bio, day = therapist.name, therapist.bio, day_of(therapist)
    made: Record = {
        "id": therapist.id,
        "name": name,
        "description": bio,
        "url": therapist.value("website", ""),
        "email": therapist.value("email", ""),
        "status": STATUS.get(therapist.value("accepting", ""), "active"),
        "last_modified": f"{day.isoformat()}T00:00:00Z" if day else "",
        "organization": {"id": f"{therapist.id}-organization", "name": name, "description": bio or name},
        "contacts": [_contact(therapist)],
        "phones": _phones(therapist),
        "languages": [_language(therapist, number, one) for number, one in enumerate(therapist.languages, start=1)],
        "service_at_locations": [_at(therapist, number, one) for number, one in enumerate(therapist.places, start=1)],
        "cost_options": _costs(therapist),
        "attributes": [*_attributes(therapist), *_marks(therapist)],
    }
    return {part: value for part, value in made.items() if value not in ("", [])}


def _contact(therapist: Therapist) -> Record:
    made = {
        "id": f"{therapist.id}-contact",
        "name": therapist.name,
        "title": therapist.value("credentials", ""),
        "email": therapist.value("email", ""),
    }
    return {part: value for part, value in made.items() if value}


def _phones(therapist: Therapist) -> list[Record]:
    kinds = {"phone": "voice", "text": "text"}
    return [
        {"id": f"{therapist.id}-{name}", "number": number, "type": kind}
        for name, kind in kinds.items()
        if (number := therapist.value(name))
    ]


def _language(therapist: Therapist, number: int, one: Language) -> Record:
    made = {"id": f"{therapist.id}-language-{number}", "name": language_name(one.tag), "code": one.tag}
    level = one.level
    return made if level is None else {**made, "note": f"ILR {level // 10 if level % 10 == 0 else level}"}


def _at(therapist: Therapist, number: int, place: Place) -> Record:
    identity = f"{therapist.id}-place-{number}"
    address = {
        "id": f"{identity}-address",
        "address_1": place.street,
        "city": place.city,
        "state_province": place.region,
        "postal_code": place.postal_code,
        "country": place.country,
        "address_type": "physical",
    }
    location: Record = {
        "id": identity,
        "location_type": "physical",
        "name": place.name,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "addresses": [address],
        "accessibility": [
            {"id": f"{identity}-{code}", "description": _label("accessibility", code), "details": code}
            for code in place.accessibility
        ],
        "attributes": [_term(identity, "location", "accepting", place.accepting)] if place.accepting else [],
    }
    kept = {part: value for part, value in location.items() if value not in ("", [], None)}
    return {"id": f"{identity}-service", "location": kept}


def _costs(therapist: Therapist) -> list[Record]:
    fee: Fee | None = therapist.value("fee")
    if fee is None:
        return []
    amounts = {"lowest fee": fee.lowest, "full fee": fee.highest} if fee.sliding else {"fee": fee.highest}
    return [
        {
            "id": f"{therapist.id}-{option.replace(' ', '-')}",
            "option": option,
            "currency": fee.currency,
            "amount": hundredths / 100,
            "amount_description": "per session",
        }
        for option, hundredths in amounts.items()
    ]


def _attributes(therapist: Therapist) -> Iterator[Record]:
    """Yield what HSDS has no place for: a term each, or a value as our NDJSON has it."""
    for name, fact in public(therapist):
        if name in OWN_PLACES:
            continue
        if FIELDS[name].kind in ("terms", "term") and vocabulary().codes(name):
            codes = fact.value if FIELDS[name].kind == "terms" else (fact.value,)
            yield from (_term(therapist.id, "service", name, code) for code in codes)
        else:
            yield _value(therapist.id, name, written(name, fact.value))


def _marks(therapist: Therapist) -> Iterator[Record]:
    yield _value(therapist.id, "listing", therapist.listing)
    for name in ("listed", "fictional"):
        if getattr(therapist, name):
            yield _value(therapist.id, name, value=True)


def _label(field: str, code: str) -> str:
    return vocabulary().label(field, code, "en")


def _term(identity: str, entity: str, field: str, code: str) -> Record:
    label = _label(field, code)
    term = {
        "id": f"{field}-{code}",
        "code": code,
        "name": label,
        "description": label,
        "taxonomy": field,
        "taxonomy_detail": {"id": field, "name": field, "description": field},
    }
    made = {"id": f"{identity}-{field}-{code}", "link_type": field, "link_entity": entity}
    return {**made, "value": code, "taxonomy_term": term}


def _value(identity: str, field: str, value: Any) -> Record:
    """Return an attribute without a term: a text as it is, anything else as JSON."""
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {"id": f"{identity}-{field}", "link_type": field, "link_entity": "service", "value": written}

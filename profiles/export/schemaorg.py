"""Writes schema.org JSON-LD: each therapist a Person, as a document of all or for the page of one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from profiles.export.attributes import lost, written
from profiles.export.formats import Losses
from profiles.export.marks import public
from profiles.languages import jurisdiction_name, language_name
from profiles.schema import FIELDS, Fee, Language, Licence, Place, Therapist
from profiles.vocabulary import vocabulary

Node = dict[str, Any]

CONTEXT = "https://schema.org"
OWN_PLACES = frozenset({"name", "credentials", "bio", "language", "place", "fee", "email", "phone", "website"})
"""Fields that schema.org has a place for; all others are `additionalProperty`, and licences are both."""

_HARMLESS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"})


def write_schemaorg(therapists: Iterable[Therapist], losses: Losses) -> Iterator[str]:
    """Yield one document with everybody in its `@graph`, a line each."""
    yield json.dumps({"@context": CONTEXT, "@graph": []})[:-2]
    comma = ""
    for therapist in therapists:
        losses.add(lost(therapist))
        yield f"{comma}\n{json.dumps(_with_basis(therapist), ensure_ascii=False)}"
        comma = ","
    yield "\n]}\n" if comma else "]}\n"


def json_ld(therapist: Therapist) -> Node:
    """Return what is public of a therapist as JSON-LD; who somebody is (identity fields) is never in it."""
    return {"@context": CONTEXT, **_person(therapist)}


def json_ld_text(therapist: Therapist) -> str:
    r"""Return `json_ld` as text that is safe inside `<script type="application/ld+json">`: no `<` in it.

    Nothing in a profile can end the script or begin a comment there; JSON reads the marks back.
    """
    return json.dumps(json_ld(therapist), ensure_ascii=False).translate(_HARMLESS)


def _with_basis(therapist: Therapist) -> Node:
    """Return a person with the basis on which they are listed, which is for directories and not for pages."""
    made = _person(therapist)
    basis = [_plain("listing", therapist.listing), *([_plain("listed", value=True)] if therapist.listed else [])]
    return {**made, "additionalProperty": [*made.get("additionalProperty", []), *basis]}


def _person(therapist: Therapist) -> Node:
    places = [_place(one) for one in therapist.places]
    made: Node = {
        "@type": "Person",
        "identifier": therapist.id,
        "name": therapist.name,
        "honorificSuffix": therapist.value("credentials", ""),
        "description": therapist.bio,
        "email": therapist.value("email", ""),
        "telephone": therapist.value("phone", ""),
        "url": therapist.value("website", ""),
        "knowsLanguage": [_language(one) for one in therapist.languages],
        "hasOccupation": [_occupation(code) for code in _professions(therapist)],
        "hasCredential": [_credential(one) for one in therapist.licences],
        "address": [one["address"] for one in places if "address" in one],
        "workLocation": places,
        "makesOffer": _offers(therapist),
        "additionalProperty": list(_properties(therapist)),
    }
    return _filled(made)


def _filled(node: Node) -> Node:
    return {name: value for name, value in node.items() if value not in ("", [], None)}


def _language(one: Language) -> Node:
    made: Node = {"@type": "Language", "name": language_name(one.tag), "alternateName": one.tag}
    if one.level is not None:
        made["additionalProperty"] = [{"@type": "PropertyValue", "propertyID": "level", "value": one.level}]
    return made


def _professions(therapist: Therapist) -> list[str]:
    return list(dict.fromkeys(one.profession for one in therapist.licences if one.profession))


def _occupation(code: str) -> Node:
    return {"@type": "Occupation", "name": vocabulary().label("profession", code, "en"), "identifier": code}


def _credential(one: Licence) -> Node:
    area = {
        "@type": "AdministrativeArea",
        "name": jurisdiction_name(one.jurisdiction) if one.jurisdiction else "",
        "identifier": one.jurisdiction,
    }
    made: Node = {
        "@type": "EducationalOccupationalCredential",
        "credentialCategory": "license",
        "identifier": one.number,
        "validIn": area if one.jurisdiction else None,
        "validFrom": one.start.isoformat() if one.start else "",
        "expires": one.end.isoformat() if one.end else "",
    }
    return _filled(made)


def _place(place: Place) -> Node:
    address = {
        "streetAddress": place.street,
        "addressLocality": place.city,
        "addressRegion": place.region,
        "postalCode": place.postal_code,
        "addressCountry": place.country,
    }
    geo = None
    if place.latitude is not None and place.longitude is not None:
        geo = {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude}
    stated = _filled(address)
    return _filled(
        {
            "@type": "Place",
            "name": place.name,
            "address": {"@type": "PostalAddress", **stated} if stated else None,
            "geo": geo,
            "additionalProperty": [
                *([_property("accepting", place.accepting)] if place.accepting else []),
                *(_property("accessibility", code) for code in place.accessibility),
            ],
        }
    )


def _offers(therapist: Therapist) -> list[Node]:
    fee: Fee | None = therapist.value("fee")
    if fee is None:
        return []
    price = {
        "@type": "UnitPriceSpecification",
        "minPrice": fee.lowest / 100,
        "maxPrice": fee.highest / 100,
        "priceCurrency": fee.currency,
        "unitText": "session",
    }
    service = {"@type": "Service", "serviceType": "Psychotherapy"}
    return [{"@type": "Offer", "itemOffered": service, "priceSpecification": price}]


def _properties(therapist: Therapist) -> Iterator[Node]:
    """Yield what schema.org has no word for: a term each, or a value as our NDJSON has it."""
    for name, fact in public(therapist):
        if name in OWN_PLACES:
            continue
        if FIELDS[name].kind in ("terms", "term") and vocabulary().codes(name):
            codes = fact.value if FIELDS[name].kind == "terms" else (fact.value,)
            yield from (_property(name, code) for code in codes)
        else:
            yield _plain(name, written(name, fact.value))
    if therapist.fictional:
        yield _plain("fictional", value=True)


def _property(name: str, code: str) -> Node:
    label = vocabulary().label(name, code, "en")
    return {"@type": "PropertyValue", "propertyID": name, "name": label, "value": code}


def _plain(name: str, value: Any) -> Node:
    """Return a property without a term: a text, number or yes and no as it is, anything else as JSON."""
    plain = value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)
    return {"@type": "PropertyValue", "propertyID": name, "value": plain}

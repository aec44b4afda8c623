"""Reads one person of schema.org: which of our columns each property fills."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from profiles.formats.cells import SPECIALTY_FIELDS, terms
from profiles.formats.drafts import MARKS, OWN_FIELDS, Draft
from profiles.formats.mapping import columns_by
from profiles.formats.places import jurisdictions
from profiles.formats.reading import Options
from profiles.formats.schemaorg_node import Node, Person, local, many
from profiles.formats.schemaorg_place import add_places
from profiles.formats.spoken import languages
from profiles.languages import jurisdiction_of
from profiles.vocabulary import vocabulary

NPI = re.compile(r"npi|national provider", re.IGNORECASE)
LICENCE = re.compile(r"licen[cs]", re.IGNORECASE)
READ_ELSEWHERE = frozenset(
    {"additionalProperty", "additionalName", "address", "workLocation", "location", "geo", "worksFor", "type"}
)


def draft_of(person: Person, options: Options) -> Draft:
    """Return the profile of the person, not yet read."""
    draft = Draft(person.file, person.row)
    own = list(person.own_fields())
    exact = {name for name, _ in own if name in OWN_FIELDS}
    for name in person.node:
        read = READS.get(name)
        if read is not None:
            read(person, draft, exact)
        elif not name.startswith("@") and name not in READ_ELSEWHERE:
            person.unused.add(person.file, name)
    add_places(person, draft, exact)
    columns = columns_by(options.mapping)
    for name, value in own:
        if name in OWN_FIELDS or name in MARKS:
            draft.add_own(name, value, name)
        elif (target := columns(name).target) and not columns(name).ignored:
            draft.add(target, value, name)
        elif not columns(name).ignored:
            draft.report("column_unknown", name, name)
    return draft


Read = Callable[[Person, Draft, set[str]], None]


def _to(target: str, *inner: str, of: str = "") -> Callable[[str], Read]:
    """Return what puts the texts of a property under a column."""

    def named(name: str) -> Read:
        def read(person: Person, draft: Draft, _exact: set[str]) -> None:
            found = [local(text) for text in person.texts(of or name, *inner)]
            draft.add(target, found, name)

        return read

    return named


def _single(target: str) -> Callable[[str], Read]:
    """Return what puts the first text of a property under a column, and counts the others as not read."""

    def named(name: str) -> Read:
        def read(person: Person, draft: Draft, _exact: set[str]) -> None:
            found = person.texts(name, "name", "url", "@id", "value")
            draft.add(target, found[:1], name)
            if len(found) > 1:
                person.unused.add(person.file, name, len(found) - 1)

        return read

    return named


def _name(person: Person, draft: Draft, _exact: set[str]) -> None:
    full = person.texts("name")
    parts = [text for part in ("givenName", "additionalName", "familyName") for text in person.texts(part)]
    if "name" not in draft.filled:
        draft.add("name", full[:1] or [" ".join(parts)], "name")


def _identifier(person: Person, draft: Draft, _exact: set[str]) -> None:
    for one in person.all("identifier"):
        kind = person.text(one, "propertyID") if isinstance(one, Mapping) else ""
        kind = kind or (person.text(one, "name") if isinstance(one, Mapping) else "")
        value = person.text(one, "value", "@value")
        target = "npi" if NPI.search(kind) else "licence_number" if LICENCE.search(kind) else "id"
        if value and (target != "id" or not kind or kind.casefold() in ("id", "identifier")):
            draft.add(target, value, "identifier")
        elif value:
            person.unused.add(person.file, f"identifier ({kind})")


def _languages(name: str) -> Read:
    def read(person: Person, draft: Draft, _exact: set[str]) -> None:
        for one in person.all(name):
            draft.add("language", _language(person, one), name)

    return read


def _language(person: Person, one: Any) -> str:
    """Return a language as a cell has it: its code where it is one, else its name, with a level where one is stated."""
    if not isinstance(one, Mapping):
        return person.text(one)
    code, name = person.text(one, "alternateName", "identifier", "termCode"), person.text(one)
    said = code if code and not languages(code).findings else name or code
    level = next(
        (
            person.text(extra, "value")
            for extra in many(one.get("additionalProperty"))
            if isinstance(extra, Mapping) and person.text(extra, "propertyID", "name").casefold() == "level"
        ),
        "",
    )
    return f"{said} ({level})" if said and level else said


def _occupation(name: str) -> Read:
    def read(person: Person, draft: Draft, exact: set[str]) -> None:
        if "licence" not in exact:
            for one in person.all(name):
                said = local(person.text(one, "identifier", "name", "title"))
                known = any(vocabulary().find("profession", text) for text in (said, person.text(one)))
                if not known and terms(SPECIALTY_FIELDS, said).value:
                    draft.add("specialties", said, name)
                else:
                    draft.add("profession", said, name)

    return read


def _specialty(person: Person, draft: Draft, _exact: set[str]) -> None:
    for one in person.all("medicalSpecialty"):
        said = local(person.text(one, "name", "termCode"))
        if said not in ("Psychiatric", "Psychiatry"):  # a field of medicine, neither a profession nor a concern
            draft.add("specialties", said, "medicalSpecialty")


def _credentials(person: Person, draft: Draft, exact: set[str]) -> None:
    """Put licences under their column, and degrees under training."""
    for one in person.all("hasCredential"):
        kind = person.text(one, "credentialCategory") if isinstance(one, Mapping) else ""
        name = person.text(one, "name")
        if LICENCE.search(kind) or LICENCE.search(name):
            if "licence" not in exact and isinstance(one, Mapping):
                _licence(person, one, name, draft)
        elif name and (
            re.search("degree|certificat", kind, re.IGNORECASE) or not vocabulary().find("profession", name)
        ):
            draft.add("training", name, "hasCredential")
        elif name:
            draft.add("profession", name, "hasCredential")


def _licence(person: Person, one: Node, name: str, draft: Draft) -> None:
    area = person.resolved(one.get("validIn") or one.get("recognizedBy"))
    where = person.text(area, "identifier", "name")
    code = jurisdiction_of(where) or next(iter(jurisdictions(where, "").value), "")
    if where and not code:
        draft.report("jurisdiction_unknown", where, "hasCredential")
    profession = vocabulary().find("profession", name) or ""
    parts = {
        "jurisdiction": code,
        "profession": profession,
        "number": person.text(one.get("identifier"), "value"),
        "start": person.text(one.get("validFrom"))[:10],
        "end": person.text(one.get("expires"))[:10],
    }
    draft.licences.append({part: value for part, value in parts.items() if value})


def _description(person: Person, draft: Draft, _exact: set[str]) -> None:
    draft.add("bio", person.texts("description"), "description")


def _contact_points(person: Person, draft: Draft, _exact: set[str]) -> None:
    for one in person.all("contactPoint"):
        for name, target in (("telephone", "phone"), ("email", "email"), ("url", "website")):
            if isinstance(one, Mapping) and target not in draft.filled and name not in person.node:
                draft.add(target, person.text(one.get(name)), f"contactPoint.{name}")


def _offers(name: str) -> Read:
    def read(person: Person, draft: Draft, exact: set[str]) -> None:
        for one in person.all(name) if "fee" not in exact and "fee_low" not in draft.filled else ():
            if not isinstance(one, Mapping):
                continue
            for price in (one, *(part for part in many(one.get("priceSpecification")) if isinstance(part, Mapping))):
                low, high = (person.text(price.get(part)) for part in ("minPrice", "maxPrice"))
                draft.add("fee_low", low or person.text(price.get("price")), f"{name}.price")
                draft.add("fee_high", high, f"{name}.price")
                draft.add("currency", person.text(price.get("priceCurrency")), f"{name}.priceCurrency")

    return read


def _price_range(person: Person, draft: Draft, _exact: set[str]) -> None:
    for text in person.texts("priceRange"):
        if re.search(r"\d", text) and not {"makesOffer", "offers"} & set(person.node):
            draft.add("fee", text, "priceRange")
        else:
            person.unused.add(person.file, "priceRange")


READS: Mapping[str, Read] = {
    **dict.fromkeys(("name", "givenName", "familyName"), _name),
    "identifier": _identifier,
    "honorificSuffix": _to("credentials")("honorificSuffix"),
    "description": _description,
    "usNPI": _to("npi")("usNPI"),
    "gender": _to("therapist_gender")("gender"),
    "telephone": _single("phone")("telephone"),
    "email": _single("email")("email"),
    "url": _single("website")("url"),
    "contactPoint": _contact_points,
    "knowsLanguage": _languages("knowsLanguage"),
    "availableLanguage": _languages("availableLanguage"),
    "hasOccupation": _occupation("hasOccupation"),
    "jobTitle": _occupation("jobTitle"),
    "medicalSpecialty": _specialty,
    "knowsAbout": _to("specialties", "name", "termCode")("knowsAbout"),
    "availableService": _to("specialties", "name")("availableService"),
    "hasCredential": _credentials,
    "isAcceptingNewPatients": _to("accepting")("isAcceptingNewPatients"),
    "makesOffer": _offers("makesOffer"),
    "offers": _offers("offers"),
    "priceRange": _price_range,
    "dateModified": _to("as_of")("dateModified"),
}
"""Property -> what reads it."""

"""The FHIR resources of one therapist: Practitioner, PractitionerRole, and the places and services they refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from profiles.export.marks import day_of
from profiles.formats.fhir_licences import ISO_REGIONS, NUCC
from profiles.formats.fhir_person import NPI
from profiles.languages import language_name
from profiles.schema import Language, Licence, Place, Therapist
from profiles.vocabulary import vocabulary

Resource = dict[str, Any]

PLAN_NET = "http://hl7.org/fhir/us/davinci-pdex-plan-net"
TEST_DATA = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
"""Marks resources of people who do not exist."""

NUCC_CODES: Mapping[str, str] = {
    "counselor": "101Y00000X",
    "psychologist": "103T00000X",
    "social_worker": "104100000X",
    "clinical_social_worker": "1041C0700X",
    "marriage_family_therapist": "106H00000X",
    "psychiatrist": "2084P0800X",
    "psychiatric_nurse": "363LP0808X",
}
"""Profession -> the code that stands for it where a licence was read without one."""

NEW_CLIENTS: Mapping[str, str] = {
    "accepting": "newpt",
    "existing_only": "existptonly",
    "full": "nopt",
    # No code says these; whoever reads them must not send a new client there.
    "waiting_list": "nopt",
    "paused": "nopt",
}
DELIVERY: Mapping[str, tuple[str, str]] = {
    "in_person": ("type", "physical"),
    "video": ("virtualModalities", "video"),
    "phone": ("virtualModalities", "phone"),
    "text": ("virtualModalities", "sms"),
}
NO_NETWORK = frozenset({"self_pay", "out_of_network"})
"""Ways to pay that are nobody's network."""

WEEK: Mapping[str, Sequence[str]] = {"weekday": ("mon", "tue", "wed", "thu", "fri"), "weekend": ("sat", "sun")}
HOURS: Mapping[str, tuple[str, str]] = {
    "morning": ("08:00:00", "12:00:00"),
    "afternoon": ("12:00:00", "17:00:00"),
    "evening": ("17:00:00", "21:00:00"),
}
TELECOM: Mapping[str, str] = {"phone": "phone", "email": "email", "website": "url", "text": "sms"}


def resources_of(therapist: Therapist, identity: str) -> Iterator[Resource]:
    """Yield the resources of a therapist; `identity` is the id of the role and the start of the others."""
    yield _practitioner(therapist, identity)
    places = [f"{identity}-place-{number}" for number in range(1, len(therapist.places) + 1)]
    for name, place in zip(places, therapist.places, strict=True):
        yield _location(therapist, name, place)
    formats = therapist.terms("session_format")
    if formats:
        yield _service(therapist, identity, formats)
    yield _role(therapist, identity, places)


def _resource(kind: str, identity: str, therapist: Therapist, **body: Any) -> Resource:
    meta: Resource = {"profile": [_profile(kind)]}
    if day := day_of(therapist):
        meta["lastUpdated"] = f"{day.isoformat()}T00:00:00Z"
    if therapist.fictional:
        meta["tag"] = [TEST_DATA]
    filled = {name: value for name, value in body.items() if value not in ([], {}, "", None)}
    return {"resourceType": kind, "id": identity, "meta": meta, **filled}


def _profile(kind: str) -> str:
    return f"{PLAN_NET}/StructureDefinition/plannet-{kind}"


def _extension(name: str, *inner: Resource) -> Resource:
    return {"url": f"{PLAN_NET}/StructureDefinition/{name}", "extension": list(inner)}


def _concept(code: str, system: str = "", **more: str) -> Resource:
    return {"coding": [{**({"system": system} if system else {}), "code": code, **more}]}


# ---------------------------------------------------------------- the person


def _practitioner(therapist: Therapist, identity: str) -> Resource:
    npi, credentials = therapist.value("npi", ""), therapist.value("credentials", "")
    # Plan-Net asks for a family name; which part of a name that is, is not known.
    name: Resource = {"use": "official", "text": therapist.name, "family": therapist.name}
    if credentials:
        name["suffix"] = [credentials]
    return _resource(
        "Practitioner",
        identity,
        therapist,
        active=True,
        identifier=[{"use": "official", "system": NPI, "value": npi}] if npi else [],
        name=[name],
        telecom=_telecom(therapist),
        communication=[_communication(one) for one in therapist.languages],
        qualification=[_qualification(one) for one in therapist.licences],
    )


def _telecom(therapist: Therapist) -> list[Resource]:
    return [
        {"system": system, "value": value, "use": "work"}
        for name, system in TELECOM.items()
        if (value := therapist.value(name))
    ]


def _communication(one: Language) -> Resource:
    concept = _concept(one.tag, "urn:ietf:bcp:47", display=language_name(one.tag))
    if one.level is None:
        return concept
    grade = _concept(f"{one.level:02}", f"{PLAN_NET}/CodeSystem/LanguageProficiencyCS")
    proficiency = f"{PLAN_NET}/StructureDefinition/communication-proficiency"
    return {"extension": [{"url": proficiency, "valueCodeableConcept": grade}], **concept}


def code_of(licence: Licence) -> str:
    """Return the NUCC code of a licence: the one it was read from, else that of its profession, "" without either."""
    return licence.code or NUCC_CODES.get(licence.profession, "")


def _qualification(licence: Licence) -> Resource:
    code = code_of(licence)
    stated: list[Resource] = [{"url": "status", "valueCode": "active"}]
    if licence.jurisdiction:
        where = _concept(licence.jurisdiction, f"{ISO_REGIONS}{'-2' if '-' in licence.jurisdiction else ''}")
        stated.append({"url": "whereValid", "valueCodeableConcept": where})
    ends = {"start": licence.start, "end": licence.end}
    period = {name: day.isoformat() for name, day in ends.items() if day}
    made: Resource = {
        "extension": [_extension("practitioner-qualification", *stated)],
        "identifier": [{"value": licence.number}] if licence.number else [],
        "code": _concept(code, NUCC) if code else {"text": licence.profession or "licence"},
        "period": period,
    }
    return {name: part for name, part in made.items() if part}


# ---------------------------------------------------------------- the practice


def _role(therapist: Therapist, identity: str, places: Sequence[str]) -> Resource:
    codes = dict.fromkeys(code for one in therapist.licences if (code := code_of(one)))
    services = [{"reference": f"HealthcareService/{identity}-service"}] if therapist.terms("session_format") else []
    return _resource(
        "PractitionerRole",
        identity,
        therapist,
        extension=[*_new_clients(therapist.value("accepting", "")), *map(_network, _networks(therapist))],
        active=True,
        practitioner={"reference": f"Practitioner/{identity}", "display": therapist.name},
        specialty=[_concept(code, NUCC) for code in codes],
        location=[{"reference": f"Location/{name}"} for name in places],
        healthcareService=services,
        availableTime=[_time(term) for term in therapist.terms("availability")],
    )


def _new_clients(accepting: str) -> list[Resource]:
    if accepting not in NEW_CLIENTS:
        return []
    code = _concept(NEW_CLIENTS[accepting], f"{PLAN_NET}/CodeSystem/AcceptingPatientsCS")
    return [_extension("newpatients", {"url": "acceptingPatients", "valueCodeableConcept": code})]


def _networks(therapist: Therapist) -> list[str]:
    return [code for code in therapist.terms("insurance") if code not in NO_NETWORK]


def _network(code: str) -> Resource:
    label = vocabulary().label("insurance", code, "en")
    name = label if vocabulary().find("insurance", label) == code else code
    return {"url": f"{PLAN_NET}/StructureDefinition/network-reference", "valueReference": {"display": name}}


def _time(term: str) -> Resource:
    week, _, part = term.partition("_")
    start, end = HOURS[part]
    return {"daysOfWeek": list(WEEK[week]), "availableStartTime": start, "availableEndTime": end}


def _location(therapist: Therapist, identity: str, place: Place) -> Resource:
    address = {
        "line": [place.street] if place.street else [],
        "city": place.city,
        "state": place.region,
        "postalCode": place.postal_code,
        "country": place.country,
    }
    located = place.latitude is not None and place.longitude is not None
    return _resource(
        "Location",
        identity,
        therapist,
        extension=[*map(_accessibility, _accessible(therapist, place)), *_new_clients(place.accepting)],
        status="active",
        name=place.name,
        address={name: part for name, part in address.items() if part},
        position={"longitude": place.longitude, "latitude": place.latitude} if located else {},
    )


def _accessible(therapist: Therapist, place: Place) -> Sequence[str]:
    """Return the access needs that a place meets; what is said of the therapist as a whole is said of the first."""
    if any(one.accessibility for one in therapist.places):
        return place.accessibility
    return therapist.terms("accessibility") if place is therapist.places[0] else ()


def _accessibility(code: str) -> Resource:
    concept = _concept(code, f"{PLAN_NET}/CodeSystem/AccessibilityCS")
    return {"url": f"{PLAN_NET}/StructureDefinition/accessibility", "valueCodeableConcept": concept}


def _service(therapist: Therapist, identity: str, formats: Sequence[str]) -> Resource:
    kinds = dict.fromkeys("physical" if DELIVERY[one][0] == "type" else "virtual" for one in formats)
    virtual = [DELIVERY[one] for one in formats if DELIVERY[one][0] == "virtualModalities"]
    system = f"{PLAN_NET}/CodeSystem"
    inner = [{"url": "type", "valueCodeableConcept": _concept(kind, f"{system}/DeliveryMethodCS")} for kind in kinds]
    inner += [
        {"url": name, "valueCodeableConcept": _concept(code, f"{system}/VirtualModalitiesCS")} for name, code in virtual
    ]
    category = _concept("behav", f"{system}/HealthcareServiceCategoryCS")
    return _resource(
        "HealthcareService",
        f"{identity}-service",
        therapist,
        extension=[_extension("delivery-method", *inner)],
        active=True,
        category=[category],
    )

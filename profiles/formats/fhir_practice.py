"""How somebody works by FHIR: formats, places, new clients, networks, times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from profiles.formats.fhir_profile import Profile, codes_in, shown
from profiles.formats.fhir_resources import Node, Resource, extensions, part, parts, text, texts
from profiles.formats.places import country as country_in
from profiles.schema import Place
from profiles.vocabulary import vocabulary

ACCEPTING: Mapping[str, str] = {
    "newpt": "accepting",
    "existptonly": "existing_only",
    "existptfam": "existing_only",
    "nopt": "full",
}
"""Codes of `newpatients`, the most open first: where several are stated, the first of them holds."""

# An app or a website may be anything: reported, not guessed.
SESSION_FORMATS: Mapping[str, str] = {
    "physical": "in_person",
    "video": "video",
    "phone": "phone",
    "sms": "text",
    "text": "text",
}
DAYS: Mapping[str, str] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "weekday") | dict.fromkeys(
    ("sat", "sun"), "weekend"
)
HOURS: Mapping[str, tuple[int, int]] = {"morning": (0, 12), "afternoon": (12, 17), "evening": (17, 24)}


def session_formats(profile: Profile) -> tuple[str, ...]:
    """Return how the services of the roles are delivered."""
    methods = [method for service in profile.services for method in extensions(service.body, "delivery-method")]
    kinds, modalities = codes_in(methods, "type"), codes_in(methods, "virtualModalities")
    stated = [code for code in kinds if code != "virtual" or not modalities] + modalities
    formats = {code: SESSION_FORMATS.get(code) for code in stated}
    return _known(profile, "session_format", formats)


def _known(profile: Profile, name: str, terms: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the terms that FHIR codes stand for, and count the codes that stand for none."""
    for code in (code for code, term in terms.items() if term is None):
        profile.notes.add("term_unknown", name, code)
    return tuple(dict.fromkeys(term for term in terms.values() if term is not None))


def places(profile: Profile) -> tuple[Place, ...]:
    """Return the open locations of the roles."""
    return tuple(dict.fromkeys(_place(profile, location) for location in profile.locations))


def _place(profile: Profile, location: Resource) -> Place:
    address = part(location.body, "address")
    latitude, longitude = _position(profile, location)
    return Place(
        name=text(location.body, "name"),
        street=", ".join(texts(address, "line")),
        city=text(address, "city"),
        region=text(address, "state"),
        postal_code=text(address, "postalCode"),
        country=country_in(text(address, "country")).value or text(address, "country"),
        latitude=latitude,
        longitude=longitude,
        accepting=_most_open([location]),
        accessibility=tuple(dict.fromkeys(filter(None, _accessible(location).values()))),
    )


def _position(profile: Profile, location: Resource) -> tuple[float | None, float | None]:
    """Return where a location is on earth, both or neither."""
    position = part(location.body, "position")
    found = []
    for name, end in (("latitude", 90), ("longitude", 180)):
        value = position.get(name)
        column = f"Location.position.{name}"
        if value is None:
            continue
        if not isinstance(value, int | float) or isinstance(value, bool):
            profile.notes.add("number_unreadable", column, text(position, name), location)
        elif abs(value) > end:
            profile.notes.add("number_out_of_range", column, str(value), location)
        else:
            found.append(float(value))
    return (found[0], found[1]) if len(found) > 1 else (None, None)


def accessibility(profile: Profile) -> tuple[str, ...]:
    """Return what any of the locations offers."""
    found = [pair for location in profile.locations for pair in _accessible(location).items()]
    return _known(profile, "accessibility", dict(found))


def _accessible(location: Resource) -> dict[str, str | None]:
    stated = codes_in([location.body], "accessibility")
    return {code: vocabulary().find("accessibility", code) for code in stated}


def accepting(profile: Profile) -> str:
    """Return what the roles and their locations say about new clients: one that takes them is enough."""
    resources = (*profile.roles, *profile.locations)
    for code in sorted({code for resource in resources for code in _new_clients(resource)} - ACCEPTING.keys()):
        profile.notes.add("accepting_unknown", "newpatients", code)
    return _most_open(resources)


def _most_open(resources: Iterable[Resource]) -> str:
    stated = {code for resource in resources for code in _new_clients(resource)}
    return next((term for code, term in ACCEPTING.items() if code in stated), "")


def _new_clients(resource: Resource) -> list[str]:
    return codes_in(extensions(resource.body, "newpatients"), "acceptingPatients")


def insurances(profile: Profile) -> tuple[str, ...]:
    """Return whose networks the roles are in, by the name of the network or of the payer behind it."""
    found: dict[str, None] = {}
    for role in profile.roles:
        for extension in extensions(role.body, "network-reference"):
            names = _network_names(profile, role, part(extension, "valueReference"))
            terms = [term for name in names if (term := vocabulary().find("insurance", name))]
            if terms:
                found[terms[0]] = None
            elif names:
                profile.notes.add("term_unknown", "insurance", names[0])
    return tuple(found)


def _network_names(profile: Profile, role: Resource, reference: Node) -> list[str]:
    """Return what a network is called, then what the payer behind it is."""
    network = profile.resources.target(reference, role, "Organization")
    names = [text(reference, "display")]
    if network is not None and not network.fault:
        owner = part(network.body, "partOf")
        payer = profile.resources.target(owner, network, "Organization")
        names = [text(network.body, "name"), *names, text(owner, "display")]
        names += [] if payer is None else [text(payer.body, "name")]
    elif network is None and not any(names):
        profile.report(role, "reference_unresolved", "PractitionerRole.network-reference", shown(reference))
    return [name for name in names if name]


def availability(profile: Profile) -> tuple[str, ...]:
    """Return the parts of the week in which a role has times."""
    found = {
        f"{DAYS[day]}_{part_of_day}"
        for role in profile.roles
        for time in parts(role.body, "availableTime")
        for day in texts(time, "daysOfWeek")
        if day in DAYS
        for part_of_day in _parts_of_day(time)
    }
    return tuple(term for term in vocabulary().codes("availability") if term in found)


def _parts_of_day(time: Node) -> list[str]:
    """Return the parts of the day of which a time covers at least one hour."""
    start, end = _hour(text(time, "availableStartTime")), _hour(text(time, "availableEndTime"))
    if time.get("allDay") is True:
        start, end = 0.0, 24.0
    if start is None or end is None:
        return []
    until = end if end > start else 24.0  # past midnight; the next day's part is no habit to count on
    return [name for name, (first, last) in HOURS.items() if min(until, last) - max(start, first) >= 1]


def _hour(written: str) -> float | None:
    found = re.fullmatch(r"([01]\d|2[0-4]):([0-5]\d)(?::\d\d(?:\.\d+)?)?", written, re.ASCII)
    return int(found[1]) + int(found[2]) / 60 if found else None

"""Who somebody is by FHIR: name, NPI, languages, gender, and how to reach them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date

from profiles.formats.cells import Read
from profiles.formats.contact import email, phone, web_address
from profiles.formats.fhir_profile import Profile, codes_in, has_ended, listed
from profiles.formats.fhir_resources import Node, Resource, codes, part, parts, text, texts
from profiles.identity import npi_is_valid
from profiles.languages import language_of, nearest_languages, tag_of
from profiles.schema import Language

NPI = "http://hl7.org/fhir/sid/us-npi"
GENDERS: Mapping[str, tuple[str, ...]] = {
    "female": ("female",),
    "male": ("male",),
    "other": ("another_gender",),
    "unknown": (),
}
LEVEL = r"[0-5]\d"
NAME_USES = ("official", "usual", "", "temp", "anonymous", "nickname", "maiden")
CONTACTS: Mapping[str, tuple[str, Callable[[str], Read[str | None]]]] = {
    "phone": ("phone", phone),
    "email": ("email", email),
    "website": ("url", web_address),
    "text": ("sms", phone),
}
"""Field -> system of the contact point, and what reads its value."""


def npi_of(practitioner: Resource) -> str:
    """Return the NPI that is in use, "" when there is none or what stands there can't be one."""
    for identifier in parts(practitioner.body, "identifier"):
        if text(identifier, "system") == NPI and text(identifier, "use") != "old":
            number = text(identifier, "value")
            return number if re.fullmatch(r"[12]\d{9}", number, re.ASCII) else ""
    return ""


def _official_name(profile: Profile) -> Node:
    names = [
        name
        for practitioner in profile.practitioners
        for name in parts(practitioner.body, "name")
        if text(name, "use") in NAME_USES and not has_ended(part(name, "period"), profile.day)
    ]
    return min(names, key=lambda name: NAME_USES.index(text(name, "use")), default={})


def name(profile: Profile) -> str:
    """Return the name in use, without titles."""
    found = _official_name(profile)
    return " ".join([*texts(found, "given"), text(found, "family")]).strip() or text(found, "text")


def credentials(profile: Profile) -> str:
    """Return the letters after the name."""
    return ", ".join(texts(_official_name(profile), "suffix"))


def npi(profile: Profile) -> str:
    """Return the NPI; one that fails its check digit is told, and kept as the source has it."""
    numbers = [npi_of(practitioner) for practitioner in profile.practitioners]
    for practitioner, number in zip(profile.practitioners, numbers, strict=True):
        written = [text(one, "value") for one in parts(practitioner.body, "identifier") if text(one, "system") == NPI]
        if written and not npi_is_valid(number):
            profile.report(practitioner, "npi_invalid", "Practitioner.identifier", number or written[0])
    return next(filter(None, numbers), "")


def languages(profile: Profile) -> tuple[Language, ...]:
    """Return the languages of communication, each with the highest level that is stated."""
    levels: dict[str, int | None] = {}
    for practitioner in profile.practitioners:
        for spoken in parts(practitioner.body, "communication"):
            tag = _tag(spoken)
            if tag is None:
                value = next(iter([*codes(spoken), text(spoken, "text")]))
                near = listed(nearest_languages(value))
                profile.report(practitioner, "language_unknown", "Practitioner.communication", value, nearest=near)
            elif levels.get(tag) is None:
                levels[tag] = _level(profile, practitioner, spoken)
            else:
                levels[tag] = max(levels[tag] or 0, _level(profile, practitioner, spoken) or 0)
    return tuple(Language(tag, level) for tag, level in levels.items() if level != 0)


def _tag(spoken: Node) -> str | None:
    names = [text(coding, "display") for coding in parts(spoken, "coding")] + [text(spoken, "text")]
    readings = [tag_of(code) for code in codes(spoken)] + [language_of(name) for name in names]
    return next(filter(None, readings), None)


def _level(profile: Profile, practitioner: Resource, spoken: Node) -> int | None:
    """Return the ILR level times ten, the highest where several stand there."""
    stated = codes_in([spoken], "communication-proficiency")
    for code in stated:
        if not re.fullmatch(LEVEL, code, re.ASCII):
            profile.report(practitioner, "number_unreadable", "Practitioner.communication", code)
    return max((int(code) for code in stated if re.fullmatch(LEVEL, code, re.ASCII)), default=None)


def genders(profile: Profile) -> tuple[str, ...]:
    """Return the gender of the newest resource that states one."""
    stated = next((code for one in profile.practitioners if (code := text(one.body, "gender"))), "unknown")
    if stated not in GENDERS:
        profile.notes.add("term_unknown", "therapist_gender", stated)
    return GENDERS.get(stated, ())


def contact(name: str) -> Callable[[Profile], str]:
    """Return what reads one way of contact: of the roles first, then of the person."""
    system, read_value = CONTACTS[name]

    def read(profile: Profile) -> str:
        for resource in (*profile.roles, *profile.practitioners):
            for value in _points(resource, system, profile.day):
                found = read_value(re.sub(r"^(?:tel|sms):", "", value)).value
                if found:
                    return found
                profile.report(resource, "contact_invalid", f"{resource.kind}.telecom", value)
        return ""

    return read


def _points(resource: Resource, system: str, today: date) -> list[str]:
    """Return the contact points of a system that are in use, the preferred first."""
    points = [
        point
        for point in parts(resource.body, "telecom")
        if text(point, "system") == system
        and text(point, "use") != "old"
        and not has_ended(part(point, "period"), today)
    ]
    points.sort(key=lambda point: point.get("rank") or math.inf)
    return [value for point in points if (value := text(point, "value"))]

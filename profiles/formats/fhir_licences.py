"""Where FHIR says that somebody may practise, as what, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from profiles.formats.fhir_profile import Profile, day_of, listed, shown
from profiles.formats.fhir_resources import Node, Resource, codes, extensions, part, parts, text
from profiles.formats.places import us_state
from profiles.languages import jurisdiction_of, nearest_jurisdictions
from profiles.schema import Licence
from profiles.taxonomy import profession

NUCC = "http://nucc.org/provider-taxonomy"
ISO_REGIONS = "urn:iso:std:iso:3166"
LAPSED = frozenset({"inactive", "revoked", "issiner", "issued-in-error"})
"""Qualifications that no longer hold, whatever their period says."""


def nucc_codes(concept: Node) -> list[str]:
    """Return the codes of a concept that are of the NUCC taxonomy."""
    return [found for one in parts(concept, "coding") if text(one, "system") == NUCC and (found := text(one, "code"))]


def licences(profile: Profile) -> tuple[Licence, ...]:
    """Return one licence for each qualification and each place where it is valid."""
    found: dict[Licence, None] = {}
    for holder, qualification in _qualifications(profile):
        code = max(nucc_codes(part(qualification, "code")), key=lambda code: bool(profession(code)), default="")
        jurisdictions = _jurisdictions(profile, holder, qualification)
        period = _period(profile, holder, qualification)
        if period is None or not (code or any(jurisdictions)):
            continue  # a degree is no right to practise
        if not any(jurisdictions):
            profile.report(holder, "licence_without_jurisdiction", f"{holder.kind}.qualification", code)
        number = next((text(one, "value") for one in parts(qualification, "identifier")), "")
        for jurisdiction in jurisdictions or [""]:
            found[Licence(jurisdiction, profession(code), number, *period, code)] = None
    return tuple(found)


def _qualifications(profile: Profile) -> Iterator[tuple[Resource, Node]]:
    for practitioner in profile.practitioners:
        for qualification in parts(practitioner.body, "qualification"):
            yield practitioner, qualification
    for role in profile.roles:
        for extension in extensions(role.body, "qualification"):
            yield role, _as_qualification(extension)


def _as_qualification(extension: Node) -> Node:
    """Return a role's qualification, which is all extensions, in the shape of a practitioner's."""
    inner: dict[str, Node] = {text(one, "url"): one for one in parts(extension, "extension")}
    return {
        "code": part(inner.get("code", {}), "valueCodeableConcept"),
        "identifier": [part(inner.get("identifier", {}), "valueIdentifier")],
        "period": part(inner.get("period", {}), "valuePeriod"),
        "extension": [{"url": "practitioner-qualification", "extension": parts(extension, "extension")}],
    }


def _stated(qualification: Node, name: str) -> list[Node]:
    outer = extensions(qualification, "practitioner-qualification")
    return [inner for extension in outer for inner in extensions(extension, name)]


def _period(profile: Profile, holder: Resource, qualification: Node) -> tuple[date | None, date | None] | None:
    """Return the first and last day a qualification holds, None for one that does not hold yet, or not for certain."""
    column = f"{holder.kind}.qualification"
    period = part(qualification, "period")
    days = {"start": day_of(text(period, "start")), "end": day_of(text(period, "end"), last=True)}
    for name, day in days.items():
        if day is None and text(period, name):
            profile.report(holder, "date_unreadable", f"{column}.period.{name}", text(period, name))
    statuses = {text(status, "valueCode") for status in _stated(qualification, "status")} - {"", "active"}
    if not statuses:
        return days["start"], days["end"]
    profile.report(holder, "resource_inactive", f"{column}.status", ", ".join(sorted(statuses)))
    if not statuses & LAPSED:
        return None
    # An ended licence, not none: left out, it would leave an earlier load's valid one standing.
    eve = date.fromordinal(max(profile.as_of.toordinal() - 1, 1))
    return days["start"], min(days["end"] or eve, eve)


def _jurisdictions(profile: Profile, holder: Resource, qualification: Node) -> list[str]:
    """Return where a qualification is valid; one place that can't be read leaves an empty entry."""
    found: dict[str, None] = {}
    for where in _stated(qualification, "whereValid"):
        concept = part(where, "valueCodeableConcept")
        location = profile.resources.target(part(where, "valueReference"), holder, "Location")
        state = "" if location is None else text(part(location.body, "address"), "state")
        names = [text(one, "display") for one in parts(concept, "coding")] + [text(concept, "text"), state]
        readings = [_region(text(one, "code"), text(one, "system")) for one in parts(concept, "coding")]
        readings += [_region(name, "") for name in names]
        region = next(filter(None, readings), "")
        if not region:
            value = next(filter(None, [*codes(concept), *names, shown(part(where, "valueReference"))]), "")
            column, near = f"{holder.kind}.qualification.whereValid", listed(nearest_jurisdictions(value))
            profile.report(holder, "jurisdiction_unknown", column, value, nearest=near)
        found[region] = None
    return list(found)


def _region(written: str, system: str) -> str:
    """Return the region that a code or name means, "" when unknown; two letters are a US state (DE is Delaware)."""
    if system.startswith(ISO_REGIONS):
        return jurisdiction_of(written) or ""
    return us_state(written) or (jurisdiction_of(written) or "" if len(written) > len("MA") else "")

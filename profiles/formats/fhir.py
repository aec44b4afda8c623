"""Reads FHIR Plan-Net: all files are one set of resources, each person with a behavioural-health role one therapist."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from profiles.formats import fhir_person as person
from profiles.formats import fhir_practice as practice
from profiles.formats.fhir_files import pieces
from profiles.formats.fhir_licences import licences, nucc_codes
from profiles.formats.fhir_profile import Notes, Profile, has_ended, shown
from profiles.formats.fhir_resources import Node, Resource, ResourceSet, codes, extensions, part, parts, text
from profiles.formats.reading import Options, Outcome, Row, consent_fact, facts_of
from profiles.problems import Problem, problem
from profiles.schema import IDENTITY_FIELDS, Fact, Listing, Therapist
from profiles.taxonomy import is_behavioural_health

READERS: Mapping[str, Callable[[Profile], Any]] = {
    "name": person.name,
    "credentials": person.credentials,
    "npi": person.npi,
    "language": person.languages,
    "therapist_gender": person.genders,
    "licence": licences,
    "session_format": practice.session_formats,
    "place": practice.places,
    "accessibility": practice.accessibility,
    "accepting": practice.accepting,
    "insurance": practice.insurances,
    "availability": practice.availability,
    "phone": person.contact("phone"),
    "email": person.contact("email"),
    "website": person.contact("website"),
    "text": person.contact("text"),
}
"""Field -> what reads it; Plan-Net has no place for any other."""

LISTING: Listing = "contract"
"""A payer's directory lists by contract, unless the operator says otherwise."""

SUBJECTS = ("Practitioner", "PractitionerRole")
SURROUNDINGS = ("HealthcareService", "Location", "Organization")
"""Types that are no row of their own: one out of shape is told, and rejects nobody."""


@dataclass(slots=True)
class _Person:
    """Resources about one person, by key, those out of shape included."""

    practitioners: dict[str, Resource] = field(default_factory=dict)
    roles: dict[str, Resource] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The smallest id of a role, whether it counts or not, so that it stays when a role ends."""
        return min(resource.id for resource in (self.roles or self.practitioners).values())

    @property
    def was_rejected(self) -> bool:
        """Whether nothing is left to judge: the practitioner, or every role, is out of shape and was told."""
        return any(held and all(one.fault for one in held.values()) for held in (self.practitioners, self.roles))


def read(paths: Sequence[Path], options: Options) -> Iterator[Row]:
    """Yield what is out of shape, then each person by id, then what is told once for all.

    Raises:
        PathUnreadable: one of `paths` can't be opened.
    """
    resources, notes = ResourceSet(), Notes()
    for path in paths:
        for piece in pieces(path):
            found = piece if isinstance(piece, Problem) else resources.take(piece)
            if found is not None:
                yield Row(_outcome(found), problems=(found,))
    for one in sorted(_people(resources), key=lambda one: one.id):
        if not one.was_rejected:
            yield _row(one, resources, options, notes)
    yield from (Row("note", problems=(found,)) for found in (*_left_over(resources), *notes.problems()))


def _outcome(found: Problem) -> Outcome:
    no_row = found.code == "file_empty" or (found.column or "").startswith(SURROUNDINGS)
    return "note" if no_row else "rejected"


def _left_over(resources: ResourceSet) -> Iterator[Problem]:
    """Yield what was not used, by type, and who came more than once; what people share may well come again."""
    for kind, count in sorted(resources.unused.items()):
        yield problem("resource_unsupported", column="resourceType", value=kind, count=count)
    for kind in SUBJECTS:
        for resource in resources.of(kind):
            if times := resources.repeated[resource.key]:
                yield resource.problem("id_repeated", f"{kind}.id", times=times + 1)


def _people(resources: ResourceSet) -> list[_Person]:
    """Return the resources by person: one NPI is one person; a role whose practitioner is missing stands alone."""
    people: dict[str, _Person] = {}

    def person_of(practitioner: Resource) -> _Person:
        number = "" if practitioner.fault else person.npi_of(practitioner)
        one = people.setdefault(number or practitioner.key, _Person())
        one.practitioners[practitioner.key] = practitioner
        return one

    for practitioner in resources.of("Practitioner"):
        person_of(practitioner)
    for role in resources.of("PractitionerRole"):
        named = resources.target(part(role.body, "practitioner"), role, "Practitioner")
        one = people.setdefault(role.key, _Person()) if named is None else person_of(named)
        one.roles[role.key] = role
    return list(people.values())


def _row(one: _Person, resources: ResourceSet, options: Options, notes: Notes) -> Row:
    """Return what becomes of a person: a therapist through the roles that count, with why others do not."""
    day = options.as_of or options.today
    reasons = {role.key: _why_not(one, role, day) for role in one.roles.values() if not role.fault}
    roles = [one.roles[key] for key, reason in reasons.items() if reason is None]
    told = [reason for reason in reasons.values() if reason] or _without_role(one)
    practitioners = [found for found in one.practitioners.values() if not _has_left(found, day)]
    if roles:
        told += [_inactive(found) for found in one.practitioners.values() if found not in practitioners]
    if not (practitioners and roles):
        return Row("skipped", problems=tuple(told))
    profile = Profile(practitioners, roles, resources, options, notes)
    facts = _facts(profile)
    told += profile.problems
    if "name" not in facts:
        return Row("rejected", problems=(*told, practitioners[0].problem("name_missing", "Practitioner.name")))
    listing = options.listing or LISTING
    fictional = any(found.is_test_data for found in (*practitioners, *roles))
    therapist = Therapist(one.id, facts, listing, fictional, listed=options.list_now)
    return Row("loaded", therapist, tuple(told), practitioners[0].file, one.id)


def _facts(profile: Profile) -> dict[str, Fact]:
    """Return what is stated, by field; identity fields only where there is consent to hold them."""
    values = {name: value for name, read_field in READERS.items() if (value := read_field(profile))}
    if not profile.options.identity_consent:
        for name in values.keys() & set(IDENTITY_FIELDS):
            profile.notes.add("identity_without_consent", name)
            del values[name]
    facts = facts_of(values, profile.options, profile.as_of)
    if values.keys() & set(IDENTITY_FIELDS):
        facts["identity_consent"] = consent_fact(profile.options.identity_consent, profile.options, profile.as_of)
    return facts


def _why_not(one: _Person, role: Resource, day: date) -> Problem | None:
    """Return why a role does not count, None for one that does."""
    if not _is_behavioural(one, role):
        return role.problem("not_behavioural_health", "specialty", _codes(_concepts(one, role)))
    if not one.practitioners:
        named = part(role.body, "practitioner")
        return role.problem("reference_unresolved", f"{role.kind}.practitioner", shown(named))
    return _inactive(role) if _has_left(role, day) else None


def _without_role(one: _Person) -> list[Problem]:
    """Return that a practitioner has no role, which is said of those only who could be therapists."""
    if one.roles:
        return []
    code = "practitioner_without_role" if _is_behavioural(one) else "not_behavioural_health"
    shown_codes = _codes(_concepts(one))
    return [found.problem(code, "qualification", shown_codes) for found in one.practitioners.values()]


def _is_behavioural(one: _Person, role: Resource | None = None) -> bool:
    return any(is_behavioural_health(code) for concept in _concepts(one, role) for code in nucc_codes(concept))


def _concepts(one: _Person, role: Resource | None = None) -> list[Node]:
    """Return what says whether a role is behavioural health: its specialties and its practitioner's qualifications."""
    qualifications = [found for held in one.practitioners.values() for found in parts(held.body, "qualification")]
    specialties = [] if role is None else parts(role.body, "specialty")
    return specialties + [part(qualification, "code") for qualification in qualifications]


def _codes(concepts: list[Node]) -> str:
    return ", ".join(dict.fromkeys(code for concept in concepts for code in codes(concept)))


def _has_left(resource: Resource, day: date) -> bool:
    """Whether a practitioner or role is not active, or was so up to a day before `day`."""
    return resource.body.get("active") is False or any(has_ended(period, day) for period in _periods(resource))


def _periods(resource: Resource) -> list[Node]:
    stated = extensions(resource.body, "practitioner-period")
    return [part(resource.body, "period"), *(part(extension, "valuePeriod") for extension in stated)]


def _inactive(resource: Resource) -> Problem:
    ends = [end for period in _periods(resource) if (end := text(period, "end"))]
    column, value = ("active", "false") if resource.body.get("active") is False else ("period.end", ", ".join(ends))
    return resource.problem("resource_inactive", f"{resource.kind}.{column}", value)

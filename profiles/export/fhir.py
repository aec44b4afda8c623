"""Writes FHIR Plan-Net as NDJSON of resources; each person is read back before writing, so that every loss is known."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from profiles.export.fhir_resources import resources_of
from profiles.export.formats import Losses
from profiles.export.marks import hidden, lost_marks, public
from profiles.export.ndjson import LINE_ENDS
from profiles.formats.fhir import LISTING, READERS
from profiles.formats.fhir_files import Piece
from profiles.formats.fhir_licences import nucc_codes
from profiles.formats.fhir_profile import Notes, Profile
from profiles.formats.fhir_resources import ResourceSet, parts
from profiles.formats.reading import Options
from profiles.schema import FIELDS, Therapist
from profiles.taxonomy import is_behavioural_health

_READ = Options(source="", today=date.max)
_ID = re.compile(r"[^\s/?#|]{1,190}")


def write_fhir(therapists: Iterable[Therapist], losses: Losses) -> Iterator[str]:
    """Yield a line for each resource: of a therapist first the Practitioner, at last the PractitionerRole."""
    for therapist in therapists:
        made = list(resources_of(therapist, fhir_id(therapist.id)))
        losses.add(_lost(therapist, made))
        yield from (_line(one) for one in made)


def fhir_id(identity: str) -> str:
    """Return the id of a therapist's role: their own where references can hold it, else a hash of it."""
    if _ID.fullmatch(identity):
        return identity
    return "therapist-" + hashlib.sha256(identity.encode()).hexdigest()[:40]


def _lost(therapist: Therapist, made: list[dict[str, Any]]) -> dict[str, str]:
    """Return the fields that do not come back from the resources as they are held, each with the reason."""
    read, coded = _read(made)
    lost = {**hidden(therapist), **lost_marks(therapist, ("fictional",), listing=LISTING)}
    if fhir_id(therapist.id) != therapist.id:
        lost["id"] = "not_read_back"
    if not coded:
        lost["profession"] = "no_code"
    for name, fact in public(therapist):
        if name not in READERS:
            lost[name] = "no_place"
        elif _comparable(name, read.get(name)) != _comparable(name, fact.value):
            lost[name] = "in_part" if read.get(name) else "no_place"
    return lost


def _comparable(name: str, value: Any) -> Any:
    """Return a value as it is compared: terms have no order here."""
    return frozenset(value or ()) if FIELDS[name].kind == "terms" else value


def _read(made: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], bool]:
    """Return what our reader makes of the resources of one person, and whether a code says behavioural health."""
    resources = ResourceSet()
    for body in made:
        resources.take(Piece(body, "", None))
    practitioners, roles = resources.of("Practitioner"), resources.of("PractitionerRole")
    profile = Profile(practitioners, roles, resources, _READ, Notes())
    codes = [code for role in roles for one in parts(role.body, "specialty") for code in nucc_codes(one)]
    return {name: read(profile) for name, read in READERS.items()}, any(map(is_behavioural_health, codes))


def _line(resource: Mapping[str, Any]) -> str:
    return json.dumps(resource, ensure_ascii=False, separators=(", ", ": ")).translate(LINE_ENDS) + "\n"

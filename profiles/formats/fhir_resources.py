"""FHIR resources in hand: what shape the parts we read must have, reading them, and following references."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from profiles.formats.fhir_files import Piece
from profiles.problems import Problem, problem

Node = Mapping[str, Any]

# Only what is read is checked. "*" is a list; a name in lower case is a JSON type, any other a row of this table.
SHAPES: Mapping[str, Mapping[str, str]] = {
    "Address": dict.fromkeys(("city", "state", "postalCode", "country"), "string") | {"line": "string*"},
    "AvailableTime": {
        "daysOfWeek": "string*",
        "allDay": "boolean",
        "availableStartTime": "string",
        "availableEndTime": "string",
    },
    "CodeableConcept": {"coding": "Coding*", "text": "string", "extension": "Extension*"},
    "Coding": {"system": "string", "code": "string", "display": "string"},
    "ContactPoint": {"system": "string", "value": "string", "use": "string", "rank": "number", "period": "Period"},
    "Extension": {
        "url": "string",
        "extension": "Extension*",
        "valueCode": "string",
        "valueCodeableConcept": "CodeableConcept",
        "valueIdentifier": "Identifier",
        "valuePeriod": "Period",
        "valueReference": "Reference",
    },
    "HumanName": dict.fromkeys(("use", "text", "family"), "string")
    | {"given": "string*", "suffix": "string*", "period": "Period"},
    "Identifier": {"use": "string", "system": "string", "value": "string", "period": "Period"},
    "Meta": {"lastUpdated": "string", "tag": "any"},
    "Period": {"start": "string", "end": "string"},
    "Position": {"latitude": "any", "longitude": "any"},
    "Qualification": {
        "identifier": "Identifier*",
        "code": "CodeableConcept",
        "period": "Period",
        "extension": "Extension*",
    },
    "Reference": {"reference": "string", "display": "string"},
    "HealthcareService": {"active": "boolean", "extension": "Extension*", "meta": "Meta"},
    "Location": {
        "address": "Address",
        "extension": "Extension*",
        "meta": "Meta",
        "name": "string",
        "position": "Position",
        "status": "string",
    },
    "Organization": {"name": "string", "partOf": "Reference", "meta": "Meta"},
    "Practitioner": {
        "active": "boolean",
        "communication": "CodeableConcept*",
        "extension": "Extension*",
        "gender": "string",
        "identifier": "Identifier*",
        "meta": "Meta",
        "name": "HumanName*",
        "qualification": "Qualification*",
        "telecom": "ContactPoint*",
    },
    "PractitionerRole": {
        "active": "boolean",
        "availableTime": "AvailableTime*",
        "contained": "object*",
        "extension": "Extension*",
        "healthcareService": "Reference*",
        "location": "Reference*",
        "meta": "Meta",
        "period": "Period",
        "practitioner": "Reference",
        "specialty": "CodeableConcept*",
        "telecom": "ContactPoint*",
    },
}
JSON_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "number": (int, float),
    "object": dict,
    "any": object,
}
DEEPEST = 20
"""Steps from a resource to the parts of its parts; no profile comes near, and Python can go down so far."""

USED = ("HealthcareService", "Location", "Organization", "Practitioner", "PractitionerRole")
"""Types of resources that say something about a therapist; the others are counted and reported."""

_ID = re.compile(r"[^\s/?#|]{1,200}")


def misshapen(value: object, kind: str) -> str:
    """Return the path of a part of `value` that has not the shape of `kind`, "" when all have it."""
    waiting = [(value, kind, kind)]
    while waiting:  # not by recursion: extensions may be nested deeper than Python can call
        current, shape, path = waiting.pop()
        if path.count(".") > DEEPEST:
            return path
        if shape.endswith("*"):
            if not isinstance(current, list):
                return path
            waiting += [(item, shape[:-1], path) for item in current if item is not None]
        elif not isinstance(current, JSON_TYPES.get(shape, dict)) or (shape == "number" and isinstance(current, bool)):
            return path
        elif isinstance(current, dict):
            parts = SHAPES.get(shape, {})
            waiting += [
                (current[name], parts[name], f"{path}.{name}") for name in parts if current.get(name) is not None
            ]
    return ""


def kept(value: Any, kind: str) -> Any:
    """Return what is read of `value`, whose shape is right: a directory has many times more, and stays in memory."""
    if kind.endswith("*") and isinstance(value, list):
        return [kept(item, kind[:-1]) for item in value]
    if kind in SHAPES and isinstance(value, dict):
        return {name: kept(value[name], shape) for name, shape in SHAPES[kind].items() if name in value}
    return sys.intern(value) if isinstance(value, str) else value  # the same addresses and codes over and over


def text(node: Node, name: str) -> str:
    """Return a part that is text, in NFC, "" where there is none."""
    value = node.get(name)
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""


def texts(node: Node, name: str) -> list[str]:
    """Return the texts of a part that is a list of them, blank ones left out."""
    value = node.get(name)
    found = (text({"item": item}, "item") for item in value) if isinstance(value, list) else ()
    return [item for item in found if item]


def part(node: Node, name: str) -> Node:
    """Return a part that is an object, an empty one where there is none."""
    value = node.get(name)
    return value if isinstance(value, dict) else {}


def parts(node: Node, name: str) -> list[Node]:
    """Return the objects of a part that is a list of them."""
    value = node.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def extensions(node: Node, name: str) -> list[Node]:
    """Return the extensions whose address ends in `name`; parts of an extension go by the name alone."""
    return [found for found in parts(node, "extension") if text(found, "url").rpartition("/")[2] == name]


def codes(concept: Node) -> list[str]:
    """Return the codes of a concept, whatever their systems."""
    return [code for coding in parts(concept, "coding") if (code := text(coding, "code"))]


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """A resource of a type that is used.

    Attributes:
        kind: its type.
        id: its id, or the end of the address a bundle gives it.
        body: the parts of it that are read.
        file: name of the file it was found in.
        fault: path of the part that is out of shape; nothing else of such a resource is used.
    """

    kind: str
    id: str
    body: Node
    file: str
    fault: str = ""

    @property
    def key(self) -> str:
        """What references to it end in."""
        return f"{self.kind}/{self.id}"

    @property
    def updated(self) -> datetime:
        """When it was last changed; long ago when it does not say."""
        try:
            moment = datetime.fromisoformat(text(part(self.body, "meta"), "lastUpdated"))
        except ValueError:
            return datetime.min.replace(tzinfo=UTC)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @property
    def is_test_data(self) -> bool:
        """Whether it is marked as about somebody who does not exist."""
        return any(text(tag, "code") == "HTEST" for tag in parts(part(self.body, "meta"), "tag"))

    def problem(self, code: str, column: str | None = None, value: object = None, **params: str | int) -> Problem:
        """Return a finding about this resource."""
        return problem(code, file=self.file, row=self.id, column=column, value=value, **params)


@dataclass(slots=True)
class ResourceSet:
    """All resources of a load.

    Attributes:
        unused: how many there are of each type that is not used.
        repeated: how often each resource came again.
    """

    unused: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    _by_key: dict[str, Resource] = field(default_factory=dict)
    _by_url: dict[str, str] = field(default_factory=dict)

    def take(self, piece: Piece) -> Problem | None:
        """Keep a resource; return what is wrong with it, if anything is."""
        kind = piece.value.get("resourceType") if isinstance(piece.value, dict) else None
        if not isinstance(kind, str) or kind == "Bundle":  # a bundle that could not be opened
            column = kind if isinstance(kind, str) else "resourceType"
            return problem("resource_malformed", file=piece.file, row=piece.row, column=column)
        if kind not in USED:
            self.unused[kind] += 1
            return None
        identity = piece.value.get("id") or re.split(r"[:/]", piece.full_url)[-1]
        if not isinstance(identity, str) or not _ID.fullmatch(identity):
            return problem("resource_malformed", file=piece.file, row=piece.row, column=f"{kind}.id")
        fault = misshapen(piece.value, kind)
        resource = Resource(kind, identity, piece.value if fault else kept(piece.value, kind), piece.file, fault)
        self._keep(resource, piece.full_url)
        return resource.problem("resource_malformed", resource.fault) if resource.fault else None

    def _keep(self, resource: Resource, full_url: str) -> None:
        if full_url:
            self._by_url[full_url] = resource.key
        held = self._by_key.get(resource.key)
        if held is not None:
            self.repeated[resource.key] += 1
        if held is None or held.fault or (resource.updated >= held.updated and not resource.fault):
            self._by_key[resource.key] = resource

    def of(self, kind: str) -> list[Resource]:
        """Return the resources of a type in the order of their ids."""
        return sorted((found for found in self._by_key.values() if found.kind == kind), key=lambda found: found.id)

    def target(self, reference: Node, holder: Resource, kind: str) -> Resource | None:
        """Return the resource of type `kind` that a reference in `holder` means, or None when it is not here."""
        address = text(reference, "reference")
        if address.startswith("#"):
            return next(_contained(holder, address[1:], kind), None)
        key = self._by_url.get(address) or "/".join(address.partition("/_history/")[0].split("/")[-2:])
        found = self._by_key.get(key)
        return found if found is not None and found.kind == kind else None


def _contained(holder: Resource, identity: str, kind: str) -> Iterator[Resource]:
    for body in parts(holder.body, "contained"):
        if text(body, "resourceType") == kind and text(body, "id") == identity:
            yield Resource(kind, f"{holder.id}#{identity}", body, holder.file, misshapen(body, kind))

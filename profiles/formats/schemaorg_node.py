"""One node of schema.org: its values with references followed, and whether it speaks of behavioural health."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from profiles.formats.drafts import Unused, cell_text
from profiles.taxonomy import is_behavioural_health
from profiles.vocabulary import vocabulary

Node = Mapping[str, Any]

EVIDENCE = (
    "jobTitle",
    "hasOccupation",
    "occupationalCategory",
    "medicalSpecialty",
    "knowsAbout",
    "hasCredential",
    "honorificSuffix",
    "availableService",
    "additionalType",
)
TELLING = frozenset({"listing", "modality", "concern", "licence", "qualities", "practice", "style"})
"""Properties of our own export that only a therapist has."""

SPEAKS = re.compile(
    r"psycholog|psychotherap|psychiatr|psychoanaly|mental[ -]health|behaviou?ral[ -]health|\bcounsell?ing\b"
    r"|(?:marriage|couples?|family|trauma|grief|addiction)\b.{0,20}\b(?:therap|counsell?)|\blicensed\b.{0,30}\bcounsell?or",
    re.IGNORECASE,
)
"""Words that speak of behavioural health, wherever they stand in a title or specialty."""

PREFIX = re.compile(r"^(?:https?://)?(?:www\.)?schema(?:\.org/|:)", re.IGNORECASE)
"""What stands in front of a term of schema.org."""


def local(name: str) -> str:
    """Return a term of schema.org without what stands in front.

    >>> local("https://schema.org/Female"), local("schema:Person"), local("Psychiatric")
    ('Female', 'Person', 'Psychiatric')
    """
    return PREFIX.sub("", name.strip())


def types_of(node: Node) -> set[str]:
    """Return the types of a node, without what stands in front of them."""
    stated = node.get("@type", node.get("type"))
    return {local(one) for one in many(stated) if isinstance(one, str) and one.strip()}


def many(value: Any) -> list[Any]:
    """Return the values of a property, which may be one, several or none."""
    return value if isinstance(value, list) else [] if value is None else [value]


@dataclass(slots=True)
class Person:
    """One person.

    Attributes:
        file: name of the file.
        row: what the person is known by in problems.
        node: what is stated.
        by_id: nodes of the document that others point to.
        unused: counts what is not read.
    """

    file: str
    row: int | str
    node: Node
    by_id: Mapping[str, Node]
    unused: Unused

    def all(self, name: str) -> list[Any]:
        """Return the values of a property, with references followed."""
        return [self.resolved(one) for one in many(self.node.get(name)) if one is not None]

    def resolved(self, value: Any) -> Any:
        """Return a value, or the node that it only points to."""
        if isinstance(value, Mapping) and set(value) <= {"@id", "@type"}:
            return self.by_id.get(str(value.get("@id")), value)
        return value

    def texts(self, name: str, *inner: str) -> list[str]:
        """Return the texts of a property; of a node, that of the first of `inner` it has."""
        return [found for one in self.all(name) if (found := self.text(one, *inner))]

    def text(self, value: Any, *inner: str) -> str:
        """Return a plain value as text; of a node, that of the first of `inner` it has (`name` by default)."""
        value = self.resolved(value)
        if isinstance(value, Mapping):
            if "@value" in value:
                return self.text(value["@value"])
            return next((found for part in inner or ("name",) if (found := self._first(value.get(part)))), "")
        return "" if isinstance(value, list) else cell_text(value)

    def _first(self, value: Any) -> str:
        return next((found for one in many(value) if (found := self.text(one))), "")

    def label(self) -> str:
        """Return what the person, or thing, is known by."""
        found = [*self.texts("identifier", "value"), *self.texts("@id"), *self.texts("name")]
        return next((one.strip() for one in found if one.strip()), "")

    def says(self) -> list[str]:
        """Return what could be evidence of behavioural health."""
        found = [text for name in EVIDENCE for text in self._evidence(name)]
        return list(dict.fromkeys(text.strip() for text in found if text.strip()))

    def _evidence(self, name: str) -> Iterator[str]:
        inner = ("name", "termCode", "codeValue", "identifier", "credentialCategory", "title", "occupationalCategory")
        for one in self.all(name):
            if isinstance(one, Mapping):
                yield from (local(text) for part in inner for text in map(self.text, many(one.get(part))) if text)
            else:
                yield local(self.text(one))

    def own_fields(self) -> Iterator[tuple[str, Any]]:
        """Yield the properties that carry a name of their own, as (name, value)."""
        for one in self.all("additionalProperty"):
            if isinstance(one, Mapping):
                name = self.text(one.get("propertyID")) or self.text(one.get("name"))
                if name:
                    yield name, one.get("value")


def is_behavioural(person: Person) -> bool:
    """Whether a person works in behavioural health, by what is stated of them."""
    if any(name in TELLING for name, _ in person.own_fields()):
        return True
    if types_of(person.node) & {"Psychologist", "Psychiatrist", "Psychotherapist"}:
        return True
    return any(_is_evidence(text) for text in person.says())


def _is_evidence(text: str) -> bool:
    if SPEAKS.search(text) or is_behavioural_health(text):
        return True
    known = ("profession", "modality", "concern")
    return any(vocabulary().find(name, part) for part in re.split(r"[,;/|]", text) for name in known)

"""One person's FHIR resources put together, with what is found wrong while they are read."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, date

from profiles.errors import Param
from profiles.formats.fhir_resources import Node, Resource, ResourceSet, codes, extensions, part, parts, text
from profiles.formats.reading import Options
from profiles.problems import Problem, problem
from profiles.vocabulary import vocabulary


@dataclass(slots=True)
class Notes:
    """Findings that are told once for the load: code, file, row, column and value -> how often."""

    counts: Counter[tuple[str, str, str, str, str]] = field(default_factory=Counter)

    def add(self, code: str, column: str, value: str = "", about: Resource | None = None) -> None:
        """Count one more, `about` a resource that several people share."""
        file, row = (about.file, about.id) if about else ("", "")
        self.counts[code, file, row, column, value] += 1

    def problems(self) -> Iterator[Problem]:
        """Yield the findings in a fixed order."""
        for (code, file, row, column, value), count in sorted(self.counts.items()):
            near = {"nearest": listed(vocabulary().nearest(column, value))} if code == "term_unknown" else {}
            yield problem(code, file=file, row=row or None, column=column, value=value or None, count=count, **near)


def listed(terms: tuple[str, ...]) -> str:
    """Return terms as the sentence of a problem shows them."""
    return ", ".join(terms) or "-"


def day_of(written: str, *, last: bool = False) -> date | None:
    """Return the first (or `last`) day of a FHIR date, which may be a year or a month; None when it is none.

    >>> day_of("2024-02", last=True), day_of("2024"), day_of("soon")
    (datetime.date(2024, 2, 29), datetime.date(2024, 1, 1), None)
    """
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d)(?:T.*)?)?", written, re.ASCII)
    if found is None:
        return None
    year = int(found[1])
    month = int(found[2] or (12 if last else 1))
    try:
        return date(year, month, int(found[3] or (calendar.monthrange(year, month)[1] if last else 1)))
    except ValueError:
        return None


def has_ended(period: Node, today: date) -> bool:
    """Whether a period has a last day, and it is before `today`."""
    return (day_of(text(period, "end"), last=True) or date(MAXYEAR, 12, 31)) < today


class Profile:
    """One person's resources, and what is found wrong while they are read.

    Attributes:
        practitioners: the newest first, so that what it says goes before.
        roles: those that count, in the order of their ids.
        locations, services: what the roles refer to and is open.
        day: the day on which periods are judged.
        as_of: the day the resources speak for.
        problems: findings about this person.
    """

    def __init__(
        self,
        practitioners: list[Resource],
        roles: list[Resource],
        resources: ResourceSet,
        options: Options,
        notes: Notes,
    ) -> None:
        self.practitioners = sorted(practitioners, key=lambda found: found.updated, reverse=True)
        self.roles = roles
        self.resources = resources
        self.options = options
        self.notes = notes
        self.day = options.as_of or options.today
        self.problems: list[Problem] = []
        self.locations = [found for found in self._targets("location", "Location") if self._open(found, "status")]
        self.services = [
            found for found in self._targets("healthcareService", "HealthcareService") if self._open(found, "active")
        ]
        self.as_of = self._as_of()

    def report(self, resource: Resource, code: str, column: str, value: str, **params: Param) -> None:
        """Keep a finding about one of the resources."""
        self.problems.append(problem(code, file=resource.file, row=resource.id, column=column, value=value, **params))

    def _targets(self, name: str, kind: str) -> list[Resource]:
        """Return what the roles refer to, each once, and report what is not there."""
        found: dict[str, Resource] = {}
        for role in self.roles:
            for reference in parts(role.body, name):
                target = self.resources.target(reference, role, kind)
                if target is None:
                    self.report(role, "reference_unresolved", f"{role.kind}.{name}", shown(reference))
                elif not target.fault:
                    found[target.key] = target
        return list(found.values())

    def _open(self, resource: Resource, name: str) -> bool:
        closed = resource.body.get(name) in (False, "suspended", "inactive")
        if closed:
            self.notes.add("resource_inactive", f"{resource.kind}.{name}", about=resource)
        return not closed

    def _as_of(self) -> date:
        """Return the day the resources speak for: the operator's, else their newest, which is never in the future."""
        written = (part(one.body, "meta") for one in (*self.practitioners, *self.roles, *self.locations))
        days = [day for meta in written if (day := day_of(text(meta, "lastUpdated")))]
        return self.options.as_of or min(max(days, default=self.options.today), self.options.today)


def shown(reference: Node) -> str:
    """Return a reference as a problem shows it."""
    return text(reference, "reference") or text(reference, "display")


def codes_in(nodes: list[Node], name: str) -> list[str]:
    """Return the codes of the extensions `name` of several nodes."""
    inner = [extension for node in nodes for extension in extensions(node, name)]
    return [code for extension in inner for code in codes(part(extension, "valueCodeableConcept"))]

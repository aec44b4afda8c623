"""The formats a directory can be written in, and the report of what each of them can't hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol

from profiles.schema import Therapist


@dataclass(frozen=True, slots=True)
class Loss:
    """What a format can't hold of a field.

    Attributes:
        field: name of `FIELDS`, or `provenance`, `withheld`, `listing`, `listed`, `fictional` of a profile as a whole.
        count: therapists of whom it is lost.
        reason: key of the texts under `loss`.
    """

    field: str
    count: int
    reason: str


@dataclass(slots=True)
class Losses:
    """Counts what is lost while therapists are written."""

    therapists: int = 0
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, lost: Mapping[str, str]) -> None:
        """Count one therapist who loses these fields, each for its reason."""
        self.therapists += 1
        self._counts.update(lost.items())

    def report(self) -> tuple[Loss, ...]:
        """Return the losses in the order of fields."""
        return tuple(Loss(name, count, reason) for (name, reason), count in sorted(self._counts.items()))


class Exporter(Protocol):
    """Writes therapists in one format."""

    def __call__(self, therapists: Iterable[Therapist], losses: Losses) -> Iterator[str]:
        r"""Yield the text of a file piece by piece, lines ended by "\n"; `losses` is complete when it ends."""
        ...


EXPORTERS: Mapping[str, tuple[str, str]] = {
    "csv": ("profiles.export.csv", "write_csv"),
    "ndjson": ("profiles.export.ndjson", "write_ndjson"),
    "fhir": ("profiles.export.fhir", "write_fhir"),
    "hsds": ("profiles.export.hsds", "write_hsds"),
    "schemaorg": ("profiles.export.schemaorg", "write_schemaorg"),
}
"""Format -> module and function that write it; imported when it is asked for."""


def exporter(name: str) -> Exporter:
    """Return what writes a format.

    Raises:
        KeyError: there is no such format.
    """
    module, function = EXPORTERS[name]
    found: Exporter = getattr(import_module(module), function)
    return found

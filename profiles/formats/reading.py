"""What every format reader gives: a stream of `Row`s, and the options it is called with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, Protocol

from profiles.problems import Problem
from profiles.schema import Listing, Therapist

Outcome = Literal["loaded", "skipped", "rejected", "note"]


@dataclass(frozen=True, slots=True)
class Options:
    """How to read.

    Attributes:
        source: label stored as the source of every fact.
        as_of: the day the operator says the file speaks for; None lets the file or `today` decide.
        today: the day of loading.
        identity_consent: the basis on which identity fields may be held, "" when there is none.
        listing: the listing basis of this source; None leaves it to the format.
    """

    source: str
    today: date
    as_of: date | None = None
    identity_consent: str = ""
    listing: Listing | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One thing read: a therapist, a skipped or rejected row, or a note about the file as a whole.

    A "loaded" row has a therapist; a "note" does not count as read.
    """

    outcome: Outcome
    therapist: Therapist | None = None
    problems: tuple[Problem, ...] = ()


class Reader(Protocol):
    """Reads files of one format; never raises for content, only for paths."""

    def __call__(self, paths: Sequence[Path], options: Options) -> Iterator[Row]:
        """Yield a row for each thing in `paths`, streaming where the format allows."""
        ...

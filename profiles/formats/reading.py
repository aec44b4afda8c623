"""What every format reader gives: a stream of `Row`s, and the options it is called with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol

from profiles.problems import Problem
from profiles.schema import Editor, Fact, Licence, Listing, Therapist

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
        list_now: therapists of a public register are listed without their own yes.
        register: label of the register that the files were taken from after a check, "" when there was none.
        mapping: what the operator says of foreign headers and terms.
    """

    source: str
    today: date
    as_of: date | None = None
    identity_consent: str = ""
    listing: Listing | None = None
    list_now: bool = False
    register: str = ""
    mapping: Any = None


@dataclass(frozen=True, slots=True)
class Row:
    """One thing read: a therapist, a skipped or rejected row, or a note about the file as a whole.

    A "loaded" row has a therapist; a "note" does not count as read. `file` and `line` say where it stands: the line of
    a file, or the id of a resource.
    """

    outcome: Outcome
    therapist: Therapist | None = None
    problems: tuple[Problem, ...] = ()
    file: str = ""
    line: int | str | None = None


class Reader(Protocol):
    """Reads files of one format; never raises for content, only for paths."""

    def __call__(self, paths: Sequence[Path], options: Options) -> Iterator[Row]:
        """Yield a row for each thing in `paths`, streaming where the format allows."""
        ...


def facts_of(values: Mapping[str, Any], options: Options, as_of: date) -> dict[str, Fact]:
    """Return what a file states as facts: its own word, or that of the register it was taken from.

    A register has checked the licences it holds on the day it speaks for; what a file says of a check goes before.
    """
    editor: Editor = "register" if options.register else "file"
    source = options.register or options.source
    facts = {name: Fact(value, source, as_of, editor, as_of) for name, value in values.items()}
    if options.register and "licence" in facts:
        checked = tuple(_checked(one, options.register, as_of) for one in facts["licence"].value)
        facts["licence"] = replace(facts["licence"], value=checked)
    return facts


def _checked(one: Licence, register: str, as_of: date) -> Licence:
    return one if one.checked_against else replace(one, checked_against=register, checked_on=as_of)


def consent_fact(basis: str, options: Options, as_of: date) -> Fact:
    """Return the consent to identity fields, whose source is its basis; without a basis it is refused."""
    return Fact(bool(basis), basis or options.source, as_of, "file", as_of)

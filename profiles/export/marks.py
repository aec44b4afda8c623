"""What no foreign format holds of a profile: who said what and when, who may be listed, and who somebody is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from profiles.schema import FIELDS, IDENTITY_FIELDS, Fact, Therapist

HIDDEN = frozenset({*IDENTITY_FIELDS, "identity_consent"})
"""Fields that leave the house in our own formats alone, with the basis on which they are held."""


def day_of(therapist: Therapist) -> date | None:
    """Return the one day a profile is dated with: how fresh the word on new clients is, else its newest fact."""
    accepting = therapist.facts.get("accepting")
    return accepting.confirmed_on if accepting else max((fact.as_of for fact in therapist.facts.values()), default=None)


def public(therapist: Therapist) -> Iterator[tuple[str, Fact]]:
    """Yield the facts that anybody may see, in the order of `FIELDS`, whatever order they were loaded in."""
    return ((name, therapist.facts[name]) for name in FIELDS if name in therapist.facts and name not in HIDDEN)


def lost_marks(therapist: Therapist, held: Collection[str] = (), *, listing: str = "") -> dict[str, str]:
    """Return what is lost of a profile as a whole, by the reason.

    Args:
        therapist: whose profile it is.
        held: what the format has a place for.
        listing: the basis that readers of the format take by themselves.
    """
    days = {day for fact in therapist.facts.values() for day in (fact.as_of, fact.confirmed_on)}
    about = {
        "provenance": "origin",
        "as_of": "one_date" if len(days) > 1 else "",
        "withheld": "no_place" if therapist.withheld else "",
        "listing": "no_place" if therapist.listing != listing else "",
        "listed": "no_place" if therapist.listed else "",
        "fictional": "no_place" if therapist.fictional else "",
    }
    return {name: reason for name, reason in about.items() if reason and name not in held}


def hidden(therapist: Therapist) -> dict[str, str]:
    """Return the fields of a therapist that are not for everybody, by the reason."""
    return {name: "not_public" for name in therapist.facts if name in HIDDEN}

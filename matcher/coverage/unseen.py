"""Profiles that clients never see, or see only behind everyone else, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from matcher.index.columns import listed
from matcher.settings import Settings
from profiles.schema import FIELDS, Therapist

REASONS = (
    "not_listed",
    "paused",
    "full",
    "waiting_list",
    "existing_only",
    "licences_ended",
    "accepting_not_stated",
    "accepting_stale",
    "nothing_stated",
    "not_shown",
)
"""Why: the first six keep a profile out of every list; the next three put it behind or leave it nothing to be found
by; the last is counted, where counting is on."""

OUT = frozenset(REASONS[:6])


@dataclass(frozen=True, slots=True)
class Unseen:
    """One profile that clients do not see.

    Attributes:
        therapist: the id.
        name: shown beside it.
        reasons: of `REASONS`, in their order.
        out: whether it is in no list at all; else it stands behind everyone confirmed, or was not shown lately.
    """

    therapist: str
    name: str
    reasons: tuple[str, ...]
    out: bool


def unseen(person: Therapist, as_of: date, settings: Settings, shown: Mapping[str, int] | None) -> Unseen | None:
    """Return why clients do not see a profile, None where nothing speaks against it.

    Args:
        person: the profile.
        as_of: the day to judge by.
        settings: `accepting_fresh_days`.
        shown: how often each therapist was shown, by id, in whole steps; None where nobody counts.
    """
    reasons = [*_standing(person, as_of, settings.accepting_fresh_days)]
    if not any(row.ranked and name in person.facts for name, row in FIELDS.items()) and not person.bio:
        reasons.append("nothing_stated")
    if shown is not None and not shown.get(person.id):
        reasons.append("not_shown")
    if not reasons:
        return None
    return Unseen(person.id, person.name, tuple(reasons), bool(OUT & set(reasons)))


def _standing(person: Therapist, as_of: date, fresh_days: int) -> list[str]:
    reasons = [] if listed(person) else ["not_listed"]
    accepting = person.facts.get("accepting")
    if accepting is not None and accepting.value != "accepting":
        reasons.append(accepting.value)
    if person.licences and all(one.end is not None and one.end < as_of for one in person.licences):
        reasons.append("licences_ended")
    if accepting is None:
        reasons.append("accepting_not_stated")
    elif accepting.value == "accepting" and (as_of - accepting.confirmed_on).days > fresh_days:
        reasons.append("accepting_stale")
    return reasons

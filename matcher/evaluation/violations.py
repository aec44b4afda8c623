"""Whether a therapist meets what is a must, read from the profile alone: what no ranker had a hand in."""

from __future__ import annotations

from matcher.index.musts import distance_km
from matcher.reasons import Rule, holds, runs
from profiles.languages import covers
from profiles.schema import Preferences, Therapist


def meets(person: Therapist, preferences: Preferences, rule: Rule) -> bool:
    """Whether every must is met, or is not stated where the client lets that in."""
    fields = all(
        (all if field == "accessibility" else any)(holds(person, field, term, rule) for term in terms)
        or _let_in(person, field, preferences)
        for field, terms in preferences.must.items()
    )
    return (
        fields
        and person.value("accepting", "") in ("", "accepting")
        and _is_affordable(person, preferences)
        and _is_soon(person, preferences, rule)
        and _is_licensed(person, preferences, rule)
        and _is_near(person, preferences)
    )


def _let_in(person: Therapist, field: str, preferences: Preferences) -> bool:
    """Whether the client takes a profile without this must: it is not stated, or an interpreter will do."""
    if field == "language" and "interpreter" in preferences.language_also:
        return "interpreter" in person.terms("accessibility")
    if field not in preferences.include_not_stated:
        return False
    if field in ("jurisdiction", "profession"):
        return all(one.end is None or not one.jurisdiction or not one.profession for one in person.licences)
    if field == "language":
        return not person.languages
    return not person.terms(field)


def _is_affordable(person: Therapist, preferences: Preferences) -> bool:
    fee, most = person.value("fee"), preferences.fee_max
    if most is None:
        return True
    if fee is None or fee.currency != most.currency:
        return "fee_max" in preferences.include_not_stated
    return bool(fee.lowest <= most.amount)


def _is_soon(person: Therapist, preferences: Preferences, rule: Rule) -> bool:
    within, opening = preferences.starts_within, person.value("next_opening")
    if within is None:
        return True
    if opening is None:
        return "starts_within" in preferences.include_not_stated
    return bool((opening - rule.as_of).days <= within)


def _is_licensed(person: Therapist, preferences: Preferences, rule: Rule) -> bool:
    """Whether one licence is of a profession that is a must and of a jurisdiction that is, where both are."""
    professions, places = preferences.must.get("profession", ()), preferences.must.get("jurisdiction", ())
    if not (professions and places) or {"profession", "jurisdiction"} & set(preferences.include_not_stated):
        return True
    return any(
        one.profession in professions and any(covers(one.jurisdiction, place) for place in places)
        for one in person.licences
        if one.jurisdiction and one.end is not None and runs(one, rule.as_of)
    )


def _is_near(person: Therapist, preferences: Preferences) -> bool:
    """Whether somebody meets clients within reach, or offers a remote format that was asked for."""
    near, formats = preferences.near, set(person.terms("session_format"))
    asked = {*preferences.must.get("session_format", ()), *preferences.prefer.get("session_format", ())}
    if near is None or (formats & asked) - {"in_person"}:
        return True
    if formats and "in_person" not in formats:
        return False
    places = [one for one in person.value("place", ()) if one.latitude is not None and one.longitude is not None]
    if not places and "near" in preferences.include_not_stated:
        return True
    return any(float(distance_km(near, one.latitude, one.longitude)) <= near.km for one in places)

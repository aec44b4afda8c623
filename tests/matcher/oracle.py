"""Who is eligible and why not, and what check-ins are worth, in plain Python, written from the interface alone.

Slow and simple on purpose, and sharing nothing with the product but its records.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean, stdev
from typing import Any

from matcher.feedback.protocol import CheckIn
from profiles.schema import Licence, Place, Therapist

MET, NOT_MET, NOT_STATED = "met", "not_met", "not_stated"
FRESH_DAYS = 90
LANGUAGE_FLOOR, SIMPLE_WORDS = 30, 20
ALL_NEEDED = ("accessibility", "practice")
REMOTE = {"video", "phone", "text"}
LIMITS = ("fee_max", "near", "starts_within")


def musts_of(document: Mapping[str, Any]) -> list[str]:
    """Return the names of everything a document insists on."""
    return [*document.get("must", {}), *(name for name in LIMITS if document.get(name) is not None)]


def without(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a document that no longer insists on `name`."""
    rest = {key: value for key, value in document.items() if key != name}
    rest["must"] = {field: terms for field, terms in document.get("must", {}).items() if field != name}
    return rest


def including(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a document that lets in whoever does not state `name`."""
    return {**document, "include_not_stated": [*document.get("include_not_stated", []), name]}


def may_be_listed(person: Therapist, as_of: date) -> bool:
    """Whether anybody may see a profile on a day at all."""
    if person.value("accepting", "accepting") != "accepting":
        return False
    if person.licences and all(one.end is not None and one.end < as_of for one in person.licences):
        return False
    confirmed_by_a_person = any(one.editor in ("therapist", "operator") for one in person.facts.values())
    return person.listing != "public_register" or confirmed_by_a_person


def group(person: Therapist, as_of: date) -> str:
    """Return confirmed or unconfirmed."""
    said = person.facts.get("accepting")
    fresh = said is not None and said.confirmed_on >= as_of - timedelta(days=FRESH_DAYS)
    return "confirmed" if fresh else "unconfirmed"


def passes(person: Therapist, document: Mapping[str, Any], as_of: date) -> bool:
    """Whether one therapist is eligible."""
    let_in = document.get("include_not_stated", [])
    return may_be_listed(person, as_of) and all(
        verdict(person, document, name, as_of) in ((MET, NOT_STATED) if name in let_in else (MET,))
        for name in musts_of(document)
    )


def eligible(people: Iterable[Therapist], document: Mapping[str, Any], as_of: date) -> set[str]:
    """Return the ids of everyone eligible."""
    return {person.id for person in people if passes(person, document, as_of)}


def gains(people: Sequence[Therapist], document: Mapping[str, Any], name: str, as_of: date) -> int:
    """Return how many come in when `name` is no longer a must."""
    return len(eligible(people, without(document, name), as_of) - eligible(people, document, as_of))


def kept_out_by_silence(people: Sequence[Therapist], document: Mapping[str, Any], name: str, as_of: date) -> int:
    """Return how many come in when whoever does not state `name` is let in."""
    return len(eligible(people, including(document, name), as_of) - eligible(people, document, as_of))


def verdict(person: Therapist, document: Mapping[str, Any], name: str, as_of: date) -> str:  # noqa: PLR0911 - a must a line
    """Return how one therapist stands to one must."""
    must = document.get("must", {})
    if name == "fee_max":
        return _fee(person, document["fee_max"])
    if name == "starts_within":
        opening = person.value("next_opening")
        if opening is None:
            return NOT_STATED
        return MET if opening <= as_of + timedelta(days=document["starts_within"]) else NOT_MET
    if name == "near":
        return _near(person, document)
    if name == "language":
        return _language(person, must["language"], document.get("language_also", []))
    if name == "jurisdiction":
        return _licensed(person.licences, must["jurisdiction"], None, as_of)
    if name == "profession":
        return _licensed(person.licences, must.get("jurisdiction"), must["profession"], as_of)
    if name not in person.facts:
        return NOT_STATED
    held = [term in person.terms(name) for term in must[name]]
    return MET if (all(held) if name in ALL_NEEDED else any(held)) else NOT_MET


def _fee(person: Therapist, limit: Mapping[str, Any]) -> str:
    fee = person.value("fee")
    if fee is None or fee.currency != limit["currency"]:
        return NOT_STATED
    return MET if fee.lowest <= round(limit["amount"] * 100) else NOT_MET


def _language(person: Therapist, wanted: Sequence[str], also: Sequence[str]) -> str:
    if "interpreter" in also and "interpreter" in person.terms("accessibility"):
        return MET
    enough = SIMPLE_WORDS if "simple_words" in also else LANGUAGE_FLOOR
    for one in person.languages:
        for tag in wanted:
            inside = one.tag == tag or one.tag.startswith(f"{tag}-")
            if inside and (one.level is None or one.level >= enough):
                return MET
    return NOT_MET if person.languages else NOT_STATED


def _licensed(licences: Sequence[Licence], where: Sequence[str] | None, what: Sequence[str] | None, as_of: date) -> str:
    """Judge each licence alone; one that is met is enough, one that may do leaves it open."""
    found = {_licence(one, where, what, as_of) for one in licences} or {NOT_STATED}
    return next(kind for kind in (MET, NOT_STATED, NOT_MET) if kind in found)


def _licence(one: Licence, where: Sequence[str] | None, what: Sequence[str] | None, as_of: date) -> str:
    unclear = False
    if (one.end is not None and one.end < as_of) or (one.start is not None and one.start > as_of):
        return NOT_MET
    if where is not None:
        if one.jurisdiction and not any(one.jurisdiction in (wanted, wanted.split("-")[0]) for wanted in where):
            return NOT_MET
        unclear |= not one.jurisdiction or one.end is None
    if what is not None:
        if one.profession and one.profession not in what:
            return NOT_MET
        unclear |= not one.profession
    return NOT_STATED if unclear else MET


def _near(person: Therapist, document: Mapping[str, Any]) -> str:
    """Distance binds meeting in person only; an asked remote format that is offered will do."""
    asked = {*document.get("must", {}).get("session_format", []), *document.get("prefer", {}).get("session_format", [])}
    offered = set(person.terms("session_format"))
    if asked & REMOTE & offered:
        return MET
    if offered and "in_person" not in offered:
        return NOT_MET
    located = [one for one in person.places if one.latitude is not None and one.longitude is not None]
    if not located:
        return NOT_STATED
    return MET if any(_km(one, document["near"]) <= document["near"]["km"] for one in located) else NOT_MET


def _km(place: Place, point: Mapping[str, float]) -> float:
    """Return the distance on a sphere from the angle between two unit vectors."""
    one, other = _unit(place.latitude, place.longitude), _unit(point["latitude"], point["longitude"])
    chord = math.dist(one, other)
    return 2 * 6371.0088 * math.asin(min(1.0, chord / 2))


def _unit(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, theta = math.radians(latitude), math.radians(longitude)
    return (math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi))


# ---------------------------------------------------------------- check-ins of one kind of clients

RANKED_ITEMS = ("understood", "safe_to_be_open", "agree_on_goals", "way_of_working", "decide_together")
FEWEST_CLIENTS = 10


def client_scores(checkins: Sequence[CheckIn]) -> dict[tuple[str, str], float]:
    """Return by (therapist, client) the mean of the ranked answers after the first session."""
    answers = {
        (one.therapist, one.client): [value for code, value in one.items.items() if code in RANKED_ITEMS]
        for one in checkins
        if one.session == 1
    }
    return {client: fmean(values) for client, values in answers.items() if values}


def reported_values(checkins: Sequence[CheckIn]) -> dict[str, tuple[int, float, float]]:
    """Return (clients, mean, value) of everyone with ten clients: (mean - mu) / (2 S) between -.5 and .5."""
    scores = client_scores(checkins)
    every = list(scores.values())
    spread = stdev(every) if len(every) > 1 else 0.0
    found = {}
    for therapist in {name for name, _ in scores}:
        own = [score for (name, _), score in scores.items() if name == therapist]
        deviation = fmean(own) - fmean(every)
        value = max(-0.5, min(0.5, deviation / (2 * spread))) if spread else 0.0
        if len(own) >= FEWEST_CLIENTS:
            found[therapist] = (len(own), fmean(own), value)
    return found


def reported_weight(clients: int) -> float:
    """Return .278 n / (n + 19), nothing below ten clients."""
    return 0.278 * clients / (clients + 19) if clients >= FEWEST_CLIENTS else 0.0

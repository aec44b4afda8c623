"""What a judge reads: the wishes in plain words, and the pooled profiles, shuffled; nothing on who ranked them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from matcher.messages import label, say
from profiles.preferences import AVOIDABLE, WISH_FIELDS
from profiles.schema import STYLES, Preferences, Therapist

SHOWN = (*WISH_FIELDS, "qualities")


def pooled(found: Mapping[str, Sequence[str]], judged: frozenset[str], rng: Random) -> list[str]:
    """Return everybody whom any ranker put first and nobody has judged, shuffled."""
    everybody = sorted({identity for ids in found.values() for identity in ids} - judged)
    rng.shuffle(everybody)
    return everybody


def sheet(name: str, preferences: Preferences, people: Sequence[Therapist]) -> str:
    """Return one query's sheet."""
    fields = frozenset({*preferences.must, *preferences.prefer, *preferences.avoid})
    profiles = (_profile(person, preferences, fields) for person in people)
    return "\n\n".join([f"# {name}", "\n".join(_wishes(preferences)), *profiles]) + "\n"


def _wishes(preferences: Preferences) -> Iterator[str]:
    for field, terms in preferences.must.items():
        yield f"Must (everybody below meets it): {field}: {_labels(field, terms)}"
    for field, terms in preferences.prefer.items():
        yield f"Would like: {field}: {_labels(field, terms)}"
    for style, side in preferences.style.items():
        yield f"Would like: {say(f'style.{style}.name')}: {_side(side)} ({style})"
    if preferences.qualities:
        yield f"Would like among a therapist's three qualities: {_labels('qualities', preferences.qualities)}"
    for field in AVOIDABLE:
        if preferences.avoid.get(field):
            yield f"Would rather not: {_labels(field, preferences.avoid[field])}"
    if preferences.matters_most:
        yield f"Matters most: {', '.join(preferences.matters_most)}"
    if preferences.words:
        yield f"In their own words: {preferences.words}"


def _profile(person: Therapist, preferences: Preferences, fields: frozenset[str]) -> str:
    lines = [f"== {person.id}"]
    lines += [f"{field}: {_stated(person, field)}" for field in SHOWN if field in fields or field == "qualities"]
    if preferences.style:
        sides = person.value("style", {})
        lines.append(
            "style: " + ("; ".join(f"{one} {sides[one]:+d}" for one in STYLES if one in sides) or "not stated")
        )
    lines.append(f"text: {' '.join(person.own_words.split()) or 'none'}")
    return "\n".join(lines)


def _stated(person: Therapist, field: str) -> str:
    if field == "language":
        return ", ".join(label(field, one.tag) for one in person.languages) or "not stated"
    if field in ("jurisdiction", "profession"):
        return ", ".join(sorted({getattr(one, field) for one in person.licences})) or "not stated"
    return _labels(field, person.terms(field)) or "not stated"


def _labels(field: str, terms: Sequence[str]) -> str:
    return ", ".join(label(field, term) for term in terms)


def _side(side: int) -> str:
    return f"{side:+d} on a scale of -3 to +3"

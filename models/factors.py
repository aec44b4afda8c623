"""The factor table: what a client can wish, where it belongs in the working alliance, and what is known of it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from profiles.errors import Message
from profiles.preferences import AVOIDABLE, WISH_FIELDS
from profiles.schema import STYLES, Preferences

Group = Literal["bond", "goal", "task", "culture", "practical"]
Kind = Literal["relationship", "topic", "practical"]
Door = Literal["stated", "described", "reported"]
State = Literal["met", "partly", "not_met", "not_stated"]
Tier = Literal["checked", "therapist_states", "profile_text", "client_checkins"]

WORDS = "words"

ALLIANCE = "alliance"
"""The factor that the reported door reads: no wish, the same in every list."""

# The ends of each style dimension as terms that a text can speak for: (side of -3, side of 3).
POLES: Mapping[str, tuple[str, str]] = {
    "directiveness": ("client_led", "directive"),
    "emotional_intensity": ("calm_pace", "expressive"),
    "past_focus": ("present_focused", "past_focused"),
    "challenge": ("warm", "challenging"),
}


@dataclass(frozen=True, slots=True)
class Factor:
    """One row of the table.

    Attributes:
        name: of the factor, as contributions name it.
        field: the field whose wishes and facts it reads.
        group: part of the working alliance (Bordin 1979), culture, or practical.
        kind: relationship, topic or practical.
        doors: the doors it is read through.
        evidence: the figures that speak to it, as `evidence` gives them.
        citation: where they stand.
        derivation: how the weight follows.
        section: the section of the article it comes from.
    """

    name: str
    field: str
    group: Group
    kind: Kind
    doors: tuple[Door, ...]
    evidence: str
    citation: str
    derivation: str
    section: str


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish as one door reads it.

    Attributes:
        factor: row of the table.
        door: through which it is read.
        terms: what was asked, vocabulary codes or language tags.
        target: the wished side of a style, -3..3.
        avoid: the terms are not wanted.
    """

    factor: Factor
    door: Door
    terms: tuple[str, ...] = ()
    target: int = 0
    avoid: bool = False


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one wish adds to one therapist's fit score.

    Attributes:
        factor, group, kind, door: as in the table.
        weight: of the wish in this list, in units of a correlation; of the reported door, at the therapist's clients.
        value: 0..1; -1..0 for what was to be avoided; -.5...5 through the reported door.
        contribution: weight times value.
        state: whether the wish is met; "partly" for everything that only a text describes. Of the reported door: where
            the interval of the mean lies, above what is expected (met), around it (partly) or below it (not_met).
        tier: what kind of source says so.
        because: the reason, not yet words.
        quote: the line of the profile that speaks to it, or None.
        quote_lang: BCP 47 tag of the quoted line, or None when not known.
        as_of: ISO date of the fact, or None.
    """

    factor: str
    group: str
    kind: str
    door: str
    weight: float
    value: float
    contribution: float
    state: State
    tier: Tier
    because: Message
    quote: str | None = None
    quote_lang: str | None = None
    as_of: str | None = None


@cache
def factors() -> Mapping[str, Factor]:
    """Return the table by factor name, read once from `factors.toml`."""
    rows = tomllib.loads((files("models") / "factors.toml").read_text(encoding="utf-8"))["factor"]
    return {row["name"]: Factor(**{**row, "doors": tuple(row["doors"])}) for row in rows}


def wishes_of(preferences: Preferences) -> tuple[Wish, ...]:
    """Return every wish, read once a door, in the order of the table; musts are no wishes."""
    wishes = {wish.factor.name: wish for wish in _asked(preferences)}
    ordered = [wishes[name] for name in factors() if name in wishes]
    return tuple(
        _through(wish, door) for door in ("stated", "described") for wish in ordered if door in wish.factor.doors
    )


def _asked(preferences: Preferences) -> Iterator[Wish]:
    table = factors()
    for field in WISH_FIELDS:
        if terms := preferences.prefer.get(field):
            yield Wish(table[field], "stated", terms)
    for style in STYLES:
        if side := preferences.style.get(style):
            yield Wish(table[style], "stated", target=side)
    for quality in preferences.qualities:
        yield Wish(table[quality], "stated", (quality,))
    for field in AVOIDABLE:
        if terms := preferences.avoid.get(field):
            yield Wish(table[f"avoid_{field}"], "stated", terms, avoid=True)
    if preferences.words:
        yield Wish(table[WORDS], "described")


def _through(wish: Wish, door: Door) -> Wish:
    return Wish(wish.factor, door, wish.terms, wish.target, wish.avoid)

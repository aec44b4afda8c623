"""What clients and therapists are both asked, in pairs, and what therapists alone are asked beside it: data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mirrored = Literal["style", "qualities", "practice"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One question with its two sides; both are answered with the same codes.

    Attributes:
        field: the part of preferences and of the profile that holds the answers.
        code: the style or the term it is about; "" for a question about the field as a whole.
        client, therapist: keys of the words that each side reads.
        section: part of the source article that it stands for, as docs/article.md names it.
    """

    field: Mirrored
    code: str
    client: str
    therapist: str
    section: str


def _style(code: str, section: str) -> Pair:
    return Pair("style", code, f"ask.style.{code}", f"own_profile.style.{code}", section)


def _practice(code: str, section: str) -> Pair:
    return Pair("practice", code, f"mirrored.client.{code}", f"mirrored.therapist.{code}", section)


PAIRS: tuple[Pair, ...] = (
    _style("directiveness", "The Therapeutic Alliance"),
    _style("emotional_intensity", "Building the Therapeutic Relationship"),
    _style("past_focus", "Different Therapeutic Approaches and Relationships"),
    _style("challenge", "Components of the Therapeutic Relationship"),
    Pair("qualities", "", "ask.qualities", "own_profile.qualities", "Components of the Therapeutic Relationship"),
    _practice("homework", "The Therapeutic Alliance"),
    _practice("structured_sessions", "Boundaries in the Therapeutic Relationship"),
    _practice("between_session_contact", "Technology and the Therapeutic Relationship"),
    _practice("progress_review", "Quality Indicators"),
    _practice("asks_for_feedback", "Communication in the Therapeutic Relationship"),
    _practice("family_involvement", "Cultural Considerations"),
    _practice("traditional_practice", "Cultural Considerations"),
    _practice("spiritual_practice", "Cultural Considerations"),
    _practice("self_disclosure", "Boundaries in the Therapeutic Relationship"),
)
"""The questions, in the order in which both pages ask them."""


@dataclass(frozen=True, slots=True)
class Told:
    """A question for therapists alone, whose answer clients read and no list is ordered by.

    Attributes:
        field: of the profile.
        ask, why: keys of the question and of what it is good for.
    """

    field: str
    ask: str
    why: str


TOLD: tuple[Told, ...] = tuple(
    Told(field, f"mirrored.told.{field}", f"mirrored.told_why.{field}")
    for field in ("training", "supervised", "crisis_between_sessions")
)
"""What therapists tell, in the order in which they are asked and clients read it."""


def pairs_of(field: Mirrored) -> tuple[Pair, ...]:
    """Return the pairs about a field, in their order."""
    return tuple(pair for pair in PAIRS if pair.field == field)


def pair_of(field: str, code: str) -> Pair | None:
    """Return the pair about one style or term, None where it is not asked in a pair."""
    return next((pair for pair in PAIRS if (pair.field, pair.code) == (field, code)), None)

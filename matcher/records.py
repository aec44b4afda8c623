"""The records that leave the ranking: a list of matches, each with what is met, not met and not stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from models.factors import Contribution, State, Tier
from profiles.errors import Message
from profiles.schema import Therapist

GROUPS: tuple[Literal["confirmed", "unconfirmed"], ...] = ("confirmed", "unconfirmed")
BAND = 0.01
"""Scores closer than the evidence can tell apart share a band; in units of the score."""

RERANKERS: tuple[str, ...] = ("capacity",)
"""What a variant may add to the order beside wishes; each names the factor and the group of its contributions."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A ranking variant, data only.

    Attributes:
        name: as `--variant` takes it.
        parameters: parameters of the fit model that differ from the model in use.
        parent: the variant it changes, "" for none.
        note: what it is for, a text key.
        reranker: of `RERANKERS`, "" for none.
    """

    name: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    parent: str = ""
    note: str = ""
    reranker: str = ""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What dropping one must would bring.

    Attributes:
        drop: field of the must.
        gains: how many therapists fail this must alone.
        offered: whether a client is ever told to drop it.
    """

    drop: str
    gains: int
    offered: bool


@dataclass(frozen=True, slots=True)
class NotStated:
    """How many therapists are kept out only because they do not state `field`."""

    field: str
    count: int


@dataclass(frozen=True, slots=True)
class MustResult:
    """How one therapist stands to one must: met, or not stated and let in because the client said so."""

    field: str
    state: State
    tier: Tier
    because: Message
    as_of: str | None


@dataclass(frozen=True, slots=True)
class Match:
    """One therapist in a list.

    Attributes:
        rank: 1-based.
        therapist: the profile as it was when the list was made.
        group: confirmed before unconfirmed.
        band: floor of the fit score over `BAND`.
        fit_score: rounded to nine decimals.
        contributions: what each wish adds, then check-ins and a re-ranker where these are on; they sum to `fit_score`
            within 1e-9.
        opening: how the therapist's text begins, "" without a text; for a reader whom no quote speaks to.
        quotes: the described ones whose line stands out enough to be read by a client, strongest first.
        musts: how each must is met.
        questions: what to ask in a first conversation.
        variant: which ranking put them on a list that two have drawn in turn, "" on any other.
    """

    rank: int
    therapist: Therapist
    group: Literal["confirmed", "unconfirmed"]
    band: int
    fit_score: float
    contributions: tuple[Contribution, ...]
    quotes: tuple[Contribution, ...]
    opening: str
    musts: tuple[MustResult, ...]
    questions: tuple[Message, ...]
    variant: str = ""

    @property
    def wishes(self) -> tuple[Contribution, ...]:
        """The contributions of stated wishes, in one order for a whole list; none of texts, check-ins or re-rankers."""
        return tuple(one for one in self.contributions if one.door == "stated" and one.group not in RERANKERS)

    @property
    def reported(self) -> tuple[Contribution, ...]:
        """What clients reported, where they are enough to be spoken of."""
        return tuple(one for one in self.contributions if one.door == "reported" and one.state != "not_stated")

    @property
    def moved(self) -> tuple[Contribution, ...]:
        """What a re-ranker took from the score, where it took anything."""
        return tuple(one for one in self.contributions if one.group in RERANKERS and one.state != "met")


@dataclass(frozen=True, slots=True)
class MatchList:
    """The answer to one set of preferences.

    Attributes:
        variant, model: what ranked it; the model by its hash.
        as_of: the day of the session.
        directory: how many therapists the directory holds.
        eligible: how many of them meet every must.
        relaxations, not_stated: what each must costs.
        relationship_part: share of all weight that wishes about working together have.
        words_read_as: concerns that the client's own words were certainly enough read as, the likeliest first.
        matches: the best, at most as many as were asked for.
        order: "interleaved" where two rankings have drawn in turn, "" where fit scores decide.
    """

    variant: str
    model: str
    as_of: date
    directory: int
    eligible: int
    relaxations: tuple[Relaxation, ...]
    not_stated: tuple[NotStated, ...]
    relationship_part: float
    words_read_as: tuple[str, ...]
    matches: tuple[Match, ...]
    order: Literal["", "interleaved"] = ""

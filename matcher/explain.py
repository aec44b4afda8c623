"""Why a therapist stands where they stand: contributions, musts, quotes and questions of those who are shown."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.first_talk import first_questions
from matcher.index.columns import listed as may_be_listed
from matcher.index.musts import Standing
from matcher.index.query import Index
from matcher.index.values import Values, described_terms
from matcher.index.words import WordValues
from matcher.order import Ranking
from matcher.reasons import (
    Reason,
    Rule,
    fact_of,
    must_result,
    reported_reason,
    reranked_reason,
    stated_reason,
    terms_param,
    tier_of,
    words_reason,
)
from matcher.records import BAND, GROUPS, Match
from models.factors import ALLIANCE, WORDS, Contribution, Wish, factors
from models.fit import SCORE_DECIMALS
from models.text import first_sentence, passages
from profiles.directory.protocol import Directory
from profiles.errors import Message
from profiles.languages import language_of_text
from profiles.schema import Preferences, Therapist

MOST_QUOTES = 3
OUTSTANDING = 0.9
BACKING = 0.5
OPEN = ("", "accepting")


@dataclass(frozen=True)
class Listed:
    """A ranking with what was asked, and the masks, values and weights it came from."""

    preferences: Preferences
    rule: Rule
    standings: Mapping[str, Standing]
    ranking: Ranking
    worth: Values
    words: WordValues | None
    wishes: Sequence[Wish]
    weights: NDArray[np.float64]


def explained(listed: Listed, directory: Directory, n: int) -> tuple[Match, ...]:
    """Return the first `n` with their reasons; whoever was removed or closed since the index was built is left out."""
    chosen = _still_there(listed.ranking, directory, listed.worth.index, n, listed.rule.as_of)
    return tuple(
        _match(rank, position, therapist, listed) for rank, (position, therapist) in enumerate(chosen, start=1)
    )


def explained_one(listed: Listed, directory: Directory, identity: str) -> Match | None:
    """Return one therapist with their reasons, None for one who is not eligible or may no longer be listed."""
    ids = listed.worth.index.ids
    row = bisect_left(ids, identity)
    positions = np.flatnonzero(listed.ranking.rows == row)
    found = directory.get([identity]).get(identity)
    known = row < len(ids) and ids[row] == identity and len(positions)
    if not known or found is None or not still_open(found, listed.rule.as_of):
        return None
    return _match(0, int(positions[0]), found, listed)


def _still_there(
    ranking: Ranking, directory: Directory, index: Index, n: int, as_of: date
) -> list[tuple[int, Therapist]]:
    """Return the first `n` positions whose therapist may still be listed, reading on where some are gone."""
    reach = n
    while True:
        order = ranking.best(reach)
        ids = [index.ids[ranking.rows[position]] for position in order]
        found = directory.get(ids)
        open_now = [
            (int(position), found[identity])
            for position, identity in zip(order, ids, strict=True)
            if identity in found and still_open(found[identity], as_of)
        ]
        if len(open_now) >= n or len(order) == len(ranking.rows):
            return open_now[:n]
        reach = 2 * reach + 1


def still_open(therapist: Therapist, as_of: date) -> bool:
    """Whether a profile, as it is now, may be listed on a day; the rule of `open_rows` for one therapist."""
    ends = [licence.end for licence in therapist.licences]
    licensed = not ends or any(end is None or end >= as_of for end in ends)
    return therapist.value("accepting", "") in OPEN and licensed and may_be_listed(therapist)


def _match(rank: int, position: int, therapist: Therapist, listed: Listed) -> Match:
    lines = passages(therapist.own_words) if any(wish.door == "described" for wish in listed.wishes) else ()
    contributions = tuple(
        _contribution(number, wish, position, therapist, listed, lines=lines)
        for number, wish in enumerate(listed.wishes)
    )
    score = int(listed.ranking.scores[position])
    row = int(listed.ranking.rows[position])
    musts = tuple(
        must_result(
            name,
            listed.preferences.must.get(name, ()),
            met=bool(standing.met[row]),
            therapist=therapist,
            rule=listed.rule,
        )
        for name, standing in listed.standings.items()
    )
    return Match(
        rank=rank,
        therapist=therapist,
        group=GROUPS[int(listed.ranking.unconfirmed[position])],
        band=score // round(BAND * 10**SCORE_DECIMALS),
        fit_score=score / 10**SCORE_DECIMALS,
        contributions=(*contributions, *_reported(position, listed), *_reranked(position, listed)),
        quotes=_quotes(position, listed, contributions),
        opening=first_sentence(therapist.own_words),
        musts=musts,
        questions=first_questions(
            listed.preferences, therapist, list(zip(listed.wishes, contributions, strict=True)), musts
        ),
    )


def _contribution(
    number: int, wish: Wish, position: int, therapist: Therapist, listed: Listed, *, lines: Sequence[str]
) -> Contribution:
    value, weight = _value(number, wish, position, listed), float(listed.weights[number])
    quote = _quote(wish, position, lines, listed) if wish.door == "described" and value > 0 else None
    instead = _listed_instead(wish, position, therapist, listed)
    if instead:
        state, because = words_reason(instead)
        fact, quote = fact_of(therapist, "concern"), None
    elif wish.door == "described":
        state, because = _described_reason(wish, value, lines)
        fact = therapist.facts.get("bio")
    else:
        code = int(listed.worth.codes[number, position])
        state, because = stated_reason(wish, value, code, therapist, listed.rule)
        fact = fact_of(therapist, wish.factor.field)
    said = state != "not_stated"
    return Contribution(
        factor=wish.factor.name,
        group=wish.factor.group,
        kind=wish.factor.kind,
        door=wish.door,
        weight=weight,
        value=value,
        contribution=weight * value,
        state=state,
        tier="profile_text" if wish.door == "described" and not instead else tier_of(fact),
        because=because,
        quote=quote if said else None,
        quote_lang=language_of_text(quote, therapist.languages) if quote and said else None,
        as_of=fact.as_of.isoformat() if fact and said else None,
    )


def _reported(position: int, listed: Listed) -> tuple[Contribution, ...]:
    """Return what clients reported as a contribution of its own, after those of the wishes; none while it is off.

    Whoever has too few clients adds 0, which is what the mean of all adds. No day is told: it would be a client's.
    """
    if listed.worth.reported is None:
        return ()
    row, report = factors()[ALLIANCE], listed.worth.reported.report(position)
    state, because = reported_reason(report)
    weight, value = (0.0, 0.0) if report is None else (report.weight, report.value)
    return (
        Contribution(
            factor=row.name,
            group=row.group,
            kind=row.kind,
            door="reported",
            weight=weight,
            value=value,
            contribution=weight * value,
            state=state,
            tier="client_checkins",
            because=because,
        ),
    )


def _reranked(position: int, listed: Listed) -> tuple[Contribution, ...]:
    """Return what a re-ranker adds as a contribution of its own, the last; none for a variant without one.

    It answers no wish: factor and group are its name. Its source is what this service counted itself.
    """
    if listed.worth.reranked is None:
        return ()
    name, weight = listed.worth.reranked.name, listed.worth.reranked.weight
    value = float(listed.worth.reranked.values[position])
    state, because = reranked_reason(name, value)
    return (
        Contribution(
            factor=name,
            group=name,
            kind="practical",
            door="stated",
            weight=weight,
            value=value,
            contribution=weight * value,
            state=state,
            tier="checked",
            because=because,
        ),
    )


def _value(number: int, wish: Wish, position: int, listed: Listed) -> float:
    if wish.factor.name == WORDS and listed.words is not None:
        return float(listed.words.values[position])
    return listed.worth.value(number, position)


def _listed_instead(wish: Wish, position: int, therapist: Therapist, listed: Listed) -> tuple[str, ...]:
    """Return the concerns read from the client's words that a profile lists, where its text says little of them."""
    if wish.factor.name != WORDS or listed.words is None or listed.words.spoken[position] >= BACKING:
        return ()
    return tuple(concern for concern in listed.words.read if concern in therapist.terms("concern"))


def _described_reason(wish: Wish, value: float, lines: Sequence[str]) -> Reason:
    """Say whether a text speaks of a wish: never "met", whatever the wording."""
    params = {"field": wish.factor.field, "terms": ""}
    if wish.factor.name != WORDS:
        keys = described_terms(wish)
        params["terms"] = terms_param(keys[0][0], [code for _, code in keys])
    if not lines:
        return "not_stated", Message("because.no_text", params)
    if value <= 0:
        return "not_met", Message("because.describes_not", params)
    if value < BACKING:
        return "partly", Message("because.near", params)
    return "partly", Message("because.words" if wish.factor.name == WORDS else "because.describes", params)


def _quote(wish: Wish, position: int, lines: Sequence[str], listed: Listed) -> str | None:
    if wish.factor.name == WORDS and listed.words is not None:
        number = listed.words.reading.passage(int(listed.ranking.rows[position]))
    else:
        number = listed.worth.passage(described_terms(wish), int(listed.ranking.rows[position]))
    return lines[number] if number < len(lines) else None


def _quotes(position: int, listed: Listed, contributions: Sequence[Contribution]) -> tuple[Contribution, ...]:
    """Return the described contributions whose quoted line a client should read, strongest first, a line once.

    A line stands out on its own (`OUTSTANDING`), or backs what the therapist states as well (`BACKING`); and it
    speaks of what was asked rather than of something like it.
    """
    stated = {one.factor for one in contributions if one.door == "stated" and one.state in ("met", "partly")}
    strong = [
        one
        for wish, one in zip(listed.wishes, contributions, strict=True)
        if one.quote
        and one.value >= (BACKING if one.factor in stated else OUTSTANDING)
        and _to_the_point(wish, position, listed)
    ]
    ranked = sorted(strong, key=lambda one: -one.value)
    return tuple({one.quote: one for one in reversed(ranked)}.values())[::-1][:MOST_QUOTES]


def _to_the_point(wish: Wish, position: int, listed: Listed) -> bool:
    if wish.factor.name == WORDS:
        return True
    terms = described_terms(wish)
    row = int(listed.ranking.rows[position])
    codes = [code for _, code in terms]
    return listed.worth.index.is_nearest(terms[0][0], codes, row, listed.worth.passage(terms, row))

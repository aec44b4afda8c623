"""Why a therapist stands where they stand: contributions, musts and questions of those who are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.index.columns import listed as may_be_listed
from matcher.index.musts import asked_musts
from matcher.index.query import Index
from matcher.index.values import NOT_STATED, Values, described_terms
from matcher.index.words import WordValues
from matcher.order import Ranking
from matcher.records import BAND, GROUPS, Match, MustResult
from models.factors import WORDS, Contribution, State, Tier, Wish
from models.fit import SCORE_DECIMALS
from models.text import passages, sentences
from profiles.directory import Directory
from profiles.errors import Message
from profiles.languages import covers, language_of_text, meets_range
from profiles.schema import Fact, Preferences, Therapist

MOST_QUESTIONS = 5
MOST_QUOTES = 3
OUTSTANDING = 0.9
BACKING = 0.6
OPEN = ("", "accepting")

# The fact that a wish or must of another name is about.
FACT_OF: Mapping[str, str] = {
    "jurisdiction": "licence",
    "profession": "licence",
    "fee_max": "fee",
    "near": "place",
    "starts_within": "next_opening",
}


@dataclass(frozen=True)
class Listed:
    """A ranking with what was asked, and the values and weights it came from."""

    preferences: Preferences
    as_of: date
    language_floor: int
    ranking: Ranking
    worth: Values
    words: WordValues | None
    wishes: Sequence[Wish]
    weights: NDArray[np.float64]


def explained(listed: Listed, directory: Directory, n: int) -> tuple[Match, ...]:
    """Return the first `n` with their reasons; whoever was removed or closed since the index was built is left out."""
    chosen = _still_there(listed.ranking, directory, listed.worth.index, n, listed.as_of)
    return tuple(
        _match(rank, position, therapist, listed) for rank, (position, therapist) in enumerate(chosen, start=1)
    )


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
    contributions = tuple(
        _contribution(number, wish, position, therapist, listed) for number, wish in enumerate(listed.wishes)
    )
    score = int(listed.ranking.scores[position])
    asked = asked_musts(listed.preferences)
    musts = tuple(_must(name, therapist, listed.preferences, listed.language_floor) for name in asked)
    return Match(
        rank=rank,
        therapist=therapist,
        group=GROUPS[int(listed.ranking.unconfirmed[position])],
        band=score // round(BAND * 10**SCORE_DECIMALS),
        fit_score=score / 10**SCORE_DECIMALS,
        contributions=contributions,
        quotes=_quotes(position, listed, contributions),
        opening=next(iter(sentences(therapist.bio)), ""),
        musts=musts,
        questions=_questions(listed.wishes, contributions, musts),
    )


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


def _contribution(number: int, wish: Wish, position: int, therapist: Therapist, listed: Listed) -> Contribution:
    worded = wish.factor.name == WORDS and listed.words is not None
    value = float(listed.words.values[position]) if worded and listed.words else listed.worth.value(number, position)
    weight = float(listed.weights[number])
    if wish.door == "described":
        state, because, quote, language = _described(wish, position, therapist, listed, value)
        tier: Tier = "profile_text"
        fact = therapist.facts.get("bio")
    else:
        fact = therapist.facts.get(FACT_OF.get(wish.factor.field, wish.factor.field))
        unknown = int(listed.worth.codes[number, position])
        state, because = _stated(wish, value, therapist, unknown)
        quote, language, tier = None, None, tier_of(fact)
    return Contribution(
        factor=wish.factor.name,
        group=wish.factor.group,
        kind=wish.factor.kind,
        door=wish.door,
        weight=weight,
        value=value,
        contribution=weight * value,
        state=state,
        tier=tier,
        because=because,
        quote=quote,
        quote_lang=language,
        as_of=fact.as_of.isoformat() if fact and state != "not_stated" else None,
    )


def tier_of(fact: Fact | None) -> Tier:
    """Return what kind of source a fact has: a register that was checked, or the therapist's own statement."""
    if fact is None or fact.editor != "register":
        checked = fact is not None and isinstance(fact.value, tuple)
        if checked and fact and any(getattr(item, "checked_against", "") for item in fact.value):
            return "checked"
        return "therapist_states"
    return "checked"


def _state(value: float) -> State:
    if value >= 1:
        return "met"
    return "partly" if value > 0 else "not_met"


def _stated(wish: Wish, value: float, therapist: Therapist, code: int) -> tuple[State, Message]:
    field = wish.factor.field
    if field == "style":
        return _style(wish, value, therapist)
    if code == NOT_STATED:
        return "not_stated", Message("because.not_stated", {"field": field, "terms": _terms(field, wish.terms)})
    if wish.avoid:
        listed = [term for term in wish.terms if term in therapist.terms(field)]
        if not listed:
            return "met", Message("because.avoid_met", {"terms": _terms(field, wish.terms)})
        state: State = "not_met" if len(listed) == len(wish.terms) else "partly"
        return state, Message("because.avoid_not_met", {"terms": _terms(field, listed)})
    held = [term for term in wish.terms if holds(therapist, field, term)]
    missing = [term for term in wish.terms if term not in held]
    key = "quality" if field == "qualities" else "lists"
    params = {"field": field, "terms": _terms(field, held), "missing": _terms(field, missing)}
    return _state(value), Message(f"because.{key}_{_state(value)}", params)


def holds(therapist: Therapist, field: str, term: str) -> bool:
    """Whether a profile names a wished term, whatever its level or date."""
    if field == "language":
        return any(meets_range(language.tag, term) for language in therapist.languages)
    if field == "jurisdiction":
        return any(covers(licence.jurisdiction, term) for licence in therapist.licences if licence.jurisdiction)
    if field == "profession":
        return any(licence.profession == term for licence in therapist.licences)
    return term in therapist.terms(field)


def _terms(field: str, terms: Sequence[str]) -> str:
    """Return terms for a message: `field:code,code`, labelled by the entrypoint."""
    return f"{field}:{','.join(terms)}"


def _style(wish: Wish, value: float, therapist: Therapist) -> tuple[State, Message]:
    name = wish.factor.name
    theirs = therapist.value("style", {}).get(name)
    if theirs is None:
        return "not_stated", Message("because.style_not_stated", {"style": name})
    params = {"style": name, "side": f"{name}:{theirs}", "asked": f"{name}:{wish.target}"}
    return _state(value), Message(f"because.style_{_state(value)}", params)


def _described(
    wish: Wish, position: int, therapist: Therapist, listed: Listed, value: float
) -> tuple[State, Message, str | None, str | None]:
    """Say what a text speaks of, with the line that does: never "met", whatever the wording."""
    params = {"field": wish.factor.field, "terms": ""}
    if wish.factor.name != WORDS:
        keys = described_terms(wish)
        params["terms"] = _terms(keys[0][0], [code for _, code in keys])
    if not passages(therapist.bio):
        return "not_stated", Message("because.no_text", params), None, None
    if value <= 0:
        return "not_met", Message("because.describes_not", params), None, None
    key = "because.words" if wish.factor.name == WORDS else "because.describes"
    key = key if value >= BACKING else "because.near"
    quote = _quote(wish, position, therapist, listed)
    return "partly", Message(key, params), quote, language_of_text(quote or "", therapist.languages)


def _quote(wish: Wish, position: int, therapist: Therapist, listed: Listed) -> str | None:
    lines = passages(therapist.bio)
    if wish.factor.name == WORDS and listed.words is not None:
        number = int(listed.words.passage[position])
    else:
        number = listed.worth.passage(described_terms(wish), int(listed.ranking.rows[position]))
    return lines[number] if number < len(lines) else None


def _must(name: str, therapist: Therapist, preferences: Preferences, language_floor: int) -> MustResult:
    """Say how a must is met by someone who is shown: it is met, or not stated and let in because the client said so."""
    field = FACT_OF.get(name, name)
    fact = therapist.facts.get(field)
    asked = preferences.must.get(name, ())
    held = [term for term in asked if holds(therapist, name, term)]
    silent = fact is None or (bool(asked) and not held)
    remote = name == "near" and any(form in therapist.terms("session_format") for form in ("video", "phone", "text"))
    params = {"field": name, "terms": _terms(name, held or asked)}
    if silent and not remote:
        return MustResult(name, "not_stated", "therapist_states", Message("because.not_stated", params), None)
    key = _must_key(name, therapist, asked, language_floor)
    params |= {"fee": _fee(therapist)} if name == "fee_max" else {}
    params |= {"day": str(therapist.value("next_opening"))} if name == "starts_within" else {}
    return MustResult(name, "met", tier_of(fact), Message(key, params), fact.as_of.isoformat() if fact else None)


def _must_key(name: str, therapist: Therapist, asked: Sequence[str], language_floor: int) -> str:
    if name == "language":
        levels = [one.level for one in therapist.languages if any(meets_range(one.tag, tag) for tag in asked)]
        stated = any(level is not None and level >= language_floor for level in levels)
        return "because.language_level" if stated else "because.language_no_level"
    return (
        f"because.{name}_met" if name in ("fee_max", "near", "starts_within", "jurisdiction") else "because.lists_met"
    )


def _fee(therapist: Therapist) -> str:
    """Return a fee for a message: `lowest-highest currency` in hundredths, put into words by the entrypoint."""
    fee = therapist.value("fee")
    return "" if fee is None else f"{fee.lowest}-{fee.highest} {fee.currency}"


def _questions(
    wishes: Sequence[Wish], contributions: Sequence[Contribution], musts: Sequence[MustResult]
) -> tuple[Message, ...]:
    """Turn what is not stated or not met into what to ask, the heaviest wishes first; two questions fit everybody."""
    open_points = [
        (contribution.weight, wish)
        for wish, contribution in zip(wishes, contributions, strict=True)
        if wish.door == "stated" and contribution.state in ("not_stated", "not_met") and not wish.avoid
    ]
    asked = [Message("question.must", dict(must.because.params)) for must in musts if must.state == "not_stated"]
    for _, wish in sorted(open_points, key=lambda point: -point[0]):
        if wish.factor.field == "style":
            asked.append(Message(f"question.style.{wish.factor.name}", {}))
        else:
            params = {"field": wish.factor.field, "terms": _terms(wish.factor.field, wish.terms)}
            asked.append(Message(f"question.{_question_key(wish.factor.field)}", params))
    distinct = {repr(message): message for message in asked}
    return (*tuple(distinct.values())[: MOST_QUESTIONS - 2], Message("question.feedback"), Message("question.secrecy"))


def _question_key(field: str) -> str:
    return field if field in ("qualities", "practice", "concern", "modality", "population") else "wish"

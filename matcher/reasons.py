"""One wish or must and one profile: the state it is in, and the reason as a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matcher.index.reported import Report
from matcher.index.values import NOT_STATED
from matcher.records import MustResult
from models.factors import State, Tier, Wish
from profiles.errors import Message
from profiles.languages import covers, meets_range
from profiles.schema import Fact, Licence, Therapist

# The fact that a wish or must of another name is about.
FACT_OF: Mapping[str, str] = {
    "jurisdiction": "licence",
    "profession": "licence",
    "fee_max": "fee",
    "near": "place",
    "starts_within": "next_opening",
}

Reason = tuple[State, Message]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a profile is judged by.

    Attributes:
        as_of: the day of the session.
        language_floor: level below which a language does not count for this client.
        professional: level from which a language is one of professional work.
    """

    as_of: date
    language_floor: int
    professional: int


def fact_of(therapist: Therapist, field: str) -> Fact | None:
    """Return the fact that a wish or must is about."""
    return therapist.facts.get(FACT_OF.get(field, field))


def tier_of(fact: Fact | None) -> Tier:
    """Return what kind of source a fact has: a register it was checked against, or the therapist's own statement."""
    if fact is None:
        return "therapist_states"
    checked = isinstance(fact.value, tuple) and any(getattr(item, "checked_against", "") for item in fact.value)
    return "checked" if checked or fact.editor == "register" else "therapist_states"


def terms_param(field: str, terms: Sequence[str]) -> str:
    """Return terms for a message: `field:code,code`, labelled by the entrypoint."""
    return f"{field}:{','.join(terms)}"


def state_of(value: float) -> State:
    """Return met for 1, not met for 0 or less, partly strictly between."""
    if value >= 1:
        return "met"
    return "partly" if value > 0 else "not_met"


def stated_reason(wish: Wish, value: float, code: int, therapist: Therapist, rule: Rule) -> Reason:
    """Say how a stated wish is met.

    Args:
        wish: what was asked.
        value: what it is worth for this therapist.
        code: the byte it was read as; `NOT_STATED` for a field that is empty.
        therapist: the profile.
        rule: what it is judged by.
    """
    field = wish.factor.field
    if field == "style":
        return _style_reason(wish, value, therapist)
    if code == NOT_STATED:
        return "not_stated", Message("because.not_stated", {"field": field, "terms": terms_param(field, wish.terms)})
    if wish.avoid:
        return _avoid_reason(wish, therapist)
    held = [term for term in wish.terms if holds(therapist, field, term, rule)]
    missing = [term for term in wish.terms if term not in held]
    params = {"field": field, "terms": terms_param(field, held), "missing": terms_param(field, missing)}
    kind = "quality" if field == "qualities" else field if field in ("language", "jurisdiction") else "lists"
    return state_of(value), Message(f"because.{kind}_{state_of(value)}", params)


def words_reason(listed: Sequence[str]) -> Reason:
    """Say which of the concerns that a client's words were read as a profile lists; a reading is never met."""
    return "partly", Message("words.lists", {"terms": terms_param("concern", listed)})


def reported_reason(report: Report | None) -> Reason:
    """Say what clients reported: the mean with its clients and interval, and nothing where they are too few."""
    if report is None:
        return "not_stated", Message("because.reported.not_stated")
    mean, lowest, highest = (f"{number:.1f}" for number in (report.mean, report.low, report.high))
    params = {"clients": str(report.clients), "mean": mean, "lowest": lowest, "highest": highest}
    return report.state, Message(f"because.reported.{report.state}", params)


def reranked_reason(name: str, value: float) -> Reason:
    """Say what a re-ranker took from a score: met where it took nothing, partly where it took any of its weight."""
    state: State = "met" if value == 0 else "partly"
    return state, Message(f"because.{name}.{state}")


def _avoid_reason(wish: Wish, therapist: Therapist) -> Reason:
    field = wish.factor.field
    listed = [term for term in wish.terms if term in therapist.terms(field)]
    if not listed:
        return "met", Message("because.avoid_met", {"terms": terms_param(field, wish.terms)})
    state: State = "not_met" if len(listed) == len(wish.terms) else "partly"
    return state, Message("because.avoid_not_met", {"terms": terms_param(field, listed)})


def _style_reason(wish: Wish, value: float, therapist: Therapist) -> Reason:
    name = wish.factor.name
    theirs = therapist.value("style", {}).get(name)
    if theirs is None:
        return "not_stated", Message("because.style_not_stated", {"style": name})
    params = {"style": name, "side": f"{name}:{theirs}", "asked": f"{name}:{wish.target}"}
    return state_of(value), Message(f"because.style_{state_of(value)}", params)


def holds(therapist: Therapist, field: str, term: str, rule: Rule) -> bool:
    """Whether a profile states a term so that it counts: level, end and day included."""
    if field == "language":
        return any(
            meets_range(one.tag, term) and (one.level is None or one.level >= rule.language_floor)
            for one in therapist.languages
        )
    if field == "jurisdiction":
        return any(
            covers(one.jurisdiction, term) and one.end is not None and runs(one, rule.as_of)
            for one in therapist.licences
            if one.jurisdiction
        )
    if field == "profession":
        return any(one.profession == term and runs(one, rule.as_of) for one in therapist.licences)
    return term in therapist.terms(field)


def runs(licence: Licence, as_of: date) -> bool:
    """Whether a licence has begun and, as far as it says, not ended on a day."""
    begun = licence.start is None or licence.start <= as_of
    return begun and (licence.end is None or licence.end >= as_of)


BY_INTERPRETER = "because.language_interpreter"


def must_result(name: str, asked: Sequence[str], *, met: bool, therapist: Therapist, rule: Rule) -> MustResult:
    """Say how a must is met by someone who is shown; what is not met was not stated, and let in by the client.

    Args:
        name: the must.
        asked: its terms, () for a limit.
        met: whether it is met.
        therapist: the profile.
        rule: what it is judged by.
    """
    held = [term for term in asked if holds(therapist, name, term, rule)]
    params = {"field": name, "terms": terms_param(name, held or asked)}
    if not met:
        return MustResult(name, "not_stated", "therapist_states", Message("because.not_stated", params), None)
    if name == "fee_max":
        params["fee"] = fee_param(therapist)
    if name == "starts_within":
        params["day"] = str(therapist.value("next_opening"))
    key = _must_key(name, asked, therapist, rule)
    fact = fact_of(therapist, "accessibility" if key == BY_INTERPRETER else name)
    since = fact.as_of.isoformat() if fact else None
    return MustResult(name, "met", tier_of(fact), Message(key, params), since)


def _must_key(name: str, asked: Sequence[str], therapist: Therapist, rule: Rule) -> str:
    if name == "language":
        levels = [one.level for one in therapist.languages if any(meets_range(one.tag, tag) for tag in asked)]
        enough = [level for level in levels if level is None or level >= rule.language_floor]
        stated = [level for level in enough if level is not None]
        if not enough:
            return BY_INTERPRETER
        if stated:
            return "because.language_level" if max(stated) >= rule.professional else "because.language_simple"
        return "because.language_no_level"
    own = name in ("fee_max", "near", "starts_within", "jurisdiction")
    return f"because.{name}_met" if own else "because.lists_met"


def fee_param(therapist: Therapist) -> str:
    """Return a fee for a message: `lowest-highest currency` in hundredths, put into words by the entrypoint."""
    fee = therapist.value("fee")
    return "" if fee is None else f"{fee.lowest}-{fee.highest} {fee.currency}"

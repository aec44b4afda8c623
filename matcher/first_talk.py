"""What to ask in a first conversation: what a profile leaves open, what the wishes suggest, and what fits everybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from matcher.mirrored import pair_of
from matcher.reasons import terms_param
from matcher.records import MustResult
from models.factors import Contribution, State, Wish
from profiles.errors import Message
from profiles.schema import Preferences, Therapist

MOST_QUESTIONS = 5
FOR_ALL = (Message("question.feedback"), Message("question.secrecy"))

OWN_WORDS = frozenset({"qualities", "practice", "concern", "modality", "population", "cultural_background", "faith"})
"""Fields whose questions have words of their own."""
SETTLED = frozenset({"therapist_gender", "profession", "language", "jurisdiction"})
"""Fields where a no is an answer: nobody is asked to be somebody else."""

SHARED = ("cultural_background", "faith")
"""Fields that ask about culture also where they are a must; a language is a must for almost everybody."""
IN_DANGER = frozenset({"suicidal_thoughts", "self_harm"})
"""Concerns for which it matters what happens between two sessions."""

Asked = Sequence[tuple[Wish, Contribution]]


def first_questions(
    preferences: Preferences, therapist: Therapist, asked: Asked, musts: Sequence[MustResult]
) -> tuple[Message, ...]:
    """Return up to `MOST_QUESTIONS` questions: musts and heavy wishes left open first, two that fit everybody last.

    Args:
        preferences: what the client asked for.
        therapist: the profile.
        asked: every wish with its contribution.
        musts: how each must is met.
    """
    always = (*_suggested(preferences, therapist, [wish for wish, _ in asked]), *FOR_ALL)
    left_open = _distinct(chain(_of_musts(musts), _of_wishes(asked)))
    return (*islice(left_open, MOST_QUESTIONS - len(always)), *always)


def _distinct(messages: Iterable[Message]) -> Iterator[Message]:
    """Yield each message once, in their order, as far as they are asked for."""
    seen: list[Message] = []
    for message in messages:
        if message not in seen:
            seen.append(message)
            yield message


def _of_musts(musts: Sequence[MustResult]) -> Iterator[Message]:
    return (Message("question.must", dict(must.because.params)) for must in musts if must.state == "not_stated")


def _of_wishes(asked: Asked) -> Iterator[Message]:
    """Yield what wishes leave open, the heaviest first."""
    for wish, contribution in sorted(asked, key=lambda pair: -pair[1].weight):
        if wish.door == "stated" and not wish.avoid and _is_open(wish, contribution.state):
            yield from _left_open(wish, contribution.state)


def _is_open(wish: Wish, state: State) -> bool:
    return state == "not_stated" or (state == "not_met" and wish.factor.field not in SETTLED)


def _left_open(wish: Wish, state: State) -> Iterator[Message]:
    """Yield the questions of one wish: of a practice that both sides are asked about, a question of its own."""
    field, silent = wish.factor.field, state == "not_stated"
    if field == "style":
        yield Message(f"question.silent.style.{wish.factor.name}" if silent else f"question.style.{wish.factor.name}")
        return
    paired = [term for term in wish.terms if silent and field == "practice" and pair_of(field, term)]
    yield from (Message(f"question.silent.practices.{term}") for term in paired)
    if rest := [term for term in wish.terms if term not in paired]:
        yield _about(field, rest, silent=silent)


def _about(field: str, terms: Sequence[str], *, silent: bool) -> Message:
    key = field if field in OWN_WORDS else "wish"
    params: Mapping[str, str] = {"field": field, "terms": terms_param(field, terms)}
    return Message(f"question.silent.{key}" if silent else f"question.{key}", params)


def _suggested(preferences: Preferences, therapist: Therapist, wishes: Sequence[Wish]) -> Iterator[Message]:
    """Yield what the wishes themselves suggest to ask, whatever the profile says of them."""
    concerns = {*preferences.prefer.get("concern", ()), *preferences.must.get("concern", ())}
    if concerns & IN_DANGER and "crisis_between_sessions" not in therapist.facts:
        yield Message("question.crisis")
    if any(_is_cultural(wish) for wish in wishes) or any(field in preferences.must for field in SHARED):
        yield Message("question.bias")


def _is_cultural(wish: Wish) -> bool:
    """Whether a wish is about the culture that client and therapist may share or respect: background, faith, language.

    The factor table says so: a population, for one, is of the same group and is a topic.
    """
    return wish.factor.group == "culture" and wish.factor.kind == "relationship"

"""A match list as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.messages import label, say, source_words, words
from matcher.records import Match, MatchList, MustResult
from models.factors import Contribution

MARKS = {"met": "+", "partly": "~", "not_met": "-", "not_stated": "?"}


def list_lines(result: MatchList, locale: str) -> Iterator[str]:
    """Yield the list as a person reads it: what each must costs, then each therapist with reasons."""
    yield say(
        "cli.list",
        locale,
        eligible=result.eligible,
        directory=result.directory,
        day=result.as_of.isoformat(),
        shown=len(result.matches),
        variant=result.variant,
        model=result.model,
    )
    for one in result.relaxations:
        if one.offered and one.gains:
            yield say("list.relax", locale, field=one.drop, gains=one.gains)
    for silent in result.not_stated:
        if silent.count:
            yield say("list.not_stated", locale, field=silent.field, count=silent.count)
    if result.relationship_part == 0 and result.matches:
        yield say("list.no_relationship", locale)
    if result.words_read_as:
        yield say("words.read_as", locale, terms=f"concern:{','.join(result.words_read_as)}")
    group = ""
    for match in result.matches:
        if match.group != group:
            group = match.group
            yield f"\n{say(f'group.{group}', locale)}"
        yield from _match_lines(match, locale)
    yield f"\n{say('list.honest', locale)}"


def _match_lines(match: Match, locale: str) -> Iterator[str]:
    fictional = f" [{say('fictional.short', locale)}]" if match.therapist.fictional else ""
    yield f"\n{match.rank}. {match.therapist.name}, {match.therapist.id}{fictional}  ({match.fit_score:.4f})"
    for must in match.musts:
        yield _reason_line(must, locale)
    for contribution in (*match.wishes, *match.reported):
        yield _reason_line(contribution, locale)
    for moved in match.moved:
        yield f"   {MARKS[moved.state]} {words(moved.because, locale)}"
    for quoted in match.quotes:
        yield f"{_reason_line(quoted, locale)} “{quoted.quote}”"
    if match.opening and not match.quotes:
        yield f"   {say('card.opening', locale)} “{match.opening}”"
    contacts = [
        f"{say(f'field.{name}', locale)}: {_shown(name, fact.value, locale)}"
        for name, fact in match.therapist.contact()
    ]
    yield f"   {'; '.join(contacts) or say('contact.none', locale)}"
    accepting = match.therapist.facts.get("accepting")
    if accepting:
        yield f"   {say('card.confirmed', locale, day=accepting.confirmed_on.isoformat())}"
    yield f"   {say('card.questions', locale)}:"
    yield from (f"   ? {words(question, locale)}" for question in match.questions)


def _reason_line(one: MustResult | Contribution, locale: str) -> str:
    """Return how a must or wish is met, with who says so and when unless nobody says anything."""
    source = "" if one.state == "not_stated" else f" [{source_words(one.tier, one.as_of, locale)}]"
    return f"   {MARKS[one.state]} {words(one.because, locale)}{source}"


def _shown(name: str, value: object, locale: str) -> str:
    if isinstance(value, tuple):
        return ", ".join(label(name, str(item), locale) for item in value)
    return str(value)

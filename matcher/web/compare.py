"""Up to four therapists side by side: how each stands to what was asked, and what they say of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matcher.messages import say, source_words, words
from matcher.records import Match, MustResult
from matcher.web.card import Quote, language_of_line, subject
from matcher.web.profile import shown
from models.factors import Contribution, State
from profiles.languages import language_name
from profiles.schema import Therapist

MOST = 4
"""How many stand side by side: more columns can't be read on a phone."""

TOLD = ("fee", "language", "session_format", "place", "availability", "next_opening", "replies_within_days")
"""What everybody wants to know of each, asked for or not."""


@dataclass(frozen=True)
class Cell:
    """What one therapist's column says in a row.

    Attributes:
        state: how they stand to what was asked, None where nothing was asked.
        text: in words; "" where nothing is stated.
        source: who says so, and when.
        quote: a line of their own text.
    """

    state: State | None
    text: str
    source: str = ""
    quote: Quote | None = None


Row = tuple[str, tuple[Cell, ...]]
"""The name of a row, and a cell for each therapist."""


def comparison(matches: Sequence[Match], locale: str) -> dict[str, list[Row]]:
    """Return rows by heading: musts, wishes, and what else they say; every row has a cell for everybody.

    Args:
        matches: of one list, so that all have the same musts and wishes in the same order.
        locale: language of the page.
    """
    wishes = [match.wishes for match in matches]
    rows = {
        "card.musts": list(_asked([match.musts for match in matches], locale)),
        "card.wishes": [*_asked(wishes, locale), *_quoted(matches, locale)],
        "compare.told": [(say(f"field.{name}", locale), _told(name, matches, locale)) for name in TOLD],
    }
    return {heading: found for heading, found in rows.items() if found}


def _asked(results: Sequence[Sequence[MustResult | Contribution]], locale: str) -> Iterator[Row]:
    for same in zip(*results, strict=True):
        yield subject(same[0], locale), tuple(_cell(one, locale) for one in same)


def _cell(one: MustResult | Contribution, locale: str) -> Cell:
    if one.state == "not_stated":
        return Cell(one.state, "")
    return Cell(one.state, words(one.because, locale), source_words(one.tier, one.as_of, locale))


def _quoted(matches: Sequence[Match], locale: str) -> Iterator[Row]:
    """Yield a row with the line of each that speaks most to what was asked, if anybody has one."""
    if any(match.quotes for match in matches):
        yield say("card.text", locale), tuple(_line(match, locale) for match in matches)


def _line(match: Match, locale: str) -> Cell:
    if not match.quotes:
        return Cell(None, "")
    text = match.quotes[0].quote or ""
    language = language_of_line(text, match.therapist) or ""
    foreign = language if language != locale else ""
    return Cell(None, "", quote=Quote("", text, foreign, language_name(foreign, locale) if foreign else ""))


def _told(name: str, matches: Sequence[Match], locale: str) -> tuple[Cell, ...]:
    return tuple(Cell(None, _said(match.therapist, name, locale)) for match in matches)


def _said(therapist: Therapist, name: str, locale: str) -> str:
    fact = therapist.facts.get(name)
    return shown(name, fact.value, locale) if fact else ""

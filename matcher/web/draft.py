"""A first message to a therapist, to copy: what was asked for, in reviewed sentences, and nothing of who asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from matcher.messages import say, terms_words
from profiles.languages import language_name
from profiles.schema import Preferences, Therapist
from profiles.vocabulary import LOCALES

ASKED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("about", ("concern",)),
    ("who", ("age_group", "participants")),
    ("how", ("session_format",)),
    ("tongue", ("language",)),
    ("when", ("availability",)),
)
"""The sentences that say what was asked for, in their order, each with its fields. Whom a client is, what they believe
and where they live is in none of them."""

PATIENCE_DAYS = 5
"""When it is time to write again, where a therapist does not say how soon they answer."""


@dataclass(frozen=True)
class Draft:
    """One message.

    Attributes:
        language: code of the page's languages.
        name: of that language, in the language of the page.
        text: the message, lines apart.
    """

    language: str
    name: str
    text: str


def drafts(therapist: Therapist, preferences: Preferences, locale: str) -> tuple[Draft, ...]:
    """Return the message in the language of the page and, for a therapist who does not work in it, in one of theirs."""
    spoken = [tag.split("-")[0] for tag in _spoken(therapist)]
    theirs = [language for language in spoken if language in LOCALES]
    wanted = [locale] if locale in spoken or not theirs else [locale, theirs[0]]
    return tuple(
        Draft(one, language_name(one, locale), "\n".join(_lines(therapist, preferences, one))) for one in wanted
    )


def patience_days(therapist: Therapist) -> int:
    """Return after how many days to write again: no sooner than they say that they answer."""
    days: int = therapist.value("replies_within_days", PATIENCE_DAYS)
    return max(days, 1)


def _spoken(therapist: Therapist) -> tuple[str, ...]:
    replies: tuple[str, ...] = therapist.value("reply_languages", ())
    return replies or tuple(one.tag for one in therapist.languages)


def _lines(therapist: Therapist, preferences: Preferences, language: str) -> Iterator[str]:
    yield say("draft.hello", language, name=therapist.name)
    yield say("draft.ask", language)
    for key, fields in ASKED:
        if named := ", ".join(_named(preferences, fields, language)):
            yield say(f"draft.{key}", language, names=named)
    if therapist.value("fee") is None:
        yield say("draft.cost", language)
    yield say("draft.talk", language)
    yield say("draft.bye", language)


def _named(preferences: Preferences, fields: tuple[str, ...], language: str) -> Iterator[str]:
    for field in fields:
        terms = dict.fromkeys((*preferences.must.get(field, ()), *preferences.prefer.get(field, ())))
        if terms:
            yield terms_words(f"{field}:{','.join(terms)}", language)

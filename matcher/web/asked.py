"""What was asked, in words: which answers decide who is listed, which decide the order, and which did nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from matcher.index.musts import REMOTE
from matcher.messages import fee_words, say, style_words, terms_words
from profiles.preferences import GROUPS
from profiles.schema import Preferences

FIXED = frozenset({"jurisdiction"})
"""Musts that are never a wish: a licence where the client is."""
COUPLE = "couple"


@dataclass(frozen=True)
class Answer:
    """One answer as it was used.

    Attributes:
        place: which part of the preferences it is, such as `must.language`, `fee_max` or `style.challenge`.
        words: what was asked, in words.
        turn: the field, where a must may become a wish or a wish a must, else "".
    """

    place: str
    words: str
    turn: str = ""

    @property
    def field(self) -> str:
        """The field or dimension it is about."""
        return self.place.rpartition(".")[2]


@dataclass(frozen=True)
class Asked:
    """The answers by what they did."""

    musts: tuple[Answer, ...]
    wishes: tuple[Answer, ...]
    unused: tuple[str, ...]


def asked(preferences: Preferences, locale: str) -> Asked:
    """Return what was used as a must, what as a wish, and what did nothing this time."""
    return Asked(
        tuple(_musts(preferences, locale)), tuple(_wishes(preferences, locale)), tuple(_unused(preferences, locale))
    )


def for_two(preferences: Preferences) -> bool:
    """Whether two people ask together."""
    return COUPLE in (*preferences.must.get("participants", ()), *preferences.prefer.get("participants", ()))


def _named(field: str, value: str, locale: str) -> str:
    return say("list.asked", locale, field=field, value=value)


def _musts(preferences: Preferences, locale: str) -> Iterator[Answer]:
    for field, terms in preferences.must.items():
        said = _named(field, terms_words(f"{field}:{','.join(terms)}", locale), locale)
        also = [say(f"list.also.{one}", locale) for one in preferences.language_also if field == "language"]
        yield Answer(f"must.{field}", ", ".join([said, *also]), "" if field in FIXED else field)
    if fee := preferences.fee_max:
        yield Answer(
            "fee_max", _named("fee_max", fee_words(f"{fee.amount}-{fee.amount} {fee.currency}", locale), locale)
        )
    if preferences.near:
        yield Answer("near", _named("near", say("list.km", locale, km=f"{preferences.near.km:g}"), locale))
    if preferences.starts_within is not None:
        days = say("form.days", locale, days=preferences.starts_within)
        yield Answer("starts_within", _named("starts_within", days, locale))
    if preferences.include_not_stated:
        names = ", ".join(say(f"field.{field}", locale) for field in preferences.include_not_stated)
        yield Answer("include_not_stated", say("list.let_in", locale, names=names))


def _wishes(preferences: Preferences, locale: str) -> Iterator[Answer]:
    for field, terms in preferences.prefer.items():
        yield Answer(f"prefer.{field}", _named(field, terms_words(f"{field}:{','.join(terms)}", locale), locale), field)
    for style, side in preferences.style.items():
        name = say(f"style.{style}.name", locale)
        value = style_words(f"{style}:{side}", locale)
        yield Answer(f"style.{style}", say("list.asked_style", locale, name=name, value=value))
    if preferences.qualities:
        named = terms_words(f"qualities:{','.join(preferences.qualities)}", locale)
        yield Answer("qualities", _named("qualities", named, locale))
    for field, terms in preferences.avoid.items():
        yield Answer(f"avoid.{field}", say("list.avoided", locale, terms=f"{field}:{','.join(terms)}"))
    if preferences.matters_most:
        names = ", ".join(_weight(name, locale) for name in preferences.matters_most)
        yield Answer("matters_most", say("list.counts_double", locale, names=names))
    if preferences.words:
        yield Answer("words", say("list.own_words", locale))
    if preferences.words_not_about:
        denied = say("words.denied", locale, terms=f"concern:{','.join(preferences.words_not_about)}")
        yield Answer("words_not_about", denied)


def _weight(name: str, locale: str) -> str:
    for key in (f"group.{name}", f"field.{name}", f"style.{name}.name"):
        if (words := say(key, locale)) != key:
            return words
    return name


def _unused(preferences: Preferences, locale: str) -> Iterator[str]:
    """Yield the answers that could do nothing beside the others."""
    if preferences.language_also and "language" not in preferences.must:
        yield say("list.unused.language_also", locale)
    limits = {"fee_max": preferences.fee_max, "near": preferences.near, "starts_within": preferences.starts_within}
    silent = [one for one in preferences.include_not_stated if one not in preferences.must and limits.get(one) is None]
    if silent:
        names = ", ".join(say(f"field.{field}", locale) for field in silent)
        yield say("list.unused.include_not_stated", locale, names=names)
    named = {*preferences.prefer, *preferences.style, *preferences.avoid}
    asked_of = named | ({"style"} if preferences.style else set()) | ({"qualities"} if preferences.qualities else set())
    double = [one for one in preferences.matters_most if one not in GROUPS and one not in asked_of]
    if double:
        names = ", ".join(_weight(name, locale) for name in double)
        yield say("list.unused.matters_most", locale, names=names)
    formats = preferences.must.get("session_format", ())
    if preferences.near and formats and {*formats} <= {*REMOTE}:
        yield say("list.unused.near", locale)
    if preferences.words_not_about and not preferences.words:
        yield say("list.unused.words_not_about", locale)

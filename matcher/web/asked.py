"""What was asked, in words: which answers decide who is listed, and which decide the order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from matcher.messages import fee_words, say, style_words, terms_words
from profiles.schema import Preferences


@dataclass(frozen=True)
class Asked:
    """The answers as they were used, each in words."""

    musts: tuple[str, ...]
    wishes: tuple[str, ...]


def asked(preferences: Preferences, locale: str) -> Asked:
    """Return what was used as a must and what as a wish."""
    return Asked(tuple(_musts(preferences, locale)), tuple(_wishes(preferences, locale)))


def _named(field: str, value: str, locale: str) -> str:
    return say("list.asked", locale, field=field, value=value)


def _musts(preferences: Preferences, locale: str) -> Iterator[str]:
    for field, terms in preferences.must.items():
        yield _named(field, terms_words(f"{field}:{','.join(terms)}", locale), locale)
    if fee := preferences.fee_max:
        yield _named("fee_max", fee_words(f"{fee.amount}-{fee.amount} {fee.currency}", locale), locale)
    if preferences.near:
        yield _named("near", say("list.km", locale, km=f"{preferences.near.km:g}"), locale)
    if preferences.starts_within is not None:
        yield _named("starts_within", say("form.days", locale, days=preferences.starts_within), locale)
    if preferences.include_not_stated:
        names = ", ".join(say(f"field.{field}", locale) for field in preferences.include_not_stated)
        yield say("list.let_in", locale, names=names)


def _wishes(preferences: Preferences, locale: str) -> Iterator[str]:
    for field, terms in preferences.prefer.items():
        yield _named(field, terms_words(f"{field}:{','.join(terms)}", locale), locale)
    for style, side in preferences.style.items():
        name = say(f"style.{style}.name", locale)
        yield say("list.asked_style", locale, name=name, value=style_words(f"{style}:{side}", locale))
    if preferences.qualities:
        yield _named("qualities", terms_words(f"qualities:{','.join(preferences.qualities)}", locale), locale)
    for field, terms in preferences.avoid.items():
        yield say("list.avoided", locale, terms=f"{field}:{','.join(terms)}")
    if preferences.matters_most:
        names = ", ".join(_weight(name, locale) for name in preferences.matters_most)
        yield say("list.counts_double", locale, names=names)
    if preferences.words:
        yield say("list.own_words", locale)
    if preferences.words_not_about:
        yield say("words.denied", locale, terms=f"concern:{','.join(preferences.words_not_about)}")


def _weight(name: str, locale: str) -> str:
    for key in (f"group.{name}", f"field.{name}", f"style.{name}.name"):
        if (words := say(key, locale)) != key:
            return words
    return name

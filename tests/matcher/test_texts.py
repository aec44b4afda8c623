"""Every language says what English says: the same keys, the same gaps, the same commands, and no empty sentence."""

from __future__ import annotations

import re
import string
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

import pytest

from matcher.messages import DEFAULT_LOCALE, WRITTEN, date_words, fee_words, say
from profiles.vocabulary import LOCALES

EXAMPLES = {
    "terms": "concern:grief,anxiety",
    "missing": "language:es,de",
    "side": "challenge:2",
    "asked": "past_focus:-1",
    "field": "language",
    "style": "directiveness",
    "fee": "5050-9000 EUR",
    "day": "2026-11-22",
    "mean": "4.2",
    "lowest": "3.9",
    "highest": "4.5",
}
"""A value for each gap that is put into words before it stands in a sentence."""


def table(locale: str) -> dict[str, str]:
    """Return the texts of a locale by key as its file has them, without English in place of what it lacks."""

    def walk(prefix: str, found: dict) -> Iterator[tuple[str, str]]:
        for key, value in found.items():
            if isinstance(value, dict):
                yield from walk(f"{prefix}{key}.", value)
            else:
                yield prefix + key, value

    text = (files("matcher") / "texts" / f"{locale}.toml").read_text(encoding="utf-8")
    return dict(walk("", tomllib.loads(text)))


def gaps(text: str) -> Counter[str]:
    """Return the names in braces and how often each stands there."""
    return Counter(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def literal(text: str) -> Counter[str]:
    """Return what is typed and not read: commands in backticks, options, names of files and doubled braces."""
    return Counter(re.findall(r"`[^`]+`|--[a-z-]+|\b[\w/]+\.(?:md|toml)\b|MATCHER_[A-Z]+|\{\{|\}\}", text))


ENGLISH = table(DEFAULT_LOCALE)

in_every_locale = pytest.mark.parametrize("locale", LOCALES)
for_every_key = pytest.mark.parametrize("key", sorted(ENGLISH))


@in_every_locale
def test_a_locale_has_exactly_the_keys_of_english(locale):
    """A key it lacks would be said in English, one too many is said by nobody."""
    assert sorted(table(locale)) == sorted(ENGLISH)


@in_every_locale
def test_every_sentence_has_the_gaps_of_english(locale):
    """Each gap as often as there: one that is lost hides a value, one that is new stays empty."""
    other = table(locale)
    assert [key for key in ENGLISH.keys() & other.keys() if gaps(other[key]) != gaps(ENGLISH[key])] == []


@in_every_locale
def test_what_is_typed_stays_as_it_is(locale):
    """Commands, options, files and the braces of JSON are not translated."""
    other = table(locale)
    assert [key for key in ENGLISH.keys() & other.keys() if literal(other[key]) != literal(ENGLISH[key])] == []


@in_every_locale
def test_no_sentence_is_empty(locale):
    """Every text is a string with something to read and no blank around it."""
    wrong = [
        key for key, text in table(locale).items() if not isinstance(text, str) or not text or text != text.strip()
    ]
    assert wrong == []


@in_every_locale
@for_every_key
def test_every_text_can_be_said(locale, key):
    """With its gaps filled: every value stands in the sentence in the reader's words, and no gap is left open."""
    names = set(gaps(ENGLISH[key]))
    values = {name: EXAMPLES.get(name, f"<{name}>") for name in names}
    said = say(key, locale, **values)
    for name in names:
        shown = WRITTEN[name](values[name], locale) if name in WRITTEN else values[name]
        assert shown in said
    assert not any(f"{{{name}}}" in said for name in names)


def test_there_is_an_example_for_every_gap_that_is_put_into_words():
    """A new kind of gap needs a value here that it can read."""
    assert EXAMPLES.keys() == WRITTEN.keys()


@pytest.mark.parametrize(
    ("locale", "day", "fee"),
    [
        ("en", "1 March 2026", "50.50 to 90 EUR"),
        ("es", "1 de marzo de 2026", "de 50,50 a 90 EUR"),
        ("de", "1. März 2026", "50,50 bis 90 EUR"),
    ],
)
def test_dates_and_amounts_are_written_as_the_language_writes_them(locale, day, fee):
    """The month as a word, and a comma where the language has one."""
    assert date_words(date(2026, 3, 1), locale) == day
    assert fee_words("5050-9000 EUR", locale).startswith(fee)

"""Messages to words: text tables by locale, and how terms, dates, fees and styles are written."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from profiles.errors import Message, Param
from profiles.languages import jurisdiction_name, language_name
from profiles.problems import Problem
from profiles.vocabulary import LOCALES, vocabulary

DEFAULT_LOCALE = "en"


@cache
def texts(locale: str) -> Mapping[str, str]:
    """Return the sentences of a locale by key, read once; a key it lacks is taken from English."""
    table = tomllib.loads((files("matcher") / "texts" / f"{locale}.toml").read_text(encoding="utf-8"))
    flat = dict(_flat("", table))
    return flat if locale == DEFAULT_LOCALE else {**texts(DEFAULT_LOCALE), **flat}


def _flat(prefix: str, table: Mapping[str, object]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        pairs += _flat(f"{name}.", value) if isinstance(value, dict) else [(name, str(value))]
    return pairs


def known_locale(locale: str) -> str:
    """Return `locale` where there are texts for it, else English."""
    return locale if locale in LOCALES else DEFAULT_LOCALE


def say(key: str, locale: str = DEFAULT_LOCALE, **params: Param) -> str:
    """Return the sentence of a key with its gaps filled; the key itself where there is none."""
    text = texts(known_locale(locale)).get(key, key)
    return text.format_map(_Gaps({name: _written(name, value, locale) for name, value in params.items()}))


class _Gaps(dict[str, str]):
    """A gap that nothing fills stays empty: a missing word must never hide a sentence."""

    def __missing__(self, key: str) -> str:
        return ""


def words(message: Message, locale: str = DEFAULT_LOCALE) -> str:
    """Return a message as a sentence."""
    return say(message.key, locale, **message.params)


def source_words(tier: str, as_of: str | None, locale: str = DEFAULT_LOCALE) -> str:
    """Return who says something and, where a day is known, when: the tier of a contribution or must in words."""
    return say(f"because.from.{tier}", locale, day=as_of) if as_of else say(f"tier.{tier}", locale)


def problem_words(found: Problem, locale: str = DEFAULT_LOCALE) -> tuple[str, str]:
    """Return what happened and what to do, as two sentences."""
    params: dict[str, Param] = {
        "file": found.file,
        "row": "" if found.row is None else str(found.row),
        "column": found.column or "",
        "value": found.value or "",
        **found.params,
    }
    return say(f"problem.{found.code}", locale, **params), say(f"remedy.{found.code}", locale, **params)


def _written(name: str, value: Param, locale: str) -> str:
    """Return a parameter as it stands in a sentence; its name says what it is."""
    write = WRITTEN.get(name)
    return str(value) if write is None or value == "" else write(str(value), locale)


def label(field: str, code: str, locale: str = DEFAULT_LOCALE) -> str:
    """Return the words for a term, a language or a jurisdiction."""
    if field in ("language", "reply_languages"):
        return language_name(code, locale)
    if field == "jurisdiction":
        return jurisdiction_name(code)
    return vocabulary().label(field, code, locale)


def terms_words(terms: str, locale: str) -> str:
    """Return `field:code,code` as a list of labels."""
    field, _, codes = terms.partition(":")
    return ", ".join(label(field, code, locale) for code in codes.split(",") if code)


def style_words(side: str, locale: str) -> str:
    """Return `dimension:number` as words: how far to which side."""
    name, _, number = side.partition(":")
    value = int(number)
    pole = say(f"style.{name}.{'high' if value > 0 else 'low'}", locale)
    return say("style.even", locale) if value == 0 else say(f"style.step{abs(value)}", locale, pole=pole)


def fee_words(fee: str, locale: str) -> str:
    """Return `lowest-highest currency` (hundredths) as an amount or a range."""
    amounts, _, currency = fee.partition(" ")
    low, high = (_amount(int(hundredths), locale) for hundredths in amounts.split("-"))
    return say("fee.one" if low == high else "fee.range", locale, low=low, high=high, currency=currency)


def _amount(hundredths: int, locale: str) -> str:
    shown = f"{hundredths // 100}" if hundredths % 100 == 0 else f"{hundredths / 100:.2f}"
    return shown.replace(".", say("decimal", locale))


def date_words(day: date, locale: str = DEFAULT_LOCALE) -> str:
    """Return a date with the month as a word."""
    month = say(f"month.{day.month}", locale)
    return say("date", locale, number=day.day, month=month, year=day.year)


def _day(iso: str, locale: str) -> str:
    return date_words(date.fromisoformat(iso), locale)


def _decimal(number: str, locale: str) -> str:
    return number.replace(".", say("decimal", locale))


WRITTEN: Mapping[str, Callable[[str, str], str]] = {
    "terms": terms_words,
    "missing": terms_words,
    "side": style_words,
    "asked": style_words,
    "field": lambda name, locale: say(f"field.{name}", locale),
    "style": lambda name, locale: say(f"style.{name}.name", locale),
    "fee": fee_words,
    "day": _day,
    **dict.fromkeys(("mean", "lowest", "highest"), _decimal),
}
"""How a parameter of each name is put into words."""

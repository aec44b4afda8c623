"""What languages are called: our own table first, then the names of CLDR in all its locales, then the registry's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

import langcodes
import pycountry

UNCERTAIN = "?"
"""Stands in the table where a tag would: what is so called is several languages, or none."""

LARGE_LOCALES = (
    "es",
    "de",
    "fr",
    "pt",
    "it",
    "nl",
    "ru",
    "uk",
    "ar",
    "fa",
    "he",
    "hi",
    "bn",
    "th",
    "el",
    "zh",
    "ja",
    "ko",
)
"""Locales whose names go before those of all others, and before the registry's names of small languages."""

LOCALES_OF_A_LIVING_NAME = 20
"""A code that so many locales name is one of CLDR; the others have a name from the registry alone."""


def name_key(text: str) -> str:
    """Return a name as it is compared: without case, accents of Latin letters, apostrophes and punctuation.

    Marks of other scripts stay: without them, Hindi is no word.

    >>> name_key("K'iche'"), name_key("Français"), name_key("  Serbo-Croatian "), name_key("हिन्दी") == "हिन्दी"
    ('kiche', 'francais', 'serbo croatian', True)
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", "".join(map(_compared, plain)))
    return " ".join(re.sub(r"[\x00-\x26\x28-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+", " ", plain).replace("'", "").split())


@lru_cache(maxsize=5_000)
def _compared(char: str) -> str:
    if char.isascii():
        return char
    if "\u0300" <= char <= "\u036f" or char in "ʼʻʿʾˈ’‘′`´ꞌ" or unicodedata.category(char) == "Cf":
        return ""
    return char if unicodedata.category(char)[0] in "LMN" else " "


@cache
def _table() -> tuple[tuple[str, tuple[str, ...]], ...]:
    text = (files("profiles") / "languages.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines()[1:])
    return tuple((tag, tuple(names.split("|"))) for tag, names in rows)


@cache
def own_names() -> Mapping[str, str]:
    """Return our own table by key: a tag, or `UNCERTAIN`."""
    return {name_key(name): tag for tag, names in _table() for name in names}


@cache
def _names() -> Mapping[str, Mapping[str, str]]:
    """Return the names of every language by code and locale; places and scripts, in capitals, are left out."""
    from language_data.name_data import CODE_TO_NAMES  # noqa: PLC0415 - five megabytes that few need

    return {code: names for code, names in CODE_TO_NAMES.items() if code[:2].islower() and not _is_script(code)}


def _is_script(code: str) -> bool:
    return len(code) == 4


def _is_living(names: Mapping[str, str]) -> bool:
    return len(names) >= LOCALES_OF_A_LIVING_NAME


@cache
def _clear_names() -> Mapping[str, frozenset[str]]:
    """Return codes by what CLDR calls them in English and in the language itself."""
    return _by_key(
        (names[locale], code)
        for code, names in _names().items()
        for locale in ("en", code)
        if locale in names and (_is_living(names) or locale == code)
    )


@cache
def _common_names() -> Mapping[str, frozenset[str]]:
    """Return codes by what CLDR calls them in a few large languages."""
    return _by_key(
        (names[locale], code)
        for code, names in _names().items()
        for locale in LARGE_LOCALES
        if locale in names and _is_living(names)
    )


@cache
def _all_names() -> Mapping[str, frozenset[str]]:
    """Return codes by every name of every locale and of the registry."""
    return _by_key({(name, code) for code, names in _names().items() for name in names.values()})


def _by_key(pairs: Iterator[tuple[str, str]] | set[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, code in pairs:
        key = name_key(name)
        found[key] = found.get(key, frozenset()) | {code}
    return found


@cache
def _places() -> frozenset[str]:
    """Return what countries and states of the US are called: where people live says not what they speak."""
    names = [name for one in pycountry.countries for name in (one.name, getattr(one, "common_name", ""))]
    states = [one.name for one in pycountry.subdivisions if one.country_code == "US"]
    return frozenset(name_key(part) for name in (*names, *states) for part in (name, name.partition(",")[0]))


@cache
def own_tags() -> frozenset[str]:
    """Return the tags of our own table."""
    return frozenset(own_names().values()) - {UNCERTAIN}


@lru_cache(maxsize=20_000)
def code_of_name(name: str) -> str | None:
    """Return the code of the language that is called so, `UNCERTAIN` where several are, None where none is.

    The first of these decides that knows the name: our table; English and the language's own name for itself; a few
    large languages; all others and the registry.
    """
    key = name_key(name)
    if key in own_names():
        return own_names()[key]
    if key in _places() and key not in _clear_names():
        return None
    for readings in (_clear_names, _common_names, _all_names):
        if codes := readings().get(key):
            return next(iter(codes)) if len(codes) == 1 else UNCERTAIN
    return None


@cache
def _subtags() -> Mapping[str, frozenset[str]]:
    """Return codes of places and scripts by their names in English, in a few large languages, and short."""
    from language_data.name_data import CODE_TO_NAMES  # noqa: PLC0415 - five megabytes that few need

    codes = [code for code in CODE_TO_NAMES if not code[:2].islower() or _is_script(code)]
    locales = ("en", *LARGE_LOCALES)
    return _by_key(
        (names[locale], code)
        for code in codes
        for names in [CODE_TO_NAMES[code]]
        for locale in locales
        if locale in names
    )


def subtag_of_name(name: str) -> str | None:
    """Return the code of the one place or script that is called so, as it stands in a language tag.

    >>> subtag_of_name("Brasilien"), subtag_of_name("Latin"), subtag_of_name("Boston")
    ('BR', 'Latn', None)
    """
    codes = _subtags().get(name_key(name), frozenset())
    return next(iter(codes)) if len(codes) == 1 else None


def is_clear(name: str) -> bool:
    """Whether a name stands in our table or is the English or own name of a language, so that it is no chance word."""
    key = name_key(name)
    return own_names().get(key, UNCERTAIN) != UNCERTAIN or (key not in own_names() and key in _clear_names())


@lru_cache(maxsize=5_000)
def is_common(code: str) -> bool:
    """Whether a code of two or three letters is one that CLDR or ISO 639-2 has, rather than one of 7,000 others."""
    plain = code.casefold()
    standard = langcodes.standardize_tag(plain)
    return len(standard) == 2 or _is_living(_names().get(standard, {}))


@cache
def names_to_compare() -> Mapping[str, str]:
    """Return by key what is shown where a misspelling is near to it: one name for all names of a language."""
    own = {name_key(name): names[0] for tag, names in _table() if tag != UNCERTAIN for name in names}
    english = {name_key(names["en"]): names["en"] for names in _names().values() if "en" in names and _is_living(names)}
    return {key: name for key, name in {**english, **own}.items() if own_names().get(key) != UNCERTAIN}

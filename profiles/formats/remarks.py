"""What stands beside the name of a language: how well it is spoken, where it is at home, or nothing of weight."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from profiles.formats.cells import inverted, table
from profiles.formats.places import country
from profiles.vocabulary import folded

EDGES = " \t\n\"'“”„‘’«»‹›.!*_[]{}-–—:="
"""What may stand around a name and says nothing."""


class Remark(NamedTuple):
    """What stands beside the name of a language: a level, a country, or words that say nothing."""

    level: int | None = None
    region: str = ""


@cache
def _levels() -> Mapping[str, int | None]:
    own, numbers = table("levels"), {"fifty": 50, "forty": 40, "thirty": 30, "twenty": 20, "ten": 10}
    levels: dict[str, int | None] = {folded(word): numbers.get(name) for name, words in own.items() for word in words}
    return levels


@cache
def word_set(name: str) -> frozenset[str]:
    """Return the words of `headers.toml` that stand around names of languages for one reason."""
    return frozenset(folded(word) for word in table("language_words")[name])


def level_of(text: str) -> tuple[int | None] | None:
    """Return the level that a text states in a tuple, (None,) for "spoken", or None when it is no level."""
    plain = re.sub(r"^(?:ilr|level|cefr|niveau|nivel|stufe)\s+|\s+(?:level|niveau|nivel)$", "", folded(text))
    if found := re.fullmatch(r"([1-5])(?: 5)?|([1-4]\d|50)", plain, re.ASCII):
        return (int(found[1]) * 10 if found[1] else int(found[2]),)
    return (_levels()[plain],) if plain in _levels() else None


def _region(text: str) -> str:
    """Return the country (or 419 for Latin America) that words beside a language name, "" for none."""
    plain = folded(text)
    if plain in inverted("demonyms"):
        return inverted("demonyms")[plain]
    # Two small letters are a language: "en es" is no English of Spain.
    return country(text).value if len(plain) > len("ESP") or (len(plain) > 1 and text.strip().isupper()) else ""


@lru_cache(maxsize=20_000)
def remark_of(text: str) -> Remark | None:
    """Return what words beside a language say, None where one of them is not understood."""
    level, region = level_of(text), ""
    if "?" in text:
        return None
    if not text.strip(EDGES) or level is not None:
        return Remark(level[0] if level else None)
    left = [word for word in folded(text).split() if word not in word_set("around")]
    rest = " ".join(left)
    level = level_of(rest) if rest else (None,)
    if level is None:
        region = _region(text) or _region(rest)
    return Remark(None if level is None else level[0], region) if level is not None or region else None


def narrower_of(outer: str, inner: str) -> str | None:
    """Return which of two names for one language says more: "Chinese (Cantonese)"; None for two languages."""
    broader = table("broader_languages")
    if inner == outer or inner in broader.get(outer, ()) or inner.startswith(f"{outer}-"):
        return inner
    return outer if outer in broader.get(inner, ()) or outer.startswith(f"{inner}-") else None

"""How plain a text reads: the usual formula of each language over pyphen's syllables, as textstat 0.7 counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pyphen import Pyphen

DICTIONARIES = {"en": "en_US", "es": "es", "de": "de_DE"}
FEW = 2
"""A sentence of so few words counts as part of its neighbour."""
MANY_SYLLABLES, MANY_LETTERS = 3, 6


@dataclass(frozen=True)
class Counts:
    """What the formulas are made of, per sentence or per word."""

    length: float
    syllables: float
    many_syllables: float
    one_syllable: float
    long: float


@cache
def hyphens(locale: str) -> Pyphen:
    return Pyphen(lang=DICTIONARIES[locale])


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [one.strip() for one in re.split(r"(?<=[.!?])\s+", text) if re.search(r"\w", one)]


def counts(text: str, locale: str) -> Counts:
    """Count words, syllables and sentences."""
    words = re.sub(r"[^\w\s']", "", text.replace("’", "'")).split()
    syllables = [len(hyphens(locale).positions(word.lower())) + 1 for word in words]
    whole = [one for one in sentences(text) if len(one.split()) > FEW]
    return Counts(
        length=len(words) / max(1, len(whole)),
        syllables=sum(syllables) / len(words),
        many_syllables=sum(number >= MANY_SYLLABLES for number in syllables) / len(words),
        one_syllable=sum(number == 1 for number in syllables) / len(words),
        long=sum(len(word) > MANY_LETTERS for word in words) / len(words),
    )


def flesch_kincaid(text: str) -> float:
    """School years that an English text asks for (Kincaid et al. 1975)."""
    found = counts(text, "en")
    return 0.39 * found.length + 11.8 * found.syllables - 15.59


def fernandez_huerta(text: str) -> float:
    """Ease of a Spanish text, 0 to 100 and a little above (Fernández Huerta 1959)."""
    found = counts(text, "es")
    return 206.84 - 60 * found.syllables - 1.02 * found.length


def wiener_sachtextformel(text: str) -> float:
    """School years that a German text asks for, first formula (Bamberger and Vanecek 1984)."""
    found = counts(text, "de")
    rare = 19.35 * found.many_syllables + 12.97 * found.long
    return rare + 0.1672 * found.length - 3.27 * found.one_syllable - 0.875


def is_plain(text: str, locale: str) -> bool:
    """Whether a text reads as plainly as our pages promise: six school years, or what comes closest to them."""
    if locale == "es":
        return fernandez_huerta(text) >= 70
    if locale == "de":
        return wiener_sachtextformel(text) <= 7
    return flesch_kincaid(text) <= 6 and all(flesch_kincaid(one) <= 10 for one in sentences(text))

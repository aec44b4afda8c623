"""What cells say about fees: amounts, and the currency they are in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

import pycountry

from profiles.formats.cells import LONGEST_ENTRY, Finding, Read, is_blank, table, word_list
from profiles.formats.numbers import decimal

MOST_FEE = 1_000_000


@cache
def _currencies() -> frozenset[str]:
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


@cache
def _currency_marks() -> re.Pattern[str]:
    marks = "|".join(map(re.escape, sorted(table("currency_symbols"), key=len, reverse=True)))
    return re.compile(rf"(?<![^\W\d_])(?:{marks})(?![^\W\d_])", re.IGNORECASE)


@lru_cache(maxsize=5_000)
def currency_in(text: str) -> str:
    """Return the currency a text names: an ISO code, or by symbol; "$" where the symbol says no more; "" for none."""
    for word in re.findall(r"\b[A-Za-z]{3}\b", text):
        if word.upper() in _currencies() and (word.isupper() or len(text.strip()) == len(word)):
            return str(word.upper())
    found = _currency_marks().search(text)
    return str(table("currency_symbols").get(found[0].casefold(), "")) if found else ""


@cache
def currency_of_country(country: str) -> str:
    """Return the currency of a country, "" for one that the table lacks."""
    by_currency: Mapping[str, list[str]] = table("country_currencies")
    return next((currency for currency, countries in by_currency.items() if country in countries), "")


def settled_currency(hints: Iterable[str], country: str) -> str:
    """Return the currency that the first of `hints` says; a bare "$" is that of the country, else of the US."""
    for hint in filter(None, hints):
        if hint != "$":
            return hint
        return currency_of_country(country) if country in table("dollar_countries")["codes"] else "USD"
    return currency_of_country(country)


_UNIT = r"(?:hour|hr|h|session|sess|sitzung|stunde|std|sesi[óo]n|hora|s[ée]ance|\d+\s*-?\s?min\w*)"
_FEE_WORDS = re.compile(
    rf"(?:/|\b(?:per|an?|pro|por|par|je)\s)\s*{_UNIT}\b\.?|\bsliding(?:[\s-]scale)?\b"
    r"|\bescala m[óo]vil\b|\bgestaffelt\b|[()\[\]]|,-|\.-",
    re.IGNORECASE,
)


@lru_cache(maxsize=5_000)
def amounts(cell: str) -> Read[tuple[int, int] | None]:
    """Read a fee as whole cents of its lowest and highest amount.

    >>> [amounts(text).value for text in ("$1,200.00", "85,50", "120/hr", "Free", "80-150 sliding", "ask")]
    [(120000, 120000), (8550, 8550), (12000, 12000), (0, 0), (8000, 15000), None]
    """
    if len(cell) > LONGEST_ENTRY:
        return Read(None, (Finding("number_unreadable", cell),))
    plain = cell.strip().casefold()
    if plain in word_list("free"):
        return Read((0, 0))
    code = currency_in(cell)
    bare = re.sub(rf"\b{code}\b", " ", cell, flags=re.IGNORECASE) if code.isalpha() else cell
    bare = _FEE_WORDS.sub(" ", _currency_marks().sub(" ", bare)).strip(" ,.;:")
    found = [decimal(part) for part in re.split(r"\s*(?:[-–—]|\bto\b|\bbis\b|\ba\b)\s*", bare.strip())]
    if not 1 <= len(found) <= 2 or None in found:
        return Read(None, () if is_blank(cell) else (Finding("number_unreadable", cell),))
    numbers = sorted(int(number * 100) for number in found if number is not None)
    if numbers[-1] > MOST_FEE * 100:
        return Read(None, (Finding("number_out_of_range", cell),))
    return Read((numbers[0], numbers[-1]))

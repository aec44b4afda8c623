"""Who a profile is: the NPI and its check digit, and ids that stay the same from load to load."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz import fuzz

from profiles.schema import Licence

LIKE_NAMES = 75
"""Per cent of likeness from which two spellings may be one name."""

PREFIX = "80840"  # the US and health care: part of what the check digit is made over


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the check digit of the others.

    >>> luhn_holds("808401000000004"), luhn_holds("808401000000005")
    (True, False)
    """
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(int(digit) for digit in digits[-1::-2])) % 10 == 0


def npi_is_valid(npi: str) -> bool:
    """Whether ten digits are an NPI: a 1 or 2 first, and the check digit holds."""
    return bool(re.fullmatch(r"[12]\d{9}", npi, re.ASCII)) and luhn_holds(PREFIX + npi)


def read_npi(text: str) -> tuple[str, str]:
    """Return (the NPI a cell holds, "") or ("", the problem that keeps it from being one).

    What a spreadsheet made of a number is undone where no digit is lost.

    >>> read_npi("1000000004.0"), read_npi("1.000000004E+09"), read_npi("1.00E+09"), read_npi("1000000005")
    (('1000000004', ''), ('1000000004', ''), ('', 'npi_mangled'), ('', 'npi_invalid'))
    """
    plain = re.sub(r"[\s'’\u200b-]", "", text)
    plain = re.sub(r"\.0*$", "", plain)
    rounded = re.fullmatch(r"(\d)[.,]?(\d*)E\+?0*9", plain, re.ASCII | re.IGNORECASE)
    if rounded and len(rounded[2]) == len("000000004"):
        plain = rounded[1] + rounded[2]
    elif re.fullmatch(r"0*|\d([.,]\d*)?E\+?\d+", plain, re.ASCII | re.IGNORECASE):
        return "", "npi_mangled"
    return (plain, "") if npi_is_valid(plain) else ("", "npi_invalid")


def normalised_name(name: str) -> str:
    """Return a name as it is compared: NFC, case folded, each run of blanks one blank."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


TITLES = frozenset(
    {"dr", "prof", "mr", "mrs", "ms", "mx", "phd", "psyd", "md", "lcsw", "lmft", "lpc", "ma", "msc", "dipl"}
)
"""Words about a name that are no part of it."""


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared: without accents, case, titles and order.

    >>> name_words("Dr. Zoë  O'Neill-Ruiz"), name_words("RUIZ ONEILL, Zoe, PhD")
    (('oneill', 'ruiz', 'zoe'), ('oneill', 'ruiz', 'zoe'))
    """
    plain = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    words = re.findall(r"[^\W\d_]+", re.sub(r"['’.]", "", plain))
    return tuple(sorted(word for word in words if word not in TITLES))


def name_key(name: str) -> str:
    """Return what is equal for two ways to write one name, "" for one without letters."""
    return " ".join(name_words(name))


def digits_of(number: str) -> str:
    """Return the digits of a telephone number that tell it from others, "" where there are too few.

    >>> digits_of("+1 (617) 555-0100"), digits_of("617.555.0100"), digits_of("911")
    ('6175550100', '6175550100', '')
    """
    digits = re.sub(r"\D", "", re.sub(r"(?:ext|x)\.?\s*\d+$", "", number, flags=re.IGNORECASE))
    return digits[-10:] if len(digits) >= 7 else ""


def names_agree(one: str, other: str) -> bool:
    """Whether two names can be one person's: they share a word, or are spelled alike, or one says nothing."""
    first, second = name_words(one), name_words(other)
    if not first or not second or not set(first).isdisjoint(second):
        return True
    return fuzz.ratio(" ".join(first), " ".join(second)) >= LIKE_NAMES


def _hashed(kind: str, *parts: str) -> str:
    written = json.dumps([kind, *parts], ensure_ascii=False)
    return f"{kind}-{hashlib.sha256(written.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


def id_from_facts(npi: str, licences: Iterable[Licence]) -> str:
    """Return the id that an NPI, else a licence with its jurisdiction, gives; "" when there is neither."""
    if npi:
        return _hashed("npi", npi)
    numbered = sorted((one.jurisdiction, one.number.casefold()) for one in licences if one.jurisdiction and one.number)
    return _hashed("licence", *numbered[0]) if numbered else ""


def id_from_name(source: str, name: str, credentials: str, postal_code: str) -> str:
    """Return the id of last resort; it changes when the name or the place does."""
    return _hashed("name", source, normalised_name(name), normalised_name(credentials), postal_code)

"""Who a profile is: the NPI and its check digit, and ids that stay the same from load to load."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable

from profiles.schema import Licence

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

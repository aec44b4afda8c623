"""What cells say about ways of contact: mail, telephone, web, and which is liked best."""

from __future__ import annotations

import re

from profiles.formats.cells import Finding, Read, inverted, is_blank
from profiles.vocabulary import folded

LONGEST = 2_000
"""Characters of an address; none in use is longer."""


def email(cell: str) -> Read[str | None]:
    """Read an address for mail."""
    if len(cell) > LONGEST:
        return _contact(cell, "", valid=False)
    plain = re.sub(r"^mailto:", "", cell.strip(), flags=re.IGNORECASE)
    plain = re.sub(r"^[^<>@]*<([^<>]+)>$", r"\1", plain)  # Ada Example <ada@example.org>
    return _contact(cell, plain, bool(re.fullmatch(r"[^\s@<>\",;]+@[^\s@<>\",;]+\.[^\s@<>\",;.]+", plain)))


def phone(cell: str) -> Read[str | None]:
    """Read a telephone number, kept as it is written but for what a spreadsheet added to it.

    >>> phone("6175551234.0").value, phone("tel:+1 617 555 1234").value, phone("6.17555E+09").value
    ('6175551234', '+1 617 555 1234', None)
    """
    plain = re.sub(r"^(\d+)\.0$", r"\1", re.sub(r"^tel:\s*", "", cell.strip(), flags=re.IGNORECASE))
    digits = sum(char.isdecimal() for char in plain)
    return _contact(
        cell, plain, 5 <= digits <= 20 and bool(re.fullmatch(r"[\d\s()+./\-–]+(?:(?:ext|x)\.?\s*\d+)?", plain))
    )


def web_address(cell: str) -> Read[str | None]:
    """Read an address on the web; only http and https, since pages make links of it."""
    if len(cell) > LONGEST:
        return _contact(cell, "", valid=False)
    plain = cell.strip()
    full = plain if re.match(r"https?://", plain, re.IGNORECASE) else f"https://{plain}"
    return _contact(
        cell,
        full,
        bool(
            re.fullmatch(r"https?://[^\s/@<>\":]+\.[^\s/@<>\":.]{2,}(?::\d+)?([/?#][^\s<>\"]*)?", full, re.IGNORECASE)
        ),
    )


def preferred(cell: str) -> Read[str | None]:
    """Read which way of contact is liked best."""
    way = inverted("preferred").get(folded(cell), "")
    return _contact(cell, way, bool(way))


def _contact(cell: str, value: str, valid: bool) -> Read[str | None]:
    if is_blank(cell):
        return Read(None)
    return Read(value) if valid else Read(None, (Finding("contact_invalid", cell),))

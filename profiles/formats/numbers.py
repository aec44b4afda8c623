"""Numbers in cells, with either decimal sign."""

from __future__ import annotations

import re
from decimal import Decimal

from profiles.formats.cells import LONGEST_ENTRY, Finding, Read, is_blank


def decimal(text: str) -> Decimal | None:
    """Return a number written with either decimal sign, None when it is none.

    >>> [str(decimal(text)) for text in ("1,200.00", "85,50", "1.200", "1.200,50", "1 200", "12.5", "1,2,3")]
    ['1200.00', '85.50', '1200', '1200.50', '1200', '12.5', 'None']
    """
    plain = re.sub(r"[\s'’]", "", text)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d{1,2})?|\d+(\.\d{1,2})?", plain, re.ASCII):
        return Decimal(plain.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d{1,2})?|\d+,\d{1,2}", plain, re.ASCII):
        return Decimal(plain.replace(".", "").replace(",", "."))
    return None


def number(cell: str, low: float, high: float) -> Read[float | None]:
    """Read a number between two ends."""
    if is_blank(cell):
        return Read(None)
    plain = cell.strip().replace("−", "-")
    if not re.fullmatch(r"[+-]?\d{1,15}([.,]\d{1,15})?", plain, re.ASCII):
        return Read(None, (Finding("number_unreadable", cell),))
    value = float(plain.replace(",", "."))
    return Read(value) if low <= value <= high else Read(None, (Finding("number_out_of_range", cell),))


def whole(cell: str, low: int, high: int) -> Read[int | None]:
    """Read a whole number between two ends; "2 days" is two."""
    if len(cell) > LONGEST_ENTRY:
        return Read(None, (Finding("number_unreadable", cell),))
    read = number(re.sub(r"\s*(?:days?|tagen?|d[ií]as?)$", "", cell, flags=re.IGNORECASE), low, high)
    if read.value is None:
        return Read(None, read.findings)
    return Read(int(read.value)) if read.value.is_integer() else Read(None, (Finding("number_unreadable", cell),))

"""What a cell of a spreadsheet shows: numbers, days, amounts and codes as the text a person sees."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

LONGEST_NUMBER = 15
"""Digits that a spreadsheet keeps of a number."""

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_ESCAPED = re.compile(r"_x(000[DA9]|005F(?=_x[0-9A-F]{4}_)|005F(?=x[0-9A-F]{4}_))_", re.IGNORECASE)
_CURRENCY = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]|\"([^\"\d#]{1,4})\"|([$€£¥])")


class NumberFormat(NamedTuple):
    """What a number format says that matters here.

    Attributes:
        percent: whether numbers are shown times a hundred with a sign.
        currency: sign or code that stands with them, "" for none.
        masks: (numbers up to this use it, mask of digits and signs), for ZIP codes, telephone numbers and the like.
    """

    percent: bool = False
    currency: str = ""
    masks: tuple[tuple[int, str], ...] = ()


def shown(value: Any, number_format: str) -> str:
    """Return the text a person sees in a cell; digits are never fewer than the file has.

    >>> shown(2101, "00000"), shown(0.5, "0%"), shown(120, '"$"#,##0.00'), shown(120.0, "General"), shown(True, "")
    ('02101', '50%', '$120', '120', 'yes')
    >>> shown(datetime(2026, 1, 31), "m/d/yy"), shown(1.23e9, "0.00E+00"), shown(0.1 + 0.2, "0.0")
    ('2026-01-31', '1230000000', '0.3')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return _number(value, _format(number_format))
    if isinstance(value, date | time | timedelta):
        return _moment(value)
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, date) else f"{value.total_seconds() / 3600:g}h"


def _number(value: float | Decimal, style: NumberFormat) -> str:
    if style.percent:
        return plain_number(float(value) * 100) + "%"
    whole = float(value).is_integer() if abs(value) < 10**LONGEST_NUMBER else False
    if whole and value >= 0:
        for most, mask in style.masks:
            if value <= most:
                return _masked(str(int(value)), mask)
    text = plain_number(value)
    if not style.currency:
        return text
    return f"{style.currency} {text}" if style.currency.isalpha() else f"{style.currency}{text}"


def plain_number(value: float | Decimal) -> str:
    """Return a number with all its digits, without an exponent where it is whole, and without what binary adds.

    >>> plain_number(1234567893.0), plain_number(0.1 + 0.2), plain_number(1e21), plain_number(85.5)
    ('1234567893', '0.3', '1E+21', '85.5')
    """
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else f"{Decimal(value):E}"
    number = Decimal(f"{value:.{LONGEST_NUMBER}g}")
    if not number.is_finite():
        return str(value)
    if number == number.to_integral_value() and number.adjusted() < LONGEST_NUMBER + 3:
        return f"{number:.0f}"
    return str(number.normalize())


@lru_cache(maxsize=1_000)
def _format(code: str) -> NumberFormat:
    sections = code.split(";")
    bare = _LITERAL.sub("", re.sub(r"\[[^\]]*\]", "", sections[0]))
    currency = _CURRENCY.search(sections[0])
    masks = [mask for section in sections[:2] if (mask := _mask(section)) is not None]
    sign = next(filter(None, currency.groups()), "") if currency else ""
    return NumberFormat("%" in bare, sign.strip(), tuple(masks) if len(masks) == len(sections[:2]) else ())


def _mask(section: str) -> tuple[int, str] | None:
    """Return (the largest number it is for, its digits as `0` or `#` with the signs between), None for an amount."""
    most = re.match(r"\[<=?(\d+)\]", section)
    plain = re.sub(r"\[[^\]]*\]", "", section)
    plain = _LITERAL.sub(lambda found: found[1] or found[2] or "", plain)
    if not re.fullmatch(r"[0#()\s./+-]+", plain) or plain.count(".") == 1:
        return None
    digits = re.findall(r"[0#]", plain)
    has_signs = bool(re.search(r"[0#][^0#]+[0#]", plain))
    if len(digits) < 3 or not (has_signs or re.fullmatch(r"0+", plain)):
        return None
    return int(most[1]) if most else 10**LONGEST_NUMBER, plain


def _masked(digits: str, mask: str) -> str:
    """Return digits set into a mask from its end; those beyond it stand in front."""
    left = list(digits)
    is_full = "0" in mask or len(left) >= mask.count("#")
    made: list[str] = []
    for sign in reversed(mask):
        if sign in "0#":
            made.append(left.pop() if left else "0" if sign == "0" else "")
        elif left or is_full:
            made.append(sign)
    return ("".join(left) + "".join(reversed(made))).strip()

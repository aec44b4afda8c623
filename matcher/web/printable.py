"""Characters that no page may hold, such as controls and half characters, as the sign that stands for such."""

from __future__ import annotations

import re
from typing import Any

NEVER = re.compile(
    "[\0-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    + "]"
)


def printable(value: Any) -> Any:
    r"""Return a text with U+FFFD for what HTML forbids, anything else as it is; profiles keep what they hold.

    >>> printable("bell\x07"), printable(7)
    ('bell\ufffd', 7)
    """
    if isinstance(value, str) and NEVER.search(value):
        return type(value)(NEVER.sub("\ufffd", value))
    return value

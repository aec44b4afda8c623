"""The items of check-ins: which are asked after which session, which are ranked, and what a client's answers mean."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import fmean

from matcher.feedback.protocol import CheckIn

LOWEST, HIGHEST = 1, 5
"""Ends of every answer, and of a total once it is brought to the same range."""

LOW = 2
"""The highest mark that counts as low; our choice."""

RANKED_SESSION = 1
"""Our own check-in is ranked after this session alone: later ones are answered by those who stayed."""

TOTAL = "total"
"""The code of the total of a loaded scale, whose items are never held."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the table.

    Attributes:
        code: as check-ins and the text tables name it.
        session: the first session after which it is asked.
        ranked: whether the mean of a client's answers counts it.
        wish: what a client may ask of someone new after a low mark: a field of the preference form, and a term of it.
        safety: whether a low mark speaks of not being safe.
    """

    code: str
    session: int
    ranked: bool
    wish: tuple[str, str]
    safety: bool = False


@cache
def items() -> Mapping[str, Item]:
    """Return the table by code, in the order in which the items are asked."""
    rows = tomllib.loads((files("matcher.feedback") / "items.toml").read_text(encoding="utf-8"))["item"]
    return {row["code"]: Item(**{**row, "wish": tuple(row["wish"])}) for row in rows}


def asked_after(session: int) -> tuple[Item, ...]:
    """Return what a client is asked after a session.

    >>> [item.code for item in asked_after(1)][-1], len(asked_after(3))
    ('decide_together', 9)
    """
    return tuple(item for item in items().values() if item.session <= session)


def rescaled(total: float, lowest: float, highest: float) -> float:
    """Return a total between the ends of its scale, brought to 1..5.

    >>> rescaled(36, 12, 60), rescaled(40, 0, 40)
    (3.0, 5.0)
    """
    return LOWEST + (HIGHEST - LOWEST) * (total - lowest) / (highest - lowest)


def ranked_mean(checkin: CheckIn) -> float | None:
    """Return the mean 1..5 of the ranked answers of a check-in, None for one that is not ranked."""
    if checkin.scale == "loaded":
        return checkin.items.get(TOTAL)
    if checkin.session != RANKED_SESSION:
        return None
    answers = [value for code, value in checkin.items.items() if code in items() and items()[code].ranked]
    return fmean(answers) if answers else None

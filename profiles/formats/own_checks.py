"""What checks of JSON values share: keeping what is wrong with a line, and reading texts, days, numbers and objects."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from profiles.problems import Problem, problem

Checks = Mapping[str, Callable[["Teller", str, Any], Any]]


@dataclass(slots=True)
class Teller:
    """Keeps what is wrong with one line."""

    file: str
    line: int | str
    problems: list[Problem] = field(default_factory=list)

    def tell(self, code: str, column: str, value: object, near: Iterable[str] = (), **params: str) -> None:
        """Keep a problem with the offending value, made printable."""
        about = {"nearest": ", ".join(near) or "-", **params}
        self.problems.append(
            problem(code, file=self.file, row=self.line, column=printable(column), value=shown(value), **about)
        )

    def unusable(self, column: str, value: object, expected: str) -> None:
        """Keep that a value is not of the kind that stands there."""
        self.tell("value_unusable", column, value, expected=expected)


def printable(text: str) -> str:
    """Return a text with each half of a character (a lone surrogate) as a question mark."""
    return text.encode("utf-8", "replace").decode()


def shown(value: object) -> str:
    """Return a value as a problem shows it; a number of a million digits is not written out."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return "1e30+" if value > 0 else "-1e30+"
    return printable(str(value)[:200])


def text(teller: Teller, column: str, value: Any) -> str | None:
    """Return a text in NFC, None for one that is blank, no text, or has half a character in it."""
    if not isinstance(value, str) or not value.strip() or printable(value) != value:
        teller.unusable(column, value, "text")
        return None
    return unicodedata.normalize("NFC", value)


def part_text(teller: Teller, column: str, value: Any) -> str:
    """Return a text, "" for an empty one and for one that is no text."""
    return "" if value == "" else text(teller, column, value) or ""


def day(teller: Teller, column: str, value: Any) -> date | None:
    """Return a day written as 2026-01-31, None for anything else."""
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            return _iso(value)
    except ValueError:
        pass
    teller.tell("date_unreadable", column, value)
    return None


_iso = lru_cache(maxsize=5_000)(date.fromisoformat)


def flag(teller: Teller, column: str, value: Any) -> bool | None:
    """Return true or false, None for anything else."""
    if isinstance(value, bool):
        return value
    teller.unusable(column, value, "true / false")
    return None


def whole(teller: Teller, column: str, value: Any, low: int, high: int) -> int | None:
    """Return a whole number between two ends, None for anything else."""
    if not isinstance(value, int) or isinstance(value, bool):
        teller.tell("number_unreadable", column, value)
    elif not low <= value <= high:
        teller.tell("number_out_of_range", column, value)
    else:
        return value
    return None


def degrees(end: int) -> Callable[[Teller, str, Any], float | None]:
    """Return what reads degrees from -end to end."""

    def read(teller: Teller, column: str, value: Any) -> float | None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            teller.tell("number_unreadable", column, value)
        elif not -end <= value <= end:
            teller.tell("number_out_of_range", column, value)
        else:
            return float(value)
        return None

    return read


def objects(teller: Teller, column: str, value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list; anything else in it is told."""
    if not isinstance(value, list):
        teller.unusable(column, value, "[{...}]")
        return []
    for one in value:
        if not isinstance(one, Mapping):
            teller.unusable(column, one, "{...}")
    return [one for one in value if isinstance(one, Mapping)]


def parts_of(teller: Teller, column: str, value: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """Return the parts of an object that hold; a part of another name is told."""
    for name in sorted(value.keys() - checks.keys()):
        teller.tell("column_unknown", f"{column}.{name}", name, checks)
    found = {
        name: check(teller, f"{column}.{name}", value[name])
        for name, check in checks.items()
        if value.get(name) is not None
    }
    return {name: part for name, part in found.items() if part is not None}

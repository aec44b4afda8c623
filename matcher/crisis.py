"""Whom to call in a crisis: rows that the operator owns, dated and sourced."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from profiles.errors import ServiceError


class HelplinesUnreadable(ServiceError):
    """`helplines.toml` can't be read; a page without help is worse than a clear sentence to the operator."""

    key = "error.helplines_unreadable"


class EmergencyMissing(ServiceError):
    """No row says whom to call in an emergency in the country of a directory that real clients use."""

    key = "error.emergency_missing"


@dataclass(frozen=True, slots=True)
class Helpline:
    """One row.

    Attributes:
        country: ISO 3166-1 alpha-2.
        name, number, channel, hours: as the service itself gives them; channel is call, text or chat.
        serves: emergency, suicide, child, violence, poisoning, harm_to_others, deaf.
        languages: BCP 47 tags.
        source: where the row was read.
        verified_on: the day the operator last checked it, or None.
    """

    country: str
    name: str
    number: str
    channel: str
    hours: str
    serves: tuple[str, ...]
    languages: tuple[str, ...] = ()
    source: str = ""
    verified_on: date | None = field(default=None)


STALE_DAYS = 365
"""A number that was last checked longer ago may have changed; our choice."""

CHANNELS = ("call", "text", "chat")
SERVES = ("emergency", "suicide", "child", "violence", "poisoning", "harm_to_others", "deaf")


def helplines(home: Path) -> tuple[Helpline, ...]:
    """Return the operator's rows (`helplines.toml` in the home), or those that come with the service, unverified.

    Raises:
        HelplinesUnreadable: the operator's file can't be used.
    """
    own = home / "helplines.toml"
    try:
        text = (own if own.exists() else files("matcher") / "helplines.toml").read_text(encoding="utf-8")
        return tuple(_row(row) for row in tomllib.loads(text)["helpline"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HelplinesUnreadable(path=str(own), reason=str(error)) from error


def require_emergency(home: Path, country: str) -> None:
    """See to it that a country has an emergency number in the rows of a home.

    Raises:
        EmergencyMissing: it has none.
        HelplinesUnreadable: the operator's file can't be used.
    """
    if not any(row.country == country and "emergency" in row.serves for row in helplines(home)):
        raise EmergencyMissing(path=str(home / "helplines.toml"), country=country)


def packaged() -> tuple[Helpline, ...]:
    """Return the rows that come with the service."""
    text = (files("matcher") / "helplines.toml").read_text(encoding="utf-8")
    return tuple(_row(row) for row in tomllib.loads(text)["helpline"])


def by_country(rows: Iterable[Helpline]) -> dict[str, list[Helpline]]:
    """Return the rows by country, in the order of the file but for emergency numbers, which stand first."""
    countries: dict[str, list[Helpline]] = {}
    for row in sorted(rows, key=lambda row: "emergency" not in row.serves):
        countries.setdefault(row.country, []).append(row)
    return countries


def shown(rows: Iterable[Helpline], locale: str, as_of: date) -> list[Helpline]:
    """Return the rows of one country as they are shown: emergency first, then those that speak the page's language.

    A row that was checked too long ago is left out only where another one is there for all that it serves; an
    emergency number never is.

    Args:
        rows: of one country.
        locale: the page's language.
        as_of: the day of the request.
    """
    held = list(rows)
    served = {what for row in held if not is_stale(row, as_of) for what in row.serves}
    kept = [row for row in held if not is_stale(row, as_of) or "emergency" in row.serves or {*row.serves} - served]
    return sorted(kept, key=lambda row: ("emergency" not in row.serves, locale not in row.languages))


def is_stale(row: Helpline, as_of: date) -> bool:
    """Whether a row was checked once, but too long ago."""
    return row.verified_on is not None and (as_of - row.verified_on).days > STALE_DAYS


def _row(row: dict[str, Any]) -> Helpline:
    """Return a row.

    Raises:
        ValueError, KeyError, TypeError: it lacks something, or says something that the page has no words for.
    """
    read = Helpline(**{**row, "serves": tuple(row["serves"]), "languages": tuple(row.get("languages", ()))})
    if read.channel not in CHANNELS:
        raise ValueError(f"channel = {read.channel!r}")
    if not read.serves or not set(read.serves) <= set(SERVES):
        raise ValueError(f"serves = {list(read.serves)!r}")
    if not isinstance(row.get("verified_on"), date | None):
        raise TypeError(f"verified_on = {read.verified_on!r}")
    texts: tuple[object, ...] = (read.country, read.name, read.number, read.hours, read.source, *read.languages)
    if not all(isinstance(text, str) for text in texts) or not (read.country and read.name and read.number):
        raise TypeError(f"{read.country!r}, {read.name!r}, {read.number!r}")
    return read

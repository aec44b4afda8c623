"""Where clients can complain of a therapist: offices that the operator names, dated and sourced."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from profiles.errors import ServiceError
from profiles.languages import covers


class ComplaintsUnreadable(ServiceError):
    """`complaints.toml` can't be read."""

    key = "error.complaints_unreadable"


@dataclass(frozen=True, slots=True)
class Office:
    """One office that takes complaints.

    Attributes:
        jurisdiction: ISO 3166-1 or ISO 3166-2, as licences name it.
        name: of the office.
        website, phone: how to reach it; "" where it has none. A website begins with https:// or http://.
        source: where the row was read.
        verified_on: the day the operator last checked it, or None.
    """

    jurisdiction: str
    name: str
    website: str = ""
    phone: str = ""
    source: str = ""
    verified_on: date | None = None


def offices(home: Path) -> tuple[Office, ...]:
    """Return the operator's rows (`complaints.toml` in the home), none where there is no such file.

    Raises:
        ComplaintsUnreadable: the file can't be used.
    """
    own = home / "complaints.toml"
    if not own.exists():
        return ()
    try:
        return tuple(_row(row) for row in tomllib.loads(own.read_text(encoding="utf-8"))["office"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ComplaintsUnreadable(path=str(own), reason=str(error)) from error


def first_for(rows: Iterable[Office], jurisdictions: Iterable[str]) -> list[Office]:
    """Return the offices, those of some jurisdictions (or of the country around them) first."""
    places = tuple(jurisdictions)
    return sorted(rows, key=lambda row: not any(covers(row.jurisdiction, place) for place in places))


def _row(row: dict[str, Any]) -> Office:
    """Return a row.

    Raises:
        ValueError, TypeError: it lacks something, or a part is of another kind.
    """
    read = Office(**row)
    texts: tuple[object, ...] = (read.jurisdiction, read.name, read.website, read.phone, read.source)
    if not all(isinstance(text, str) for text in texts) or not (read.jurisdiction and read.name):
        raise TypeError(f"{read.jurisdiction!r}, {read.name!r}")
    known = not read.website or read.website.startswith(("https://", "http://"))
    if not known or not (read.website or read.phone):
        raise ValueError(f"website = {read.website!r}, phone = {read.phone!r}")
    if not isinstance(read.verified_on, date | None):
        raise TypeError(f"verified_on = {read.verified_on!r}")
    return read

"""Settings of a home: a table of names, defaults and reasons, overridden by `settings.toml` in the home."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from models.encoder import PACKAGED
from profiles.errors import ServiceError


class SettingsUnreadable(ServiceError):
    """`settings.toml` is no TOML, names an unknown setting or gives one a wrong value."""

    key = "error.settings_unreadable"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may change; `REASONS` says why each exists."""

    encoder: str = PACKAGED
    accepting_fresh_days: int = 90
    language_floor: int = 30
    shortlist: int = 200
    variant: str = "alliance"
    title: str = "Find a therapist"
    country: str = "US"
    session_threads: int = 4


REASONS: Mapping[str, str] = {
    "encoder": "Name or folder of the sentence-transformers model that reads texts; `lexical` needs no weights.",
    "accepting_fresh_days": "Days after which `accepting new clients` counts as unconfirmed.",
    "language_floor": "ILR level times ten below which a stated language level does not meet a must (30 is B2).",
    "shortlist": "How many of the best are read again passage by passage when a client writes own words.",
    "variant": "Ranking variant that lists use.",
    "title": "Name of the service on its pages.",
    "country": "Country of the directory, ISO 3166-1 alpha-2: which helplines stand first.",
    "session_threads": "Threads of one server worker.",
}


def load_settings(home: Path) -> Settings:
    """Return the settings of a home: defaults, overridden by its `settings.toml` where there is one.

    Raises:
        SettingsUnreadable: the file can't be used; the message names the setting.
    """
    path = home / "settings.toml"
    if not path.exists():
        return Settings()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsUnreadable(path=str(path), reason=str(error)) from error
    return replace(Settings(), **_checked(given, path))


def _checked(given: Mapping[str, Any], path: Path) -> dict[str, Any]:
    defaults = {part.name: part.default for part in fields(Settings)}
    for name, value in given.items():
        if name not in defaults:
            raise SettingsUnreadable(path=str(path), reason=f"{name}?")
        if type(value) is not type(defaults[name]) or (isinstance(value, int) and value < 1):
            raise SettingsUnreadable(path=str(path), reason=f"{name} = {value!r}")
    return dict(given)

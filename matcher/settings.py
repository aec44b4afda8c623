"""Settings of a home: a table of names, defaults and reasons, overridden by `settings.toml` in the home."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from models.encoder import PACKAGED
from profiles.errors import ServiceError
from profiles.schema import Preferences


class SettingsUnreadable(ServiceError):
    """`settings.toml` is no TOML, names an unknown setting or gives one a wrong value."""

    key = "error.settings_unreadable"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator may change; `REASONS` says why each exists."""

    encoder: str = PACKAGED
    accepting_fresh_days: int = 90
    language_floor: int = 30
    simple_words_floor: int = 20
    shortlist: int = 200
    variant: str = "alliance"
    title: str = "Find a therapist"
    country: str = "US"
    session_threads: int = 4
    profile_fresh_days: int = 365
    licence_warning_days: tuple[int, ...] = (60, 30, 14)
    licence_check_days: int = 365
    reports_needed: int = 3
    report_days: int = 90
    reports_an_hour: int = 5
    reports_a_day: int = 10
    proxies: int = 1
    count_demand: bool = False
    demand_days: int = 90
    upload_megabytes: int = 50
    https_only: bool = False
    address: str = "http://127.0.0.1:8000"
    invitation_days: int = 60
    reported_door: bool = False
    checkin_days: int = 1_825
    checkin_link_days: int = 180
    experiment_days: int = 365
    audit_days: int = 1_095
    removal_days: int = 90

    def floor_for(self, preferences: Preferences) -> int:
        """Return the level, ILR times ten, below which a language does not count for a client."""
        simple = "simple_words" in preferences.language_also
        return min(self.language_floor, self.simple_words_floor) if simple else self.language_floor

    @property
    def count_days(self) -> int:
        """Days that reports and counts are kept: as long as either is looked at."""
        return max(self.report_days, self.demand_days)


REASONS: Mapping[str, str] = {
    "encoder": (
        "Name or folder of the sentence-transformers model that reads texts; `+use-multilingual-v3` behind it reads 16 "
        "languages more; `lexical` needs no weights."
    ),
    "accepting_fresh_days": "Days after which `accepting new clients` counts as unconfirmed.",
    "language_floor": "ILR level times ten below which a stated language level does not meet a must (30 is B2).",
    "simple_words_floor": (
        "The same for a client who says that simple words will do (20 is B1: everyday matters, with effort)."
    ),
    "shortlist": "How many of the best are compared by their wording too when a client writes own words.",
    "variant": "Ranking variant that lists use.",
    "title": "Name of the service on its pages.",
    "country": "Country of the directory, ISO 3166-1 alpha-2: which helplines stand first.",
    "session_threads": "Threads of one server worker.",
    "profile_fresh_days": "Days after which a profile that nobody confirmed stands in the freshness list.",
    "licence_warning_days": "How many days before a licence ends it stands in the freshness list, one level each.",
    "licence_check_days": "Days after which a licence that was checked against a register is to be checked again.",
    "reports_needed": "On how many days clients must report the same of a therapist before the freshness list says so.",
    "report_days": "Days that a client's report counts.",
    "reports_an_hour": "Reports that one address may send in an hour, in each server worker.",
    "reports_a_day": "Reports about one therapist that are taken on one day, from everybody together.",
    "proxies": "How many proxies of yours stand in front of the server, where it is reached through any.",
    "upload_megabytes": "The largest upload of an operator, in millions of bytes.",
    "address": "Where the pages are reached from outside; links of invitations begin with it.",
    "invitation_days": "Days that the link of an invitation works.",
    "reported_door": "Whether check-ins of at least ten clients of a therapist move lists and are shown.",
    "checkin_days": "Days that a check-in is kept, and counts where `reported_door` is on.",
    "checkin_link_days": "Days that the link of a client's check-in works.",
    "experiment_days": "Days after consent that rows of ranking tests are kept.",
    "audit_days": "Days that the audit log is kept.",
    "removal_days": "Days after which the bare ids of those removed are forgotten; by then every index has followed.",
    "https_only": "Whether operators may sign in over https alone; over https their cookie is bound to it anyway.",
    "count_demand": "Whether must-haves that found nobody, and who was shown, are counted, in tens.",
    "demand_days": "Days before today whose counts the coverage report shows, in whole months.",
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
        if not _fits(value, defaults[name]):
            raise SettingsUnreadable(path=str(path), reason=f"{name} = {value!r}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def _fits(value: object, default: object) -> bool:
    """Whether a value is of the type of the default; whole numbers count things, so they start at 1."""
    if isinstance(default, tuple):
        return isinstance(value, list) and all(_fits(one, default[0]) for one in value)
    return type(value) is type(default) and (type(value) is not int or value >= 1)

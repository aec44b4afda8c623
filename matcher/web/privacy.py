"""What is kept of clients: one row a table that the service writes, its columns as they are, its days as set."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template

from matcher.feedback.protocol import STEP
from matcher.settings import Settings
from matcher.web.asking import the_home
from matcher.web.trials import UNIT_DAYS, running, unit

blueprint = Blueprint("privacy", __name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """One table of what clients do.

    Attributes:
        table: its name in `events.db`.
        columns: its columns, each named in words under `privacy.column`.
        days: name of the setting that says how long a row is kept.
        switch: setting without which nothing is written; "" where it is written whenever a client does so.
        consent: written of clients alone who take part in a ranking test.
    """

    table: str
    columns: tuple[str, ...]
    days: str
    switch: str = ""
    consent: bool = False

    def kept_days(self, settings: Settings) -> int:
        """Return how many days a row is kept."""
        return int(getattr(settings, self.days))

    def is_on(self, settings: Settings) -> bool:
        """Whether anything is written to it in this home."""
        return bool(getattr(settings, self.switch)) if self.switch else True


KEPT: tuple[Kept, ...] = (
    Kept("reports", ("therapist", "kind", "day", "count"), days="count_days"),
    Kept("wishes", ("month", "wish", "asked", "nobody"), days="count_days", switch="count_demand"),
    Kept("shown", ("therapist", "month", "count"), days="count_days", switch="count_demand"),
    Kept(
        "checkins",
        ("therapist", "client", "session", "day", "items", "stated", "described", "model", "scale", "case_mix"),
        days="checkin_days",
    ),
    Kept("units", ("unit", "day"), days="experiment_days", consent=True),
    Kept(
        "rankings",
        (
            *("number", "id", "experiment", "unit", "arm", "variant", "model", "day", "eligible"),
            *("met", "not_stated", "confirmed", "other_met", "other_not_stated", "other_confirmed"),
            *("overlap", "absent", "milliseconds"),
        ),
        days="experiment_days",
        consent=True,
    ),
    Kept("slices", ("ranking", "slice", "level"), days="experiment_days", consent=True),
    Kept(
        "impressions",
        ("ranking", "place", "therapist", "team", "propensity", "target"),
        days="experiment_days",
        consent=True,
    ),
    Kept(
        "contacts",
        ("ranking", "therapist", "unit", "day", "replied", "first_session"),
        days="experiment_days",
        consent=True,
    ),
)
"""Every table that something of a client may reach; a test holds it beside the database."""

TECHNICAL = frozenset({"checkin_changes", "experiments"})
"""Tables of the same file that count our own changes or say what was planned, and hold nothing of anybody."""


@blueprint.get("/privacy")
def privacy() -> str:
    """Say what stays with the client, what is kept, for how long, and what is never done."""
    return render_template(
        "privacy.html",
        kept=KEPT,
        settings=the_home().settings,
        step=STEP,
        taking_part=unit() is not None,
        on=running() is not None,
        unit_days=UNIT_DAYS,
    )

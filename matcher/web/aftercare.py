"""What a client may need after a first session: what to do if a line was crossed."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, render_template

from matcher.complaints import ComplaintsUnreadable, Office, first_for, offices
from matcher.web.asking import the_home
from matcher.web.urgent import lines_by_country

blueprint = Blueprint("aftercare", __name__)

PARTS = ("what", "silent", "stop", "after")
"""Paragraphs of the page on lines that were crossed, in their order."""

SERVES = frozenset({"emergency", "suicide", "violence"})
"""What the helplines on that page are for."""


@blueprint.get("/if-a-line-was-crossed")
def crossed() -> str:
    """Say what is never allowed, that nobody need be told, how to stop, who takes complaints, and whom to call."""
    return render_template("crossed.html", **crossed_parts())


def crossed_parts() -> dict[str, Any]:
    """Return what that page is made of, for pages that hold it as a part."""
    home = the_home()
    country, lines = next(iter(lines_by_country().items()))
    return {
        "parts": PARTS,
        "offices": first_for(_offices(), [home.settings.country]),
        "country": country,
        "lines": [line for line in lines if SERVES & {*line.serves}],
    }


def _offices() -> tuple[Office, ...]:
    """Return the operator's offices; the page says what else to look for where their file can't be used."""
    try:
        return offices(the_home().path)
    except ComplaintsUnreadable as error:
        logging.getLogger("matcher").warning("complaints.toml of the home can't be used: %s", error.message.params)
        return ()

"""Whom to call: on a page of its own, and before anything else where a client's words speak of danger."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import HTTPException

from matcher.crisis import Helpline, HelplinesUnreadable, by_country, helplines, packaged, shown
from matcher.home import Home
from matcher.screening.screen import screen
from matcher.web.asking import the_home, today
from matcher.web.languages import page_locale

FIRST = frozenset({"emergency", "suicide"})
"""What the numbers serve that stand open in the panel; those for more particular things are one tap away."""


@dataclass(frozen=True)
class Panel:
    """The helplines that stand first on a page.

    Attributes:
        first: shown at once.
        more: of the same country, one tap away.
    """

    first: tuple[Helpline, ...]
    more: tuple[Helpline, ...]


def lines_by_country() -> dict[str, list[Helpline]]:
    """Return all rows by country as they are shown today, the country of the home first."""
    home = the_home()
    countries = by_country(_rows(home))
    own = home.settings.country
    order = [code for code in (own, *countries) if code in countries]
    return {code: shown(countries[code], page_locale(), today()) for code in order}


def panel() -> Panel | None:
    """Return the panel where the words that were posted speak of danger; they are looked at here and kept nowhere."""
    if not any(screen(text) for text in _words()):
        return None
    rows = next(iter(lines_by_country().values()))
    first = tuple(row for row in rows if FIRST & {*row.serves})
    return Panel(first or tuple(rows), tuple(row for row in rows if first and row not in first))


def _words() -> list[str]:
    try:
        return request.form.getlist("words") if request.method == "POST" else []
    except HTTPException:  # a body that is too large is refused by the page that says so
        return []


def _rows(home: Home) -> tuple[Helpline, ...]:
    """Return the rows of the home, or those that come with the service: a page without any number helps nobody."""
    try:
        return helplines(home.path)
    except HelplinesUnreadable as error:
        logging.getLogger("matcher").warning("helplines.toml of the home can't be used: %s", error.message.params)
        return packaged()

"""Ranking tests: opt-in, default off. A client who agreed has one random cookie; withdrawing erases every row of it."""

from __future__ import annotations

import logging
import re
import secrets
from datetime import timedelta

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from matcher.evaluation.assignment import UNIT_BYTES
from matcher.events.protocol import Experiment
from matcher.experiments import list_for_unit
from matcher.home import Home
from matcher.links import said_by, signed
from matcher.records import MatchList
from matcher.web.asking import listed, services_for, the_home, today
from matcher.web.languages import page_locale, page_locales
from matcher.web.limits import from_own_page
from profiles.errors import ServiceError
from profiles.schema import Preferences, Therapist

blueprint = Blueprint("trials", __name__)

COOKIE = "ranking_test"
UNIT_DAYS = 30
UNIT = re.compile(rf"[0-9a-f]{{{2 * UNIT_BYTES}}}")
FORBIDDEN, SEE_OTHER, GONE = 403, 303, 410
PURPOSE, TELL_DAYS = "contact", 90
"""Of the private links by which clients tell what became of a contact, and how long these work."""
ASKED = ("replied", "session")
YES_NO = {"yes": True, "no": False}
SEPARATOR = ":"
"""Parts a list's id from a therapist's in what the button of a contact posts."""


def unit() -> str | None:
    """Return the random number of a client who agreed within thirty days and did not withdraw; None for all others.

    Without the cookie no table is looked at.
    """
    given = request.cookies.get(COOKIE, "")
    if not UNIT.fullmatch(given) or not the_home().has_events:
        return None
    return given if the_home().events.knows(given, today() - timedelta(days=UNIT_DAYS)) else None


def running() -> Experiment | None:
    """Return the experiment that runs, None for none or where it can't be read: no test must cost a client the list."""
    try:
        return the_home().events.running() if the_home().has_events else None
    except ServiceError as error:
        logging.getLogger("matcher").warning("experiments can't be read: %s", type(error).__name__)
        return None


def list_shown(preferences: Preferences, n: int) -> tuple[MatchList, str]:
    """Return the list for some preferences, and its id where the client is in a running test, else "".

    Whoever did not agree gets the control, and nothing is kept.

    Raises:
        NotReady, DirectoryEmpty, EncoderMissing: as `listed` does.
    """
    who = unit()
    experiment = running() if who is not None else None
    if who is None or experiment is None:
        return listed(preferences, n), ""
    services = services_for(preferences, control=experiment.control, treatment=experiment.treatment)
    result, ranked = list_for_unit(preferences, services, n, today(), experiment=experiment, unit=who)
    try:
        kept = the_home().events.expose(ranked)
    except Exception as error:  # noqa: BLE001 - a row that can't be written must not cost a client the list
        logging.getLogger("matcher").warning("a list was not noted: %s", type(error).__name__)
        kept = False
    return result, ranked.id if kept else ""


def contacted() -> dict[str, str]:
    """Note that a client who agreed wrote to or called therapists of a list; return by id the token to tell more."""
    who = unit()
    if who is None:
        return {}
    found = {}
    expires = today() + timedelta(days=TELL_DAYS)
    for given in request.form.getlist("contacted"):
        ranking, _, therapist = given.partition(SEPARATOR)
        if the_home().events.contact(who, ranking, therapist, today()):
            found[therapist] = signed(PURPOSE, (ranking, therapist), expires, the_home().secret)
    return found


@blueprint.get("/contact/<token>")
def after(token: str) -> str | tuple[str, int]:
    """Ask what became of a contact; never show what was told before, since whoever has the link could read it."""
    found = _of(token)
    return _after(token, found[1]) if found else _gone()


@blueprint.post("/contact/<token>")
def after_told(token: str) -> str | tuple[str, int]:
    """Keep what was told, as far as it was; the last word counts."""
    found = _of(token)
    if found is None:
        return _gone()
    ranking, therapist = found
    given = {name: YES_NO.get(request.form.get(name, "")) for name in ASKED}
    if all(one is None for one in given.values()):
        return _after(token, therapist)
    if not the_home().events.answer(ranking, therapist.id, **given):
        return _gone()
    return render_template("contact.html", token="", therapist=therapist, asked=())


def _of(token: str) -> tuple[str, Therapist] | None:
    home = the_home()
    parts = said_by(token, PURPOSE, home.secret, today())
    if parts is None or len(parts) != 2 or not home.has_events:
        return None
    found = home.directory.get([parts[1]]).get(parts[1])
    return (parts[0], found) if found else None


def _after(token: str, therapist: Therapist) -> str:
    return render_template("contact.html", token=token, therapist=therapist, asked=ASKED)


def _gone() -> tuple[str, int]:
    return render_template("checkin_gone.html"), GONE


@blueprint.post("/ranking-tests")
def choose() -> AnyResponse:
    """Take part, or take part no longer; then show what is kept."""
    if not from_own_page():
        abort(FORBIDDEN)
    locale = page_locale()
    back = url_for("privacy.privacy", lang=locale if locale != page_locales()[0] else None, _anchor="ranking-tests")
    response = redirect(back, SEE_OTHER)
    if request.form.get("choice") == "join":
        _join(response)
    else:
        leave(response)
    return response


def _join(response: AnyResponse) -> None:
    home = the_home()
    who = unit() or secrets.token_hex(UNIT_BYTES)
    home.events.consent(who, today())
    response.set_cookie(
        COOKIE,
        who,
        max_age=int(timedelta(days=UNIT_DAYS).total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=_is_secure(home),
    )


def _is_secure(home: Home) -> bool:
    return home.settings.https_only or request.is_secure


def leave(response: AnyResponse | Response) -> None:
    """Erase every row of the client's random number, and the cookie with it."""
    given = request.cookies.get(COOKIE, "")
    if UNIT.fullmatch(given) and the_home().has_events:
        the_home().events.withdraw(given)
    if given:
        response.delete_cookie(COOKIE, httponly=True, samesite="Lax", secure=_is_secure(the_home()))

"""What clients tell of a profile: the report form, and the counts of lists where the operator switched them on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, current_app, make_response, render_template, request
from flask.blueprints import BlueprintSetupState

from matcher.claims import CLAIMED, Claim, claims
from matcher.demand import Demand
from matcher.feedback.protocol import REPORT_KINDS, ReportKind
from matcher.home import Home
from matcher.messages import say
from matcher.records import Match, MatchList
from matcher.web.asking import the_home, today
from matcher.web.form import cleaned, hidden
from matcher.web.limits import HOUR, Limiter, client_address, from_own_page
from profiles.schema import Preferences, Therapist

blueprint = Blueprint("reporting", __name__)

FORBIDDEN, UNPROCESSABLE, TOO_MANY = 403, 422, 429


def _prepare(state: BlueprintSetupState) -> None:
    """Give the app its counters; the file behind them is opened when it is first needed, after workers fork."""
    state.app.extensions["report_limiter"] = Limiter()
    state.app.extensions["demand"] = Demand(state.app.extensions["home"].feedback)


blueprint.record_once(_prepare)


@blueprint.post("/therapists/<identity>/report")
def report(identity: str) -> Response:
    """Take a report on a profile: one of four choices, counted by therapist and day; nothing of the client is kept."""
    if not from_own_page():
        abort(FORBIDDEN)
    home = the_home()
    found = home.directory.get([identity]).get(identity)
    if found is None:
        abort(404)
    kind = next((one for one in REPORT_KINDS if one == request.form.get("kind")), None)
    if kind is None:
        return _page("report.html", found, UNPROCESSABLE, problem="report.choose")
    if not _taken(home, identity, kind):
        response = _page("report.html", found, TOO_MANY, problem="report.limited")
        response.headers["Retry-After"] = str(int(HOUR))
        return response
    return _page("report_thanks.html", found, 200)


def _taken(home: Home, identity: str, kind: ReportKind) -> bool:
    """Count a report unless its address or its therapist had too many of late."""
    limiter: Limiter = current_app.extensions["report_limiter"]
    settings = home.settings
    if not limiter.allows(client_address(settings.proxies), settings.reports_an_hour):
        return False
    return home.feedback.report(identity, kind, today(), settings.reports_a_day)


def _page(template: str, found: Therapist, code: int, problem: str = "") -> Response:
    """Return a page that keeps the client's answers as hidden fields, as every page does."""
    page = render_template(
        template,
        therapist=found,
        kinds=REPORT_KINDS,
        answers=hidden(cleaned(request.form.items(multi=True))),
        n=request.form.get("n", type=int) or 0,
        rank=request.form.get("rank", type=int) or 0,
        problem=problem,
    )
    return make_response(page, code)


# ---------------------------------------------------------------- counts, where the operator wants them


def count_list(preferences: Preferences, result: MatchList, shown: Sequence[Match]) -> None:
    """Count what a list was asked for and whom it shows, where the setting `count_demand` says so.

    Args:
        preferences: what was asked; words are not looked at.
        result: the list.
        shown: those of its matches that the client had not seen before; with nobody new the list counts only when it
            is empty.
    """
    if not the_home().settings.count_demand:
        return
    demand: Demand = current_app.extensions["demand"]
    try:
        if len(shown) == len(result.matches):
            demand.count(preferences, result.eligible, today())
        demand.count_shown([one.therapist.id for one in shown], today())
    except Exception as error:  # noqa: BLE001 - a count that can't be written must not cost a client the list
        logging.getLogger("matcher").warning("counts were not written: %s", type(error).__name__)


# ---------------------------------------------------------------- what stands behind a claim


def claim_rows(found: Therapist, locale: str) -> list[dict[str, Any]]:
    """Return what stands behind each term a profile lists, field by field, for the page of a therapist."""
    home = the_home()
    held = claims(found, home.latest_index() if home.index_is_current() else None)
    rows = []
    for field in CLAIMED:
        some = [one for one in held if one.field == field]
        backed = [_backed(one, locale) for one in some if one.ground != "ticked"]
        ticked = [one.code for one in some if one.ground == "ticked"]
        if some:
            rows.append({"name": say(f"field.{field}", locale), "field": field, "backed": backed, "ticked": ticked})
    return rows


def _backed(one: Claim, locale: str) -> dict[str, str]:
    return {
        "field": one.field,
        "code": one.code,
        "checked": say("claims.checked", locale, register=one.register, day=one.day.isoformat())
        if one.register
        else "",
        "passage": one.passage,
        "language": one.language if one.language != locale else "",
    }

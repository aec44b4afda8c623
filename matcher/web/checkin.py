"""A client's own page after a session: a few marks by a private link, shown back once, and what may help now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from matcher.feedback.importing import LAST_SESSION
from matcher.feedback.items import HIGHEST, LOW, LOWEST, Item, asked_after, items
from matcher.feedback.links import whose
from matcher.feedback.protocol import CheckIn
from matcher.web.about import TOPICS
from matcher.web.aftercare import crossed_parts
from matcher.web.asking import the_home, today
from profiles.preferences import MOST_QUALITIES
from profiles.schema import Therapist

blueprint = Blueprint("checkin", __name__)

GONE, UNPROCESSABLE = 410, 422
SESSIONS = ("1", "2", "3")
"""What a client may say of how often they have met; 3 stands for three or more."""
UNWELL = "unwell"
"""The plain page on what to do when it isn't working."""


@dataclass(frozen=True)
class Place:
    """Whom a link lets answer: the therapist as the directory holds them, and the client's key."""

    therapist: Therapist
    client: str


@blueprint.get("/checkin/<token>")
def checkin(token: str) -> str | tuple[str, int]:
    """Ask; never show what was answered before, since whoever has the link could read it."""
    place = _of(token)
    return _questions(token, place, {}, "") if place else _gone()


@blueprint.post("/checkin/<token>")
def answer(token: str) -> str | tuple[str, int]:
    """Keep the marks and show them once, or forget all that this client ever answered of this therapist."""
    place = _of(token)
    if place is None:
        return _gone()
    if request.form.get("withdraw"):
        the_home().feedback.forget_client(place.therapist.id, place.client)
        return render_template("checkin_withdrawn.html", token=token)
    session, marks = _session(), _marks()
    if not marks or not session:
        return _questions(token, place, marks, "session" if marks else "marks"), UNPROCESSABLE
    asked = {item.code for item in asked_after(session)}
    kept = {code: mark for code, mark in marks.items() if code in asked}
    if not kept:
        return _questions(token, place, marks, "marks"), UNPROCESSABLE
    the_home().feedback.add_checkins([CheckIn(place.therapist.id, place.client, session, today(), kept)])
    return _answered(token, place, kept)


def _of(token: str) -> Place | None:
    home = the_home()
    found = whose(token, home.secret, today())
    if found is None:
        return None
    kept = home.directory.resolve(found[0])
    therapist = home.directory.get([kept]).get(kept)
    return Place(therapist, found[1]) if therapist else None


def _gone() -> tuple[str, int]:
    return render_template("checkin_gone.html"), GONE


def _session() -> int:
    """Return after which session a client answers, 0 where that was not said."""
    said = request.form.get("session", "")
    return min(int(said), LAST_SESSION) if said in SESSIONS else 0


def _marks() -> dict[str, int]:
    """Return the marks by item; anything that the page does not offer was not posted by it."""
    offered = {str(mark): mark for mark in range(LOWEST, HIGHEST + 1)}
    given = {code: request.form.get(code, "") for code in items()}
    return {code: offered[mark] for code, mark in given.items() if mark in offered}


def _questions(token: str, place: Place, marks: Mapping[str, int], wrong: str) -> str:
    first = asked_after(LOWEST)
    return render_template(
        "checkin.html",
        token=token,
        therapist=place.therapist,
        first=first,
        later=[item for item in items().values() if item not in first],
        marks=marks,
        range=range(LOWEST, HIGHEST + 1),
        sessions=SESSIONS,
        session=request.form.get("session", ""),
        wrong=wrong,
        kept_days=the_home().settings.checkin_days,
    )


def _answered(token: str, place: Place, marks: Mapping[str, int]) -> str:
    low = sorted((mark, code) for code, mark in marks.items() if mark <= LOW)
    found = [items()[code] for _, code in low]
    unsafe = any(item.safety for item in found)
    return render_template(
        "checkin_answered.html",
        token=token,
        therapist=place.therapist,
        marks=marks,
        highest=HIGHEST,
        kept_days=the_home().settings.checkin_days,
        low=bool(found),
        unsafe=unsafe,
        unwell=next(topic for topic in TOPICS if topic.key == UNWELL),
        wishes=_wishes(found),
        **(crossed_parts() if unsafe else {}),
    )


def _wishes(low: list[Item]) -> list[tuple[str, str]]:
    """Return what a new list may ask for, the lowest marks first; of qualities as many as may be asked."""
    found = [item.wish for item in low]
    qualities = [wish for wish in found if wish[0] == "qualities"][:MOST_QUALITIES]
    return [wish for wish in found if wish[0] != "qualities" or wish in qualities]

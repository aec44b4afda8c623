"""The pages: form, list, therapist, help now, and whether the server is well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request

from matcher.crisis import helplines
from matcher.explain import still_open
from matcher.messages import known_locale
from matcher.web.asking import NotReady, listed, the_home, today
from matcher.web.form import COMMON, FIRST, MORE, document_of, kept, pairs_of
from matcher.web.profile import profile_rows
from profiles.languages import jurisdiction_name, language_of_text
from profiles.preferences import GROUPS, read_preferences
from profiles.problems import Problem
from profiles.schema import Preferences
from profiles.vocabulary import vocabulary

blueprint = Blueprint("pages", __name__)

FIRST_SHOWN = 5
MOST_SHOWN = 50
UNPROCESSABLE, UNAVAILABLE = 422, 503


@blueprint.get("/")
def form() -> str:
    """Show the empty form."""
    return _form_page([], ())


@blueprint.post("/")
def form_again() -> str:
    """Show the form with the answers that were posted."""
    return _form_page(_pairs(), ())


@blueprint.post("/matches")
def matches() -> Response | str | tuple[str, int]:
    """Show the list for the answers, or the form again with what can't be read."""
    preferences, problems = _posted()
    if problems:
        return _form_page(_pairs(), problems), UNPROCESSABLE
    n = min(max(request.form.get("n", FIRST_SHOWN, type=int), 1), MOST_SHOWN)
    try:
        result = listed(preferences, n)
    except NotReady as waiting:
        return _wait_page(waiting, preferences)
    return render_template(
        "list.html", result=result, preferences=preferences, answers=_answers(), n=n, most=MOST_SHOWN
    )


@blueprint.route("/therapists/<identity>", methods=["GET", "POST"])
def therapist(identity: str) -> Response | str | tuple[str, int]:
    """Show one therapist; with the answers posted, also how they stand to them."""
    home = the_home()
    found = home.directory.get([identity]).get(identity)
    if found is None:
        abort(404)
    answers, standing = _answers(), None
    if request.method == "POST":
        preferences, problems = _posted()
        if not problems:
            try:
                shown = listed(preferences, MOST_SHOWN).matches
            except NotReady as waiting:
                return _wait_page(waiting, preferences)
            standing = next((one for one in shown if one.therapist.id == identity), None)
    return render_template(
        "therapist.html",
        therapist=found,
        standing=standing,
        answers=answers,
        open_now=still_open(found, today()),
        bio_language=language_of_text(found.bio, found.languages),
        **profile_rows(found, page_locale()),
    )


@blueprint.get("/help-now")
def help_now() -> str:
    """Show whom to call."""
    home = the_home()
    country = request.args.get("country", home.settings.country)
    rows = helplines(home.path)
    return render_template(
        "help.html", rows=rows, country=country, countries=list(dict.fromkeys(r.country for r in rows))
    )


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return _plain("ok", 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether lists can be made: 200 with an index, 503 before."""
    return _plain("ready", 200) if the_home().latest_index() is not None else _plain("no index yet", UNAVAILABLE)


def _plain(text: str, code: int) -> Response:
    return make_response(text + "\n", code, {"Content-Type": "text/plain; charset=utf-8"})


def page_locale() -> str:
    """Return the language of the page: as chosen on it, else English; never guessed from the browser."""
    return known_locale(request.values.get("lang", "en"))


def _pairs() -> list[tuple[str, str]]:
    return list(request.form.items(multi=True))


def _posted() -> tuple[Preferences, tuple[Problem, ...]]:
    return read_preferences(document_of(_pairs()))


def _answers() -> list[tuple[str, str]]:
    """Return the answers as hidden fields for the next page."""
    return pairs_of(document_of(_pairs())) if request.method == "POST" else []


def _wait_page(waiting: NotReady, preferences: Preferences) -> tuple[str, int]:
    return render_template(
        "wait.html", message=waiting.message, answers=_answers(), preferences=preferences
    ), UNAVAILABLE


def _form_page(pairs: Sequence[tuple[str, str]], problems: Sequence[Problem]) -> str:
    return render_template(
        "form.html",
        first=FIRST,
        more=MORE,
        common=COMMON,
        answers=kept(pairs),
        problems=problems,
        anchor=_anchor,
        anchors={_anchor(found) for found in problems},
        vocabulary=vocabulary(),
        groups=GROUPS,
        **_offered(),
    )


def _anchor(found: Problem) -> str:
    """Return the id of the question that a problem is about."""
    column = found.column or ""
    names = [q.name for q in (*FIRST, *(q for group in MORE.values() for q in group))]
    asked = next((name for name in names if column == name or column.startswith(f"{name}.")), None)
    field = column.partition(".")[2]
    asked = asked or next((name for name in names if name.endswith(f".{field}")), column or "words")
    return "q-" + asked.replace(".", "-")


def _offered() -> dict[str, Any]:
    """Return what the directory itself has to offer: languages, jurisdictions, places."""
    index = the_home().latest_index()
    if index is None:
        return {"languages": [], "jurisdictions": [], "cities": []}
    tags = sorted({tag.split("-")[0] for tag in index.names.tags})
    where = sorted((jurisdiction_name(code), code) for code in index.names.jurisdictions if "-" in code)
    return {"languages": tags, "jurisdictions": where, "cities": sorted(index.names.cities.items())}

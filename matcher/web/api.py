"""The JSON API: the same preferences in and the same list out as the command line, no cookies."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, make_response, request

from matcher.documents import list_document, problem_document
from matcher.messages import known_locale, words
from matcher.variants import VARIANTS
from matcher.web.asking import NotReady, listed
from matcher.web.openapi import MOST, openapi_document
from profiles.preferences import read_preferences
from profiles.problems import Problem, problem

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

UNPROCESSABLE, UNAVAILABLE = 422, 503
DEFAULT = 10


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Return the description of this API."""
    return answer(openapi_document(), 200)


@blueprint.post("/matches")
def matches() -> Response:
    """Return the list for the preferences in the body."""
    locale = known_locale(request.args.get("locale", "en"))
    try:
        document = json.loads(request.get_data(cache=False) or b"")
    except (ValueError, RecursionError):
        return refused((problem("json_invalid", file="body", row=1),), locale)
    preferences, problems = read_preferences(document)
    n = request.args.get("n", DEFAULT, type=int)
    variant = request.args.get("variant")
    if not 1 <= n <= MOST:
        problems = (*problems, problem("value_out_of_range", column="n", value=n, low=1, high=MOST))
    if variant is not None and variant not in VARIANTS:
        problems = (*problems, problem("wish_unknown", column="variant", value=variant, nearest=", ".join(VARIANTS)))
    if problems:
        return refused(problems, locale)
    try:
        return answer(list_document(listed(preferences, n, variant), locale), 200)
    except NotReady as waiting:
        response = failure(words(waiting.message, locale))
        response.status_code, response.headers["Retry-After"] = UNAVAILABLE, "5"
        return response


def answer(document: dict[str, Any], code: int) -> Response:
    """Return a JSON document."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return make_response(text + "\n", code, {"Content-Type": "application/json; charset=utf-8"})


def failure(sentence: str) -> Response:
    """Return one sentence on what went wrong."""
    return answer({"message": sentence}, 400)


def refused(problems: tuple[Problem, ...], locale: str) -> Response:
    """Return every problem of the preferences."""
    return answer({"problems": [problem_document(found, locale) for found in problems]}, UNPROCESSABLE)

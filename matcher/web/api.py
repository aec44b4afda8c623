"""The JSON API: the same preferences in and the same list out as the command line, no cookies."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, make_response, request

from matcher.documents import list_document, problem_document
from matcher.messages import words
from matcher.variants import VARIANTS
from matcher.web.asking import NotReady, listed
from matcher.web.languages import page_locale
from matcher.web.openapi import MOST, openapi_document
from matcher.web.reporting import count_list
from profiles.preferences import read_preferences
from profiles.problems import Problem, problem
from profiles.schema import Preferences

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

UNPROCESSABLE, UNAVAILABLE = 422, 503
RETRY_SECONDS = "5"
DEFAULT = 10
DIGITS = 15
"""Longer whole numbers are read as floats: nothing that can be asked for is as large."""


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Return the description of this API."""
    return answer(openapi_document(), 200)


@blueprint.post("/matches")
def matches() -> Response:
    """Return the list for the preferences in the body."""
    try:
        preferences, unread = read_preferences(_document(request.get_data(cache=False)))
    except (ValueError, RecursionError):
        return refused((problem("json_invalid", file="body", row=1),))
    n, wrong_n = _number()
    variant, wrong_variant = _variant()
    problems = (*unread, *wrong_n, *wrong_variant)
    return refused(problems) if problems else _list(preferences, n, variant)


def _document(body: bytes) -> object:
    """Return the body as JSON.

    Raises:
        ValueError: it is none, or holds half a character, which no answer could repeat.
        RecursionError: it is nested too deep.
    """
    document = json.loads(body, parse_int=lambda digits: int(digits) if len(digits) <= DIGITS else float(digits))
    json.dumps(document, ensure_ascii=False).encode()
    return document


def _number() -> tuple[int, tuple[Problem, ...]]:
    given = request.args.get("n", str(DEFAULT))
    if given.isascii() and given.isdigit() and len(given) <= DIGITS:
        n = int(given)
        wrong = () if 1 <= n <= MOST else (problem("value_out_of_range", column="n", value=n, low=1, high=MOST),)
        return n, wrong
    return DEFAULT, (problem("value_wrong_type", column="n", value=given, expected="whole_number"),)


def _variant() -> tuple[str | None, tuple[Problem, ...]]:
    given = request.args.get("variant")
    if given is None or given in VARIANTS:
        return given, ()
    return None, (problem("wish_unknown", column="variant", value=given, nearest=", ".join(VARIANTS)),)


def _list(preferences: Preferences, n: int, variant: str | None) -> Response:
    try:
        result = listed(preferences, n, variant)
        count_list(preferences, result, result.matches)
        return answer(list_document(result, page_locale()), 200)
    except NotReady as waiting:
        response = failure(words(waiting.message, page_locale()), UNAVAILABLE)
        response.headers["Retry-After"] = RETRY_SECONDS
        return response


def answer(document: dict[str, Any], code: int) -> Response:
    """Return a JSON document."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return make_response(text + "\n", code, {"Content-Type": "application/json; charset=utf-8"})


def failure(sentence: str, code: int) -> Response:
    """Return one sentence on what went wrong."""
    return answer({"message": sentence}, code)


def refused(problems: tuple[Problem, ...]) -> Response:
    """Return every problem of the preferences."""
    return answer({"problems": [problem_document(found, page_locale()) for found in problems]}, UNPROCESSABLE)

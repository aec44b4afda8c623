"""The languages that pages can be read in, and the one that a request asks for."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import langcodes
from flask import request
from werkzeug.exceptions import HTTPException

from matcher.messages import DEFAULT_LOCALE
from profiles.vocabulary import LOCALES

FROM_THE_RIGHT = frozenset({"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"})
"""Scripts in use that are written from right to left (Unicode, property Bidi_Class)."""


@cache
def page_locales() -> tuple[str, ...]:
    """Return the locales that have a table of texts; a page half in another language helps nobody."""
    return tuple(one for one in LOCALES if (files("matcher") / "texts" / f"{one}.toml").is_file())


def direction(locale: str) -> str:
    """Return which way a language is written, as HTML says it.

    >>> [direction(one) for one in ("en", "ar", "he", "de")]
    ['ltr', 'rtl', 'rtl', 'ltr']
    """
    return "rtl" if langcodes.Language.get(locale).maximize().script in FROM_THE_RIGHT else "ltr"


def page_locale() -> str:
    """Return the language of the answer: as chosen on the page, else English; never guessed from the browser."""
    asked = request.args.get("lang") or request.args.get("locale") or _posted_locale()
    return asked if asked in page_locales() else DEFAULT_LOCALE


def _posted_locale() -> str:
    if request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        return ""
    if request.path.startswith("/api/"):
        return ""  # reading the form would use up a body that is JSON under a form's name
    try:
        return request.form.get("lang", "")
    except HTTPException:
        return ""  # a body too large to be read; the page that says so is in English

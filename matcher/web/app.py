"""The app factory: configuration, headers, errors, and the blueprints of pages and API."""

from __future__ import annotations

import hashlib
import hmac
import logging
import traceback
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException

from matcher.crisis import is_stale
from matcher.home import Home
from matcher.messages import label, say, words
from matcher.settings import Settings
from matcher.web import about, aftercare, api, checkin, device, health, own_profile, pages, privacy, reporting, trials
from matcher.web.asking import holds_fictional, today
from matcher.web.languages import direction, page_locale, page_locales
from matcher.web.operator import experiments
from matcher.web.operator import routes as operator
from matcher.web.printable import printable
from matcher.web.trials import COOKIE
from matcher.web.urgent import panel
from profiles.errors import ServiceError
from profiles.languages import jurisdiction_name, language_name

MOST_BYTES = 256 * 1024
"""The largest body; far above what may be asked, so that a text that is too long comes back in its form."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(home: Path) -> Flask:
    """Return the app over one home, which may still be empty.

    Clients' pages set no cookie: answers travel in the bodies of posts and stand in the page alone; operators have
    one under /operator. Every post that will change something is refused without a token; those that only answer are
    exempt by name.
    """
    folder = Path(str(files("matcher.templates")))
    app = Flask("matcher", template_folder=str(folder), static_folder=str(folder / "static"), static_url_path="/static")
    opened = Home(home)
    app.config.update(
        SECRET_KEY=hmac.new(opened.secret, b"flask", hashlib.sha256).hexdigest(),
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=1_000,
    )
    app.extensions["home"] = opened
    operator.prepare(app)
    guard = CSRFProtect(app)
    app.register_blueprint(operator.blueprint())
    app.register_blueprint(experiments.outside)
    for room in (pages, api, reporting, own_profile, about, aftercare, checkin, device, health, privacy, trials):
        guard.exempt(room.blueprint)
        app.register_blueprint(room.blueprint)
    app.jinja_env.globals.update(
        label=label,
        country_name=jurisdiction_name,
        language_name=language_name,
        page_locales=page_locales,
        is_stale=lambda row: is_stale(row, today()),
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.finalize = printable
    app.context_processor(lambda: _page_words(opened))
    app.after_request(_with_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ServiceError, _service_error)
    app.register_error_handler(Exception, _bug)
    return app


def _page_words(home: Home) -> dict[str, object]:
    locale = page_locale()
    return {
        "locale": locale,
        "direction": direction(locale),
        "lang_or_none": None if locale == page_locales()[0] else locale,  # addresses stay short in the first language
        "site_name": _site_name(home, locale),
        "fictional": lambda: holds_fictional(home),
        "t": lambda key, **params: say(key, locale, **params),
        "panel": panel,
        "takes_part": lambda: COOKIE in request.cookies,
        "in_words": lambda message: words(message, locale),
    }


def _site_name(home: Home, locale: str) -> str:
    """Return the operator's title, or ours in the language of the page."""
    try:
        title = home.settings.title
    except ServiceError:  # the page that tells of the broken setting needs a name too
        title = ""
    return say("site.name", locale) if title in ("", Settings().title) else title


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _http_error(error: HTTPException) -> Response:
    code = error.code or 500
    known = code if say(f"http.{code}") != f"http.{code}" else 400 if code < 500 else 500
    return _failure(say(f"http.{known}", page_locale()), code, error.get_headers())


def _service_error(error: ServiceError) -> Response:
    return _failure(words(error.message, page_locale()), 503)


def _bug(error: Exception) -> Response:
    """Answer in one sentence; log the kind of error and where it was raised, never its text: it may be a client's."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    logging.getLogger("matcher").error("%s in %s line %s", type(error).__name__, frame.filename, frame.lineno)
    return _failure(say("error.unexpected", page_locale()), 500)


def _failure(sentence: str, code: int, headers: Sequence[tuple[str, str]] = ()) -> Response:
    """Return a page or a JSON document with one sentence, and what the error says of methods and times."""
    if request.path.startswith("/api/"):
        response = api.failure(sentence, code)
    else:
        response = make_response(render_template("error.html", sentence=sentence), code)
    for name, value in headers:
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response

"""The app factory: configuration, headers, errors, and the blueprints of pages and API."""

from __future__ import annotations

import hashlib
import hmac
import logging
import traceback
from importlib.resources import files
from pathlib import Path

from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException

from matcher.home import Home
from matcher.messages import label, problem_words, say, style_words, words
from matcher.web import api, pages
from matcher.web.asking import holds_fictional
from profiles.errors import ServiceError
from profiles.languages import jurisdiction_name

MOST_BYTES = 64 * 1024
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

    No cookie is set: answers travel in the bodies of posts and stand in the page alone. Every post that will change
    something is refused without a token; those that only answer are exempt by name.
    """
    folder = Path(str(files("matcher.templates")))
    app = Flask("matcher", template_folder=str(folder), static_folder=str(folder / "static"), static_url_path="/static")
    opened = Home(home)
    app.config.update(
        SECRET_KEY=hmac.new(opened.secret, b"flask", hashlib.sha256).hexdigest(),
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_PARTS=500,
    )
    app.extensions["home"] = opened
    guard = CSRFProtect(app)
    for blueprint in (pages.blueprint, api.blueprint):
        guard.exempt(blueprint)
        app.register_blueprint(blueprint)
    app.jinja_env.globals.update(label=label, country_name=jurisdiction_name, fictional=lambda: holds_fictional(opened))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_page_words)
    app.after_request(_with_headers)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ServiceError, _service_error)
    app.register_error_handler(Exception, _bug)
    return app


def _page_words() -> dict[str, object]:
    locale = pages.page_locale()
    return {
        "locale": locale,
        "t": lambda key, **params: say(key, locale, **params),
        "in_words": lambda message: words(message, locale),
        "problem_sentence": lambda found: " ".join(problem_words(found, locale)),
        "style_side": lambda style, value: style_words(f"{style}:{value}", locale),
    }


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _http_error(error: HTTPException) -> tuple[Response | str, int]:
    code = error.code or 500
    if request.path.startswith("/api/"):
        return api.failure(say(f"http.{code}", pages.page_locale())), code
    return render_template("error.html", code=code, sentence=say(f"http.{code}", pages.page_locale())), code


def _service_error(error: ServiceError) -> tuple[Response | str, int]:
    sentence = words(error.message, pages.page_locale())
    if request.path.startswith("/api/"):
        return api.failure(sentence), 503
    return render_template("error.html", code=503, sentence=sentence), 503


def _bug(error: Exception) -> tuple[Response | str, int]:
    """Answer in one sentence; log the kind of error and where it was raised, never its text, which may be a client's."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    logging.getLogger("matcher").error("%s in %s line %s", type(error).__name__, frame.filename, frame.lineno)
    sentence = say("error.unexpected", pages.page_locale())
    if request.path.startswith("/api/"):
        return api.failure(sentence), 500
    return render_template("error.html", code=500, sentence=sentence), 500

"""Who is signed in, the cookie that says so, and the gate before every page under /operator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from flask import Flask, Response, g, make_response, redirect, render_template, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request
from werkzeug.exceptions import HTTPException

from matcher.accounts.protocol import Operator, Role
from matcher.messages import say
from matcher.web.asking import the_home
from matcher.web.languages import page_locale
from matcher.web.operator import uploads
from profiles.errors import ServiceError

NAME = "operator"
PREFIX = "/operator"
TOKEN = "token"  # noqa: S105 - the name of a key
UPLOAD_ENDPOINTS = frozenset({f"{NAME}.upload_files"})
MEGABYTE = 1_000_000
SEE_OTHER, UNSIGNED, FORBIDDEN, UNPROCESSABLE = 303, 401, 403, 422

Answer = Response | str | tuple[str, int]


class OperatorSessions(SecureCookieSessionInterface):
    """A cookie that exists under /operator alone; everywhere else nothing can be put into one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of an operator's page, None for any other page."""
        inside = request.path == PREFIX or request.path.startswith(f"{PREFIX}/")
        return super().open_session(app, request) if inside else None

    def get_cookie_name(self, app: Flask) -> str:
        """Return a name that browsers bind to https where the cookie is."""
        return "__Secure-operator" if self.get_cookie_secure(app) else "operator"

    def get_cookie_path(self, app: Flask) -> str:  # noqa: ARG002 - as Flask calls it
        """Return the folder that the cookie is sent to."""
        return request.root_path + PREFIX

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie is for https alone: where the request is, or the home says so."""
        return request.is_secure or https_only(app)

    def get_cookie_samesite(self, app: Flask) -> str:  # noqa: ARG002 - as Flask calls it
        """Return that no other site's link or form brings the cookie along."""
        return "Strict"


def https_only(app: Flask) -> bool:
    """Whether the home asks for https; a home whose settings can't be read does."""
    try:
        return bool(app.extensions["home"].settings.https_only)
    except ServiceError:
        return True


def now() -> datetime:
    """Return the time of now, in UTC."""
    return datetime.now(UTC)


def gate(roles: Mapping[str, Role | None]) -> Callable[[], Response | None]:
    """Return what runs before every request: by endpoint, the role that a page under /operator needs.

    An endpoint that the table lacks is refused; None is open to everybody. It runs before the check of the token, so
    that whoever is not signed in is told so, and before a body is read, so that only operators upload much.
    """

    def admit() -> Response | None:
        if request.blueprint != NAME:
            return None
        uploads.sweep(the_home().path, now())
        endpoint = request.endpoint or ""
        g.operator = the_home().accounts.session(session.get(TOKEN, ""), now()) if TOKEN in session else None
        if endpoint in roles and roles[endpoint] is None:
            return None
        if g.operator is None:
            return _unsigned()
        needed = roles.get(endpoint)
        if needed is None or not g.operator.may(needed):
            return refusal(FORBIDDEN)
        if endpoint in UPLOAD_ENDPOINTS:
            request.max_content_length = the_home().settings.upload_megabytes * MEGABYTE
        return None

    return admit


def _unsigned() -> Response:
    session.clear()
    if request.method in ("GET", "HEAD"):
        return to("sign_in", next=request.full_path.rstrip("?"))
    return refusal(UNSIGNED)


def to(endpoint: str, **values: str | int | None) -> Response:
    """Return the answer that sends the browser to a page of ours, with GET."""
    return make_response(redirect(url_for(f"{NAME}.{endpoint}", **values), SEE_OTHER))  # type: ignore[arg-type]


def operator() -> Operator:
    """Return who is signed in; only pages behind the gate ask."""
    found: Operator = g.operator
    return found


def sentence(key: str, **params: str | int) -> str:
    """Return a sentence of the operators' pages in the language of the page."""
    return say(f"operator.{key}", page_locale(), **params)


def refusal(code: int) -> Response:
    """Return a page that says in one sentence why nothing was done."""
    key = f"wrong.{code}"
    megabytes = the_home().settings.upload_megabytes
    said = sentence(key, megabytes=megabytes)
    if said == f"operator.{key}":
        said = say(f"http.{min(code, 500)}", page_locale())
    return make_response(render_template("operator/refused.html", sentence=said), code)


def http_error(error: HTTPException) -> Response:
    """Return the page for an error on one of our addresses."""
    return refusal(error.code or 500)

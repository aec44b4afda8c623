"""Signing in and out, and one's own password."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, make_response, render_template, request, session, url_for
from werkzeug.utils import redirect

from matcher.accounts.protocol import LEAST_PASSWORD, PasswordUnusable, Refused
from matcher.messages import words
from matcher.web.asking import the_home
from matcher.web.languages import page_locale
from matcher.web.limits import client_address
from matcher.web.operator import uploads
from matcher.web.operator.access import (
    NAME,
    PREFIX,
    SEE_OTHER,
    TOKEN,
    UNPROCESSABLE,
    Answer,
    https_only,
    now,
    operator,
    sentence,
    to,
)

TOO_MANY = 429
MINUTE = 60


def sign_in() -> Answer:
    """Show the form, or the overview to whoever is signed in."""
    if the_home().accounts.session(session.get(TOKEN, ""), now()):
        return to("overview")
    return _form("")


def sign_in_check() -> Answer:
    """Let in whoever knows a name and its password; the cookie then is another than before."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    found = the_home().accounts.sign_in(name, password, client_address(the_home().settings.proxies), now())
    if isinstance(found, Refused):
        return _refused(found)
    session.clear()
    session[TOKEN] = found.token
    return make_response(redirect(_next(), SEE_OTHER))


def _refused(found: Refused) -> Answer:
    if not found.wait:
        return _form(sentence("sign_in.wrong")), UNPROCESSABLE
    page = _form(sentence("sign_in.wait", minutes=-(-found.wait // MINUTE)))
    return make_response(page, TOO_MANY, {"Retry-After": str(found.wait)})


def _form(error: str) -> str:
    return render_template(
        "operator/sign_in.html",
        error=error,
        name=request.form.get("name", ""),
        next=request.values.get("next", ""),
        insecure=https_only(current_app) and not request.is_secure,
    )


def _next() -> str:
    """Return the page that was asked for before the sign-in, where it is one of ours."""
    asked = request.form.get("next", "")
    parts = urlsplit(asked)
    ours = parts.path == PREFIX or parts.path.startswith(f"{PREFIX}/")
    plain = asked.isascii() and asked.isprintable() and "\\" not in asked
    if parts.scheme or parts.netloc or not ours or not plain:
        return url_for(f"{NAME}.overview")
    return request.root_path + asked


def sign_out() -> Answer:
    """End the session here and in the store, and remove what it had uploaded."""
    token = session.get(TOKEN, "")
    the_home().accounts.sign_out(token)
    uploads.forget(the_home().path, token)
    session.clear()
    return to("sign_in")


def password() -> Answer:
    """Show the form for another password."""
    return _password_form("")


def password_change() -> Answer:
    """Change one's own password; all sessions end, and the next sign-in is with the new one."""
    accounts, name = the_home().accounts, operator().name
    old, new = request.form.get("old", ""), request.form.get("new", "")
    checked = accounts.sign_in(name, old, client_address(the_home().settings.proxies), now())
    if isinstance(checked, Refused):
        return _password_form(sentence("password.wrong")), UNPROCESSABLE
    try:
        accounts.set_password(name, new)
    except PasswordUnusable as error:
        accounts.sign_out(checked.token)
        return _password_form(words(error.message, page_locale())), UNPROCESSABLE
    session.clear()
    return to("sign_in")


def _password_form(error: str) -> str:
    return render_template("operator/password.html", error=error, least=LEAST_PASSWORD)

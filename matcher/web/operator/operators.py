"""Who may sign in, and as what: for admins alone."""

from __future__ import annotations

from flask import render_template, request

from matcher.accounts.protocol import LEAST_PASSWORD, ROLES
from matcher.messages import words
from matcher.web.asking import the_home
from matcher.web.languages import page_locale
from matcher.web.operator.access import UNPROCESSABLE, Answer, operator, sentence, to
from profiles.errors import ServiceError


def operators() -> Answer:
    """Show everybody who may sign in, and the form for one more."""
    return _page("")


def _page(error: str) -> str:
    return render_template(
        "operator/operators.html",
        everybody=the_home().accounts.operators(),
        roles=ROLES,
        role_choices=[(role, sentence(f"role.{role}")) for role in ROLES],
        error=error,
        least=LEAST_PASSWORD,
        name=request.form.get("name", ""),
    )


def operators_add() -> Answer:
    """Add an operator with a first password, to be changed by its owner."""
    role = request.form.get("role", "")
    if role not in ROLES:
        return _page(sentence("operators.no_role")), UNPROCESSABLE
    try:
        the_home().accounts.add(request.form.get("name", ""), role, request.form.get("new", ""))
    except ServiceError as error:
        return _page(words(error.message, page_locale())), UNPROCESSABLE
    return to("operators")


def operators_role() -> Answer:
    """Give an operator another role; nobody changes their own, so that one admin is always left."""
    name, role = request.form.get("name", ""), request.form.get("role", "")
    if role not in ROLES or name == operator().name:
        return _page(sentence("operators.not_self")), UNPROCESSABLE
    the_home().accounts.set_role(name, role)
    return to("operators")


def operators_remove() -> Answer:
    """Remove an operator, who is signed out at once; nobody removes themselves."""
    name = request.form.get("name", "")
    if name == operator().name:
        return _page(sentence("operators.not_self")), UNPROCESSABLE
    the_home().accounts.remove(name)
    return to("operators")

"""The table of every page under /operator with the role it needs, and the blueprint made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Flask, request
from werkzeug.exceptions import HTTPException

from matcher.accounts.protocol import Role
from matcher.messages import DEFAULT_LOCALE
from matcher.web.languages import page_locale
from matcher.web.operator import (
    audit,
    coverage,
    duplicates,
    editor,
    experiments,
    freshness,
    invite,
    moderation,
    operators,
    overview,
    sign_in,
    therapists,
    upload,
)
from matcher.web.operator.access import NAME, PREFIX, Answer, OperatorSessions, gate, http_error
from matcher.web.operator.survey import EXTENSION, Survey


class Route(NamedTuple):
    """One page.

    Attributes:
        method: GET shows, POST does.
        path: under /operator.
        view: what answers; its name is the endpoint.
        role: the least that is needed; None is open to whoever is not signed in.
    """

    method: str
    path: str
    view: Callable[..., Answer]
    role: Role | None


ROUTES: tuple[Route, ...] = (
    Route("GET", "/sign-in", sign_in.sign_in, None),
    Route("POST", "/sign-in", sign_in.sign_in_check, None),
    Route("POST", "/sign-out", sign_in.sign_out, "reader"),
    Route("GET", "/password", sign_in.password, "reader"),
    Route("POST", "/password", sign_in.password_change, "reader"),
    Route("GET", "/", overview.overview, "reader"),
    Route("GET", "/upload", upload.upload, "editor"),
    Route("POST", "/upload", upload.upload_files, "editor"),
    Route("GET", "/upload/result", upload.upload_result, "editor"),
    Route("GET", "/upload/problems.csv", upload.upload_problems, "editor"),
    Route("POST", "/upload/load", upload.upload_load, "editor"),
    Route("GET", "/therapists", therapists.therapists, "reader"),
    Route("GET", "/therapist", therapists.therapist, "reader"),
    Route("GET", "/therapist/field", editor.field, "editor"),
    Route("POST", "/therapist/field", editor.field_save, "editor"),
    Route("GET", "/therapist/consent", editor.consent, "editor"),
    Route("POST", "/therapist/consent", editor.consent_save, "editor"),
    Route("POST", "/therapist/part", editor.part, "editor"),
    Route("GET", "/therapist/remove", editor.remove, "admin"),
    Route("POST", "/therapist/remove", editor.remove_done, "admin"),
    Route("POST", "/invite", invite.invite, "editor"),
    Route("GET", "/duplicates", duplicates.duplicates, "reader"),
    Route("POST", "/duplicates/look", duplicates.duplicates_look, "editor"),
    Route("POST", "/duplicates/same", duplicates.duplicates_same, "editor"),
    Route("POST", "/duplicates/distinct", duplicates.duplicates_distinct, "editor"),
    Route("POST", "/duplicates/undo", duplicates.duplicates_undo, "editor"),
    Route("GET", "/moderation", moderation.moderation, "reader"),
    Route("POST", "/moderation", moderation.moderation_decide, "editor"),
    Route("GET", "/freshness", freshness.freshness, "reader"),
    Route("GET", "/coverage", coverage.coverage, "reader"),
    Route("GET", "/experiments", experiments.experiments, "reader"),
    Route("GET", "/experiment", experiments.experiment, "reader"),
    Route("GET", "/audit", audit.audit, "reader"),
    Route("GET", "/operators", operators.operators, "admin"),
    Route("POST", "/operators", operators.operators_add, "admin"),
    Route("POST", "/operators/role", operators.operators_role, "admin"),
    Route("POST", "/operators/remove", operators.operators_remove, "admin"),
)
"""A page that is not in this table does not exist; a test walks it with every role."""


ROOMS = (
    *("overview", "therapists", "upload", "duplicates", "moderation", "freshness", "coverage", "experiments"),
    *("audit", "operators"),
)
"""Pages that stand in the line at the top of every page, in that order."""


def rooms() -> list[tuple[str, Role]]:
    """Return the pages of the line at the top with the role that each needs."""
    needed = {route.view.__name__: route.role for route in ROUTES}
    return [(name, role) for name in ROOMS if (role := needed.get(name)) is not None]


def roles() -> Mapping[str, Role | None]:
    """Return by endpoint what each page needs."""
    return {f"{NAME}.{route.view.__name__}": route.role for route in ROUTES}


def prepare(app: Flask) -> None:
    """Put the cookie and the gate in place; before the check of tokens, so that the gate answers first."""
    app.session_interface = OperatorSessions()
    app.extensions[EXTENSION] = Survey()
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        # A token lives as long as its session; our pages send no Referer, so there is none to compare.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.before_request(gate(roles()))


def blueprint() -> Blueprint:
    """Return the pages of the table."""
    made = Blueprint(NAME, __name__, url_prefix=PREFIX)
    for route in ROUTES:
        made.add_url_rule(route.path, route.view.__name__, route.view, methods=[route.method])
    made.register_error_handler(HTTPException, http_error)
    made.url_defaults(_keep_language)
    made.context_processor(lambda: {"rooms": rooms, "here": here})
    return made


def here(**changed: str | int) -> str:
    """Return the address of this page with parts of its query changed; what is "" is left out."""
    query = {**request.args.to_dict(), **changed}
    return f"{request.root_path}{request.path}?{urlencode({name: one for name, one in query.items() if one != ''})}"


def _keep_language(_endpoint: str, values: dict[str, Any]) -> None:
    """Carry the language of a page to the pages that it leads to; addresses stay short in the first language."""
    if values.get("lang") is None and page_locale() != DEFAULT_LOCALE:
        values["lang"] = page_locale()

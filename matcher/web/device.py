"""What a client keeps in the own browser: a page that the browser fills, and a way to clear all of it."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from matcher.web.trials import leave

blueprint = Blueprint("device", __name__)

CLEARS = '"cache", "cookies", "storage"'
"""What the browser is asked to delete; one that does not know the header is helped by our script."""


@blueprint.get("/shortlist")
def shortlist() -> str:
    """Show the frame of the shortlist; who is on it never reaches the server."""
    return render_template("shortlist.html")


@blueprint.get("/clear")
def clear() -> Response:
    """Ask the browser to delete all that this site kept in it, leave a ranking test, and say so."""
    response = make_response(render_template("cleared.html"), {"Clear-Site-Data": CLEARS})
    leave(response)
    return response

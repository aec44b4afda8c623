"""Experiments, read-only: what ran and runs, and what one of them says so far."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from matcher.evaluation.readout import read_out, told
from matcher.evaluation.replay import replay_of
from matcher.events.protocol import ExperimentUnknown
from matcher.experiment_report import figures, sentences
from matcher.web.asking import the_home
from matcher.web.languages import page_locale
from matcher.web.operator.access import Answer, to

outside = Blueprint("experiments", __name__)
"""The short address of these pages; the cookie of whoever is signed in is sent to `/operator` alone."""


def experiments() -> Answer:
    """List all experiments, the latest first."""
    return render_template("operator/experiments.html", experiments=the_home().events.experiments())


def experiment() -> Answer:
    """Show one experiment as it stands now."""
    home, locale = the_home(), page_locale()
    try:
        planned = home.events.experiment(request.args.get("name", ""))
    except ExperimentUnknown:
        abort(404)
    name, events = planned.name, home.events
    found = read_out(planned, events.units(name), events.shown(name), home.directory.count(), events.levels(name))
    decision, *lines = sentences(found, replay_of(events.rows(name)), locale)
    return render_template(
        "operator/experiment.html",
        planned=planned,
        decision=decision,
        lines=lines,
        figures=Markup(figures(found, told(events.aftermath(name)), locale)),  # noqa: S704 - its texts are escaped where they are put in
    )


@outside.get("/experiments", defaults={"name": ""})
@outside.get("/experiments/<name>")
def elsewhere(name: str) -> Response:
    """Send the reader to the pages under /operator, where the gate is."""
    return to("experiment", name=name) if name else to("experiments")

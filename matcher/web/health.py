"""Whether the server is well: for a supervisor, a load balancer, and for Prometheus; nothing of any client."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, make_response

from matcher.crisis import is_stale
from matcher.home import Home
from matcher.web.asking import the_home, today
from matcher.web.urgent import lines_by_country

blueprint = Blueprint("health", __name__)

UNAVAILABLE = 503


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return _plain("ok", 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether lists can be made: 200 with an index, 503 before."""
    return _plain("ready", 200) if the_home().latest_index() is not None else _plain("no index yet", UNAVAILABLE)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Say how the directory, the index and the helplines stand, in the text format that Prometheus reads.

    All are gauges that every worker gives alike. Requests are not counted: what is asked for is nobody's business.
    """
    lines = [line for name, help_text, value in _gauges(the_home()) for line in _gauge(name, help_text, value)]
    return make_response("\n".join(lines) + "\n", 200, {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def _gauges(home: Home) -> Iterator[tuple[str, str, float]]:
    index = home.latest_index()
    lines = [line for country in lines_by_country().values() for line in country]
    current = index is not None and home.index_is_current()
    stale = sum(is_stale(line, today()) for line in lines)
    yield "matcher_directory_therapists", "Profiles in the directory.", home.directory.count()
    yield "matcher_directory_generation", "Number that grows with every change.", home.directory.generation()
    yield "matcher_index_therapists", "Profiles in the index that lists are made from.", index.size if index else 0
    yield "matcher_index_current", "1 when the index holds the newest directory.", current
    yield "matcher_encoder_ready", "1 when clients' own words can be read.", home.encoder.ready
    yield "matcher_helplines", "Helplines that are shown.", len(lines)
    yield "matcher_helplines_stale", "Those that nobody has checked for a year.", stale


def _gauge(name: str, help_text: str, value: float) -> tuple[str, str, str]:
    return f"# HELP {name} {help_text}", f"# TYPE {name} gauge", f"{name} {value:g}"


def _plain(text: str, code: int) -> Response:
    return make_response(text + "\n", code, {"Content-Type": "text/plain; charset=utf-8"})

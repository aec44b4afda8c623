"""What machines ask of the server: alive, ready, and how it stands; never what anybody asked for."""

from __future__ import annotations

import re

from matcher.web.app import create_app
from tests.support import DAY, home_of, make_home, therapist
from tests.web.strict import Reader

SAMPLE = re.compile(r"[a-z_]+ -?[0-9.e+]+")


def gauges(client) -> dict[str, float]:
    """Read the text format: each gauge with its help and type before it, once."""
    response = client.get("/metrics")
    assert (response.status_code, response.mimetype) == (200, "text/plain")
    lines = response.text.splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert all(SAMPLE.fullmatch(line) for line in samples)
    names = [line.split()[0] for line in samples]
    assert [line.split()[2] for line in lines if line.startswith("# HELP")] == names
    assert [line.split()[2:] for line in lines if line.startswith("# TYPE")] == [[name, "gauge"] for name in names]
    return {line.split()[0]: float(line.split()[1]) for line in samples}


def test_they_say_how_the_directory_and_the_index_stand(tmp_path):
    """Before an index, with one, and when the directory has gone on."""
    home = make_home([therapist("a"), therapist("b")], tmp_path / "home")
    app = create_app(home.path)
    client = app.test_client()
    found = gauges(client)
    assert (found["matcher_directory_therapists"], found["matcher_index_therapists"]) == (2, 0)
    assert found["matcher_index_current"] == 0
    home.update_index()
    found = gauges(client)
    assert (found["matcher_index_therapists"], found["matcher_index_current"]) == (2, 1)
    home.directory.suppress("a", DAY)
    later = gauges(client)
    assert (later["matcher_directory_therapists"], later["matcher_index_therapists"]) == (1, 2)
    assert later["matcher_index_current"] == 0
    assert later["matcher_directory_generation"] > found["matcher_directory_generation"]
    for one in (home, app.extensions["home"]):
        one.directory.close()


def test_nothing_that_was_asked_moves_them(tmp_path):
    """A list changes no number."""
    with home_of([therapist("a")], tmp_path / "home") as home:
        home.update_index()
        app = create_app(home.path)
        client = app.test_client()
        before = gauges(client)
        Reader(client).post("/matches", [("must.language", "en"), ("prefer.modality", "cbt"), ("style.challenge", "2")])
        assert gauges(client) == before
        app.extensions["home"].directory.close()


def test_an_empty_home_has_numbers_too(empty_pages):
    """Zero is a number."""
    assert gauges(empty_pages.client)["matcher_directory_therapists"] == 0

"""While the encoder loads: the form answers, lists without words too, and own words wait on a page that keeps them."""

from __future__ import annotations

import threading

import pytest

from matcher.web.app import create_app
from models.encoder import EncoderMissing, LexicalEncoder
from tests.support import make_home, therapist
from tests.web.strict import Reader

ANSWERS = [("prefer.concern", "grief"), ("qualities", "trust"), ("words", "I can't sleep.\nNot for weeks.")]


class SlowEncoder(LexicalEncoder):
    """An encoder that loads until it is told that it has."""

    ready = False
    loads = 0

    def __init__(self, failure=None):
        self.told = threading.Event()
        self.asked = threading.Event()
        self.failure = failure

    def warm_up(self):
        self.loads += 1
        self.asked.set()
        if self.failure:
            raise self.failure
        assert self.told.wait(30)
        self.ready = True


@pytest.fixture
def opened(tmp_path):
    """Return a way to open pages over one therapist and an encoder."""
    homes = []

    def over(encoder) -> Reader:
        home = make_home([therapist("a", bio="I listen first and we plan the next week together.")], tmp_path)
        home.update_index()
        app = create_app(tmp_path)
        app.extensions["home"].encoder = encoder
        homes.extend([home, app.extensions["home"]])
        return Reader(app.test_client())

    yield over
    for home in homes:
        home.directory.close()


def test_own_words_wait_and_nothing_else_does(opened):
    """Own words wait and nothing else does."""
    encoder = SlowEncoder()
    pages = opened(encoder)
    pages.get("/")
    pages.post("/matches", ANSWERS[:2])
    for _ in range(3):
        page = pages.post("/matches", ANSWERS, code=503)
    assert pages.client.post("/matches", data=dict(ANSWERS)).headers["Retry-After"] == "5"
    assert encoder.asked.wait(30)
    assert encoder.loads == 1
    again, without = page.all("form")
    assert [pair for pair in page.pairs(again) if pair[0] != "lang"] == ANSWERS
    assert [pair for pair in page.pairs(without) if pair[0] != "lang"] == ANSWERS[:2]
    pages.post("/matches", page.pairs(without))
    pages.post("/therapists/a", ANSWERS, code=503)
    answer = pages.client.post("/api/v1/matches", json={"words": "I can't sleep."})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    encoder.told.set()
    for thread in threading.enumerate():
        if thread.name == "encoder":
            thread.join(30)
    assert "a" in pages.post("/matches", page.pairs(again)).words


def test_an_encoder_that_is_missing_costs_the_words_alone(opened):
    """An encoder that is missing costs the words alone."""
    encoder = SlowEncoder(EncoderMissing(name="gone"))
    pages = opened(encoder)
    pages.post("/matches", ANSWERS, code=503)
    for thread in threading.enumerate():
        if thread.name == "encoder":
            thread.join(30)
    page = pages.post("/matches", ANSWERS, code=503)
    assert "All else works" in page.words
    assert encoder.loads == 1
    assert page.all("form")[1] is not None
    assert pages.client.post("/api/v1/matches", json={"words": "x"}).status_code == 503


def test_before_the_first_index_the_answers_are_kept(tmp_path):
    """Before the first index the answers are kept."""
    home = make_home([therapist("a")], tmp_path)
    app = create_app(tmp_path)
    app.extensions["home"].refresh_in_background = lambda: None
    pages = Reader(app.test_client())
    pages.get("/")
    page = pages.post("/matches", ANSWERS[:2], code=503)
    assert "The list is being prepared" in page.words
    assert app.test_client().get("/readyz").status_code == 503
    assert app.test_client().get("/healthz").status_code == 200
    home.directory.close()
    app.extensions["home"].directory.close()

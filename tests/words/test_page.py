"""The list page says how a client's words were read, and takes a correction in the body of the next post."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from matcher.home import Home
from matcher.web.app import create_app
from models.encoder import MULTILINGUAL
from tests.support import rows_of, therapist
from tests.web.strict import Reader

TODAY = datetime.now(UTC).date()
WORDS = "Desde que murió mi madre no dejo de llorar."


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages over two therapists, read by the multilingual encoder alone: it loads in a second."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "settings.toml").write_text(f'encoder = "{MULTILINGUAL}"\n', encoding="utf-8")
    home = Home(folder)
    bios = {
        "a": "I sit with people who mourn someone they loved.",
        "b": "I help people who cannot fall asleep at night.",
    }
    home.directory.apply(rows_of(therapist(name, confirmed_on=TODAY, bio=bio) for name, bio in bios.items()))
    home.update_index()
    app = create_app(folder)
    app.extensions["home"].encoder.warm_up()
    yield Reader(app.test_client())
    app.extensions["home"].directory.close()
    home.directory.close()


def buttons(page, name):
    """Return the values that buttons of a name would post."""
    return [one.get("value") for one in page.all("button") if one.get("name") == name]


def test_the_page_says_how_words_were_read_and_asks(pages):
    """In words of the page's language, with a button for yes and one for no."""
    page = pages.post("/matches", [("words", WORDS)])
    assert "Words read as: Grief and loss" in page.words
    assert "grief" in buttons(page, "words_not_about")
    assert "grief" in buttons(page, "prefer.concern")


def test_a_denied_reading_is_gone_and_stays_denied(pages):
    """The next page does not ask again, and carries the answer on."""
    page = pages.post("/matches", [("words", WORDS), ("words_not_about", "grief")])
    assert "grief" not in buttons(page, "words_not_about")
    assert ("words_not_about", "grief") in page.pairs(page.one("form", id="answers"))


def test_a_reading_that_became_a_wish_is_not_offered_again(pages):
    """Yes adds the wish; only no is left to say."""
    page = pages.post("/matches", [("words", WORDS), ("prefer.concern", "grief")])
    assert "grief" not in buttons(page, "prefer.concern")
    assert "grief" in buttons(page, "words_not_about")


def test_without_words_the_page_asks_nothing(pages):
    """There is nothing to be wrong about."""
    assert buttons(pages.post("/matches", [("prefer.concern", "grief")]), "words_not_about") == []

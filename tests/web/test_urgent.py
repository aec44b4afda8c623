"""Words that speak of danger bring the helplines to the top of whatever page answers them, and leave no trace."""

from __future__ import annotations

from datetime import timedelta

import pytest

from matcher.crisis import STALE_DAYS, is_stale, packaged, shown
from matcher.web.asking import today
from tests.web.strict import words_of
from tests.web.test_help import at_home, row  # noqa: F401 - a fixture of the same pages

DANGER = "I wrote goodbye letters last night and I have the pills here."
SADNESS = "Since my brother killed himself I can't sleep, and this job is killing me."


def dated(days: int) -> str:
    """Return the line of a row that was checked so many days ago."""
    return f"verified_on = {(today() - timedelta(days=days)).isoformat()}"


@pytest.mark.parametrize("path", ["/", "/matches", "/therapists/demo-0001"])
def test_the_panel_is_the_first_thing_of_every_page_that_answers_such_words(pages, path):
    """Form, list and therapist begin with whom to call, emergency first; nothing else is different."""
    page = pages.post(path, {"words": DANGER})
    first = next(iter(page.one("main")))
    assert words_of(next(iter(first))) == "You can talk to someone now"
    assert next(one.get("href") for one in first.iter("a")) == "tel:911"
    assert any(one.get("href") == "tel:988" for one in first.iter("a"))


@pytest.mark.parametrize("path", ["/", "/matches", "/therapists/demo-0001"])
@pytest.mark.parametrize("words", ["", SADNESS])
def test_no_panel_for_what_only_sounds_like_it(pages, path, words):
    """The way to help stays where it always is."""
    page = pages.post(path, {"words": words})
    assert "You can talk to someone now" not in page.words
    assert page.all("a")[1].get("href") == "/help-now"


def test_answers_that_cannot_be_read_hide_no_panel(pages):
    """The form that comes back with an error begins with the panel too, and keeps every answer."""
    page = pages.post("/matches", {"words": DANGER, "fee_max": "much"}, code=422)
    assert "You can talk to someone now" in page.words
    assert DANGER in page.words


def test_the_panel_blocks_nothing(pages):
    """Nothing is blocked: the first three stand below the panel, and the answers are kept."""
    page = pages.post("/matches", {"words": DANGER})
    assert len(list(page.one("ol", class_="cards"))) == 3
    assert page.one("input", type="hidden", name="words").get("value") == DANGER


def test_the_panel_speaks_the_language_of_the_page(pages):
    """German words on the German page."""
    page = pages.post("/matches", {"words": "Ich will nicht mehr leben.", "lang": "de"})
    assert "Du kannst jetzt mit jemandem reden" in page.words


def test_lines_in_the_language_of_the_page_stand_before_others(at_home):  # noqa: F811
    """Emergency first, then whom the reader understands, then the rest."""
    rows = (
        row(name="english", more='languages = ["en"]')
        + row(name="spanish", more='languages = ["es"]')
        + row(name="emergency", serves="emergency")
    )
    names = [words_of(one) for one in at_home(rows).get("/help-now?lang=es").all("p", class_="line-name")]
    assert names == ["emergency", "spanish", "english"]


def test_a_number_checked_too_long_ago_goes_only_where_another_one_stays(at_home):  # noqa: F811
    """Emergency numbers stay, and so does the last one for its purpose; both say how old they are."""
    old = dated(STALE_DAYS + 1)
    rows = (
        row(name="old emergency", serves="emergency", more=old)
        + row(name="new emergency", serves="emergency", more=dated(1))
        + row(name="old crisis", more=old)
        + row(name="new crisis", more=dated(STALE_DAYS))
        + row(name="old and only", serves="violence", more=old)
    )
    page = at_home(rows).get("/help-now")
    names = [words_of(one) for one in page.all("p", class_="line-name")]
    assert names == ["old emergency", "new emergency", "new crisis", "old and only"]
    assert page.words.count("it may have changed") == 2


def test_nothing_is_hidden_when_all_is_old():
    """A stale number is better than none."""
    rows = [one for one in packaged() if one.country == "US"]
    assert {one.name for one in shown(rows, "en", today())} == {one.name for one in rows}
    assert not any(is_stale(one, today()) for one in rows)

"""The privacy page says what the code does: every table, every column, every number of days."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from matcher.home import Home
from matcher.messages import say, texts
from matcher.web.app import create_app
from matcher.web.privacy import KEPT, TECHNICAL
from profiles.vocabulary import LOCALES
from tests.web.readable import is_plain
from tests.web.strict import Reader


@pytest.fixture
def at_home(tmp_path):
    """Return a way to open the page over a home with its own settings."""

    def over(settings="") -> Reader:
        (tmp_path / "settings.toml").write_text(settings)
        return Reader(create_app(tmp_path).test_client())

    return over


def test_every_table_and_column_of_feedback_is_on_the_page(tmp_path):
    """A new table or column can't be written before the page tells of it."""
    home = Home(tmp_path)
    assert home.feedback.checkins() == ()
    assert home.events.running() is None
    home.events.close()
    home.feedback.close()
    with closing(sqlite3.connect(tmp_path / "events.db")) as database:
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        ours = {name for name in names if not name.startswith(("sqlite_", "_"))} - TECHNICAL
        columns = {name: tuple(row[1] for row in database.execute(f"PRAGMA table_info({name})")) for name in ours}
    assert columns == {one.table: one.columns for one in KEPT}


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_says_all_its_texts(at_home, locale):
    """Each table with its columns in words, in the language of the page."""
    page = at_home("count_demand = true\n").get(f"/privacy?lang={locale}")
    for one in KEPT:
        section = page.one("section", id=f"kept-{one.table}")
        assert section is not None
        for column in one.columns:
            assert say(f"privacy.column.{column}", locale) in page.words
    assert "privacy." not in page.words


@pytest.mark.parametrize("locale", LOCALES)
def test_it_reads_plainly(locale):
    """As all that we write for clients."""
    said = [
        text.replace("{step}", "10").replace("{days}", "90")
        for key, text in texts(locale).items()
        if key.startswith("privacy.") and ".column." not in key
    ]
    assert is_plain(
        " ".join(text.rstrip(":") + "." if not text.endswith((".", "?", "!")) else text for text in said), locale
    )


def test_what_is_switched_off_says_so_and_days_are_those_of_the_settings(at_home):
    """The page is about this home."""
    off = at_home("checkin_days = 123\n").get("/privacy").words
    assert off.count("This is switched off here.") == 2
    assert "after 123 days" in off
    assert "This is switched off here." not in at_home("count_demand = true\n").get("/privacy").words


def test_every_page_leads_to_it(pages):
    """From the foot."""
    assert "/privacy" in [one.get("href") for one in pages.get("/help-now").all("a")]

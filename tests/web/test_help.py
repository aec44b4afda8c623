"""Help now: the country of the home first, emergency first in each, and plain about what nobody has checked."""

from __future__ import annotations

from datetime import date

import pytest

from matcher.crisis import HelplinesUnreadable, by_country, helplines, packaged
from matcher.messages import texts
from matcher.web.app import create_app
from profiles.vocabulary import LOCALES
from tests.web.strict import Reader, words_of

ROW = """
[[helpline]]
country = "{country}"
name = "{name}"
number = "{number}"
channel = "{channel}"
hours = "24/7"
serves = ["{serves}"]
{more}
"""


def row(country="US", *, name="A line", number="123 45", channel="call", serves="suicide", more=""):
    return ROW.format(country=country, name=name, number=number, channel=channel, serves=serves, more=more)


@pytest.fixture
def at_home(tmp_path):
    """Return a way to open the page over a home with its own rows and settings."""

    def over(rows, settings="") -> Reader:
        (tmp_path / "helplines.toml").write_text(rows)
        (tmp_path / "settings.toml").write_text(settings)
        return Reader(create_app(tmp_path).test_client())

    return over


def test_every_page_leads_to_help_within_its_first_links(pages):
    """Every page leads to help within its first links."""
    for page in (pages.get("/"), pages.post("/matches"), pages.get("/therapists/demo-0001"), pages.get("/x", code=404)):
        assert [one.get("href") for one in page.all("a")][:2] == ["#main", "/help-now"]


def test_the_country_of_the_home_stands_first_and_another_when_chosen(at_home):
    """The country of the home stands first and another when chosen."""
    rows = row("US") + row("DE", serves="emergency", number="112") + row("DE", number="0800")
    pages = at_home(rows, 'country = "DE"\n')
    assert [words_of(one) for one in pages.get("/help-now").all("h2")] == ["Germany", "United States"]
    assert [words_of(one) for one in pages.get("/help-now?country=US").all("h2")] == ["United States", "Germany"]
    assert [words_of(one) for one in pages.get("/help-now?country=XX").all("h2")] == ["Germany", "United States"]


def test_emergency_stands_first_in_each_country():
    """Emergency stands first in each country."""
    for rows in by_country(packaged()).values():
        assert "emergency" in rows[0].serves


def test_a_home_without_rows_for_its_country_shows_all_others(at_home):
    """A home without rows for its country shows all others."""
    assert [words_of(one) for one in at_home(row("US"), 'country = "FR"\n').get("/help-now").all("h2")] == [
        "United States"
    ]


def test_what_nobody_has_checked_says_so(at_home):
    """What nobody has checked says so."""
    page = at_home(row(name="one") + row(name="two", more="verified_on = 2026-11-01")).get("/help-now")
    one, two = (words_of(found) for found in page.one("ul", class_="help-lines"))
    assert "not yet checked by this directory" in one
    assert "checked on 1 November 2026" in two
    assert "not yet" not in two


def test_each_channel_is_a_link_that_a_phone_understands(at_home):
    """Each channel is a link that a phone understands."""
    page = at_home(row(channel="call") + row(channel="text") + row(channel="chat", number="example.org")).get(
        "/help-now"
    )
    links = [one.get("href") for one in page.one("main").iter("a")]
    assert links == ["tel:12345", "sms:12345"]


@pytest.mark.parametrize(
    "rows",
    [
        "",
        "[[helpline]]",
        "no toml",
        row(channel="pigeon"),
        row(serves="everything"),
        row(more='verified_on = "yesterday"'),
        row(number=""),
        row(more="unknown = 1"),
        row(more="languages = [1]"),
    ],
)
def test_rows_that_cannot_be_used_are_refused_and_the_page_has_numbers_all_the_same(at_home, tmp_path, rows, caplog):
    """Rows that cannot be used are refused and the page has numbers all the same."""
    pages = at_home(rows)
    with pytest.raises(HelplinesUnreadable):
        helplines(tmp_path)
    assert "Call 911" in pages.get("/help-now").words
    assert "helplines.toml" in caplog.text


def test_every_row_has_words_and_no_date_that_nobody_gave():
    """Every row has words and no date that nobody gave."""
    for found in packaged():
        assert found.verified_on is None or isinstance(found.verified_on, date)
        assert all(f"help.serves.{what}" in texts(locale) for what in found.serves for locale in LOCALES)
        assert found.source

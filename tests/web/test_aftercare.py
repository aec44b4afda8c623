"""If a line was crossed: plain words in every language, whom to call, and the offices that the operator names."""

from __future__ import annotations

import pytest

from matcher.complaints import ComplaintsUnreadable, first_for, offices
from matcher.messages import say, texts
from matcher.web.aftercare import PARTS
from matcher.web.app import create_app
from profiles.vocabulary import LOCALES
from tests.web.readable import is_plain
from tests.web.strict import Reader, words_of

ADDRESS = "/if-a-line-was-crossed"
OFFICE = """
[[office]]
jurisdiction = "{jurisdiction}"
name = "{name}"
website = "{website}"
{more}
"""


def office(jurisdiction="US", *, name="The board", website="https://board.example/", more="") -> str:
    return OFFICE.format(jurisdiction=jurisdiction, name=name, website=website, more=more)


@pytest.fixture
def at_home(tmp_path):
    """Return a way to open the page over a home with its own offices and settings."""

    def over(rows, settings="") -> Reader:
        (tmp_path / "complaints.toml").write_text(rows)
        (tmp_path / "settings.toml").write_text(settings)
        return Reader(create_app(tmp_path).test_client())

    return over


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_says_all_its_texts_plainly(pages, locale):
    """Every text of it but that for named offices, in few short words."""
    page = pages.get(f"{ADDRESS}?lang={locale}")
    own = [key for key in texts("en") if key.startswith("crossed.")]
    assert len(own) == 3 + 2 * len(PARTS) + 3
    assert [key for key in own if " ".join(say(key, locale).split()) not in page.words] == []
    said = [say(key, locale) for key in own]
    assert is_plain(" ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in said), locale)


def test_every_page_leads_to_it(pages):
    """From the foot, in the page's language."""
    assert ADDRESS in [one.get("href") for one in pages.get("/").all("a")]
    assert f"{ADDRESS}?lang=es" in [one.get("href") for one in pages.get("/?lang=es").all("a")]


def test_whom_to_call_stands_on_the_page_itself(pages):
    """Emergency first, and lines for crisis and violence; no line for poisoning."""
    links = [one.get("href") for one in pages.get(ADDRESS).one("section", id="now-lines").iter("a")]
    assert links[0] == "tel:911"
    assert "tel:988" in links
    assert "tel:1-800-799-7233" in links
    assert "tel:1-800-222-1222" not in links


def test_offices_of_the_homes_own_country_stand_first(at_home):
    """With their source and the day of the check, or that nobody has checked them."""
    rows = office("DE-BE", name="Kammer") + office("US", name="Board", more="verified_on = 2026-11-01")
    page = at_home(rows)
    names = [
        words_of(one)
        for one in page.get(ADDRESS).one("section", id="complain").iter("p")
        if one.get("class") == "line-name"
    ]
    assert names == ["Board", "Kammer"]
    assert "checked on 1 November 2026" in page.get(ADDRESS).words
    assert "not yet checked" in page.get(ADDRESS).words


def test_a_licence_of_the_country_comes_before_another_country(tmp_path):
    """An office of a whole country is one of its states too."""
    (tmp_path / "complaints.toml").write_text(office("FR") + office("DE") + office("DE-BE"))
    assert [one.jurisdiction for one in first_for(offices(tmp_path), ["DE-BE"])] == ["DE", "DE-BE", "FR"]


@pytest.mark.parametrize(
    "rows",
    [
        "no toml",
        "[[office]]",
        office(website="javascript:alert(1)"),
        office(website=""),
        office(name=""),
        office(more='verified_on = "today"'),
        office(more="phone = 5"),
        office(more="unknown = 1"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_the_page_stands(at_home, tmp_path, rows, caplog):
    """The operator is told by the server's start and the log; a client is told what to look for."""
    pages = at_home(rows)
    with pytest.raises(ComplaintsUnreadable):
        offices(tmp_path)
    assert say("crossed.complain.none", "en") in pages.get(ADDRESS).words
    assert "complaints.toml" in caplog.text

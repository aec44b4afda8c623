"""Ranking tests on the pages: opt-in, default off, one cookie, no terms and no words, and gone when one leaves."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from matcher.events.protocol import Experiment
from matcher.web.app import create_app
from matcher.web.trials import COOKIE
from profiles.demonstration.generate import generate
from tests.support import DAY, make_home
from tests.web.answers import EVERYTHING
from tests.web.strict import Reader

TOKEN = "zqxjkvbword"
PLAN = Experiment("e", "shadow", "stated-only", "text-only", "m", "salt", "", 0.1, 1.6, None, DAY)
ASKED = [
    ("prefer.concern", "grief"),
    ("prefer.modality", "cbt"),
    ("style.challenge", "-2"),
    ("prefer.faith", "quaker"),
    ("must.language", "en"),
]
TABLES = ("units", "rankings", "slices", "impressions", "contacts")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small demonstration home, indexed."""
    home = make_home(generate(60, 1, as_of=DAY), tmp_path_factory.mktemp("trials") / "home")
    home.update_index()
    home.directory.close()
    return home.path


@pytest.fixture
def pages(folder):
    """The pages over it, with no experiment and nobody in one."""
    app = create_app(folder)
    yield Reader(app.test_client())
    home = app.extensions["home"]
    for part in (home.events, home.directory, home.feedback):
        part.close()
    for path in folder.glob("events.db*"):
        path.unlink()


def events(pages):
    return pages.client.application.extensions["home"].events


def start(pages, kind="shadow", slices=()):
    events(pages).start(replace(PLAN, kind=kind, slices=slices))


def choose(pages, choice, **headers):
    return pages.client.post("/ranking-tests", data={"choice": choice}, headers=headers)


def cookie(pages):
    return pages.client.get_cookie(COOKIE)


def counts(folder):
    with closing(sqlite3.connect(folder / "events.db")) as db:
        return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


def contact_buttons(page):
    return page.all("button", name="contacted")


def test_without_consent_nothing_is_set_or_kept_and_the_list_is_the_control(pages, folder):
    """A running experiment is told of once, below the list; no cookie, no row."""
    before = pages.post("/matches", ASKED)
    assert "ranking-tests" not in before.text
    start(pages, "ab")
    after = pages.post("/matches", ASKED)
    assert "/privacy#ranking-tests" in after.text
    assert cookie(pages) is None
    assert not contact_buttons(after)
    assert counts(folder) == dict.fromkeys(TABLES, 0)


def test_one_takes_part_and_leaves_on_the_page_that_says_what_is_kept(pages, folder):
    """A cookie for thirty days that scripts can't read; leaving deletes it and every row."""
    assert not pages.get("/privacy").all("button", name="choice")
    start(pages)
    assert pages.get("/privacy").one("button", name="choice").get("value") == "join"
    response = choose(pages, "join")
    assert (response.status_code, response.headers["Location"]) == (303, "/privacy#ranking-tests")
    given = response.headers["Set-Cookie"]
    assert all(part in given for part in ("HttpOnly", "SameSite=Lax", "Max-Age=2592000", "Path=/"))
    assert pages.get("/privacy").one("button", name="choice").get("value") == "leave"
    pages.post("/matches", ASKED)
    assert counts(folder) == {"units": 1, "rankings": 1, "slices": 0, "impressions": 3, "contacts": 0}
    unit = cookie(pages).value
    choose(pages, "leave")
    assert cookie(pages) is None
    assert counts(folder) == dict.fromkeys(TABLES, 0)
    assert unit.encode() not in b"".join(path.read_bytes() for path in folder.glob("events.db*"))


def test_a_contact_is_noted_by_a_button_and_the_list_stays(pages, folder):
    """Only for those who take part; the answers and their order are kept."""
    start(pages)
    choose(pages, "join")
    page = pages.post("/matches", ASKED)
    buttons = contact_buttons(page)
    assert len(buttons) == 3
    again = pages.post("/matches", [*ASKED, ("contacted", buttons[1].get("value"))])
    assert counts(folder)["contacts"] == 1
    assert len(contact_buttons(again)) == 2
    assert [one.get("id") for one in again.all("li") if (one.get("class") or "") == "card"] == [
        "match-1",
        "match-2",
        "match-3",
    ]
    (unit,) = events(pages).units("e")
    assert (unit.contacted, unit.lists) == (True, 2)


def test_a_private_link_asks_later_what_became_of_it(pages, folder):
    """Yes, no or nothing; another word takes its place; nothing that was told is ever shown; gone when one left."""
    start(pages, "ab")
    choose(pages, "join")
    button = contact_buttons(pages.post("/matches", ASKED))[0]
    page = pages.post("/matches", [*ASKED, ("contacted", button.get("value"))])
    (link,) = [one.get("href") for one in page.all("a") if (one.get("href") or "").startswith("/contact/")]
    fresh = pages.get(link)
    assert len(fresh.all("input", type="radio")) == 6
    assert pages.post(link, {"replied": ""}).all("form")
    for replied, session in (("yes", ""), ("no", "yes")):
        thanks = pages.post(link, {"replied": replied, "session": session})
        assert not thanks.all("input", type="radio")
    assert pages.get(link).text == fresh.text
    (found,) = events(pages).aftermath("e").values()
    assert (found.contacted, found.replied, found.silent, found.session) == (1, 0, 1, 1)
    choose(pages, "leave")
    assert pages.post(link, {"replied": "yes"}, 410).words
    assert counts(folder)["contacts"] == 0


@pytest.mark.parametrize("locale", ["en", "es", "de"])
def test_a_link_that_is_none_is_gone_in_words(pages, locale):
    """Forged, cut or of another purpose."""
    for token in ("x", "W10.x", "a" * 3_000):
        assert pages.get(f"/contact/{token}?lang={locale}", 410).words
        assert pages.post(f"/contact/{token}", {"replied": "yes"}, 410).words


@pytest.mark.parametrize("forged", ["x", ":", "0:1", "f" * 32 + ":demo-0001", "f" * 4_000])
def test_a_forged_contact_is_nothing(pages, folder, forged):
    """No error, and no row."""
    start(pages)
    pages.post("/matches", [*ASKED, ("contacted", forged)])
    choose(pages, "join")
    pages.post("/matches", [*ASKED, ("contacted", forged)])
    assert counts(folder)["contacts"] == 0


@pytest.mark.parametrize("value", ["", "x", "f" * 31, "g" * 32, "F" * 32, "f" * 32])
def test_a_cookie_that_nobody_was_given_is_nobody(pages, folder, value):
    """Made up, cut short or of one who left: the control, and no row."""
    start(pages, "ab")
    pages.client.set_cookie(COOKIE, value)
    pages.post("/matches", ASKED)
    assert counts(folder) == dict.fromkeys(TABLES, 0)


def test_another_site_can_not_make_anybody_take_part(pages, folder):
    """Browsers say where a post comes from."""
    start(pages)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert choose(pages, "join", **headers).status_code == 403
    assert counts(folder)["units"] == 0


@pytest.mark.parametrize("kind", ["shadow", "ab", "interleaving"])
def test_no_term_and_no_word_reaches_a_row_and_leaving_takes_all(pages, folder, kind):
    """A token in every free field, a term of every list, through list, contact, more and a therapist."""
    start(pages, kind, ("words", "working_together", "musts"))
    choose(pages, "join")
    free = [(name, value) for name, value in EVERYTHING if name not in ("words", "helped")]
    lists = [ASKED, [*ASKED, ("n", "13")], [*free, ("prefer.concern", TOKEN)], free]
    for asked in lists:
        page = pages.client.post("/matches", data=_form(asked))
        assert page.status_code in (200, 422)
    with closing(sqlite3.connect(folder / "events.db")) as db:
        rows = json.dumps([db.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES])
    assert counts(folder)["rankings"] >= 2
    assert counts(folder)["slices"] == 3 * counts(folder)["rankings"]
    values = {value for _, value in [*ASKED, *free] if len(value) > 3 and not value.lstrip("-").isdigit()}
    assert [value for value in {*values, TOKEN} if f'"{value}"' in rows] == []
    pages.client.get("/clear")
    assert counts(folder) == dict.fromkeys(TABLES, 0)


def _form(pairs):
    found = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("kind", ["shadow", "ab", "interleaving"])
def test_every_kind_gives_a_page_that_is_whole(pages, kind):
    """Strictly read, with reasons on every card, and more of the same list."""
    start(pages, kind)
    choose(pages, "join")
    first = [one.get("value").partition(":")[2] for one in contact_buttons(pages.post("/matches", ASKED))]
    more = [
        one.get("value").partition(":")[2] for one in contact_buttons(pages.post("/matches", [*ASKED, ("n", "13")]))
    ]
    assert more[:3] == first
    assert len(set(more)) == len(more) == 13


def test_of_declared_slices_a_number_is_kept_with_each_list_and_leaving_takes_it(pages, folder):
    """One must, a style, no words: three numbers, and none of a slice that the plan does not name."""
    start(pages, slices=("musts", "working_together", "words"))
    choose(pages, "join")
    pages.post("/matches", ASKED)
    with closing(sqlite3.connect(folder / "events.db")) as db:
        rows = db.execute("SELECT slice, level FROM slices ORDER BY slice").fetchall()
    assert rows == [("musts", 0), ("words", 0), ("working_together", 1)]
    choose(pages, "leave")
    assert counts(folder) == dict.fromkeys(TABLES, 0)


def test_a_store_that_can_not_be_written_costs_nobody_the_list(pages, monkeypatch, caplog):
    """The list is shown, without buttons; the log names the kind of error alone."""
    start(pages)
    choose(pages, "join")

    def broken(_ranked):
        raise sqlite3.OperationalError("disk full: grief")

    monkeypatch.setattr(events(pages), "expose", broken)
    page = pages.post("/matches", ASKED)
    assert not contact_buttons(page)
    assert "OperationalError" in caplog.text
    assert "grief" not in caplog.text


def test_the_footer_says_so_while_one_takes_part(pages):
    """No page claims that there is no cookie when there is one."""
    start(pages)
    assert "no cookie" in pages.get("/").words
    choose(pages, "join")
    assert "no cookie" not in pages.get("/").words

"""Clients' reports: four choices, no words, nothing of the client; and the counts of lists, where they are wanted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.feedback.protocol import REPORT_KINDS, STEP, WishCount
from matcher.freshness import freshness
from matcher.messages import say
from matcher.web.app import create_app
from matcher.web.limits import HOUR, MOST_ADDRESSES, Limiter, client_address, from_own_page
from profiles.schema import Language
from profiles.vocabulary import LOCALES
from tests.support import make_home, therapist, today
from tests.web.answers import PAIRS, SOME
from tests.web.strict import Reader, page_of, words_of

TODAY = datetime.now(UTC).date()
ANSWERS = [*SOME, ("words", "My mother died in March."), ("n", "13"), ("rank", "2")]
GRIEF = "Grief has no timetable, and I make room for all of it."


@pytest.fixture
def open_app(tmp_path):
    """Return a way to open the app over a few therapists, with settings."""
    opened = []

    def over(settings: str = "", people=None):
        people = people or [therapist(one, confirmed_on=TODAY, email="a@example.org") for one in ("a", "b", "c")]
        home = make_home(people, tmp_path / str(len(opened)))
        with (home.path / "settings.toml").open("a", encoding="utf-8") as file:
            file.write(settings)
        home.update_index()
        app = create_app(home.path)
        opened.append((home, app.extensions["home"]))
        return app

    yield over
    for home, inner in opened:
        home.directory.close()
        inner.directory.close()
        inner.feedback.close()


def send(app, *, identity="a", kind="no_answer", headers=None, address="203.0.113.7", extra=()) -> int:
    data = {"kind": kind, **dict(extra)}
    response = app.test_client().post(
        f"/therapists/{identity}/report", data=data, headers=headers or {}, environ_base={"REMOTE_ADDR": address}
    )
    page_of(response)
    return response.status_code


def kept(app) -> list[tuple[str, str, int]]:
    return [(one.therapist, one.kind, one.count) for one in app.extensions["home"].feedback.reports(date.min)]


# ---------------------------------------------------------------- the form


@pytest.mark.parametrize("locale", LOCALES)
def test_the_form_stands_on_the_page_of_a_therapist(open_app, locale):
    """Four choices in the reader's words, closed until opened, without JavaScript."""
    page = Reader(open_app().test_client()).get(f"/therapists/a?lang={locale}")
    box = page.one("details", class_="report")
    form = box.find(".//form")
    assert form.get("action") == "/therapists/a/report"
    choices = [one for one in form.iter("input") if one.get("type") == "radio"]
    assert [one.get("value") for one in choices] == list(REPORT_KINDS)
    for kind in REPORT_KINDS:
        assert say(f"report.kind.{kind}", locale) in words_of(form)
    assert [one for one in form.iter() if one.tag in ("textarea", "script") or one.get("type") == "text"] == []


def test_a_report_keeps_the_answers_and_leads_back(open_app):
    """The client's answers travel in hidden fields to the thanks and back to the list, words included."""
    speaker = therapist("a", confirmed_on=TODAY, language=(Language("es"),))
    reader = Reader(open_app(people=[speaker]).test_client())
    page = reader.post("/therapists/a", ANSWERS)
    form = page.one("details", class_="report").find(".//form")
    pairs = page.pairs(form)
    assert set(ANSWERS) <= set(pairs)
    thanks = reader.post("/therapists/a/report", [*pairs, ("kind", "no_answer")])
    assert say("report.thanks") in thanks.words
    carried = thanks.pairs(thanks.one("form", id="answers"))
    assert set(ANSWERS) <= set(carried)
    assert "kind" not in dict(carried)
    again = reader.post("/therapists/a", carried)
    assert again.pairs(again.one("form", id="answers")) == page.pairs(page.one("form", id="answers"))
    assert reader.post("/matches", carried).one("li", id="match-1") is not None


def test_a_choice_never_mixes_with_the_answers(open_app):
    """What the back button posts from the therapist's page holds no part of the report."""
    page = Reader(open_app().test_client()).post("/therapists/a", ANSWERS)
    assert "kind" not in dict(page.pairs(page.one("form", id="answers")))


# ---------------------------------------------------------------- what is taken, and what is not


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_a_report_is_counted(open_app, kind):
    """By therapist, kind and day."""
    app = open_app()
    assert send(app, kind=kind) == 200
    assert kept(app) == [("a", kind, 1)]


def test_nothing_of_the_client_is_kept_or_logged(open_app, caplog):
    """Not the answers, not the address, not the hour: they stand in no file of the home and in no line of the log."""
    app = open_app()
    with caplog.at_level("DEBUG"):
        assert send(app, address="198.51.100.77", extra=[("words", "zebrafish"), ("must.language", "zzyzx")]) == 200
    home = app.extensions["home"]
    home.feedback.close()
    for path in home.path.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert not any(word in held for word in (b"zebrafish", b"zzyzx", b"198.51.100.77"))
    assert "zebrafish" not in caplog.text
    assert "198.51" not in caplog.text
    with closing(sqlite3.connect(home.path / "events.db")) as db:
        assert db.execute("SELECT * FROM reports").fetchall() == [("a", "no_answer", today().isoformat(), 1)]


def test_nobody_there_is_404(open_app):
    """An id that is none has no report."""
    app = open_app()
    assert send(app, identity="nobody") == 404
    assert kept(app) == []


@pytest.mark.parametrize("kind", ["", "rude", "no_answer ", "No_Answer", "\x00", "x" * 5000])
def test_another_choice_is_422_and_offers_the_form_again(open_app, kind):
    """With the answers kept."""
    app = open_app()
    reader = Reader(app.test_client())
    page = reader.post("/therapists/a/report", [*ANSWERS, ("kind", kind)], code=422)
    assert say("report.choose") in page.words
    form = next(one for one in page.all("form") if one.get("action") == "/therapists/a/report")
    assert set(ANSWERS) <= set(page.pairs(form))
    assert kept(app) == []


def test_it_is_not_opened_by_a_link(open_app):
    """A GET changes nothing."""
    Reader(open_app().test_client()).get("/therapists/a/report", code=405)


@given(PAIRS)
def test_no_fields_ever_break_it(pages, pairs):
    """Whatever is posted beside the choice."""
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    response = pages.client.post("/therapists/demo-0001/report", data=data)
    assert response.status_code == 422
    page_of(response)


def test_three_reports_hide_nobody(open_app):
    """On three days, from three people: the list is the same, and the freshness list says so."""
    app = open_app()
    home = app.extensions["home"]
    before = words_of(Reader(app.test_client()).post("/matches", [("n", "9")]).one("main"))
    for ago in range(3):
        home.feedback.report("a", "no_answer", date.fromordinal(TODAY.toordinal() - ago), most=9)
    assert words_of(Reader(app.test_client()).post("/matches", [("n", "9")]).one("main")) == before
    findings = freshness(home.directory.scan(), TODAY, home.settings, home.feedback.reports(date.min))
    assert [(one.therapist, one.kind) for one in findings] == [("a", "reported_no_answer")]


# ---------------------------------------------------------------- limits


def test_an_address_may_send_a_few_an_hour(open_app):
    """The next is 429 with a time to try again, and is not counted; another address may still send."""
    app = open_app("reports_an_hour = 2\n")
    assert [send(app, identity=one) for one in ("a", "b", "c")] == [200, 200, 429]
    assert send(app, identity="c", address="203.0.113.8") == 200
    assert sorted(one[0] for one in kept(app)) == ["a", "b", "c"]
    response = app.test_client().post(
        "/therapists/a/report", data={"kind": "no_answer"}, environ_base={"REMOTE_ADDR": "203.0.113.7"}
    )
    assert (response.status_code, response.headers["Retry-After"]) == (429, "3600")


def test_a_therapist_is_reported_a_few_times_a_day(open_app):
    """From however many addresses, and in however many workers: the limit is in the file."""
    app = open_app("reports_a_day = 3\n")
    another = create_app(app.extensions["home"].path)
    codes = [send([app, another][n % 2], address=f"203.0.113.{n}") for n in range(5)]
    another.extensions["home"].directory.close()
    another.extensions["home"].feedback.close()
    assert codes == [200, 200, 200, 429, 429]
    assert kept(app) == [("a", "no_answer", 3)]


def test_the_hour_passes():
    """A call is forgotten an hour later, to the second; calls that were refused do not count."""
    now = [0.0]
    limiter = Limiter(lambda: now[0])
    assert [limiter.allows("x", 2) for _ in range(3)] == [True, True, False]
    now[0] = HOUR - 1
    assert not limiter.allows("x", 2)
    now[0] = HOUR
    assert [limiter.allows("x", 2) for _ in range(3)] == [True, True, False]


def test_addresses_are_let_go():
    """Memory is bounded, and no address stands in it as it is."""
    now = [0.0]
    limiter = Limiter(lambda: now[0])
    for number in range(MOST_ADDRESSES + 50):
        limiter.allows(f"address-{number}", 1)
    assert len(limiter._calls) <= MOST_ADDRESSES
    assert not any(b"address" in key for key in limiter._calls)
    now[0] = HOUR + 1
    limiter.allows("y", 1)
    assert len(limiter._calls) == 1


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "address"),
    [
        ("203.0.113.7", None, 1, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", 1, "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1", 1, "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1, 10.0.0.9", 2, "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1", 3, "198.51.100.1"),
        ("127.0.0.1", "garbage", 1, "garbage"),
        ("2001:db8:1:2:3::4", None, 1, "2001:db8:1:2::/64"),
        ("", "198.51.100.1", 1, "198.51.100.1"),
    ],
)
def test_the_address_is_the_clients(open_app, peer, forwarded, proxies, address):
    """A proxy is believed where it is near; what a client writes in front of it is not; IPv6 counts by network."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with open_app().test_request_context("/", headers=headers, environ_base={"REMOTE_ADDR": peer}):
        assert client_address(proxies) == address


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
    ],
)
def test_another_site_can_not_report_through_its_visitors(open_app, headers, taken):
    """What the browser says of where a post comes from decides; a program that says nothing is held by the limits."""
    app = open_app()
    with app.test_request_context("/therapists/a/report", method="POST", headers=headers):
        assert from_own_page() is taken
    assert send(app, headers=headers) == (200 if taken else 403)
    assert len(kept(app)) == taken


# ---------------------------------------------------------------- what stands behind a claim


def test_a_client_sees_what_stands_behind_each_term(open_app):
    """Ticked, described with the sentence and its language, and the honest note."""
    person = therapist(
        "a", concern=("grief", "stress"), modality=("cbt",), bio=f"{GRIEF} I like tea, long walks and the sea."
    )
    section = Reader(open_app(people=[person]).test_client()).get("/therapists/a").one("section", class_="claims")
    assert GRIEF in [words_of(one) for one in section.iter("q")]
    assert say("claims.note") in words_of(section)
    assert f"{say('claims.ticked')} Stress" in words_of(section)


def test_a_profile_that_lists_nothing_has_no_such_section(open_app):
    """Nothing to say is not said."""
    assert Reader(open_app().test_client()).get("/therapists/a").all("section", class_="claims") == []


# ---------------------------------------------------------------- counts of lists


def lists(app, times: int, code: str = "fa") -> None:
    client = app.test_client()
    for _ in range(times):
        client.post("/matches", data={"must.language": code, "words": "zebrafish"})


def test_nothing_is_counted_unless_the_operator_wants_it(open_app):
    """Off by default: no file is even made."""
    app = open_app()
    lists(app, STEP)
    assert not (app.extensions["home"].path / "events.db").exists()


def test_musts_that_found_nobody_are_counted_in_tens(open_app):
    """Nine leave nothing; ten lists on pages and by the API together are one step; no word is written."""
    app = open_app("count_demand = true\nreports_an_hour = 5\n")
    lists(app, STEP - 1)
    assert app.extensions["home"].feedback.wishes(date.min) == ()
    app.test_client().post("/api/v1/matches", json={"must": {"language": ["fa"]}, "prefer": {"concern": ["grief"]}})
    assert app.extensions["home"].feedback.wishes(date.min) == (WishCount((("language", "fa"),), STEP, STEP),)
    app.extensions["home"].feedback.close()
    assert b"zebrafish" not in (app.extensions["home"].path / "events.db").read_bytes()


def test_who_is_shown_is_counted_once_a_list(open_app):
    """Showing more counts those who are new on the page alone."""
    people = [therapist(f"t{n:02}", confirmed_on=TODAY) for n in range(13)]
    app = open_app("count_demand = true\n", people)
    client = app.test_client()
    for _ in range(STEP):
        client.post("/matches", data={})
        client.post("/matches", data={"n": "13"})
    assert app.extensions["home"].feedback.shown(date.min) == {person.id: STEP for person in people}


def test_showing_more_of_a_list_is_no_second_list(open_app):
    """What was asked is counted with the first page alone."""
    people = [therapist(f"t{n:02}", confirmed_on=TODAY, language=(Language("es"),)) for n in range(13)]
    app = open_app("count_demand = true\n", people)
    for _ in range(STEP):
        app.test_client().post("/matches", data={"must.language": "es", "n": "13"})
    assert app.extensions["home"].feedback.wishes(date.min) == ()


def test_a_count_that_fails_costs_nobody_the_list(open_app):
    """A file that can't be written is a line in the log."""
    app = open_app("count_demand = true\n")
    home = app.extensions["home"]
    (home.path / "events.db").write_bytes(b"no database at all" * 100)
    for _ in range(STEP + 1):
        page = Reader(app.test_client()).post("/matches", [("must.language", "fa")])
        assert page.code == 200


@given(st.text(max_size=30))
def test_any_address_is_an_address(text):
    """What stands where an address should is counted as it is."""
    assert Limiter(lambda: 0.0).allows(text, 1)

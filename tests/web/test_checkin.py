"""Check-ins by private link: kept, shown back once, seen by nobody else, taken back; safety comes before all else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from matcher.feedback.items import HIGHEST, LOW, asked_after, items
from matcher.feedback.links import token_for, whose
from matcher.invitations import token_for as profile_token
from matcher.messages import say, texts
from matcher.web.app import create_app
from profiles.preferences import MOST_QUALITIES, WISH_FIELDS, read_preferences
from profiles.vocabulary import LOCALES
from tests.support import home_of, therapist, today
from tests.web.readable import is_plain
from tests.web.strict import Reader, words_of

TODAY = datetime.now(UTC).date()
LATER = TODAY + timedelta(days=30)
FIRST = [item.code for item in asked_after(1)]
FINE = dict.fromkeys(FIRST, "5") | {"session": "1"}


@pytest.fixture
def home(tmp_path):
    with home_of([therapist("x", name="Ada Example")], tmp_path / "home") as made:
        yield made
        made.feedback.close()


@pytest.fixture
def pages(home):
    app = create_app(home.path)
    yield Reader(app.test_client())
    app.extensions["home"].directory.close()


@pytest.fixture
def link(home):
    return f"/checkin/{token_for('x', 'k' * 32, LATER, home.secret)}"


def headings(page) -> list[str]:
    return [words_of(one) for one in page.root.iter() if one.tag in ("h1", "h2")]


def checked(page) -> list[str]:
    return [one.get("name") for one in page.all("input", type="radio") if one.get("checked") is not None]


def test_marks_are_kept_and_shown_once(home, pages, link):
    """The answer to the post says what was marked; the link itself never does again."""
    page = pages.post(link, {**FINE, "understood": "4"})
    assert "4 of 5" in page.words
    (kept,) = home.feedback.checkins()
    assert (kept.therapist, kept.client, kept.session, kept.day) == ("x", "k" * 32, 1, today())
    assert kept.items == dict.fromkeys(FIRST, 5) | {"understood": 4}
    again = pages.get(link)
    assert checked(again) == []
    assert again.all("ul", class_="told-of") == []


def test_the_same_marks_twice_are_one_check_in(home, pages, link):
    """A reload changes nothing; later marks of the same session take the place of the earlier ones."""
    pages.post(link, FINE)
    pages.post(link, FINE)
    pages.post(link, {**FINE, "understood": "3"})
    (kept,) = home.feedback.checkins()
    assert kept.items["understood"] == 3


def test_what_is_asked_later_is_kept_later_alone(home, pages, link):
    """After one session the later items are not kept, and alone they are no answer; after three they are."""
    later = {item.code: "4" for item in items().values() if item.code not in FIRST}
    assert pages.post(link, {**later, "session": "1"}, code=422).all("p", class_="note")
    pages.post(link, {**FINE, **later})
    (first,) = home.feedback.checkins()
    assert set(first.items) == set(FIRST)
    pages.post(link, {**FINE, **later, "session": "3"})
    assert set(home.feedback.checkins()[1].items) == set(items())


@pytest.mark.parametrize("code", [code for code, item in items().items() if item.safety])
@pytest.mark.parametrize("mark", range(1, LOW + 1))
def test_a_low_mark_on_safety_opens_the_page_on_lines_first(pages, link, code, mark):
    """Before everything: what is never allowed, how to stop, who takes complaints, whom to call; then the rest."""
    page = pages.post(link, {**FINE, "session": "3", code: str(mark)})
    found = headings(page)
    first, complain, calls, unwell, marks = (
        found.index(say(key, "en"))
        for key in ("crossed.what.title", "crossed.complain.title", "crossed.now", "about.unwell.title", "after.yours")
    )
    assert first < complain < calls < unwell < marks
    assert "tel:911" in [one.get("href") for one in page.all("a")]
    assert say("after.unsafe", "en") in page.words


@pytest.mark.parametrize("code", [code for code, item in items().items() if not item.safety])
def test_another_low_mark_opens_what_to_do_when_it_is_not_working(pages, link, code):
    """And nothing of lines that were crossed."""
    page = pages.post(link, {**FINE, "session": "3", code: str(LOW)})
    assert say("about.unwell.title", "en") in headings(page)
    assert say("crossed.what.title", "en") not in headings(page)


@pytest.mark.parametrize("mark", range(LOW + 1, HIGHEST + 1))
def test_no_low_mark_opens_neither(pages, link, mark):
    """A middle mark is not low."""
    page = pages.post(link, {"session": "3"} | {code: str(mark) for code in items()})
    assert not {say("about.unwell.title", "en"), say("crossed.what.title", "en")} & set(headings(page))


def test_a_new_list_begins_with_what_was_missed(pages, link):
    """What the lowest marks stand for is filled into the form, no more qualities than may be asked."""
    page = pages.post(link, {"session": "3"} | dict.fromkeys(items(), "2") | {"background_respected": "1"})
    (form,) = [one for one in page.all("form") if one.get("action") == "/"]
    pairs = page.pairs(form)
    qualities = [value for name, value in pairs if name == "qualities"]
    assert len(qualities) == MOST_QUALITIES
    assert qualities[0] == "cultural_sensitivity"
    shown = pages.post("/", pairs)
    ticked = {one.get("value") for one in shown.all("input", type="checkbox") if one.get("checked") is not None}
    assert {value for name, value in pairs if name != "lang"} <= ticked


@pytest.mark.parametrize("item", items().values(), ids=lambda item: item.code)
def test_what_an_item_stands_for_can_be_asked(item):
    """Each wish of the table is one that preferences take."""
    part, _, field = item.wish[0].partition(".")
    assert not field or field in WISH_FIELDS
    document = {part: {field: [item.wish[1]]} if field else [item.wish[1]]}
    assert read_preferences(document)[1] == ()


def test_whoever_takes_back_leaves_nothing(home, pages, link):
    """Every session of this client goes; another client's marks stay."""
    other = f"/checkin/{token_for('x', 'o' * 32, LATER, home.secret)}"
    for session in ("1", "3"):
        pages.post(link, {**FINE, "session": session})
    pages.post(other, FINE)
    assert say("after.withdrawn", "en") in headings(pages.post(link, {"withdraw": "yes"}))
    assert [one.client for one in home.feedback.checkins()] == ["o" * 32]
    pages.post(link, {"withdraw": "yes"})


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, "marks"),
        ({"session": "1"}, "marks"),
        ({"session": "1", "understood": "6"}, "marks"),
        ({"session": "1", "understood": "x", "hacked": "5"}, "marks"),
        ({"understood": "4"}, "session"),
        ({"understood": "4", "session": "99"}, "session"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(home, pages, link, answers, wrong):
    """One sentence, the marks still chosen, and nothing kept."""
    page = pages.post(link, answers, code=422)
    assert say(f"after.wrong.{wrong}", "en") in page.words
    assert ("understood" in checked(page)) == (answers.get("understood") == "4")
    assert home.feedback.checkins() == ()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_no_longer_works_says_so(home, pages, method):
    """Too old, of another home, of another purpose, of nobody, cut, or made up."""
    key = "k" * 32
    tokens = [
        token_for("x", key, TODAY - timedelta(days=1), home.secret),
        token_for("x", key, LATER, b"another home"),
        profile_token("x", LATER, home.secret),
        token_for("nobody", key, LATER, home.secret),
        token_for("x", key, LATER, home.secret)[:-1],
        "x",
    ]
    for token in tokens:
        page = getattr(pages, method)(f"/checkin/{token}", code=410)
        assert words_of(page.one("h1")) == say("after.gone", "en")
    assert home.feedback.checkins() == ()


def test_a_link_of_a_client_is_not_one_of_a_therapist(home, pages, link):
    """It opens no profile, and says whom and which client it is for."""
    token = link.rpartition("/")[2]
    assert pages.get(f"/profile/{token}", code=410)
    assert whose(token, home.secret, LATER) == ("x", "k" * 32)
    assert whose(token, home.secret, LATER + timedelta(days=1)) is None


def test_a_therapist_who_was_joined_to_another_keeps_the_answers(tmp_path):
    """A link made for the id that is no longer kept leads to the one that is."""
    with home_of([therapist("x"), therapist("y", name="Ada Other")], tmp_path / "home") as home:
        home.directory.join("y", "x", "test")
        app = create_app(home.path)
        Reader(app.test_client()).post(f"/checkin/{token_for('x', 'k', LATER, home.secret)}", FINE)
        assert [one.therapist for one in home.feedback.checkins()] == ["y"]
        app.extensions["home"].directory.close()
        home.feedback.close()


def test_no_page_of_it_says_that_nothing_is_stored(pages, link):
    """Here something is, and the foot says what and for how long."""
    for page in (pages.get(link), pages.post(link, FINE), pages.post(link, {"withdraw": "yes"})):
        assert say("site.private", "en") not in page.words
    assert "1825 days" in pages.get(link).words


@pytest.mark.parametrize("locale", LOCALES)
def test_the_pages_read_plainly_in_every_language(home, pages, link, locale):
    """Every text of them is said on one of them, and all are easy to read."""
    own = {key: text for key, text in texts(locale).items() if key.startswith("after.")}
    lang = f"?lang={locale}"
    low = {"session": "3", "lang": locale, "safe_to_be_open": "1"}
    seen = " ".join(
        page.words
        for page in (
            pages.get(link + lang),
            pages.post(link, {"lang": locale}, code=422),
            pages.post(link, {"lang": locale, "understood": "1"}, code=422),
            pages.post(link, low),
            pages.post(link, {"withdraw": "yes", "lang": locale}),
            pages.get(f"/checkin/x{lang}", code=410),
        )
    )
    parts = {key: [part.strip() for part in re.split(r"\{\w+\}", text) if part.strip()] for key, text in own.items()}
    assert [key for key, some in parts.items() if not all(part in seen for part in some)] == []
    said = [say(key, locale, name="Ada", mark=4, highest=5, days=90) for key in own]
    assert is_plain(" ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in said), locale)

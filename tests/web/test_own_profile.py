"""A therapist with nothing but a link: what the page asks, keeps, moves and never loses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.datastructures import MultiDict

from matcher.invitations import token_for, whose
from matcher.pipeline import match
from matcher.web.app import create_app
from profiles.formats.reading import Row
from profiles.preferences import read_preferences
from profiles.schema import Language
from tests.support import fact, make_home, rows_of, therapist, today
from tests.web.strict import Reader

TODAY = datetime.now(UTC).date()
LATER = TODAY + timedelta(days=30)


def from_file(identity, day=TODAY, **values):
    """Return what a file of a day says of somebody."""
    person = therapist(identity, confirmed_on=day, **values)
    return replace(person, facts={n: replace(f, as_of=day, confirmed_on=day) for n, f in person.facts.items()})


ADA = {
    "name": "Ada Example",
    "language": (Language("en", 50),),
    "practice": ("homework",),
    "style": {"challenge": 2, "past_focus": 3},
    "email": "ada@example.org",
    "bio": "I listen first and we plan the next week together.",
}


@pytest.fixture
def home(tmp_path):
    """A home of three, of whom Ada has a link."""
    opened = make_home([from_file("ada", **ADA), from_file("bo"), from_file("cy")], tmp_path / "home")
    yield opened
    opened.directory.close()


@pytest.fixture
def pages(home):
    """Its pages; an index that an answer asked for in the background is waited for before the home goes."""
    app = create_app(home.path)
    yield Reader(app.test_client())
    app.extensions["home"].update_index()
    app.extensions["home"].directory.close()


@pytest.fixture
def link(home):
    """Ada's link."""
    return f"/profile/{token_for('ada', LATER, home.secret)}"


def held(home, identity="ada"):
    return home.directory.get([identity])[identity]


def answers(pages, link, **changed):
    """Return what a browser posts when only some answers are changed."""
    page = pages.get(link)
    form = page.all("form")[-1]
    pairs = [(name, value) for name, value in page.pairs(form) if name not in changed]
    for name, value in changed.items():
        pairs += [(name, one) for one in ([value] if isinstance(value, str) else value)]
    return pairs


def send(pages, address, pairs):
    """Post answers that are taken, and follow to the page that says so; no cookie is set on the way."""
    answer = pages.client.post(address, data=MultiDict(pairs))
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Location"].startswith(address)
    page = pages.get(answer.headers["Location"])
    assert page.all("p", role="status")
    return page


def test_the_page_shows_what_is_held(pages, link):
    """A valid page with every question, filled with what the directory says now."""
    page = pages.get(link)
    assert "Ada Example" in page.words
    posted = dict(page.pairs(page.all("form")[-1]))
    assert posted["email"] == ADA["email"]
    assert posted["bio"].strip() == ADA["bio"]
    assert (posted["style.challenge"], posted["style.past_focus"]) == ("2", "3")
    assert posted["practice"] == "homework"


def test_posting_it_unchanged_changes_no_value(home, pages, link):
    """Reading and writing agree for every question: all that moves is who says it and when."""
    before = held(home)
    send(pages, link, answers(pages, link))
    after = held(home)
    assert {n: f.value for n, f in after.facts.items()} == {n: f.value for n, f in before.facts.items()}
    assert not after.withheld
    assert after.facts["bio"].editor == after.facts["style"].editor == "therapist"


def test_answers_carry_the_therapist_and_the_day(home, pages, link):
    """Style, qualities with a sentence each, practices, capacity and contact."""
    given = {
        "style.challenge": "-2",
        "quality.1": "trust",
        "sentence.1": "I say  what I do.",
        "quality.2": "empathy",
        "practice": ("progress_review", "self_disclosure"),
        "accepting": "waiting_list",
        "next_opening": "2027-01-31",
        "phone": "+1 617 555 0100",
    }
    send(pages, link, answers(pages, link, **given))
    ada = held(home)
    assert ada.value("style") == {"challenge": -2, "past_focus": 3}
    assert ada.terms("qualities") == ("trust", "empathy")
    assert ada.value("quality_sentences") == {"trust": "I say what I do."}
    assert set(ada.terms("practice")) == {"progress_review", "self_disclosure"}
    assert ada.value("accepting") == "waiting_list"
    said = {(f.source, f.editor, f.as_of) for n, f in ada.facts.items() if n in ("style", "phone", "accepting")}
    assert said == {("therapist", "therapist", today())}


def test_answers_outlive_the_next_file(home, pages, link):
    """A file of a later day repeats the old words: what the therapist said stays, also what was emptied."""
    send(pages, link, answers(pages, link, **{"style.challenge": "-2", "email": "", "bio": "Mine alone."}))
    home.directory.apply(rows_of([from_file("ada", LATER, **ADA, training="Oslo")]))
    ada = held(home)
    assert ada.value("style") == {"challenge": -2, "past_focus": 3}
    assert (ada.value("email"), ada.bio) == (None, "Mine alone.")
    assert ada.value("training") == "Oslo"


def test_answers_move_the_next_list(home, pages, link):
    """Whoever now leads as the client wishes comes first; before, nothing told the three apart."""
    preferences, problems = read_preferences({"style": {"directiveness": 2}, "matters_most": ["bond"]})
    assert not problems
    send(pages, link, answers(pages, link, **{"style.directiveness": "2"}))
    found = match(preferences, home.service(home.update_index()), 3, TODAY)
    assert found.matches[0].therapist.id == "ada"
    assert found.matches[0].fit_score > found.matches[1].fit_score


def test_an_own_sentence_is_read_like_the_text(home, pages, link):
    """A client's words find a sentence on a quality."""
    sentence = "Silence between us is never a mistake of yours."
    send(pages, link, answers(pages, link, **{"quality.1": "trust", "sentence.1": sentence}))
    assert sentence in held(home).own_words


@pytest.mark.parametrize(("answered", "kept"), [("yes", True), ("no", False), ("", None)])
def test_training_supervision_and_crises_are_told_and_shown(home, pages, link, answered, kept):
    """What clients read before they write: held as it was typed, a no as well, and filled in on the next visit."""
    given = {"training": "Oslo,\ntwo years", "supervised": answered, "crisis_between_sessions": "Call me until eight."}
    page = send(pages, link, answers(pages, link, **given))
    ada = held(home)
    assert ada.value("training") == given["training"]
    assert ada.value("supervised") is kept
    assert ada.value("crisis_between_sessions") == given["crisis_between_sessions"]
    again = dict(page.pairs(page.all("form")[-1]))
    assert again["supervised"] == answered
    assert again["training"].strip() == given["training"]
    shown = pages.get("/therapists/ada").words
    assert "Contact between sessions in a crisis Call me until eight." in shown


def test_what_is_told_can_be_taken_back(home, pages, link):
    """An emptied field is held no more, and no later file brings it back."""
    send(pages, link, answers(pages, link, training="Oslo", supervised="yes"))
    send(pages, link, answers(pages, link, training="", supervised=""))
    home.directory.apply(rows_of([from_file("ada", LATER, **ADA, training="Bergen", supervised=True)]))
    assert not {"training", "supervised"} & set(held(home).facts)


@pytest.mark.parametrize("name", ["training", "crisis_between_sessions", "bio"])
def test_a_text_that_is_too_long_comes_back_whole(home, pages, link, name):
    """It is not cut: the page says so beside the question, and nothing is kept."""
    before, text = held(home), "word " * 5_000
    page = pages.post(link, answers(pages, link, **{name: text}), code=422)
    assert f"#q-{name}" in {one.get("href") for one in page.all("a")}
    assert dict(page.pairs(page.all("form")[-1]))[name].strip() == text.strip()
    assert held(home) == before


def test_all_still_right_is_one_click(home, pages, link):
    """Everything is confirmed today; licences are left to their register."""
    home.directory.apply(rows_of([from_file("ada", TODAY - timedelta(days=200), training="Oslo")]))
    send(pages, link, [("still_right", "yes")])
    ada = held(home)
    assert all(one.confirmed_on == today() for one in ada.facts.values())
    assert ada.facts["accepting"].editor == "therapist"


def test_a_public_register_is_listed_once_confirmed(home, pages):
    """Loaded and not listed; one click, and the listing is agreed."""
    home.directory.apply([Row("loaded", replace(from_file("reg"), listing="public_register"))])
    preferences, _ = read_preferences({})
    before = match(preferences, home.service(home.update_index()), 9, TODAY)
    send(pages, f"/profile/{token_for('reg', LATER, home.secret)}", [("still_right", "yes")])
    after = match(preferences, home.service(home.update_index()), 9, TODAY)
    assert "reg" not in {one.therapist.id for one in before.matches}
    assert "reg" in {one.therapist.id for one in after.matches}
    assert held(home, "reg").listing == "agreed"


def test_identity_needs_its_own_tick(home, pages, link):
    """Without the tick nothing is kept and the page says so; with it, it is held; without it again, erased."""
    page = pages.post(link, answers(pages, link, faith="Jewish"), code=422)
    assert "Tick the box" in page.words
    assert held(home).consent == ""
    assert "faith" not in held(home).facts
    send(pages, link, answers(pages, link, faith="Jewish", identity_consent="yes"))
    assert held(home).terms("faith") == ("jewish",)
    without = [pair for pair in answers(pages, link) if pair[0] != "identity_consent"]
    send(pages, link, without)
    ada = held(home)
    assert "faith" not in ada.facts | ada.withheld
    assert ada.facts["identity_consent"].value is False
    assert "jewish" not in repr(home.directory.audit("ada"))


def test_what_cannot_be_read_comes_back_and_nothing_is_kept(home, pages, link):
    """One wrong answer: its question says so, all others stand as they were typed, and the profile is untouched."""
    before = held(home)
    given = {"email": "not an address", "next_opening": "soon", "bio": "A new text.\n\nIn two parts."}
    page = pages.post(link, answers(pages, link, **given), code=422)
    posted = dict(page.pairs(page.all("form")[-1]))
    assert (posted["email"], posted["next_opening"]) == ("not an address", "soon")
    assert posted["bio"].strip() == given["bio"]
    assert held(home) == before


def test_an_answer_that_is_not_posted_is_no_answer(home, pages, link):
    """A program that posts one field changes one field."""
    send(pages, link, [("style.directiveness", "1")])
    ada = held(home)
    assert ada.value("style") == {"challenge": 2, "past_focus": 3, "directiveness": 1}
    assert ada.terms("practice") == ("homework",)
    assert not ada.withheld


@pytest.mark.parametrize("spoil", ["another key", "out of date", "no token", "removed"])
def test_a_link_that_does_not_hold_opens_nothing(home, pages, spoil):
    """Signed with another secret, too old, made up, or of somebody who was removed: one page that says so."""
    token = token_for("ada", LATER, b"other" * 8 if spoil == "another key" else home.secret)
    if spoil == "out of date":
        token = token_for("ada", TODAY - timedelta(days=1), home.secret)
    if spoil == "removed":
        home.directory.suppress("ada", TODAY)
    address = f"/profile/{'x.y.z' if spoil == 'no token' else token}"
    assert "no longer works" in pages.get(address, code=410).words
    assert "no longer works" in pages.post(address, [("still_right", "yes")], code=410).words


def test_a_link_leads_to_the_profile_it_was_joined_to(home, pages):
    """After a join the link of the other profile opens the one that is kept."""
    home.directory.join("ada", "bo", "test")
    assert "Ada Example" in pages.get(f"/profile/{token_for('bo', LATER, home.secret)}").words


@pytest.mark.parametrize("locale", ["es", "de"])
def test_the_page_speaks_the_language_of_the_site(pages, link, locale):
    """Every question has its words in each language, and posts the same codes."""
    page = pages.get(f"{link}?lang={locale}")
    assert page.one("html").get("lang") == locale
    assert ("practice", "homework") in page.pairs(page.all("form")[-1])


def test_a_token_says_whose_it_is_until_its_day(home):
    """On its last day it works, on the next it does not."""
    token = token_for("ä/?#", TODAY, home.secret)
    assert whose(token, home.secret, TODAY) == "ä/?#"
    assert whose(token, home.secret, TODAY + timedelta(days=1)) is None


def test_nothing_in_the_page_can_run(home, pages):
    """Markup in a name or a text is shown, not run."""
    evil = "<script>alert(1)</script>"
    home.directory.apply(rows_of([from_file("evil", name=evil, bio=evil, training=evil)]))
    page = pages.get(f"/profile/{token_for('evil', LATER, home.secret)}")
    assert page.scripts == []
    assert evil in page.words


def test_facts_of_the_register_stay_the_registers(home, pages, link):
    """A licence is not taken over by a click."""
    assert fact("x").editor == "file"
    send(pages, link, [("still_right", "yes")])
    assert "licence" not in {n for n, f in held(home).facts.items() if f.editor == "therapist"}

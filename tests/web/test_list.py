"""The list and the therapist: who stands there, why, how to reach them, and what would bring more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from matcher.home import Home
from matcher.web.app import create_app
from matcher.web.asking import listed, standing
from matcher.web.form import document_of
from matcher.web.pages import MOST_SHOWN
from profiles.preferences import read_preferences
from profiles.schema import Licence
from tests.support import make_home, therapist
from tests.web.answers import EVERYTHING, SOME
from tests.web.strict import Reader, words_of

TODAY = datetime.now(UTC).date()


@pytest.fixture
def small(tmp_path):
    """Return a way to open pages over some therapists."""
    opened = []

    def over(*people) -> Reader:
        home = make_home(people, tmp_path / str(len(opened)))
        home.update_index()
        app = create_app(home.path)
        opened.extend([home, app.extensions["home"]])
        return Reader(app.test_client())

    yield over
    for home in opened:
        home.directory.close()


def person(identity="t", **values):
    return therapist(identity, confirmed_on=values.pop("confirmed_on", TODAY), **values)


def test_three_cards_then_more_and_the_page_goes_on_where_it_was(pages):
    """Three cards then more and the page goes on where it was."""
    page = pages.post("/matches", SOME)
    assert len(page.all("li", class_="card")) == 3
    (more,) = [one for one in page.all("button") if one.get("name") == "n"]
    assert more.get("formaction") == "/matches#match-4"
    longer = pages.post("/matches", [*page.pairs(page.one("form", id="answers")), ("n", more.get("value"))])
    assert len(longer.all("li", class_="card")) == 13
    assert words_of(longer.all("li", class_="card")[0]) == words_of(page.all("li", class_="card")[0])
    assert longer.one("li", id="match-4") is not None


def test_more_ends_at_its_limit(pages):
    """More ends at its limit."""
    page = pages.post("/matches", [("n", "9999")])
    assert len(page.all("li", class_="card")) == MOST_SHOWN
    assert [one for one in page.all("button") if one.get("name") == "n"] == []


@pytest.mark.parametrize("n", ["", "-1", "0", "x", "9" * 5000, "3.5"])
def test_a_number_that_is_none_shows_a_short_list(pages, n):
    """A number that is none shows a short list."""
    assert 1 <= len(pages.post("/matches", [*SOME, ("n", n)]).all("li", class_="card")) <= 3


def test_a_card_says_all_that_a_client_needs(small):
    """A card says all that a client needs."""
    pages = small(
        person(
            "one",
            name="Ada Example",
            credentials="PhD",
            session_format=("video",),
            practice=("homework",),
            style={"directiveness": 2},
            bio="There will be homework between our sessions. I like tea.",
            email="ada@example.org",
            phone="+1 (555) 010-0",
            website="https://example.org/ada",
            reply_languages=("en", "es"),
            replies_within_days=1,
        )
    )
    page = pages.post(
        "/matches",
        [
            ("must.session_format", "video"),
            ("prefer.practice", "homework"),
            ("style.directiveness", "-3"),
            ("qualities", "trust"),
        ],
    )
    card = page.one("li", class_="card")
    text = words_of(card)
    assert "Ada Example" in text
    assert "PhD" in text
    assert "Takes new clients; said on" in text
    states = {
        one.get("class").split()[0]: words_of(one)
        for one in card.iter("li")
        if one.find("span[@class='mark']") is not None
    }
    assert states["met"].startswith("met")
    assert states["partly"].startswith("partly met")
    assert states["not_stated"] == "not stated qualities"
    assert "therapist’s own statement" in text
    links = {one.get("href") for one in card.iter("a")}
    assert links == {"mailto:ada@example.org", "tel:+15550100", "https://example.org/ada"}
    assert "Replies in English, Spanish" in text
    assert "Replies within a day" in text
    assert "When would you have to tell someone what I say?" in text


def test_no_way_of_contact_is_said(small):
    """No way of contact is said."""
    assert "no way of contact stated" in small(person()).post("/matches").words


@pytest.mark.parametrize(
    "website", ["javascript:alert(1)", "http://[", "data:text/html,x", "//example.org", "example.org", "https://"]
)
def test_an_address_that_is_none_is_text(small, website):
    """An address that is none is text."""
    page = small(person(website=website, email="a b@c", phone="ask at the desk")).post("/matches")
    assert page.one("ul", class_="ways").findall(".//a") == []
    assert "ask at the desk" in page.words


def test_markup_in_a_profile_is_text(small):
    """Markup in a profile is text."""
    evil = "<script>alert(1)</script>"
    pages = small(person("x", name=evil, credentials=evil, bio=f"{evil} and more.", phone=evil, training=evil))
    for page in (pages.post("/matches"), pages.get("/therapists/x"), pages.post("/therapists/x", SOME)):
        assert page.scripts == []
        assert evil in page.words


def test_a_foreign_line_is_marked_with_its_language(small):
    """A foreign line is marked with its language."""
    pages = small(person(bio="Trabajo con personas que han perdido a alguien y con sus familias."))
    quote = pages.post("/matches").one("blockquote")
    assert quote.get("lang") == "es"
    assert "in Spanish" in pages.post("/matches").words
    assert [one.get("lang") for one in pages.get("/therapists/t").one("section", class_="bio").iter("p")] == ["es"]


def test_who_has_not_confirmed_stands_under_their_own_heading(small):
    """Who has not confirmed stands under their own heading."""
    pages = small(person("a"), person("b", confirmed_on=TODAY - timedelta(days=200)), person("c", accepting=None))
    page = pages.post("/matches")
    assert [words_of(one) for one in page.all("h2", class_="group")] == [
        "Said lately that they take new clients",
        "Have not said lately that they take new clients",
    ]
    assert [one.get("start") for one in page.all("ol")] == ["1", "2"]


def test_a_checked_fact_is_marked(small):
    """A checked fact is marked."""
    licence = Licence("US-MA", "psychologist", "1", end=TODAY + timedelta(days=9), checked_against="the board")
    page = small(person(licence=(licence,), session_format=("video",))).post(
        "/matches", [("must.jurisdiction", "US-MA"), ("must.session_format", "video")]
    )
    assert [words_of(one) for one in page.all("span", class_="tier")] == ["checked"]
    assert "What is not marked “checked” is the therapist’s own statement." in page.words


def test_what_would_bring_more_is_exact_and_never_about_language(small):
    """What would bring more is exact and never about language."""
    pages = small(
        person("a", session_format=("video",), language=(), insurance=("aetna",)),
        person("b", session_format=("in_person",), insurance=("aetna",)),
        person("c", insurance=("aetna",)),
    )
    page = pages.post("/matches", [("must.session_format", "video"), ("must.insurance", "Aetna")])
    assert "2 more if this is no must: how you meet." in page.words
    assert "1 more if you let in people who do not say: how you meet." in page.words
    button = page.one("button", name="include_not_stated")
    wider = pages.post(
        "/matches", [*page.pairs(page.one("form", id="answers")), ("include_not_stated", button.get("value"))]
    )
    assert len(wider.all("li", class_="card")) == 2
    nobody = pages.post("/matches", [("must.language", "es")])
    assert "Nobody here meets every must" in nobody.words
    assert "if this is no must: language" not in nobody.words
    assert [one for one in nobody.all("button") if one.get("name") == "include_not_stated"] == []


def test_how_the_order_is_made_names_each_answer_and_how_it_was_used(pages):
    """How the order is made names each answer and how it was used."""
    text = words_of(pages.post("/matches", EVERYTHING).one("details", class_="how"))
    musts, wishes = text.partition("Used as a must")[2].split("Used as a wish")
    for words in (
        "Spanish",
        "Massachusetts",
        "150 USD",
        "within 50 km",
        "60 days",
        "Grief and loss",
        "Let in without saying",
    ):
        assert words in musts
    for words in (
        "clearly client-led",
        "Trust, Empathy",
        "Not wanted: Exposure",
        "Counts double: Bond",
        "Your own words",
    ):
        assert words in wishes
    assert "We do not use clicks" in text


def test_the_answers_come_back_exactly_from_every_page(pages):
    """The answers come back exactly from every page."""
    listed_page = pages.post("/matches", EVERYTHING)
    pairs = listed_page.pairs(listed_page.one("form", id="answers"))
    own = [(name, value) for name, value in pairs if name not in ("lang", "n") and value]
    assert own == EVERYTHING
    therapist_page = pages.post("/therapists/demo-0001", [*own, ("n", "13"), ("rank", "7")])
    form = therapist_page.one("form", id="answers")
    assert [pair for pair in therapist_page.pairs(form) if pair[0] not in ("lang", "n")] == EVERYTHING
    assert ("n", "13") in therapist_page.pairs(form)
    assert therapist_page.all("button")[0].get("formaction") == "/matches#match-7"


def test_every_eligible_therapist_has_a_standing_that_is_the_one_of_the_list(app):
    """Nobody is too far down for their page to say how they stand; nobody is eligible on their page alone."""
    preferences, problems = read_preferences(
        document_of([("must.session_format", "video"), *SOME[1:], ("words", "my grief")])
    )
    assert problems == ()
    with app.app_context():
        everybody = listed(preferences, 1000)
        assert everybody.eligible > MOST_SHOWN
        for match in everybody.matches:
            found = standing(preferences, match.therapist.id)
            assert found is not None
            assert replace(found, rank=match.rank) == match
        out = set(app.extensions["home"].latest_index().ids) - {match.therapist.id for match in everybody.matches}
        assert out
        assert [one for one in sorted(out) if standing(preferences, one)] == []


def test_the_page_of_somebody_who_is_not_on_the_list_says_so(small):
    """The page of somebody who is not on the list says so."""
    pages = small(
        person("a", session_format=("video",)), person("b", session_format=("phone",)), person("c", accepting="full")
    )
    answers = [("must.session_format", "video")]
    assert "How they stand to what you asked" in pages.post("/therapists/a", answers).words
    assert "They are not on your list" in pages.post("/therapists/b", answers).words
    assert "They do not take new clients at the moment" in pages.post("/therapists/c", answers).words


def test_a_profile_is_generic_without_answers(pages):
    """A profile is generic without answers."""
    page = pages.get("/therapists/demo-0001")
    assert [one.get("action") for one in page.all("form")] == ["/therapists/demo-0001/report"]
    assert "How they stand" not in page.words
    assert page.all("th", scope="rowgroup")


def test_nobody_of_that_id_is_a_page_of_its_own(pages):
    """Nobody of that id is a page of its own."""
    for identity in ("nobody", "%00", "%ff", "a%20b", "x" * 3000):
        assert "A profile may have been removed" in pages.get(f"/therapists/{identity}", code=404).words
        pages.post(f"/therapists/{identity}", SOME, code=404)


def test_who_was_removed_is_gone_from_the_next_list_and_has_no_page(tmp_path):
    """Who was removed is gone from the next list and has no page."""
    home = make_home([person("a"), person("b")], tmp_path / "home")
    home.update_index()
    app = create_app(home.path)
    pages = Reader(app.test_client())
    assert len(pages.post("/matches").all("li", class_="card")) == 2
    home.directory.suppress("a", TODAY)
    assert [words_of(one) for one in pages.post("/matches").all("h3", id="name-1")] == ["b"]
    pages.get("/therapists/a", code=404)
    _settle(app.extensions["home"])
    home.directory.close()


def _settle(home: Home) -> None:
    """Wait until the index that a list asked for in the background is there."""
    home.update_index()
    home.directory.close()


def test_the_two_that_count_most_stand_first_and_the_rest_by_what_they_are(pages):
    """Of wishes, up to two are strong and stand first; then met, partly met, not met, not stated in one line."""
    order = ["met", "partly", "not_met", "not_stated"]
    page = pages.post("/matches", [*EVERYTHING[8:15], ("n", "50")])
    for card in page.all("li", class_="card"):
        wishes = [one.get("class").split() for one in next(card.iter("ul"))]
        strong = [number for number, classes in enumerate(wishes) if "strong" in classes]
        assert strong == list(range(len(strong)))
        assert len(strong) <= 2
        rest = [order.index(classes[0]) for classes in wishes[len(strong) :]]
        assert rest == sorted(rest)
        assert rest.count(3) <= 1

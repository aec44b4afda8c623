"""A card: two reasons first, each with who says so and when; a quoted line once; and what therapists tell beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from matcher.messages import date_words, say
from matcher.web.app import create_app
from matcher.web.card import card
from profiles.preferences import read_preferences
from profiles.schema import Licence, Preferences
from profiles.vocabulary import LOCALES
from tests.matcher.test_first_talk import answer
from tests.support import DAY, make_home, therapist
from tests.web.strict import Reader, words_of

TODAY = datetime.now(UTC).date()
REGISTER = {"checked_against": "Board", "checked_on": DAY}
SPOKEN = "I give small exercises to try between sessions."


def card_of(document, locale="en", **values):
    """Return the card of somebody alone in a directory."""
    (only,) = answer(document, [therapist("t", **values)]).matches
    return card(only, read_preferences(document)[0], locale)


WISHES = {"prefer": {"practice": ["homework"], "concern": ["grief"]}, "qualities": ["trust"]}


def test_two_reasons_come_first_by_what_they_add():
    """Of three that are met, the two that count most; the third stands among the rest."""
    one = card_of(WISHES, practice=("homework",), concern=("grief",), qualities=("trust",))
    strong = [line for line in one.wishes if line.strong]
    assert len(strong) == 2
    assert strong == list(one.wishes[:2])
    assert {line.sentence for line in strong} == {
        "Lists: Exercises between sessions.",
        "Puts among their three: Trust.",
    }
    assert [line.sentence for line in one.wishes[2:]] == ["Lists: Grief and loss."]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_reason_has_its_tier_and_day_in_words(locale):
    """The therapist's own statement, or a register, and the day of the fact in the reader's language."""
    licence = (Licence("US-MA", "psychologist", end=date(2030, 1, 1), **REGISTER),)
    wished = {"prefer": {"practice": ["homework"], "profession": ["psychologist"]}}
    one = card_of(wished, locale, practice=("homework",), licence=licence)
    sources = {line.source for line in one.wishes if line.strong}
    day = date_words(DAY, locale)
    assert sources == {
        say("because.from.therapist_states", locale, day=DAY.isoformat()),
        say("because.from.checked", locale, day=DAY.isoformat()),
    }
    assert all(source.endswith(day) for source in sources)


def test_a_text_is_a_reason_with_its_line_and_the_line_stands_once():
    """Nothing is stated, the text speaks of it: its line is the reason, from their text, and is quoted nowhere else."""
    (found,) = answer({"prefer": {"practice": ["homework"]}}, [therapist("t", bio=f"{SPOKEN} I like tea.")]).matches
    (silent, described) = found.contributions
    spoken = replace(described, quote=SPOKEN, value=1.0, contribution=0.05, state="partly", as_of=DAY.isoformat())
    one = card(replace(found, contributions=(silent, spoken), quotes=(spoken,)), Preferences(), "en")
    (reason,) = [line for line in one.wishes if line.strong]
    assert reason.quote is not None
    assert reason.quote.text == SPOKEN
    assert reason.source.startswith("from their text")
    assert SPOKEN not in [quote.text for quote in one.quotes]


def test_one_factor_gives_one_reason():
    """Stated and described, homework is one reason; the line that backs it is still quoted."""
    people = [therapist("t", practice=("homework",), bio=SPOKEN)]
    (found,) = answer({"prefer": {"practice": ["homework"]}}, people).matches
    (listed, described) = found.contributions
    spoken = replace(described, quote=SPOKEN, value=1.0, contribution=0.05, state="partly")
    one = card(replace(found, contributions=(listed, spoken), quotes=(spoken,)), Preferences(), "en")
    assert [line.sentence for line in one.wishes if line.strong] == ["Lists: Exercises between sessions."]
    assert [quote.text for quote in one.quotes] == [SPOKEN]


def test_what_is_not_met_is_no_reason():
    """Less than half, avoided, or not stated: nothing is put first."""
    document = {"prefer": {"concern": ["grief", "anxiety", "stress"]}, "avoid": {"practice": ["homework"]}}
    one = card_of(document, concern=("grief",))
    assert not [line for line in one.wishes if line.strong]


@pytest.fixture
def pages(tmp_path):
    """Pages over one who tells everything and one who tells nothing."""
    told = {
        "practice": ("home_visits",),
        "training": "Oslo.",
        "supervised": True,
        "crisis_between_sessions": "Call me until eight.",
    }
    home = make_home([therapist("a", confirmed_on=TODAY, **told), therapist("b", confirmed_on=TODAY)], tmp_path / "h")
    home.update_index()
    app = create_app(home.path)
    yield Reader(app.test_client())
    for one in (home, app.extensions["home"]):
        one.directory.close()


def test_what_therapists_tell_stands_on_card_and_page(pages):
    """Training, supervision and crises between sessions with their names; nothing where nothing is told."""
    cards = {words_of(one.find(".//h3")): words_of(one) for one in pages.post("/matches").all("li", class_="card")}
    page = pages.get("/therapists/a").words
    for shown in (
        "Training Oslo.",
        "Works under supervision yes",
        "Contact between sessions in a crisis Call me until",
    ):
        assert shown in cards["a"]
        assert shown in page
    assert "Good to know" not in cards["b"]
    assert "Good to know" not in pages.get("/therapists/b").words


def test_the_page_shows_a_reason_with_its_source(pages):
    """The line of the strongest wish holds who says so and when."""
    page = pages.post("/matches", [("prefer.participants", "individual"), ("prefer.practice", "home_visits")])
    strong = {words_of(one) for one in page.all("li", class_="strong")}
    assert strong == {f"met Lists: Home visits. The therapist’s own statement, {date_words(DAY)}"}

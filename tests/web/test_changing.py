"""What was asked stands on the list and is changed there; nothing else changes, and two people see whose it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.messages import texts
from matcher.web.asked import asked
from matcher.web.changing import CHANGE, changed
from matcher.web.form import document_of
from profiles.preferences import read_preferences
from profiles.vocabulary import LOCALES
from tests.web.answers import BESIDE, EVERYTHING, PAIRS
from tests.web.strict import words_of

ANSWERS = st.lists(st.sampled_from([*EVERYTHING, *BESIDE]), unique=True)


def wanted(pairs):
    """Return the preferences that answers ask for."""
    preferences, problems = read_preferences(document_of(pairs))
    assert problems == ()
    return preferences


def places(pairs) -> dict[str, str]:
    """Return the words of each answer by its place."""
    found = asked(wanted(pairs), "en")
    return {one.place: one.words for one in (*found.musts, *found.wishes)}


def whole(pairs):
    """Fill up what only goes together, so that any part of the answers can be read."""
    return [*pairs, ("fee_max.currency", "USD"), ("near.km", "50")]


@settings(max_examples=60)
@given(ANSWERS, st.data())
def test_what_is_taken_away_is_gone_and_the_rest_stays(pairs, data):
    """Each answer that the list names can be taken away, and it alone."""
    pairs = whole(pairs)
    before = places(pairs)
    if not before:
        return
    place = data.draw(st.sampled_from(sorted(before)))
    after = places(changed([*pairs, (CHANGE, f"drop {place}")]))
    # who it is for asks for an age or a couple only where nothing more exact does
    expected = {one: said for one, said in before.items() if one != place}
    follows = {"must.participants", "must.age_group", "prefer.participants", "prefer.age_group"}
    assert {one: said for one, said in after.items() if one not in follows} == {
        one: said for one, said in expected.items() if one not in follows
    }
    assert place in follows or place not in after


@settings(max_examples=60)
@given(ANSWERS, st.data())
def test_a_must_turns_into_a_wish_and_back(pairs, data):
    """The whole field goes to the other part; a licence where the client is stays a must."""
    pairs = whole(pairs)
    found = asked(wanted(pairs), "en")
    assert "jurisdiction" not in {one.turn for one in found.musts}
    turnable = [
        (kind, one) for kind, some in (("wish", found.musts), ("must", found.wishes)) for one in some if one.turn
    ]
    if not turnable:
        return
    kind, one = data.draw(st.sampled_from(turnable))
    before, after = wanted(pairs), wanted(changed([*pairs, (CHANGE, f"{kind} {one.turn}")]))
    source, target = (before.must, after.prefer) if kind == "wish" else (before.prefer, after.must)
    assert set(source[one.turn]) <= set(target[one.turn])
    assert one.turn not in (after.must if kind == "wish" else after.prefer)
    others = {field: terms for field, terms in (*before.must.items(), *before.prefer.items()) if field != one.turn}
    assert {f: t for f, t in (*after.must.items(), *after.prefer.items()) if f != one.turn} == others


@given(PAIRS, st.sampled_from(["drop", "wish", "must", "", "x"]), st.text(max_size=12))
def test_a_change_that_is_not_known_changes_nothing(pairs, act, place):
    """Whatever is posted under the button's name."""
    rest = [pair for pair in pairs if pair[0] != CHANGE]
    named = {name for name, _ in rest} | {name.partition(".")[0] for name, _ in rest}
    if place not in named:
        assert changed([*rest, (CHANGE, f"{act} {place}")]) == rest


def test_the_buttons_of_the_list_do_what_they_say(pages):
    """From a must to a wish to nothing, on the page itself."""
    page = pages.post("/matches", [("must.language", "es"), ("prefer.modality", "cbt")])

    def press(value):
        (button,) = [one for one in page.all("button", name=CHANGE) if one.get("value") == value]
        assert button.get("form") == "answers"
        return pages.post("/matches", [*page.pairs(page.one("form", id="answers")), (CHANGE, value)])

    wish, must = "wish language", "must modality"
    page = press(wish)
    assert [one.get("value") for one in page.all("button", name=CHANGE)] == [
        "must modality",
        "drop prefer.modality",
        "must language",
        "drop prefer.language",
    ]
    page = press(must)
    page = press("drop must.modality")
    page = press("drop prefer.language")
    assert page.all("button", name=CHANGE) == []


def test_a_wish_is_added_from_the_list(pages):
    """A button for each part of the form opens the form at that part, with all that was answered."""
    page = pages.post("/matches", EVERYTHING[:3])
    (button,) = [one for one in page.all("button", name="open") if one.get("value") == "culture"]
    assert button.get("formaction") == "/#more-culture"
    form = pages.post("/", [*page.pairs(page.one("form", id="answers")), ("open", "culture")])
    assert form.one("details", id="more-culture").get("open") is not None
    assert ("must.jurisdiction", "US-MA") in form.pairs(form.one("form", class_="ask"))


TWO = [("whom", "us"), ("prefer.modality", "cbt"), ("prefer.concern", "grief")]


def test_two_people_say_whose_wish_one_is_and_see_it_where_it_is_not_met(pages):
    """Each wish has a choice of mine, theirs and both; the order is the same whoever has it."""
    plain = pages.post("/matches", [*TWO, ("n", "50")])
    assert len(plain.all("select", name="whose")) == 3
    page = pages.post("/matches", [*TWO, ("n", "50"), ("whose", "modality:theirs"), ("whose", "concern:mine")])
    assert [words_of(one) for one in page.all("h3")] == [words_of(one) for one in plain.all("h3")]
    lines = [words_of(one) for one in page.all("li", class_="not_met")]
    assert any("Cognitive" in line and line.endswith("(theirs)") for line in lines)
    assert any("Grief" in line and line.endswith("(mine)") for line in lines)
    met = [words_of(one) for one in page.all("li", class_="met")]
    assert not any(line.endswith(("(theirs)", "(mine)")) for line in met)
    chosen = {one.get("value") for one in page.all("option") if one.get("selected") is not None}
    assert {"modality:theirs", "concern:mine"} <= chosen


def test_one_person_is_not_asked_whose_wish_it_is(pages):
    """And what was said before is kept for when there are two again."""
    page = pages.post("/matches", [*TWO[1:], ("whose", "modality:theirs")])
    assert page.all("select", name="whose") == []
    assert ("whose", "modality:theirs") in page.pairs(page.one("form", id="answers"))


@pytest.mark.parametrize("value", ["modality:ours", "modality", ":", "x" * 300])
def test_an_owner_that_is_not_known_is_nobody(pages, value):
    """It changes no sentence."""
    assert "(ours)" not in pages.post("/matches", [*TWO, ("whose", value)]).words


@pytest.mark.parametrize("locale", LOCALES)
def test_answers_that_did_nothing_are_named(locale):
    """Each kind of them has its sentence, in every language."""
    pairs = [
        ("language_also", "interpreter"),
        ("include_not_stated", "near"),
        ("matters_most", "modality"),
        ("words_not_about", "grief"),
    ]
    assert len(asked(wanted(pairs), locale).unused) == len(pairs)
    far = [("near.point", "42.36,-71.06"), ("near.km", "10"), ("must.session_format", "video")]
    assert len(asked(wanted(far), locale).unused) == 1
    assert len([key for key in texts(locale) if key.startswith("list.unused.")]) == len(pairs) + 1
    used = [("must.language", "es"), ("language_also", "interpreter"), ("include_not_stated", "language")]
    assert asked(wanted(used), locale).unused == ()

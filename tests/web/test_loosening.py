"""A small step is offered with exactly the people it brings, and one press takes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.web.loosening import CHOICE, GROWS, STEPS, loosened
from profiles.schema import Fee, Language, Place
from tests.support import therapist
from tests.web.test_list import TODAY, small  # noqa: F401 - pages over a few therapists


def priced(identity, amount):
    return therapist(identity, confirmed_on=TODAY, fee=Fee(amount * 100, amount * 100, "USD"))


def placed(identity, latitude):
    place = Place(city="Boston", latitude=latitude, longitude=-71.06)
    return therapist(identity, confirmed_on=TODAY, place=(place,), session_format=("in_person",))


FEE = [("fee_max.amount", "90"), ("fee_max.currency", "USD")]
NEAR = [("near.point", "42.36,-71.06"), ("near.km", "10")]


def steps_of(page) -> list[str]:
    return [one.get("value") for one in page.all("button") if one.get("name") == CHOICE]


@pytest.mark.parametrize(
    ("people", "answers", "name"),
    [
        ([priced("a", 80), priced("b", 95), priced("c", 100), priced("d", 101)], FEE, "fee_max"),
        ([placed("a", 42.36), placed("b", 42.50), placed("c", 42.55), placed("d", 42.8)], NEAR, "near"),
    ],
)
def test_a_step_brings_those_it_promises(small, people, answers, name):  # noqa: F811
    """Two of the three who are out come in, and the answers hold the new number from then on."""
    pages = small(*people)
    page = pages.post("/matches", answers)
    assert len(page.all("li", class_="card")) == 1
    assert steps_of(page) == [name]
    assert "2 more with a little room" in page.words
    pairs = page.pairs(page.one("form", id="answers"))
    wider = pages.post("/matches", [*pairs, (CHOICE, name)])
    assert len(wider.all("li", class_="card")) == 3
    field, by = GROWS[name]
    assert dict(wider.pairs(wider.one("form", id="answers")))[field] == f"{int(dict(answers)[field]) + by}"


def spoken(identity, *languages, **values):
    return therapist(identity, confirmed_on=TODAY, language=languages, **values)


def test_simple_words_and_an_interpreter_are_steps_before_a_language_is_dropped(small):  # noqa: F811
    """Each brings exactly its own, is offered once, and the language itself is never offered to be dropped."""
    pages = small(
        spoken("a", Language("es", 40)),
        spoken("b", Language("es", 20)),
        spoken("c", Language("de", 50), accessibility=("interpreter",)),
        spoken("d", Language("de", 50)),
    )
    page = pages.post("/matches", [("must.language", "es")])
    assert sorted(steps_of(page)) == ["interpreter", "simple_words"]
    for step in ("interpreter", "simple_words"):
        page = pages.post("/matches", [*page.pairs(page.one("form", id="answers")), (CHOICE, step)])
        assert step not in steps_of(page)
    assert len(page.all("li", class_="card")) == 3
    assert "below a professional level" in page.words
    assert "Works with an interpreter" in page.words


def test_a_step_that_brings_nobody_is_not_offered(small):  # noqa: F811
    """Nobody is asked to pay more for nothing."""
    page = small(priced("a", 80), priced("b", 200)).post("/matches", FEE)
    assert steps_of(page) == []


@given(st.lists(st.tuples(st.sampled_from(["fee_max.amount", "near.km", "words", CHOICE]), st.text(max_size=8))))
def test_whatever_is_posted_nothing_else_changes(pairs):
    """Only the fields of the steps that were chosen can grow, and only numbers."""
    after = loosened(pairs)
    assert [name for name, _ in after if name != "language_also"] == [name for name, _ in pairs if name != CHOICE]
    if not {value for name, value in pairs if name == CHOICE} & {*STEPS}:
        assert after == [pair for pair in pairs if pair[0] != CHOICE]
    assert [pair for pair in after if pair[0] == "words"] == [pair for pair in pairs if pair[0] == "words"]


@pytest.mark.parametrize("value", ["", "much", "1e5", "-", "90 90"])
def test_what_is_no_number_stays_as_it_was_typed(value):
    """Its own error says what is wrong with it."""
    assert loosened([("fee_max.amount", value), (CHOICE, "fee_max")]) == [("fee_max.amount", value)]

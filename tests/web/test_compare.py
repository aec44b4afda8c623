"""Side by side: two to four who were ticked, each cell what the card says, and nothing lost there and back."""

from __future__ import annotations

import pytest

from matcher.web.compare import MOST
from tests.web.answers import EVERYTHING, SOME
from tests.web.strict import words_of


def ticks(page) -> list[str]:
    """Return the ids that can be ticked on a list."""
    return [one.get("value") for one in page.all("input", name="compare", type="checkbox")]


@pytest.fixture
def listed(pages):
    """A list of thirteen."""
    return pages.post("/matches", [*SOME, ("n", "13")])


def chosen(page, number):
    return [*SOME, ("n", "13"), *(("compare", one) for one in ticks(page)[:number])]


@pytest.mark.parametrize("number", range(2, MOST + 1))
def test_those_ticked_stand_side_by_side(pages, listed, number):
    """A column each, under their names, and in each row a cell for everybody."""
    page = pages.post("/compare", chosen(listed, number))
    names = [words_of(one) for one in listed.all("h3")][:number]
    heads = [words_of(one) for one in page.all("th", scope="col")]
    assert [head for head, name in zip(heads, names, strict=True) if not head.startswith(name)] == []
    rows = [
        row
        for row in page.one("table").iter("tr")
        if row.find("th") is not None and row.find("th").get("scope") == "row"
    ]
    assert len(rows) > 5
    assert {len(row.findall("td")) for row in rows} == {number}


def test_a_fifth_is_left_out_and_that_is_said(pages, listed):
    """The first four stay."""
    page = pages.post("/compare", chosen(listed, MOST + 2))
    assert len(page.all("th", scope="col")) == MOST
    assert f"Only {MOST} fit" in page.words


@pytest.mark.parametrize("number", [0, 1])
def test_fewer_than_two_are_told_what_to_do(pages, listed, number):
    """A sentence, and the way back."""
    page = pages.post("/compare", chosen(listed, number))
    assert page.all("table") == []
    assert "Tick two" in page.words


def test_the_way_back_keeps_answers_ticks_and_length(pages, listed):
    """The list is as it was, with the same boxes ticked."""
    page = pages.post("/compare", chosen(listed, 3))
    back = pages.post("/matches", page.pairs(page.one("form", id="answers")))
    assert ticks(back) == ticks(listed)
    assert [one.get("value") for one in back.all("input", name="compare") if one.get("checked") is not None] == ticks(
        listed
    )[:3]


@pytest.mark.parametrize("identity", ["", "nobody", "../x", "demo-9999", "'"])
def test_who_is_not_on_the_list_has_no_column(pages, listed, identity):
    """Neither somebody unknown nor who fails a must."""
    page = pages.post("/compare", [*chosen(listed, 2), ("compare", identity)])
    assert len(page.all("th", scope="col")) == 2


def test_every_answer_is_carried_and_unreadable_ones_come_back_in_the_form(pages, listed):
    """Nothing that was typed is lost."""
    page = pages.post("/compare", EVERYTHING)
    assert {name for name, _ in page.pairs(page.one("form", id="answers"))} >= {
        name for name, _ in EVERYTHING if name != "require"
    }
    assert pages.post("/compare", [("fee_max.amount", "much"), *chosen(listed, 2)], code=422).one("form") is not None


def test_state_is_said_in_words_as_well(pages, listed):
    """Never by shape or colour alone."""
    page = pages.post("/compare", chosen(listed, 2))
    marked = [one for one in page.all("td") if one.get("class") in ("met", "partly", "not_met", "not_stated")]
    assert marked
    assert all(words_of(one).startswith(("met", "partly met", "not met", "not stated")) for one in marked)

"""The capacity re-ranker: at most one band down, nobody up, from counters alone; blank counters move nobody."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.experiments import quality
from matcher.feedback.protocol import STEP
from matcher.index.reranked import Reranked, ShownRows
from matcher.messages import words
from matcher.pipeline import match
from matcher.printing import list_lines
from matcher.records import BAND, RERANKERS
from matcher.reranking import FULL_AT, RULES, WEIGHT, WINDOW_DAYS, capacity
from matcher.variants import VARIANTS
from matcher.web.card import card
from matcher.web.compare import comparison
from matcher.web.openapi import openapi_document
from profiles.directory.protocol import Pair
from profiles.schema import Preferences
from profiles.vocabulary import LOCALES
from tests.support import (
    DAY,
    as_bytes,
    home_of,
    preferences_documents,
    ranked,
    read_document,
    standing,
    therapist,
    therapists,
)

FEW = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
NAME = "alliance-capacity"
COUNTS = st.dictionaries(
    st.integers(0, 9).map("t{:02}".format), st.sampled_from([0, 10, 10, 20, 50, 400]), min_size=1
).map(lambda found: list(found.items()))
"""Whole steps for some of the therapists that are drawn, ids t00 to t09."""

ARRAYS = st.lists(st.integers(0, 40), min_size=1, max_size=30).map(lambda steps: np.array(steps) * STEP)
EVERYBODY_LISTED = np.full(30, True)
PEOPLE = [therapist(f"t{number:02}", concern=("grief",)) for number in range(8)]


@contextmanager
def counted(people, counts, day=DAY):
    """Open a home over some people of whom so many lists were counted in the month of a day."""
    with home_of(people) as home:
        if counts:
            home.feedback.add_shown(counts, day)
        try:
            yield home
        finally:
            home.feedback.close()


def both(home, index=None):
    """Return the service of `alliance`, and that of the variant with the re-ranker."""
    index = index or home.update_index()
    return home.service(index, "alliance"), home.service(index, NAME)


def parts(result):
    """Return the contribution of the re-ranker by therapist."""
    return {one.therapist.id: part for one in result.matches for part in one.contributions if part.group in RERANKERS}


# ---------------------------------------------------------------- the rule


@given(ARRAYS, st.data())
def test_nobody_is_raised_and_nobody_falls_by_more_than_all(shown, data):
    """-1..0, and 0 for everybody up to the mean of those who are listed."""
    listed = np.array(data.draw(st.lists(st.booleans(), min_size=len(shown), max_size=len(shown))))
    found = capacity(shown, listed)
    assert ((found >= -1) & (found <= 0)).all()
    assert not np.signbit(found[found == 0]).any(), "-0 would be written as such"
    mean = shown[listed].mean() if listed.any() else 0
    assert (found[shown <= mean] == 0).all()
    if mean:
        assert (found[shown > mean * 1.001] < 0).all()
        assert (found[shown >= FULL_AT * mean] == -1).all()


@given(ARRAYS)
def test_whoever_was_shown_more_is_not_before_whoever_was_shown_less(shown):
    """Monotone over therapists."""
    found = capacity(shown, EVERYBODY_LISTED[: len(shown)])[np.argsort(shown)]
    assert (np.diff(found) <= 0).all()


@given(ARRAYS, st.integers(0, 29), st.integers(1, 9))
def test_being_shown_more_often_never_helps(shown, who, steps):
    """Monotone in one's own count, though it raises the mean of all as well."""
    more = shown.copy()
    more[who % len(shown)] += steps * STEP
    listed = EVERYBODY_LISTED[: len(shown)]
    assert capacity(more, listed)[who % len(shown)] <= capacity(shown, listed)[who % len(shown)] + 1e-12


@given(ARRAYS, st.integers(2, 9))
def test_how_busy_the_whole_service_is_changes_nothing(shown, times):
    """Only how somebody stands to the mean counts: no count is large by itself."""
    listed = EVERYBODY_LISTED[: len(shown)]
    assert capacity(times * shown, listed) == pytest.approx(capacity(shown, listed), abs=1e-12)


def test_the_fall_is_even():
    """Half way from the mean to four times the mean costs half: by hand, with a mean of 10."""
    shown = np.array([25, 10, 40, 0, 0, 0, 0, 5])
    assert capacity(shown, EVERYBODY_LISTED[:8]).tolist() == [-0.5, 0, -1, 0, 0, 0, 0, 0]


def test_names_weight_and_bounds_are_those_that_are_written_down():
    """Every re-ranker a variant names has a rule, and takes a band at most."""
    assert set(RULES) == set(RERANKERS)
    assert {one.reranker for one in VARIANTS.values()} - {""} <= set(RERANKERS)
    assert (WEIGHT, FULL_AT, WINDOW_DAYS) == (BAND, 4, 28)
    assert Reranked("capacity", WEIGHT, np.array([-1.0, 0.0])).contributions().tolist() == [-BAND, 0]


# ---------------------------------------------------------------- counters


def test_counts_meet_their_rows_and_months():
    """Unknown ids are left out; the months of both days and those between count whole."""
    told = {date(2026, 11, 1): {"a": 30, "nobody": 90}, date(2026, 9, 1): {"b": 10}, date(2026, 10, 1): {"b": 20}}
    rows = ShownRows.over(told, ("a", "b", "c"))
    assert rows.between(date(2026, 10, 31), date(2026, 11, 28)).tolist() == [30, 20, 0]
    assert rows.between(date(2026, 11, 1), date(2026, 11, 29)).tolist() == [30, 0, 0]
    assert rows.between(date(2026, 9, 30), date(2026, 10, 28)).tolist() == [0, 30, 0]
    assert ShownRows.over({}, ("a", "b")).between(DAY, DAY).tolist() == [0, 0]


def test_what_was_counted_long_ago_or_later_moves_nobody():
    """A list of a day reads the months of the four weeks before it, so counts of later months change no old list."""
    with counted(PEOPLE, [("t00", 400)], DAY) as home:
        service = both(home)[1]
        for day, low in [(DAY, True), (DAY - timedelta(40), False), (DAY + timedelta(80), False)]:
            part = parts(ranked(service, {}, as_of=day))["t00"]
            assert (part.value == -1) == low, day


def test_counts_follow_profiles_that_were_joined():
    """What was counted under the id of a part is the person's."""
    with counted(PEOPLE, [("t00", 30), ("t01", 30)]) as home:
        home.directory.propose([Pair("t00", "t01", 1.0, ("name_same",))])
        assert home.directory.join("t00", "t01", "test")
        index = home.update_index()
        kept = "t00" if "t00" in index.ids else "t01"
        assert home.service(index, NAME).shown.between(DAY, DAY)[index.ids.index(kept)] == 60


def test_a_home_that_counts_nothing_has_no_file_made():
    """Asking is no writing."""
    with home_of(PEOPLE) as home:
        service = both(home)[1]
        assert ranked(service, {}).matches
        assert not home.has_events


# ---------------------------------------------------------------- lists


@FEW
@given(therapists(), COUNTS, st.lists(preferences_documents(), min_size=4, max_size=4))
def test_nobody_falls_by_more_than_a_band_and_nobody_rises(people, counts, documents):
    """Whatever is asked, one by one: score, band, group, musts and eligibility against those of `alliance`."""
    with counted(people, counts) as home:
        plain, moved = both(home)
        for document in documents:
            one, other = ranked(plain, document), ranked(moved, document)
            before = {found.therapist.id: found for found in one.matches}
            assert all(getattr(one, name) == getattr(other, name) for name in ("eligible", "relaxations", "not_stated"))
            assert before.keys() == {found.therapist.id for found in other.matches}
            for found in other.matches:
                old = before[found.therapist.id]
                assert old.band - 1 <= found.band <= old.band
                assert 0 <= round(old.fit_score - found.fit_score, 9) <= BAND
                assert (found.group, found.musts, found.questions) == (old.group, old.musts, old.questions)
                assert found.contributions[:-1] == old.contributions


@FEW
@given(therapists(), COUNTS, st.lists(preferences_documents(), min_size=3, max_size=3))
def test_contributions_sum_to_the_score(people, counts, documents):
    """With the re-ranker's own, which is the last, says what it is, and is worth weight times value."""
    with counted(people, counts) as home:
        for document in documents:
            for one in ranked(both(home)[1], document).matches:
                assert abs(sum(part.contribution for part in one.contributions) - one.fit_score) <= 1e-9
                part = one.contributions[-1]
                assert (part.factor, part.group) == ("capacity", "capacity")
                assert (part.kind, part.door) == ("practical", "stated")
                assert (part.tier, part.quote, part.as_of, part.weight) == ("checked", None, None, WEIGHT)
                assert part.contribution == part.weight * part.value
                assert part.state == ("met" if part.value == 0 else "partly")
                assert part not in one.wishes


@FEW
@given(therapists(), st.lists(preferences_documents(), min_size=3, max_size=3))
def test_blank_counters_give_the_list_of_the_parent(people, documents):
    """The same order and scores; only the contribution, worth nothing, is more."""
    with home_of(people) as home:
        plain, moved = both(home)
        for document in documents:
            one, other = ranked(plain, document), ranked(moved, document)
            assert standing(one) == standing(other)
            assert {part.contribution for part in parts(other).values()} <= {0.0}
            stripped = tuple(replace(found, contributions=found.contributions[:-1]) for found in other.matches)
            assert as_bytes(replace(other, variant="alliance", matches=stripped)) == as_bytes(one)


@FEW
@given(therapists(), COUNTS, preferences_documents())
def test_counters_move_no_list_of_another_variant(people, counts, document):
    """Off in `alliance` and in every variant without a re-ranker: byte for byte."""
    with home_of(people) as empty, counted(people, counts) as home:
        for name in VARIANTS.keys() - {NAME}:
            one, other = (made.service(made.update_index(), name) for made in (empty, home))
            assert other.shown is None
            assert as_bytes(ranked(one, document)) == as_bytes(ranked(other, document))


@FEW
@given(therapists(), COUNTS, preferences_documents(), st.randoms(use_true_random=False))
def test_the_same_home_and_date_give_the_same_bytes(people, counts, document, rng):
    """Counters are part of the home, in whatever order and steps they were written."""
    steps = [(who, STEP) for who, count in counts for _ in range(count // STEP)]
    with counted(people, counts) as home, counted(people, rng.sample(steps, len(steps))) as other:
        lists = [as_bytes(ranked(both(made)[1], document)) for made in (home, home, other)]
    assert len(set(lists)) == 1


def test_what_a_re_ranker_adds_is_no_wish_met_in_an_experiment():
    """Otherwise the treatment would seem to meet more of what was asked by having a re-ranker."""
    asked = read_document({"prefer": {"concern": ["gambling"]}})
    with counted(PEOPLE, []) as home:
        found = match(asked, home.service(home.update_index(), NAME), 5, DAY).matches
    assert {one.contributions[-1].state for one in found} == {"met"}
    assert quality(found).met == 0


def test_a_list_asks_no_store(monkeypatch):
    """Counters are read when the service is opened, and never while ranking."""
    with counted(PEOPLE, [("t00", 400)]) as home:
        service = both(home)[1]
        monkeypatch.setattr(type(home.feedback), "_open", None)
        monkeypatch.setattr(type(home.events), "_open", None)
        assert parts(match(read_document({}), service, 9, DAY))["t00"].value == -1


def test_who_was_shown_more_goes_last_among_equals():
    """And the next count is in the next list: nothing has to be restarted or indexed."""
    with counted(PEOPLE, []) as home:
        index = home.update_index()
        first = ranked(both(home, index)[1], {}).matches[0].therapist.id
        home.feedback.add_shown([(first, 2 * STEP)], DAY)
        assert ranked(both(home, index)[1], {}).matches[-1].therapist.id == first


# ---------------------------------------------------------------- what a reader sees


@pytest.fixture(scope="module")
def moved():
    """A list with one who was shown often, and others who were not."""
    with counted(PEOPLE, [("t00", 400)]) as home:
        yield ranked(both(home)[1], {"prefer": {"concern": ["grief"]}})


@pytest.mark.parametrize("locale", LOCALES)
def test_only_who_was_moved_is_told_so_and_not_as_a_wish(moved, locale):
    """On the card, in the terminal and side by side; the two sentences differ, in every language."""
    said = parts(moved)
    low, none = (words(said[who].because, locale) for who in ("t00", "t01"))
    assert low != none
    for found in moved.matches:
        shown = card(found, Preferences(), locale)
        assert [text for _, text in shown.told] == ([low] if found.therapist.id == "t00" else [])
        assert not {low, none} & {line.sentence for line in shown.wishes}
    lines = "\n".join(list_lines(moved, locale))
    assert (lines.count(low), lines.count(none)) == (1, 0)
    cells = [cell.text for rows in comparison(moved.matches[-3:], locale).values() for _, row in rows for cell in row]
    assert not {low, none} & set(cells)


def test_the_description_of_the_api_knows_the_group():
    """A list of the variant is what the document says, and no reason names anybody's contacts or clicks."""
    text = repr(openapi_document())
    assert all(f"'{name}'" in text for name in RERANKERS)
    assert f"'{NAME}'" in text

"""Two runs side by side: differences, slices with multiplicity, overlap, and what lists are like."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.evaluation.compare import FEWEST_QUERIES, compare, holm
from matcher.evaluation.exposure import FEWEST, NEW_DAYS, exposed, gini, lists, overlap
from matcher.reasons import Rule
from profiles.preferences import read_preferences
from profiles.schema import Language
from tests.support import DAY, therapist

IDS = st.lists(st.sampled_from("abcdefghij"), unique=True, max_size=10)
RULE = Rule(DAY, 30, 30)


def slow_overlap(a, b, p=0.9):
    """Return RBO_ext as the paper writes it, sum by sum."""
    short, long = sorted((a, b), key=len)
    if not short:
        return float(not long)
    s, l = len(short), len(long)  # noqa: E741

    def shared(depth):
        return len(set(short[:depth]) & set(long[:depth]))

    first = sum(shared(d) / d * p**d for d in range(1, l + 1))
    second = sum(shared(s) * (d - s) / (s * d) * p**d for d in range(s + 1, l + 1))
    return (1 - p) / p * (first + second) + ((shared(l) - shared(s)) / l + shared(s) / s) * p**l


@given(IDS, IDS)
@settings(max_examples=200, deadline=None)
def test_overlap_is_the_papers_sum_and_the_same_both_ways(a, b):
    """From nothing to all, for lists of any two lengths."""
    assert overlap(a, b) == pytest.approx(slow_overlap(a, b), abs=1e-12)
    assert overlap(a, b) == overlap(b, a)
    assert 0 <= overlap(a, b) <= 1
    assert overlap(a, a) == pytest.approx(1)


def test_a_change_at_the_top_costs_more_overlap_than_one_below():
    """Since readers begin at the top."""
    assert overlap("bacdef", "abcdef") < overlap("abcdfe", "abcdef") < 1


def preferences(**parts):
    found, problems = read_preferences(parts)
    assert not problems
    return found


def test_b_minus_a_with_an_unanswered_query_as_zero():
    """Wins are of B; what A leaves out counts 0 and is counted."""
    qrels = {f"q{n}": {"x": 1} for n in range(6)}
    a = {f"q{n}": ["y", "x"] for n in range(5)}
    b = {f"q{n}": ["x", "y"] for n in range(6)}
    found = compare(a, b, qrels, ["RR", "P@1"], rng=np.random.default_rng(1))
    rr = found.measures[0]
    assert (rr.a, rr.b, rr.apart.wins, rr.apart.losses) == (pytest.approx(2.5 / 6), 1, 6, 0)
    assert rr.apart.mean == pytest.approx(1 - 2.5 / 6)
    assert found.unanswered == (1, 0)
    assert found.changed[0].query == "q5"
    assert len(found.changed) == 5
    assert found.slices == ()


def test_slices_are_those_asked_for_often_enough_and_adjusted_for_all():
    """One query fewer and a slice is not tested."""
    asked = {
        f"q{n}": preferences(
            must={"language": ["es"]}, prefer={"concern": ["grief"] if n < FEWEST_QUERIES else ["panic"]}
        )
        for n in range(2 * FEWEST_QUERIES - 1)
    }
    qrels = {query: {"x": 1} for query in asked}
    a, b = (dict.fromkeys(asked, ids) for ids in (["y", "x"], ["x", "y"]))
    found = compare(a, b, qrels, ["RR"], rng=np.random.default_rng(1), asked=asked)
    assert [(one.field, one.term, one.queries) for one in found.slices] == [
        ("language", "es", 9),
        ("concern", "grief", 5),
    ]
    assert [one.adjusted for one in found.slices] == holm(np.array([one.apart.p for one in found.slices])).tolist()
    assert compare(a, a, qrels, ["RR"], rng=np.random.default_rng(1), asked=asked).changed == ()


@given(st.lists(st.floats(0, 1), max_size=12))
def test_adjusted_p_values_are_no_smaller_and_keep_their_order(p):
    """Holm's steps, and never above one."""
    given_p = np.array(p)
    adjusted = holm(given_p)
    assert (adjusted >= given_p).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(given_p, kind="stable")]) >= 0).all()
    if p:
        assert adjusted.min() == pytest.approx(min(1, min(p) * len(p)))


def test_exposure_falls_with_the_place_and_leaves_nobody_out():
    """First place 1, third one half; who is never shown has none."""
    assert exposed([["a", "b", "c"], ["a", "x"]], ["a", "b", "c", "d"]).tolist() == pytest.approx(
        [2, 1 / np.log2(3), 0.5, 0]
    )


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_the_gini_index_is_half_the_mean_difference_over_the_mean(values):
    """Its definition, and within 0 and 1."""
    counts = np.array(values)
    expected = np.abs(counts[:, None] - counts).mean() / (2 * counts.mean()) if counts.sum() > 1e-9 else None
    assert 0 <= gini(counts) <= 1
    if expected is not None:
        assert gini(counts) == pytest.approx(expected, abs=1e-9)


def aged(person, day):
    """Return a profile of which everything was said on a day."""
    return replace(person, facts={name: replace(one, as_of=day) for name, one in person.facts.items()})


def test_lists_count_who_fails_a_must_and_who_is_never_shown():
    """Read from profiles, not from the ranking; an id that is gone fails too."""
    people = {
        "es": therapist("es", language=(Language("es", 40),)),
        "en": therapist("en", language=(Language("en", 40),)),
    }
    asked = {"q1": preferences(must={"language": ["es"]}), "q2": preferences(), "q3": preferences()}
    found = lists({"q1": ["es", "en", "gone"], "q2": ["es"]}, asked, people, RULE)
    assert (found.queries, found.empty, found.violations, found.coverage) == (3, 1, 2, 1.0)
    assert lists({"q2": ["es"]}, asked, people, RULE).coverage == 0.5


def test_groups_are_told_of_from_ten_people_on_with_their_share():
    """New ones are those of whom nothing is older than ninety days; fewer than ten are nobody's business."""
    old, women, men = DAY - timedelta(days=NEW_DAYS), range(FEWEST), range(FEWEST - 1)
    people = {f"w{n}": aged(therapist(f"w{n}", therapist_gender=("female",)), old) for n in women}
    people |= {f"m{n}": aged(therapist(f"m{n}", therapist_gender=("male",)), DAY) for n in men}
    people["n"] = aged(therapist("n"), DAY)
    found = {one.group: one for one in lists({"q": ["w1", "m1"]}, {"q": preferences()}, people, RULE).groups}
    assert set(found) == {"new", "sparse", "therapist_gender:female"}
    assert found["new"].therapists == FEWEST
    assert found["new"].exposure == pytest.approx(1 - 1 / (1 + 1 / np.log2(3)))
    assert found["therapist_gender:female"].directory == 0.5

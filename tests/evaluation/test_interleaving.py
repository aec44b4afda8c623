"""Team draft: its exact distribution, its fairness, and who is credited."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.evaluation.interleaving import Drafted, outcomes, ranked_alike, team_draft

VECTORS = Path(__file__).parents[2].parent / "shared" / "data" / "interleaving" / "vectors.json"
RANKINGS = st.tuples(st.permutations("abcd"), st.permutations("abcd"), st.integers(0, 4))

needs_vectors = pytest.mark.skipif(not VECTORS.exists(), reason="the shared inputs are not beside this checkout")


def team(drafted, side):
    return frozenset(one for one, of in zip(drafted.ids, drafted.teams, strict=True) if of == side)


def distribution(a, b, n):
    found = defaultdict(Fraction)
    for drafted, chance in outcomes(a, b, n):
        found[drafted.ids, team(drafted, "a"), team(drafted, "b")] += chance
    return dict(found)


@needs_vectors
def test_the_distribution_is_exactly_that_of_the_rule():
    """Every list with its two teams as sets, enumerated."""
    cases = json.loads(VECTORS.read_text("utf-8"))
    assert cases["team_draft_exact"]
    for case in cases["team_draft_exact"]:
        expected = {
            (tuple(one["ranking"]), frozenset(one["team_a"]), frozenset(one["team_b"])): Fraction(one["prob"])
            for one in case["outcomes"]
        }
        assert distribution(case["a"], case["b"], case["k"]) == expected
    for case in cases["team_draft_allowed"]:
        lists = {drafted.ids for drafted, _ in outcomes(case["a"], case["b"], case["k"])}
        assert lists == {tuple(one) for one in case["allowed"]}


@needs_vectors
def test_credit_goes_to_the_team_that_drew_whoever_was_contacted():
    """One each is a tie, and so is none."""
    cases = json.loads(VECTORS.read_text("utf-8"))["team_draft_credit"]
    assert cases
    for case in cases:
        teams = tuple("a" if one in case["team_a"] else "b" for one in case["ranking"])
        drafted = Drafted(tuple(case["ranking"]), teams, frozenset())
        winner = drafted.winner(case["ranking"][place] for place in case["clicked_positions"])
        assert (winner or "tie") == case["winner"]


@given(RANKINGS, st.integers(0, 2**32 - 1))
@settings(max_examples=200, deadline=None)
def test_what_is_drawn_is_one_of_the_outcomes(rankings, seed):
    """Nobody twice, as many as there are, and the teams never more than one apart."""
    a, b, n = rankings
    drafted = team_draft(a, b, n, np.random.default_rng(seed))
    assert (drafted.ids, team(drafted, "a"), team(drafted, "b")) in distribution(a, b, n)
    assert len(set(drafted.ids)) == len(drafted.ids) == min(n, 4)
    counts = np.cumsum([1 if one == "a" else -1 for one in drafted.teams])
    assert (np.abs(counts) <= 1).all()


@given(RANKINGS, st.sets(st.sampled_from("abcd")))
@settings(max_examples=100, deadline=None)
def test_contacts_that_do_not_depend_on_the_ranking_favour_nobody(rankings, contacted):
    """By place or the same ranking twice: the chance to win is equal, exactly. Whoever is ranked alike gives none."""
    a, b, n = rankings
    places = [ord(one) - ord("a") for one in contacted]
    by_place, alike = Counter(), Counter()
    for drafted, chance in outcomes(a, b, n):
        plain = Drafted(drafted.ids, drafted.teams, frozenset())
        by_place[plain.winner(drafted.ids[place] for place in places if place < len(drafted.ids))] += chance
    for drafted, chance in outcomes(a, a, n):
        alike[drafted.winner(contacted)] += chance
    assert by_place["a"] == by_place["b"]
    assert sum(by_place.values()) == 1
    assert set(alike) == {None}


def test_who_is_ranked_alike_credits_nobody():
    """And neither does who is not on the list."""
    drafted = team_draft("abcd", "acbd", 3, np.random.default_rng(0))
    assert ranked_alike("abcd", "acbd") == {"a", "d"}
    assert drafted.credit("a") is None
    assert drafted.credit("z") is None
    assert {drafted.credit(one) for one in drafted.ids if one != "a"} <= {"a", "b"}


def test_a_ranking_that_runs_out_lets_the_other_draw():
    """Nobody is lost."""
    assert {drafted.ids for drafted, _ in outcomes("a", "bcd", 9)} == {tuple("abcd"), tuple("bacd")}
    assert team_draft("", "", 3, np.random.default_rng(0)).ids == ()

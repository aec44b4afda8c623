"""Measures: as the field defines them, and nothing is forgotten that a run does not answer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.evaluation.intervals import difference
from matcher.evaluation.measures import MeasureUnknown, measured

IDS = [f"t{n}" for n in range(14)]
RUNS = st.dictionaries(st.sampled_from(["q1", "q2", "q3"]), st.permutations(IDS).map(lambda ids: ids[:12]))
QRELS = st.dictionaries(
    st.sampled_from(["q1", "q2", "q3", "q4"]),
    st.dictionaries(st.sampled_from(IDS), st.integers(0, 6), min_size=1),
    min_size=1,
)


def ndcg(ids, gains, cutoff=10):
    """Return nDCG by its definition: gain as it is, over log2(place + 1), against the best order."""
    found = sum(gains.get(one, 0) / math.log2(place + 2) for place, one in enumerate(ids[:cutoff]))
    best = sum(gain / math.log2(place + 2) for place, gain in enumerate(sorted(gains.values(), reverse=True)[:cutoff]))
    return found / best if best else 0.0


def rr(ids, gains):
    """Return one over the place of the first relevant id."""
    return next((1 / place for place, one in enumerate(ids, start=1) if gains.get(one, 0) > 0), 0.0)


@given(RUNS, QRELS)
@settings(max_examples=60, deadline=None)
def test_measures_are_what_their_definitions_say(run, qrels):
    """Graded, unjudged, missing and empty; a query without an answer is 0 and counted."""
    found = measured(run, qrels, ["nDCG@10", "RR"])
    for name, expected in (("nDCG@10", ndcg), ("RR", rr)):
        values = [expected(run.get(query, ()), qrels[query]) for query in sorted(qrels)]
        assert found[name].values == pytest.approx(values, abs=1e-6)
        assert found[name].unanswered == sum(not run.get(query) for query in qrels)
        assert found[name].mean == pytest.approx(np.mean(values), abs=1e-6)


def test_nothing_judged_is_nothing_measured():
    """And no division by zero."""
    assert measured({"q1": IDS}, {}, ["RR"])["RR"].mean == 0


@pytest.mark.parametrize("name", ["nDCGG", "", "P@@3"])
def test_an_unknown_measure_is_told(name):
    """By its name."""
    with pytest.raises(MeasureUnknown):
        measured({}, {"q1": {"t1": 1}}, [name])


VALUES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40)


@given(VALUES, st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_a_difference_turned_round_is_the_other_difference(pairs, seed):
    """Mean, wins and losses; the interval holds the mean's neighbourhood, and p is never 0."""
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    one = difference(a, b, np.random.default_rng(seed), 500)
    other = difference(b, a, np.random.default_rng(seed), 500)
    assert one.mean == pytest.approx(-other.mean)
    assert (one.wins, one.ties, one.losses) == (other.losses, other.ties, other.wins)
    assert one.wins + one.ties + one.losses == len(pairs)
    assert one.low <= one.mean + 1e-9
    assert one.high >= one.mean - 1e-9
    assert 1 / 501 <= one.p <= 1


def test_a_clear_difference_is_seen_and_none_is_not():
    """Thirty queries that are all better by .1; thirty that are equal."""
    rng = np.random.default_rng(0)
    a = rng.uniform(0.2, 0.8, 30)
    clear = difference(a + 0.1 + rng.normal(0, 0.02, 30), a, rng)
    assert clear.low > 0
    assert clear.p < 0.001
    assert difference(a, a, rng).p == 1


@pytest.mark.parametrize(("a", "b"), [([], []), ([1.0], [1.0, 2.0])])
def test_unpaired_values_are_refused(a, b):
    """Instead of being cut to the shorter."""
    with pytest.raises(ValueError, match="queries"):
        difference(np.array(a), np.array(b), np.random.default_rng(0))

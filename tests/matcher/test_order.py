"""Who can be among the first of a list, whatever is still to be added to their scores."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.order import BAND_NANO, Ranking, ties


@st.composite
def rankings(draw):
    """A ranking of up to sixty, in two groups, with many equal scores."""
    size = draw(st.integers(1, 60))
    several = st.lists(st.integers(0, 12), min_size=size, max_size=size)
    scores = np.array(draw(several), dtype=np.int64) * (BAND_NANO // 3)
    unconfirmed = np.array(draw(several)) % 2 == 1
    return Ranking(
        np.arange(size), scores, unconfirmed, ties(np.arange(size, dtype=np.uint64), draw(st.integers(0, 9)))
    )


@given(rankings(), st.integers(1, 20), st.integers(0, 3 * BAND_NANO), st.integers(0, 99))
def test_nobody_who_could_still_come_first_is_passed_over(ranking, n, gain, seed):
    """However much of the gain each one gets, the first of all are the first of those who were found to reach it."""
    n = min(n, len(ranking.rows))
    reaching = ranking.reaching(n, gain)
    grown = ranking.scored(ranking.scores + np.random.default_rng(seed).integers(0, gain + 1, len(ranking.rows)))
    assert reaching[grown.taken(reaching).best(n)].tolist() == grown.best(n).tolist()


@given(rankings())
def test_without_a_gain_only_those_near_the_last_place_are_looked_at(ranking):
    """Nobody is kept who is more than a band below the last place of the same group."""
    n = max(1, len(ranking.rows) // 2)
    last = ranking.best(n)[-1]
    kept = ranking.reaching(n, 0)
    same = ranking.unconfirmed[kept] == ranking.unconfirmed[last]
    assert (ranking.scores[kept][same] >= ranking.scores[last] - BAND_NANO).all()

"""Words read as concerns: the table of phrasings, and what holds for a reading whatever the vectors are."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.reading import (
    CERTAIN,
    LEANED_ON,
    MOST_READ,
    centre_of,
    certainties,
    in_parts,
    likeliest,
    phrasings,
    read_concerns,
    spoken_of,
    unit,
)
from profiles.vocabulary import vocabulary

LANGUAGES = ("en", "es", "de", "fr", "pt", "it", "ar", "zh")
SPLIT, WIDTH = 4, 12
TABLE = (np.random.default_rng(7).normal(0, 60, (len(phrasings()), WIDTH))).round().clip(-127, 127).astype(np.int8)
VECTORS = st.lists(st.integers(-127, 127), min_size=WIDTH, max_size=WIDTH).map(lambda row: np.array(row, dtype=np.int8))


def test_every_phrasing_belongs_to_a_concern_of_the_vocabulary():
    """A code that the vocabulary does not know could be neither shown nor asked for."""
    assert set(read_concerns()) <= set(vocabulary().codes("concern"))


def test_no_phrase_stands_twice():
    """A phrase of two concerns would say nothing about either."""
    assert [phrase for phrase, times in Counter(one.phrase for one in phrasings()).items() if times > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_common_concerns_are_phrased_in_every_language(language):
    """At least sixty concerns have a phrasing in each of the eight languages."""
    assert len({one.concern for one in phrasings() if one.language == language}) >= 60


def test_rows_of_a_concern_stand_together_in_one_language_order():
    """The table is kept so that a reader finds all there is of a concern in one place."""
    runs = [
        one.concern
        for one, before in zip(phrasings(), (None, *phrasings()), strict=False)
        if before is None or one.concern != before.concern
    ]
    assert len(runs) == len(set(runs))


def read_words(words, table, split, denied=()):
    """Return what words are read as."""
    return likeliest(certainties(words, table, split, denied))


@given(VECTORS)
def test_a_reading_is_short_certain_enough_and_sorted(words):
    """At most three concerns, each worth leaning on, the likeliest first; certainties never exceed 1 together."""
    read = read_words(words, TABLE, 0)
    certain = [certainty for _, certainty in read]
    assert len(read) <= MOST_READ
    assert all(LEANED_ON <= one <= 1 for one in certain)
    assert certain == sorted(certain, reverse=True)
    assert sum(certain) <= 1 + 1e-6


@given(VECTORS, st.sampled_from([0, SPLIT]))
def test_what_a_client_denied_is_never_read(words, split):
    """And nobody else's certainty grows by it."""
    read = dict(read_words(words, TABLE, split))
    for denied in read:
        again = dict(read_words(words, TABLE, split, [denied]))
        assert denied not in again
        assert all(again[concern] == read[concern] for concern in again.keys() & read.keys())


def test_a_phrasing_is_read_as_its_own_concern():
    """Words that are a phrasing, among others that are not like it, are certainly read as its concern."""
    concern = read_concerns()[5]
    rows = [n for n, one in enumerate(phrasings()) if one.concern == concern]
    table = TABLE.copy()
    table[rows] = table[rows[0]]
    assert read_words(table[rows[0]], table, 0)[0] == (concern, pytest.approx(1, abs=1 - CERTAIN))


@given(st.integers(1, 9), st.integers(0, 99))
def test_a_line_is_read_alike_alone_and_among_others(number, seed):
    """Its certainties sum to 1 and do not depend on the lines beside it."""
    rng = np.random.default_rng(seed)
    lines = rng.integers(-127, 128, (number, WIDTH)).astype(np.int8)
    bridges = rng.integers(-127, 128, (5, WIDTH)).astype(np.int8)
    together = spoken_of(lines, bridges)
    assert together.sum(axis=1) == pytest.approx(np.ones(number), abs=1e-6)
    assert together.tolist() == [spoken_of(lines[n : n + 1], bridges)[0].tolist() for n in range(number)]


def test_a_part_that_an_encoder_cannot_read_stays_empty():
    """Nothing is made of nothing: the centre is not taken from a part that is all zero."""
    vectors = unit(np.random.default_rng(1).normal(size=(6, WIDTH)).astype(np.float32))
    vectors[3:, :SPLIT] = 0
    found = in_parts(vectors, centre_of(vectors, SPLIT), SPLIT)
    assert not found[3:, :SPLIT].any()
    assert np.linalg.norm(found[:, SPLIT:], axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    assert np.linalg.norm(found[:3, :SPLIT], axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_the_centre_leaves_out_who_cannot_be_read():
    """Zeros of texts in other languages do not pull the first encoder's centre towards nothing."""
    vectors = np.zeros((4, WIDTH), dtype=np.float32)
    vectors[:, SPLIT] = 1
    vectors[0, 0] = 1
    assert centre_of(vectors, SPLIT)[0] == pytest.approx(1)

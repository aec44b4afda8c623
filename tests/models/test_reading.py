"""Texts read as concerns: the table of lines, what was learned from it, and what holds for every reading."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encoder import ENGLISH, LEXICAL, MULTILINGUAL, PACKAGED, encoder
from models.reading import (
    NOTHING,
    ConcernReader,
    Part,
    likeliest,
    lines,
    lines_key,
    packaged_key,
    packaged_part,
    phrasings,
    read_concerns,
    reader_for,
    therapists_lines,
    without,
)
from models.vectors import SCALE, quantised, unit
from profiles.vocabulary import vocabulary

LANGUAGES = ("en", "es", "de", "fr", "pt", "it", "ar", "zh")
SPLIT, WIDTH = 4, 12
NOTHING_FILE = Path(__file__).parent.parent / "words" / "nothing.tsv"


def drawn_part(width, seed=3):
    """Return a part with weights of its own."""
    rng = np.random.default_rng(seed)
    size = len(read_concerns()) + 1
    return Part(rng.integers(-3000, 3000, (size, width)).astype(np.int16), 0.001, rng.normal(size=size))


PAIR = ConcernReader(drawn_part(SPLIT), drawn_part(WIDTH - SPLIT, seed=4))
ALONE = ConcernReader(None, drawn_part(WIDTH))
VECTORS = st.lists(st.integers(-127, 127), min_size=WIDTH, max_size=WIDTH).map(lambda row: np.array(row, dtype=np.int8))


def test_every_line_belongs_to_a_concern_of_the_vocabulary():
    """A code that the vocabulary does not know could be neither shown nor asked for."""
    assert {one.concern for one in phrasings()} - {NOTHING} <= set(vocabulary().codes("concern"))
    assert {one.side for one in phrasings()} == {"client", "therapist"}


def test_every_concern_has_something_to_be_learned_from():
    """A concern without a line could never be read."""
    assert {concern for concern, _ in lines()} == {*read_concerns(), NOTHING}


def test_no_phrase_stands_twice():
    """A phrase of two concerns would say nothing about either."""
    times = Counter(one.phrase.casefold() for one in phrasings())
    assert [phrase for phrase, number in times.items() if number > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nearly_every_concern_is_spoken_of_in_every_language(language):
    """At least 120 concerns have a client's line in each of the eight languages."""
    spoken = {one.concern for one in phrasings() if (one.side, one.language) == ("client", language)}
    assert len(spoken) >= 120


def test_rows_stand_in_the_order_of_the_vocabulary_side_and_language():
    """The table is kept so that a reader finds all there is of a concern in one place."""
    order = [
        ((*read_concerns(), NOTHING).index(one.concern), one.side, LANGUAGES.index(one.language)) for one in phrasings()
    ]
    assert order == sorted(order)


def test_what_ships_was_learned_from_the_lines_that_ship():
    """Whoever changes the table learns anew: `make reading`."""
    assert packaged_key() == lines_key()


@pytest.mark.parametrize("name", [ENGLISH, MULTILINGUAL])
def test_what_ships_reads_the_lines_it_learned_from(name):
    """Four in five therapists' lines are read as their own of 131 concerns by each packaged encoder alone."""
    part = packaged_part(name)
    told = therapists_lines()[::7]
    vectors = quantised(encoder(name).encode([line for _, line in told]))
    found = ConcernReader(None, part).certainties(vectors).argmax(axis=1)
    right = [read_concerns()[number] == concern for number, (concern, _) in zip(found, told, strict=True)]
    assert np.mean(right) > 0.8


def test_a_part_is_learned_for_any_encoder():
    """Lines that lie apart by concern are read as what they are; a concern without lines is never the likeliest."""
    rng = np.random.default_rng(5)
    centres = unit(rng.normal(size=(3, 16)).astype(np.float32))
    numbers = np.repeat([0, 4, 9], 30)
    vectors = unit(np.repeat(centres, 30, axis=0) + rng.normal(0, 0.1, (90, 16)).astype(np.float32))
    reader = ConcernReader(None, Part.learned(vectors, numbers, rng))
    assert (reader.certainties(quantised(vectors)).argmax(axis=1) == numbers).all()


def test_products_of_weights_and_vectors_are_exact():
    """No row of weights is so long that a product with a kept vector could leave the whole numbers of float32."""
    for name in (ENGLISH, MULTILINGUAL):
        lengths = np.linalg.norm(packaged_part(name).weights.astype(np.float64), axis=1)
        assert lengths.max() * SCALE * 1.01 < 2**24


@given(st.lists(VECTORS, min_size=1, max_size=5), st.sampled_from([PAIR, ALONE]))
def test_a_text_is_read_alike_alone_and_in_company(vectors, reader):
    """Its certainties sum to 1 at most and do not depend on the texts beside it."""
    together = reader.certainties(np.array(vectors))
    assert (together.sum(axis=1) <= 1 + 1e-6).all()
    alone = [reader.certainties(one[None])[0].tolist() for one in vectors]
    assert together.tolist() == alone


@given(VECTORS)
def test_a_text_that_only_the_second_encoder_reads_is_read_by_it_alone(vector):
    """The first part's bias must not speak where its encoder could not."""
    foreign = vector.copy()
    foreign[:SPLIT] = 0
    second = ConcernReader(None, PAIR.second)
    assert PAIR.certainties(foreign[None]).tolist() == second.certainties(foreign[None, SPLIT:]).tolist()


@given(VECTORS, st.integers(1, 9))
def test_the_likeliest_come_first_and_nobody_left_out_is_likelier(vector, most):
    """As many as are asked for."""
    certainty = ALONE.certainties(vector[None])[0]
    found = likeliest(certainty, most)
    assert certainty[found].tolist() == sorted(certainty, reverse=True)[:most]


@given(VECTORS, st.integers(0, len(read_concerns()) - 1))
def test_what_a_client_denied_is_gone_and_nobody_elses_certainty_grows(vector, number):
    """A correction takes away and adds nothing."""
    before = ALONE.certainties(vector[None])[0]
    after = without(before, [read_concerns()[number]])
    assert after[number] == 0
    assert np.delete(after, number).tolist() == np.delete(before, number).tolist()


def test_an_encoder_without_meanings_reads_nothing():
    """`lexical` makes every concern as likely, far below what is leaned on."""
    one = encoder(LEXICAL)
    found = reader_for(one).certainties(quantised(one.encode(["I can't sleep."])))[0]
    assert found == pytest.approx(np.full(len(read_concerns()), 1 / (len(read_concerns()) + 1)), abs=1e-6)


def test_words_about_nothing_are_seldom_read_as_a_concern():
    """Greetings, wishes for a therapist and opening hours: of 76 such lines by another hand, two in three are left."""
    one = encoder(PACKAGED)
    rows = csv.reader(NOTHING_FILE.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    words = [line for _, line in rows]
    reader = reader_for(one)
    vectors = quantised(one.encode(words))
    certain = [reader.certainties_of_words(*both).max() for both in zip(vectors, words, strict=True)]
    assert len(words) >= 70
    assert np.mean(np.array(certain) >= 0.15) <= 0.35

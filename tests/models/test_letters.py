"""Words read by their letters: what is learned, what ships, and what holds for every text."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encoder import LEXICAL, PACKAGED, encoder
from models.letters import FEATURES, Letters
from models.reading import (
    ConcernReader,
    Part,
    numbers_of,
    packaged_letters,
    phrasings,
    read_concerns,
    reader_for,
)
from models.vectors import quantised

TEXTS = ("I cannot sleep at night", "no sleep for weeks", "wine every evening", "I drink a bottle of wine")
NUMBERS = np.array([0, 0, 2, 2])
TESTS = Path(__file__).parent.parent
ARABIC = TESTS / "words" / "more.toml"
MANY_LANGUAGES = TESTS / "screening" / "sixth.tsv"


def test_runs_that_speak_for_a_concern_are_learned():
    """A text with the letters of one concern's lines is read as that one, also with an ending of its own."""
    letters = Letters.learned(TEXTS, NUMBERS, 4)
    assert letters.odds("sleepless").argmax() == 0
    assert letters.odds("drinking wines").argmax() == 2


def test_concerns_without_a_line_are_neither_likely_nor_impossible():
    """Nothing speaks for them, and nothing against."""
    odds = Letters.learned(TEXTS, NUMBERS, 4).odds("sleepless")
    assert odds[1] == odds[3] < odds[0]


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "pt", "it", "ar", "zh"])
def test_what_ships_reads_the_lines_it_learned_from_in_every_language(language):
    """Four in five clients' lines are read as their own of 131 concerns by letters alone."""
    told = [one for one in phrasings() if (one.side, one.language) == ("client", language)][::40]
    found = [packaged_letters().odds(one.phrase).argmax() for one in told]
    assert np.mean(found == numbers_of(one.concern for one in told)) > 0.8


def test_what_ships_is_as_wide_as_what_is_read():
    """A column for every concern and one for none, a row for every number that a run is hashed to."""
    assert packaged_letters().weights.shape == (FEATURES, len(read_concerns()) + 1)
    assert packaged_letters().squares.min() > 0


@given(st.text(max_size=60))
def test_any_text_has_finite_odds_and_no_letter_says_nothing(text):
    """Emoji, blanks and scripts nobody wrote a line in are no error."""
    odds = packaged_letters().odds(text)
    assert np.isfinite(odds).all()
    assert text.strip() or not odds.any()


@given(st.text(alphabet="abc é中", min_size=1, max_size=20))
def test_saying_it_twice_or_louder_makes_nothing_surer(text):
    """Which runs there are counts, not how often, nor in which case."""
    odds = packaged_letters().odds
    assert odds(f"{text} {text}").tolist() == odds(text).tolist() == odds(f" {text.upper()}").tolist()


def test_letters_read_what_an_encoder_can_hardly_read():
    """Of Arabic texts that no line was written for, more are read as what they are about with their letters."""
    one, asked = encoder(PACKAGED), tomllib.loads(ARABIC.read_text(encoding="utf-8"))["text"]
    known = [row for row in asked if row["language"] == "ar" and row["concern"] in read_concerns()]
    vectors, reader = quantised(one.encode([row["words"] for row in known])), reader_for(one)
    right = numbers_of(row["concern"] for row in known)
    both = [reader.certainties_of_words(vector, row["words"]) for vector, row in zip(vectors, known, strict=True)]
    alone = reader.certainties(vectors)
    assert len(known) >= 50
    assert np.mean(np.argmax(both, axis=1) == right) > np.mean(alone.argmax(axis=1) == right) + 0.1


@pytest.mark.parametrize("language", ["sw", "pl", "ru", "hi", "ko"])
def test_letters_of_a_language_without_lines_make_nothing_surer(language):
    """What looks like a word of another language is no evidence: the mean certainty rises by .1 at most, where it
    rises by .2 and more in languages with lines."""
    rows = csv.DictReader(
        MANY_LANGUAGES.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    words = [row["text"] for row in rows if row["lang"] == language]
    one = encoder(PACKAGED)
    vectors, reader = quantised(one.encode(words)), reader_for(one)
    both = [reader.certainties_of_words(*pair).max() for pair in zip(vectors, words, strict=True)]
    assert len(words) >= 10
    assert np.mean(both) <= reader.certainties(vectors).max(axis=1).mean() + 0.1


def test_a_reader_that_knows_nothing_reads_no_letters_either():
    """`lexical` is for tests and small machines: no topic is read there."""
    one, words = encoder(LEXICAL), "I can't sleep."
    found = reader_for(one).certainties_of_words(quantised(one.encode([words]))[0], words)
    assert found == pytest.approx(np.full(len(read_concerns()), 1 / (len(read_concerns()) + 1)), abs=1e-6)
    assert ConcernReader(None, Part.blind(3)).second.is_blind

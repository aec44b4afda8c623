"""The contract of `Encoder`: the quick one always, the packaged one where its weights are loaded anyway."""

from __future__ import annotations

import numpy as np
import pytest

from models.encoder import (
    LEXICAL,
    MULTILINGUAL,
    PACKAGED,
    EncoderMissing,
    LexicalEncoder,
    MultilingualEncoder,
    PairEncoder,
    SentenceEncoder,
    encoder,
    encoder_key,
    split_of,
)


class EncoderContract:
    """What holds for every encoder."""

    def make(self):
        """Return one."""
        raise NotImplementedError

    def test_vectors_have_length_one(self):
        """Every row of a text with words, as float32."""
        found = self.make().encode(["I listen.", "Ich höre zu.", "你好"])
        assert found.dtype == np.float32
        assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)

    def test_no_texts_give_no_rows_of_the_same_width(self):
        """A load may bring no new text at all."""
        one = self.make()
        assert one.encode([]).shape == (0, one.encode(["a word"]).shape[1])

    def test_the_same_text_has_the_same_vector_whatever_stands_beside_it(self):
        """Within what float32 allows."""
        one = self.make()
        alone, among = one.encode(["homework helps"])[0], one.encode(["x y z", "homework helps", "grief " * 50])[1]
        assert alone == pytest.approx(among, abs=1e-5)

    def test_progress_reaches_the_end(self):
        """The last call says that all is done."""
        told = []
        self.make().encode(["one text"] * 3, lambda done, every: told.append((done, every)))
        assert told[-1] == (3, 3)


class TestLexicalEncoder(EncoderContract):
    """Needs no weights."""

    def make(self):
        return LexicalEncoder()

    def test_an_empty_text_is_all_zero(self):
        """No words, no direction."""
        assert not LexicalEncoder().encode([""]).any()

    def test_a_text_is_nearer_to_its_own_words(self):
        """Shared words count."""
        query, near, far = LexicalEncoder().encode(["couples therapy", "therapy for couples", "kayaks in winter"])
        assert query @ near > query @ far


class TestSentenceEncoder(EncoderContract):
    """The packaged weights, loaded once, without any network."""

    loaded = SentenceEncoder()

    def make(self):
        return self.loaded

    def test_meaning_counts_beyond_words(self):
        """Another wording of the same is nearer than another thing."""
        query, near, far = self.loaded.encode(["I feel sad all the time", "help with depression", "parking and lifts"])
        assert query @ near > query @ far


class TestMultilingualEncoder(EncoderContract):
    """The packaged weights for many languages, without any network."""

    loaded = MultilingualEncoder()

    def make(self):
        return self.loaded

    @pytest.mark.parametrize(
        "translation",
        ["No puedo dormir.", "Ich kann nicht schlafen.", "Je n'arrive pas à dormir.", "我睡不着。", "لا أستطيع النوم."],
    )
    def test_a_translation_is_nearer_than_another_thing(self, translation):
        """In scripts and languages of its own."""
        query, near, far = self.loaded.encode([translation, "I can't sleep.", "The train leaves at nine."])
        assert query @ near > query @ far


class TestPairEncoder(EncoderContract):
    """English beside many languages."""

    loaded = PairEncoder(TestSentenceEncoder.loaded, TestMultilingualEncoder.loaded)

    def make(self):
        return self.loaded

    def test_english_has_both_parts_and_other_languages_the_second(self):
        """The English encoder would only add noise to a text that it can't read."""
        english, spanish = self.loaded.encode(["I lie awake all night.", "Paso la noche sin dormir."])
        split = self.loaded.split
        assert np.linalg.norm(english[:split]) == pytest.approx(np.sqrt(0.5), abs=1e-5)
        assert np.linalg.norm(english[split:]) == pytest.approx(np.sqrt(0.5), abs=1e-5)
        assert not spanish[:split].any()

    def test_it_is_ready_when_both_are(self):
        """A page that waits for the reader waits for all of it."""
        half = PairEncoder(TestSentenceEncoder.loaded, MultilingualEncoder())
        TestSentenceEncoder.loaded.warm_up()
        assert not half.ready
        half.warm_up()
        assert half.ready


def test_a_name_says_which_encoders_are_used():
    """The packaged pair, one of them, or any model beside the multilingual one."""
    assert encoder(PACKAGED).name == PACKAGED
    assert encoder(MULTILINGUAL).name == MULTILINGUAL
    assert encoder(f"some/model+{MULTILINGUAL}").name == f"some/model+{MULTILINGUAL}"
    assert split_of(encoder(LEXICAL)) == split_of(encoder(MULTILINGUAL)) == 0


def test_an_encoder_that_is_not_there_is_told_by_name(tmp_path):
    """A folder without a model: a sentence with its name, not a traceback."""
    with pytest.raises(EncoderMissing) as raised:
        encoder(str(tmp_path / "nothing")).warm_up()
    assert raised.value.message.params["name"] == str(tmp_path / "nothing")


def test_encoders_are_loaded_late():
    """Asking for one loads nothing."""
    assert not encoder("all-MiniLM-L6-v2").ready
    assert not encoder(PACKAGED).ready
    assert encoder(LEXICAL).ready


def test_vectors_of_two_encoders_have_two_places():
    """A key a name, good for a folder."""
    assert encoder_key("a/b") != encoder_key("a-b")
    assert encoder_key("a/b").isalnum()

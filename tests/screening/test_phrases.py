"""The language of the phrase tables: what a phrase finds, and what is no phrase."""

from __future__ import annotations

import pytest

from matcher.screening.folding import fold, words_of
from matcher.screening.phrases import Phrases, PhraseUnreadable
from matcher.screening.spelling import Speller
from matcher.screening.tables import LANGUAGES, compiled, table

LISTS = {"pet": ["cat", "big dog"]}


def found(phrase: str, text: str, *, strict: bool = False) -> bool:
    some = Phrases(strict=strict)
    some.add([phrase], LISTS)
    return any(True for _ in some.spans([(word,) for word in words_of(fold(text))]))


@pytest.mark.parametrize(
    ("phrase", "finds", "leaves"),
    [
        ("wish i", "I wish I could", "I wish he could"),
        ("wish*", "wishing well", "a fish"),
        ("*gedanken", "Todesgedanken", "Gedankenstrich"),
        ("(a|b c) d", "b c d", "b d"),
        ("a [very] b", "a b", "a not b"),
        ("a [very] b", "a very b", "a very very b"),
        ("my <pet>", "my big dog", "my dog"),
        ("a .. b", "a x y z b", "a x y z w b"),
        ("a .. b", "a, b", "a x, y b. b"),
        ("a ... b", "a x, y, z b", "a. b"),
        ("# pills", "30 pills", "more pills"),
        ("自殺 .. た", "自 殺 し た", "自然した"),
        ("año", "ANO", "anos"),
        ("don't", "don’t", "do"),
    ],
)
def test_a_phrase_finds_what_it_says_and_nothing_beside(phrase, finds, leaves):
    """Each sign of the language has one meaning."""
    assert found(phrase, finds)
    assert not found(phrase, leaves)


def test_a_comma_ends_what_is_strict():
    """ "No, I want to die" is no denial, though "I want, to die" is a signal."""
    assert found("no want", "no, want")
    assert not found("no want", "no, want", strict=True)
    assert found("no history ... self harm", "no history of depression, self-harm", strict=True)


@pytest.mark.parametrize("wrong", ["(a", "a)", "[a)", "<nobody>", "..", "[a]", "", "(a)b", "a(b)", "(a)*", "(a|)"])
def test_what_is_no_phrase_is_refused(wrong):
    """A slip in a table is an error, and never a phrase that finds everything."""
    with pytest.raises(PhraseUnreadable) as refused:
        Phrases().add([wrong], LISTS)
    assert refused.value.message.params["phrase"] == wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_table_can_be_read_alone(language):
    """A table names its own lists only, has something to show and something to leave alone."""
    read = table(language)
    assert compiled([read])
    assert {"signal", "quiet", "mention", "context"} <= read.keys()
    assert set(read) <= {"lists", "spelling", "turn", "loud", "quiet", "signal", "mention", "context"}


@pytest.mark.parametrize("word", ["hunting", "billing", "stubborn", "living", "with", "streben", "loving"])
def test_real_words_are_no_mistakes(word):
    """A word that only looks like a key word stands for itself alone."""
    speller = compiled(map(table, LANGUAGES)).speller
    assert not set(speller.forms(word)) & speller.words - {word}


@pytest.mark.parametrize(
    "hidden",
    ["s u i c i d e", "su!cide", "sui.cide", "su*cide", "5u1c1d3", "suiiiicide", "suicdie", "SUICIDE", "ѕuісіdе"],
)
def test_key_words_are_known_in_disguise(hidden):
    """Spaces, signs, digits, stars, repeated, swapped and foreign letters hide no key word."""
    speller = Speller(frozenset({"suicide"}))
    words = words_of(speller.unmasked(fold(hidden)))
    assert len(words) == 1
    assert "suicide" in speller.forms(words[0])

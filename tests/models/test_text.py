"""Passages of a profile's text: sentences that say something, none that deny it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text import LONGEST, MOST_PASSAGES, boasting, is_english, negated, passages, sentences, text_hash

DENIALS = [
    "I do not work with couples.",
    "I don't offer EMDR.",
    "I don’t see children under ten.",
    "We do not currently accept insurance.",
    "She does not prescribe medication.",
    "I am not trained in exposure therapy, so I do not offer it.",
    "I no longer see couples.",
    "I never give homework.",
    "There is no homework in my practice.",
    "I cannot treat eating disorders here.",
    "I'm not the right person for court reports.",
    "No trabajo con parejas.",
    "No atiendo a menores de edad.",
    "No ofrezco terapia de exposición.",
    "Ich arbeite nicht mit Paaren.",
    "Ich biete keine Paartherapie an.",
    "Hausaufgaben gebe ich keine.",
    "Je ne travaille pas avec les couples.",
    "Je ne propose pas d'hypnose.",
    "Não trabalho com casais.",
    "Não atendo crianças.",
    "لا أعمل مع الأزواج.",
]
OFFERS = [
    "I work with couples.",
    "Homework helps between our sessions.",
    "I am not afraid of long silences.",
    "Nobody has to be alone with grief.",
    "Couples who do not talk any more find words here.",
    "You do not need a diagnosis to come.",
    "Trabajo con parejas que no se entienden.",
    "Ich arbeite mit Paaren.",
    "Für Menschen, die nicht mehr schlafen können.",
    "Je travaille avec des couples.",
    "Trabalho com casais.",
    "أعمل مع الأزواج.",
]


@pytest.mark.parametrize("line", DENIALS)
def test_what_is_denied_is_no_mention(line):
    """A sentence that says what is not offered speaks for no term, in six languages."""
    assert negated(line)
    assert passages(f"{line} I listen first, and slowly.") == ("I listen first, and slowly.",)


@pytest.mark.parametrize("line", OFFERS)
def test_what_is_offered_is_a_mention(line):
    """A "not" alone denies nothing; what troubles a client is no denial of the therapist's."""
    assert not negated(line)
    assert passages(line) == (line,)


def test_a_denial_ends_with_its_sentence():
    """The sentences around it speak as before."""
    text = "I see adults and older adults. I do not work with couples. Homework is part of most sessions."
    assert passages(text) == ("I see adults and older adults.", "Homework is part of most sessions.")


@given(st.text(max_size=3_000))
def test_sentences_keep_every_character_but_blanks(text):
    """Joined again they are the text, blanks and the marks between sentences aside; none is too long."""
    found = sentences(text)
    assert all(len(one) <= LONGEST and one == one.strip() and one for one in found)
    kept = "".join("".join(found).split())
    rest = iter("".join(text.split()))
    assert all(letter in rest for letter in kept), "in the same order, nothing added"
    lost = len("".join(text.split())) - len(kept)
    assert lost <= sum(text.count(mark) for mark in "\"'”’»)")


@given(st.text(max_size=3_000))
def test_passages_are_some_of_the_sentences(text):
    """In their order, at most MOST_PASSAGES."""
    every = iter(sentences(text))
    found = passages(text)
    assert len(found) <= MOST_PASSAGES
    assert all(one in every for one in found)


@pytest.mark.parametrize("text", ["", " \n\t ", "...", "a" * 100_000, "word " * 30_000, "!?" * 5_000])
def test_any_length_is_cut_quickly(text):
    """Empty texts have no passage; endless ones have some."""
    assert len(passages(text)) <= MOST_PASSAGES
    assert bool(passages(text)) == bool(text.strip())


def test_a_text_is_known_by_its_bytes():
    """Sixteen bytes, the same for the same text only."""
    assert len(text_hash("a")) == 16
    assert text_hash("a") == text_hash("a") != text_hash("A")


@pytest.mark.parametrize(
    "text",
    [
        "No consigo dormir.",
        "Ich liege nachts wach.",
        "Je ne dors plus.",
        "Não consigo dormir.",
        "Non riesco a dormire.",
        "لا أستطيع النوم",
        "我睡不着",
        "Ik kan niet slapen.",
        "Nie mogę spać.",
        "Не могу уснуть.",
    ],
)
def test_other_languages_are_not_read_as_english(text):
    """In Latin letters by small words and accents, in others by the letters."""
    assert not is_english(text)


@pytest.mark.parametrize("text", ["I can't sleep.", "EMDR, CBT, ACT", "", "My café is my safe place.", "Panic attacks"])
def test_what_gives_no_sign_is_read_as_english(text):
    """A borrowed accent or a list of methods makes no other language."""
    assert is_english(text)


def test_only_doing_something_is_no_negation_in_french():
    """ "Ne ... plus que" says what is done, not what is not offered."""
    assert not negated("On ne fait plus que se disputer.")
    assert negated("Je ne travaille plus avec les couples.")


@pytest.mark.parametrize(
    "line",
    [
        "I am the most empathic therapist you will meet.",
        "MY EMPATHY IS UNMATCHED, and clients tell me so.",
        "Soy una terapeuta excepcional, con mucha experiencia.",
        "Ich bin eine außergewöhnlich warmherzige Therapeutin.",
        "Je suis une thérapeute exceptionnelle depuis vingt ans.",
        "Eu sou um terapeuta extraordinário, dizem os meus clientes.",
    ],
)
def test_self_praise_is_left_out_of_any_text(line):
    """Whatever its case and language, and whatever stands around it."""
    around = ("I listen first, and slowly.", "Most weeks end with a plan.")
    assert boasting(line)
    assert passages(line) == ()
    assert passages(f"{around[0]} {line} {around[1]}") == around

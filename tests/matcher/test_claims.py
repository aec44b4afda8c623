"""Evidence for a claim: what is only ticked, what the text speaks of, and what a register says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given

from matcher.claims import CLAIMED, GROUNDS, claims
from matcher.index.described import NO_TEXT
from models.text import passages
from profiles.demonstration.generate import generate
from tests.support import DAY, fact, home_of, service_of, therapist, therapists, with_fact

GRIEF = "Grief has no timetable, and I make room for all of it."
TEA = "I like tea, long walks and the sea in winter."


def grounds(person, index=None) -> dict[str, str]:
    return {one.code: one.ground for one in claims(person, index)}


def test_every_listed_term_has_one_claim():
    """Each term of the three fields once, in their order; other fields claim nothing of this kind."""
    person = therapist(
        "a", modality=("cbt", "act"), concern=("grief",), population=("veterans",), practice=("homework",)
    )
    assert [(one.field, one.code) for one in claims(person)] == [
        ("modality", "cbt"),
        ("modality", "act"),
        ("concern", "grief"),
        ("population", "veterans"),
    ]
    assert {one.field for one in claims(person)} == set(CLAIMED)


def test_a_term_without_a_word_about_it_is_only_ticked():
    """No passage, no language, no register; the day is that of the profile."""
    (one,) = claims(therapist("a", concern=("grief",), bio=TEA))
    assert (one.ground, one.passage, one.language, one.register, one.day) == ("ticked", "", "", "", DAY)


@pytest.mark.parametrize(
    ("field", "code", "sentence"),
    [
        ("concern", "grief", "Many come to me with grief that others no longer want to hear of."),
        ("concern", "grief", "Acompaño a personas en duelo y a sus familias."),
        ("population", "veterans", "Veterans and their families are welcome here."),
        ("population", "veterans", "Ich begleite Veteraninnen und Veteranen und ihre Familien."),
        ("modality", "cbt", "We use CBT and a good deal of humour."),
        ("modality", "act", "My training is in ACT and in systemic work."),
        ("modality", "cbt", "Ich arbeite mit kognitiver Verhaltenstherapie, kurz KVT, seit vielen Jahren."),
    ],
)
def test_a_text_that_names_a_term_describes_it(field, code, sentence):
    """By its label or a synonym in any language; the sentence is quoted as it stands."""
    (one,) = claims(therapist("a", bio=f"{TEA} {sentence} {TEA}", **{field: (code,)}))
    assert (one.ground, one.passage) == ("described", sentence)


@pytest.mark.parametrize(
    ("field", "code", "sentence"),
    [
        ("population", "veterans", "I do not work with veterans at the moment."),
        ("modality", "act", "We act on what we learn in our sessions together."),
        ("population", "men", "No mention of anybody in amendments or in omens."),
        ("concern", "grief", "My aggrieved neighbour likes the garden very much."),
        ("concern", "grief", "Ich arbeite nicht mit Trauer, dafür gibt es andere."),
    ],
)
def test_what_only_looks_like_a_mention_is_none(field, code, sentence):
    """What is not offered, parts of words, and small words that are names of methods in capitals."""
    assert grounds(therapist("a", bio=f"{TEA} {sentence}", **{field: (code,)})) == {code: "ticked"}


def test_what_a_register_lists_is_checked():
    """With the register and the day it was confirmed; a sentence of the own text stands beside it."""
    person = with_fact(therapist("a", bio=f"{GRIEF} {TEA}"), "concern", None)
    listed = fact(("grief", "stress"), editor="register", source="State board", confirmed_on=DAY - timedelta(3))
    person = type(person)(person.id, {**person.facts, "concern": listed})
    grief, stress = claims(person)
    assert (grief.ground, grief.register, grief.day, grief.passage) == (
        "checked",
        "State board",
        DAY - timedelta(3),
        GRIEF,
    )
    assert (stress.ground, stress.passage) == ("checked", "")


def test_a_passage_has_its_language():
    """So that a page can say it, and a screen reader read it."""
    (one,) = claims(therapist("a", concern=("grief",), bio="Ich begleite Menschen in ihrer Trauer und danach."))
    assert one.language == "de"


def test_an_index_finds_what_is_meant_without_being_named():
    """The passage that the index holds for the term, as on a card."""
    people = [
        therapist("a", concern=("grief",), bio=f"{TEA} I accompany people after the death of someone they love. {TEA}"),
        *(
            therapist(f"b{n}", concern=("stress",), bio=f"{TEA} My office has a lift and a quiet waiting room.")
            for n in range(150)
        ),
    ]
    with home_of(people) as home:
        index = home.update_index()
        (meant,) = claims(people[0], index)
        assert (meant.ground, meant.passage) == (
            "described",
            "I accompany people after the death of someone they love.",
        )
        shorter = with_fact(people[0], "bio", f"{TEA} My office has a lift and a quiet waiting room.")
        assert grounds(shorter, index) == {"grief": "ticked"}
    assert grounds(people[0]) == {"grief": "ticked"}


def test_an_index_that_read_another_text_says_nothing():
    """A therapist who is not in it, or whose text has another number of passages since."""
    people = [therapist("a", concern=("grief",), bio="I accompany people after the death of someone they love.")]
    with home_of(people) as home:
        index = home.update_index()
    assert grounds(therapist("zz", concern=("grief",), bio=TEA), index) == {"grief": "ticked"}
    assert grounds(with_fact(people[0], "bio", f"{TEA} {TEA} I like my garden and the birds."), index) == {
        "grief": "ticked"
    }
    assert grounds(with_fact(people[0], "bio", None), index) == {"grief": "ticked"}


@given(therapists(most=4))
def test_any_profile_has_claims(people):
    """Each quoted sentence is a passage of the text; the day and the ground are always there."""
    with service_of(people) as service:
        for person in people:
            for one in claims(person, service.index):
                assert one.passage in ("", *passages(person.bio))
                assert one.ground in GROUNDS
                assert (one.ground == "ticked") == (not one.passage and not one.register)


def test_in_the_demonstration_some_are_described_and_most_are_ticked():
    """A directory where everything or nothing is described could not show the difference."""
    found = [one.ground for person in generate(400, as_of=DAY) for one in claims(person)]
    assert 0.03 < found.count("described") / len(found) < 0.5
    assert found.count("ticked") > found.count("described")


def test_a_code_that_the_vocabulary_lost_is_ticked():
    """A profile of an older vocabulary still has a page."""
    assert grounds(therapist("a", concern=("no_longer_known",), bio=TEA)) == {"no_longer_known": "ticked"}
    assert NO_TEXT == 255

"""Moderation: what a person is shown of a text, and that nothing comes back once it is decided."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.messages import DEFAULT_LOCALE, texts
from matcher.moderation import FIELDS, KIND, VERDICTS, findings, items, queue, reasons, texts_of, without
from profiles.demonstration.generate import generate
from profiles.directory.protocol import Decision
from profiles.schema import FIELDS as SCHEMA
from tests.support import BIOS, DAY, home_of, therapist, with_fact

CASES = tomllib.loads((Path(__file__).parent / "moderation_cases.toml").read_text(encoding="utf-8"))
PADDING = "I listen carefully, and we look together at what would help you most."
"""A sentence that is fine, so that a text is long enough."""

REASONS = [reason for reason in CASES if reason not in ("fine", "very_short", "long_enough")]


def found(text: str, field: str = "bio") -> list[str]:
    return [reason for reason, _, _ in findings(text, field)]


def test_the_table_is_large_and_goes_both_ways():
    """At least 120 sentences, a third of them fine, and at least three for each reason."""
    sizes = {reason: len(some) for reason, some in CASES.items()}
    assert sum(sizes.values()) >= 120
    assert sizes["fine"] >= 60
    assert min(sizes[reason] for reason in reasons()) >= 3


@pytest.mark.parametrize(("reason", "sentence"), [(reason, one) for reason in REASONS for one in CASES[reason]])
def test_what_a_person_should_see_is_found(reason, sentence):
    """Each sentence of the table gives its reason, alone or within a text, and no other but for shared words."""
    alone = found(sentence)
    assert reason in alone
    assert set(alone) <= {reason, "very_short"} | ({"phone_in_text"} if reason == "messenger_in_text" else set())
    if reason != "placeholder":
        assert reason in found(f"{PADDING} {sentence} {PADDING}")


@pytest.mark.parametrize("sentence", CASES["fine"])
def test_what_comes_near_is_left_alone(sentence):
    """Negations, other people's words, dates, numbers of licences and letters of methods are nobody's business."""
    assert found(f"{PADDING} {sentence} {PADDING}") == []
    assert found(sentence.replace("'", "’") + f" {PADDING}") == []


@pytest.mark.parametrize("text", CASES["very_short"])
def test_a_text_that_is_hardly_one_is_found(text):
    """A few words are no text of one's own."""
    assert found(text) == ["very_short"]
    assert found(text, "training") == []


@pytest.mark.parametrize("text", CASES["long_enough"])
def test_a_text_need_not_be_long(text):
    """One full sentence is enough, in any script."""
    assert found(text) == []


def test_an_excuse_holds_for_its_own_sentence_only():
    """A promise is not excused by an honest sentence beside it."""
    assert found("No one can guarantee results. I will heal your trauma for good.") == ["promises_result"]


def test_every_text_of_the_demonstration_is_fine():
    """Ordinary profiles in six languages give a person nothing to do."""
    assert [one for person in generate(400, as_of=DAY) for one in items(person)] == []


@given(BIOS)
def test_ordinary_sentences_are_fine_in_any_order(text):
    """What tests elsewhere use as texts has nothing to show."""
    assert set(found(text)) <= {"very_short"}


@given(st.text(max_size=300))
def test_any_text_can_be_read(text):
    """Whatever a file brings: the words found stand in the passage, the passage in the text."""
    for field in FIELDS:
        for _, passage, hit in findings(text, field):
            assert hit
            assert hit in passage
            assert passage in text


def test_a_telephone_number_is_fine_where_it_is_for_a_crisis():
    """Whom to call between sessions may be said by its number."""
    assert found("Call the clinic at 617-555-0142, day and night.", "crisis_between_sessions") == []


# ---------------------------------------------------------------- the queue


PROMISE = f"{PADDING} I can cure you in three sessions."


def decision(item, verdict="fine"):
    return Decision(KIND, item.therapist, item.subject, verdict, "eva", "")


def test_every_text_that_clients_read_is_looked_at():
    """Own text, training, what is said of crises, and each sentence on a quality."""
    sentences = {"trust": PROMISE, "empathy": PADDING}
    person = therapist("a", bio=PROMISE, training=PROMISE, crisis_between_sessions=PROMISE, quality_sentences=sentences)
    assert [(one.field, one.part) for one in queue([person])] == [
        *((name, "") for name in FIELDS[:3]),
        (FIELDS[3], "trust"),
    ]
    assert {field for field, _, _ in texts_of(person)} == set(FIELDS)
    assert {name for name, row in SCHEMA.items() if row.kind == "sentences"} <= set(FIELDS)


def test_an_item_says_who_what_and_why():
    """The sentence as it stands in the text, and the words in it."""
    (item,) = queue([therapist("a", name="Ada", bio=PROMISE)])
    assert (item.therapist, item.name, item.reason) == ("a", "Ada", "promises_result")
    assert item.passage == "I can cure you in three sessions."
    assert item.found in item.passage


@pytest.mark.parametrize("verdict", VERDICTS)
def test_what_is_decided_does_not_come_back_until_the_text_changes(verdict):
    """The same text stays decided, another is asked about anew; one reason decided leaves the other open."""
    person = therapist("a", bio=f"{PROMISE} Write to ada@example.org.")
    promise, mail = queue([person])
    assert queue([person], [decision(promise, verdict)]) == (mail,)
    changed = with_fact(person, "bio", f"{PROMISE} Write to bea@example.org.")
    assert [one.reason for one in queue([changed], [decision(promise, verdict), decision(mail, verdict)])] == [
        promise.reason,
        mail.reason,
    ]


def test_a_decision_about_somebody_else_or_another_queue_changes_nothing():
    """Two therapists with one text are two items."""
    first, second = queue([therapist("a", bio=PROMISE), therapist("b", bio=PROMISE)])
    assert queue([therapist("b", bio=PROMISE)], [decision(first)]) == (second,)
    assert queue([therapist("b", bio=PROMISE)], [replace(decision(second), kind="other")]) == (second,)


def test_hiding_is_an_edit_that_a_person_makes(tmp_path):
    """The queue changes no profile; `without` says what to write, and then the text is gone and nothing is asked."""
    people = [therapist("a", bio=PROMISE, quality_sentences={"trust": PROMISE, "empathy": PADDING})]
    with home_of(people, tmp_path) as home:
        found_items = queue(home.directory.scan(), home.directory.decisions(KIND))
        assert [one.bio for one in home.directory.scan()] == [PROMISE]
        for item in found_items:
            person = home.directory.get(["a"])["a"]
            home.directory.edit("a", without(person, item), editor="operator", actor="eva", as_of=DAY)
            home.directory.decide(decision(item, "hidden"))
        (person,) = home.directory.scan()
        assert person.bio == ""
        assert dict(person.value("quality_sentences")) == {"empathy": PADDING}
        assert queue(home.directory.scan(), home.directory.decisions(KIND)) == ()


def test_the_last_sentence_on_a_quality_empties_the_field():
    """A mapping without entries is no value."""
    person = therapist("a", quality_sentences={"trust": PROMISE})
    (item,) = queue([person])
    assert without(person, item) == {"quality_sentences": None}


def test_every_reason_has_its_words():
    """What a person reads beside the passage."""
    assert [reason for reason in reasons() if f"moderation.reason.{reason}" not in texts(DEFAULT_LOCALE)] == []

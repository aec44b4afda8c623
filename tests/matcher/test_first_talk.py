"""Reasons and questions in words: every state of every field reads as a sentence in every language."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.first_talk import FOR_ALL, MOST_QUESTIONS
from matcher.messages import source_words, texts, words
from matcher.mirrored import pairs_of
from matcher.pipeline import match
from matcher.printing import list_lines
from matcher.records import MatchList
from profiles.preferences import WISH_FIELDS, read_preferences
from profiles.schema import STYLES, Language, Licence
from profiles.vocabulary import LOCALES, vocabulary
from tests.support import DAY, service_of, therapist

END = date(2030, 1, 1)
RAW = re.compile(r"[{}]|\bnull\b|\bNone\b|\b(?:because|question|field|tier|state|style)\.[a-z]")
"""What no reader should see: a gap, a missing value, a key."""

STATES = ("met", "partly", "not_met", "not_stated")
ASKED = {"language": ("es", "de"), "jurisdiction": ("US-MA", "US-NH")}
OTHERS = {"language": "fr", "jurisdiction": "US-CA"}


def asked_of(field: str) -> tuple[str, str]:
    """Return the two terms of a field that clients here wish for."""
    first, second, *_ = ASKED.get(field) or vocabulary().codes(field)
    return first, second


def other_of(field: str) -> str:
    return OTHERS.get(field) or vocabulary().codes(field)[2]


def stating(field: str, *terms: str) -> dict[str, object]:
    """Return the values of a profile that states some terms of a field."""
    if field == "language":
        return {"language": tuple(Language(term, 50) for term in terms)}
    if field == "jurisdiction":
        return {"licence": tuple(Licence(term, "psychologist", end=END) for term in terms)}
    if field == "profession":
        return {"licence": tuple(Licence("US-MA", term, end=END) for term in terms)}
    return {field: terms}


@cache
def listed(field: str, must: bool = False) -> MatchList:
    """Return a list of four who meet a wish, meet half of it, do not meet it and do not say."""
    first, second = asked_of(field)
    people = [
        therapist("met", **stating(field, first, second)),
        therapist("partly", **stating(field, first)),
        therapist("not_met", **stating(field, other_of(field))),
        therapist("not_stated"),
    ]
    document = {"must" if must else "prefer": {field: [first, second]}}
    if must:
        document["include_not_stated"] = [field]
    return answer(document, people)


def answer(document, people) -> MatchList:
    preferences, problems = read_preferences(document)
    assert problems == ()
    with service_of(people) as service:
        return match(preferences, service, 9, DAY)


def sentences(result: MatchList, locale: str):
    """Yield all that a list says in a language."""
    for one in result.matches:
        for part in (*one.musts, *one.contributions):
            yield words(part.because, locale)
            yield source_words(part.tier, part.as_of, locale)
        yield from (words(question, locale) for question in one.questions)
    yield from list_lines(result, locale)


def check(result: MatchList) -> None:
    for locale in LOCALES:
        found = list(sentences(result, locale))
        assert [one for one in found if RAW.search(one)] == [], locale
        assert all(one.strip() for one in found)


@pytest.mark.parametrize("field", WISH_FIELDS)
def test_every_state_of_a_wish_reads_as_a_sentence(field):
    """Met, partly, not met and not stated of every field, in every language, with source and questions."""
    result = listed(field)
    states = {
        one.therapist.id: part.state for one in result.matches for part in one.contributions if part.door == "stated"
    }
    assert states == {state: state for state in STATES}
    check(result)


@pytest.mark.parametrize("field", WISH_FIELDS)
def test_every_state_of_a_must_reads_as_a_sentence(field):
    """Those who meet it and those who were let in without saying."""
    result = listed(field, must=True)
    assert {part.state for one in result.matches for part in one.musts} >= {"met"}
    check(result)


@pytest.mark.parametrize("style", STYLES)
def test_every_state_of_a_style_reads_as_a_sentence(style):
    """The same side, another, the opposite, and none."""
    people = [therapist(f"s{side + 3}", style={style: side}) for side in range(-3, 4)]
    result = answer({"style": {style: 3}}, [*people, therapist("silent")])
    assert {part.state for one in result.matches for part in one.contributions if part.door == "stated"} == set(STATES)
    check(result)


@pytest.mark.parametrize("quality", vocabulary().codes("qualities"))
def test_every_state_of_a_quality_reads_as_a_sentence(quality):
    """Among their three, not among them, and nothing chosen."""
    other = next(code for code in vocabulary().codes("qualities") if code != quality)
    people = [therapist("met", qualities=(quality,)), therapist("not", qualities=(other,)), therapist("silent")]
    check(answer({"qualities": [quality]}, people))


@pytest.mark.parametrize("field", ["modality", "practice"])
def test_what_is_avoided_reads_as_a_sentence(field):
    """Listed in whole, in part, and not at all."""
    first, second = asked_of(field)
    people = [therapist("both", **{field: (first, second)}), therapist("one", **{field: (first,)}), therapist("none")]
    result = answer({"avoid": {field: [first, second]}}, people)
    assert all(len(one.questions) == len(FOR_ALL) for one in result.matches)
    check(result)


def test_limits_and_words_read_as_sentences():
    """Fee, distance, days and own words, stated and let in without saying."""
    document = {
        "fee_max": {"amount": 90, "currency": "USD"},
        "near": {"latitude": 42.36, "longitude": -71.06, "km": 25},
        "starts_within": 14,
        "include_not_stated": ["fee_max", "near", "starts_within"],
        "words": "I lie awake until four.",
    }
    check(answer(document, [therapist("a", bio="I help people who lie awake."), therapist("b")]))


# ---------------------------------------------------------------- what is asked, and when


def questions_of(document, *people) -> dict[str, list[str]]:
    """Return the keys of the questions by therapist."""
    return {one.therapist.id: [part.key for part in one.questions] for one in answer(document, people).matches}


@pytest.mark.parametrize("practice", [pair.code for pair in pairs_of("practice")])
def test_a_practice_that_is_not_stated_has_a_question_of_its_own(practice):
    """Nobody says whether they do it: the question names it in the words of that practice, in every language."""
    found = questions_of({"prefer": {"practice": [practice]}}, therapist("t"))
    assert found["t"][0] == f"question.silent.practices.{practice}"
    assert all(f"question.silent.practices.{practice}" in texts(locale) for locale in LOCALES)


def test_several_practices_share_the_question_of_those_without_one():
    """Two with words of their own, two in one sentence."""
    wanted = ["homework", "home_visits", "progress_review", "longer_sessions"]
    (result,) = answer({"prefer": {"practice": wanted}}, [therapist("t")]).matches
    assert [part.key.removeprefix("question.silent.") for part in result.questions[:3]] == [
        "practices.homework",
        "practices.progress_review",
        "practice",
    ]
    assert result.questions[2].params["terms"] == "practice:home_visits,longer_sessions"


WHO_THEY_ARE = ("therapist_gender", "profession", "language", "jurisdiction")


@pytest.mark.parametrize("field", WISH_FIELDS)
def test_what_is_not_said_is_asked_and_what_is_met_is_not(field):
    """Not stated becomes a question; of what is met there is none; nobody is asked to be somebody else."""
    own = {
        one.therapist.id: [part.key for part in one.questions if part not in FOR_ALL and part.key != "question.bias"]
        for one in listed(field).matches
    }
    assert own["met"] == []
    assert own["partly"] == []
    assert own["not_stated"]
    assert bool(own["not_met"]) == (field not in WHO_THEY_ARE)


CULTURE = [
    {"prefer": {"cultural_background": ["mexican"]}},
    {"prefer": {"faith": ["jewish"]}},
    {"prefer": {"language": ["es"]}},
    {"must": {"faith": ["jewish"]}, "include_not_stated": ["faith"]},
    {"qualities": ["cultural_sensitivity"]},
]
NO_CULTURE = [
    {},
    {"must": {"language": ["es"]}, "include_not_stated": ["language"]},
    {"prefer": {"population": ["trauma_survivors"], "practice": ["homework"], "therapist_gender": ["female"]}},
    {"qualities": ["trust"]},
    {"words": "My faith and my family."},
]


@pytest.mark.parametrize("document", CULTURE)
def test_who_asked_about_culture_may_ask_about_bias(document):
    """Whatever the profile says, the question is there once."""
    assert questions_of(document, therapist("t"))["t"].count("question.bias") == 1


@pytest.mark.parametrize("document", NO_CULTURE)
def test_who_did_not_ask_about_culture_is_not_told_to(document):
    """The question is theirs to bring, not ours to put into everybody's mouth."""
    assert "question.bias" not in questions_of(document, therapist("t"))["t"]


@pytest.mark.parametrize(("part", "concern"), [("prefer", "self_harm"), ("must", "suicidal_thoughts")])
def test_who_may_be_in_danger_asks_about_crises_unless_the_profile_says(part, concern):
    """A profile that tells what holds between sessions is not asked for it."""
    people = [
        therapist("silent", concern=(concern,)),
        therapist("tells", concern=(concern,), crisis_between_sessions="Call me."),
    ]
    found = questions_of({part: {"concern": [concern]}}, *people)
    assert "question.crisis" in found["silent"]
    assert "question.crisis" not in found["tells"]


@settings(max_examples=25)
@given(
    st.fixed_dictionaries({}, optional={field: st.just(list(asked_of(field))) for field in WISH_FIELDS}),
    st.lists(st.sampled_from(vocabulary().codes("qualities")), max_size=3, unique=True),
)
def test_questions_are_few_distinct_and_end_with_those_for_everybody(prefer, qualities):
    """However much is left open, there are at most five, none twice, and the two that fit everybody come last."""
    ((asked,),) = (questions_of({"prefer": prefer, "qualities": qualities}, therapist("t")).values(),)
    assert len(asked) <= MOST_QUESTIONS
    assert asked[-2:] == [part.key for part in FOR_ALL]
    assert len(asked) >= min(MOST_QUESTIONS, 2 + bool(prefer or qualities))

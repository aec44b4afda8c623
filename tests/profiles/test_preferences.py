"""Preferences in and out of JSON: what is known is read, what is not is told, nothing is dropped."""

from __future__ import annotations

import copy
import json
import random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from profiles.preferences import (
    AVOIDABLE,
    MOST_QUALITIES,
    MOST_VALUES,
    MOST_WORDS,
    PARTS,
    WISH_FIELDS,
    preferences_document,
    read_preferences,
    structured_hash,
)
from profiles.problems import CATALOGUE
from profiles.schema import STYLES, Preferences
from profiles.vocabulary import vocabulary
from tests.support import preferences_documents, read_document

QUICK = settings(max_examples=100, suppress_health_check=list(HealthCheck))

EXAMPLE = {
    "must": {"language": ["es"], "session_format": ["video"], "jurisdiction": ["US-MA"], "age_group": ["adult"]},
    "prefer": {
        "modality": ["cbt", "psychodynamic"],
        "concern": ["grief"],
        "cultural_background": ["mexican"],
        "population": ["trauma_survivors"],
        "therapist_gender": ["female"],
    },
    "style": {"directiveness": 2, "emotional_intensity": -1, "past_focus": 0, "challenge": -2},
    "qualities": ["trust", "active_listening", "transparency"],
    "fee_max": {"amount": 90, "currency": "USD"},
    "near": {"latitude": 42.36, "longitude": -71.06, "km": 25},
    "starts_within": 14,
    "avoid": {"modality": ["exposure"], "practice": ["homework"]},
    "matters_most": ["bond"],
    "include_not_stated": ["session_format"],
    "language_also": ["simple_words"],
    "words": "My mother died in March and I feel numb.",
}
"""As the interface shows them, and what will do where a language is a must."""


def codes(document) -> list[str]:
    """Return the codes of all problems of a document."""
    return [found.code for found in read_preferences(document)[1]]


def test_the_example_of_the_interface_is_read():
    """Every part of it, without a problem."""
    found = read_document(EXAMPLE)
    assert found.must["language"] == ("es",)
    assert found.style == {"directiveness": 2, "emotional_intensity": -1, "challenge": -2}
    assert (found.fee_max.amount, found.near.km, found.starts_within) == (9_000, 25, 14)
    assert found.avoid == {"modality": ("exposure",), "practice": ("homework",)}


@given(preferences_documents())
@QUICK
def test_what_was_read_can_be_written_and_read_again(document):
    """The document of preferences is the preferences, also through real JSON."""
    preferences = read_document(document)
    written = preferences_document(preferences)
    assert read_document(json.loads(json.dumps(written))) == preferences
    assert preferences_document(read_document(written)) == written


@given(preferences_documents())
@QUICK
def test_nothing_that_was_asked_is_dropped(document):
    """Every part that says something is in the preferences."""
    written = preferences_document(read_document(document))
    assert written == {part: value for part, value in document.items() if value not in ([], {}, "")}


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*PARTS, *WISH_FIELDS, *STYLES, "x"]), inner),
        max_leaves=15,
    )
)
@settings(max_examples=300)
def test_any_json_is_read_or_told(document):
    """Never an exception, and only problems of the catalogue, each with a place and a level of its own."""
    _, problems = read_preferences(document)
    for found in problems:
        assert found.code in CATALOGUE
        assert found.level == "error"
        assert found.column is not None
    json.dumps([found.value for found in problems])


@given(
    st.sampled_from(PARTS),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
)
@settings(max_examples=300)
def test_a_part_without_a_problem_is_understood(part, value):
    """Whatever stands there is either said back as it was, or empty, or a problem."""
    preferences, problems = read_preferences({part: value})
    if problems or value in (None, [], {}, ""):
        return
    written = preferences_document(preferences)
    if part == "words":
        assert written.get(part, "") == value.strip()
    elif part == "style":
        assert written.get(part, {}) == {name: side for name, side in value.items() if side}
    else:
        assert written.get(part) == value or not any(value.values())


@given(preferences_documents(), st.randoms(use_true_random=False))
@QUICK
def test_a_term_one_letter_off_is_told_with_the_right_one_near(document, rng):
    """Wherever it stands: a problem with the path, and the nearest known terms."""
    changed = copy.deepcopy(document)
    places = [
        (part, field)
        for part in ("must", "prefer", "avoid")
        for field in changed.get(part, {})
        if field not in ("language", "jurisdiction")
    ]
    assume(places)
    part, field = rng.choice(places)
    term = changed[part][field][0]
    wrong = term[:-1] + random.Random(0).choice("qxz") + term[-1]
    assume(vocabulary().find(field, wrong) is None)
    changed[part][field][0] = wrong
    (found,) = read_preferences(changed)[1]
    assert (found.code, found.column, found.value) == ("wish_unknown", f"{part}.{field}", wrong)
    assert term in found.params["nearest"].split(", ")


@pytest.mark.parametrize(
    ("document", "code", "path"),
    [
        ([], "preferences_not_object", ""),
        (None, "preferences_not_object", ""),
        ({"musst": {}}, "field_unknown", "musst"),
        ({"must": {"languages": ["es"]}}, "field_unknown", "must.languages"),
        ({"must": {"style": {"directiveness": 1}}}, "field_unknown", "must.style"),
        ({"must": {"language": "es"}}, "value_wrong_type", "must.language"),
        ({"must": {"language": ["Spanish"]}}, "wish_unknown", "must.language"),
        ({"must": {"jurisdiction": ["Massachusetts"]}}, "wish_unknown", "must.jurisdiction"),
        ({"must": {"jurisdiction": ["US"]}}, "wish_unknown", "must.jurisdiction"),
        ({"prefer": {"modality": ["CBT"]}}, "wish_unknown", "prefer.modality"),
        ({"prefer": {"modality": ["cbtt"]}}, "wish_unknown", "prefer.modality"),
        ({"style": {"directiveness": 9}}, "value_out_of_range", "style.directiveness"),
        ({"style": {"directiveness": 1.5}}, "value_wrong_type", "style.directiveness"),
        ({"style": {"directiveness": True}}, "value_wrong_type", "style.directiveness"),
        ({"style": {"warmth": 1}}, "field_unknown", "style.warmth"),
        ({"qualities": ["trust", "empathy", "validation", "consistency"]}, "too_many", "qualities"),
        ({"qualities": ["trusst"]}, "wish_unknown", "qualities"),
        ({"fee_max": 90}, "value_wrong_type", "fee_max"),
        ({"fee_max": {"amount": 90}}, "value_missing", "fee_max.currency"),
        ({"fee_max": {"amount": 90, "currency": "XYZW"}}, "wish_unknown", "fee_max.currency"),
        ({"fee_max": {"amount": -1, "currency": "USD"}}, "value_out_of_range", "fee_max.amount"),
        ({"near": {"latitude": 91, "longitude": 0, "km": 1}}, "value_out_of_range", "near.latitude"),
        ({"near": {"latitude": float("nan"), "longitude": 0, "km": 1}}, "value_wrong_type", "near.latitude"),
        ({"near": {"lat": 1, "longitude": 0, "km": 1}}, "field_unknown", "near.lat"),
        ({"starts_within": "14"}, "value_wrong_type", "starts_within"),
        ({"starts_within": -1}, "value_out_of_range", "starts_within"),
        ({"avoid": {"faith": ["jewish"]}}, "never_avoided", "avoid.faith"),
        ({"avoid": {"therapist_gender": ["male"]}}, "never_avoided", "avoid.therapist_gender"),
        ({"avoid": {"cultural_background": ["mexican"]}}, "never_avoided", "avoid.cultural_background"),
        ({"matters_most": ["bonds"]}, "wish_unknown", "matters_most"),
        ({"include_not_stated": ["sesion_format"]}, "wish_unknown", "include_not_stated"),
        ({"language_also": ["sign"]}, "wish_unknown", "language_also"),
        ({"words": ["a"]}, "value_wrong_type", "words"),
        ({"words": "x" * (MOST_WORDS + 1)}, "words_too_long", "words"),
        ({"words": "x" * 40_000}, "words_too_long", "words"),
        ({"must": {"language": ["es"] * (MOST_VALUES + 1)}}, "too_many", "must.language"),
    ],
    ids=lambda value: value if isinstance(value, str) else json.dumps(value, default=str)[:40],
)
def test_bad_input_is_told(document, code, path):
    """What is wrong, and where."""
    problems = read_preferences(document)[1]
    assert (code, path) in [(found.code, found.column) for found in problems]


def test_every_problem_is_told_at_once():
    """Nobody has to send a form five times."""
    assert len(codes({"must": {"x": []}, "style": {"directiveness": 9}, "words": 3, "why": 1})) == 4


def test_the_words_of_a_client_are_never_repeated_in_a_problem():
    """Neither too long nor of the wrong type."""
    for words in ("my secret " * 10_000, ["my secret"], {"my secret": 1}):
        assert not [found for found in read_preferences({"words": words})[1] if "secret" in str(found)]


def test_limits_are_as_long_as_they_say():
    """The most that is allowed is allowed."""
    assert codes({"words": "x" * MOST_WORDS}) == []
    assert codes({"qualities": list(vocabulary().codes("qualities")[:MOST_QUALITIES])}) == []
    assert codes({"style": {"directiveness": 3, "challenge": -3}}) == []


def test_no_style_is_no_wish():
    """0 and absent are the same."""
    assert read_document({"style": dict.fromkeys(STYLES, 0)}) == Preferences()


@pytest.mark.parametrize("field", [field for field in WISH_FIELDS if field not in ("language", "jurisdiction")])
def test_every_term_of_the_vocabulary_can_be_asked_for(field):
    """Each code, and no label or synonym in its place."""
    for term in vocabulary().terms(field):
        assert read_document({"prefer": {field: [term.code]}}).prefer == {field: (term.code,)}


def test_only_ways_of_working_can_be_avoided():
    """There is no "not X" filter on who somebody is."""
    assert set(AVOIDABLE) == {"modality", "practice"}


@given(preferences_documents(words=False), st.text(min_size=1, max_size=40))
@QUICK
def test_the_hash_knows_everything_but_the_words(document, text):
    """Two clients who ask the same in other words get the same shuffle; who asks something else, another."""
    plain = read_document(document)
    assert structured_hash(plain) == structured_hash(read_document({**document, "words": text}))
    assert structured_hash(plain) == structured_hash(read_document(dict(reversed(document.items()))))
    other = {**document, "starts_within": (document.get("starts_within") or 0) + 1}
    assert structured_hash(plain) != structured_hash(read_document(other))
    assert 0 <= structured_hash(plain) < 2**64


@pytest.mark.parametrize(
    "document",
    [
        {"starts_within": 10**400},
        {"fee_max": {"amount": -(10**400), "currency": "USD"}},
        {"near": {"latitude": float("nan"), "longitude": float("inf"), "km": 1}},
        {"must": {"language": ["\ud800"]}},
        {"\ud800": 1, "prefer": {"\udfff": ["cbt"], "concern": ["\ud83d"]}},
    ],
)
def test_what_no_one_could_use_or_print_is_told(document):
    """A number beyond all bounds, or half a character, is a problem in words that can be printed."""
    _, problems = read_preferences(document)
    assert problems
    assert all((found.column or "").encode() and (found.value or "").encode() for found in problems)


def test_half_a_character_in_the_clients_words_is_read_as_a_question_mark():
    """Words that no text can hold are kept but for the half character."""
    preferences, problems = read_preferences({"words": "I am \ud800 tired"})
    assert (preferences.words, problems) == ("I am ? tired", ())

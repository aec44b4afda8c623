"""The vocabulary: every row whole, every reading certain, every code the interface names there."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from models.factors import factors
from profiles.preferences import WISH_FIELDS
from profiles.schema import TERM_FIELDS
from profiles.vocabulary import LOCALES, folded, vocabulary

TERMS = [term for field in vocabulary().fields for term in vocabulary().terms(field)]

PROMISED = {
    "modality": ["cbt", "psychodynamic", "humanistic", "exposure"],
    "concern": ["grief", "anxiety", "depression", "suicidal_thoughts", "self_harm"],
    "qualities": [
        "trust",
        "empathy",
        "genuineness",
        "positive_regard",
        "collaboration",
        "consistency",
        "active_listening",
        "validation",
        "cultural_sensitivity",
        "flexibility",
        "transparency",
    ],
    "practice": [
        "homework",
        "progress_review",
        "between_session_contact",
        "family_involvement",
        "traditional_practice",
        "asks_for_feedback",
        "self_disclosure",
    ],
    "session_format": ["in_person", "video", "phone", "text"],
    "accessibility": ["interpreter"],
    "availability": ["weekday_morning", "weekend_evening"],
    "population": ["trauma_survivors"],
    "cultural_background": ["mexican"],
    "therapist_gender": ["female"],
    "age_group": ["adult"],
    "profession": [
        "psychologist",
        "clinical_social_worker",
        "social_worker",
        "counselor",
        "marriage_family_therapist",
        "psychiatrist",
        "psychiatric_nurse",
    ],
    "accepting": ["accepting", "waiting_list", "full", "existing_only", "paused"],
}
"""What the interface says exists."""


@pytest.mark.parametrize("field", PROMISED)
def test_what_the_interface_promises_exists(field):
    """A program may rely on these codes."""
    assert [code for code in PROMISED[field] if code not in vocabulary().codes(field)] == []


def test_codes_are_snake_case_and_unique_in_their_field():
    """Lower-case letters, digits and single underscores."""
    assert [term.code for term in TERMS if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", term.code)] == []
    rows = [(term.field, term.code) for term in TERMS]
    assert len(rows) == len(set(rows))


def test_no_row_of_the_table_is_lost():
    """A code that stands there twice would hide the first."""
    from importlib.resources import files  # noqa: PLC0415

    lines = (files("profiles") / "vocabulary.tsv").read_text(encoding="utf-8").splitlines()
    assert len(TERMS) == len([line for line in lines[1:] if line.strip()])


def test_every_term_has_a_label_in_every_language():
    """Distinct within its field, so that a list of choices has no two alike."""
    assert [(term.field, term.code, locale) for term in TERMS for locale in LOCALES if not term.labels[locale]] == []
    seen = defaultdict(list)
    for term in TERMS:
        for locale in LOCALES:
            seen[term.field, locale, folded(term.labels[locale])].append(term.code)
    assert {key: codes for key, codes in seen.items() if len(codes) > 1} == {}


def test_every_reading_names_one_term():
    """A synonym, label or code that stood for two terms of a field would be read as the first, and nobody told."""
    readings = defaultdict(set)
    for term in TERMS:
        for text in (term.code, *term.labels.values(), *term.synonyms):
            readings[term.field, folded(text)].add(term.code)
    assert {key: sorted(codes) for key, codes in readings.items() if len(codes) > 1} == {}
    assert not [key for key in readings if not key[1]]


def test_every_reading_is_found():
    """By code, label in any language and synonym, whatever the case and the blanks around it."""
    for term in TERMS:
        for text in (term.code, *term.labels.values(), *term.synonyms):
            assert vocabulary().find(term.field, f"  {text.upper()} ") == term.code or text.upper() != text.swapcase()
            assert vocabulary().find(term.field, f" {text}. ") == term.code


def test_groups_are_those_of_the_factor_table():
    """Bond, goal, task, culture, or none for practical fields; a quality's group is its factor's."""
    assert {term.group for term in TERMS} <= {"bond", "goal", "task", "culture", ""}
    for term in vocabulary().terms("qualities"):
        assert factors()[term.code].group == term.group


def test_every_field_of_wishes_has_terms():
    """But the two whose terms are standards of others."""
    assert {field for field in WISH_FIELDS if not vocabulary().codes(field)} == {"language", "jurisdiction"}
    assert all(vocabulary().codes(field) for field in TERM_FIELDS)


def test_the_nearest_of_a_slip_is_what_was_meant():
    """A letter left out or doubled still leads to the term."""
    assert vocabulary().nearest("modality", "psychodinamic")[0] == "psychodynamic"
    assert vocabulary().nearest("concern", "grieff")[0] == "grief"
    assert vocabulary().nearest("concern", "qqqqqq") == ()


def test_what_is_not_known_has_no_reading():
    """Nothing is guessed."""
    assert vocabulary().find("modality", "crystal singing bowls") is None
    assert vocabulary().find("no_such_field", "cbt") is None
    assert vocabulary().label("modality", "unheard_of", "en") == "unheard_of"


@pytest.mark.parametrize("text", ["  A  b ", "É", "ﬁne", "a-b_c", "İstanbul", "ß"])
def test_folding_twice_is_folding_once(text):
    """So that a folded text can be folded without harm."""
    assert folded(folded(text)) == folded(text)

"""The factor table: complete, and no other figures than those of the evidence."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings

from models.factors import ALLIANCE, POLES, WORDS, Door, Group, Kind, factors, wishes_of
from profiles.preferences import AVOIDABLE, WISH_FIELDS
from profiles.schema import IDENTITY_FIELDS, STYLES
from profiles.vocabulary import vocabulary
from tests.support import preferences_documents, read_document

ROWS = list(factors().values())

# Figures as the evidence page gives them: factor -> (what must stand in its row, citation).
EVIDENCE = {
    "empathy": (["r=.28", "82 studies"], "Elliott 2018"),
    "positive_regard": (["g=.28", "r=.14", "64"], "Farber 2018"),
    "genuineness": (["r=.23", "21", "r=.38", "16"], "Kolden 2018; Gelso 2018"),
    "collaboration": (["r=.29", "53"], "Tryon 2018"),
    "concern": (["r=.24", "54"], "Tryon 2018"),
    "practice": (["r=.29", "11", "g about .15"], "Eubanks 2018"),
    "cultural_sensitivity": (["r=.38", "r=.06"], "Soto 2018"),
    "trust": (["r=.278", "295"], "Flückiger 2018"),
    "language": (["d=.50", ".35", "99"], "Soto 2018"),
    "cultural_background": (["d=.63", "d=.09"], "Cabral & Smith 2011"),
    "faith": (["g=.13", "n.s."], "Captari 2018"),
    "therapist_gender": (["no outcome effect"], "Lambert 2016"),
    "session_format": (["-.30", "-.67", ".07"], "Norwood 2018"),
    "modality": (["d=.28", "53"], "Swift 2018"),
    "directiveness": (["N=470", "d=.28"], "Swift 2018"),
    "population": (["no pooled effect"], "Soto 2018"),
    "words": (["r=.06"], "Soto 2018"),
}
FIGURES = {
    *("r=.28", "g=.28", "r=.14", "r=.23", "r=.38", "r=.24", "r=.29", "r=.06", "r=.278"),
    *("d=.28", "d=.50", "d=.63", "d=.09", "g=.13", "N=470"),
}
"""Every figure with a sign that the evidence page has and a row may quote."""

GROUPS = {
    "bond": {"trust", "empathy", "genuineness", "positive_regard", "consistency", "active_listening", "validation"}
    | {"challenge", "emotional_intensity"},
    "goal": {"concern"},
    "task": {"modality", "practice", "directiveness", "past_focus", "collaboration", "flexibility", "transparency"},
    "culture": {"cultural_background", "language", "faith", "cultural_sensitivity", "population"},
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_is_complete(row):
    """No part is empty, and closed lists are kept."""
    assert row.group in get_args(Group)
    assert row.kind in get_args(Kind)
    assert row.doors
    assert set(row.doors) <= set(get_args(Door))
    for part in (row.name, row.field, row.evidence, row.citation, row.derivation, row.section):
        assert part.strip()
    assert re.search(r"(19|20)\d\d", row.citation)


@pytest.mark.parametrize("name", [*WISH_FIELDS, *STYLES, *vocabulary().codes("qualities"), WORDS])
def test_everything_that_can_be_wished_has_a_row(name):
    """A wish without a row would weigh nothing and nobody would know."""
    assert name in factors()


def test_everything_that_can_be_avoided_has_a_row():
    """And nothing else has."""
    assert {row.name for row in ROWS if row.name.startswith("avoid_")} == {f"avoid_{field}" for field in AVOIDABLE}


def test_no_row_is_about_nothing():
    """Every row can be asked for."""
    known = {
        *WISH_FIELDS,
        *STYLES,
        *vocabulary().codes("qualities"),
        WORDS,
        ALLIANCE,
        *(f"avoid_{one}" for one in AVOIDABLE),
    }
    assert set(factors()) == known


@pytest.mark.parametrize("name", EVIDENCE)
def test_figures_are_those_of_the_evidence(name):
    """The number and the study, as they were read."""
    figures, citation = EVIDENCE[name]
    row = factors()[name]
    assert [figure for figure in figures if figure not in row.evidence] == []
    assert row.citation == citation


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_no_figure_was_made_up(row):
    """Whatever reads like an effect stands on the evidence page."""
    assert set(re.findall(r"\b[rdgN]=\.?\d+", row.evidence)) <= FIGURES


@pytest.mark.parametrize("group", GROUPS)
def test_groups_are_the_parts_of_the_alliance(group):
    """As the evidence page sorts them."""
    assert {name: factors()[name].group for name in GROUPS[group]} == dict.fromkeys(GROUPS[group], group)


def test_kinds_are_those_of_the_evidence():
    """Modality, concern and population are topics; qualities, style, practice, culture and faith the relationship."""
    topics = {row.name for row in ROWS if row.kind == "topic"}
    assert topics == {"modality", "concern", "population", WORDS, "avoid_modality"}
    relationship = {row.name for row in ROWS if row.kind == "relationship"}
    assert {*STYLES, *vocabulary().codes("qualities"), "practice", "cultural_background", "faith"} <= relationship


def test_identity_is_never_read_from_a_text():
    """No row of an identity field has the described door."""
    assert [row.name for row in ROWS if row.field in IDENTITY_FIELDS and "described" in row.doors] == []


def test_words_are_read_from_texts_only():
    """They are stored nowhere, so there is nothing stated to meet them."""
    assert factors()[WORDS].doors == ("described",)


def test_poles_are_terms_with_phrases():
    """Each side of each style can be read from a text."""
    assert set(POLES) == set(STYLES)
    sides = [pole for poles in POLES.values() for pole in poles]
    assert sorted(sides) == sorted(vocabulary().codes("style_pole"))
    assert all(vocabulary().term("style_pole", pole).phrases for pole in sides)


@given(preferences_documents())
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_every_wish_is_read_once_a_door_and_nothing_else_is(document):
    """Stated before described, in the order of the table; musts are no wishes."""
    preferences = read_document(document)
    found = [(wish.factor.name, wish.door) for wish in wishes_of(preferences)]
    asked = {
        *document.get("prefer", {}),
        *document.get("style", {}),
        *document.get("qualities", []),
        *(f"avoid_{field}" for field in document.get("avoid", {})),
        *([WORDS] if document.get("words") else []),
    }
    doors = [(name, door) for door in ("stated", "described") for name in factors() if name in asked]
    assert found == [(name, door) for name, door in doors if door in factors()[name].doors]

"""Slices of experiments: rough numbers of a whole list, declared before the start, from which nothing can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.events.slices import MOST_DECLARED, SLICES, SlicesTooMany, declared, levels_of
from matcher.messages import texts
from profiles.vocabulary import LOCALES
from tests.support import read_document

FULL = read_document(
    {
        "must": {"language": ["es"], "session_format": ["video"], "jurisdiction": ["US-MA"]},
        "prefer": {"concern": ["grief"], "modality": ["cbt"], "practice": ["asks_for_feedback"]},
        "style": {"challenge": -2},
        "qualities": ["trust"],
        "starts_within": 30,
        "words": "My mother died in March.",
    }
)
CASES = (
    ("words", {"words": "anything"}, 9, 1),
    ("words", {"prefer": {"concern": ["grief"]}}, 9, 0),
    ("working_together", {"style": {"directiveness": 1}}, 9, 1),
    ("working_together", {"qualities": ["trust"]}, 9, 1),
    ("working_together", {"prefer": {"concern": ["grief"], "modality": ["cbt"]}, "words": "x"}, 9, 0),
    ("choice", {}, 0, 0),
    ("choice", {}, 1, 1),
    ("choice", {}, 9, 1),
    ("choice", {}, 10, 10),
    ("choice", {}, 49, 10),
    ("choice", {}, 50, 50),
    ("choice", {}, 4_000, 50),
    ("musts", {}, 9, 0),
    ("musts", {"must": {"language": ["en", "es"]}}, 9, 0),
    ("musts", {"must": {"language": ["en"]}, "starts_within": 30}, 9, 2),
)


@pytest.mark.parametrize(("name", "document", "eligible", "level"), CASES)
def test_levels_are_those_of_the_table(name, document, eligible, level):
    """Musts beside the fields count, alternatives within a field are one, and a topic is no wish about the work."""
    assert levels_of((name,), read_document(document), eligible) == {name: level}


def test_a_client_who_asks_for_everything_is_a_few_numbers():
    """Nothing that was asked for stands in them; four musts are in the last level."""
    found = levels_of(SLICES, FULL, 12)
    assert found == {"words": 1, "working_together": 1, "choice": 10, "musts": 4}
    assert {type(level) for level in found.values()} == {int}


@pytest.mark.parametrize("name", SLICES)
@given(number=st.integers(0, 10**6))
def test_levels_part_all_numbers(name, number):
    """Each number is in one level, between where this begins and where it ends; a handful of levels is all there is."""
    one = SLICES[name]
    assert 2 <= len(one.starts) <= 4
    assert one.starts[0] == 0
    assert list(one.starts) == sorted(set(one.starts))
    level = one.level(number)
    last = one.last(level)
    assert level in one.starts
    if not one.yes_no:
        assert level <= number
        assert last is None or number <= last


def test_at_most_three_are_declared_and_each_once():
    """More would widen every interval until none says anything."""
    assert declared(["words", "musts", "words"]) == ("words", "musts")
    assert declared(list(SLICES)[:MOST_DECLARED]) == tuple(SLICES)[:MOST_DECLARED]
    with pytest.raises(SlicesTooMany):
        declared(SLICES)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_slice_has_a_name_in_words(locale):
    """And there is no name without a slice."""
    prefix = "experiment.slice."
    assert {key.removeprefix(prefix) for key in texts(locale) if key.startswith(prefix)} == set(SLICES)

"""Profiles to JSON and back: nothing is lost, nothing is added."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.records import dump, load, value_from_json, value_to_json
from profiles.schema import FIELDS, Therapist
from tests.support import VALUES, any_facts


def therapists() -> st.SearchStrategy[Therapist]:
    """Return a strategy for therapists with anything in any field, some fields emptied by a person."""
    return st.builds(
        _with_emptied,
        st.text(min_size=1, max_size=20),
        any_facts(),
        any_facts(),
        st.sampled_from(["agreed", "contract", "public_register"]),
        st.booleans(),
        st.booleans(),
    )


def _with_emptied(identity, facts, others, listing, fictional, listed):  # noqa: PLR0917 - st.builds fills them
    withheld = {name: replace(one, value=None) for name, one in others.items() if name not in facts}
    return Therapist(identity, facts, listing, fictional, withheld, listed)


@given(therapists())
@settings(max_examples=100)
def test_what_is_dumped_is_loaded_again(person):
    """Values, origins, listing, what a person emptied, and the marks: all as they were."""
    assert load(person.id, *dump(person)) == person


@given(therapists())
@settings(max_examples=30)
def test_a_dump_is_the_same_every_time(person):
    """Equal profiles have equal bytes, also after a round trip."""
    assert dump(person) == dump(load(person.id, *dump(person)))


@given(therapists())
@settings(max_examples=30)
def test_a_dump_names_each_origin_once(person):
    """The provenance has as many origins as differ, and one number a field."""
    provenance = json.loads(dump(person)[1])
    every = {**person.facts, **person.withheld}
    distinct = {(one.source, one.as_of, one.editor, one.confirmed_on) for one in every.values()}
    assert len(provenance["origins"]) == len(distinct)
    assert provenance["fields"].keys() == every.keys()


@given(st.data(), st.sampled_from(sorted(FIELDS)))
@settings(max_examples=100)
def test_every_value_has_a_json_form(data, name):
    """It survives real JSON, whatever the kind of field."""
    value = data.draw(VALUES[name])
    assert value_from_json(name, json.loads(json.dumps(value_to_json(name, value)))) == value


def test_a_field_of_a_later_version_is_left_out():
    """A profile with a field that this version does not know is read without it."""
    document = json.dumps({"values": {"aura": "blue", "name": "Ada"}, "listing": "agreed"})
    origin = ["s", "2026-01-01", "file", "2026-01-01"]
    provenance = json.dumps({"origins": [origin], "fields": {"aura": 0, "name": 0}})
    assert set(load("a", document, provenance).facts) == {"name"}

"""Likely duplicates: who is found, how certain, and who is left alone."""

from __future__ import annotations

import random

import pytest

from profiles.duplicates import AGAINST, DOUBT_LEFT, LEAST_CERTAINTY, likely_duplicates
from profiles.schema import Licence, Place
from tests.support import therapist

ADA = {
    "name": "Ada Example, PhD",
    "email": "ada@example.org",
    "phone": "+1 617 555 0100",
    "place": (Place(postal_code="02101", country="US"),),
}


def pairs(*people):
    """Return the pairs found, by ids."""
    return {(pair.first, pair.second): pair for pair in likely_duplicates(people)}


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        ({"name": "EXAMPLE ADA", "phone": "617-555-0100"}, {"name_same", "phone_same"}),
        ({"name": "Dr. Ada Exampel", "email": "ADA@example.org"}, {"name_alike", "email_same"}),
        (
            {"name": "Ada Exámple", "place": (Place(postal_code="02101", country="US"),)},
            {"name_same", "postal_code_same"},
        ),
        ({"name": "Ada E. Example", "email": "ada@example.org"}, {"name_alike", "email_same"}),
    ],
)
def test_one_person_written_twice_is_found(other, reasons):
    """In any spelling of the name, with one more thing that agrees, and the reasons are named."""
    found = pairs(therapist("a", **ADA), therapist("b", **other))
    assert reasons <= set(found["a", "b"].reasons)
    assert LEAST_CERTAINTY <= found["a", "b"].certainty < 1


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Ada Example"},  # a name alone is what many share
        {"name": "Bo Other", "phone": "617-555-0100"},  # a practice has one telephone
        {"name": "Cleo Third", "email": "info@example.org"},
        {
            "name": "Ada Example",
            "npi": "1234567893",
            "phone": "617-555-0100",
            "licence": (Licence("US-MA", number="2"),),
        },
    ],
)
def test_two_people_are_left_alone(other):
    """One name alone, one telephone under two names, another NPI and another licence: no pair."""
    licensed = {"npi": "1000000004", "licence": (Licence("US-MA", number="1"),)}
    assert not pairs(therapist("a", **ADA, **licensed), therapist("b", **other))


def test_a_licence_is_as_good_as_certain():
    """The same number in the same jurisdiction and nothing that speaks against."""
    held = {"licence": (Licence("US-MA", number="77"),)}
    found = pairs(therapist("a", name="Ada Example", **held), therapist("b", name="Ada Smith", **held))
    assert found["a", "b"].certainty >= 0.9


def test_a_switchboard_does_not_make_everybody_alike():
    """Sixty-four people behind one number: nobody is compared with anybody for it."""
    people = [
        therapist(f"{one}{other}", name=f"{one}{other}{one} Person", phone="617 555 0100")
        for one in "abcdefgh"
        for other in "stuvwxyz"
    ]
    assert not pairs(*people)


def test_the_order_of_the_directory_does_not_matter():
    """The same pairs in the same order, whoever comes first."""
    people = [therapist(f"t{number}", **ADA) for number in range(6)]
    shuffled = random.Random(1).sample(people, len(people))
    assert list(likely_duplicates(people)) == list(likely_duplicates(shuffled))
    assert len(pairs(*people)) == 15


def test_more_agreement_is_more_certain():
    """Each agreement raises the certainty, each disagreement lowers it."""
    one = pairs(therapist("a", **ADA), therapist("b", name="Ada Example", phone="617 555 0100"))
    two = pairs(
        therapist("a", **ADA), therapist("b", name="Ada Example", phone="617 555 0100", email="ada@example.org")
    )
    less = pairs(therapist("a", **ADA, npi="1000000004"), therapist("b", **ADA, npi="1234567893"))
    assert one["a", "b"].certainty < two["a", "b"].certainty
    assert all(pair.certainty < two["a", "b"].certainty for pair in less.values())
    assert all(0 < share < 1 for share in (*DOUBT_LEFT.values(), *AGAINST.values()))

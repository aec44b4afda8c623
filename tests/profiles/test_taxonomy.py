"""What taxonomy codes mean, against the rule of the interface and the published code set."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from profiles.taxonomy import (
    BEHAVIOURAL_HEALTH,
    BEHAVIOURAL_HEALTH_CODES,
    PROFESSIONS,
    is_behavioural_health,
    profession,
)
from profiles.vocabulary import vocabulary

CODE_SET = Path(__file__).parents[2].parent / "shared" / "data" / "nucc" / "nucc_provider_taxonomy.csv"

MEANINGS = [
    ("103TC0700X", True, "psychologist"),
    ("103K00000X", True, "psychologist"),
    ("1041C0700X", True, "clinical_social_worker"),
    ("1041S0200X", True, "social_worker"),
    ("104100000X", True, "social_worker"),
    ("101YM0800X", True, "counselor"),
    ("101200000X", True, ""),
    ("102L00000X", True, ""),
    ("106H00000X", True, "marriage_family_therapist"),
    ("106S00000X", True, ""),
    ("2084P0800X", True, "psychiatrist"),
    ("2084A0401X", True, ""),
    ("2084F0202X", True, ""),
    ("2084N0400X", False, ""),
    ("363LP0808X", True, "psychiatric_nurse"),
    ("363LP0200X", False, ""),
    ("364SP0809X", True, "psychiatric_nurse"),
    ("364SP2800X", False, ""),
    ("163WP0807X", True, ""),
    ("163WP1700X", False, ""),
    ("2083A0300X", True, ""),
    ("2083A0100X", False, ""),
    ("1835P1300X", True, ""),
    ("1835P0018X", False, ""),
    ("207R00000X", False, ""),
    ("10", False, ""),
    ("", False, ""),
]


@pytest.mark.parametrize(("code", "behavioural", "meaning"), MEANINGS)
def test_a_code_means_what_the_interface_says(code, behavioural, meaning):
    """A code means what the interface says."""
    assert (is_behavioural_health(code), profession(code)) == (behavioural, meaning)


def test_case_and_blanks_around_a_code_change_nothing():
    """Case and blanks around a code change nothing."""
    assert is_behavioural_health(" 363lp0808x ")
    assert profession(" 363lp0808x ") == "psychiatric_nurse"


def test_every_profession_is_one_that_clients_can_ask_for():
    """Every profession is one that clients can ask for."""
    assert set(PROFESSIONS.values()) <= set(vocabulary().codes("profession"))


def test_every_profession_is_behavioural_health():
    """A licence with a profession must be able to bring its holder into the directory."""
    assert all(is_behavioural_health(prefix) for prefix in PROFESSIONS)


def test_every_prefix_and_code_stands_in_the_published_code_set():
    """A prefix with a typing error would match nothing and say nothing."""
    if not CODE_SET.exists():
        pytest.skip("the published code set is not beside this checkout")
    with CODE_SET.open(encoding="utf-8-sig", newline="") as file:
        published = [row["Code"] for row in csv.DictReader(file)]
    unmatched = [prefix for prefix in BEHAVIOURAL_HEALTH if not any(code.startswith(prefix) for code in published)]
    assert unmatched == []
    assert set(published) >= BEHAVIOURAL_HEALTH_CODES

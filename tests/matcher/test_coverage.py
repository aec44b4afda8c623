"""Coverage: every count is that of a plain reading of the profiles, and gaps are where people are missing."""

from __future__ import annotations

import itertools
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.coverage import report
from matcher.coverage.axes import KNOWN, STANDARD
from matcher.coverage.cells import FEW
from matcher.coverage.report import coverage
from matcher.coverage.unseen import REASONS
from matcher.feedback.protocol import WishCount
from matcher.index.columns import listed
from matcher.messages import DEFAULT_LOCALE, texts
from matcher.reasons import runs
from matcher.settings import Settings
from profiles.demonstration.generate import generate
from profiles.schema import FIELDS, TERM_FIELDS, Language, Licence, Place, Therapist
from tests.support import DAY, fact, ranked, service_of, therapist, therapists

SETTINGS = Settings()


def covered(people, **options):
    return coverage(people, DAY, SETTINGS, **options)


# ---------------------------------------------------------------- a plain reading, to compare with


def sure(person: Therapist) -> bool:
    """Whether somebody may be shown and said lately that they take new clients."""
    accepting = person.facts.get("accepting")
    recent = accepting is not None and (DAY - accepting.confirmed_on).days <= SETTINGS.accepting_fresh_days
    return recent and accepting.value == "accepting" and may(person)


def may(person: Therapist) -> bool:
    """Whether somebody may be shown at all."""
    ended = person.licences and all(one.end is not None and one.end < DAY for one in person.licences)
    return listed(person) and not ended and person.value("accepting", "accepting") == "accepting"


def values(person: Therapist, axis: str) -> set[str]:
    """Return what somebody counts for on an axis."""
    if axis == "language":
        able = [one for one in person.languages if one.level is None or one.level >= SETTINGS.language_floor]
        return {one.tag.split("-")[0] for one in able}
    if axis == "region":
        return {one.jurisdiction for one in person.licences if one.end and runs(one, DAY)} - {""}
    if axis == "place":
        return {"-".join(part for part in (one.country, one.region) if part) for one in person.places} - {""}
    return set(person.terms(axis))


def number(people, **wanted: str) -> int:
    """Return how many confirmed therapists have one value of each axis."""
    return sum(
        sure(person) and all(value in values(person, axis) for axis, value in wanted.items()) for person in people
    )


@given(therapists(most=14))
def test_every_pair_is_counted_as_a_plain_reading_does(people):
    """Each cell of each of the six tables; whoever has two values is in both."""
    found = covered(people)
    assert [one.axes for one in found.tables] == list(itertools.combinations(STANDARD, 2))
    for table in found.tables:
        first, second = table.axes
        for row, line in zip(table.rows, table.counts, strict=True):
            for column, count in zip(table.columns, line, strict=True):
                assert count == number(people, **{first: row, second: column})
        assert {value for person in people for value in values(person, first)} == set(table.rows)


@given(therapists(most=14))
def test_each_value_alone_is_counted_by_how_it_is_shown(people):
    """Confirmed, shown after them, and not shown are everybody who has it."""
    found = covered(people, by=tuple(KNOWN))
    assert (found.directory, found.shown, found.confirmed) == (
        len(people),
        sum(map(may, people)),
        sum(map(sure, people)),
    )
    for axis, rows in found.singles.items():
        for one in rows:
            holders = [person for person in people if one.value in values(person, axis)]
            assert one.confirmed == sum(map(sure, holders))
            assert one.unconfirmed == sum(may(person) and not sure(person) for person in holders)
            assert one.confirmed + one.unconfirmed + one.closed == len(holders)


@given(therapists(most=14), st.permutations(KNOWN), st.integers(1, 4))
def test_any_combination_holds_every_cell_with_people(people, axes, size):
    """As many cells as a plain reading finds, each with its count, the rarest first."""
    axes = axes[:size]
    found = covered(people, by=axes).combined
    expected = {
        cell: number(people, **dict(zip(axes, cell, strict=True)))
        for person in people
        if sure(person)
        for cell in itertools.product(*(values(person, axis) for axis in axes))
    }
    assert {one.values: one.confirmed for one in found} == expected
    assert [one.confirmed for one in found] == sorted(one.confirmed for one in found)


@given(therapists(most=14), st.integers(1, 5))
def test_reading_in_pieces_changes_nothing(people, size):
    """A directory larger than a piece gives the same report."""
    whole = covered(people)
    kept, report.CHUNK = report.CHUNK, size
    try:
        assert covered(iter(people)) == whole
    finally:
        report.CHUNK = kept


@given(therapists(most=14))
def test_a_region_counts_those_licensed_there(people):
    """The same report as over a directory of them alone, but for what is said of profiles."""
    for region in ("US-MA", "DE", "XX"):
        inside = [person for person in people if region in values(person, "region")]
        found, alone = covered(people, region=region), covered(inside)
        assert (found.shown, found.confirmed) == (alone.shown, alone.confirmed)
        assert found.gaps == alone.gaps
        for axis in STANDARD:
            held = {one.value: one.confirmed for one in found.singles[axis]}
            assert {value: count for value, count in held.items() if count} == {
                one.value: one.confirmed for one in alone.singles[axis] if one.confirmed
            }


def test_the_confirmed_are_those_of_the_list():
    """What coverage counts as confirmed is the group of that name in a list without musts."""
    people = list(generate(80, as_of=DAY))
    with service_of(people) as service:
        groups = [one.group for one in ranked(service, {}).matches]
    found = covered(people)
    assert (found.confirmed, found.shown) == (groups.count("confirmed"), len(groups))


def test_an_axis_that_is_none_is_refused():
    """A name that nobody knows is no empty table."""
    with pytest.raises(KeyError):
        covered([], by=("languages",))


def test_an_empty_directory_has_a_report():
    """Every part is there, and empty; the vocabulary's values stand there with nobody."""
    found = covered([], by=("language", "population"), shown={}, wishes=())
    assert (found.directory, found.shown, found.confirmed, found.combined, found.gaps) == (0, 0, 0, (), ())
    assert found.singles["population"]
    assert {one.confirmed for one in found.singles["population"]} == {0}


# ---------------------------------------------------------------- gaps


def speaking(tag: str, count: int, start: int, **parts) -> list[Therapist]:
    return [therapist(f"{tag}{start + n}", language=(Language(tag, 50),), **parts) for n in range(count)]


def test_a_gap_is_where_many_would_be_expected_and_hardly_anybody_is():
    """Many speak Spanish, many know veterans, and nobody does both; two rare values are no gap."""
    people = [
        *speaking("es", 20, 0, population=("students",)),
        *speaking("en", 20, 0, population=("veterans",)),
        *speaking("en", 20, 20, population=("students",)),
        *speaking("ase", 1, 0, population=("transgender",)),
        *speaking("en", 1, 90, population=("refugees",)),
    ]
    found = covered(people, by=("language", "population")).gaps
    assert [(one.values, one.confirmed, one.expected) for one in found] == [(("es", "veterans"), 0, 6.5)]


@given(therapists(most=14))
def test_gaps_hold_hardly_anybody(people):
    """At most two, fewer than expected, and the count is right."""
    for one in covered(people).gaps:
        assert one.confirmed == number(people, **dict(zip(one.axes, one.values, strict=True))) <= FEW
        assert one.expected > one.confirmed


# ---------------------------------------------------------------- completeness


@given(therapists(most=10))
def test_each_field_is_counted_by_who_says_it(people):
    """All profiles that state it; and nobody twice."""
    for one in covered(people).fields:
        facts = [person.facts[one.field] for person in people if one.field in person.facts]
        assert (one.stated, one.of, sum(one.by.values())) == (len(facts), len(people), len(facts))
        assert one.by["therapist"] == sum(fact.editor == "therapist" for fact in facts)
    assert [one.field for one in covered(people).fields] == list(FIELDS)


def test_a_field_is_fresh_within_its_own_limit():
    """Openness for ninety days, anything else for a year."""
    person = therapist("a", confirmed_on=DAY - timedelta(91), fee=None)
    person = replace(person, facts={**person.facts, "bio": fact("x", confirmed_on=DAY - timedelta(91))})
    fresh = {one.field: one.fresh for one in covered([person]).fields}
    assert (fresh["accepting"], fresh["bio"], fresh["name"], fresh["fee"]) == (0, 1, 1, 0)


def test_an_answer_counts_when_the_therapist_gave_it():
    """The same value in a file is no answer; a style counts for the dimensions it has."""
    own = {
        "style": fact({"challenge": 1}, editor="therapist"),
        "qualities": fact(("trust",), editor="therapist"),
        "email": fact("a@example.org", editor="therapist"),
    }
    people = [Therapist("a", own), therapist("b", style={"challenge": 1}, qualities=("trust",), email="b@example.org")]
    answered = {one.question: (one.answered, one.of) for one in covered(people).answers}
    assert {name for name, (count, _) in answered.items() if count} == {"style.challenge", "qualities", "contact"}
    assert set(answered.values()) == {(1, 2), (0, 2)}


# ---------------------------------------------------------------- never shown, and demand


ENDED = (Licence("US-MA", end=DAY - timedelta(1)),)


@pytest.mark.parametrize(
    ("person", "reasons"),
    [
        (therapist("a", language=(Language("es"),)), None),
        (therapist("a", listing="public_register", bio="x"), ("not_listed",)),
        (therapist("a", accepting="paused", bio="x"), ("paused",)),
        (therapist("a", accepting="full", bio="x"), ("full",)),
        (therapist("a", accepting="waiting_list", bio="x"), ("waiting_list",)),
        (therapist("a", accepting="existing_only", bio="x"), ("existing_only",)),
        (therapist("a", licence=ENDED), ("licences_ended",)),
        (therapist("a", accepting=None, bio="x"), ("accepting_not_stated",)),
        (therapist("a", confirmed_on=DAY - timedelta(91), bio="x"), ("accepting_stale",)),
        (therapist("a"), ("nothing_stated",)),
        (therapist("a", accepting="full", licence=ENDED), ("full", "licences_ended")),
    ],
)
def test_why_a_profile_is_not_seen(person, reasons):
    """Every reason that holds, in order; nobody who is seen."""
    found = covered([person]).unseen
    assert [one.reasons for one in found] == ([] if reasons is None else [reasons])


@given(therapists(most=10))
def test_out_means_in_no_list(people):
    """Whoever is said to be out is missing from a list without musts, and nobody else is."""
    out = {one.therapist for one in covered(people).unseen if one.out}
    assert out == {person.id for person in people if not may(person)}


def test_who_was_not_shown_is_told_where_it_is_counted():
    """Without counts nothing is said; with them, whoever has none."""
    people = [therapist("a", bio="x"), therapist("b", bio="x")]
    assert covered(people).unseen == ()
    assert [(one.therapist, one.reasons, one.out) for one in covered(people, shown={"a": 10}).unseen] == [
        ("b", ("not_shown",), False)
    ]


def test_musts_that_found_nobody_are_passed_on():
    """None says that nobody counts; () that nothing has come up yet."""
    wishes = (WishCount((("language", "fa"),), 20, 20),)
    assert covered([]).wishes is None
    assert covered([], wishes=wishes).wishes == wishes


# ---------------------------------------------------------------- texts and cost


def test_every_part_has_its_words():
    """Reasons, questions and axes in the tables of texts."""
    known = texts(DEFAULT_LOCALE)
    assert [one for one in REASONS if f"coverage.why.{one}" not in known] == []
    assert [one for one in KNOWN if f"coverage.axis.{one}" not in known and f"field.{one}" not in known] == []
    assert [one for one in FIELDS if f"coverage.field.{one}" not in known and f"field.{one}" not in known] == []
    asked = [one.question for one in covered([]).answers]
    assert [one for one in asked if not one.startswith("style.") and f"coverage.question.{one}" not in known] == []


def test_a_place_is_no_licence():
    """A state in an address counts as a place alone."""
    person = therapist("a", place=(Place(region="MA", country="US"),))
    found = covered([person], by=("place",))
    assert [one.value for one in found.singles["place"]] == ["US-MA"]
    assert found.singles["region"] == ()


def test_every_field_of_terms_is_an_axis():
    """Whatever clients can ask for by terms can be combined."""
    assert set(TERM_FIELDS) <= set(KNOWN)


def test_torch_is_not_loaded():
    """The report needs neither the encoder nor an index."""
    code = (
        "import sys, datetime; from matcher.coverage.report import coverage; from matcher.settings import Settings;"
        "from matcher.freshness import freshness; from matcher.moderation import queue;"
        "coverage([], datetime.date(2026, 1, 1), Settings()); freshness([], datetime.date(2026, 1, 1), Settings());"
        "queue([]); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

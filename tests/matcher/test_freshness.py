"""Freshness: what grows old is found on the day it does, in the order of its urgency, and nothing else is."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given

from matcher.feedback.protocol import REPORT_KINDS, ReportDay
from matcher.freshness import ABOUT, KINDS, LEVELS, by_level, counted, freshness
from matcher.messages import DEFAULT_LOCALE, texts
from matcher.settings import Settings, SettingsUnreadable, load_settings
from profiles.schema import FIELDS, Licence, Therapist
from tests.support import DAY, fact, ranked, service_of, standing, therapist, therapists

SETTINGS = Settings()


def day(offset: int) -> date:
    return DAY + timedelta(days=offset)


def fresh(identity: str = "t", **values) -> Therapist:
    """Return somebody with nothing to look after but what is given."""
    return therapist(identity, **{"email": "a@example.org", **values})


def found(
    person: Therapist, reports=(), as_of: date = DAY, settings: Settings = SETTINGS
) -> list[tuple[str, int | None]]:
    return [(one.kind, one.days_left) for one in freshness([person], as_of, settings, reports)]


def licence(end: date | None, **parts) -> Licence:
    return Licence(**{"jurisdiction": "US-MA", "profession": "counselor", "end": end, **parts})


def test_a_fresh_profile_gives_nothing_to_do():
    """Whoever can be reached, is confirmed and holds a licence that lasts is no finding."""
    assert found(fresh(licence=(licence(day(61)),))) == []


# ---------------------------------------------------------------- licences


@pytest.mark.parametrize(
    ("left", "kind", "level", "number"),
    [
        (61, None, None, None),
        (60, "licence_ends", "later", 60),
        (31, "licence_ends", "later", 60),
        (30, "licence_ends", "soon", 30),
        (15, "licence_ends", "soon", 30),
        (14, "licence_ends", "now", 14),
        (1, "licence_ends", "now", 14),
        (0, "licence_ends", "now", 14),
        (-1, "licence_all_ended", "now", 0),
        (-400, "licence_all_ended", "now", 0),
    ],
)
def test_a_licence_is_told_60_30_and_14_days_before_it_ends(left, kind, level, number):
    """Each warning starts on its day; on the last day it is still valid, on the next it has ended."""
    findings = freshness([fresh(licence=(licence(day(left)),))], DAY, SETTINGS)
    expected = [] if kind is None else [(kind, level, number, left, "US-MA", "licence")]
    assert [(one.kind, one.level, one.number, one.days_left, one.about, one.field) for one in findings] == expected


@pytest.mark.parametrize(("left", "there"), [(0, 1), (-1, 0)])
def test_the_list_agrees_on_the_day_a_licence_has_ended(left, there):
    """Whoever is said to be no longer shown is not in the list, and the other way round."""
    person = fresh(licence=(licence(day(left)),))
    with service_of([person]) as service:
        assert len(standing(ranked(service, {}))) == there
    assert ("licence_all_ended" in dict(found(person))) is not there


def test_a_renewal_makes_the_old_licence_nobodys_concern():
    """Of each jurisdiction and profession the one that lasts longest counts."""
    assert found(fresh(licence=(licence(day(-5), number="1"), licence(day(900), number="2")))) == []
    assert found(fresh(licence=(licence(day(5), number="1"), licence(day(900), number="2")))) == []


def test_one_of_several_licences_that_ended_is_told_apart():
    """The therapist is still shown elsewhere, so it is less urgent than when all have ended."""
    both = (licence(day(-5)), licence(day(900), jurisdiction="US-CT"))
    assert found(fresh(licence=both)) == [("licence_ended", -5)]


def test_a_licence_without_an_end_keeps_its_holder_listed():
    """It says nothing of ending: not `all ended` beside one that did, and it is told as such."""
    assert found(fresh(licence=(licence(None),))) == [("licence_no_end", None)]
    assert found(fresh(licence=(licence(day(-5)), licence(None)))) == [("licence_no_end", None)]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, []),
        ({"check_due": day(1)}, []),
        ({"check_due": day(0)}, [("licence_check_due", 0)]),
        ({"checked_on": day(-364)}, []),
        ({"checked_on": day(-365)}, [("licence_check_due", 0)]),
        ({"checked_on": day(-400), "check_due": day(30)}, []),
        ({"end": day(-1), "check_due": day(-9)}, [("licence_all_ended", -1)]),
    ],
)
def test_a_licence_is_checked_again_when_it_is_due(parts, expected):
    """On the stated day, else so many days after the last check; never one that has ended."""
    assert found(fresh(licence=(licence(**{"end": day(900), **parts}),))) == expected


# ---------------------------------------------------------------- openness and profile


@pytest.mark.parametrize(("ago", "expected"), [(90, []), (91, [("accepting_stale", -91)])])
def test_openness_is_stale_after_its_limit(ago, expected):
    """Ninety days are fresh, ninety-one are not."""
    assert found(fresh(confirmed_on=day(-ago))) == expected


def test_whoever_is_stale_stands_behind_every_confirmed():
    """What the report calls stale is exactly the group that lists put last, whatever the scores say."""
    people = [
        fresh("a", concern=("grief",), modality=("cbt",), confirmed_on=day(-91)),
        fresh("b", confirmed_on=day(-90)),
        fresh("c", concern=("grief",), modality=("cbt",), accepting=None),
        fresh("d", confirmed_on=DAY),
    ]
    with service_of(people) as service:
        result = ranked(service, {"prefer": {"concern": ["grief"], "modality": ["cbt"]}})
    order = [one.therapist.id for one in result.matches]
    assert set(order[:2]) == {"b", "d"}
    behind = {one.therapist for one in freshness(people, DAY, SETTINGS) if one.kind.startswith("accepting_")}
    assert set(order[2:]) == behind == {one.therapist.id for one in result.matches if one.group == "unconfirmed"}


def test_whoever_is_not_shown_anyway_is_not_asked_about_openness():
    """An ended licence or a full practice comes first."""
    assert found(fresh(accepting="full", confirmed_on=day(-200))) == []
    assert found(fresh(licence=(licence(day(-1)),), confirmed_on=day(-200))) == [("licence_all_ended", -1)]


@pytest.mark.parametrize(("ago", "expected"), [(365, []), (366, [("profile_stale", -366)])])
def test_a_profile_is_old_when_nothing_was_confirmed_for_a_year(ago, expected):
    """One confirmed fact keeps the whole profile fresh."""
    old = {name: replace(one, confirmed_on=day(-ago)) for name, one in fresh(accepting="full").facts.items()}
    person = Therapist("t", old)
    assert found(person) == expected
    assert found(Therapist("t", {**old, "bio": fact("I listen.")})) == []


def test_whoever_can_not_be_reached_is_found():
    """Any one way of contact will do; how they prefer to be reached is none."""
    assert found(therapist("t", preferred="email", replies_within_days=2)) == [("contact_missing", None)]
    for name in ABOUT["no_answer"]:
        assert found(therapist("t", **{name: "x"})) == []


def test_a_public_register_waits_for_a_yes():
    """Not listed until the therapist says so or the operator does."""
    person = fresh(listing="public_register")
    assert found(person) == [("register_unconfirmed", None)]
    assert found(replace(person, listed=True)) == []


# ---------------------------------------------------------------- reports


def reported(*offsets: int, kind="no_answer", count=1, therapist_id="t") -> list[ReportDay]:
    return [ReportDay(therapist_id, kind, day(offset), count) for offset in offsets]


@pytest.mark.parametrize("kind", REPORT_KINDS)
def test_three_reports_of_one_kind_on_three_days_are_a_finding(kind):
    """Of the field it is about, with the day of the last."""
    (one,) = freshness([fresh()], DAY, SETTINGS, reported(-1, -5, -9, kind=kind))
    assert (one.kind, one.number, one.day, one.level) == (f"reported_{kind}", 3, day(-1), "now")
    assert one.field in FIELDS


@pytest.mark.parametrize(
    "reports",
    [
        reported(-1, -2),
        reported(-1, -2, -91),
        reported(-1, count=50),
        reported(-1, -2, count=50),
        [*reported(-1, -2), *reported(-3, kind="wrong_contact")],
        reported(-1, -2, -3, therapist_id="other"),
        reported(1, 2, 3),
    ],
)
def test_fewer_reports_are_none(reports):
    """Two days, an old one, fifty on one day, two kinds, somebody else: nobody is buried in an afternoon."""
    assert found(fresh(), reports) == []


def test_the_ninetieth_day_still_counts():
    """The window has both ends."""
    assert found(fresh(), reported(-1, -2, -90)) == [("reported_no_answer", -1)]


@pytest.mark.parametrize(("editor", "answered"), [("therapist", True), ("operator", True), ("file", False)])
def test_a_person_who_confirms_answers_the_reports(editor, answered):
    """What was reported before is settled; a file that repeats itself settles nothing."""
    person = fresh()
    person = replace(
        person, facts={**person.facts, "email": fact("a@example.org", editor=editor, confirmed_on=day(-1))}
    )
    assert (found(person, reported(-1, -2, -3)) == []) is answered
    assert ("reported_no_answer", 0) in found(person, reported(0, -1, -2, -3)) or answered


def test_reports_hide_nobody():
    """Only this report reads them: the list of the reported is that of anybody."""
    with service_of([fresh()]) as service:
        assert len(standing(ranked(service, {}))) == 1
        assert "feedback" not in vars(service)


# ---------------------------------------------------------------- order, texts, settings


@given(therapists())
def test_findings_stand_in_the_order_of_their_urgency(people):
    """Level first; within one kind the longest due first; every finding names a therapist and a known field."""
    findings = freshness(people, DAY, SETTINGS)
    assert [LEVELS.index(one.level) for one in findings] == sorted(LEVELS.index(one.level) for one in findings)
    assert {one.therapist for one in findings} <= {person.id for person in people}
    assert {one.field for one in findings} <= {*FIELDS, ""}
    for first, second in itertools.pairwise(findings):
        if (first.level, first.kind) == (second.level, second.kind):
            assert (first.day or date.min) <= (second.day or date.min)
    assert sum(counted(findings).values()) == sum(by_level(findings).values()) == len(findings)


@given(therapists())
def test_the_order_profiles_come_in_does_not_matter(people):
    """The report is the same over a list and over a stream in any order."""
    assert freshness(reversed(people), DAY, SETTINGS) == freshness(iter(people), DAY, SETTINGS)


def test_every_kind_has_its_words():
    """What it is, and what to do."""
    known = texts(DEFAULT_LOCALE)
    assert [kind for kind in KINDS for part in ("kind", "do") if f"freshness.{part}.{kind}" not in known] == []
    assert [level for level in LEVELS if f"freshness.level.{level}" not in known] == []


def test_the_limits_are_settings(tmp_path):
    """Other days than ours, a list of them among these."""
    (tmp_path / "settings.toml").write_text(
        "licence_warning_days = [100, 7]\nreports_needed = 1\ncount_demand = true\n"
    )
    settings = load_settings(tmp_path)
    assert settings.licence_warning_days == (100, 7)
    assert settings.count_demand is True
    person = fresh(licence=(licence(day(99)),))
    assert found(person, reported(-1), settings=settings) == [("reported_no_answer", -1), ("licence_ends", 99)]


@pytest.mark.parametrize(
    "line",
    [
        "licence_warning_days = 60",
        "licence_warning_days = [60, 0]",
        'licence_warning_days = ["60"]',
        "licence_warning_days = [60.5]",
        "licence_warning_days = [true]",
        "count_demand = 1",
        'count_demand = "yes"',
        "reports_needed = true",
        "reports_needed = 0",
    ],
)
def test_a_limit_that_is_none_is_told(tmp_path, line):
    """The sentence names the setting and the value."""
    (tmp_path / "settings.toml").write_text(line + "\n")
    with pytest.raises(SettingsUnreadable) as caught:
        load_settings(tmp_path)
    assert line.partition(" ")[0] in str(caught.value.message.params["reason"])


def test_no_warning_at_all_is_a_choice(tmp_path):
    """An empty list of days tells of ended licences alone."""
    (tmp_path / "settings.toml").write_text("licence_warning_days = []\n")
    assert found(fresh(licence=(licence(day(1)),)), settings=load_settings(tmp_path)) == []

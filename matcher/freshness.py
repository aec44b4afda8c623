"""What grows old in a directory: licences, openness, profiles, ways of contact, and what clients report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from matcher.feedback.protocol import ReportDay, ReportKind
from matcher.index.columns import listed
from matcher.settings import Settings
from profiles.schema import Fact, Licence, Therapist

Level = Literal["now", "soon", "later"]

LEVELS: tuple[Level, ...] = ("now", "soon", "later")
"""How urgent a finding is: clients are misled or kept away today; will be soon; or nobody is harmed yet."""

KINDS: Mapping[str, Level] = {
    "licence_all_ended": "now",
    "reported_not_this_person": "now",
    "reported_wrong_contact": "now",
    "reported_not_taking_clients": "now",
    "reported_no_answer": "now",
    "contact_missing": "now",
    "licence_ends": "now",
    "licence_ended": "soon",
    "accepting_stale": "soon",
    "accepting_not_stated": "soon",
    "licence_check_due": "soon",
    "profile_stale": "later",
    "register_unconfirmed": "later",
    "licence_no_end": "later",
}
"""Every kind of finding in the order in which it is shown. `licence_ends` is `now` within the shortest warning, `later`
within the longest, `soon` between."""

WAYS = ("email", "phone", "text", "website", "booking_url")
"""Fields by which a client reaches a therapist."""

ABOUT: Mapping[ReportKind, tuple[str, ...]] = {
    "no_answer": WAYS,
    "wrong_contact": WAYS,
    "not_taking_clients": ("accepting",),
    "not_this_person": ("name",),
}
"""The fields that a report speaks of; when a person confirmed one of them later, the report is answered."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look after in one profile.

    Attributes:
        therapist: the id.
        name: shown beside it.
        kind: of `KINDS`; the text keys are `freshness.kind.<kind>` and `freshness.do.<kind>`.
        level: how urgent it is.
        day: when it fell or falls due: the end of a licence, the last confirmation, the last report; None for what
            was never stated.
        days_left: days from `as_of` to `day`, negative when it is past; None without a day.
        field: of `profiles.schema.FIELDS` where it is corrected; "" for the profile as a whole.
        number: the limit that was passed or comes near (days), or on how many days clients reported; 0 where neither.
        about: jurisdiction of the licence, "" for other kinds.
    """

    therapist: str
    name: str
    kind: str
    level: Level
    day: date | None = None
    days_left: int | None = None
    field: str = ""
    number: int = 0
    about: str = ""


@dataclass(frozen=True, slots=True)
class _Judge:
    """What each profile is judged by."""

    as_of: date
    settings: Settings
    reports: Mapping[str, Sequence[ReportDay]]

    def found(
        self, person: Therapist, kind: str, day: date | None, field: str = "", *, number: int = 0, about: str = ""
    ) -> Finding:
        left = None if day is None else (day - self.as_of).days
        return Finding(person.id, person.name, kind, self.level(kind, left), day, left, field, number, about)

    def level(self, kind: str, left: int | None) -> Level:
        if kind != "licence_ends" or left is None:
            return KINDS[kind]
        within = self.warning(left)
        days = sorted(self.settings.licence_warning_days)
        return "now" if within == days[0] else "later" if within == days[-1] else "soon"

    def warning(self, left: int) -> int:
        """Return the shortest of the warnings that a number of days lies in, 0 for none."""
        return min((days for days in self.settings.licence_warning_days if left <= days), default=0)

    def older(self, day: date, days: int) -> bool:
        """Whether a day is more than so many days ago."""
        return (self.as_of - day).days > days


def freshness(
    therapists: Iterable[Therapist], as_of: date, settings: Settings, reports: Iterable[ReportDay] = ()
) -> tuple[Finding, ...]:
    """Return what has to be looked after, most urgent first.

    Reads profiles one by one (`directory.scan()` will do) and keeps the findings alone.

    Args:
        therapists: every profile, listed or not.
        as_of: the day to judge by.
        settings: the limits: `accepting_fresh_days`, `profile_fresh_days`, `licence_warning_days`,
            `licence_check_days`, `reports_needed`, `report_days`.
        reports: `FeedbackStore.reports(as_of - report_days)`; those outside the window are left out here as well.
            However often a thing is reported on one day, it counts once: nobody can bury a competitor in an
            afternoon, and no report ever hides anybody.

    Returns:
        Findings in the order (level, kind as in `KINDS`, day, name, id).
    """
    judge = _Judge(as_of, settings, _by_therapist(reports))
    found = [finding for person in therapists for rule in RULES for finding in rule(person, judge)]
    kinds = {kind: number for number, kind in enumerate(KINDS)}
    return tuple(
        sorted(
            found,
            key=lambda one: (
                LEVELS.index(one.level),
                kinds[one.kind],
                one.day or date.min,
                one.name,
                one.therapist,
                one.about,
            ),
        )
    )


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each kind, every kind of `KINDS` in its order: a table to draw."""
    counts = dict.fromkeys(KINDS, 0)
    for one in findings:
        counts[one.kind] += 1
    return counts


def by_level(findings: Iterable[Finding]) -> dict[Level, int]:
    """Return how many findings there are of each level, the most urgent first."""
    counts = Counter(one.level for one in findings)
    return {level: counts[level] for level in LEVELS}


def _by_therapist(reports: Iterable[ReportDay]) -> dict[str, list[ReportDay]]:
    found: dict[str, list[ReportDay]] = {}
    for one in reports:
        found.setdefault(one.therapist, []).append(one)
    return found


# ---------------------------------------------------------------- rules: each yields what it finds in one profile


def _licences(person: Therapist, judge: _Judge) -> Iterator[Finding]:
    """Yield each licence that ended or ends soon; one that another of its kind carries on is no finding."""
    lasting = _lasting(person.licences, judge.as_of)
    if _ended(person.licences, judge.as_of):
        last = max(lasting, key=lambda one: one.end or date.max)
        yield judge.found(person, "licence_all_ended", last.end, "licence", about=last.jurisdiction)
        return
    for one in lasting:
        if one.end is None:
            yield judge.found(person, "licence_no_end", None, "licence", about=one.jurisdiction)
        elif one.end < judge.as_of:
            yield judge.found(person, "licence_ended", one.end, "licence", about=one.jurisdiction)
        elif within := judge.warning((one.end - judge.as_of).days):
            yield judge.found(person, "licence_ends", one.end, "licence", number=within, about=one.jurisdiction)


def _ended(licences: Sequence[Licence], as_of: date) -> bool:
    """Whether there are licences, and all have ended."""
    return bool(licences) and all(one.end is not None and one.end < as_of for one in licences)


def _lasting(licences: Sequence[Licence], as_of: date) -> list[Licence]:
    """Return of each jurisdiction and profession the licence that lasts longest.

    One without an end may still run, so it goes before those that ended and after those that say they run.
    """
    found: dict[tuple[str, str], Licence] = {}
    for one in licences:
        key = one.jurisdiction, one.profession
        if key not in found or (one.end or as_of) > (found[key].end or as_of):
            found[key] = one
    return list(found.values())


def _licence_checks(person: Therapist, judge: _Judge) -> Iterator[Finding]:
    for one in person.licences:
        if one.end is not None and one.end < judge.as_of:
            continue
        due = one.check_due
        if due is None and one.checked_on is not None:
            due = one.checked_on + timedelta(days=judge.settings.licence_check_days)
        if due is not None and due <= judge.as_of:
            yield judge.found(person, "licence_check_due", due, "licence", about=one.jurisdiction)


def _accepting(person: Therapist, judge: _Judge) -> Iterator[Finding]:
    """Yield whose openness falls behind all who are confirmed; who is closed or not shown at all needs no question."""
    fact, limit = person.facts.get("accepting"), judge.settings.accepting_fresh_days
    if not listed(person) or _ended(person.licences, judge.as_of):
        return
    if fact is None:
        yield judge.found(person, "accepting_not_stated", None, "accepting")
    elif fact.value == "accepting" and judge.older(fact.confirmed_on, limit):
        yield judge.found(person, "accepting_stale", fact.confirmed_on, "accepting", number=limit)


def _profile(person: Therapist, judge: _Judge) -> Iterator[Finding]:
    last = max((fact.confirmed_on for fact in person.facts.values()), default=None)
    limit = judge.settings.profile_fresh_days
    if last is not None and judge.older(last, limit):
        yield judge.found(person, "profile_stale", last, number=limit)


def _contact(person: Therapist, judge: _Judge) -> Iterator[Finding]:
    if not any(name in person.facts for name in WAYS):
        yield judge.found(person, "contact_missing", None, "email")


def _register(person: Therapist, judge: _Judge) -> Iterator[Finding]:
    if not listed(person):
        yield judge.found(person, "register_unconfirmed", None)


def _reported(person: Therapist, judge: _Judge) -> Iterator[Finding]:
    held = judge.reports.get(person.id, ())
    for kind, fields in ABOUT.items() if held else ():
        answered = _answered_on(person, fields)
        days = {
            one.day
            for one in held
            if one.kind == kind
            and one.day <= judge.as_of
            and not judge.older(one.day, judge.settings.report_days)
            and (answered is None or one.day > answered)
        }
        if len(days) >= judge.settings.reports_needed:
            yield judge.found(person, f"reported_{kind}", max(days), fields[0], number=len(days))


def _answered_on(person: Therapist, fields: Sequence[str]) -> date | None:
    """Return the last day on which a person, not a file, confirmed one of some fields."""
    facts: list[Fact] = [person.facts[name] for name in fields if name in person.facts]
    return max((fact.confirmed_on for fact in facts if fact.editor in ("therapist", "operator")), default=None)


RULES: tuple[Callable[[Therapist, _Judge], Iterator[Finding]], ...] = (
    _licences,
    _licence_checks,
    _accepting,
    _profile,
    _contact,
    _register,
    _reported,
)
"""What is asked of every profile."""

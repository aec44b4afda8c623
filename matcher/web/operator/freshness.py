"""What grows old: every finding by level and kind, with what to do and where it is corrected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from flask import render_template, request

from matcher.freshness import KINDS, Finding, Level, counted
from matcher.freshness import freshness as found_stale
from matcher.messages import say
from matcher.web.asking import the_home, today
from matcher.web.languages import page_locale
from matcher.web.operator.access import Answer, now
from matcher.web.operator.paging import paged
from matcher.web.operator.survey import survey
from profiles.languages import jurisdiction_name

FIRST = 10
MANY = 100
NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding with the first of them and how many there are."""

    name: str
    count: int
    findings: tuple[Finding, ...]


def findings(*, old: bool = False) -> tuple[Finding, ...]:
    """Return everything to look after today; with `old`, as it was lately will do."""
    home, day = the_home(), today()
    reports = home.feedback.reports(day - timedelta(days=home.settings.report_days))
    return survey().remembered(
        "freshness",
        (home.directory.generation(), day, reports),
        now(),
        lambda: found_stale(home.directory.scan(), day, home.settings, reports),
        old=old,
    )


def freshness() -> Answer:
    """Show what has to be looked after, of one kind or the first of every kind."""
    found, kind = findings(), request.args.get("kind", "")
    if kind in KINDS:
        page = paged([one for one in found if one.kind == kind], request.args.get("page", 1, int), MANY)
        return render_template("operator/freshness_kind.html", kind=kind, page=page, when=_when, place=_place)
    return render_template(
        "operator/freshness.html", levels=_levels(found), counts=counted(found), when=_when, place=_place, day=today()
    )


def _levels(found: Sequence[Finding]) -> dict[Level, list[Kind]]:
    """Return the kinds of each level; findings come in that order."""
    return {
        level: [_kind(kind, tuple(some)) for kind, some in groupby(of_level, key=lambda one: one.kind)]
        for level, of_level in groupby(found, key=lambda one: one.level)
    }


def _kind(name: str, some: tuple[Finding, ...]) -> Kind:
    return Kind(name, len(some), some[:FIRST])


def _when(one: Finding) -> str:
    """Return when a finding falls due in words, "" for what was never stated."""
    locale = page_locale()
    if one.day is None or one.days_left is None:
        return ""
    if one.kind.startswith("reported_"):
        return say("freshness.when.reported", locale, day=one.day.isoformat(), number=one.number)
    key = NEAR.get(one.days_left, "past" if one.days_left < 0 else "coming")
    return say(f"freshness.when.{key}", locale, day=one.day.isoformat(), days=abs(one.days_left))


def _place(one: Finding) -> str:
    return jurisdiction_name(one.about) if one.about else ""

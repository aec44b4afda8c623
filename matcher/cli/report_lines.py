"""Reports for operators as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from matcher.cli.coverage_lines import field_words
from matcher.freshness import Finding, by_level
from matcher.messages import label, say
from matcher.moderation import Item, reasons
from profiles.languages import jurisdiction_name


def freshness_lines(findings: Sequence[Finding], profiles: int, day: date, n: int, locale: str) -> Iterator[str]:
    """Yield what has to be looked after by level and kind, at most `n` of each kind."""
    if not findings:
        yield say("freshness.none", locale, day=day.isoformat())
        return
    yield say("freshness.title", locale, profiles=profiles, findings=len(findings), day=day.isoformat())
    yield say("freshness.levels", locale, **by_level(findings))
    for level, of_level in groupby(findings, key=lambda one: one.level):
        heading = say(f"freshness.level.{level}", locale)
        yield from ("", heading, "=" * len(heading))
        for kind, of_kind in groupby(of_level, key=lambda one: one.kind):
            yield from _kind_lines(kind, list(of_kind), n, locale)


def _kind_lines(kind: str, findings: Sequence[Finding], n: int, locale: str) -> Iterator[str]:
    yield ""
    yield say("freshness.group", locale, words=say(f"freshness.kind.{kind}", locale), count=len(findings))
    yield f"  {say(f'freshness.do.{kind}', locale)}"
    for one in findings[:n]:
        parts = (f"{one.name}, {one.therapist}", jurisdiction_name(one.about) if one.about else "", when(one, locale))
        yield f"  - {'; '.join(part for part in parts if part)}"
    if len(findings) > n:
        yield f"  {say('freshness.more', locale, count=len(findings) - n)}"


def when(one: Finding, locale: str) -> str:
    """Return when a finding falls due in words, "" for what was never stated."""
    if one.day is None or one.days_left is None:
        return ""
    if one.kind.startswith("reported_"):
        return say("freshness.when.reported", locale, day=one.day.isoformat(), number=one.number)
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    key = near.get(one.days_left, "past" if one.days_left < 0 else "coming")
    return say(f"freshness.when.{key}", locale, day=one.day.isoformat(), days=abs(one.days_left))


def moderation_lines(items: Sequence[Item], n: int, locale: str) -> Iterator[str]:
    """Yield the texts to look at by reason, at most `n` of each."""
    if not items:
        yield say("moderation.none", locale)
        return
    yield say("moderation.title", locale, items=len(items), profiles=len({one.therapist for one in items}))
    for reason in reasons():
        some = [one for one in items if one.reason == reason]
        if some:
            yield ""
            yield say("freshness.group", locale, words=say(f"moderation.reason.{reason}", locale), count=len(some))
            yield f"  {say(f'moderation.do.{reason}', locale)}"
        for one in some[:n]:
            where = field_words(one.field, locale) + (f", {label('qualities', one.part, locale)}" if one.part else "")
            yield f"  - {say('moderation.line', locale, name=one.name, id=one.therapist, where=where)} “{one.passage}”"
        if len(some) > n:
            yield f"  {say('moderation.more', locale, count=len(some) - n)}"

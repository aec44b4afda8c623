"""The audit log: who changed what and when, of everybody or one therapist, a page of lines at a time."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request

from matcher.messages import say
from matcher.web.asking import the_home
from matcher.web.languages import page_locale
from matcher.web.operator.access import Answer
from matcher.web.operator.fields import field_words, shown_json
from profiles.directory.protocol import Change
from profiles.schema import FIELDS

LINES = 50
READ = 500
MOST_READ = 20_000


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the log in words; `name` is "" for somebody who is not in the directory any more."""

    change: Change
    name: str
    field: str
    before: str
    after: str


def told(changes: tuple[Change, ...]) -> list[Told]:
    """Return lines of the log in words."""
    locale = page_locale()
    held = the_home().directory.get([one.therapist for one in changes])
    return [
        Told(
            one,
            held[one.therapist].name if one.therapist in held else "",
            _field(one.field, locale),
            _value(one, one.before, locale),
            _value(one, one.after, locale),
        )
        for one in changes
    ]


def _field(name: str, locale: str) -> str:
    if not name:
        return ""
    return field_words(name, locale) if name in FIELDS else say(f"operator.mark.{name}", locale)


def _value(one: Change, text: str | None, locale: str) -> str:
    return shown_json(one.field, text, locale) if one.field in FIELDS else (text or "").strip('"')


def audit() -> Answer:
    """Show a page of the log."""
    identity, actor = request.args.get("id", "").strip(), request.args.get("actor", "").strip()
    before = request.args.get("before", None, int)
    found, rest = _found(identity, actor, before)
    return render_template(
        "operator/audit.html", lines=told(found), identity=identity, actor=actor, before=before, rest=rest
    )


def _found(identity: str, actor: str, before: int | None) -> tuple[tuple[Change, ...], int | None]:
    """Return a page of lines, and the line that the next page starts after, None on the last one."""
    directory = the_home().directory
    found: list[Change] = []
    last, read = before, 0
    while len(found) <= LINES and read < MOST_READ:
        lines = directory.audit(identity, n=READ, before=last)
        found += [one for one in lines if not actor or one.actor == actor]
        read += READ
        if len(lines) < READ:
            last = None
            break
        last = lines[-1].number
    page = tuple(found[:LINES])
    return page, page[-1].number if len(found) > LINES else last

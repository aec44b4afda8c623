"""Likely duplicates: each open pair side by side with what speaks for it, and what was decided, with the way back."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request

from matcher.web.asking import the_home
from matcher.web.languages import page_locale
from matcher.web.operator.access import UNPROCESSABLE, Answer, operator, to
from matcher.web.operator.fields import SECTIONS, field_words, shown
from matcher.web.operator.paging import paged
from profiles.directory.protocol import Pair
from profiles.duplicates import likely_duplicates
from profiles.schema import FIELDS, Therapist

PAIRS = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of two profiles, in words; "" where it is not stated."""

    words: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A pair with both profiles, and the fields that either states, those that differ first."""

    pair: Pair
    first: Therapist
    second: Therapist
    rows: tuple[Compared, ...]


def duplicates() -> Answer:
    """Show the open pairs, the most certain first, and what was decided."""
    return _page()


def _page() -> str:
    directory = the_home().directory
    page = paged(directory.pairs("open"), request.args.get("page", 1, int), PAIRS)
    held = directory.get([one for pair in page.items for one in (pair.first, pair.second)])
    names = directory.get([pair.first for pair in directory.pairs("distinct")[:PAIRS]])
    return render_template(
        "operator/duplicates.html",
        page=page,
        beside=[
            _beside(one, held[one.first], held[one.second])
            for one in page.items
            if one.first in held and one.second in held
        ],
        same=directory.pairs("same"),
        distinct=directory.pairs("distinct"),
        names=names,
    )


def _beside(pair: Pair, first: Therapist, second: Therapist) -> Beside:
    locale = page_locale()
    names = [name for some in SECTIONS.values() for name in some if not FIELDS[name].identity]
    rows = [
        Compared(field_words(name, locale), _shown(first, name, locale), _shown(second, name, locale))
        for name in names
        if name in first.facts or name in second.facts
    ]
    return Beside(pair, first, second, tuple(sorted(rows, key=lambda row: row.first == row.second)))


def _shown(person: Therapist, name: str, locale: str) -> str:
    return shown(name, person.value(name), locale) if name in person.facts else ""


def duplicates_look() -> Answer:
    """Compare all profiles anew; what was decided stays decided."""
    directory = the_home().directory
    directory.propose(likely_duplicates(directory.scan()))
    return to("duplicates")


def duplicates_same() -> Answer:
    """Make one profile of two."""
    first, second = _pair()
    if request.form.get("keep") == second:
        first, second = second, first
    if not the_home().directory.join(first, second, operator().name):
        return _page(), UNPROCESSABLE
    return to("duplicates")


def duplicates_distinct() -> Answer:
    """Note that two profiles are two people."""
    if not the_home().directory.keep_apart(*_pair(), operator().name):
        return _page(), UNPROCESSABLE
    return to("duplicates")


def duplicates_undo() -> Answer:
    """Take a join back."""
    directory, actor = the_home().directory, operator().name
    if not any(directory.part(identity, actor) for identity in _pair()):
        return _page(), UNPROCESSABLE
    return to("duplicates")


def _pair() -> tuple[str, str]:
    return request.form.get("first", ""), request.form.get("second", "")

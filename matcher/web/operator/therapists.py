"""Therapists: the list with its search, and the page of one with every field, its source and its dates."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, render_template, request

from matcher.claims import Claim, claims
from matcher.explain import still_open
from matcher.messages import label
from matcher.web.asking import the_home, today
from matcher.web.languages import page_locale
from matcher.web.operator.access import Answer
from matcher.web.operator.fields import SECTIONS, field_words, shown, shown_json
from matcher.web.operator.paging import Paged, paged
from matcher.web.operator.survey import Line, survey
from profiles.directory.protocol import Change
from profiles.schema import EDITOR_RANK, FIELDS, Fact, Therapist
from profiles.vocabulary import folded

LINES = 50
CHANGES_READ = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a profile as its page shows it.

    Attributes:
        name: of `FIELDS`.
        words: how operators call it.
        value: in words, "" where it is not stated.
        fact: where it comes from; of an emptied field, who emptied it.
        emptied: whether a person emptied it, so that no file fills it again.
        edited: whether a person said it, so that it outlasts files.
        before: the last value before this one, "" where the log has none.
        change: the line of the log about it.
    """

    name: str
    words: str
    value: str
    fact: Fact | None
    emptied: bool
    edited: bool
    before: str
    change: Change | None


def therapists() -> Answer:
    """Show who is in the directory, those whose name or id holds what is looked for."""
    asked = request.args.get("q", "").strip()
    everybody = sorted(survey().lines.latest(the_home().directory).values(), key=lambda one: (one.key, one.id))
    found = [one for one in everybody if _matches(one, asked)] if asked else everybody
    return render_template("operator/therapists.html", asked=asked, page=_page(found))


def _page(found: list[Line]) -> Paged[Line]:
    return paged(found, request.args.get("page", 1, int), LINES)


def _matches(one: Line, asked: str) -> bool:
    words = folded(asked).split()
    return asked.casefold() in one.id.casefold() or (bool(words) and all(word in one.key for word in words))


def the_therapist() -> Therapist:
    """Return the therapist that the address names, or end with 404."""
    identity = request.values.get("id", "")
    found = the_home().directory.get([identity]).get(identity)
    if found is None:
        abort(404)
    return found


def therapist() -> Answer:
    """Show one profile."""
    found, locale = the_therapist(), page_locale()
    changes = _last_changes(found.id)
    return render_template(
        "operator/therapist.html",
        person=found,
        sections={name: [row_of(found, one, changes, locale) for one in names] for name, names in SECTIONS.items()},
        consent=found.facts.get("identity_consent"),
        open_now=still_open(found, today()),
        accepting=label("accepting", found.value("accepting", ""), locale) if found.value("accepting") else "",
        joined=[pair for pair in the_home().directory.pairs("same") if found.id in (pair.first, pair.second)],
        claims=_claims(found, locale),
    )


def _claims(person: Therapist, locale: str) -> list[tuple[str, str, Claim]]:
    """Return each claim of skill or experience with its field and term in words."""
    home = the_home()
    index = home.latest_index() if home.index_is_current() else None
    return [(field_words(one.field, locale), label(one.field, one.code, locale), one) for one in claims(person, index)]


def row_of(person: Therapist, name: str, changes: dict[str, Change], locale: str) -> Row:
    """Return one field of a profile."""
    fact, withheld = person.facts.get(name), person.withheld.get(name)
    origin = fact or withheld
    change = changes.get(name)
    return Row(
        name,
        field_words(name, locale),
        "" if fact is None else shown(name, fact.value, locale),
        origin,
        emptied=withheld is not None,
        edited=origin is not None and EDITOR_RANK[origin.editor] == EDITOR_RANK["operator"],
        before="" if change is None or FIELDS[name].identity else shown_json(name, change.before, locale),
        change=change,
    )


def _last_changes(identity: str) -> dict[str, Change]:
    """Return by field the newest line of the log."""
    lines = the_home().directory.audit(identity, n=CHANGES_READ)
    return {one.field: one for one in reversed(lines) if one.field}

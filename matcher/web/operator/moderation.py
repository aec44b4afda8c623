"""Texts that a person should look at: the sentence, why, and the decision. Nothing is hidden without one."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request

from matcher.moderation import KIND, VERDICTS, Item, items, without
from matcher.web.asking import the_home, today
from matcher.web.operator.access import UNPROCESSABLE, Answer, operator, sentence, to
from matcher.web.operator.paging import Paged, paged
from matcher.web.operator.survey import survey
from profiles.directory.protocol import Decision

ITEMS = 20
HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Marked:
    """An item with its sentence in three parts: before what was found, what was found, and after it."""

    item: Item
    before: str
    found: str
    after: str


def open_items() -> list[Item]:
    """Return what nobody has decided yet, by name."""
    directory = the_home().directory
    decided = {(one.therapist, one.subject) for one in directory.decisions(KIND)}
    found = [one for some in survey().items.latest(directory).values() for one in some]
    left = (one for one in found if (one.therapist, one.subject) not in decided)
    return sorted(left, key=lambda one: (one.name, one.therapist, one.field, one.part, one.reason))


def moderation() -> Answer:
    """Show the queue."""
    return _page("")


def _page(error: str) -> str:
    page = paged(open_items(), request.args.get("page", 1, int), ITEMS)
    marked: Paged[Marked] = Paged([_marked(one) for one in page.items], page.number, page.last, page.count)
    return render_template("operator/moderation.html", page=marked, error=error)


def _marked(item: Item) -> Marked:
    before, found, after = item.passage.partition(item.found)
    return Marked(item, before, found, after)


def moderation_decide() -> Answer:
    """Keep a decision; a text that is to be hidden is taken out of the profile, and the log has who did it."""
    directory, actor = the_home().directory, operator().name
    identity, subject = request.form.get("id", ""), request.form.get("subject", "")
    part, verdict = request.form.get("part", ""), request.form.get("verdict", "")
    person = directory.get([identity]).get(identity)
    found = [one for one in items(person) if (one.subject, one.part) == (subject, part)] if person else []
    if person is None or not found or verdict not in VERDICTS:
        return _page(sentence("moderation.gone")), UNPROCESSABLE
    if verdict == HIDDEN:
        directory.edit(identity, without(person, found[0]), editor="operator", actor=actor, as_of=today())
    directory.decide(Decision(KIND, identity, subject, verdict, actor, ""))
    return to("moderation")

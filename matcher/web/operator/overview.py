"""The first page: how many profiles there are, what needs a look, and what changed last."""

from __future__ import annotations

from flask import render_template

from matcher.freshness import by_level
from matcher.web.asking import the_home
from matcher.web.operator.access import Answer
from matcher.web.operator.audit import told
from matcher.web.operator.coverage import counted
from matcher.web.operator.freshness import findings
from matcher.web.operator.moderation import open_items
from matcher.web.operator.survey import survey

LAST = 10

MANY = 20_000
"""From so many profiles on, counting takes longer than one waits for a page: it is left to the pages behind it."""


def overview() -> Answer:
    """Show the state of the directory; what is counted may be some minutes old."""
    directory, kept = the_home().directory, survey()
    profiles = directory.count()
    few = profiles < MANY
    return render_template(
        "operator/overview.html",
        profiles=profiles,
        covered=counted(old=True) if few or kept.knows("coverage") else None,
        levels=by_level(findings(old=True)) if few or kept.knows("freshness") else None,
        pairs=len(directory.pairs("open")),
        items=len(open_items()) if few or kept.items.started else None,
        days=the_home().settings.invitation_days,
        lines=told(directory.audit(n=LAST)),
    )

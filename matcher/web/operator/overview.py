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

LAST = 10


def overview() -> Answer:
    """Show the state of the directory; what is counted may be some minutes old."""
    directory = the_home().directory
    return render_template(
        "operator/overview.html",
        covered=counted(old=True),
        levels=by_level(findings(old=True)),
        pairs=len(directory.pairs("open")),
        items=len(open_items()),
        lines=told(directory.audit(n=LAST)),
    )

"""The article's map: every part has its rows, every factor's part is there, and everything it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from werkzeug.exceptions import HTTPException

from matcher.feedback.items import items
from matcher.messages import texts
from matcher.mirrored import PAIRS
from matcher.web.about import TOPICS
from matcher.web.app import create_app
from models.factors import factors
from profiles.preferences import LIMITS, WISH_FIELDS
from profiles.schema import FIELDS, STYLES
from profiles.vocabulary import vocabulary

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "article.md").read_text(encoding="utf-8")
PARTS = {
    part.partition("\n")[0]: [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("| ") and not line.startswith(("| idea", "| ---"))
    ]
    for part in TEXT.split("\n## ")[1:]
}
NAMED = re.findall(r"`([a-z_-]+):([^`]+)`", TEXT.partition("## ")[2])

HEADINGS = 26
"""Parts of the article: its opening, twenty-three with ideas in them, related terms and references."""

every_part = pytest.mark.parametrize("part", PARTS)


@every_part
def test_every_part_says_where_each_idea_lives_or_why_it_does_not(part):
    """A row names a place that exists, or says that there is none, and why."""
    rows = PARTS[part]
    assert rows
    for idea, where in rows:
        assert idea
        named = re.search(r"`[a-z_-]+:[^`]+`|`[\w/]+\.py`|\]\(", where)
        assert named or "not in the product" in where, idea
        assert "not in the product" not in where or "because" in where, idea


def test_the_whole_article_is_there():
    """Twenty-six parts, and all that code says it comes from."""
    assert len(PARTS) == HEADINGS
    sections = {row.section.partition(":")[0] for row in factors().values()}
    sections |= {pair.section for pair in PAIRS} | {section for topic in TOPICS for section in topic.sections}
    assert sections <= PARTS.keys()


def resolves(kind: str, name: str, routes) -> bool:
    """Whether what a row names exists."""
    if kind == "page":
        try:
            return routes.match(name, method="GET") is not None
        except HTTPException:
            return False
    known = {
        "factor": factors(),
        "style": STYLES,
        "field": {*FIELDS, *WISH_FIELDS, *LIMITS, "words"},
        "text": texts("en"),
        "check-in": set(items()),
    }
    return name in (known.get(kind) or vocabulary().codes(kind))


def test_everything_it_names_exists(tmp_path):
    """Factors, fields, terms, pages, sentences and check-in items; plain pages by their own address."""
    app = create_app(tmp_path)
    routes = app.url_map.bind("localhost")
    assert [(kind, name) for kind, name in NAMED if not resolves(kind, name, routes)] == []
    topics = {f"/about-therapy/{topic.address}" for topic in TOPICS}
    pages = {name for kind, name in NAMED if kind == "page"}
    assert {name for name in pages if name.startswith("/about-therapy/")} == topics
    app.extensions["home"].directory.close()


def test_every_factor_practice_and_check_in_item_has_its_place():
    """What is asked of clients and therapists is found in the article: nothing was made up beside it."""
    named = {f"{kind}:{name}" for kind, name in NAMED}
    assert {f"check-in:{code}" for code in items()} <= named
    assert {f"practice:{pair.code}" for pair in PAIRS if pair.field == "practice"} <= named
    assert {f"factor:{name}" for name in factors()} <= named


def test_a_name_that_does_not_exist_is_found_out(tmp_path):
    """The check can fail, for each kind."""
    app = create_app(tmp_path)
    routes = app.url_map.bind("localhost")
    for kind in ("factor", "style", "field", "text", "check-in", "practice", "nonsense"):
        assert not resolves(kind, "no_such_thing", routes), kind
    assert not resolves("page", "/no-such-page", routes)
    app.extensions["home"].directory.close()

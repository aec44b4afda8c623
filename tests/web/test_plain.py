"""All that we say to clients reads plainly, in every language; names, labels and what others wrote are left out."""

from __future__ import annotations

import re

import pytest

from matcher.messages import texts
from profiles.vocabulary import LOCALES
from tests.web.readable import flesch_kincaid, is_plain, sentences

FOR_OTHERS = frozenset(
    {"operator", "own_profile", "cli", "problem", "remedy", "level", "loss", "freshness", "coverage", "moderation"}
    | {"operate", "duplicates", "model", "error", "editor", "licence", "variant", "door", "tier", "month", "checkin"}
    | {"evaluate", "experiment", "simulate"}
)
"""Parts of the tables that operators, therapists and the command line read."""
END = (".", "?", "!")


def prose(locale: str) -> dict[str, list[str]]:
    """Return the sentences for clients by the part of the table; what fills a gap counts as one short word."""
    found: dict[str, list[str]] = {}
    for key, text in texts(locale).items():
        part = key.partition(".")[0]
        if part not in FOR_OTHERS and text.endswith(END) and len(text) > 1:
            found.setdefault(part, []).append(re.sub(r"\{\w+\}", "3", text))
    return found


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("part", sorted(prose("en")))
def test_each_part_reads_plainly(part, locale):
    """At most six school years in English, no sentence above ten, and the like in Spanish and German."""
    text = " ".join(prose(locale).get(part, ["Yes, it is so."]))
    hard = [one for one in sentences(text) if locale == "en" and flesch_kincaid(one) > 10]
    assert hard == []
    assert is_plain(text, locale)


def test_the_parts_that_clients_read_are_looked_at():
    """Most sentences of the form and the list are among them."""
    assert {"form", "why", "list", "because", "question", "draft", "after", "shortlist", "privacy"} <= set(prose("en"))
    assert sum(map(len, prose("en").values())) > 250

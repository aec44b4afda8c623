"""Reads the tables `phrases_<language>.toml`, once, into what the screen asks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from matcher.screening.folding import fold
from matcher.screening.phrases import Phrases
from matcher.screening.spelling import Speller

LANGUAGES = ("en", "es", "de", "fr", "pt", "it", "nl", "pl", "tr", "ru", "ar", "hi", "zh", "ja", "ko", "af", "sw")
"""Every table is tried on every text: people mix languages, and nobody is asked for theirs."""


@dataclass(frozen=True)
class Tables:
    """All tables together.

    Attributes:
        speller: key words and what people write for them.
        turns: words that begin another part of a sentence, such as "but".
        loud: phrases that always show the panel.
        quiet: phrases that are taken out before anything else is looked for.
        signals: phrases that show the panel.
        mentions: words that show it unless their part of the sentence is about something else.
        contexts: what it may be about instead: work, others, whom one looks for.
    """

    speller: Speller
    turns: Phrases
    loud: Phrases
    quiet: Phrases
    signals: Phrases
    mentions: Phrases
    contexts: Phrases


@cache
def tables() -> Tables:
    """Return the tables, read once.

    Raises:
        PhraseUnreadable: a phrase is not written as the tables' language asks.
    """
    return compiled(table(language) for language in LANGUAGES)


def table(language: str) -> Mapping[str, Any]:
    """Return the table of a language as it stands in its file."""
    text = (files("matcher.screening") / f"phrases_{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def compiled(some: Iterable[Mapping[str, Any]]) -> Tables:
    """Return what tables say together.

    Raises:
        PhraseUnreadable: a phrase is not written as the tables' language asks.
    """
    every = list(some)
    return Tables(
        speller=_speller(every),
        turns=_phrases(every, "turn"),
        loud=_phrases(every, "loud"),
        quiet=_phrases(every, "quiet", strict=True),
        signals=_phrases(every, "signal"),
        mentions=_phrases(every, "mention"),
        contexts=_phrases(every, "context", strict=True),
    )


def _phrases(some: Iterable[Mapping[str, Any]], section: str, *, strict: bool = False) -> Phrases:
    """Return the phrases of all groups of a section; lists are those of the phrase's own file."""
    found = Phrases(strict=strict)
    for one in some:
        for group in one.get(section, {}).values():
            found.add(group, one.get("lists", {}))
    return found


def _speller(some: Sequence[Mapping[str, Any]]) -> Speller:
    said = [one.get("spelling", {}) for one in some]

    def folded(key: str) -> tuple[str, ...]:
        return tuple(fold(word) for one in said for word in one.get(key, ()))

    return Speller(
        words=frozenset(folded("words")),
        misspelt={fold(wrong): fold(word) for one in said for wrong, word in one.get("misspelt", {}).items()},
        real=frozenset(folded("real")),
        joined=folded("joined"),
    )

"""The texts of the demonstration: passages that agree with a profile's facts, the least used first."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from datetime import date
from random import Random

from profiles.demonstration.agreement import Values, agrees, gaps
from profiles.demonstration.tables import SLOTS, Passage, passages

PLAN = ("opening", "with", "approach", "with", "approach", "practical", "with", "closing", "approach", "with")
"""Which slots a text fills first; a text of three passages has the first three."""

LONG = 5
"""From so many passages on, a text has paragraphs."""

RECENT = 40
"""A passage used among so many last ones is taken only when nothing else agrees."""


class Writer:
    """Writes texts one after the other and remembers which passages it has used."""

    def __init__(self, rng: Random, as_of: date) -> None:
        self._rng = rng
        self._as_of = as_of
        self._used: Counter[str] = Counter()
        self._dear: frozenset[str] = frozenset()
        self._recent: deque[str] = deque(maxlen=RECENT)

    def text(self, values: Values, languages: tuple[str, ...], length: int, dear: frozenset[str] = frozenset()) -> str:
        """Return a text of up to `length` passages, about what is `dear` first; a second language follows, shorter."""
        self._dear = dear
        lengths = [length, max(2, length // 2)]
        told: set[str] = set()
        parts = [self._part(values, language, n, told) for language, n in zip(languages, lengths, strict=False)]
        return "\n\n".join(part for part in parts if part)

    def _part(self, values: Values, language: str, length: int, told: set[str]) -> str:
        chosen = sorted(self._chosen(values, language, length, told), key=lambda passage: SLOTS.index(passage.slot))
        return _joined([(passage.slot, passage.text.format(**gaps(values, self._as_of))) for passage in chosen])

    def _chosen(self, values: Values, language: str, length: int, told: set[str]) -> Iterator[Passage]:
        """Take the freshest fitting passage slot by slot, never two on one topic; `told` is of the whole text."""
        fitting = [passage for passage in passages(language) if agrees(values, passage, self._as_of)]
        topics: set[str] = set()
        for slot in PLAN[:length]:
            free = [p for p in fitting if p.slot == slot and p.topic not in told and topics.isdisjoint(_topics(p))]
            if not free:
                continue
            passage = min(free, key=self._wear)
            topics.update(_topics(passage))
            told.update([passage.topic] if passage.topic else [])
            self._used[passage.text] += 1
            self._recent.append(passage.text)
            yield passage

    def _wear(self, passage: Passage) -> tuple[bool, float]:
        """How worn a passage is; one that says much is preferred to a general one that is as new."""
        dear = 3 * len(self._dear.intersection(passage.facts))
        freshness = 1.3 * self._used[passage.text] - 0.6 * min(len(passage.facts), 3) + self._rng.random()
        return passage.text in self._recent, freshness - dear


def _topics(passage: Passage) -> Iterator[str]:
    """What nothing else in the text may speak of; an opening only introduces, so what it names may come again."""
    yield passage.text
    if passage.slot != SLOTS[0]:
        yield from passage.facts
        yield from passage.without


def _joined(parts: list[tuple[str, str]]) -> str:
    """Join passages with spaces; in longer texts, whom I work with and the practical part begin a new line."""
    text, before = "", ""
    for slot, words in parts:
        breaks = len(parts) >= LONG and slot != before and slot in ("with", "practical")
        text += ("\n" if breaks else " ") + words
        before = slot
    return text.strip()

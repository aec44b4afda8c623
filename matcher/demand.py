"""What lists are asked for and whom they show, counted in memory and written in steps: no words, no whole wish."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import product
from typing import TypeVar

from matcher.feedback.protocol import STEP, FeedbackStore, WishCount
from profiles.preferences import LIMITS
from profiles.schema import Preferences

Wish = tuple[tuple[str, str], ...]
Key = TypeVar("Key")

PAIRS: tuple[tuple[str, str], ...] = (
    ("language", "session_format"),
    ("language", "population"),
    ("language", "concern"),
    ("language", "modality"),
    ("language", "age_group"),
    ("language", "jurisdiction"),
    ("language", "insurance"),
    ("session_format", "jurisdiction"),
    ("population", "jurisdiction"),
    ("concern", "jurisdiction"),
    ("modality", "jurisdiction"),
    ("insurance", "jurisdiction"),
    ("age_group", "jurisdiction"),
)
"""Musts that are counted together; who a client or a therapist is stands in none of them."""

MOST_KEPT = 50_000
"""Wishes that are counted in memory at once; when there are more, those asked once are let go."""


def counted_wishes(preferences: Preferences) -> Iterator[Wish]:
    """Yield what is counted of some musts: each value alone, and the declared pairs; of limits the name alone.

    >>> list(counted_wishes(Preferences(must={"language": ("es",), "session_format": ("video",)})))[-1]
    (('language', 'es'), ('session_format', 'video'))
    """
    for field, codes in preferences.must.items():
        yield from (((field, code),) for code in codes)
    yield from (((name, ""),) for name in LIMITS if getattr(preferences, name) is not None)
    for first, second in PAIRS:
        both = product(preferences.must.get(first, ()), preferences.must.get(second, ()))
        yield from (((first, one), (second, other)) for one, other in both)


class Demand:
    """Counters of one process. What does not fill a step is lost when the process ends, and that is meant.

    Args:
        store: where full steps are written.
    """

    def __init__(self, store: FeedbackStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._asked: Counter[Wish] = Counter()
        self._nobody: Counter[Wish] = Counter()
        self._shown: Counter[str] = Counter()

    def count(self, preferences: Preferences, eligible: int, day: date) -> None:
        """Count one list: what it asked for as musts, and whether anybody met all of them."""
        wishes = tuple(dict.fromkeys(counted_wishes(preferences)))
        with self._lock:
            asked = _stepped(self._asked, wishes)
            nobody = _stepped(self._nobody, wishes if eligible == 0 else ())
        rows = [WishCount(wish, STEP * (wish in asked), STEP * (wish in nobody)) for wish in wishes]
        if full := [one for one in rows if one.asked or one.nobody]:
            self._store.add_wishes(full, day)

    def count_shown(self, ids: Iterable[str], day: date) -> None:
        """Count whom a list shows."""
        with self._lock:
            full = _stepped(self._shown, tuple(ids))
        if full:
            self._store.add_shown([(identity, STEP) for identity in full], day)


def _stepped(counter: Counter[Key], keys: tuple[Key, ...]) -> list[Key]:
    """Count some keys; return those that filled a step, which start anew."""
    counter.update(keys)
    full = [key for key in keys if counter[key] >= STEP]
    for key in full:
        del counter[key]
    if len(counter) > MOST_KEPT:
        for key in [key for key, count in counter.items() if count == 1]:
            del counter[key]
    return full

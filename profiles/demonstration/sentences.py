"""The sentences that some therapists of the demonstration write beside the qualities they put among their three."""

from __future__ import annotations

from collections import Counter
from random import Random

from profiles.demonstration.draft import Draft
from profiles.demonstration.tables import table

WRITE = 0.55
"""Share of those with three qualities who write about at least one of them."""


class Sentences:
    """Hands out sentences, the least used first, from a source of chance of its own: no other draw hangs on it."""

    def __init__(self, seed: int) -> None:
        self._rng = Random(f"quality sentences {seed}")
        self._used: Counter[str] = Counter()

    def add(self, draft: Draft) -> None:
        """Add a sentence on one to three of the qualities to some drafts, in the first fluent language that has any."""
        language = next((tongue for tongue in draft.fluent_tongues if tongue in table("sentences")), "")
        qualities = draft.values.get("qualities", ())
        writes = self._rng.random() < WRITE
        if not (qualities and language and writes):
            return
        chosen = self._rng.sample(qualities, self._rng.randint(1, len(qualities)))
        draft.values["quality_sentences"] = {code: self._sentence(language, code) for code in chosen}

    def _sentence(self, language: str, quality: str) -> str:
        text = min(table("sentences")[language][quality], key=lambda text: (self._used[text], self._rng.random()))
        self._used[text] += 1
        return str(text)

"""What stands behind each term a profile lists: only ticked, described in own words, or checked against a register."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from matcher.explain import BACKING
from matcher.index.query import Index
from models.text import passages
from profiles.languages import language_of_text
from profiles.schema import Therapist
from profiles.vocabulary import LOCALES, vocabulary

Ground = Literal["checked", "described", "ticked"]

GROUNDS: tuple[Ground, ...] = ("checked", "described", "ticked")
"""What may stand behind a claim, the most first. Even `checked` says that a register lists it, not how good it is."""

CLAIMED = ("modality", "concern", "population")
"""Fields whose terms are claims of skill or experience."""

SHORT = 4
"""Letters up to which a synonym counts only as it is written: "ACT" is a method, "act" is not."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One term that a profile lists, and what stands behind it.

    Attributes:
        field: of `CLAIMED`.
        code: of the vocabulary.
        ground: the most that stands behind it.
        passage: the sentence of the own text that speaks of it, as it stands there; "" for none. A checked claim may
            have one as well.
        language: of the passage, "" where it can't be told.
        register: what it was checked against, "" for `described` and `ticked`.
        day: the day of that check; else the day the profile says it for.
    """

    field: str
    code: str
    ground: Ground
    passage: str
    language: str
    register: str
    day: date


def claims(therapist: Therapist, index: Index | None = None) -> tuple[Claim, ...]:
    """Return every listed term of `CLAIMED` with what stands behind it.

    Args:
        therapist: the profile as it is now.
        index: an index that is up to date with the directory, to read the text by meaning; without one, a term counts
            as described only where the text names it, by its label or a synonym, outside what it says is not offered.
    """
    read = _Reading(therapist, passages(therapist.bio), index)
    return tuple(
        _claim(therapist, field, code, read.passage(field, code))
        for field in CLAIMED
        for code in therapist.terms(field)
    )


def _claim(therapist: Therapist, field: str, code: str, passage: str) -> Claim:
    fact = therapist.facts[field]
    language = (language_of_text(passage, therapist.languages) or "") if passage else ""
    if fact.editor == "register":
        return Claim(field, code, "checked", passage, language, fact.source, fact.confirmed_on)
    return Claim(field, code, "described" if passage else "ticked", passage, language, "", fact.as_of)


@dataclass(frozen=True)
class _Reading:
    """One text, read for terms."""

    therapist: Therapist
    lines: Sequence[str]
    index: Index | None

    def passage(self, field: str, code: str) -> str:
        """Return the sentence that speaks of a term, "" for none: one that names it, else one that means it."""
        return next((line for line in self.lines if _named(field, code).search(line)), "") or self._meant(field, code)

    def _meant(self, field: str, code: str) -> str:
        """Return the sentence that the index reads as speaking for a term; the rule of the quotes on a card."""
        index, row = self.index, self._row()
        place = None if index is None else index.described_places.get((field, code))
        if index is None or row is None or place is None or not self._is_this_text(row):
            return ""
        number = int(index.arrays["best_passage"][place, row])
        value = int(index.described[place, row]) / 255
        strong = BACKING <= value < 1 and number < len(self.lines)
        return self.lines[number] if strong and index.is_nearest(field, [code], row, number) else ""

    def _row(self) -> int | None:
        if self.index is None:
            return None
        row = bisect_left(self.index.ids, self.therapist.id)
        return row if row < len(self.index.ids) and self.index.ids[row] == self.therapist.id else None

    def _is_this_text(self, row: int) -> bool:
        """Whether the index read a text of as many passages; an index that is behind may have read another."""
        return self.index is not None and int(self.index.arrays["passages"][row]) == len(self.lines)


@cache
def _named(field: str, code: str) -> re.Pattern[str]:
    """Return a pattern of the code, labels and synonyms of a term as whole words; short ones as they are written."""
    if code not in vocabulary().codes(field):
        return re.compile(r"(?!)")
    term = vocabulary().term(field, code)
    names = {code.replace("_", " "), *(vocabulary().label(field, code, locale) for locale in LOCALES), *term.synonyms}
    names |= {part.strip() for name in names for part in re.split(r"[()]", name)}
    long = sorted(name for name in names if len(name) > SHORT)
    short = sorted({name for name in names if 1 < len(name) <= SHORT and name == name.upper() != name.lower()})
    parts = [f"(?i:{'|'.join(re.escape(name) for name in long)})"] if long else []
    parts += [re.escape(name) for name in short]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)" if parts else r"(?!)")

"""How complete profiles are: each field's share, who says it, and who answered the mirrored questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from matcher.settings import Settings
from profiles.schema import CONTACT_FIELDS, EDITOR_RANK, FIELDS, STYLES, Fact, Therapist


@dataclass(frozen=True, slots=True)
class FieldShare:
    """How many profiles state a field.

    Attributes:
        field: of `FIELDS`.
        stated: how many.
        fresh: how many of them were confirmed within the limit: `accepting_fresh_days` for `accepting`, else
            `profile_fresh_days`.
        by: how many by who says it: therapist, register, operator, file.
        of: how many profiles there are.
    """

    field: str
    stated: int
    fresh: int
    by: Mapping[str, int]
    of: int


@dataclass(frozen=True, slots=True)
class Answered:
    """How many therapists answered one of the questions that clients are asked as well.

    Attributes:
        question: `style.<dimension>`, `qualities`, `quality_sentences`, `practice`, `accepting` or `contact`.
        answered: how many said it themselves.
        of: how many profiles there are.
    """

    question: str
    answered: int
    of: int


def _own(fact: Fact | None) -> bool:
    return fact is not None and fact.editor == "therapist"


def _style(name: str) -> Callable[[Therapist], bool]:
    return lambda person: _own(person.facts.get("style")) and name in person.value("style", {})


def _field(name: str) -> Callable[[Therapist], bool]:
    return lambda person: _own(person.facts.get(name))


QUESTIONS: Mapping[str, Callable[[Therapist], bool]] = {
    **{f"style.{name}": _style(name) for name in STYLES},
    **{name: _field(name) for name in ("qualities", "quality_sentences", "practice", "accepting")},
    "contact": lambda person: any(_own(person.facts.get(name)) for name in CONTACT_FIELDS),
}
"""Each mirrored question, and whether a therapist answered it."""


class Completeness:
    """Counts profiles one by one.

    Args:
        as_of: the day freshness is judged for.
        settings: `accepting_fresh_days` and `profile_fresh_days`.
    """

    def __init__(self, as_of: date, settings: Settings) -> None:
        self.size = 0
        self._today = as_of.toordinal()
        self._limits = dict.fromkeys(FIELDS, settings.profile_fresh_days)
        self._limits["accepting"] = settings.accepting_fresh_days
        self._by: Counter[tuple[str, str]] = Counter()
        self._fresh: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()

    def add(self, person: Therapist) -> None:
        """Count one profile."""
        self.size += 1
        for name, fact in person.facts.items():
            self._by[name, fact.editor] += 1
            self._fresh[name] += self._today - fact.confirmed_on.toordinal() <= self._limits[name]
        if any(fact.editor == "therapist" for fact in person.facts.values()):
            self._answered.update(name for name, said in QUESTIONS.items() if said(person))

    def fields(self) -> tuple[FieldShare, ...]:
        """Return every field in the order of `FIELDS`."""
        by = {name: {editor: self._by[name, editor] for editor in EDITOR_RANK} for name in FIELDS}
        return tuple(
            FieldShare(name, sum(by[name].values()), self._fresh[name], by[name], self.size) for name in FIELDS
        )

    def answers(self) -> tuple[Answered, ...]:
        """Return every mirrored question."""
        return tuple(Answered(name, self._answered[name], self.size) for name in QUESTIONS)

"""Small steps that bring more people: more to pay, further to go, simpler words; before anything is dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matcher.index.musts import eligible
from matcher.messages import fee_words, say
from matcher.web.asking import the_home, today
from matcher.web.form import document_of, number_of
from profiles.preferences import LANGUAGE_ALSO, read_preferences
from profiles.schema import Preferences

CHOICE = "loosen"
"""Name of the button that takes a step."""

GROWS: Mapping[str, tuple[str, int]] = {"fee_max": ("fee_max.amount", 10), "near": ("near.km", 15)}
"""By must: the field of the form, and by how much it grows; our choice."""

STEPS = (*GROWS, *LANGUAGE_ALSO)
"""All steps: what grows, and what will do where a language is a must."""

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Step:
    """One step and what it brings.

    Attributes:
        name: of the step.
        field: the must that is loosened.
        gains: how many more meet everything, at least 1.
        words: what it comes to, in the language of the page.
    """

    name: str
    field: str
    gains: int
    words: str


def loosened(pairs: Pairs) -> list[tuple[str, str]]:
    """Return posted fields with the steps taken that were chosen; a field that is no number stays as it is."""
    chosen = {value for name, value in pairs if name == CHOICE}
    grows = {field: by for must, (field, by) in GROWS.items() if must in chosen}
    rest = [(name, _grown(value, grows.get(name, 0))) for name, value in pairs if name != CHOICE]
    also = [("language_also", one) for one in LANGUAGE_ALSO if one in chosen]
    return rest + [pair for pair in also if pair not in rest]


def _grown(value: str, by: int) -> str:
    number = number_of(value)
    return f"{number + by:g}" if by and not isinstance(number, str) else value


def steps(pairs: Pairs, eligible_now: int, locale: str) -> Iterator[Step]:
    """Yield each step that would bring somebody, with exactly how many.

    Args:
        pairs: the answers.
        eligible_now: how many meet everything without it.
        locale: language of the page.
    """
    home = the_home()
    index = home.latest_index()
    asked = read_preferences(document_of(pairs))[0]
    for name in STEPS:
        preferences, problems = read_preferences(document_of(loosened([*pairs, (CHOICE, name)])))
        if problems or index is None or not _is_open(name, asked):
            continue
        gains = len(eligible(index, preferences, today(), home.settings.floor_for(preferences)).rows) - eligible_now
        if gains > 0:
            yield Step(name, name if name in GROWS else "language", gains, _words(name, preferences, locale))


def _is_open(name: str, asked: Preferences) -> bool:
    """Whether a step changes anything."""
    if name in GROWS:
        return getattr(asked, name) is not None
    return "language" in asked.must and name not in asked.language_also


def _words(name: str, preferences: Preferences, locale: str) -> str:
    if name == "fee_max" and (fee := preferences.fee_max):
        return fee_words(f"{fee.amount}-{fee.amount} {fee.currency}", locale)
    if name == "near" and preferences.near:
        return say("list.km", locale, km=f"{preferences.near.km:g}")
    return say(f"list.also.{name}", locale)

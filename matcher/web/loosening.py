"""Small steps that bring more people: a little more to pay, a little further to go; before anything is dropped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matcher.index.musts import eligible
from matcher.messages import fee_words, say
from matcher.web.asking import the_home, today
from matcher.web.form import document_of, number_of
from profiles.preferences import read_preferences
from profiles.schema import Preferences

CHOICE = "loosen"
"""Name of the button that takes a step."""

STEPS: Mapping[str, tuple[str, int]] = {"fee_max": ("fee_max.amount", 10), "near": ("near.km", 15)}
"""By must: the field of the form, and by how much it grows; our choice."""


@dataclass(frozen=True)
class Step:
    """One step and what it brings.

    Attributes:
        name: the must that is loosened.
        gains: how many more meet everything, at least 1.
        words: what it comes to, in the language of the page.
    """

    name: str
    gains: int
    words: str


def loosened(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return posted fields with the steps taken that were chosen; a field that is no number stays as it is."""
    chosen = {value for name, value in pairs if name == CHOICE}
    grows = {field: by for must, (field, by) in STEPS.items() if must in chosen}
    return [(name, _grown(value, grows.get(name, 0))) for name, value in pairs if name != CHOICE]


def _grown(value: str, by: int) -> str:
    number = number_of(value)
    return f"{number + by:g}" if by and not isinstance(number, str) else value


def steps(pairs: Sequence[tuple[str, str]], eligible_now: int, locale: str) -> Iterator[Step]:
    """Yield each step that would bring somebody, with exactly how many.

    Args:
        pairs: the answers.
        eligible_now: how many meet everything without it.
        locale: language of the page.
    """
    home = the_home()
    index = home.latest_index()
    names = {name for name, value in pairs if value.strip()}
    for must, (field, _) in STEPS.items():
        preferences, problems = read_preferences(document_of(loosened([*pairs, (CHOICE, must)])))
        if field not in names or problems or index is None:
            continue
        gains = len(eligible(index, preferences, today(), home.settings.floor_for(preferences)).rows) - eligible_now
        if gains > 0:
            yield Step(must, gains, _words(must, preferences, locale))


def _words(must: str, preferences: Preferences, locale: str) -> str:
    if must == "fee_max" and (fee := preferences.fee_max):
        return fee_words(f"{fee.amount}-{fee.amount} {fee.currency}", locale)
    return say("list.km", locale, km=f"{preferences.near.km:g}") if preferences.near else ""

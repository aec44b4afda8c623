"""A wish changed where it stands: taken away, made a must, or made a wish; all else stays as it was posted."""

from __future__ import annotations

from collections.abc import Sequence

from matcher.web.form import POINT, REQUIRE, SOFTEN, document_of
from profiles.preferences import WISH_FIELDS

CHANGE = "change"
"""Name of the buttons; their values are `drop PLACE`, `wish FIELD` or `must FIELD`."""

Pairs = Sequence[tuple[str, str]]


def changed(pairs: Pairs) -> list[tuple[str, str]]:
    """Return posted fields with the changes made that were chosen; a change that is not known changes nothing."""
    answers = [pair for pair in pairs if pair[0] != CHANGE]
    for value in (value for name, value in pairs if name == CHANGE):
        act, _, place = value.partition(" ")
        if act == "drop":
            answers = _without(answers, place)
        elif act in TURNS and place in WISH_FIELDS:
            answers = _turned(answers, act, place)
    return answers


TURNS = {"wish": (REQUIRE, SOFTEN, "must"), "must": (SOFTEN, REQUIRE, "prefer")}
"""By what it becomes: the box that is cleared, the one that is ticked where some of it is left, and where it was."""


def _turned(pairs: Pairs, act: str, field: str) -> list[tuple[str, str]]:
    cleared, ticked, before = TURNS[act]
    rest = [pair for pair in pairs if pair != (cleared, field)]
    # a field may have been asked for in both ways, so that clearing one box moves only a part of it
    return [*rest, (ticked, field)] if field in document_of(rest).get(before, {}) else rest


def _without(pairs: Pairs, place: str) -> list[tuple[str, str]]:
    """Return the answers without all that says a place of the preferences."""
    part, _, field = place.partition(".")
    if part not in ("must", "prefer") or field not in WISH_FIELDS:
        return [(name, value) for name, value in pairs if not _is_at(name, place)]
    boxes = [pair for pair in pairs if pair in ((REQUIRE, field), (SOFTEN, field))]
    rest = [pair for pair in pairs if field not in document_of([pair, *boxes]).get(part, {}) or pair in boxes]
    said = document_of(rest)
    still_asked = any(field in said.get(one, {}) for one in ("must", "prefer"))
    return rest if still_asked else [pair for pair in rest if pair not in boxes]


def _is_at(name: str, place: str) -> bool:
    """Whether a field says a place that is no field of wishes."""
    parts = place in ("fee_max", "near") and name.startswith(f"{place}.")
    return name == place or parts or (place == "near" and name == POINT)

"""The form of one field: which inputs it has, what stands in them, and what is wrong with what was typed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

from matcher.messages import label, problem_words, say, style_words
from matcher.web.operator.cells import MANY, Cells, inputs_of
from matcher.web.profile import shown as shown_value
from profiles.problems import Problem
from profiles.records import value_from_json, value_to_json
from profiles.schema import FIELDS, Fact
from profiles.vocabulary import vocabulary

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "person": ("name", "credentials", "npi", "licence", "language", "training", "supervised", "bio"),
    "practical": (
        "accepting",
        "next_opening",
        "session_format",
        "place",
        "fee",
        "insurance",
        "availability",
        "accessibility",
        "crisis_between_sessions",
    ),
    "contact": (
        "email",
        "phone",
        "text",
        "website",
        "booking_url",
        "preferred",
        "reply_languages",
        "replies_within_days",
    ),
    "work": (
        "concern",
        "population",
        "modality",
        "age_group",
        "participants",
        "practice",
        "style",
        "qualities",
        "quality_sentences",
    ),
    "identity": ("pronouns", "therapist_gender", "cultural_background", "faith", "orientation", "disability"),
}
"""Every field that has a form, in the order of the page; consent has a page of its own."""

SPARE_ROWS = 2
LONG = frozenset({"bio", "training", "crisis_between_sessions"})
LEVELS = ("0", "10", "20", "30", "40", "50")
DAYS = frozenset({"next_opening", "licence_start", "licence_end", "checked_on", "check_due"})
STEPS = range(-3, 4)

Look = Literal["line", "area", "day", "choice"]
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name in the form, its words, how it looks, what stands in it, and what may be chosen."""

    name: str
    words: str
    look: Look
    value: str
    options: Options = ()


@dataclass(frozen=True, slots=True)
class Control:
    """The form of a field.

    Attributes:
        name: of `FIELDS`.
        rows: inputs, a row for each value of a field that has several; () where terms are ticked.
        boxes: (code, words, whether it is ticked) of every term there is.
    """

    name: str
    rows: tuple[tuple[Input, ...], ...] = ()
    boxes: tuple[tuple[str, str, bool], ...] = ()


def field_words(name: str, locale: str) -> str:
    """Return how operators call a field."""
    return say(f"operator.field.{name}", locale)


def input_words(name: str, target: str, locale: str) -> str:
    """Return how an input of a field is called."""
    if name == "style":
        return say(f"style.{target.removeprefix('style_')}.name", locale)
    if name == "quality_sentences":
        return label("qualities", target, locale)
    return field_words(name, locale) if target == name else say(f"operator.input.{target}", locale)


def shown(name: str, value: Any, locale: str) -> str:
    """Return a value in words."""
    if FIELDS[name].kind == "term":
        return label(name, value, locale)
    if FIELDS[name].kind == "sentences":
        return "; ".join(f"{label('qualities', code, locale)}: {text}" for code, text in value.items())
    return shown_value(name, value, locale)


def shown_json(name: str, text: str | None, locale: str) -> str:
    """Return a value of the audit log in words, "" for none; what is no value of today's fields stays as it is."""
    if text is None:
        return ""
    try:
        return shown(name, value_from_json(name, json.loads(text)), locale)
    except (KeyError, TypeError, ValueError, AttributeError):
        return text


def state_of(name: str, fact: Fact | None) -> str:
    """Return a mark that changes when the value does, so that nobody writes over what they have not seen."""
    if fact is None:
        return ""
    plain = json.dumps(value_to_json(name, fact.value), ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def ticked(name: str) -> bool:
    """Whether a field is a list of terms that can all be shown."""
    return FIELDS[name].kind == "terms" and bool(vocabulary().codes(name))


def posted(name: str, form: MultiDict[str, str]) -> list[Cells]:
    """Return the cells that a form holds: ticked terms as one list, else row by row."""
    if ticked(name):
        return [{name: "; ".join(form.getlist(name))}]
    columns = {target: form.getlist(target) for target in inputs_of(name)}
    size = max((len(cells) for cells in columns.values()), default=0)
    return [
        {target: cells[row] if row < len(cells) else "" for target, cells in columns.items()} for row in range(size)
    ]


def control(name: str, rows: Sequence[Cells], locale: str) -> Control:
    """Return the form of a field with `rows` standing in it."""
    if ticked(name):
        chosen = set(rows[0].get(name, "").split("; ")) if rows else set()
        boxes = [(code, label(name, code, locale), code in chosen) for code in vocabulary().codes(name)]
        return Control(name, boxes=tuple(boxes))
    filled = [row for row in rows if any(cell.strip() for cell in row.values())]
    blank: list[Cells] = [{}] * (SPARE_ROWS if name in MANY else not filled)
    return Control(name, tuple(_row(name, row, locale) for row in [*filled, *blank]))


def _row(name: str, cells: Cells, locale: str) -> tuple[Input, ...]:
    return tuple(_input(name, target, cells.get(target, ""), locale) for target in inputs_of(name))


def _input(name: str, target: str, value: str, locale: str) -> Input:
    words = input_words(name, target, locale)
    if options := _options(name, target, value, locale):
        return Input(target, words, "choice", value, (("", say("operator.edit.not_stated", locale)), *options))
    look: Look = "area" if target in LONG else "day" if target in DAYS and _is_iso(value) else "line"
    return Input(target, words, look, value)


def _is_iso(value: str) -> bool:
    """Whether a browser's field for days can hold what was typed; another text would vanish in it."""
    return not value or (len(value) == len("2026-01-31") and value[4] == value[7] == "-")


def _options(name: str, target: str, value: str, locale: str) -> Options:
    """Return what may be chosen for an input, () where it is typed; what stands there can always be kept."""
    found = _known_options(name, target, locale)
    return found if not found or not value or value in dict(found) else (*found, (value, value))


def _known_options(name: str, target: str, locale: str) -> Options:
    if target == "level":
        return tuple((level, say(f"level.{level}", locale)) for level in LEVELS[1:])
    if name == "style":
        dimension = target.removeprefix("style_")
        return tuple((str(step), style_words(f"{dimension}:{step}", locale)) for step in STEPS)
    if FIELDS[name].kind == "flag":
        return ("yes", say("yes", locale)), ("no", say("no", locale))
    if target in ("accepting", "profession"):
        return tuple((code, label(target, code, locale)) for code in vocabulary().codes(target))
    if target == "preferred":
        ways = ("email", "phone", "text", "website", "booking_url")
        return tuple((way, say(f"field.{way}", locale)) for way in ways)
    return ()


def sentences(problems: Sequence[Problem], locale: str) -> list[str]:
    """Return what was not understood, each with what is near."""
    return [_sentence(found, locale) for found in problems]


def _sentence(found: Problem, locale: str) -> str:
    message, _ = problem_words(found, locale)
    near = str(found.params.get("nearest", "-"))
    return message if near in ("", "-") else f"{message} {say('form.near', locale, known=near)}"

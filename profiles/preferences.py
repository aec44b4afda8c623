"""Preferences in and out of JSON: every part is checked against the vocabulary, nothing is dropped."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import pycountry

from profiles.errors import ServiceError
from profiles.languages import jurisdiction_of, language_of, nearest_jurisdictions, tag_of
from profiles.problems import CATALOGUE, MOST_SHOWN, Problem
from profiles.schema import STYLES, FeeLimit, Near, Preferences
from profiles.vocabulary import vocabulary

GROUPS = ("bond", "goal", "task", "culture", "practical")
WISH_FIELDS = (
    "language",
    "session_format",
    "jurisdiction",
    "age_group",
    "participants",
    "population",
    "concern",
    "modality",
    "cultural_background",
    "faith",
    "therapist_gender",
    "profession",
    "insurance",
    "accessibility",
    "availability",
    "practice",
)
"""Fields that `must` and `prefer` may name."""

LIMITS = ("fee_max", "near", "starts_within")
"""Musts that stand beside the fields."""

EVERY_VALUE = frozenset({"accessibility", "practice"})
"""Fields where every value is needed; elsewhere the values of a field are alternatives."""

AVOIDABLE = ("modality", "practice")
"""Ways of working; identity is never avoided."""

LANGUAGE_ALSO = ("simple_words", "interpreter")
"""What will do as well where a language is a must: a lower level in it, or an interpreter."""

PARTS = (
    "must",
    "prefer",
    "style",
    "qualities",
    "fee_max",
    "near",
    "starts_within",
    "avoid",
    "matters_most",
    "include_not_stated",
    "language_also",
    "words",
    "words_not_about",
)
MOST_QUALITIES = 3
FEW_TERMS = 12
"""Terms of a field that are all named when none is near to what was written."""
MOST_VALUES = 50
MOST_WORDS = 5_000
STYLE_END = 3
MOST_DAYS = 3_650
MOST_KM = 20_040  # half the equator: nothing on earth is farther
MOST_FEE = 1_000_000


class _Reading:
    """Collects what is read and every problem met on the way."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def report(self, code: str, path: str, value: object, **params: str | float) -> None:
        shown = _whole_characters(_shown(value))[:MOST_SHOWN]
        column = _whole_characters(path)
        self.problems.append(Problem(code, CATALOGUE[code], column=column, value=shown, params=params))

    def unknown(self, code: str, path: str, value: object, known: tuple[str, ...]) -> None:
        close = get_close_matches(str(value), known, n=3, cutoff=0.5) or known
        self.report(code, path, value, nearest=", ".join(close))


def _whole_characters(text: str) -> str:
    """Return text with each half of a character (a lone surrogate) as a question mark: nothing could print it."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _language(text: str) -> tuple[str | None, tuple[str, ...]]:
    tag = tag_of(text)
    named = language_of(text)
    return tag, (named,) if tag is None and named else ()


def _jurisdiction(text: str) -> tuple[str | None, tuple[str, ...]]:
    code = jurisdiction_of(text)
    return (code, ()) if code == text else (None, (code,) if code else nearest_jurisdictions(text))


def _code(field: str) -> Callable[[str], tuple[str | None, tuple[str, ...]]]:
    def read(text: str) -> tuple[str | None, tuple[str, ...]]:
        known = vocabulary().codes(field)
        if text in known:
            return text, ()
        named = vocabulary().find(field, text)
        near = (named,) if named else vocabulary().nearest(field, text)
        return None, near or (known if len(known) <= FEW_TERMS else ())

    return read


def _term_reader(field: str) -> Callable[[str], tuple[str | None, tuple[str, ...]]]:
    return {"language": _language, "jurisdiction": _jurisdiction}.get(field) or _code(field)


def _values(reading: _Reading, path: str, field: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        reading.report("value_wrong_type", path, value, expected="list_of_terms")
        return ()
    if len(value) > MOST_VALUES:
        reading.report("too_many", path, len(value), most=MOST_VALUES)
        return ()
    read = _term_reader(field)
    terms: dict[str, None] = {}
    for item in value:
        term, nearest = read(item)
        if term is None:
            reading.report("wish_unknown", path, item, nearest=", ".join(nearest) or "-")
        else:
            terms[term] = None
    return tuple(terms)


def _wishes(reading: _Reading, path: str, value: object, fields: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        reading.report("value_wrong_type", path, value, expected="object")
        return {}
    wishes = {}
    for field, items in value.items():
        if path == "avoid" and field in WISH_FIELDS and field not in AVOIDABLE:
            reading.report("never_avoided", f"{path}.{field}", field)
        elif field not in fields:
            reading.unknown("field_unknown", f"{path}.{field}", field, fields)
        elif terms := _values(reading, f"{path}.{field}", field, items):
            wishes[field] = terms
    return wishes


def _number(reading: _Reading, path: str, value: object, low: float, high: float) -> float | None:
    endless = isinstance(value, float) and not math.isfinite(value)
    if endless or isinstance(value, bool) or not isinstance(value, int | float):
        reading.report("value_wrong_type", path, value, expected="number")
        return None
    if not low <= value <= high:
        reading.report("value_out_of_range", path, value, low=low, high=high)
        return None
    return value


def _whole(reading: _Reading, path: str, value: object, low: int, high: int) -> int | None:
    number = _number(reading, path, value, low, high)
    if number is not None and number != int(number):
        reading.report("value_wrong_type", path, value, expected="whole_number")
        return None
    return None if number is None else int(number)


def _style(reading: _Reading, path: str, value: object) -> dict[str, int]:
    if not isinstance(value, dict):
        reading.report("value_wrong_type", path, value, expected="object")
        return {}
    style = {}
    for name, side in value.items():
        if name not in STYLES:
            reading.unknown("field_unknown", f"{path}.{name}", name, STYLES)
        elif number := _whole(reading, f"{path}.{name}", side, -STYLE_END, STYLE_END):
            style[name] = number
    return style


def _parts(
    reading: _Reading, path: str, value: object, names: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, Any] | None:
    """Return an object that has exactly the parts `names`, reporting what is missing or unknown."""
    if not isinstance(value, dict):
        reading.report("value_wrong_type", path, value, expected="object")
        return None
    for name in value:
        if name not in names + optional:
            reading.unknown("field_unknown", f"{path}.{name}", name, names + optional)
    for name in names:
        if name not in value:
            reading.report("value_missing", f"{path}.{name}", name)
    return value if set(value) == set(names) else None


def _fee_max(reading: _Reading, path: str, value: object) -> FeeLimit | None:
    parts = _parts(reading, path, value, ("amount", "currency"))
    if parts is None:
        return None
    amount = _number(reading, f"{path}.amount", parts["amount"], 0, MOST_FEE)
    currency = parts["currency"]
    if not isinstance(currency, str) or pycountry.currencies.get(alpha_3=currency) is None:
        reading.report("wish_unknown", f"{path}.currency", currency, nearest="USD, EUR, GBP")
        return None
    return None if amount is None else FeeLimit(round(amount * 100), currency)


def _near(reading: _Reading, path: str, value: object) -> Near | None:
    parts = _parts(reading, path, value, ("latitude", "longitude", "km"))
    if parts is None:
        return None
    latitude = _number(reading, f"{path}.latitude", parts["latitude"], -90, 90)
    longitude = _number(reading, f"{path}.longitude", parts["longitude"], -180, 180)
    km = _number(reading, f"{path}.km", parts["km"], 0, MOST_KM)
    return None if latitude is None or longitude is None or km is None else Near(latitude, longitude, km)


def _starts_within(reading: _Reading, path: str, value: object) -> int | None:
    return _whole(reading, path, value, 0, MOST_DAYS)


def _names(known: tuple[str, ...]) -> Callable[[_Reading, str, object], tuple[str, ...]]:
    def read(reading: _Reading, path: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            reading.report("value_wrong_type", path, value, expected="list_of_terms")
            return ()
        for item in value:
            if item not in known:
                reading.unknown("wish_unknown", path, item, known)
        return tuple(dict.fromkeys(item for item in value if item in known))

    return read


def _qualities(reading: _Reading, path: str, value: object) -> tuple[str, ...]:
    qualities = _values(reading, path, "qualities", value)
    if len(qualities) > MOST_QUALITIES:
        reading.report("too_many", path, len(qualities), most=MOST_QUALITIES)
    return qualities


def _words(reading: _Reading, path: str, value: object) -> str:
    if not isinstance(value, str):
        reading.report("value_wrong_type", path, "(not text)", expected="text")
        return ""
    if len(value) > MOST_WORDS:
        # the client's words are never repeated, not even in an error
        reading.report("words_too_long", path, len(value), most=MOST_WORDS)
    return _whole_characters(value).strip()


def _words_not_about(reading: _Reading, path: str, value: object) -> tuple[str, ...]:
    return _values(reading, path, "concern", value)


def _musts(reading: _Reading, path: str, value: object) -> dict[str, tuple[str, ...]]:
    return _wishes(reading, path, value, WISH_FIELDS)


def _avoid(reading: _Reading, path: str, value: object) -> dict[str, tuple[str, ...]]:
    return _wishes(reading, path, value, AVOIDABLE)


NAMED_WEIGHTS = (*GROUPS, *WISH_FIELDS, *STYLES, "style", "qualities")
"""What `matters_most` may name."""

READERS: Mapping[str, Callable[[_Reading, str, object], Any]] = {
    "must": _musts,
    "prefer": _musts,
    "style": _style,
    "qualities": _qualities,
    "fee_max": _fee_max,
    "near": _near,
    "starts_within": _starts_within,
    "avoid": _avoid,
    "matters_most": _names(NAMED_WEIGHTS),
    "include_not_stated": _names((*WISH_FIELDS, *LIMITS)),
    "language_also": _names(LANGUAGE_ALSO),
    "words": _words,
    "words_not_about": _words_not_about,
}


class PreferencesUnusable(ServiceError):
    """The preferences have problems; each is shown."""

    key = "error.preferences_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


def read_preferences(document: object) -> tuple[Preferences, tuple[Problem, ...]]:
    """Return the preferences of a parsed JSON document with every problem found.

    The preferences are for use only when there is no problem.

    Args:
        document: what `json.loads` gave; see `interface` for its shape.
    """
    reading = _Reading()
    if not isinstance(document, dict):
        reading.report("preferences_not_object", "", type(document).__name__)
        return Preferences(), tuple(reading.problems)
    read: dict[str, Any] = {}
    for part, value in document.items():
        if part not in PARTS:
            reading.unknown("field_unknown", str(part), part, PARTS)
        elif value is not None:
            read[part] = READERS[part](reading, part, value)
    return Preferences(**read), tuple(reading.problems)


def preferences_document(preferences: Preferences, *, words: bool = True) -> dict[str, Any]:
    """Return the JSON form of `preferences`, leaving out what was not asked; the inverse of `read_preferences`.

    Args:
        preferences: what was asked.
        words: whether the client's own words are part of it, and what they were said not to be about.
    """
    document: dict[str, Any] = {
        "must": {field: list(values) for field, values in preferences.must.items()},
        "prefer": {field: list(values) for field, values in preferences.prefer.items()},
        "style": dict(preferences.style),
        "qualities": list(preferences.qualities),
        "avoid": {field: list(values) for field, values in preferences.avoid.items()},
        "matters_most": list(preferences.matters_most),
        "include_not_stated": list(preferences.include_not_stated),
        "language_also": list(preferences.language_also),
        "starts_within": preferences.starts_within,
        "words": preferences.words if words else "",
        "words_not_about": list(preferences.words_not_about) if words else [],
    }
    if preferences.fee_max:
        amount = preferences.fee_max.amount / 100
        document["fee_max"] = {"amount": amount, "currency": preferences.fee_max.currency}
    if preferences.near:
        near = preferences.near
        document["near"] = {"latitude": near.latitude, "longitude": near.longitude, "km": near.km}
    return {part: document[part] for part in PARTS if document.get(part) not in (None, "", [], {})}


def structured_hash(preferences: Preferences) -> int:
    """Return a 64-bit hash of everything asked except the words and what they are not about, for seeds."""
    document = preferences_document(preferences, words=False)
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(canonical.encode()).digest()[:8], "little")

"""The preference form: posted fields to a preferences document and back, and what the form offers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from profiles.languages import language_of, tag_of
from profiles.preferences import PARTS, WISH_FIELDS
from profiles.vocabulary import vocabulary

Pairs = Sequence[tuple[str, str]]

REQUIRE = "require"
"""Name of the boxes that turn a wish into a must."""
POINT = "near.point"
"""Name of the field that holds latitude and longitude in one value."""

LISTS = frozenset({"qualities", "matters_most", "include_not_stated"})
NUMBERS = frozenset(
    {"fee_max.amount", "near.km", "near.latitude", "near.longitude", "starts_within"}
    | {f"style.{name}" for name in ("directiveness", "emotional_intensity", "past_focus", "challenge")}
)

# Terms that the form shows as boxes; all others are typed, with suggestions.
COMMON: Mapping[str, tuple[str, ...]] = {
    "concern": (
        "anxiety", "depression", "grief", "trauma", "relationship_problems", "stress", "self_esteem", "family_conflict",
        "loneliness", "sleep", "anger", "life_changes",
    ),
    "modality": ("cbt", "psychodynamic", "humanistic", "emdr", "dbt", "act", "mindfulness_based", "systemic_family"),
    "population": (
        "trauma_survivors", "lgbtq", "transgender", "neurodivergent", "disability", "refugees", "veterans", "caregivers",
    ),
    "cultural_background": (),
    "faith": (),
    "insurance": (),
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One block of the form.

    Attributes:
        name: name of its fields.
        field: the vocabulary field its answers come from.
        shape: boxes, choice, typed, style, ... as the template draws it.
        codes: terms shown; all of the field's when empty.
        may_require: whether the client may turn the wish into a must.
    """

    name: str
    field: str
    shape: str
    codes: tuple[str, ...] = ()
    may_require: bool = False


FIRST: tuple[Question, ...] = (
    Question("must.language", "language", "language"),
    Question("must.jurisdiction", "jurisdiction", "jurisdiction"),
    Question("must.session_format", "session_format", "boxes"),
    Question("must.age_group", "age_group", "boxes"),
    Question("must.participants", "participants", "boxes"),
    Question("prefer.concern", "concern", "typed"),
    Question("fee_max", "fee_max", "fee"),
)
"""The questions that are open from the start."""

MORE: Mapping[str, tuple[Question, ...]] = {
    "together": (
        *(Question(f"style.{name}", name, "style") for name in ("directiveness", "emotional_intensity")),
        *(Question(f"style.{name}", name, "style") for name in ("past_focus", "challenge")),
        Question("qualities", "qualities", "boxes"),
        Question("prefer.practice", "practice", "boxes", may_require=True),
    ),
    "therapy": (
        Question("prefer.modality", "modality", "typed", may_require=True),
        Question("prefer.population", "population", "typed", may_require=True),
        Question("avoid.modality", "modality", "typed_only"),
        Question("avoid.practice", "practice", "boxes"),
    ),
    "who": (
        Question("prefer.therapist_gender", "therapist_gender", "boxes", may_require=True),
        Question("prefer.cultural_background", "cultural_background", "typed", may_require=True),
        Question("prefer.faith", "faith", "typed", may_require=True),
        Question("prefer.profession", "profession", "boxes", may_require=True),
    ),
    "practical": (
        Question("must.accessibility", "accessibility", "boxes"),
        Question("near", "near", "near"),
        Question("starts_within", "starts_within", "starts"),
        Question("prefer.availability", "availability", "boxes", may_require=True),
        Question("must.insurance", "insurance", "typed"),
    ),
    "most": (Question("matters_most", "matters_most", "groups"), Question("include_not_stated", "", "silent")),
}
"""Further wishes, by the heading they stand under."""


def document_of(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return posted fields as a preferences document; what was left empty is left out.

    Names are paths (`must.language`); labels are taken as well as codes. What can't be read stays as it is, so that
    the reader of preferences can say what is wrong with it.
    """
    document: dict[str, Any] = {}
    required: list[str] = []
    for name, raw in pairs:
        value = raw.strip()
        part, _, rest = name.partition(".")
        if not value or (part not in PARTS and name != REQUIRE):
            continue
        if name == REQUIRE:
            required.append(value)
        elif name == POINT:
            latitude, _, longitude = value.partition(",")
            document.setdefault("near", {}).update(latitude=_number(latitude), longitude=_number(longitude))
        elif part in ("must", "prefer", "avoid"):
            document.setdefault(part, {}).setdefault(rest, []).append(_term(rest, value))
        elif part in LISTS:
            document.setdefault(part, []).append(value)
        elif rest:
            document.setdefault(part, {})[rest] = _number(value) if name in NUMBERS else value
        else:
            document[part] = _number(value) if name in NUMBERS else raw
    return _without_halves(_with_required(document, required))


def _with_required(document: dict[str, Any], required: Sequence[str]) -> dict[str, Any]:
    for field in required:
        terms = document.get("prefer", {}).pop(field, [])
        if terms:
            document.setdefault("must", {}).setdefault(field, []).extend(terms)
    return document


def _without_halves(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out a currency without an amount and a radius without a place: fields the form fills by itself."""
    if "amount" not in document.get("fee_max", {"amount": 0}):
        document.pop("fee_max")
    if "latitude" not in document.get("near", {"latitude": 0}):
        document.pop("near")
    if not any(document.get("style", {}).values()):
        document.pop("style", None)
    return document


def _term(field: str, value: str) -> str:
    if field == "language":
        return value if tag_of(value) else language_of(value) or value
    return vocabulary().find(field, value) or value if field in WISH_FIELDS else value


def _number(value: str) -> int | float | str:
    plain = value.strip().replace(",", ".")
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return value


def pairs_of(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a preferences document as form fields; `document_of` gives it back."""
    return [pair for part in PARTS if part in document for pair in _flat(part, document[part])]


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}", inner)
    elif isinstance(value, list | tuple):
        for item in value:
            yield path, str(item)
    else:
        yield path, str(value)


def kept(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the answers by field name, for a form that is shown again."""
    answers: dict[str, list[str]] = {}
    for name, value in pairs:
        if value:
            answers.setdefault(name, []).append(value)
    for name in [name for name in answers if name.startswith("must.")]:
        field = name.removeprefix("must.")
        if any(q.name == f"prefer.{field}" and q.may_require for group in MORE.values() for q in group):
            answers.setdefault(f"prefer.{field}", []).extend(answers[name])
            answers.setdefault(REQUIRE, []).append(field)
    if "near.latitude" in answers and "near.longitude" in answers:
        answers[POINT] = [f"{answers['near.latitude'][0]},{answers['near.longitude'][0]}"]
    return answers

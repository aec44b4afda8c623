"""What a therapist posts of the own profile, read with the same rules as a row of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matcher.mirrored import TOLD
from profiles.formats.columns import Column
from profiles.formats.facts import stated
from profiles.formats.named import NamedCells
from profiles.problems import Problem, problem
from profiles.schema import IDENTITY_FIELDS, STYLES, Therapist
from profiles.vocabulary import vocabulary

Form = Mapping[str, Sequence[str]]
"""What was posted: values by name."""

CONTACT = ("email", "phone", "text", "website", "booking_url", "preferred", "replies_within_days")
CAPACITY = ("accepting", "next_opening", "session_format")
IDENTITY = ("therapist_gender", "cultural_background", "faith", "pronouns")
TYPED = ("email", "phone", "text", "website", "booking_url", "replies_within_days", "next_opening")
WRITTEN = ("training", "crisis_between_sessions")
"""What therapists tell in a few lines of their own."""
TYPED_IDENTITY = ("cultural_background", "faith", "pronouns")
ANSWERABLE = (
    *CONTACT, *CAPACITY, *IDENTITY, "style", "practice", "qualities", "quality_sentences", "bio",
    *(told.field for told in TOLD),
)  # fmt: skip
SINGLE = ("preferred", "accepting", "supervised", "bio", *WRITTEN)
"""Fields of one answer that are no line to type."""
BOXES = ("session_format", "practice", "therapist_gender")
QUALITIES = ("1", "2", "3")
"""Numbers of the three qualities, each with a sentence."""
MOST_SENTENCE = 300
MOST_LINES = 1_000
MOST_BIO = 20_000
"""Characters of an own sentence, of a few lines, and of the text."""

NOT_CONFIRMED = frozenset({"licence", "npi", "identity_consent"})
"""What "all still right" leaves alone: a register answers for licences, and consent is given by its own box."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a form says.

    Attributes:
        values: by field; None empties a field that was filled.
        problems: what could not be read; nothing is kept while there are any.
    """

    values: Mapping[str, Any]
    problems: tuple[Problem, ...]


def still_right(therapist: Therapist) -> dict[str, Any]:
    """Return what a therapist confirms with one click: everything the page showed."""
    return {name: fact.value for name, fact in therapist.facts.items() if name not in NOT_CONFIRMED}


def read_answers(form: Form, held: Therapist) -> Answers:
    """Return what a therapist answered, field by field; what was empty and stays empty is no answer.

    Args:
        form: what was posted.
        held: the profile as the page showed it.
    """
    row = NamedCells("", 0, _cells(form, held))
    values = stated(row, held.name, "")
    sentences = _sentences(form, row)
    if sentences:
        values["quality_sentences"] = sentences
    asked = _asked(form)
    if "style" in asked:
        values["style"] = _styles(form, values, held)
    answered = {name: values.get(name) for name in ANSWERABLE if name in asked and _says(values, held, name)}
    return Answers(answered | _consent(form, held, answered, row), tuple(row.problems))


def _asked(form: Form) -> set[str]:
    """Return the fields that the post is about: those it names, and boxes that the page showed and nobody ticked."""
    names = {name.partition(".")[0] for name in form}
    parts = {"quality": {"qualities", "quality_sentences"}}
    return {*names, *form.get("asked", ()), *(field for name in names for field in parts.get(name, ()))}


def _styles(form: Form, values: Mapping[str, Any], held: Therapist) -> Mapping[str, int] | None:
    """Return the style with what was answered; a dimension that was not asked stays."""
    stays = {name: side for name, side in held.value("style", {}).items() if f"style.{name}" not in form}
    return {**stays, **values.get("style", {})} or None


def _says(values: Mapping[str, Any], held: Therapist, name: str) -> bool:
    return values.get(name) is not None or name in held.facts


def _cells(form: Form, held: Therapist) -> dict[str, list[tuple[Column, str]]]:
    """Return the answers as the cells of a row; boxes answer with codes, whatever the language of the page."""
    cells = {name: _one(form, name) for name in (*TYPED, *TYPED_IDENTITY, *SINGLE)}
    cells |= {name: "; ".join(_known(name, form.get(name, ()))) for name in BOXES}
    cells["qualities"] = "; ".join(_qualities(form))
    cells |= {f"style_{name}": _one(form, f"style.{name}") for name in STYLES}
    country = next((place.country for place in held.places if place.country), "")
    cells["country"] = country  # settles how a date or a telephone number is read
    return {name: [(Column(name, name), cell)] for name, cell in cells.items() if cell.strip()}


def _one(form: Form, name: str) -> str:
    given = form.get(name, ())
    return given[-1].replace("\r\n", "\n") if given else ""


def _known(field: str, codes: Sequence[str]) -> list[str]:
    """Return the codes that the page offers; another one was not posted by it."""
    offered = set(vocabulary().codes(field))
    return [code for code in dict.fromkeys(codes) if code in offered]


def _qualities(form: Form) -> dict[str, str]:
    """Return the sentence on each quality that was chosen, "" where there is none."""
    chosen = {_one(form, f"quality.{number}"): _one(form, f"sentence.{number}") for number in QUALITIES}
    return {code: " ".join(chosen[code].split()) for code in _known("qualities", list(chosen))}


def _sentences(form: Form, row: NamedCells) -> dict[str, str]:
    found = _qualities(form)
    if any(len(sentence) > MOST_SENTENCE for sentence in found.values()):
        row.problems.append(problem("text_too_long", column="qualities", most=MOST_SENTENCE))
    for name, most in {"bio": MOST_BIO, **dict.fromkeys(WRITTEN, MOST_LINES)}.items():
        if len(_one(form, name)) > most:
            row.problems.append(problem("text_too_long", column=name, most=most))
    return {code: sentence for code, sentence in found.items() if sentence}


def _consent(form: Form, held: Therapist, answered: dict[str, Any], row: NamedCells) -> dict[str, Any]:
    """Return the answer about consent: a box that was ticked and no longer is withdraws it."""
    given = bool(_one(form, "identity_consent"))
    if "identity_consent" not in _asked(form) and held.consent:
        return {}
    stated_fields = [name for name in IDENTITY if answered.get(name) is not None]
    if given:
        return {"identity_consent": True}
    if held.consent:
        # Withdrawing erases; the fields that the page still showed need no answer of their own.
        for name in IDENTITY_FIELDS:
            answered.pop(name, None)
        return {"identity_consent": False}
    if stated_fields:
        row.problems.append(problem("identity_without_consent", column=stated_fields[0], count=1))
    return {}

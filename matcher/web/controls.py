"""What the form shows for each question: its choices, with what was answered, and what is wrong with the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from matcher.messages import label, problem_words, say, style_words
from matcher.mirrored import pair_of
from matcher.web.form import POINT, REQUIRE, SOFTEN, Answers
from matcher.web.questions import (
    CURRENCIES,
    DAYS,
    EXACT_SIDES,
    HELPED,
    MAY_SAY_NOTHING,
    PLAIN_SIDES,
    QUESTIONS,
    RADII,
    RADIUS,
    WHOM,
    Question,
)
from profiles.languages import jurisdiction_name, language_of, nearest_languages, tag_of
from profiles.preferences import GROUPS, LANGUAGE_ALSO
from profiles.problems import Problem
from profiles.vocabulary import vocabulary

MOST_TYPED = 2
"""Fields to type into, unless more were filled."""


@dataclass(frozen=True)
class Offered:
    """What the directory itself has to offer: names of the index, empty before there is one."""

    languages: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    cities: Mapping[str, str] | None = None
    currencies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """One box, radio or option."""

    value: str
    words: str
    chosen: bool


Parts = tuple[tuple[Choice, ...], tuple[str, ...], tuple[Choice, ...]]
"""Choices, typed fields, and second choices of a question."""


@dataclass(frozen=True)
class Control:
    """One question as it stands on the page.

    Attributes:
        question: the question.
        choices: boxes, radios or options.
        typed: what stands in its text fields.
        units: options of a second field beside the first: kilometres; the more exact sides of a scale.
        required: whether the box that makes it a must is ticked.
        softened: whether the box that makes it a wish is ticked.
        wrong: what is wrong with the answer, in words.
        filled: whether something is answered.
    """

    question: Question
    choices: tuple[Choice, ...] = ()
    typed: tuple[str, ...] = ()
    units: tuple[Choice, ...] = ()
    required: bool = False
    softened: bool = False
    wrong: tuple[str, ...] = ()
    filled: bool = False


def control(
    question: Question, answers: Answers, offered: Offered, problems: Sequence[Problem], locale: str
) -> Control:
    """Return a question with the answers to it; nothing that was answered is left out."""
    given = [value for name in _names(question) for value in answers.get(name, [])]
    choices, typed, units = _parts(question, answers, offered, locale)
    return Control(
        question=question,
        choices=choices,
        typed=typed,
        units=units,
        required=question.may_require and question.field in answers.get(REQUIRE, []),
        softened=question.may_soften and question.field in answers.get(SOFTEN, []),
        wrong=tuple(problem_sentence(one, locale) for one in problems if asked_by(one) == question),
        filled=bool(given) and not (question.shape == "scale" and given == ["0"]),
    )


def _names(question: Question) -> tuple[str, ...]:
    return {"fee_max": ("fee_max.amount",), "near": (POINT,)}.get(question.name, (question.name,))


def _parts(question: Question, answers: Answers, offered: Offered, locale: str) -> Parts:
    """Return the choices of a question, what stands in its text fields, and its second choices."""
    draw = SHAPES.get(question.shape, _chosen)
    return draw(question, answers, offered, locale)


def _chosen(question: Question, answers: Answers, offered: Offered, locale: str) -> Parts:
    given = answers.get(question.name, [])
    given = given[:1] if question.shape in ("select", "choice") else given
    return _choices(_options(question, offered, locale), given), (), ()


def _words(question: Question, answers: Answers, _offered: Offered, _locale: str) -> Parts:
    return (), (answers.get(question.name, [""])[0],), ()


def _fee(_question: Question, answers: Answers, offered: Offered, _locale: str) -> Parts:
    currencies = dict.fromkeys((*offered.currencies, *CURRENCIES))
    choices = _choices({code: code for code in currencies}, answers.get("fee_max.currency", []))
    return choices, (answers.get("fee_max.amount", [""])[0],), ()


def _near(_question: Question, answers: Answers, offered: Offered, _locale: str) -> Parts:
    places = {point: city for city, point in (offered.cities or {}).items()}
    radii = _choices({km: km for km in RADII}, answers.get("near.km", [RADIUS]))
    return _choices(places, answers.get(POINT, [])[:1]), (), radii


def _typed(question: Question, answers: Answers, _offered: Offered, locale: str) -> Parts:
    given = answers.get(question.name, [])
    shown = {code: _box_words(question.field, code, locale) for code in question.common}
    rest = [_as_typed(question.field, value, locale) for value in given if value not in shown]
    fields = _filled_up(rest, max(len(rest) + 1, MOST_TYPED))
    return _choices(shown, [value for value in given if value in shown]), fields, ()


def _spoken(question: Question, answers: Answers, offered: Offered, locale: str) -> Parts:
    """Return the languages of the directory to choose one from, and fields for any other."""
    given = answers.get(question.name, [])
    known = {code: label("language", code, locale) for code in offered.languages}
    first = next((value for value in given if (language_of(value) or value) in known), None)
    rest = [_as_typed("language", value, locale) for value in given if value != first]
    chosen = [language_of(first) or first] if first else []
    return _choices(dict(sorted(known.items(), key=lambda pair: pair[1])), chosen), (*rest, ""), ()


def _sides(question: Question, answers: Answers, _offered: Offered, locale: str) -> Parts:
    """Return the three plain choices, and behind them the more exact ones and whatever else was answered."""
    name, chosen = question.field, answers.get(question.name, [])[:1] or ["0"]
    low, high = (say(f"style.{name}.{pole}", locale) for pole in ("low", "high"))
    plain = dict(zip(PLAIN_SIDES, (low, say("form.either", locale), high), strict=True))
    exact = {side: style_words(f"{name}:{side}", locale) for side in EXACT_SIDES}
    rest = [side for side in chosen if side not in plain]
    return tuple(Choice(side, said, side in chosen) for side, said in plain.items()), (), _choices(exact, rest)


SHAPES: Mapping[str, Callable[[Question, Answers, Offered, str], Parts]] = {
    "words": _words,
    "fee": _fee,
    "near": _near,
    "typed": _typed,
    "language": _spoken,
    "scale": _sides,
}
"""How a question is filled, by its shape; any other is a choice among options."""


def _box_words(field: str, code: str, locale: str) -> str:
    """Return what stands on a box: the client's side of a mirrored question where there is one, else the term."""
    pair = pair_of(field, code)
    return say(pair.client, locale) if pair else label(field, code, locale)


def _filled_up(values: Sequence[str], length: int) -> tuple[str, ...]:
    return (*values, *[""] * (length - len(values)))


OPTIONS: Mapping[str, Callable[[str], dict[str, str]]] = {
    "whom": lambda locale: {code: say(f"form.whom.{code}", locale) for code in WHOM},
    "helped": lambda locale: {f"{field}:{code}": _box_words(field, code, locale) for field, code in HELPED},
    "language_also": lambda locale: {name: say(f"form.also.{name}", locale) for name in LANGUAGE_ALSO},
    "starts_within": lambda locale: {days: say("form.days", locale, days=days) for days in DAYS},
    "matters_most": lambda locale: {group: say(f"group.{group}", locale) for group in GROUPS},
    "include_not_stated": lambda locale: {name: say(f"field.{name}", locale) for name in MAY_SAY_NOTHING},
}
"""The options of questions that no field of the vocabulary has, with their words."""


def _options(question: Question, offered: Offered, locale: str) -> dict[str, str]:
    if question.name == "must.jurisdiction":
        return {code: jurisdiction_name(code) for code in offered.jurisdictions}
    if own := OPTIONS.get(question.name):
        return own(locale)
    return {code: label(question.field, code, locale) for code in vocabulary().codes(question.field)}


def _choices(options: Mapping[str, str], given: Iterable[str]) -> tuple[Choice, ...]:
    """Return the options and, so that no answer is lost, whatever else was answered."""
    answered = dict.fromkeys(given)
    others = {value: value for value in answered if value not in options}
    return tuple(Choice(value, words, value in answered) for value, words in {**options, **others}.items())


def _as_typed(field: str, value: str, locale: str) -> str:
    """Return the words for a code, and anything else exactly as it was typed."""
    if field == "language":
        return label(field, value, locale) if tag_of(value) == value else value
    return label(field, value, locale) if value in vocabulary().codes(field) else value


def suggestions(offered: Offered, locale: str) -> dict[str, list[str]]:
    """Return what the text fields suggest, by field: every term that has no box."""
    fields = dict.fromkeys(question.field for question in QUESTIONS if question.shape == "typed")
    return {
        field: [label(field, code, locale) for code in (vocabulary().codes(field) or offered.languages)]
        for field in fields
    }


def asked_by(found: Problem) -> Question | None:
    """Return the question that a problem is about, None when the form asks no such thing."""
    column = found.column or ""
    part, _, field = column.partition(".")
    exact = next((one for one in QUESTIONS if one.name in (column, part)), None)
    other = {"must": "prefer", "prefer": "must"}.get(part)
    return exact or next((one for one in QUESTIONS if one.name == f"{other}.{field}"), None)


def summary(problems: Iterable[Problem], locale: str) -> list[tuple[Question | None, str]]:
    """Return what is wrong with the answers, with the question each is about, in the order of the form."""
    found = [(asked_by(one), problem_sentence(one, locale)) for one in problems]
    return sorted(found, key=lambda pair: QUESTIONS.index(pair[0]) if pair[0] else len(QUESTIONS))


def problem_sentence(found: Problem, locale: str) -> str:
    """Return what is wrong with an answer and what to do, in words for clients."""
    key = f"form.wrong.{found.code}"
    value = (found.value or "").split(" ")[0] if found.code == "words_too_long" else found.value or ""
    sentence = say(key, locale, **{**found.params, "value": value})
    if sentence == key:
        return " ".join(problem_words(found, locale))
    if found.code != "wish_unknown":
        return sentence
    near = _nearest(found, locale)
    advice = say("form.near", locale, known=", ".join(near)) if near else say("form.choose", locale)
    return f"{sentence} {advice}"


def _nearest(found: Problem, locale: str) -> list[str]:
    field, value = (found.column or "").rpartition(".")[2], found.value or ""
    if vocabulary().codes(field):
        return [label(field, code, locale) for code in vocabulary().nearest(field, value)]
    codes = [code for code in str(found.params.get("nearest", "")).split(", ") if code not in ("", "-")]
    if field == "language" and not codes:
        return list(nearest_languages(value))
    return [label(field, code, locale) for code in codes]

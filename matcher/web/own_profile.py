"""The page on which a therapist answers for the own profile, reached by a signed link alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from matcher.invitations import whose
from matcher.messages import label, say, style_words
from matcher.mirrored import TOLD, Pair, pairs_of
from matcher.web.answers import (
    BOXES,
    CONTACT,
    MOST_LINES,
    MOST_SENTENCE,
    QUALITIES,
    TYPED,
    TYPED_IDENTITY,
    WRITTEN,
    Answers,
    Form,
    read_answers,
    still_right,
)
from matcher.web.asking import the_home, today
from matcher.web.controls import Choice, problem_sentence
from matcher.web.languages import page_locale, page_locales
from matcher.web.profile import profile_rows
from matcher.web.questions import SIDES
from profiles.schema import Therapist
from profiles.vocabulary import vocabulary

blueprint = Blueprint("own_profile", __name__)

GONE, UNPROCESSABLE = 410, 422

GROUPS = {
    **dict.fromkeys(CONTACT, "contact"),
    **dict.fromkeys(TYPED_IDENTITY, "therapist_gender"),
    "next_opening": "accepting",
}
"""Which question of the page a field is asked in, where it is not one of its own."""

YES_OR_NO = {True: "yes", False: "no"}

WAYS = ("email", "phone", "text", "website", "booking_url")


@dataclass(frozen=True)
class Scale:
    """One style question: its key, its name, its answers."""

    ask: str
    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Quality:
    """One of the qualities that a client would notice first, with the sentence on it."""

    number: str
    choices: tuple[Choice, ...]
    sentence: str


@blueprint.get("/profile/<token>")
def own_profile(token: str) -> Response | str | tuple[str, int]:
    """Show the questions with what is held, or say that the link no longer works."""
    therapist = _of(token)
    if therapist is None:
        return _gone()
    return _page(token, therapist, _held(therapist), None)


@blueprint.post("/profile/<token>")
def answer(token: str) -> Response | str | tuple[Any, int]:
    """Take the answers, or the one click that all is still right; what can't be read comes back with its reason."""
    therapist = _of(token)
    if therapist is None:
        return _gone()
    form: Form = {name: request.form.getlist(name) for name in request.form}
    answers = Answers(still_right(therapist), ()) if form.get("still_right") else read_answers(form, therapist)
    if answers.problems:
        return _page(token, therapist, form, answers), UNPROCESSABLE
    home = the_home()
    home.directory.edit(therapist.id, answers.values, editor="therapist", actor="therapist", as_of=today())
    home.refresh_in_background()
    said = "confirmed" if form.get("still_right") else "saved"
    locale = page_locale()
    lang = None if locale == page_locales()[0] else locale
    return redirect(url_for("own_profile.own_profile", token=token, done=said, lang=lang), 303)  # type: ignore[return-value]


def _of(token: str) -> Therapist | None:
    """Return whom a link is for, as the directory holds them now."""
    home = the_home()
    identity = whose(token, home.secret, today())
    if identity is None:
        return None
    kept = home.directory.resolve(identity)
    return home.directory.get([kept]).get(kept)


def _gone() -> tuple[str, int]:
    return render_template("own_profile_gone.html"), GONE


def _held(therapist: Therapist) -> Form:
    """Return what is held as if it had been posted."""
    locale = page_locale()
    form: dict[str, list[str]] = {name: _as_text(therapist, name, locale) for name in (*TYPED, *TYPED_IDENTITY)}
    form |= {name: list(therapist.terms(name)) for name in BOXES}
    form |= {f"style.{name}": [str(side)] for name, side in therapist.value("style", {}).items()}
    sentences = therapist.value("quality_sentences", {})
    for number, code in zip(QUALITIES, therapist.terms("qualities"), strict=False):
        form |= {f"quality.{number}": [code], f"sentence.{number}": [sentences.get(code, "")]}
    form |= {name: [therapist.value(name, "")] for name in ("accepting", "preferred", "bio", *WRITTEN)}
    form["supervised"] = [YES_OR_NO.get(therapist.value("supervised"), "")]
    form["identity_consent"] = ["yes"] if therapist.consent else []
    return form


def _as_text(therapist: Therapist, name: str, locale: str) -> list[str]:
    value = therapist.value(name)
    if value is None:
        return [""]
    if isinstance(value, tuple):
        return ["; ".join(label(name, code, locale) for code in value)]
    return [value.isoformat() if hasattr(value, "isoformat") else str(value)]


def _page(token: str, therapist: Therapist, form: Form, answers: Answers | None) -> str:
    locale = page_locale()
    wrong: dict[str, list[str]] = {}
    for one in answers.problems if answers else ():
        wrong.setdefault(one.column or "", []).append(_wrong_words(one, locale))
    return render_template(
        "own_profile.html",
        token=token,
        therapist=therapist,
        form=form,
        wrong=wrong,
        done=request.args.get("done", "") if answers is None else "",
        scales=[_scale(pair, form, locale) for pair in pairs_of("style")],
        boxes_of={name: _choices(name, form, locale) for name in BOXES},
        practices=_practices(form, locale),
        accepting=_choices("accepting", form, locale),
        preferred=[Choice(name, say(f"field.{name}", locale), name in form.get("preferred", ())) for name in WAYS],
        qualities=[_quality(number, form, locale) for number in QUALITIES],
        most_sentence=MOST_SENTENCE,
        told=TOLD,
        yes_or_no=[Choice(word, say(word, locale), word in form.get("supervised", ())) for word in YES_OR_NO.values()],
        most_lines=MOST_LINES,
        groups=GROUPS,
        typed_identity=TYPED_IDENTITY,
        **profile_rows(therapist, locale),
    )


def _wrong_words(one: Any, locale: str) -> str:
    key = f"own_profile.wrong.{one.code}"
    sentence = say(key, locale, **{**one.params, "value": one.value or ""})
    return problem_sentence(one, locale) if sentence == key else sentence


def _scale(pair: Pair, form: Form, locale: str) -> Scale:
    name = pair.code
    given = next(iter(form.get(f"style.{name}", ())), "")
    choices = (Choice(side, style_words(f"{name}:{side}", locale), side == given) for side in SIDES)
    return Scale(pair.therapist, name, tuple(choices))


def _practices(form: Form, locale: str) -> tuple[tuple[Choice, ...], tuple[Choice, ...]]:
    """Return the practices that clients are asked about as well, in their words, and all others by their label."""
    boxes = {one.value: one for one in _choices("practice", form, locale)}
    asked = [replace(boxes.pop(pair.code), words=say(pair.therapist, locale)) for pair in pairs_of("practice")]
    return tuple(asked), tuple(boxes.values())


def _quality(number: str, form: Form, locale: str) -> Quality:
    sentence = next(iter(form.get(f"sentence.{number}", ())), "")
    return Quality(number, _choices("qualities", form, locale, f"quality.{number}"), sentence)


def _choices(name: str, form: Form, locale: str, asked: str = "") -> tuple[Choice, ...]:
    given = set(form.get(asked or name, ()))
    return tuple(Choice(code, label(name, code, locale), code in given) for code in vocabulary().codes(name))

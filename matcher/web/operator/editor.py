"""Changing a profile: one field at a time, consent to identity fields, undoing a join, and removal."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, render_template, request

from matcher.web.asking import the_home, today
from matcher.web.languages import page_locale
from matcher.web.operator.access import UNPROCESSABLE, Answer, operator, sentence, to
from matcher.web.operator.cells import Cells, value_of, written
from matcher.web.operator.fields import SECTIONS, control, input_words, posted, sentences, state_of
from matcher.web.operator.therapists import row_of, the_therapist
from profiles.schema import FIELDS, IDENTITY_FIELDS, Therapist

CONFLICT = 409
MOST_BASIS = 200


def field() -> Answer:
    """Show the form of one field."""
    person, name = the_therapist(), _name()
    return _form(person, name, written(name, person.facts.get(name), page_locale()))


def field_save() -> Answer:
    """Write what was typed, when all of it was understood and nobody changed the field meanwhile."""
    person, name, locale = the_therapist(), _name(), page_locale()
    rows = posted(name, request.form)
    if name in IDENTITY_FIELDS and not person.consent:
        return _form(person, name, rows, [sentence("edit.no_consent")]), UNPROCESSABLE
    if request.form.get("was", "") != state_of(name, person.facts.get(name)):
        return _form(person, name, rows, [sentence("edit.meanwhile")]), CONFLICT
    held = person.value(name)
    value, problems = value_of(name, rows, held, lambda target: input_words(name, target, locale))
    wrong = sentences(problems, locale)
    if name == "name" and value is None:
        wrong = [sentence("edit.no_name")]
    if wrong:
        return _form(person, name, rows, wrong), UNPROCESSABLE
    _edit(person, {name: value})
    return to("therapist", id=person.id, _anchor=f"field-{name}")


def _edit(person: Therapist, values: dict[str, object]) -> None:
    the_home().directory.edit(person.id, values, editor="operator", actor=operator().name, as_of=today())


def _name() -> str:
    name = request.values.get("field", "")
    if not any(name in names for names in SECTIONS.values()):
        abort(404)
    return name


def _form(person: Therapist, name: str, rows: Sequence[Cells], wrong: Sequence[str] = ()) -> str:
    locale = page_locale()
    return render_template(
        "operator/field.html",
        person=person,
        row=row_of(person, name, {}, locale),
        control=control(name, rows, locale),
        was=state_of(name, person.facts.get(name)),
        wrong=wrong,
        barred=FIELDS[name].identity and not person.consent,
    )


def consent() -> Answer:
    """Show the form about consent to identity fields."""
    return _consent_form(the_therapist(), "")


def consent_save() -> Answer:
    """Record consent with its basis, or its withdrawal, which erases the fields."""
    person, basis = the_therapist(), request.form.get("basis", "").strip()
    given = request.form.get("consent") == "yes"
    if given and not 0 < len(basis) <= MOST_BASIS:
        return _consent_form(person, sentence("consent.no_basis", most=MOST_BASIS)), UNPROCESSABLE
    the_home().directory.edit(
        person.id,
        {"identity_consent": given},
        editor="operator",
        actor=operator().name,
        as_of=today(),
        source=basis if given else "",
    )
    return to("therapist", id=person.id, _anchor="identity")


def _consent_form(person: Therapist, error: str) -> str:
    return render_template(
        "operator/consent.html",
        person=person,
        fact=person.facts.get("identity_consent"),
        held=[name for name in IDENTITY_FIELDS if name in person.facts],
        error=error,
        basis=request.form.get("basis", person.consent),
        most=MOST_BASIS,
    )


def remove() -> Answer:
    """Ask whether somebody is to be removed for good."""
    return render_template("operator/remove.html", person=the_therapist(), error="")


def remove_done() -> Answer:
    """Remove somebody and keep them out of every later load."""
    person = the_therapist()
    if request.form.get("sure") != "yes":
        return render_template("operator/remove.html", person=person, error=sentence("remove.unsure")), UNPROCESSABLE
    the_home().remove(person.id, today(), operator().name)
    return to("therapists")


def part() -> Answer:
    """Undo the joins of a profile: each comes back with what was loaded for it."""
    person = the_therapist()
    the_home().directory.part(person.id, operator().name)
    return to("therapist", id=person.id)

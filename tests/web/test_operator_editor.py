"""The profile editor: what stands there, what is read of it, who may, and what outlasts files."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from matcher.web.languages import page_locales
from matcher.web.operator.cells import INPUTS, MANY, inputs_of, value_of, written
from matcher.web.operator.fields import SECTIONS, control, field_words, input_words, posted
from profiles.formats.reading import Row
from profiles.merging import merged
from profiles.schema import FIELDS, IDENTITY_FIELDS, Fact, Language, Licence, Therapist
from tests.support import DAY, VALUES, fact, therapist
from tests.web.operators import Desk, office
from tests.web.strict import words_of

WHO = "a"
EDITED = [name for names in SECTIONS.values() for name in names]


@pytest.fixture
def app(tmp_path):
    """A home of one full profile."""
    person = therapist(WHO, name="Ann Known", bio="I listen.", modality=("cbt",), email="a@example.org")
    with office([person], tmp_path / "home") as made:
        yield made


@pytest.fixture
def held(app):
    """What is known of the therapist now."""
    directory = app.extensions["home"].directory
    return lambda: directory.get([WHO])[WHO]


@pytest.fixture
def desk(app) -> Desk:
    return Desk(app).sign_in("editor")


def opened(desk: Desk, name: str):
    """Return the form of a field and what a browser would post with it."""
    page = desk.get(f"/operator/therapist/field?id={WHO}&field={name}")
    (form,) = [one for one in page.all("form") if one.get("action") == "/operator/therapist/field"]
    return page, page.pairs(form)


def save(desk: Desk, name: str, **typed: object) -> str:
    """Open the form of a field, type, and save."""
    _, pairs = opened(desk, name)
    return desk.go("/operator/therapist/field", changed(pairs, typed))


def changed(pairs, typed) -> dict[str, object]:
    answers: dict[str, object] = MultiDict(pairs).to_dict(flat=False)
    return {**answers, **typed}


# ---------------------------------------------------------------- tables


def test_every_field_has_one_form():
    """But consent, which has a page of its own."""
    assert sorted(EDITED) == sorted(set(FIELDS) - {"identity_consent"})
    assert set(SECTIONS["identity"]) == set(IDENTITY_FIELDS)


@pytest.mark.parametrize("locale", page_locales())
def test_every_field_and_every_input_has_words(locale):
    """In every language."""
    for name in FIELDS:
        assert not field_words(name, locale).startswith("operator.")
        for target in inputs_of(name):
            assert not input_words(name, target, locale).startswith(("operator.", "style.")), target


def test_fields_of_many_values_have_several_inputs():
    """Each row of a form is one of them."""
    assert set(INPUTS) > MANY


# ---------------------------------------------------------------- one reading rule


def read_back(name: str, value: object, locale: str) -> tuple[object, tuple]:
    """Return what a form says when it is opened and sent as it is."""
    kept = fact(value)
    drawn = control(name, written(name, kept, locale), locale)
    form: MultiDict[str, str] = MultiDict()
    for code, _, chosen in drawn.boxes:
        if chosen:
            form.add(name, code)
    for row in drawn.rows:
        for one in row:
            form.add(one.name, one.value)
    return value_of(name, posted(name, form), value, lambda target: target)


@pytest.mark.parametrize(
    "name", sorted(set(EDITED) - {"name", "phone", "text", "website", "booking_url", "preferred", "email"})
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), locale=st.sampled_from(["en", "es", "de"]))
def test_a_form_that_is_sent_as_it_is_says_what_it_said(name, data, locale):
    """Opening and saving changes nothing, whatever the language of the page."""
    value = data.draw(VALUES[name])
    if name in MANY:  # a list with one thing twice says it once, and a licence of nothing says nothing
        assume(len({getattr(one, "tag", one) for one in value}) == len(value))
        assume(Licence() not in value)
    back, problems = read_back(name, value, locale)
    assert problems == ()
    assert back == value or (not value and back is None)


def test_what_a_form_does_not_show_of_a_licence_is_kept():
    """The code that it was read from, and the marks of its check."""
    one = Licence(
        "US-MA", "psychologist", "12", None, date(2027, 1, 1), "103T00000X", "MA board", DAY, date(2027, 6, 1)
    )
    two = Licence("DE", "psychologist", "7")
    back, problems = read_back("licence", (one, two), "de")
    assert problems == ()
    assert back == (one, two)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("language", {"language": ["Spanish", "DGS"], "level": ["30", ""]}, ("es", "gsg")),
        ("fee", {"fee_low": "80", "fee_high": "120,50", "currency": "EUR"}, (8000, 12050)),
        ("next_opening", {"next_opening": "2027-01-31"}, date(2027, 1, 31)),
        ("replies_within_days", {"replies_within_days": "0"}, 0),
        ("supervised", {"supervised": "no"}, False),
        ("accepting", {"accepting": "waiting_list"}, "waiting_list"),
        ("website", {"website": "example.org"}, "https://example.org"),
        ("reply_languages", {"reply_languages": "English; Spanish"}, ("en", "es")),
        ("modality", {"modality": ["cbt", "psychodynamic"]}, ("cbt", "psychodynamic")),
        ("style", {"style_challenge": "-2"}, {"challenge": -2}),
        ("quality_sentences", {"trust": "I say what I do."}, {"trust": "I say what I do."}),
        ("bio", {"bio": "One.\r\n\r\nTwo <b>& three</b>."}, "One.\n\nTwo <b>& three</b>."),
    ],
)
def test_what_is_typed_is_read_as_in_a_file(desk, held, name, typed, value):
    """With the same readers: names, codes, amounts, days."""
    assert save(desk, name, **typed) == f"/operator/therapist?id={WHO}#field-{name}"
    found = held().value(name)
    if name == "language":
        assert found == (Language("es", 30), Language("gsg"))
    elif name == "fee":
        assert (found.lowest, found.highest, found.currency) == (*value, "EUR")
    else:
        assert found == value


@pytest.mark.parametrize(
    ("name", "typed", "part"),
    [
        ("language", {"language": "Klingonese"}, "Klingonese"),
        ("language", {"language": "interpreter available"}, "interpreter"),
        ("email", {"email": "nobody"}, "nobody"),
        ("next_opening", {"next_opening": "soon"}, "soon"),
        ("replies_within_days", {"replies_within_days": "9999"}, "9999"),
        ("qualities", {"qualities": ["trust", "empathy", "validation", "flexibility"]}, ""),
        ("modality", {"modality": ["nope"]}, "nope"),
        ("fee", {"fee_low": "much"}, "much"),
        ("npi", {"npi": "123"}, "123"),
        ("licence", {"licence_number": ["12"], "licence_end": ["then"], "licence_jurisdiction": ["MA"]}, "then"),
        ("name", {"name": " "}, ""),
    ],
)
def test_what_is_not_understood_is_told_and_nothing_is_saved(desk, held, name, typed, part):
    """The page says which value, and what was typed still stands there."""
    before, (_, pairs) = held(), opened(desk, name)
    page = desk.refused("/operator/therapist/field", changed(pairs, typed))
    assert part in words_of(page.one("div", class_="summary"))
    assert held() == before
    if name in ("email", "fee", "npi"):
        assert part in [one.get("value") for one in page.all("input")]


# ---------------------------------------------------------------- what a save does


def test_an_edit_outlasts_the_next_file_field_by_field(app, desk, held):
    """And every field that was not touched follows the file."""
    save(desk, "bio", bio="My own words.")
    later = therapist(WHO, name="Ann Newname", bio="Of the file.", confirmed_on=DAY)
    app.extensions["home"].directory.apply([Row("loaded", later)])
    assert held().bio == "My own words."
    assert held().name == "Ann Newname"


def test_a_field_that_was_emptied_stays_empty(app, desk, held):
    """A later file does not fill it again, and the page says so."""
    save(desk, "email", email="")
    assert held().value("email") is None
    app.extensions["home"].directory.apply([Row("loaded", therapist(WHO, email="new@example.org"))])
    assert held().value("email") is None
    page = desk.get(f"/operator/therapist?id={WHO}")
    assert "no file fills it again" in words_of(page.one("tr", id="field-email"))


def test_only_the_field_that_was_saved_becomes_an_edit(desk, held):
    """Everything else keeps its source."""
    save(desk, "bio", bio="My own words.")
    assert {name for name, one in held().facts.items() if one.editor == "operator"} == {"bio"}


def test_saving_the_same_value_confirms_it(desk, held):
    """On the day of the save."""
    save(desk, "email")
    assert held().facts["email"].confirmed_on >= held().facts["bio"].confirmed_on
    assert held().facts["email"].editor == "operator"


def test_nobody_writes_over_what_they_have_not_seen(app, desk, held):
    """A form that was opened before another save is told, and nothing is written."""
    _, pairs = opened(desk, "bio")
    save(Desk(app).sign_in("admin"), "bio", bio="By somebody else.")
    page = desk.refused("/operator/therapist/field", changed(pairs, {"bio": "Mine."}), code=409)
    assert held().bio == "By somebody else."
    assert "Mine." in page.text


def test_an_edit_stands_in_the_log_with_before_and_after(desk):
    """Under the sign-in name, and on the page of the profile."""
    save(desk, "bio", bio="My own words.")
    line = words_of(desk.get(f"/operator/audit?id={WHO}").all("tbody")[0][0])
    assert "editor" in line
    assert "I listen." in line
    assert "My own words." in line
    assert "Before: I listen." in words_of(desk.get(f"/operator/therapist?id={WHO}").one("tr", id="field-bio"))


@pytest.mark.parametrize(
    "address", ["therapist?id=nobody", "therapist", "therapist/field?id=a&field=nope", "therapist/field?id=a"]
)
def test_what_is_not_there_is_one_sentence(desk, address):
    """404 with a way on."""
    desk.get(f"/operator/{address}", code=404)


# ---------------------------------------------------------------- identity, removal


def test_identity_needs_consent_and_goes_with_it(desk, held):
    """Without consent nothing is taken; its withdrawal erases, and no log has the value."""
    answers = {"id": WHO, "field": "faith", "was": "", "faith": ["jewish"]}
    desk.refused("/operator/therapist/field", answers)
    desk.refused("/operator/therapist/consent", {"id": WHO, "consent": "yes", "basis": " "})
    desk.go("/operator/therapist/consent", {"id": WHO, "consent": "yes", "basis": "form of 2026"})
    assert held().consent == "form of 2026"
    save(desk, "pronouns", pronouns="they/them-unheard-of")
    assert held().value("pronouns") == "they/them-unheard-of"
    desk.go("/operator/therapist/consent", {"id": WHO, "consent": "no"})
    assert held().value("pronouns") is None
    assert "they/them-unheard-of" not in desk.get("/operator/audit").text


def test_a_removal_asks_first_and_is_for_good(app, held):
    """Only an admin, only with the box ticked; a later load does not bring them back."""
    desk = Desk(app).sign_in("admin")
    desk.get(f"/operator/therapist/remove?id={WHO}")
    desk.refused("/operator/therapist/remove", {"id": WHO})
    assert held()
    desk.go("/operator/therapist/remove", {"id": WHO, "sure": "yes"})
    directory = app.extensions["home"].directory
    assert directory.count() == 0
    directory.apply([Row("loaded", therapist(WHO))])
    assert directory.count() == 0
    assert directory.audit()[0].actor == "admin"


@pytest.mark.parametrize("identity", ["a/b", "..", "?x=1&y", "a b", "ü😀", "<b>", "%2F", "#"])
def test_any_id_has_its_pages(app, identity):
    """Ids come from files and may be anything."""
    app.extensions["home"].directory.apply([Row("loaded", therapist(identity, name="Odd"))])
    desk = Desk(app).sign_in("admin")
    links = {one.get("href") for one in desk.get("/operator/therapists?q=odd").one("tbody").iter("a")}
    (link,) = links
    assert desk.get(link).one("h1").text == "Odd"
    desk.get(f"/operator/therapist/field?id={quote(identity, safe='')}&field=bio")


def test_a_search_finds_by_name_and_id_and_pages_through(app):
    """Whatever the case, part of the name or id; nobody is on two pages."""
    directory = app.extensions["home"].directory
    directory.apply([Row("loaded", therapist(f"id-{n:03}", name=f"Person {n:03}")) for n in range(120)])
    desk = Desk(app).sign_in("reader")
    seen = [
        words_of(row[0])
        for page in (1, 2, 3)
        for row in desk.get(f"/operator/therapists?q=person&page={page}").one("tbody")
    ]
    assert seen == [f"Person {n:03}" for n in range(120)]
    assert len(desk.get("/operator/therapists?q=PERSON+007").one("tbody")) == 1
    assert len(desk.get("/operator/therapists?q=ID-01").one("tbody")) == 10
    assert "0 found" in desk.get("/operator/therapists?q=zzz").words
    for page in ("0", "-5", "99", "x", "9" * 30):
        desk.get(f"/operator/therapists?page={page}")


def test_facts_of_a_person_win_over_files_as_merging_says():
    """The rule that the page's mark tells of."""
    mine = Therapist(WHO, {"bio": Fact("mine", "operator", DAY, "operator", DAY)})
    theirs = Therapist(WHO, {"bio": fact("theirs")})
    assert merged(mine, theirs).bio == "mine"

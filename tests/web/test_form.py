"""The form: nothing is required, nothing is lost, and everything that is wrong is said where it stands."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.messages import label, texts
from matcher.web.form import cleaned, document_of, hidden, kept
from matcher.web.questions import MORE, QUESTIONS
from profiles.preferences import MOST_WORDS, WISH_FIELDS, read_preferences
from profiles.vocabulary import LOCALES, vocabulary
from tests.web.answers import BESIDE, EVERYTHING, PAIRS
from tests.web.strict import words_of


def answered(pairs):
    """Return answers as a bag, without what the form adds by itself."""
    own = ("lang", "n", "rank", "fee_max.currency", "near.km")
    return Counter(
        (name, value.replace("\r\n", "\n"))
        for name, value in pairs
        if value and name not in own and not (name.startswith("style.") and value == "0")
    )


def test_the_form_answers_empty_and_asks_for_nothing(pages):
    """The form answers empty and asks for nothing."""
    page = pages.get("/")
    assert [one.attrib for one in page.root.iter() if one.get("required") is not None] == []
    assert page.all("details")
    assert not [one for one in page.all("details") if one.get("open") is not None]


def test_a_form_sent_as_it_came_is_a_list(pages):
    """Nothing filled in is an answer: everybody, in an order of chance, and the page says what would change it."""
    page = pages.get("/")
    listed = pages.post("/matches", page.pairs(page.one("form")))
    assert len(listed.all("li", class_="card")) == 3
    assert "two questions would change this order" in listed.words


@pytest.mark.parametrize("locale", ["en", "es", "de"])
def test_the_language_of_the_page_is_asked_for_unless_changed(pages, locale):
    """A must, chosen beforehand; nothing else is answered."""
    page = pages.get(f"/?lang={locale}")
    assert answered(page.pairs(page.one("form", class_="ask"))) == Counter([("must.language", locale)])


def test_a_page_in_a_language_that_nobody_speaks_asks_for_none(small_pages):
    """What would find nobody is not chosen for anybody."""
    page = small_pages.get("/?lang=de")
    assert answered(page.pairs(page.one("form", class_="ask"))) == Counter()


FIVE = 5


def test_five_questions_stand_open(pages):
    """All else waits behind a heading."""
    page = pages.get("/")
    assert len(page.all("div", class_="block")) == FIVE
    assert len(page.all("details", class_="more")) == len(MORE)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_every_wish_can_be_a_must_and_every_must_a_wish(pages, question):
    """Where the field allows it: a licence where the client is stays a must, style and qualities wishes."""
    part, _, field = question.name.partition(".")
    if part not in ("must", "prefer") or field == "jurisdiction":
        return
    (box,) = [
        one
        for one in pages.get("/").all("input", name="nice" if part == "must" else "require")
        if one.get("value") == field
    ]
    term = (*vocabulary().codes(field), "es")[0]
    turned = document_of([(question.name, term), (box.get("name"), field)])
    assert turned == {("prefer" if part == "must" else "must"): {field: [term]}}


def test_who_it_is_for_asks_for_what_follows_and_gives_way_to_more_exact_answers():
    """A child's therapist sees children; two people want one who sees couples; for others nothing follows."""
    children = ["young_child", "child", "adolescent"]
    assert document_of([("whom", "child")]) == {"must": {"age_group": children}}
    assert document_of([("whom", "us")]) == {"must": {"participants": ["couple"]}}
    assert document_of([("whom", "me")]) == document_of([("whom", "other")]) == document_of([("whom", "")]) == {}
    assert document_of([("whom", "child"), ("must.age_group", "child")]) == {"must": {"age_group": ["child"]}}
    assert document_of([("whom", "child"), ("nice", "age_group")]) == {"prefer": {"age_group": children}}


def test_what_helped_before_is_a_wish_beside_the_others():
    """Of its own field each; the same wish twice is one."""
    pairs = [("helped", "practice:homework"), ("helped", "modality:cbt"), ("prefer.modality", "cbt")]
    preferences, problems = read_preferences(document_of(pairs))
    assert problems == ()
    assert preferences.prefer == {"practice": ("homework",), "modality": ("cbt",)}


@pytest.mark.parametrize("pair", [("whom", "dog"), ("helped", "cbt"), ("helped", "style:x"), ("nice", "everything")])
def test_what_the_form_does_not_offer_is_said(pages, pair):
    """No answer is dropped in silence."""
    assert "does not ask for" in pages.post("/matches", [pair], code=422).words


def test_every_question_has_its_texts():
    """Every question has its texts."""
    for question in QUESTIONS:
        assert f"ask.{question.name}" in texts("en")
        assert f"why.{question.name}" in texts("en")
    assert all(f"more.{heading}" in texts("en") for heading in MORE)


@pytest.mark.parametrize("field", [name for name in WISH_FIELDS if vocabulary().codes(name)])
def test_every_term_can_be_reached(pages, field):
    """A term is a box or a suggestion of the question that asks for its field."""
    page = pages.get("/")
    boxes = {
        one.get("value") for one in page.all("input", type="checkbox") if one.get("name", "").endswith(f".{field}")
    }
    lists = page.all("datalist", id=f"list-{field}")
    typed = {one.get("value") for found in lists for one in found}
    codes = vocabulary().codes(field)
    assert [code for code in codes if code not in boxes and label(field, code) not in typed] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_suggestion_can_be_read(app, locale):
    """What the form suggests in a language it understands in that language."""
    index = app.extensions["home"].latest_index()
    for tag in {tag.partition("-")[0] for tag in index.names.tags}:
        document = document_of([("must.language", label("language", tag, locale))])
        assert read_preferences(document)[1] == (), label("language", tag, locale)
    for field in WISH_FIELDS:
        for code in vocabulary().codes(field):
            assert document_of([(f"prefer.{field}", label(field, code, locale))]) == {"prefer": {field: [code]}}


def test_the_form_shows_again_all_that_was_answered(pages):
    """The form shows again all that was answered."""
    page = pages.post("/", EVERYTHING)
    assert answered(page.pairs(page.one("form", class_="ask"))) == answered(EVERYTHING)
    assert all(one.get("open") is not None for one in page.all("details", class_="more"))


def meant(pairs):
    """Return what answers ask for, whatever the order in which they stand."""
    preferences, problems = read_preferences(document_of(pairs))
    assert problems == ()
    return {
        "must": {field: set(terms) for field, terms in preferences.must.items()},
        "prefer": {field: set(terms) for field, terms in preferences.prefer.items()},
        "avoid": preferences.avoid,
        "limits": (preferences.fee_max, preferences.near, preferences.starts_within),
        "lists": [
            set(one)
            for one in (
                preferences.qualities,
                preferences.matters_most,
                preferences.include_not_stated,
                preferences.language_also,
            )
        ],
        "style": dict(preferences.style),
        "words": preferences.words,
    }


@settings(max_examples=40)
@given(st.lists(st.sampled_from([*EVERYTHING, *BESIDE]), unique=True))
def test_no_answer_is_lost_between_pages(pages, pairs):
    """The form shows or carries on whatever can be asked, also what it has no question for."""
    pairs = [*pairs, ("near.km", "50"), ("fee_max.currency", "USD")]
    page = pages.post("/", hidden(pairs))
    assert meant(page.pairs(page.one("form", class_="ask"))) == meant(pairs)


@settings(max_examples=40)
@given(PAIRS)
def test_what_cannot_be_read_stands_in_the_form_as_it_was_posted(pages, pairs):
    """Of every answer that has a field in the form, the form has the value or the words for it."""
    page = pages.post("/", pairs)
    again = {name for name, _ in page.pairs(page.one("form", class_="ask"))}
    assert set(kept(cleaned(pairs))) <= again


WRONG = {
    "must.language": ("Spansh", "Spanish"),
    "prefer.concern": ("greif", "Grief and loss"),
    "prefer.modality": ("xyzzy", "Choose from the suggestions"),
    "fee_max.amount": ("abc", "can’t be read"),
    "starts_within": ("soon", "can’t be read"),
    "style.challenge": ("9", "from -3 to 3"),
    "must.jurisdiction": ("US-ZZ", "is not known"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_comes_back_as_it_was_with_what_to_do(pages, name):
    """A wrong answer comes back as it was with what to do."""
    value, advice = WRONG[name]
    given_all = [("fee_max.currency", "USD"), ("words", "I feel numb."), ("require", "concern"), (name, value)]
    page = pages.post("/matches", given_all, code=422)
    summary = page.one("div", role="alert")
    link = summary.find(".//a")
    question = page.one("fieldset", id=link.get("href").removeprefix("#"))
    assert "wrong" in question.get("class").split()
    assert advice in words_of(summary)
    assert advice in words_of(question)
    assert f"“{value}”" in words_of(summary) or value in words_of(summary)
    assert answered(given_all) <= answered(page.pairs(page.one("form", class_="ask")))
    assert not any(one.get("open") is None for one in page.all("details") if question in list(one.iter()))


def test_four_qualities_are_one_too_many(pages):
    """Four qualities are one too many."""
    four = [("qualities", code) for code in ("trust", "empathy", "validation", "consistency")]
    page = pages.post("/matches", four, code=422)
    assert "You chose 4. Choose at most 3." in page.words
    assert answered(page.pairs(page.one("form", class_="ask"))) == answered(four)


@pytest.mark.parametrize("length", [MOST_WORDS + 1, 40_000])
def test_words_that_are_too_long_stay_in_their_box(pages, length):
    """Words that are too long stay in their box."""
    text = ("word " * length)[:length]
    page = pages.post("/matches", [("words", text)], code=422)
    assert f"Your text has {length} characters. At most {MOST_WORDS} can be read" in page.words
    assert page.one("textarea").text == text


def test_lines_are_counted_as_the_client_wrote_them(pages):
    """A browser posts each line break as two characters; the text is as long as it looks, and its lines stay."""
    text = "\r\n" + "line\r\n" * (MOST_WORDS // 5 - 1)
    assert "words" in document_of([("words", text)])
    page = pages.post("/", [("words", text)])
    assert page.one("textarea").text == text.replace("\r\n", "\n")


def test_a_body_beyond_all_measure_is_refused_in_one_sentence(pages):
    """A body beyond all measure is refused in one sentence."""
    page = pages.post("/matches", [("words", "x" * 300_000)], code=413)
    assert "That is more than this form takes" in page.words


@pytest.mark.parametrize(
    ("typed", "amount"), [("$90", 90), ("1,000", 1000), ("1.200 €", 1200), ("90,50", 90.5), ("80.5", 80.5)]
)
def test_amounts_are_read_as_people_write_them(typed, amount):
    """Amounts are read as people write them."""
    document = document_of([("fee_max.amount", typed), ("fee_max.currency", "USD")])
    assert document["fee_max"]["amount"] == amount


def test_fields_that_the_form_fills_by_itself_are_no_answer():
    """Fields that the form fills by itself are no answer."""
    assert document_of([("fee_max.currency", "USD"), ("near.km", "25"), ("style.challenge", "0")]) in (
        {},
        {"style": {"challenge": 0}},
    )


def test_an_unknown_field_is_said_and_not_dropped(pages):
    """An unknown field is said and not dropped."""
    page = pages.post("/matches", [("must.langage", "es")], code=422)
    assert "This form does not ask for “langage”." in page.words


def test_only_a_wish_can_be_required(pages):
    """Only a wish can be required."""
    assert (
        "does not ask for “require.everything”" in pages.post("/matches", [("require", "everything")], code=422).words
    )


def test_an_empty_home_says_so_kindly(empty_pages):
    """An empty home says so kindly."""
    assert "Nobody is listed here yet" in empty_pages.get("/").words
    page = empty_pages.post("/matches", EVERYTHING, code=503)
    assert "Your answers are kept" in page.words
    assert answered(page.pairs(page.one("form", id="answers"))) == answered(EVERYTHING)


@given(st.lists(st.sampled_from(EVERYTHING), unique=True))
def test_any_part_of_the_answers_is_read_without_a_problem(pairs):
    """Any part of the answers is read without a problem."""
    assert read_preferences(document_of([*pairs, ("near.km", "50"), ("fee_max.currency", "USD")]))[1] == ()

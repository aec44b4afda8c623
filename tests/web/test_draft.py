"""A first message says what was asked for and nothing of who asks, in a language that its reader works in."""

from __future__ import annotations

import pytest
from hypothesis import given

from matcher.messages import texts
from matcher.web.draft import ASKED, PATIENCE_DAYS, drafts, patience_days
from profiles.preferences import read_preferences
from profiles.schema import IDENTITY_FIELDS, Language
from profiles.vocabulary import LOCALES
from tests.support import preferences_documents, therapist, therapists
from tests.web.answers import SOME
from tests.web.readable import is_plain

SECRET = "Zaubernuss 4711"
"""Words that stand in no text of ours."""


def preferences(**document):
    """Return preferences without problems."""
    read, problems = read_preferences(document)
    assert not problems
    return read


def test_the_message_says_what_was_asked_for_in_the_language_of_the_page():
    """Concern, format, language and times, as must or wish; the cost only where none is stated."""
    asked = preferences(
        must={"language": ["es"], "session_format": ["video"]},
        prefer={"concern": ["grief"], "availability": ["weekday_evening"]},
    )
    (draft,) = drafts(therapist("t", name="Ana", language=(Language("en", None), Language("es", None))), asked, "en")
    assert draft.text.startswith("Hello Ana,\n")
    for part in ("Grief and loss", "By video", "Spanish", "evening", "What does a session cost?"):
        assert part in draft.text


@pytest.mark.parametrize(
    ("spoken", "locale", "languages"),
    [
        (("en",), "en", ["en"]),
        (("es-MX",), "en", ["en", "es"]),
        (("fr", "de"), "es", ["es", "de"]),
        (("fr",), "es", ["es"]),
        ((), "de", ["de"]),
    ],
)
def test_a_second_message_stands_beside_it_where_the_therapist_works_in_another_language(spoken, locale, languages):
    """Only in a language that our sentences were written in."""
    person = therapist("t", language=tuple(Language(tag, None) for tag in spoken))
    assert [one.language for one in drafts(person, preferences(), locale)] == languages


@given(therapists(least=1, most=2), preferences_documents())
def test_no_identity_and_no_own_words_are_in_it(people, document):
    """Own words, identity, place and means stay with the client, whatever they asked for."""
    hidden = {**document, "words": SECRET}
    read, problems = read_preferences(hidden)
    assert not problems
    fields = {field for _, names in ASKED for field in names}
    assert not fields & {*IDENTITY_FIELDS, "jurisdiction", "insurance", "cultural_background", "population"}
    for person in people:
        for locale in LOCALES:
            for one in drafts(person, read, locale):
                assert SECRET not in one.text
                assert "{" not in one.text


def test_nobody_is_told_to_write_again_sooner_than_answers_are_promised():
    """Five days, or as many as the therapist says."""
    assert patience_days(therapist("t")) == PATIENCE_DAYS
    assert patience_days(therapist("t", replies_within_days=9)) == 9
    assert patience_days(therapist("t", replies_within_days=0)) == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_the_sentences_read_plainly(locale):
    """As all that we write for clients."""
    said = [text for key, text in texts(locale).items() if key.startswith("draft.") and "{" not in text]
    assert is_plain(" ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in said), locale)


def test_cards_and_the_page_of_one_therapist_hold_the_message(pages):
    """Only where there are answers: the page that everybody sees has none."""
    listed = pages.post("/matches", SOME)
    assert len(listed.all("textarea")) >= 3
    (someone, *_) = [one.get("formaction") for one in listed.all("button") if one.get("name") == "rank"]
    assert "Hello" in pages.post(someone, SOME).words
    assert pages.get(someone).all("textarea") == []

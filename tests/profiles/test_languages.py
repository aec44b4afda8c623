"""Languages and jurisdictions: what has a certain reading is read, what has not is left to the caller."""

from __future__ import annotations

import langcodes
import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.language_names import UNCERTAIN, own_names
from profiles.languages import (
    covers,
    jurisdiction_name,
    jurisdiction_of,
    language_name,
    language_of,
    language_of_text,
    meets_range,
    nearest_jurisdictions,
    nearest_languages,
    tag_of,
)
from profiles.schema import Language


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        ("English", "en"),
        ("ENGLISH ", "en"),
        ("eng", "en"),
        ("Spanish", "es"),
        ("Español", "es"),
        ("espan\u0303ol", "es"),
        ("es-mx", "es-MX"),
        ("es_MX", "es-MX"),
        ("Deutsch", "de"),
        ("German", "de"),
        ("ASL", "ase"),
        ("American Sign Language", "ase"),
        ("BSL", "bfi"),
        ("Mandarin", "zh"),
        ("cmn", "zh"),
        ("Cantonese", "yue"),
        ("Farsi", "fa"),
        ("Dari", "prs"),
        ("Tagalog", "tl"),
        ("tgl", "tl"),
        ("Filipino", "fil"),
        ("Haitian Creole", "ht"),
        ("Brazilian Portuguese", "pt-BR"),
        ("中文", "zh"),
        ("العربية", "ar"),
        ("Hindi", "hi"),
        ("Yoruba", "yo"),
    ],
)
def test_a_language_is_read_by_code_name_or_autonym(text, tag):
    """As directories write it."""
    assert language_of(text) == tag


@pytest.mark.parametrize(
    "text", ["", " ", "Klingonese", "Hindi, English & Gujarati", "n/a", "english-ish people", "xx-xx-xx", "123"]
)
def test_what_names_no_one_language_is_not_guessed(text):
    """`Hindi, English & Gujarati` is three languages, and none of them is dropped in silence."""
    assert language_of(text) is None


def test_names_of_the_table_are_valid_tags():
    """Nothing in our own table is a slip."""
    assert {tag for tag in own_names().values() if tag != UNCERTAIN and tag_of(tag) != tag} == set()


@pytest.mark.parametrize(
    ("tag", "wanted", "meets"),
    [
        ("es-MX", "es", True),
        ("es", "es", True),
        ("ES-mx", "es-MX", True),
        ("yue", "zh", False),
        ("zh-Hant-TW", "zh", True),
        ("es", "es-MX", False),
        ("est", "es", False),
        ("en", "", False),
    ],
)
def test_ranges(tag, wanted, meets):
    """RFC 4647: a range matches itself and what begins with it and a hyphen."""
    assert meets_range(tag, wanted) == meets


@given(st.text(max_size=12))
def test_a_tag_is_normal_already(text):
    """What `tag_of` returns, it returns again; and never for a text that is no tag."""
    tag = tag_of(text)
    if tag is not None:
        assert tag_of(tag) == tag


@given(st.text(max_size=30))
def test_any_text_has_a_reading_or_none(text):
    """Never an exception, and never a tag that is not valid."""
    tag = language_of(text)
    assert tag is None or langcodes.Language.get(tag).is_valid()
    jurisdiction_of(text)
    nearest_languages(text)
    nearest_jurisdictions(text)


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("US-MA", "", "US-MA"),
        ("us-ma", "", "US-MA"),
        ("Massachusetts", "", "US-MA"),
        ("MA", "US", "US-MA"),
        ("New York", "", "US-NY"),
        ("DC", "US", "US-DC"),
        ("Germany", "", "DE"),
        ("DEU", "", "DE"),
        ("DE-BE", "", "DE-BE"),
        ("GB", "", "GB"),
        ("CA-ON", "", "CA-ON"),
        ("ON", "CA", "CA-ON"),
        ("US", "", None),
        ("CA", "", None),
        ("Atlantis", "", None),
        ("", "", None),
    ],
)
def test_a_jurisdiction_is_read_where_it_is_certain(text, country, code):
    """A country that licenses by region says nothing about where someone may work."""
    assert jurisdiction_of(text, country) == code


def test_every_us_state_goes_by_its_name_and_its_letters():
    """All of them, and by nobody else's."""
    for region in pycountry.subdivisions.get(country_code="US"):
        assert jurisdiction_of(region.code) == region.code
        assert jurisdiction_of(region.code[3:], "US") == region.code
        assert jurisdiction_of(region.name) == (region.code if region.name != "Georgia" else None)


def test_georgia_is_a_state_or_a_country_by_its_code_only():
    """A name that is both has no certain reading."""
    assert jurisdiction_of("US-GA") == "US-GA"
    assert jurisdiction_of("GE") == "GE"
    assert jurisdiction_of("GA", "US") == "US-GA"
    assert jurisdiction_of("Georgia") is None


@pytest.mark.parametrize(
    ("licence", "wanted", "does"),
    [
        ("US-MA", "US-MA", True),
        ("DE", "DE-BE", True),
        ("DE-BE", "DE", False),
        ("US-MA", "US-M", False),
        ("D", "DE", False),
    ],
)
def test_a_licence_of_a_whole_country_covers_its_regions(licence, wanted, does):
    """And never the other way round."""
    assert covers(licence, wanted) == does


@pytest.mark.parametrize("locale", ["en", "es", "de"])
def test_languages_and_places_have_names(locale):
    """For a page, in the reader's language."""
    assert language_name("pt-BR", locale)
    assert language_name("es", "en") == "Spanish"
    assert language_name("es", "de") == "Spanisch"
    assert jurisdiction_name("US-MA") == "Massachusetts"
    assert jurisdiction_name("XX-YY") == "XX-YY"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("I listen first and we plan the next week together with you.", "en"),
        ("Trabajo con personas que han perdido a alguien en su vida.", "es"),
        ("Ich arbeite mit Menschen und wir sprechen nicht nur über den Beruf.", "de"),
        ("Je travaille avec des personnes et nous avançons dans votre temps.", "fr"),
        ("Trabalho com pessoas que não dormem e eu escuto o que você diz.", "pt"),
        ("أعمل مع الأزواج", "ar"),
        ("", None),
        ("EMDR", None),
    ],
)
def test_the_language_of_a_line(text, tag):
    """Told where small words tell it."""
    assert language_of_text(text) == tag


def test_a_script_that_languages_share_is_read_as_the_writers_own():
    """A line in Arabic letters by someone who works in Farsi is Farsi."""
    assert language_of_text("سلام", (Language("en"), Language("fa"))) == "fa"


def test_where_people_live_says_not_what_they_speak():
    """No country and no state of the US is a language, but for the few whose language is called so in English."""
    called_so = {"Indonesia", "Myanmar", "Nauru", "Tokelau", "Tuvalu", "Alabama", "Delaware"}
    states = pycountry.subdivisions.get(country_code="US")
    read = {one.name for one in (*pycountry.countries, *states) if language_of(one.name)}
    assert read <= called_so


@pytest.mark.parametrize("text", ["cbt", "usa", "bio", "act", "Gay", "CBT", "job", "Any", "the"])
def test_a_short_word_is_no_language_though_a_small_one_has_it_for_a_code(text):
    """Columns get mixed up; seven thousand codes of three letters are many words."""
    assert language_of(text) is None

"""Languages as directories write them: what has a certain reading is read, and only what has none is flagged."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import langcodes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.formats.reading import Options
from profiles.formats.spoken import languages
from profiles.language_names import name_key
from profiles.languages import language_of, nearest_languages, tag_of
from profiles.loading import read
from profiles.schema import Language

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "languages"
OWN = Path(__file__).with_name("language_strings.tsv")


@pytest.fixture
def wrong(tmp_path):
    """Load each string as a cell of a column of languages, and return those that end as something else."""

    def wrong(pairs):
        path = tmp_path / "strings.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["id", "name", "languages"])
            writer.writerows([number, "Ada", text] for number, (text, _) in enumerate(pairs))
        rows = read([path], "csv", Options(source="test", today=date(2026, 11, 22)))
        ends = [_end(row) for row in rows if row.therapist]
        assert len(ends) == len(pairs)
        return [(text, expected, end) for (text, expected), end in zip(pairs, ends, strict=True) if end not in expected]

    return wrong


def _end(row):
    """Return the tags of a row in order, "?" where it is flagged and names none, "both" for tags and a flag."""
    tags = "+".join(sorted(one.tag for one in row.therapist.languages))
    flagged = any(found.column == "languages" for found in row.problems)
    return ("both" if tags else "?") if flagged else tags


def _pairs(path, delimiter):
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=delimiter, quoting=csv.QUOTE_NONE if delimiter == "\t" else 0))
    return [(row["input"], {"+".join(sorted(one.split("+"))) for one in row["expected"].split("|")}) for row in rows]


def test_every_string_of_our_own_list_ends_as_it_should(wrong):
    """Hundreds of strings: names, dialects, codes, levels, lists, sign languages, and what is no language."""
    pairs = _pairs(OWN, "\t")
    assert len(pairs) > 700
    assert wrong(pairs) == []


def test_every_string_of_the_shared_sample_ends_as_it_should(wrong):
    """The sample of a larger list that others wrote."""
    path = SHARED / "language_strings.csv"
    if not path.exists():
        pytest.skip("the shared data is not here")
    assert wrong(_pairs(path, ",")) == []


WITHOUT = {"und", "mul", "zxx"}
"""Codes of CLDR that are no one language."""

OTHERWISE = {"Tshiluba", "isiNdebele"}
"""Names that CLDR has as the own name of one language, and that more people use for another."""


def test_the_names_of_cldr_are_read(wrong):
    """In English and in the language itself all of them; in other languages, where no two are called so."""
    path = SHARED / "cldr_language_names.csv"
    if not path.exists():
        pytest.skip("the shared data is not here")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["code"] not in WITHOUT]
    clear = [(row[name], {tag_of(row["code"])}) for row in rows for name in ("en", "autonym") if row[name]]
    assert {text for text, _, _ in wrong(clear)} <= OTHERWISE
    others = [(text, tag_of(row["code"])) for row in rows for name, text in row.items() if name != "code" and text]
    codes: dict[str, set[str]] = {}
    for text, code in others:
        codes.setdefault(name_key(text), set()).add(code)
    single = {text: {code} for text, code in others if len(codes[name_key(text)]) == 1 and len(text) > len("abc")}
    assert len(wrong(list(single.items()))) < len(single) / 300


@pytest.mark.parametrize("locale", ["en", "es", "fr", "de", "pt"])
def test_frequent_languages_are_read_in_frequent_languages(locale):
    """By the names that the library shows people."""
    tags = "en es fr de it pt ru uk pl ro el tr ar he fa hi ur bn ta te vi th ko ja zh sw am so ht"
    for tag in tags.split():
        assert language_of(langcodes.Language.get(tag).display_name(locale)) == tag


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("Spansih", "Spanish"),
        ("Mandrin", "Mandarin"),
        ("Portuguise", "Portuguese"),
        ("Vietnameese", "Vietnamese"),
        ("Hatian Creole", "Haitian Creole"),
        ("Tagolog", "Tagalog"),
        ("Farsy", "Farsi"),
    ],
)
def test_a_misspelling_is_flagged_with_what_is_near(misspelt, meant):
    """Never read as what it probably means."""
    read = languages(misspelt)
    assert read.value.spoken == ()
    assert [(found.code, found.value) for found in read.findings] == [("language_unknown", misspelt)]
    assert read.findings[0].nearest[0] == meant
    assert nearest_languages(misspelt)[0] == meant


@pytest.mark.parametrize(
    ("cell", "spoken", "told"),
    [
        ("English with interpreter", ["en"], []),
        ("English (interpreter available)", ["en"], []),
        ("English and interpreter services", ["en"], []),
        ("English; Spanish interpreter available", ["en"], ["Spanish interpreter available"]),
        ("Spanish (via interpreter)", [], ["Spanish (via interpreter)"]),
        ("Interpreter available", [], ["Interpreter available"]),
        ("Dolmetscher verfügbar", [], ["Dolmetscher verfügbar"]),
        ("Language Line", [], ["Language Line"]),
    ],
)
def test_an_interpreter_is_kept_apart_from_what_is_spoken(cell, spoken, told):
    """Whose language comes through an interpreter does not speak it, and the language is not lost in silence."""
    read = languages(cell)
    assert [one.tag for one in read.value.spoken] == spoken
    assert read.value.interpreter
    assert [(found.code, found.value) for found in read.findings] == [("interpreter_only", one) for one in told]


@pytest.mark.parametrize(
    ("cell", "level"),
    [
        ("Spanish (ILR 4)", 40),
        ("Spanish 3+", 30),
        ("Spanish C2", 50),
        ("Spanish B2", 30),
        ("Spanish, conversational", 20),
        ("some Spanish", 10),
        ("Spanisch (Muttersprache)", 50),
        ("español fluido", 40),
        ("espagnol courant", 40),
        ("Limited working proficiency in Spanish", 20),
        ("Spanish (spoken)", None),
        ("es:40", 40),
    ],
)
def test_levels_are_read_in_several_hands(cell, level):
    """ILR, CEFR, and words in four languages."""
    assert languages(cell) == ((((Language("es", level)),), False), ())


@given(st.text(max_size=30))
def test_any_cell_is_read_or_told(cell):
    """A cell that is not blank ends as a language, an interpreter or a finding that quotes it."""
    read = languages(cell)
    if cell.strip():
        assert read.value.spoken or read.findings
    assert all(language.tag == tag_of(language.tag) for language in read.value.spoken)

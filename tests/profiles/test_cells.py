"""Cells of tables: what is read, what is told, and that nothing is guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.formats import cells, contact, dates, money, numbers, places, spoken
from profiles.identity import id_from_facts, id_from_name, luhn_holds, npi_is_valid, read_npi
from profiles.schema import Language, Licence
from profiles.vocabulary import vocabulary

READERS = (
    lambda cell: cells.terms(cells.SPECIALTY_FIELDS, cell),
    spoken.languages,
    money.amounts,
    dates.day,
    cells.session_formats,
    cells.accepting,
    cells.flag,
    places.country,
    contact.email,
    contact.phone,
    contact.web_address,
    contact.preferred,
    lambda cell: places.jurisdictions(cell, ""),
    lambda cell: numbers.whole(cell, -3, 3),
    lambda cell: numbers.number(cell, -90, 90),
)


@given(st.text(), st.sampled_from(READERS))
def test_no_text_makes_a_reader_raise_and_what_is_told_stands_in_the_cell(cell, reader):
    """Every finding quotes the cell, so that an operator can find it."""
    for found in reader(cell).findings:
        assert found.value.strip() in cell


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", [" ", ",", "[", "(", "a ", "1", "-", "a,", "/ ", "&", "<", "x (", " and ", "#", "é"])
def test_a_cell_of_any_length_is_read_in_no_time(unit):
    """No pattern tries so many ways that a cell could stop a load."""
    cell = "A" + unit * (100_000 // len(unit)) + "b"
    for reader in READERS:
        read = reader(cell)
        assert read.value or read.findings


@given(st.text(max_size=40))
def test_a_term_is_read_or_told_never_both_and_never_lost(cell):
    """A cell that says something ends as a term or as a finding."""
    read = cells.terms(("modality",), cell)
    if not read.value and not read.findings:
        assert cells.is_blank(cell) or all(
            cells.is_blank(part) or not part.strip() for piece in cells.pieces(cell) for part in piece.split(",")
        )


@pytest.mark.parametrize("separator", ["; ", "|", "\n", " • ", ", ", " / ", " and ", " & "])
def test_every_pair_of_terms_is_split_at_every_separator(separator):
    """Every pair of terms is split at every separator."""
    read = cells.terms(("concern",), separator.join(("anxiety", "depression")))
    assert read.value == (("concern", "anxiety"), ("concern", "depression"))
    assert not read.findings


def test_every_label_and_synonym_in_a_cell_of_its_own_is_read_as_its_term():
    """Splitting never takes apart what is one term: "Refugees and asylum seekers" is not two."""
    for field in ("modality", "concern", "population", "age_group", "insurance", "practice"):
        for term in vocabulary().terms(field):
            for text in (*term.labels.values(), *term.synonyms):
                expected = vocabulary().find(field, text)
                assert cells.terms((field,), text).value == ((field, expected),), text


def test_a_conjunction_is_split_only_when_every_part_is_known():
    """Half of an unknown phrase is not what was said."""
    read = cells.terms(("concern",), "anxiety and moonlight")
    assert read.value == ()
    assert [found.value for found in read.findings] == ["anxiety and moonlight"]


@pytest.mark.parametrize("cell", ["#REF!", "x", "4-Mar", "TRUE", "CTB"])
def test_what_is_no_term_is_told(cell):
    """What is no term is told."""
    assert [found.code for found in cells.terms(("modality",), cell).findings] == ["term_unknown"]


@pytest.mark.parametrize("cell", ["", " ", "-", "N/A", "none", "—"])
def test_not_stated_is_no_problem_in_a_list(cell):
    """Not stated is no problem in a list."""
    assert cells.terms(("modality",), cell) == ((), ())


def test_specialties_go_where_they_certainly_belong():
    """Specialties go where they certainly belong."""
    found = dict(cells.terms(cells.SPECIALTY_FIELDS, "grief; refugees; couples; CBT; teens").value)
    assert found.keys() == {"concern", "population", "participants", "modality", "age_group"}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Spanish (C1)", [("es", 40)]),
        ("es:40", [("es", 40)]),
        ("Spanish - native", [("es", 50)]),
        ("native Spanish", [("es", 50)]),
        ("Deutsch (Muttersprache)", [("de", 50)]),
        ("Hindi, English & Gujarati", [("hi", None), ("en", None), ("gu", None)]),
        ("English and Spanish", [("en", None), ("es", None)]),
        ("Bosnian/Croatian/Serbian", [("bs", None), ("hr", None), ("sr", None)]),
        ("Portuguese (Brazil)", [("pt-BR", None)]),
        ("Persian (Farsi)", [("fa", None)]),
        ("Chinese (Cantonese, Mandarin)", [("yue", None), ("zh", None)]),
        ("ASL; BSL", [("ase", None), ("bfi", None)]),
        ("Sign language", [("sgn", None)]),
        ("en:40|no|yue:30", [("en", 40), ("no", None), ("yue", 30)]),
        ("Spanish; español (B2)", [("es", 30)]),
        ("he;is;my;to", [("he", None), ("is", None), ("my", None), ("to", None)]),
    ],
)
def test_languages_are_read_each_with_its_level(cell, expected):
    """Languages are read each with its level."""
    read = spoken.languages(cell)
    assert read.value.spoken == tuple(Language(*one) for one in expected)
    assert read.findings == ()


@pytest.mark.parametrize(
    "cell",
    ["Creole", "N/A", "None", "yes", "No", "English pudding", "Germany", "Spanish (sometimes)", "x", "#REF!", "4-Mar"],
)
def test_no_certain_language_is_told_and_never_guessed(cell):
    """No certain language is told and never guessed."""
    read = spoken.languages(cell)
    assert read.value.spoken == ()
    assert [(found.code, found.value) for found in read.findings] == [("language_unknown", cell)]


def test_a_blank_cell_of_languages_is_not_stated():
    """A blank cell of languages is not stated."""
    assert spoken.languages(" ") == (spoken.Languages(), ())


def test_an_interpreter_is_no_language():
    """An interpreter is no language."""
    read = spoken.languages("English; Spanish interpreter available")
    assert read.value == spoken.Languages((Language("en"),), interpreter=True)
    assert [(found.code, found.value) for found in read.findings] == [
        ("interpreter_only", "Spanish interpreter available")
    ]


@pytest.mark.parametrize(
    ("cell", "formats"),
    [
        ("yes", ("video",)),
        ("TRUE", ("video",)),
        ("✓", ("video",)),
        ("no", ("in_person",)),
        ("in person only", ("in_person",)),
        ("hybrid", ("in_person", "video")),
        ("phone; video", ("phone", "video")),
    ],
)
def test_telehealth_says_how_sessions_take_place(cell, formats):
    """Telehealth says how sessions take place."""
    assert cells.session_formats(cell) == (formats, ())


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("Y", "accepting"),
        ("sí", "accepting"),
        ("✗", "full"),
        ("nein", "full"),
        ("Waitlist", "waiting_list"),
        ("", None),
    ],
)
def test_accepting_in_several_hands(cell, code):
    """Accepting in several hands."""
    assert cells.accepting(cell) == (code, ())


@pytest.mark.parametrize("cell", ["maybe", "x", "#REF!"])
def test_accepting_that_is_not_understood_is_not_stated(cell):
    """Accepting that is not understood is not stated."""
    read = cells.accepting(cell)
    assert read.value is None
    assert [found.code for found in read.findings] == ["accepting_unknown"]


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("120", (12000, 12000)),
        ("$1,200.00", (120000, 120000)),
        ("85,50", (8550, 8550)),
        ("1.200,50 €", (120050, 120050)),
        ("120/hr", (12000, 12000)),
        ("EUR 120,-", (12000, 12000)),
        ("$150 per 50 minutes", (15000, 15000)),
        ("120 per session", (12000, 12000)),
        ("120/50 min", (12000, 12000)),
        ("Free", (0, 0)),
        ("80-150 sliding", (8000, 15000)),
        ("$80 – $150", (8000, 15000)),
        ("80 bis 150", (8000, 15000)),
        ("120 (sliding scale)", (12000, 12000)),
    ],
)
def test_fees(cell, cents):
    """Fees."""
    assert money.amounts(cell) == (cents, ())


@pytest.mark.parametrize("cell", ["ask me", "-50", "60 min: $120", "120/month", "1,2,3", "12.345.6", "sliding scale"])
def test_a_fee_that_can_be_read_two_ways_is_told(cell):
    """A fee that can be read two ways is told."""
    read = money.amounts(cell)
    assert read.value is None
    assert [found.code for found in read.findings] == ["number_unreadable"]


@pytest.mark.parametrize(
    ("hints", "country", "currency"),
    [
        (["EUR", "USD"], "US", "EUR"),
        (["", "$"], "", "USD"),
        (["$"], "CA", "CAD"),
        (["$"], "DE", "USD"),
        ([], "CH", "CHF"),
        ([], "", ""),
    ],
)
def test_the_currency_comes_from_the_nearest_word_for_it(hints, country, currency):
    """The currency comes from the nearest word for it."""
    assert money.settled_currency(hints, country) == currency


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("Session Fee (USD)", "USD"),
        ("£40", "GBP"),
        ("R$ 90", "BRL"),
        ("A$100", "AUD"),
        ("fee", ""),
        ("120 euros", "EUR"),
    ],
)
def test_a_currency_is_found_in_a_text(text, currency):
    """A currency is found in a text."""
    assert money.currency_in(text) == currency


@pytest.mark.parametrize(
    ("cell", "country", "day"),
    [
        ("2026-03-04", "", date(2026, 3, 4)),
        ("2026-03-04T10:00:00Z", "", date(2026, 3, 4)),
        ("31/12/2026", "", date(2026, 12, 31)),
        ("12/31/2026", "", date(2026, 12, 31)),
        ("03/04/2026", "US", date(2026, 3, 4)),
        ("03/04/2026", "GB", date(2026, 4, 3)),
        ("4. März 2026", "", date(2026, 3, 4)),
        ("March 4, 2026", "", date(2026, 3, 4)),
        ("4 de marzo de 2026", "", date(2026, 3, 4)),
    ],
)
def test_dates(cell, country, day):
    """Dates."""
    assert dates.day(cell, country) == (day, ())


@pytest.mark.parametrize("cell", ["03/04/2026", "soon", "2026-02-30", "45000", "4-Mar", "3/4/26"])
def test_a_date_that_is_none_or_two_is_told(cell):
    """A date that is none or two is told."""
    assert [found.code for found in dates.day(cell).findings] == ["date_unreadable"]


@given(st.dates())
def test_every_day_in_iso_form_is_read_back(day):
    """Every day in iso form is read back."""
    assert dates.day(day.isoformat()).value == day


@pytest.mark.parametrize(
    ("cell", "country", "code"),
    [
        ("MA", "", "US-MA"),
        ("CA", "", "US-CA"),
        ("DE", "DE", "DE"),
        ("Massachusetts", "", "US-MA"),
        ("ON", "CA", "CA-ON"),
    ],
)
def test_two_letters_are_a_state_unless_the_row_is_elsewhere(cell, country, code):
    """Two letters are a state unless the row is elsewhere."""
    assert places.jurisdictions(cell, country) == ((code,), ())


@pytest.mark.parametrize("cell", ["javascript:alert(1)", "data:text/html,x", "no", "http://", "ftp://example.org"])
def test_only_addresses_of_pages_become_links(cell):
    """Pages make links of these: a script must not come in as one."""
    assert contact.web_address(cell).value is None
    assert [found.code for found in contact.web_address(cell).findings] == ["contact_invalid"]


def test_ways_of_contact():
    """Ways of contact."""
    assert contact.web_address("example.org/ada").value == "https://example.org/ada"
    assert contact.web_address("http://example.org").value == "http://example.org"
    assert contact.email("mailto:ada@example.org").value == "ada@example.org"
    assert contact.phone("+27 21 555 0100").value == "+27 21 555 0100"
    assert contact.preferred("E-Mail").value == "email"
    assert [found.code for found in contact.email("ada at example").findings] == ["contact_invalid"]
    assert [found.code for found in contact.phone("ask").findings] == ["contact_invalid"]


@given(st.integers(0, 999_999_999), st.sampled_from("12"))
def test_one_check_digit_of_ten_holds(number, first):
    """Of ten numbers that differ in the last digit alone, one is an NPI."""
    nine = first + str(number).zfill(9)[:8]
    assert sum(npi_is_valid(nine + digit) for digit in "0123456789") == 1


@given(st.integers(100_000_000, 299_999_999), st.integers(0, 9), st.integers(1, 9))
def test_a_mistyped_digit_never_passes(number, place, shift):
    """A mistyped digit never passes."""
    written = next(str(number) + digit for digit in "0123456789" if luhn_holds(f"80840{number}{digit}"))
    wrong = written[:place] + str((int(written[place]) + shift) % 10) + written[place + 1 :]
    assert read_npi(written) == (written, "")
    assert read_npi(wrong) == ("", "npi_invalid")


@pytest.mark.parametrize("text", ["1.00E+09", "1E9", "1,5e+09", "0", "0.0", "1.23456E+09"])
def test_an_npi_with_lost_digits_is_not_recovered(text):
    """An npi with lost digits is not recovered."""
    assert read_npi(text) == ("", "npi_mangled")


@pytest.mark.parametrize("text", ["1000000004.0", " 1000000004 ", "1.000000004E+09", "'1000000004"])
def test_an_npi_that_lost_nothing_is_recovered(text):
    """An npi that lost nothing is recovered."""
    assert read_npi(text) == ("1000000004", "")


@given(st.text())
def test_no_text_makes_the_npi_raise(text):
    """No text makes the npi raise."""
    number, code = read_npi(text)
    assert bool(number) != bool(code)


def test_ids_come_from_what_lasts_longest():
    """Ids come from what lasts longest."""
    licence = Licence("US-MA", "psychologist", "L1")
    assert id_from_facts("1000000004", [licence]) == id_from_facts("1000000004", [])
    assert id_from_facts("", [licence]) == id_from_facts("", [Licence("US-MA", "", "l1")])
    assert id_from_facts("", [Licence("", "", "L1"), Licence("US-MA", "", "")]) == ""


def test_an_id_from_a_name_takes_no_notice_of_case_blanks_and_composition():
    """An id from a name takes no notice of case blanks and composition."""
    one = id_from_name("s", "Ana\u0303  Example", "LCSW", "02101")
    assert one == id_from_name("s", "ANÃ EXAMPLE", "lcsw", "02101")
    assert (
        len(
            {
                one,
                *(
                    id_from_name(*parts)
                    for parts in (
                        ("t", "Anã Example", "LCSW", "02101"),
                        ("s", "Anã Example", "LPC", "02101"),
                        ("s", "Anã Example", "LCSW", "02102"),
                    )
                ),
            }
        )
        == 4
    )

"""Files as they come: what spreadsheets, exports and people do to tables, and that none of it is lost in silence."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest

from profiles.directory.sqlite import SqliteDirectory
from profiles.export.csv import write_csv
from profiles.export.formats import Losses
from profiles.formats.reading import Options
from profiles.loading import read
from profiles.schema import Fee

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "import_traps"
OPTIONS = Options(source="test", today=date(2026, 11, 22))
HEADER = "name,credentials,languages,modalities,specialties,telehealth,accepting_new_clients,state,zip,npi,fee,bio"
KEY = b"0" * 32


@pytest.fixture
def directory(tmp_path):
    opened = SqliteDirectory(tmp_path / "directory.db", KEY)
    yield opened
    opened.close()


@pytest.fixture
def load(tmp_path):
    def load(content, name="file.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(read([path], "csv", OPTIONS))

    return load


def _people(rows):
    return [row.therapist for row in rows if row.therapist]


def _told(rows):
    return [(found.code, found.row, found.column) for row in rows for found in row.problems]


def _codes(rows):
    return Counter(code for code, _, _ in _told(rows) if code != "id_made_from_name")


# ---------------------------------------------------------------- the shared sample


@pytest.fixture
def sample(directory):
    """Load a file of the sample and return its report, the people held, and the rows."""

    def sample(name):
        if not (SHARED / name).exists():
            pytest.skip("the shared data is not here")
        report = directory.apply(read([SHARED / name], "csv", OPTIONS))
        return report, list(directory.scan()), list(read([SHARED / name], "csv", OPTIONS))

    return sample


def test_expected_names_every_file_of_the_sample(sample):
    """A file that is new there is one that no test here knows."""
    if not SHARED.exists():
        pytest.skip("the shared data is not here")
    known = json.loads((SHARED / "expected.json").read_text(encoding="utf-8"))
    assert {key[:2] for key in known} == {"01", "04", "06", "07", "11", "12", "14", "20"}


def test_01_a_byte_order_mark_is_no_part_of_the_first_header(sample):
    """Nor are carriage returns part of the last cell."""
    report, people, _ = sample("01_utf8_bom_crlf.csv")
    assert (report.added, report.problems) == (1, ())
    assert [one.tag for one in people[0].languages] == ["en", "es"]
    assert people[0].bio == "Warm and direct."


def test_04_semicolons_part_cells_and_commas_are_decimal(sample):
    """The currency is that of the country that state and postal code settle."""
    _, people, rows = sample("04_semicolon_decimal_comma.csv")
    assert [one.value("fee") for one in people] == [Fee(8550, 8550, "EUR")]
    assert [one.tag for one in people[0].languages] == ["de", "en"]
    assert _codes(rows) == {}


def test_06_one_npi_is_one_person_and_the_last_row_speaks(sample):
    """Loading the file again changes nothing."""
    _, people, _ = sample("06_duplicates.csv")
    assert [one.bio for one in people] == ["Updated text."]
    report, people, _ = sample("06_duplicates.csv")
    assert (report.added, report.updated) == (0, 0)
    assert [one.bio for one in people] == ["Updated text."]


def test_07_rows_of_a_wrong_length_are_told_by_their_lines(sample):
    """And the other is loaded."""
    report, people, rows = sample("07_ragged.csv")
    assert (len(people), report.rejected) == (1, 2)
    assert [row for code, row, _ in _told(rows) if code == "row_length"] == [3, 4]


def test_11_what_a_spreadsheet_made_of_cells_is_undone_or_told(sample):
    """Row by row, as the sample expects it."""
    _, people, rows = sample("11_excel_mangled.csv")
    by_name = {one.name: one for one in people}
    told = {(row, column): code for code, row, column in _told(rows)}
    assert by_name["E1"].places[0].postal_code == "02101"
    assert told[2, "npi"] == "npi_mangled"
    assert by_name["E1"].value("fee") == Fee(120_000, 120_000, "USD")
    assert told[3, "modalities"] == "term_unknown"
    assert by_name["E2"].value("npi") == "1000000004"
    assert told[4, "modalities"] == "cell_error"
    assert (told[4, "npi"], by_name["E3"].value("fee").lowest) == ("npi_mangled", 0)
    assert by_name["E4"].terms("session_format") == ("in_person",)
    assert by_name["E4"].value("accepting") == "waiting_list"
    assert told[5, "npi"] == "npi_invalid"


def test_12_signs_that_start_a_formula_come_through_byte_for_byte(sample, tmp_path):
    """In, out with an apostrophe in front, and in again."""
    _, people, _ = sample("12_formula_and_legit_signs.csv")
    names = ['=HYPERLINK("http://evil.example","click")', "Plus Phone", "Minus Bio", "@handle"]
    bios = ["b", "+27 21 555 0100", "- trauma-informed\n- queer-affirming", "@SUM(1+1)*cmd|' /C calc'!A0"]
    assert {one.name: one.bio for one in people} == dict(zip(names, bios, strict=True))
    path = tmp_path / "out.csv"
    path.write_text("".join(write_csv(people, Losses())), encoding="utf-8", newline="")
    with path.open(encoding="utf-8", newline="") as stream:
        assert not [cell for row in csv.reader(stream) for cell in row if cell[:1] in set("=+-@\t\r")]
    again = _people(read([path], "csv", OPTIONS))
    assert {one.name: one.bio for one in again} == dict(zip(names, bios, strict=True))


def test_14_headers_of_others_are_known(sample):
    """Every one of them."""
    report, people, rows = sample("14_header_variants.csv")
    assert (report.added, _codes(rows)) == (1, {})
    assert people[0].value("fee") == Fee(12_000, 12_000, "USD")


def test_20_what_stands_around_the_table_is_told(sample):
    """And nobody is called "Total"."""
    report, people, rows = sample("20_footer_and_blank_rows.csv")
    assert (report.added, len(people)) == (1, 1)
    assert {row for _, row, _ in _told(rows)} == {1, 2, 5, 6, 7}


# ---------------------------------------------------------------- traps of our own


def _row(**cells):
    full = {
        "name": "Ada",
        "credentials": "LPC",
        "languages": "English",
        "modalities": "CBT",
        "specialties": "anxiety",
        "telehealth": "yes",
        "accepting_new_clients": "yes",
        "state": "MA",
        "zip": "02101",
        "npi": "",
        "fee": "100",
        "bio": "b",
    }
    return {**full, **cells}


@pytest.fixture
def one(load):
    """Load one row with some cells changed; return the therapist and the problems' codes by column."""

    def one(**cells):
        stream = io.StringIO(newline="")
        row = _row(**cells)
        writer = csv.DictWriter(stream, row)
        writer.writeheader()
        writer.writerow(row)
        rows = load(stream.getvalue())
        told = {column: code for code, _, column in _told(rows) if code != "id_made_from_name"}
        return next(iter(_people(rows)), None), told

    return one


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        *((cell, "accepting") for cell in ("yes", "Y", "TRUE", "1", "✓", "Sí", "Ja", "oui", "vrai", "open", "YES!")),
        *((cell, "accepting") for cell in ("yes - limited", "limited", "Accepting New Clients: Yes", "has openings")),
        *((cell, "full") for cell in ("no", "FALSE", "0", "✗", "Nein", "non", "closed", "not at this time")),
        *((cell, "full") for cell in ("currently full", "Not accepting new clients", "keine Plätze")),
        *((cell, "waiting_list") for cell in ("waitlist", "Waiting list", "No - waitlist", "Warteliste")),
        *((cell, "waiting_list") for cell in ("lista de espera", "liste d'attente")),
        *((cell, "paused") for cell in ("temporarily closed", "on hold", "On leave")),
        *((cell, None) for cell in ("maybe", "x", "call for availability", "by referral only", "#REF!")),
        *((cell, None) for cell in ("Yes, for telehealth only", "ja, ab März", "accepting couples only")),
    ],
)
def test_who_takes_clients_in_many_hands(one, cell, code):
    """A yes with a condition is told and not taken for a yes."""
    ada, told = one(accepting_new_clients=cell)
    assert ada.value("accepting") == code
    assert ("accepting_new_clients" in told) == (code is None)


@pytest.mark.parametrize(
    ("cell", "formats"),
    [
        *((cell, {"video"}) for cell in ("yes", "online only", "virtual only", "Remote", "Yes (Zoom)", "nur online")),
        *((cell, {"in_person"}) for cell in ("no", "in-person only", "Office only", "nur vor Ort")),
        *((cell, {"in_person", "video"}) for cell in ("both", "hybrid", "In person or online", "Präsenz und online")),
        *((cell, {"in_person", "video"}) for cell in ("Telehealth & In-Person", "ambos", "híbrido")),
        ("Phone only", {"phone"}),
        ("video and phone", {"video", "phone"}),
        *((cell, None) for cell in ("y/n", "it depends", "#VALUE!")),
    ],
)
def test_telehealth_in_many_hands(one, cell, formats):
    """A yes, a no, and what is offered."""
    ada, told = one(telehealth=cell)
    assert set(ada.terms("session_format")) == (formats or set())
    assert ("telehealth" in told) == (formats is None)


@pytest.mark.parametrize(
    ("cell", "where", "fee"),
    [
        *((cell, "MA 02101", (12_000, 12_000, "USD")) for cell in ("$120", "120 USD", "USD 120", "120/hr", "US$120")),
        *((cell, "MA 02101", (12_000, 12_000, "USD")) for cell in ("$120 per session", "120.00", "$ 120", "120$")),
        *((cell, "MA 02101", (12_000, 15_000, "USD")) for cell in ("$120–$150", "$120 to $150", "120 - 150")),
        *((cell, "MA 02101", (6_000, 12_000, "USD")) for cell in ("sliding scale $60-$120", "$60-$120 sliding scale")),
        *((cell, "MA 02101", (0, 0, "USD")) for cell in ("pro bono", "Free", "0")),
        ("$1,200.00", "MA 02101", (120_000, 120_000, "USD")),
        ("€85,50", "MA 02101", (8_550, 8_550, "EUR")),
        ("85,50", "BE 10115", (8_550, 8_550, "EUR")),
        ("1.200,00", "BE 10115", (120_000, 120_000, "EUR")),
        ("100 bis 120 €", "BE 10115", (10_000, 12_000, "EUR")),
        ("100,-", "Bayern 80331", (10_000, 10_000, "EUR")),
        ("$100", "Ontario M5V2T6", (10_000, 10_000, "CAD")),
        *((cell, "MA 02101", None) for cell in ("Ask", "-50", "1e3", "up to $150", "$80/$120", "#NUM!", "2147483648")),
    ],
)
def test_fees_in_many_hands(one, cell, where, fee):
    """Both decimal signs, ranges, words, and the currency of the country."""
    state, _, code = where.partition(" ")
    ada, told = one(fee=cell, state=state, zip=code)
    assert ada.value("fee") == (Fee(*fee) if fee else None)
    assert ("fee" in told) == (fee is None)


@pytest.mark.parametrize(
    ("state", "written", "code", "country"),
    [
        ("MA", "2101", "02101", "US"),
        ("Massachusetts", "2101.0", "02101", "US"),
        ("mass.", "02101-4321", "02101-4321", "US"),
        ("NJ", "7030", "07030", "US"),
        ("PR", "901", "00901", "US"),
        ("MA; NH", "02101", "02101", "US"),
        ("MA, NH, RI", "02101", "02101", "US"),
        ("Ontario", "M5V 2T6", "M5V 2T6", "CA"),
        ("ON", "m5v2t6", "m5v2t6", "CA"),
        ("Bayern", "80331", "80331", "DE"),
        ("NRW", "50667", "50667", "DE"),
        ("London", "SW1A 1AA", "SW1A 1AA", "GB"),
        ("TX", "2101", "2101", ""),
    ],
)
def test_postal_codes_and_states_in_many_hands(one, state, written, code, country):
    """A zero that a spreadsheet took away comes back where the state says that there was one."""
    ada, _ = one(state=state, zip=written)
    assert (ada.places[0].postal_code, ada.places[0].country) == (code, country)
    assert ada.places[0].region == state


@pytest.mark.parametrize(
    ("cell", "npi", "code"),
    [
        ("1000000004.0", "1000000004", None),
        ("100 000 0004", "1000000004", None),
        ("1000-000-004", "1000000004", None),
        ("NPI: 1000000004", "1000000004", None),
        ("1.00E+09", None, "npi_mangled"),
        ("0", None, "npi_mangled"),
        ("1000000005", None, "npi_invalid"),
        ("pending", None, "npi_invalid"),
        ("#N/A", None, "cell_error"),
    ],
)
def test_npis_in_many_hands(one, cell, npi, code):
    """What lost digits is told, never made whole."""
    ada, told = one(npi=cell)
    assert (ada.value("npi"), told.get("npi")) == (npi, code)


@pytest.mark.parametrize(
    ("cell", "state", "day"),
    [
        *((cell, "MA 02101", date(2027, 1, 31)) for cell in ("2027-01-31", "01/31/2027", "1/31/27", "Jan 31, 2027")),
        *((cell, "MA 02101", date(2027, 1, 31)) for cell in ("31-Jan-27", "31-Jan-2027", "January 31st, 2027")),
        *((cell, "MA 02101", date(2027, 1, 31)) for cell in ("2027-01-31 00:00:00", "20270131", "31 janvier 2027")),
        *((cell, "MA 02101", date(2027, 1, 31)) for cell in ("31. Januar 2027", "31 de enero de 2027", "31.01.2027")),
        ("03/04/2027", "MA 02101", date(2027, 3, 4)),
        ("03/04/2027", "BE 10115", date(2027, 4, 3)),
        *((cell, "MA 02101", None) for cell in ("2027-02-30", "13/13/2027", "1/0/1900", "1/1/1900", "46053", "Jan-27")),
        *((cell, "MA 02101", None) for cell in ("soon", "0000-00-00", "27-01-31")),
        ("03/04/2027", "TX 1", None),
    ],
)
def test_days_in_many_hands(one, cell, state, day):
    """A day that two customs read as two, or that a spreadsheet made up, is told."""
    region, _, code = state.partition(" ")
    ada, told = one(**{"next opening": cell, "state": region, "zip": code})
    assert ada.value("next_opening") == day
    assert ("next opening" in told) == (day is None)


@pytest.mark.parametrize(
    "cell",
    [
        *("anxiety;trauma", "anxiety|trauma", "anxiety / trauma", "anxiety and trauma", "anxiety, and trauma"),
        *("anxiety\ntrauma", "• anxiety\n• trauma", "- anxiety\n- trauma", "1. anxiety 2. trauma", "anxiety - trauma"),
        *("['anxiety', 'trauma']", "anxiety; ;trauma;", "anxiety,,trauma", "anxiety、trauma", "anxiety\ttrauma"),
        *("<ul><li>anxiety</li><li>trauma</li></ul>", "anxiety<br>trauma", "anxiety &amp; trauma", "ANXIETY; TRAUMA"),
        *("anxiety\u00a0;\u200btrauma\ufeff", "anxiety (trauma)", "anxiety + trauma", "anxiety • trauma"),
    ],
)
def test_lists_however_they_are_parted(one, cell):
    """Two terms are two terms."""
    ada, told = one(specialties=cell)
    assert (ada.terms("concern"), told) == (("anxiety", "trauma"), {})


@pytest.mark.parametrize(
    ("number", "state", "kind", "licences"),
    [
        ("LCSW #12345 (MA)", "", "", [("US-MA", "clinical_social_worker", "12345")]),
        ("MA 12345", "", "LCSW", [("US-MA", "clinical_social_worker", "12345")]),
        ("PSY12345", "CA", "Psychologist", [("US-CA", "psychologist", "PSY12345")]),
        ("12345 (MA); 678 (NH)", "", "", [("US-MA", "", "12345"), ("US-NH", "", "678")]),
        ("12345, 678", "MA, NH", "", [("US-MA", "", "12345"), ("US-NH", "", "678")]),
        ("12345", "Massachusetts and New Hampshire", "", [("US-MA", "", "12345"), ("US-NH", "", "12345")]),
        ("12345", "Ontario", "", [("CA-ON", "", "12345")]),
        ("12345", "UK", "", [("GB", "", "12345")]),
    ],
)
def test_licences_however_they_are_written(one, number, state, kind, licences):
    """With the state and the profession beside the number, or in columns of their own."""
    ada, _ = one(**{"license": number, "license state": state, "license type": kind})
    assert [(held.jurisdiction, held.profession, held.number) for held in ada.licences] == licences


def test_a_check_of_a_licence_is_read(one):
    """Against which register, when, and when it is due again."""
    columns = {"license": "1", "license state": "MA", "verified with": "Board", "verified on": "2026-10-01"}
    ada, told = one(**columns, **{"next check": "2027-10-01"})
    held = ada.licences[0]
    assert (held.checked_against, held.checked_on, held.check_due) == ("Board", date(2026, 10, 1), date(2027, 10, 1))
    assert told == {}


def test_the_compact_form_of_a_licence_holds_all_of_it(one):
    """A colon of a name has a backslash; parts at the end may be left out."""
    whole = r"US-MA:psychologist:1\:2:2027-01-01:2020-01-01:Board\: MA:2026-11-01:2027-11-01"
    ada, told = one(licences=f"{whole}; US-NH:counselor:3")
    first, second = ada.licences
    assert (first.number, first.start, first.end) == ("1:2", date(2020, 1, 1), date(2027, 1, 1))
    assert (first.checked_against, first.checked_on) == ("Board: MA", date(2026, 11, 1))
    assert first.check_due == date(2027, 11, 1)
    assert (second.jurisdiction, second.number, second.checked_on) == ("US-NH", "3", None)
    assert told == {}


def test_a_check_of_no_licence_is_told(one):
    """A day that belongs to no licence does not vanish."""
    _, told = one(**{"verified on": "2026-10-01"})
    assert told == {"verified on": "licence_without_jurisdiction"}


@pytest.mark.parametrize("cell", ["#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#N/A", " #NUM! "])
@pytest.mark.parametrize("column", ["credentials", "languages", "modalities", "telehealth", "zip", "fee", "bio"])
def test_a_failed_formula_is_told_in_every_column_and_stands_in_no_profile(one, cell, column):
    """Nor is it a name."""
    ada, told = one(**{column: cell})
    assert told[column] == "cell_error"
    assert "#" not in repr([fact.value for fact in ada.facts.values()])
    assert one(name=cell)[0] is None


def test_text_is_kept_as_it_stands(one):
    """Capitals, tags, right to left, emoji, quotes and blanks that do not break; composed letters only."""
    for text in ("ALL CAPS", "<b>bold</b> &amp; co", "\u200fשלום", "😀 “smart” – x", "a\u00a0b", "zwj \u200d", "é"):
        ada, told = one(bio=text)
        assert (ada.bio, told) == (text, {})
    assert one(bio="cafe\u0301")[0].bio == "caf\u00e9"


def test_letters_lost_on_the_way_are_told_and_kept(one):
    """A file read once too often in another encoding."""
    ada, told = one(name="JosÃ© MuÃ±oz", bio="weâ€™re")
    assert (ada.name, told) == ("JosÃ© MuÃ±oz", {"name": "text_garbled", "bio": "text_garbled"})
    assert one(name="Ángela Ñandú Ãvila", bio="São Paulo")[1] == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_headers_in_four_languages(load, encoding, delimiter):
    """Whatever parts them, and in whatever bytes."""
    headers = [
        ["Therapist Name", "LANGUAGE(S) SPOKEN", "Treatment Orientation", "Accepting New Patients?", "About me"],
        ["Nombre", "Idiomas", "Enfoques", "Acepta nuevos pacientes", "Biografía"],
        ["Name", "Sprachen", "Verfahren", "Freie Plätze", "Über mich"],
        ["Nom", "Langues", "Approches", "Accepte de nouveaux patients", "À propos"],
    ]
    for header in headers:
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=delimiter).writerows([header, ["Zoë", "Deutsch", "CBT", "yes", "Grüße"]])
        rows = load(stream.getvalue().encode(encoding))
        ada = _people(rows)[0]
        assert (ada.name, ada.bio, ada.value("accepting")) == ("Zoë", "Grüße", "accepting")
        assert (ada.terms("modality"), [one.tag for one in ada.languages]) == (("cbt",), ["de"])
        assert _codes(rows) - Counter({"encoding_assumed": 1}) == Counter()


def test_a_quote_that_never_closes_and_a_cell_that_was_merged(load):
    """What follows is told with its line; what stands before is kept."""
    rows = load(f'{HEADER}\nA,,,,,,,,,,,ok\n,,Spanish,ACT,,,,,,,,\nB,,,,,,,,,,,"open\nC,,,,,,,,,,,ok\n')
    assert [one.name for one in _people(rows)] == ["A"]
    assert [found for found in _told(rows) if found[0] != "id_made_from_name"] == [
        ("name_missing", 3, None),
        ("quote_unclosed", 4, None),
    ]


# ---------------------------------------------------------------- a thousand rows with one bad cell each

BAD = {
    "languages": {"language_unknown": ["Spansih", "None", "Creole", "Klingonese", "various"]},
    "modalities": {"term_unknown": ["CTB", "4-Mar", "TRUE", "magic"], "cell_error": ["#REF!"]},
    "specialties": {"term_unknown": ["anxeity", "x", "moonlight"]},
    "telehealth": {"term_unknown": ["perhaps", "y/n"], "cell_error": ["#NAME?"]},
    "accepting_new_clients": {"accepting_unknown": ["maybe", "x", "ask me"]},
    "npi": {"npi_invalid": ["1000000005", "12345"], "npi_mangled": ["1.00E+09", "0"]},
    "fee": {"number_unreadable": ["ask", "-50", "1e3"], "number_out_of_range": ["99999999"], "cell_error": ["#VALUE!"]},
    "email": {"contact_invalid": ["not an address", "a@b"]},
    "phone": {"contact_invalid": ["call", "6.17555E+09"]},
    "website": {"contact_invalid": ["ftp://example.org", "javascript:alert(1)"]},
    "license state": {"jurisdiction_unknown": ["Atlantis", "All 50 states"]},
    "license type": {"profession_unknown": ["wizard", "Reiki master"]},
    "license expiration": {"date_unreadable": ["soon", "2027-02-30", "46053", "1/1/1900"]},
    "next opening": {"date_unreadable": ["ASAP", "13/13/2027"]},
    "latitude": {"number_unreadable": ["north"], "number_out_of_range": ["95"]},
    "supervised": {"term_unknown": ["perhaps"]},
    "directiveness": {"number_out_of_range": ["7"], "number_unreadable": ["very", "1.5"]},
    "last updated": {"date_unreadable": ["yesterday", "2031-01-01"]},
    "credentials": {"cell_error": ["#DIV/0!"], "text_garbled": ["PsÃ©"]},
    "name": {"name_missing": ["", " "]},
}
"""Column -> problem -> cells that must end as this problem, in an otherwise good row."""

GOOD = {
    "id": "1",
    **_row(npi="1000000004"),
    "email": "ada@example.org",
    "phone": "+1 617 555 0100",
    "website": "https://example.org",
    "license": "123",
    "license state": "MA",
    "license type": "LPC",
    "license expiration": "2027-12-31",
    "next opening": "2026-12-01",
    "latitude": "42.3",
    "longitude": "-71.0",
    "supervised": "no",
    "directiveness": "2",
    "last updated": "2026-10-01",
}


@pytest.fixture(scope="module")
def thousand(tmp_path_factory):
    """Write a thousand rows with one bad cell each; return what was read and what was put in, in order."""
    kinds = [(column, code, cell) for column, codes in BAD.items() for code, all_ in codes.items() for cell in all_]
    rng = Random(1)
    bad = [kinds[number] if number < len(kinds) else rng.choice(kinds) for number in range(1000)]
    path = tmp_path_factory.mktemp("thousand") / "bad.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, GOOD)
        writer.writeheader()
        for number, (column, _, cell) in enumerate(bad):
            # One NPI is one person: only the rows whose NPI is bad have one.
            writer.writerow({**GOOD, "id": f"t{number}", "npi": "", column: cell})
    return list(read([path], "csv", OPTIONS)), bad


def test_a_thousand_bad_cells_are_a_thousand_problems(thousand):
    """Each names its row, column and value, and nothing else is told."""
    rows, bad = thousand
    found = [(one.code, one.row, one.column, one.value) for row in rows for one in row.problems]
    expected = [
        (code, line, None if code == "name_missing" else column, "" if code == "name_missing" else cell)
        for line, (column, code, cell) in enumerate(bad, start=2)
    ]
    assert found == expected


def test_a_thousand_bad_cells_add_up(thousand, directory):
    """A bad cell costs its field and not the row; without a name there is nobody."""
    rows, bad = thousand
    nameless = sum(code == "name_missing" for _, code, _ in bad)
    report = directory.apply(rows)
    assert (report.read, report.added, report.rejected) == (1000, 1000 - nameless, nameless)
    assert report.read == report.added + report.updated + report.unchanged + report.skipped + report.rejected
    assert len(report.problems) == 1000
    assert directory.count() == 1000 - nameless


@pytest.mark.parametrize("locale", ["en", "es", "de"])
def test_every_problem_of_the_thousand_has_a_remedy(thousand, locale):
    """In every language of the pages, whole once its gaps are filled."""
    rows, _ = thousand
    texts = tomllib.loads((ROOT / "matcher" / "texts" / f"{locale}.toml").read_text(encoding="utf-8"))
    for found in (one for row in rows for one in row.problems):
        gaps = {"value": found.value, "file": found.file, "row": found.row, "column": found.column, **found.params}
        for kind in ("problem", "remedy"):
            assert texts[kind][found.code].format(**gaps).strip()

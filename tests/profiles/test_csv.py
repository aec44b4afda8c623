"""CSV and its kin: no line is lost, every problem has the line of the file, and text comes through as it is."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.formats import cells
from profiles.formats.columns import column_of, header_key
from profiles.formats.csv import read_csv
from profiles.formats.reading import Options
from profiles.formats.tables import DELIMITERS
from profiles.schema import Fee, Language, Licence

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
TODAY = date(2026, 11, 22)
OPTIONS = Options(source="test", today=TODAY)


@pytest.fixture
def load(tmp_path):
    def load(content, options=OPTIONS):
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(read_csv([path], options))

    return load


def loaded(rows):
    return [row.therapist for row in rows if row.therapist]


def told(rows):
    return [(found.code, found.row) for row in rows for found in row.problems]


def codes(rows):
    return Counter(code for code, _ in told(rows))


def written(*records, delimiter=","):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(records)
    return stream.getvalue()


# ---------------------------------------------------------------- files


@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_raise(content):
    """Whatever a file holds, every row is loaded with a therapist, or told of."""
    assert all((row.therapist is not None) != bool(row.outcome != "loaded") for row in _read(content))


@given(st.binary(max_size=200), st.sampled_from([b"name,languages,fee\n", b"\xef\xbb\xbfname;bio\r\n", b"id\tname\n"]))
def test_no_bytes_under_a_header_make_the_reader_raise(content, header):
    """No bytes under a header make the reader raise."""
    for row in _read(header + content):
        assert (row.outcome == "loaded") == (row.therapist is not None)
        assert row.outcome != "rejected" or any(found.level == "error" for found in row.problems)


@given(st.text(alphabet='na"\n\r,;x', max_size=60))
def test_quotes_and_line_ends_in_any_order_never_raise(text):
    """However quotes and line ends stand, what is not loaded is told of."""
    rows = _read(b"name,bio\n" + text.encode())
    assert all(row.outcome == "loaded" or row.problems for row in rows)


def _read(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(content)
        return list(read_csv([path], OPTIONS))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_same_table_in_any_encoding_and_delimiter_is_the_same(load, encoding, delimiter):
    """The same table in any encoding and delimiter is the same."""
    table = written(["id", "name", "bio"], ["1", "Zoë Muñoz", "Ruhig, klar; offen | é\tö"], delimiter=delimiter)
    rows = load(table.encode(encoding))
    assert [(one.id, one.name, one.bio) for one in loaded(rows)] == [("1", "Zoë Muñoz", "Ruhig, klar; offen | é\tö")]
    assert codes(rows) == ({"encoding_assumed": 1} if encoding == "cp1252" else {})


def test_what_is_no_table_is_one_problem(load):
    """What is no table is one problem."""
    assert told(load(b"")) == [("file_empty", None)]
    assert told(load(b"\xef\xbb\xbf\r\n\r\n")) == [("file_empty", None)]
    assert told(load(b"\x89PNG\r\n\x1a\n\0\0\0")) == [("file_not_text", None)]
    assert told(load("\n\na,b,c\n1,2,3\n")) == [("header_missing", 3)]


def test_a_row_of_the_wrong_length_is_told_with_its_line_and_stops_nothing(load):
    """Lines are those of the file: a quoted cell takes three here."""
    rows = load('id,name,bio\n1,Ada,"one\ntwo\nthree"\n2,Bo\n3,Cy,x\n4,Di,x,y\n5,Ed,z\n')
    assert [one.id for one in loaded(rows)] == ["1", "3", "5"]
    assert [found for found in told(rows) if found[0] == "row_length"] == [("row_length", 5), ("row_length", 7)]


@given(st.lists(st.sampled_from(["1,Ada,a", '2,Bo,"two\nlines"', "", ",,", "3,Cy", "Total: 3,,"]), max_size=12))
def test_every_record_is_loaded_rejected_or_noted_once_and_in_order(records):
    """Nothing between the lines of a file is passed over in silence."""
    rows = _read(("id,name,bio\n" + "".join(record + "\n" for record in records)).encode())
    line, expected = 2, []
    for record in records:
        outcome = {"1,Ada,a": "loaded", '2,Bo,"two\nlines"': "loaded", "3,Cy": "rejected"}.get(record, "note")
        expected.append((outcome, None if outcome == "loaded" else line))
        line += 1 + record.count("\n")
    assert [(row.outcome, row.problems[0].row if row.problems else None) for row in rows] == (
        expected if any(records) or records else []
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_an_open_quote_is_told_where_it_opened_and_all_before_is_kept(load, end):
    """An open quote is told where it opened and all before is kept."""
    rows = load(f'id,name,bio{end or chr(10)}1,Ada,"a{end or chr(10)}b"{end or chr(10)}2,Bo,"open{end}3,Cy,x{end}')
    assert [one.id for one in loaded(rows)] == ["1"]
    assert told(rows) == [("quote_unclosed", 4)]
    assert rows[-1].outcome == "rejected"


def test_an_open_quote_after_a_cell_of_many_lines_is_told_at_its_own_line(load):
    """An open quote after a cell of many lines is told at its own line."""
    assert told(load('id,name,bio\n1,"A\nd\na","open\n\n2,Bo,x')) == [("quote_unclosed", 4)]


def test_a_cell_beyond_the_limit_of_pythons_csv_is_read(load):
    """A cell beyond the limit of pythons csv is read."""
    text = "é" * 223_973
    assert [one.bio for one in loaded(load(written(["id", "name", "bio"], ["1", "Ada", text])))] == [text]


def test_what_stands_around_the_table_is_told_and_never_loaded(load):
    """What stands around the table is told and never loaded."""
    content = "Directory export 2026\n\nid,name,bio\n1,Ada,a\n\n,,\nid,name,bio\nTotal: 1,,\nTotal: 1 row\n2,Bo,b\n"
    rows = load(content)
    assert [one.id for one in loaded(rows)] == ["1", "2"]
    assert told(rows) == [
        ("row_outside_table", 1),
        ("row_blank", 2),
        ("row_blank", 5),
        ("row_blank", 6),
        ("row_outside_table", 7),
        ("row_outside_table", 8),
        ("row_outside_table", 9),
    ]


def test_someone_of_whom_the_name_alone_is_stated_is_no_footer(load):
    """Someone of whom the name alone is stated is no footer."""
    assert [one.name for one in loaded(load("name,languages,bio\nSumi Page,,\nTotal Eclipse,,\n"))] == [
        "Sumi Page",
        "Total Eclipse",
    ]


# ---------------------------------------------------------------- headers


def test_no_header_stands_under_two_columns():
    """No header stands under two columns."""
    seen = Counter(key for headers in cells.table("headers").values() for key in set(map(header_key, headers)))
    assert [header for header, times in seen.items() if times > 1] == []


def test_every_header_of_the_table_is_found_however_it_is_written():
    """Every header of the table is found however it is written."""
    for target, headers in cells.table("headers").items():
        for header in headers:
            for spelling in (header, header.upper(), header.replace(" ", "_"), f"{header} (optional)", f" {header}? "):
                assert column_of(spelling).target == target, spelling


def test_unknown_and_repeated_columns_are_told_once_each(load):
    """Unknown and repeated columns are told once each."""
    rows = load(
        "id,name,Favourite colour,Langauges,email,E-mail\n1,Ada,red,English,a@example.org,b@example.org\n2,Bo,,,,\n"
    )
    found = {(one.code, one.column): one.params for row in rows for one in row.problems}
    assert found.keys() == {
        ("column_unknown", "Favourite colour"),
        ("column_unknown", "Langauges"),
        ("column_repeated", "E-mail"),
    }
    assert "language" in found["column_unknown", "Langauges"]["nearest"].split(", ")
    assert loaded(rows)[0].value("email") == "a@example.org"


def test_a_cell_under_no_header_is_told(load):
    """A cell under no header is told."""
    assert told(load("id,name,\n1,Ada,\n2,Bo,lost\n")) == [("column_unknown", 3)]


def test_columns_that_say_one_thing_together_are_put_together(load):
    """Columns that say one thing together are put together."""
    rows = load("id,name,Language 1,Language 2,First,concerns,specialties\n1,Ada,English,Spanish,x,grief,anxiety\n")
    (ada,) = loaded(rows)
    assert [one.tag for one in ada.languages] == ["en", "es"]
    assert set(ada.terms("concern")) == {"grief", "anxiety"}


# ---------------------------------------------------------------- text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_texts_come_through_byte_for_byte_after_nfc(text):
    """Written by Python's own writer and escaped as the export does, any name and bio come back."""
    escaped = "'" + text if text.lstrip("'")[:1] in tuple("=+-@\t\r") else text
    rows = _read(written(["id", "name", "bio"], ["1", f"N{text}", escaped]).encode())
    (one,) = loaded(rows)
    assert one.name == unicodedata.normalize("NFC", f"N{text}")
    assert one.bio == (unicodedata.normalize("NFC", text) if text.strip() else "")


@pytest.mark.parametrize(("cell", "text"), [("'=1", "=1"), ("''+1", "'+1"), ("'quoted'", "'quoted'"), ("=1", "=1")])
def test_one_apostrophe_before_a_formula_is_taken_away(load, cell, text):
    """One apostrophe before a formula is taken away."""
    assert loaded(load(written(["id", "name"], ["1", cell])))[0].name == text


# ---------------------------------------------------------------- facts


def one(load, headers, values, options=OPTIONS):
    rows = load(written(["id", "name", *headers], ["1", "Ada", *values]), options)
    return loaded(rows)[0], codes(rows)


def test_a_row_without_a_name_is_rejected_and_the_next_is_read(load):
    """A row without a name is rejected and the next is read."""
    rows = load("id,name,bio\n1, ,a\n2,Bo,b\n")
    assert [row.outcome for row in rows] == ["rejected", "loaded"]
    assert told(rows) == [("name_missing", 2)]


def test_an_empty_cell_is_a_field_not_stated(load):
    """An empty cell is a field not stated."""
    ada, found = one(load, ["languages", "modalities", "fee", "bio", "accepting", "state"], [""] * 6)
    assert set(ada.facts) == {"name"}
    assert found == {}


def test_a_fee_without_any_currency_is_told_and_kept_out(load):
    """A fee without any currency is told and kept out."""
    ada, found = one(load, ["fee"], ["120"])
    assert "fee" not in ada.facts
    assert found == {"currency_unknown": 1}


@pytest.mark.parametrize(
    ("headers", "values", "fee"),
    [
        (["Session Fee (USD)"], ["120"], Fee(12000, 12000, "USD")),
        (["fee", "currency"], ["120", "EUR"], Fee(12000, 12000, "EUR")),
        (["fee", "country"], ["85,50", "Germany"], Fee(8550, 8550, "EUR")),
        (["fee", "state"], ["120", "MA"], Fee(12000, 12000, "USD")),
        (["fee", "state"], ["£120", "MA"], Fee(12000, 12000, "GBP")),
        (["fee", "country"], ["$120", "Canada"], Fee(12000, 12000, "CAD")),
        (["fee low", "fee high", "currency"], ["80", "150", "USD"], Fee(8000, 15000, "USD")),
    ],
)
def test_the_currency_of_a_fee(load, headers, values, fee):
    """The currency of a fee."""
    assert one(load, headers, values)[0].value("fee") == fee


def test_a_state_is_a_place_and_never_a_licence(load):
    """A state is a place and never a licence."""
    ada, _ = one(load, ["state", "zip"], ["MA", "2101"])
    assert ada.licences == ()
    assert [(place.region, place.postal_code, place.country) for place in ada.places] == [("MA", "02101", "US")]


def test_licences_of_columns_and_of_the_compact_form(load):
    """Licences of columns and of the compact form."""
    ada, found = one(
        load,
        ["license number", "license state", "license type", "license expiry", "licences"],
        ["L1", "MA", "LCSW", "2027-01-31", "US-NY:psychologist:77:2028-01-01; DE:psychologist; MA"],
    )
    assert ada.licences == (
        Licence("US-MA", "clinical_social_worker", "L1", None, date(2027, 1, 31)),
        Licence("US-NY", "psychologist", "77", None, date(2028, 1, 1)),
        Licence("DE", "psychologist"),
        Licence("US-MA"),
    )
    assert found == {}


def test_a_licence_without_jurisdiction_is_told_and_kept(load):
    """A licence without jurisdiction is told and kept."""
    ada, found = one(load, ["license number", "state"], ["L1", "MA"])
    assert ada.licences == (Licence(number="L1"),)
    assert found == {"licence_without_jurisdiction": 1}


def test_what_is_wrong_with_a_licence_is_told_at_its_column(load):
    """What is wrong with a licence is told at its column."""
    ada, found = one(load, ["license state", "license type", "license expiry"], ["Atlantis", "wizard", "soon"])
    assert ada.licences == ()
    assert found == {"jurisdiction_unknown": 1, "profession_unknown": 1, "date_unreadable": 1}


IDENTITY = ["gender", "religion", "ethnicity", "pronouns"]
PERSON = ["female", "Jewish", "Mexican", "she/her"]


def test_identity_without_consent_is_left_out_and_told_once_for_the_load(load):
    """Identity without consent is left out and told once for the load."""
    rows = load(written(["id", "name", *IDENTITY], ["1", "Ada", *PERSON], ["2", "Bo", *PERSON], ["3", "Cy", *[""] * 4]))
    assert all(set(person.facts) == {"name"} and person.consent == "" for person in loaded(rows))
    assert told(rows) == [("identity_without_consent", None)]
    assert rows[-1].problems[0].params["count"] == 2


def test_what_may_not_be_kept_is_not_quoted_in_a_problem_either(load):
    """What may not be kept is not quoted in a problem either."""
    rows = load(written(["id", "name", "religion"], ["1", "Ada", "a faith of her own"]))
    assert told(rows) == [("identity_without_consent", None)]
    assert "faith of her own" not in repr(rows)


@pytest.mark.parametrize(
    ("cell", "general", "consent"),
    [
        ("yes", "", "consent"),
        ("form of 2026-01-02", "", "form of 2026-01-02"),
        ("", "contract", "contract"),
        ("no", "contract", ""),
        ("withdrawn", "contract", ""),
        ("", "", ""),
    ],
)
def test_consent_of_the_row_goes_before_that_of_the_load(load, cell, general, consent):
    """Consent of the row goes before that of the load."""
    options = Options(source="test", today=TODAY, identity_consent=general)
    ada, found = one(load, [*IDENTITY, "consent"], [*PERSON, cell], options)
    assert ada.consent == consent
    assert ("therapist_gender" in ada.facts) == ("pronouns" in ada.facts) == bool(consent)
    assert found == ({} if consent else {"identity_without_consent": 1})


@pytest.mark.parametrize(
    ("cell", "general", "day"),
    [
        ("2026-01-05", date(2026, 2, 2), date(2026, 1, 5)),
        ("", date(2026, 2, 2), date(2026, 2, 2)),
        ("", None, TODAY),
        ("2062-01-05", None, TODAY),
    ],
)
def test_the_files_own_date_goes_before_the_operators_before_today(load, cell, general, day):
    """A day to come can't be one on which somebody confirmed something."""
    ada, found = one(load, ["last updated"], [cell], Options(source="test", today=TODAY, as_of=general))
    assert {(fact.as_of, fact.confirmed_on, fact.editor) for fact in ada.facts.values()} == {(day, day, "file")}
    assert found == ({"date_unreadable": 1} if cell.startswith("2062") else {})


def test_style_and_qualities(load):
    """Style and qualities."""
    headers = ["directiveness", "emotional intensity", "past focus", "challenge", "qualities"]
    ada, found = one(load, headers, ["2", "-3", "4", "warm", "trust; empathy; validation; flexibility"])
    assert ada.value("style") == {"directiveness": 2, "emotional_intensity": -3}
    assert ada.terms("qualities") == ("trust", "empathy", "validation")
    assert found == {"number_out_of_range": 1, "number_unreadable": 1, "terms_too_many": 1}


def test_an_interpreter_is_accessibility(load):
    """An interpreter is accessibility."""
    ada, _ = one(load, ["languages", "accessibility"], ["English; interpreter available", "wheelchair"])
    assert ada.languages == (Language("en"),)
    assert ada.terms("accessibility") == ("wheelchair", "interpreter")


def test_ids_in_their_order(load):
    """Ids in their order."""
    content = written(
        ["id", "name", "npi", "license number", "license state"],
        ["own", "Ada", "1000000004", "L1", "MA"],
        ["", "Ada", "1000000004", "L1", "MA"],
        ["", "Ada", "0", "L1", "MA"],
        ["", "Ada", "", "", ""],
    )
    rows = load(content)
    assert [person.id.partition("-")[0] for person in loaded(rows)] == ["own", "npi", "licence", "name"]
    assert told(rows) == [("npi_mangled", 4), ("id_made_from_name", 5)]
    assert [person.id for person in loaded(load(content))] == [person.id for person in loaded(rows)]


def test_the_name_of_the_file_is_no_part_of_an_id(tmp_path):
    """The name of the file is no part of an id."""
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("name\nAda\n")
    first, second = (loaded(read_csv([tmp_path / name], OPTIONS))[0].id for name in ("a.csv", "b.csv"))
    assert first == second


def test_every_problem_of_a_value_names_file_line_column_and_value(load):
    """A thousand bad cells are a thousand problems, and every row is kept."""
    bad = {"languages": "Klingonese", "modalities": "CTB", "fee": "ask", "email": "none of your business", "npi": "12"}
    headers = list(bad)
    records = [
        [str(n), f"N{n}", *(bad[header] if header == headers[n % 5] else "" for header in headers)] for n in range(1000)
    ]
    rows = load(written(["id", "name", *headers], *records))
    problems = [found for row in rows for found in row.problems]
    assert len(loaded(rows)) == len(problems) == 1000
    for number, found in enumerate(problems):
        column = headers[number % 5]
        assert (found.file, found.row, found.column, found.value) == ("file.csv", number + 2, column, bad[column])


# ---------------------------------------------------------------- real traps


def test_import_traps_hold():
    """Import traps hold."""
    folder = SHARED / "import_traps"
    if not folder.is_dir():
        pytest.skip("the shared data is not here")
    expected = json.loads((folder / "expected.json").read_text())
    read = {name: list(read_csv([folder / name], OPTIONS)) for name in expected}
    people = {name: loaded(rows) for name, rows in read.items()}
    assert [one.tag for one in people["01_utf8_bom_crlf.csv"][0].languages] == ["en", "es"]
    assert [one.value("fee").highest for one in people["04_semicolon_decimal_comma.csv"]] == [8550]
    assert len({one.id for one in people["06_duplicates.csv"]}) == 1
    assert people["06_duplicates.csv"][-1].bio == "Updated text."
    assert len(people["07_ragged.csv"]) == 1
    assert told(read["07_ragged.csv"]) == [("row_length", 3), ("row_length", 4)]
    assert len(people["14_header_variants.csv"]) == len(people["20_footer_and_blank_rows.csv"]) == 1
    assert [line for _, line in told(read["20_footer_and_blank_rows.csv"])] == [1, 2, 5, 6, 7]
    assert [one.name for one in people["12_formula_and_legit_signs.csv"]][::3] == [
        '=HYPERLINK("http://evil.example","click")',
        "@handle",
    ]
    mangled = people["11_excel_mangled.csv"]
    assert [one.value("npi") for one in mangled] == [None, "1000000004", None, None]
    assert [one.value("fee").lowest for one in mangled] == [120000, 12000, 0, 8000]
    assert [one.value("accepting") for one in mangled] == ["accepting", "full", "full", "waiting_list"]
    assert mangled[0].places[0].postal_code == "02101"
    assert mangled[3].terms("session_format") == ("in_person",)
    assert {
        ("npi_mangled", 2),
        ("npi_mangled", 4),
        ("npi_invalid", 5),
        ("term_unknown", 3),
        ("term_unknown", 4),
    } <= set(told(read["11_excel_mangled.csv"]))


@pytest.mark.parametrize("folder", ["csv_spectrum", "ohana", "hsds"])
def test_tables_of_others_load_or_are_told_with_a_line(folder):
    """Tables of others load or are told with a line."""
    files = sorted((SHARED / folder).rglob("*.csv"))
    if not files:
        pytest.skip("the shared data is not here")
    for path in files:
        rows = list(read_csv([path], OPTIONS))
        assert loaded(rows) or any(found.row for row in rows for found in row.problems) or not path.stat().st_size

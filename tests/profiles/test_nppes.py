"""The NPPES reader: who of the register becomes a therapist, and what it states of them."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from profiles.formats.nppes import HEADERS, SLOTS, read_nppes
from profiles.formats.reading import Options
from profiles.loading import format_of, read
from profiles.schema import Licence, Place
from profiles.taxonomy import is_behavioural_health

TODAY = date(2026, 11, 22)
OPTIONS = Options("NPPES", TODAY)
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "nppes" / "nppes_sample_pseudonymised.csv"

BASE = {
    "npi": "1234567893",
    "kind": "1",
    "last": "O'NEILL-RUIZ",
    "first": "ZOË",
    "taxonomy_1": "103TC0700X",
    "number_1": "77",
    "state_1": "MA",
    "updated": "01/31/2026",
}


def written(path, *records, headers=HEADERS, extra=()):
    """Write a file of the register with records given by our names for its columns."""
    names = list(headers)
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow([*(headers[name][0] for name in names), *extra])
    for record in records:
        writer.writerow([*(record.get(name, "") for name in names), *extra])
    path.write_text(stream.getvalue(), encoding="utf-8")
    return path


def rows_of(path, options=OPTIONS):
    return list(read_nppes([path], options))


def one(tmp_path, options=OPTIONS, **changes):
    """Return the row of one record."""
    rows = rows_of(written(tmp_path / "npidata.csv", {**BASE, **changes}), options)
    return next(row for row in rows if row.outcome != "note")


def codes(row):
    return [(found.code, found.row, found.column, found.value) for found in row.problems]


def test_what_a_record_states(tmp_path):
    """Names as the register has them, licences by slot with their profession and code, and the place of practice."""
    found = one(
        tmp_path,
        middle="A",
        suffix="JR.",
        credentials="PH.D.",
        taxonomy_3="1041C0700X",
        number_3="88",
        state_3="NH",
        street="1 MAIN ST",
        street_more="SUITE 2",
        city="BOSTON",
        region="MA",
        postal_code="021390123",
        country="US",
        phone="6175550100",
    ).therapist
    values = {name: fact.value for name, fact in found.facts.items()}
    assert values == {
        "name": "ZOË A O'NEILL-RUIZ JR.",
        "credentials": "PH.D.",
        "npi": "1234567893",
        "licence": (
            Licence("US-MA", "psychologist", "77", code="103TC0700X"),
            Licence("US-NH", "clinical_social_worker", "88", code="1041C0700X"),
        ),
        "place": (Place("", "1 MAIN ST, SUITE 2", "BOSTON", "MA", "02139-0123", "US"),),
        "phone": "6175550100",
    }
    assert found.facts["name"].as_of == date(2026, 1, 31)
    assert (found.listing, found.listed) == ("public_register", False)


@pytest.mark.parametrize("slot", range(1, SLOTS + 1))
def test_any_slot_makes_a_therapist(tmp_path, slot):
    """A behavioural-health taxonomy counts in each of the fifteen slots."""
    changes = {"taxonomy_1": "207R00000X", f"taxonomy_{slot}": "2084P0800X"}
    assert one(tmp_path, **changes).outcome == "loaded"


@pytest.mark.parametrize(
    ("changes", "code", "value"),
    [
        ({"taxonomy_1": "207R00000X", "taxonomy_2": "363A00000X"}, "not_behavioural_health", "207R00000X, 363A00000X"),
        ({"taxonomy_1": ""}, "not_behavioural_health", ""),
        ({"kind": "2", "organization": "A CLINIC"}, "not_a_person", "A CLINIC"),
        ({"kind": "", "deactivated": "01/01/2020", "taxonomy_1": ""}, "resource_inactive", "01/01/2020"),
        ({"deactivated": "01/01/2020", "reactivated": "01/01/2019"}, "resource_inactive", "01/01/2020"),
    ],
)
def test_others_are_skipped_with_one_problem(tmp_path, changes, code, value):
    """Other professions, organizations and NPIs out of use are left out, and told with line, column and value."""
    row = one(tmp_path, **changes)
    assert row.outcome == "skipped"
    assert [(found[0], found[1], found[3]) for found in codes(row)] == [(code, 2, value)]
    assert row.problems[0].column


def test_an_npi_that_was_taken_up_again_is_in_use(tmp_path):
    """Deactivated once, reactivated since: a therapist."""
    assert one(tmp_path, deactivated="01/01/2020", reactivated="02/01/2020").outcome == "loaded"


@pytest.mark.parametrize(
    ("written_as", "expected"), [("02139", "02139"), ("021390000", "02139"), ("M5V 2T6", "M5V 2T6")]
)
def test_postal_codes(tmp_path, written_as, expected):
    """ZIP codes get their hyphen; a part of zeros is no part; those of other countries stay."""
    row = one(tmp_path, city="X", postal_code=written_as)
    assert row.therapist.places[0].postal_code == expected


def test_gender_needs_consent_and_knows_three_letters(tmp_path):
    """Gender is left out and told once without consent; M, F and X are read with it, U is not stated."""
    consent = Options("NPPES", TODAY, identity_consent="published")
    for letter, expected in {"F": ("female",), "M": ("male",), "X": ("nonbinary",), "U": ()}.items():
        assert one(tmp_path, consent, gender=letter).therapist.terms("therapist_gender") == expected
    rows = rows_of(written(tmp_path / "npidata.csv", {**BASE, "gender": "F"}, {**BASE, "gender": "M"}))
    warnings = [found for row in rows for found in row.problems if found.code == "identity_without_consent"]
    assert [(found.params["count"], found.column) for found in warnings] == [(2, "Provider Gender Code")]


def test_newer_files_with_more_columns_and_withheld_values(tmp_path):
    """Columns may be added, renamed and reordered; <UNAVAIL> states nothing."""
    headers = {name: HEADERS[name] for name in reversed(HEADERS)}
    headers["gender"] = ("Provider Sex Code",)
    record = {**BASE, "middle": "<UNAVAIL>", "phone": "<UNAVAIL>", "gender": "F"}
    path = written(tmp_path / "npidata.csv", record, headers=headers, extra=["NPI Certification Date", "New"])
    consent = Options("NPPES", TODAY, identity_consent="published")
    found = next(row.therapist for row in rows_of(path, consent) if row.therapist)
    assert found.name == "ZOË O'NEILL-RUIZ"
    assert "phone" not in found.facts
    assert found.terms("therapist_gender") == ("female",)


def test_what_cannot_be_read_is_told_and_the_rest_is_kept(tmp_path):
    """A wrong NPI, a state that is none, a licence without one, a day that is none: warnings with their column."""
    row = one(
        tmp_path, npi="1234567890", state_1="ZZ", taxonomy_2="106H00000X", number_2="5", updated="13/45/2020", phone="1"
    )
    assert row.outcome == "loaded"
    assert {(code, column) for code, _, column, _ in codes(row)} == {
        ("contact_invalid", "Provider Business Practice Location Address Telephone Number"),
        ("date_unreadable", "Last Update Date"),
        ("id_made_from_name", "Provider Last Name (Legal Name)"),
        ("jurisdiction_unknown", "Provider License Number State Code_1"),
        ("licence_without_jurisdiction", "Provider License Number_2"),
        ("npi_invalid", "NPI"),
    }
    assert row.therapist.facts["name"].as_of == TODAY


def test_rows_of_another_length_are_rejected_and_stop_nothing(tmp_path):
    """A ragged row is told with its line; the next is read."""
    path = written(tmp_path / "npidata.csv", BASE)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], '"1","2"', "", lines[1]]), encoding="utf-8")
    rows = rows_of(path)
    assert [row.outcome for row in rows] == ["rejected", "note", "loaded"]
    assert [(found.code, found.row) for row in rows for found in row.problems] == [("row_length", 2), ("row_blank", 3)]


def test_a_table_that_is_not_of_the_register_is_told(tmp_path):
    """--format nppes on another file gives one problem."""
    (tmp_path / "a.csv").write_text("id,name\n1,Ada\n")
    assert [found.code for row in rows_of(tmp_path / "a.csv") for found in row.problems] == ["format_mismatch"]


def test_the_id_is_that_of_the_npi(tmp_path):
    """The same NPI is the same person in a table of ours."""
    (tmp_path / "a.csv").write_text("name,npi\nZoë,1234567893\n", encoding="utf-8")
    ours = next(row.therapist for row in read([tmp_path / "a.csv"], "csv", OPTIONS) if row.therapist)
    assert one(tmp_path).therapist.id == ours.id


def test_auto_knows_the_header(tmp_path):
    """Whatever the file is called, and not by its name."""
    start = written(tmp_path / "a.txt", BASE).read_bytes()
    assert format_of(Path("whatever.csv"), start) == "nppes"
    assert format_of(Path("npidata.csv"), b"id,name\n") == "csv"


@pytest.mark.skipif(not DATA.exists(), reason="the shared sample of the register is not there")
def test_the_sample_of_the_register():
    """Who is in behavioural health by any slot is loaded, everybody else is skipped with one problem."""
    rows = list(read([DATA], "auto", OPTIONS))
    with DATA.open(encoding="utf-8", newline="") as stream:
        records = list(csv.DictReader(stream))
    slots = [f"Healthcare Provider Taxonomy Code_{slot}" for slot in range(1, SLOTS + 1)]
    expected = sum(any(is_behavioural_health(record[slot]) for slot in slots) for record in records)
    outcomes = [row.outcome for row in rows if row.outcome != "note"]
    assert (outcomes.count("loaded"), len(outcomes)) == (expected, len(records))
    assert {found.code for row in rows for found in row.problems if row.outcome == "skipped"} == {
        "not_behavioural_health"
    }

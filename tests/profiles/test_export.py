"""Export as CSV and NDJSON: what is written loads back equal, but for what the loss report says."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from profiles.export.csv import escaped, write_csv
from profiles.export.formats import EXPORTERS, Losses, exporter
from profiles.export.ndjson import write_ndjson
from profiles.formats.csv import read_csv
from profiles.formats.own import read_ndjson
from profiles.formats.reading import Options
from profiles.formats.tables import plain_cell
from profiles.schema import FIELDS, Fee, Language, Licence, Place, Therapist
from tests.profiles.held import HELD_VALUES, NASTY, composed, held, naughty
from tests.support import DAY, fact, therapist

OPTIONS = Options(source="a file", today=DAY)
SLOW = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def as_csv(path, *people: Therapist):
    """Return (rows read back from the CSV of therapists, what was lost)."""
    losses = Losses()
    path.write_bytes("".join(write_csv(people, losses)).encode())
    return list(read_csv([path], OPTIONS)), {one.field: one.reason for one in losses.report()}


def problems(rows):
    """Return the problems of rows."""
    return [problem for row in rows for problem in row.problems]


def only(rows) -> Therapist:
    """Return the one therapist of rows."""
    (one,) = [row.therapist for row in rows if row.therapist is not None]
    return one


# ---------------------------------------------------------------- formulas


@given(st.text(st.sampled_from("'=+-@\t\r a")) | st.text())
@example("'")
@example("''")
@example("\t")
@example("'=")
@example("=\u0338")
def test_loading_takes_away_exactly_what_export_adds(text):
    """For every text in NFC the escape is undone, and no cell that a spreadsheet would run is written."""
    text = unicodedata.normalize("NFC", text)
    cell = escaped(text)
    assert plain_cell(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


# ---------------------------------------------------------------- CSV


@SLOW
@given(one=held())
def test_a_csv_loads_back_equal_but_for_its_losses(tmp_path_factory, one):
    """Every field comes back with its value, no problem is told, and what is missing or changed is in the report."""
    rows, lost = as_csv(tmp_path_factory.getbasetemp() / "held.csv", one)
    told = {{"consent": "identity_consent"}.get(found.column, found.column) for found in problems(rows)}
    assert told <= {name for name, reason in lost.items() if reason == "told_again"}
    read = only(rows)
    assert read.id == one.id
    assert (read.listing, read.listed, read.fictional) == (one.listing, one.listed, one.fictional)
    wrong = {name for name in one.facts if read.value(name) != one.value(name)}
    assert wrong - lost.keys() == set()
    assert read.facts.keys() - one.facts.keys() == set()


# What a table holds whole: no draw of these may be in the report.
WHOLE = sorted(FIELDS.keys() - {"credentials", "training", "identity_consent", "orientation", "disability", "pronouns"})


@SLOW
@given(data=st.data(), name=st.sampled_from(WHOLE))
def test_a_csv_holds_every_kind_of_field_whole(tmp_path_factory, data, name):
    """Licences with checks, several places, languages with levels, refusals of a country's code: nothing is lost."""
    value = composed(data.draw(HELD_VALUES[name]))
    values = {"name": "A", "identity_consent": True, name: value}
    if not FIELDS[name].identity:
        del values["identity_consent"]
    one = Therapist("a", {key: fact(part) for key, part in values.items()})
    rows, lost = as_csv(tmp_path_factory.getbasetemp() / "whole.csv", one)
    odd = {name for name, reason in lost.items() if reason == "told_again"}
    assert lost.keys() - odd == {"provenance"}
    assert only(rows).facts.keys() == one.facts.keys()


def test_people_can_read_the_table(tmp_path):
    """Languages, licences, places and fees stand in plain cells where these say all there is to say."""
    one = therapist(
        "a",
        language=(Language("es", 40), Language("pt-BR", 50)),
        licence=(Licence("DE", "psychotherapist", "123"), Licence("US-MA", "psychologist", "9")),
        place=(Place(street="1 Main St", city="Boston", region="MA", postal_code="02101", country="US"),),
        fee=Fee(8000, 12050, "USD"),
    )
    text = "".join(write_csv([one], Losses()))
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["languages"].startswith("Spanish (ILR 4); ")
    assert row["licences"] == "DE:psychotherapist:123; US-MA:psychologist:9"
    assert (row["street"], row["city"], row["postal_code"]) == ("1 Main St", "Boston", "02101")
    assert (row["fee_low"], row["fee_high"], row["currency"]) == ("80.00", "120.50", "USD")
    assert row["places"] == row["licence_details"] == ""
    assert text.count("\r") == 0
    assert not text.startswith("\ufeff")


def test_a_refusal_of_identity_fields_is_written(tmp_path):
    """No consent stays no consent, and a basis stays the same words."""
    no = Therapist("a", {"name": fact("A"), "identity_consent": fact(value=False)})
    rows, _ = as_csv(tmp_path / "no.csv", no)
    assert only(rows).value("identity_consent") is False
    yes = Therapist(
        "a", {"name": fact("A"), "faith": fact(("jewish",)), "identity_consent": fact(value=True, source="form of May")}
    )
    rows, lost = as_csv(tmp_path / "yes.csv", yes)
    assert only(rows).consent == "form of May"
    assert lost.keys() == {"provenance"}


def test_what_would_be_told_at_loading_is_left_out_and_told_now(tmp_path):
    """An NPI with a wrong check digit, which FHIR lets in, is a loss and not a problem of the file."""
    rows, lost = as_csv(tmp_path / "a.csv", therapist("a", npi="1000000005"))
    assert problems(rows) == []
    assert lost["npi"] == "not_read_back"
    assert only(rows).value("npi") is None


def test_texts_that_loading_warns_of_stay(tmp_path):
    """Letters that look lost on the way are kept; the report says that the next load tells of them."""
    rows, lost = as_csv(tmp_path / "a.csv", therapist("a", bio="caf\ufffd"))
    assert only(rows).bio == "caf\ufffd"
    assert [one.code for one in problems(rows)] == ["text_garbled"]
    assert lost["bio"] == "told_again"


def test_days_and_origins_are_in_the_report(tmp_path):
    """A table has one date a row, no editors and no fields that a person emptied; the word on new clients dates it."""
    one = Therapist(
        "a",
        {"name": fact("A", as_of=DAY.replace(day=1)), "accepting": fact("full", confirmed_on=DAY)},
        withheld={"phone": fact(None)},
    )
    rows, lost = as_csv(tmp_path / "a.csv", one)
    assert lost == {"provenance": "origin", "as_of": "one_date", "withheld": "no_place"}
    assert only(rows).facts["accepting"].confirmed_on == DAY


# ---------------------------------------------------------------- texts that break programs


def _survive(tmp_path, texts) -> None:
    people = [therapist(f"t{number}", name=text, bio=text) for number, text in enumerate(texts)]
    for write, read, name in ((write_ndjson, read_ndjson, "a.ndjson"), (write_csv, read_csv, "a.csv")):
        path = tmp_path / name
        path.write_bytes("".join(write(people, Losses())).encode())
        rows = list(read([path], OPTIONS))
        assert {one.code for one in problems(rows)} <= {"text_garbled"}
        found = [(row.therapist.name, row.therapist.bio) for row in rows]
        # A zero byte makes a CSV no text; it is replaced there, and the loss report says so.
        told = [text.replace("\0", "\u2400") if name == "a.csv" else text for text in texts]
        assert found == [(unicodedata.normalize("NFC", text),) * 2 for text in told]


def test_nasty_texts_survive(tmp_path):
    """As names and texts they come back byte for byte after NFC, from both formats."""
    _survive(tmp_path, NASTY)


def test_the_shared_list_of_naughty_strings_survives(tmp_path):
    """The same holds for the public list of such strings."""
    _survive(tmp_path, naughty())


def test_a_blank_name_is_rejected_with_a_problem(tmp_path):
    """Whitespace is no name: loading says so; here the row is not written, and the report says why."""
    _, lost = as_csv(tmp_path / "a.csv", therapist("a", name=" \t\u3000"))
    assert lost["name"] == "no_name"
    path = tmp_path / "a.ndjson"
    path.write_text("".join(write_ndjson([therapist("a", name=" ")], Losses())), encoding="utf-8")
    assert "name_missing" in [one.code for one in problems(read_ndjson([path], OPTIONS))]


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_format_is_the_same_bytes_each_time(name):
    """Nothing in an export depends on anything but the therapists; lines end in a line feed."""
    people = [
        therapist("a", bio="Ä", language=(Language("es", 40),), quality_sentences={"trust": "b", "empathy": "a"}),
        therapist("b", place=(Place(city="Köln", latitude=50.9, longitude=7.0),), fee=Fee(0, 100, "EUR")),
    ]
    texts = {"".join(exporter(name)(people, Losses())) for _ in range(2)}
    assert len(texts) == 1
    text = texts.pop()
    assert text.endswith("\n")
    assert "\r" not in text
    assert "Köln" in text


@pytest.mark.parametrize("name", EXPORTERS)
def test_an_empty_directory_is_an_empty_file_of_the_format(name):
    """Nobody is written, nothing is lost, and JSON stays JSON."""
    import json  # noqa: PLC0415

    losses = Losses()
    text = "".join(exporter(name)([], losses))
    assert losses.report() == ()
    if name in ("hsds", "schemaorg"):
        assert json.loads(text) in ([], {"@context": "https://schema.org", "@graph": []})

"""Our own JSON and NDJSON: what was exported comes back whole, foreign objects are read like rows, damage is told."""

from __future__ import annotations

import json
import tracemalloc
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.export.fhir import write_fhir
from profiles.export.formats import Losses
from profiles.export.ndjson import write_ndjson
from profiles.formats.own import read_json, read_ndjson
from profiles.formats.own_shape import line_of
from profiles.formats.reading import Options
from profiles.loading import format_of
from profiles.problems import CATALOGUE
from profiles.schema import Fact, Fee, Language, Licence, Place, Therapist
from tests.profiles.held import held
from tests.support import DAY, fact, therapist

OPTIONS = Options(source="a file", today=DAY)
QUICK = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def written(*people: Therapist) -> str:
    """Return the NDJSON of therapists."""
    return "".join(write_ndjson(people, Losses()))


def read(path, text: str | bytes, reader=read_ndjson, options: Options = OPTIONS):
    """Return the rows of a file with this text."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(reader([path], options))


def codes(rows) -> list[str]:
    """Return the codes of all problems, in order."""
    return [problem.code for row in rows for problem in row.problems]


def people(rows) -> list[Therapist]:
    """Return the therapists of rows."""
    return [row.therapist for row in rows if row.therapist is not None]


# ---------------------------------------------------------------- our own lines


@QUICK
@given(one=held())
def test_what_is_exported_comes_back_whole(tmp_path_factory, one):
    """Every fact, its source, dates and editor, every emptied field and every mark are the same after reading."""
    rows = read(tmp_path_factory.getbasetemp() / "whole.ndjson", written(one))
    assert codes(rows) == []
    assert people(rows) == [one]
    assert written(*people(rows)) == written(one)


def test_lines_have_the_keys_that_programs_rely_on():
    """A line has id, name, languages with tag and level, modalities and bio even where they are not stated."""
    line = json.loads(written(therapist("a")))
    assert {"id", "name", "languages", "modalities", "bio", "provenance"} <= line.keys()
    full = therapist(
        "b", language=(Language("es", 40), Language("en")), modality=("cbt",), bio="Ä", fee=Fee(8550, 9000, "EUR")
    )
    line = json.loads(written(full))
    assert line["languages"] == [{"tag": "es", "level": 40}, {"tag": "en", "level": None}]
    assert line["modalities"] == ["cbt"]
    assert line["fee"] == {"lowest": 85.5, "highest": 90, "currency": "EUR"}
    assert "Ä" in written(full)


def test_an_array_and_a_document_of_own_lines_are_read_too(tmp_path):
    """The same objects in an array, or under `therapists`, restore the same profiles."""
    both = [therapist("a"), therapist("b", language=(Language("yue", 30),))]
    lines = [line_of(one) for one in both]
    for number, document in enumerate(
        (lines, {"meta": {"n": 2}, "therapists": lines, "more": [1]}, {"data": {"items": lines}})
    ):
        rows = read(tmp_path / f"{number}.json", json.dumps(document, indent=1), read_json)
        assert codes(rows) == []
        assert people(rows) == both
    assert people(read(tmp_path / "array.ndjson", json.dumps(lines))) == both


DAMAGE = {
    "unknown field": ({"fees": 3}, "column_unknown", "fees"),
    "text for a list": ({"modalities": "cbt"}, "value_unusable", "modalities"),
    "unknown term": ({"modalities": ["cbtt"]}, "term_unknown", "modalities"),
    "number for a text": ({"bio": 5}, "value_unusable", "bio"),
    "half a character": ({"bio": "a\ud800"}, "value_unusable", "bio"),
    "unknown language": ({"languages": [{"tag": "klingonese", "level": 30}]}, "language_unknown", "languages.tag"),
    "level out of range": ({"languages": [{"tag": "es", "level": 400}]}, "number_out_of_range", "languages.level"),
    "level of another kind": ({"languages": [{"tag": "es", "level": True}]}, "number_unreadable", "languages.level"),
    "language as a text": ({"languages": ["es"]}, "value_unusable", "languages"),
    "no such day": ({"next_opening": "2026-02-30"}, "date_unreadable", "next_opening"),
    "huge fee": ({"fee": {"lowest": 1e300, "highest": 90, "currency": "USD"}}, "number_out_of_range", "fee.lowest"),
    "fee turned round": ({"fee": {"lowest": 9, "highest": 8, "currency": "USD"}}, "number_out_of_range", "fee"),
    "no such currency": ({"fee": {"lowest": 9, "highest": 9, "currency": "ZZZ"}}, "currency_unknown", "fee.currency"),
    "off the earth": ({"place": [{"latitude": 91.0}]}, "number_out_of_range", "place.latitude"),
    "a script for a website": ({"website": "javascript:alert(1)"}, "contact_invalid", "website"),
    "unknown jurisdiction": ({"licence": [{"jurisdiction": "XX-YY"}]}, "jurisdiction_unknown", "licence.jurisdiction"),
    "unknown part of a licence": ({"licence": [{"nummer": "3"}]}, "column_unknown", "licence.nummer"),
    "style beyond its ends": ({"style": {"challenge": 4}}, "number_out_of_range", "style.challenge"),
    "unknown basis": ({"listing": "somehow"}, "value_unusable", "listing"),
    "yes for true": ({"supervised": "yes"}, "value_unusable", "supervised"),
    "a million digits": ({"replies_within_days": 10**4000}, "number_out_of_range", "replies_within_days"),
}


@pytest.mark.parametrize(("change", "code", "column"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_told_with_line_field_and_value(tmp_path, change, code, column):
    """A value that can't be used is a problem that names line and field; the rest of the line is kept."""
    line = {**line_of(therapist("a")), **change}
    line["provenance"] |= {key: line["provenance"]["name"] for key in change if key not in ("fees", "listing")}
    rows = read(tmp_path / "a.ndjson", "\n" + json.dumps(line) + "\n")
    found = [problem for row in rows for problem in row.problems]
    assert [(one.code, one.row, one.column) for one in found] == [(code, 2, column)]
    assert [one.name for one in people(rows)] == ["a"]


def test_provenance_that_is_not_believed_is_told(tmp_path):
    """A day in the future, an unknown editor or a missing origin becomes the file's own word of today."""
    line = line_of(therapist("a"))
    line["provenance"]["name"] = {
        "source": "x",
        "as_of": "2999-01-01",
        "editor": "nobody",
        "confirmed_on": "2020-01-01",
    }
    del line["provenance"]["accepting"]
    rows = read(tmp_path / "a.ndjson", json.dumps(line))
    assert sorted(codes(rows)) == ["date_unreadable", "value_unusable", "value_unusable"]
    facts = people(rows)[0].facts
    assert facts["name"] == Fact("a", "x", DAY, "file", date(2020, 1, 1))
    assert facts["accepting"] == Fact("accepting", "a file", DAY, "file", DAY)


REJECTED = {
    "no JSON": ("{", "json_invalid"),
    "not a number": ('{"export": "therapist-matcher/1", "id": "a", "name": NaN}', "json_invalid"),
    "nested beyond measure": ("[" * 100_000, "json_invalid"),
    "a key twice": ('{"export": "therapist-matcher/1", "id": "a", "id": "b", "name": "x"}', "key_repeated"),
    "no id": ('{"export": "therapist-matcher/1", "name": "x", "provenance": {}}', "line_unusable"),
    "a number for an id": ('{"export": "therapist-matcher/1", "id": 3, "name": "x"}', "line_unusable"),
    "no name": ('{"export": "therapist-matcher/1", "id": "a", "name": " \\t", "listing": "agreed"}', "name_missing"),
    "another version": ('{"export": "therapist-matcher/9", "id": "a", "name": "x"}', "line_unusable"),
    "no object": ("3", "line_unusable"),
    "two values": ("{} {}", "json_invalid"),
    "no UTF-8": (b'{"name": "\xff"}', "json_invalid"),
    "millions of digits": ('{"export": 1, "id": ' + "9" * 5000 + "}", "json_invalid"),
}


@pytest.mark.parametrize(("text", "code"), REJECTED.values(), ids=REJECTED)
def test_a_line_that_nothing_can_be_made_of_stops_nobody(tmp_path, text, code):
    """It is rejected with its line; the line behind it is read."""
    raw = text if isinstance(text, bytes) else text.encode()
    rows = read(tmp_path / "a.ndjson", b"\n" + raw + b"\n" + written(therapist("b")).encode())
    bad = [row for row in rows if row.outcome == "rejected"]
    assert len(bad) == 1
    assert bad[0].problems[-1].code == code
    assert bad[0].problems[-1].row == 2
    assert [one.id for one in people(rows)] == ["b"]


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=held(), data=st.data())
def test_no_mutation_of_a_line_gives_a_traceback(tmp_path_factory, one, data):
    """Whatever value stands anywhere in a line, each problem is in the catalogue, printable, and names the line."""
    line = line_of(one)
    odd = st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text()
        | st.sampled_from(["\ud800", "x" * 300]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    )
    place = line
    key = data.draw(st.sampled_from(sorted(place)))
    while isinstance(place[key], dict) and place[key] and data.draw(st.booleans()):
        place = place[key] = dict(place[key])
        key = data.draw(st.sampled_from(sorted(place)))
    if isinstance(place[key], list) and place[key] and data.draw(st.booleans()):
        place[key] = [*place[key][1:], data.draw(odd)]
    else:
        place[key] = data.draw(odd)
    for reader, text in ((read_ndjson, json.dumps(line)), (read_json, json.dumps([line], indent=1))):
        rows = read(tmp_path_factory.getbasetemp() / "mutated.json", text, reader)
        for problem in (problem for row in rows for problem in row.problems):
            assert problem.code in CATALOGUE
            assert json.dumps([problem.column, problem.value], ensure_ascii=False).encode()
        for restored in people(rows):
            written(restored).encode()


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=held(), data=st.data())
def test_no_broken_bytes_give_a_traceback(tmp_path_factory, one, data):
    """Cut, doubled or changed bytes of an export give rows and problems, never an exception."""
    raw = bytearray(written(one, therapist("z")).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    for reader in (read_ndjson, read_json):
        for row in read(tmp_path_factory.getbasetemp() / "broken.json", bytes(raw), reader):
            assert row.therapist is not None or row.problems


def test_identity_fields_need_consent_here_too(tmp_path):
    """Without consent in the line they are left out and counted; with the operator's they carry that basis."""
    one = therapist("a", faith=("jewish",), pronouns="they/them")
    rows = read(tmp_path / "a.ndjson", written(one))
    assert codes(rows) == ["identity_without_consent"]
    assert not {"faith", "pronouns"} & people(rows)[0].facts.keys()
    rows = read(tmp_path / "a.ndjson", written(one), options=Options("f", DAY, identity_consent="they signed"))
    assert people(rows)[0].consent == "they signed"
    assert people(rows)[0].terms("faith") == ("jewish",)


def test_ndjson_is_read_line_by_line(tmp_path):
    """Memory does not grow with the number of lines."""
    line = written(therapist("a", bio="x" * 2000))
    path = tmp_path / "many.ndjson"
    path.write_text(line * 3000)
    tracemalloc.start()
    assert sum(row.therapist is not None for row in read_ndjson([path], OPTIONS)) == 3000
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


# ---------------------------------------------------------------- foreign objects

FOREIGN = {
    "id": "x1",
    "name": {"first": "Ana", "last": "López"},
    "languages": [{"name": "Spanish", "level": "native"}, "English"],
    "specialties": ["Grief", "Anxietee"],
    "address": {"street": "1 Main St", "city": "Boston", "state": "MA", "zip": "02101"},
    "fee": {"min": 80, "max": 120.5, "currency": "USD"},
    "telehealth": True,
    "shoe_size": 41,
    "contact": {"email": "ana@example.org", "phones": [{"number": "+1 555 0100"}]},
    "licenses": [{"state": "MA", "number": "77", "type": "psychologist", "expires": "2027-02-02"}],
    "accepting_new_clients": False,
    "bio": None,
}


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: [one], lambda one: {"providers": [one]}])
def test_foreign_objects_are_read_like_rows(tmp_path, wrap):
    """Keys are headers, inner keys too; unknown keys and terms are told with what is near."""
    rows = read(tmp_path / "a.json", json.dumps(wrap(FOREIGN), indent=2), read_json)
    one = people(rows)[0]
    assert one.name == "Ana López"
    assert one.languages == (Language("es", 50), Language("en"))
    assert one.value("fee") == Fee(8000, 12050, "USD")
    assert one.places == (Place(street="1 Main St", city="Boston", region="MA", postal_code="02101", country="US"),)
    assert one.licences == (Licence("US-MA", "psychologist", "77", None, date(2027, 2, 2)),)
    assert one.terms("concern") == ("grief",)
    assert one.terms("session_format") == ("video",)
    assert (one.value("email"), one.value("phone"), one.value("accepting")) == (
        "ana@example.org",
        "+1 555 0100",
        "full",
    )
    assert {(p.code, p.column) for row in rows for p in row.problems} == {
        ("column_unknown", "shoe_size"),
        ("term_unknown", "specialties"),
    }


def test_unknown_keys_are_told_once_a_file(tmp_path):
    """Ten thousand objects of one shape give one problem for a key that is not known."""
    lines = "".join(json.dumps({"id": f"p{n}", "name": "A", "shoe": n}) + "\n" for n in range(50))
    assert codes(read(tmp_path / "a.ndjson", lines)) == ["column_unknown"]


def test_rows_of_a_document_are_the_lines_on_which_objects_start(tmp_path):
    """A problem of the second object names its line in the file."""
    text = '{"data": [\n {"id": "a", "name": "A"},\n\n {"id": "b"}\n]}'
    rows = read(tmp_path / "a.json", text, read_json)
    assert [(p.code, p.row) for row in rows for p in row.problems] == [("name_missing", 4)]


def test_what_no_cell_can_hold_is_told(tmp_path):
    """A list in a list, an object in place of a text and half a character are problems, not silence."""
    odd = {
        "id": "a",
        "name": "A",
        "concern": [["grief"]],
        "phone": [{"number": "+1 555 0100"}, {"number": "2"}],
        "bio": "\ud800",
    }
    rows = read(tmp_path / "a.json", json.dumps(odd), read_json)
    assert codes(rows) == ["value_unread"] * 3


@pytest.mark.parametrize("text", ["", " \n", "\ufeff"])
def test_an_empty_file_is_told(tmp_path, text):
    """Nothing in a file is a note about the file."""
    for reader in (read_json, read_ndjson):
        assert codes(read(tmp_path / "a.json", text, reader)) == ["file_empty"]


def test_formats_are_recognised_by_what_stands_in_the_file(tmp_path):
    """Lines and documents are told apart; our own lines stay ours whatever the profiles quote."""
    own = written(therapist("a", bio='{"resourceType": "@context schema.org"}')).encode()
    from pathlib import Path  # noqa: PLC0415

    assert format_of(Path("a.ndjson"), own) == "ndjson"
    assert format_of(Path("a.json"), own + own) == "ndjson"
    assert format_of(Path("a.json"), b'[\n{"name": "A"}]') == "json"
    assert format_of(Path("a.jsonl"), b'{"name": "A"}\n{"name": "B"}') == "ndjson"


def test_days_before_the_load_only(tmp_path):
    """A day after the day of loading is not believed, the day itself is."""
    one = therapist("a", confirmed_on=DAY)
    assert codes(read(tmp_path / "a.ndjson", written(one))) == []
    late = Therapist("a", {"name": fact("a", as_of=DAY + timedelta(days=1))})
    assert codes(read(tmp_path / "a.ndjson", written(late))) == ["date_unreadable"]


@pytest.mark.parametrize("write", [write_ndjson, write_fhir])
def test_a_line_is_a_line_for_every_reader(write):
    """Marks that some readers take for line ends are escapes inside a line, and come back as they were."""
    odd = "one\u2028two\u2029three\x85four\x0bfive\x1csix"
    person = Therapist("a", {"name": fact(odd), "bio": fact(odd)})
    text = "".join(write([person], Losses()))
    assert text.splitlines() == text.split("\n")[:-1]
    if write is write_ndjson:
        assert json.loads(text)["bio"] == odd

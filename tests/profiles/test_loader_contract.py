"""What every reader of the loader must hold, whatever its format: one suite over all of `READERS`."""

from __future__ import annotations

import io
import json
import tempfile
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.errors import PathUnreadable
from profiles.formats.reading import Options, Row
from profiles.loading import AUTO, READERS, read
from profiles.problems import CATALOGUE
from profiles.schema import FIELDS, IDENTITY_FIELDS

TODAY = date(2026, 11, 22)
OPTIONS = Options("test", TODAY)
CONSENT = Options("test", TODAY, identity_consent="asked by the operator")
NAME = "Zoe\u0308 Ruiz"  # decomposed: what is held is composed
ODD = "Klingonensisch"  # a language that nobody certainly speaks

HEADER = ["id", "name", "languages", "gender", "npi"]
PEOPLE = [["t1", NAME, f"Spanish; {ODD}", "female", "1234567893"], ["t2", "", "", "", ""], ["t3", "Bo", "", "", ""]]

NPPES_HEADER = [
    "NPI",
    "Entity Type Code",
    "Provider Last Name (Legal Name)",
    "Provider First Name",
    "Provider Gender Code",
    "Healthcare Provider Taxonomy Code_1",
    "Provider License Number_1",
    "Provider License Number State Code_1",
    "Last Update Date",
]
NPPES_ROWS = [
    ["1234567893", "1", "Ruiz", "Zoe\u0308", "F", "103TC0700X", "77", "MA", "01/31/2026"],
    ["1000000004", "2", "A clinic", "", "", "103TC0700X", "", "", ""],
]


def _csv() -> bytes:
    return "\n".join(",".join(row) for row in [HEADER, *PEOPLE]).encode()


def _objects() -> list[dict[str, str]]:
    return [dict(zip(HEADER, row, strict=True)) for row in PEOPLE]


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    for row in [HEADER, *PEOPLE]:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fhir() -> bytes:
    coding = [{"system": "http://nucc.org/provider-taxonomy", "code": "103TC0700X"}]
    person = {
        "resourceType": "Practitioner",
        "id": "p1",
        "gender": "female",
        "name": [{"text": NAME}],
        "communication": [{"coding": [{"code": "es"}]}, {"text": ODD}],
        "qualification": [{"code": {"coding": coding}}],
    }
    role = {"resourceType": "PractitionerRole", "practitioner": {"reference": "Practitioner/p1"}}
    other = {"resourceType": "PractitionerRole", "id": "r2", "specialty": [{"coding": [{"code": "207R00000X"}]}]}
    return "\n".join(json.dumps(one) for one in (person, {**role, "id": "r1"}, other)).encode()


def _hsds() -> bytes:
    service = {
        "id": "t1",
        "name": "Psychotherapy",
        "contacts": [{"id": "c1", "name": NAME, "title": "Psychologist"}],
        "languages": [{"id": "l1", "name": "Spanish", "code": "es"}, {"id": "l2", "name": ODD}],
        "service_at_locations": [{"id": "a1", "location": {"id": "p1", "addresses": [{"id": "a", "city": "Boston"}]}}],
    }
    return json.dumps([service, {"id": "t2", "name": "Food pantry", "service_at_locations": []}]).encode()


def _schemaorg() -> bytes:
    person = {
        "@type": "Person",
        "identifier": "t1",
        "name": NAME,
        "jobTitle": "Psychologist",
        "knowsLanguage": ["es", ODD],
        "gender": "Female",
    }
    other = {"@type": "Person", "name": "Bo", "jobTitle": "Baker"}
    return json.dumps({"@context": "https://schema.org", "@graph": [person, other]}).encode()


SAMPLES = {
    "csv": ("people.csv", _csv()),
    "json": ("people.json", json.dumps(_objects()).encode()),
    "ndjson": ("people.ndjson", "\n".join(map(json.dumps, _objects())).encode()),
    "xlsx": ("people.xlsx", _xlsx()),
    "fhir": ("people.ndjson", _fhir()),
    "nppes": ("people.csv", "\n".join(",".join(row) for row in [NPPES_HEADER, *NPPES_ROWS]).encode()),
    "hsds": ("people.json", _hsds()),
    "schemaorg": ("people.json", _schemaorg()),
}
"""Format -> name and bytes of a file with somebody who loads and somebody who does not."""

WITHOUT_LANGUAGES = {"nppes"}
WITHOUT_IDENTITY = {"hsds"}

every_format = pytest.mark.parametrize("name", sorted(READERS))


def rows_of(folder: Path, name: str, options: Options = OPTIONS, *, file: str = "", content: bytes | None = None):
    """Return the rows of the sample of a format, or of other bytes under its name."""
    own, sample = SAMPLES[name]
    path = folder / (file or own)
    path.write_bytes(sample if content is None else content)
    return list(read([path], name, options))


def loaded(rows: list[Row]):
    return [row.therapist for row in rows if row.outcome == "loaded"]


def texts(value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from texts(one)
    elif hasattr(value, "__slots__"):
        yield from texts([getattr(value, part) for part in value.__slots__])


def check(rows: list[Row]) -> None:
    """Assert what every row of every reader must be."""
    for row in rows:
        assert row.outcome in ("loaded", "skipped", "rejected", "note")
        assert (row.therapist is not None) == (row.outcome == "loaded")
        assert row.outcome == "loaded" or row.problems, row
        for found in row.problems:
            assert found.code in CATALOGUE
            assert found.file or row.outcome == "note"  # what is told once for several files
            json.dumps([found.row, found.column, found.value, dict(found.params)], ensure_ascii=False).encode()
        if row.therapist is not None:
            assert row.therapist.id
            assert row.therapist.name.strip()
            assert row.therapist.facts.keys() <= FIELDS.keys()
            for fact in row.therapist.facts.values():
                assert fact.value not in (None, "", (), {})
                assert fact.as_of <= TODAY


def test_every_format_has_a_sample_here():
    """A reader that is added is held to this suite."""
    assert SAMPLES.keys() == READERS.keys()


@every_format
def test_rows_come_as_a_stream_with_everybody_in_it(tmp_path, name):
    """A reader is asked row by row; whoever can be read is read, and nobody stops anybody."""
    own, sample = SAMPLES[name]
    (tmp_path / own).write_bytes(sample)
    rows = read([tmp_path / own], name, OPTIONS)
    assert isinstance(rows, Iterator)
    found = list(rows)
    check(found)
    assert "Zoë Ruiz" in {one.name for one in loaded(found)}


@every_format
def test_auto_recognises_every_format(tmp_path, name):
    """What `--format auto` takes a sample for reads the same as its own name."""
    expected = rows_of(tmp_path, name)
    assert list(read([tmp_path / SAMPLES[name][0]], AUTO, OPTIONS)) == expected


@every_format
@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"], ids=["none", "blank", "mark"])
def test_an_empty_file_is_told(tmp_path, name, content):
    """Nothing in, a problem out: an empty export is rarely meant."""
    rows = rows_of(tmp_path, name, content=content)
    check(rows)
    assert rows
    assert not loaded(rows)


@every_format
def test_the_same_input_gives_the_same_rows(tmp_path, name):
    """Reading depends on the file and the options alone."""
    assert rows_of(tmp_path, name) == rows_of(tmp_path, name)


@every_format
def test_whoever_is_not_loaded_is_told_with_file_and_row(tmp_path, name):
    """A rejected or skipped row says which file, which row and why."""
    left_out = [row for row in rows_of(tmp_path, name) if row.outcome in ("rejected", "skipped")]
    assert left_out
    for row in left_out:
        assert all(found.file == SAMPLES[name][0] and found.row is not None for found in row.problems)


@every_format
def test_identity_fields_need_consent(tmp_path, name):
    """Without a basis nothing of an identity field is held or quoted, and it is told once; with one, it is held."""
    without = rows_of(tmp_path, name)
    assert not [field for one in loaded(without) for field in one.facts if field in IDENTITY_FIELDS]
    if name in WITHOUT_IDENTITY:
        return
    warnings = [found for row in without for found in row.problems if found.code == "identity_without_consent"]
    assert [found.params["count"] for found in warnings] == [1]
    held = loaded(rows_of(tmp_path, name, CONSENT))[0]
    assert held.value("therapist_gender") == ("female",)
    assert held.consent == "asked by the operator"


@every_format
def test_text_is_composed(tmp_path, name):
    """All text that is held is in NFC, so that equal names are equal."""
    for one in loaded(rows_of(tmp_path, name, CONSENT)):
        for text in texts([fact.value for fact in one.facts.values()]):
            assert unicodedata.is_normalized("NFC", text)


@every_format
def test_ids_do_not_depend_on_the_name_of_the_file(tmp_path, name):
    """The file of next month has another name and the same people."""
    suffix = Path(SAMPLES[name][0]).suffix
    first = [one.id for one in loaded(rows_of(tmp_path, name))]
    assert first == [one.id for one in loaded(rows_of(tmp_path, name, file=f"other{suffix}"))]


@pytest.mark.parametrize("name", sorted(READERS.keys() - WITHOUT_LANGUAGES))
def test_a_language_without_a_certain_reading_is_told(tmp_path, name):
    """It is never guessed and never dropped: the problem quotes it, and the other language is kept."""
    rows = rows_of(tmp_path, name)
    assert ODD in {found.value for row in rows for found in row.problems if found.code == "language_unknown"}
    assert {spoken.tag for one in loaded(rows) for spoken in one.languages} == {"es"}


@every_format
def test_the_operator_decides_the_day_the_basis_and_the_listing(tmp_path, name):
    """--as-of, the listing basis and --list reach every reader."""
    options = Options("test", TODAY, as_of=date(2026, 6, 1), listing="contract", list_now=True)
    for one in loaded(rows_of(tmp_path, name, options)):
        assert (one.listing, one.listed) == ("contract", True)
        assert one.facts["name"].as_of == date(2026, 6, 1)
        assert one.facts["name"].source == "test"


@every_format
def test_a_checked_register_is_the_source_and_the_editor(tmp_path, name):
    """--register makes every fact one of the register, which goes before those of plain files."""
    for one in loaded(rows_of(tmp_path, name, Options("test", TODAY, register="the board"))):
        assert (one.facts["name"].source, one.facts["name"].editor) == ("the board", "register")


@every_format
@pytest.mark.parametrize("other", sorted(SAMPLES))
def test_a_file_of_another_format_is_told_or_read_but_never_breaks(tmp_path, name, other):
    """A wrong --format gives problems, never a traceback."""
    rows = rows_of(tmp_path, name, content=SAMPLES[other][1])
    check(rows)
    assert rows


@every_format
def test_a_path_that_is_gone_is_said(tmp_path, name):
    """Only paths raise."""
    with pytest.raises(PathUnreadable):
        list(read([tmp_path / "gone"], name, OPTIONS))


FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@every_format
@FUZZ
@given(content=st.binary(max_size=400))
def test_no_bytes_break_a_reader(name, content):
    """Any bytes are read or told."""
    with tempfile.TemporaryDirectory() as folder:
        check(rows_of(Path(folder), name, CONSENT, content=content))
        check(list(read([Path(folder) / SAMPLES[name][0]], AUTO, CONSENT)))


@st.composite
def mutations(draw: st.DrawFn) -> list[tuple[float, float, bytes]]:
    """Draw a few places of a file to be overwritten, each with something that readers trip over."""
    odd = st.sampled_from(
        [b"", b"\0", b"\xff", b'"', b"{", b"]", b"null", b"[[", b"\\ud800", b"1e999", b"-1", b"\n", b",,", b"{}", b"<"]
    )
    place = st.floats(0, 1)
    return draw(st.lists(st.tuples(place, st.sampled_from([0.0, 0.001, 0.01, 0.1]), odd | st.binary(max_size=6))))


@every_format
@FUZZ
@given(changes=mutations())
def test_no_damage_to_a_sample_breaks_a_reader(name, changes):
    """A file with holes and rubbish in it is read as far as it goes, and told."""
    content = SAMPLES[name][1]
    for where, length, put in changes:
        start = int(where * len(content))
        content = content[:start] + put + content[start + int(length * len(content)) :]
    with tempfile.TemporaryDirectory() as folder:
        check(rows_of(Path(folder), name, CONSENT, content=content))
        check(list(read([Path(folder) / SAMPLES[name][0]], AUTO, CONSENT)))


KEYS = st.sampled_from(
    [
        *(
            "@type",
            "@id",
            "@graph",
            "name",
            "id",
            "languages",
            "contacts",
            "address",
            "attributes",
            "additionalProperty",
        ),
        *("knowsLanguage", "geo", "latitude", "location", "service_at_locations", "phones", "number", "hasCredential"),
        *("propertyID", "value", "taxonomy_term", "link_type", "status", "identifier", "jobTitle", "makesOffer"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=5),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ["json", "ndjson", "fhir", "hsds", "schemaorg"])
@settings(FUZZ, max_examples=150)
@given(value=JSON, kind=st.sampled_from(["Person", "Practitioner", "service", ""]))
def test_no_shape_of_json_breaks_a_reader(name, value, kind):
    """Every value may stand where another was expected."""
    whole = {"@type": kind, "resourceType": kind, "jobTitle": "Psychologist", "name": "Psychotherapy"}
    whole |= value if isinstance(value, dict) else {"contacts": value}
    whole |= {"service_at_locations": whole.get("service_at_locations", [])}
    with tempfile.TemporaryDirectory() as folder:
        check(rows_of(Path(folder), name, CONSENT, content=json.dumps([whole, value]).encode("utf-8", "replace")))

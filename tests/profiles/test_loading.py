"""Loading: each file goes to the reader of its format, and a path that can't be read is said so."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest

from profiles import loading
from profiles.errors import OptionWrong, PathUnreadable
from profiles.formats.reading import Options, Row

OPTIONS = Options(source="test", today=date(2026, 11, 22))


def test_every_format_has_a_reader():
    """Every format has a reader."""
    for module, function in loading.READERS.values():
        assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"name\n", "csv"),
        ("a.TSV", b"name\n", "csv"),
        ("a.txt", b"name;bio\n", "csv"),
        ("a", "name,bio\n".encode("utf-16"), "csv"),
        ("a.ndjson", b'{"resourceType": "Practitioner"}\n', "fhir"),
        ("a.json", b'\xef\xbb\xbf\n{"id": 1, "resourceType": "Bundle"}', "fhir"),
        ("a.json", b'{\n"name": "Ada"}', "json"),
        ("a.jsonl", b'{"name": "Ada"}\n{"name": "Bo"}', "ndjson"),
        ("a.json", b'{"@context": "https://schema.org", "@type": "Person"}', "schemaorg"),
        ("a.html", b"<!doctype html>", "schemaorg"),
        ("a.txt", b'<p><script type="application/ld+json">{}</script>', "schemaorg"),
        ("a.json", b'[{"id": "1", "service_at_locations": []}]', "hsds"),
        ("services.csv", b"id,organization_id,name\n", "hsds"),
        ("services.csv", b"id,name\n", "csv"),
        (
            "a.csv",
            b"NPI,Entity Type Code,Provider Last Name (Legal Name),Healthcare Provider Taxonomy Code_1\n",
            "nppes",
        ),
        ("a.csv", "name,bio\n".encode("utf-16-le"), "csv"),
        ("a.dat", "name,bio\n".encode("utf-16-le"), "csv"),
        ("a.xlsx", b"PK\3\4", "xlsx"),
        ("a.dat", b"PK\3\4......xl/workbook.xml", "xlsx"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "xlsx"),
        ("a.zip", b"PK\3\4", ""),
        ("a.png", b"\x89PNG\0", ""),
    ],
)
def test_the_format_of_a_file(tmp_path, name, content, expected):
    """The format of a file."""
    assert loading.format_of(tmp_path / name, content) == expected


def test_a_file_of_no_format_is_told_and_the_others_are_read(tmp_path):
    """A file of no format is told and the others are read."""
    (tmp_path / "a.zip").write_bytes(b"PK\3\4")
    (tmp_path / "b.csv").write_text("id,name\n1,Ada\n")
    rows = list(loading.read([tmp_path / "a.zip", tmp_path / "b.csv"], "auto", OPTIONS))
    assert sorted(row.outcome for row in rows) == ["loaded", "note"]
    assert [(found.code, found.file) for row in rows for found in row.problems] == [("format_unknown", "a.zip")]


def test_a_format_that_was_named_is_taken_whatever_the_file_is_called(tmp_path):
    """A format that was named is taken whatever the file is called."""
    (tmp_path / "a.json").write_text("id,name\n1,Ada\n")
    assert [row.outcome for row in loading.read([tmp_path / "a.json"], "csv", OPTIONS)] == ["loaded"]


def test_files_of_one_format_go_to_its_reader_together_and_in_order(tmp_path, monkeypatch):
    """References cross the files of a FHIR set."""
    seen = []

    def reader(paths, options):
        seen.append([path.name for path in paths])
        yield Row("note")

    monkeypatch.setattr(loading, "_reader", lambda name: reader)
    for name, content in (("b.ndjson", '{"resourceType": 1}'), ("x.csv", "name"), ("a.ndjson", '{"resourceType": 2}')):
        (tmp_path / name).write_text(content)
    list(loading.read([tmp_path / name for name in ("b.ndjson", "x.csv", "a.ndjson")], "auto", OPTIONS))
    assert seen == [["b.ndjson", "a.ndjson"], ["x.csv"]]


@pytest.mark.parametrize("name", ["missing.csv", "", "nul\0.csv"])
def test_a_path_that_cannot_be_read_says_which_before_anything_is_read(tmp_path, name):
    """A path that cannot be read says which before anything is read."""
    (tmp_path / "a.csv").write_text("id,name\n1,Ada\n")
    with pytest.raises(PathUnreadable) as raised:
        loading.read([tmp_path / "a.csv", tmp_path / name], "auto", OPTIONS)
    assert raised.value.message.params["path"] == str(tmp_path / name)
    assert raised.value.message.params["reason"]


def test_a_format_that_is_not_offered_is_an_option_that_is_wrong(tmp_path):
    """A format that is not offered is an option that is wrong."""
    with pytest.raises(OptionWrong) as raised:
        loading.read([tmp_path / "a.csv"], "pdf", OPTIONS)
    assert raised.value.message.params["value"] == "pdf"


def test_two_files_of_one_load_are_one_warning_about_identity(tmp_path):
    """Two files of one load are one warning about identity."""
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for number, path in enumerate(paths):
        path.write_text(f"id,name,gender\n{number},Ada,female\n")
    rows = list(loading.read(paths, "auto", OPTIONS))
    found = [found for row in rows for found in row.problems]
    assert [(one.code, one.params["count"]) for one in found] == [("identity_without_consent", 2)]

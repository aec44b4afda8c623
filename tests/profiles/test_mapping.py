"""Maps: foreign headers and terms in our words, how a file is opened, and the map that is suggested."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.cli.main import main
from matcher.messages import words
from profiles.errors import OptionWrong
from profiles.formats.mapping import FileMap
from profiles.formats.mapping_file import MapUnreadable, MapWrong, read_map, with_file_options
from profiles.formats.reading import Options
from profiles.formats.suggest import Asked, quoted, suggested
from profiles.loading import read

TODAY = date(2026, 11, 22)
HEADER = ["Kennung", "Wer", "Bereich", "Spricht", "Kommentar", "Frei ab", "Aufnahme"]
ROW = ["1", "Ada", "Traurigkeit, Anxiety; Mut", "Hindustanisch", "x", "03/04/2027", "vielleicht"]

MAP = """
[columns]
Kennung = "id"
Wer = "name"
Bereich = "specialties"
Spricht = "language"
Kommentar = ""
"frei AB" = "next_opening"
Aufnahme = "accepting"

[values.concern]
traurigkeit = ["grief", "depression"]
Mut = ""

[values.language]
Hindustanisch = "hi"

[values.accepting]
vielleicht = "waiting_list"

[file]
date_order = "dmy"
"""


def mapped(tmp_path, text=MAP) -> FileMap:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    return read_map(path)


def one(path, mapping, format_name="auto"):
    """Return the one therapist of a file under a map, and what was told."""
    rows = list(read([path], format_name, Options("test", TODAY, mapping=mapping)))
    found = [row.therapist for row in rows if row.therapist]
    return found[0] if found else None, [(told.code, told.value) for row in rows for told in row.problems]


def _csv(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(";".join(HEADER) + "\n" + ";".join(f'"{cell}"' for cell in ROW) + "\n", encoding="utf-8")
    return path


def _tsv(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("\t".join(HEADER) + "\n" + "\t".join(ROW) + "\n", encoding="utf-8")
    return path


def _json(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([dict(zip(HEADER, ROW, strict=True))]), encoding="utf-8")
    return path


def _xlsx(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append(ROW)
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


@pytest.mark.parametrize("make", [_csv, _tsv, _json, _xlsx])
def test_a_map_makes_foreign_files_ours(tmp_path, make):
    """Headers, terms and days are read as the map says, in every format of rows; what it leaves out is not told."""
    found, told = one(make(tmp_path), mapped(tmp_path))
    assert found.id == "1"
    assert found.name == "Ada"
    assert set(found.terms("concern")) == {"grief", "depression", "anxiety"}
    assert [spoken.tag for spoken in found.languages] == ["hi"]
    assert found.value("accepting") == "waiting_list"
    assert found.value("next_opening") == date(2027, 4, 3)
    assert told == []


def test_without_its_map_such_a_file_is_told(tmp_path):
    """The file of the test above is not ours by itself."""
    found, told = one(_csv(tmp_path), None)
    assert found is None
    assert told


def test_a_term_under_a_mixed_column_keeps_its_field(tmp_path):
    """A term that the map gives to one field is not taken for one of the same name in another."""
    (tmp_path / "a.csv").write_text("id,name,specialties\n1,Ada,Paarberatung; CBT\n")
    mapping = mapped(tmp_path, '[values.participants]\nPaarberatung = "couple"')
    found, told = one(tmp_path / "a.csv", mapping)
    assert (found.terms("participants"), found.terms("modality")) == (("couple",), ("cbt",))
    assert told == []


def test_cells_that_no_map_speaks_of_are_untouched(tmp_path):
    """A map of some terms changes no other cell."""
    (tmp_path / "a.csv").write_text('id,name,concern,bio\n1,Ada,"Grief, loss; Mut","a;  b, Mut"\n')
    mapping = mapped(tmp_path, '[values.concern]\nZorn = "anger"')
    assert one(tmp_path / "a.csv", mapping) == one(tmp_path / "a.csv", None)


@pytest.mark.parametrize(
    ("text", "where", "value", "near"),
    [
        ('[columns]\nWer = "nmae"', "columns.Wer", "nmae", "name"),
        ('[values.concern]\nMut = "greif"', "values.concern.Mut", "greif", "grief"),
        ('[values.specialties]\nMut = "cbtt"', "values.specialties.Mut", "cbtt", "cbt"),
        ('[values.language]\nMut = "Spansh"', "values.language.Mut", "Spansh", "Spanish"),
        ('[values.licence_jurisdiction]\nM = "US-MAA"', "values.licence_jurisdiction.M", "US-MAA", ""),
        ('[values.supervised]\nM = "perhaps"', "values.supervised.M", "perhaps", "yes"),
        ('[values.concerns]\nMut = "grief"', "values.concerns", "concerns", "concern"),
        ('[column]\nWer = "name"', "column", "column", "columns"),
        ('[file]\nencoding = "utf-99"', "file.encoding", "utf-99", "utf-8"),
        ('[file]\ndelimiter = ";;"', "file.delimiter", ";;", ";"),
        ("[file]\nheader_row = 0", "file.header_row", "0", "1"),
        ('[file]\ndate_order = "ymd"', "file.date_order", "ymd", "dmy"),
        ('[file]\ndelimeter = ";"', "file.delimeter", "delimeter", "delimiter"),
        ('columns = "name"', "columns", "name", "[columns]"),
    ],
)
def test_what_does_not_exist_is_one_sentence_with_the_nearest(tmp_path, text, where, value, near):
    """A slip in a map stops the load before it starts, and says where it is."""
    with pytest.raises(MapWrong) as raised:
        mapped(tmp_path, text)
    params = raised.value.message.params
    assert (params["where"], params["value"], raised.value.exit_code) == (where, value, 2)
    assert near in str(params["nearest"])
    for locale in ("en", "es", "de"):
        assert value in words(raised.value.message, locale)


@pytest.mark.parametrize("content", [b"[columns", b"\xff\xfe", b'a = "\xff"'])
def test_a_map_that_is_no_toml_is_one_sentence(tmp_path, content):
    """A damaged map is no traceback."""
    (tmp_path / "map.toml").write_bytes(content)
    with pytest.raises(MapUnreadable):
        read_map(tmp_path / "map.toml")
    with pytest.raises(MapUnreadable):
        read_map(tmp_path / "gone.toml")


def test_encoding_delimiter_and_header_row_as_asked(tmp_path):
    """What is asked for goes before what would be found; bytes that do not fit are told and not read."""
    (tmp_path / "a.csv").write_bytes("id~name,bio\nname~title\n7~Jos\u00e9, Jr.\n".encode("cp1250"))
    mapping = with_file_options(FileMap(header_row=1), encoding="cp1250", delimiter="~")
    rows = list(read([tmp_path / "a.csv"], "csv", Options("test", TODAY, mapping=mapping)))
    assert [found.code for row in rows for found in row.problems] == ["header_missing"]
    mapping = replace(mapping, columns={"namebio": "name"})
    found, _ = one(tmp_path / "a.csv", replace(mapping, header_row=1))
    assert found.name == "title"
    rows = list(read([tmp_path / "a.csv"], "csv", Options("test", TODAY, mapping=FileMap(encoding="ascii"))))
    assert [found.code for row in rows for found in row.problems] == ["encoding_wrong"]


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-16-le", b""), ("utf-16-be", b""), ("utf-16", b""), ("utf-8", b"\xef\xbb\xbf")]
)
def test_utf_16_is_found_with_and_without_a_mark(tmp_path, encoding, mark):
    """Where every other byte is zero it is certain."""
    (tmp_path / "a.csv").write_bytes(mark + "id,name\n1,José Łukasz\n".encode(encoding))
    found, told = one(tmp_path / "a.csv", None)
    assert (found.name, told) == ("José Łukasz", [])


def test_options_of_the_command_go_before_the_map():
    """--encoding and --delimiter are for one load; a wrong one says which option it is."""
    base = FileMap(delimiter=";", encoding="cp1252", sheet="x")
    assert with_file_options(base, encoding="", delimiter="") is base
    assert with_file_options(base, encoding="utf-8", delimiter="tab") == FileMap(
        delimiter="\t", encoding="utf-8", sheet="x"
    )
    with pytest.raises(OptionWrong) as raised:
        with_file_options(None, encoding="", delimiter="::")
    assert raised.value.message.params["option"] == "--delimiter"


def suggestion(paths):
    asked = Asked()
    return "\n".join(suggested(read(paths, "auto", Options("test", TODAY, mapping=asked)), asked))


@pytest.mark.parametrize("make", [_csv, _tsv, _json, _xlsx])
def test_a_suggested_map_can_be_read_back(tmp_path, make):
    """It is a map as it stands; known columns are filled in, unknown ones stand there to be filled."""
    path = make(tmp_path)
    (tmp_path / "b.csv").write_text("id,name,Schwerpunkt X,languages\n1,Ada,y,Hindustanisch\n2,Bo,y,Hindustanisch\n")
    text = suggestion([tmp_path / "b.csv", path] if make is _json else [tmp_path / "b.csv"])
    assert tomllib.loads(text)["columns"]["name"] == "name"
    assert mapped(tmp_path, text).columns["languages"] == "language"
    assert '# "Schwerpunkt X" = ""' in text
    assert "[values.language]" in text
    assert '# "Hindustanisch" = ' in text
    assert "2x" in text
    uncommented = text.replace('# "Schwerpunkt X" = ""', '"Schwerpunkt X" = ""')
    assert mapped(tmp_path, uncommented).column("Schwerpunkt X").ignored


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_header_can_be_written_in_a_map(text):
    """Quotes, signs and line breaks in a header do not break the map."""
    assert tomllib.loads(f"{quoted(text)} = 1") == {text: 1}


def test_the_command_suggests_a_map_and_loads_nothing(tmp_path, monkeypatch, capsys):
    """--suggest-map writes to standard output, and that map is one that --map takes."""
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))
    (tmp_path / "a.csv").write_text("id,name,Schwerpunkt X\n1,Ada,y\n")
    with pytest.raises(SystemExit) as ended:
        main(["load", str(tmp_path / "a.csv"), "--suggest-map"])
    assert ended.value.code == 0
    assert not (tmp_path / "home").exists()
    (tmp_path / "map.toml").write_text(capsys.readouterr().out.replace('# "Schw', '"Schw'), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["load", str(tmp_path / "a.csv"), "--map", str(tmp_path / "map.toml"), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert (ended.value.code, report["added"], report["problems"]) == (0, 1, [])
    (tmp_path / "map.toml").write_text('[columns]\nname = "nmae"')
    with pytest.raises(SystemExit) as ended:
        main(["load", str(tmp_path / "a.csv"), "--map", str(tmp_path / "map.toml")])
    assert ended.value.code == 2
    assert "nmae" in capsys.readouterr().err

"""The XLSX reader: what a person sees in a sheet is what is read, and no file of any kind breaks it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, time

import openpyxl
import pytest

from profiles.formats.mapping import FileMap
from profiles.formats.reading import Options
from profiles.formats.xlsx import read_xlsx
from profiles.formats.xlsx_cells import shown
from profiles.formats.xlsx_package import OLE
from profiles.loading import read
from profiles.schema import Fee

TODAY = date(2026, 11, 22)
OPTIONS = Options("test", TODAY)


def saved(path, sheets, *, change=None):
    """Write a workbook of lists of rows by sheet, and return its path."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    book.save(path)
    return path


def rows_of(path, options=OPTIONS):
    return list(read_xlsx([path], options))


def loaded(rows):
    return {row.line: row.therapist for row in rows if row.therapist}


def codes(rows):
    return [(found.code, found.row, found.column, found.value) for row in rows for found in row.problems]


def test_cells_are_read_as_a_person_sees_them(tmp_path):
    """Whole numbers have no decimals, ZIP codes their zero, days are days, ticks are answers, amounts have a sign."""

    def formats(book):
        book.active["C2"].number_format = "00000"
        book.active["E2"].number_format = '"$"#,##0.00'

    head = ["id", "name", "zip", "state", "fee", "accepting", "updated", "npi", "telehealth"]
    row = [7, "Ada", 2101, "MA", 85.5, True, datetime(2026, 1, 31), 1234567893, False]  # noqa: DTZ001 - as in a sheet
    rows = rows_of(saved(tmp_path / "a.xlsx", {"People": [head, row]}, change=formats))
    ada = loaded(rows)[2]
    assert ada.id == "7"
    assert ada.places[0].postal_code == "02101"
    assert ada.value("fee") == Fee(8550, 8550, "USD")
    assert ada.value("accepting") == "accepting"
    assert ada.facts["name"].as_of == date(2026, 1, 31)
    assert ada.value("npi") == "1234567893"
    assert codes(rows) == []


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (2101, "00000", "02101"),
        (21390123, "00000\\-0000", "02139-0123"),
        (6175550100, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "(617) 555-0100"),
        (5550100, "[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", "555-0100"),
        (0.5, "0%", "50%"),
        (0.075, "0.0%", "7.5%"),
        (120, "[$€-407] #,##0.00", "€120"),
        (85.5, '#,##0.00 "EUR"', "EUR 85.5"),
        (1234567, "#,##0", "1234567"),
        (1234567893, "0.00E+00", "1234567893"),
        (0.1 + 0.2, "General", "0.3"),
        (-3, "00000", "-3"),
        (time(9, 30), "h:mm", "09:30"),
        (datetime(2026, 1, 31, 9, 30, tzinfo=UTC).replace(tzinfo=None), "m/d/yy h:mm", "2026-01-31 09:30"),
        ("a_x000D_b", "General", "a\rb"),
        ("plain_text", "General", "plain_text"),
    ],
)
def test_number_formats(value, number_format, expected):
    """Digits are never lost to a format, and masks are applied as a spreadsheet does."""
    assert shown(value, number_format) == expected


def test_rows_are_known_by_their_number_in_the_sheet(tmp_path):
    """Titles above, blank rows and totals below are told with the row, and no blank rows behind the last."""
    sheet = [["Our people"], [], ["id", "name", "bio"], [1, "Ada", "x"], [], [2, "Bo", "y"], ["Total: 2"], [], []]
    rows = rows_of(saved(tmp_path / "a.xlsx", {"People": sheet}))
    assert sorted(loaded(rows)) == [4, 6]
    assert [(code, row) for code, row, *_ in codes(rows)] == [
        ("row_outside_table", 1),
        ("row_blank", 2),
        ("row_blank", 5),
        ("row_outside_table", 7),
    ]


def test_every_visible_sheet_with_a_header_is_a_table(tmp_path):
    """Hidden sheets and those without a header are told; problems say which of several sheets they are of."""

    def hide(book):
        book["Old"].sheet_state = "hidden"

    people = [["id", "name", "languages"], [1, "Ada", "Klingonensisch"]]
    more = [["id", "name", "languages"], [2, "Bo", "Klingonensisch"]]
    old = [["id", "name"], [3, "Cy"]]
    sheets = {"One": people, "Two": more, "Old": old, "Legend": [["colours"]], "Empty": []}
    rows = rows_of(saved(tmp_path / "a.xlsx", sheets, change=hide))
    assert {row.therapist.id for row in rows if row.therapist} == {"1", "2"}
    told = {(found.code, found.file, found.value) for row in rows for found in row.problems}
    assert ("sheet_hidden", "a.xlsx", "Old") in told
    assert ("sheet_without_header", "a.xlsx", "Legend") in told
    assert ("language_unknown", "a.xlsx [Two]", "Klingonensisch") in told


def test_a_map_chooses_the_sheet_and_the_header_row(tmp_path):
    """`[file] sheet` reads that one, hidden or not; one that is not there is told with those that are."""

    def hide(book):
        book["Old"].sheet_state = "hidden"

    sheets = {"One": [["id", "name"], [1, "Ada"]], "Old": [["id", "name"], ["name", "title"], [3, "Cy"]]}
    path = saved(tmp_path / "a.xlsx", sheets, change=hide)
    rows = rows_of(path, Options("test", TODAY, mapping=FileMap(sheet="Old", header_row=1)))
    assert [row.therapist.id for row in rows if row.therapist] == ["name", "3"]
    missing = rows_of(path, Options("test", TODAY, mapping=FileMap(sheet="Tow")))
    assert [(found.code, found.params["nearest"]) for row in missing for found in row.problems] == [
        ("sheet_missing", "One, Old")
    ]


def test_formulas_without_a_value_and_errors_are_told(tmp_path):
    """A formula that was never computed is not a blank cell, and #REF! is no text; the row is kept."""
    sheet = [["id", "name", "bio", "city"], [1, "Ada", "=A1&B1", "#REF!"], [2, "Bo", "x", "Bonn"]]
    rows = rows_of(saved(tmp_path / "a.xlsx", {"People": sheet}))
    assert sorted(loaded(rows)) == [2, 3]
    assert sorted(codes(rows)) == [
        ("cell_error", 2, "city", "#REF!"),
        ("formula_without_value", 2, "bio", "=A1&B1"),
    ]
    assert "bio" not in loaded(rows)[2].facts


def test_a_merged_cell_counts_for_every_row_it_covers(tmp_path):
    """A practice written once for three people is that of all three; blank rows stay blank."""

    def merge(book):
        book.active.merge_cells("C2:C4")

    sheet = [["id", "name", "place name"], [1, "Ada", "The Practice"], [2, "Bo"], [3, "Cy"], [4, "Di"]]
    rows = rows_of(saved(tmp_path / "a.xlsx", {"People": sheet}, change=merge))
    names = {line: [place.name for place in one.places] for line, one in loaded(rows).items()}
    assert names == {2: ["The Practice"], 3: ["The Practice"], 4: ["The Practice"], 5: []}


def test_macros_do_not_matter(tmp_path):
    """A workbook that may hold macros is read like any other."""
    saved(tmp_path / "a.xlsm", {"People": [["id", "name"], [1, "Ada"]]})
    assert [row.outcome for row in read([tmp_path / "a.xlsm"], "auto", OPTIONS)] == ["loaded"]


def _bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
        package.writestr("xl/worksheets/sheet1.xml", b"0" * (80 << 20))
    return stream.getvalue()


def _package(*parts: str, content: str = "<x>") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for part in parts:
            package.writestr(part, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"", "file_empty"),
        ("a.xlsx", b"PK\3\4", "spreadsheet_unreadable"),
        ("a.xlsx", b"id,name\n1,Ada\n", "spreadsheet_unreadable"),
        ("a.xlsx", _package("xl/workbook.xml", "[Content_Types].xml"), "spreadsheet_unreadable"),
        ("a.xlsx", _package("word/document.xml"), "spreadsheet_unsupported"),
        ("a.xlsx", _bomb(), "spreadsheet_too_large"),
        (
            "a.xlsx",
            _package("xl/workbook.xml", content="<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
            "spreadsheet_unreadable",
        ),
        ("a.xls", OLE + b"\0" * 600, "spreadsheet_unsupported"),
        ("a.xlsx", OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "spreadsheet_locked"),
        ("a.ods", _package("mimetype", "content.xml"), "spreadsheet_unsupported"),
        ("a.xlsb", _package("xl/workbook.bin"), "spreadsheet_unsupported"),
    ],
)
def test_what_is_no_workbook_is_one_problem(tmp_path, name, content, code):
    """Damaged, locked, too large, or of another kind: one problem that says so, and nothing else."""
    (tmp_path / name).write_bytes(content)
    rows = rows_of(tmp_path / name)
    assert [(found.code, found.file) for row in rows for found in row.problems] == [(code, name)]


def test_a_workbook_cut_short_is_one_problem(tmp_path):
    """Half a download is told, wherever it was cut."""
    whole = saved(tmp_path / "a.xlsx", {"People": [["id", "name"], [1, "Ada"]]}).read_bytes()
    for part in range(1, 10):
        (tmp_path / "b.xlsx").write_bytes(whole[: len(whole) * part // 10])
        assert [found[0] for found in codes(rows_of(tmp_path / "b.xlsx"))] == ["spreadsheet_unreadable"]


def test_a_sheet_that_lies_about_its_size_is_read_whole(tmp_path):
    """The stated dimension is not believed, and a row at the far end is not waited for."""
    path = saved(tmp_path / "a.xlsx", {"People": [["id", "name"], [1, "Ada"]]})
    changed = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for part in old.infolist():
            content = old.read(part).decode()
            if part.filename.endswith("sheet1.xml"):
                content = content.replace('ref="A1:B2"', 'ref="A1"').replace("</sheetData>", FAR + "</sheetData>")
            new.writestr(part.filename, content)
    assert sorted(loaded(rows_of(changed))) == [2]


FAR = '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'


def test_a_thousand_rows_stream(tmp_path):
    """The first row is there before the last was read."""
    path = saved(tmp_path / "a.xlsx", {"People": [["id", "name"], *([number, "Ada"] for number in range(1000))]})
    rows = read_xlsx([path], OPTIONS)
    assert next(rows).line == 2
    assert sum(1 for _ in rows) == 999

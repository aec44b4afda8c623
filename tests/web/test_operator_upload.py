"""Uploads: a dry run first, every problem told, the load without a second upload, and nothing left behind."""

from __future__ import annotations

import csv
import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.web.operator.access import now
from matcher.web.operator.uploads import KEPT
from tests.support import therapist
from tests.web.operators import Desk, office
from tests.web.strict import words_of

TABLE = b"id,name,language,colour\na,Ann Known,Spanish,red\nb,Bea New,Klingonese,\nc,,German,\n"
WHOLE = b"id,name,language\na,Ann Known,Spanish\nb,Bea New,German\n"
COUNTS = {"read": "2", "new": "1", "changed": "1", "unchanged": "0", "skipped": "0", "rejected": "0"}


@pytest.fixture
def app(tmp_path):
    """A home of one therapist."""
    with office([therapist("a", name="Ann Known")], tmp_path / "home") as made:
        yield made


@pytest.fixture
def home(app):
    return app.extensions["home"]


@pytest.fixture
def desk(app) -> Desk:
    return Desk(app).sign_in("editor")


def result(desk: Desk, query: str = ""):
    return desk.get(f"/operator/upload/result{query}")


def counts(page) -> dict[str, str]:
    """Return what is counted, by its words."""
    return {words_of(one.find("dt")): words_of(one.find("dd")) for one in page.one("dl", class_="counts")}


def rows(page) -> list[list[str]]:
    """Return the cells of the table of problems."""
    body = page.one("tbody") if page.all("tbody") else []
    return [[words_of(cell) for cell in row] for row in body]


def left(home) -> list[str]:
    """Return the files that uploads left in the home."""
    root = home.path / "uploads"
    return sorted(path.name for path in root.rglob("*") if path.is_file()) if root.exists() else []


def test_a_dry_run_says_what_a_load_then_does(desk, home):
    """The same counts, with nothing written in between; the files go when they are loaded."""
    before = home.directory.generation()
    response = desk.upload({"people.csv": WHOLE})
    assert (response.status_code, response.headers["Location"]) == (303, "/operator/upload/result")
    assert counts(result(desk)) == COUNTS
    assert home.directory.generation() == before
    assert "people.csv" in left(home)
    assert desk.go("/operator/upload/load") == "/operator/upload/result"
    assert counts(result(desk)) == COUNTS
    assert home.directory.get(["b"])["b"].name == "Bea New"
    assert "people.csv" not in left(home)


def test_what_was_loaded_is_in_the_log_under_the_name_of_who_did(desk, home):
    """And every fact has the label that was given."""
    before = len(home.directory.audit())
    desk.upload({"people.csv": WHOLE}, source="our register")
    desk.go("/operator/upload/load")
    assert {one.actor for one in home.directory.audit()[:-before]} == {"editor"}
    assert home.directory.get(["b"])["b"].facts["name"].source == "our register"


def test_a_load_happens_once(desk):
    """Pressing twice, or after the hour, is a sentence."""
    desk.refused("/operator/upload/load")
    desk.upload({"people.csv": WHOLE})
    desk.go("/operator/upload/load")
    desk.refused("/operator/upload/load")


def test_every_problem_has_its_row_column_value_and_remedy(desk):
    """All of them, and by level."""
    desk.upload({"people.csv": TABLE})
    found = rows(result(desk))
    assert [row[1] for row in found] == ["1", "3", "4"]
    assert ["Klingonese" in row for row in found] == [False, True, False]
    assert all(row[0] and row[4] and row[5] for row in found)
    by_level = {level: len(rows(result(desk, f"?level={level}"))) for level in ("error", "warning", "other")}
    assert by_level == {"error": 1, "warning": 2, "other": 3}


def test_a_thousand_rows_with_one_bad_cell_each_are_all_told(desk):
    """Counts add up; the page shows the first, the file has all."""
    lines = "".join(f"{number},Name {number},Xx{number}yy\n" for number in range(1_000))
    desk.upload({"people.csv": f"id,name,language\n{lines}".encode()})
    page = result(desk)
    assert counts(page)["new"] == counts(page)["read"] == "1000"
    assert len(rows(page)) == 500
    body = desk.client.get("/operator/upload/problems.csv").get_data(as_text=True)
    table = list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff"))))
    assert len(table) == 1_000
    assert [int(row["row"]) for row in table] == list(range(2, 1_002))
    assert all(row["column"] == "language" and row["value"] and row["remedy"] for row in table)


def test_the_table_of_problems_runs_no_formula(desk):
    """A cell that a spreadsheet would run gets an apostrophe in front."""
    desk.upload({"people.csv": b'id,name,language\na,Ann,"=HYPERLINK(1)"\n'})
    body = desk.client.get("/operator/upload/problems.csv").get_data(as_text=True)
    (row,) = csv.DictReader(io.StringIO(body.removeprefix("\ufeff")))
    assert row["value"].startswith("'=")


def test_options_reach_the_reader(desk, home):
    """Day, consent, register and listing are what the command has as options."""
    body = b"id,name,gender,license number,license state\nx,Xia,woman,12,MA\n"
    options = {"as_of": "2026-01-31", "consent": "form of 2026", "register": "MA board", "list_now": "yes"}
    desk.upload({"people.csv": body}, **options)
    desk.go("/operator/upload/load")
    found = home.directory.get(["x"])["x"]
    assert found.consent == "form of 2026"
    assert found.listed
    assert found.facts["name"].as_of.isoformat() == "2026-01-31"
    assert found.licences[0].checked_against == "MA board"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source", ""),
        ("source", "x" * 201),
        ("format", "nope"),
        ("as_of", "tomorrow"),
        ("as_of", "2999-01-01"),
        ("consent", "x" * 201),
        ("register", "x" * 201),
    ],
)
def test_an_option_that_cannot_be_used_is_told_at_its_field(desk, home, name, value):
    """Nothing is kept; the other answers are."""
    response = desk.upload({"people.csv": WHOLE}, **{"register": "kept", name: value})
    page = desk._read(response, 422)
    assert [one.get("href") for one in page.one("div", class_="summary").iter("a")] == [f"#f-{name}"]
    assert left(home) == []


def test_no_file_is_told(desk):
    """A form without one."""
    desk._read(desk.upload({}), 422)


def test_too_much_is_one_sentence(app, home):
    """For this address alone more may be sent than elsewhere, and not without end."""
    object.__setattr__(home.settings, "upload_megabytes", 1)
    desk = Desk(app).sign_in("editor")
    rows_ = b"id,name\n" + b"".join(b"%d,Somebody\n" % number for number in range(40_000))
    assert 256 * 1024 < len(rows_) < 1_000_000
    assert desk.upload({"people.csv": rows_}).status_code == 303
    page = desk._read(desk.upload({"people.csv": rows_ * 2}), 413)
    assert "1 megabytes" in page.words
    assert Desk(app).upload({"people.csv": rows_}).status_code == 401


def test_uploads_of_others_are_not_seen(app, desk):
    """Each session has its own."""
    desk.upload({"people.csv": WHOLE})
    other = Desk(app).sign_in("admin")
    assert other.client.get("/operator/upload/result").headers["Location"] == "/operator/upload"
    other.refused("/operator/upload/load")
    desk.go("/operator/upload/load")


def test_what_was_uploaded_goes_with_the_session_and_after_an_hour(app, home, desk, monkeypatch):
    """With the sign-out; and with the next request of any operator once the hour has passed."""
    desk.upload({"people.csv": WHOLE})
    assert (home.path / "uploads").stat().st_mode & 0o077 == 0
    desk.go("/operator/sign-out")
    assert left(home) == []
    desk.sign_in("editor").upload({"people.csv": WHOLE})
    (folder,) = (home.path / "uploads").iterdir()
    old = now().timestamp() - KEPT.total_seconds()
    os.utime(folder, (old + 60, old + 60))
    Desk(app).get("/operator/sign-in")
    assert left(home) != []
    os.utime(folder, (old - 60, old - 60))
    Desk(app).get("/operator/sign-in")
    assert left(home) == []


NAMES = [
    "../../etc/passwd",
    "..",
    "a/b\\c.csv",
    "x" * 500 + ".csv",
    "имя файла.csv",
    "",
    " ",
    "\x00.csv",
    "C:\\x.csv",
    "a\nb.csv",
]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_of_a_file_leads_out_of_its_folder(desk, home, name):
    """Whatever it is called, it is kept inside and can be loaded."""
    before = {path for path in home.path.rglob("*") if "uploads" not in path.parts}
    response = desk.upload({name or "blank": WHOLE})
    if response.status_code == 303:
        assert counts(result(desk)) == COUNTS
    after = {path for path in home.path.rglob("*") if "uploads" not in path.parts}
    assert {path.name for path in after - before} <= {"directory.db-wal", "directory.db-shm", "uploads"}


def test_two_files_of_one_name_are_two(desk, home):
    """Both are read."""
    answers = {
        "source": "x",
        "format": "auto",
        "files": [(io.BytesIO(b"id,name\nx,Xia\n"), "p.csv"), (io.BytesIO(b"id,name\ny,Yan\n"), "p.csv")],
    }
    assert desk.send("/operator/upload", answers, content_type="multipart/form-data").status_code == 303
    desk.go("/operator/upload/load")
    assert set(home.directory.get(["x", "y"])) == {"x", "y"}


@settings(max_examples=60)
@given(
    body=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    ending=st.sampled_from(["csv", "json", "ndjson", "xlsx", "txt", "zip", ""]),
    chosen=st.sampled_from(["auto", "csv", "json", "ndjson", "fhir"]),
)
def test_no_file_ever_breaks_the_page(crowd, body, ending, chosen):
    """Every upload ends in the page of its result."""
    response = crowd.upload({f"file.{ending}": body}, format=chosen)
    assert response.status_code == 303
    page = result(crowd)
    assert rows(page) or counts(page)["read"] != "0", "neither read nor told"


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """A desk that many examples share."""
    with office([therapist("a")], tmp_path_factory.mktemp("uploads") / "home") as app:
        yield Desk(app).sign_in("editor")

"""The HSDS reader: which services name a therapist, what is stated of them, and what is told of everything else."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from profiles.demonstration.generate import generate
from profiles.export.formats import Losses
from profiles.export.hsds import write_hsds
from profiles.export.marks import HIDDEN
from profiles.formats.hsds import read_hsds
from profiles.formats.reading import Options
from profiles.loading import format_of, read
from profiles.schema import Fee, Language, Place

TODAY = date(2026, 11, 22)
OPTIONS = Options("211", TODAY)
DATA = Path(__file__).parents[2].parent / "shared" / "data"


def service(**parts):
    """Return a service of behavioural health whose one contact is a therapist."""
    made = {
        "id": "s1",
        "name": "Psychotherapy for adults",
        "status": "active",
        "organization": {"id": "o1", "name": "Mutual Aid", "tax_status": "x"},
        "contacts": [{"id": "c1", "name": "Ann Persona", "title": "Clinical psychologist"}],
    }
    return {**made, **parts}


def rows_of(tmp_path, *documents, options=OPTIONS):
    """Return the rows of JSON documents, each a file."""
    paths = []
    for number, document in enumerate(documents):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_text(json.dumps(document), encoding="utf-8")
    return list(read_hsds(paths, options))


def table(path, *rows):
    """Write a CSV table of dictionaries."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8")
    return path


def codes(rows, outcome=None):
    found = [row for row in rows if outcome in (None, row.outcome)]
    return [(told.code, told.row, told.value) for row in found for told in row.problems]


def therapist(rows):
    return next(row.therapist for row in rows if row.therapist)


FULL = service(
    description="I listen.",
    url="https://example.org",
    last_modified="2026-03-15T10:30:45.123Z",
    interpretation_services="By telephone",
    phones=[
        {"id": "f", "number": "+1 617 555 0101", "type": "fax"},
        {"id": "p", "number": "+1 617 555 0100", "extension": 7, "type": "voice"},
    ],
    languages=[{"id": "l1", "name": "Spanish", "code": "es"}, {"id": "l2", "name": "Urdu", "code": "zzz"}],
    cost_options=[{"id": "k", "option": "Adults", "currency": "usd", "amount": 85.5}],
    service_at_locations=[
        {
            "id": "a1",
            "location": {
                "id": "p1",
                "name": "Civic Center",
                "latitude": 42.36,
                "longitude": -71.06,
                "addresses": [
                    {"id": "x", "address_1": "PO 1", "address_type": "postal"},
                    {
                        "id": "y",
                        "address_1": "1 Main St",
                        "city": "Boston",
                        "state_province": "MA",
                        "postal_code": "2139",
                        "country": "US",
                        "address_type": "physical",
                    },
                ],
                "accessibility": [{"id": "w", "description": "wheelchair", "details": "Ramp at the door"}],
            },
        }
    ],
    attributes=[
        {"id": "t1", "taxonomy_term": {"id": "g", "code": "RP-1", "name": "Grief", "taxonomy": "AIRS"}},
        {"id": "t2", "taxonomy_term": {"id": "h", "code": "RP-2", "name": "Gardening", "taxonomy": "AIRS"}},
    ],
)


def test_what_a_service_states(tmp_path):
    """The contact is the therapist; languages, fee, place and terms come from the records around the service."""
    rows = rows_of(tmp_path, FULL)
    found = therapist(rows)
    assert found.id == "s1"
    assert found.name == "Ann Persona"
    assert found.bio == "I listen."
    assert found.languages == (Language("es"), Language("ur"))
    assert found.value("phone") == "+1 617 555 0100 x7"
    assert found.value("website") == "https://example.org"
    assert found.value("fee") == Fee(8550, 8550, "USD")
    assert found.terms("concern") == ("grief",)
    assert "interpreter" in found.terms("accessibility")
    assert [licence.profession for licence in found.licences] == ["psychologist"]
    assert found.places[0].street == "1 Main St"
    assert (found.places[0].postal_code, found.places[0].latitude) == ("02139", 42.36)
    assert found.facts["name"].as_of == date(2026, 3, 15)
    assert ("property_unused", None, "attributes (AIRS)") in codes(rows)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "loaded"),
        ({"contacts": [{"id": "c", "name": "Ann Persona, LCSW"}]}, "loaded"),
        (
            {"contacts": [{"id": "c", "name": "Ann Persona"}], "name": "Ann Persona", "description": "Psychotherapy"},
            "loaded",
        ),
        ({"contacts": [{"id": "c", "name": "Ann Persona", "title": "Reception manager"}]}, "no_therapist_named"),
        ({"contacts": [{"id": "c", "name": "Ann Persona, LCSW", "title": "Manager"}]}, "no_therapist_named"),
        ({"contacts": [{"id": "c", "name": "Ann Persona"}]}, "no_therapist_named"),
        ({"contacts": []}, "no_therapist_named"),
        (
            {"contacts": [{"id": str(n), "name": name, "title": "LCSW"} for n, name in enumerate(("A B", "C D"))]},
            "no_therapist_named",
        ),
        ({"name": "Food pantry"}, "not_behavioural_health"),
        ({"status": "defunct"}, "resource_inactive"),
    ],
)
def test_who_is_a_therapist(tmp_path, changes, expected):
    """A named person with a profession in a service of behavioural health; anything less is skipped with the reason."""
    rows = [row for row in rows_of(tmp_path, service(**changes)) if row.outcome != "note"]
    assert [row.outcome if row.therapist else row.problems[0].code for row in rows] == [expected]
    assert all(row.problems[0].row == "s1" for row in rows if row.outcome == "skipped")


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: one,
        lambda one: [one],
        lambda one: {"total_items": 1, "contents": [one]},
        lambda one: {"id": "o1", "name": "Mutual Aid", "legal_status": "x", "services": [one]},
        lambda one: {"id": "a9", "service": one, "location": {"id": "p9", "addresses": [{"id": "z", "city": "Lynn"}]}},
        lambda one: {"services.csv": [one]},
        lambda one: {"resources": [{"name": "services", "data": [one]}]},
    ],
)
def test_documents_of_every_shape_hold_the_same_service(tmp_path, wrap):
    """A service, a list, a page, an organization, a service at a location, tables in one document."""
    found = therapist(rows_of(tmp_path, wrap(FULL)))
    assert (found.id, found.name, found.value("fee")) == ("s1", "Ann Persona", Fee(8550, 8550, "USD"))


def test_all_files_are_one_set(tmp_path):
    """A page of services and one of locations complete each other."""
    split = {**FULL, "service_at_locations": [{"id": "a1", "location_id": "p1"}]}
    location = FULL["service_at_locations"][0]["location"]
    assert therapist(rows_of(tmp_path, split, {**location, "location_type": "physical"})).places[0].city == "Boston"


def test_csv_tables_and_json_say_the_same(tmp_path):
    """Tables point to one another by id, and rows are known by their line."""
    paths = [
        table(tmp_path / "organizations.csv", {"id": "o1", "name": "Mutual Aid", "tax_status": ""}),
        table(
            tmp_path / "services.csv",
            {"id": "s0", "organization_id": "o1", "name": "Food pantry", "status": "active"},
            {"id": "s1", "organization_id": "o1", "name": "Psychotherapy", "status": "active"},
        ),
        table(
            tmp_path / "contacts.csv",
            {"id": "c1", "service_id": "s1", "name": "Ann Persona", "title": "Psychologist"},
            {"id": "c2", "service_id": "gone", "name": "Bo", "title": ""},
        ),
        table(tmp_path / "languages.csv", {"id": "l1", "service_id": "s1", "name": "Urdu", "code": "ur"}),
        table(tmp_path / "service_at_location.csv", {"id": "a1", "service_id": "s1", "location_id": "p1"}),
        table(tmp_path / "locations.csv", {"id": "p1", "organization_id": "o1", "name": "Center", "latitude": "42.36"}),
        table(tmp_path / "addresses.csv", {"id": "x", "location_id": "p1", "address_1": "1 Main St", "city": "Boston"}),
        table(
            tmp_path / "attributes.csv", {"id": "t", "link_id": "s1", "taxonomy_term_id": "g", "link_entity": "service"}
        ),
        table(
            tmp_path / "taxonomy_terms.csv", {"id": "g", "code": "R", "name": "Grief", "parent_id": "", "taxonomy": "A"}
        ),
        table(tmp_path / "schedules.csv", {"id": "h", "service_id": "s1", "byday": "MO"}),
    ]
    rows = list(read(paths, "auto", OPTIONS))
    found = therapist(rows)
    assert (found.id, found.name, found.languages) == ("s1", "Ann Persona", (Language("ur"),))
    assert found.places == (Place("Center", "1 Main St", "Boston", latitude=42.36),)
    assert found.terms("concern") == ("grief",)
    assert ("not_behavioural_health", 2, "Food pantry") in codes(rows, "skipped")
    assert ("reference_unresolved", 3, "services gone") in codes(rows)
    assert ("resource_unsupported", 2, "schedules") in codes(rows)


def test_ragged_rows_and_tables_of_another_kind_are_told(tmp_path):
    """A row of another length is rejected with its line; a table that is none of HSDS is told with its columns."""
    (tmp_path / "services.csv").write_text("id,organization_id,name\ns1,o1\n\ns2,o1,Food pantry\n")
    (tmp_path / "people.csv").write_text("Therapist,Bio\nAda,x\n")
    rows = list(read_hsds([tmp_path / "services.csv", tmp_path / "people.csv"], OPTIONS))
    assert ("row_length", 2, "s1, o1") in codes(rows, "rejected")
    assert ("format_mismatch", 1, "therapist, bio") in codes(rows)
    assert ("not_behavioural_health", 4, "Food pantry") in codes(rows, "skipped")


def test_a_service_without_an_id_is_known_by_its_name(tmp_path):
    """What the file is called makes nobody's id: the warning says what does."""
    made = {name: value for name, value in service().items() if name != "id"}
    ids = set()
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(made), encoding="utf-8")
        rows = list(read_hsds([tmp_path / name], OPTIONS))
        ids.add(therapist(rows).id)
        assert "id_made_from_name" in {code for code, *_ in codes(rows)}
    assert len(ids) == 1


def test_a_point_beyond_the_earth_is_told(tmp_path):
    """A latitude of 100 is no place; the rest of the place is kept."""
    bad = json.loads(json.dumps(FULL))
    bad["service_at_locations"][0]["location"]["latitude"] = 100
    rows = rows_of(tmp_path, bad)
    assert ("number_out_of_range", "s1", "100") in codes(rows)
    assert (therapist(rows).places[0].latitude, therapist(rows).places[0].city) == (None, "Boston")


def test_our_own_export_comes_back_whole(tmp_path):
    """Everything that is public of everybody is the same after an export and a load, with basis and marks."""
    people = list(generate(60, 3, as_of=TODAY))
    path = tmp_path / "out.json"
    path.write_text("".join(write_hsds(people, Losses())), encoding="utf-8")
    rows = list(read([path], "auto", OPTIONS))
    assert codes(rows) == []
    back = {row.therapist.id: row.therapist for row in rows}
    for one in people:
        again = back[one.id]
        public = {name: fact.value for name, fact in one.facts.items() if name not in HIDDEN}
        assert {name: fact.value for name, fact in again.facts.items()} == public
        assert (again.listing, again.fictional) == (one.listing, one.fictional)


def test_a_foreign_attribute_called_like_a_field_makes_nobody_a_therapist(tmp_path):
    """Only the marks of our own export do; a taxonomy of languages is no such mark."""
    attribute = {"id": "t", "link_type": "language", "value": "es"}
    rows = rows_of(tmp_path, service(name="Food pantry", contacts=[], attributes=[attribute]))
    assert [row.outcome for row in rows if row.outcome != "note"] == ["skipped"]


def test_auto_knows_tables_by_their_keys():
    """A list of people that is called contacts.csv is no Open Referral table."""
    assert format_of(Path("contacts.csv"), b"id,name,title\n") == "csv"
    assert format_of(Path("contacts.csv"), b"id,service_id,name,title\n") == "hsds"
    assert format_of(Path("x.json"), json.dumps(FULL).encode()) == "hsds"


SETS = {
    "examples": sorted((DATA / "hsds" / "examples" / "csv").glob("*.csv")),
    "ohana": sorted((DATA / "ohana" / "data" / "sample-csv").glob("*.csv")),
}


@pytest.mark.skipif(not DATA.exists(), reason="the shared data are not there")
@pytest.mark.parametrize("name", sorted(SETS))
def test_the_shared_sets(name):
    """Nobody in them is a therapist for certain: every service is told by name and line."""
    rows = list(read_hsds(SETS[name], OPTIONS))
    assert not [row for row in rows if row.therapist]
    services = next(path for path in SETS[name] if path.name == "services.csv")
    with services.open(encoding="utf-8", newline="") as stream:
        count = len([row for row in csv.reader(stream) if row]) - 1
    assert len({(one.row) for row in rows for one in row.problems if one.file == "services.csv" and one.row}) >= count


@pytest.mark.skipif(not DATA.exists(), reason="the shared data are not there")
@pytest.mark.parametrize("format_name", ["auto", "hsds", "csv"])
def test_every_ohana_file_is_told_by_line(format_name):
    """Each file by itself loads somebody or has a problem with a line."""
    for path in sorted((DATA / "ohana").rglob("*.csv")):
        rows = list(read([path], format_name, OPTIONS))
        told = [one for row in rows for one in row.problems if isinstance(one.row, int)]
        assert told or [row for row in rows if row.therapist], path.name

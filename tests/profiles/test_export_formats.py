"""Export as FHIR, HSDS and schema.org: what these hold is right, what they don't is told, identity never leaves."""

from __future__ import annotations

import csv
import json
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings

from profiles.export.fhir import write_fhir
from profiles.export.formats import Losses, exporter
from profiles.export.hsds import write_hsds
from profiles.export.schemaorg import json_ld, json_ld_text, write_schemaorg
from profiles.formats.fhir import READERS, read
from profiles.formats.hsds import read_hsds
from profiles.formats.reading import Options
from profiles.formats.schemaorg import read_schemaorg
from profiles.schema import FIELDS, IDENTITY_FIELDS, Fee, Language, Licence, Place, Therapist
from tests.profiles.held import NASTY, held, shared
from tests.support import DAY, fact, therapist

OPTIONS = Options(source="a file", today=DAY)
SLOW = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
FOREIGN = ("fhir", "hsds", "schemaorg")

FULL = therapist(
    "a",
    name="Ana López García",
    credentials="PhD, LCSW",
    npi="1000000004",
    language=(Language("es", 40), Language("pt-BR"), Language("ase", 50)),
    licence=(
        Licence("US-MA", "psychologist", "123", date(2020, 1, 2), date(2027, 1, 1), "103TC0700X"),
        Licence("US-NH", "psychologist", "", None, date(2020, 1, 1), "103TC0700X"),
    ),
    session_format=("in_person", "video", "phone", "text"),
    place=(
        Place("Praxis", "1 Main St", "Boston", "MA", "02101", "US", 42.36, -71.06, "accepting", ("wheelchair",)),
        Place(city="Worcester", region="MA", country="US"),
    ),
    accessibility=("wheelchair",),
    insurance=("aetna", "medicare", "statutory_de"),
    availability=("weekday_morning", "weekend_evening"),
    phone="+1 555 0100",
    email="ana@example.org",
    website="https://example.org/",
    text="+1 555 0101",
    fee=Fee(8000, 12050, "USD"),
    modality=("cbt",),
    bio="I listen </script><script>alert(1)</script> first.",
)


def exported(write, *people: Therapist):
    """Return (text, losses by field) of an export."""
    losses = Losses()
    text = "".join(write(people, losses))
    return text, {one.field: one.reason for one in losses.report()}


def read_back(path, text: str, options: Options = OPTIONS):
    """Return (therapists, problems) of a FHIR file."""
    path.write_text(text, encoding="utf-8")
    rows = list(read([path], options))
    return [row.therapist for row in rows if row.therapist], [one for row in rows for one in row.problems]


# ---------------------------------------------------------------- FHIR


def test_whatever_fhir_can_say_comes_back_equal(tmp_path):
    """Every field that our reader of Plan-Net knows is the same after export and load; the others are told."""
    text, lost = exported(write_fhir, FULL)
    (one,), problems = read_back(tmp_path / "a.ndjson", text)
    assert problems == []
    assert one.id == "a"
    public = READERS.keys() - {"therapist_gender"}
    assert {name: one.value(name) for name in public} == {name: FULL.value(name) for name in public}
    assert lost == {
        **dict.fromkeys(("fee", "modality", "bio", "listing"), "no_place"),
        "provenance": "origin",
    }


@SLOW
@given(one=held())
def test_the_loss_report_of_fhir_is_the_truth(tmp_path_factory, one):
    """What is neither lost nor hidden comes back with its value, whatever a therapist holds."""
    text, lost = exported(write_fhir, one)
    path = tmp_path_factory.getbasetemp() / "a.ndjson"
    found, _ = read_back(path, text)
    if "profession" in lost:
        return
    (back,) = found
    assert (back.id, back.fictional) == (one.id, one.fictional)
    for name in one.facts.keys() - lost.keys():
        same = frozenset if FIELDS[name].kind == "terms" else lambda value: value
        assert same(back.value(name)) == same(one.value(name)), name
    assert "listing" in lost or one.listing == back.listing


def test_nobody_is_sent_where_nobody_is_taken(tmp_path):
    """A waiting list and a pause have no code: they are written as closed, and the report says so."""
    for accepting in ("waiting_list", "paused"):
        coded = therapist("a", accepting=accepting, licence=(Licence("US-MA", code="103T00000X"),))
        text, lost = exported(write_fhir, coded)
        (one,), _ = read_back(tmp_path / "a.ndjson", text)
        assert one.value("accepting") == "full"
        assert lost["accepting"] == "in_part"


def test_who_has_no_code_is_told(tmp_path):
    """Readers that go by NUCC codes pass over a profile without one; no code is made up for it."""
    text, lost = exported(write_fhir, therapist("a", licence=(Licence("DE", "psychotherapist", "1"),)))
    found, _ = read_back(tmp_path / "a.ndjson", text)
    assert found == []
    assert lost["profession"] == "no_code"


def test_an_id_that_no_reference_can_hold_becomes_another():
    """A blank or a slash in an id would cut references in two."""
    text, lost = exported(write_fhir, therapist("a b/c"))
    ids = {json.loads(line)["id"] for line in text.splitlines()}
    assert not any(" " in one or "/" in one for one in ids)
    assert lost["id"] == "not_read_back"


# ---------------------------------------------------------------- HSDS


def test_hsds_has_our_terms_as_taxonomies():
    """One service with the id of the therapist; each term stands under a taxonomy called like our field."""
    (one,) = json.loads(exported(write_hsds, FULL)[0])
    terms = {
        (term["taxonomy"], term["code"]) for attribute in one["attributes"] if (term := attribute.get("taxonomy_term"))
    }
    assert one["id"] == "a"
    assert ("modality", "cbt") in terms
    assert ("session_format", "video") in terms
    assert next((found["code"], found.get("note")) for found in one["languages"]) == ("es", "ILR 4")
    assert {(cost["option"], cost["amount"]) for cost in one["cost_options"]} == {
        ("lowest fee", 80),
        ("full fee", 120.5),
    }
    assert one["service_at_locations"][0]["location"]["addresses"][0]["city"] == "Boston"


TABLES = {
    "organization": "organization",
    "contacts": "contact",
    "phones": "phone",
    "languages": "language",
    "service_at_locations": "service_at_location",
    "location": "location",
    "addresses": "address",
    "accessibility": "accessibility",
    "cost_options": "cost_option",
    "attributes": "attribute",
    "taxonomy_term": "taxonomy_term",
    "taxonomy_detail": "taxonomy",
}
"""Key of a part -> the table of the HSDS schema it is a row of."""


def test_hsds_has_what_its_schema_requires():
    """Every record has the required keys of its table, texts where texts belong, and known words in closed lists."""
    with shared("hsds/schema/simple/schema.csv").open(encoding="utf-8") as file:
        columns = list(csv.DictReader(file))

    def check(table: str, record: dict) -> None:
        for column in (one for one in columns if one["table_name"] == table):
            if column["constraints_required"] == "true":
                assert column["name"] in record, (table, column["name"])
            if column["name"] in record and column["enum"]:
                assert record[column["name"]] in column["enum"].split(","), (table, column["name"])
        known = {one["name"] for one in columns if one["table_name"] == table} | TABLES.keys() | {"last_modified"}
        assert record.keys() <= known, (table, record.keys() - known)
        for key, value in record.items():
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, dict):
                    check(TABLES[key], inner)

    for one in json.loads(exported(write_hsds, FULL, therapist("b"))[0]):
        check("service", one)


# ---------------------------------------------------------------- schema.org


class _Scripts(HTMLParser):
    """Keeps what stands in the script elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.inside = tag == "script"
        self.texts += [""] if self.inside else []

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.texts[-1] += data


@pytest.mark.parametrize("text", [*NASTY, "<!--<script>", "]]>", "\\u003c/script>"])
def test_nothing_in_a_profile_leaves_its_script(text):
    """Embedded in a page, the text ends no element, opens no comment, and reads back as the same document."""
    one = therapist("a", name=text, bio=text)
    page = f'<html><script type="application/ld+json">{json_ld_text(one)}</script><p>after</p></html>'
    parser = _Scripts()
    parser.feed(page)
    assert [json.loads(found) for found in parser.texts] == [json_ld(one)]
    assert "<" not in json_ld_text(one)


def test_json_ld_is_a_person_of_schema_org():
    """Names, languages, places, licences and fees stand where schema.org has a word for them."""
    one = json_ld(FULL)
    assert (one["@context"], one["@type"], one["name"]) == ("https://schema.org", "Person", "Ana López García")
    assert [found["alternateName"] for found in one["knowsLanguage"]] == ["es", "pt-BR", "ase"]
    assert one["address"][0]["addressLocality"] == "Boston"
    assert one["hasOccupation"][0]["identifier"] == "psychologist"
    assert one["makesOffer"][0]["priceSpecification"]["maxPrice"] == 120.5
    properties = {(found["propertyID"], found["value"]) for found in one["additionalProperty"]}
    assert ("modality", "cbt") in properties
    assert not any(name in ("listing", "listed") for name, _ in properties)


# ---------------------------------------------------------------- all three


@pytest.mark.parametrize("name", FOREIGN)
@SLOW
@given(one=held())
def test_identity_never_leaves_in_a_foreign_format(name, one):
    """Gender, background, faith, orientation, disability, pronouns and the basis of consent are told as left out."""
    secret = {"pronouns": "qx-pronouns", "orientation": "qx-orientation", "disability": "qx-disability"}
    facts = {**one.facts, **{field: fact(value) for field, value in secret.items()}}
    facts["identity_consent"] = fact(value=True, source="qx-basis")
    text, lost = exported(exporter(name), Therapist(one.id, facts, fictional=one.fictional))
    assert "qx-" not in text
    held_here = [field for field in (*IDENTITY_FIELDS, "identity_consent") if field in facts]
    assert {field: lost.get(field) for field in held_here} == dict.fromkeys(held_here, "not_public")
    if name == "schemaorg":
        assert "qx-" not in json_ld_text(Therapist(one.id, facts))


@pytest.mark.parametrize(("name", "mark"), [("fhir", "HTEST"), ("hsds", "fictional"), ("schemaorg", "fictional")])
def test_people_who_do_not_exist_keep_their_mark(name, mark):
    """Whoever reads the file can tell invented people from real ones."""
    assert mark in exported(exporter(name), Therapist("a", FULL.facts, fictional=True))[0]
    assert mark not in exported(exporter(name), FULL)[0]


def test_a_document_of_all_is_one_graph():
    """The export of schema.org is one JSON document, a person a line, with the basis on which each is listed."""
    text, _ = exported(write_schemaorg, FULL, therapist("b", listing="contract"))
    graph = json.loads(text)["@graph"]
    assert [one["identifier"] for one in graph] == ["a", "b"]
    assert {"@type": "PropertyValue", "propertyID": "listing", "value": "contract"} in graph[1]["additionalProperty"]
    assert len(text.splitlines()) == 4


@pytest.mark.parametrize(("write", "read_file"), [(write_hsds, read_hsds), (write_schemaorg, read_schemaorg)])
@SLOW
@given(one=held())
def test_the_loss_reports_of_hsds_and_schema_org_are_the_truth(tmp_path_factory, write, read_file, one):
    """What is neither lost nor hidden comes back with its value from our own readers, without a problem."""
    text, lost = exported(write, one)
    path = tmp_path_factory.getbasetemp() / "a.json"
    path.write_text(text, encoding="utf-8")
    rows = list(read_file([path], OPTIONS))
    # A text that looks like one decoded twice is kept, and told whenever it is read.
    told = [found.code for row in rows for found in row.problems if found.code != "text_garbled"]
    assert told == [] or lost.get("place") == "not_read_back"
    (back,) = [row.therapist for row in rows if row.therapist]
    assert (back.id, back.listing, back.listed, back.fictional) == (one.id, one.listing, one.listed, one.fictional)
    assert {name for name in one.facts if back.value(name) != one.value(name)} - lost.keys() == set()

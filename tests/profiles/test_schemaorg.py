"""The schema.org reader: which persons are therapists, what their properties state, and JSON-LD inside of pages."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from profiles.demonstration.generate import generate
from profiles.export.formats import Losses
from profiles.export.marks import HIDDEN
from profiles.export.schemaorg import json_ld_text, write_schemaorg
from profiles.formats.reading import Options
from profiles.formats.schemaorg import read_schemaorg
from profiles.loading import format_of, read
from profiles.schema import Fee, Language, Licence, Place

TODAY = date(2026, 11, 22)
OPTIONS = Options("web", TODAY)
CONSENT = Options("web", TODAY, identity_consent="their own pages")
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "schemaorg"

PERSON = {
    "@context": "https://schema.org",
    "@type": ["Person", "https://schema.org/IndividualPhysician"],
    "@id": "#me",
    "identifier": {"@type": "PropertyValue", "propertyID": "NPI", "value": "1234567893"},
    "name": "Zoë Ruiz",
    "honorificPrefix": "Dr.",
    "honorificSuffix": "PhD",
    "jobTitle": "Licensed Clinical Psychologist",
    "knowsLanguage": [
        "es",
        {"@type": "Language", "name": "English", "alternateName": "en"},
        {"@type": "Language", "name": "Urdu", "alternateName": "zzz"},
    ],
    "knowsAbout": ["Depression", {"@type": "DefinedTerm", "name": "CBT"}, "Knitting"],
    "address": {
        "@type": "PostalAddress",
        "streetAddress": "1 Main St",
        "extendedAddress": "Suite 2",
        "addressLocality": "Boston",
        "addressRegion": "MA",
        "postalCode": "02139",
        "addressCountry": {"@type": "Country", "name": "United States"},
    },
    "geo": {"@type": "GeoCoordinates", "latitude": "42.36", "longitude": -71.06},
    "hasCredential": [
        {
            "@type": "EducationalOccupationalCredential",
            "credentialCategory": "license",
            "identifier": "77",
            "validIn": {"@type": "State", "name": "Massachusetts"},
            "validFrom": "2020-01-01",
            "expires": "2027-01-01",
        },
        {"@type": "EducationalOccupationalCredential", "credentialCategory": "degree", "name": "PhD, Oslo"},
    ],
    "gender": "https://schema.org/Female",
    "telephone": ["+1 617 555 0100", "+1 617 555 0101"],
    "email": "mailto:zoe@example.org",
    "url": "https://example.org/",
    "isAcceptingNewPatients": True,
    "makesOffer": {"@type": "Offer", "price": "120", "priceCurrency": "USD"},
    "description": "I listen.\nAlways.",
    "dateModified": "2026-03-15T10:00:00Z",
    "sameAs": "https://example.com/zoe",
    "areaServed": "Massachusetts",
}


def rows_of(tmp_path, value, options=OPTIONS, name="a.json"):
    path = tmp_path / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return list(read_schemaorg([path], options))


def therapists(rows):
    return [row.therapist for row in rows if row.therapist]


def codes(rows, outcome=None):
    found = [row for row in rows if outcome in (None, row.outcome)]
    return [(told.code, told.row, told.value) for row in found for told in row.problems]


def person(**parts):
    return {"@type": "Person", "name": "Ada", "jobTitle": "Psychologist", **parts}


def test_what_a_person_states(tmp_path):
    """Every property that has a column is read; others are counted, and an unknown term is told with its property."""
    rows = rows_of(tmp_path, PERSON, CONSENT)
    (found,) = therapists(rows)
    values = {name: fact.value for name, fact in found.facts.items()}
    assert values == {
        "name": "Zoë Ruiz",
        "npi": "1234567893",
        "credentials": "PhD",
        "language": (Language("es"), Language("en"), Language("ur")),
        "concern": ("depression",),
        "modality": ("cbt",),
        "place": (Place("", "1 Main St, Suite 2", "Boston", "MA", "02139", "US", 42.36, -71.06),),
        "licence": (Licence("US-MA", "psychologist", "77", date(2020, 1, 1), date(2027, 1, 1)),),
        "training": "PhD, Oslo",
        "therapist_gender": ("female",),
        "identity_consent": True,
        "phone": "+1 617 555 0100",
        "email": "zoe@example.org",
        "website": "https://example.org/",
        "accepting": "accepting",
        "fee": Fee(12000, 12000, "USD"),
        "bio": "I listen.\nAlways.",
    }
    assert found.facts["name"].as_of == date(2026, 3, 15)
    assert ("term_unknown", "1234567893", "Knitting") in codes(rows)
    unused = {value for code, _, value in codes(rows) if code == "property_unused"}
    assert unused == {"honorificPrefix", "sameAs", "areaServed", "telephone"}


@pytest.mark.parametrize(
    "parts",
    [
        {"jobTitle": "LMFT"},
        {"jobTitle": "Head of child psychotherapy"},
        {"jobTitle": None, "hasOccupation": {"@type": "Occupation", "name": "Counsellor"}},
        {"jobTitle": None, "medicalSpecialty": "https://schema.org/Psychiatric"},
        {"jobTitle": None, "medicalSpecialty": {"name": "x", "codeValue": "103TC0700X"}},
        {"jobTitle": None, "knowsAbout": ["Grief"]},
        {"jobTitle": None, "hasCredential": {"name": "Licensed Clinical Social Worker"}},
        {"jobTitle": None, "honorificSuffix": "MA, LCSW"},
        {"jobTitle": None, "@type": ["Person", "Psychologist"]},
        {"jobTitle": None, "additionalProperty": {"propertyID": "modality", "value": "cbt"}},
    ],
)
def test_evidence_of_behavioural_health(tmp_path, parts):
    """Any property that says it makes a person a therapist."""
    made = {name: value for name, value in person(**parts).items() if value is not None}
    assert [one.name for one in therapists(rows_of(tmp_path, made))] == ["Ada"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (person(jobTitle="Physical therapist"), "not_behavioural_health"),
        (person(jobTitle="Professor"), "not_behavioural_health"),
        ({"@type": "Person", "name": "Ada"}, "not_behavioural_health"),
        ({"@type": "MedicalBusiness", "name": "Ada", "medicalSpecialty": "Psychiatric"}, "not_a_person"),
        ({"@type": "Event", "name": "Ada", "performer": person()}, "not_a_person"),
    ],
)
def test_others_are_skipped_by_name_with_the_reason(tmp_path, value, code):
    """Nobody is dropped silently, and nobody becomes a therapist by being mentioned."""
    rows = rows_of(tmp_path, value)
    assert [row.outcome for row in rows] == ["skipped"]
    assert [(found[0], found[1]) for found in codes(rows)] == [(code, "Ada")]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: [one],
        lambda one: {"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "x"}, one]},
        lambda one: {"@type": "ProfilePage", "mainEntity": one},
        lambda one: {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": one}]},
        lambda one: {"@type": "MedicalBusiness", "name": "Practice", "employee": [one]},
        lambda one: {"@graph": [{"@type": "ProfilePage", "mainEntity": {"@id": "#me"}}, {**one, "@id": "#me"}]},
    ],
)
def test_persons_are_found_wherever_they_stand(tmp_path, wrap):
    """Arrays, graphs, pages, lists, businesses with employees; a reference counts once."""
    assert [one.name for one in therapists(rows_of(tmp_path, wrap(person())))] == ["Ada"]


def test_an_array_of_nobody_is_told(tmp_path):
    """An empty export is rarely meant; one that breaks off is told, and whoever stands before it is kept."""
    assert [code for code, *_ in codes(rows_of(tmp_path, "[]"))] == ["file_empty"]
    rows = rows_of(tmp_path, "[" + json.dumps(person()) + ",\n")
    assert [one.name for one in therapists(rows)] == ["Ada"]
    assert [(code, row) for code, row, _ in codes(rows)][-1] == ("json_invalid", 2)


def test_references_are_followed(tmp_path):
    """An address that stands elsewhere in the graph is that of the person who points to it."""
    address = {"@id": "#there", "@type": "PostalAddress", "addressLocality": "Boston"}
    graph = {"@graph": [person(address={"@id": "#there"}), address]}
    found = therapists(rows_of(tmp_path, graph))[0]
    assert [place.city for place in found.places] == ["Boston"]


def test_places_of_work_are_all_kept(tmp_path):
    """Several places stay several; a virtual one is no place."""
    places = [
        {"@type": "Place", "name": "One", "address": {"addressLocality": "Boston", "addressCountry": "US"}},
        {"@type": "Place", "address": "2 High St", "geo": {"latitude": 1, "longitude": 2}},
        {"@type": "VirtualLocation", "url": "https://example.org"},
    ]
    found = therapists(rows_of(tmp_path, person(workLocation=places)))[0]
    assert found.places == (
        Place("One", city="Boston", country="US"),
        Place(street="2 High St", latitude=1.0, longitude=2.0),
    )


def test_identity_fields_need_consent(tmp_path):
    """Gender, also as a property of its own, is left out without a basis and told once."""
    rows = rows_of(tmp_path, person(gender="Female", additionalProperty={"propertyID": "faith", "value": "jewish"}))
    assert not {"therapist_gender", "faith"} & therapists(rows)[0].facts.keys()
    assert [code for code, *_ in codes(rows)].count("identity_without_consent") == 1
    held = therapists(rows_of(tmp_path, person(gender="Female"), CONSENT))[0]
    assert held.terms("therapist_gender") == ("female",)


PAGE = """<!doctype html>
<html><head><title>x</title>
<script type="application/ld+json">{"@type": "WebPage", "name": "Home"}</script>
<script>var x = {"@type": "Person"};</script>
<script type="application/ld+json; charset=utf-8"><!--
%s
--></script>
<script type="application/ld+json">{"@type": "Person", </script>
</head><body><p>{</p></body></html>
"""


def test_pages_are_searched_for_json_ld(tmp_path):
    """Blocks of linked data are read, scripts are not, and a broken block is told with its line."""
    page = PAGE % json.dumps(person(description="a </p> & b"), indent=1)
    rows = rows_of(tmp_path, page, name="a.html")
    assert [(one.name, one.bio) for one in therapists(rows)] == [("Ada", "a </p> & b")]
    broken = [row for code, row, _ in codes(rows, "rejected") if code == "json_invalid"]
    line = page.split('{"@type": "Person", <')[0].count("\n") + 1
    assert broken == [line]
    assert [row.outcome for row in read([tmp_path / "a.html"], "auto", OPTIONS)] == [row.outcome for row in rows]


def test_a_page_without_linked_data_is_told(tmp_path):
    """Nothing to read is a problem, not silence."""
    rows = rows_of(tmp_path, "<html><body>Ada</body></html>", name="a.html")
    assert [code for code, *_ in codes(rows)] == ["format_mismatch"]
    assert format_of(Path("a.html"), b"<html><body>Ada</body></html>") == "schemaorg"


def test_our_own_export_comes_back_whole(tmp_path):
    """Everything that is public of everybody is the same after an export and a load, with basis and marks."""
    people = list(generate(60, 3, as_of=TODAY))
    rows = rows_of(tmp_path, "".join(write_schemaorg(people, Losses())))
    assert codes(rows) == []
    back = {one.id: one for one in therapists(rows)}
    for one in people:
        again = back[one.id]
        public = {name: fact.value for name, fact in one.facts.items() if name not in HIDDEN}
        assert {name: fact.value for name, fact in again.facts.items()} == public
        assert (again.listing, again.fictional) == (one.listing, one.fictional)


def test_the_json_ld_of_our_own_pages_is_read(tmp_path):
    """A page of ours says the same of a therapist as the export."""
    one = next(iter(generate(1, 5, as_of=TODAY)))
    page = f'<html><script type="application/ld+json">{json_ld_text(one)}</script></html>'
    again = therapists(rows_of(tmp_path, page, name="a.html"))[0]
    assert (again.id, again.bio, again.languages, again.places) == (one.id, one.bio, one.languages, one.places)


@pytest.mark.skipif(not DATA.exists(), reason="the shared examples are not there")
def test_the_shared_examples():
    """None of them is a therapist: each is skipped with its reason."""
    for path in sorted(DATA.glob("*.json")):
        rows = list(read([path], "auto", OPTIONS))
        assert {row.outcome for row in rows} == {"skipped"}, path.name
        assert {code for code, *_ in codes(rows)} <= {"not_a_person", "not_behavioural_health"}

"""The FHIR Plan-Net reader: who becomes a therapist, what is stated of them, and what is told of the rest."""

from __future__ import annotations

import copy
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.errors import PathUnreadable
from profiles.formats.fhir import read
from profiles.formats.reading import Options
from profiles.schema import Language, Licence

TODAY = date(2026, 11, 22)
OPTIONS = Options("a payer", TODAY, identity_consent="published by the payer")
PLAN_NET = "http://hl7.org/fhir/us/davinci-pdex-plan-net/StructureDefinition/"
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "plan_net"


def coded(code, system=""):
    return {"coding": [{"system": system, "code": code}]}


def nucc(code):
    return coded(code, "http://nucc.org/provider-taxonomy")


def extension(url, *inner, **value):
    return {"url": url} | ({"extension": list(inner)} if inner else {}) | value


def spoken(tag, level=None):
    proficiency = extension(PLAN_NET + "communication-proficiency", valueCodeableConcept=coded(level))
    return coded(tag, "urn:ietf:bcp:47") | ({"extension": [proficiency]} if level else {})


def qualified(code, *states, status="active", **period):
    places = [extension("whereValid", valueCodeableConcept=coded(one, "https://www.usps.com/")) for one in states]
    stated = [extension("status", valueCode=status)] if status else []
    inner = extension(PLAN_NET + "practitioner-qualification", *stated, *places)
    return {"code": nucc(code), "identifier": [{"value": "N1"}], "period": period, "extension": [inner]}


def practitioner(identity="p1", npi=None, **parts):
    body = {
        "resourceType": "Practitioner",
        "id": identity,
        "active": True,
        "name": [{"use": "official", "family": "Ferreira", "given": ["Ondina", "Rosa"], "suffix": ["PhD"]}],
        "communication": [spoken("pt", "50")],
        "qualification": [qualified("103TC0700X", "MA", start="2024-01-01", end="2027-01-31")],
    }
    identifier = {"identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": npi}]} if npi else {}
    return body | identifier | parts


def role(identity="r1", of="Practitioner/p1", **parts):
    body = {"resourceType": "PractitionerRole", "id": identity, "active": True, "practitioner": {"reference": of}}
    return body | {"specialty": [nucc("103TC0700X")]} | parts


def taking(code):
    return extension(PLAN_NET + "newpatients", extension("acceptingPatients", valueCodeableConcept=coded(code)))


def location(identity="l1", *extensions, **parts):
    body = {"resourceType": "Location", "id": identity, "status": "active", "name": "Quay House"}
    return body | {"extension": list(extensions)} | parts


@pytest.fixture
def load(tmp_path):
    """Give a function that reads resources from NDJSON, or texts as they are, each argument a file."""

    def run(*files, options=OPTIONS):
        paths = []
        for number, content in enumerate(files):
            paths.append(tmp_path / f"{number}.ndjson")
            lines = content if isinstance(content, str | bytes) else "\n".join(json.dumps(one) for one in content)
            paths[-1].write_bytes(lines if isinstance(lines, bytes) else lines.encode())
        return list(read(paths, options))

    return run


def therapists(rows):
    return {row.therapist.id: row.therapist for row in rows if row.therapist}


def only(rows):
    [found] = therapists(rows).values()
    return found


def problems(rows):
    return {(found.code, found.row) for row in rows for found in row.problems}


def outcomes(rows):
    return Counter(row.outcome for row in rows)


def test_a_practitioner_with_a_behavioural_role_becomes_a_therapist(load):
    """A practitioner with a behavioural role becomes a therapist."""
    found = only(load([practitioner(), role(), location()]))
    assert found.id == "r1"
    assert (found.name, found.value("credentials")) == ("Ondina Rosa Ferreira", "PhD")
    assert found.languages == (Language("pt", 50),)
    assert found.licences == (
        Licence("US-MA", "psychologist", "N1", date(2024, 1, 1), date(2027, 1, 31), "103TC0700X"),
    )


@pytest.mark.parametrize("files", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_references_cross_files_in_any_order(load, files):
    """References cross files in any order."""
    resources = [practitioner(), role(location=[{"reference": "Location/l1"}]), location("l1", taking("newpt"))]
    assert only(load(*([resources[one]] for one in files))).value("accepting") == "accepting"


def test_all_roles_of_a_person_are_one_therapist_with_all_places(load):
    """The id is the smallest of all roles, so that it stays when one of them ends or is no longer behavioural."""
    rows = load(
        [
            practitioner(),
            role("r2", location=[{"reference": "Location/l2"}]),
            role("r3", location=[{"reference": "Location/l1"}]),
            role("r1", active=False),
            location("l1", name="Quay House"),
            location("l2", name="Mill House"),
        ]
    )
    assert only(rows).id == "r1"
    assert {place.name for place in only(rows).places} == {"Quay House", "Mill House"}
    assert problems(rows) == {("resource_inactive", "r1")}


def test_one_npi_is_one_person_and_an_impossible_npi_is_nobody(load):
    """Of one person's resources the newest goes first; the list is in the order of ids, not of practitioners."""
    rows = load(
        [
            practitioner("p1", "1234567893", gender="male", meta={"lastUpdated": "2025-01-01"}),
            practitioner(
                "p2", "1234567893", gender="female", communication=[spoken("es")], meta={"lastUpdated": "2025-01-02"}
            ),
            practitioner("p3", "9941339100"),
            practitioner("p4", "9941339100"),
            *(role(f"r{5 - one}", f"Practitioner/p{one}") for one in (1, 2, 3, 4)),
        ]
    )
    assert list(therapists(rows)) == ["r1", "r2", "r3"]
    one, another = therapists(rows)["r3"], therapists(rows)["r1"]
    assert {language.tag for language in one.languages} == {"es", "pt"}
    assert one.value("therapist_gender") == ("female",)
    assert (one.value("npi"), another.value("npi")) == ("1234567893", None)
    assert problems(rows) == {("npi_invalid", "p3"), ("npi_invalid", "p4")}


def test_a_resource_that_comes_again_counts_once_and_the_newer_one_holds(load):
    """A resource that comes again counts once and the newer one holds."""
    older = practitioner(meta={"lastUpdated": "2025-01-01T00:00:00Z"}, gender="female")
    newer = practitioner(meta={"lastUpdated": "2025-06-01T00:00:00+02:00"}, gender="male")
    for files in ([older, role()], [newer]), ([newer, role()], [older]):
        rows = load(*files)
        found = only(rows)
        assert {one.code for row in rows for one in row.problems} == {"id_repeated"}
        assert [one.params["times"] for row in rows for one in row.problems] == [2]
        assert found.value("therapist_gender") == ("male",)
        assert found.facts["language"].as_of == date(2025, 6, 1)


@pytest.mark.parametrize(
    "bundle",
    [
        {"entry": [{"resource": practitioner()}, {"resource": role(of="https://payer.example/fhir/Practitioner/p1")}]},
        {"entry": [{"resource": practitioner()}, {"resource": role(of="Practitioner/p1/_history/3")}, {"search": {}}]},
        {
            "entry": [
                {"fullUrl": "urn:uuid:0-1", "resource": practitioner(None)},
                {"fullUrl": "urn:uuid:r1", "resource": role(None, "urn:uuid:0-1")},
            ]
        },
        {"entry": [{"resource": role(of="#p1", contained=[practitioner()])}]},
        {
            "entry": [
                {"resource": {"resourceType": "Bundle", "entry": [{"resource": practitioner()}]}},
                {"resource": role()},
            ]
        },
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_bundles_and_every_kind_of_reference_are_followed(load, bundle, indent):
    """Bundles and every kind of reference are followed."""
    rows = load("\ufeff" + json.dumps({"resourceType": "Bundle", "type": "batch"} | bundle, indent=indent))
    assert only(rows).id == "r1"
    assert problems(rows) == set()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_arrays_and_single_resources_are_read_in_any_unicode_encoding(load, encoding):
    """Arrays and single resources are read in any unicode encoding."""
    array = json.dumps([practitioner(name=[{"text": "Ça\u2028Va"}])], indent=1, ensure_ascii=False).encode(encoding)
    assert only(load(array, json.dumps(role(), indent=1).encode(encoding))).name == "Ça\u2028Va"


def test_a_broken_line_is_told_by_its_number_and_nothing_else_is_lost(load):
    """A broken line is told by its number and nothing else is lost."""
    lines = ['{"resourceType": "Prac', json.dumps(practitioner()), "", "\x00", '{"a": NaN}', json.dumps(role())]
    rows = load("\n".join(lines), b'\xff\xfe{"', b"", '{\n "resourceType": 1,\n}', "[" * 100_000)
    assert only(rows).id == "r1"
    assert {("json_invalid", 1), ("json_invalid", 4), ("json_invalid", 5), ("file_empty", None)} <= problems(rows)
    assert outcomes(rows) == {"rejected": 6, "loaded": 1, "note": 1}


def test_a_path_that_is_not_there_is_an_error_of_the_caller(tmp_path):
    """A path that is not there is an error of the caller."""
    for path in tmp_path / "none.ndjson", tmp_path:
        with pytest.raises(PathUnreadable):
            list(read([path], OPTIONS))


@pytest.mark.parametrize(
    ("resources", "told"),
    [
        ([practitioner(qualification=[]), role(specialty=[nucc("207R00000X")])], ("not_behavioural_health", "r1")),
        (
            [practitioner(qualification=[]), role(specialty=[coded("103TC0700X", "x")])],
            ("not_behavioural_health", "r1"),
        ),
        ([practitioner()], ("practitioner_without_role", "p1")),
        ([practitioner(qualification=[])], ("not_behavioural_health", "p1")),
        ([role()], ("reference_unresolved", "r1")),
        ([practitioner(active=False), role()], ("resource_inactive", "p1")),
        ([practitioner(), role(active=False)], ("resource_inactive", "r1")),
        ([practitioner(), role(period={"end": "2026-10"})], ("resource_inactive", "r1")),
    ],
)
def test_who_is_no_therapist_is_skipped_with_the_reason(load, resources, told):
    """Who is no therapist is skipped with the reason."""
    rows = load(resources)
    assert outcomes(rows) == {"skipped": 1}
    assert problems(rows) == {told}


def test_a_role_counts_by_its_specialty_or_the_qualification_and_to_the_end_of_its_last_month(load):
    """A role counts by its specialty or the qualification and to the end of its last month."""
    by_qualification = [practitioner(), role(specialty=[nucc("207R00000X")])]
    last_month = [practitioner(), role(period={"end": "2026-11"})]
    assert only(load(last_month)).id == "r1"
    by_specialty = [practitioner(qualification=[]), role(), role("r2", specialty=[nucc("207R00000X")])]
    assert only(load(by_qualification)).id == "r1"
    assert problems(load(by_specialty)) == {("not_behavioural_health", "r2")}


@pytest.mark.parametrize(
    ("stated", "accepting"),
    [
        (["nopt", "newpt"], "accepting"),
        (["nopt", "existptfam"], "existing_only"),
        (["existptonly"], "existing_only"),
        (["nopt"], "full"),
        ([], None),
        (["perhaps"], None),
    ],
)
def test_one_location_that_takes_new_clients_is_enough(load, stated, accepting):
    """One location that takes new clients is enough."""
    places = [location(f"l{number}", taking(code)) for number, code in enumerate(stated)]
    links = [{"reference": f"Location/l{number}"} for number in range(len(stated))]
    service = {"resourceType": "HealthcareService", "id": "s1", "extension": [taking("newpt")]}
    rows = load(
        [
            practitioner(),
            role(location=links, healthcareService=[{"reference": "HealthcareService/s1"}]),
            *places,
            service,
        ]
    )
    assert only(rows).value("accepting") == accepting
    assert ("accepting_unknown" in {code for code, _ in problems(rows)}) == ("perhaps" in stated)


def test_the_role_itself_may_say_that_it_takes_new_clients_and_a_closed_location_may_not(load):
    """The role itself may say that it takes new clients and a closed location may not."""
    link = [{"reference": "Location/l1"}]
    closed = location("l1", taking("newpt"), status="suspended")
    assert only(load([practitioner(), role(extension=[taking("newpt")])])).value("accepting") == "accepting"
    assert only(load([practitioner(), role(location=link), closed])).value("accepting") is None


@pytest.mark.parametrize(
    ("qualification", "expected"),
    [
        (qualified("1041C0700X", "MA", "CT"), [("US-MA", None), ("US-CT", None)]),
        (qualified("1041C0700X", "MA", end="2027-02"), [("US-MA", date(2027, 2, 28))]),
        (qualified("1041C0700X", "MA", end="2027"), [("US-MA", date(2027, 12, 31))]),
        (qualified("1041C0700X", "MA", end="soon"), [("US-MA", None)]),
        (qualified("1041C0700X", "MA", status=None, end="2020-01-01"), [("US-MA", date(2020, 1, 1))]),
        (qualified("1041C0700X", "DE"), [("US-DE", None)]),
        (qualified("1041C0700X", "AE"), [("", None)]),
        (qualified("1041C0700X"), [("", None)]),
        (qualified("1041C0700X", "MA", status="pending"), []),
        (qualified("1041C0700X", "MA", status="revoked", end="2030-01-01"), [("US-MA", date(2026, 11, 21))]),
        (qualified("1041C0700X", "MA", status="inactive", end="2020-01-01"), [("US-MA", date(2020, 1, 1))]),
        ({"code": {"text": "MSW"}}, []),
    ],
)
def test_a_licence_is_a_qualification_where_and_while_it_is_valid(load, qualification, expected):
    """A revoked one is held as ended: left out, an earlier load's valid licence would go on standing."""
    rows = load([practitioner(qualification=[qualification]), role()])
    found = only(rows).licences
    assert [(licence.jurisdiction, licence.end) for licence in found] == expected
    assert all(licence.profession == "clinical_social_worker" for licence in found)
    assert ("licence_without_jurisdiction" in {code for code, _ in problems(rows)}) == (expected == [("", None)])


def test_a_role_may_state_a_qualification_of_its_own(load):
    """A role may state a qualification of its own."""
    place = extension("whereValid", valueReference={"reference": "Location/l1"})
    code = extension("code", valueCodeableConcept=nucc("106H00000X"))
    own = extension(PLAN_NET + "qualification", code, place, extension("period", valuePeriod={"end": "2028"}))
    rows = load([practitioner(qualification=[]), role(extension=[own]), location(address={"state": "RI"})])
    [licence] = only(rows).licences
    assert (licence.jurisdiction, licence.profession) == ("US-RI", "marriage_family_therapist")
    assert licence.end == date(2028, 12, 31)


def test_languages_keep_their_level_and_an_unstated_level_stays_unstated(load):
    """Languages keep their level and an unstated level stays unstated."""
    stated = [spoken("es-mx"), spoken("spa", "20"), spoken("es", "40"), spoken("xx-nonsense", "50"), spoken("fr", "00")]
    rows = load([practitioner(communication=stated), role()])
    assert only(rows).languages == (Language("es-MX", None), Language("es", 40))
    assert problems(rows) == {("language_unknown", "p1")}


def test_identity_is_held_only_with_consent_and_is_told_once(load):
    """Identity is held only with consent and is told once."""
    people = [practitioner(f"p{one}", gender="other") for one in range(3)]
    roles = [role(f"r{one}", f"Practitioner/p{one}") for one in range(3)]
    with_consent = load([*people, *roles])
    without = load([*people, *roles], options=Options("a payer", TODAY))
    assert {one.value("therapist_gender") for one in therapists(with_consent).values()} == {("another_gender",)}
    assert {one.consent for one in therapists(with_consent).values()} == {OPTIONS.identity_consent}
    assert all("therapist_gender" not in one.facts and not one.consent for one in therapists(without).values())
    [told] = [found for row in without for found in row.problems]
    assert (told.code, told.row, told.params["count"]) == ("identity_without_consent", None, 3)


def test_formats_times_places_and_networks_are_those_of_the_roles(load):
    """Formats times places and networks are those of the roles."""
    virtual = [extension("virtualModalities", valueCodeableConcept=coded(one)) for one in ("video", "sms", "app")]
    methods = [
        extension(PLAN_NET + "delivery-method", extension("type", valueCodeableConcept=coded("physical"))),
        extension(PLAN_NET + "delivery-method", extension("type", valueCodeableConcept=coded("virtual")), *virtual),
    ]
    networks = [{"display": "Aetna"}, {"display": "Nowhere Net"}, {"reference": "Organization/n1"}]
    times = [
        {"daysOfWeek": ["mon"], "availableStartTime": "11:00:00", "availableEndTime": "12:30:00"},
        {"daysOfWeek": ["tue"], "availableStartTime": "16:30:00", "availableEndTime": "18:00:00"},
        {"daysOfWeek": ["sat"], "allDay": True},
        {"daysOfWeek": ["sun"]},
    ]
    place = location(
        "l1",
        extension(PLAN_NET + "accessibility", valueCodeableConcept=coded("handiaccess")),
        address={"line": ["1 Quay"], "city": "Salem", "state": "MA"},
        position={"latitude": 42.5, "longitude": -700},
    )
    rows = load(
        [
            practitioner(),
            role(
                location=[{"reference": "Location/l1"}, {"reference": "Location/gone"}],
                healthcareService=[{"reference": "HealthcareService/s1"}],
                extension=[extension(PLAN_NET + "network-reference", valueReference=one) for one in networks],
                availableTime=times,
            ),
            place,
            {"resourceType": "HealthcareService", "id": "s1", "extension": methods},
            {"resourceType": "Organization", "id": "n1", "name": "Choice Plus", "partOf": {"display": "Cigna"}},
            {"resourceType": "Endpoint", "id": "e1"},
            {"resourceType": "Endpoint", "id": "e2"},
        ]
    )
    found = only(rows)
    assert found.terms("session_format") == ("in_person", "video", "text")
    assert found.terms("insurance") == ("aetna", "cigna")
    assert set(found.terms("availability")) == {
        "weekday_morning",
        "weekday_evening",
        "weekend_morning",
        "weekend_afternoon",
        "weekend_evening",
    }
    [held] = found.places
    assert (held.street, held.city, held.region, held.accessibility) == ("1 Quay", "Salem", "MA", ("wheelchair",))
    assert (held.latitude, held.longitude) == (None, None)
    told = {(one.code, one.row, one.value) for row in rows for one in row.problems}
    assert told == {
        ("reference_unresolved", "r1", "Location/gone"),
        ("number_out_of_range", "l1", "-700"),
        ("term_unknown", None, "app"),
        ("term_unknown", None, "Nowhere Net"),
        ("resource_unsupported", None, "Endpoint"),
    }


def test_contacts_are_those_in_use_the_role_first_and_never_a_fax_or_a_script(load):
    """Contacts are those in use the role first and never a fax or a script."""
    telecom = [
        {"system": "fax", "value": "617 555 0100"},
        {"system": "phone", "value": "617 555 0101", "use": "old", "rank": 1},
        {"system": "phone", "value": "617 555 0106"},
        {"system": "phone", "value": "617 555 0102", "rank": 2},
        {"system": "phone", "value": "tel:617 555 0103", "rank": 1},
        {"system": "url", "value": "javascript:alert(1)"},
    ]
    own = [{"system": "phone", "value": "617 555 0104"}, {"system": "email", "value": "ondina@example.org"}]
    rows = load([practitioner(telecom=own), role(telecom=telecom)])
    assert {name: fact.value for name, fact in only(rows).contact()} == {
        "phone": "617 555 0103",
        "email": "ondina@example.org",
    }
    assert problems(rows) == {("contact_invalid", "r1")}


def test_facts_speak_for_the_operators_day_else_the_newest_resource_never_the_future(load):
    """Facts speak for the operators day else the newest resource never the future."""

    def day(*updated, as_of=None):
        metas = [{"meta": {"lastUpdated": one}} if one else {} for one in updated]
        options = Options("a payer", TODAY, as_of=as_of)
        fact = only(load([practitioner(**metas[0]), role(**metas[1])], options=options)).facts["name"]
        assert fact.confirmed_on == fact.as_of
        return fact.as_of

    assert day("2025-01-02T10:00:00Z", "2025-03-04") == date(2025, 3, 4)
    assert day("2025-01-02", "2025-03-04", as_of=date(2024, 1, 1)) == date(2024, 1, 1)
    assert day(None, "2099-01-01") == day(None, None) == TODAY


def test_a_reference_to_another_type_leads_nowhere(load):
    """A reference to another type leads nowhere."""
    assert problems(load([practitioner(), role(location=[{"reference": "Practitioner/p1"}])])) == {
        ("reference_unresolved", "r1")
    }


def test_half_a_surrogate_pair_does_not_reach_the_directory(load):
    """JSON can say it, UTF-8 and so the database can't."""
    written = json.dumps(practitioner(name=[{"text": "Ana \ud83d"}]))
    assert only(load(written, [role()])).name == "Ana ?"


def test_parts_nested_beyond_measure_are_out_of_shape(load):
    """Parts nested beyond measure are out of shape."""
    nested = "[" + '{"extension":[' * 300 + "]}" * 300 + "]"
    rows = load([practitioner(), role()], json.dumps(location()).replace("[]", nested))
    assert only(rows).id == "r1"
    assert problems(rows) == {("resource_malformed", "l1")}


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        (practitioner("p2", qualification={}), "Practitioner.qualification"),
        (practitioner("p2", name=[{"given": "Ana"}]), "Practitioner.name.given"),
        (role("r2", "Practitioner/p2", availableTime=[[]]), "PractitionerRole.availableTime"),
        (location("l2", address=[]), "Location.address"),
    ],
)
def test_a_resource_out_of_shape_is_told_and_spoils_no_other(load, broken, path):
    """A resource out of shape is told and spoils no other."""
    rows = load([practitioner(), role(), broken])
    assert only(rows).id == "r1"
    [told] = [found for row in rows for found in row.problems]
    assert (told.code, told.row, told.column) == ("resource_malformed", broken["id"], path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def positions(node, path=()):
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from positions(child, (*path, key))


def complete():
    """Return a person with something in every part that is read."""
    network = extension(PLAN_NET + "network-reference", valueReference={"reference": "Organization/n1", "display": "N"})
    method = extension(PLAN_NET + "delivery-method", extension("type", valueCodeableConcept=coded("physical")))
    telecom = [{"system": "phone", "value": "617 555 0105", "use": "work", "rank": 1, "period": {"end": "2030"}}]
    own = extension(PLAN_NET + "qualification", extension("code", valueCodeableConcept=nucc("106H00000X")))
    return [
        practitioner("p2", "1234567893", gender="female", telecom=telecom, meta={"lastUpdated": "2025-01-01"}),
        role(
            "r2",
            "Practitioner/p2",
            location=[{"reference": "Location/l2"}],
            healthcareService=[{"reference": "HealthcareService/s2"}],
            period={"start": "2020", "end": "2030-01"},
            availableTime=[{"daysOfWeek": ["mon"], "availableStartTime": "09:00:00", "availableEndTime": "12:00:00"}],
            extension=[network, own, taking("newpt")],
            contained=[practitioner("c1")],
            telecom=telecom,
        ),
        location("l2", taking("nopt"), position={"latitude": 1, "longitude": 2}, address={"line": ["1 Quay"]}),
        {"resourceType": "HealthcareService", "id": "s2", "active": True, "extension": [method]},
        {"resourceType": "Organization", "id": "n1", "name": "N", "partOf": {"reference": "Organization/n1"}},
    ]


def put(node, path, value):
    """Set what stands at a path; an earlier change may have taken the path away."""
    *way, last = path
    try:
        for key in way:
            node = node[key]
        node[last] = value
    except (KeyError, IndexError, TypeError):
        return


COMPLETE = complete()
PLACES = [path for path in positions(COMPLETE) if path]


@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=3), st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_value_in_any_position_stops_the_reader_or_touches_another_person(load, changes, bundled):
    """No value in any position stops the reader or touches another person."""
    resources = copy.deepcopy(COMPLETE)
    for path, value in changes:
        put(resources, path, value)
    content = {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}
    rows = load([practitioner(), role()], json.dumps(content) if bundled else resources)
    untouched = only(load([practitioner(), role()]))
    assert therapists(rows)["r1"] == untouched
    json.dumps([one.value for row in rows for one in row.problems], ensure_ascii=False).encode()


@given(st.lists(JSON, max_size=4) | JSON | st.text())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_and_any_text_is_a_report_not_a_crash(load, content):
    """Any json and any text is a report not a crash."""
    for written in (json.dumps(content), content if isinstance(content, str) else json.dumps(content, indent=1)):
        assert therapists(load(written.encode("utf-8", "surrogatepass"))) == {}


@given(st.permutations(range(len(COMPLETE))))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_resources_changes_nothing(load, order):
    """The order of resources changes nothing."""
    assert load([COMPLETE[one] for one in order])[0] == load(COMPLETE)[0]


def eligible(therapist, query):
    day = date.fromisoformat(query["asof"])
    gender = query.get("gender")
    return (
        any(
            spoken.tag == query["lang"] and (spoken.level or query["minp"]) >= query["minp"]
            for spoken in therapist.languages
        )
        and therapist.value("accepting") == "accepting"
        and (gender is None or gender in therapist.terms("therapist_gender"))
        and any(
            licence.jurisdiction == f"US-{query['state']}"
            and licence.end is not None
            and licence.end >= day
            and licence.code.startswith(query.get("code", ""))
            for licence in therapist.licences
        )
    )


def test_the_sample_of_a_payers_directory_gives_the_eligible_sets_worked_out_apart():
    """`code` of a query is a prefix of the code of the licence that is valid in the state on the day."""
    paths = [*sorted(DATA.glob("bh_*.ndjson")), DATA / "nonbh_noise.ndjson"]
    if not all(path.exists() for path in paths) or len(paths) == 1:
        pytest.skip("the sample directory is not beside this checkout")
    rows = list(read(paths, OPTIONS))
    assert outcomes(rows)["loaded"] == 123
    assert outcomes(rows)["skipped"] == 150
    assert all(row.problems for row in rows if row.outcome == "skipped")
    loaded = therapists(rows)
    assert list(loaded) == sorted(loaded)
    gold = json.loads((DATA / "gold_eligibility.json").read_text(encoding="utf-8"))
    assert len(gold) == 44
    for one in gold:
        found = {key for key, therapist in loaded.items() if eligible(therapist, one["query"])}
        assert found == set(one["eligible"]), one["query"]

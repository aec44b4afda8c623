"""Pages about the whole directory: overview, duplicates, moderation, freshness, coverage, and the audit log."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest

from matcher.freshness import KINDS
from matcher.messages import say
from matcher.web.languages import page_locales
from matcher.web.operator.charts import bars
from matcher.web.operator.survey import Watch, line_of
from matcher.web.printable import printable
from profiles.demonstration.generate import generate
from profiles.duplicates import AGAINST, DOUBT_LEFT, likely_duplicates
from profiles.errors import DirectoryDamaged
from profiles.formats.reading import Row
from profiles.schema import Language, Licence
from tests.support import therapist
from tests.web.operators import Desk, office
from tests.web.strict import Reader, words_of

TODAY = datetime.now(UTC).date()
STRINGS = Path(__file__).parents[2] / "../shared/data/bad_input/blns.json"
SVG = "{http://www.w3.org/2000/svg}svg"
BOAST = "I listen. I guarantee that you will be cured in three sessions. We go slowly."

QUIET = "I listen first, and we plan the next week together at your pace."

PEOPLE = (
    therapist("a", name="Ann Known", email="ann@example.org", phone="+1 555 0100", bio=BOAST, confirmed_on=TODAY),
    therapist("b", name="Ann Known", email="ann@example.org", phone="+1 555 0100", bio=QUIET, confirmed_on=TODAY),
    therapist(
        "c",
        name="Cem Other",
        language=(Language("es", 50),),
        licence=(Licence("US-MA", "psychologist", "1", None, TODAY + timedelta(days=10)),),
    ),
)


@pytest.fixture
def app(tmp_path):
    """A home of two who may be one, and a third."""
    with office(PEOPLE, tmp_path / "home") as made:
        yield made


@pytest.fixture
def directory(app):
    return app.extensions["home"].directory


@pytest.fixture
def desk(app) -> Desk:
    return Desk(app).sign_in("editor")


# ---------------------------------------------------------------- every page, every language

ADDRESSES = (
    "/",
    "/therapists",
    "/therapists?q=an&page=2",
    "/therapist?id=demo-0001",
    "/therapist/consent?id=demo-0001",
    "/therapist/remove?id=demo-0001",
    "/therapist/field?id=demo-0001&field=licence",
    "/therapist/field?id=demo-0001&field=concern",
    "/upload",
    "/duplicates",
    "/moderation",
    "/freshness",
    "/freshness?kind=licence_ends",
    "/coverage",
    "/coverage?region=US-MA&pair=3",
    "/coverage?region=nowhere&pair=99",
    "/audit",
    "/audit?actor=load&before=20",
    "/operators",
    "/password",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """An admin's desk over a demonstration directory with open pairs."""
    people = [*generate(size=60, as_of=TODAY), *PEOPLE]
    with office(people, tmp_path_factory.mktemp("queues") / "home") as app:
        directory = app.extensions["home"].directory
        directory.propose(likely_duplicates(directory.scan()))
        yield Desk(app).sign_in("admin")


@pytest.mark.parametrize("locale", page_locales())
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_is_a_page_in_every_language(demo, address, locale):
    """Valid, labelled, ours alone, and no key of a text where a sentence should stand."""
    page = demo.get(f"/operator{address}{'&' if '?' in address else '?'}lang={locale}")
    keys = [
        word for word in page.words.split() if word.startswith(("operator.", "coverage.", "freshness.", "moderation."))
    ]
    assert keys == []
    assert page.one("html").get("lang") == locale
    assert page.scripts == []


def test_an_empty_home_has_every_page(tmp_path):
    """Before the first load there is nobody, and nothing breaks."""
    with office([], tmp_path / "home") as app:
        desk = Desk(app).sign_in("admin")
        for address in ("/", "/therapists", "/duplicates", "/moderation", "/freshness", "/coverage", "/audit"):
            desk.get(f"/operator{address}")


def test_numbers_in_a_query_may_be_anything(demo):
    """Pages, lines and pairs that are not there are the nearest that is, or the first."""
    for address in ("/therapists?page=", "/duplicates?page=", "/moderation?page=", "/coverage?pair=", "/audit?before="):
        for number in ("", "0", "-1", "99999999999", "x", "1e9", "²"):
            demo.get(f"/operator{address}{number}")


# ---------------------------------------------------------------- duplicates


def test_a_pair_is_joined_and_taken_apart_again(desk, directory):
    """Both profiles stand side by side with reasons; the join keeps the id that was chosen, and is undone whole."""
    desk.go("/operator/duplicates/look")
    before = directory.get(["a", "b"])
    page = desk.get("/operator/duplicates")
    panel = words_of(page.one("section", class_="panel"))
    assert "same name" in panel
    assert "same e-mail" in panel
    desk.go("/operator/duplicates/same", {"first": "a", "second": "b", "keep": "b"})
    assert set(directory.get(["a", "b"])) == {"b"}
    assert "Undo the join" in desk.get("/operator/duplicates").words
    assert "Undo the join" in desk.get("/operator/therapist?id=b").words
    desk.go("/operator/duplicates/undo", {"first": "a", "second": "b"})
    assert directory.get(["a", "b"]) == before
    assert {one.actor for one in directory.audit() if one.action in ("joined", "parted")} == {"editor"}


def test_two_people_stay_two(desk, directory):
    """The decision keeps the pair out of the queue, also when it is proposed again."""
    directory.propose(likely_duplicates(directory.scan()))
    desk.go("/operator/duplicates/distinct", {"first": "a", "second": "b"})
    assert directory.propose(likely_duplicates(directory.scan())) == 0
    assert directory.pairs("distinct")[0].actor == "editor"


@pytest.mark.parametrize("what", ["same", "distinct", "undo"])
def test_a_pair_that_is_not_there_changes_nothing(desk, directory, what):
    """Nothing but a page."""
    before = directory.generation()
    for pair in ({}, {"first": "a", "second": "a"}, {"first": "a", "second": "nobody"}):
        desk.refused(f"/operator/duplicates/{what}", pair)
    assert directory.generation() == before


@pytest.mark.parametrize("locale", page_locales())
def test_every_reason_has_words(app, locale):
    """Codes of what speaks for and against one person."""
    assert [
        one for one in (*DOUBT_LEFT, *AGAINST) if say(f"operator.reason.{one}", locale).startswith("operator.")
    ] == []


# ---------------------------------------------------------------- moderation


def hidden(page, name: str) -> list[str]:
    return [one.get("value") for one in page.all("input", name=name)]


def test_a_text_is_fine_until_it_changes(desk, directory):
    """The passage is marked; after the decision the queue is empty; another text is looked at anew."""
    page = desk.get("/operator/moderation")
    assert words_of(page.one("mark")) in BOAST
    (subject,) = set(hidden(page, "subject"))
    desk.go("/operator/moderation", {"id": "a", "subject": subject, "part": "", "verdict": "fine"})
    assert "0 to look at" in desk.get("/operator/moderation").words
    assert directory.get(["a"])["a"].bio == BOAST
    directory.edit("a", {"bio": f"Hello. {BOAST}"}, editor="operator", actor="x", as_of=TODAY)
    assert "1 to look at" in desk.get("/operator/moderation").words


def test_a_text_is_taken_out_by_a_person_alone(desk, directory):
    """With the decision, under the name of who decided."""
    (subject,) = set(hidden(desk.get("/operator/moderation"), "subject"))
    desk.go("/operator/moderation", {"id": "a", "subject": subject, "part": "", "verdict": "hidden"})
    assert directory.get(["a"])["a"].bio == ""
    assert directory.audit()[0].actor == "editor"
    assert directory.decisions("moderation")[0].verdict == "hidden"


def test_a_decision_about_nothing_is_refused(desk, directory):
    """Unknown person, unknown subject, unknown verdict."""
    (subject,) = set(hidden(desk.get("/operator/moderation"), "subject"))
    for answers in (
        {"id": "nobody", "subject": subject, "verdict": "fine"},
        {"id": "a", "subject": "x", "verdict": "fine"},
        {"id": "a", "subject": subject, "verdict": "x"},
        {"id": "b", "subject": subject, "verdict": "hidden"},
    ):
        desk.refused("/operator/moderation", {"part": "", **answers})
    assert directory.decisions("moderation") == ()


# ---------------------------------------------------------------- freshness, coverage, overview


def test_freshness_leads_to_where_it_is_corrected(desk):
    """Each finding to the profile, and to the field."""
    page = desk.get("/operator/freshness")
    links = {one.get("href") for one in page.all("a")}
    assert "/operator/therapist?id=c" in links
    assert "/operator/therapist/field?id=c&field=licence" in links
    assert "/operator/therapist/field?id=c&field=email" in links
    for kind in KINDS:
        desk.get(f"/operator/freshness?kind={kind}")


def test_the_freshness_page_follows_an_edit_at_once(desk, directory):
    """Whatever the overview remembers."""
    desk.get("/operator/")
    assert "No way of contact" in desk.get("/operator/freshness").words
    directory.edit("c", {"email": "c@example.org"}, editor="operator", actor="x", as_of=TODAY)
    assert "No way of contact" not in desk.get("/operator/freshness").words


def test_every_bar_has_its_numbers_beside_it(desk):
    """What is drawn is hidden from a screen reader, which reads the same row as a table."""
    page = desk.get("/operator/coverage")
    for drawing in page.all(SVG):
        assert drawing.get("aria-hidden") == "true"
    rows: list[Element] = [row for row in page.all("tr") if any(one.tag == SVG for one in row.iter())]
    assert rows
    for row in rows:
        numbers = [int(words_of(cell)) for cell in row if "figure" in (cell.get("class") or "")]
        drawn = [float(one.get("width", "0")) for one in row.iter(f"{SVG[:-3]}rect")]
        assert len(drawn) == sum(number > 0 for number in numbers)


def test_bars_are_on_one_scale():
    """The longest fills the drawing, every other one its share of it, part by part."""
    found = bars([("x", (6, 2)), ("y", (0, 4)), ("z", (0, 0))], ("confirmed", "closed"))
    assert [[(one.x, one.width) for one in bar.parts] for bar in found] == [[(0, 75), (75, 25)], [(0, 50)], []]


def test_the_overview_counts_what_the_pages_hold(desk, directory):
    """Each number leads to its page."""
    directory.propose(likely_duplicates(directory.scan()))
    page = desk.get("/operator/")
    numbers = {
        words_of(one.find("dt")): words_of(one.find("dd"))
        for one in page.one("main").iter("div")
        if one.find("dt") is not None
    }
    assert (numbers["profiles"], numbers["Duplicates"], numbers["Texts to look at"]) == ("3", "1", "1")


def test_a_large_directory_is_counted_where_it_is_asked_for(app, monkeypatch):
    """The overview does not make anybody wait; once counted, it knows."""
    monkeypatch.setattr("matcher.web.operator.overview.MANY", 1)
    desk = Desk(app).sign_in("reader")
    assert desk.get("/operator/").words.count("count now") == 3
    for address in ("/coverage", "/freshness", "/moderation"):
        desk.get(f"/operator{address}")
    assert "count now" not in desk.get("/operator/").words


def test_the_log_is_filtered_and_paged_without_loss(desk, directory):
    """Every line is on one page, the newest first."""
    for number in range(130):
        directory.edit("c", {"training": f"{number}"}, editor="operator", actor=f"x{number % 2}", as_of=TODAY)
    seen: list[str] = []
    address = "/operator/audit?id=c&actor=x1"
    while address:
        page = desk.get(address)
        seen += [words_of(list(row)[-1]) for row in page.one("tbody")]
        address = next((one.get("href") for one in page.all("a", rel="next")), "")
    assert seen == [str(number) for number in range(129, 0, -2)]
    assert "Nothing yet" in desk.get("/operator/audit?actor=nobody").words


def test_what_is_watched_follows_every_change(directory):
    """Added, changed and removed profiles, as if all had been read anew."""
    watch = Watch(line_of)
    assert set(watch.latest(directory)) == {"a", "b", "c"}
    directory.apply([Row("loaded", therapist("d", name="Dea"))])
    directory.edit("a", {"name": "Ann Newname"}, editor="operator", actor="x", as_of=TODAY)
    directory.suppress("b", TODAY)
    assert watch.latest(directory) == Watch(line_of).latest(directory)
    assert watch.latest(directory)["a"].name == "Ann Newname"


def test_a_damaged_directory_is_one_sentence(app, desk, directory, monkeypatch):
    """Not a traceback."""

    def broken(*_):
        raise DirectoryDamaged(path="directory.db", reason="test")

    monkeypatch.setattr(type(directory), "generation", broken)
    desk.get("/operator/therapists", code=503)


# ---------------------------------------------------------------- strings that break things

OWN = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "</title></textarea></style><h1>",
    "&lt;b&gt; &amp; &#0;",
    "a\u202eb\u200bc\ufeff",
    "bell\x07 nul\x00 del\x7f c1\x9f",
    "\ufdd0\U0001fffe",
    "Ω≈ç√∫ 😍 田中さん مرحبا",
    "=1+1",
    "x" * 3_000,
)


def strings() -> list[str]:
    """Return strings that have broken other programs, and our own."""
    if not STRINGS.exists():
        return list(OWN)
    return [*OWN, *(one for one in json.loads(STRINGS.read_text(encoding="utf-8")) if one.strip())]


@pytest.fixture(scope="module")
def naughty(tmp_path_factory):
    """A home in which every name and every text is such a string."""
    found = strings()
    people = [
        therapist(f"n{number}", name=text, bio=text, training=text, credentials=text, confirmed_on=TODAY)
        for number, text in enumerate(found)
    ]
    with office(people, tmp_path_factory.mktemp("naughty") / "home") as app:
        yield app, found


def test_whatever_a_profile_holds_is_shown_as_text(naughty):
    """On the page of a profile, its form and the client's page: the words, and no element of theirs."""
    app, found = naughty
    desk, reader = Desk(app).sign_in("admin"), Reader(app.test_client())
    for number, text in enumerate(found):
        for page in (desk.get(f"/operator/therapist?id=n{number}"), reader.get(f"/therapists/n{number}")):
            shown = " ".join(printable(text).split())
            assert shown in " ".join(page.one("h1").itertext()).replace("\xa0", " ") or shown in page.words
            assert page.all("img") == page.all("iframe") == []
            assert page.scripts == []
    form = desk.get("/operator/therapist/field?id=n1&field=bio")
    assert form.one("textarea").text.strip() == found[1]


def test_lists_hold_whatever_profiles_hold(naughty):
    """Therapists, log, freshness and texts, page by page."""
    app, _ = naughty
    desk = Desk(app).sign_in("admin")
    for address in ("/", "/therapists", "/therapists?page=2", "/audit", "/freshness", "/moderation", "/coverage"):
        desk.get(f"/operator{address}")
    for text in strings():
        response = desk.client.get("/operator/therapists", query_string={"q": text})
        assert desk._read(response, 200)


def test_whatever_is_typed_comes_back_as_text(naughty):
    """In every input of the pages, refused or taken."""
    app, found = naughty
    desk = Desk(app).sign_in("admin")
    for text in found[:60]:
        desk._read(desk.send("/operator/operators", {"name": text, "role": "x", "new": text}), 422)
        desk._read(desk.upload({}, source=text, consent=text), 422)
        response = desk.client.get("/operator/audit", query_string={"id": text, "actor": text})
        desk._read(response, 200)


# ---------------------------------------------------------------- invitations


def test_the_table_of_links_opens_the_right_profiles(app, desk, directory):
    """A row each, as a file; those who answered are left out where that is asked; the page itself shows no link."""
    people = list(directory.scan())
    directory.edit(people[0].id, {"training": "Oslo"}, editor="therapist", actor="therapist", as_of=TODAY)
    assert "/profile/" not in desk.get("/operator/").text
    for whom, expected in (("all", people), ("unanswered", people[1:])):
        answer = desk.send("/operator/invite", {"whom": whom})
        assert answer.headers["Content-Disposition"].startswith("attachment")
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert [row["id"] for row in rows] == [one.id for one in expected]
    link = urlsplit(rows[0]["link"]).path
    assert people[1].name in Reader(app.test_client()).get(link).words
    (one,) = csv.DictReader(io.StringIO(desk.send("/operator/invite", {"id": people[2].id}).text))
    assert one["id"] == people[2].id

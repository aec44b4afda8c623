"""Experiments on the operators' pages: signed in, read-only, with a table beside each chart, and in three languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from matcher.events.protocol import Experiment, Quality, Ranked, Shown
from matcher.messages import say
from matcher.web.operator.routes import ROUTES
from tests.support import DAY, therapist
from tests.web.operators import Desk, office


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """A home with one experiment of 120 units that ended, and one that runs."""
    people = [therapist(f"t{number}") for number in range(4)]
    with office(people, tmp_path_factory.mktemp("experiments") / "home") as made:
        store = made.extensions["home"].events
        plan = Experiment("first try", "ab", "alliance", "text-only", "m", "s", "<i>more</i>", 0.1, 1.6, 1_146, DAY)
        store.start(replace(plan, slices=("words", "choice")))
        for number in range(120):
            who, arm = f"{number:032x}", "treatment" if number % 2 else "control"
            store.consent(who, DAY)
            shown = tuple(Shown(f"t{n}", n, None, 0.5, 0.25) for n in (1, 2))
            values = (3, Quality(0.5, 0.25, 1.0), None, None, None, 12.0, shown)
            levels = {"words": number // 2 % 2, "choice": 1}
            store.expose(Ranked(f"l{number}", "first try", who, arm, "alliance", "m", DAY, *values, levels))
            if number % 3 == 0:
                store.contact(who, f"l{number}", "t1", DAY)
        store.stop("first try", DAY)
        store.start(Experiment("second", "shadow", "alliance", "random", "m", "s", "", 0.1, 1.6, None, DAY))
        yield made
        store.close()


@pytest.fixture(scope="module")
def desk(app):
    """Somebody who may read."""
    return Desk(app).sign_in("reader")


@pytest.mark.parametrize("locale", ["en", "es", "de"])
def test_all_experiments_are_listed_the_latest_first(desk, locale):
    """Each leads to its page."""
    page = desk.get(f"/operator/experiments?lang={locale}")
    links = [one.get("href") for one in page.all("a") if "experiment?" in one.get("href", "")]
    assert len(links) == 2
    assert "second" in links[0]
    assert not re.search(r"experiment\.[a-z_]", page.words)
    assert desk.get(links[1]).code == 200


@pytest.mark.parametrize("locale", ["en", "es", "de"])
@pytest.mark.parametrize("name", ["first%20try", "second"])
def test_one_experiment_is_read_with_charts_that_have_tables(desk, locale, name):
    """The decision first; what operators wrote is text and no markup."""
    page = desk.get(f"/operator/experiment?name={name}&lang={locale}")
    assert not re.search(r"experiment\.[a-z_]", page.words)
    assert page.all("i") == []
    if name != "second":
        assert page.text.count("<svg") >= 1
        assert len(page.all("table")) >= 2
        assert "<i>more</i>" in page.words


@pytest.mark.parametrize("locale", ["en", "es", "de"])
def test_declared_slices_stand_on_the_page_of_their_experiment_alone(desk, locale):
    """With each level, the adjusted level of the intervals, and how many are too few to tell."""
    page = desk.get(f"/operator/experiment?name=first%20try&lang={locale}")
    (table,) = [
        one for one in page.all("table") if say("experiment.slices.head", locale) in one.find("caption").itertext()
    ]
    rows = [[" ".join(cell.itertext()) for cell in row] for row in table.find("tbody")]
    assert [len(row) for row in rows] == [5] * 6
    assert rows[0][1] == "30 / 30"
    assert rows[2][1:] == [say("experiment.slices.few", locale, number=0), "-", "-", "-"]
    assert "0.9833" in page.words
    other = desk.get(f"/operator/experiment?name=second&lang={locale}")
    assert say("experiment.slices.head", locale) not in other.words


def test_there_is_nothing_to_post(app):
    """Read-only: only the command line starts and stops."""
    assert {route.method for route in ROUTES if "experiment" in route.path} == {"GET"}


def test_an_experiment_that_there_is_not_is_not_found(desk):
    """In words."""
    assert desk.get("/operator/experiment?name=third", 404).words


@pytest.mark.parametrize(
    ("address", "to"),
    [("/experiments", "/operator/experiments"), ("/experiments/second", "/operator/experiment?name=second")],
)
def test_the_short_address_leads_to_the_gate(app, address, to):
    """And the gate to the sign-in for who is not signed in."""
    client = app.test_client()
    response = client.get(address)
    assert (response.status_code, response.headers["Location"]) == (303, to)
    assert "/operator/sign-in" in client.get(to).headers["Location"]

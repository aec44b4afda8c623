"""The linked data in a therapist's own page: there for machines, harmless, and never about who somebody is."""

from __future__ import annotations

import json

import pytest

from matcher.web.app import create_app
from tests.support import make_home, therapist
from tests.web.strict import Reader

EVIL = '</script><script>alert(1)</script><!-- & "\u2028'


@pytest.fixture
def pages(tmp_path):
    """Pages over somebody real, somebody from a public register, and somebody with an evil name."""
    people = [
        therapist("real", name="Ada Example", faith=("jewish",), identity_consent=True, bio="I listen."),
        therapist("evil", name=EVIL, bio=EVIL),
        therapist("register", listing="public_register"),
    ]
    home = make_home(people, tmp_path / "home")
    home.update_index()
    home.directory.close()
    app = create_app(tmp_path / "home")
    yield Reader(app.test_client())
    app.extensions["home"].directory.close()


def linked(page):
    """Return the linked data of a page."""
    return [json.loads(one.text) for one in page.all("script", type="application/ld+json")]


def test_a_page_says_to_machines_what_it_says_to_people(pages):
    """Name and text of the person, once; nothing about identity."""
    (found,) = linked(pages.get("/therapists/real"))
    assert (found["@type"], found["name"], found["description"]) == ("Person", "Ada Example", "I listen.")
    assert "jewish" not in json.dumps(found).casefold()


def test_nothing_in_a_profile_ends_the_data(pages):
    """Markup in a name comes back as it was, and no script is made of it."""
    page = pages.get("/therapists/evil")
    (found,) = linked(page)
    assert found["name"] == EVIL
    assert page.scripts == []
    assert len(page.all("script", type="application/ld+json")) == 1


def test_whoever_is_not_listed_has_no_page(pages):
    """A public register alone is no listing: there is nothing to find under the id."""
    assert "alert" not in pages.get("/therapists/register", code=404).text


def test_pages_that_answer_a_client_and_invented_people_carry_none(pages, demo_home):
    """A post is nobody's business; invented people are not for search engines."""
    assert linked(pages.post("/therapists/real", [("lang", "en")])) == []
    app = create_app(demo_home.path)
    assert linked(Reader(app.test_client()).get("/therapists/demo-0001")) == []

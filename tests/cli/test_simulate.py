"""`simulate`: on the lists that variants really make, labelled a simulation everywhere, the same for the same seed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from matcher.evaluation.simulate import NOBODY
from matcher.pipeline import match
from matcher.traffic import traffic_of
from profiles.demonstration.generate import generate
from tests.support import DAY, home_of, read_document

ASKED = [
    read_document({"prefer": {"concern": ["grief"]}, "style": {"challenge": -2}}),
    read_document({"must": {"insurance": ["aetna"], "language": ["is"]}, "prefer": {"modality": ["cbt"]}}),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A small demonstration home, indexed."""
    folder = tmp_path_factory.mktemp("simulate") / "home"
    with home_of(generate(60, 1, as_of=DAY), folder) as made:
        made.update_index()
        yield made


def test_traffic_is_what_the_variants_show(home):
    """Place by place; who is not eligible meets nothing; shares are within 0 and 1."""
    index = home.latest_index()
    services = {"control": home.service(index, "alliance"), "treatment": home.service(index, "text-only")}
    found = traffic_of(ASKED, services, 10, DAY)
    for lists, service in ((found.control, services["control"]), (found.treatment, services["treatment"])):
        for row, preferences in zip(lists, ASKED, strict=True):
            shown = [index.ids[one] for one in row if one != NOBODY]
            assert shown == [one.therapist.id for one in match(preferences, service, 10, DAY).matches]
    assert ((found.met >= 0) & (found.met <= 1)).all()
    assert found.met[0].max() > found.met[0].min()
    assert (found.control[1] == NOBODY).all()
    assert np.isclose(found.often.sum(), 1)


@pytest.mark.parametrize("locale", ["en", "es", "de"])
def test_every_output_says_that_it_is_a_simulation(home, run, monkeypatch, locale):
    """The same seed gives the same figures."""
    monkeypatch.setenv("MATCHER_HOME", str(home.path))
    asked = ("simulate", "--control", "random", "--treatment", "alliance", "--clients", "300")
    code, out, _ = run(*asked, "--locale", locale)
    assert code == 0
    assert "imul" in out.splitlines()[0]
    assert "simulate." not in out
    first, again = (run(*asked, "--json")[1] for _ in range(2))
    assert first == again
    found = json.loads(first)
    assert found["simulation"] is True
    assert found["ratio"] > 1
    assert run(*asked, "--seed", "1", "--json")[1] != first


def test_an_empty_home_is_told(run, monkeypatch, tmp_path):
    """In one sentence."""
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "nobody"))
    code, _, err = run("simulate", "--treatment", "random")
    assert code == 2
    assert "Traceback" not in err

"""`simulate`: on the lists that variants really make, labelled a simulation everywhere, the same for the same seed."""

from __future__ import annotations

import json

import numpy as np
import pytest

from matcher.evaluation.weeks import NOBODY
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


def test_lists_are_made_anew_from_what_was_counted(home):
    """For a variant with a re-ranker as its counters would make them; the lists of the other stay."""
    index = home.latest_index()
    services = {"control": home.service(index, "alliance"), "treatment": home.service(index, "alliance-capacity")}
    asked = [read_document({"prefer": {"concern": ["grief"]}}), ASKED[1]]
    found = traffic_of(asked, services, 10, DAY)
    shown = np.zeros(index.size, dtype=np.int64)
    shown[found.treatment[0][:5]] = 40
    again = found.after(shown)
    assert (again.control == found.control).all()
    assert (again.treatment[0] != found.treatment[0]).any()
    home.feedback.add_shown([(index.ids[row], int(shown[row])) for row in np.flatnonzero(shown)], DAY)
    told = match(asked[0], home.service(index, "alliance-capacity"), 10, DAY).matches
    assert [index.ids[row] for row in again.treatment[0]] == [one.therapist.id for one in told]
    for identity in [index.ids[row] for row in np.flatnonzero(shown)]:
        home.feedback.forget_therapist(identity)
    home.feedback.close()
    assert (found.after(0 * shown).treatment == found.treatment).all()
    alike = traffic_of(asked, {"control": services["control"], "treatment": services["control"]}, 10, DAY)
    assert alike.after(shown) is alike


def test_a_re_ranker_is_judged_as_any_other_variant(home, run, monkeypatch):
    """With what its weeks are as a setting; the same seed gives the same bytes."""
    monkeypatch.setenv("MATCHER_HOME", str(home.path))
    asked = ("simulate", "--control", "alliance", "--treatment", "alliance-capacity", "--clients", "600", "--json")
    first, again, once = (run(*asked, *more)[1] for more in ((), (), ("--weeks", "1")))
    assert first == again
    found, blank = json.loads(first), json.loads(once)
    assert found["habits"]["weeks"] == 8
    assert found["treatment"]["never_shown"] <= found["control"]["never_shown"]
    assert found["credits"]["tosses"] > 0
    assert (blank["ratio"], blank["credits"]["tosses"]) == (1, 0), "in one week nothing was counted before"
    assert blank["treatment"]["never_shown"] == pytest.approx(blank["control"]["never_shown"], abs=0.02)


def test_an_empty_home_is_told(run, monkeypatch, tmp_path):
    """In one sentence."""
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "nobody"))
    code, _, err = run("simulate", "--treatment", "random")
    assert code == 2
    assert "Traceback" not in err

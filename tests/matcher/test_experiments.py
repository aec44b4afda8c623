"""Lists of clients who consented: what each kind of experiment shows, and what it keeps of a list."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import pytest

from matcher.evaluation.assignment import arm_of
from matcher.events.protocol import Experiment, Ranked
from matcher.events.slices import SLICES, Slice
from matcher.experiments import list_for_unit
from matcher.pipeline import match
from profiles.demonstration.generate import generate
from tests.support import DAY, home_of, read_document

ASKED = read_document(
    {"prefer": {"concern": ["grief"], "modality": ["cbt"]}, "style": {"challenge": -2}, "qualities": ["trust"]}
)
WORDS = read_document({"prefer": {"concern": ["grief"]}, "words": "My mother died in March."})


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    """Two variants over a small demonstration directory."""
    with home_of(generate(60, 1, as_of=DAY), tmp_path_factory.mktemp("experiments") / "home") as home:
        index = home.update_index()
        yield {"control": home.service(index, "stated-only"), "treatment": home.service(index, "text-only")}


def experiment(kind, salt="salt"):
    return Experiment("e", kind, "stated-only", "text-only", "m", salt, "", 0.1, 1.6, None, DAY)


def unit_of(arm):
    return next(unit for unit in (f"{n:032x}" for n in range(99)) if arm_of("salt", unit) == arm)


def made(services, kind, unit="0" * 32, preferences=ASKED, n=8):
    return list_for_unit(preferences, services, n, DAY, experiment=experiment(kind), unit=unit)


def ids(result):
    return [one.therapist.id for one in result.matches]


@pytest.mark.parametrize("arm", ["control", "treatment"])
def test_an_ab_test_shows_the_ranking_of_the_units_arm(services, arm):
    """The very list that the variant makes, whoever asks; every list of a unit by one arm."""
    result, ranked = made(services, "ab", unit_of(arm))
    assert result == match(ASKED, services[arm], 8, DAY)
    assert (ranked.arm, ranked.variant, ranked.other, ranked.overlap) == (arm, services[arm].variant.name, None, None)
    assert made(services, "ab", unit_of(arm), WORDS)[1].arm == arm


def test_a_shadow_shows_the_control_and_compares(services):
    """Nothing is shown differently."""
    result, ranked = made(services, "shadow", unit_of("treatment"))
    assert result == match(ASKED, services["control"], 8, DAY)
    assert ranked.other is not None
    assert 0 <= ranked.overlap < 1
    assert ranked.quality.met > ranked.other.met


def test_two_rankings_draw_in_turn_and_each_row_has_its_own_reasons(services):
    """Rows name their variant, their contributions are of that variant, and the list is the same when asked again."""
    result, ranked = made(services, "interleaving")
    assert result.order == "interleaved"
    assert ids(result) == ids(made(services, "interleaving")[0])
    assert ids(result) == ids(made(services, "interleaving", n=20)[0])[:8]
    orders = {
        service.variant.name: {one.therapist.id: one for one in match(ASKED, service, 60, DAY).matches}
        for service in services.values()
    }
    for row, shown in zip(result.matches, ranked.shown, strict=True):
        own = orders[row.variant][row.therapist.id]
        assert (row.contributions, row.fit_score) == (own.contributions, own.fit_score)
        assert sum(one.contribution for one in row.contributions) == pytest.approx(row.fit_score, abs=1e-9)
        alike = len({order[row.therapist.id].rank for order in orders.values()}) == 1
        team = "control" if row.variant == "stated-only" else "treatment"
        assert shown.team == (None if alike else team)
        assert (shown.therapist, shown.place, row.rank) == (row.therapist.id, row.rank, shown.place)
    assert [row.rank for row in result.matches] == list(range(1, 9))


def test_the_drafts_of_many_units_are_fair(services):
    """The first place goes to either ranking for about half of the units."""
    firsts = Counter(made(services, "interleaving", f"{n:032x}", n=1)[0].matches[0].variant for n in range(120))
    assert firsts["stated-only"] == pytest.approx(60, abs=18)


def test_chances_are_those_of_the_shuffle_within_bands(services):
    """Over many days each therapist stands at a place as often as was logged."""
    result, ranked = made(services, "shadow", n=20)
    for row, shown in zip(result.matches, ranked.shown, strict=True):
        peers = [
            one
            for one in match(ASKED, services["control"], 60, DAY).matches
            if (one.group, one.band) == (row.group, row.band)
        ]
        assert shown.propensity == pytest.approx(1 / len(peers))
        assert 0 <= shown.target <= 1
    assert sum(1 for shown in ranked.shown if shown.target) > 0
    assert 0 < ranked.absent < 1


def test_where_own_words_decide_there_is_no_closed_form(services):
    """So no chance is kept."""
    _, ranked = made(services, "shadow", preferences=WORDS)
    assert {(one.propensity, one.target) for one in ranked.shown} == {(None, None)}


def test_what_is_kept_has_no_place_for_terms_or_words(services):
    """Numbers, names of variants and ids of therapists; nothing that was asked."""
    planned = replace(experiment("shadow"), slices=tuple(SLICES))
    _, ranked = list_for_unit(WORDS, services, 8, DAY, experiment=planned, unit="0" * 32)
    assert not {"preferences", "words", "must", "prefer"} & {part.name for part in fields(Ranked)}
    assert "mother" not in repr(ranked)
    assert "grief" not in repr(ranked)


@pytest.mark.parametrize("kind", ["ab", "shadow", "interleaving"])
def test_levels_of_declared_slices_are_kept_and_no_other_is_looked_at(services, kind, monkeypatch):
    """A slice that the plan does not name is not even computed."""

    def forbidden(_preferences, _eligible):
        raise AssertionError

    monkeypatch.setitem(SLICES, "musts", Slice((0, 2, 4), forbidden))
    assert dict(made(services, kind)[1].slices) == {}
    planned = replace(experiment(kind), slices=("words", "choice"))
    for preferences, words in ((ASKED, 0), (WORDS, 1)):
        result, ranked = list_for_unit(preferences, services, 8, DAY, experiment=planned, unit="0" * 32)
        assert ranked.slices == {"words": words, "choice": SLICES["choice"].level(result.eligible)}


def test_the_level_of_a_list_is_the_same_in_both_arms(services):
    """What a ranking makes of a list must not decide which level it is in, or arms could not be compared there."""
    planned = replace(experiment("ab"), slices=tuple(SLICES))
    for preferences in (ASKED, WORDS):
        both = [
            list_for_unit(preferences, services, 8, DAY, experiment=planned, unit=unit_of(arm))[1]
            for arm in ("control", "treatment")
        ]
        assert both[0].slices == both[1].slices
        assert {one.arm for one in both} == {"control", "treatment"}


@pytest.mark.parametrize("kind", ["ab", "shadow", "interleaving"])
def test_a_list_that_finds_nobody_is_a_list(services, kind):
    """And is kept as one."""
    nobody = read_document({"must": {"language": ["is"], "insurance": ["aetna"]}, "near": None})
    result, ranked = made(services, kind, preferences=nobody)
    assert (result.matches, ranked.eligible, list(ranked.shown)) == ((), 0, [])
    assert (ranked.quality.met, ranked.quality.confirmed) == (0, 0)

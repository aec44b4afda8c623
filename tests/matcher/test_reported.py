"""The reported door: what check-ins are worth, what they add to lists, and that fewer than ten clients say nothing."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcher.feedback.items import TOTAL, asked_after, items, ranked_mean, rescaled
from matcher.feedback.protocol import CheckIn
from matcher.feedback.reported import FEWEST_CLIENTS, Scores, reported_means, scores_of
from matcher.home import varied
from matcher.index.reported import Reported, ReportedDoor
from matcher.messages import say, words
from matcher.variants import VARIANTS
from models.fit import FitModel
from models.persistence import StoredModel, save_model
from profiles.directory.protocol import Pair
from profiles.vocabulary import LOCALES
from tests.matcher import oracle
from tests.support import DAY, as_bytes, home_of, preferences_documents, ranked, standing, therapist

FEW = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
IDS = ("a", "b", "c", "d")


def checkin(who: str, client: object, score: float = 4, *, session: int = 1, **more) -> CheckIn:
    """Return a check-in with the same answer to every ranked item."""
    parts = {"items": dict.fromkeys(oracle.RANKED_ITEMS, score), **more}
    return CheckIn(who, str(client), session, DAY, **parts)


def of_clients(who: str, scores) -> list[CheckIn]:
    """Return one check-in a client."""
    return [checkin(who, number, score) for number, score in enumerate(scores)]


def means(checkins) -> Reported:
    return reported_means(scores_of(checkins))


@st.composite
def many_checkins(draw: st.DrawFn) -> list[CheckIn]:
    """Draw check-ins of a few therapists: some with ten clients and more, some items left out, some later sessions."""
    found = []
    for who in IDS:
        for client in range(draw(st.sampled_from([0, 1, 9, 10, 11, 14]))):
            answers = draw(st.dictionaries(st.sampled_from([*items()]), st.integers(1, 5), min_size=1))
            session = draw(st.sampled_from([1, 1, 1, 3]))
            found.append(checkin(who, client, session=session, items=answers))
    return found


@contextmanager
def door_of(people, checkins, *, on=True):
    """Open a service over some people of whom clients reported, with the door on or off."""
    with home_with(people, checkins, on=on) as home:
        yield home.service(home.update_index())


@contextmanager
def home_with(people, checkins, *, on=True):
    """Open a home with some people of whom clients reported, with the door on or off."""
    with home_of(people) as home:
        text = (home.path / "settings.toml").read_text(encoding="utf-8")
        (home.path / "settings.toml").write_text(f"{text}reported_door = {str(on).lower()}\n", encoding="utf-8")
        home.feedback.add_checkins(checkins)
        try:
            yield home
        finally:
            home.feedback.close()


PEOPLE = [
    therapist("a", modality=("cbt",), qualities=("trust",), bio="I use homework. I listen first."),
    therapist("b", modality=("cbt", "humanistic"), bio="We look at dreams and at what came before."),
    therapist("c", modality=("humanistic",), style={"challenge": 2}),
    therapist("d"),
]
ASKED = {"prefer": {"modality": ["cbt"]}, "qualities": ["trust"], "style": {"challenge": 2}}


def reported_of(result) -> dict:
    """Return the reported contribution of each therapist."""
    return {one.therapist.id: part for one in result.matches for part in one.contributions if part.door == "reported"}


# ---------------------------------------------------------------- items


def test_the_items_are_those_of_the_evidence():
    """Five after the first session, ranked; four more after the third, never ranked."""
    assert [item.code for item in items().values() if item.ranked] == list(oracle.RANKED_ITEMS)
    assert all(item.ranked == (item.session == 1) for item in items().values())
    assert [len(asked_after(session)) for session in (1, 2, 3, 9)] == [5, 5, 9, 9]
    assert say("checkin.label") == "Our own short check-in, not a validated scale."


@pytest.mark.parametrize("locale", LOCALES)
def test_every_item_has_words_in_every_language(locale):
    """And no two are the same."""
    said = [say(f"checkin.item.{code}", locale) for code in items()]
    assert len({*said}) == len(said)
    assert not any(text.startswith("checkin.") for text in said)


def test_what_is_asked_later_is_never_ranked():
    """Neither the four other items, nor answers to the first five after a later session."""
    assert ranked_mean(checkin("a", 1, items={"understood": 5, "happy_overall": 1})) == 5
    assert ranked_mean(checkin("a", 1, items={"happy_overall": 1})) is None
    assert ranked_mean(checkin("a", 1, session=3)) is None
    assert ranked_mean(checkin("a", 1, session=4, items={TOTAL: 2.5}, scale="loaded")) == 2.5


@given(st.floats(-100, 100), st.floats(0.5, 100), st.floats(0, 1))
def test_a_total_is_brought_to_the_range_of_answers(low, width, part):
    """Its ends to 1 and 5, everything between in proportion."""
    total = low + part * width
    assert rescaled(total, low, low + width) == pytest.approx(1 + 4 * part, abs=1e-6)


# ---------------------------------------------------------------- means


@FEW
@given(many_checkins())
def test_values_are_those_of_the_formula(checkins):
    """As a plain reading of the evidence counts them, therapist by therapist; nobody below ten is among them."""
    found, expected = means(checkins), oracle.reported_values(checkins)
    assert found.ids.tolist() == sorted(expected)
    for place, who in enumerate(found.ids.tolist()):
        clients, mean, value = expected[who]
        assert found.clients[place] == clients >= FEWEST_CLIENTS
        assert found.means[place] == pytest.approx(mean)
        assert found.values[place] == pytest.approx(value, abs=1e-9)
        assert 1 <= found.lows[place] <= found.means[place] + 1e-12
        assert found.means[place] - 1e-12 <= found.highs[place] <= 5
        assert abs(found.values[place]) <= 0.5


@FEW
@given(many_checkins(), st.randoms(use_true_random=False))
def test_the_order_of_checkins_changes_no_mean(checkins, rng):
    """To the last bit: the same check-ins give the same lists."""
    one, other = means(checkins), means(rng.sample(checkins, len(checkins)))
    for name in ("ids", "clients", "means", "lows", "highs", "expected", "values"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()


def test_the_interval_is_that_of_single_clients():
    """Mean plus and minus 1.96 S over the root of n: by hand for two therapists with ten clients each."""
    found = means(of_clients("a", [3, 5] * 5) + of_clients("b", [2, 4] * 5))
    spread = (20 * 1.25 / 19) ** 0.5  # every client lies .5 or 1.5 from 3.5: (.25 + 2.25) / 2
    assert found.values.tolist() == pytest.approx([0.5 / (2 * spread), -0.5 / (2 * spread)])
    assert (found.means - found.lows).tolist() == pytest.approx([1.96 * spread / 10**0.5] * 2, rel=1e-4)


def test_clients_who_all_answer_the_same_say_nothing_of_anybody():
    """No spread: the value is 0 and nothing divides by it."""
    assert means(of_clients("a", [5] * 12)).values.tolist() == [0.0]


def test_a_client_counts_once():
    """The earliest ranked check-in; later ones add no client and move no mean."""
    later = [checkin("a", number, 1, session=2, items={TOTAL: 1.0}, scale="loaded") for number in range(10)]
    first = of_clients("a", [4] * 9 + [5])
    assert means(first + later).clients.tolist() == [10]
    assert means(first + later).means.tolist() == means(first).means.tolist()


def test_kinds_of_clients_are_compared_with_their_like():
    """Who sees those who answer low everywhere is held to what such clients answer; too small a group is none."""
    low = [replace(one, therapist="a", case_mix="x") for one in of_clients("a", [2, 3] * 5)]
    low += [replace(one, therapist="b", case_mix="x") for one in of_clients("b", [2, 3] * 5)]
    high = of_clients("c", [4, 5] * 5)
    assert means(low + high).values.tolist() == pytest.approx([0, 0, 0], abs=1e-9)
    plain = [replace(one, case_mix="") for one in low + high]
    assert means(plain).values[2] == 0.5
    few = [replace(one, case_mix=str(number)) for number, one in enumerate(low + high)]
    assert means(few).values.tolist() == means(plain).values.tolist()


def test_nobody_has_no_means():
    """Empty in, empty out."""
    assert reported_means(Scores(*(np.array([], dtype=kind) for kind in (str, str, float)))).ids.tolist() == []


@FEW
@given(st.sets(st.sampled_from("abcdefgh")), st.sets(st.sampled_from("abcdefgh")))
def test_means_meet_their_rows(known, indexed):
    """Whoever is in both has their own value; anybody else has none, in an empty index too."""
    reported = means(
        [one for who in sorted(known) for one in of_clients(who, [1, 2, 3, 4, 5 - "abcdefgh".index(who) % 4] * 2)]
    )
    rows = sorted(indexed)
    door = ReportedDoor.over(reported, rows).weighed(FitModel.prior())
    for row, who in enumerate(rows):
        report = door.report(row)
        assert (report is not None) == (who in known)
        if report is not None:
            place = reported.ids.tolist().index(who)
            assert (report.clients, report.value) == (10, reported.values[place])
            assert door.contributions()[row] == report.weight * report.value
        else:
            assert door.contributions()[row] == 0


# ---------------------------------------------------------------- lists


@pytest.mark.parametrize(
    ("clients", "shares"),
    [(0, (0.698, 0.302, 0)), (9, (0.698, 0.302, 0)), (10, (0.471, 0.203, 0.325)), (19, (0.411, 0.178, 0.411))],
)
def test_shares_of_the_doors_in_a_list(clients, shares):
    """Through a real list: the weights of each door, over all of them, are those of the evidence to three digits."""
    with door_of(PEOPLE, of_clients("a", [3, 5] * 9 + [4])[:clients] + of_clients("b", [3] * 12)) as service:
        (found,) = [one for one in ranked(service, ASKED).matches if one.therapist.id == "a"]
    doors = [
        sum(one.weight for one in found.contributions if one.door == door)
        for door in ("stated", "described", "reported")
    ]
    assert tuple(round(one / sum(doors), 3) for one in doors) == pytest.approx(shares)
    assert doors[2] == pytest.approx(oracle.reported_weight(clients))


@FEW
@given(many_checkins(), st.lists(preferences_documents(), min_size=3, max_size=3))
def test_contributions_sum_to_the_score_with_the_door_on(checkins, documents):
    """Whatever is asked, each therapist has one reported contribution, worth what the formula says."""
    expected = oracle.reported_values(checkins)
    with door_of(PEOPLE, checkins) as service:
        for document in documents:
            for one in ranked(service, document).matches:
                assert abs(sum(part.contribution for part in one.contributions) - one.fit_score) <= 1e-9
                (part,) = [part for part in one.contributions if part.door == "reported"]
                clients, _, value = expected.get(one.therapist.id, (0, 0.0, 0.0))
                assert part.weight == pytest.approx(oracle.reported_weight(clients))
                assert part.value == pytest.approx(value, abs=1e-9)
                assert part.contribution == part.weight * part.value
                assert (part.factor, part.group, part.kind) == ("alliance", "bond", "relationship")
                assert (part.tier, part.quote, part.as_of) == ("client_checkins", None, None)
                assert (part.state == "not_stated") == (clients < FEWEST_CLIENTS)


@FEW
@given(many_checkins(), st.lists(preferences_documents(), min_size=3, max_size=3))
def test_check_ins_move_nothing_while_the_door_is_off(checkins, documents):
    """Off by default: the bytes of a list are those of a home that has no check-in."""
    with door_of(PEOPLE, checkins, on=False) as service, door_of(PEOPLE, []) as empty:
        assert service.reported is None
        for document in documents:
            off, on = ranked(service, document), ranked(empty, document)
            assert reported_of(off) == {}
            assert standing(off) == standing(on)
            assert as_bytes(off) == as_bytes(ranked(replace(empty, reported=None), document))


def test_the_door_taken_away_leaves_the_old_list():
    """Byte for byte; and it was the door that had changed the order."""
    checkins = of_clients("d", [5] * 10) + of_clients("a", [1, 2] * 8)
    with door_of(PEOPLE, checkins) as service, door_of(PEOPLE, checkins, on=False) as old:
        assert standing(ranked(service, ASKED)) != standing(ranked(old, ASKED))
        assert as_bytes(ranked(replace(service, reported=None), ASKED)) == as_bytes(ranked(old, ASKED))


def test_nine_clients_are_as_good_as_none():
    """Weight, value, words and score are those of somebody of whom nobody reported."""
    others = of_clients("b", [2, 3, 4] * 5)
    with door_of(PEOPLE, others + of_clients("a", [5] * 9)) as nine, door_of(PEOPLE, others) as none:
        told = reported_of(ranked(nine, ASKED))["a"]
        assert told == reported_of(ranked(none, ASKED))["a"]
        assert (told.weight, told.value, told.state) == (0, 0, "not_stated")
        assert not re.search(r"\d", words(told.because))


def test_a_better_mean_lifts_and_a_worse_one_lowers():
    """Two therapists alike in everything else stand as their clients reported, and a newcomer between them."""
    people = [therapist(name) for name in IDS[:3]]
    checkins = of_clients("a", [2, 3] * 10) + of_clients("c", [4, 5] * 10)
    with door_of(people, checkins) as service:
        result = ranked(service, {})
        assert [one.therapist.id for one in result.matches] == ["c", "b", "a"]
        assert {who: part.state for who, part in reported_of(result).items()} == {
            "a": "not_met",
            "b": "not_stated",
            "c": "met",
        }


def test_the_reason_says_mean_clients_and_interval():
    """In every language, one decimal each, and "about the usual" where the interval holds the expected mean."""
    checkins = of_clients("a", [3, 4, 4, 5] * 3) + of_clients("b", [3, 4, 4, 5] * 3)
    with door_of(PEOPLE, checkins) as service:
        part = reported_of(ranked(service, ASKED))["a"]
    assert part.state == "partly"
    assert words(part.because) == "12 clients gave a mean of 4.0 of 5 (3.6 to 4.4). That is about the usual."
    for locale in LOCALES:
        assert "12" in words(part.because, locale)
        assert len(re.findall(r"\d[.,]\d", words(part.because, locale))) == 3


def test_the_multiplier_of_a_trained_model_applies():
    """The third one, to this door alone."""
    with door_of(PEOPLE, of_clients("a", [2, 3] * 6) + of_clients("b", [4, 5] * 6)) as service:
        model = FitModel.prior()
        model.multipliers_ = np.array([1.0, 1.0, 2.0])
        trained = replace(service, reported=service.reported.weighed(model))
        one, other = reported_of(ranked(service, ASKED)), reported_of(ranked(trained, ASKED))
    assert {who: part.weight for who, part in other.items()} == {who: 2 * part.weight for who, part in one.items()}


def test_a_variant_may_leave_the_door_out():
    """At weight 0 nobody is moved, and what clients said can still be read."""
    with door_of(PEOPLE, of_clients("a", [2, 3] * 6) + of_clients("b", [4, 5] * 6)) as service:
        without = varied(service.model, {"reported": 0.0})
        shut = replace(service, model=without, reported=service.reported.weighed(without.model))
        assert standing(ranked(shut, ASKED)) == standing(ranked(replace(service, reported=None), ASKED))
        assert reported_of(ranked(shut, ASKED))["a"].state == "not_met"


# ---------------------------------------------------------------- homes


def opened(home):
    home.settings = replace(home.settings, reported_door=True)
    return home


def test_a_new_check_in_counts_in_the_next_list():
    """The tenth client opens the door; nothing has to be restarted or indexed."""
    with home_of(PEOPLE) as home:
        index = opened(home).update_index()
        home.feedback.add_checkins([*of_clients("b", [1, 2, 3] * 4), *of_clients("a", [5] * 9)])
        assert home.service(index).reported.report(0) is None
        home.feedback.add_checkins([checkin("a", "tenth", 5)])
        assert home.service(index).reported.report(0).clients == 10
        home.feedback.close()


def test_who_is_removed_leaves_no_check_in():
    """With the profile goes all that clients said."""
    with home_of(PEOPLE) as home:
        home.feedback.add_checkins(of_clients("a", [5] * 12) + of_clients("b", [3] * 3))
        assert home.remove("a", DAY, "test")
        assert {one.therapist for one in home.feedback.checkins()} == {"b"}
        home.feedback.close()


def test_who_is_removed_leaves_nothing_of_their_parts_either():
    """What was said under the id of a profile that was joined goes too; others keep theirs."""
    with home_of(PEOPLE) as home:
        home.feedback.add_checkins([checkin(who, 1) for who in IDS])
        home.feedback.report("b", "no_answer", DAY, most=9)
        home.directory.propose([Pair("a", "b", 1.0, ("name_same",))])
        assert home.directory.join("a", "b", "test")
        assert home.remove("a", DAY, "test")
        assert {one.therapist for one in home.feedback.checkins()} == {"c", "d"}
        assert home.feedback.reports(DAY) == ()
        home.feedback.close()


def test_old_check_ins_go_with_retention():
    """After `checkin_days`, counted from the day of the check-in."""
    with home_of(PEOPLE) as home:
        days = home.settings.checkin_days
        old, last = (replace(checkin("a", ago), day=DAY - timedelta(days + ago)) for ago in (1, 0))
        home.feedback.add_checkins([old, last])
        home.retain(DAY)
        assert home.feedback.checkins() == (last,)
        home.feedback.close()


def test_check_ins_follow_profiles_that_were_joined():
    """Six clients of one part and six of the other are twelve of the person."""
    with home_of(PEOPLE) as home:
        home.feedback.add_checkins(of_clients("a", [3, 4] * 3) + of_clients("b", [3, 4] * 3))
        assert home.reported().ids.tolist() == []
        home.directory.propose([Pair("a", "b", 1.0, ("name_same",))])
        assert home.directory.join("a", "b", "test")
        assert (home.reported().ids.tolist(), home.reported().clients.tolist()) == (["a"], [12])
        home.feedback.close()


@FEW
@given(
    many_checkins(),
    st.lists(preferences_documents(), min_size=2, max_size=2),
    st.lists(st.floats(0, 4), min_size=3, max_size=3),
    st.floats(1, 60),
)
def test_a_trained_models_contributions_sum_to_the_score(checkins, documents, multipliers, k):
    """Whatever was learned, on all three doors and in every variant: the parts of each card make up its fit score."""
    learned = FitModel.prior()
    learned.multipliers_, learned.k_ = np.array(multipliers), k
    learned.factor_multipliers_ = {"quality_trust": 0.5, "modality": 1.5}
    known = oracle.reported_values(checkins)
    with home_with(PEOPLE, checkins) as home:
        home.feedback.add_shown([("a", 40), ("b", 10)], DAY)
        save_model(StoredModel(learned), home.path / "models" / "current.json")
        index = home.update_index()
        for name, variant in VARIANTS.items():
            service = home.service(index, name)
            assert service.model.model.multipliers_.tolist() == multipliers
            for document in documents:
                for one in ranked(service, document).matches:
                    assert abs(sum(part.contribution for part in one.contributions) - one.fit_score) <= 1e-9
                    (part,) = [part for part in one.contributions if part.door == "reported"]
                    clients, _, value = known.get(one.therapist.id, (0, 0.0, 0.0))
                    door = variant.parameters.get("reported", learned.reported)
                    worth = door * clients / (clients + k) * multipliers[2] if clients >= FEWEST_CLIENTS else 0.0
                    assert part.contribution == pytest.approx(worth * value, abs=1e-9)

"""From check-ins to answers to learn from: nothing comes from a later day, and nobody is shown by it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.feedback.protocol import CheckIn
from matcher.learning import (
    answers_of,
    exposure_gini,
    is_enough,
    lately,
    ranked_answers,
    ratios_to,
    reference_preferences,
    trained,
    typical_preferences,
    with_exposure,
)
from matcher.variants import VARIANTS
from models.factors import wishes_of
from models.fit import FitModel
from models.persistence import StoredModel, prior_model
from profiles.preferences import WISH_FIELDS
from profiles.schema import STYLES
from tests.support import home_of, therapist

DAY = date(2026, 1, 1)


def checkin(number, who="t1", days=0, score=4, *, session=1, stated=0.05, model=None):
    """Return the check-in of one client."""
    items = dict.fromkeys(CODES, score)
    return CheckIn(who, f"c{number}", session, DAY + timedelta(days=days), items, stated, 0.01, model)


def learned_as(*multipliers):
    """Return a model that learned these multipliers."""
    model = FitModel.prior()
    model.multipliers_ = np.array(multipliers)
    return StoredModel(model)


def codes():
    """Return the codes of the ranked items."""
    from matcher.feedback.items import items  # noqa: PLC0415 - read where it is used once

    return [code for code, item in items().items() if item.ranked]


CODES = codes()


def test_only_the_first_ranked_check_in_of_a_client_is_an_answer():
    """Sessions later on are of those who stayed."""
    found = ranked_answers([checkin(1, session=3, days=30), checkin(1, session=1), checkin(2)])
    assert [(one.client, one.session) for one in found] == [("c1", 1), ("c2", 1)]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["t1", "t2"]), st.integers(1, 5)), min_size=2, max_size=60)
)
@settings(max_examples=40, deadline=None)
def test_an_answer_knows_nothing_of_its_own_day_or_later(rows):
    """Changing answers from a day on changes what the reported door says on no earlier or equal day."""
    told = [checkin(n, therapist, days, score) for n, (days, therapist, score) in enumerate(rows)]
    cut = sorted(days for days, _, _ in rows)[len(rows) // 2]
    other = [
        checkin(n, therapist, days, 6 - score if days >= cut else score)
        for n, (days, therapist, score) in enumerate(rows)
    ]
    before, after = answers_of(told), answers_of(other)
    early = before.days <= (DAY + timedelta(days=cut)).toordinal()
    assert before.reported[early].tolist() == after.reported[early].tolist()
    assert before.clients[early].tolist() == after.clients[early].tolist()


def test_the_reported_door_opens_at_ten_earlier_clients():
    """The eleventh client's answer is read beside the mean of the ten before."""
    found = answers_of([checkin(n, days=n, score=1 + n % 5) for n in range(12)])
    assert found.clients.tolist() == [0.0] * 10 + [10.0, 11.0]


def test_answers_of_one_day_know_nothing_of_each_other():
    """Whatever their number: which of them came first is not known."""
    found = answers_of([checkin(n, score=1 + n % 5) for n in range(12)])
    assert found.clients.tolist() == [0.0] * 12
    assert found.reported.tolist() == [0.0] * 12


def test_outcomes_are_in_units_of_two_spreads():
    """Their mean is 0 and their SD .5, whatever the scores; all alike are 0."""
    found = answers_of([checkin(n, score=1 + n % 5) for n in range(50)])
    assert found.outcomes.mean() == pytest.approx(0)
    assert found.outcomes.std() == pytest.approx(0.5)
    assert set(answers_of([checkin(n) for n in range(5)]).outcomes) == {0.0}
    assert len(answers_of([])) == 0


def test_two_hundred_answers_are_enough():
    """And one fewer is not; the pace is that of the last ninety days."""
    found = [checkin(n, days=n % 120) for n in range(200)]
    assert is_enough(found)
    assert not is_enough(found[1:])
    assert lately(found, DAY + timedelta(days=119)) == sum(n % 120 > 29 for n in range(200))


def test_a_trained_model_says_what_it_learned_from():
    """Window, numbers and version stand in the card, and no client does."""
    rng = np.random.default_rng(0)
    told = [
        checkin(n, f"t{n % 9}", n % 300, int(rng.integers(1, 6)), stated=float(rng.uniform(0, 0.139)))
        for n in range(240)
    ]
    learned = trained(prior_model(), answers_of(told), "autumn", 3)
    card = learned.card
    assert (card.title, card.version, card.answers, card.clients, card.therapists) == ("autumn", 3, 240, 240, 9)
    assert card.data_window == ("2026-01-01", "2026-08-28")
    assert learned.hash != prior_model().hash
    assert not any(f"c{n}" in repr(card).replace("case_mix", "").replace("clients", "") for n in (17, 200))


def test_the_reference_preferences_have_one_wish_in_every_field():
    """Whatever the vocabulary."""
    found = {wish.factor.name for wish in wishes_of(reference_preferences())}
    assert found >= {*WISH_FIELDS, *STYLES, "words"}
    assert not reference_preferences().matters_most
    assert len(list(typical_preferences())) > 100


# ---------------------------------------------------------------- lists of a model that has learned already


def test_sums_of_a_learned_model_count_as_at_multiplier_one():
    """Else the second training would learn that everything is right as it is, and go back to the prior."""
    learned, shut = learned_as(2.0, 0.5, 1.0), learned_as(1.0, 0.0, 1.0)
    ratios = ratios_to(FitModel.prior(), [prior_model(), learned, shut])
    told = [
        checkin(0, model=prior_model().hash),
        checkin(1, model=learned.hash),
        checkin(2, model=shut.hash),
        checkin(3, model="of another home"),
        checkin(4),
    ]
    found = answers_of(told, ratios=ratios)
    assert found.stated == pytest.approx([0.05, 0.025, 0.05, np.nan, 0.05], nan_ok=True)
    assert found.described == pytest.approx([0.01, 0.02, np.nan, np.nan, 0.01], nan_ok=True)


def test_lists_of_every_variant_are_known():
    """A door that a variant does not read says nothing of that door; the other one counts; a re-ranker is no model."""
    ratios = ratios_to(FitModel.prior(), [learned_as(2.0, 0.5, 1.0)])
    assert len(ratios) == len({tuple(one.parameters.items()) for one in VARIANTS.values()})
    assert {str(ratio) for ratio in ratios.values()} == {"(0.5, 2.0)", "(0.5, nan)", "(nan, 2.0)", "(nan, nan)"}


def test_exposure_is_that_of_the_lists_which_the_model_would_make():
    """With its own weight of the reported door, and by the variant in use."""
    people = [therapist(f"p{n:02}", concern=("grief",) if n % 3 else ("anxiety",)) for n in range(30)]
    told = [checkin(n, f"p{n % 3:02}", score=5 - n % 3 - n % 2) for n in range(60)]
    learned = learned_as(1.0, 1.0, 0.0)
    with home_of(people) as home, closing(home.feedback):
        home.settings = replace(home.settings, reported_door=True)
        home.feedback.add_checkins(told)
        before = home.service(home.update_index())
        card = with_exposure(learned, before, DAY).card
        home.model = learned
        after = home.service(home.update_index())
        assert card.exposure == (exposure_gini(before, DAY), exposure_gini(after, DAY))
        assert card.exposure[0] > card.exposure[1], "a door at multiplier 0 shows nobody more often"

"""Learning: what a model gains is measured on answers that it did not see, and its card says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.card import calibration_error
from models.fit import DOORS, FitModel
from models.persistence import (
    ModelCard,
    ModelExists,
    StoredModel,
    load_model,
    next_version,
    prior_model,
    save_version,
)
from models.training import Answers, _by_therapist, _by_time, calibration, learn, months_to_go

PRIOR = FitModel.prior()


def answers(n, seed=0, truth=(1.0, 1.0, 1.0), noise=0.5, therapists=50):
    """Return `n` simulated answers in units of two SDs of a client's score."""
    rng = np.random.default_rng(seed)
    stated, described = rng.uniform(0, 0.139, n), rng.uniform(0, 0.06, n)
    reported, clients = rng.normal(0, 0.15, n).clip(-0.5, 0.5), rng.integers(0, 60, n).astype(float)
    weights = np.where(clients < 10, 0, 0.278 * clients / (clients + 19))
    signal = np.column_stack([stated, described, reported * weights]) @ truth
    return Answers(
        stated=stated,
        described=described,
        reported=reported,
        clients=clients,
        outcomes=signal + rng.normal(0, noise, n),
        therapists=rng.integers(0, therapists, n).astype(str),
        days=np.sort(rng.integers(0, 700, n)),
        slices={"scale": np.where(np.arange(n) < 5, "rare", "own")},
    )


def test_twenty_answers_leave_the_prior():
    """No multiplier moves by .3, and the order of the doors is the prior's."""
    learned = learn(answers(20, truth=(3.0, 0.0, 2.0)), PRIOR, np.random.default_rng(0)).model
    assert np.abs(learned.multipliers_ - 1).max() < 0.3


def test_what_is_learned_predicts_better_where_there_is_something_to_learn():
    """With 4,000 clear answers the whole interval of the gain is above 0, later and for other therapists."""
    found = learn(answers(4_000, truth=(3.0, 0.0, 2.0), noise=0.1), PRIOR, np.random.default_rng(0))
    assert {one.name for one in found.validations} == {"later", "others"}
    assert all(one.low > 0 for one in found.validations)
    assert calibration_error(found.calibration) < 0.02


def test_where_the_prior_is_right_nothing_is_gained():
    """The interval holds 0, so that nobody takes noise for learning."""
    found = learn(answers(1_000, seed=3), PRIOR, np.random.default_rng(0))
    assert all(one.low <= 0 for one in found.validations)


def test_the_same_answers_and_draws_give_the_same_model_and_card():
    """To the last bit."""
    first, second = (learn(answers(300), PRIOR, np.random.default_rng(5)) for _ in range(2))
    assert first.model.multipliers_.tolist() == second.model.multipliers_.tolist()
    assert (first.validations, first.calibration, first.slices) == (
        second.validations,
        second.calibration,
        second.slices,
    )


@given(st.integers(1, 200), st.integers(0, 50), st.integers(1, 12))
@settings(max_examples=50, deadline=None)
def test_what_is_held_out_was_not_learned_from(n, seed, therapists):
    """No therapist is on both sides of a fold, and no later day is on the earlier side."""
    found = answers(n, seed, therapists=therapists)
    earlier, later = _by_time(found)
    assert not set(earlier) & set(later)
    assert not len(earlier) or found.days[earlier].max() < found.days[later].min()
    for known, unknown in _by_therapist(found):
        assert not set(found.therapists[known]) & set(found.therapists[unknown])


@given(st.integers(1, 60), st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_learning_never_refuses(n, seed):
    """One answer or one therapist is enough for a model and a card."""
    found = learn(answers(n, seed, therapists=1 + seed % 3), PRIOR, np.random.default_rng(0))
    assert (found.model.multipliers_ >= 0).all()
    assert np.isfinite([one.gain for one in found.validations]).all()


def test_a_sum_that_is_not_known_says_nothing():
    """Unknown sums leave their door at the prior, and the other doors learn all the same."""
    told = answers(4_000, truth=(3.0, 1.0, 2.0), noise=0.1)
    silent = replace(told, stated=np.full(len(told), np.nan))
    learned = learn(silent, PRIOR, np.random.default_rng(0)).model
    assert learned.multipliers_[0] == pytest.approx(1)
    assert learned.multipliers_[2] > 1.4


def test_a_slice_below_twenty_answers_is_not_spoken_of():
    """Five answers of a rare kind stay out of the card."""
    found = learn(answers(300), PRIOR, np.random.default_rng(0))
    assert [one.value for one in found.slices] == ["own"]


@given(st.lists(st.floats(-1, 1), max_size=120), st.integers(0, 9))
@settings(max_examples=50)
def test_every_answer_stands_in_one_bin_of_at_least_twenty(predicted, seed):
    """Bins rise, hold everybody once, and there are none where there are too few."""
    observed = np.random.default_rng(seed).normal(size=len(predicted))
    bins = calibration(np.array(predicted), observed)
    assert all(one.answers >= 20 and one.low <= one.observed <= one.high for one in bins)
    assert sum(one.answers for one in bins) == (len(predicted) if len(predicted) >= 20 else 0)
    assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)


@pytest.mark.parametrize(
    ("have", "recent", "months"), [(0, 0, None), (199, 0, None), (200, 0, 0.0), (100, 50, 6.0), (0, 600, 1.0)]
)
def test_months_to_go_at_the_homes_own_pace(have, recent, months):
    """Of 90 days; nobody can tell where none came."""
    assert months_to_go(have, recent, 90) == months


def test_a_version_is_written_once(tmp_path):
    """The next one has the next number; the numbers of others do not count."""
    learned = learn(answers(300), PRIOR, np.random.default_rng(0))
    card = ModelCard("autumn", version=next_version("autumn", tmp_path), calibration=learned.calibration)
    stored = StoredModel(learned.model, replace(card, validations=learned.validations, exposure=(0.2, 0.3)))
    path = save_version(stored, tmp_path)
    assert path.name == "autumn-1.json"
    assert next_version("autumn", tmp_path) == 2
    assert next_version("winter", tmp_path) == 1
    with pytest.raises(ModelExists):
        save_version(stored, tmp_path)
    again = load_model(path)
    assert (again.hash, again.card) == (stored.hash, stored.card)
    assert again.model.k_ == stored.model.k_ != prior_model().model.k_
    assert again.model.multipliers_.tolist() == stored.model.multipliers_.tolist()
    assert len(DOORS) == len(again.model.multipliers_)

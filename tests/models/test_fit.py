"""The fit model: an estimator like any other, whose prior is the evidence and whose weights add up."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.utils.estimator_checks import parametrize_with_checks

from matcher.home import varied
from models.factors import wishes_of
from models.fit import DOORS, FitModel, rounded
from models.persistence import prior_model
from profiles.preferences import NAMED_WEIGHTS, WISH_FIELDS
from profiles.schema import STYLES
from tests.support import JURISDICTIONS, PROFESSIONS, TAGS, TERMS, read_document, wishes

PRIOR = FitModel.prior()
QUICK = settings(max_examples=100, suppress_health_check=list(HealthCheck))

ONE_TERM = {**TERMS, "language": TAGS, "jurisdiction": JURISDICTIONS, "profession": PROFESSIONS}
REFERENCE = {
    "prefer": {field: [ONE_TERM[field][0]] for field in WISH_FIELDS},
    "style": dict.fromkeys(STYLES, 1),
    "qualities": ["trust"],
    "words": "My mother died in March.",
}
"""One wish in every field, `matters_most` empty."""


@parametrize_with_checks([FitModel()])
def test_it_is_an_estimator_of_scikit_learn(estimator, check):
    """Every check of scikit-learn, none expected to fail."""
    check(estimator)


# ---------------------------------------------------------------- weights


def asked(document):
    """Return (wishes, weights by the prior) of a document."""
    preferences = read_document(document)
    found = wishes_of(preferences)
    return found, PRIOR.weights(found, preferences.matters_most)


@given(wishes())
@QUICK
def test_the_weights_of_a_block_sum_to_its_weight(document):
    """.139 for what is stated, .06 for what is described, whatever matters most; nothing for a door nobody uses."""
    found, weights = asked(document)
    assert (weights >= 0).all()
    for door, weight in (("stated", 0.139), ("described", 0.06)):
        block = [one for wish, one in zip(found, weights, strict=True) if wish.door == door]
        assert sum(block) == pytest.approx(weight if block else 0, abs=1e-12)


@given(wishes())
@QUICK
def test_relationship_wishes_have_three_fifths_of_each_block_they_are_in(document):
    """At least .60 where nothing matters most; none of it where none was asked."""
    document.pop("matters_most", None)
    found, weights = asked(document)
    for door in ("stated", "described"):
        block = [(wish.factor.kind, one) for wish, one in zip(found, weights, strict=True) if wish.door == door]
        relationship = sum(one for kind, one in block if kind == "relationship")
        if relationship:
            assert relationship / sum(one for _, one in block) >= 0.60 - 1e-12
    if not any(wish.factor.kind == "relationship" for wish in found):
        assert PRIOR.relationship_part(found, weights) == 0


def test_the_reference_preferences_have_a_relationship_share_of_three_fifths():
    """One wish in every field, nothing marked: at least .60 of all weight."""
    found, weights = asked(REFERENCE)
    assert {wish.factor.name for wish in found} >= {*WISH_FIELDS, *STYLES, "trust", "words"}
    assert PRIOR.relationship_part(found, weights) >= 0.60


def test_without_a_relationship_wish_the_share_is_nothing():
    """Also when nothing at all was asked."""
    assert PRIOR.relationship_part(*asked({"prefer": {"modality": ["cbt"]}, "words": "x"})) == 0
    assert PRIOR.relationship_part(*asked({})) == 0


@given(wishes(avoid=False), st.sampled_from(NAMED_WEIGHTS))
@QUICK
def test_what_matters_most_counts_double(document, name):
    """Beside any other wish of its door it weighs twice what it would; the others keep their proportions."""
    document.pop("matters_most", None)
    found, plain = asked(document)
    _, marked = asked({**document, "matters_most": [name]})
    named = [name in (wish.factor.group, wish.factor.field, wish.factor.name) for wish in found]
    for door in ("stated", "described"):
        ratios = {
            double: [
                after / before
                for wish, double_, before, after in zip(found, named, plain, marked, strict=True)
                if wish.door == door and double_ == double
            ]
            for double in (True, False)
        }
        if ratios[True] and ratios[False]:
            assert ratios[True] == pytest.approx([2 * ratios[False][0]] * len(ratios[True]))
            assert ratios[False] == pytest.approx([ratios[False][0]] * len(ratios[False]))
        elif ratios[True]:
            assert ratios[True] == pytest.approx([1.0] * len(ratios[True])), "nothing to be more than"


def test_naming_something_twice_doubles_it_once():
    """By its group and by its field."""
    base = {"prefer": {"modality": ["cbt"], "concern": ["grief"]}}
    once = asked({**base, "matters_most": ["modality"]})[1]
    twice = asked({**base, "matters_most": ["modality", "task"]})[1]
    assert once.tolist() == twice.tolist()


@given(wishes())
@QUICK
def test_asked_fields_of_one_kind_share_equally(document):
    """Within a door; all qualities together are one field."""
    document.pop("matters_most", None)
    found, weights = asked(document)
    parts = {}
    for wish, weight in zip(found, weights, strict=True):
        field = "qualities" if wish.factor.field == "qualities" else wish.factor.name
        key = (wish.door, wish.factor.kind)
        parts.setdefault(key, {})[field] = parts.get(key, {}).get(field, 0) + weight
    for shares in parts.values():
        assert list(shares.values()) == pytest.approx([next(iter(shares.values()))] * len(shares))


# ---------------------------------------------------------------- doors


@pytest.mark.parametrize(
    ("clients", "shares"), [(0, (0.698, 0.302, 0)), (10, (0.471, 0.203, 0.325)), (19, (0.411, 0.178, 0.411))]
)
def test_shares_of_the_doors(clients, shares):
    """Of the attainable range, to three digits."""
    assert tuple(round(share, 3) for share in PRIOR.door_shares(clients)) == pytest.approx(shares)


def test_shares_of_the_doors_follow_what_was_learned():
    """A door at multiplier 0 reaches nothing; where all are shut nobody has a share."""
    model = FitModel.prior()
    model.multipliers_ = np.array([1.0, 0.0, 2.0])
    assert model.door_shares(19) == pytest.approx((1 / 3, 0, 2 / 3))
    model.multipliers_ = np.zeros(3)
    assert model.door_shares(19) == (0, 0, 0)


@pytest.mark.parametrize("clients", range(10))
def test_check_ins_of_fewer_than_ten_clients_weigh_nothing(clients):
    """From ten on .278 n / (n + 19), growing and never above .278."""
    assert PRIOR.reported_weight(clients) == 0
    assert PRIOR.reported_weight(clients + 10) == pytest.approx(0.278 * (clients + 10) / (clients + 29))
    assert PRIOR.reported_weight(10**9) <= 0.278


def test_the_stated_weight_is_the_published_effect():
    """d=.28 as a correlation: d / sqrt(d^2 + 4)."""
    assert round(0.28 / (0.28**2 + 4) ** 0.5, 3) == PRIOR.stated


# ---------------------------------------------------------------- learning

MATRICES = st.integers(0, 10_000).map(np.random.default_rng)
LEARNER = FitModel(columns=(*DOORS, "clients"))


def simulated(rng, n, multipliers):
    """Return (X, y) of `n` answers in units of two SDs of a client's score, so that their own SD is .5."""
    clients = rng.integers(0, 60, n)
    X = np.column_stack(  # noqa: N806 - scikit-learn's name
        [rng.uniform(0, 0.139, n), rng.uniform(0, 0.06, n), rng.normal(0, 0.15, n).clip(-0.5, 0.5), clients]
    )
    weights = np.where(clients < 10, 0, 0.278 * clients / (clients + 19))
    signal = np.column_stack([X[:, 0], X[:, 1], X[:, 2] * weights]) @ multipliers
    return X, signal + rng.normal(0, 0.5, n)


@given(MATRICES, st.integers(1, 20))
@settings(max_examples=40)
def test_the_prior_dominates_while_there_are_few_answers(rng, n):
    """Up to twenty answers, as noisy as answers are, leave every multiplier and k near the prior."""
    told = simulated(rng, n, (3.0, 0.0, 2.0))
    fitted = LEARNER.fit(*told)
    assert np.abs(fitted.multipliers_ - 1).max() < 0.4
    assert 15 < fitted.k_ < 24


def test_a_few_answers_that_happen_to_agree_are_not_taken_for_exact():
    """Three answers without any noise leave the prior all the same."""
    X = simulated(np.random.default_rng(0), 3, (0.0, 0.0, 0.0))[0]  # noqa: N806 - scikit-learn's name
    fitted = LEARNER.fit(X, X[:, 0] * 3)
    assert fitted.multipliers_ == pytest.approx([1, 1, 1], abs=0.1)


@pytest.mark.parametrize("truth", list(permutations((3.0, 0.0, 2.0))))
def test_the_order_of_the_doors_is_recovered_from_two_thousand_answers(truth):
    """Any two blocks whose true weights differ by .2 stand in their order in 19 of 20 simulated homes."""
    blocks = np.array([PRIOR.stated, PRIOR.described, PRIOR.reported_weight(19)])
    fitted = [LEARNER.fit(*simulated(np.random.default_rng(seed), 2_000, truth)).multipliers_ for seed in range(20)]
    apart = [
        (more, less)
        for more, less in permutations(range(3), 2)
        if (blocks * truth)[more] > (blocks * truth)[less] + 0.2
    ]
    assert apart
    for more, less in apart:
        assert sum((blocks * one)[more] > (blocks * one)[less] for one in fitted) >= 19


def test_a_factor_moves_only_above_fifty_answers_a_parameter():
    """Five parameters: at 250 answers both factors keep their weight, one more and they move, the right way."""
    rng = np.random.default_rng(1)
    learner = FitModel(columns=(*DOORS, "clients", "trust", "modality"), factor_sd=5.0)
    X, y = simulated(rng, 251, (1.0, 1.0, 1.0))  # noqa: N806 - scikit-learn's name
    parts = np.column_stack([X[:, 0] * 0.7, X[:, 0] * 0.3]) * rng.uniform(0, 2, (len(X), 2))
    X, y = np.column_stack([X, parts]), y + 40 * parts[:, 0]  # noqa: N806
    assert learner.fit(X[:250], y[:250]).factor_multipliers_ == {}
    learned = learner.fit(X, y).factor_multipliers_
    assert learned["trust"] > 2 > learned["modality"] >= 0


@given(MATRICES)
@settings(max_examples=20)
def test_many_answers_outweigh_the_prior(rng):
    """With a hundred thousand the multipliers are those that the answers were made with."""
    sums = rng.uniform(0, 1, (100_000, len(DOORS)))
    wanted = rng.uniform(0, 3, len(DOORS))
    fitted = FitModel().fit(sums, sums @ wanted + 4 + rng.normal(0, 0.1, len(sums)))
    assert fitted.multipliers_ == pytest.approx(wanted, abs=0.05)
    assert fitted.intercept_ == pytest.approx(4, abs=0.1)


@given(MATRICES, st.integers(1, 60))
@settings(max_examples=40)
def test_multipliers_are_never_negative(rng, n):
    """A door that predicts badly is closed, not turned round."""
    sums = rng.normal(size=(n, 3))
    fitted = FitModel(multiplier_sd=30.0).fit(sums, rng.normal(size=n) * 100)
    assert (fitted.multipliers_ >= 0).all()


@given(st.lists(st.floats(-1, 1), max_size=20))
def test_a_rounded_score_is_a_whole_number_of_billionths(scores):
    """Never farther than half a billionth from the sum."""
    found = rounded(np.array(scores, dtype=float))
    assert found.dtype == np.int64
    assert np.abs(found / 1e9 - np.array(scores, dtype=float)).max(initial=0) <= 0.5e-9 + 1e-15


def test_a_variant_changes_its_parameters_and_keeps_what_was_learned():
    """`stated-only` closes the described door of the model in use."""
    stored = prior_model()
    stored.model.multipliers_ = np.array([1.5, 2.0, 0.5])
    changed = varied(stored, {"described": 0.0})
    assert changed.model.described == 0
    assert changed.model.multipliers_.tolist() == [1.5, 2.0, 0.5]
    assert changed.hash != stored.hash
    found = wishes_of(read_document(REFERENCE))
    weights = changed.model.weights(found)
    assert weights[[wish.door == "described" for wish in found]].sum() == 0
    assert weights.sum() == pytest.approx(0.139 * 1.5)

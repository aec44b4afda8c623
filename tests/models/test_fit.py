"""The fit model: an estimator like any other, whose prior is the evidence and whose weights add up."""

from __future__ import annotations

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


@given(MATRICES, st.integers(3, 12))
@settings(max_examples=40)
def test_the_prior_dominates_while_there_are_few_answers(rng, n):
    """A dozen answers that say the opposite leave every multiplier nearer to the prior's 1 than to their own 0."""
    sums = rng.uniform(0, 0.1, (n, len(DOORS)))
    y = -sums.sum(axis=1)
    fitted = FitModel().fit(sums, y)
    assert np.abs(fitted.multipliers_ - 1).max() < 0.5


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
    fitted = FitModel(strength=0.001).fit(sums, rng.normal(size=n) * 100)
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

"""The fit model: an additive score over wishes, weighted by door, with contributions that sum to it exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import nnls
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from models.factors import Door, Wish

DOORS: tuple[Door, ...] = ("stated", "described", "reported")
SCORE_DECIMALS = 9


class FitModel(RegressorMixin, BaseEstimator):
    """Additive model of fit over the doors of the working alliance.

    A score is the sum of weight times value over the wishes of a client. Inside a door's block the weights follow
    from the prior and from what was asked (`weights`); each block has one multiplier, 1 by prior.

    Args:
        stated: weight of the block of stated wishes. Accommodating preferences: d=.28 (Swift 2018),
            r = d/sqrt(d^2+4) = .139.
        described: weight of the block read from profile texts, .06 at most: assumes that a text is worth a
            therapist's self-rating (r=.06, Soto 2018).
        reported: upper weight of the block of check-ins, r=.278 (Flückiger 2018).
        reported_k: (1-ICC)/ICC of the outcome, 19 from an ICC of .05 (Johns 2019).
        reported_floor: distinct clients below which check-ins weigh nothing.
        relationship_share: part of a block that asked relationship wishes have at least, .60: the article's emphasis
            and our choice, no study's figure.
        strength: how many answers the prior of the multipliers is worth.

    Attributes:
        multipliers_: float64 [n_features_in_], one a column of X, never negative.
        intercept_: the baseline.
    """

    def __init__(
        self,
        *,
        stated: float = 0.139,
        described: float = 0.06,
        reported: float = 0.278,
        reported_k: float = 19.0,
        reported_floor: int = 10,
        relationship_share: float = 0.60,
        strength: float = 200.0,
    ) -> None:
        self.stated = stated
        self.described = described
        self.reported = reported
        self.reported_k = reported_k
        self.reported_floor = reported_floor
        self.relationship_share = relationship_share
        self.strength = strength

    def __sklearn_tags__(self) -> Tags:
        """Say that a prior worth many answers will not fit a toy data set well, by design."""
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags

    @classmethod
    def prior(cls, **parameters: float) -> Self:
        """Return the model before any answer: multipliers 1, no baseline."""
        model = cls(**parameters)  # type: ignore[arg-type]  # names are checked by the constructor
        model.multipliers_ = np.ones(len(DOORS))
        model.intercept_ = 0.0
        model.n_features_in_ = len(DOORS)
        return model

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # noqa: N803 - scikit-learn's name
        """Fit the multipliers to answers, maximum a posteriori around 1 and never negative.

        Args:
            X: float64 [n, d], the sum of contributions of each door at multiplier 1.
            y: float64 [n], what clients reported, centred or not.

        Returns:
            The model itself.
        """
        sums, answers = validate_data(self, X, y, y_numeric=True, dtype=np.float64)
        answers = answers.astype(np.float64)
        centred, target = sums - sums.mean(axis=0), answers - answers.mean()
        spread = np.maximum(centred.std(axis=0), np.finfo(np.float64).tiny)
        prior = np.diag(np.sqrt(self.strength) * spread)
        stacked = np.vstack([centred, prior])
        wanted = np.concatenate([target, np.sqrt(self.strength) * spread])
        self.multipliers_, _ = nnls(stacked, wanted)
        self.intercept_ = float(answers.mean() - sums.mean(axis=0) @ self.multipliers_)
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return float64 [n]: the baseline and the multiplied sums of the doors."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)  # noqa: N806
        predicted: NDArray[np.float64] = X @ self.multipliers_ + self.intercept_
        return predicted

    def reported_weight(self, clients: int) -> float:
        """Return the weight of the reported door at `clients` distinct clients, 0 below `reported_floor`."""
        if clients < self.reported_floor:
            return 0.0
        return self.reported * clients / (clients + self.reported_k)

    def door_shares(self, clients: int) -> tuple[float, float, float]:
        """Return each door's share of the attainable range at `clients` distinct clients; they sum to 1."""
        ranges = self.stated, self.described, self.reported_weight(clients)
        return (ranges[0] / sum(ranges), ranges[1] / sum(ranges), ranges[2] / sum(ranges))

    def weights(self, wishes: Sequence[Wish], matters_most: Sequence[str] = ()) -> NDArray[np.float64]:
        """Return float64 [len(wishes)]: the weight of each wish in this list.

        In each block the asked fields of a kind share equally; relationship wishes have at least `relationship_share`
        of the block; what matters most counts double; then the block is brought back to its weight.
        """
        check_is_fitted(self)
        weights = np.zeros(len(wishes))
        for number, door in enumerate(DOORS[:2]):
            block = [i for i, wish in enumerate(wishes) if wish.door == door]
            if block:
                asked = [wishes[i] for i in block]
                parts = _shares(asked, self.relationship_share, matters_most)
                weights[block] = parts * getattr(self, door) * self.multipliers_[number]
        return weights

    def relationship_part(self, wishes: Sequence[Wish], weights: NDArray[np.float64]) -> float:
        """Return the share of all weight that relationship wishes have, 0 when nothing was asked."""
        kinds = np.array([wish.factor.kind == "relationship" for wish in wishes], dtype=bool)
        return float(weights[kinds].sum() / weights.sum()) if weights.sum() > 0 else 0.0


def shared_field(wish: Wish) -> str:
    """Return the field a wish shares its part with: all qualities one, anything else its own."""
    return "qualities" if wish.factor.field == "qualities" else wish.factor.name


def _shares(wishes: Sequence[Wish], relationship_share: float, matters_most: Sequence[str]) -> NDArray[np.float64]:
    """Return float64 [len(wishes)] that sums to 1: each wish's part of its block."""
    names = [shared_field(wish) for wish in wishes]
    parts = np.array([1.0 / names.count(name) for name in names])
    relationship = np.array([wish.factor.kind == "relationship" for wish in wishes])
    natural = parts[relationship].sum() / parts.sum()
    if 0 < natural < relationship_share:
        parts[relationship] *= relationship_share / natural
        parts[~relationship] *= (1 - relationship_share) / (1 - natural)
    most = set(matters_most)
    parts[[not most.isdisjoint(_named(wish)) for wish in wishes]] *= 2.0
    shares: NDArray[np.float64] = parts / parts.sum()
    return shares


def _named(wish: Wish) -> tuple[str, ...]:
    """Return every name by which `matters_most` can mean a wish."""
    return wish.factor.group, wish.factor.field, wish.factor.name


def rounded(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return int64 scores in units of 1e-9: the number that is sorted, banded and shown."""
    whole: NDArray[np.int64] = np.rint(scores * 10**SCORE_DECIMALS).astype(np.int64)
    return whole

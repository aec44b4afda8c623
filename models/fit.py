"""The fit model: an additive score over wishes, weighted by door, with contributions that sum to it exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar, nnls
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from models.factors import Door, Wish

DOORS: tuple[Door, ...] = ("stated", "described", "reported")
SCORE_DECIMALS = 9


class FitModel(RegressorMixin, BaseEstimator):
    """Additive model of fit over the doors of the working alliance.

    A score is the sum of weight times value over the wishes of a client. Inside a door's block the weights follow
    from the prior and from what was asked (`weights`); each block has one multiplier, 1 by prior. A constant moves
    nobody in a list, so the baseline is used to predict answers and is no part of a fit score.

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
        multiplier_sd: SD of the prior of each door's multiplier, whose mean is 1; our choice.
        k_sd: SD of the prior of log k around log `reported_k`; our choice.
        factor_sd: SD of the prior of each factor's multiplier, whose mean is 1; our choice.
        noise_sd: SD of single answers by prior, in units of two of their own SDs.
        noise_answers: how many answers that prior is worth, so that a few alike are not taken for exact; our choice.
        answers_per_weight: factors keep their weights up to so many answers a parameter.
        columns: names of the columns of X: `DOORS`, then `clients`, then any factors; None for plain sums alone.

    Attributes:
        multipliers_: float64, one a door (one a column of X without `columns`), never negative.
        k_: of the reported door, `reported_k` by prior.
        factor_multipliers_: by factor name, never negative; a factor that it does not name has 1.
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
        multiplier_sd: float = 0.5,
        k_sd: float = 0.5,
        factor_sd: float = 0.25,
        noise_sd: float = 0.5,
        noise_answers: int = 20,
        answers_per_weight: int = 50,
        columns: tuple[str, ...] | None = None,
    ) -> None:
        self.stated = stated
        self.described = described
        self.reported = reported
        self.reported_k = reported_k
        self.reported_floor = reported_floor
        self.relationship_share = relationship_share
        self.multiplier_sd = multiplier_sd
        self.k_sd = k_sd
        self.factor_sd = factor_sd
        self.noise_sd = noise_sd
        self.noise_answers = noise_answers
        self.answers_per_weight = answers_per_weight
        self.columns = columns

    def __sklearn_tags__(self) -> Tags:
        """Say that a prior worth many answers will not fit a toy data set well, by design."""
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags

    @classmethod
    def prior(cls, **parameters: Any) -> Self:
        """Return the model before any answer: multipliers 1, no baseline."""
        model = cls(**parameters)
        model.multipliers_ = np.ones(len(DOORS))
        model.k_ = float(model.reported_k)
        model.factor_multipliers_ = {}
        model.intercept_ = 0.0
        model.n_features_in_ = len(DOORS) if model.columns is None else len(model.columns)
        return model

    def varied(self, **parameters: Any) -> Self:
        """Return the model with other parameters; what was learned stays."""
        model = type(self).prior(**{**self.get_params(), **parameters})
        model.multipliers_, model.intercept_ = self.multipliers_, self.intercept_
        model.factor_multipliers_ = self.factor_multipliers_
        model.k_ = float(parameters.get("reported_k", self.k_))
        return model

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # noqa: N803 - scikit-learn's name
        """Fit multipliers and k to answers, maximum a posteriori, multipliers never negative.

        It never refuses: with few answers the prior dominates. First the doors and k are fitted; then, with more than
        `answers_per_weight` answers a parameter, the factors, around what the doors leave.

        Args:
            X: float64 [n, d]. Without `columns`: the sum of contributions of each door at multiplier 1. With them:
                those of `stated` and `described`; the value of `reported`, -.5 to .5, unweighted; its number of
                `clients`; and, for each named factor, the part of the sums that it makes up.
            y: float64 [n], what clients reported, centred or not.

        Returns:
            The model itself.
        """
        sums, answers = validate_data(self, X, y, y_numeric=True, dtype=np.float64)
        answers = answers.astype(np.float64)
        self.k_ = float(self.reported_k)
        self.factor_multipliers_: dict[str, float] = {}
        self.k_ = self._likeliest_k(sums, answers)
        doors = self._sums(sums, self.k_)
        self.multipliers_, _ = _posterior(doors, answers, self.multiplier_sd, self._noise(doors, answers))
        self._fit_factors(sums, answers - doors @ self.multipliers_)
        self.intercept_ = float(np.mean(answers - self._scores(sums)))
        return self

    def _sums(self, X: NDArray[np.float64], k: float) -> NDArray[np.float64]:  # noqa: N803
        """Return float64 [n, doors]: the contributions of each door at multiplier 1."""
        if self.columns is None:
            return X
        clients = X[:, self.columns.index("clients")]
        weights = np.where(clients < self.reported_floor, 0.0, self.reported * clients / (clients + k))
        values = [X[:, self.columns.index(door)] for door in DOORS]
        return np.column_stack([values[0], values[1], values[2] * weights])

    def _likeliest_k(self, X: NDArray[np.float64], answers: NDArray[np.float64]) -> float:  # noqa: N803
        """Return k of the highest posterior, with the multipliers that suit it best."""
        if self.columns is None:
            return float(self.reported_k)
        middle, noise = np.log(self.reported_k), self._noise(self._sums(X, self.reported_k), answers)

        def cost(log_k: float) -> float:
            doors = self._sums(X, float(np.exp(log_k)))
            misfit = _posterior(doors, answers, self.multiplier_sd, noise)[1]
            return float(misfit**2 / noise + ((log_k - middle) / self.k_sd) ** 2)

        reach = 3 * self.k_sd
        found = minimize_scalar(cost, bounds=(middle - reach, middle + reach), method="bounded")
        return float(np.exp(found.x))

    def _noise(self, sums: NDArray[np.float64], answers: NDArray[np.float64]) -> float:
        """Return the variance of answers around what the prior predicts, drawn towards its own prior; above 0."""
        known, total = self.noise_answers * self.noise_sd**2, self.noise_answers + len(answers)
        seen = len(answers) * float(np.var(answers - sums.sum(axis=1)))
        return float(max((known + seen) / total, np.finfo(np.float64).tiny))

    def _factors(self) -> tuple[str, ...]:
        return tuple(name for name in self.columns or () if name not in (*DOORS, "clients"))

    def _fit_factors(self, X: NDArray[np.float64], left: NDArray[np.float64]) -> None:  # noqa: N803
        """Fit each factor's multiplier to what the doors leave, where there are answers enough."""
        names = self._factors()
        if not names or len(X) <= self.answers_per_weight * (len(DOORS) + len(names)):
            return
        parts = self._parts(X, names)
        target = left + parts.sum(axis=1)
        found, _ = _posterior(parts, target, self.factor_sd, self._noise(parts, target))
        self.factor_multipliers_ = dict(zip(names, map(float, found), strict=True))

    def _parts(self, X: NDArray[np.float64], names: Sequence[str]) -> NDArray[np.float64]:  # noqa: N803
        """Return float64 [n, names]: what each factor contributes at the door's multiplier."""
        columns = self.columns or ()
        parts: NDArray[np.float64] = X[:, [columns.index(name) for name in names]] * self.multipliers_[0]
        return parts

    def _scores(self, X: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: N803
        scores: NDArray[np.float64] = self._sums(X, self.k_) @ self.multipliers_
        if self.factor_multipliers_:
            names = tuple(self.factor_multipliers_)
            scores = scores + self._parts(X, names) @ (np.array(list(self.factor_multipliers_.values())) - 1)
        return scores

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:  # noqa: N803
        """Return float64 [n]: the baseline and the multiplied sums of the doors."""
        check_is_fitted(self)
        sums: NDArray[np.float64] = np.asarray(validate_data(self, X, reset=False), dtype=np.float64)
        return self._scores(sums) + self.intercept_

    def reported_weight(self, clients: int) -> float:
        """Return the weight of the reported door at `clients` distinct clients and multiplier 1, 0 below the floor."""
        if clients < self.reported_floor:
            return 0.0
        return self.reported * clients / (clients + self.k_)

    def door_shares(self, clients: int) -> tuple[float, float, float]:
        """Return each door's share of the attainable range at `clients` distinct clients.

        They sum to 1; where every door is shut, all are 0.
        """
        check_is_fitted(self)
        ranges = np.array([self.stated, self.described, self.reported_weight(clients)]) * self.multipliers_
        stated, described, reported = ranges / (ranges.sum() or 1.0)
        return float(stated), float(described), float(reported)

    def weights(self, wishes: Sequence[Wish], matters_most: Sequence[str] = ()) -> NDArray[np.float64]:
        """Return float64 [len(wishes)]: the weight of each wish in this list.

        In each block the asked fields of a kind share equally; relationship wishes have at least `relationship_share`
        of the block; what matters most counts double, and what was learned of single factors counts; then the block
        is brought back to its weight.
        """
        check_is_fitted(self)
        weights = np.zeros(len(wishes))
        for number, door in enumerate(DOORS[:2]):
            block = [i for i, wish in enumerate(wishes) if wish.door == door]
            if block:
                asked = [wishes[i] for i in block]
                parts = _shares(asked, self.relationship_share, matters_most, self.factor_multipliers_)
                weights[block] = parts * getattr(self, door) * self.multipliers_[number]
        return weights

    def relationship_part(self, wishes: Sequence[Wish], weights: NDArray[np.float64]) -> float:
        """Return the share of all weight that relationship wishes have, 0 when nothing was asked."""
        kinds = np.array([wish.factor.kind == "relationship" for wish in wishes], dtype=bool)
        return float(weights[kinds].sum() / weights.sum()) if weights.sum() > 0 else 0.0


def shared_field(wish: Wish) -> str:
    """Return the field a wish shares its part with: all qualities one, anything else its own."""
    return "qualities" if wish.factor.field == "qualities" else wish.factor.name


def _shares(
    wishes: Sequence[Wish],
    relationship_share: float,
    matters_most: Sequence[str],
    learned: Mapping[str, float],
) -> NDArray[np.float64]:
    """Return float64 [len(wishes)] that sums to 1: each wish's part of its block."""
    names = [shared_field(wish) for wish in wishes]
    parts = np.array([1.0 / names.count(name) for name in names])
    parts *= [learned.get(wish.factor.name, 1.0) for wish in wishes]
    relationship = np.array([wish.factor.kind == "relationship" for wish in wishes])
    natural = parts[relationship].sum() / (parts.sum() or 1.0)
    if 0 < natural < relationship_share:
        parts[relationship] *= relationship_share / natural
        parts[~relationship] *= (1 - relationship_share) / (1 - natural)
    most = set(matters_most)
    parts[[not most.isdisjoint(_named(wish)) for wish in wishes]] *= 2.0
    shares: NDArray[np.float64] = parts / (parts.sum() or 1.0)
    return shares


def _posterior(
    sums: NDArray[np.float64], answers: NDArray[np.float64], sd: float, noise: float
) -> tuple[NDArray[np.float64], float]:
    """Return float64 [columns], the multipliers of the highest posterior, and their misfit to answers and prior.

    The prior has mean 1 and the given SD; no multiplier is negative. The squared misfit over `noise` is -2 log of the
    posterior's height, up to a constant.
    """
    centred, target = sums - sums.mean(axis=0), answers - answers.mean()
    pull = np.sqrt(noise) / sd
    stacked = np.vstack([centred, pull * np.eye(sums.shape[1])])
    found, misfit = nnls(stacked, np.concatenate([target, np.full(sums.shape[1], pull)]))
    return found, float(misfit)


def _named(wish: Wish) -> tuple[str, ...]:
    """Return every name by which `matters_most` can mean a wish."""
    return wish.factor.group, wish.factor.field, wish.factor.name


def rounded(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return int64 scores in units of 1e-9: the number that is sorted, banded and shown."""
    whole: NDArray[np.int64] = np.rint(scores * 10**SCORE_DECIMALS).astype(np.int64)
    return whole

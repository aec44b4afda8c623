"""Learning from answers: the fit, and how well it predicts what it did not learn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.card import Bin, Slice, Validation
from models.fit import DOORS, FitModel

FEWEST_ANSWERS = 200
"""Below these nothing is learned from a home's answers."""

LATER_SHARE = 0.2
FOLDS = 5
BINS = 10
FEWEST_IN_BIN = FEWEST_IN_SLICE = 20
RESAMPLES = 1_000
NORMAL_95 = 1.959964
COLUMNS = (*DOORS, "clients")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """What clients answered, each beside the list that they came from.

    Attributes:
        stated, described: float64 [n], the sums of these doors in that list; NaN where it is not known.
        reported: float64 [n], the value of that door by the check-ins before that day, of other clients; 0 for none.
        clients: float64 [n], how many clients that value comes from.
        outcomes: float64 [n], what was answered, in units of two SDs of a client's score.
        therapists: str [n].
        days: int64 [n], day numbers.
        slices: str [n] by name: parts of the answers that the card looks at.
    """

    stated: Floats
    described: Floats
    reported: Floats
    clients: Floats
    outcomes: Floats
    therapists: NDArray[np.str_]
    days: NDArray[np.int64]
    slices: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.outcomes)

    @property
    def matrix(self) -> Floats:
        """float64 [n, 4] in the order of `COLUMNS`; a sum that is not known takes the mean, and so says nothing."""
        return np.column_stack([_filled(self.stated), _filled(self.described), self.reported, self.clients])


def _filled(sums: Floats) -> Floats:
    known = sums[~np.isnan(sums)]
    return np.where(np.isnan(sums), known.mean() if len(known) else 0.0, sums)


@dataclass(frozen=True)
class Learned:
    """A model fitted to answers, and what is known of it."""

    model: FitModel
    validations: tuple[Validation, ...]
    calibration: tuple[Bin, ...]
    slices: tuple[Slice, ...]


def learn(answers: Answers, prior: FitModel, rng: np.random.Generator) -> Learned:
    """Fit a model to all answers, and validate the same procedure on answers it did not see.

    Args:
        answers: one or more.
        prior: its parameters are kept.
        rng: draws therapists for the intervals.
    """
    learner = FitModel(**{**prior.get_params(), "columns": COLUMNS})
    others = _predicted(answers, learner, list(_by_therapist(answers)))
    later = _predicted(answers, learner, [_by_time(answers)])
    return Learned(
        model=learner.fit(answers.matrix, answers.outcomes),
        validations=tuple(
            _validation(name, answers, found, rng) for name, found in (("later", later), ("others", others))
        ),
        calibration=calibration(others.learned[others.rows], answers.outcomes[others.rows]),
        slices=tuple(_slices(answers, others)),
    )


@dataclass(frozen=True)
class _Predicted:
    """Predictions for answers that were held out: rows int64 [m], and float64 [n] by each model, NaN elsewhere."""

    rows: NDArray[np.int64]
    prior: Floats
    learned: Floats


Split = tuple[NDArray[np.int64], NDArray[np.int64]]


def _by_time(answers: Answers) -> Split:
    """Return the earlier rows, and the rows of the last fifth of the answers; a day is not cut in two."""
    order = np.argsort(answers.days, kind="stable")
    first_later = answers.days[order[int(len(order) * (1 - LATER_SHARE))]] if len(order) else 0
    return np.flatnonzero(answers.days < first_later), np.flatnonzero(answers.days >= first_later)


def _by_therapist(answers: Answers) -> Iterator[Split]:
    """Yield folds in which nobody's answers are on both sides; none where there are too few therapists."""
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415 - only training pays for it

    folds = min(FOLDS, len(np.unique(answers.therapists)))
    if folds > 1:
        yield from GroupKFold(folds).split(answers.matrix, groups=answers.therapists)


def _predicted(answers: Answers, learner: FitModel, splits: list[Split]) -> _Predicted:
    """Predict the second part of each split by what the first taught, and by the prior with its mean."""
    X, y = answers.matrix, answers.outcomes  # noqa: N806 - scikit-learn's name
    prior, learned = np.full(len(y), np.nan), np.full(len(y), np.nan)
    for known, unknown in splits:
        if len(known) and len(unknown):
            untaught = FitModel.prior(**learner.get_params())
            untaught.intercept_ = float(np.mean(y[known] - untaught.predict(X[known])))
            prior[unknown] = untaught.predict(X[unknown])
            learned[unknown] = FitModel(**learner.get_params()).fit(X[known], y[known]).predict(X[unknown])
    return _Predicted(np.flatnonzero(~np.isnan(learned)), prior, learned)


def _validation(name: str, answers: Answers, found: _Predicted, rng: np.random.Generator) -> Validation:
    y, rows = answers.outcomes[found.rows], found.rows
    prior, learned = (found.prior[rows] - y) ** 2, (found.learned[rows] - y) ** 2
    low, high = _interval(prior - learned, answers.therapists[rows], rng)
    return Validation(
        name=name,
        answers=len(rows),
        prior_error=_mean(prior),
        learned_error=_mean(learned),
        gain=_mean(prior - learned),
        low=low,
        high=high,
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0


def _interval(gains: Floats, therapists: NDArray[np.str_], rng: np.random.Generator) -> tuple[float, float]:
    """Return the 95 % interval of the mean gain; whole therapists are drawn, since their answers are alike."""
    if not len(gains):
        return 0.0, 0.0
    _, groups = np.unique(therapists, return_inverse=True)
    sums, sizes = np.bincount(groups, weights=gains), np.bincount(groups)
    drawn = rng.integers(0, len(sums), (RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def calibration(predicted: Floats, observed: Floats) -> tuple[Bin, ...]:
    """Return answers in up to ten bins of equal size by their prediction, at least twenty in each."""
    number = min(BINS, len(predicted) // FEWEST_IN_BIN)
    if not number:
        return ()
    parts = np.array_split(np.argsort(predicted, kind="stable"), number)
    return tuple(_bin(predicted[part], observed[part]) for part in parts)


def _bin(predicted: Floats, observed: Floats) -> Bin:
    mean = _mean(observed)
    reach = NORMAL_95 * float(observed.std(ddof=1)) / np.sqrt(len(observed))
    return Bin(_mean(predicted), mean, float(mean - reach), float(mean + reach), len(observed))


def _slices(answers: Answers, found: _Predicted) -> Iterator[Slice]:
    for name, values in answers.slices.items():
        for value in np.unique(values):
            rows = found.rows[values[found.rows] == value]
            if len(rows) >= FEWEST_IN_SLICE:
                y = answers.outcomes[rows]
                errors = [_mean((guess[rows] - y) ** 2) for guess in (found.prior, found.learned)]
                yield Slice(name, str(value), len(rows), *errors)


def months_to_go(answers: int, lately: int, days: int) -> float | None:
    """Return how many months of 30 days it takes to `FEWEST_ANSWERS` at the pace of the last `days`; None at none.

    >>> months_to_go(80, 30, 90), months_to_go(80, 0, 90), months_to_go(300, 0, 90)
    (12.0, None, 0.0)
    """
    missing = max(FEWEST_ANSWERS - answers, 0)
    if not missing:
        return 0.0
    return missing * days / lately / 30 if lately else None

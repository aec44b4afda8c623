"""The model card: what a reader must know before trusting a model, as data."""

from __future__ import annotations

from dataclasses import dataclass

CLAIMS = (
    "Orders therapists by what was asked; says nothing about how effective anyone is.",
    (
        "The relationship share of .60 is the article's emphasis and our choice, no study's figure "
        "(no moderation by type of preference was found; a style match was null, N=470)."
    ),
    "Getting the therapy people prefer is linked to staying in therapy; it is no promise of results.",
)


@dataclass(frozen=True, slots=True)
class Validation:
    """How well answers are predicted that a model did not learn from, beside the prior.

    Errors are mean squared ones, in squared units of the answers (two SDs of a client's score).

    Attributes:
        name: `later` (learned from the earlier answers) or `others` (learned from other therapists).
        answers: how many were predicted.
        prior_error, learned_error: of the prior and of the learned model.
        gain: prior_error minus learned_error, above 0 where learning helped.
        low, high: 95 % bootstrap interval of the gain, whole therapists drawn.
    """

    name: str
    answers: int
    prior_error: float
    learned_error: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers that were predicted alike.

    Attributes:
        predicted: their mean prediction.
        observed: the mean of what was answered.
        low, high: 95 % interval of `observed`.
        answers: how many.
    """

    predicted: float
    observed: float
    low: float
    high: float
    answers: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of the answers, large enough to be spoken of.

    Attributes:
        name, value: which part.
        answers: how many.
        prior_error, learned_error: as in `Validation`.
    """

    name: str
    value: str
    answers: int
    prior_error: float
    learned_error: float


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a reader must know before trusting a model.

    Attributes:
        title: the model's name.
        version: from 1; 0 is the prior.
        data_window: first and last day of the answers it learned from, "" each for the prior.
        answers, clients, therapists: how many it learned from.
        validations: on later answers, and on those of other therapists.
        calibration: of the predictions for other therapists.
        slices: parts with enough answers.
        exposure: Gini of profile exposure under the prior and under the model, None where it was not measured.
        claims: what the model may be said to do, and what not.
    """

    title: str = "prior"
    data_window: tuple[str, str] = ("", "")
    answers: int = 0
    claims: tuple[str, ...] = CLAIMS
    version: int = 0
    clients: int = 0
    therapists: int = 0
    validations: tuple[Validation, ...] = ()
    calibration: tuple[Bin, ...] = ()
    slices: tuple[Slice, ...] = ()
    exposure: tuple[float, float] | None = None


def calibration_error(bins: tuple[Bin, ...]) -> float:
    """Return how far observed means lie from predicted ones, weighted by answers; 0 without answers."""
    total = sum(one.answers for one in bins)
    return sum(one.answers * abs(one.predicted - one.observed) for one in bins) / total if total else 0.0

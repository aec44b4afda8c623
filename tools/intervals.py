"""Coverage and width of every interval that is told, where the truth is known: `python -m tools.intervals`.

"At every look" counts a run as covered only if the interval held the truth at each look; "at the end" looks once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from matcher.evaluation.coin import difference_sequence, interval, mean_sequence
from matcher.evaluation.intervals import difference

RUNS, SEED = 1_000, 20_261_123
LOOKS = (50, 100, 200, 400, 800)
RESAMPLES = 2_000

Draw = Callable[[np.random.Generator], list[tuple[float, float]]]
"""One run: the interval at each look."""


@dataclass(frozen=True)
class Case:
    """One interval under one truth.

    Attributes:
        name: what is told.
        truth: what it should hold.
        draw: one run.
    """

    name: str
    truth: float
    draw: Draw


def _coin(chance: float) -> Draw:
    def draw(rng: np.random.Generator) -> list[tuple[float, float]]:
        heads = (rng.random(LOOKS[-1]) < chance).cumsum()
        return [interval(int(heads[n - 1]), n) for n in LOOKS]

    return draw


def _mean(rng: np.random.Generator) -> list[tuple[float, float]]:
    values = rng.exponential(1.0, LOOKS[-1])
    return [mean_sequence(values[:n])[1:] for n in LOOKS]


def _apart(rng: np.random.Generator) -> list[tuple[float, float]]:
    treated = rng.random(2 * LOOKS[-1]) < 0.5
    values = rng.beta(2, 3, 2 * LOOKS[-1]) + 0.1 * treated
    return [difference_sequence(values[: 2 * n], treated[: 2 * n])[1:] for n in LOOKS]


def _paired(rng: np.random.Generator) -> list[tuple[float, float]]:
    a, b = rng.beta(2, 2, (2, 64))
    found = difference(a + 0.05, b, rng, RESAMPLES)
    return [(found.low, found.high)]


CASES = (
    Case("chance of the coin, fair", 0.5, _coin(0.5)),
    Case("chance of the coin, .615 (a ratio of 1.6)", 1.6 / 2.6, _coin(1.6 / 2.6)),
    Case("mean of skewed values", 1.0, _mean),
    Case("difference of averages, two arms", 0.1, _apart),
    Case("paired difference of 64 queries (bootstrap)", 0.05, _paired),
)


def rows(runs: int) -> Iterator[str]:
    """Yield the table as Markdown."""
    yield "| interval at level .95 | holds the truth at every look | at the end | mean width at 50 | at the end |"
    yield "| --- | --- | --- | --- | --- |"
    rng = np.random.default_rng(SEED)
    for case in CASES:
        ends = np.array([case.draw(rng) for _ in range(runs)])
        held = (ends[:, :, 0] <= case.truth) & (case.truth <= ends[:, :, 1])
        width = (ends[:, :, 1] - ends[:, :, 0]).mean(axis=0)
        once = ends.shape[1] == 1
        cells = [case.name, "-" if once else f"{held.all(axis=1).mean():.3f}", f"{held[:, -1].mean():.3f}"]
        yield "| " + " | ".join([*cells, "-" if once else f"{width[0]:.3f}", f"{width[-1]:.3f}"]) + " |"


if __name__ == "__main__":
    print("\n".join(rows(RUNS)))

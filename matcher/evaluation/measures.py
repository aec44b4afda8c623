"""Measures of runs against judgments, by ir-measures; a query that a run does not answer counts as 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Run = Mapping[str, Sequence[str]]
"""Ids in the order of the list, by query."""

Qrels = Mapping[str, Mapping[str, int]]
"""Gains by query and id; an id that is not judged has gain 0."""


class MeasureUnknownError(ValueError):
    """ir-measures knows no measure of that name."""


@dataclass(frozen=True)
class Measured:
    """One measure of one run.

    Attributes:
        name: of the measure, as ir-measures writes it, such as `nDCG@10`.
        queries: all that are judged, ascending.
        values: float64 [queries], 0 for a query without an answer.
        unanswered: how many of them the run does not answer.
    """

    name: str
    queries: tuple[str, ...]
    values: NDArray[np.float64]
    unanswered: int

    @property
    def mean(self) -> float:
        """Mean over all judged queries, 0 where there are none."""
        return float(self.values.mean()) if len(self.values) else 0.0


def measured(run: Run, qrels: Qrels, names: Iterable[str]) -> dict[str, Measured]:
    """Return measures of a run by their names.

    The order of the run is what counts: ids are given scores that fall with their place, so that nothing ties. nDCG
    takes the gain as it is, discounted by log2(place + 1); RR and P take any gain above 0 as relevant, unless the
    measure names a level (`RR(rel=3)`).

    Args:
        run: an id may stand in a list once.
        qrels: the queries to measure.
        names: as ir-measures reads them.

    Raises:
        MeasureUnknownError: one of the names is no measure.
    """
    import ir_measures  # noqa: PLC0415 - other commands must not pay for it

    queries = tuple(sorted(qrels))
    parsed = {name: _parsed(name) for name in names}
    scores = {
        query: {one: float(-place) for place, one in enumerate(run[query])} for query in queries if run.get(query)
    }
    judged = {query: dict(qrels[query]) for query in queries}
    values = {name: dict.fromkeys(queries, 0.0) for name in parsed}
    if scores and judged:
        named = {measure: name for name, measure in parsed.items()}
        for metric in ir_measures.iter_calc(list(named), judged, scores):
            values[named[metric.measure]][metric.query_id] = float(metric.value)
    return {
        name: Measured(name, queries, np.array([found[query] for query in queries]), len(queries) - len(scores))
        for name, found in values.items()
    }


def _parsed(name: str) -> Any:
    import ir_measures  # noqa: PLC0415

    try:
        return ir_measures.parse_measure(name)
    except (NameError, SyntaxError, ValueError) as error:
        raise MeasureUnknownError(name) from error

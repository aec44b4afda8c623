"""Measures of runs against judgments, by ir-measures; a query that a run does not answer counts as 0."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from profiles.errors import ServiceError

Run = Mapping[str, Sequence[str]]
"""Ids in the order of the list, by query."""

Qrels = Mapping[str, Mapping[str, int]]
"""Gains by query and id; an id that is not judged has gain 0."""


class MeasureUnknown(ServiceError):
    """ir-measures knows no measure of that name, or can compute it by another program alone."""

    key = "error.measure_unknown"


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

    @property
    def total(self) -> float:
        """What the measure is over all judged queries: its mean, or its sum where it counts, as ir-measures has it."""
        sums = _parsed(self.name).aggregator()
        for value in self.values:
            sums.add(float(value))
        return float(sums.result()) if len(self.values) else 0.0


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
        MeasureUnknown: one of the names is no measure.
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
        found = {
            (one.measure, one.query_id): float(one.value)
            for one in ir_measures.pytrec_eval.iter_calc(set(parsed.values()), judged, scores)
        }
        values = {
            name: {query: found.get((measure, query), 0.0) for query in queries} for name, measure in parsed.items()
        }
    return {
        name: Measured(name, queries, np.array(list(by_query.values())), len(queries) - len(scores))
        for name, by_query in values.items()
    }


def _parsed(name: str) -> Any:
    import ir_measures  # noqa: PLC0415

    try:
        measure = ir_measures.parse_measure(name)
    except (NameError, SyntaxError, TypeError, ValueError) as error:
        raise MeasureUnknown(name=name) from error
    supports: Callable[[Any], bool] = ir_measures.pytrec_eval.supports
    if not supports(measure):
        raise MeasureUnknown(name=name)
    return measure

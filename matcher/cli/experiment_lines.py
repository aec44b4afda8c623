"""A plan and a read-out of an experiment as lines for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from matcher.cli.evaluate_lines import aligned
from matcher.evaluation.planning import Ladder
from matcher.evaluation.readout import Readout, Told
from matcher.evaluation.replay import Replayed
from matcher.experiment_report import (
    average_heads,
    average_rows,
    exposure_rows,
    sentences,
    slice_heads,
    slice_rows,
    told_heads,
    told_rows,
)
from matcher.messages import say


def ladder_lines(found: Ladder, units: float, deciding: float, locale: str) -> Iterator[str]:
    """Yield what each rung takes here."""
    yield say("experiment.units", locale, units=f"{units:g}", deciding=f"{deciding:.2f}")
    rows = [["", say("experiment.size", locale), say("experiment.months", locale), ""]]
    for one in found.steps:
        verdict = say("experiment.works" if one.works else "experiment.fails", locale)
        size = "-" if one.size is None else str(one.size)
        rows.append([say(f"experiment.kind.{one.rung}", locale), size, _months(one.months), verdict])
    yield from aligned(rows)
    yield say("experiment.sequential", locale, size=found.sequential or say("experiment.uncounted", locale))
    yield say("experiment.checkins", locale)
    yield say("experiment.best", locale, kind=say(f"experiment.kind.{found.best.rung}", locale))


def _months(months: float) -> str:
    return "-" if math.isinf(months) else f"{months:.1f}"


def readout_lines(found: Readout, other: Replayed, after: Sequence[Told], locale: str) -> Iterator[str]:
    """Yield what an experiment says so far, the decision first."""
    yield from sentences(found, other, locale)
    if found.averages:
        yield f"\n{say('experiment.averages', locale)}"
        yield from aligned([average_heads(locale), *average_rows(found.averages, locale)])
    if after:
        yield f"\n{say('experiment.after.head', locale)}"
        yield from aligned([told_heads(locale), *told_rows(after, locale)])
    if found.exposure:
        yield f"\n{say('experiment.exposure', locale)}"
        yield from aligned(exposure_rows(found, locale))
    if found.slices.declared:
        yield f"\n{say('experiment.slices.head', locale)}"
        yield from aligned([slice_heads(found, locale), *slice_rows(found.slices, locale)])

"""A plan and a read-out of an experiment, as lines for a terminal and as one page with charts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from matcher.charts import Interval, intervals, page, table
from matcher.cli.evaluate_lines import aligned
from matcher.evaluation.planning import Ladder
from matcher.evaluation.readout import Average, Readout
from matcher.evaluation.replay import Replayed
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


def readout_lines(found: Readout, other: Replayed, locale: str) -> Iterator[str]:
    """Yield what an experiment says so far, the decision first."""
    yield from _sentences(found, other, locale)
    if found.averages:
        yield f"\n{say('experiment.averages', locale)}"
        yield from aligned([_heads(locale), *_average_rows(found.averages, locale)])
    if found.exposure:
        yield f"\n{say('experiment.exposure', locale)}"
        yield from aligned(_exposure_rows(found, locale))


def readout_page(found: Readout, other: Replayed, locale: str) -> str:
    """Return the same as one page that asks nobody for anything."""
    parts = [f"<p>{escape(line)}</p>\n" for line in _sentences(found, other, locale)]
    if found.primary is not None and found.primary.tosses:
        ratio, low, high = found.primary.ratio
        if high != math.inf:
            name = say("experiment.ratio", locale)
            parts.append(intervals(name, [Interval(name, ratio, low, high)], null=1.0))
            parts.append(
                table(name, ["", name, say("evaluate.interval", locale)], [["", f"{ratio:.2f}", _ends(low, high)]])
            )
    if found.averages:
        head = say("experiment.averages", locale)
        rows = [
            Interval(say(f"experiment.average.{one.name}", locale), one.apart, one.low, one.high)
            for one in found.averages
        ]
        parts += [intervals(f"{head}: {one.name}", [one]) for one in rows]
        parts.append(table(head, _heads(locale), _average_rows(found.averages, locale)))
    if found.exposure:
        parts.append(table(say("experiment.exposure", locale), ["", "Gini"], _exposure_rows(found, locale)))
    return page(f"{say('experiment.title', locale)}: {found.experiment.name}", "".join(parts), locale)


def _sentences(found: Readout, other: Replayed, locale: str) -> Iterator[str]:
    planned = found.experiment
    yield say(f"experiment.decision.{found.decision}", locale, left=found.left)
    yield say(
        "experiment.planned",
        locale,
        name=planned.name,
        kind=say(f"experiment.kind.{planned.kind}", locale),
        control=planned.control,
        treatment=planned.treatment,
        day=planned.started.isoformat(),
        ratio=f"{planned.ratio:g}",
    )
    if planned.hypothesis:
        yield say("experiment.hypothesis", locale, text=planned.hypothesis)
    yield say("experiment.counted", locale, control=found.units["control"], treatment=found.units["treatment"])
    if found.split is not None:
        key = "experiment.split_off" if found.split.alarm else "experiment.split_holds"
        yield say(key, locale, e=f"{found.split.e:.3g}")
    if found.primary is not None:
        ratio, low, high = found.primary.ratio
        heads, all_of_them = found.primary.heads, found.primary.tosses
        yield say(
            f"experiment.primary_{planned.kind}",
            locale,
            heads=heads,
            all=all_of_them,
            ratio=f"{ratio:.2f}",
            ends=_ends(low, high),
            e=f"{found.primary.e:.3g}",
        )
    if found.look is not None:
        look = found.look
        yield say(
            "experiment.look",
            locale,
            number=look.number,
            units=look.units,
            z=f"{look.z:+.2f}",
            bound=f"{look.bound:.2f}",
        )
    if found.overlap is not None:
        yield say("experiment.alike", locale, overlap=f"{found.overlap:.3f}")
    if planned.kind == "shadow":
        yield _replay_words(other, locale)


def _replay_words(other: Replayed, locale: str) -> str:
    if other.refused is not None or other.ips is None or other.snips is None:
        key = f"experiment.replay_{other.refused}"
        return say(key, locale, contacts=other.contacts, rows=other.rows, effective=f"{other.effective:.0f}")
    numbers = {"logged": f"{other.logged:.4f}", "ips": f"{other.ips:.4f}", "snips": f"{other.snips:.4f}"}
    return say("experiment.replay", locale, effective=f"{other.effective:.0f}", **numbers)


def _ends(low: float, high: float) -> str:
    return f"{low:.2f} .. {'∞' if high == math.inf else f'{high:.2f}'}"


def _heads(locale: str) -> list[str]:
    words = [say(f"experiment.{name}", locale) for name in ("control", "treatment", "apart")]
    return ["", *words, say("evaluate.interval", locale), say("experiment.margin", locale), ""]


def _average_rows(averages: Sequence[Average], locale: str) -> list[list[str]]:
    return [
        [
            say(f"experiment.average.{one.name}", locale),
            f"{one.control:.3f}",
            f"{one.treatment:.3f}",
            f"{one.apart:+.3f}",
            f"{one.low:+.3f} .. {one.high:+.3f}",
            f"{one.margin:g}",
            say(f"experiment.verdict.{one.verdict}", locale),
        ]
        for one in averages
    ]


def _exposure_rows(found: Readout, locale: str) -> list[list[str]]:
    return [[say(f"experiment.{arm}", locale), f"{value:.3f}"] for arm, value in found.exposure.items()]

"""What an experiment says so far, in words, tables and charts: for a terminal, a file and the operators' pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from matcher.charts import Interval, Point, band, intervals, page, table
from matcher.evaluation.coin import FAIR, Coin
from matcher.evaluation.readout import Average, Readout, Told
from matcher.evaluation.replay import Replayed
from matcher.evaluation.slices import FEWEST_UNITS, Level, Slices
from matcher.events.protocol import Experiment
from matcher.events.slices import SLICES
from matcher.messages import say


def readout_page(found: Readout, other: Replayed, after: Sequence[Told], locale: str) -> str:
    """Return a read-out as one page that asks nobody for anything."""
    lines = "".join(f"<p>{escape(line)}</p>\n" for line in sentences(found, other, locale))
    return page(
        f"{say('experiment.title', locale)}: {found.experiment.name}", lines + figures(found, after, locale), locale
    )


def figures(found: Readout, after: Sequence[Told], locale: str) -> str:
    """Return the charts and tables of a read-out as HTML."""
    parts = []
    if found.course:
        name = say("experiment.course", locale)
        points = [Point(one.tosses, one.heads / one.tosses, one.low, one.high) for one in found.course]
        heads = [say(f"experiment.{key}", locale) for key in ("tosses", "share")]
        parts.append(band(name, points, (0.0, 1.0), FAIR))
        parts.append(table(name, [*heads, say("evaluate.interval", locale)], _course_rows(found.course)))
    if found.averages:
        head = say("experiment.averages", locale)
        for one in found.averages:
            name = say(f"experiment.average.{one.name}", locale)
            parts.append(intervals(f"{head}: {name}", [Interval(name, one.apart, one.low, one.high)]))
        parts.append(table(head, average_heads(locale), average_rows(found.averages, locale)))
    if after:
        parts.append(table(say("experiment.after.head", locale), told_heads(locale), told_rows(after, locale)))
    if found.exposure:
        parts.append(table(say("experiment.exposure", locale), ["", "Gini"], exposure_rows(found, locale)))
    if found.slices.declared:
        head = say("experiment.slices.head", locale)
        parts.append(table(head, slice_heads(found, locale), slice_rows(found.slices, locale)))
    return "".join(parts)


def told_heads(locale: str) -> list[str]:
    """Return the heads of the table of what clients told."""
    return ["", *(say(f"experiment.{name}", locale) for name in ("arm", "told", "share", "bounds"))]


def told_rows(found: Sequence[Told], locale: str) -> list[list[str]]:
    """Return a row a question and arm: the share of those who told, and bounds for those who did not."""
    return [
        [
            say(f"experiment.after.{one.name}", locale),
            say(f"experiment.{one.arm}", locale),
            f"{one.told}/{one.of}",
            "-" if math.isnan(one.share) else f"{one.share:.3f}",
            f"{one.worst:.3f} .. {one.best:.3f}",
        ]
        for one in found
    ]


def _course_rows(course: Sequence[Coin]) -> list[list[str]]:
    return [[str(one.tosses), f"{one.heads / one.tosses:.3f}", f"{one.low:.3f} .. {one.high:.3f}"] for one in course]


def sentences(found: Readout, other: Replayed, locale: str) -> Iterator[str]:
    """Yield what a read-out says in sentences, the decision first."""
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
    if planned.slices:
        yield _slices_words(planned, found.slices, locale)


def _replay_words(other: Replayed, locale: str) -> str:
    if other.refused is not None or other.ips is None or other.snips is None:
        key = f"experiment.replay_{other.refused}"
        return say(key, locale, contacts=other.contacts, rows=other.rows, effective=f"{other.effective:.0f}")
    numbers = {"logged": f"{other.logged:.4f}", "ips": f"{other.ips:.4f}", "snips": f"{other.snips:.4f}"}
    absent = f"{other.absent:.2f}"
    return say("experiment.replay", locale, effective=f"{other.effective:.0f}", absent=absent, **numbers)


def _slices_words(planned: Experiment, found: Slices, locale: str) -> str:
    return say(
        f"experiment.slices.said_{'ab' if planned.kind == 'ab' else 'all'}",
        locale,
        number=len(found.declared),
        shown=found.shown,
        all=len(found.levels),
        fewest=FEWEST_UNITS,
        level=_level(found),
    )


def _level(found: Slices) -> str:
    return f"{1 - found.alpha:.4f}"


def slice_names(names: Sequence[str], locale: str) -> str:
    """Return the names of slices in words."""
    return ", ".join(say(f"experiment.slice.{name}", locale) for name in names)


def slice_heads(found: Readout, locale: str) -> list[str]:
    """Return the heads of the table of slices; what is counted differs by the kind of experiment."""
    kind = found.experiment.kind
    units = say(f"experiment.slices.units_{'ab' if kind == 'ab' else 'all'}", locale)
    told = say(f"experiment.slices.told_{kind}", locale)
    interval = say("experiment.slices.interval", locale, level=_level(found.slices))
    return ["", units, told, say("experiment.ratio", locale), interval]


def slice_rows(found: Slices, locale: str) -> list[list[str]]:
    """Return a row a level of each declared slice; of too few units nothing but that is told."""
    return [[_level_name(one, locale), *_level_cells(one, locale)] for one in found.levels]


def _level_name(one: Level, locale: str) -> str:
    if SLICES[one.slice].yes_no:
        level = say(f"experiment.slices.{'yes' if one.first else 'no'}", locale)
    elif one.last is None:
        level = say("experiment.slices.or_more", locale, number=one.first)
    else:
        level = str(one.first) if one.first == one.last else f"{one.first}-{one.last}"
    return f"{say(f'experiment.slice.{one.slice}', locale)}: {level}"


def _level_cells(one: Level, locale: str) -> list[str]:
    if one.units is None or one.told is None or one.ratio is None or one.low is None or one.high is None:
        return [say("experiment.slices.few", locale, number=one.fewest), "-", "-", "-"]
    units = one.units if one.units[1] else one.units[:1]
    ratio = _number(one.ratio) if any(one.told) else "-"
    return [" / ".join(map(str, units)), " / ".join(map(str, one.told)), ratio, _ends(one.low, one.high)]


def _ends(low: float, high: float) -> str:
    return f"{low:.2f} .. {_number(high)}"


def _number(value: float) -> str:
    return "∞" if value == math.inf else f"{value:.2f}"


def average_heads(locale: str) -> list[str]:
    """Return the heads of the table of guardrails."""
    words = [say(f"experiment.{name}", locale) for name in ("control", "treatment", "apart")]
    return ["", *words, say("evaluate.interval", locale), say("experiment.margin", locale), ""]


def average_rows(averages: Sequence[Average], locale: str) -> list[list[str]]:
    """Return a row a guardrail."""
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


def exposure_rows(found: Readout, locale: str) -> list[list[str]]:
    """Return the Gini index of exposure by arm."""
    return [[say(f"experiment.{arm}", locale), f"{value:.3f}"] for arm, value in found.exposure.items()]

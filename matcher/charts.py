"""Pages and charts that ask nobody for anything: SVG that reads in print, each chart with its table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

ROW, TOP, LEFT, WIDTH, RIGHT = 28, 24, 220, 640, 48
"""Pixels of a chart of intervals: a row, the edge above, room for names, all, the edge on the right."""

SMALLEST, LABEL = 1e-9, 48
"""A difference that is drawn as none; pixels that a written value needs."""

STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .6rem;text-align:right;"
    "border-bottom:1px solid color-mix(in srgb,currentColor 25%,transparent)}td:first-child,th:first-child"
    "{text-align:left}caption{text-align:left;font-weight:600}svg{min-width:32rem;height:auto}.scroll{overflow-x:auto}"
)


@dataclass(frozen=True, slots=True)
class Interval:
    """One row of a chart: a name, and a value with its interval."""

    name: str
    value: float
    low: float
    high: float


def page(title: str, body: str, locale: str) -> str:
    """Return one HTML page; `body` is HTML already, `title` is not."""
    return (
        f'<!doctype html>\n<html lang="{escape(locale)}">\n<head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>\n{body}\n</main></body>\n</html>\n"
    )


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts; the first cell of each row is its head."""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="grid">'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n"
    )


def intervals(label: str, rows: Sequence[Interval], null: float | None = 0.0) -> str:
    """Return a chart of values with their intervals, a row each, and a dashed line where nothing differs.

    Args:
        label: what the chart shows, for who can't see it; the figures belong into a table beside it.
        rows: at least one.
        null: where nothing differs, None for no line.
    """
    ends = [end for one in rows for end in (one.low, one.high, one.value)] + ([] if null is None else [null])
    lowest, span = min(ends), max(ends) - min(ends)
    span = span if span > SMALLEST else 1.0
    height = TOP + ROW * len(rows) + ROW

    def at(value: float) -> float:
        return round(LEFT + (value - lowest) / span * (WIDTH - LEFT - RIGHT), 1)

    marks = "".join(
        f'<text x="{LEFT - 10}" y="{_y(row) + 4}" text-anchor="end" stroke="none">{escape(one.name)}</text>'
        f'<path d="M{at(one.low)} {_y(row)}H{at(one.high)}" stroke-width="2"/>'
        f'<circle cx="{at(one.value)}" cy="{_y(row)}" r="4"/>'
        for row, one in enumerate(rows)
    )
    line = "" if null is None else f'<path d="M{at(null)} {TOP / 2}V{height - ROW}" stroke-dasharray="4"/>'
    scale = "".join(
        f'<text x="{at(value)}" y="{height - 8}" text-anchor="middle" stroke="none">{value:+.3g}</text>'
        for value in _apart({lowest, lowest + span}, null, at)
    )
    return _framed(
        label,
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img" aria-label="{escape(label)}" '
        f'fill="currentColor" stroke="currentColor" font-size="13">{line}{marks}{scale}</svg>',
    )


def _framed(label: str, drawing: str) -> str:
    """Return a drawing that scrolls by itself where the page is narrow."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">{drawing}</div>\n'


def _apart(ends: set[float], null: float | None, at: Callable[[float], float]) -> list[float]:
    """Return the values that are written below a chart: the ends, unless the one where nothing differs is too near."""
    if null is None:
        return sorted(ends)
    return sorted({null, *(one for one in ends if abs(at(one) - at(null)) > LABEL)})


def _y(row: int) -> int:
    return TOP + ROW * row + ROW // 2


@dataclass(frozen=True, slots=True)
class Point:
    """A value with its interval at one place of an axis."""

    at: float
    value: float
    low: float
    high: float


HEIGHT = 240
"""Pixels of a chart over time."""


def band(label: str, points: Sequence[Point], ends: tuple[float, float], null: float) -> str:
    """Return a line within the band of its intervals, over what grows, with a dashed line where nothing differs.

    Args:
        label: what the chart shows, for who can't see it; the figures belong into a table beside it.
        points: at least one, in their order.
        ends: lowest and highest value of the axis.
        null: where nothing differs.
    """
    last = max(points[-1].at, 1.0)
    edge, width, bottom = 48, WIDTH - RIGHT, HEIGHT - 32

    def x(one: Point) -> float:
        return round(edge + one.at / last * (width - edge), 1)

    def y(value: float) -> float:
        return round(bottom - (value - ends[0]) / (ends[1] - ends[0]) * (bottom - TOP), 1)

    upper = " ".join(f"{x(one)},{y(one.high)}" for one in points)
    lower = " ".join(f"{x(one)},{y(one.low)}" for one in reversed(points))
    line = " ".join(f"{x(one)},{y(one.value)}" for one in points)
    marks = "".join(
        f'<text x="{edge - 6}" y="{y(value) + 4}" text-anchor="end">{value:g}</text>' for value in sorted({*ends, null})
    )
    return _framed(
        label,
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" role="img" aria-label="{escape(label)}" '
        f'fill="currentColor" font-size="13"><polygon points="{upper} {lower}" fill-opacity=".18"/>'
        f'<g fill="none" stroke="currentColor"><polyline points="{line}" stroke-width="2"/>'
        f'<path d="M{edge} {y(null)}H{width}" stroke-dasharray="4"/><path d="M{edge} {TOP}V{bottom}H{width}"/></g>'
        f'{marks}<text x="{width}" y="{HEIGHT - 10}" text-anchor="end">{last:g}</text></svg>',
    )

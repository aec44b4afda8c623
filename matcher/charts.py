"""Pages and charts that ask nobody for anything: SVG that reads in print, each chart with its table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

ROW, TOP, LEFT, WIDTH, RIGHT = 28, 24, 220, 640, 20
"""Pixels of a chart of intervals: a row, the edge above, room for names, all, the edge on the right."""

STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem}table{border-collapse:collapse;margin:1rem 0}td,th{padding:.2rem .6rem;text-align:right;"
    "border-bottom:1px solid color-mix(in srgb,currentColor 25%,transparent)}td:first-child,th:first-child"
    "{text-align:left}caption{text-align:left;font-weight:600}svg{max-width:100%;height:auto}.wide{overflow-x:auto}"
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
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(caption)}"><table><caption>{escape(caption)}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n"
    )


def intervals(label: str, rows: Sequence[Interval], null: float | None = 0.0) -> str:
    """Return a chart of values with their intervals, a row each, and a dashed line where nothing differs.

    Args:
        label: what the chart shows, for who can't see it; the figures belong into a table beside it.
        rows: at least one.
        null: where nothing differs, None for no line.
    """
    ends = [end for one in rows for end in (one.low, one.high, one.value)] + ([] if null is None else [null])
    lowest, span = min(ends), max(max(ends) - min(ends), 1e-9)
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
        for value in sorted({lowest, lowest + span, *([] if null is None else [null])})
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img" aria-label="{escape(label)}" '
        f'fill="currentColor" stroke="currentColor" font-size="13">{line}{marks}{scale}</svg>\n'
    )


def _y(row: int) -> int:
    return TOP + ROW * row + ROW // 2

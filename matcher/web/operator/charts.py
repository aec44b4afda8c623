"""Bars and shades for charts, computed here: the page draws them as SVG beside the table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 100.0
"""Of a whole bar, in units of the drawing."""

SHADES = 5


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a bar: where it starts, how long it is, which of the colours it has, and its number."""

    x: float
    width: float
    tone: str
    number: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: its words, its pieces from left to right, and their numbers."""

    words: str
    parts: tuple[Part, ...]
    numbers: tuple[int, ...]


def bars(rows: Sequence[tuple[str, Sequence[int]]], tones: Sequence[str]) -> list[Bar]:
    """Return rows of (words, numbers) as bars on one scale: the longest fills the drawing.

    >>> bars([("a", (3, 1)), ("b", (0, 2))], ("met", "silent"))[1].parts
    (Part(x=0.0, width=50.0, tone='silent', number=2),)
    """
    most = max((sum(numbers) for _, numbers in rows), default=0) or 1
    return [Bar(words, _parts(numbers, tones, most), tuple(numbers)) for words, numbers in rows]


def _parts(numbers: Sequence[int], tones: Sequence[str], most: int) -> tuple[Part, ...]:
    found, x = [], 0.0
    for number, tone in zip(numbers, tones, strict=True):
        width = round(number / most * WIDTH, 2)
        if number:
            found.append(Part(round(x, 2), width, tone, number))
        x += width
    return tuple(found)


def shade(number: int, most: int) -> int:
    """Return how dark a cell of a heat map is: 0 for nobody, 1 to `SHADES` by the share of the largest.

    >>> [shade(number, 100) for number in (0, 1, 50, 100)]
    [0, 1, 3, 5]
    """
    return 0 if not number or not most else min(SHADES, 1 + number * SHADES // (most + 1))

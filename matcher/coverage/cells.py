"""Therapists counted: by one axis, by two as a table to draw, by any number as cells, and the gaps among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from matcher.coverage.axes import Axis, Bits

FEW = 2
"""A cell with at most so many confirmed therapists is a gap: a client with one more wish finds nobody."""

MOST_GAPS = 50


@dataclass(frozen=True, slots=True)
class Single:
    """How many therapists one value of an axis has: a row of a bar chart.

    Attributes:
        value: code, language tag, region or place.
        confirmed: take new clients, and said so lately.
        unconfirmed: may be shown, after everyone confirmed.
        closed: have it, and are not shown on the day.
    """

    value: str
    confirmed: int
    unconfirmed: int
    closed: int


@dataclass(frozen=True, slots=True)
class Table:
    """How many confirmed therapists each two values have together: a heat map.

    Attributes:
        axes: what the rows and what the columns are.
        rows, columns: values, the most frequent first; those that no therapist has are left out.
        counts: one tuple a row.
    """

    axes: tuple[str, str]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """How many confirmed therapists some values have together.

    Attributes:
        axes: names.
        values: one an axis.
        confirmed: how many.
        expected: how many there would be if the axes had nothing to do with each other.
    """

    axes: tuple[str, ...]
    values: tuple[str, ...]
    confirmed: int
    expected: float


def singles(axis: Axis, confirmed: Bits, shown: Bits) -> tuple[Single, ...]:
    """Return one axis value by value, the most confirmed first; values of the vocabulary nobody has stand last."""
    numbers = [axis.bits[:, held].sum(axis=1) for held in (confirmed, shown & ~confirmed, ~shown)]
    rows = [Single(value, *(int(part[row]) for part in numbers)) for row, value in enumerate(axis.values)]
    return tuple(sorted(rows, key=lambda one: (-one.confirmed, -one.unconfirmed, -one.closed, one.value)))


def table(first: Axis, second: Axis, confirmed: Bits) -> Table:
    """Return how many confirmed therapists each pair of values has."""
    rows, columns = _frequent(first, confirmed), _frequent(second, confirmed)
    counts = _product(first.bits[rows][:, confirmed], second.bits[columns][:, confirmed])
    return Table(
        (first.name, second.name),
        tuple(first.values[row] for row in rows),
        tuple(second.values[row] for row in columns),
        tuple(tuple(line) for line in counts.tolist()),
    )


def _frequent(axis: Axis, confirmed: Bits) -> list[int]:
    """Return the values that anybody has, the most frequent among the confirmed first."""
    often, ever = axis.bits[:, confirmed].sum(axis=1), axis.bits.any(axis=1)
    return sorted(np.flatnonzero(ever).tolist(), key=lambda row: (-int(often[row]), axis.values[row]))


def _product(first: Bits, second: Bits) -> NDArray[np.int64]:
    """Return int64 [values, values]; float32 sums whole numbers exactly below 2^24 therapists."""
    counts = first.astype(np.float32) @ second.astype(np.float32).T
    whole: NDArray[np.int64] = counts.astype(np.int64)
    return whole


def cells(axes: Sequence[Axis], confirmed: Bits) -> tuple[Cell, ...]:
    """Return every combination of values that a confirmed therapist has, the rarest first."""
    found = _walked([_held(axis, confirmed) for axis in axes], int(confirmed.sum()), empty=False)
    return tuple(sorted(found, key=lambda one: (one.confirmed, -one.expected, one.values)))


def gaps(axes: Sequence[Axis], confirmed: Bits, most: int = MOST_GAPS) -> tuple[Cell, ...]:
    """Return the combinations with at most `FEW` confirmed therapists where most more would be expected.

    Most empty cells are of rare values and say nothing. What one would expect if the axes had nothing to do with each
    other, confirmed people times the share of each value, puts those first that are empty for another reason: many
    speak the language, many know the population, and nobody does both. One person at least must be expected.
    """
    found = _walked([_held(axis, confirmed) for axis in axes], int(confirmed.sum()), empty=True)
    return tuple(sorted(found, key=shortfall)[:most])


def shortfall(cell: Cell) -> tuple[float, tuple[str, ...]]:
    """Return what gaps are sorted by: the most people missing first."""
    return cell.confirmed - cell.expected, cell.values


def _held(axis: Axis, confirmed: Bits) -> Axis:
    """Return an axis over the confirmed alone, with the values that one of them has."""
    bits = axis.bits[:, confirmed]
    rows = np.flatnonzero(bits.any(axis=1))
    return Axis(axis.name, tuple(axis.values[row] for row in rows), bits[rows])


def _walked(axes: Sequence[Axis], size: int, *, empty: bool) -> list[Cell]:
    """Return the cells with people, or, with `empty`, those with hardly anybody where more would be expected."""
    names = tuple(axis.name for axis in axes)
    shares = [axis.bits.sum(axis=1) / max(size, 1) for axis in axes]
    walk = _empty_cells if empty else _filled_cells
    found = walk(list(axes), shares, np.arange(size), float(size))
    return [Cell(names, values, count, round(expected, 1)) for values, count, expected in found]


Found = Iterator[tuple[tuple[str, ...], int, float]]
Shares = Sequence[NDArray[np.float64]]
Rows = NDArray[np.int64]


def _filled_cells(axes: Sequence[Axis], shares: Shares, rows: Rows, expected: float) -> Found:
    """Yield (values, people, expected people) wherever one of some rows is."""
    counts = axes[0].bits[:, rows].sum(axis=1)
    for number in np.flatnonzero(counts).tolist():
        value, within = axes[0].values[number], expected * float(shares[0][number])
        if len(axes) == 1:
            yield (value,), int(counts[number]), within
            continue
        for rest, count, below in _filled_cells(axes[1:], shares[1:], rows[axes[0].bits[number, rows]], within):
            yield (value, *rest), count, below


def _empty_cells(axes: Sequence[Axis], shares: Shares, rows: Rows, expected: float) -> Found:
    """Yield (values, people, expected people) where at most `FEW` are, and more are expected."""
    within = expected * shares[0]
    if len(axes) == 1:
        counts = axes[0].bits[:, rows].sum(axis=1)
        for number in np.flatnonzero((counts <= FEW) & (within >= 1) & (within > counts)).tolist():
            yield (axes[0].values[number],), int(counts[number]), float(within[number])
        return
    for number in np.flatnonzero(within >= 1).tolist():
        value, held = axes[0].values[number], rows[axes[0].bits[number, rows]]
        for rest, count, below in _empty_cells(axes[1:], shares[1:], held, float(within[number])):
            yield (value, *rest), count, below


def pairs(axes: Sequence[Axis]) -> tuple[tuple[Axis, Axis], ...]:
    """Return every two axes once, in order."""
    return tuple(combinations(axes, 2))

"""The described door at build time: how strongly each text speaks for each term, fair to its length."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from matcher.index.columns import Arrays, Columns, described_keys, term_keys
from matcher.index.reference import Reference
from matcher.index.slots import CHUNK, Slots
from models.factors import POLES
from models.vectors import SCALE
from profiles.preferences import STYLE_END
from profiles.schema import STYLES

SHIFT = 7
BINS = ((2 * SCALE * SCALE) >> SHIFT) + 2
"""Cosines are counted in bins of 2^SHIFT / SCALE^2 = .0005."""

NO_TEXT = 255
"""The byte of a therapist without a text; 0..254 stand for values 0..254/255, so that no wording is ever a full 1."""

START = 0.9
"""F(c)^m is rescaled from START..1 to 0..1: what nine in ten unrelated texts reach is worth nothing."""


def term_products(lines: NDArray[np.float32], anchors: NDArray[np.float32], split: int) -> NDArray[np.float32]:
    """Return float32 [lines, D]: how near each line is to each term, by the encoder that reads the line best.

    Of two encoders the first reads English lines and the second all others. What the two give to unrelated lines is
    spread alike (see ADR 16), so that one distribution serves both.

    Args:
        lines: float32 [lines, d], whole numbers.
        anchors: float32 [D, d], each encoder's part at length one, whole numbers.
        split: where the second encoder's part begins, 0 for one encoder.
    """
    products = lines[:, split:] @ anchors[:, split:].T
    english = np.flatnonzero(lines[:, :split].any(axis=1))
    # the part of a line that two encoders read has length 1 / sqrt(2)
    products[english] = np.float32(np.sqrt(2)) * (lines[english, :split] @ anchors[:, :split].T)
    return products


def bins_of(dots: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return the bin of each whole-number product of two quantised vectors."""
    whole = np.clip(dots.astype(np.int32) + SCALE * SCALE, 0, 2 * SCALE * SCALE)
    return (whole >> SHIFT).astype(np.uint16)


def read_texts(columns: Columns, slots: Slots, reference: Reference) -> NDArray[np.int64]:
    """Fill `passages`, `best`, `best_passage` and `about` from the texts; return their histogram.

    Args:
        columns: rows whose `slot` is set.
        slots: where the passages stand.
        reference: what texts are read by.

    Returns:
        int64 [D, BINS], see `histogram`.
    """
    counts = np.where(columns.arrays["slot"] >= 0, slots.counts[columns.arrays["slot"]], 0) if len(slots.counts) else 0
    columns.arrays["passages"][:] = counts
    columns.arrays["best"][:] = 0
    columns.arrays["about"][:] = 0
    total = np.zeros((len(reference.anchors), BINS), dtype=np.int64)
    for rows in _chunks(columns):
        lines, spans = _lines(columns, slots, rows)
        wholes = slots.wholes[columns.arrays["slot"][rows]]
        columns.arrays["about"][:, rows] = reference.about(wholes, lines, spans).T
        found = _bins(lines, reference)
        heads = np.cumsum(spans) - spans
        best = np.maximum.reduceat(found, heads, axis=0)
        columns.arrays["best"][:, rows] = best.T
        number = np.arange(len(found)) - np.repeat(heads, spans)
        candidates = np.where(found == np.repeat(best, spans, axis=0), number[:, None], NO_TEXT)
        columns.arrays["best_passage"][:, rows] = np.minimum.reduceat(candidates, heads, axis=0).T
        total += _counted(columns, found, spans, rows)
    return total


def histogram(columns: Columns, slots: Slots, reference: Reference) -> NDArray[np.int64]:
    """Return int64 [D, BINS]: over passages of profiles that do not list the term, how many fall into each bin."""
    total = np.zeros((len(reference.anchors), BINS), dtype=np.int64)
    for rows in _chunks(columns):
        lines, spans = _lines(columns, slots, rows)
        total += _counted(columns, _bins(lines, reference), spans, rows)
    return total


def _chunks(columns: Columns) -> list[NDArray[np.int64]]:
    """Return rows with passages, cut so that no piece has more than about `CHUNK` passages."""
    rows = np.flatnonzero(columns.arrays["passages"])
    pieces = np.cumsum(columns.arrays["passages"][rows].astype(np.int64)) // CHUNK
    return np.split(rows, np.flatnonzero(np.diff(pieces)) + 1) if len(rows) else []


def _lines(columns: Columns, slots: Slots, rows: NDArray[np.int64]) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Return int8 [passages, d] of the texts of `rows`, one text after the other, and how many passages each has."""
    spans = columns.arrays["passages"][rows].astype(np.int64)
    starts = slots.starts[columns.arrays["slot"][rows]]
    heads = np.cumsum(spans) - spans
    numbers = np.repeat(starts - heads, spans) + np.arange(spans.sum())
    return slots.passages[numbers], spans


def _bins(lines: NDArray[np.int8], reference: Reference) -> NDArray[np.uint16]:
    """Return uint16 [passages, D]: the bin of each line and term."""
    anchors = reference.anchors.astype(np.float32)
    return bins_of(term_products(lines.astype(np.float32), anchors, reference.split))


def _counted(
    columns: Columns, found: NDArray[np.uint16], spans: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    silent = ~np.repeat(listing(columns.arrays, rows).T, spans, axis=0)
    cells = found.astype(np.int64) + np.arange(found.shape[1]) * BINS
    counts = np.bincount(cells[silent], minlength=found.shape[1] * BINS)
    return counts.reshape(found.shape[1], BINS).astype(np.int64)


def listing(arrays: Arrays, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return bool [D, rows]: who lists each described term; a style lists the pole of its side."""
    places = {key: number for number, key in enumerate(term_keys())}
    sides = {
        pole: (STYLES.index(style), side)
        for style, poles in POLES.items()
        for pole, side in zip(poles, (-1, 1), strict=True)
    }
    found = np.zeros((len(described_keys()), len(rows)), dtype=bool)
    for number, (field, code) in enumerate(described_keys()):
        found[number] = _listed(arrays, rows, (field, code), places, sides)
    return found


def _listed(
    arrays: Arrays,
    rows: NDArray[np.int64],
    key: tuple[str, str],
    places: Mapping[tuple[str, str], int],
    sides: Mapping[str, tuple[int, int]],
) -> NDArray[np.bool_]:
    if key[0] != "style_pole":
        bits: NDArray[np.bool_] = arrays["bits"][places[key], rows].astype(bool)
        return bits
    dimension, side = sides[key[1]]
    style = arrays["style"][dimension, rows].astype(np.int16)
    leaning: NDArray[np.bool_] = (np.sign(style) == side) & (np.abs(style) <= STYLE_END)
    return leaning


def described_bytes(arrays: Arrays, counts: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return uint8 [D, N]: F(c)^m of each text and term, rescaled; `NO_TEXT` where there is none.

    F is the distribution of cosines over passages of profiles that do not list the term (half of the own bin counts
    as below, and one more passage is assumed, so that a handful of passages proves nothing); m is the number of
    passages of the text, so that many passages earn no more than few.

    Args:
        arrays: with `best` uint16 [D, N] and `passages` uint8 [N].
        counts: int64 [D, BINS] of `histogram`.
    """
    m = arrays["passages"].astype(np.float64)
    out = np.full(arrays["best"].shape, NO_TEXT, dtype=np.uint8)
    below = np.cumsum(counts, axis=1) - counts
    shares = (below + 0.5 * counts) / (counts.sum(axis=1, keepdims=True) + 1.0)
    for term, best in enumerate(arrays["best"]):
        value = (shares[term][best] ** m - START) / (1 - START)
        out[term] = np.clip(np.floor(value * (NO_TEXT - 1) + 1e-9), 0, NO_TEXT - 1)
    out[:, arrays["passages"] == 0] = NO_TEXT
    return out

"""A client's own words against texts: every profile roughly, the best ones passage by passage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.index.described import NO_TEXT, START
from matcher.index.query import Index, Rows
from matcher.index.slots import quantised

UNKNOWN = (1 - START) / 2
"""What a profile without a text is worth: the mean of max(0, (u - START) / (1 - START)) for uniform u."""


@dataclass(frozen=True)
class WordValues:
    """How texts speak to a client's words.

    Attributes:
        values: float64 [rows], 0..1; `UNKNOWN` for a profile without a text.
        passage: int64 [rows], number of the nearest passage; `NO_TEXT` without one.
    """

    values: NDArray[np.float64]
    passage: NDArray[np.int64]


def rough_values(index: Index, query: NDArray[np.float32], rows: Rows) -> NDArray[np.float64]:
    """Return float64 [rows], 0..1, from one product of all profile vectors with the query; only to shorten the list.

    Args:
        index: the directory.
        query: float32 [d] at length one.
        rows: whom to read.
    """
    slots = index.arrays["slot"][rows]
    if not len(index.slots.vectors):
        return np.full(len(rows), UNKNOWN)
    cosines = (index.slots.vectors @ query)[slots].astype(np.float64)
    with_text = cosines[slots >= 0]
    if not len(with_text):
        return np.full(len(rows), UNKNOWN)
    low, high = np.quantile(with_text, START), with_text.max()
    worth = np.clip((cosines - low) / max(high - low, 1e-9), 0, 1)
    return np.where(slots >= 0, worth, UNKNOWN)


def word_values(index: Index, query: NDArray[np.float32], rows: Rows) -> WordValues:
    """Read texts passage by passage: F(c)^m rescaled from .9..1 to 0..1.

    F is the distribution of the query's products with `background`. Products are of whole numbers, so the same
    words give the same values in any order of rows.

    Args:
        index: the directory.
        query: float32 [d] at length one.
        rows: whom to read, a few hundred at most.
    """
    whole = quantised(query).astype(np.float32)
    spans = index.arrays["passages"][rows].astype(np.int64)
    found = WordValues(np.full(len(rows), UNKNOWN), np.full(len(rows), NO_TEXT, dtype=np.int64))
    texts = np.flatnonzero(spans)
    if not len(texts):
        return found
    spans = spans[texts]
    heads = np.cumsum(spans) - spans
    starts = index.slots.starts[index.arrays["slot"][rows[texts]]]
    numbers = np.repeat(starts - heads, spans) + np.arange(spans.sum())
    dots = index.slots.passages[numbers].astype(np.float32) @ whole
    best = np.maximum.reduceat(dots, heads)
    nearest = np.where(dots == np.repeat(best, spans), np.arange(len(dots)) - np.repeat(heads, spans), NO_TEXT)
    found.passage[texts] = np.minimum.reduceat(nearest, heads)
    sample = np.sort(index.slots.passages[index.background].astype(np.float32) @ whole)
    below = (np.searchsorted(sample, best, "left") + np.searchsorted(sample, best, "right")) / 2
    shares = below / (len(sample) + 1)
    found.values[texts] = np.clip((shares**spans - START) / (1 - START), 0, (NO_TEXT - 1) / NO_TEXT)
    return found

"""A client's own words read as concerns: nearest everyday phrasings, in whatever language, and how certain that is."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

LEANED_ON = 0.05
"""Certainty from which a concern guides the search in texts; below it a reading is mostly noise."""
CERTAIN = 0.15
"""Certainty from which a concern is shown to the client and looked for among the listed ones."""
MOST_READ = 3
TINY = 1e-9
SHARPNESS = 4.0
"""How fast certainty falls with the distance from the nearest concern, in standard deviations over concerns."""
LINE_SHARPNESS = 4.0
"""The same for lines of profiles, which often speak of several things."""
NARROW = 12.0
"""How fast a phrasing counts less with its distance from the words: exp(NARROW * cosine). So many phrasings that are
fairly near count as well as one that is very near, and concerns that have more of them are the commoner ones."""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One row of the table: how somebody who lives with a concern might say so, without naming it.

    Attributes:
        concern: code of the vocabulary.
        language: BCP 47 tag.
        phrase: first person, one or two sentences.
    """

    concern: str
    language: str
    phrase: str


@cache
def phrasings() -> tuple[Phrasing, ...]:
    """Return the table `phrasings.tsv`, read once."""
    text = (files("models") / "phrasings.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(Phrasing(**row) for row in rows)


@cache
def read_concerns() -> tuple[str, ...]:
    """Return the concerns that have phrasings, in the order of the table."""
    return tuple(dict.fromkeys(one.concern for one in phrasings()))


def in_parts(vectors: NDArray[np.float32], centre: NDArray[np.float32], split: int) -> NDArray[np.float32]:
    """Return what is special about each vector: each encoder's part less the centre, at length one.

    Args:
        vectors: float32 [n, d].
        centre: float32 [d], what all have in common.
        split: where the second encoder's part begins, 0 for one encoder.

    Returns:
        float32 [n, d]; a part that is zero (a text that an encoder can't read) stays zero.
    """
    parts = (vectors[:, :split], vectors[:, split:])
    centres = (centre[:split], centre[split:])
    return np.hstack([_special(part, middle) for part, middle in zip(parts, centres, strict=True)])


def _special(part: NDArray[np.float32], centre: NDArray[np.float32]) -> NDArray[np.float32]:
    known = part.any(axis=1, keepdims=True)
    return unit(np.where(known, unit(part) - centre, np.float32(0)))


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32 vectors of the same shape at length one; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    at_one: NDArray[np.float32] = (vectors / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
    return at_one


def centre_of(vectors: NDArray[np.float32], split: int) -> NDArray[np.float32]:
    """Return float32 [d]: the mean of each encoder's part over the texts that it can read, parts at length one."""
    parts = [unit(part) for part in (vectors[:, :split], vectors[:, split:])]
    means = [part[part.any(axis=1)].mean(axis=0) if part.any() else part.sum(axis=0) for part in parts]
    return np.concatenate(means).astype(np.float32)


def certainties(
    words: NDArray[np.int8], table: NDArray[np.float32], split: int, denied: Sequence[str] = ()
) -> NDArray[np.float64]:
    """Return float64 [concerns], how certain it is that words are about each; they sum to 1 where none is denied.

    For each concern, its phrasings are taken together by how near they are (English words by the second encoder with
    phrasings in all languages, and by the first with the English ones), standardised over concerns; certainty is the
    softmax of the sum. Products are of whole numbers, so that the same words are read alike on every machine.

    Args:
        words: int8 [d], the words in parts, see `in_parts`.
        table: float32 [phrasings, d], likewise whole numbers, in the order of `phrasings`.
        split: where the second encoder's part begins.
        denied: concerns that the client said it is not; they are never read.
    """
    nearness = _nearness(words[split:], table[:, split:])
    if words[:split].any():
        nearness = nearness + _nearness(words[:split], table[:, :split])
    known = np.array([concern not in denied for concern in read_concerns()])
    certain: NDArray[np.float64] = _softmax(nearness[None], SHARPNESS)[0] * known
    return certain


def likeliest(certainty: NDArray[np.float64]) -> tuple[tuple[str, float], ...]:
    """Return (concern, certainty) of at most `MOST_READ` concerns that are worth leaning on, the likeliest first.

    Args:
        certainty: float64 [concerns], see `certainties`.
    """
    first = np.argsort(-certainty, kind="stable")[:MOST_READ]
    return tuple((read_concerns()[n], float(certainty[n])) for n in first if certainty[n] >= LEANED_ON)


def spoken_of(passages: NDArray[np.int8], bridges: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return float64 [passages, concerns]: how certain it is that a line of a profile is about each; rows sum to 1.

    Args:
        passages: int8 [passages, d], in parts, see `in_parts`.
        bridges: float32 [concerns, d], likewise whole numbers: how therapists and clients speak of each concern.
    """
    products = (passages.astype(np.float32) @ bridges.T).astype(np.float64)
    return _softmax(products, LINE_SHARPNESS)


def _nearness(words: NDArray[np.int8], table: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return float64 [concerns], standardised: how near the phrasings are that have this part, all taken together."""
    asked = words.astype(np.float32)
    products = (table @ asked).astype(np.float64)
    squares = np.einsum("ij,ij->i", table, table, dtype=np.float32).astype(np.float64)
    lengths = np.sqrt(squares * float(asked @ asked))
    near = np.where(lengths > 0, np.exp(NARROW * products / np.maximum(lengths, TINY)), 0.0)
    sums = np.log(np.maximum(np.add.reduceat(near, _heads()), TINY))
    standard: NDArray[np.float64] = (sums - sums.mean()) / max(float(sums.std()), TINY)
    return standard


@cache
def _heads() -> NDArray[np.int64]:
    """Return int64 [concerns]: where the phrasings of each concern begin; they stand together in the table."""
    names = [one.concern for one in phrasings()]
    return np.array([names.index(concern) for concern in read_concerns()], dtype=np.int64)


def _softmax(nearness: NDArray[np.float64], sharpness: float) -> NDArray[np.float64]:
    """Return float64 of the same shape: the softmax of each row, standardised; rounded, so that rows never vary."""
    apart = nearness - nearness.mean(axis=1, keepdims=True)
    standard = sharpness * apart / np.maximum(nearness.std(axis=1, keepdims=True), TINY)
    powers = np.exp(standard - standard.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = np.round(powers / powers.sum(axis=1, keepdims=True), 9)
    return shares

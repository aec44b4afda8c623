"""Vectors of one or two encoders side by side: parts at length one, what many have in common, whole numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SCALE = 500
"""Kept vectors are whole numbers: round(component * SCALE) in -127..127. A product of two such vectors is at most
SCALE^2 = 250,000 < 2^24, so float32 sums it exactly in any order: the same bytes on every machine."""


def quantised(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return int8 vectors of the same shape, see `SCALE`."""
    return np.clip(np.rint(vectors * SCALE), -127, 127).astype(np.int8)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32 vectors of the same shape at length one; zero stays zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    at_one: NDArray[np.float32] = (vectors / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
    return at_one


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


def centre_of(vectors: NDArray[np.float32], split: int) -> NDArray[np.float32]:
    """Return float32 [d]: the mean of each encoder's part over the texts that it can read, parts at length one."""
    parts = [unit(part) for part in (vectors[:, :split], vectors[:, split:])]
    means = [part[part.any(axis=1)].mean(axis=0) if part.any() else part.sum(axis=0) for part in parts]
    return np.concatenate(means).astype(np.float32)

"""The order of a list: group, band, a seeded shuffle among equals, id; the best are selected, never all sorted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.index.query import Rows
from matcher.records import BAND
from models.fit import SCORE_DECIMALS

BAND_NANO = round(BAND * 10**SCORE_DECIMALS)
BAND_LIMIT = 1 << 14
TIE_BITS = 48

# splitmix64: a public-domain mixer by Sebastiano Vigna, every bit of the input moves every bit of the output
_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


@dataclass(frozen=True)
class Ranking:
    """The eligible therapists with all that their order depends on.

    Attributes:
        rows: int64 [eligible], rows of the index, in the order of ids.
        scores: int64 [eligible], fit scores in units of 1e-9.
        unconfirmed: bool [eligible].
        ties: uint64 [eligible].
    """

    rows: Rows
    scores: NDArray[np.int64]
    unconfirmed: NDArray[np.bool_]
    ties: NDArray[np.uint64]

    @property
    def bands(self) -> NDArray[np.int64]:
        """int64 [eligible]: floor of the score over the band's width."""
        bands: NDArray[np.int64] = self.scores // BAND_NANO
        return bands

    def best(self, n: int) -> NDArray[np.int64]:
        """Return int64 [min(n, eligible)]: positions of the first n in the order (group, -band, tie, id)."""
        if n <= 0 or not len(self.rows):
            return np.zeros(0, dtype=np.int64)
        keys = self._keys()
        last = np.partition(keys, n - 1)[n - 1] if n < len(keys) else keys.max()
        candidates = np.flatnonzero(keys <= last)
        order = np.lexsort((self.rows[candidates], self.ties[candidates], keys[candidates]))
        return candidates[order][:n]

    def spans(self, positions: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the first place (1-based) and the number of those who share group and band with each position.

        The shuffle among them is uniform: each stands at each of these places with a chance of one over the number.

        Returns:
            int64 [positions] twice.
        """
        keys = self._keys() >> np.uint64(TIE_BITS)
        mine = keys[positions]
        ordered = np.sort(keys)
        before = np.searchsorted(ordered, mine, side="left")
        return before + 1, np.searchsorted(ordered, mine, side="right") - before

    def reaching(self, n: int, gain: int) -> NDArray[np.int64]:
        """Return int64: positions of all who can be among the first `n` once each score grows by 0..`gain`."""
        last = self.best(n)[-1]
        reaches = self.scores >= self.scores[last] - BAND_NANO - gain
        confirmed = ~self.unconfirmed
        return np.flatnonzero(confirmed | reaches if self.unconfirmed[last] else confirmed & reaches)

    def _keys(self) -> NDArray[np.uint64]:
        """Return uint64 [eligible]: group, then falling band, then the first bits of the tie, as one number."""
        bands = self.bands
        falling = np.subtract(BAND_LIMIT, np.clip(bands, 1 - BAND_LIMIT, BAND_LIMIT, out=bands), out=bands)
        keys = falling.view(np.uint64)
        keys <<= np.uint64(TIE_BITS)
        keys |= self.ties >> np.uint64(64 - TIE_BITS)
        keys |= self.unconfirmed.astype(np.uint64) << np.uint64(63)
        return keys

    def taken(self, positions: NDArray[np.int64]) -> Ranking:
        """Return the ranking of some of them."""
        return Ranking(self.rows[positions], self.scores[positions], self.unconfirmed[positions], self.ties[positions])

    def scored(self, scores: NDArray[np.int64]) -> Ranking:
        """Return the same therapists with other scores."""
        return replace(self, scores=scores)


def ties(hashes: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Return uint64 of the same shape: a uniform shuffle of ids that depends on `seed` alone."""
    with np.errstate(over="ignore"):
        mixed = hashes ^ np.uint64(seed & (1 << 64) - 1)
        mixed += np.uint64(_GOLDEN)
        mixed ^= mixed >> np.uint64(30)
        mixed *= np.uint64(_FIRST)
        mixed ^= mixed >> np.uint64(27)
        mixed *= np.uint64(_SECOND)
        mixed ^= mixed >> np.uint64(31)
        return mixed


def seed_of(home: int, as_of: date, preferences: int) -> int:
    """Return the 64-bit seed of a list from home, date and what was asked (never from words)."""
    numbers = np.array([as_of.toordinal(), preferences], dtype=np.uint64)
    seed = np.uint64(home & (1 << 64) - 1)
    for number in numbers:
        seed = ties(np.array([number]), int(seed))[0]
    return int(seed)

"""Words read as concerns by their letters: a linear model of runs of one to four characters, in any language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEATURES = 2**16
"""Numbers that runs are hashed to; 2^15 reads within half a point as well."""

SHORTEST_RUN, LONGEST_RUN = 1, 4
"""Characters of a run, never over the end of a word; one is for writing without blanks between words."""

SMOOTHING = 0.3
"""Of the complement naive Bayes; .1 and 1 read within half a point as well."""

SQUARE = 1 / 64
"""What one unit of a kept square stands for."""


@dataclass(frozen=True)
class Letters:
    """What was learned of which runs of letters speak for which concern.

    An encoder knows what words mean and is weak in some languages; letters know no meaning, and are as good in each
    language as its lines are many.

    Attributes:
        weights: int8 [FEATURES, concerns + 1], whole numbers; the last column is of what is about none.
        scale: log-odds that one unit of a weight stands for, in a text of length one.
        squares: uint16 [FEATURES], squared inverse document frequency of each run, in units of `SQUARE`.
    """

    weights: NDArray[np.int8]
    scale: float
    squares: NDArray[np.uint16]

    def odds(self, text: str) -> NDArray[np.float64]:
        """Return float64 [concerns + 1]: log-odds, whose mean over the concerns is about 0; all 0 without a letter."""
        runs = _runs([text]).indices
        if not len(runs):
            return np.zeros(self.weights.shape[1])
        # sums of whole numbers, so that a text is read alike on every machine
        length = np.sqrt(float(self.squares[runs].sum(dtype=np.int64)) * SQUARE)
        summed = self.weights[runs].sum(axis=0, dtype=np.int64)
        odds: NDArray[np.float64] = summed * (self.scale / length)
        return odds

    @classmethod
    def learned(cls, texts: Sequence[str], numbers: NDArray[np.int64], known: int) -> Letters:
        """Learn from lines by complement naive Bayes (Rennie et al. 2003) over which runs a line has, in seconds.

        Log-odds are brought to a standard deviation of 1 over the concerns, on average of the lines.

        Args:
            texts: the lines.
            numbers: int64 [lines], which concern each is about, below `known`.
            known: how many concerns there are, with the one that is none.
        """
        from sklearn.feature_extraction.text import TfidfTransformer  # noqa: PLC0415 - a page must not pay for it
        from sklearn.naive_bayes import ComplementNB  # noqa: PLC0415

        runs = _runs(texts)
        weighing = TfidfTransformer().fit(runs)
        weighed = weighing.transform(runs)
        model = ComplementNB(alpha=SMOOTHING).fit(weighed, numbers)
        weights = np.zeros((FEATURES, known))
        weights[:, model.classes_] = model.feature_log_prob_.T
        weights -= weights.mean(axis=1, keepdims=True)
        spread = float((weighed @ weights).std(axis=1).mean())
        weights *= weighing.idf_[:, None] / spread
        scale = float(np.abs(weights).max()) / np.iinfo(np.int8).max
        squares = np.rint(weighing.idf_**2 / SQUARE)
        return cls(np.rint(weights / scale).astype(np.int8), scale, squares.astype(np.uint16))


def _runs(texts: Sequence[str]) -> Any:
    """Return a sparse matrix [texts, FEATURES], 1 where a text has a run of letters."""
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - as late as the encoders

    hashing = HashingVectorizer(
        analyzer="char_wb",
        ngram_range=(SHORTEST_RUN, LONGEST_RUN),
        n_features=FEATURES,
        binary=True,
        alternate_sign=False,
        norm=None,
    )
    return hashing.transform(texts)

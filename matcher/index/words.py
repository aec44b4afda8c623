"""A client's own words against texts: read as concerns, then every profile roughly, the best ones line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from matcher.index.described import NO_TEXT, START
from matcher.index.query import SEEN, Index, Rows
from matcher.index.slots import SCALE, quantised
from models.reading import CERTAIN, certainties, in_parts, likeliest, read_concerns, unit

UNKNOWN = (1 - START) / 2
"""What a profile without a text is worth: the mean of max(0, (u - START) / (1 - START)) for uniform u."""

BRIDGE = 2.0
"""How much a concern that is certain counts beside the wording itself; chosen on the open half of tests/words."""

LISTED = 0.5
"""How far a profile that lists the concern is lifted towards 1, and one that lists only others is lowered towards 0,
when the reading is certain; our choice, see ADR 16."""

AGREEING = 2.0
"""Standard deviations by which a line is nearer that is about the same concerns as the words, when both are certain;
chosen on the open half of tests/words."""

WHOLE = 1.7
"""How much the text as a whole counts beside its nearest line: what somebody tells in several sentences is met by a
text rather than by a line of it. Chosen on the fourth set of tests/words, see ADR 16."""

TEXTS = 1_024
"""Unrelated texts, as a whole, that others are measured against at most; lines need more, as they count m times."""

FEW = 4
"""Unrelated texts with which the text as a whole counts half as much: next to a handful nothing stands out."""

TOLD = 0.5
"""How much a concern that is certain counts beside the wording where texts are met as a whole, as `BRIDGE` for lines;
chosen on the same set."""

ALIKE = 0.3
"""Taken for the correlation of a text's nearest line with the whole of it where the text is about something else. On
the demonstration directory it is .55; with less, a few more texts are above `START`, and a small directory has fewer
ties at 0."""

FEW_SLOTS = 16
"""Up to one in this many texts are picked; beyond, one product with all of them in a row is quicker."""

BESIDE = 0.8
"""How far a profile is lowered towards 0 whose nearest line is about other concerns, when the reading is certain; our
choice, see ADR 16."""

BOTH = np.sqrt(2.0)
"""A text that two encoders read has two parts of length 1 / sqrt(2) each."""


@dataclass(frozen=True)
class WordQuery:
    """A client's words as they are looked for.

    Attributes:
        vector: float32 [d], the wording and the concerns it is read as, each encoder's part at length one (or zero).
        told: float32 [d], the same with less of the concerns, for texts as a whole.
        read: (concern, certainty) that are certain enough to be shown, the likeliest first.
        certainty: float64 [concerns], how certain each is; all 0 where nothing is read.
    """

    vector: NDArray[np.float32]
    told: NDArray[np.float32]
    read: tuple[tuple[str, float], ...]
    certainty: NDArray[np.float64]

    @property
    def concerns(self) -> tuple[str, ...]:
        """Codes of the concerns that are shown."""
        return tuple(concern for concern, _ in self.read)


@dataclass(frozen=True)
class WordValues:
    """How profiles speak to a client's words.

    Attributes:
        values: float64 [rows], 0..1; `UNKNOWN` for a profile without a text that lists nothing of it.
        spoken: float64 [rows], the same from the text alone.
        passage: int64 [rows], number of the nearest passage; `NO_TEXT` without one.
        read: concerns that the words were read as.
    """

    values: NDArray[np.float64]
    spoken: NDArray[np.float64]
    passage: NDArray[np.int64]
    read: tuple[str, ...] = ()


def word_query(index: Index, words: NDArray[np.float32], denied: Sequence[str] = ()) -> WordQuery:
    """Read words as concerns, and put these beside the wording.

    A word of a therapist is nearer to how therapists speak of a concern than to how clients do; and the first encoder
    reads English profiles even for words that it can't read itself.

    Args:
        index: the directory.
        words: float32 [d], as the encoder gave it.
        denied: concerns that the client said it is not.
    """
    reference = index.reference
    split = int(reference.split)
    certainty = np.zeros(len(read_concerns()))
    if len(reference.phrasings):
        spoken = in_parts(words[None], reference.spoken_centre, split)[0]
        certainty = certainties(quantised(spoken), reference.phrasings_counted, split, denied)
    read = likeliest(certainty)
    wording = in_parts(words[None], reference.centre, split)[0]
    bridge = np.zeros_like(wording)
    for concern, certain in read:
        bridge += np.float32(certain) * reference.bridges[read_concerns().index(concern)]
    vector, told = (_unit_parts(wording + np.float32(much) * bridge, split) for much in (BRIDGE, TOLD))
    return WordQuery(vector, told, tuple(one for one in read if one[1] >= CERTAIN), certainty)


def _unit_parts(vector: NDArray[np.float32], split: int) -> NDArray[np.float32]:
    """Return float32 [d]: each encoder's part at length one (or zero)."""
    return np.concatenate([unit(vector[:split]), unit(vector[split:])])


def rough_values(index: Index, query: WordQuery, rows: Rows) -> NDArray[np.float64]:
    """Return float64 [rows], 0..1, from one product with the vector of each profile; only to shorten the list.

    Args:
        index: the directory.
        query: what is looked for.
        rows: whom to read.
    """
    slots = index.arrays["slot"][rows]
    worth = np.full(len(rows), UNKNOWN)
    with_text = slots >= 0
    if with_text.any():
        cosines = _cosines(index, query, slots[with_text])
        low = np.quantile(_cosines(index, query, index.rough_sample), START)
        high = cosines.max()
        worth[with_text] = np.clip((cosines - low) / max(high - low, 1e-9), 0, 1)
    return _with_lists(index, query, rows, worth)


def _cosines(index: Index, query: WordQuery, slots: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return float32 [slots], how near each text is: all are read in one go where more than a few are asked for."""
    few = len(slots) * FEW_SLOTS < len(index.slots.vectors)
    products = index.slots.vectors[slots] @ query.vector if few else (index.slots.vectors @ query.vector)[slots]
    split = int(index.reference.split)
    if split == 0:
        return products
    scaled: NDArray[np.float32] = products * np.where(index.foreign_slots[slots], 1, _shared(query, split))
    return scaled


def _shared(query: WordQuery, split: int) -> float:
    """Return what turns a product with a text of two parts into the mean cosine over the parts that both have."""
    return float(BOTH / 2 if query.vector[:split].any() else BOTH)


def listed_certainty(index: Index, query: WordQuery, rows: Rows) -> NDArray[np.float64]:
    """Return float64 [rows]: the certainty of the likeliest shown concern that a profile lists, 0 for none."""
    found = np.zeros(len(rows))
    for concern, certainty in query.read:
        found = np.maximum(found, certainty * index.bit("concern", concern).take(rows))
    return found


def _with_lists(index: Index, query: WordQuery, rows: Rows, worth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what texts are worth together with what is listed; without a list of concerns a text's worth stays."""
    certainty = listed_certainty(index, query, rows)
    silent = ~index.stated("concern").take(rows)
    others = LISTED * max((certainty for _, certainty in query.read), default=0.0)
    kept = np.where(silent | (certainty > 0), worth, worth * (1 - others))
    return 1 - (1 - kept) * (1 - LISTED * certainty)


def word_values(index: Index, query: WordQuery, rows: Rows) -> WordValues:
    """Read texts line by line: F(c)^m rescaled from .9..1 to 0..1, lifted where a concern that was read is listed.

    F is the distribution of the query's similarities over passages of profiles that list none of the concerns read,
    and over the vocabulary's phrases about anything else, so that it can be trusted in a small directory as well.

    Args:
        index: the directory.
        query: what is looked for.
        rows: whom to read, a few hundred at most.
    """
    spans = index.arrays["passages"][rows].astype(np.int64)
    spoken = np.full(len(rows), UNKNOWN)
    passage = np.full(len(rows), NO_TEXT, dtype=np.int64)
    texts = np.flatnonzero(spans)
    if len(texts):
        spoken[texts], passage[texts] = _spoken(index, query, rows[texts], spans[texts])
    most = (NO_TEXT - 1) / NO_TEXT
    values = np.minimum(_with_lists(index, query, rows, spoken), most)
    return WordValues(values, spoken, passage, query.concerns)


def _spoken(
    index: Index, query: WordQuery, rows: Rows, spans: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return float64 [rows], F(c)^m rescaled, and int64 [rows], the nearest passage, of profiles with a text."""
    heads = np.cumsum(spans) - spans
    starts = index.slots.starts[index.arrays["slot"][rows]]
    numbers = np.repeat(starts - heads, spans) + np.arange(spans.sum())
    ruler = _Ruler(index, query)
    lines = index.slots.passages[numbers]
    found, agreement = ruler.near(lines), np.zeros(len(numbers))
    # only a line that its concerns could bring to the top of its text is read for them
    reach = ruler.nearer_by(query.certainty.max(initial=0.0)) + 1e-9
    may = found + reach >= np.repeat(np.maximum.reduceat(found, heads), spans)
    agreement[may] = index.concerns_of(lines[may]) @ query.certainty
    found[may] += ruler.nearer_by(agreement[may])
    best = np.maximum.reduceat(found, heads)
    nearest = np.where(found == np.repeat(best, spans), np.arange(len(found)) - np.repeat(heads, spans), NO_TEXT)
    shares = _together(ruler.lines_below(best) ** spans, ruler.texts_below(rows), ruler.whole)
    worth = np.clip((shares - START) / (1 - START), 0, (NO_TEXT - 1) / NO_TEXT)
    first = np.minimum.reduceat(nearest, heads)
    return worth * _to_the_point(query, agreement[heads + first]), first


def _together(lines: NDArray[np.float64], texts: NDArray[np.float64], whole: float) -> NDArray[np.float64]:
    """Return float64 [rows], 0..1: what the nearest line and the whole text say together.

    Both are shares of texts about something else that are less near. As normal deviates they are added, and the sum's
    own share is returned (Stouffer's method for two that correlate).

    Args:
        lines: float64 [rows], 0..1, of the nearest line.
        texts: float64 [rows], 0..1, of the whole text.
        whole: how much the whole counts beside the line.
    """
    deviation = np.sqrt(1 + whole**2 + 2 * whole * ALIKE)
    shares: NDArray[np.float64] = ndtr((ndtri(lines) + whole * ndtri(texts)) / deviation)
    return shares


def _to_the_point(query: WordQuery, agreement: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 [rows]: what is left of a text's worth whose nearest line agrees so far with the reading."""
    most = float(query.certainty.max(initial=0.0))
    if most == 0:
        return np.ones(len(agreement))
    left: NDArray[np.float64] = 1 - BESIDE * most * (1 - np.minimum(agreement / most, 1))
    return left


class _Scale:
    """Measures vectors against one query, in standard deviations over the vocabulary's phrases.

    A vector is compared over the parts that it shares with the query, and standardised by what the phrases reach over
    the same parts: so a line in another language is neither ahead nor behind. Products are of whole numbers, so the
    same words give the same values in any order of rows.

    Attributes:
        phrases: float64 [phrases], how near the vocabulary's phrases are.
    """

    def __init__(self, vector: NDArray[np.float32], split: int, phrases: NDArray[np.float32]) -> None:
        self._split = split
        self._vector = quantised(vector).astype(np.float32)
        whole, second = self._products(phrases)
        self._whole, self._second = (
            (float(whole.mean()), max(float(whole.std()), 1 / SCALE)),
            (float(second.mean()), max(float(second.std()), 1 / SCALE)),
        )
        self.phrases = self._standard(phrases, whole, second)

    def nearer(self, vectors: NDArray[np.int8]) -> NDArray[np.float64]:
        """Return float64 [n]: how many standard deviations each of int8 [n, d] is nearer than the phrases."""
        counted = vectors.astype(np.float32)
        return self._standard(counted, *self._products(counted))

    def _products(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return float64 [n] twice: the product over both parts, and over the second alone."""
        split = self._split
        second = (vectors[:, split:] @ self._vector[split:]).astype(np.float64)
        if split == 0 or not self._vector[:split].any():
            return second, second
        return second + (vectors[:, :split] @ self._vector[:split]), second

    def _standard(
        self, vectors: NDArray[np.float32], whole: NDArray[np.float64], second: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        # of a part that is not zero, these components are all rounded to zero once in 10^13 lines
        foreign = (self._split > 0) & ~vectors[:, : min(self._split, SEEN)].any(axis=1)
        # phrases of the vocabulary are English: their second part is shorter than that of a line in another language
        alone = (second / BOTH - self._second[0]) / self._second[1]
        return np.where(foreign, alone, (whole - self._whole[0]) / self._whole[1])


class _Ruler:
    """Measures lines and whole texts against one query, each by its place among those about something else.

    Attributes:
        whole: how much a whole text counts beside its nearest line.
    """

    def __init__(self, index: Index, query: WordQuery) -> None:
        phrases, split = index.reference.passages_counted, int(index.reference.split)
        self._index = index
        self._lines = _Scale(query.vector, split, phrases)
        self._texts = _Scale(query.told, split, phrases)
        asked = [read_concerns().index(concern) for concern in query.concerns]
        beside = index.reference.beside(np.array(asked, dtype=np.int64))
        about = self.nearer_by(index.phrase_concerns[beside] @ query.certainty)
        silent = listed_certainty(index, query, index.background_rows) == 0
        lines = self.near(index.background_lines) + self.nearer_by(index.background_concerns @ query.certainty)
        self._lines_beside = np.sort(np.concatenate([self._lines.phrases[beside] + about, lines[silent]]))
        rows = index.background_rows[silent]
        rows = rows[:: max(1, -(-len(rows) // TEXTS))]
        self._texts_beside = np.sort(self._near_as_a_whole(rows))
        texts = len(np.unique(rows))
        self.whole = WHOLE * texts / (texts + FEW)

    def near(self, passages: NDArray[np.int8]) -> NDArray[np.float64]:
        """Return float64 [passages]: how near each of int8 [passages, d] is, in standard deviations."""
        return self._lines.nearer(passages)

    @staticmethod
    def nearer_by(agreement: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64 of the same shape: standard deviations for being about what the words were read as, 0..1."""
        return AGREEING * np.round(agreement, 9)

    def lines_below(self, similarities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64 of the same shape: F, the share of unrelated lines and phrases that are less near."""
        return _below(self._lines_beside, similarities)

    def texts_below(self, rows: Rows) -> NDArray[np.float64]:
        """Return float64 [rows]: the share of unrelated whole texts that are less near than these rows' texts."""
        return _below(self._texts_beside, self._near_as_a_whole(rows))

    def _near_as_a_whole(self, rows: Rows) -> NDArray[np.float64]:
        return self._texts.nearer(self._index.slots.wholes[self._index.arrays["slot"][rows]])


def _below(sample: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64 of the shape of `values`: the share of a sorted sample below each, never 0 or 1.

    Half of equals count as below, and so does half of one more, so that a handful proves little and nothing says
    nothing (one half).
    """
    twice = np.searchsorted(sample, values, "left") + np.searchsorted(sample, values, "right")
    return (twice + 1) / 2 / (len(sample) + 1)

"""Texts read as concerns by linear models, learned from lines that clients and therapists might write."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.encoder import LEXICAL, Encoder, part_names, split_of
from models.letters import Letters
from models.vectors import SCALE, unit
from profiles.vocabulary import vocabulary
from profiles.whole_files import FOR_READING, replacing

Side = Literal["client", "therapist"]

STRENGTH = 20.0
"""Inverse strength of the penalty on weights (scikit-learn's C); 10 comes to the same within two points on the sets
four to six of tests/words, which no line was written for."""

FLAT = 0.7
"""What log-odds are multiplied by: encoders and letters see much of the same, so that their sum is too sure. Chosen of
1 and .7 on the same sets; with it certainty is about how often the likeliest concern is right."""

PAIRS = 6_000
"""Pairs of clients' lines that are learned from as one text about both, so that words about two things are read so."""

THERAPISTS = 3.0
"""How many clients' lines one of a therapist counts as: profiles are read by them, and one line in thirteen is one. 6
comes to the same."""

NOTHING = "none"
"""The concern of lines that are about none, such as a wish for evenings: they are learned, and never read."""

LONGEST = 32_000
"""Length of the longest row of weights: times a kept vector's length it stays below 2^24, see `vectors.SCALE`."""

PACKAGED_FILE = "reading.npz"


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One row of the table: how somebody might speak of a concern, seldom naming it.

    Attributes:
        concern: code of the vocabulary, or `NOTHING`.
        side: who says so, a client of themselves or a therapist of their work.
        language: BCP 47 tag.
        phrase: first person, one to three sentences.
    """

    concern: str
    side: Side
    language: str
    phrase: str


@cache
def phrasings() -> tuple[Phrasing, ...]:
    """Return the table `phrasings.tsv`, read once."""
    text = (files("models") / "phrasings.tsv").read_text(encoding="utf-8")
    rows = csv.reader(text.splitlines()[1:], delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(
        Phrasing(concern, "client" if side == "client" else "therapist", language, phrase)
        for concern, side, language, phrase in rows
    )


@cache
def read_concerns() -> tuple[str, ...]:
    """Return every concern that texts are read as, in the order of the vocabulary."""
    return vocabulary().codes("concern")


def lines() -> Iterator[tuple[str, str]]:
    """Yield (concern, line) of all that is learned from: the table first, then the phrases of the vocabulary."""
    yield from ((one.concern, one.phrase) for one in phrasings())
    for code in read_concerns():
        yield from ((code, phrase) for phrase in vocabulary().term("concern", code).phrases)


def numbers_of(concerns: Iterable[str]) -> NDArray[np.int64]:
    """Return int64: which of `read_concerns` each is; `NOTHING` is one past the last."""
    places = {concern: number for number, concern in enumerate((*read_concerns(), NOTHING))}
    return np.array([places[concern] for concern in concerns], dtype=np.int64)


def therapists_lines() -> tuple[tuple[str, str], ...]:
    """Return (concern, line) of therapists' lines in English: what texts of profiles are measured against."""
    return tuple((one.concern, one.phrase) for one in phrasings() if (one.side, one.language) == ("therapist", "en"))


@cache
def lines_key() -> str:
    """Return a hash of all that is learned from."""
    told = "\n".join(f"{concern}\t{line}" for concern, line in lines())
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Part:
    """What was learned for the vectors of one encoder.

    Attributes:
        weights: int16 [concerns + 1, d], whole numbers; the last row is of what is about none of them.
        scale: log-odds that one unit of a weight stands for, with a vector of length one.
        bias: float64 [concerns + 1], log-odds.
    """

    weights: NDArray[np.int16]
    scale: float
    bias: NDArray[np.float64]

    @cached_property
    def counted(self) -> NDArray[np.float32]:
        """float32 [d, concerns + 1]: the same whole numbers, ready for products."""
        return np.ascontiguousarray(self.weights.T, dtype=np.float32)

    @classmethod
    def learned(
        cls,
        vectors: NDArray[np.float32],
        numbers: NDArray[np.int64],
        rng: np.random.Generator,
        counts: NDArray[np.float64] | float = 1.0,
    ) -> Part:
        """Learn from lines by multinomial logistic regression.

        Args:
            vectors: float32 [lines, d], of length one.
            numbers: int64 [lines], which of `read_concerns` each line is about; one past the last for none.
            rng: draws the pairs of lines that are learned as one text about both.
            counts: float64 [lines], how much each counts.
        """
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a page must not pay for it

        centre, known = vectors.mean(axis=0), len(read_concerns()) + 1
        first, second = rng.choice(np.flatnonzero(numbers < known - 1), (2, PAIRS))
        both = unit(vectors[first] + vectors[second])
        shares = np.concatenate([np.broadcast_to(counts, len(numbers)), np.full(2 * PAIRS, 0.5)])
        model = LogisticRegression(C=STRENGTH, max_iter=300).fit(
            np.vstack([vectors, both, both]) - centre,
            np.concatenate([numbers, numbers[first], numbers[second]]),
            sample_weight=shares,
        )
        weights = np.zeros((known, vectors.shape[1]))
        weights[model.classes_] = FLAT * model.coef_
        bias = np.full(known, FLAT * model.intercept_.min())
        bias[model.classes_] = FLAT * model.intercept_
        scale = float(np.linalg.norm(weights, axis=1).max()) / LONGEST
        return cls(np.rint(weights / scale).astype(np.int16), scale, bias - weights @ centre)

    @property
    def is_blind(self) -> bool:
        """Whether it knows nothing."""
        return self.scale == 0

    @classmethod
    def blind(cls, d: int) -> Part:
        """Return a part that knows nothing: every text is as much about each concern."""
        known = len(read_concerns()) + 1
        return cls(np.zeros((known, d), dtype=np.int16), 0.0, np.zeros(known))


@dataclass(frozen=True)
class ConcernReader:
    """Reads texts as concerns, by what one or two encoders make of them.

    A text in English is read by both encoders, and their log-odds are added; one in another language by the second
    alone. Clients' words are read by their letters too. A reading is a guess about a topic: no diagnosis, no risk, and
    the client's to correct.

    Attributes:
        first: of the encoder that reads English only, None where there is one encoder.
        second: of the encoder of many languages, or of the only one.
    """

    first: Part | None
    second: Part

    @property
    def split(self) -> int:
        """Where the second encoder's part of a vector begins."""
        return self.first.weights.shape[1] if self.first else 0

    def certainties(self, vectors: NDArray[np.int8]) -> NDArray[np.float64]:
        """Return float64 [n, concerns], how certain it is that each text is about each concern.

        Rows sum to 1 at most; what is missing is how certain it is that a text is about none.

        Products are of whole numbers, so that a text is read alike on every machine and in any company.

        Args:
            vectors: int8 [n, d], as `quantised` gives them.
        """
        return _shares(self._added(vectors))[:, :-1]

    def certainties_of_words(self, vector: NDArray[np.int8], words: str) -> NDArray[np.float64]:
        """Return float64 [concerns], how certain it is that a client's words are about each concern.

        Args:
            vector: int8 [d], as `quantised` gives it.
            words: what it stands for; read by its letters too, unless the reader knows nothing.
        """
        odds = self._added(vector[None])
        if not self.second.is_blind:
            odds = odds + FLAT * packaged_letters().odds(words)
        return _shares(odds)[0, :-1]

    def _added(self, vectors: NDArray[np.int8]) -> NDArray[np.float64]:
        """Return float64 [n, concerns + 1]: log-odds of the encoders."""
        counted = vectors.astype(np.float32)
        odds = _odds(self.second, counted[:, self.split :])
        if self.first is not None:
            english = counted[:, : self.split].any(axis=1)
            # each part of a text that two encoders read has length 1 / sqrt(2)
            odds[english] *= np.sqrt(2.0)
            odds[english] += np.sqrt(2.0) * _odds(self.first, counted[english, : self.split]) + self.first.bias
        return odds + self.second.bias


def _odds(part: Part, counted: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return float64 [n, concerns]: log-odds without the bias; the product below is exact, see `LONGEST`."""
    products: NDArray[np.float32] = counted @ part.counted
    return products.astype(np.float64) * (part.scale / SCALE)


def _shares(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(odds - odds.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = np.round(powers / powers.sum(axis=1, keepdims=True), 9)
    return shares


def reader_for(encoder: Encoder) -> ConcernReader:
    """Return the reader for an encoder: what comes with the service for packaged ones, else learned now.

    Learning for another encoder embeds the whole table and takes minutes; it is kept with the index. `lexical` knows
    no meanings and reads nothing.
    """
    if encoder.name == LEXICAL:
        return ConcernReader(None, Part.blind(encoder.encode(["a"]).shape[1]))
    packaged = [packaged_part(name) for name in part_names(encoder)]
    learned = learned_parts(encoder) if None in packaged else []
    *first, second = (part or learned[number] for number, part in enumerate(packaged))
    return ConcernReader(first[0] if first else None, second)


def learned_parts(encoder: Encoder) -> list[Part]:
    """Embed all lines, and learn a part for each encoder of `part_names`."""
    told, rng = list(lines()), np.random.default_rng(0)
    numbers = numbers_of(concern for concern, _ in told)
    vectors, split = encoder.encode([line for _, line in told]), split_of(encoder)
    counts = np.ones(len(told))
    counts[[number for number, one in enumerate(phrasings()) if one.side == "therapist"]] = THERAPISTS
    parts = [vectors[:, :split], vectors[:, split:]] if split else [vectors]
    known = [part.any(axis=1) for part in parts]
    return [
        Part.learned(unit(part[rows]), numbers[rows], rng, counts[rows])
        for part, rows in zip(parts, known, strict=True)
    ]


@cache
def packaged_part(name: str) -> Part | None:
    """Return what was learned for a packaged encoder and comes with the service, None for any other encoder."""
    with as_file(files("models") / PACKAGED_FILE) as path, np.load(path) as kept:
        if f"{name}.weights" not in kept:
            return None
        return Part(kept[f"{name}.weights"], float(kept[f"{name}.scale"]), kept[f"{name}.bias"])


@cache
def packaged_letters() -> Letters:
    """Return what was learned of letters and comes with the service; it belongs to no encoder."""
    with as_file(files("models") / PACKAGED_FILE) as path, np.load(path) as kept:
        return Letters(kept["letters.weights"], float(kept["letters.scale"]), kept["letters.squares"])


def learned_letters() -> Letters:
    """Learn letters from all lines."""
    told = list(lines())
    numbers = numbers_of(concern for concern, _ in told)
    return Letters.learned([line for _, line in told], numbers, len(read_concerns()) + 1)


def packaged_key() -> str:
    """Return the hash of the lines that the packaged parts and letters were learned from, see `lines_key`."""
    with as_file(files("models") / PACKAGED_FILE) as path, np.load(path) as kept:
        return str(kept["lines"])


def write_packaged(path: Path, parts: dict[str, Part], letters: Letters) -> None:
    """Write letters, and parts by the name of their encoder, with the hash of what they were learned from."""
    arrays: dict[str, Any] = {
        f"{name}.{kind}": array
        for name, part in parts.items()
        for kind, array in (("weights", part.weights), ("scale", np.array(part.scale)), ("bias", part.bias))
    }
    arrays |= {
        "letters.weights": letters.weights,
        "letters.scale": np.array(letters.scale),
        "letters.squares": letters.squares,
    }
    with replacing(path, FOR_READING) as file:
        np.savez_compressed(file, lines=np.array(lines_key()), **arrays)


def likeliest(certainty: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Return int64 [most]: numbers of the likeliest concerns, the likeliest first.

    Args:
        certainty: float64 [concerns].
        most: how many.
    """
    return np.argsort(-certainty, kind="stable")[:most]


def without(certainty: NDArray[np.float64], concerns: Sequence[str]) -> NDArray[np.float64]:
    """Return float64 [concerns]: the same without those that the client said it is not; nobody else's grows by it."""
    known = np.array([concern not in concerns for concern in read_concerns()])
    left: NDArray[np.float64] = certainty * known
    return left

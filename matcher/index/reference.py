"""What texts and clients' words are read by and measured against, embedded once an encoder."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.index.columns import described_keys
from models.encoder import Encoder, split_of
from models.reading import ConcernReader, Part, numbers_of, reader_for, therapists_lines
from models.text import passages
from models.vectors import centre_of, in_parts, quantised, unit
from profiles.vocabulary import vocabulary
from profiles.whole_files import FOR_READING, replacing

WHOLE = 0.5
"""Share of the text read as one in what a text is about; the rest is the mean of its passages. Our choice."""


@dataclass(frozen=True)
class Reference:
    """This version's tables as vectors.

    Attributes:
        anchors: int8 [described terms, d], one vector a term, in parts.
        lines: int8 [lines, d], what therapists write about one concern each.
        concerns: int64 [lines], which of `read_concerns` each is about.
        first_weights, first_scale, first_bias: of the reader's first part, without rows where there is none.
        second_weights, second_scale, second_bias: of its second part.
    """

    anchors: NDArray[np.int8]
    lines: NDArray[np.int8]
    concerns: NDArray[np.int64]
    first_weights: NDArray[np.int16]
    first_scale: NDArray[np.float64]
    first_bias: NDArray[np.float64]
    second_weights: NDArray[np.int16]
    second_scale: NDArray[np.float64]
    second_bias: NDArray[np.float64]

    @cached_property
    def reader(self) -> ConcernReader:
        """What texts are read as concerns by."""
        first = Part(self.first_weights, float(self.first_scale), self.first_bias) if len(self.first_weights) else None
        return ConcernReader(first, Part(self.second_weights, float(self.second_scale), self.second_bias))

    @property
    def split(self) -> int:
        """Where the second encoder's part of a vector begins, 0 for one encoder."""
        return self.reader.split

    @cached_property
    def lines_counted(self) -> NDArray[np.float32]:
        """float32 [lines, d]: the same whole numbers, ready for products."""
        return self.lines.astype(np.float32)

    @cached_property
    def lines_about(self) -> NDArray[np.float64]:
        """float64 [concerns, lines]: how certain it is that each line is about each concern."""
        return np.ascontiguousarray(self.reader.certainties(self.lines).T)

    @classmethod
    def embedded(cls, encoder: Encoder, reader: ConcernReader | None = None) -> Reference:
        """Embed the tables: seconds with the packaged encoder, minutes with one whose reader is learned first.

        Args:
            encoder: what embeds.
            reader: None for the one that belongs to the encoder.
        """
        told = therapists_lines()
        return cls.by(
            reader or reader_for(encoder),
            anchors=_anchors(encoder),
            lines=quantised(encoder.encode([line for _, line in told])),
            concerns=numbers_of(concern for concern, _ in told),
        )

    @classmethod
    def by(
        cls, reader: ConcernReader, *, anchors: NDArray[np.int8], lines: NDArray[np.int8], concerns: NDArray[np.int64]
    ) -> Reference:
        """Return the tables with a reader."""
        first = reader.first or Part(np.zeros((0, 0), dtype=np.int16), 0.0, np.zeros(0))
        return cls(
            anchors=anchors,
            lines=lines,
            concerns=concerns,
            first_weights=first.weights,
            first_scale=np.array(first.scale),
            first_bias=first.bias,
            second_weights=reader.second.weights,
            second_scale=np.array(reader.second.scale),
            second_bias=reader.second.bias,
        )

    @classmethod
    def kept(cls, path: Path, encoder: Encoder) -> Reference:
        """Return what stands in a file, embedding it first where there is none; it is written whole or not at all."""
        if not path.exists():
            cls.embedded(encoder).write(path)
        return cls.read(path)

    @classmethod
    def read(cls, path: Path) -> Reference:
        """Read a file that `write` wrote."""
        with np.load(path) as arrays:
            return cls(**{one.name: arrays[one.name] for one in fields(cls)})

    def write(self, path: Path) -> None:
        """Write to a file, replacing it whole."""
        with replacing(path, FOR_READING) as file:
            np.savez(file, **{one.name: getattr(self, one.name) for one in fields(self)})

    def about(
        self, wholes: NDArray[np.int8], passages_of: NDArray[np.int8], spans: NDArray[np.int64]
    ) -> NDArray[np.uint8]:
        """Return uint8 [texts, concerns]: how much of each text is about each concern, in parts of 255.

        The shares of a text sum to about 1, so that nobody gains by speaking of more things, or of one at length.

        Args:
            wholes: int8 [texts, d], each text read as one.
            passages_of: int8 [passages, d], the passages of all texts, one text after the other.
            spans: int64 [texts], how many passages each has, at least one.
        """
        heads = np.cumsum(spans) - spans
        means = np.add.reduceat(self.reader.certainties(passages_of), heads, axis=0) / spans[:, None]
        shares = WHOLE * self.reader.certainties(wholes) + (1 - WHOLE) * means
        return np.rint(np.round(shares, 9) * 255).astype(np.uint8)


def _anchors(encoder: Encoder) -> NDArray[np.int8]:
    """Return int8 [D, d]: the phrases of each described term as one vector, embedded like the lines of a profile.

    What all terms share (every phrase sounds like a therapist) is taken away, so that a vector points to what is
    special about its term.
    """
    parts = [passages("\n".join(vocabulary().term(*key).phrases)) for key in described_keys()]
    counts = np.array([len(part) for part in parts])
    vectors = encoder.encode([line for part in parts for line in part])
    means = unit(np.add.reduceat(vectors, np.cumsum(counts) - counts, axis=0))
    split = split_of(encoder)
    return quantised(in_parts(means, centre_of(means, split), split))

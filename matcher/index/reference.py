"""What a client's words are read and measured against, embedded once an encoder: phrasings and phrases of the terms."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.index.columns import described_keys
from matcher.index.slots import quantised
from models.encoder import LEXICAL, Encoder, split_of
from models.reading import centre_of, in_parts, phrasings, read_concerns, unit
from profiles.vocabulary import vocabulary

NO_CONCERN = -1


@dataclass(frozen=True)
class Reference:
    """Vectors of this version's tables.

    Attributes:
        split: int64 [], where the second encoder's part of a vector begins, 0 for one encoder alone.
        centre: float32 [d], what all therapists' phrases have in common.
        passages: int8 [phrases, d], the vocabulary's phrases as any passage is kept: texts that speak of something.
        concerns: int64 [phrases], which of `read_concerns` each phrase speaks of, else `NO_CONCERN`.
        spoken_centre: float32 [d], what all phrasings have in common.
        phrasings: int8 [phrasings, d], in parts; no row where the encoder knows no meanings.
        bridges: float32 [concerns, d], in parts: how therapists and clients speak of each concern.
    """

    split: NDArray[np.int64]
    centre: NDArray[np.float32]
    passages: NDArray[np.int8]
    concerns: NDArray[np.int64]
    spoken_centre: NDArray[np.float32]
    phrasings: NDArray[np.int8]
    bridges: NDArray[np.float32]

    @cached_property
    def phrasings_counted(self) -> NDArray[np.float32]:
        """float32 [phrasings, d]: the same whole numbers, ready for products."""
        return self.phrasings.astype(np.float32)

    @cached_property
    def passages_counted(self) -> NDArray[np.float32]:
        """float32 [phrases, d]: the same whole numbers, ready for products."""
        return self.passages.astype(np.float32)

    @classmethod
    def embedded(cls, encoder: Encoder) -> Reference:
        """Embed the tables; about three seconds with the packaged encoder."""
        phrases = [(key, phrase) for key in described_keys() for phrase in vocabulary().term(*key).phrases]
        said = encoder.encode([phrase for _, phrase in phrases])
        split = split_of(encoder)
        centre = centre_of(said, split)
        numbers = {("concern", concern): number for number, concern in enumerate(read_concerns())}
        concerns = np.array([numbers.get(key, NO_CONCERN) for key, _ in phrases], dtype=np.int64)
        table = phrasings() if encoder.name != LEXICAL else ()
        spoken = encoder.encode([one.phrase for one in table])
        spoken_centre = centre_of(spoken, split)
        special = in_parts(spoken, spoken_centre, split)
        bridges = np.zeros((len(read_concerns()), said.shape[1]), dtype=np.float32)
        _add(bridges, concerns, in_parts(said, centre, split))
        _add(bridges, _concerns_of_phrasings(len(table)), special)
        return cls(
            split=np.array(split, dtype=np.int64),
            centre=centre,
            passages=quantised(said),
            concerns=concerns,
            spoken_centre=spoken_centre,
            phrasings=quantised(special),
            bridges=np.hstack([unit(bridges[:, :split]), unit(bridges[:, split:])]),
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
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(file, **{one.name: getattr(self, one.name) for one in fields(self)})
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def beside(self, concerns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return bool [phrases]: which phrases speak of a concern, but of none of these."""
        beside: NDArray[np.bool_] = (self.concerns != NO_CONCERN) & ~np.isin(self.concerns, concerns)
        return beside


def _concerns_of_phrasings(number: int) -> NDArray[np.int64]:
    """Return int64 [number]: the concern of each phrasing, in whatever language, since lines may be in any."""
    places = {concern: place for place, concern in enumerate(read_concerns())}
    return np.array([places[one.concern] for one in phrasings()[:number]], dtype=np.int64)


def _add(sums: NDArray[np.float32], rows: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
    """Add to each row of `sums` the vectors that belong to it."""
    belongs = rows != NO_CONCERN
    np.add.at(sums, rows[belongs], vectors[belongs])

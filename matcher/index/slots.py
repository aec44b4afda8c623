"""Vectors by text: append-only files that never embed the same text twice."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.encoder import Encoder, Progress, encoder_key
from models.text import passages, text_hash
from models.vectors import quantised

LAYOUT = 3
"""Of the files of one encoder; files of another layout stand in a folder of their own and are not read."""

ENTRY = np.dtype([("hash", "V16"), ("start", "<i8"), ("count", "<i4")])
CHUNK = 20_000


@dataclass(frozen=True)
class Slots:
    """One text, one slot: the text read as one, and its passages.

    Attributes:
        wholes: int8 [slots, d], the passages read as one text, each once (zero without passages).
        passages: int8 [passages, d].
        starts: int64 [slots], first passage of a slot.
        counts: int32 [slots], how many passages it has.
    """

    wholes: NDArray[np.int8]
    passages: NDArray[np.int8]
    starts: NDArray[np.int64]
    counts: NDArray[np.int32]


class SlotFiles:
    """The slot files of one encoder. Only the holder of the index lock appends.

    The table of entries is written last, so that a crash leaves bytes nobody points to; they are cut off before the
    next append.
    """

    def __init__(self, folder: Path, encoder_name: str) -> None:
        self._folder = folder / f"{encoder_key(encoder_name)}-{LAYOUT}"
        self._folder.mkdir(parents=True, exist_ok=True)

    @property
    def _entries(self) -> Path:
        return self._folder / "entries.bin"

    @property
    def folder(self) -> Path:
        """Where all that one encoder embedded is kept."""
        return self._folder

    def table(self) -> NDArray[np.void]:
        """Return the entries, in the order of slots."""
        count = self.count()
        return np.fromfile(self._entries, dtype=ENTRY, count=count) if count else np.zeros(0, dtype=ENTRY)

    def count(self) -> int:
        """Return how many slots there are with their vectors, 0 where a file of them is missing."""
        d, files = self.dimensions(), (self._entries, self._folder / "wholes.i8", self._folder / "passages.i8")
        if d == 0 or not all(file.exists() for file in files):
            return 0
        entries, wholes, _ = (file.stat().st_size for file in files)
        return min(entries // ENTRY.itemsize, wholes // d)

    def dimensions(self) -> int:
        """Return the length of a vector, 0 before the first."""
        path = self._folder / "dimensions"
        return int(path.read_text()) if path.exists() else 0

    def open(self) -> Slots:
        """Map the files as they are now."""
        table, d = self.table(), self.dimensions()
        total = int(table["start"][-1] + table["count"][-1]) if len(table) else 0
        return Slots(
            _mapped(self._folder / "wholes.i8", np.int8, (len(table), d)),
            _mapped(self._folder / "passages.i8", np.int8, (total, d)),
            table["start"].astype(np.int64),
            table["count"].astype(np.int32),
        )

    def add(self, texts: Sequence[str], encoder: Encoder, progress: Progress | None = None) -> NDArray[np.int64]:
        """Return int64 [len(texts)] the slot of each text, embedding those that are new; -1 for an empty text."""
        table = self.table()
        known = {bytes(entry): number for number, entry in enumerate(table["hash"])}
        hashes = [text_hash(text) if text.strip() else b"" for text in texts]
        fresh = {digest: text for digest, text in zip(hashes, texts, strict=True) if digest and digest not in known}
        if fresh:
            self._append(table, fresh, encoder, progress)
            known.update({digest: len(table) + number for number, digest in enumerate(fresh)})
        return np.array([known[digest] if digest else -1 for digest in hashes], dtype=np.int64)

    def _append(
        self, table: NDArray[np.void], fresh: dict[bytes, str], encoder: Encoder, progress: Progress | None
    ) -> None:
        parts = [passages(text) for text in fresh.values()]
        wholes = [" ".join(dict.fromkeys(text)) for text in parts]
        # a text of one passage is that passage
        distinct = list(dict.fromkeys(filter(None, (*(part for text in parts for part in text), *wholes))))
        found = encoder.encode(distinct, progress)
        if not distinct:
            found = found.reshape(0, self.dimensions() or encoder.encode(["a"]).shape[1])
        place = {part: number for number, part in enumerate(distinct)}
        rows = np.array([place[part] for text in parts for part in text], dtype=np.int64)
        counts = np.array([len(text) for text in parts], dtype=np.int32)
        first = int(table["start"][-1] + table["count"][-1]) if len(table) else 0
        entries = np.zeros(len(parts), dtype=ENTRY)
        entries["hash"] = [np.void(digest) for digest in fresh]
        entries["count"] = counts
        entries["start"] = first + np.concatenate([[0], np.cumsum(counts)[:-1]]) if parts else 0
        d = found.shape[1]
        (self._folder / "dimensions").write_text(str(d))
        _append_rows(self._folder / "passages.i8", quantised(found)[rows], first)
        read_whole = np.zeros((len(wholes), d), dtype=np.int8)
        spoken = [number for number, text in enumerate(wholes) if text]
        read_whole[spoken] = quantised(found[[place[wholes[number]] for number in spoken]])
        _append_rows(self._folder / "wholes.i8", read_whole, len(table))
        _append_rows(self._entries, entries.reshape(-1, 1), len(table))


def _append_rows(path: Path, rows: NDArray[Any], after: int) -> None:
    """Append 2-D `rows` behind the first `after` rows of a file, forgetting what a crash left behind them."""
    width = rows.dtype.itemsize * rows.shape[1]
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(after * width)
        file.seek(0, os.SEEK_END)
        file.write(np.ascontiguousarray(rows).tobytes())
        file.flush()
        os.fsync(file.fileno())


def _mapped(path: Path, dtype: type[np.generic], shape: tuple[int, int]) -> NDArray[Any]:
    if 0 in shape:
        return np.zeros(shape, dtype=dtype)
    return np.memmap(path, dtype=dtype, mode="r", shape=shape)

"""Bring the index up to date with the directory: one writer under a lock, published by replacing `CURRENT`."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.index.columns import Columns, Names, columns_of, joined, picked, vocabulary_key
from matcher.index.described import described_bytes, histogram, read_texts
from matcher.index.reference import Reference
from matcher.index.slots import SlotFiles
from models.encoder import Encoder
from profiles.directory.protocol import Directory
from profiles.schema import Therapist
from profiles.whole_files import FOR_READING, replace_text

FORMAT = 6
BATCH = 2_000
KEPT = 2
BACKGROUND = 1_024

Tell = Callable[[str, int, int], None]
"""Told (stage, done, all) while an index is built."""


class IndexBusy(Exception):
    """Somebody else is bringing the index up to date."""


@dataclass(frozen=True)
class Published:
    """One generation of the index on disk."""

    folder: Path
    meta: dict[str, Any]

    def columns(self) -> Columns:
        """Map its columns, and read its ids."""
        ids = json.loads((self.folder / "ids.json").read_text(encoding="utf-8"))
        arrays = {name: self.array(name) for name in self.meta["arrays"]}
        arrays["bits"] = np.unpackbits(self.array("packed"), axis=-1, count=len(ids))
        return Columns(ids, arrays)

    def array(self, name: str) -> NDArray[Any]:
        """Map one array."""
        mapped: NDArray[Any] = np.load(self.folder / f"{name}.npy", mmap_mode="r")
        return mapped


def current(root: Path) -> Published | None:
    """Return the published generation, None before the first, or where the one that `CURRENT` names is not there."""
    missing = ""
    while True:
        try:
            name = (root / "CURRENT").read_text(encoding="utf-8")
            folder = root / name
            return Published(folder, json.loads((folder / "meta.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            if not (root / "CURRENT").exists() or name == missing:
                return None
            missing = name  # `CURRENT` was replaced, and what it named removed, between the two reads: read again


@contextmanager
def _locked(root: Path, *, wait: bool) -> Iterator[None]:
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexBusy from error
        yield


def is_current(published: Published | None, directory: Directory, encoder_name: str) -> bool:
    """Whether an index says what the directory says now, read by the encoder in use."""
    return (
        _fits(published, encoder_name)
        and published is not None
        and (published.meta["generation"] == directory.generation())
    )


def _fits(published: Published | None, encoder_name: str) -> bool:
    """Whether an index can be continued: same layout, same vocabulary, same encoder."""
    return published is not None and is_readable(published) and published.meta["encoder"] == encoder_name


def is_readable(published: Published) -> bool:
    """Whether this version can read an index at all: one of another layout or vocabulary waits to be built anew."""
    return (published.meta["format"], published.meta["vocabulary"]) == (FORMAT, vocabulary_key())


def is_whole(published: Published) -> bool:
    """Whether a readable index has all its files: one that lacks some after a copy made half way is built anew.

    It looks at some forty files, so it is asked before opening and building, and not for every list.
    """
    root, meta = published.folder.parent, published.meta
    names = ["ids.json", *(f"{name}.npy" for name in (*meta["arrays"], *meta["derived"]))]
    files = [reference_path(root, meta["encoder"]), *(published.folder / name for name in names)]
    return all(file.exists() for file in files) and SlotFiles(root / "slots", meta["encoder"]).count() >= meta["slots"]


def update(
    root: Path, directory: Directory, encoder: Encoder, *, wait: bool = True, tell: Tell | None = None
) -> Published:
    """Bring the index up to date and return it; texts that did not change are not embedded again.

    What comes out depends on the directory alone: the same profiles give the same values, whatever came before.

    Raises:
        IndexBusy: somebody else is at it and `wait` is false.
    """
    with _locked(root, wait=wait):
        before = current(root)
        if before is not None and not (_fits(before, encoder.name) and is_whole(before)):
            before = None
        if before is not None and is_current(before, directory, encoder.name):
            return before
        generation = directory.generation()
        if before is None:
            builder = _Builder(root, encoder, Names(), tell)
            builder.read(directory.scan(), directory.count())
        else:
            changed, removed = directory.changes_since(before.meta["generation"])
            builder = _Builder(root, encoder, Names(**before.meta["names"]), tell)
            builder.keep(before, {*removed, *(therapist.id for therapist in changed)})
            builder.read(changed, len(changed))
        return builder.publish(generation)


class _Builder:
    """Puts one generation together: what stays of the last one, and what is read anew."""

    def __init__(self, root: Path, encoder: Encoder, names: Names, tell: Tell | None) -> None:
        self._root = root
        self._encoder = encoder
        self._names = names
        self._tell = tell
        self._files = SlotFiles(root / "slots", encoder.name)
        self._reference = Reference.kept(reference_path(root, encoder.name), encoder)
        self._parts = [columns_of([], names)]
        self._counts = histogram(self._parts[0], self._files.open(), self._reference)

    def keep(self, before: Published, touched: set[str]) -> None:
        """Take over everybody but the touched, and take the texts of these out of the histogram."""
        held = before.columns()
        stays = np.array([identity not in touched for identity in held.ids], dtype=bool)
        gone = picked(held, np.flatnonzero(~stays))
        self._counts += before.array("histogram") - histogram(gone, self._files.open(), self._reference)
        self._parts.append(picked(held, np.flatnonzero(stays)))

    def read(self, therapists: Iterable[Therapist], total: int) -> None:
        """Read therapists in batches."""
        stream, done = iter(therapists), 0
        while batch := list(islice(stream, BATCH)):
            columns = columns_of(batch, self._names)
            columns.arrays["slot"][:] = self._files.add([one.own_words for one in batch], self._encoder, self._progress)
            self._counts += read_texts(columns, self._files.open(), self._reference)
            self._parts.append(columns)
            done += len(batch)
            if self._tell:
                self._tell("profiles", done, total)

    def _progress(self, done: int, every: int) -> None:
        if self._tell:
            self._tell("texts", done, every)

    def publish(self, generation: int) -> Published:
        """Write the generation beside the others, then point `CURRENT` to it."""
        columns = joined(self._parts)
        number = _next_number(self._root)
        folder, part = self._root / str(number), self._root / f"{number}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        arrays = {name: array for name, array in columns.arrays.items() if name != "bits"}
        derived: dict[str, NDArray[Any]] = {
            "packed": np.packbits(columns.arrays["bits"], axis=-1),
            "histogram": self._counts,
            "described": described_bytes(columns.arrays, self._counts),
            "background": _background(columns),
        }
        for name, array in {**arrays, **derived}.items():
            np.save(part / f"{name}.npy", array)
        (part / "ids.json").write_text(json.dumps(columns.ids), encoding="utf-8")
        meta = {
            "format": FORMAT,
            "number": number,
            "generation": generation,
            "encoder": self._encoder.name,
            "vocabulary": vocabulary_key(),
            "names": asdict(self._names),
            "size": len(columns),
            "arrays": sorted(arrays),
            "derived": sorted(derived),
            "slots": self._files.count(),
        }
        (part / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
        part.replace(folder)
        replace_text(self._root / "CURRENT", str(number), FOR_READING)
        _forget_old(self._root, number)
        return Published(folder, meta)


def reference_path(root: Path, encoder_name: str) -> Path:
    """Return where the vectors of this version's tables are kept for an encoder."""
    return SlotFiles(root / "slots", encoder_name).folder / f"reference-{vocabulary_key()}.npz"


def _background(columns: Columns) -> NDArray[np.int64]:
    """Return int64 [at most `BACKGROUND`]: rows with a text that stand for all, evenly spaced in the order of ids."""
    rows = np.flatnonzero(columns.arrays["passages"])
    taken = np.linspace(0, len(rows) - 1, min(BACKGROUND, len(rows))).astype(np.int64)
    spaced: NDArray[np.int64] = rows[taken]
    return spaced


def _next_number(root: Path) -> int:
    return 1 + max((int(path.name) for path in root.iterdir() if path.name.isdigit()), default=0)


def _forget_old(root: Path, number: int) -> None:
    """Keep the last generations: a worker that has an older one mapped keeps its files until it lets go."""
    for path in root.iterdir():
        if path.name.removesuffix(".part").isdigit() and int(path.name.removesuffix(".part")) <= number - KEPT:
            shutil.rmtree(path, ignore_errors=True)

"""The index as a query sees it: who is eligible, and the values of wishes, one byte a therapist."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.index.build import Published, current, is_readable, is_whole, reference_path
from matcher.index.columns import (
    ACCEPTING,
    LEVEL_NOT_STATED,
    NO_DAY,
    NO_NUMBER,
    STATED_FIELDS,
    Arrays,
    Names,
    described_keys,
    term_keys,
)
from matcher.index.described import term_products
from matcher.index.reference import Reference
from matcher.index.slots import SlotFiles, Slots
from profiles.languages import meets_range

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]

AS_NEAR = 0.9
"""A passage speaks for a term when no other term of the field is clearly nearer; our choice, see ADR 6."""


@dataclass(frozen=True)
class Index:
    """One generation of the index, mapped.

    Attributes:
        size: number of therapists.
        generation: of the directory it was read from.
        ids: by row.
        arrays: see `columns.WIDE` and `columns.LONG`.
        packed: uint8 [terms, ceil(size / 8)], one bit a term and therapist.
        described: uint8 [described terms, size], see `described.described_bytes`.
        background: int64 [at most 1,024], rows with a text that stand for all.
        slots: vectors of texts.
        reference: what texts and clients' words are read by and measured against.
    """

    size: int
    generation: int
    number: int
    encoder: str
    ids: Sequence[str]
    arrays: Arrays
    packed: NDArray[np.uint8]
    described: NDArray[np.uint8]
    background: Rows
    slots: Slots
    reference: Reference
    names: Names

    @classmethod
    def opened(cls, root: Path, published: Published) -> Index:
        """Map a published generation."""
        meta = published.meta
        return cls(
            size=meta["size"],
            generation=meta["generation"],
            number=meta["number"],
            encoder=meta["encoder"],
            ids=json.loads((published.folder / "ids.json").read_text(encoding="utf-8")),
            arrays={name: _plain(published.array(name)) for name in meta["arrays"]},
            packed=_plain(published.array("packed")),
            described=_plain(published.array("described")),
            background=_plain(published.array("background")),
            slots=SlotFiles(root / "slots", meta["encoder"]).open(),
            reference=Reference.read(reference_path(root, meta["encoder"])),
            names=Names(**meta["names"]),
        )

    @cached_property
    def places(self) -> Mapping[tuple[str, str], int]:
        """Row of `packed` by (field, code)."""
        return {key: number for number, key in enumerate(term_keys())}

    @cached_property
    def described_places(self) -> Mapping[tuple[str, str], int]:
        """Row of `described` by (field, code)."""
        return {key: number for number, key in enumerate(described_keys())}

    def is_nearest(self, field: str, codes: Sequence[str], row: int, passage: int) -> bool:
        """Whether a passage is about as near to one of some terms as to the nearest term of their field."""
        places, anchors = self._anchors_of[field]
        line = self.slots.passages[self.slots.starts[self.arrays["slot"][row]] + passage].astype(np.float32)
        near = term_products(line[None], anchors, self.reference.split)[0]
        return bool(max(near[places[code]] for code in codes if code in places) >= AS_NEAR * near.max())

    @cached_property
    def _anchors_of(self) -> Mapping[str, tuple[Mapping[str, int], NDArray[np.float32]]]:
        """By field: the number of each described term in its field, and float32 [terms of the field, d]."""
        codes: dict[str, list[str]] = {}
        for field, code in self.described_places:
            codes.setdefault(field, []).append(code)
        rows = {field: [self.described_places[field, code] for code in names] for field, names in codes.items()}
        return {
            field: ({code: n for n, code in enumerate(names)}, self.reference.anchors[rows[field]].astype(np.float32))
            for field, names in codes.items()
        }

    @cached_property
    def background_wholes(self) -> NDArray[np.float32]:
        """float32 [background, d]: the texts that stand for all, each read as one, in whole numbers."""
        return np.asarray(self.slots.wholes)[self.arrays["slot"][self.background]].astype(np.float32)

    @cached_property
    def fictional(self) -> bool:
        """Whether anybody here is fictional."""
        return bool(self.arrays["fictional"].any())

    @cached_property
    def stated_counts(self) -> Mapping[str, int]:
        """How many therapists state each field."""
        return dict(zip(STATED_FIELDS, self.arrays["stated"].sum(axis=1, dtype=np.int64).tolist(), strict=True))

    @cached_property
    def term_counts(self) -> NDArray[np.int64]:
        """int64 [terms]: how many therapists list each term."""
        counts: NDArray[np.int64] = np.bitwise_count(self.packed).sum(axis=1, dtype=np.int64)
        return counts

    @cached_property
    def described_sums(self) -> NDArray[np.int64]:
        """int64 [described terms]: the sum of bytes over therapists with a text."""
        texts = self.arrays["passages"] > 0
        return np.array([line[texts].sum(dtype=np.int64) for line in self.described], dtype=np.int64)

    @cached_property
    def text_count(self) -> int:
        """How many therapists have a text."""
        return int(np.count_nonzero(self.arrays["passages"]))

    @cached_property
    def style_counts(self) -> NDArray[np.int64]:
        """int64 [styles, 256]: how many therapists have each byte of each style."""
        sides = self.arrays["style"].view(np.uint8)
        return np.array([np.bincount(line, minlength=256) for line in sides], dtype=np.int64)

    @cached_property
    def licensed(self) -> Mask:
        """Who names a licence at all."""
        return _marked(self.size, self.arrays["licence.row"])

    @cached_property
    def placed(self) -> Mask:
        """Who names a place on the map."""
        return _marked(self.size, self.arrays["place.row"])

    @cached_property
    def _speakers(self) -> dict[tuple[int, int], NDArray[np.uint8]]:
        """What `_speaking` found before, one bit a therapist, by number of the language and floor."""
        return {}

    def bit(self, field: str, code: str) -> Mask:
        """Return bool [size]: who lists a term."""
        return np.unpackbits(self.packed[self.places[field, code]], count=self.size).view(bool)

    def stated(self, field: str) -> Mask:
        """Return bool [size]: who states a field."""
        mask: Mask = self.arrays["stated"][STATED_FIELDS.index(field)].view(bool)
        return mask

    def count_terms(self, field: str, terms: Sequence[str]) -> NDArray[np.uint8]:
        """Return uint8 [size]: how many of some terms each therapist lists."""
        if not terms:
            return np.zeros(self.size, dtype=np.uint8)
        counts = self.bit(field, terms[0]).view(np.uint8)
        for code in terms[1:]:
            counts += self.bit(field, code).view(np.uint8)
        return counts

    def speaks(self, wanted: str, floor: int) -> Mask:
        """Return bool [size]: who works in a language (or a subtag of it), at `floor` or without a level."""
        bits = np.zeros(self.packed.shape[1], dtype=np.uint8)
        for tag, number in self.names.tags.items():
            if meets_range(tag, wanted):
                bits |= self._speaking(number, floor)
        return np.unpackbits(bits, count=self.size).view(bool)

    def _speaking(self, number: int, floor: int) -> NDArray[np.uint8]:
        """Return one bit a therapist: who works in one language of the table."""
        if (number, floor) not in self._speakers:
            start, end = np.searchsorted(self.arrays["language.tag"], [number, number + 1])
            levels = self.arrays["language.level"][start:end]
            able = np.flatnonzero((levels >= floor) | (levels == LEVEL_NOT_STATED))
            found = _marked(self.size, self.arrays["language.row"][start:end].take(able))
            self._speakers[number, floor] = np.packbits(found)
        return self._speakers[number, floor]


def _plain(mapped: NDArray[Any]) -> NDArray[Any]:
    """Return the same memory as an ordinary array: each look into a `memmap` makes another `memmap`, slowly."""
    return np.asarray(mapped)


def _marked(size: int, rows: NDArray[np.int32]) -> Mask:
    """Return bool [size] that holds at some rows."""
    mask = np.zeros(size, dtype=bool)
    mask[rows] = True
    return mask


class IndexReader:
    """Keeps the newest published generation open; asks the file system once a request."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen: tuple[int, int] | None = None
        self._index: Index | None = None

    def latest(self) -> Index | None:
        """Return the newest generation, None before the first that this version can read."""
        try:
            stat = (self._root / "CURRENT").stat()
        except FileNotFoundError:
            return None
        mark = (stat.st_ino, stat.st_mtime_ns)
        if mark != self._seen:
            self._index, self._seen = self._open(), mark
        return self._index

    def _open(self) -> Index | None:
        tried = None
        while (published := current(self._root)) and published != tried:
            if is_readable(published) and is_whole(published):
                with suppress(FileNotFoundError):
                    return Index.opened(self._root, published)
            tried = published  # one that was replaced and removed meanwhile is not the next one, which is whole
        return None


def open_rows(index: Index, as_of: date) -> tuple[Mask, Mask]:
    """Return bool [size] twice: who may be listed at all on a day, and whose openness is confirmed.

    Paused, full, waiting list and existing clients only are out, as is whoever has only ended licences.
    """
    accepting = index.arrays["accepting"]
    today = as_of.toordinal()
    may = (accepting == ACCEPTING.index("accepting")) | (accepting == ACCEPTING.index(""))
    may &= index.arrays["listed"].view(bool)
    may &= index.arrays["latest_end"] >= today
    return may, accepting == ACCEPTING.index("accepting")


def confirmed_rows(index: Index, as_of: date, fresh_days: int) -> Mask:
    """Return bool [size]: who said within `fresh_days` that they take new clients."""
    confirmed = index.arrays["confirmed"]
    recent: Mask = (confirmed != NO_DAY) & (confirmed >= as_of.toordinal() - fresh_days)
    recent &= index.arrays["accepting"] == ACCEPTING.index("accepting")
    return recent


def fee_at_most(index: Index, amount: int, currency: str) -> tuple[Mask, Mask]:
    """Return bool [size] twice: whose lowest fee is at most `amount` cents, and who states one in that currency."""
    lowest = index.arrays["fee_lowest"]
    stated = (lowest != NO_NUMBER) & (index.arrays["fee_currency"] == index.names.currencies.get(currency, NO_NUMBER))
    return stated & (lowest <= amount), stated

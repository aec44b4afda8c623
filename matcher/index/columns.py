"""Therapists as columns: a table of arrays, and how rows are cut out, put together and sorted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.reading import lines_key, read_concerns
from profiles.schema import STYLES, TERM_FIELDS, Therapist
from profiles.vocabulary import vocabulary

Arrays = dict[str, NDArray[Any]]

NO_DAY = np.iinfo(np.int32).min
"""A date that is not stated."""
NEVER_ENDS = np.iinfo(np.int32).max
"""The end of a licence that states none, where the latest end is asked for."""
NO_STYLE = -128
NO_NUMBER = -1
LEVEL_NOT_STATED = 255

DESCRIBED_FIELDS = ("modality", "concern", "population", "practice", "qualities", "style_pole")
"""Fields whose terms are read from texts. Identity is never read from a text."""

STATED_FIELDS = (*TERM_FIELDS, "language", "licence", "place", "fee", "next_opening", "accepting")

# Columns with a value a row; the last axis is the row.
WIDE: Mapping[str, type[np.generic]] = {
    "bits": np.uint8,
    "stated": np.uint8,
    "style": np.int8,
    "accepting": np.uint8,
    "confirmed": np.int32,
    "listed": np.uint8,
    "fictional": np.uint8,
    "fee_lowest": np.int32,
    "fee_currency": np.int16,
    "opening": np.int32,
    "latest_end": np.int32,
    "id_hash": np.uint64,
    "slot": np.int64,
    "passages": np.uint8,
    "best": np.uint16,
    "best_passage": np.uint8,
    "about": np.uint8,
}

# Tables with any number of lines a row; the first column is the row, lines are sorted by `LONG_ORDER`.
LONG: Mapping[str, Mapping[str, type[np.generic]]] = {
    "language": {"row": np.int32, "tag": np.int32, "level": np.uint8},
    "licence": {"row": np.int32, "jurisdiction": np.int32, "profession": np.int16, "start": np.int32, "end": np.int32},
    "place": {"row": np.int32, "latitude": np.float64, "longitude": np.float64},
}

ACCEPTING = ("", "accepting", "waiting_list", "full", "existing_only", "paused")


def term_keys() -> tuple[tuple[str, str], ...]:
    """Return (field, code) of every term that has a bit, in the order of the rows of `bits`."""
    return tuple((name, code) for name in TERM_FIELDS for code in vocabulary().codes(name))


def described_keys() -> tuple[tuple[str, str], ...]:
    """Return (field, code) of every term that texts are read for, in the order of the rows of `best`."""
    return tuple(
        (term.field, term.code) for name in DESCRIBED_FIELDS for term in vocabulary().terms(name) if term.phrases
    )


def vocabulary_key() -> str:
    """Return a hash of everything about the vocabulary and the lines that reading is learned from."""
    parts = [repr(term_keys()), repr(STATED_FIELDS)]
    parts += [repr(vocabulary().term(*key).phrases) for key in described_keys()]
    parts.append(lines_key())
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


@dataclass
class Names:
    """Numbers for names that the directory brings along, such as language tags; a name keeps its number.

    Attributes:
        tags, jurisdictions, professions, currencies: number by name; "" is number 0 where a name may be missing.
        cities: where therapists meet clients, "latitude,longitude" by label.
    """

    tags: dict[str, int] = field(default_factory=dict)
    jurisdictions: dict[str, int] = field(default_factory=lambda: {"": 0})
    professions: dict[str, int] = field(default_factory=lambda: {"": 0})
    currencies: dict[str, int] = field(default_factory=lambda: {"": 0})
    cities: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def number(names: dict[str, int], name: str) -> int:
        """Return the number of `name`, giving it the next one when it is new."""
        return names.setdefault(name, len(names))


@dataclass
class Columns:
    """Rows of therapists: `ids[i]` and the i-th place of every wide array belong together."""

    ids: list[str]
    arrays: Arrays

    def __len__(self) -> int:
        return len(self.ids)


def day(value: date | None) -> int:
    """Return a date as its day number, `NO_DAY` for None."""
    return NO_DAY if value is None else value.toordinal()


def id_hash(identity: str) -> int:
    """Return the 64-bit hash of an id that ties are broken with."""
    return int.from_bytes(hashlib.blake2b(identity.encode(), digest_size=8).digest(), "little")


def columns_of(therapists: Sequence[Therapist], names: Names) -> Columns:
    """Return the columns of some therapists, without what is read from their texts."""
    size = len(therapists)
    arrays = _empty_wide(size)
    long: dict[str, list[tuple[float, ...]]] = {name: [] for name in LONG}
    places = {key: number for number, key in enumerate(term_keys())}
    for row, therapist in enumerate(therapists):
        _fill_terms(arrays, row, therapist, places)
        _fill_numbers(arrays, row, therapist, names)
        _fill_long(long, row, therapist, names)
    for name, parts in LONG.items():
        lines = list(zip(*long[name], strict=True)) or [()] * len(parts)
        for (part, dtype), values in zip(parts.items(), lines, strict=True):
            arrays[f"{name}.{part}"] = np.array(values, dtype=dtype)
    return Columns([therapist.id for therapist in therapists], arrays)


def _empty_wide(size: int) -> Arrays:
    leading = {"bits": (len(term_keys()),), "stated": (len(STATED_FIELDS),), "style": (len(STYLES),)}
    described = (len(described_keys()),)
    leading |= {"best": described, "best_passage": described, "about": (len(read_concerns()),)}
    return {name: np.zeros((*leading.get(name, ()), size), dtype=dtype) for name, dtype in WIDE.items()}


def _fill_terms(arrays: Arrays, row: int, therapist: Therapist, places: Mapping[tuple[str, str], int]) -> None:
    for number, name in enumerate(STATED_FIELDS):
        if name not in therapist.facts:
            continue
        arrays["stated"][number, row] = 1
        if name in TERM_FIELDS:
            for code in therapist.terms(name):
                if (name, code) in places:
                    arrays["bits"][places[name, code], row] = 1


def _fill_numbers(arrays: Arrays, row: int, therapist: Therapist, names: Names) -> None:
    accepting = therapist.facts.get("accepting")
    style, fee = therapist.value("style", {}), therapist.value("fee")
    ends = [NEVER_ENDS if licence.end is None else day(licence.end) for licence in therapist.licences]
    arrays["style"][:, row] = [style.get(name, NO_STYLE) for name in STYLES]
    arrays["accepting"][row] = ACCEPTING.index(accepting.value) if accepting else 0
    arrays["confirmed"][row] = day(accepting.confirmed_on) if accepting else NO_DAY
    arrays["listed"][row] = listed(therapist)
    arrays["fictional"][row] = therapist.fictional
    arrays["fee_lowest"][row] = fee.lowest if fee else NO_NUMBER
    arrays["fee_currency"][row] = names.number(names.currencies, fee.currency) if fee else 0
    arrays["opening"][row] = day(therapist.value("next_opening"))
    arrays["latest_end"][row] = max(ends, default=NEVER_ENDS)
    arrays["id_hash"][row] = id_hash(therapist.id)


def listed(therapist: Therapist) -> bool:
    """Whether a therapist may be shown: a public register alone is no listing until they confirm or are listed."""
    if therapist.listing != "public_register" or therapist.listed:
        return True
    return any(fact.editor == "therapist" for fact in therapist.facts.values())


def _fill_long(long: dict[str, list[tuple[float, ...]]], row: int, therapist: Therapist, names: Names) -> None:
    for language in therapist.languages:
        level = LEVEL_NOT_STATED if language.level is None else language.level
        long["language"].append((row, names.number(names.tags, language.tag), level))
    for licence in therapist.licences:
        where = names.number(names.jurisdictions, licence.jurisdiction)
        what = names.number(names.professions, licence.profession)
        long["licence"].append((row, where, what, day(licence.start), day(licence.end)))
    for place in therapist.places:
        if place.latitude is not None and place.longitude is not None:
            long["place"].append((row, place.latitude, place.longitude))
            if place.city:
                city = ", ".join(part for part in (place.city, place.region, place.country) if part)
                names.cities.setdefault(city, f"{place.latitude:.4f},{place.longitude:.4f}")


def picked(columns: Columns, rows: NDArray[np.int64]) -> Columns:
    """Return the given rows, in the given order; each at most once."""
    arrays: Arrays = {name: columns.arrays[name].take(rows, axis=-1) for name in WIDE}
    places = np.full(len(columns), -1, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    for name, parts in LONG.items():
        moved = places[columns.arrays[f"{name}.row"]]
        kept = np.flatnonzero(moved >= 0)
        arrays |= {f"{name}.{part}": columns.arrays[f"{name}.{part}"][kept] for part in parts}
        arrays[f"{name}.row"] = moved[kept].astype(np.int32)
    return Columns([columns.ids[row] for row in rows], arrays)


def joined(parts: Sequence[Columns]) -> Columns:
    """Return all rows of several columns, sorted by id; no id may stand in two of them."""
    arrays: Arrays = {}
    for name in WIDE:
        arrays[name] = np.concatenate([part.arrays[name] for part in parts], axis=-1)
    before = np.concatenate([[0], np.cumsum([len(part) for part in parts])[:-1]])
    for name, long_parts in LONG.items():
        for part_name in long_parts:
            arrays[f"{name}.{part_name}"] = np.concatenate([part.arrays[f"{name}.{part_name}"] for part in parts])
        arrays[f"{name}.row"] = np.concatenate(
            [part.arrays[f"{name}.row"] + start for part, start in zip(parts, before, strict=True)]
        ).astype(np.int32)
    ids = [identity for part in parts for identity in part.ids]
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
    return sorted_long(picked(Columns(ids, arrays), order))


def sorted_long(columns: Columns) -> Columns:
    """Return the same rows with every long table in its order: languages by tag and row, the others by row."""
    for name, parts in LONG.items():
        keys: list[NDArray[np.generic]] = [columns.arrays[f"{name}.row"]]
        if name == "language":
            keys.append(columns.arrays["language.tag"])
        order = np.lexsort(keys)
        for part in parts:
            columns.arrays[f"{name}.{part}"] = columns.arrays[f"{name}.{part}"][order]
    return columns

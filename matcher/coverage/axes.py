"""What therapists are counted by: each axis is a list of values and one bit a value and therapist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.index.columns import ACCEPTING, LEVEL_NOT_STATED, Columns, Names, term_keys
from profiles.schema import TERM_FIELDS, Therapist
from profiles.vocabulary import vocabulary

Bits = NDArray[np.bool_]

STANDARD = ("language", "population", "modality", "region")
"""The four axes whose every pair is counted."""

KNOWN: tuple[str, ...] = (*STANDARD, "place", *(name for name in TERM_FIELDS if name not in STANDARD))
"""Every axis: the standard four, where therapists meet clients in person, and each field of terms.

`language` is by primary subtag (`es-MX` counts as `es`) at the level that meets a must, or without one. `region` is
where a licence is valid on the day; one without an end date does not count, as in a must. `place` is an address: a
state there is no licence.
"""


@dataclass(frozen=True)
class Axis:
    """One way to count.

    Attributes:
        name: of `KNOWN`.
        values: what therapists may have: every code of the vocabulary, or the languages, regions or places there are.
        bits: bool [values, therapists].
    """

    name: str
    values: tuple[str, ...]
    bits: Bits


def chunk_axes(
    columns: Columns, names: Names, therapists: Sequence[Therapist], wanted: Sequence[str], *, as_of: date, floor: int
) -> dict[str, dict[str, Bits]]:
    """Return bool [therapists of the chunk] by axis and value.

    Args:
        columns: of `columns_of`.
        names: the numbers used in them.
        therapists: the same people in the same order; places have no column of their names.
        wanted: axes of `KNOWN`.
        as_of: the day licences are judged for.
        floor: the level below which a language does not count.
    """
    found: dict[str, dict[str, Bits]] = {}
    for name in wanted:
        if name == "language":
            found[name] = _languages(columns, names, floor)
        elif name == "region":
            found[name] = _regions(columns, names, as_of)
        elif name == "place":
            found[name] = _places(therapists)
        else:
            found[name] = {
                code: columns.arrays["bits"][row].astype(bool)
                for row, (field, code) in enumerate(term_keys())
                if field == name
            }
    return found


def _languages(columns: Columns, names: Names, floor: int) -> dict[str, Bits]:
    level = columns.arrays["language.level"]
    able = (level >= floor) | (level == LEVEL_NOT_STATED)
    return _marked(
        len(columns),
        columns.arrays["language.row"][able],
        columns.arrays["language.tag"][able],
        {number: tag.partition("-")[0] for tag, number in names.tags.items()},
    )


def _regions(columns: Columns, names: Names, as_of: date) -> dict[str, Bits]:
    start, end = columns.arrays["licence.start"], columns.arrays["licence.end"]
    where = columns.arrays["licence.jurisdiction"]
    # an end that is not stated is the earliest day there is, and so has passed
    runs = (start <= as_of.toordinal()) & (end >= as_of.toordinal()) & (where != 0)
    known = {number: code for code, number in names.jurisdictions.items()}
    return _marked(len(columns), columns.arrays["licence.row"][runs], where[runs], known)


def _marked(
    size: int, rows: NDArray[np.int32], numbers: NDArray[np.int32], known: Mapping[int, str]
) -> dict[str, Bits]:
    found: dict[str, Bits] = {}
    for number in np.unique(numbers).tolist():
        bits = found.setdefault(known[number], np.zeros(size, dtype=bool))
        bits[rows[numbers == number]] = True
    return found


def _places(therapists: Sequence[Therapist]) -> dict[str, Bits]:
    found: dict[str, Bits] = {}
    for row, person in enumerate(therapists):
        for place in person.places:
            code = "-".join(part for part in (place.country, place.region) if part)
            if code:
                found.setdefault(code, np.zeros(len(therapists), dtype=bool))[row] = True
    return found


def joined_axes(
    chunks: Sequence[Mapping[str, Mapping[str, Bits]]], sizes: Sequence[int], wanted: Sequence[str]
) -> dict[str, Axis]:
    """Return the axes of all chunks one after another; what a chunk does not know nobody in it has."""
    axes: dict[str, Axis] = {}
    starts = np.cumsum([0, *sizes])
    for name in wanted:
        own = vocabulary().codes(name) if name in TERM_FIELDS else sorted({v for chunk in chunks for v in chunk[name]})
        bits = np.zeros((len(own), int(starts[-1])), dtype=bool)
        places = {value: row for row, value in enumerate(own)}
        for chunk, start, size in zip(chunks, starts, sizes, strict=False):
            for value, held in chunk[name].items():
                bits[places[value], start : start + size] = held
        axes[name] = Axis(name, tuple(own), bits)
    return axes


def confirmed(columns: Columns, as_of: date, fresh_days: int) -> Bits:
    """Return bool [therapists]: who may be shown on a day and said within `fresh_days` that they take new clients."""
    arrays, today = columns.arrays, as_of.toordinal()
    held: Bits = arrays["accepting"] == ACCEPTING.index("accepting")
    held &= arrays["confirmed"] >= today - fresh_days
    held &= arrays["listed"].astype(bool)
    held &= arrays["latest_end"] >= today
    return held


def shown_at_all(columns: Columns, as_of: date) -> Bits:
    """Return bool [therapists]: who may be shown on a day, confirmed or not."""
    arrays = columns.arrays
    held: Bits = np.isin(arrays["accepting"], [ACCEPTING.index(""), ACCEPTING.index("accepting")])
    held &= arrays["listed"].astype(bool)
    held &= arrays["latest_end"] >= as_of.toordinal()
    return held

"""The coverage report: one pass over the directory, and every count an operator wants of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

import numpy as np

from matcher.coverage.axes import KNOWN, STANDARD, Axis, Bits, chunk_axes, confirmed, joined_axes, shown_at_all
from matcher.coverage.cells import MOST_GAPS, Cell, Single, Table, cells, gaps, pairs, shortfall, singles, table
from matcher.coverage.completeness import Answered, Completeness, FieldShare
from matcher.coverage.unseen import REASONS, Unseen, unseen
from matcher.feedback.protocol import WishCount
from matcher.index.columns import Names, columns_of
from matcher.settings import Settings
from profiles.schema import Therapist

CHUNK = 2_000


@dataclass(frozen=True)
class Coverage:
    """What a directory has, and what it lacks, on one day.

    Attributes:
        as_of: the day.
        region: counted for this region alone, "" for all.
        directory: profiles in it.
        shown: profiles that may be shown.
        confirmed: those of them who said lately that they take new clients; all tables count these.
        singles: by axis, value by value.
        tables: every pair of the standard axes.
        combined: cells of the combination that was asked for, the rarest first; () without one.
        gaps: combinations with hardly anybody where most would be expected, of all pairs, or of what was asked for.
        fields: completeness by field.
        answers: the mirrored questions.
        unseen: profiles clients never see, or only behind the others.
        unseen_counts: how many by reason, every reason.
        wishes: musts that found nobody, most often first; None where nobody counts.
    """

    as_of: date
    region: str
    directory: int
    shown: int
    confirmed: int
    singles: Mapping[str, tuple[Single, ...]]
    tables: tuple[Table, ...]
    combined: tuple[Cell, ...]
    gaps: tuple[Cell, ...]
    fields: tuple[FieldShare, ...]
    answers: tuple[Answered, ...]
    unseen: tuple[Unseen, ...]
    unseen_counts: Mapping[str, int]
    wishes: tuple[WishCount, ...] | None


def coverage(
    therapists: Iterable[Therapist],
    as_of: date,
    settings: Settings,
    *,
    by: Sequence[str] = (),
    region: str = "",
    shown: Mapping[str, int] | None = None,
    wishes: Sequence[WishCount] | None = None,
) -> Coverage:
    """Return what a directory covers; neither texts nor the encoder are read.

    Args:
        therapists: every profile, such as `directory.scan()`; read once, in pieces.
        as_of: the day licences, openness and dates are judged for.
        settings: `accepting_fresh_days`, `profile_fresh_days`, `language_floor`.
        by: axes of `matcher.coverage.axes.KNOWN` to combine, such as ("language", "population"); () for none.
        region: count the tables for therapists licensed there alone, such as "US-MA"; "" for everybody.
        shown: `FeedbackStore.shown(since)` where counting is on, else None.
        wishes: `FeedbackStore.wishes(since)` where counting is on, else None.

    Raises:
        KeyError: an axis of `by` is not known.
    """
    wanted = tuple(dict.fromkeys((*STANDARD, *by)))
    if unknown := [name for name in wanted if name not in KNOWN]:
        raise KeyError(*unknown)
    read = _Read(as_of, settings, wanted, shown)
    for people in _pieces(therapists):
        read.add(people)
    axes, sure, may = read.axes(region)
    standard = [axes[name] for name in STANDARD]
    asked = [axes[name] for name in by]
    return Coverage(
        as_of=as_of,
        region=region,
        directory=read.completeness.size,
        shown=int(may.sum()),
        confirmed=int(sure.sum()),
        singles={name: singles(axes[name], sure, may) for name in wanted},
        tables=tuple(table(first, second, sure) for first, second in pairs(standard)),
        combined=cells(asked, sure) if asked else (),
        gaps=gaps(asked, sure) if asked else _pair_gaps(standard, sure),
        fields=read.completeness.fields(),
        answers=read.completeness.answers(),
        unseen=tuple(read.unseen),
        unseen_counts=_counted(read.unseen),
        wishes=None if wishes is None else tuple(wishes),
    )


def _pieces(therapists: Iterable[Therapist]) -> Iterator[list[Therapist]]:
    rest = iter(therapists)
    while piece := list(islice(rest, CHUNK)):
        yield piece


def _pair_gaps(axes: Sequence[Axis], sure: Bits) -> tuple[Cell, ...]:
    found = [cell for pair in pairs(axes) for cell in gaps(pair, sure)]
    return tuple(sorted(found, key=shortfall)[:MOST_GAPS])


def _counted(found: Sequence[Unseen]) -> dict[str, int]:
    counts = Counter(reason for one in found for reason in one.reasons)
    return {reason: counts[reason] for reason in REASONS}


class _Read:
    """What is kept of the profiles while they pass by: bits and counts."""

    def __init__(self, as_of: date, settings: Settings, wanted: Sequence[str], shown: Mapping[str, int] | None) -> None:
        self.completeness = Completeness(as_of, settings)
        self.unseen: list[Unseen] = []
        self._as_of, self._settings, self._wanted, self._shown = as_of, settings, wanted, shown
        self._names = Names()
        self._chunks: list[dict[str, dict[str, Bits]]] = []
        self._sure: list[Bits] = []
        self._may: list[Bits] = []

    def add(self, people: Sequence[Therapist]) -> None:
        for person in people:
            self.completeness.add(person)
            if found := unseen(person, self._as_of, self._settings, self._shown):
                self.unseen.append(found)
        columns = columns_of(people, self._names)
        self._chunks.append(
            chunk_axes(
                columns,
                self._names,
                people,
                self._wanted,
                as_of=self._as_of,
                floor=self._settings.language_floor,
            )
        )
        self._sure.append(confirmed(columns, self._as_of, self._settings.accepting_fresh_days))
        self._may.append(shown_at_all(columns, self._as_of))

    def axes(self, region: str) -> tuple[dict[str, Axis], Bits, Bits]:
        """Return the axes, who is confirmed and who may be shown, of one region or all."""
        axes = joined_axes(self._chunks, [len(one) for one in self._sure], self._wanted)
        sure, may = (np.concatenate([np.zeros(0, dtype=bool), *parts]) for parts in (self._sure, self._may))
        if not region:
            return axes, sure, may
        where = axes["region"]
        inside = where.bits[where.values.index(region)] if region in where.values else np.zeros(len(sure), dtype=bool)
        return _picked(axes, inside), sure[inside], may[inside]


def _picked(axes: Mapping[str, Axis], rows: Bits) -> dict[str, Axis]:
    return {name: Axis(name, axis.values, axis.bits[:, rows]) for name, axis in axes.items()}

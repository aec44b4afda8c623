"""What `evaluate` and `compare` found, as lines for a terminal and as one page with charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from typing import Any

from matcher.charts import Interval, intervals, page, table
from matcher.evaluation.compare import Comparison
from matcher.evaluation.exposure import Lists
from matcher.evaluation.intervals import Difference
from matcher.messages import label, say
from matcher.records import Match

STRONGEST = 3
"""Contributions that are told of each place."""


@dataclass(frozen=True, slots=True)
class Side:
    """The first places of one query by one variant."""

    variant: str
    matches: tuple[Match, ...]


def evaluate_lines(document: Mapping[str, Any], shown: Lists | None, locale: str) -> Iterator[str]:
    """Yield the measures of one run."""
    for name, value in document["measures"].items():
        yield f"{name:<14} {value:.4f}"
    yield say("evaluate.counted", locale, queries=document["queries"], unanswered=document["unanswered"])
    if document["not_judged"]:
        yield say("evaluate.not_judged", locale, number=document["not_judged"])
    yield say("evaluate.ties", locale, tied=document["tied"])
    if shown:
        yield from aligned(_list_rows((shown,), locale))


def compare_lines(
    found: Comparison, shown: tuple[Lists, Lists] | None, sides: Mapping[str, Sequence[Side]], locale: str
) -> Iterator[str]:
    """Yield what two runs show side by side."""
    yield from aligned([_heads(locale), *_measure_rows(found)])
    yield _counted(found, locale)
    if found.slices:
        yield f"\n{say('evaluate.slices', locale, slices=len(found.slices), measure=found.measures[0].name)}"
        yield from aligned([_slice_heads(locale), *_slice_rows(found, locale)])
    if shown:
        yield f"\n{say('evaluate.lists', locale)}"
        yield from aligned([["", "A", "B"], *_list_rows(shown, locale)])
    if found.changed:
        yield f"\n{say('evaluate.changed', locale)}"
        yield from aligned([_change_heads(found, locale), *_change_rows(found)])
    for query, both in sides.items():
        yield f"\n{query}"
        yield from aligned([["", *(one.variant for one in both)], *_side_rows(both)])


def compare_page(
    found: Comparison, shown: tuple[Lists, Lists] | None, sides: Mapping[str, Sequence[Side]], locale: str
) -> str:
    """Return the same as one page that asks nobody for anything."""
    apart = say("evaluate.apart", locale)
    parts = [
        intervals(apart, [_interval(one.name, one.apart) for one in found.measures]),
        table(apart, _heads(locale), _measure_rows(found)),
        f"<p>{escape(_counted(found, locale))}</p>\n",
    ]
    if found.slices:
        head = say("evaluate.slices", locale, slices=len(found.slices), measure=found.measures[0].name)
        names = [label(one.field, one.term, locale) for one in found.slices]
        parts += [
            intervals(head, [_interval(name, one.apart) for name, one in zip(names, found.slices, strict=True)]),
            table(head, _slice_heads(locale), _slice_rows(found, locale)),
        ]
    if shown:
        parts.append(table(say("evaluate.lists", locale), ["", "A", "B"], _list_rows(shown, locale)))
    if found.changed:
        parts.append(table(say("evaluate.changed", locale), _change_heads(found, locale), _change_rows(found)))
    parts += [table(query, ["", *(one.variant for one in both)], _side_rows(both)) for query, both in sides.items()]
    return page(say("evaluate.title", locale), "".join(parts), locale)


def _interval(name: str, apart: Difference) -> Interval:
    return Interval(name, apart.mean, apart.low, apart.high)


def _counted(found: Comparison, locale: str) -> str:
    a, b = found.unanswered
    return say("evaluate.counted_both", locale, queries=found.queries, a=a, b=b, overlap=f"{found.overlap:.3f}")


def _heads(locale: str) -> list[str]:
    return ["", "A", "B", "B - A", say("evaluate.interval", locale), "p", say("evaluate.won", locale)]


def _measure_rows(found: Comparison) -> list[list[str]]:
    return [[one.name, f"{one.a:.4f}", f"{one.b:.4f}", *_apart(one.apart)] for one in found.measures]


def _apart(apart: Difference) -> list[str]:
    return [
        f"{apart.mean:+.4f}",
        f"{apart.low:+.4f} .. {apart.high:+.4f}",
        f"{apart.p:.4f}",
        f"{apart.wins}/{apart.ties}/{apart.losses}",
    ]


def _slice_heads(locale: str) -> list[str]:
    adjusted = say("evaluate.adjusted", locale)
    return ["", say("evaluate.queries", locale), *_heads(locale)[3:], adjusted]


def _slice_rows(found: Comparison, locale: str) -> list[list[str]]:
    return [
        [label(one.field, one.term, locale), str(one.queries), *_apart(one.apart), f"{one.adjusted:.4f}"]
        for one in found.slices
    ]


def _list_rows(shown: Sequence[Lists], locale: str) -> list[list[str]]:
    """Return one row a figure, one column a run."""
    counts = ("empty", "violations")
    shares = ("coverage", "gini")
    rows = [[say(f"evaluate.{name}", locale), *(str(getattr(one, name)) for one in shown)] for name in counts]
    rows += [[say(f"evaluate.{name}", locale), *(f"{getattr(one, name):.3f}" for one in shown)] for name in shares]
    for groups in zip(*(one.groups for one in shown), strict=True):
        name = _group(groups[0].group, locale)
        words = say("evaluate.group", locale, group=name, share=f"{groups[0].directory:.1%}")
        rows.append([words, *(f"{one.exposure:.1%}" for one in groups)])
    return rows


def _group(group: str, locale: str) -> str:
    field, _, term = group.partition(":")
    return label(field, term, locale) if term else say(f"evaluate.{group}", locale)


def _change_heads(found: Comparison, locale: str) -> list[str]:
    name = found.measures[0].name
    return ["", say("evaluate.overlap", locale), f"{name} A", f"{name} B"]


def _change_rows(found: Comparison) -> list[list[str]]:
    return [[one.query, f"{one.overlap:.3f}", f"{one.a:.4f}", f"{one.b:.4f}"] for one in found.changed]


def _side_rows(both: Sequence[Side]) -> list[list[str]]:
    places = zip_longest(*(one.matches for one in both))
    return [[str(number), *(_place(one) if one else "" for one in row)] for number, row in enumerate(places, start=1)]


def _place(found: Match) -> str:
    """Return who stands at a place, and what adds most to the score."""
    strongest = sorted(found.contributions, key=lambda one: -abs(one.contribution))[:STRONGEST]
    parts = ", ".join(f"{one.factor} {one.contribution:+.4f}" for one in strongest)
    return f"{found.therapist.id} {found.fit_score:.4f} ({parts})"


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows with their columns under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *rest = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join([first, *rest]).rstrip()

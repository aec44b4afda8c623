"""The coverage report as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from matcher.coverage.cells import Cell, Single
from matcher.coverage.report import Coverage
from matcher.messages import label, say
from profiles.languages import jurisdiction_name, language_name
from profiles.schema import EDITOR_RANK

VALUES_SHOWN = 8
WIDTH = 26
EDITORS = tuple(reversed(tuple(EDITOR_RANK)))


def value_words(axis: str, value: str, locale: str) -> str:
    """Return one value of an axis in words."""
    if axis == "language":
        return language_name(value, locale)
    if axis in ("region", "place", "jurisdiction"):
        return jurisdiction_name(value)
    return label(axis, value, locale)


def axis_words(axis: str, locale: str) -> str:
    """Return the name of an axis in words."""
    key = f"coverage.axis.{axis}"
    words = say(key, locale)
    return field_words(axis, locale) if words == key else words


def coverage_lines(found: Coverage, n: int, locale: str) -> Iterator[str]:
    """Yield the report: who is there, who is missing, and how complete profiles are; at most `n` lines a list."""
    yield from _title(found, locale)
    yield from _section("unseen", _unseen(found, locale), locale)
    yield from _section("who", _singles(found.singles, locale), locale)
    if found.combined:
        yield from _combined(found.combined, n, locale)
    yield from _section("gaps", _gaps(found.gaps[:n], locale), locale)
    yield from _section("wishes", _wishes(found, n, locale), locale)
    yield from _section("fields", _fields(found, locale), locale)
    yield from _section("answers", _answers(found, locale), locale)
    yield from ("", say("coverage.more", locale))


def _title(found: Coverage, locale: str) -> Iterator[str]:
    unconfirmed = found.shown - found.confirmed
    if found.region:
        region = jurisdiction_name(found.region)
        numbers = {"confirmed": found.confirmed, "unconfirmed": unconfirmed}
        yield say("coverage.title_region", locale, region=region, **numbers)
        return
    yield say(
        "coverage.title",
        locale,
        directory=found.directory,
        day=found.as_of.isoformat(),
        confirmed=found.confirmed,
        unconfirmed=unconfirmed,
        hidden=found.directory - found.shown,
    )


def _section(key: str, lines: Iterable[str], locale: str) -> Iterator[str]:
    heading = say(f"coverage.{key}", locale)
    yield from ("", heading, "=" * len(heading))
    yield from lines


def _unseen(found: Coverage, locale: str) -> Iterator[str]:
    for reason, count in found.unseen_counts.items():
        if count:
            yield f"{count:6}  {say(f'coverage.why.{reason}', locale)}"


def _singles(singles: Mapping[str, Sequence[Single]], locale: str) -> Iterator[str]:
    yield say("coverage.who_note", locale)
    for axis, rows in singles.items():
        there = [one for one in rows if one.confirmed]
        shown = [f"{value_words(axis, one.value, locale)} {one.confirmed} (+{one.unconfirmed})" for one in there]
        yield f"{axis_words(axis, locale)}: {_some(shown, locale)}"
        if missing := [value_words(axis, one.value, locale) for one in rows if not one.confirmed]:
            yield f"  {say('coverage.nobody', locale, names=_some(missing, locale))}"


def _some(names: Sequence[str], locale: str) -> str:
    """Return the first few of a list, and how many more there are."""
    more = len(names) - VALUES_SHOWN
    rest = [say("coverage.more_values", locale, count=more)] if more > 0 else []
    return ", ".join([*names[:VALUES_SHOWN], *rest])


def cell_words(cell: Cell, locale: str) -> str:
    """Return the values of a cell in words."""
    return " + ".join(value_words(axis, value, locale) for axis, value in zip(cell.axes, cell.values, strict=True))


def _combined(cells: Sequence[Cell], n: int, locale: str) -> Iterator[str]:
    heading = say("coverage.combined", locale, names=", ".join(axis_words(axis, locale) for axis in cells[0].axes))
    yield from ("", heading, "=" * len(heading))
    for cell in cells[:n]:
        yield f"{cell.confirmed:6}  {cell_words(cell, locale)}"
    if len(cells) > n:
        yield say("coverage.combined_more", locale, count=len(cells) - n)


def _gaps(cells: Sequence[Cell], locale: str) -> Iterator[str]:
    for cell in cells:
        numbers = {"confirmed": cell.confirmed, "expected": round(cell.expected)}
        yield f"  {say('coverage.gap', locale, values=cell_words(cell, locale), **numbers)}"
    if not cells:
        yield f"  {say('coverage.no_gaps', locale)}"


def _wishes(found: Coverage, n: int, locale: str) -> Iterator[str]:
    if found.wishes is None:
        yield f"  {say('coverage.wishes_off', locale)}"
        return
    rows = [one for one in found.wishes if one.nobody][:n]
    for one in rows:
        values = " + ".join(
            value_words(field, code, locale) if code else field_words(field, locale) for field, code in one.wish
        )
        yield f"  {say('coverage.wish', locale, nobody=one.nobody, lists=one.asked, values=values)}"
    if not rows:
        yield f"  {say('coverage.wishes_none', locale)}"


def _fields(found: Coverage, locale: str) -> Iterator[str]:
    heads = ("stated", "fresh", *EDITORS)
    yield f"{'':{WIDTH}}" + "".join(f"{say(f'coverage.head.{head}', locale):>12}" for head in heads)
    for row in found.fields:
        shares = (row.stated, row.fresh, *(row.by[editor] for editor in EDITORS))
        cells = "".join(f"{share(number, row.of):>12}" for number in shares)
        yield f"{field_words(row.field, locale)[: WIDTH - 1]:{WIDTH}}{cells}"


def field_words(field: str, locale: str) -> str:
    """Return the name of a field; those that no client sees have theirs here."""
    key = f"coverage.field.{field}"
    known = say(key, locale)
    words = say(f"field.{field}", locale) if known == key else known
    return words[:1].upper() + words[1:]


def _answers(found: Coverage, locale: str) -> Iterator[str]:
    for one in found.answers:
        yield f"{share(one.answered, one.of):>6}  {question_words(one.question, locale)}"


def question_words(question: str, locale: str) -> str:
    """Return a mirrored question in words."""
    style = question.removeprefix("style.")
    return say(f"coverage.question.{question}" if style == question else f"style.{style}.name", locale)


def share(number: int, of: int) -> str:
    """Return a share in per cent; the smallest that is not nothing shows as <1."""
    if not of or not number:
        return "0 %" if of else "-"
    return "<1 %" if number * 100 < of else f"{number * 100 // of} %"

"""Whom the directory serves: bars by language, kind of therapy and so on, tables of two, gaps, and completeness."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template, request

from matcher.coverage.axes import STANDARD
from matcher.coverage.cells import Cell, Single, Table
from matcher.coverage.report import Coverage
from matcher.coverage.report import coverage as covered
from matcher.messages import label, say
from matcher.web.asking import the_home, today
from matcher.web.languages import page_locale
from matcher.web.operator.access import Answer, now
from matcher.web.operator.charts import Bar, bars, shade
from matcher.web.operator.fields import field_words
from matcher.web.operator.survey import survey
from profiles.languages import jurisdiction_name

MOST_BARS = 15
MOST_ROWS, MOST_COLUMNS = 12, 8
MOST_LINES = 25
TONES = ("confirmed", "unconfirmed", "closed")
HOLDERS = ("therapist", "register", "operator", "file")


def counted(region: str = "", *, old: bool = False) -> Coverage:
    """Return what the directory covers today; with `old`, as it was lately will do."""
    home, day = the_home(), today()
    count = home.settings.count_demand
    since = day - timedelta(days=home.settings.demand_days)
    shown = home.feedback.shown(since) or None if count else None
    wishes = home.feedback.wishes(since) if count else None
    return survey().remembered(
        "coverage",
        (home.directory.generation(), day, region),
        now(),
        lambda: covered(home.directory.scan(), day, home.settings, region=region, shown=shown, wishes=wishes),
        old=old,
    )


def coverage() -> Answer:
    """Show the report, of one region or all."""
    region = request.args.get("region", "")
    found = counted(region)
    regions = [one.value for one in found.singles["region"]]
    pair = request.args.get("pair", 0, int)
    table = found.tables[pair if 0 <= pair < len(found.tables) else 0]
    locale = page_locale()
    return render_template(
        "operator/coverage.html",
        found=found,
        region=region,
        regions=[(code, jurisdiction_name(code)) for code in sorted(regions, key=jurisdiction_name)],
        charts={axis: _bars(axis, found.singles[axis], locale) for axis in STANDARD},
        tones=TONES,
        pair_choices=[(str(number), _pair_words(one, locale)) for number, one in enumerate(found.tables)],
        pair=str(found.tables.index(table)),
        pair_words=_pair_words(table, locale),
        heat=_heat(table, locale),
        gaps=[(one, cell_words(one, locale)) for one in found.gaps[:MOST_LINES]],
        wishes=None
        if found.wishes is None
        else [
            (one, " + ".join(value_words(field, code, locale) for field, code in one.wish))
            for one in found.wishes[:MOST_LINES]
        ],
        fields=bars(
            [(field_words(row.field, locale), tuple(row.by[who] for who in HOLDERS)) for row in found.fields], HOLDERS
        ),
        shares={field_words(row.field, locale): row for row in found.fields},
        holders=HOLDERS,
        answers=bars([(_question(one.question, locale), (one.answered,)) for one in found.answers], ("therapist",)),
        unseen=[one for one in found.unseen if one.out][:MOST_LINES],
    )


def _bars(axis: str, rows: tuple[Single, ...], locale: str) -> list[Bar]:
    held = [one for one in rows if one.confirmed or one.unconfirmed or one.closed][:MOST_BARS]
    return bars(
        [(value_words(axis, one.value, locale), (one.confirmed, one.unconfirmed, one.closed)) for one in held], TONES
    )


def _pair_words(table: Table, locale: str) -> str:
    return " × ".join(axis_words(axis, locale) for axis in table.axes)


def _heat(table: Table, locale: str) -> dict[str, object]:
    """Return a table of two axes in words, each count with its shade."""
    counts = [line[:MOST_COLUMNS] for line in table.counts[:MOST_ROWS]]
    most = max((number for line in counts for number in line), default=0)
    names = [value_words(table.axes[0], value, locale) for value in table.rows[:MOST_ROWS]]
    return {
        "axes": [axis_words(axis, locale) for axis in table.axes],
        "columns": [value_words(table.axes[1], value, locale) for value in table.columns[:MOST_COLUMNS]],
        "rows": [
            (name, [(number, shade(number, most)) for number in line]) for name, line in zip(names, counts, strict=True)
        ],
    }


def value_words(axis: str, value: str, locale: str) -> str:
    """Return one value of an axis in words."""
    if axis in ("region", "place", "jurisdiction"):
        return jurisdiction_name(value)
    return label(axis, value, locale)


def axis_words(axis: str, locale: str) -> str:
    """Return the name of an axis in words."""
    return say(f"coverage.axis.{axis}", locale)


def cell_words(cell: Cell, locale: str) -> str:
    """Return the values of a cell in words."""
    return " + ".join(value_words(axis, value, locale) for axis, value in zip(cell.axes, cell.values, strict=True))


def _question(question: str, locale: str) -> str:
    style = question.removeprefix("style.")
    return say(f"coverage.question.{question}" if style == question else f"style.{style}.name", locale)

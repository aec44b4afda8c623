"""Commands that tell an operator what the directory needs: `freshness`, `coverage` and `moderation`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from typing import Any

import click

from matcher.cli.coverage_lines import coverage_lines
from matcher.cli.options import as_of_option, home_path, shared_options, today
from matcher.cli.report_lines import freshness_lines, moderation_lines
from matcher.coverage.axes import KNOWN
from matcher.coverage.report import coverage as covered
from matcher.freshness import counted
from matcher.freshness import freshness as found_stale
from matcher.home import Home
from matcher.moderation import KIND, queue
from profiles.schema import Therapist

SHOWN = 10


class Axes(click.ParamType[tuple[str, ...]]):
    """Names of axes with commas between them."""

    name = "axes"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names, or fail in one sentence."""
        names = value if isinstance(value, tuple) else tuple(dict.fromkeys(value.replace(" ", "").split(",")))
        if unknown := [name for name in names if name not in KNOWN]:
            self.fail(f"{unknown[0]!r} is no axis; known: {', '.join(KNOWN)}", param, ctx)
        return names


@click.command()
@as_of_option
@click.option("--n", type=click.IntRange(1), default=SHOWN, show_default=True, help="How many to show of each kind.")
@shared_options
def freshness(as_of: date | None, n: int, *, as_json: bool, locale: str) -> None:
    """List what has to be looked after: licences, openness, contact, and what clients report.

    The most urgent stands first. Nothing is changed, and no report hides anybody.

    Example: matcher freshness --as-of 2026-12-01
    """
    home, day = Home(home_path()), as_of or today()
    reports = home.feedback.reports(day - timedelta(days=home.settings.report_days))
    tally = Tally(home.directory.scan())
    findings = found_stale(tally, day, home.settings, reports)
    if as_json:
        rows = [
            {
                "id": one.therapist,
                "name": one.name,
                "kind": one.kind,
                "level": one.level,
                "day": one.day and one.day.isoformat(),
                "days_left": one.days_left,
                "field": one.field or None,
                "number": one.number or None,
                "jurisdiction": one.about or None,
            }
            for one in findings
        ]
        document = {"as_of": day.isoformat(), "directory": tally.number, "counts": counted(findings), "findings": rows}
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    click.echo("\n".join(freshness_lines(findings, tally.number, day, n, locale)))


@click.command()
@as_of_option
@click.option("--by", type=Axes(), default=(), metavar="AXIS,AXIS", help="Count these together.")
@click.option("--region", default="", metavar="CODE", help="Count those licensed there alone, such as US-MA.")
@click.option("--n", type=click.IntRange(1), default=SHOWN, show_default=True, help="How many lines a list has.")
@shared_options
def coverage(as_of: date | None, by: tuple[str, ...], region: str, n: int, *, as_json: bool, locale: str) -> None:
    """Say whom the directory serves, whom it does not, and how complete profiles are.

    Axes are language, population, modality, region, place, and every field of terms, such as concern or insurance.

    Example: matcher coverage --by language,population
    """
    home, day = Home(home_path()), as_of or today()
    since = day - timedelta(days=home.settings.demand_days)
    counts = home.settings.count_demand
    found = covered(
        home.directory.scan(),
        day,
        home.settings,
        by=by,
        region=region,
        shown=home.feedback.shown(since) or None if counts else None,
        wishes=home.feedback.wishes(since) if counts else None,
    )
    if as_json:
        click.echo(json.dumps(plain(found), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(coverage_lines(found, n, locale)))


@click.command()
@click.option("--n", type=click.IntRange(1), default=SHOWN, show_default=True, help="How many to show of each reason.")
@shared_options
def moderation(n: int, *, as_json: bool, locale: str) -> None:
    """List texts that promise results, boast, hold contact spam or are none, with the reason.

    Nothing is hidden without a person's decision; what was decided does not come back until the text changes.

    Example: matcher moderation --json
    """
    directory = Home(home_path()).directory
    found = queue(directory.scan(), directory.decisions(KIND))
    if as_json:
        rows = [{**fields_of(one), "subject": one.subject} for one in found]
        click.echo(json.dumps({"items": rows}, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(moderation_lines(found, n, locale)))


def fields_of(record: Any) -> dict[str, object]:
    """Return a record as what JSON can hold."""
    return {part.name: plain(getattr(record, part.name)) for part in fields(record)}


def plain(value: object) -> object:
    """Return a value, records within it included, as what JSON can hold."""
    if is_dataclass(value) and not isinstance(value, type):
        return fields_of(value)
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


class Tally:
    """Counts therapists while they pass by."""

    def __init__(self, therapists: Iterator[Therapist]) -> None:
        self._therapists = therapists
        self.number = 0

    def __iter__(self) -> Iterator[Therapist]:
        for one in self._therapists:
            self.number += 1
            yield one

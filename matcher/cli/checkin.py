"""Commands about check-ins: `checkin import` and `checkin report`. None of them shows an answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import click

from matcher.cli.options import EXIT_NO, home_path, shared_options, today
from matcher.documents import problem_document
from matcher.feedback.importing import Basis, read_checkins
from matcher.feedback.protocol import CheckIn, Taken
from matcher.feedback.reported import FEWEST_CLIENTS
from matcher.feedback.sheets import PROBLEMS, CheckInRow
from matcher.home import Home
from matcher.index.reported import Reported
from matcher.messages import say
from profiles.errors import PathUnreadable
from profiles.problems import Problem


@click.group()
def checkin() -> None:
    """Load what clients answered after a session, and count it.

    Nobody is ever shown a single answer.

    Example: matcher checkin import checkins.csv
    """


@checkin.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@shared_options
def import_command(path: Path, *, as_json: bool, locale: str) -> None:
    """Read check-ins from CSV or NDJSON and report every problem.

    The columns are therapist_id, client, session, day, and the items of our own check-in; or total, min and max of a
    scale that you are licensed to use. Only a keyed hash of the client is kept. The same file twice changes nothing.
    The exit code is 1 when a row was rejected.

    Example: matcher checkin import checkins.csv --json
    """
    if not path.is_file():
        raise PathUnreadable(path=str(path), reason=say("cli.no_file", locale))
    home = Home(home_path())
    basis = Basis(cache(partial(_kept_as, home)), home.secret, today())
    try:
        rows = list(read_checkins(path, basis))
    except OSError as error:
        raise PathUnreadable(path=str(path), reason=error.strerror or str(error)) from error
    taken = home.feedback.add_checkins(one.checkin for one in rows if one.checkin)
    _show_import(rows, taken, as_json=as_json, locale=locale)
    if any(found.level == "error" for one in rows for found in one.problems):
        sys.exit(EXIT_NO)


def _kept_as(home: Home, identity: str) -> str | None:
    """Return the id that a profile is kept under, None where the directory has none of that id."""
    kept = home.directory.resolve(identity)
    return kept if kept in home.directory.get([kept]) else None


def _show_import(rows: Iterable[CheckInRow], taken: Taken, *, as_json: bool, locale: str) -> None:
    read = [one for one in rows if not one.told]
    problems = [_problem_document(found, locale) for one in rows for found in one.problems]
    rejected = sum(one.checkin is None for one in read)
    kept = {"added": taken.added, "updated": taken.updated, "unchanged": taken.unchanged}
    counts = {"read": len(read), **kept, "rejected": rejected}
    if as_json:
        click.echo(json.dumps({**counts, "problems": problems}, ensure_ascii=False, indent=1))
        return
    for found in problems:
        where = f", {say('checkin.where', locale, row=found['row'])}" if found["code"] in PROBLEMS else ""
        told = f"{found['message']} {found['remedy']}"
        click.echo(f"{say('level.' + found['level'], locale)}: {found['file']}{where}: {told}")
    click.echo(say("checkin.imported", locale, **counts))


def _problem_document(found: Problem, locale: str) -> dict[str, Any]:
    """Return a problem as `matcher load` prints it, in the words of check-ins where it is one of theirs."""
    document = problem_document(found, locale)
    if found.code not in PROBLEMS:
        return document
    params = {"column": found.column or "", "value": found.value or "", **found.params}
    message = say(f"checkin.problem.{found.code}", locale, **params)
    return {**document, "message": message, "remedy": say(f"checkin.remedy.{found.code}", locale, **params)}


@checkin.command()
@shared_options
def report(*, as_json: bool, locale: str) -> None:
    """Count check-ins; show the mean of each therapist with at least ten clients, and nothing of any other.

    Example: matcher checkin report
    """
    home = Home(home_path())
    held = home.feedback.checkins()
    counts, means = _counts(held), _means(home.reported())
    if as_json:
        document = {**counts, "fewest_clients": FEWEST_CLIENTS, "reported_door": home.settings.reported_door}
        click.echo(json.dumps({**document, "means": means}, ensure_ascii=False, indent=1))
        return
    if not counts["checkins"]:
        click.echo(say("checkin.none", locale))
        return
    click.echo(say("checkin.counts", locale, **counts))
    if any(one.scale == "own" for one in held):
        click.echo(f"{say('checkin.label', locale)} {say('checkin.scale', locale)}")
    for line in _mean_lines(home, means, locale):
        click.echo(line)
    click.echo(say("checkin.few", locale, fewest=FEWEST_CLIENTS))
    click.echo(say("checkin.on" if home.settings.reported_door else "checkin.off", locale))


def _counts(held: Collection[CheckIn]) -> dict[str, int]:
    clients = {(one.therapist, one.client) for one in held}
    return {"checkins": len(held), "clients": len(clients), "therapists": len({one.therapist for one in held})}


def _means(reported: Reported) -> list[dict[str, Any]]:
    """Return what may be said of each therapist with enough clients, as rounded as it is shown."""
    columns = (reported.ids, reported.clients, reported.means, reported.lows, reported.highs)
    return [
        {"id": identity, "clients": clients, "mean": round(mean, 1), "lowest": round(low, 1), "highest": round(high, 1)}
        for identity, clients, mean, low, high in zip(*(one.tolist() for one in columns), strict=True)
    ]


def _mean_lines(home: Home, means: Iterable[Mapping[str, Any]], locale: str) -> Iterable[str]:
    rows = list(means)
    names = {identity: one.name for identity, one in home.directory.get([row["id"] for row in rows]).items()}
    for row in rows:
        shown = {key: f"{row[key]:.1f}" for key in ("mean", "lowest", "highest")}
        yield say("checkin.line", locale, name=names.get(row["id"], ""), id=row["id"], clients=row["clients"], **shown)

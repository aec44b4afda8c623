"""Commands about check-ins: `checkin issue`, `import` and `report`. None of them shows an answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import click

from matcher.cli.options import EXIT_NO, as_of_option, home_path, shared_options, therapists_of, today, write_privately
from matcher.documents import problem_document
from matcher.feedback.importing import Basis, read_checkins
from matcher.feedback.links import CheckInLink, Wanted, link_table, links, wanted_by_file, wanted_by_number
from matcher.feedback.protocol import CheckIn, Taken
from matcher.feedback.reported import FEWEST_CLIENTS
from matcher.feedback.sheets import PROBLEMS, CheckInRow
from matcher.home import Home
from matcher.index.reported import Reported
from matcher.messages import say
from profiles.errors import PathUnreadable
from profiles.problems import Problem

LINKS_EACH = 10

Row = TypeVar("Row")


@click.group()
def checkin() -> None:
    """Write links by which clients answer after a session, load what they answered elsewhere, and count it.

    Nobody is ever shown a single answer.

    Example: matcher checkin import checkins.csv
    """


@checkin.command()
@click.argument("ids", nargs=-1)
@click.option("--number", type=click.IntRange(1, 1_000), help="How many links for each therapist; 10 by default.")
@click.option("--clients", type=click.Path(path_type=Path), help="CSV or NDJSON with therapist_id and client instead.")
@click.option("--address", metavar="URL", help="Where the pages are reached from outside; the setting by default.")
@click.option("--days", type=click.IntRange(1, 3_660), help="How long the links work; the setting by default.")
@click.option("--output", type=click.Path(path_type=Path), help="File to write; standard output by default.")
@as_of_option
@shared_options
def issue(
    ids: tuple[str, ...],
    *,
    number: int | None,
    clients: Path | None,
    address: str | None,
    days: int | None,
    output: Path | None,
    as_of: date | None,
    as_json: bool,
    locale: str,
) -> None:
    """Write a private link for each client, as CSV for your own mailing or for slips of paper.

    Nothing is sent. A client answers by the same link after any session. Whoever has a link may answer in that
    client's place, and can never see an answer. With a file of clients only a keyed hash of each name is in the link,
    the same that `checkin import` keeps. The exit code is 1 when a row of the file was left out.

    Example: matcher checkin issue demo-0001 --number 20 --output links.csv
    """
    if clients and (ids or number):
        raise click.UsageError("--clients names the therapists itself; leave out the ids and --number")
    home = Home(home_path())
    made_on = as_of or today()
    wanted, problems = _wanted(home, ids, number or LINKS_EACH, clients, locale)
    named = home.directory.get(list({one.therapist for one in wanted}))
    made = list(
        links(
            wanted,
            names={identity: one.name for identity, one in named.items()},
            address=address or home.settings.address,
            secret=home.secret,
            as_of=made_on,
            days=days or home.settings.checkin_link_days,
        )
    )
    text = json.dumps([_link(one) for one in made], ensure_ascii=False, indent=1) + "\n"
    write_privately(text if as_json else link_table(made), output)
    for line in _problem_lines([_problem_document(one, locale) for one in problems], locale):
        click.echo(line, err=True)
    if not as_json:
        day = made[0].expires.isoformat() if made else made_on.isoformat()
        click.echo(say("checkin.issued", locale, number=len(made), day=day), err=True)
    if any(found.level == "error" for found in problems):
        sys.exit(EXIT_NO)


def _wanted(
    home: Home, ids: Sequence[str], number: int, clients: Path | None, locale: str
) -> tuple[list[Wanted], list[Problem]]:
    """Return who is to have a link, and what is wrong with the file that names them."""
    if clients is None:
        therapists = (one.id for one in therapists_of(home.directory, ids))
        return list(wanted_by_number(therapists, number, home.secret)), []
    found = _read(clients, partial(wanted_by_file, clients, _basis(home)), locale)
    return [one for one in found if isinstance(one, Wanted)], [one for one in found if isinstance(one, Problem)]


def _link(one: CheckInLink) -> dict[str, str]:
    return {**asdict(one), "expires": one.expires.isoformat()}


def _basis(home: Home) -> Basis:
    return Basis(cache(partial(_kept_as, home)), home.secret, today())


def _read(path: Path, read: Callable[[], Iterable[Row]], locale: str) -> list[Row]:
    """Return all rows of a file that must be there."""
    if not path.is_file():
        raise PathUnreadable(path=str(path), reason=say("cli.no_file", locale))
    try:
        return list(read())
    except OSError as error:
        raise PathUnreadable(path=str(path), reason=error.strerror or str(error)) from error


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
    home = Home(home_path())
    rows = _read(path, partial(read_checkins, path, _basis(home)), locale)
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
    for line in _problem_lines(problems, locale):
        click.echo(line)
    click.echo(say("checkin.imported", locale, **counts))


def _problem_lines(problems: Iterable[Mapping[str, Any]], locale: str) -> Iterator[str]:
    for found in problems:
        where = f", {say('checkin.where', locale, row=found['row'])}" if found["code"] in PROBLEMS else ""
        told = f"{found['message']} {found['remedy']}"
        yield f"{say('level.' + found['level'], locale)}: {found['file']}{where}: {told}"


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

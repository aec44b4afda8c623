"""Commands that fill a directory: `demo` and `load`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from matcher.cli.options import ACTOR, EXIT_NO, Day, as_of_option, home_path, progress, shared_options, today
from matcher.documents import problem_document
from matcher.home import Home
from matcher.messages import problem_words, say
from profiles.directory.protocol import Report
from profiles.errors import PathUnreadable, ServiceError
from profiles.formats.mapping import file_map
from profiles.formats.mapping_file import read_map, with_file_options
from profiles.formats.reading import Options, Row
from profiles.formats.suggest import Asked, suggested
from profiles.loading import FORMATS, read


class HomeNotFictional(ServiceError):
    """The demonstration directory would mix with real profiles."""

    key = "error.home_not_empty"


@click.command()
@click.option("--size", type=click.IntRange(1, 100_000), default=400, show_default=True, help="How many therapists.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same people.")
@as_of_option
@shared_options
def demo(size: int, seed: int, as_of: date | None, *, as_json: bool, locale: str) -> None:
    """Fill an empty home with a fictional, clearly labelled directory.

    Example: matcher demo --size 100
    """
    from profiles.demonstration.generate import generate  # noqa: PLC0415 - faker is needed by this command alone

    home = Home(home_path())
    if any(not therapist.fictional for therapist in home.directory.scan()):
        raise HomeNotFictional(home=str(home.path))
    with progress(say("cli.demo", locale), size) as tell:
        rows = (Row("loaded", therapist) for therapist in generate(size, seed, as_of=as_of or today()))
        report = home.directory.apply(rows, progress=lambda done: tell(done, size))
    show_report(report, as_json=as_json, locale=locale)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    default="auto",
    show_default=True,
    help="auto looks at each file.",
)
@click.option("--source", default="file", show_default=True, help="Label that every fact carries as its source.")
@click.option("--as-of", type=Day(), help="The day the files speak for; their own date or today by default.")
@click.option("--identity-consent", default="", metavar="TEXT", help="Basis on which identity fields may be held.")
@click.option(
    "--register", default="", metavar="LABEL", help="The register these files come from; licences count as checked."
)
@click.option(
    "--map",
    "map_path",
    type=click.Path(path_type=Path),
    help="TOML that says what foreign columns and terms mean.",
)
@click.option("--suggest-map", is_flag=True, help="Write such a map for these files to standard output; load nothing.")
@click.option("--encoding", default="", metavar="NAME", help="Encoding of tables, such as cp1252; found by default.")
@click.option("--delimiter", default="", metavar="SIGN", help="What parts the cells of tables; found by default.")
@click.option("--list", "list_now", is_flag=True, help="List therapists of a public register without their own yes.")
@click.option("--dry-run", is_flag=True, help="Report everything, write nothing.")
@shared_options
def load(
    paths: tuple[Path, ...],
    format_name: str,
    source: str,
    as_of: date | None,
    identity_consent: str,
    *,
    register: str,
    map_path: Path | None,
    suggest_map: bool,
    encoding: str,
    delimiter: str,
    list_now: bool,
    dry_run: bool,
    as_json: bool,
    locale: str,
) -> None:
    """Read therapist profiles and report every problem.

    Several paths of FHIR resources are one set. The exit code is 1 when a row was rejected.

    Example: matcher load therapists.csv --source "our register" --dry-run
    """
    for path in paths:
        if not path.is_file():
            raise PathUnreadable(path=str(path), reason=say("cli.no_file", locale))
    mapping = with_file_options(
        None if map_path is None else read_map(map_path), encoding=encoding, delimiter=delimiter
    )
    options = Options(
        source=source,
        today=today(),
        as_of=as_of,
        identity_consent=identity_consent,
        list_now=list_now,
        register=register,
        mapping=mapping,
    )
    if suggest_map:
        asked = Asked(file_map(mapping))
        for line in suggested(read(paths, format_name, replace(options, mapping=asked)), asked):
            click.echo(line)
        return
    home = Home(home_path())
    with progress(say("cli.load", locale)) as tell:
        rows = read(paths, format_name, options)
        report = home.directory.apply(rows, dry_run=dry_run, progress=lambda done: tell(done, done), actor=ACTOR)
    show_report(report, as_json=as_json, locale=locale)
    if report.rejected or any(found.level == "error" for found in report.problems):
        sys.exit(EXIT_NO)


def show_report(report: Report, *, as_json: bool, locale: str) -> None:
    """Print what a load did, problems first."""
    counts = {name: getattr(report, name) for name in ("read", "added", "updated", "unchanged", "skipped", "rejected")}
    if as_json:
        problems = [problem_document(found, locale) for found in report.problems]
        click.echo(
            json.dumps({**counts, "dry_run": report.dry_run, "problems": problems}, ensure_ascii=False, indent=1)
        )
        return
    for found in report.problems:
        message, remedy = problem_words(found, locale)
        click.echo(
            f"{say(f'level.{found.level}', locale)}: {found.file + ': ' if found.file else ''}{message} {remedy}"
        )
    click.echo(say("cli.report_dry" if report.dry_run else "cli.report", locale, **counts))

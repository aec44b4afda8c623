"""The command `matcher`: parse, call one function, show the result in the reader's language."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import click

from matcher.documents import list_document, problem_document
from matcher.home import Home
from matcher.index.musts import asked_musts
from matcher.messages import problem_words, say, words
from matcher.pipeline import match
from matcher.printing import list_lines
from matcher.variants import VARIANTS
from profiles.directory import Report
from profiles.errors import DirectoryEmpty, PathUnreadable, ServiceError
from profiles.formats.reading import Options, Row
from profiles.loading import FORMATS, read
from profiles.preferences import read_preferences
from profiles.problems import Problem
from profiles.schema import Preferences
from profiles.vocabulary import LOCALES

EXIT_NO, EXIT_USE, EXIT_BUG = 1, 2, 3
DEMO_SOURCE = "demonstration"


class PreferencesUnusable(ServiceError):
    """The preferences have problems; each is shown."""

    key = "error.preferences_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


class JsonInvalid(ServiceError):
    """A file is no JSON."""

    key = "error.json_invalid"


class JsonEmpty(ServiceError):
    """A file that must hold JSON is empty."""

    key = "error.json_empty"


class HomeNotFictional(ServiceError):
    """The demonstration directory would mix with real profiles."""

    key = "error.home_not_empty"


def today() -> date:
    """Return the day of now, in UTC."""
    return datetime.now(UTC).date()


def home_path() -> Path:
    """Return the folder that MATCHER_HOME names, `instance` in the working folder by default."""
    return Path(os.environ.get("MATCHER_HOME") or "instance")


class Day(click.ParamType[date]):
    """A day written as 2026-01-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day, or fail in one sentence."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            return self.fail(f"{value!r} is no date; write it like 2026-01-31", param, ctx)


Command = Callable[..., Any]


def shared_options(command: Command) -> Command:
    """Add what every command that prints takes."""
    command = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")(command)
    return click.option(
        "--locale", type=click.Choice(LOCALES), default="en", show_default=True, help="Language of the words."
    )(command)


as_of_option = click.option("--as-of", type=Day(), help="The day to judge by, as 2026-01-31; today by default.")


@contextmanager
def progress(label: str, length: int | None = None) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on a terminal, nothing in a pipe; call with (done, all)."""
    if not sys.stderr.isatty():
        yield _say_nothing
        return
    with click.progressbar(length=length or 0, label=label, file=sys.stderr) as bar:

        def tell(done: int, every: int) -> None:
            bar.length = max(every, done)
            bar.update(done - bar.pos)

        yield tell


def _say_nothing(_done: int, _every: int) -> None:
    """Show no progress."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="therapist-matcher")
def cli() -> None:
    """Find the therapists who fit what a client asked for, and say why.

    Everything is kept in the folder MATCHER_HOME (default: instance).

    Example: matcher demo && matcher index && matcher serve
    """


@cli.command()
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


@cli.command()
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
    home = Home(home_path())
    options = Options(
        source=source,
        today=today(),
        as_of=as_of,
        identity_consent=identity_consent,
        listing="agreed" if list_now else None,
    )
    with progress(say("cli.load", locale)) as tell:
        rows = read(paths, format_name, options)
        report = home.directory.apply(rows, dry_run=dry_run, progress=lambda done: tell(done, done))
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


@cli.command()
@shared_options
def index(*, as_json: bool, locale: str) -> None:
    """Bring the index up to date with the directory; texts that did not change are not read again.

    Example: matcher index
    """
    home = Home(home_path())
    with progress(say("cli.index", locale)) as tell:
        opened = home.update_index(tell=lambda stage, done, every: tell(done, every) if stage == "texts" else None)
    if as_json:
        click.echo(json.dumps({"therapists": opened.size, "generation": opened.generation}))
    else:
        click.echo(say("cli.indexed", locale, therapists=opened.size))


@cli.command("match")
@click.option("--preferences", "source", type=click.File("rb"), required=True, help="A JSON file, or - for stdin.")
@click.option("--n", type=click.IntRange(1), default=10, show_default=True, help="How many to show.")
@click.option("--variant", type=click.Choice(list(VARIANTS)), help="Ranking variant; the home's own by default.")
@as_of_option
@click.option("--include-not-stated", is_flag=True, help="Let in profiles that do not state what is a must.")
@shared_options
def match_command(
    source: IO[bytes],
    n: int,
    variant: str | None,
    as_of: date | None,
    *,
    include_not_stated: bool,
    as_json: bool,
    locale: str,
) -> None:
    """Rank the directory for a client's preferences and say why.

    Example: echo '{"must": {"language": ["es"]}}' | matcher match --preferences - --n 3
    """
    preferences = preferences_from(source, include_not_stated=include_not_stated)
    home = Home(home_path())
    if home.directory.count() == 0:
        raise DirectoryEmpty(home=str(home.path))
    with progress(say("cli.index", locale)) as tell:
        opened = home.update_index(tell=lambda stage, done, every: tell(done, every) if stage == "texts" else None)
    result = match(preferences, home.service(opened, variant), n, as_of or today())
    if as_json:
        click.echo(json.dumps(list_document(result, locale), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(list_lines(result, locale)))


def preferences_from(source: IO[bytes], *, include_not_stated: bool) -> Preferences:
    """Return the preferences of a JSON file.

    Raises:
        JsonEmpty, JsonInvalid: there is no JSON in it.
        PreferencesUnusable: something in it is not known; nothing is dropped.
    """
    name = getattr(source, "name", "-")
    raw = source.read()
    if not raw.strip():
        raise JsonEmpty(path=str(name), braces="{}")
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise JsonInvalid(path=str(name), line=raw[: error.start].count(b"\n") + 1, column=1) from error
    except json.JSONDecodeError as error:
        raise JsonInvalid(path=str(name), line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise JsonInvalid(path=str(name), line=1, column=1) from error
    preferences, problems = read_preferences(document)
    if problems:
        raise PreferencesUnusable(problems)
    return with_not_stated(preferences) if include_not_stated else preferences


def with_not_stated(preferences: Preferences) -> Preferences:
    """Return the preferences with every must open to profiles that do not state it."""
    return replace(preferences, include_not_stated=asked_musts(preferences))


@cli.command()
@shared_options
def variants(*, as_json: bool, locale: str) -> None:
    """List the ranking variants.

    Example: matcher variants --json
    """
    if as_json:
        rows = [
            {"name": one.name, "parent": one.parent or None, "parameters": dict(one.parameters)}
            for one in VARIANTS.values()
        ]
        click.echo(json.dumps(rows, indent=1))
        return
    for one in VARIANTS.values():
        click.echo(f"{one.name:12} {say(one.note, locale)}")


@cli.command()
@click.argument("ids", nargs=-1, required=True)
@shared_options
def suppress(ids: tuple[str, ...], *, as_json: bool, locale: str) -> None:
    """Remove therapists and keep them out of every later load.

    A keyed hash of each is kept, so that a file that still holds them can't bring them back. The exit code is 1 when
    one of them is not there.

    Example: matcher suppress demo-0001
    """
    home = Home(home_path())
    removed = [one for one in ids if home.directory.suppress(one, today())]
    missing = [one for one in ids if one not in removed]
    if as_json:
        click.echo(json.dumps({"removed": removed, "unknown": missing}))
    else:
        click.echo(say("cli.suppressed", locale, number=len(removed)))
        for one in missing:
            click.echo(say("error.therapist_unknown", locale, id=one), err=True)
    if missing:
        sys.exit(EXIT_NO)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Server processes.")
@click.option("--locale", type=click.Choice(LOCALES), default="en", show_default=True, help="Language of the words.")
def serve(host: str, port: int, workers: int, locale: str) -> None:
    """Serve the pages and the API with gunicorn.

    Example: matcher serve --port 8080 --workers 4
    """
    from matcher.web.server import serve as serve_pages  # noqa: PLC0415 - other commands must not pay for the server

    address = f"http://{host}:{port}/"
    serve_pages(
        Home(home_path()),
        host,
        port,
        workers,
        announce=lambda: click.echo(say("cli.serving", locale, address=address), err=True),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; whatever goes wrong ends in one sentence and an exit code of `interface`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    locale = given[given.index("--locale") + 1] if "--locale" in given[:-1] else "en"
    try:
        sys.exit(cli(given, prog_name="matcher", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(EXIT_USE)
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "matcher"
        click.echo(say("cli.usage", locale, reason=error.format_message().rstrip("."), command=command), err=True)
        sys.exit(error.exit_code if error.exit_code != 1 else EXIT_USE)
    except click.Abort:
        sys.exit(EXIT_NO)
    except PreferencesUnusable as error:
        _show_problems(error.problems, locale, as_json="--json" in given)
        sys.exit(EXIT_USE)
    except ServiceError as error:
        click.echo(words(error.message, locale), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(EXIT_NO)
    except Exception:  # noqa: BLE001 - the last line of defence: no traceback reaches a person
        if os.environ.get("MATCHER_DEBUG"):
            traceback.print_exc()
        click.echo(say("error.unexpected", locale), err=True)
        sys.exit(EXIT_BUG)


def _show_problems(problems: Sequence[Problem], locale: str, *, as_json: bool) -> None:
    if as_json:
        documents = [problem_document(found, locale) for found in problems]
        click.echo(json.dumps({"problems": documents}, ensure_ascii=False, indent=1))
    for found in problems:
        click.echo(" ".join(problem_words(found, locale)), err=True)

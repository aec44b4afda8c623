"""The command that writes the directory for other programs: `export`."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from matcher.cli.options import home_path, progress, shared_options
from matcher.home import Home
from matcher.messages import say
from profiles.errors import PathUnreadable
from profiles.export.formats import EXPORTERS, Loss, Losses, exporter
from profiles.schema import Therapist
from profiles.whole_files import FOR_ITS_OWNER, replacing


@click.command()
@click.option("--format", "format_name", type=click.Choice(list(EXPORTERS)), required=True, help="What to write.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="The file; standard output by default.")
@shared_options
def export(format_name: str, output: Path | None, *, as_json: bool, locale: str) -> None:
    """Write the whole directory; what the format can't hold is told on standard error.

    A file that is there already is replaced only when the new one is complete.

    Example: matcher export --format csv --output therapists.csv
    """
    if as_json and output is None:
        raise click.UsageError(say("cli.export_json", locale))
    home = Home(home_path())
    losses = Losses()
    with progress(say("cli.exporting", locale), home.directory.count()) as tell:
        therapists = _told(home.directory.scan(), lambda done: tell(done, done))
        with _opened(output) as file:
            for text in exporter(format_name)(therapists, losses):
                file.write(text)
    if as_json:
        click.echo(json.dumps(_report(format_name, losses, locale), ensure_ascii=False, indent=1))
    else:
        _show(format_name, losses, locale)


def _told(therapists: Iterable[Therapist], tell: Callable[[int], None]) -> Iterator[Therapist]:
    for done, therapist in enumerate(therapists, start=1):
        yield therapist
        if done % 100 == 0:
            tell(done)


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[str]]:
    """Open standard output, or a file that takes the place of `output` when all of it is written.

    Raises:
        PathUnreadable: there is no writing there.
    """
    if output is None:
        yield from _as_text(sys.stdout.buffer)
        return
    output = output.resolve()  # a link stays, and what it points to is replaced
    if output.exists() and not output.is_file():  # a pipe or a device: nothing may take its place
        with output.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    try:
        with replacing(output, _mode(output)) as file:
            yield from _as_text(file)
    except OSError as error:
        raise PathUnreadable(path=str(output), reason=error.strerror or str(error)) from error


def _as_text(binary: IO[bytes]) -> Iterator[IO[str]]:
    file = io.TextIOWrapper(binary, encoding="utf-8", newline="")
    try:
        yield file
    finally:
        file.flush()
        file.detach()


def _mode(output: Path) -> int:
    """Return who may read the file: whoever could before, else the owner alone, since profiles stand in it."""
    return output.stat().st_mode & 0o777 if output.exists() else FOR_ITS_OWNER


def _report(format_name: str, losses: Losses, locale: str) -> dict[str, object]:
    return {
        "format": format_name,
        "therapists": losses.therapists,
        "losses": [{"field": one.field, "count": one.count, "reason": _reason(one, locale)} for one in losses.report()],
    }


def _reason(loss: Loss, locale: str) -> str:
    return say(f"loss.{loss.reason}", locale)


def _show(format_name: str, losses: Losses, locale: str) -> None:
    found = losses.report()
    click.echo(say("cli.exported", locale, therapists=losses.therapists, format=format_name), err=True)
    if not found:
        click.echo(say("cli.export_whole", locale), err=True)
    for one in found:
        click.echo(say("cli.loss", locale, name=one.field, count=one.count, reason=_reason(one, locale)), err=True)

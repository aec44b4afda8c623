"""What the commands share: options, the home, the day, and progress on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from profiles.directory.protocol import Directory
from profiles.errors import PathUnreadable, ServiceError
from profiles.schema import Therapist
from profiles.vocabulary import LOCALES
from profiles.whole_files import replace_text

EXIT_NO, EXIT_USE, EXIT_BUG = 1, 2, 3

ACTOR = "command line"
"""Who the audit log names for what is done here."""


class TherapistUnknown(ServiceError):
    """There is no therapist of that id."""

    key = "error.therapist_unknown"


def today() -> date:
    """Return the day of now, in UTC."""
    return datetime.now(UTC).date()


def home_path() -> Path:
    """Return the folder that MATCHER_HOME names, `instance` in the working folder by default."""
    return Path(os.environ.get("MATCHER_HOME") or "instance")


def write_privately(text: str, output: Path | None) -> None:
    """Write to a file, whole or not at all and for its owner alone, or to standard output.

    Raises:
        PathUnreadable: it can't be written.
    """
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        replace_text(output, text)
    except OSError as error:
        raise PathUnreadable(path=str(output), reason=error.strerror or str(error)) from error


def therapists_of(directory: Directory, ids: Sequence[str]) -> Iterable[Therapist]:
    """Return the therapists of some ids, all of them where none is given.

    Raises:
        TherapistUnknown: there is none of an id.
    """
    found = directory.get(list(ids)) if ids else {}
    for one in ids:
        if one not in found:
            raise TherapistUnknown(id=one)
    return found.values() if ids else directory.scan()


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

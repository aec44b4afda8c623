"""Commands that keep a directory true: `suppress`."""

from __future__ import annotations

import json
import sys

import click

from matcher.cli.options import EXIT_NO, home_path, shared_options, today
from matcher.home import Home
from matcher.messages import say


@click.command()
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

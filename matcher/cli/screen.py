"""The command `screen`."""

from __future__ import annotations

import json
from typing import IO

import click

from matcher.screening.screen import screen as shows_panel


@click.command()
@click.argument("texts", metavar="FILE|-", type=click.File("rb"))
def screen(texts: IO[bytes]) -> None:
    """Say for each line of a text whether the crisis panel would be shown larger.

    One line of JSON comes out for each line that goes in, blank ones too. Nothing is kept, and no home is opened.

    Example: echo "I want to feel better" | matcher screen -
    """
    for line in texts:
        text = line.decode("utf-8", errors="replace").rstrip("\r\n")
        click.echo(json.dumps({"panel": shows_panel(text)}))

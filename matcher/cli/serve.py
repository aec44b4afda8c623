"""The command `serve`."""

from __future__ import annotations

import click

from matcher.cli.options import home_path
from matcher.home import Home
from matcher.messages import say
from profiles.vocabulary import LOCALES


@click.command()
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

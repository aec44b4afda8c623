"""The command `matcher`: parse, call one function, show the result in the reader's language."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence

import click

from matcher.cli import (
    accounts,
    checkin,
    evaluate,
    experiment,
    export,
    load,
    match,
    model,
    operate,
    report,
    screen,
    serve,
    simulate,
)
from matcher.cli.options import EXIT_BUG, EXIT_NO, EXIT_USE
from matcher.documents import problem_document
from matcher.messages import problem_words, say, words
from profiles.errors import ServiceError
from profiles.preferences import PreferencesUnusable
from profiles.problems import Problem


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="therapist-matcher")
def cli() -> None:
    """Find the therapists who fit what a client asked for, and say why.

    Everything is kept in the folder MATCHER_HOME (default: instance).

    Example: matcher demo && matcher index && matcher serve
    """


COMMANDS = (
    load.demo,
    load.load,
    export.export,
    match.index,
    match.match_command,
    match.variants,
    evaluate.rank,
    evaluate.evaluate,
    evaluate.compare,
    experiment.experiment,
    simulate.simulate,
    operate.invite,
    operate.duplicates,
    operate.suppress,
    operate.retention,
    accounts.operator,
    report.coverage,
    report.freshness,
    report.moderation,
    checkin.checkin,
    model.model,
    screen.screen,
    serve.serve,
)
for one in COMMANDS:
    cli.add_command(one)


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

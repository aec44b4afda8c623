"""Commands about operators' accounts: `operator add`, `list`, `password` and `remove`."""

from __future__ import annotations

import json
import sys
from typing import cast

import click

from matcher.accounts.protocol import ROLES, Role
from matcher.cli.options import EXIT_NO, home_path, shared_options
from matcher.home import Home
from matcher.messages import say


@click.group()
def operator() -> None:
    """Manage who may sign in to the pages under /operator.

    Example: matcher operator add ada --role admin
    """


@operator.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="reader", show_default=True, help="What they may do.")
@shared_options
def add(name: str, role: str, *, as_json: bool, locale: str) -> None:
    """Add an operator; the password is asked for, or read from standard input in a pipe.

    A reader sees, an editor also loads, edits and decides, an admin also removes therapists and manages operators.

    Example: matcher operator add ada --role admin
    """
    added = Home(home_path()).accounts.add(name, cast(Role, role), _password(locale))
    _tell(
        {"added": added.name, "role": added.role},
        say("cli.operator_added", locale, name=added.name, role=role),
        as_json,
    )


@operator.command("list")
@shared_options
def list_command(*, as_json: bool, locale: str) -> None:
    """List who may sign in.

    Example: matcher operator list
    """
    found = Home(home_path()).accounts.operators()
    if as_json:
        click.echo(json.dumps([{"name": one.name, "role": one.role} for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        click.echo(f"{one.name}\t{one.role}")
    if not found:
        click.echo(say("cli.operator_none", locale), err=True)


@operator.command()
@click.argument("name")
@shared_options
def password(name: str, *, as_json: bool, locale: str) -> None:
    """Give an operator another password and end their sessions.

    Example: matcher operator password ada
    """
    accounts = Home(home_path()).accounts
    _known(accounts.set_password(name, _password(locale)), name, locale)
    _tell({"changed": name}, say("cli.operator_password", locale, name=name), as_json)


@operator.command()
@click.argument("name")
@shared_options
def remove(name: str, *, as_json: bool, locale: str) -> None:
    """Remove an operator; whoever is signed in under that name is signed out at once.

    Example: matcher operator remove ada
    """
    _known(Home(home_path()).accounts.remove(name), name, locale)
    _tell({"removed": name}, say("cli.operator_removed", locale, name=name), as_json)


def _password(locale: str) -> str:
    """Ask twice without showing it, or take the first line of a pipe."""
    if sys.stdin.isatty():
        return str(
            click.prompt(say("cli.operator_prompt", locale), hide_input=True, confirmation_prompt=True, err=True)
        )
    return sys.stdin.readline().rstrip("\r\n")


def _known(done: bool, name: str, locale: str) -> None:
    """End with exit code 1 where there is no such operator."""
    if not done:
        click.echo(say("error.operator_unknown", locale, name=name), err=True)
        sys.exit(EXIT_NO)


def _tell(document: dict[str, str], sentence: str, as_json: bool) -> None:
    click.echo(json.dumps(document, ensure_ascii=False) if as_json else sentence)

"""Commands that keep a directory true: `invite`, `duplicates`, `suppress` and `retention`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import click

from matcher.cli.options import (
    ACTOR,
    EXIT_NO,
    as_of_option,
    home_path,
    shared_options,
    therapists_of,
    today,
    write_privately,
)
from matcher.home import Home
from matcher.invitations import Invitation, has_answered, invitation_table, invitations
from matcher.messages import say
from profiles.directory.protocol import Pair
from profiles.duplicates import likely_duplicates


@click.command()
@click.argument("ids", nargs=-1)
@click.option("--address", metavar="URL", help="Where the pages are reached from outside; the setting by default.")
@click.option("--days", type=click.IntRange(1, 366), help="How long the links work; the setting by default.")
@click.option("--unanswered", is_flag=True, help="Only those who never answered for their profile.")
@click.option("--output", type=click.Path(path_type=Path), help="File to write; standard output by default.")
@as_of_option
@shared_options
def invite(
    ids: tuple[str, ...],
    address: str | None,
    days: int | None,
    as_of: date | None,
    *,
    unanswered: bool,
    output: Path | None,
    as_json: bool,
    locale: str,
) -> None:
    """Write links by which therapists answer for their own profile, as CSV for your own mailing.

    Nothing is sent. Whoever has a link may answer for that therapist, so treat the file like a list of keys.

    Example: matcher invite --unanswered --output invitations.csv
    """
    home = Home(home_path())
    whom = (one for one in therapists_of(home.directory, ids) if not (unanswered and has_answered(one)))
    written = list(
        invitations(
            whom,
            address=address or home.settings.address,
            secret=home.secret,
            as_of=as_of or today(),
            days=days or home.settings.invitation_days,
        )
    )
    text = json.dumps([_invitation(one) for one in written], ensure_ascii=False, indent=1) + "\n"
    write_privately(text if as_json else invitation_table(written), output)
    if not as_json:
        key = "operate.invited" if written else "operate.nobody_to_invite"
        day = written[0].expires.isoformat() if written else ""
        click.echo(say(key, locale, number=len(written), day=day), err=True)


def _invitation(one: Invitation) -> dict[str, str]:
    return {"id": one.id, "name": one.name, "email": one.email, "link": one.link, "expires": one.expires.isoformat()}


@click.command()
@click.argument("action", type=click.Choice(["find", "list", "same", "distinct", "undo"]), default="find")
@click.argument("ids", nargs=-1)
@shared_options
def duplicates(action: str, ids: tuple[str, ...], *, as_json: bool, locale: str) -> None:
    """Find profiles that may be one person, and say what they are: same, distinct, or undo.

    The first id of `same` is the one that stays; files that bring the other one load into it from then on. `undo`
    parts them again, and nothing is lost.

    Example: matcher duplicates same a-17 b-4
    """
    home = Home(home_path())
    directory = home.directory
    if action in ("find", "list"):
        if action == "find":
            directory.propose(likely_duplicates(directory.scan()))
        _show_pairs(home, directory.pairs(), as_json=as_json, locale=locale)
        return
    if len(ids) != (1 if action == "undo" else 2):
        raise click.UsageError(f"{action} takes {'one id' if action == 'undo' else 'two ids'}")
    first, second = (*ids, "")[:2]
    acts = {"same": directory.join, "distinct": directory.keep_apart}
    done = directory.part(first, ACTOR) if action == "undo" else acts[action](first, second, ACTOR)
    if as_json:
        click.echo(json.dumps({"action": action, "ids": ids, "done": done}))
    else:
        key = {"same": "joined", "distinct": "apart", "undo": "undone"}[action] if done else "no_pair"
        click.echo(say(f"operate.{key}", locale, first=first, second=second), err=not done)
    if not done:
        sys.exit(EXIT_NO)


def _show_pairs(home: Home, pairs: Sequence[Pair], *, as_json: bool, locale: str) -> None:
    if as_json:
        rows = [
            {"first": one.first, "second": one.second, "certainty": one.certainty, "reasons": one.reasons}
            for one in pairs
        ]
        click.echo(json.dumps({"pairs": rows}, ensure_ascii=False, indent=1))
        return
    held = home.directory.get([identity for one in pairs for identity in (one.first, one.second)])
    names = {identity: one.name for identity, one in held.items()}
    for one in pairs:
        reasons = ", ".join(say(f"duplicates.{reason}", locale) for reason in one.reasons)
        told = {"first_name": names.get(one.first, ""), "second_name": names.get(one.second, ""), "reasons": reasons}
        certainty = round(100 * one.certainty)
        click.echo(say("operate.pair", locale, certainty=certainty, first=one.first, second=one.second, **told))
    click.echo(say("operate.pairs", locale, number=len(pairs)))


@click.command()
@as_of_option
@shared_options
def retention(as_of: date | None, *, as_json: bool, locale: str) -> None:
    """Forget what the settings keep no longer.

    That is: old lines of the audit log, bare ids of those removed, old reports of clients, and uploads that were left.
    Run it once a day.

    Example: matcher retention
    """
    from matcher.web.operator.uploads import sweep  # noqa: PLC0415 - other commands must not pay for the pages

    home = Home(home_path())
    gone = home.retain(as_of or today())
    sweep(home.path, datetime.now(UTC))
    click.echo(json.dumps({"forgotten": gone}) if as_json else say("operate.retained", locale, number=gone))


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
    removed = [one for one in ids if home.remove(one, today(), ACTOR)]
    missing = [one for one in ids if one not in removed]
    if as_json:
        click.echo(json.dumps({"removed": removed, "unknown": missing}))
    else:
        click.echo(say("cli.suppressed", locale, number=len(removed)))
        for one in missing:
            click.echo(say("error.therapist_unknown", locale, id=one), err=True)
    if missing:
        sys.exit(EXIT_NO)

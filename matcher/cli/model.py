"""Commands about the fit model: `model show`, `model train` and `model card`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np

from matcher.cli.options import EXIT_NO, as_of_option, home_path, shared_options, today, write_privately
from matcher.feedback.protocol import CheckIn
from matcher.home import Home
from matcher.learning import (
    RECENT_DAYS,
    answers_of,
    is_enough,
    lately,
    ranked_answers,
    ratios_to,
    reference_preferences,
    trained,
    with_exposure,
)
from matcher.messages import say
from matcher.model_card import card_lines, card_page
from models.factors import factors, wishes_of
from models.fit import DOORS
from models.persistence import StoredModel, next_version, prior_model, save_model, save_version, saved_models
from models.training import FEWEST_ANSWERS, months_to_go
from profiles.errors import ServiceError

CLIENTS_SHOWN = (0, 10, 19)


class NameUnusable(ServiceError):
    """A model's name has other signs than letters, digits and hyphens."""

    key = "error.model_name"


@click.group()
def model() -> None:
    """Show the fit model, let it learn from check-ins, and print its card.

    Example: matcher model show
    """


@model.command()
@shared_options
def show(*, as_json: bool, locale: str) -> None:
    """Print the weights in use, what each door can move, and the relationship share.

    The relationship share is that of the reference preferences: one wish in every field, nothing that matters most.

    Example: matcher model show --json
    """
    document = _shown(Home(home_path()).model)
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for line in _show_lines(document, locale):
        click.echo(line)


def _shown(stored: StoredModel) -> dict[str, Any]:
    fit = stored.model
    preferences = reference_preferences()
    wishes = wishes_of(preferences)
    weights = fit.weights(wishes)
    return {
        "name": stored.card.title,
        "version": stored.card.version,
        "hash": stored.hash,
        "doors": {
            door: {"weight": getattr(fit, door), "multiplier": float(multiplier)}
            for door, multiplier in zip(DOORS, fit.multipliers_, strict=True)
        },
        "k": fit.k_,
        "reported_floor": fit.reported_floor,
        "shares": {
            str(clients): dict(zip(DOORS, (round(one, 3) for one in fit.door_shares(clients)), strict=True))
            for clients in CLIENTS_SHOWN
        },
        "relationship_share": fit.relationship_part(wishes, weights),
        "factors": [
            {
                "factor": row.name,
                "group": row.group,
                "kind": row.kind,
                "doors": list(row.doors),
                "learned": fit.factor_multipliers_.get(row.name, 1.0),
                "weight": float(weights[[wish.factor.name == row.name for wish in wishes]].sum()),
                "evidence": row.evidence,
                "citation": row.citation,
            }
            for row in factors().values()
        ],
    }


def _show_lines(document: dict[str, Any], locale: str) -> Iterator[str]:
    yield say("model.name", locale, name=document["name"], version=document["version"], model=document["hash"])
    for door, row in document["doors"].items():
        yield f"   {say(f'door.{door}', locale)}: {row['weight']:.3f} x {row['multiplier']:.3f}"
    yield say("model.reported", locale, k=f"{document['k']:.1f}", floor=document["reported_floor"])
    for clients, shares in document["shares"].items():
        parts = " / ".join(f"{shares[door]:.3f}" for door in DOORS)
        yield say("model.share", locale, clients=clients, shares=parts)
    yield say("model.relationship", locale, share=f"{document['relationship_share']:.3f}")
    yield say("model.factors", locale)
    for row in document["factors"]:
        yield f"   {row['factor']:<22} {row['group']:<10} {row['kind']:<13} {row['weight']:.4f}  {row['evidence']}"


@model.command()
@click.option("--html", "page", type=click.Path(path_type=Path), help="Write the card as one page with its plot.")
@shared_options
def card(page: Path | None, *, as_json: bool, locale: str) -> None:
    """Print the model card: what the model learned from, how well it predicts, and what it may claim.

    Example: matcher model card --html card.html
    """
    stored = Home(home_path()).model
    if page is not None:
        write_privately(card_page(stored, locale), page)
    if as_json:
        click.echo(json.dumps({**asdict(stored.card), "hash": stored.hash}, ensure_ascii=False, indent=2))
        return
    for line in card_lines(stored, locale):
        click.echo(line)


@model.command()
@click.option("--name", default="learned", show_default=True, help="Name of the model; each training is a version.")
@click.option("--use", is_flag=True, help="Rank by it from now on.")
@click.option("--dry-run", is_flag=True, help="Train and show the card, write nothing.")
@as_of_option
@shared_options
def train(name: str, as_of: date | None, *, use: bool, dry_run: bool, as_json: bool, locale: str) -> None:
    """Learn from check-ins: the weights of the doors, and how soon check-ins count.

    It refuses below 200 answers and says how many months it takes at the pace of the last 90 days. Nothing ranks by
    the new model before `--use`.

    Example: matcher model train --name autumn --dry-run
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", name):
        raise NameUnusable(name=name)
    home, day = Home(home_path()), as_of or today()
    checkins = [one for one in home.feedback.checkins() if one.day <= day]
    if not is_enough(checkins):
        _refuse(checkins, day, as_json=as_json, locale=locale)
        sys.exit(EXIT_NO)
    folder = home.path / "models"
    ratios = ratios_to(home.model.model, [prior_model(), *saved_models(folder)])
    answers = answers_of(checkins, home.directory.resolve, ratios)
    learned = trained(home.model, answers, name, next_version(name, folder))
    if (index := home.latest_index()) is not None:
        learned = with_exposure(learned, home.service(index), day)
    if not dry_run:
        save_version(learned, folder)
        if use:
            save_model(learned, folder / "current.json")
    if as_json:
        document = {**asdict(learned.card), "hash": learned.hash, "dry_run": dry_run, "in_use": use and not dry_run}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for line in card_lines(learned, locale):
        click.echo(line)
    click.echo(say(f"model.{'dry' if dry_run else 'used' if use else 'saved'}", locale, name=name))


def _refuse(checkins: Sequence[CheckIn], day: date, *, as_json: bool, locale: str) -> None:
    answers, recent = len(ranked_answers(checkins)), lately(checkins, day)
    months = months_to_go(answers, recent, RECENT_DAYS)
    if as_json:
        document = {"answers": answers, "needed": FEWEST_ANSWERS, "recent": recent, "months_to_go": months}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    key = "model.too_few" if months is not None else "model.too_few_still"
    whole = 0 if months is None else int(np.ceil(months))
    click.echo(say(key, locale, answers=answers, needed=FEWEST_ANSWERS, months=whole, recent=recent), err=True)

"""The command `simulate`: what experiments would find on this service's own lists, and how the directory fills up."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np

from matcher.cli.evaluate_lines import aligned
from matcher.cli.options import as_of_option, home_path, shared_options, today
from matcher.evaluation.coin import Coin
from matcher.evaluation.queries import read_queries
from matcher.evaluation.simulate import Habits, Trial, trial
from matcher.events.protocol import Arm
from matcher.home import Home
from matcher.learning import typical_preferences
from matcher.messages import say
from matcher.pipeline import Service
from matcher.traffic import traffic_of
from matcher.variants import VARIANTS
from profiles.errors import DirectoryEmpty

PLACES = 10


@click.command()
@click.option("--control", type=click.Choice(list(VARIANTS)), help="The variant in use by default.")
@click.option("--treatment", type=click.Choice(list(VARIANTS)), required=True, help="The variant to compare with it.")
@click.option(
    "--queries", type=click.Path(path_type=Path), help="Preferences, an object a line; typical ones otherwise."
)
@click.option("--clients", type=click.IntRange(1, 200_000), default=5_000, show_default=True, help="Of each run.")
@click.option("--base", type=click.FloatRange(0.001, 0.9), default=0.1, show_default=True, help="Share making contact.")
@click.option("--steep", type=click.FloatRange(0, 20), default=4.0, show_default=True, help="How much wishes count.")
@click.option("--openings", type=click.IntRange(1), default=5, show_default=True, help="Of each therapist.")
@click.option(
    "--weeks",
    type=click.IntRange(1, 104),
    default=8,
    show_default=True,
    help="Over which clients come; lists of a variant with a re-ranker are made anew in each.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draws.")
@as_of_option
@shared_options
def simulate(
    *,
    control: str | None,
    treatment: str,
    queries: Path | None,
    clients: int,
    base: float,
    steep: float,
    openings: int,
    weeks: int,
    seed: int,
    as_of: date | None,
    as_json: bool,
    locale: str,
) -> None:
    """Simulate an A/B test and an interleaving on the lists that both variants really make.

    Clients contact whom they look at and like; they like whoever meets more of their stated wishes, since that is all
    that a list promises. Every figure is a simulation and says nothing about real clients.

    Example: matcher simulate --control random --treatment alliance --clients 2000
    """
    home, day = Home(home_path()), as_of or today()
    if home.directory.count() == 0:
        raise DirectoryEmpty(home=str(home.path))
    index = home.update_index()
    used = control or home.settings.variant
    asked = list(read_queries(queries).values()) if queries else list(typical_preferences())
    services: dict[Arm, Service] = {"control": home.service(index, used), "treatment": home.service(index, treatment)}
    habits = Habits(base=base, steep=steep, openings=openings, weeks=weeks)
    traffic = traffic_of(asked, services, PLACES, day)
    found = trial(traffic, habits, clients, np.random.default_rng(seed))
    if as_json:
        click.echo(json.dumps(_document(found, habits, clients), indent=1))
    else:
        click.echo("\n".join(_lines(found, used, treatment, clients, locale)))


def _document(found: Trial, habits: Habits, clients: int) -> dict[str, Any]:
    return {
        "simulation": True,
        "clients": clients,
        "habits": asdict(habits),
        "ratio": found.ratio,
        "sensitivity": None if math.isnan(found.sensitivity) else found.sensitivity,
        "ab": asdict(found.ab),
        "credits": asdict(found.credits),
        "control": asdict(found.control),
        "treatment": asdict(found.treatment),
    }


def _lines(found: Trial, control: str, treatment: str, clients: int, locale: str) -> Iterator[str]:
    yield say("simulate.head", locale, clients=clients, control=control, treatment=treatment)
    yield say("simulate.ratio", locale, ratio=f"{found.ratio:.3f}")
    yield say("simulate.ab", locale, **_coin(found.ab))
    yield say("simulate.credits", locale, **_coin(found.credits))
    if not math.isnan(found.sensitivity):
        yield say("simulate.sensitivity", locale, value=f"{found.sensitivity:.2f}")
    rows = [["", control, treatment]]
    for name in ("never_shown", "overloaded", "unanswered", "dropout"):
        both = (getattr(one, name) for one in (found.control, found.treatment))
        rows.append([say(f"simulate.{name}", locale), *(f"{value:.3f}" for value in both)])
    yield from aligned(rows)
    yield say("simulate.honest", locale)


def _coin(found: Coin) -> dict[str, str | int]:
    ratio, low, high = found.ratio
    return {
        "heads": found.heads,
        "all": found.tosses,
        "ratio": f"{ratio:.2f}",
        "low": f"{low:.2f}",
        "high": f"{high:.2f}",
        "at": found.at if found.at is not None else "-",
    }

"""Commands about live experiments: `experiment start`, `stop`, `list` and `report`."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from matcher.cli.experiment_lines import ladder_lines, readout_lines
from matcher.cli.options import as_of_option, home_path, shared_options, today, write_privately
from matcher.cli.report import fields_of, plain
from matcher.evaluation.coin import Coin
from matcher.evaluation.interleaving import ranked_alike
from matcher.evaluation.planning import Ladder, ladder
from matcher.evaluation.readout import Readout, Told, read_out, told
from matcher.evaluation.replay import Replayed, replay_of
from matcher.evaluation.slices import Level
from matcher.events.protocol import Experiment, Kind
from matcher.events.slices import SLICES, declared
from matcher.experiment_report import readout_page, slice_names
from matcher.experiments import MOST_DRAFTED
from matcher.home import Home
from matcher.learning import typical_preferences
from matcher.messages import say
from matcher.pipeline import order_of
from matcher.variants import VARIANTS
from profiles.errors import ServiceError

MONTH = 30
SALT_BYTES = 16
UNIT_DAYS = 30
KINDS = ("shadow", "interleaving", "ab")
"""Rungs of the ladder, the weakest first."""

SHOWN = 10
"""Places of typical lists by which it is told how many contacts can decide between two rankings."""


class PlanTooLong(ServiceError):
    """The planned kind of experiment takes more than a year here, or is too seldom decided."""

    key = "error.plan_too_long"


class VariantsAlike(ServiceError):
    """An experiment compares a variant with itself."""

    key = "error.variants_alike"


@click.group()
def experiment() -> None:
    """Plan, run and read experiments on clients who consented.

    Example: matcher experiment list
    """


@experiment.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), help="The strongest that works here by default.")
@click.option("--control", type=click.Choice(list(VARIANTS)), help="The variant in use by default.")
@click.option("--treatment", type=click.Choice(list(VARIANTS)), required=True, help="The variant to compare with it.")
@click.option("--hypothesis", required=True, help="What you expect, and why, in a sentence.")
@click.option("--base", type=click.FloatRange(0.001, 0.9), default=0.1, show_default=True, help="Share making contact.")
@click.option(
    "--ratio", type=click.FloatRange(1.01, 10), default=1.3, show_default=True, help="Smallest effect sought."
)
@click.option(
    "--units", type=click.FloatRange(0), help="Consenting clients a month; those of the last 30 days if left out."
)
@click.option("--sensitivity", type=click.FloatRange(0.1, 10), default=1.0, show_default=True, help="Of interleaving.")
@click.option(
    "--slice",
    "slices",
    type=click.Choice(list(SLICES)),
    multiple=True,
    help="A rough group of lists that the read-out tells apart; may be given three times.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan and start nothing.")
@as_of_option
@shared_options
def start(
    name: str,
    *,
    kind: Kind | None,
    control: str | None,
    treatment: str,
    hypothesis: str,
    base: float,
    ratio: float,
    units: float | None,
    sensitivity: float,
    slices: tuple[str, ...],
    dry_run: bool,
    as_of: date | None,
    as_json: bool,
    locale: str,
) -> None:
    """Plan an experiment for the clients there really are, and start it where it can end within a year.

    The rungs are shadow (nothing is shown differently), interleaving and an A/B test on contact. The ratio is
    treatment over control. Whoever does not consent sees the control and is in no table. Slices are declared here or
    never: of those that are not, nothing is kept.

    Example: matcher experiment start gentler --treatment stated-only --hypothesis "Texts add little" --dry-run
    """
    home, day, named = Home(home_path()), as_of or today(), declared(slices)
    used = control or home.settings.variant
    if used == treatment:
        raise VariantsAlike(name=treatment)
    monthly = home.events.consented(day - timedelta(days=MONTH)) if units is None else units
    deciding = _deciding(home, used, treatment, day)
    found = ladder(monthly, base, ratio, deciding=deciding, sensitivity=sensitivity)
    step = found.step(kind) if kind else found.best
    if as_json:
        click.echo(json.dumps({**_plan(found, step.rung, monthly, deciding), "slices": list(named)}, indent=1))
    else:
        click.echo("\n".join(ladder_lines(found, monthly, deciding, locale)))
        if named:
            click.echo(say("experiment.slices.declared", locale, names=slice_names(named, locale)))
    if not step.works:
        raise PlanTooLong(kind=step.rung, best=found.best.rung)
    if dry_run:
        return
    planned = Experiment(
        name=name,
        kind=step.rung,
        control=used,
        treatment=treatment,
        model=home.model.hash,
        salt=secrets.token_hex(SALT_BYTES),
        hypothesis=hypothesis,
        base=base,
        ratio=ratio,
        size=step.size,
        started=day,
        slices=named,
    )
    home.events.start(planned)
    click.echo(say("experiment.started", locale, name=name, kind=step.rung), err=as_json)


def _deciding(home: Home, control: str, treatment: str, day: date) -> float:
    """Return the share of places on typical lists that the two variants give to different people."""
    if home.directory.count() == 0:
        return 0.0
    index = home.update_index()
    services = [home.service(index, name) for name in (control, treatment)]
    apart = places = 0
    for preferences in typical_preferences():
        a, b = (order_of(preferences, service, MOST_DRAFTED, day) for service in services)
        places += len(a[:SHOWN])
        apart += len(set(a[:SHOWN]) - ranked_alike(a, b))
    return apart / places if places else 0.0


def _plan(found: Ladder, rung: str, units: float, deciding: float) -> dict[str, Any]:
    return {
        "units_a_month": units,
        "deciding": deciding,
        "rung": rung,
        "steps": [{**asdict(one), "months": _finite(one.months)} for one in found.steps],
        "sequential": found.sequential,
        "checkins_decide": found.checkins,
    }


@experiment.command()
@click.argument("name")
@as_of_option
@shared_options
def stop(name: str, as_of: date | None, *, as_json: bool, locale: str) -> None:
    """End an experiment; everybody sees the home's own variant from then on.

    Example: matcher experiment stop gentler
    """
    ended = Home(home_path()).events.stop(name, as_of or today())
    if as_json:
        click.echo(json.dumps(fields_of(ended), ensure_ascii=False, indent=1))
    else:
        click.echo(say("experiment.stopped", locale, name=name, day=str(ended.stopped)))


@experiment.command("list")
@shared_options
def list_command(*, as_json: bool, locale: str) -> None:
    """List all experiments, the latest first.

    Example: matcher experiment list --json
    """
    found = Home(home_path()).events.experiments()
    if as_json:
        click.echo(json.dumps([fields_of(one) for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        state = say("experiment.state.ended" if one.stopped else "experiment.state.running", locale)
        click.echo(f"{one.name:20} {one.kind:13} {one.control} / {one.treatment}  {one.started}  {state}")
    if not found:
        click.echo(say("experiment.nothing", locale))


@experiment.command()
@click.argument("name")
@click.option("--html", "page", type=click.Path(path_type=Path), help="Write it as one page with charts.")
@shared_options
def report(name: str, page: Path | None, *, as_json: bool, locale: str) -> None:
    """Read an experiment: the split, the coin, guardrails, exposure, replay, slices, and what to do.

    It may be read at any time: the coin and all intervals are valid at every look.

    Example: matcher experiment report gentler
    """
    home = Home(home_path())
    events = home.events
    planned = events.experiment(name)
    found = read_out(planned, events.units(name), events.shown(name), home.directory.count(), events.levels(name))
    other, after = replay_of(events.rows(name)), told(events.aftermath(name))
    if page is not None:
        write_privately(readout_page(found, other, after, locale), page)
    if as_json:
        click.echo(json.dumps(_document(found, other, after), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(readout_lines(found, other, after, locale)))


def _document(found: Readout, other: Replayed, after: Sequence[Told]) -> dict[str, Any]:
    return {
        **fields_of(found),
        "split": _coin(found.split),
        "primary": _coin(found.primary),
        "averages": plain(found.averages),
        "slices": {**fields_of(found.slices), "levels": [_level(one) for one in found.slices.levels]},
        "replay": asdict(other),
        "told": [{**asdict(one), "share": None if math.isnan(one.share) else one.share} for one in after],
    }


def _coin(found: Coin | None) -> dict[str, Any] | None:
    if found is None:
        return None
    ratio, low, high = found.ratio
    return {**asdict(found), "ratio": _finite(ratio), "ratio_low": _finite(low), "ratio_high": _finite(high)}


def _level(found: Level) -> dict[str, Any]:
    ends = {name: getattr(found, name) for name in ("ratio", "low", "high")}
    return {**fields_of(found), **{name: None if end is None else _finite(end) for name, end in ends.items()}}


def _finite(value: float) -> float | None:
    """Return a number that JSON can hold, None for infinity."""
    return value if abs(value) != float("inf") else None

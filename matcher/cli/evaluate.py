"""Commands that compare rankings offline: `rank`, `evaluate` and `compare`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np

from matcher.cli.evaluate_lines import Side, compare_lines, compare_page, evaluate_lines
from matcher.cli.options import as_of_option, home_path, progress, shared_options, today, write_privately
from matcher.cli.report import plain
from matcher.evaluation.compare import Comparison
from matcher.evaluation.compare import compare as compared
from matcher.evaluation.exposure import Lists, lists
from matcher.evaluation.measures import measured
from matcher.evaluation.queries import read_queries
from matcher.evaluation.trec import TrecRun, column, read_qrels, read_run, run_lines
from matcher.home import Home
from matcher.messages import say
from matcher.pipeline import match, order_of
from matcher.reasons import Rule
from matcher.variants import VARIANTS
from profiles.errors import DirectoryEmpty
from profiles.schema import Preferences

MEASURES = ("nDCG@10", "RR", "P@5", "R@20")
GAIN = "nDCG: gain as judged, discounted by log2(place + 1); other measures: a gain of 1 or more is relevant"
TIES = "equal scores stand in falling order of ids, as in trec_eval; scores are compared in single precision"
EXPLAINED = 5
"""Places that are explained of a query whose list changed."""

PARTS = re.compile(r",(?![^()]*\))")


class Names(click.ParamType[tuple[str, ...]]):
    """Names of measures with commas between them; commas in brackets belong to a name."""

    name = "measures"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names, or fail in one sentence."""
        names = value if isinstance(value, tuple) else tuple(dict.fromkeys(one.strip() for one in PARTS.split(value)))
        if not all(names):
            self.fail("a name is missing between two commas", param, ctx)
        return names


FILE = click.Path(path_type=Path)
measures_option = click.option(
    "--measures",
    "names",
    type=Names(),
    default=",".join(MEASURES),
    show_default=True,
    help="As ir-measures reads them.",
)
qrels_option = click.option("--qrels", type=FILE, required=True, help="Judgments: query, 0, id, gain.")
queries_option = click.option("--queries", type=FILE, help="The preferences, an object a line with an `id`.")


@click.command()
@click.option("--queries", type=FILE, required=True, help="Preferences, an object a line with an `id`.")
@click.option("--run", "output", type=FILE, required=True, help="The TREC run to write, or - for standard output.")
@click.option("--n", type=click.IntRange(1), default=1_000, show_default=True, help="How many of each list.")
@click.option("--variant", type=click.Choice(list(VARIANTS)), help="Ranking variant; the home's own by default.")
@as_of_option
@click.option(
    "--locale", type=click.Choice(("en", "es", "de")), default="en", show_default=True, help="Language of the words."
)
def rank(queries: Path, output: Path, n: int, variant: str | None, as_of: date | None, *, locale: str) -> None:
    """Rank the directory for many preferences and write a TREC run.

    Its scores only count places, since equals share a band; blanks in ids are written as %20. The tag is the variant.

    Example: matcher rank --queries preferences.ndjson --run alliance.run --variant alliance
    """
    asked = read_queries(queries)
    home = Home(home_path())
    if home.directory.count() == 0:
        raise DirectoryEmpty(home=str(home.path))
    service = home.service(home.update_index(), variant)
    lines: list[str] = []
    with progress(say("evaluate.ranking", locale), len(asked)) as tell:
        for done, (name, preferences) in enumerate(asked.items(), start=1):
            lines += run_lines(name, order_of(preferences, service, n, as_of or today()), service.variant.name)
            tell(done, len(asked))
    write_privately("".join(f"{line}\n" for line in lines), None if str(output) == "-" else output)
    if str(output) != "-":
        click.echo(say("evaluate.ranked", locale, queries=len(asked), path=str(output)), err=True)


@click.command()
@click.option("--run", "source", type=FILE, required=True, help="A TREC run.")
@qrels_option
@measures_option
@queries_option
@as_of_option
@shared_options
def evaluate(
    source: Path,
    qrels: Path,
    names: tuple[str, ...],
    queries: Path | None,
    as_of: date | None,
    *,
    as_json: bool,
    locale: str,
) -> None:
    """Measure a run against judgments; a query that it does not answer counts 0.

    With --queries it also says what the lists are like, whatever was judged: musts that are not met, who is never
    shown, how evenly, and each group's share.

    Example: matcher evaluate --run alliance.run --qrels judgments.qrels --measures nDCG@10,RR
    """
    run = read_run(source)
    judged = read_qrels(qrels)
    found = measured(run.order, judged, names)
    shown = _lists(run, _asked(queries), as_of or today()) if queries else None
    one = found[names[0]]
    document = {
        "measures": {name: found[name].total for name in names},
        "queries": len(one.queries),
        "unanswered": one.unanswered,
        "not_judged": sum(query not in judged for query in run.order),
        "tied": run.tied,
        "ties": TIES,
        "gain": GAIN,
        **({"lists": plain(shown)} if shown else {}),
    }
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(evaluate_lines(document, shown, locale)))


@click.command()
@click.option("--a", "first", type=FILE, required=True, help="The run in use.")
@click.option("--b", "second", type=FILE, required=True, help="The run that may take its place.")
@qrels_option
@measures_option
@queries_option
@click.option("--html", "page", type=FILE, help="Write it as one page with charts.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draws.")
@as_of_option
@shared_options
def compare(
    first: Path,
    second: Path,
    *,
    qrels: Path,
    names: tuple[str, ...],
    queries: Path | None,
    page: Path | None,
    seed: int,
    as_of: date | None,
    as_json: bool,
    locale: str,
) -> None:
    """Compare run B with run A: difference with interval, p, and queries won, tied and lost.

    With --queries it adds slices, what the lists are like, and the five queries that changed most; where the tags of
    the runs name variants, these are explained side by side.

    Example: matcher compare --a stated-only.run --b alliance.run --qrels judgments.qrels --html compared.html
    """
    a, b = read_run(first), read_run(second)
    asked = _asked(queries) if queries else {}
    day = as_of or today()
    found = compared(a.order, b.order, read_qrels(qrels), names, rng=np.random.default_rng(seed), asked=asked)
    shown = (_lists(a, asked, day), _lists(b, asked, day)) if asked else None
    sides = _explained(found, (a, b), asked, day) if asked else {}
    if page is not None:
        write_privately(compare_page(found, shown, sides, locale), page)
    if as_json:
        click.echo(json.dumps(_document(found, shown, sides), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(compare_lines(found, shown, sides, locale)))


def _document(
    found: Comparison, shown: tuple[Lists, Lists] | None, sides: Mapping[str, Sequence[Side]]
) -> dict[str, Any]:
    return {
        "measures": {
            one.name: {"a": one.a, "b": one.b, "difference": one.apart.mean, **_without_mean(asdict(one.apart))}
            for one in found.measures
        },
        "queries": found.queries,
        "unanswered": dict(zip("ab", found.unanswered, strict=True)),
        "overlap": found.overlap,
        "slices": plain(found.slices),
        "changed": [{**asdict(one), "lists": plain(sides.get(one.query, ()))} for one in found.changed],
        "ties": TIES,
        "gain": GAIN,
        **({"lists": dict(zip("ab", map(plain, shown), strict=True))} if shown else {}),
    }


def _without_mean(apart: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in apart.items() if name != "mean"}


def _asked(path: Path) -> dict[str, Preferences]:
    """Return preferences by their id as a run writes it."""
    return {column(name): preferences for name, preferences in read_queries(path).items()}


def _lists(run: TrecRun, asked: Mapping[str, Preferences], day: date) -> Lists:
    home = Home(home_path())
    people = {column(one.id): one for one in home.directory.scan()}
    rule = Rule(day, home.settings.language_floor, home.settings.language_floor)
    return lists(run.order, asked, people, rule)


def _explained(
    found: Comparison, runs: tuple[TrecRun, TrecRun], asked: Mapping[str, Preferences], day: date
) -> dict[str, tuple[Side, ...]]:
    """Return the first places of the queries that changed, explained by the variants that the runs are tagged with."""
    if not all(run.tag in VARIANTS for run in runs):
        return {}
    home = Home(home_path())
    index = home.update_index()
    services = [home.service(index, run.tag) for run in runs]
    return {
        one.query: tuple(
            Side(service.variant.name, match(asked[one.query], service, EXPLAINED, day).matches) for service in services
        )
        for one in found.changed
        if one.query in asked
    }

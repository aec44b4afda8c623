"""Commands that rank: `index`, `match` and `variants`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import IO, Any

import click

from matcher.cli.options import as_of_option, home_path, progress, shared_options, today
from matcher.documents import list_document
from matcher.home import Home, varied
from matcher.index.musts import asked_musts
from matcher.messages import say
from matcher.pipeline import match
from matcher.printing import list_lines
from matcher.records import Variant
from matcher.variants import VARIANTS, variant_named
from models.persistence import StoredModel
from profiles.errors import DirectoryEmpty, ServiceError
from profiles.preferences import PreferencesUnusable, read_preferences
from profiles.schema import Preferences


class JsonInvalid(ServiceError):
    """A file is no JSON."""

    key = "error.json_invalid"


class JsonEmpty(ServiceError):
    """A file that must hold JSON is empty."""

    key = "error.json_empty"


@click.command()
@shared_options
def index(*, as_json: bool, locale: str) -> None:
    """Bring the index up to date with the directory; texts that did not change are not read again.

    Example: matcher index
    """
    home = Home(home_path())
    with progress(say("cli.index", locale)) as tell:
        opened = home.update_index(tell=lambda stage, done, every: tell(done, every) if stage == "texts" else None)
    if as_json:
        click.echo(json.dumps({"therapists": opened.size, "generation": opened.generation}))
    else:
        click.echo(say("cli.indexed", locale, therapists=opened.size))


@click.command("match")
@click.option("--preferences", "source", type=click.File("rb"), required=True, help="A JSON file, or - for stdin.")
@click.option("--n", type=click.IntRange(1), default=10, show_default=True, help="How many to show.")
@click.option("--variant", type=click.Choice(list(VARIANTS)), help="Ranking variant; the home's own by default.")
@as_of_option
@click.option("--include-not-stated", is_flag=True, help="Let in profiles that do not state what is a must.")
@shared_options
def match_command(
    source: IO[bytes],
    n: int,
    variant: str | None,
    as_of: date | None,
    *,
    include_not_stated: bool,
    as_json: bool,
    locale: str,
) -> None:
    """Rank the directory for a client's preferences and say why.

    Example: echo '{"must": {"language": ["es"]}}' | matcher match --preferences - --n 3
    """
    preferences = preferences_from(source, include_not_stated=include_not_stated)
    home = Home(home_path())
    if home.directory.count() == 0:
        raise DirectoryEmpty(home=str(home.path))
    with progress(say("cli.index", locale)) as tell:
        opened = home.update_index(tell=lambda stage, done, every: tell(done, every) if stage == "texts" else None)
    result = match(preferences, home.service(opened, variant), n, as_of or today())
    if as_json:
        click.echo(json.dumps(list_document(result, locale), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(list_lines(result, locale)))


def preferences_from(source: IO[bytes], *, include_not_stated: bool) -> Preferences:
    """Return the preferences of a JSON file.

    Raises:
        JsonEmpty, JsonInvalid: there is no JSON in it.
        PreferencesUnusable: something in it is not known; nothing is dropped.
    """
    name = getattr(source, "name", "-")
    raw = source.read()
    if not raw.strip():
        raise JsonEmpty(path=str(name), braces="{}")
    try:
        document = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise JsonInvalid(path=str(name), line=raw[: error.start].count(b"\n") + 1, column=1) from error
    except json.JSONDecodeError as error:
        raise JsonInvalid(path=str(name), line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise JsonInvalid(path=str(name), line=1, column=1) from error
    preferences, problems = read_preferences(document)
    if problems:
        raise PreferencesUnusable(problems)
    return with_not_stated(preferences) if include_not_stated else preferences


def with_not_stated(preferences: Preferences) -> Preferences:
    """Return the preferences with every must open to profiles that do not state it."""
    return replace(preferences, include_not_stated=asked_musts(preferences))


@click.command()
@click.argument("names", nargs=-1)
@shared_options
def variants(names: tuple[str, ...], *, as_json: bool, locale: str) -> None:
    """List the ranking variants, or say how two of them differ.

    Example: matcher variants alliance text-only
    """
    model = Home(home_path()).model
    if not names:
        _list_variants(model.hash, as_json=as_json, locale=locale)
        return
    if len(names) != 2:
        raise click.UsageError(say("evaluate.two_variants", locale))
    a, b = (_parts(model, variant_named(name)) for name in names)
    differs = {name: {"a": value, "b": b[name]} for name, value in a.items() if value != b[name]}
    if as_json:
        click.echo(json.dumps({"a": names[0], "b": names[1], "model": model.hash, "differs": differs}, indent=1))
        return
    for name, both in differs.items():
        click.echo(f"{name:20} {_part(both['a'])} -> {_part(both['b'])}")
    if not differs:
        click.echo(say("evaluate.no_difference", locale))


def _parts(model: StoredModel, variant: Variant) -> dict[str, Any]:
    """Return all that a variant can differ in: parameters of the fit model, and the re-ranker."""
    return {**varied(model, dict(variant.parameters)).model.get_params(), "reranker": variant.reranker or None}


def _part(value: float | str | None) -> str:
    return "-" if value is None else value if isinstance(value, str) else f"{value:g}"


def _list_variants(model: str, *, as_json: bool, locale: str) -> None:
    if as_json:
        rows = [
            {
                "name": one.name,
                "parent": one.parent or None,
                "model": model,
                "parameters": dict(one.parameters),
                "reranker": one.reranker or None,
            }
            for one in VARIANTS.values()
        ]
        click.echo(json.dumps(rows, indent=1))
        return
    width = max(map(len, VARIANTS))
    for one in VARIANTS.values():
        click.echo(f"{one.name:{width}} {say(one.note, locale)}")

"""Many sets of preferences in one file, a line each with its `id`: what a run is made for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from profiles.errors import PathUnreadable, ServiceError
from profiles.preferences import PreferencesUnusable, read_preferences
from profiles.problems import Problem
from profiles.schema import Preferences


class QueryWrong(ServiceError):
    """A line of a file of preferences is no JSON object with an `id` of its own."""

    key = "error.query_wrong"


class QueriesEmpty(ServiceError):
    """A file of preferences has no line."""

    key = "error.queries_empty"


def read_queries(path: Path) -> dict[str, Preferences]:
    """Return the sets of preferences of an NDJSON file by their id, in the order of the file.

    Raises:
        PathUnreadable: there is no such file.
        QueriesEmpty: it has no line.
        QueryWrong: a line is no JSON object, or its `id` is missing or stood in a line before.
        PreferencesUnusable: something that is asked for is not known; every problem of the file is in it.
    """
    found: dict[str, Preferences] = {}
    problems: list[Problem] = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        document = _object(line, path, number)
        name = document.pop("id", None)
        if not isinstance(name, str | int) or not str(name).strip() or str(name) in found:
            raise QueryWrong(path=str(path), line=number, value=str(name)[:80])
        preferences, unknown = read_preferences(document)
        problems += [replace(one, file=path.name, row=number) for one in unknown]
        found[str(name)] = preferences
    if problems:
        raise PreferencesUnusable(problems)
    if not found:
        raise QueriesEmpty(path=str(path))
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PathUnreadable(path=str(path), reason=getattr(error, "strerror", None) or "no UTF-8 text") from error


def _object(line: str, path: Path, number: int) -> dict[str, object]:
    try:
        document = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise QueryWrong(path=str(path), line=number, value=line.strip()[:80])
    return document

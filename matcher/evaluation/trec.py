"""Runs and judgments as TREC files: read in trec_eval's order of equal scores, written so that no score ties."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np

from profiles.errors import PathUnreadable, ServiceError

RUN_COLUMNS, QREL_COLUMNS = 6, 4


class TrecLineWrong(ServiceError):
    """A line of a TREC file has not its columns, or a column no number."""

    key = "error.trec_line"


class TrecRepeated(ServiceError):
    """One id stands twice for a query."""

    key = "error.trec_repeated"


class TrecEmpty(ServiceError):
    """A TREC file has no line."""

    key = "error.trec_empty"


@dataclass(frozen=True)
class TrecRun:
    """A run.

    Attributes:
        tag: the name that its lines give, "" where they give several.
        order: ids by query, the first first.
        tied: how many ids share their score with another of the query; these stand in falling order of ids.
    """

    tag: str
    order: Mapping[str, Sequence[str]]
    tied: int


def read_run(path: Path) -> TrecRun:
    """Read a run: query, `Q0`, id, rank, score, tag. The rank is not read; the score decides, as in trec_eval.

    Scores are compared in single precision, and of two equal scores the greater id comes first: both as trec_eval
    does, so that the figures are the same.

    Raises:
        PathUnreadable: there is no such file.
        TrecEmpty: it has no line.
        TrecLineWrong: a line has not six columns, or its score is no finite number.
        TrecRepeated: an id stands twice for a query.
    """
    scores: dict[str, dict[str, float]] = {}
    tags = set()
    for number, (query, _, identity, _, score, tag) in _lines(path, RUN_COLUMNS):
        found = scores.setdefault(query, {})
        _fresh(found, identity, query, path=path, line=number)
        found[identity] = _number(score, path, number)
        tags.add(tag)
    return TrecRun(
        tag=tags.pop() if len(tags) == 1 else "",
        order={
            query: sorted(found, key=lambda one: (found[one], one), reverse=True) for query, found in scores.items()
        },
        tied=sum(len(found) - len(set(found.values())) + _shared(found.values()) for found in scores.values()),
    )


def _shared(scores: Iterable[float]) -> int:
    """Return how many different scores are given more than once."""
    _, counts = np.unique(list(scores), return_counts=True)
    return int(np.count_nonzero(counts > 1))


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read judgments: query, `0`, id, gain. A gain is a whole number; 0 and less is not relevant.

    Raises:
        PathUnreadable, TrecEmpty, TrecLineWrong, TrecRepeated: as for a run.
    """
    gains: dict[str, dict[str, int]] = {}
    for number, (query, _, identity, gain) in _lines(path, QREL_COLUMNS):
        try:
            value = int(gain)
        except ValueError:
            raise TrecLineWrong(path=str(path), line=number, value=gain, columns=QREL_COLUMNS) from None
        found = gains.setdefault(query, {})
        _fresh(found, identity, query, path=path, line=number)
        found[identity] = value
    return gains


def run_lines(query: str, ids: Sequence[str], tag: str) -> Iterator[str]:
    """Yield the lines of one query; the score falls by one with each place, since bands tie and runs must not."""
    for place, identity in enumerate(ids, start=1):
        yield f"{column(query)} Q0 {column(identity)} {place} {len(ids) - place + 1} {tag}"


def column(text: str) -> str:
    """Return a text as one column.

    >>> column("dr ana"), column("50%")
    ('dr%20ana', '50%25')
    """
    return "".join(
        quote(sign, safe="") if sign.isspace() or sign == "%" or not sign.isprintable() else sign for sign in text
    )


def _lines(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each line that is not blank with its number, cut into its columns."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "no UTF-8 text"
        raise PathUnreadable(path=str(path), reason=reason) from error
    empty = True
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != columns:
            raise TrecLineWrong(path=str(path), line=number, value=line.strip()[:80], columns=columns)
        empty = False
        yield number, parts
    if empty:
        raise TrecEmpty(path=str(path))


def _number(score: str, path: Path, line: int) -> float:
    try:
        value = float(np.float32(score))
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise TrecLineWrong(path=str(path), line=line, value=score, columns=RUN_COLUMNS)
    return value


def _fresh(found: Collection[str], identity: str, query: str, *, path: Path, line: int) -> None:
    if identity in found:
        raise TrecRepeated(path=str(path), line=line, id=identity, query=query)

"""Suggests a map for foreign files: what each header seems to mean, and the terms that were not understood."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from profiles.formats.cells import table
from profiles.formats.columns import Column, header_key
from profiles.formats.mapping import FileMap
from profiles.formats.reading import Row

MOST_TERMS = 40
"""Unknown terms of a column that are suggested, the most frequent."""

LONGEST_TERM = 60
"""A longer text is a sentence."""

UNKNOWN = ("term_unknown", "language_unknown", "jurisdiction_unknown", "profession_unknown", "accepting_unknown")


@dataclass(slots=True)
class Asked:
    """A map that remembers which headers it was asked for.

    Attributes:
        base: what is known already.
        columns: every header that was seen, with what it means.
    """

    base: FileMap = field(default_factory=FileMap)
    columns: dict[str, Column] = field(default_factory=dict)

    def column(self, header: str) -> Column:
        """Return what a header means, and keep it."""
        column = self.base.column(header)
        if header.strip():
            self.columns[header] = column
        return column


def suggested(rows: Iterable[Row], asked: Asked) -> Iterator[str]:
    """Yield the lines of a map in TOML.

    Args:
        rows: what was read with `asked` as the map of its options; only problems are looked at.
        asked: the map that saw the headers.
    """
    headers: dict[str, None] = {}
    terms: dict[str, Counter[tuple[str, str]]] = {}
    for row in rows:
        for found in row.problems:
            if found.code == "column_unknown" and found.column:
                headers[found.column] = None
            elif found.code in UNKNOWN and found.column in asked.columns:
                target = asked.columns[found.column].target
                near = str(found.params.get("nearest", "-"))
                terms.setdefault(target, Counter())[found.value or "", near] += 1
    yield '# What each header means: one of our columns, or "" to leave it out and not be told.'
    yield "[columns]"
    yield from _columns(asked.columns, headers)
    yield ""
    yield '# Terms that were not understood: take away the # and write our code, or "" to leave the term out.'
    for target, counted in terms.items():
        yield f"[values.{target}]"
        yield from _terms(counted)
        yield ""
    yield from ("# [file]", '# delimiter = ";"', '# encoding = "cp1252"', "# header_row = 1", '# sheet = ""')
    yield '# date_order = "dmy"'


def _columns(columns: Mapping[str, Column], unknown: Iterable[str]) -> Iterator[str]:
    written: set[str] = set()
    targets = {header: column.target for header, column in columns.items() if column.target}
    for header in dict.fromkeys((*columns, *unknown)):
        target, key = targets.get(header, ""), header_key(header)
        if key in written or not (target or header in unknown):
            continue
        written.add(key)
        yield f"{quoted(header)} = {quoted(target)}" if target else f'# {quoted(header)} = ""  # {_candidates(header)}'


def _candidates(header: str) -> str:
    by_key: dict[str, str] = {header_key(text): name for name, texts in table("headers").items() for text in texts}
    near = get_close_matches(header_key(header), by_key, n=5, cutoff=0.5)
    return ", ".join(dict.fromkeys(by_key[key] for key in near)) or "nothing near"


def _terms(counted: Counter[tuple[str, str]]) -> Iterator[str]:
    frequent = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    for (value, near), count in frequent[:MOST_TERMS]:
        if len(value) <= LONGEST_TERM:
            first = near.split(", ")[0]
            yield f"# {quoted(value)} = {quoted('' if first == '-' else first)}  # {count}x; near: {near}"


def quoted(text: str) -> str:
    r"""Return text as a TOML string in one line.

    >>> print(quoted('a "b"'), quoted("é"))
    "a \"b\"" "é"
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

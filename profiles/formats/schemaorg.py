"""Reads schema.org JSON-LD, in files and in pages: a person with evidence of behavioural health is a therapist.

Persons are Person, IndividualPhysician and Physician, and types such as Psychologist that pages use although
schema.org has no such type. Evidence is an occupation, title, specialty, credential or topic that the vocabulary knows,
a NUCC code, or a property of our own export. Everybody and everything else is skipped with the reason, by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from profiles.formats.drafts import Unused, printable, skipped
from profiles.formats.own_files import Found
from profiles.formats.reading import Options, Row
from profiles.formats.rows import Rows
from profiles.formats.schemaorg_node import Node, Person, is_behavioural, types_of
from profiles.formats.schemaorg_pages import values_of
from profiles.formats.schemaorg_person import draft_of
from profiles.problems import Problem, problem

PERSONS = frozenset(
    {"Person", "Physician", "IndividualPhysician", "Psychologist", "Psychiatrist", "Psychotherapist", "Therapist"}
)
LEADS_TO = (
    "@graph",
    "mainEntity",
    "about",
    "itemListElement",
    "item",
    "employee",
    "employees",
    "member",
    "members",
    "founder",
    "department",
    "hasPart",
    "dataFeedElement",
)
"""Properties behind which further persons stand."""

FRAMES = frozenset(
    {"ItemList", "ListItem", "ProfilePage", "WebPage", "WebSite", "AboutPage", "CollectionPage", "DataFeed"}
)
"""Types that only hold others; not told where they hold somebody."""

DEEPEST = 12


@dataclass(slots=True)
class _Document:
    """One JSON value: its nodes with an @id, so that references are followed."""

    found: Found
    by_id: dict[str, Node] = field(default_factory=dict)

    def learn(self, value: Any, depth: int = 0) -> None:
        """Keep every node that says more than its @id."""
        if isinstance(value, list):
            for one in value:
                self.learn(one, depth + 1)
        elif isinstance(value, Mapping) and depth < DEEPEST * 2:
            identity = value.get("@id")
            if isinstance(identity, str) and len(value) > 1:
                self.by_id.setdefault(identity, value)
            for one in value.values():
                if isinstance(one, list | Mapping):
                    self.learn(one, depth + 1)


def read_schemaorg(paths: Sequence[Path], options: Options) -> Iterator[Row]:
    """Yield a row for each thing of `paths`, and what is told once at the end.

    Raises:
        OSError: one of `paths` can't be opened; `profiles.loading` makes a sentence of it.
    """
    rows, unused = Rows(options), Unused()
    for path in paths:
        nobody = True
        for found in values_of(path):
            nobody = False
            if isinstance(found, Problem):
                yield Row("note" if found.row is None else "rejected", problems=(found,))
            else:
                yield from _document(found, rows, unused)
        if nobody:
            yield Row("note", problems=(problem("file_empty", file=path.name),))
    yield from unused.rows()
    yield from rows.identity_left_out(paths[0].name if len(paths) == 1 else "")


def _document(found: Found, rows: Rows, unused: Unused) -> Iterator[Row]:
    document = _Document(found)
    document.learn(found.value)
    nothing = True
    for node, place in _things(found.value, document, "", 0):
        nothing = False
        yield _row(node, place, document, rows, unused)
    if nothing:
        yield Row("rejected", problems=(_mismatch(found),))


def _mismatch(found: Found) -> Problem:
    return problem("format_mismatch", file=found.file, row=found.line, format="schemaorg")


def _things(value: Any, document: _Document, place: str, depth: int) -> Iterator[tuple[Node, str]]:
    """Yield the nodes that may be somebody, each with its path; what only holds others is gone through."""
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for number, one in enumerate(value, start=1):
            yield from _things(one, document, f"{place}[{number}]", depth + 1)
        return
    if not isinstance(value, Mapping):
        return
    inner = [
        thing
        for name in LEADS_TO
        if name in value
        for thing in _things(value[name], document, f"{place}.{name}".lstrip("."), depth + 1)
    ]
    types = types_of(value)
    if types and not (inner and types <= FRAMES):
        yield value, place
    yield from inner


def _row(node: Node, place: str, document: _Document, rows: Rows, unused: Unused) -> Row:
    """Return what becomes of one node."""
    file, types = document.found.file, types_of(node)
    person = Person(file, "", node, document.by_id, unused)
    row: int | str = printable(person.label() or place) or document.found.line
    if not types & PERSONS:
        return skipped("not_a_person", file, row, column="@type", value=", ".join(sorted(types)))
    if not is_behavioural(person):
        return skipped("not_behavioural_health", file, row, column="@type", value=", ".join(person.says()) or "-")
    person.row = row
    return draft_of(person, rows.options).read(rows)

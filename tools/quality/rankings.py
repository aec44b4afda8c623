"""The demonstration directory in a home of its own, and the order in which each ranker puts its therapists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import bm25s
import numpy as np

from matcher.evaluation.queries import read_queries
from matcher.home import Home
from matcher.index.musts import eligible
from matcher.index.query import Index, confirmed_rows
from matcher.messages import label
from matcher.pipeline import Service, order_of
from profiles.demonstration.generate import generate
from profiles.formats.reading import Row
from profiles.preferences import WISH_FIELDS
from profiles.schema import TERM_FIELDS, Preferences, Therapist

AS_OF = date(2026, 11, 1)
"""The day the demonstration directory is for."""

SIZE, SEED = 400, 0
QUERIES = Path(__file__).parents[2] / "tests" / "judgments" / "preferences.ndjson"

VARIANTS = ("alliance", "stated-only", "text-only", "random")
BM25 = "bm25"


@dataclass(frozen=True)
class Demonstration:
    """The demonstration directory, opened.

    Attributes:
        home: where it lies.
        index: of it.
        people: by id.
    """

    home: Home
    index: Index
    people: Mapping[str, Therapist]

    @classmethod
    def opened(cls, folder: Path) -> Demonstration:
        """Fill a home in a folder, and index it."""
        home = Home(folder)
        people = {person.id: person for person in generate(SIZE, SEED, as_of=AS_OF)}
        home.directory.apply(Row("loaded", person) for person in people.values())
        return cls(home, home.update_index(), people)

    def service(self, variant: str, seed: int = 0) -> Service:
        """Return what ranks by a variant; its shuffle depends on `seed` alone, not on the home's secret."""
        return replace(self.home.service(self.index, variant), seed=seed)


def queries() -> dict[str, Preferences]:
    """Return the judged sets of preferences by their id."""
    return read_queries(QUERIES)


def ordered(demonstration: Demonstration, preferences: Preferences, variant: str, n: int, seed: int = 0) -> list[str]:
    """Return the ids of the first `n` by a variant."""
    return order_of(preferences, demonstration.service(variant, seed), n, AS_OF)


class Wording:
    """BM25 over all that a profile says in words: its labels and its own text.

    A query is the labels of the wishes and the client's words. Musts hold as everywhere, and those who said lately
    that they take new clients stand first, so that the rankers differ in what they are compared for.
    """

    def __init__(self, demonstration: Demonstration) -> None:
        self._demonstration = demonstration
        documents = [said(demonstration.people[identity]) for identity in demonstration.index.ids]
        self._retriever = bm25s.BM25()
        self._retriever.index(_tokens(documents), show_progress=False)

    def ordered(self, preferences: Preferences, n: int) -> list[str]:
        """Return the ids of the first `n`; equal scores stand in the order of ids."""
        index = self._demonstration.index
        service = self._demonstration.service("alliance")
        rows = eligible(index, preferences, AS_OF, service.settings.floor_for(preferences)).rows
        scores = self._retriever.get_scores(_tokens([asked(preferences)])[0])[rows]
        late = ~confirmed_rows(index, AS_OF, service.settings.accepting_fresh_days)[rows]
        return [index.ids[row] for row in rows[np.lexsort((rows, -scores, late))][:n]]


def _tokens(texts: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = bm25s.tokenize(list(texts), stopwords=None, return_ids=False, show_progress=False)
    return found


def said(person: Therapist) -> str:
    """Return what a profile says, in words: the labels of its terms, then its own text."""
    labels = [label(field, code) for field in TERM_FIELDS for code in person.terms(field)]
    languages = [label("language", one.tag) for one in person.languages]
    return "\n".join([*labels, *languages, person.own_words])


def asked(preferences: Preferences) -> str:
    """Return what was wished for, in words."""
    return "\n".join(_asked(preferences))


def _asked(preferences: Preferences) -> Iterator[str]:
    for field in WISH_FIELDS:
        yield from (label(field, code) for code in preferences.prefer.get(field, ()))
    yield from (label("qualities", code) for code in preferences.qualities)
    yield preferences.words


def rankings(demonstration: Demonstration, preferences: Preferences, n: int, seed: int = 0) -> dict[str, list[str]]:
    """Return the first `n` of every ranker but BM25."""
    return {variant: ordered(demonstration, preferences, variant, n, seed) for variant in VARIANTS}

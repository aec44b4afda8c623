"""The terms that wishes and facts are made of, read from `vocabulary.tsv`: codes, labels, synonyms, phrases."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import Indel

LOCALES = ("en", "es", "de")


@dataclass(frozen=True, slots=True)
class Term:
    """One row of the table.

    Attributes:
        field: the field it belongs to.
        code: snake case, unique in its field.
        group: bond, goal, task or culture; "" for practical fields.
        labels: by locale.
        synonyms: how directories write it.
        phrases: how a therapist's text would put it; anchors of the described door.
    """

    field: str
    code: str
    group: str
    labels: Mapping[str, str]
    synonyms: tuple[str, ...]
    phrases: tuple[str, ...]


_NO_WORD = re.compile(r"[\W_]+")
_NO_WORD_BUT_MARKS = re.compile(r"(?:(?![\u0300-\u036f\u0900-\u0dff\u0e00-\u109f\u1700-\u18af\u1a00-\u1aff])[\W_])+")
"""Vowels of Indic and other scripts are marks, which count as no letter; without them a word is none."""


@lru_cache(maxsize=50_000)
def folded(text: str) -> str:
    """Return `text` as it is compared: compatibility form, case folded, each run of punctuation one space."""
    if text.isascii():
        return _NO_WORD.sub(" ", text.casefold()).strip()
    return _NO_WORD_BUT_MARKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def nearest(text: str, choices: Sequence[str], n: int, least: float = 0.6) -> list[int]:
    """Return where in `choices` stand up to `n` that look most like `text`, best first.

    How alike two are is the share of letters that stay where one is turned into the other by taking out and putting
    in, 0..1; `least` is alike enough.

    >>> nearest("greif", ("anxiety", "grief", "belief"), 1)
    [1]
    """
    if not text:
        return []
    found = process.extract(text, choices, scorer=Indel.normalized_similarity, limit=n, score_cutoff=least)
    return [at for _, _, at in found]


class Vocabulary:
    """All terms, by field and code."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._by_field: dict[str, dict[str, Term]] = {}
        self._readings: dict[str, dict[str, str]] = {}
        self._near: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        for term in terms:
            self._by_field.setdefault(term.field, {})[term.code] = term
            readings = self._readings.setdefault(term.field, {})
            for text in (term.code, *term.labels.values(), *term.synonyms):
                readings.setdefault(folded(text), term.code)

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields that have terms, in the order of the table."""
        return tuple(self._by_field)

    def terms(self, field: str) -> tuple[Term, ...]:
        """Return the terms of a field in the order of the table, () for a field without terms."""
        return tuple(self._by_field.get(field, {}).values())

    def codes(self, field: str) -> tuple[str, ...]:
        """Return the codes of a field."""
        return tuple(self._by_field.get(field, {}))

    def term(self, field: str, code: str) -> Term:
        """Return one term.

        Raises:
            KeyError: the field has no such code.
        """
        return self._by_field[field][code]

    def find(self, field: str, text: str) -> str | None:
        """Return the code that `text` certainly names by code, label or synonym, else None."""
        return self._readings.get(field, {}).get(folded(text))

    def nearest(self, field: str, text: str, n: int = 3) -> tuple[str, ...]:
        """Return up to `n` codes whose readings look most like `text`, best first."""
        readings, codes = self._compared(field)
        return tuple(dict.fromkeys(codes[at] for at in nearest(folded(text), readings, 4 * n)))[:n]

    def _compared(self, field: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what is compared in a field, and the code each stands for."""
        if field not in self._near:
            readings = self._readings.get(field, {})
            self._near[field] = (tuple(readings), tuple(readings.values()))
        return self._near[field]

    def label(self, field: str, code: str, locale: str) -> str:
        """Return the words for a term in `locale`, the code itself for one that is unknown."""
        term = self._by_field.get(field, {}).get(code)
        return code if term is None else term.labels.get(locale) or term.labels["en"]


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _read_terms() -> Iterable[Term]:
    text = (files("profiles") / "vocabulary.tsv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        labels = {locale: row[locale] for locale in LOCALES}
        synonyms, phrases = _parts(row["synonyms"]), _parts(row["phrases"])
        yield Term(row["field"], row["code"], row["group"], labels, synonyms, phrases)


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary of this version, read once."""
    return Vocabulary(_read_terms())

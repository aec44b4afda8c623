"""What cells say about the languages somebody works in: names, levels, remarks in brackets, interpreters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from profiles.formats.cells import COMMA, LONGEST_TO_COMPARE, SOFT, Finding, Read, is_blank, pieces, table, word_list
from profiles.formats.places import country
from profiles.languages import LEVELS, language_of, nearest_languages
from profiles.schema import Language
from profiles.vocabulary import folded

_near = lru_cache(maxsize=20_000)(nearest_languages)


class Languages(NamedTuple):
    """Languages somebody works in, and whether an interpreter is offered: not the same thing."""

    spoken: tuple[Language, ...] = ()
    interpreter: bool = False


def _language(text: str) -> str | None:
    plain = text.strip()
    # A directory that writes tags writes "no" for Norwegian in small letters; "No" is an answer.
    if (plain.casefold() in word_list("no_language") and plain != "no") or re.fullmatch(r"[A-Za-z]?", plain):
        return None
    tag = language_of(plain)
    if tag is not None:
        return tag
    shorter = re.sub(r"\s+(?:language|sprache)$", "", plain, flags=re.IGNORECASE)
    return None if shorter == plain else _language(shorter)


@cache
def _levels() -> Mapping[str, int | None]:
    own = table("levels")
    by_number = {50: own["five"], 40: own["four"], 20: own["two"], 10: own["one"]}
    levels: dict[str, int | None] = {folded(word): level for level, words in by_number.items() for word in words}
    return {**levels, **dict.fromkeys(own["none_stated"]), **{folded(word): level for word, level in LEVELS.items()}}


def _level(text: str) -> tuple[int | None] | None:
    """Return the level that a text states in a tuple, (None,) for "spoken", or None when it is no level."""
    plain = re.sub(r"^(?:ilr|level|cefr)\s+", "", folded(text))
    if re.fullmatch(r"[1-5]|[1-4]\d|50", plain, re.ASCII):
        return (int(plain) * (10 if len(plain) == 1 else 1),)
    return (_levels()[plain],) if plain in _levels() else None


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to part a name from a remark on it: brackets, a colon or dash, the last or first word."""
    for pattern in (
        r"([^(]+)[(\[]([^()]+)[)\]]",
        r"([^:]+):(.+)",
        r"(.+?)\s+[-–—]\s+(.+)",
        r"(.+)\s(\S+)",
        r"(.+?)\s(\S+\s\S+)",
    ):
        if found := re.fullmatch(pattern, text.strip()):
            yield found[1].strip(), found[2].strip()
    if found := re.fullmatch(r"(\S+)\s(?:in\s)?(.+)", text.strip()):
        yield found[2], found[1]


def _with_remark(name: str, remark: str) -> list[Language]:
    tag, level = _language(name), _level(remark)
    if tag is None:
        return []
    if level is not None:
        return [Language(tag, level[0])]
    inner = [_language(part) for part in COMMA.split(SOFT.sub(",", remark))]
    narrower = [_narrower(tag, found) for found in inner if found]
    if len(narrower) == len(inner) and all(narrower):
        return [Language(found) for found in narrower if found]
    region = country(remark).value
    return [Language(f"{tag}-{region}")] if region and "-" not in tag else []


def _narrower(outer: str, inner: str) -> str | None:
    """Return which of two names for one language says more: "Chinese (Cantonese)"; None for two languages."""
    broader = table("broader_languages")
    if inner == outer or inner in broader.get(outer, ()):
        return inner
    return outer if outer in broader.get(inner, ()) else None


def _one_language(text: str) -> list[Language]:
    tag = _language(text)
    if tag is not None:
        return [Language(tag)]
    return next(filter(None, (_with_remark(name, remark) for name, remark in _splits(text))), [])


def _names_interpreter(text: str) -> bool:
    return not word_list("interpreter").isdisjoint(folded(text).split())


@lru_cache(maxsize=20_000)
def languages(cell: str) -> Read[Languages]:
    """Read the languages of a cell, each with its level where one is stated; one without a certain reading is told."""
    found: dict[str, int | None] = {}
    findings: list[Finding] = []
    interpreter = False
    for text in (part.strip() for piece in pieces(cell) for part in COMMA.split(piece) if part.strip(" -–—")):
        if _names_interpreter(text):
            interpreter = True
            continue
        for part in [text] if is_blank(text) or _one_language(text) else [part for part in SOFT.split(text) if part]:
            spoken = _one_language(part)
            if not spoken:
                findings.append(Finding("language_unknown", part, _near(part[:LONGEST_TO_COMPARE])))
            for one in spoken:
                found[one.tag] = max(found.get(one.tag) or 0, one.level or 0) or None
    return Read(Languages(tuple(Language(*item) for item in found.items()), interpreter), tuple(findings))

"""What cells say about the languages somebody works in: names, levels, remarks beside them, interpreters."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from profiles.formats.cells import (
    COMMA,
    LONGEST_ENTRY,
    LONGEST_TO_COMPARE,
    SOFT,
    Finding,
    Read,
    commas,
    inverted,
    pieces,
    table,
    word_list,
)
from profiles.formats.remarks import EDGES, Remark, level_of, narrower_of, remark_of, word_set
from profiles.language_names import is_clear
from profiles.languages import language_of, nearest_languages, tag_of
from profiles.schema import Language
from profiles.vocabulary import folded

_near = lru_cache(maxsize=20_000)(nearest_languages)

MOST_WORDS = 9
"""A longer text is a sentence, and no language is looked for between its words."""

_LIST = re.compile(r"[、，؛،]|<br\s*/?>", re.IGNORECASE)


class Languages(NamedTuple):
    """Languages somebody works in, and whether an interpreter is offered: not the same thing."""

    spoken: tuple[Language, ...] = ()
    interpreter: bool = False


# ---------------------------------------------------------------- one language


def _language(text: str) -> str | None:
    plain = text.strip(EDGES)
    # A directory that writes tags writes "no" for Norwegian in small letters; "No" is an answer.
    is_word = plain.casefold() in word_list("no_language") and plain != "no"
    if is_word or "?" in plain or re.fullmatch(r"[A-Za-z]?", plain):
        return None
    return language_of(plain)


def _one_language(text: str) -> list[Language]:
    """Return what a text says of one language, or of several that brackets hold; [] without a certain reading."""
    if tag := _language(text):
        return [Language(tag)]
    if found := re.fullmatch(r"([^()]+?)\s*[(\[]([^()]+)[)\]]\W*", text):
        return _bracketed(found[1], found[2])
    if found := re.fullmatch(r"(.*\S)\s*[(\[]([^()]+)[)\]]\W*", text):
        inner, remark = _one_language(found[1]), remark_of(found[2])
        return [_with(one.tag, remark, one.level) for one in inner] if remark else []
    plain = re.sub(r"[():=,]|\s[-–—]+\s", " ", text.strip(EDGES))
    return _among_words(plain.split()) or (_among_words(plain.replace("-", " ").split()) if "-" in plain else [])


def _bracketed(outer: str, inner: str) -> list[Language]:
    parts = [part for part in COMMA.split(SOFT.sub(",", inner)) if part.strip()]
    if remark := remark_of(inner):
        return [_with(one.tag, remark, one.level) for one in _one_language(outer)]
    if remark_of(outer) is not None:
        return _all(parts)
    if len(parts) == 1 and (tag := _language(f"{inner} {outer}") or _language(f"{outer} {inner}")):
        return [Language(tag)]
    found, spoken = _one_language(outer), [_one_language(part) for part in parts]
    if len(found) == 1 and all(len(one) == 1 for one in spoken):
        narrower = [narrower_of(found[0].tag, one[0].tag) for one in spoken]
        return [Language(tag) for tag in narrower if tag] if all(narrower) else []
    remarks = [remark_of(part) for part in parts]
    if found and all(remarks):
        for remark in remarks:
            found = [_with(one.tag, remark, one.level) for one in found]
        return found
    return []


def _all(parts: Sequence[str]) -> list[Language]:
    found = [_one_language(part) for part in parts]
    return [one for languages in found for one in languages] if all(found) else []


def _with(tag: str, remark: Remark | None, level: int | None = None) -> Language:
    """Return a language with what a remark adds."""
    if remark is None:
        return Language(tag, level)
    regional = tag_of(f"{tag}-{remark.region}") if remark.region and "-" not in tag else None
    return Language(regional or tag, remark.level or level)


def _among_words(words: Sequence[str]) -> list[Language]:
    """Return the language of the longest run of words that names one, where the words around it say no more."""
    if not 1 < len(words) <= MOST_WORDS:
        return []
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            before, after = " ".join(words[:start]), " ".join(words[start + length :])
            if one := _between(before, " ".join(words[start : start + length]), after):
                return [one]
    alone = all(map(_stands_alone, words)) or all(map(_is_code, words))
    return [Language(tag) for tag in map(_language, words) if tag] if alone else []


def _stands_alone(word: str) -> bool:
    return len(word) > 3 and is_clear(word) and _language(word) is not None


def _is_code(word: str) -> bool:
    return len(word) == 2 and word.islower() and tag_of(word) is not None


def _between(before: str, name: str, after: str) -> Language | None:
    tag = _language(name)
    # "4-Mar" is a day, and a level stands behind its language.
    if tag is None or before.isdecimal() or (name.casefold() in word_set("around") and (before or after)):
        return None
    remarks = (remark_of(before), remark_of(after))
    if None in remarks:
        inner = _language(after) if not before else None
        narrower = narrower_of(tag, inner) if inner else None
        return Language(narrower) if narrower else None
    one = Language(tag)
    for remark in remarks:
        one = _with(one.tag, remark, one.level)
    return one


# ---------------------------------------------------------------- lists


def _names_interpreter(text: str) -> bool:
    return not word_list("interpreter").isdisjoint(folded(text).split()) or "language line" in folded(text)


def _beside_interpreter(text: str) -> list[str]:
    """Return the words of a text with an interpreter that are about neither the interpreter nor nothing."""
    words = re.sub(r"[^\w\s'’-]", " ", text).split()
    return [word for word in words if folded(word) not in word_list("interpreter") | word_set("interpreted")]


def _without_label(cell: str) -> str:
    label, colon, rest = cell.partition(":")
    return rest if colon and rest.strip() and folded(label) in word_set("labels") else cell


def _texts(cell: str) -> Iterator[str]:
    """Yield the entries of a list of languages; what stands inverted, as "Creole, Haitian", is one."""
    plain = html.unescape(cell) if "&" in cell and ";" in cell else cell
    for piece in pieces(_LIST.sub(";", _without_label(plain))):
        parts = [text for part in commas(piece) if (text := part.strip()) and text.strip(EDGES)]
        yield from _joined(parts)


def _joined(parts: Sequence[str]) -> Iterator[str]:
    held = ""
    for part in parts:
        if held and level_of(part) is not None and _language(part) is None:
            held = f"{held} ({part})"
        elif held and _is_inverted(held, part):
            held = f"{part} {held}"
        else:
            yield from [held] if held else []
            held = part
    yield from [held] if held else []


def _is_inverted(first: str, second: str) -> bool:
    return not (_language(first) and _language(second)) and bool(
        _language(f"{second} {first}") or (_language(first) and folded(second) in inverted("demonyms"))
    )


def _several(text: str) -> list[Language]:
    """Return the languages of a text with "/", "&" or "and" in it: all of them, or none."""
    bare = re.sub(r"\([^()]*\)", "", text)
    if not SOFT.search(bare) and not re.search(r"\w-\w", bare):
        return []
    own = _language(text)
    for parter in (SOFT, re.compile(r"\s*[-–—]\s*")):
        parts = [part for part in parter.split(text) if part]
        found = _all(parts) if len(parts) > 1 else []
        tags = " ".join(one.tag for one in found)
        if found and parter is SOFT:
            return [Language(own)] if own and _one_name(tags) else found
        if found and not own and all(map(_stands_alone, parts)):
            return found
    return []


def _one_name(tags: str) -> bool:
    return (
        tags in table("same_languages")["names"] or " ".join(reversed(tags.split())) in table("same_languages")["names"]
    )


@lru_cache(maxsize=20_000)
def languages(cell: str) -> Read[Languages]:
    """Read the languages of a cell, each with its level where one is stated; one without a certain reading is told."""
    found: dict[str, int | None] = {}
    findings: list[Finding] = []
    interpreter = False
    for text in _texts(cell):
        spoken, told, offered = _entry(text)
        interpreter = interpreter or offered
        findings.extend(told)
        for one in spoken:
            found[one.tag] = max(found.get(one.tag) or 0, one.level or 0) or None
    if cell.strip() and not found and not findings:
        findings.append(Finding("interpreter_only" if interpreter else "language_unknown", cell.strip()))
    return Read(Languages(tuple(Language(*item) for item in found.items()), interpreter), tuple(findings))


def _entry(text: str) -> tuple[list[Language], list[Finding], bool]:
    """Return what one entry of a list says: languages, what was not understood, whether an interpreter is offered."""
    if len(text) > LONGEST_ENTRY:
        return [], [_unknown(text)], False
    if _names_interpreter(text):
        return _interpreted(text)
    spoken = _several(text) or _one_language(text)
    if spoken:
        return spoken, [], False
    parts = [part for part in SOFT.split(text) if part.strip()] if "(" not in text else [text]
    known = [_one_language(part) for part in parts]
    if len(parts) > 1 and any(known):
        unknown = [_unknown(part) for part, languages in zip(parts, known, strict=True) if not languages]
        return [one for languages in known for one in languages], unknown, False
    return [], [_unknown(text)], False


def _interpreted(text: str) -> tuple[list[Language], list[Finding], bool]:
    parts = [part for part in SOFT.split(text) if part.strip()]
    if len(parts) > 1 and not _beside_interpreter(parts[-1]) and not _names_interpreter(" ".join(parts[:-1])):
        spoken = _several(" & ".join(parts[:-1])) or _one_language(" & ".join(parts[:-1]))
        if spoken:
            return spoken, [], True
    rest = " ".join(_beside_interpreter(text))
    spoken = _one_language(rest) if rest else []
    if [one.tag for one in spoken] == ["en"]:
        return spoken, [], True
    return [], [Finding("interpreter_only", text)] if rest else [], True


def _unknown(text: str) -> Finding:
    return Finding("language_unknown", text, _near(text[:LONGEST_TO_COMPARE]))

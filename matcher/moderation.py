"""What a person should look at in the texts of profiles: promises, boasting, contact spam and remnants, by rules."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from models.text import text_hash
from profiles.directory.protocol import Decision
from profiles.schema import Therapist

KIND = "moderation"
"""The queue's name in `Directory.decisions`."""

VERDICTS = ("fine", "hidden")
"""What a person may decide. `fine`: the item does not come back until the text changes. `hidden`: as `fine`, and the
caller takes the text out with `Directory.edit(id, without(therapist, item), editor="operator", ...)`; no rule does."""

FIELDS = ("bio", "training", "crisis_between_sessions", "quality_sentences")
"""Texts that clients read."""

SHORT_LETTERS = 40
CJK = 0x2E7F
"""Letters beyond are words or syllables."""
SHOUTED_WORDS = 3
MOST_KEPT = 10_000
"""Texts whose findings are remembered in a process."""
PHONE_DIGITS = range(8, 16)


@dataclass(frozen=True, slots=True)
class Item:
    """One text with one reason to look at it.

    Attributes:
        therapist: the id.
        name: shown beside it.
        field: of `FIELDS`.
        part: the quality whose sentence it is, "" for other fields.
        reason: of `reasons()`; the text key is `moderation.reason.<reason>`.
        passage: the sentence, as it stands in the text.
        found: the words in it that were found.
        text_hash: of the whole text, as hex: a changed text is looked at anew.
    """

    therapist: str
    name: str
    field: str
    part: str
    reason: str
    passage: str
    found: str
    text_hash: str

    @property
    def subject(self) -> str:
        """What a decision about this item is kept under."""
        return f"{self.reason}:{self.text_hash}"


Find = Callable[[str], tuple[int, int] | None]
"""Looks for something in a sentence and says where it starts and ends."""


@dataclass(frozen=True)
class Rule:
    """One row of `moderation.toml`, compiled."""

    reason: str
    finds: tuple[Find, ...]
    unless: tuple[re.Pattern[str], ...]
    fields: frozenset[str]
    skips_quotes: bool

    def may_find(self, text: str) -> bool:
        """Whether it is worth to read a text sentence by sentence: most texts hold nothing of what is looked for."""
        read = text.replace("'", "’")
        return any(find(read) for find in self.finds)

    def found(self, sentence: str) -> str:
        """Return the words of a sentence that the rule is about, "" for none."""
        read = sentence.replace("'", "’")
        if self.skips_quotes:
            read = QUOTED.sub(lambda quoted: " " * len(quoted.group()), read)
        hit = next((hit for find in self.finds if (hit := find(read))), None)
        if hit is None or any(excuse.search(read) for excuse in self.unless):
            return ""
        return sentence[slice(*hit)]


QUOTED = re.compile(r"[“„«»\"]([^“”„«»\"\n]{3,300})[”“»«\"]")
_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+(?:(?=[^\s.!?…])|(?=\s[a-zà-ÿ0-9]))[^.!?…\n]*)*[.!?…]*[\"'”’»)]*")
"""A sentence: what stands before a stop that a blank and no small letter or digit follows ("Nr. 1", "e.g. this")."""


def queue(therapists: Iterable[Therapist], decisions: Iterable[Decision] = ()) -> tuple[Item, ...]:
    """Return what a person should look at, by therapist as they come, then field and reason.

    Args:
        therapists: profiles, such as `directory.scan()`.
        decisions: `directory.decisions("moderation")`: what was decided does not come back until the text changes.
    """
    decided = {(one.therapist, one.subject) for one in decisions if one.kind == KIND}
    return tuple(
        item for person in therapists for item in items(person) if (item.therapist, item.subject) not in decided
    )


def items(person: Therapist) -> Iterator[Item]:
    """Yield each reason to look at each text of a profile once, with the first sentence that gives it."""
    for field, part, text in texts_of(person):
        key = text_hash(text).hex()
        for reason, passage, found in findings(text, field):
            yield Item(person.id, person.name, field, part, reason, passage, found, key)


def texts_of(person: Therapist) -> Iterator[tuple[str, str, str]]:
    """Yield (field, part, text) of every text that clients read."""
    for field in FIELDS:
        value = person.value(field)
        if isinstance(value, Mapping):
            yield from ((field, str(part), str(text)) for part, text in value.items())
        elif value:
            yield field, "", str(value)


def findings(text: str, field: str = "bio") -> Iterator[tuple[str, str, str]]:
    """Yield (reason, sentence, words found) for a text, each reason once.

    >>> [reason for reason, _, _ in findings("I can cure you in three sessions. Call me, or write to a@example.org.")]
    ['promises_result', 'mail_in_text']
    >>> list(findings("I can't promise a cure, and no one can guarantee results; we will see how it goes together."))
    []
    """
    yield from _read(text, field)


@lru_cache(MOST_KEPT)
def _read(text: str, field: str) -> tuple[tuple[str, str, str], ...]:
    """Return what `findings` yields; texts hardly ever change, and a page of the queue reads all of them again."""
    split = [one.group().strip() for one in _SENTENCE.finditer(text)]
    wanted = (rule for rule in rules() if field in rule.fields and rule.may_find(text))
    found = (_first(rule, [text.strip()] if rule.reason in WHOLE else split) for rule in wanted)
    return tuple(one for one in found if one)


def _first(rule: Rule, parts: Iterable[str]) -> tuple[str, str, str] | None:
    hits = ((rule.reason, part, rule.found(part)) for part in parts if part)
    return next((one for one in hits if one[2]), None)


def without(person: Therapist, item: Item) -> dict[str, Any]:
    """Return what `Directory.edit` is given to take the text of an item out: the field emptied, or without the part."""
    if not item.part:
        return {item.field: None}
    rest = {part: text for part, text in person.value(item.field, {}).items() if part != item.part}
    return {item.field: rest or None}


# ---------------------------------------------------------------- rules

WHOLE = frozenset({"very_short", "placeholder", "markup"})
"""Reasons that are looked for in the text as a whole."""


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules of `moderation.toml`, read once."""
    table = tomllib.loads((files("matcher") / "moderation.toml").read_text(encoding="utf-8"))
    excuses = {name: tuple(_pattern(one) for one in some) for name, some in table["excuses"].items()}
    return tuple(
        Rule(
            reason=row["reason"],
            finds=tuple(_find(one) for one in row["finds"]),
            unless=tuple(one for name in row.get("unless", ()) for one in excuses[name]),
            fields=frozenset(row.get("fields", FIELDS)),
            skips_quotes=row["quotes"] == "skipped",
        )
        for row in table["rule"]
    )


def reasons() -> tuple[str, ...]:
    """Return every reason code in the order of the table."""
    return tuple(dict.fromkeys(rule.reason for rule in rules()))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _find(text: str) -> Find:
    """Return what looks for a pattern, or for one of the shapes that no pattern says well."""
    if text in SHAPES:
        return SHAPES[text]
    pattern = _pattern(text)

    def search(sentence: str) -> tuple[int, int] | None:
        hit = pattern.search(sentence)
        return hit.span() if hit else None

    return search


_NUMBER = re.compile(r"(?<![\w.,])(?:\+|\(0|\(\+|\()?\d(?:[ \-./()–]{0,2}\d){6,16}(?![\w])")
_YEARS = re.compile(r"(?:19|20)\d\d(?:\D+(?:19|20)\d\d)*")
_DAY = re.compile(r"(?:(?:19|20)\d\d|\d{1,2})[-/. ]{1,2}\d{1,2}[-/. ]{1,2}(?:(?:19|20)?\d\d)")
_OFFICIAL = re.compile(
    r"\b(?:npi|licen[cs]e|licenciad[oa]|licencia|registration|register|registro|colegiad[oa]|mitglied\w*|zulassung\w*|lanr|"
    r"bsnr|iban)\W*(?:\w+\W+){0,2}$",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b(?:call|phone|tel|telephone|mobile|cell|ring|text|fax|teléfono|llam\w+|móvil|anrufen|telefon)\b",
    re.IGNORECASE,
)


def _phone(sentence: str) -> tuple[int, int] | None:
    """Find a telephone number: 8 to 15 digits that are no years, no day and no number of a licence."""
    for hit in _NUMBER.finditer(sentence):
        number = hit.group()
        digits = sum(one.isdigit() for one in number)
        before = sentence[max(0, hit.start() - 30) : hit.start()]
        plain = _YEARS.fullmatch(number) or _DAY.fullmatch(number)
        official = _OFFICIAL.search(before) and not _CALL.search(before)
        if digits in PHONE_DIGITS and not plain and not official:
            return hit.span()
    return None


@cache
def _capitals() -> frozenset[str]:
    table = tomllib.loads((files("matcher") / "moderation.toml").read_text(encoding="utf-8"))
    return frozenset(table["capitals"]["known"])


_WORD = re.compile(r"[^\W\d_]+(?:’[^\W\d_]+)?|[;:()/]")


def _shouting(sentence: str) -> tuple[int, int] | None:
    """Find three or more words in capitals in a row, two of them of four letters or more; known letters are none."""
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(f"{sentence};"):
        said = word.group()
        if len(said) > 1 and said == said.upper() != said.lower() and said not in _capitals():
            run.append(word)
            continue
        if len(run) >= SHOUTED_WORDS and sum(len(one.group()) > 3 for one in run) > 1:
            return run[0].start(), run[-1].end()
        run = []
    return None


def _short(text: str) -> tuple[int, int] | None:
    """Find a text that is hardly one; languages written without blanks need fewer letters."""
    letters = sum(2 if ord(one) > CJK else 1 for one in text if one.isalnum())
    return (0, len(text)) if letters < SHORT_LETTERS else None


SHAPES: Mapping[str, Find] = {"__phone__": _phone, "__shouting__": _shouting, "__short__": _short}
"""What no pattern says well."""

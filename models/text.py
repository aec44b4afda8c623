"""A profile's text as passages: the sentences in which a therapist says something about how they work."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from itertools import groupby, islice

MOST_PASSAGES = 60
SHORTEST = 25
LONGEST = 400

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[.!?…][\"'”’»)])\s+|(?<=[。！？؟])\s*|\n+")

# "I do not work with couples" is no mention of couples. A passage that says what is not offered speaks for no term.
# One pattern a language: a negation, then (within a few words) a verb of offering or seeing.
NEGATIONS: tuple[str, ...] = (
    (
        r"\b(?:do(?:es)? not|don['’]t|doesn['’]t|cannot|can['’]t|can not|unable to|no longer|not (?:able|trained|"
        r"qualified|licensed|currently|the right)|never|rarely|am not|['’]m not|won['’]t|will not)\b"
        r"(?:\W+\w+){0,4}?\W+(?:work|see|treat|offer|take|accept|provide|speciali[sz]e|use|practi[cs]e|assign|set|give|"
        r"hand|do|run|teach|prescribe|someone|therapist|ask|push|email|text|reply|person)\w*"
    ),
    r"\bno\s+(?:homework|couples|children|worksheets|exposure|assignments|medication|weekend|evening)\w*",
    r"\bno\s+(?:\w+\s+){0,2}?(?:trabaj|atiend|ofre|acept|mand|pong|dej|hag|uso|utiliz|recet|doy)\w*",
    (
        r"\b(?:biete|arbeite|behandle|nehme|gebe|setze|sehe|nutze|verwende|mache|begleite|stelle)\b"
        r"(?:\W+\w+){0,6}?\W+(?:nicht|keine?n?|nie)\b"
    ),
    (
        r"\b(?:ne|n['’])\s*(?:\w+\s+)?(?:travaill|propos|reçoi|accept|donn|utilis|pratiqu|prescri|sui|pren|fai)\w*"
        r"\s+(?:pas|plus|jamais)\b"
    ),
    r"\bnão\s+(?:\w+\s+){0,2}?(?:trabalh|atend|ofere|aceit|pass|us|fa[çz]|receit|mand)\w*",
    r"(?:لا|لم|لست)\s+(?:أعمل|أقدم|أقدّم|أستقبل|أستخدم|أعالج|أعطي|أكلف|أكلّف|أصف)",
)
_NEGATED = re.compile("|".join(f"(?:{pattern})" for pattern in NEGATIONS), re.IGNORECASE)


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of `text` as they stand in it, fragments joined to a neighbour, long ones cut at a space.

    >>> sentences("Yes. Then, if you like, we plan the next week together. I listen first, always and at length.")
    ('Yes. Then, if you like, we plan the next week together.', 'I listen first, always and at length.')
    """
    return tuple(_joined(text, list(_pieces(text))))


def _joined(text: str, pieces: list[tuple[int, int]]) -> Iterator[str]:
    """Yield neighbouring pieces as sentences: a fragment goes with the next one, the last with the one before."""
    spans: list[tuple[int, int]] = []
    for start, end in pieces:
        if spans and spans[-1][1] - spans[-1][0] < SHORTEST:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    if len(spans) > 1 and spans[-1][1] - spans[-1][0] < SHORTEST:
        _, end = spans.pop()
        spans[-1] = (spans[-1][0], end)
    for start, end in spans:
        yield from _cut(text[start:end])


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each piece between two sentence ends starts and stops, without the blanks around it."""
    start = 0
    for stop, resume in [*(end.span() for end in _SENTENCE_END.finditer(text)), (len(text), len(text))]:
        piece = text[start:stop]
        if piece.strip():
            yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        start = resume


def _cut(piece: str) -> Iterator[str]:
    while len(piece) > LONGEST:
        end = piece.rfind(" ", SHORTEST, LONGEST)
        end = end if end > 0 else LONGEST
        yield piece[:end].strip()
        piece = piece[end:].strip()
    if piece:
        yield piece


def negated(sentence: str) -> bool:
    """Whether a sentence says what a therapist does not offer.

    >>> negated("I do not work with couples."), negated("I work with couples.")
    (True, False)
    """
    return _NEGATED.search(sentence) is not None


def passages(text: str) -> tuple[str, ...]:
    """Return the passages that may speak for a term: sentences without a negated offer, at most `MOST_PASSAGES`.

    >>> passages("I don't see couples. I listen first, and slowly.")
    ('I listen first, and slowly.',)
    """
    runs = groupby(_pieces(text), lambda piece: negated(text[slice(*piece)]))
    said = (line for denied, pieces in runs if not denied for line in _joined(text, list(pieces)))
    return tuple(islice(said, MOST_PASSAGES))


def text_hash(text: str) -> bytes:
    """Return the 16 bytes by which a text is known to the index."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()

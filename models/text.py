"""A profile's text as passages: the sentences in which a therapist says something about how they work."""

from __future__ import annotations

import hashlib
import re

MOST_PASSAGES = 60
SHORTEST = 25
LONGEST = 400

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|(?<=[。！？؟])\s*|\n+")

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
    """Return the sentences of `text`, fragments joined to their neighbour, very long ones cut at a space.

    >>> sentences("I listen first. Then, if you like, we plan the next week together.")
    ('I listen first. Then, if you like, we plan the next week together.',)
    """
    joined: list[str] = []
    for part in _SENTENCE_END.split(text):
        piece = part.strip()
        if not piece:
            continue
        if joined and len(joined[-1]) < SHORTEST:
            joined[-1] = f"{joined[-1]} {piece}"
        else:
            joined.append(piece)
    if len(joined) > 1 and len(joined[-1]) < SHORTEST:
        last = joined.pop()
        joined[-1] = f"{joined[-1]} {last}"
    return tuple(cut for piece in joined for cut in _cut(piece))


def _cut(piece: str) -> list[str]:
    cuts = []
    while len(piece) > LONGEST:
        end = piece.rfind(" ", SHORTEST, LONGEST)
        end = end if end > 0 else LONGEST
        cuts.append(piece[:end].strip())
        piece = piece[end:].strip()
    return [*cuts, piece]


def negated(sentence: str) -> bool:
    """Whether a sentence says what a therapist does not offer.

    >>> negated("I do not work with couples."), negated("I work with couples.")
    (True, False)
    """
    return _NEGATED.search(sentence) is not None


def passages(text: str) -> tuple[str, ...]:
    """Return the passages that may speak for a term: sentences without a negated offer, at most `MOST_PASSAGES`."""
    return tuple(sentence for sentence in sentences(text) if not negated(sentence))[:MOST_PASSAGES]


def text_hash(text: str) -> bytes:
    """Return the 16 bytes by which a text is known to the index."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()

"""Says whether the crisis panel is shown larger and earlier for a text. No score, no memory, nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matcher.screening.folding import PAUSE, STOP, fold, words_of
from matcher.screening.phrases import Span
from matcher.screening.tables import Tables, tables

Words = list[tuple[str, ...]]
"""The words of a text, each with all the forms it may stand for."""


def screen(text: str) -> bool:
    """Return whether the crisis panel is shown larger and earlier for a text in any of the tables' languages.

    What is quiet is taken out (a denial, an idiom, somebody's death); what is left is looked through for signals, and
    for mentions that no context in the same part of the sentence explains.

    >>> screen("My brother killed himself last year."), screen("Since my brother killed himself I want to follow him.")
    (False, True)
    """
    known = tables()
    words = _cut(_read(text, known), known)
    if _any(known.loud.spans(words)):
        return True
    left = _without(words, known.quiet.spans(words))
    return _any(known.signals.spans(left)) or _unexplained(words, left, known)


def _read(text: str, known: Tables) -> Words:
    plain = words_of(known.speller.unmasked(fold(text)))
    return [known.speller.forms(word) for one in plain for word in known.speller.split(one).split()]


def _cut(words: Words, known: Tables) -> Words:
    """Return the words with a stop before each turn, such as "but"."""
    turns = {start for start, _ in known.turns.spans(words)}
    return [part for at, forms in enumerate(words) for part in (((STOP,), forms) if at in turns else (forms,))]


def _without(words: Words, quiet: Iterable[Span]) -> Words:
    """Return the words with stops in place of what is quiet."""
    left = list(words)
    for start, end in quiet:
        left[start:end] = [(STOP,)] * (end - start)
    return left


def _unexplained(words: Words, left: Words, known: Tables) -> bool:
    """Whether a mention is left that no context in its part of the sentence explains."""
    mentions = list(known.mentions.spans(left))
    if not mentions:
        return False
    parts = _parts(words)
    explained = {parts[start] for start, _ in known.contexts.spans(words)}
    return any(parts[start] not in explained for start, _ in mentions)


def _parts(words: Sequence[tuple[str, ...]]) -> list[int]:
    """Return the number of the part of a sentence that each word stands in."""
    part, parts = 0, []
    for forms in words:
        part += forms[0] in {STOP, PAUSE}
        parts.append(part)
    return parts


def _any(spans: Iterable[Span]) -> bool:
    return next(iter(spans), None) is not None

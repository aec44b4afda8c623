"""Reads words that are misspelt, masked or written with other signs as what they stand for; adds, never replaces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

LONG = 6
"""Letters from which one wrong letter is forgiven; in shorter words only two letters that changed places."""
LONGEST = 24
"""Letters of the longest word that is looked at for mistakes."""

_DIGITS = (str.maketrans("0134578$@!+", "oieastbsait"), str.maketrans("0134578$@!+", "oleastbsait"))
_SAID = {"2": ("to", "too"), "4": ("for",), "u": ("you",), "r": ("are",)}
_MASKED = re.compile(r"(?<![^\s(\"])[^\s,;:?()\"]*[a-z$@!*#\d][*#!$@.+_/~-][^\s,;:?()\"]*")
_BETWEEN = re.compile(r"[.*_+/~-]")
_SPACED = re.compile(r"(?<![^\W_])(?:[a-z0-9$@!*][\s.*_+/~-]{1,3}){2,}[a-z0-9$@!*](?![^\W_])")
_REPEATED = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1")
_UMLAUT = re.compile(r"([aou])e")


@dataclass(frozen=True)
class Speller:
    """What the tables say on spelling.

    Attributes:
        words: key words, in full; mistakes in them are forgiven.
        misspelt: what people write, and what it stands for.
        real: words that look like a mistake in a key word and are none.
        joined: phrases that people write without blanks.
    """

    words: frozenset[str]
    misspelt: Mapping[str, str] = field(default_factory=dict)
    real: frozenset[str] = frozenset()
    joined: tuple[str, ...] = ()

    def unmasked(self, folded: str) -> str:
        """Return a folded text with spaced-out and masked key words written out.

        >>> Speller(frozenset({"suicide", "kill"})).unmasked("s u i c i d e, k*ll, su!cide and e-mail")
        'suicide, kill, suicide and e-mail'
        """
        return _MASKED.sub(self._behind_mask, _SPACED.sub(self._closed_up, folded))

    def forms(self, word: str) -> tuple[str, ...]:
        """Return a word and what else it may stand for.

        >>> Speller(frozenset({"suicide", "kill"})).forms("sucide")
        ('sucide', 'suicide')
        >>> "kill" in Speller(frozenset({"suicide", "kill"})).forms("k1lll")
        True
        """
        return tuple(dict.fromkeys((word, *self._others(word)))) if len(word) <= LONGEST else (word,)

    def _others(self, word: str) -> Iterator[str]:
        yield from _SAID.get(word, ())
        for plain in _plainer(word):
            yield plain
            if known := self._meant(plain):
                yield known
        if (single := _DOUBLED.sub(r"\1", word)) in self.words:
            yield single

    def _meant(self, word: str) -> str | None:
        """Return the key word that a word is a mistake for."""
        if word in self.words or word in self.real:
            return None
        if word in self.misspelt:
            return self.misspelt[word]
        hits = (self._near.get(key, ()) for key in _shortened(word))
        return next((key for some in hits for key in some if _one_mistake(word, key)), None)

    @cached_property
    def _near(self) -> dict[str, list[str]]:
        """Key words by themselves and by themselves less one letter."""
        near: dict[str, list[str]] = {}
        for word in sorted(self.words):
            for key in _shortened(word):
                near.setdefault(key, []).append(word)
        return near

    @cached_property
    def _run_together(self) -> dict[str, str]:
        """Phrases by themselves without blanks, the longest first."""
        return {phrase.replace(" ", ""): phrase for phrase in sorted(self.joined, key=len, reverse=True)}

    def split(self, word: str) -> str:
        """Return a word that holds a phrase written without blanks as that phrase, else the word itself.

        >>> Speller(frozenset(), joined=("want to die",)).split("iwanttodie")
        'want to die'
        """
        if len(word) < LONG:
            return word
        return next((phrase for written, phrase in self._run_together.items() if written in word), word)

    def _closed_up(self, letters: re.Match[str]) -> str:
        """Return single letters in a row as the key word that they spell, else as they are."""
        close = re.sub(r"[\s.*_+/~-]", "", letters.group())
        for plain in (close, *_in_letters(close)):
            phrase = self.split(plain)
            if phrase != plain or plain in self.words:
                return phrase
            if known := next((word for word in self._long_words if word in plain), None):
                return known
        return letters.group()

    @cached_property
    def _long_words(self) -> tuple[str, ...]:
        return tuple(sorted((word for word in self.words if len(word) >= LONG), key=len, reverse=True))

    def _behind_mask(self, found: re.Match[str]) -> str:
        word = found.group().rstrip(".!")
        rest = found.group()[len(word) :]
        candidates = (*_in_letters(word), _BETWEEN.sub("", word))
        known = next((one for one in candidates if one in self.words), None) or self._under_stars(word)
        return f"{known}{rest}" if known else found.group()

    def _under_stars(self, word: str) -> str | None:
        """Return the key word that fits where `*` or `#` stands for one letter or, in a row, for about as many."""
        letters = sum(one.isalpha() for one in word)
        if not ("*" in word or "#" in word) or letters < len("die") - 1 or len(word) > LONGEST:
            return None
        shape = re.compile("".join("[a-z]" if one in "*#" else re.escape(one) for one in word))
        return next((known for known in sorted(self.words) if shape.fullmatch(known)), None)


def _plainer(word: str) -> Iterator[str]:
    """Yield a word and what it is with letters for digits, without repeated letters, with one letter for an umlaut."""
    yield word
    if _REPEATED.search(word):
        yield _REPEATED.sub(r"\1", word)
        yield _REPEATED.sub(r"\1\1", word)
    if not word.isalpha() and not word.isdigit():
        for plain in _in_letters(word):
            yield plain
            yield _REPEATED.sub(r"\1\1", plain)
    if _UMLAUT.search(word):
        yield _UMLAUT.sub(r"\1", word)


def _in_letters(word: str) -> tuple[str, ...]:
    """Return a word with the letters that its digits and signs look like, two ways."""
    return tuple(dict.fromkeys(word.translate(table) for table in _DIGITS))


def _shortened(word: str) -> Iterable[str]:
    """Return a word and all that is left of it without one letter."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _one_mistake(word: str, key: str) -> bool:
    """Whether a word is a key word with two letters changed about, or, in a long one, with one letter wrong."""
    if sorted(word) == sorted(key):
        differ = [at for at, (one, other) in enumerate(zip(word, key, strict=True)) if one != other]
        return len(differ) == len("ab") and differ[1] - differ[0] == 1
    if len(key) < LONG or word[0] != key[0]:
        return False
    return _without_common_ends(word, key) in {(0, 1), (1, 0), (1, 1)}


def _without_common_ends(word: str, key: str) -> tuple[int, int]:
    """Return how many letters of each are left between the beginning and the end that both share."""
    start = next((at for at, (one, other) in enumerate(zip(word, key, strict=False)) if one != other), None)
    start = min(len(word), len(key)) if start is None else start
    most = min(len(word), len(key)) - start
    tail = next((at for at in range(most) if word[-1 - at] != key[-1 - at]), most)
    return len(word) - start - tail, len(key) - start - tail

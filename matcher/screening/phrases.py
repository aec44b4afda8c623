"""The little language of the tables, and the automaton that finds all phrases in one walk over the words.

A phrase is words with blanks between them. `wish*` is any word that begins so, `*gedanken` any that ends so; `(a|b c)`
is one of several, `[a]` may be left out, `<name>` is a list of the same file, `..` stands for up to three other words
of the same part of a sentence, `...` for up to six, across commas too, and `#` for a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from matcher.screening.folding import PAUSE, STOP, fold, words_of
from profiles.errors import ServiceError

GAP, WIDE_GAP = 3, 6
"""Words that `..` and `...` stand for at most; letters, in scripts without blanks."""
LONGEST_STEM = 16
"""Letters of a beginning or an end that are compared."""

Span = tuple[int, int]
"""First word of a finding, and the one after its last."""

_GLUED = re.compile(r"[^\s(\[|][(\[<]|[)\]>][^\s)\]|]|[()\[\]<>]\*")
_TOKEN = re.compile(r"\.\.\.|\.\.|[()\[\]|#]|<\w+>|[^\s()\[\]|<>#]+")


class PhraseUnreadable(ServiceError):
    """A phrase of a table is not written as the tables' language asks."""

    key = "screen.phrase_unreadable"


@dataclass(eq=False, slots=True)
class State:
    """A place within phrases: which words lead on, and to where.

    Attributes:
        words: by whole word.
        stems: by beginning.
        endings: by end.
        anything: after any word.
        number: after a number.
        crosses: whether `anything` may lead on across a comma.
        ends: whether a phrase ends here.
    """

    words: dict[str, list[State]] = field(default_factory=dict)
    stems: dict[str, list[State]] = field(default_factory=dict)
    endings: dict[str, list[State]] = field(default_factory=dict)
    anything: list[State] = field(default_factory=list)
    number: list[State] = field(default_factory=list)
    crosses: bool = False
    ends: bool = False

    def after(self, forms: Sequence[str], *, paused: bool) -> Iterator[State]:
        """Yield the places that a word leads to; `paused` says that a comma stands before it."""
        if self.crosses or not paused:
            yield from self.anything
        for form in forms:
            yield from self.words.get(form, ())
            if self.number and form.isdigit():
                yield from self.number
            if self.stems:
                yield from _by_parts(self.stems, form, from_end=False)
            if self.endings:
                yield from _by_parts(self.endings, form, from_end=True)


def _by_parts(arcs: Mapping[str, list[State]], word: str, *, from_end: bool) -> Iterator[State]:
    """Yield where the beginnings, or the ends, of a word lead."""
    for size in range(1, min(len(word), LONGEST_STEM) + 1):
        yield from arcs.get(word[-size:] if from_end else word[:size], ())


class Phrases:
    """Phrases of one kind, found together.

    Args:
        strict: whether a comma ends what is read, but for `...`; else words may go on after it.
    """

    def __init__(self, *, strict: bool = False) -> None:
        self._start = State()
        self._strict = strict

    def add(self, phrases: Iterable[str], lists: Mapping[str, Sequence[str]]) -> None:
        """Add phrases that may name these lists.

        Raises:
            PhraseUnreadable: a bracket is open or stands against a word, a list is missing, or only gaps are left.
        """
        for phrase in phrases:
            try:
                ends = written(phrase, lists, [self._start])
            except (IndexError, KeyError) as error:
                raise PhraseUnreadable(phrase=phrase) from error
            if self._start in ends:
                raise PhraseUnreadable(phrase=phrase)
            for state in ends:
                state.ends = True

    def spans(self, words: Sequence[Sequence[str]]) -> Iterator[Span]:
        """Yield where phrases stand in a text, by their ends.

        One walk: each word is compared with what the words before it led to, so the time grows with the text alone.

        Args:
            words: each with all its forms; a single form `STOP` or `PAUSE` is no word.
        """
        active: dict[tuple[State, int], None] = {}
        paused = False
        for at, forms in enumerate(words):
            if forms[0] == STOP:
                active = {}
            elif forms[0] == PAUSE and self._strict:
                active = {place: None for place in active if place[0].crosses}
            elif forms[0] != PAUSE:
                active = self._led_on(active, forms, at, paused=paused)
                yield from ((start, at + 1) for state, start in active if state.ends)
            paused = forms[0] == PAUSE

    def _led_on(
        self, active: Iterable[tuple[State, int]], forms: Sequence[str], at: int, *, paused: bool
    ) -> dict[tuple[State, int], None]:
        led = {(state, start): None for before, start in active for state in before.after(forms, paused=paused)}
        return led | {(state, at): None for state in self._start.after(forms, paused=False)}


# ---------------------------------------------------------------- reading a phrase


def written(phrase: str, lists: Mapping[str, Sequence[str]], starts: list[State]) -> list[State]:
    """Write the states of a phrase behind these and return those that it ends in.

    Raises:
        IndexError: a bracket is not closed, not opened, or stands against a word.
        KeyError: a list is not there.
    """
    if _GLUED.search(phrase):
        raise IndexError(phrase)
    writer = _Writer(_TOKEN.findall(phrase), lists)
    ends = writer.choice(starts)
    if not writer.done:
        raise IndexError(phrase)
    return ends


class _Writer:
    """Writes the states of one phrase; each step takes the places reached so far and returns those it leads to."""

    def __init__(self, tokens: Sequence[str], lists: Mapping[str, Sequence[str]]) -> None:
        self._tokens = tokens
        self._lists = lists
        self._at = 0

    @property
    def done(self) -> bool:
        """Whether every token was read."""
        return self._at == len(self._tokens)

    def choice(self, starts: list[State]) -> list[State]:
        """Read alternatives up to a closing bracket or the end."""
        ends = self._sequence(starts)
        while self._next_is("|"):
            self._at += 1
            ends = _both(ends, self._sequence(starts))
        return ends

    def _next_is(self, *tokens: str) -> bool:
        return not self.done and self._tokens[self._at] in tokens

    def _sequence(self, states: list[State]) -> list[State]:
        while not (self.done or self._next_is("|", ")", "]")):
            self._at += 1
            states = self._item(self._tokens[self._at - 1], states)
        return states

    def _item(self, part: str, states: list[State]) -> list[State]:
        if part in "([":
            return self._bracket(part, states)
        if part.startswith("<"):
            return self._listed(self._lists[part[1:-1]], states)
        if part in {"..", "..."}:
            return _gap(states, GAP if part == ".." else WIDE_GAP, crosses=part == "...")
        return _after_number(states) if part == "#" else _literal(states, part)

    def _bracket(self, opening: str, states: list[State]) -> list[State]:
        ends = self.choice(states)
        if self._tokens[self._at] != {"(": ")", "[": "]"}[opening]:
            raise IndexError(opening)
        self._at += 1
        return ends if opening == "(" else _both(states, ends)

    def _listed(self, some: Sequence[str], states: list[State]) -> list[State]:
        ends: list[State] = []
        for one in some:
            ends = _both(ends, written(one, self._lists, states))
        return ends


def _both(some: list[State], others: list[State]) -> list[State]:
    return list(dict.fromkeys((*some, *others)))


def _gap(states: list[State], most: int, *, crosses: bool) -> list[State]:
    """Return the places after no word up to `most` of them."""
    reached, last = list(states), states
    for _ in range(most):
        ahead = State()
        for state in last:
            state.anything.append(ahead)
            state.crosses = state.crosses or crosses
        reached.append(ahead)
        last = [ahead]
    for state in last:
        state.crosses = crosses
    return reached


def _after_number(states: list[State]) -> list[State]:
    ahead = State()
    for state in states:
        state.number.append(ahead)
    return [ahead]


def _literal(states: list[State], token: str) -> list[State]:
    """Return the place after a word of a table, folded as texts are; scripts without blanks give several words."""
    parts = words_of(fold(token.strip("*")))
    if not parts:
        raise IndexError(token)
    for at, part in enumerate(parts):
        ahead = State()
        for state in states:
            arcs = state.words
            if token.endswith("*") and at == len(parts) - 1:
                arcs = state.stems
            elif token.startswith("*") and at == 0:
                arcs = state.endings
            arcs.setdefault(part, []).append(ahead)
        states = [ahead]
    return states

"""What the makers of the demonstration hand to each other: a therapist in the making, and dice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate
from math import sqrt
from random import Random
from typing import Any

Row = Mapping[str, Any]

PRIMES = (2, 3, 5, 7, 11, 13)


@dataclass(slots=True)
class Draft:
    """A therapist in the making.

    Attributes:
        number: place in the directory, from 1.
        region: row of `places.toml`.
        kind: kind of practice, row of `people.toml`.
        part: row of `cast.toml` for somebody a sensible search must find, else None.
        shape: full, sparse or blank.
        values: by field name, of the types `profiles.schema.FIELDS` gives them.
    """

    number: int
    region: Row
    kind: Row
    part: Row | None
    shape: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of the profile."""
        return f"demo-{self.number:04}"

    @property
    def full(self) -> bool:
        """Whether this is neither a sparse nor a blank profile."""
        return self.shape == "full"

    @property
    def tongues(self) -> tuple[str, ...]:
        """The languages worked in, without region."""
        return tuple(language.tag.partition("-")[0] for language in self.values.get("language", ()))

    @property
    def fluent_tongues(self) -> tuple[str, ...]:
        """Those of the languages worked in at a professional level, or at a level not stated."""
        able = [row for row in self.values.get("language", ()) if row.level is None or row.level >= 30]
        return tuple(row.tag.partition("-")[0] for row in able)

    @property
    def further_tongue(self) -> str:
        """The last language worked in besides English, "en" where there is none."""
        return next((tongue for tongue in reversed(self.tongues) if tongue != "en"), "en")

    def wish(self, name: str, default: Any = ()) -> Any:
        """Return what the part asks for, `default` where it asks nothing or there is no part."""
        return default if self.part is None else self.part.get(name, default)

    def add(self, name: str, codes: Iterable[str]) -> None:
        """Add terms to a field, each once."""
        terms = tuple(dict.fromkeys((*self.values.get(name, ()), *codes)))
        if terms:
            self.values[name] = terms


class Dice:
    """The draws everything is made with, from one source of randomness."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._series: dict[str, float] = {}
        self._steps: dict[str, float] = {}

    def chance(self, share: float) -> bool:
        """Return True in this share of all throws."""
        return self._rng.random() < share

    def even(self, series: str) -> float:
        """Return a number from 0 to 1 such that the numbers of a series fill that range evenly.

        For shares that must hold in a small directory too. Multiples of the root of a prime spread like this, and
        two series do so independently of each other.
        """
        if series not in self._series:
            self._series[series] = self._rng.random()
            self._steps[series] = sqrt(PRIMES[len(self._steps)])
        self._series[series] = (self._series[series] + self._steps[series]) % 1
        return self._series[series]

    def even_key(self, weights: Mapping[str, float], series: str) -> str:
        """Return one of the keys, in a series as often as its value says."""
        point = self.even(series) * sum(weights.values())
        bounds = zip(weights, accumulate(weights.values()), strict=True)
        return next((key for key, bound in bounds if point < bound), list(weights)[-1])

    def one(self, items: Sequence[str]) -> str:
        """Return one of the items, each as likely."""
        return self._rng.choice(items)

    def number(self, least: int, most: int) -> int:
        """Return a whole number, both ends included."""
        return self._rng.randint(least, most)

    def between(self, least: float, most: float) -> float:
        """Return a number between the two."""
        return self._rng.uniform(least, most)

    def around(self, centre: float) -> int:
        """Return a style value about `centre`."""
        return max(-3, min(3, round(self._rng.gauss(centre, 1.1))))

    def row(self, rows: Sequence[Row]) -> Row:
        """Return one of the rows, as likely as its `weight` says."""
        return self._rng.choices(rows, [row["weight"] for row in rows])[0]

    def key(self, weights: Mapping[str, float]) -> str:
        """Return one of the keys, as likely as its value says."""
        return self._rng.choices(list(weights), list(weights.values()))[0]

    def some(self, items: Sequence[str], least: int, most: int) -> list[str]:
        """Return between `least` and `most` different items, as far as there are so many."""
        return self._rng.sample(items, min(len(items), self._rng.randint(least, most)))

    def days(self, least: int, most: int) -> timedelta:
        """Return a whole number of days."""
        return timedelta(days=self._rng.randint(least, most))

"""Team-draft interleaving: two rankings on one list, each therapist of a team, and who is credited with a contact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

Team = Literal["a", "b"]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A list that two rankings drew in turn.

    Attributes:
        ids: as shown.
        teams: which ranking each was drawn by.
        alike: ids that both rankings put at the same place: neither is credited with them.
    """

    ids: tuple[str, ...]
    teams: tuple[Team, ...]
    alike: frozenset[str]

    def credit(self, identity: str) -> Team | None:
        """Return the team that a contact with somebody is credited to; None for who is ranked alike or not shown."""
        if identity in self.alike or identity not in self.ids:
            return None
        return self.teams[self.ids.index(identity)]

    def winner(self, contacted: Iterable[str]) -> Team | None:
        """Return the team with more credits, None where neither has; an experiment asks for the first contact alone."""
        given = [self.credit(one) for one in contacted]
        first, second = given.count("a"), given.count("b")
        return None if first == second else "a" if first > second else "b"


def team_draft(a: Sequence[str], b: Sequence[str], n: int, rng: np.random.Generator) -> Drafted:
    """Draw a list of up to `n` from two rankings in turn (Radlinski, Kurup and Joachims 2008).

    The smaller team draws next, a fair coin decides between equals; each draws its best who is not on the list yet.
    Where a ranking has nobody left the other draws on, which can't happen while both rank the same people.

    Args:
        a: ids, the best first, none twice.
        b: the same of the other ranking.
        n: most that are shown.
        rng: tosses the coin.
    """
    ids: list[str] = []
    teams: list[Team] = []
    while len(ids) < n:
        choices = _choices(teams)
        drawn = _draw(a, b, ids, choices[int(rng.random() * len(choices))])
        if drawn is None:
            break
        ids.append(drawn[0])
        teams.append(drawn[1])
    return Drafted(tuple(ids), tuple(teams), ranked_alike(a, b))


def _choices(teams: Sequence[Team]) -> tuple[Team, ...]:
    """Return the teams that may draw next: the smaller one, or both."""
    first = teams.count("a")
    second = len(teams) - first
    return ("a", "b") if first == second else ("a",) if first < second else ("b",)


def _draw(a: Sequence[str], b: Sequence[str], taken: Sequence[str], team: Team) -> tuple[str, Team] | None:
    """Return who is drawn and by whom: by the other team where this one has nobody left, None where neither has."""
    other: Team = "b" if team == "a" else "a"
    for side in (team, other):
        best = _best_left(a if side == "a" else b, taken)
        if best is not None:
            return best, side
    return None


def _best_left(ranking: Sequence[str], taken: Sequence[str]) -> str | None:
    return next((one for one in ranking if one not in taken), None)


def ranked_alike(a: Sequence[str], b: Sequence[str]) -> frozenset[str]:
    """Return the ids that both rankings put at the same place."""
    return frozenset(one for one, other in zip(a, b, strict=False) if one == other)


def outcomes(a: Sequence[str], b: Sequence[str], n: int) -> Iterator[tuple[Drafted, Fraction]]:
    """Yield every list that a draft can give, with its exact probability; the same list may come more than once."""
    alike = ranked_alike(a, b)
    open_ends: list[tuple[tuple[str, ...], tuple[Team, ...], Fraction]] = [((), (), Fraction(1))]
    while open_ends:
        ids, teams, chance = open_ends.pop()
        if len(ids) >= n or _draw(a, b, ids, "a") is None:
            yield Drafted(ids, teams, alike), chance
            continue
        choices = _choices(teams)
        for team in choices:
            drawn = _draw(a, b, ids, team)
            if drawn is not None:
                open_ends.append(((*ids, drawn[0]), (*teams, drawn[1]), chance / len(choices)))

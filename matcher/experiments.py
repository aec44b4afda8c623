"""What a client who consented is shown while an experiment runs, and what is kept of it: no terms, no words."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from matcher.evaluation.assignment import arm_of, seed_of_list
from matcher.evaluation.exposure import overlap
from matcher.evaluation.interleaving import team_draft
from matcher.evaluation.replay import chance_at
from matcher.events.protocol import Arm, Experiment, Kind, Quality, Ranked, Shown
from matcher.events.slices import levels_of
from matcher.explain import Listed, explained, explained_one
from matcher.index.musts import Eligible
from matcher.pipeline import Service, list_of, ranked
from matcher.records import Match, MatchList
from profiles.preferences import structured_hash
from profiles.schema import Preferences

MOST_DRAFTED = 50
"""Places that two rankings draw in turn; asking for more of a list goes on in the same draft."""

LOOKED_AT = 5
"""Places by which the quality of a list is told."""

ID_BYTES = 16


@dataclass(frozen=True)
class Side:
    """One variant's answer to some preferences: who is eligible, and their ranking."""

    arm: Arm
    service: Service
    may: Eligible
    listed: Listed

    @classmethod
    def of(cls, arm: Arm, service: Service, preferences: Preferences, n: int, as_of: date) -> Side:
        """Rank by a variant."""
        return cls(arm, service, *ranked(preferences, service, n, as_of))

    def ids(self, n: int) -> list[str]:
        """Return the ids of the first `n`."""
        rows = self.listed.ranking.rows[self.listed.ranking.best(n)]
        return [self.service.index.ids[row] for row in rows]

    def shown(self, n: int) -> MatchList:
        """Return the list of the first `n`."""
        return list_of(self.may, self.listed, self.service, explained(self.listed, self.service.directory, n))

    def spans(self) -> dict[str, tuple[int, int]]:
        """Return first place and size of everybody's band by id; none where own words decide whom a band holds."""
        ranking, index = self.listed.ranking, self.service.index
        if self.listed.words is not None:
            return {}
        first, size = ranking.spans(np.arange(len(ranking.rows)))
        places = zip(first.tolist(), size.tolist(), strict=True)
        return {index.ids[row]: span for row, span in zip(ranking.rows, places, strict=True)}


@dataclass(frozen=True)
class Made:
    """A list as one kind of experiment makes it.

    Attributes:
        result: what is shown.
        shown: who stands where.
        other: quality of the list that was not shown, None where there is none.
        overlap: of both, None likewise.
        absent: share of that list's places that could never have been shown so, None likewise.
    """

    result: MatchList
    shown: Sequence[Shown]
    other: Quality | None = None
    overlap: float | None = None
    absent: float | None = None


def list_for_unit(
    preferences: Preferences, services: Mapping[Arm, Service], n: int, as_of: date, *, experiment: Experiment, unit: str
) -> tuple[MatchList, Ranked]:
    """Return what a unit is shown, and what is kept of it.

    Shadow shows the control and only compares; an A/B test shows the ranking of the unit's arm; interleaving lets both
    draw in turn.

    Args:
        preferences: what the client asked for; nothing of it is kept but levels of declared slices.
        services: both variants, opened.
        n: how many to show.
        as_of: the day of the session.
        experiment: the one that runs.
        unit: the client's random number.
    """
    begun = time.perf_counter()
    arm = arm_of(experiment.salt, unit) if experiment.kind == "ab" else "control"
    arms: tuple[Arm, ...] = (arm,) if experiment.kind == "ab" else ("control", "treatment")
    reach = max(n, MOST_DRAFTED)
    sides = [Side.of(one, services[one], preferences, reach, as_of) for one in arms]
    made = MAKERS[experiment.kind](sides, n, seed_of_list(experiment.salt, unit, *_asked(preferences, as_of)))
    return made.result, Ranked(
        id=secrets.token_hex(ID_BYTES),
        experiment=experiment.name,
        unit=unit,
        arm=arm,
        variant=services[arm].variant.name,
        model=made.result.model,
        day=as_of,
        eligible=made.result.eligible,
        quality=quality(made.result.matches),
        other=made.other,
        overlap=made.overlap,
        absent=made.absent,
        milliseconds=(time.perf_counter() - begun) * 1_000,
        shown=made.shown,
        slices=levels_of(experiment.slices, preferences, made.result.eligible),
    )


def _asked(preferences: Preferences, as_of: date) -> tuple[str, str]:
    return as_of.isoformat(), str(structured_hash(preferences))


def _of_one_arm(sides: Sequence[Side], n: int, _seed: int) -> Made:
    result = sides[0].shown(n)
    return Made(result, _with_chances(result.matches, sides[0], None))


def _shadowed(sides: Sequence[Side], n: int, _seed: int) -> Made:
    control, treatment = sides
    result, other = control.shown(n), treatment.ids(n)
    return Made(
        result=result,
        shown=_with_chances(result.matches, control, treatment),
        other=quality(treatment.shown(LOOKED_AT).matches),
        overlap=overlap(control.ids(n), other),
        absent=_absent(other, control.spans()),
    )


def _interleaved(sides: Sequence[Side], n: int, seed: int) -> Made:
    """Let both rankings draw in turn; each row is explained by the one that drew it."""
    by_team = dict(zip(("a", "b"), sides, strict=True))
    first, second = (side.ids(MOST_DRAFTED) for side in sides)
    drafted = team_draft(first, second, MOST_DRAFTED, np.random.default_rng(seed))
    matches: list[Match] = []
    shown: list[Shown] = []
    for identity, team in zip(drafted.ids, drafted.teams, strict=True):
        side = by_team[team]
        found = explained_one(side.listed, side.service.directory, identity) if len(matches) < n else None
        if found is not None:
            matches.append(replace(found, rank=len(matches) + 1, variant=side.service.variant.name))
            shown.append(Shown(identity, len(matches), None if identity in drafted.alike else side.arm))
    result = list_of(sides[0].may, sides[0].listed, sides[0].service, tuple(matches))
    return Made(replace(result, order="interleaved"), shown)


MAKERS: Mapping[Kind, Callable[[Sequence[Side], int, int], Made]] = {
    "ab": _of_one_arm,
    "shadow": _shadowed,
    "interleaving": _interleaved,
}


def _with_chances(matches: Sequence[Match], side: Side, other: Side | None) -> list[Shown]:
    """Return who stands where with the chances that this ranking, and another, put them there."""
    mine, theirs = side.spans(), other.spans() if other else {}
    return [
        Shown(
            therapist=one.therapist.id,
            place=one.rank,
            propensity=_chance(one, mine) or None,
            target=_chance(one, theirs) if theirs else None,
        )
        for one in matches
    ]


def _absent(other: Sequence[str], spans: Mapping[str, tuple[int, int]]) -> float | None:
    """Return the share of a list's places where the other ranking never puts who stands there."""
    if not spans or not other:
        return None
    chances = [chance_at(place, *spans[one]) if one in spans else 0.0 for place, one in enumerate(other, start=1)]
    return chances.count(0.0) / len(chances)


def _chance(found: Match, spans: Mapping[str, tuple[int, int]]) -> float:
    span = spans.get(found.therapist.id)
    return chance_at(found.rank, *span) if span else 0.0


def quality(matches: Sequence[Match]) -> Quality:
    """Return what the first five of a list are like: shares of wishes met and not spoken of, and who is confirmed.

    Nothing asked, or nobody found, is 0.
    """
    first = matches[:LOOKED_AT]
    states = [one.state for match in first for one in match.wishes]
    return Quality(
        met=states.count("met") / len(states) if states else 0.0,
        not_stated=states.count("not_stated") / len(states) if states else 0.0,
        confirmed=sum(match.group == "confirmed" for match in first) / len(first) if first else 0.0,
    )

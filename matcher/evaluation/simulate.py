"""A simulation of clients, lists and full caseloads over real lists: it plans sizes and tries the estimators out.

Nothing here is evidence about clients. How likely somebody is contacted follows from the share of stated wishes that
they meet, since that is the only thing a list promises; every number below is a setting, and every figure that comes
out is a simulation.

Where a list depends on how often somebody was shown, clients come in weeks: after each the counts are brought up to
date, and the lists of the next are made anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from matcher.evaluation.coin import Coin, coin
from matcher.evaluation.interleaving import team_draft
from matcher.evaluation.weeks import NOBODY, Lists, Traffic, weekly

MET_ODDS = 1.79
"""Odds of staying with a therapist who meets what was preferred, over one who does not (Swift 2018, 53 studies)."""

EARLY_DROPOUT = 0.35
"""Share of clients who leave early, at the share of wishes met that the control has; a setting."""

SMALLEST_LOG_RATIO = 0.05
"""Log ratio of contact rates below which it is no measure of anything else: dividing by it would tell of noise."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How simulated clients behave.

    Attributes:
        base: share of clients with the control's list who make contact, 0 to 1.
        steep: log-odds of contact between meeting no wish and meeting all.
        fading: a place is looked at with a chance of 1 / place to this power.
        openings: clients whom each therapist can take within the simulation.
        weeks: over how many weeks clients come; lists that depend on counts are made anew in each.
    """

    base: float = 0.1
    steep: float = 4.0
    fading: float = 0.6
    openings: int = 5
    weeks: int = 8


@dataclass(frozen=True)
class Visits:
    """What simulated clients did.

    Attributes:
        treated: bool [clients].
        therapist: int64 [clients], who was contacted, or `NOBODY`.
        met: float64 [clients], share of wishes that therapist meets, 0 where there is none.
        team: int8 [clients], of interleaving: 1 treatment, 0 control, -1 none.
        answered: bool [clients], whether the therapist had an opening left.
        seen: float64 [therapists], how often each stood on a list.
        weeks: the traffic of each week; one where counts move no list.
    """

    treated: NDArray[np.bool_]
    therapist: NDArray[np.int64]
    met: NDArray[np.float64]
    team: NDArray[np.int8]
    answered: NDArray[np.bool_]
    seen: NDArray[np.float64]
    weeks: Sequence[Traffic]

    @property
    def contacted(self) -> NDArray[np.bool_]:
        """Bool [clients]."""
        found: NDArray[np.bool_] = self.therapist != NOBODY
        return found


@dataclass(frozen=True)
class Congestion:
    """How a directory fills up.

    Attributes:
        never_shown: share of therapists on nobody's list.
        overloaded: share of therapists who were contacted by more than they can take.
        unanswered: share of contacts that found no opening.
        dropout: share of those who were answered that would leave early.
    """

    never_shown: float
    overloaded: float
    unanswered: float
    dropout: float


@dataclass(frozen=True)
class Trial:
    """An A/B test and an interleaving over the same traffic.

    Attributes:
        ratio: contact rate of treatment over control, of all weeks.
        ab: the coin of contacts.
        credits: the coin of interleaved credits.
        sensitivity: log odds of credits over log ratio of contact rates; nan where the ratio is about 1.
        control, treatment: congestion with everybody in one arm.
    """

    ratio: float
    ab: Coin
    credits: Coin
    sensitivity: float
    control: Congestion
    treatment: Congestion


def chances(traffic: Traffic, habits: Habits) -> NDArray[np.float64]:
    """Return float64 [asked, therapists]: how likely one who looks at a therapist makes contact.

    The level is set so that the control's lists give the base rate.
    """

    def rate(level: float) -> float:
        return contact_rate(traffic.control, _like(traffic, habits, level), traffic.often, habits)

    level = float(brentq(lambda one: rate(one) - habits.base, -25.0, 25.0)) if rate(25.0) > habits.base else 25.0
    return _like(traffic, habits, level)


def _like(traffic: Traffic, habits: Habits, level: float) -> NDArray[np.float64]:
    liked: NDArray[np.float64] = 1 / (1 + np.exp(-(level + habits.steep * traffic.met)))
    return liked


def contact_rate(lists: Lists, liked: NDArray[np.float64], often: NDArray[np.float64], habits: Habits) -> float:
    """Return the exact share of clients who make contact, each with the first therapist they look at and like."""
    return float(often @ (1 - (1 - _per_place(lists, liked, habits)).prod(axis=1)))


def _per_place(lists: Lists, liked: NDArray[np.float64], habits: Habits) -> NDArray[np.float64]:
    """Return float64 [asked, places]: chance that a place is looked at and liked."""
    looked = np.arange(1, lists.shape[1] + 1) ** -habits.fading
    known = np.take_along_axis(liked, np.maximum(lists, 0), axis=1)
    return np.where(lists == NOBODY, 0.0, known * looked)


def visit(
    traffic: Traffic, liked: NDArray[np.float64], habits: Habits, treated: NDArray[np.bool_], rng: np.random.Generator
) -> Visits:
    """Let clients come one after the other, each with the list of their arm.

    Args:
        traffic: what is asked and shown.
        liked: as `chances` gives it.
        habits: how clients behave.
        treated: bool [clients], the arm of each.
        rng: draws what is asked, looked at and liked.
    """
    asked = rng.choice(len(traffic.often), len(treated), p=traffic.often)
    lists = np.full((len(treated), traffic.control.shape[1]), NOBODY)
    weeks = []
    for some, week in weekly(traffic, lists, habits.weeks):
        lists[some] = np.where(treated[some, None], week.treatment[asked[some]], week.control[asked[some]])
        weeks.append(week)
    return _visited(weeks, liked, habits, asked, lists, treated, np.full(lists.shape, -1, np.int8), rng)


def visit_interleaved(
    traffic: Traffic, liked: NDArray[np.float64], habits: Habits, clients: int, rng: np.random.Generator
) -> Visits:
    """Let clients come who all see lists that both variants drew in turn."""
    asked = rng.choice(len(traffic.often), clients, p=traffic.often)
    lists = np.full((clients, traffic.control.shape[1]), NOBODY)
    teams = np.full(lists.shape, -1, np.int8)
    weeks = []
    for some, week in weekly(traffic, lists, habits.weeks):
        for client in range(some.start, some.stop):
            _draft(week, asked[client], lists[client], teams[client], rng)
        weeks.append(week)
    return _visited(weeks, liked, habits, asked, lists, np.zeros(clients, dtype=bool), teams, rng)


def _draft(traffic: Traffic, query: int, row: Lists, teams: NDArray[np.int8], rng: np.random.Generator) -> None:
    """Write the list that both variants draw in turn for one client, and whose each place is."""
    a, b = (_ids(one[query]) for one in (traffic.control, traffic.treatment))
    drafted = team_draft(a, b, len(row), rng)
    row[: len(drafted.ids)] = [int(one) for one in drafted.ids]
    teams[: len(drafted.ids)] = [
        -1 if one in drafted.alike else team == "b" for one, team in zip(drafted.ids, drafted.teams, strict=True)
    ]


def _ids(row: Lists) -> Sequence[str]:
    return [str(one) for one in row if one != NOBODY]


def _visited(  # noqa: PLR0917 - the arrays of one simulation
    weeks: Sequence[Traffic],
    liked: NDArray[np.float64],
    habits: Habits,
    asked: NDArray[np.int64],
    lists: Lists,
    treated: NDArray[np.bool_],
    teams: NDArray[np.int8],
    rng: np.random.Generator,
) -> Visits:
    traffic = weeks[0]
    likes = rng.random(lists.shape) < _per_place(lists, liked[asked], habits)
    made, place = likes.any(axis=1), likes.argmax(axis=1)
    everyone = np.arange(len(asked))
    therapist = np.where(made, lists[everyone, place], NOBODY)
    return Visits(
        treated=treated,
        therapist=therapist,
        met=np.where(made, traffic.met[asked, np.maximum(therapist, 0)], 0.0),
        team=np.where(made, teams[everyone, place], -1).astype(np.int8),
        answered=_answered(therapist, traffic.therapists, habits.openings),
        seen=np.bincount(lists[lists != NOBODY], minlength=traffic.therapists).astype(np.float64),
        weeks=weeks,
    )


def _answered(therapist: NDArray[np.int64], therapists: int, openings: int) -> NDArray[np.bool_]:
    """Return bool [clients]: whether the contact came while the therapist had an opening left."""
    order = np.argsort(therapist, kind="stable")
    counts = np.bincount(therapist[therapist != NOBODY], minlength=therapists)
    turn = np.empty(len(therapist), dtype=np.int64)
    free = np.count_nonzero(therapist == NOBODY)
    starts = np.concatenate([[0], np.cumsum(counts)])[:-1]
    turn[order] = np.concatenate([np.full(free, openings), np.arange(len(order) - free) - np.repeat(starts, counts)])
    return turn < openings


def congestion(visits: Visits, habits: Habits) -> Congestion:
    """Return how the directory fills up under some visits."""
    made = visits.contacted
    contacts = np.bincount(visits.therapist[made], minlength=len(visits.seen))
    answered = visits.answered & made
    stays = (1 - EARLY_DROPOUT) / EARLY_DROPOUT * MET_ODDS ** (visits.met[answered] - 0.5)
    return Congestion(
        never_shown=float((visits.seen == 0).mean()),
        overloaded=float((contacts > habits.openings).mean()),
        unanswered=float(1 - answered.sum() / made.sum()) if made.any() else 0.0,
        dropout=float((1 / (1 + stays)).mean()) if answered.any() else math.nan,
    )


def trial(traffic: Traffic, habits: Habits, clients: int, rng: np.random.Generator) -> Trial:
    """Run an A/B test and an interleaving with as many clients each, and each variant alone.

    Args:
        traffic: what is asked and shown.
        habits: how clients behave.
        clients: of each run.
        rng: draws everything.
    """
    liked = chances(traffic, habits)
    tested = visit(traffic, liked, habits, rng.random(clients) < 0.5, rng)
    drawn = visit_interleaved(traffic, liked, habits, clients, rng)
    won = drawn.team[drawn.team >= 0] == 1
    credits_ = coin(won)
    share = credits_.heads / credits_.tosses if credits_.tosses else 0.5
    alone = [visit(traffic, liked, habits, np.full(clients, arm), rng) for arm in (False, True)]
    before = np.mean([contact_rate(week.control, liked, week.often, habits) for week in alone[0].weeks])
    after = np.mean([contact_rate(week.treatment, liked, week.often, habits) for week in alone[1].weeks])
    ratio = float(after / before) if before else math.nan
    return Trial(
        ratio=ratio,
        ab=coin(tested.treated[tested.contacted]),
        credits=credits_,
        sensitivity=_sensitivity(share, ratio),
        control=congestion(alone[0], habits),
        treatment=congestion(alone[1], habits),
    )


def _sensitivity(share: float, ratio: float) -> float:
    if not 0 < share < 1 or not ratio > 0 or abs(math.log(ratio)) < SMALLEST_LOG_RATIO:
        return math.nan
    return math.log(share / (1 - share)) / math.log(ratio)

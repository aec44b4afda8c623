"""The main path: from what a client asked for to the therapists shown, with reasons. Read this first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.explain import Listed, explained, explained_one
from matcher.index.musts import Eligible, eligible
from matcher.index.query import Index, confirmed_rows
from matcher.index.reported import ReportedDoor
from matcher.index.reranked import ShownRows
from matcher.index.values import Values, values
from matcher.index.words import WordReading, WordValues
from matcher.order import Ranking, seed_of, ties
from matcher.reasons import Rule
from matcher.records import Match, MatchList, Variant
from matcher.reranking import reranked
from matcher.settings import Settings
from models.encoder import Encoder
from models.factors import wishes_of
from models.fit import rounded
from models.persistence import StoredModel
from profiles.directory.protocol import Directory
from profiles.preferences import structured_hash
from profiles.schema import Preferences


@dataclass(frozen=True)
class Service:
    """All that ranking needs, opened once by `matcher.home`.

    `reported` is None while that door is off, `shown` for a variant without a re-ranker.
    """

    directory: Directory
    index: Index
    model: StoredModel
    variant: Variant
    encoder: Encoder
    settings: Settings
    seed: int
    reported: ReportedDoor | None = None
    shown: ShownRows | None = None


def match(preferences: Preferences, service: Service, n: int, as_of: date) -> MatchList:
    """Rank the directory for one set of preferences.

    Musts decide who is eligible; wishes give each of them a fit score; a client's own words are read in the texts of
    the best; equals are shuffled by a seed; the first `n` are explained. Nothing loops over therapists before that.

    Args:
        preferences: what the client asked for.
        service: the opened directory, index and model.
        n: how many to show.
        as_of: the day of the session: licences, openness and dates are judged for it.

    Returns:
        min(n, eligible) matches, none of whom fails a must, in the order (group, -band, tie, id).
    """
    may, listed = ranked(preferences, service, n, as_of)
    return list_of(may, listed, service, explained(listed, service.directory, n))


def list_of(may: Eligible, listed: Listed, service: Service, matches: tuple[Match, ...]) -> MatchList:
    """Return the answer to preferences: who is shown, and what each must costs."""
    return MatchList(
        variant=service.variant.name,
        model=service.model.hash,
        as_of=listed.rule.as_of,
        directory=service.index.size,
        eligible=len(may.rows),
        relaxations=may.relaxations,
        not_stated=may.not_stated,
        relationship_part=service.model.model.relationship_part(listed.wishes, listed.weights),
        words_read_as=listed.words.read if listed.words else (),
        matches=matches,
    )


def ranked(preferences: Preferences, service: Service, n: int, as_of: date) -> tuple[Eligible, Listed]:
    """Return who is eligible, and these with their fit scores; a client's words are read in the best `n` and more."""
    index, settings = service.index, service.settings
    floor = settings.floor_for(preferences)
    may = eligible(index, preferences, as_of, floor)
    wishes = wishes_of(preferences)
    weights = service.model.model.weights(wishes, preferences.matters_most)
    moved = reranked(service.variant.reranker, service.shown, index, as_of) if service.shown else None
    worth = values(index, wishes, may.rows, as_of, floor, reported=service.reported, reranked=moved)
    ranking = Ranking(
        may.rows,
        rounded(worth.scores(weights)),
        ~confirmed_rows(index, as_of, settings.accepting_fresh_days).take(may.rows),
        ties(index.arrays["id_hash"].take(may.rows), seed_of(service.seed, as_of, structured_hash(preferences))),
    )
    words = None
    if preferences.words:
        ranking, worth, words = _with_words(ranking, worth, weights, preferences, service, n=n)
    rule = Rule(as_of, floor, settings.language_floor)
    return may, Listed(preferences, rule, may.standings, ranking, worth, words, wishes, weights)


def order_of(preferences: Preferences, service: Service, n: int, as_of: date) -> list[str]:
    """Return the ids of the first `n` in their order, nobody explained: for runs and for counting."""
    _, listed = ranked(preferences, service, n, as_of)
    return [service.index.ids[listed.ranking.rows[position]] for position in listed.ranking.best(n)]


def standing(preferences: Preferences, service: Service, identity: str, as_of: date) -> Match | None:
    """Return how one therapist stands to some preferences, None for one who is not eligible; `rank` is 0."""
    _, listed = ranked(preferences, service, service.index.size, as_of)
    return explained_one(listed, service.directory, identity)


def _with_words(
    ranking: Ranking, worth: Values, weights: NDArray[np.float64], preferences: Preferences, service: Service, *, n: int
) -> tuple[Ranking, Values, WordValues]:
    """Compare the client's words with the texts of the best, and return these with their scores.

    Whose text is compared is decided by the score so far plus a rough reading of everybody's. The words are the last
    of the wishes.
    """
    vector = service.encoder.encode([preferences.words])[0]
    reading = WordReading.of(service.index, preferences.words, vector, preferences.words_not_about)
    best = _shortlist(ranking, reading, weights[-1], service, n)
    words = reading.values(ranking.rows[best])
    worth = worth.taken(best)
    return ranking.taken(best).scored(rounded(worth.scores(weights) + weights[-1] * words.values)), worth, words


def _shortlist(ranking: Ranking, reading: WordReading, weight: float, service: Service, n: int) -> NDArray[np.int64]:
    """Return int64: positions of those whose text is compared, the best by the score so far plus a rough reading."""
    read = max(service.settings.shortlist, n)
    if len(ranking.rows) <= read:
        return np.arange(len(ranking.rows))
    reaching = ranking.reaching(read, int(rounded(np.array([weight]))[0]))
    among = ranking.taken(reaching)
    rough = rounded(weight * reading.rough(among.rows))
    best: NDArray[np.int64] = reaching[among.scored(among.scores + rough).best(read)]
    return best

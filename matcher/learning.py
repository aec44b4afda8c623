"""What a home's check-ins teach: answers beside their lists, and whom the new weights would show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from matcher.evaluation.exposure import gini
from matcher.feedback.items import ranked_mean
from matcher.feedback.protocol import CheckIn
from matcher.feedback.reported import reported_means, scores_of
from matcher.index.reported import Reported
from matcher.pipeline import Service, ranked
from matcher.variants import VARIANTS
from models.card import ModelCard
from models.fit import DOORS, FitModel
from models.persistence import StoredModel
from models.training import FEWEST_ANSWERS, Answers, learn
from profiles.preferences import WISH_FIELDS
from profiles.schema import STYLES, Preferences
from profiles.vocabulary import vocabulary

RECENT_DAYS = 90
SHOWN = 10
"""Places of a list whose exposure is counted."""

Ratios = Mapping[str, tuple[float, float]]
UNKNOWN = (np.nan, np.nan)


def ranked_answers(checkins: Sequence[CheckIn]) -> list[CheckIn]:
    """Return each client's earliest ranked check-in, by day."""
    earliest: dict[tuple[str, str], CheckIn] = {}
    for one in sorted(checkins, key=lambda one: (one.therapist, one.client, one.session)):
        if ranked_mean(one) is not None:
            earliest.setdefault((one.therapist, one.client), one)
    return sorted(earliest.values(), key=lambda one: (one.day, one.therapist, one.client))


def ratios_to(base: FitModel, models: Iterable[StoredModel]) -> Ratios:
    """Return by the hash on a list what turns its sums into those at multiplier 1.

    Without it a model that was learned would be learned from once more. NaN for a door that the list did not read.

    Args:
        base: the model whose block weights count.
        models: those that lists may have been made with, by any variant.
    """
    return {
        StoredModel(model).hash: (_ratio(base, model, 0), _ratio(base, model, 1))
        for stored in models
        for variant in VARIANTS.values()
        for model in [stored.model.varied(**variant.parameters)]
    }


def _ratio(base: FitModel, model: FitModel, door: int) -> float:
    block = getattr(model, DOORS[door]) * model.multipliers_[door]
    return float(getattr(base, DOORS[door]) / block) if block > 0 else np.nan


def answers_of(
    checkins: Sequence[CheckIn], kept_as: Callable[[str], str] = str, ratios: Ratios | None = None
) -> Answers:
    """Return check-ins as answers to learn from.

    The outcome is (score - mean) / (2 SD) over all clients. What the reported door said of a therapist is read from
    the check-ins of earlier days alone, so that no answer is predicted from itself or from what came after it.

    Args:
        checkins: all that are kept.
        kept_as: the id that a therapist's profile is kept under today.
        ratios: as `ratios_to` gives them. The sums of a list whose hash they do not hold are not known; those of a
            check-in without a hash count as they are.
    """
    found = ranked_answers(checkins)
    scores = np.array([ranked_mean(one) for one in found], dtype=np.float64)
    spread = float(scores.std()) if len(scores) else 0.0
    therapists = [kept_as(one.therapist) for one in found]
    before = list(_reported_before(found, therapists, kept_as))
    sums = np.array([_sums(one, ratios or {}) for one in found], dtype=np.float64).reshape(-1, 2)
    return Answers(
        stated=sums[:, 0],
        described=sums[:, 1],
        reported=np.array([value for value, _ in before], dtype=np.float64),
        clients=np.array([clients for _, clients in before], dtype=np.float64),
        outcomes=(scores - scores.mean()) / (2 * spread) if spread > 0 else np.zeros(len(found)),
        therapists=np.array(therapists, dtype=np.str_),
        days=np.array([one.day.toordinal() for one in found], dtype=np.int64),
        slices={
            "scale": np.array([one.scale for one in found], dtype=np.str_),
            "case_mix": np.array([one.case_mix for one in found], dtype=np.str_),
            "reported": np.array(
                ["from ten" if clients >= 10 else "below ten" for _, clients in before], dtype=np.str_
            ),
        },
    )


def _sums(one: CheckIn, ratios: Ratios) -> tuple[float, float]:
    """Return what the stated and the described door added to the list of a check-in, at multiplier 1."""
    stated, described = ratios.get(one.model, UNKNOWN) if one.model else (1.0, 1.0)
    return (
        np.nan if one.stated is None else one.stated * stated,
        np.nan if one.described is None else one.described * described,
    )


def _reported_before(
    found: Sequence[CheckIn], therapists: Sequence[str], kept_as: Callable[[str], str]
) -> Iterator[tuple[float, float]]:
    """Yield value and clients of the reported door on the morning of each answer; `found` is sorted by day."""
    known: dict[str, tuple[float, float]] = {}
    first = 0
    for place, (one, therapist) in enumerate(zip(found, therapists, strict=True)):
        if one.day != found[first].day:
            first = place
            known = _known(reported_means(scores_of(found[:place], kept_as)))
        yield known.get(therapist, (0.0, 0.0))


def _known(reported: Reported) -> dict[str, tuple[float, float]]:
    return {
        str(identity): (float(value), float(clients))
        for identity, value, clients in zip(reported.ids, reported.values, reported.clients, strict=True)
    }


def lately(checkins: Sequence[CheckIn], as_of: date) -> int:
    """Return how many answers the last `RECENT_DAYS` days brought."""
    since = as_of - timedelta(days=RECENT_DAYS)
    return sum(since < one.day <= as_of for one in ranked_answers(checkins))


def trained(stored: StoredModel, answers: Answers, name: str, version: int) -> StoredModel:
    """Return a model that learned from answers, one a client, with its card; the same answers give the same model."""
    learned = learn(answers, stored.model, np.random.default_rng(0))
    window = [date.fromordinal(int(day)).isoformat() for day in (answers.days.min(), answers.days.max())]
    card = ModelCard(
        title=name,
        version=version,
        data_window=(window[0], window[1]),
        answers=len(answers),
        clients=len(answers),
        therapists=len(np.unique(answers.therapists)),
        validations=learned.validations,
        calibration=learned.calibration,
        slices=learned.slices,
    )
    return StoredModel(learned.model, card)


def is_enough(checkins: Sequence[CheckIn]) -> bool:
    """Whether there are answers enough to learn from."""
    return len(ranked_answers(checkins)) >= FEWEST_ANSWERS


def reference_preferences() -> Preferences:
    """Return one wish in every field and nothing that matters most: what the relationship share is told for."""
    first = {field: vocabulary().codes(field)[:1] for field in WISH_FIELDS if field not in ("language", "jurisdiction")}
    return Preferences(
        prefer={"language": ("en",), "jurisdiction": ("US-MA",), **first},
        style=dict.fromkeys(STYLES, 1),
        qualities=vocabulary().codes("qualities")[:1],
        words="x",
    )


def typical_preferences() -> Iterator[Preferences]:
    """Yield a small wish for each concern of the vocabulary: the concern, one quality, one side of a style."""
    qualities = vocabulary().codes("qualities")
    for number, concern in enumerate(vocabulary().codes("concern")):
        yield Preferences(
            prefer={"concern": (concern,)},
            style={STYLES[number % len(STYLES)]: 2 if number % 2 else -2},
            qualities=(qualities[number % len(qualities)],),
        )


def exposure_gini(service: Service, as_of: date) -> float:
    """Return the Gini index of who is shown in the first places of the typical lists: 0 all alike, near 1 one alone."""
    shown: Counter[int] = Counter()
    for preferences in typical_preferences():
        _, listed = ranked(preferences, service, SHOWN, as_of)
        shown.update(int(row) for row in listed.ranking.rows[listed.ranking.best(SHOWN)])
    return gini(np.array([shown[row] for row in range(service.index.size)], dtype=np.float64))


def with_exposure(learned: StoredModel, before: Service, as_of: date) -> StoredModel:
    """Return a model whose card says what its weights do to the exposure of profiles, beside the service in use."""
    model = learned.model.varied(**before.variant.parameters)
    door = before.reported and before.reported.weighed(model)
    after = replace(before, model=replace(learned, model=model), reported=door)
    card = replace(learned.card, exposure=(exposure_gini(before, as_of), exposure_gini(after, as_of)))
    return replace(learned, card=card)

"""The report of `make quality`: how each ranker agrees with our own reading of wishes, with intervals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.evaluation.exposure import gini
from matcher.evaluation.intervals import Difference, difference
from matcher.evaluation.measures import measured
from matcher.evaluation.violations import meets
from matcher.pipeline import ranked
from matcher.reasons import Rule
from models.factors import wishes_of
from profiles.schema import Preferences
from tools.quality.judgments import Judgment, agreement, gains, seal, sealed
from tools.quality.rankings import AS_OF, BM25, VARIANTS, Demonstration, Wording, ordered, queries

DEPTH = 10
MEASURES = ("nDCG@10", "RR(rel=4)")
"""RR counts from gain 4: both readings say 2 at least, or one 3 and the other 1."""

ALLIANCE = "alliance"


@dataclass(frozen=True)
class Part:
    """The figures of some of the queries.

    Attributes:
        name: which queries.
        judgments: of them.
        alpha: agreement of the two readings.
        means: by ranker and measure.
        differences: `alliance` minus each other ranker, by ranker and measure.
        unjudged: by ranker, the share of first tens that nobody judged; they count as gain 0.
    """

    name: str
    judgments: int
    alpha: float
    means: Mapping[str, Mapping[str, float]]
    differences: Mapping[str, Mapping[str, Difference]]
    unjudged: Mapping[str, float]


@dataclass(frozen=True)
class Quality:
    """All figures of the report.

    Attributes:
        parts: all queries, the open half and the sealed half.
        seal_holds: whether the sealed judgments are those that were sealed.
        violations: therapists in any first ten who fail a must, read from their profiles; by ranker.
        exposure: Gini of who is in the first tens, by ranker.
        variance: share of the variance of scores that each kind of wish makes up, mean over queries.
        share: mean of the relationship share of those queries.
    """

    parts: tuple[Part, ...]
    seal_holds: bool
    violations: Mapping[str, int]
    exposure: Mapping[str, float]
    variance: Mapping[str, float]
    share: float


Runs = dict[str, dict[str, list[str]]]
"""By ranker and query, the first ten; shuffled as they were when they were pooled, chance too."""


def quality(demonstration: Demonstration, judgments: Sequence[Judgment], rng: np.random.Generator) -> Quality:
    """Measure every ranker on every judged query."""
    asked = queries()
    runs = runs_of(demonstration, asked)
    names, digest = sealed()
    parts = (("all", frozenset(asked)), ("open", frozenset(asked) - set(names)), ("sealed", frozenset(names)))
    variance, share = realised(demonstration, asked.values())
    return Quality(
        parts=tuple(_part(name, [one for one in judgments if one.query in ids], runs, rng) for name, ids in parts),
        seal_holds=seal(judgments, names) == digest,
        violations={name: _violations(demonstration, asked, found) for name, found in runs.items()},
        exposure={name: _exposure(demonstration, found) for name, found in runs.items()},
        variance=variance,
        share=share,
    )


def runs_of(demonstration: Demonstration, asked: Mapping[str, Preferences]) -> Runs:
    """Return the first ten of every ranker for every query."""
    wording = Wording(demonstration)
    runs = {
        variant: {name: ordered(demonstration, one, variant, DEPTH) for name, one in asked.items()}
        for variant in VARIANTS
    }
    return {**runs, BM25: {name: wording.ordered(one, DEPTH) for name, one in asked.items()}}


def _part(name: str, judgments: Sequence[Judgment], runs: Runs, rng: np.random.Generator) -> Part:
    qrels = gains(judgments)
    values = {
        ranker: {name: one.values for name, one in measured(found, qrels, MEASURES).items()}
        for ranker, found in runs.items()
    }
    return Part(
        name=name,
        judgments=len(judgments),
        alpha=agreement(judgments),
        means={ranker: {one: float(found[one].mean()) for one in MEASURES} for ranker, found in values.items()},
        differences={
            ranker: {one: difference(values[ALLIANCE][one], found[one], rng) for one in MEASURES}
            for ranker, found in values.items()
            if ranker != ALLIANCE
        },
        unjudged={ranker: _unjudged(found, qrels) for ranker, found in runs.items()},
    )


def _unjudged(run: Mapping[str, Sequence[str]], qrels: Mapping[str, Mapping[str, int]]) -> float:
    shown = [(query, one) for query in qrels for one in run[query]]
    return sum(one not in qrels[query] for query, one in shown) / max(len(shown), 1)


def _violations(
    demonstration: Demonstration, asked: Mapping[str, Preferences], found: Mapping[str, Sequence[str]]
) -> int:
    """Return how many therapists in first tens fail a must by their profile, which no ranker reads."""
    rule = Rule(AS_OF, demonstration.home.settings.language_floor, demonstration.home.settings.language_floor)
    shown = ((query, one) for query, ids in found.items() for one in ids)
    return sum(not meets(demonstration.people[one], asked[query], rule) for query, one in shown)


def _exposure(demonstration: Demonstration, run: Mapping[str, Sequence[str]]) -> float:
    shown = Counter(one for ids in run.values() for one in ids)
    return gini(np.array([shown[one] for one in demonstration.people], dtype=np.float64))


def realised(demonstration: Demonstration, asked: Iterable[Preferences]) -> tuple[dict[str, float], float]:
    """Return the mean share of score variance of each kind of wish, and the mean relationship share.

    The variance of a kind is the covariance of its sums with the scores of all who are eligible, so that the kinds
    add up to the whole.
    """
    service = demonstration.service(ALLIANCE)
    shares, nominal = [], []
    for preferences in asked:
        wishes = wishes_of(preferences)
        weights = service.model.model.weights(wishes, preferences.matters_most)
        _, listed = ranked(preferences, service, demonstration.index.size, AS_OF)
        parts = {
            kind: listed.worth.scores(np.where([wish.factor.kind == kind for wish in wishes], weights, 0.0))
            for kind in ("relationship", "topic", "practical")
        }
        if listed.words is not None:
            parts["topic"] = parts["topic"] + weights[-1] * listed.words.values
        total = sum(parts.values())
        spread = float(np.var(total))
        if spread > 0:
            shares.append([float(np.cov(part, total, bias=True)[0, 1]) / spread for part in parts.values()])
            nominal.append(service.model.model.relationship_part(wishes, weights))
    means = np.mean(shares, axis=0)
    return dict(zip(("relationship", "topic", "practical"), map(float, means), strict=True)), float(np.mean(nominal))


def lines(found: Quality) -> Iterator[str]:
    """Yield the report as Markdown."""
    yield "Agreement with our own reading of wishes, not fit: nobody here was ever a client of anybody.\n"
    yield f"Must-violations in first tens: {', '.join(f'{name} {n}' for name, n in found.violations.items())}."
    yield f"Seal: {'the sealed judgments are those that were sealed' if found.seal_holds else 'BROKEN'}.\n"
    for part in found.parts:
        yield f"### {part.name.capitalize()} queries\n"
        yield f"{part.judgments} judgments, read twice; Krippendorff's alpha (ordinal) {part.alpha:.3f}.\n"
        yield "| ranker | nDCG@10 | alliance minus it | p | won, tied, lost | RR | alliance minus it | not judged |"
        yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
        yield from (_row(part, ranker) for ranker in part.means)
        yield ""
    yield "| ranker | Gini of who is in the first tens |"
    yield "| --- | --- |"
    yield from (f"| `{ranker}` | {value:.3f} |" for ranker, value in found.exposure.items())
    kinds = ", ".join(f"{kind} {share:.3f}" for kind, share in found.variance.items())
    yield f"\nRealised share of score variance: {kinds}; mean relationship share by weight {found.share:.3f}."


def _row(part: Part, ranker: str) -> str:
    ndcg, rr = MEASURES
    cells = [f"`{ranker}`", f"{part.means[ranker][ndcg]:.3f}"]
    apart = part.differences.get(ranker)
    if apart is None:
        cells += ["", "", "", f"{part.means[ranker][rr]:.3f}", ""]
    else:
        one, other = apart[ndcg], apart[rr]
        cells += [f"{one.mean:+.3f} ({one.low:+.3f} to {one.high:+.3f})", f"{one.p:.4f}"]
        cells += [f"{one.wins}, {one.ties}, {one.losses}", f"{part.means[ranker][rr]:.3f}"]
        cells += [f"{other.mean:+.3f} ({other.low:+.3f} to {other.high:+.3f})"]
    return "| " + " | ".join([*cells, f"{part.unjudged[ranker]:.1%}"]) + " |"

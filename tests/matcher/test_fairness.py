"""Who gets ahead: not whoever says nothing, and not whoever says much. Seeded, so the same in every run."""

from __future__ import annotations

import random

import numpy as np
import pytest

from matcher.index.build import reference_path, update
from matcher.index.query import IndexReader
from matcher.index.reference import Reference
from models.reading import ConcernReader, Part
from profiles.directory.sqlite import SqliteDirectory
from profiles.schema import STYLES, Language
from tests.support import DAY, random_therapist, ranked, rows_of, service_of, therapist

REFERENCE = {
    "prefer": {
        "modality": ["cbt", "humanistic"],
        "concern": ["grief"],
        "population": ["refugees"],
        "language": ["es"],
        "practice": ["homework", "asks_for_feedback"],
        "therapist_gender": ["female"],
        "faith": ["jewish"],
    },
    "style": {"directiveness": -2, "challenge": -1, "past_focus": 1, "emotional_intensity": 3},
    "qualities": ["trust", "empathy", "active_listening"],
}
ASKED = {
    "everything": REFERENCE,
    "a kind of therapy": {"prefer": {"modality": ["cbt"]}},
    "three topics": {
        "prefer": {"modality": ["exposure"], "concern": ["suicidal_thoughts"], "population": ["students"]}
    },
    "a style": {"style": {"directiveness": -3, "challenge": 3}},
    "qualities": {"qualities": ["transparency", "validation"]},
    "nothing of a kind": {"avoid": {"modality": ["cbt", "exposure"], "practice": ["homework"]}},
    "words": {"words": "My father drank and I never learned to rest.", "prefer": {"concern": ["depression"]}},
}


def test_blank_profiles_are_in_the_top_five_no_more_than_among_the_eligible():
    """Over 200 seeded directories, and for seven ways to ask, saying nothing gets nobody ahead of their share."""
    shares = {name: [] for name in ASKED}
    eligible = []
    for seed in range(200):
        rng = random.Random(seed)
        blank = {f"t{number:02}" for number in range(40) if rng.random() < 0.3}
        people = [
            therapist(f"t{number:02}") if f"t{number:02}" in blank else random_therapist(rng, f"t{number:02}")
            for number in range(40)
        ]
        with service_of(people) as service:
            for name, document in ASKED.items():
                top = ranked(service, document, 5).matches
                shares[name].append(sum(one.therapist.id in blank for one in top) / len(top))
        eligible.append(len(blank) / len(people))
    means = {name: float(np.mean(found)) for name, found in shares.items()}
    assert {name: share for name, share in means.items() if share > np.mean(eligible)} == {}


class RandomEncoder:
    """Texts as random directions: no text has anything to do with any other."""

    name = "random"
    ready = True
    dimensions = 48

    def warm_up(self):
        """Nothing to load."""

    def encode(self, texts, progress=None):
        """Return a vector of length one that depends on each whole text alone."""
        seeds = (int.from_bytes(text.encode()[-48:], "little") ^ hash_of(text) for text in texts)
        found = np.array([np.random.default_rng(seed).standard_normal(self.dimensions) for seed in seeds])
        found = found.reshape(len(texts), self.dimensions)
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def hash_of(text):
    """Return a number that is the same in every run, unlike `hash`."""
    return int.from_bytes(text.encode()[:16], "little")


def passages_of(rng, number):
    """Return so many passages that nobody else has."""
    return " ".join(f"Passage {rng.getrandbits(64):020} speaks of something else again." for _ in range(number))


def test_ten_more_unrelated_passages_move_no_expected_described_value(tmp_path):
    """The best of many is no better than the best of few: mean change under .01 over all terms and 60 profiles."""
    rng = random.Random(3)
    lengths = [rng.randint(3, 12) for _ in range(700)]
    people = [therapist(f"t{number:03}", bio=passages_of(rng, length)) for number, length in enumerate(lengths)]
    longer = [
        therapist(one.id, bio=f"{one.bio} {passages_of(rng, 10)}") if number < 60 else one
        for number, one in enumerate(people)
    ]
    before = described(tmp_path / "before", people)[:, :60]
    after = described(tmp_path / "after", longer)[:, :60]
    assert 0.03 < before.mean() < 0.07, "an unrelated text is worth (1 - .9) / 2 on average"
    assert abs(after.mean() - before.mean()) < 0.01


def test_a_long_text_is_worth_no_more_than_a_short_one(tmp_path):
    """Thirty unrelated passages and three have the same expected value for every term: means within .015."""
    rng = random.Random(5)
    people = [therapist(f"t{number:03}", bio=passages_of(rng, (3, 30)[number % 2])) for number in range(400)]
    found = described(tmp_path, people)
    assert abs(found[:, ::2].mean() - found[:, 1::2].mean()) < 0.015


def described(folder, people):
    """Return the described values of everybody, float64 [terms, people], as an index holds them."""
    folder.mkdir(exist_ok=True)
    directory = SqliteDirectory(folder / "directory.db", b"key")
    try:
        directory.apply(rows_of(people))
        # what texts are about is not asked here, and to learn it from random vectors takes minutes
        reader = ConcernReader(None, Part.blind(RandomEncoder.dimensions))
        Reference.embedded(RandomEncoder(), reader).write(reference_path(folder / "index", RandomEncoder.name))
        update(folder / "index", directory, RandomEncoder())
        return IndexReader(folder / "index").latest().described.astype(np.float64) / 255
    finally:
        directory.close()


def test_the_order_says_nothing_of_ids_or_of_when_someone_came():
    """Over 150 days equals stand in the middle on average, whatever their id: within four standard errors."""
    people = [therapist(f"{number:02}", language=(Language("es"),)) for number in range(12)]
    places = np.zeros((150, 12))
    with service_of(people) as service:
        for day in range(150):
            order = ranked(service, {"prefer": {"language": ["es"]}}, as_of=DAY.fromordinal(DAY.toordinal() - day))
            for one in order.matches:
                places[day, int(one.therapist.id)] = one.rank
    error = np.sqrt((12**2 - 1) / 12 / 150)
    assert np.abs(places.mean(axis=0) - 6.5).max() < 4 * error


@pytest.mark.parametrize("style", STYLES)
def test_the_nearer_style_stands_higher(style):
    """Among therapists who differ in one answer only, the order of scores is that of the distance from the wish."""
    people = [therapist(f"t{side}", style={style: side}) for side in range(-3, 4)]
    with service_of(people) as service:
        for wish in (-3, -1, 2):
            scores = {one.therapist.id: one.fit_score for one in ranked(service, {"style": {style: wish}}).matches}
            sides = sorted(range(-3, 4), key=lambda side: abs(side - wish))
            found = [scores[f"t{side}"] for side in sides]
            assert found == sorted(found, reverse=True)
            assert len({round(score, 9) for score in found}) == len({abs(side - wish) for side in sides})

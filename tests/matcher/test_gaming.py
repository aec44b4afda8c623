"""Nobody gets ahead by writing more, stuffing words or praising themselves; nobody is buried for being new.

Measured in the demonstration directory with the packaged encoders: twelve therapists drawn by a seed change their
text, and stand beside all others as before. Measured is what the change adds to their fit scores over the judged sets
of preferences, and to their places.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import numpy as np
import pytest

from matcher.evaluation.exposure import gini
from matcher.home import Home
from matcher.learning import typical_preferences
from matcher.order import ties
from matcher.pipeline import ranked
from profiles.demonstration.generate import generate
from profiles.formats.reading import Row
from profiles.schema import Fact
from profiles.vocabulary import vocabulary
from tools.quality.rankings import AS_OF, queries

CAP = 0.06
CHANGED = 12
PADDING = (
    "The practice is on the second floor above the bakery.",
    "There is a bench in the yard where you can wait.",
    "Invoices are sent at the end of each month.",
    "The waiting room has plants and a water jug.",
    "Bus 12 stops in front of the door.",
    "My answering machine is on all day.",
    "The bell is the third from the top.",
    "I moved into these rooms in spring.",
    "Bicycles can be left in the hall.",
    "In August the practice is closed for two weeks.",
)
BOASTS = (
    "I am the most empathic therapist you will ever meet.",
    "My exceptional empathy and deep listening are unmatched.",
    "Clients call me an extraordinarily warm and outstandingly empathetic listener.",
)


@pytest.fixture(scope="module")
def people():
    """The demonstration directory."""
    return list(generate(400, 0, as_of=AS_OF))


@pytest.fixture(scope="module")
def home(tmp_path_factory, people):
    """Its home; texts that are not changed are embedded once."""
    folder = tmp_path_factory.mktemp("gaming")
    (folder / "secret.key").write_bytes(bytes(32))
    opened = Home(folder)
    opened.directory.apply(Row("loaded", person) for person in people)
    return opened


@pytest.fixture(scope="module")
def changed(people):
    """Ids of those who change their text: some of those who have one and are confirmed."""
    able = [one.id for one in people if len(one.bio) > 100 and one.value("accepting") == "accepting"]
    return sorted(Random(5).sample(able, CHANGED))


def standings(home, changed):
    """Return float64 [queries, changed]: scores and shares of all that stand above, NaN where not eligible."""
    service = replace(home.service(home.update_index()), seed=7)
    rows = [service.index.ids.index(one) for one in changed]
    scores, above = [], []
    for preferences in queries().values():
        _, listed = ranked(preferences, service, service.index.size, AS_OF)
        found = np.full(service.index.size, np.nan)
        found[listed.ranking.rows] = listed.ranking.scores / 1e9
        scores.append(found[rows])
        above.append([np.nanmean(found > found[row]) if not np.isnan(found[row]) else np.nan for row in rows])
    return np.array(scores), np.array(above)


def rewritten(home, people, changed, write):
    """Return the standings after some wrote other texts; what they said before is put back."""
    known = {person.id: person for person in people}
    day = date(2026, 11, 2)
    texts = {one: write(known[one].bio) for one in changed}
    for bios in (texts, {one: known[one].bio for one in changed}):
        rows = [
            Row(
                "loaded",
                replace(known[one], facts={**known[one].facts, "bio": Fact(bio, "demonstration", day, "file", day)}),
            )
            for one, bio in bios.items()
        ]
        home.directory.apply(rows)
        if bios is texts:
            found = standings(home, changed)
    return found


@pytest.fixture(scope="module")
def before(home, changed):
    """Scores and shares above, as it was."""
    return standings(home, changed)


def every_keyword():
    """Return the labels of all terms that texts are read for, as one line of keywords."""
    fields = ("concern", "modality", "population", "practice", "qualities")
    return ", ".join(vocabulary().label(field, code, "en") for field in fields for code in vocabulary().codes(field))


WAYS = {
    "the same text ten times": lambda bio: "\n".join([bio] * 10),
    "ten times as long with other things": lambda bio: f"{bio}\n" + "\n".join(PADDING * 3),
    "every keyword there is": lambda bio: f"{bio}\n{every_keyword()}",
    "a boast of empathy": lambda bio: f"{bio}\n" + "\n".join(BOASTS),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_text_that_says_no_more_does_not_rise(home, people, changed, before, way):
    """Over all lists neither the mean score nor the mean place is better; no score changes by more than the cap."""
    scores, above = rewritten(home, people, changed, WAYS[way])
    gain = float(np.nanmean(scores - before[0]))
    risen = float(np.nanmean(before[1] - above))
    assert gain <= 0.0005, (gain, risen)
    assert risen <= 0.005, (gain, risen)
    assert np.nanmax(np.abs(scores - before[0])) <= CAP + 1e-9


def test_the_shuffle_spreads_exposure(home):
    """Over thirty days the first tens of one list are spread over more people than in an order by id."""
    service = home.service(home.update_index())
    lists = [ranked(one, service, 10, AS_OF)[1].ranking for one in list(typical_preferences())[:20]]
    shuffled, fixed = Counter(), Counter()
    for number, ranking in enumerate(lists):
        for day in range(30):
            ranking_of_day = replace(ranking, ties=ties(service.index.arrays["id_hash"].take(ranking.rows), day))
            shuffled.update((number, row) for row in ranking_of_day.rows[ranking_of_day.best(10)].tolist())
            by_id = replace(ranking, ties=np.zeros(len(ranking.rows), dtype=np.uint64))
            fixed.update((number, row) for row in by_id.rows[by_id.best(10)].tolist())
    cells = [(number, row) for number in range(len(lists)) for row in range(service.index.size)]
    spread, stuck = (gini(np.array([counts[cell] for cell in cells], dtype=float)) for counts in (shuffled, fixed))
    assert len(shuffled) > 1.15 * len(fixed), (len(shuffled), len(fixed))
    assert spread < stuck, (spread, stuck)


def test_a_newcomer_is_not_buried(home, people, changed, before):
    """The same profile under a new id, first seen today, has the same scores: nothing counts years or clients."""
    known = {person.id: person for person in people}
    twin = replace(known[changed[0]], id="zz-new")
    home.directory.apply([Row("loaded", twin)])
    try:
        scores, _ = standings(home, [changed[0], "zz-new"])
    finally:
        home.remove("zz-new", AS_OF, "test")
    assert scores[:, 1] == pytest.approx(scores[:, 0], nan_ok=True)

"""The judged set is whole and sealed, and docs/quality.md says what the rankers reach on it today."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from profiles.demonstration.generate import generate
from tools.quality.__main__ import END, START
from tools.quality.judgments import GRADES, agreement, read_judgments, seal, sealed
from tools.quality.rankings import AS_OF, SEED, SIZE, Demonstration, queries
from tools.quality.report import lines, quality

PAGE = Path(__file__).parents[2] / "docs" / "quality.md"
FEWEST_QUERIES, SEALED = 60, 30
MOST_WORDS = 12


@pytest.fixture(scope="module")
def judgments():
    """All judgments."""
    return read_judgments()


@pytest.fixture(scope="module")
def found(judgments, tmp_path_factory):
    """The figures of all rankers, as `make quality` takes them."""
    demonstration = Demonstration.opened(tmp_path_factory.mktemp("demonstration"))
    try:
        return quality(demonstration, judgments, np.random.default_rng(0))
    finally:
        demonstration.home.directory.close()


def test_every_query_is_judged_and_nobody_twice(judgments):
    """Sixty sets of preferences at least, each with profiles that exist."""
    pairs = [(one.query, one.therapist) for one in judgments]
    known = {person.id for person in generate(SIZE, SEED, as_of=AS_OF)}
    assert {query for query, _ in pairs} == set(queries())
    assert len(queries()) >= FEWEST_QUERIES
    assert len(pairs) == len(set(pairs))
    assert {therapist for _, therapist in pairs} <= known


def test_every_grade_has_a_short_reason(judgments):
    """Whoever disagrees can see why."""
    assert {grade for one in judgments for grade in (one.first, one.second)} == set(GRADES)
    reasons = [reason for one in judgments for reason in (one.first_reason, one.second_reason)]
    assert [reason for reason in reasons if not 0 < len(reason.split()) <= MOST_WORDS] == []


def test_the_sealed_half_is_what_was_sealed(judgments):
    """Thirty queries, drawn by a seed: their judgments have the hash that was kept, and one grade would change it."""
    names, digest = sealed()
    assert len(set(names)) == len(names) == SEALED
    assert seal(judgments, names) == digest
    place = next(n for n, one in enumerate(judgments) if one.query in names)
    other = (*judgments[:place], *judgments[place + 1 :])
    assert seal(other, names) != digest


def test_the_readings_agree_better_than_chance(judgments):
    """Alpha is 0 for two readings that have nothing to do with each other."""
    assert agreement(judgments) > 0


@pytest.mark.timeout(300)
def test_no_ranker_shows_anybody_who_fails_a_must(found):
    """Read from the profiles, by a rule of its own."""
    assert set(found.violations.values()) == {0}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("ranker", ["random", "bm25", "text-only"])
def test_the_list_agrees_better_with_the_readings_than(found, ranker):
    """The whole interval of `alliance` minus another ranker is above 0, on all queries."""
    part = next(one for one in found.parts if one.name == "all")
    assert part.differences[ranker]["nDCG@10"].low > 0


def means(text: str) -> dict[tuple[int, str], float]:
    """Return the first figure of each row of a report, by the number of its table and the ranker."""
    tables = text.split("\n\n|")
    rows = [(number, line) for number, table in enumerate(tables) for line in table.splitlines() if "| `" in f"|{line}"]
    return {(number, line.split("`")[1]): float(line.split("|")[2]) for number, line in rows}


@pytest.mark.timeout(300)
def test_the_page_says_what_is_measured(found):
    """docs/quality.md holds the report as `make quality` writes it; another machine's encoder may move a last digit."""
    told, measured = PAGE.read_text(encoding="utf-8").partition(START)[2].partition(END)[0], "\n".join(lines(found))
    assert len(means(told)) == 4 * 5
    assert means(told) == pytest.approx(means(measured), abs=0.01)
    assert [line for line in told.splitlines() if "alpha" in line] == [
        line for line in measured.splitlines() if "alpha" in line
    ]

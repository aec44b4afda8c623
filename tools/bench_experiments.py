"""Time and memory of a report over a million logged impressions: 100,000 lists of ten, three lists for two clients."""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from matcher.evaluation.assignment import arm_of
from matcher.evaluation.readout import read_out
from matcher.evaluation.replay import replay_of
from matcher.events.protocol import Experiment, Kind, Quality, Ranked, Shown
from matcher.events.sqlite import SqliteEvents

LISTS, PLACES, PEOPLE, SEED = 100_000, 10, 2_000, 20_261_123
CONTACTING = 0.1
AS_OF = date(2026, 11, 1)
MOST_SECONDS, MOST_MEGABYTES = 30.0, 1_000.0
NAME = "bench"
SLICES = ("words", "choice", "musts")


def plan(kind: Kind) -> Experiment:
    """Return the experiment that is measured."""
    return Experiment(NAME, kind, "alliance", "stated-only", "m", "salt", "", 0.1, 1.6, 1_146, AS_OF, slices=SLICES)


def fill(store: SqliteEvents, lists: int, kind: Kind) -> None:
    """Keep lists as the service does, one after the other, with a contact from every tenth."""
    rng = np.random.default_rng(SEED)
    store.start(plan(kind))
    for number, (unit, people) in enumerate(_drawn(rng, lists)):
        store.consent(unit, AS_OF)
        store.expose(_list(number, unit, people, kind))
        if rng.random() < CONTACTING:
            store.contact(unit, f"{number:032x}", people[int(rng.integers(PLACES))], AS_OF + timedelta(days=3))


def _drawn(rng: np.random.Generator, lists: int) -> Iterator[tuple[str, list[str]]]:
    for _ in range(lists):
        unit = f"{int(rng.integers(lists * 2 // 3)):032x}"
        yield unit, [f"t{one:06}" for one in rng.choice(PEOPLE, PLACES, replace=False)]


def _list(number: int, unit: str, people: list[str], kind: Kind) -> Ranked:
    return Ranked(
        id=f"{number:032x}",
        experiment=NAME,
        unit=unit,
        arm=arm_of("salt", unit) if kind == "ab" else "control",
        variant="alliance",
        model="m",
        day=AS_OF,
        eligible=40,
        quality=Quality(0.5, 0.25, 0.9),
        other=Quality(0.5, 0.25, 0.9) if kind == "shadow" else None,
        overlap=0.6 if kind == "shadow" else None,
        absent=0.3 if kind == "shadow" else None,
        milliseconds=12.0,
        shown=[Shown(one, place, None, 0.5, 0.25) for place, one in enumerate(people, start=1)],
        slices={"words": number % 2, "choice": 10, "musts": number % 3 * 2},
    )


def report(path: Path, kind: Kind) -> None:
    """Read the experiment out in this process, and print seconds and megabytes."""
    store = SqliteEvents(path)
    began = time.perf_counter()
    found = read_out(plan(kind), store.units(NAME), store.shown(NAME), PEOPLE, store.levels(NAME))
    other = replay_of(store.rows(NAME))
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    held = "holds" if took < MOST_SECONDS and peak < MOST_MEGABYTES else "missed"
    print(
        f"{kind}: {sum(found.units.values()):,} units, {other.rows:,} impressions, decision {found.decision}: "
        f"{took:.1f} s, {peak:.0f} MB at most; target {MOST_SECONDS:.0f} s and {MOST_MEGABYTES:.0f} MB: {held}",
        flush=True,
    )


def main() -> None:
    """Fill a store for each kind, and read it in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lists", type=int, default=LISTS)
    parser.add_argument("--report", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--kind", default="ab", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.report:
        report(given.report, given.kind)
        return
    kinds: tuple[Kind, ...] = ("ab", "shadow")
    for kind in kinds:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "events.db"
            store = SqliteEvents(path)
            began = time.perf_counter()
            fill(store, given.lists, kind)
            store.close()
            print(f"{kind}: {given.lists:,} lists kept at {given.lists / (time.perf_counter() - began):,.0f} a second")
            subprocess.run([sys.executable, __file__, "--report", str(path), "--kind", kind], check=True)


if __name__ == "__main__":
    main()

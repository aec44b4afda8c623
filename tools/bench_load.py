"""Loading a large table: rows a second and memory, and how long other writers wait meanwhile."""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import NamedTuple

from profiles.directory.sqlite import SqliteDirectory
from profiles.formats.reading import Options, Row
from profiles.identity import npi_is_valid
from profiles.loading import read
from profiles.schema import Fact, Therapist

AS_OF = date(2026, 11, 22)
ROWS_A_SECOND, MEGABYTES = 3_000, 400
"""The targets at 100,000 rows."""

EVERY = 0.1
"""Seconds between two writes of the other writer."""

SEED = 20_261_122
HEADER = ["id", "name", "credentials", "languages", "modalities", "specialties", "telehealth", "accepting_new_clients"]
HEADER += ["state", "zip", "npi", "fee", "email", "phone", "updated", "bio"]


class Measured(NamedTuple):
    """What one load took."""

    seconds: float
    megabytes: float
    counts: tuple[int, int, int]


def rows(size: int) -> Iterator[list[str]]:
    """Yield rows as directories write them: most lists differ from their neighbours', texts always."""
    rng = Random(SEED)
    languages = ("English", "Spanish", "English; Spanish (B2)", "Deutsch, Englisch", "Cantonese; English", "ASL")
    modalities = ("CBT", "ACT", "psychodynamic", "EMDR", "humanistic", "DBT", "person-centred", "IFS")
    concerns = ("anxiety", "depression", "grief", "trauma", "self-harm", "ADHD", "eating disorders", "sleep")
    for number in range(size):
        yield [
            f"t{number:06}",
            f"{rng.choice(('Ada', 'Bo', 'Cleo', 'Dara', 'Eli'))} Surname-{number}",
            rng.choice(("LCSW", "PhD", "LPC", "PsyD", "LMFT")),
            rng.choice(languages),
            "; ".join(rng.sample(modalities, rng.randint(1, 4))),
            "; ".join(rng.sample(concerns, rng.randint(1, 5))),
            rng.choice(("yes", "no", "video only", "")),
            rng.choice(("yes", "no", "waitlist", "")),
            rng.choice(("MA", "NY", "CA", "TX")),
            f"{rng.randint(1001, 99_999):05}",
            _npi(100_000_000 + number),
            rng.choice(("120", "$150", "80-150 sliding", "")),
            f"t{number}@example.org",
            f"617-555-{number % 10_000:04}",
            "2026-11-01",
            f"Line one of profile {number}.\nLine two says how we would work together, in plain words. " * 3,
        ]


def _npi(nine: int) -> str:
    return next(
        found for digit in range(10) if npi_is_valid(found := f"{1_000_000_000 + nine % 99_999_999 * 10 + digit}")
    )


def write_table(path: Path, size: int) -> None:
    """Write the table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows(size))


def load(path: Path, folder: Path) -> Measured:
    """Load the table in a process of its own, so that its memory is its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_load, (path, folder))


def _load(path: Path, folder: Path) -> Measured:
    started = time.perf_counter()
    report = _opened(folder).apply(read([path], "auto", Options("bench", AS_OF)))
    seconds = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(seconds, megabytes, (report.added, report.updated, report.unchanged))


def _opened(folder: Path) -> SqliteDirectory:
    return SqliteDirectory(folder / "directory.db", bytes(32))


def writes_meanwhile(folder: Path, done: threading.Event, waited: list[float]) -> None:
    """Write a small thing every `EVERY` seconds until done, and note how long each took."""
    directory = _opened(folder)
    while not done.wait(EVERY):
        started = time.perf_counter()
        directory.edit("writer", {"training": f"{started}"}, editor="operator", actor="bench", as_of=AS_OF)
        waited.append(time.perf_counter() - started)
    directory.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    size = parser.parse_args().size
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        table = folder / "therapists.csv"
        write_table(table, size)
        day = Fact("Writer", "bench", AS_OF, "file", AS_OF)
        _opened(folder).apply([Row("loaded", Therapist("writer", {"name": day}))])
        done, waited = threading.Event(), list[float]()
        writer = threading.Thread(target=writes_meanwhile, args=(folder, done, waited))
        writer.start()
        measured = [load(table, folder) for _ in range(2)]
        done.set()
        writer.join()
    for what, one in zip(("first", "again"), measured, strict=True):
        print(
            f"{what}: {size / one.seconds:8,.0f} rows a second, {one.megabytes:5,.0f} MB resident,"
            f" added, updated, unchanged {one.counts}"
        )
    print(f"other writes: {len(waited)}, longest wait {max(waited) * 1000:,.0f} ms, none failed")
    first = measured[0]
    held = size / first.seconds >= ROWS_A_SECOND and max(one.megabytes for one in measured) < MEGABYTES
    print(f"targets ({ROWS_A_SECOND:,} rows a second, under {MEGABYTES} MB): {'held' if held else 'missed'}")
    sys.exit(not held)


if __name__ == "__main__":
    main()

"""Times and memory of ranking on drawn directories, beside the floor of the same run: one pass of vectors @ query."""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.home import Home
from matcher.index.build import reference_path
from matcher.index.reference import Reference
from matcher.pipeline import Service, match
from models.encoder import ENGLISH, PACKAGED, Encoder, EncoderMissing, Progress, encoder
from models.reading import ConcernReader, packaged_part
from profiles.formats.reading import Row
from profiles.schema import STYLES, Fact, Fee, Language, Licence, Place, Preferences, Therapist
from profiles.vocabulary import vocabulary

Answer = TypeVar("Answer")

SIZES = (10_000, 100_000)
MILLION = 1_000_000
SHOWN = 10
ROUNDS: Mapping[int, int] = {10_000: 101, 100_000: 51, MILLION: 15}
PASSAGES = 8
DIMENSIONS = 384
SEED = 20_261_122
REST = 0.05
"""Seconds after a floor in which the threads that shared its work stop waiting for more; a match has none."""

AS_OF = date(2026, 11, 22)

RATIO_AT, MOST_RATIO = 100_000, 3.0
EXCESS_AT, MOST_EXCESS = 10_000, 10.0
"""The targets: a ratio to the floor at one size, milliseconds over it at another."""

WORDS = "My mother died in March and I feel numb."

PREFERENCES: Mapping[str, Preferences] = {
    "empty": Preferences(),
    "typical": Preferences(
        must={
            "language": ("en",),
            "session_format": ("video",),
            "jurisdiction": ("US-CA",),
            "age_group": ("adult",),
        },
        prefer={"modality": ("cbt", "psychodynamic"), "concern": ("grief",)},
        style={"directiveness": 2, "challenge": -2},
        qualities=("trust", "active_listening", "transparency"),
    ),
    "twelve wishes": Preferences(
        prefer={
            "language": ("es",),
            "session_format": ("video",),
            "profession": ("psychologist",),
            "participants": ("individual",),
            "population": ("trauma_survivors", "veterans"),
            "concern": ("grief", "anxiety"),
            "modality": ("cbt", "psychodynamic"),
            "cultural_background": ("mexican",),
            "therapist_gender": ("female",),
            "insurance": ("aetna",),
            "availability": ("weekday_evening",),
            "practice": ("homework", "progress_review"),
        },
    ),
    "rare language": Preferences(must={"language": ("bfi",)}),
}

# How often a field is stated, and how many terms it then lists.
TERMS: Mapping[str, tuple[float, int, int]] = {
    "session_format": (0.90, 1, 3),
    "age_group": (0.85, 1, 4),
    "participants": (0.80, 1, 3),
    "population": (0.75, 1, 6),
    "concern": (0.90, 4, 14),
    "modality": (0.90, 2, 8),
    "cultural_background": (0.70, 1, 2),
    "faith": (0.70, 1, 1),
    "therapist_gender": (0.80, 1, 1),
    "insurance": (0.75, 1, 6),
    "accessibility": (0.70, 1, 4),
    "availability": (0.80, 1, 4),
    "practice": (0.75, 1, 5),
    "qualities": (0.75, 1, 5),
}
# Chances of each language, each on its own.
LANGUAGES: Mapping[str, float] = {
    "en": 0.95,
    "es": 0.15,
    "zh": 0.04,
    "yue": 0.02,
    "fr": 0.03,
    "de": 0.02,
    "ar": 0.02,
    "pt-BR": 0.02,
    "ru": 0.02,
    "ase": 0.01,
    "es-MX": 0.01,
    "bfi": 0.001,
}
_STATES = "CA TX FL NY PA IL OH GA NC MI NJ VA WA AZ TN MA IN MD MO CO WI MN OR AL LA KY OK CT UT NV"
STATES: Mapping[str, int] = {f"US-{state}": 30 - place for place, state in enumerate(_STATES.split())}
ACCEPTING: Mapping[str, float] = {"accepting": 0.80, "waiting_list": 0.08, "full": 0.08, "paused": 0.04}


class DrawnEncoder:
    """Draws a vector of length one from the hash of each text: no weights, no meaning, and quick."""

    name = "drawn"
    ready = True

    def warm_up(self) -> None:
        """Nothing to load."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Return float32 [len(texts), 384]: the sum of three rows of a fixed table, at length one."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        hashes = b"".join(hashlib.blake2b(text.encode(), digest_size=6).digest() for text in texts)
        rows = np.frombuffer(hashes, dtype="<u2").reshape(-1, 3) % len(_table())
        found: NDArray[np.float32] = _table()[rows].sum(axis=1)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        if progress:
            progress(len(texts), len(texts))
        return found


@cache
def _table() -> NDArray[np.float32]:
    return np.random.default_rng(SEED).standard_normal((4_096, DIMENSIONS), dtype=np.float32)


class DrawnHome(Home):
    """A home whose texts are read by the drawn encoder, and whose secret is always the same."""

    @cached_property
    def encoder(self) -> Encoder:
        """The drawn encoder."""
        return DrawnEncoder()

    @cached_property
    def secret(self) -> bytes:
        """A known secret, so that every run shuffles equals alike."""
        return b"bench" * 7


@cache
def _chances(field: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Return the codes of a field and their running weights: some terms are listed far more often than others."""
    codes = vocabulary().codes(field)
    return codes, tuple(accumulate(1 / (3 + number) for number in range(len(codes))))


def _terms(rng: Random, field: str) -> tuple[str, ...]:
    _, least, most = TERMS[field]
    codes, running = _chances(field)
    return tuple(dict.fromkeys(rng.choices(codes, cum_weights=running, k=rng.randint(least, most))))


def _one_of(rng: Random, weights: Mapping[str, float] | Mapping[str, int]) -> str:
    return rng.choices(tuple(weights), weights=tuple(weights.values()))[0]


def _languages(rng: Random) -> tuple[Language, ...]:
    return tuple(
        Language(tag, rng.choice((None, 20, 30, 40, 50))) for tag, chance in LANGUAGES.items() if rng.random() < chance
    )


def _licence(rng: Random) -> Licence:
    profession = rng.choice(vocabulary().codes("profession")) if rng.random() < 0.95 else ""
    end = AS_OF + timedelta(days=rng.randint(-60, 700)) if rng.random() < 0.85 else None
    return Licence(_one_of(rng, STATES), profession, f"{rng.randrange(10**6):06}", end=end)


def _fee(rng: Random) -> Fee:
    lowest = 100 * rng.randint(40, 250)
    return Fee(lowest, lowest + 100 * rng.choice((0, 0, 30, 60)), "USD" if rng.random() < 0.97 else "EUR")


def _values(rng: Random, number: int) -> Iterator[tuple[str, Any]]:
    """Yield field and value of one therapist, leaving out what is not stated."""
    yield "name", f"Drawn Therapist {number}"
    yield "email", f"t{number}@example.org"
    for field, (chance, _, _) in TERMS.items():
        if rng.random() < chance:
            yield field, _terms(rng, field)
    for field, (chance, draw) in OTHERS.items():
        if rng.random() < chance:
            yield field, draw(rng)
    if rng.random() < BIO:
        yield "bio", _bio(number)


# How often every other field is stated, and how its value is drawn.
BIO = 0.90
OTHERS: Mapping[str, tuple[float, Callable[[Random], Any]]] = {
    "language": (0.90, _languages),
    "licence": (0.90, lambda rng: tuple(_licence(rng) for _ in range(rng.choice((1, 1, 1, 2, 3))))),
    "place": (0.80, lambda rng: (Place(latitude=rng.uniform(25, 48), longitude=rng.uniform(-123, -68)),)),
    "style": (0.75, lambda rng: {style: rng.randint(-3, 3) for style in STYLES if rng.random() < 0.9}),
    "accepting": (0.85, lambda rng: _one_of(rng, ACCEPTING)),
    "fee": (0.75, _fee),
    "next_opening": (0.70, lambda rng: AS_OF + timedelta(days=rng.randint(-5, 60))),
}


def _bio(number: int) -> str:
    return "\n".join(f"Line {line} of profile {number}, which only a benchmark reads." for line in range(PASSAGES))


def drawn(number: int) -> Therapist:
    """Return the therapist of that number, always the same."""
    rng = Random(SEED + number)
    day = AS_OF - timedelta(days=rng.randint(0, 150))
    facts = {field: Fact(value, "bench", day, "file", day) for field, value in _values(rng, number) if value}
    facts["identity_consent"] = Fact(True, "drawn", day, "file", day)
    return Therapist(f"t-{number * 2_654_435_761 % 2**32:010}", facts)


# ---------------------------------------------------------------- what is measured


@dataclass(frozen=True)
class Built:
    """What it took to fill a home and index it: seconds, and the most memory held, in bytes."""

    load: float
    index: float
    update: float
    peak: int


@dataclass(frozen=True)
class Timing:
    """Milliseconds of `match` and of the floor, taken in turns."""

    name: str
    eligible: int
    ranked: tuple[float, ...]
    floors: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of `match`."""
        return statistics.median(self.ranked)

    @property
    def late(self) -> float:
        """The 95th percentile of `match`."""
        return float(np.percentile(self.ranked, 95))

    @property
    def floor(self) -> float:
        """The median of the floor."""
        return statistics.median(self.floors)

    @property
    def ratio(self) -> float:
        """How many floors a match takes."""
        return self.median / self.floor


@dataclass(frozen=True)
class Served:
    """How one serving process did; memory in bytes, None where the system does not say."""

    size: int
    opening: float
    first: float
    resident: int | None
    shared: int | None
    plain: tuple[Timing, ...]
    worded: tuple[Timing, ...]


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def build(folder: Path, size: int) -> Built:
    """Fill a home by the ordinary path, index it, then change one profile and bring the index up to date."""
    home = DrawnHome(folder)
    rows = (Row("loaded", drawn(number)) for number in range(size))
    load = seconds(lambda: home.directory.apply(rows))
    _lend_reader(home)
    index = seconds(home.update_index)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    changed = drawn(1)
    facts = {**changed.facts, "bio": Fact("One new line, with which a text begins.", "bench", AS_OF, "file", AS_OF)}
    home.directory.apply([Row("loaded", replace(changed, facts=facts))])
    return Built(load, index, seconds(home.update_index), peak)


def _lend_reader(home: Home) -> None:
    """Read drawn vectors by the packaged reader of as many dimensions: to learn from them would teach nothing."""
    part = packaged_part(ENGLISH)
    if part is not None:
        tables = Reference.embedded(home.encoder, ConcernReader(None, part))
        tables.write(reference_path(home.index_root, home.encoder.name))


def serve(folder: Path, size: int) -> Served:
    """Open a home as a server does, then time each of the fixed preferences in turns with the floor."""
    home = DrawnHome(folder)
    start = time.perf_counter()
    index = home.latest_index()
    if index is None:
        sys.exit("the index was not built")
    service, opening = home.service(index), time.perf_counter() - start
    worded = {f"{name} + words": replace(asked, words=WORDS) for name, asked in PREFERENCES.items()}
    first = seconds(lambda: match(PREFERENCES["twelve wishes"], service, SHOWN, AS_OF))
    for asked in (*PREFERENCES.values(), *worded.values()):
        match(asked, service, SHOWN, AS_OF)
    resident, shared = _memory("VmRSS"), _memory("RssFile")
    vectors = np.asarray(index.slots.wholes)[np.maximum(index.arrays["slot"], 0)].astype(np.float32)
    plain = tuple(timed(name, asked, service, vectors) for name, asked in PREFERENCES.items())
    with_words = tuple(timed(name, asked, service, vectors) for name, asked in worded.items())
    return Served(size, opening, first, resident, shared, plain, with_words)


def timed(name: str, asked: Preferences, service: Service, vectors: NDArray[np.float32]) -> Timing:
    """Time one set of preferences and the floor in turns, so that whatever else the machine does meets both."""
    query = service.encoder.encode([WORDS])[0]
    ranked, floors = [], []
    for _ in range(ROUNDS[service.index.size]):
        floors.append(1000 * seconds(lambda: vectors @ query))
        time.sleep(REST)
        ranked.append(1000 * seconds(lambda: match(asked, service, SHOWN, AS_OF)))
    return Timing(name, match(asked, service, SHOWN, AS_OF).eligible, tuple(ranked), tuple(floors))


def encode() -> tuple[float, float] | None:
    """Return seconds to load the packaged encoder and milliseconds for one text, None where it can't be had."""
    reader = encoder(PACKAGED)
    try:
        load = seconds(reader.warm_up)
    except EncoderMissing:
        return None
    reader.encode([WORDS])
    return load, 1000 * statistics.median(seconds(lambda: reader.encode([WORDS])) for _ in range(11))


def _memory(name: str) -> int | None:
    """Return one line of what Linux says of this process, in bytes."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), None)


def apart(work: Callable[..., Answer], *arguments: object) -> Answer:
    """Run some work in a fresh process, so that its memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


# ---------------------------------------------------------------- what is printed

HEADER = ("profiles", "preferences", "eligible", "median ms", "95 % ms", "floor ms", "ratio")
LINE = "{:>9} | {:<21} | {:>8} | {:>9} | {:>8} | {:>8} | {:>5}"


def print_machine() -> None:
    """Say what the figures were taken on."""
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores; n = {SHOWN}")
    print("floor: one pass of vectors @ query over profiles x 384 float32, taken in turns with match()\n")


def print_served(served: Served) -> None:
    """Print the table of one size."""
    print(LINE.format(*HEADER))
    for one in (*served.plain, *served.worded):
        figures = (f"{one.median:.2f}", f"{one.late:.2f}", f"{one.floor:.2f}", f"{one.ratio:.2f}")
        print(LINE.format(f"{served.size:,}", one.name, f"{one.eligible:,}", *figures))
    print()


def print_built(built: Built, served: Served) -> None:
    """Print what is measured once a size."""
    print(f"  load {built.load:.1f} s, index build {built.index:.1f} s (at most {_megabytes(built.peak)})")
    print(f"  index after one changed profile {built.update:.2f} s")
    print(f"  opening the index {1000 * served.opening:.0f} ms, first match() {1000 * served.first:.0f} ms")
    print(f"  resident {_megabytes(served.resident)}, of it mapped files, which workers share,", end=" ")
    print(f"{_megabytes(served.shared)}\n", flush=True)


def _megabytes(size: int | None) -> str:
    return "not known" if size is None else f"{size / 2**20:,.0f} MiB"


def print_targets(every: Sequence[Served]) -> None:
    """Say of each target whether it holds in this run."""
    print("targets, without words:")
    for served in every:
        for one in served.plain:
            if served.size == RATIO_AT:
                line = f"{one.ratio:.2f} of at most {MOST_RATIO:g} floors"
                print(f"  {_held(one.ratio <= MOST_RATIO)}  {served.size:,} {one.name}: {line}")
            if served.size == EXCESS_AT:
                excess = one.median - one.floor
                line = f"{excess:.2f} of at most {MOST_EXCESS:g} ms over the floor"
                print(f"  {_held(excess <= MOST_EXCESS)}  {served.size:,} {one.name}: {line}")


def _held(fact: bool) -> str:
    return "holds" if fact else "MISSED"


def print_encoding(found: tuple[float, float] | None) -> None:
    """Print what a client's own words cost before they are compared."""
    if found is None:
        print("encoding: the packaged encoder is not installed")
    else:
        print(f"encoding: weights loaded in {found[0]:.1f} s, one text {found[1]:.1f} ms (in no figure above)")


def measure(size: int) -> Served:
    """Build, serve and print one size in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        print(f"drawing, loading and indexing {size:,} profiles", file=sys.stderr, flush=True)
        built = apart(build, Path(folder), size)
        served = apart(serve, Path(folder), size)
    print_served(served)
    print_built(built, served)
    return served


def main() -> None:
    """Measure every size asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true", help="measure 1,000,000 profiles too")
    sizes = (*SIZES, MILLION) if parser.parse_args().million else SIZES
    print_machine()
    every = [measure(size) for size in sizes]
    print_encoding(apart(encode))
    print_targets(every)


if __name__ == "__main__":
    main()

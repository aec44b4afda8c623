"""Measure how often a client's own words find the right therapist first, for each way of reading them.

    .venv/bin/python tools/words.py            # the table of docs/fit-model.md
    .venv/bin/python tools/words.py --held     # on the held half alone
    .venv/bin/python tools/words.py --more     # on ten more sets, with profiles of their own

The texts and profiles are those of tests/words. Each way is a home of its own with the sixteen English profiles, or
with those in Spanish, German or French; no profile lists a concern. Where several share the first band, the right one
counts by its share of it, since the order inside a band is a shuffle.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.home import Home
from matcher.index.reference import Reference
from matcher.pipeline import Service, match
from models.encoder import ENGLISH, MULTILINGUAL, PACKAGED
from models.reading import ConcernReader, Part
from profiles.formats.reading import Row
from profiles.preferences import read_preferences
from profiles.schema import Fact, Therapist

FOLDER = Path(__file__).parent.parent / "tests" / "words"
WAYS = (
    ("English encoder alone", ENGLISH, False),
    ("multilingual encoder alone", MULTILINGUAL, False),
    ("both, by language", PACKAGED, False),
    ("English encoder, read as concerns", ENGLISH, True),
    ("multilingual encoder, read as concerns", MULTILINGUAL, True),
    ("both, read as concerns (used)", PACKAGED, True),
)
"""Name, encoder, whether words and texts are read as concerns."""


@dataclass(frozen=True, slots=True)
class Text:
    """What somebody might write, the concern it is about, and whether choices were made on it."""

    concern: str
    language: str
    half: str
    words: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A fictional therapist's text, the concern it speaks of, and its language."""

    concern: str
    language: str
    bio: str

    def therapist(self, as_of: date) -> Therapist:
        """Return a therapist who takes new clients and states nothing but this text."""
        values = {"name": self.concern, "bio": self.bio, "accepting": "accepting"}
        facts = {name: Fact(value, "words", as_of, "file", as_of) for name, value in values.items()}
        return Therapist(self.concern, facts, "agreed")


def texts(half: str = "") -> tuple[Text, ...]:
    """Return the texts, or those of one half."""
    rows = tomllib.loads((FOLDER / "texts.toml").read_text(encoding="utf-8"))["text"]
    return tuple(text for text in (Text(**row) for row in rows) if half in ("", text.half))


def profiles(language: str) -> tuple[Profile, ...]:
    """Return the profiles in one language."""
    rows = tomllib.loads((FOLDER / "profiles.toml").read_text(encoding="utf-8"))["profile"]
    return tuple(profile for profile in (Profile(**row) for row in rows) if profile.language == language)


def more_sets() -> dict[str, tuple[tuple[Profile, ...], tuple[Text, ...]]]:
    """Return profiles and texts of the sets of `more.toml` by name."""
    document = tomllib.loads((FOLDER / "more.toml").read_text(encoding="utf-8"))
    names = dict.fromkeys(row["set"] for row in document["profile"])
    return {
        name: (
            tuple(
                Profile(one["concern"], one["language"], one["bio"])
                for one in document["profile"]
                if one["set"] == name
            ),
            tuple(
                Text(one["concern"], one["language"], "", one["words"])
                for one in document["text"]
                if one["set"] == name
            ),
        )
        for name in names
    }


@contextmanager
def service_of(people: Sequence[Profile], encoder: str, as_of: date, kept: Path) -> Iterator[Service]:
    """Open a service over some profiles read by an encoder; what was embedded stays in `kept` for the next."""
    with tempfile.TemporaryDirectory(prefix="words-") as folder:
        Path(folder, "settings.toml").write_text(f'encoder = "{encoder}"\n', encoding="utf-8")
        Path(folder, "index").mkdir()
        Path(folder, "index", "slots").symlink_to(kept, target_is_directory=True)
        home = Home(Path(folder))
        try:
            home.directory.apply(Row("loaded", one.therapist(as_of)) for one in people)
            yield home.service(home.update_index())
        finally:
            home.directory.close()


def unread(service: Service) -> Service:
    """Return the same service with words read as nothing, so that only the wording counts."""
    reference = service.index.reference
    reader = reference.reader
    first = reader.first and Part.blind(reader.split)
    blind = ConcernReader(first, Part.blind(reader.second.weights.shape[1]))
    tables = Reference.by(blind, anchors=reference.anchors, lines=reference.lines, concerns=reference.concerns)
    about = np.ones_like(service.index.arrays["about"])
    arrays = {**service.index.arrays, "about": about}
    return replace(service, index=replace(service.index, reference=tables, arrays=arrays))


def share_first(text: Text, service: Service, as_of: date) -> float:
    """Return the chance that the right therapist comes first, 0..1."""
    preferences, _ = read_preferences({"words": text.words})
    shown = match(preferences, service, service.index.size, as_of).matches
    first = [one.therapist.id for one in shown if one.band == shown[0].band]
    return first.count(text.concern) / len(first)


def shares(people: Sequence[Profile], asked: Iterable[Text], service: Service, as_of: date) -> dict[str, float]:
    """Return by language of the text the mean chance that the right therapist comes first."""
    known = {one.concern for one in people}
    found: dict[str, list[float]] = {}
    for text in asked:
        if text.concern in known:
            found.setdefault(text.language, []).append(share_first(text, service, as_of))
    return {language: float(np.mean(values)) for language, values in found.items()}


def row(name: str, measured: dict[str, float]) -> str:
    """Return one line of the table, in percent; the last column is the mean over languages."""
    values: NDArray[np.float64] = np.array(list(measured.values()))
    return f"| {name} | " + " | ".join(f"{100 * value:.0f}" for value in (*values, values.mean())) + " |"


def tables(asked: Sequence[Text], kept: Path, as_of: date) -> Iterator[str]:
    """Yield the lines of the table: each way with English profiles, then the used one with others."""
    languages = list(dict.fromkeys(text.language for text in asked))
    yield "| way | " + " | ".join([*languages, "mean"]) + " |"
    yield "|---|" + "---|" * (len(languages) + 1)
    for name, encoder, reads in WAYS:
        with service_of(profiles("en"), encoder, as_of, kept) as service:
            yield row(name, shares(profiles("en"), asked, service if reads else unread(service), as_of))
    for language in ("es", "de", "fr"):
        with service_of(profiles(language), PACKAGED, as_of, kept) as service:
            yield row(f"profiles in {language} (used)", shares(profiles(language), asked, service, as_of))


def more_tables(kept: Path, as_of: date) -> Iterator[str]:
    """Yield a table for each of the other sets: each encoder alone, and the used way."""
    for name, (people, asked) in more_sets().items():
        languages = list(dict.fromkeys(text.language for text in asked))
        yield f"{name} set, {len(asked)} texts, {len(people)} profiles\n"
        yield "| way | " + " | ".join([*languages, "mean"]) + " |"
        yield "|---|" + "---|" * (len(languages) + 1)
        for way, encoder, reads in (WAYS[0], WAYS[1], WAYS[-1]):
            with service_of(people, encoder, as_of, kept) as service:
                yield row(way, shares(people, asked, service if reads else unread(service), as_of))
        yield ""


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How often the right therapist comes first")
    parser.add_argument("--held", action="store_true", help="only the texts that no constant was chosen on")
    parser.add_argument("--more", action="store_true", help="ten more sets, with profiles of their own")
    chosen, today = parser.parse_args(arguments), datetime.now(UTC).date()
    asked = texts("held" if chosen.held else "")
    print("" if chosen.more else f"{len(asked)} texts\n")
    with tempfile.TemporaryDirectory(prefix="words-kept-") as kept:
        for line in more_tables(Path(kept), today) if chosen.more else tables(asked, Path(kept), today):
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Builders that tests share: therapists sparse and full, preferences, and small homes that need no torch."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from matcher.documents import list_document
from matcher.home import Home
from matcher.pipeline import Service, match
from matcher.records import MatchList
from profiles.formats.reading import Row
from profiles.preferences import LANGUAGE_ALSO, read_preferences
from profiles.schema import (
    CONTACT_FIELDS,
    FIELDS,
    STYLES,
    Fact,
    Fee,
    Language,
    Licence,
    Place,
    Preferences,
    Therapist,
)

DAY = date(2026, 11, 22)
"""The day of the session in every test that does not say another."""

SECRET = bytes(range(32))
"""The secret of test homes, so that ties are the same in every run."""

TERMS: Mapping[str, tuple[str, ...]] = {
    "session_format": ("in_person", "video", "phone", "text"),
    "age_group": ("adult", "adolescent", "older_adult"),
    "participants": ("individual", "couple", "family"),
    "population": ("veterans", "refugees", "transgender", "students"),
    "concern": ("grief", "anxiety", "depression", "suicidal_thoughts"),
    "modality": ("cbt", "psychodynamic", "humanistic", "exposure"),
    "cultural_background": ("mexican", "german"),
    "faith": ("catholic", "jewish"),
    "therapist_gender": ("female", "male", "nonbinary"),
    "insurance": ("aetna", "medicare"),
    "accessibility": ("wheelchair", "interpreter", "captions"),
    "availability": ("weekday_morning", "weekday_evening", "weekend_morning"),
    "practice": ("homework", "progress_review", "asks_for_feedback", "self_disclosure"),
    "qualities": ("trust", "empathy", "active_listening", "transparency", "validation"),
}
"""A few terms of each field, so that wishes and facts meet often."""

TAGS = ("es", "es-MX", "en", "zh", "yue", "ase")
JURISDICTIONS = ("US-MA", "US-CT", "DE", "DE-BE")
PROFESSIONS = ("psychologist", "counselor", "psychiatrist")
SPOTS: Mapping[str, tuple[float, float]] = {
    "Boston": (42.36, -71.06),
    "Worcester": (42.27, -71.80),
    "Hartford": (41.76, -72.67),
    "Berlin": (52.52, 13.40),
    "Suva": (-18.14, 178.44),
    "Apia": (-13.83, -171.77),
}
ACCEPTING = ("accepting", "waiting_list", "full", "existing_only", "paused")

SENTENCES = (
    "I listen first and we plan the next week together.",
    "Grief has no timetable and I will not hurry you.",
    "I use cognitive behavioural therapy with anxious adults.",
    "We look at dreams and at what came before.",
    "Homework helps between our sessions.",
    "I do not work with couples.",
    "My office has a lift and a quiet waiting room.",
    "Veterans and their families are welcome here.",
    "Trabajo con personas que han perdido a alguien.",
    "Ich arbeite langsam und freundlich mit Ihnen.",
    "I like tea, long walks and the sea in winter.",
    "You can tell me when something felt wrong.",
)


def today() -> date:
    """Return the day of now, for what a server writes: a run of all tests may go past midnight."""
    return datetime.now(UTC).date()


def fact(value: Any, **origin: Any) -> Fact:
    """Return a fact of a file, confirmed on the day of the session unless `origin` says otherwise."""
    parts = {"source": "test", "as_of": DAY, "editor": "file", "confirmed_on": DAY, **origin}
    return Fact(value, **parts)


def therapist(identity: str = "t", *, listing: str = "agreed", confirmed_on: date = DAY, **values: Any) -> Therapist:
    """Return a therapist who takes new clients, with the given values; a value of None is not stated.

    Args:
        identity: id, and name where none is given.
        listing: basis of the listing.
        confirmed_on: when it was last said that new clients are taken.
        values: by field.
    """
    stated = {"name": identity, "accepting": "accepting", **values}
    facts = {name: fact(value) for name, value in stated.items() if value is not None}
    if "accepting" in facts:
        facts["accepting"] = fact(stated["accepting"], confirmed_on=confirmed_on)
    return Therapist(identity, facts, listing)


def with_fact(held: Therapist, name: str, value: Any) -> Therapist:
    """Return `held` with one field changed, or not stated any more when `value` is None."""
    facts = {field: one for field, one in held.facts.items() if field != name}
    if value is not None:
        facts[name] = fact(value)
    return replace(held, facts=facts)


# ---------------------------------------------------------------- strategies


def days_from(*offsets: int) -> st.SearchStrategy[date]:
    """Return a strategy for days so many before or after the session."""
    return st.sampled_from([DAY + timedelta(days=offset) for offset in offsets])


def some_of(pool: Sequence[str], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    """Return a strategy for one to `most` different terms."""
    return st.lists(st.sampled_from(pool), min_size=1, max_size=most, unique=True).map(tuple)


LANGUAGES = st.lists(
    st.builds(Language, st.sampled_from(TAGS), st.sampled_from([None, 10, 20, 30, 50])), min_size=1, max_size=3
).map(tuple)
LICENCES = st.lists(
    st.builds(
        Licence,
        jurisdiction=st.sampled_from(["", *JURISDICTIONS]),
        profession=st.sampled_from(["", *PROFESSIONS]),
        number=st.sampled_from(["", "1", "A-2"]),
        start=st.none() | days_from(-1000, 0),
        end=st.none() | days_from(-1, 0, 1, 400),
    ),
    min_size=1,
    max_size=3,
).map(tuple)
PLACES = st.lists(
    st.builds(
        lambda city, located: Place(
            city=city,
            latitude=SPOTS[city][0] if located else None,
            longitude=SPOTS[city][1] if located else None,
        ),
        st.sampled_from(sorted(SPOTS)),
        st.sampled_from([True, True, False]),
    ),
    min_size=1,
    max_size=2,
).map(tuple)
FEES = st.builds(
    lambda lowest, more, currency: Fee(lowest, lowest + more, currency),
    st.sampled_from([0, 4_000, 9_000, 9_001, 15_000]),
    st.sampled_from([0, 5_000]),
    st.sampled_from(["USD", "EUR"]),
)
STYLE_ANSWERS = st.dictionaries(st.sampled_from(STYLES), st.integers(-3, 3), min_size=1)
BIOS = (
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5, unique=True)
    .filter(lambda lines: lines != ["I do not work with couples."])  # a test of its own
    .map(" ".join)
)

RANKED_VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    **{name: some_of(pool) for name, pool in TERMS.items()},
    "language": LANGUAGES,
    "licence": LICENCES,
    "place": PLACES,
    "fee": FEES,
    "style": STYLE_ANSWERS,
    "next_opening": days_from(-3, 0, 7, 14, 15, 60),
    "bio": BIOS,
}
"""Values of the fields that clients can ask for."""

UNRANKED_VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "credentials": st.sampled_from(["PhD", "LCSW"]),
    "pronouns": st.sampled_from(["they/them", "she/her"]),
    "npi": st.sampled_from(["1000000004", "1234567893"]),
    "orientation": st.sampled_from(["queer", "straight"]),
    "disability": st.sampled_from(["blind", "deaf"]),
    "training": st.sampled_from(["Trained in Oslo.", "Twelve years in a clinic."]),
    "supervised": st.booleans(),
    "identity_consent": st.just(True),  # a refusal erases other fields: a test of its own
    "crisis_between_sessions": st.just("Call the clinic."),
    "reply_languages": st.just(("en", "es")),
    "replies_within_days": st.integers(0, 14),
    **{
        name: st.sampled_from(["a@example.org", "https://example.org/", "+1 555 0100"])
        for name in CONTACT_FIELDS
        if name not in ("reply_languages", "replies_within_days")
    },
}
"""Values of the fields that nobody can ask for."""

VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    **RANKED_VALUES,
    **UNRANKED_VALUES,
    "name": st.text(min_size=1, max_size=20),
    "quality_sentences": st.just({"trust": "I say what I do.", "empathy": "I listen first."}),
    "accepting": st.sampled_from(ACCEPTING),
}
assert VALUES.keys() == FIELDS.keys()


@st.composite
def therapists(draw: st.DrawFn, *, most: int = 10, least: int = 1) -> list[Therapist]:
    """Draw a directory as the ranking sees one: some profiles sparse, some full, most taking new clients."""
    size = draw(st.integers(least, most))
    return [draw(_ranked_therapist(f"t{number:02}")) for number in range(size)]


@cache
def _ranked_therapist(identity: str) -> st.SearchStrategy[Therapist]:
    accepting = st.sampled_from(["accepting"] * 6 + [None, None, "waiting_list", "full", "existing_only", "paused"])
    return st.builds(
        _assembled,
        st.just(identity),
        st.fixed_dictionaries({}, optional=RANKED_VALUES),
        accepting,
        days_from(0, 0, 0, -90, -91, -400),
        st.sampled_from(["agreed"] * 5 + ["contract", "public_register"]),
        st.booleans(),
    )


def _assembled(  # noqa: PLR0917 - st.builds fills them
    identity: str, values: dict[str, Any], accepting: str | None, confirmed_on: date, listing: str, by_therapist: bool
) -> Therapist:
    built = therapist(identity, listing=listing, confirmed_on=confirmed_on, accepting=accepting, **values)
    if not by_therapist:
        return built
    return Therapist(identity, {**built.facts, "name": fact(identity, editor="therapist")}, built.listing)


def any_facts() -> st.SearchStrategy[dict[str, Fact]]:
    """Return a strategy for facts of every kind, with every kind of origin."""
    origin = {
        "source": st.text(max_size=10),
        "as_of": st.dates(),
        "editor": st.sampled_from(["file", "register", "therapist", "operator"]),
        "confirmed_on": st.dates(),
    }
    return st.fixed_dictionaries(
        {}, optional={name: st.builds(Fact, value, **origin) for name, value in VALUES.items()}
    )


WISHES: Mapping[str, st.SearchStrategy[list[str]]] = {
    **{name: some_of(pool, 2).map(list) for name, pool in TERMS.items() if name != "qualities"},
    "language": some_of(TAGS, 2).map(list),
    "jurisdiction": some_of(JURISDICTIONS, 2).map(list),
    "profession": some_of(PROFESSIONS, 2).map(list),
}
"""What `must` and `prefer` may ask in each field, as JSON."""

LIMITS: Mapping[str, st.SearchStrategy[Any]] = {
    "fee_max": st.fixed_dictionaries(
        {"amount": st.sampled_from([0, 40, 90, 90.01, 200]), "currency": st.sampled_from(["USD", "EUR"])}
    ),
    "near": st.builds(
        lambda spot, km: {"latitude": SPOTS[spot][0], "longitude": SPOTS[spot][1], "km": km},
        st.sampled_from(sorted(SPOTS)),
        st.sampled_from([25, 70, 1_500, 20_040]),
    ),
    "starts_within": st.sampled_from([0, 7, 14, 60]),
}

WORDS = st.sampled_from(["My mother died in March and I feel numb.", "I cannot sleep before exams", "duelo"])

MUST_NAMES = (*WISHES, *LIMITS)


@st.composite
def musts(draw: st.DrawFn, *, least: int = 0, most: int = 3) -> dict[str, Any]:
    """Draw the part of a preferences document that decides who is eligible."""
    names = draw(st.lists(st.sampled_from(MUST_NAMES), min_size=least, max_size=most, unique=True))
    document: dict[str, Any] = {name: draw(LIMITS[name]) for name in names if name in LIMITS}
    fields = {name: draw(WISHES[name]) for name in names if name in WISHES}
    if fields:
        document["must"] = fields
    if names and draw(st.booleans()):
        document["include_not_stated"] = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    if "language" in names:
        document["language_also"] = draw(st.lists(st.sampled_from(LANGUAGE_ALSO), unique=True))
    return document


@st.composite
def wishes(draw: st.DrawFn, *, words: bool = True, avoid: bool = True) -> dict[str, Any]:
    """Draw the part of a preferences document that decides the order."""
    prefer = draw(st.lists(st.sampled_from(sorted(WISHES)), max_size=4, unique=True))
    optional: dict[str, st.SearchStrategy[Any]] = {
        "style": st.dictionaries(st.sampled_from(STYLES), st.sampled_from([-3, -2, -1, 1, 2, 3]), min_size=1),
        "qualities": some_of(TERMS["qualities"]).map(list),
        "matters_most": st.lists(
            st.sampled_from(["bond", "goal", "task", "culture", "practical", "modality", "style", "qualities"]),
            unique=True,
            min_size=1,
            max_size=2,
        ),
    }
    if words:
        optional["words"] = WORDS
    if avoid:
        optional["avoid"] = st.fixed_dictionaries({}, optional={n: WISHES[n] for n in ("modality", "practice")}).filter(
            bool
        )
    document = draw(st.fixed_dictionaries({}, optional=optional))
    if prefer:
        document["prefer"] = {name: draw(WISHES[name]) for name in prefer}
    return document


@st.composite
def preferences_documents(draw: st.DrawFn, *, words: bool = True) -> dict[str, Any]:
    """Draw a whole preferences document."""
    return {**draw(musts()), **draw(wishes(words=words))}


# ---------------------------------------------------------------- seeded directories, where there must be many


def random_value(rng: random.Random, name: str) -> Any:  # noqa: PLR0911 - a field a line
    """Return a value of a ranked field, drawn with `rng`: quicker than a strategy."""
    if name in TERMS:
        return tuple(rng.sample(TERMS[name], rng.randint(1, min(3, len(TERMS[name])))))
    if name == "language":
        tags = rng.sample(TAGS, rng.randint(1, 2))
        return tuple(Language(tag, rng.choice([None, 20, 30, 50])) for tag in tags)
    if name == "style":
        return {style: rng.randint(-3, 3) for style in STYLES if rng.random() < 0.8} or {"challenge": 0}
    if name == "bio":
        return " ".join(rng.sample(SENTENCES, rng.randint(2, 6)))
    if name == "licence":
        return tuple(_random_licence(rng) for _ in range(rng.randint(1, 3)))
    if name == "place":
        city = rng.choice(sorted(SPOTS))
        here = SPOTS[city] if rng.random() < 0.8 else (None, None)
        return (Place(city=city, latitude=here[0], longitude=here[1]),)
    if name == "fee":
        lowest = rng.choice([0, 4_000, 9_000, 9_001])
        return Fee(lowest, lowest + rng.choice([0, 5_000]), rng.choice(["USD", "EUR"]))
    if name == "next_opening":
        return DAY + timedelta(days=rng.choice([-3, 0, 7, 8, 60]))
    raise KeyError(name)


def _random_licence(rng: random.Random) -> Licence:
    return Licence(
        jurisdiction=rng.choice(["", *JURISDICTIONS]),
        profession=rng.choice(["", *PROFESSIONS]),
        start=rng.choice([None, DAY, DAY - timedelta(days=900)]),
        end=rng.choice([None, DAY, DAY + timedelta(days=1), DAY + timedelta(days=400), DAY - timedelta(days=1)]),
    )


def random_musts(rng: random.Random) -> dict[str, Any]:
    """Return one to three musts, half of them open to the silent."""
    pools = {**TERMS, "language": TAGS, "jurisdiction": JURISDICTIONS, "profession": PROFESSIONS}
    spot = SPOTS[rng.choice(sorted(SPOTS))]
    limits = {
        "fee_max": {"amount": rng.choice([40, 90, 200]), "currency": rng.choice(["USD", "EUR"])},
        "near": {"latitude": spot[0], "longitude": spot[1], "km": rng.choice([25, 70, 1_500])},
        "starts_within": rng.choice([0, 7, 60]),
    }
    often = ["jurisdiction", "profession", "near", "session_format", "fee_max", "accessibility", "practice"]
    names = set(rng.choices([*MUST_NAMES, *often, *often], k=rng.randint(1, 3)))
    document: dict[str, Any] = {name: limits[name] for name in sorted(names & limits.keys())}
    document["must"] = {
        name: rng.sample(pools[name], rng.randint(1, 2))
        for name in sorted(names & WISHES.keys())
        if len(pools[name]) > 1
    }
    document["include_not_stated"] = [name for name in sorted(names) if rng.random() < 0.5]
    if "language" in names:
        document["language_also"] = [one for one in LANGUAGE_ALSO if rng.random() < 0.5]
    return document


FULL = (*TERMS, "language", "style", "bio")
"""Fields that `random_therapist` fills."""


def random_therapist(rng: random.Random, identity: str, fields: Iterable[str] = FULL) -> Therapist:
    """Return a therapist with every one of `fields` filled."""
    return therapist(identity, **{name: random_value(rng, name) for name in fields})


# ---------------------------------------------------------------- homes


def read_document(document: Mapping[str, Any]) -> Preferences:
    """Return preferences that have no problem."""
    preferences, problems = read_preferences(dict(document))
    assert not problems, problems
    return preferences


@cache
def _anchor_slots() -> Path:
    """Return a folder where the phrases of the vocabulary are embedded already: most of the time of a small index."""
    folder = tempfile.TemporaryDirectory(prefix="anchors-")
    _KEPT.append(folder)
    root = Path(folder.name)
    (root / "settings.toml").write_text('encoder = "lexical"\n', encoding="utf-8")
    home = Home(root)
    home.update_index()
    home.directory.close()
    return root / "index" / "slots"


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def rows_of(people: Iterable[Therapist]) -> Iterator[Row]:
    """Yield therapists as a reader yields them."""
    return (Row("loaded", one) for one in people)


def make_home(people: Iterable[Therapist], folder: Path) -> Home:
    """Return a home with the lexical encoder and the given therapists, not yet indexed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.toml").write_text('encoder = "lexical"\n', encoding="utf-8")
    (folder / "secret.key").write_bytes(SECRET)
    shutil.copytree(_anchor_slots(), folder / "index" / "slots", dirs_exist_ok=True)
    home = Home(folder)
    home.directory.apply(rows_of(people))
    return home


@contextmanager
def home_of(people: Iterable[Therapist], folder: Path | None = None) -> Iterator[Home]:
    """Open a home with the given therapists, in a folder of its own when none is given."""
    with tempfile.TemporaryDirectory(prefix="home-") as own:
        home = make_home(people, folder or Path(own))
        try:
            yield home
        finally:
            home.directory.close()


@contextmanager
def service_of(people: Iterable[Therapist], folder: Path | None = None) -> Iterator[Service]:
    """Open a service over the given therapists: directory, index, model."""
    with home_of(people, folder) as home:
        yield home.service(home.update_index())


EVERYBODY = 1_000


def ranked(service: Service, document: Mapping[str, Any], n: int = EVERYBODY, as_of: date = DAY) -> MatchList:
    """Return the list for a preferences document."""
    return match(read_document(document), service, n, as_of)


def as_bytes(result: MatchList, locale: str = "en") -> bytes:
    """Return a list as the bytes of its JSON document."""
    return json.dumps(list_document(result, locale), ensure_ascii=False).encode()


def standing(result: MatchList) -> list[tuple[str, str, int, float]]:
    """Return who stands where: (id, group, band, score) in the order of the list."""
    return [(one.therapist.id, one.group, one.band, one.fit_score) for one in result.matches]

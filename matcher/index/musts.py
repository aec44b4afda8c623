"""Musts as masks: who meets each, who does not, and who does not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.index.columns import NO_DAY
from matcher.index.query import Index, Mask, Rows, fee_at_most, open_rows
from matcher.records import NotStated, Relaxation
from profiles.languages import covers
from profiles.preferences import EVERY_VALUE, LIMITS
from profiles.schema import Near, Preferences

Degrees = NDArray[np.float64]

EARTH_KM = 6371.0088
"""Mean radius of the earth (IUGG)."""

BAND_MARGIN = 1e-6
"""Degrees of latitude by which a circle is taken too wide before distances are measured exactly."""

NEVER_OFFERED = frozenset({"jurisdiction", "age_group", "accessibility", "language"})
"""Musts that a client is never told to drop."""

DEPENDS_ON: Mapping[str, str] = {"profession": "jurisdiction", "near": "session_format"}
"""A must that means something else without another: a licence of a profession where one is asked for; a distance
that binds meeting in person only."""

INTERPRETER = "interpreter"
"""An access need, and what a client may say will do where a language is a must."""

REMOTE = ("video", "phone", "text")


@dataclass(frozen=True)
class Standing:
    """How everybody stands to one must: bool [size] each."""

    met: Mask
    stated: Mask


@dataclass(frozen=True)
class Eligible:
    """Who meets every must, and what each must costs.

    Attributes:
        rows: ascending.
        standings: how everybody stands to each must.
        relaxations: how many more each must's absence would bring, exactly.
        not_stated: how many each must keeps out only for not being stated.
    """

    rows: Rows
    standings: Mapping[str, Standing]
    relaxations: tuple[Relaxation, ...]
    not_stated: tuple[NotStated, ...]


def asked_musts(preferences: Preferences) -> tuple[str, ...]:
    """Return the names of all musts, fields first."""
    limits = {name: getattr(preferences, name) for name in LIMITS}
    return (*preferences.must, *(name for name, value in limits.items() if value is not None))


def eligible(index: Index, preferences: Preferences, as_of: date, language_floor: int) -> Eligible:
    """Return everyone who may be listed and meets every must."""
    base, _ = open_rows(index, as_of)
    names = asked_musts(preferences)
    standing = {name: standing_to(index, preferences, name, as_of, language_floor) for name in names}
    passes = {name: _passes(standing[name], name, preferences) for name in names}
    failed = np.zeros(index.size, dtype=np.uint8)
    for mask in passes.values():
        failed += (~mask).view(np.uint8)
    everyone = base & (failed == 0)
    relaxations, silent = [], []
    for name in names:
        alone = base & (failed == 1) & ~passes[name]
        silent.append(NotStated(name, int(np.count_nonzero(alone & ~standing[name].stated))))
        newcomers = alone
        if changed := [other for other, needs in DEPENDS_ON.items() if needs == name and other in passes]:
            without = _without(preferences, name)
            again = {other: standing_to(index, without, other, as_of, language_floor) for other in changed}
            rest = {other: mask for other, mask in passes.items() if other != name}
            rest |= {other: _passes(again[other], other, preferences) for other in changed}
            newcomers = _all_of(base, rest.values()) & ~everyone
        relaxations.append(Relaxation(name, int(np.count_nonzero(newcomers)), name not in NEVER_OFFERED))
    return Eligible(np.flatnonzero(everyone), standing, tuple(relaxations), tuple(silent))


def _passes(standing: Standing, name: str, preferences: Preferences) -> Mask:
    return standing.met | ~standing.stated if name in preferences.include_not_stated else standing.met


def _all_of(base: Mask, masks: Iterable[Mask]) -> Mask:
    every = base.copy()
    for mask in masks:
        every &= mask
    return every


def _without(preferences: Preferences, dropped: str) -> Preferences:
    """Return the preferences with one must of a field dropped."""
    return replace(preferences, must={name: terms for name, terms in preferences.must.items() if name != dropped})


def standing_to(index: Index, preferences: Preferences, name: str, as_of: date, language_floor: int) -> Standing:
    """Return who meets a must and who states its field."""
    if name == "fee_max" and preferences.fee_max:
        return Standing(*fee_at_most(index, preferences.fee_max.amount, preferences.fee_max.currency))
    if name == "starts_within" and preferences.starts_within is not None:
        return _starts(index, as_of, preferences.starts_within)
    if name == "near" and preferences.near:
        return _near(index, preferences.near, _asked_formats(preferences))
    return _standing_to_terms(index, preferences, name, as_of, language_floor)


def _standing_to_terms(index: Index, preferences: Preferences, name: str, as_of: date, language_floor: int) -> Standing:
    terms = preferences.must[name]
    if name == "language":
        met = np.zeros(index.size, dtype=bool)
        for tag in terms:
            met |= index.speaks(tag, language_floor)
        if INTERPRETER in preferences.language_also:
            met |= index.bit("accessibility", INTERPRETER)
        return Standing(met, met | index.stated("language"))
    if name == "jurisdiction":
        return _licensed(index, terms, (), as_of)
    if name == "profession":
        return _licensed(index, preferences.must.get("jurisdiction", ()), terms, as_of)
    counts = index.count_terms(name, terms)
    needed = len(terms) if name in EVERY_VALUE else 1
    return Standing(counts >= needed, index.stated(name))


def _starts(index: Index, as_of: date, days: int) -> Standing:
    opening = index.arrays["opening"]
    stated = opening != NO_DAY
    return Standing(stated & (opening <= as_of.toordinal() + days), stated)


def _asked_formats(preferences: Preferences) -> tuple[str, ...]:
    return (*preferences.must.get("session_format", ()), *preferences.prefer.get("session_format", ()))


def _near(index: Index, near: Near, formats: Sequence[str]) -> Standing:
    """Distance binds meeting in person: whoever offers an asked remote format stays."""
    remote = index.count_terms("session_format", [name for name in formats if name in REMOTE]) > 0
    in_person = index.bit("session_format", "in_person") | ~index.stated("session_format")
    within = np.zeros(index.size, dtype=bool)
    within[_rows_within(index, near)] = True
    return Standing((within & in_person) | remote, index.placed | ~in_person | remote)


def _rows_within(index: Index, near: Near) -> Rows:
    """Return who has a place in a circle; only places of about its latitude are measured."""
    latitude, longitude = index.arrays["place.latitude"], index.arrays["place.longitude"]
    band = np.degrees(near.km / EARTH_KM) + BAND_MARGIN
    lines = np.flatnonzero(np.abs(latitude - near.latitude) <= band)
    close = distance_km(near, latitude.take(lines), longitude.take(lines)) <= near.km
    rows: Rows = index.arrays["place.row"].take(lines[close])
    return rows


def distance_km(near: Near, latitude: Degrees, longitude: Degrees) -> NDArray[np.float64]:
    """Return float64 kilometres along the great circle (haversine) from a point to others, degrees in."""
    lat, lon, lat0, lon0 = (np.radians(value) for value in (latitude, longitude, near.latitude, near.longitude))
    half = np.sin((lat - lat0) / 2) ** 2 + np.cos(lat) * np.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
    distance: NDArray[np.float64] = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return distance


def _licensed(index: Index, where: Sequence[str], what: Sequence[str], as_of: date) -> Standing:
    """Who holds a licence of an asked profession, valid in an asked jurisdiction on the day; empty asks for any.

    A licence that would do but states no end, jurisdiction or profession does not say enough, as does having none.
    """
    place, kind = index.arrays["licence.jurisdiction"], index.arrays["licence.profession"]
    there = _among(place, _covering(index, where)) if where else np.ones(len(place), dtype=bool)
    such = _among(kind, _professions(index, what)) if what else np.ones(len(kind), dtype=bool)
    lines = np.flatnonzero((there | (place == 0)) & (such | (kind == 0)))
    rows, end = index.arrays["licence.row"].take(lines), index.arrays["licence.end"].take(lines)
    begun = index.arrays["licence.start"].take(lines) <= as_of.toordinal()  # one not stated is the earliest day
    running = begun & ((end >= as_of.toordinal()) | (end == NO_DAY))
    certain = running & (there & such).take(lines) & ((end != NO_DAY) if where else True)
    met, perhaps = np.zeros(index.size, dtype=bool), np.zeros(index.size, dtype=bool)
    met[rows[certain]] = True
    perhaps[rows[running]] = True
    return Standing(met, met | (index.licensed & ~perhaps))


def _among(column: NDArray[Any], numbers: Sequence[int]) -> Mask:
    """Return bool of the same shape: which entries are one of a few numbers."""
    found = np.zeros(len(column), dtype=bool)
    for number in numbers:
        found |= column == number
    return found


def _professions(index: Index, wanted: Sequence[str]) -> list[int]:
    return [index.names.professions[name] for name in wanted if name in index.names.professions]


def _covering(index: Index, wanted: Sequence[str]) -> list[int]:
    names = index.names.jurisdictions.items()
    return [number for name, number in names if name and any(covers(name, one) for one in wanted)]

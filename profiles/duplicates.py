"""Likely duplicates: pairs of profiles that may be one person, with what speaks for it and how certain it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz

from profiles.directory.protocol import Pair
from profiles.identity import digits_of, name_key, names_agree
from profiles.schema import Therapist

LEAST_CERTAINTY = 0.5
"""Below it a pair is not worth a person's time."""

MOST_IN_BLOCK = 40
"""A way of contact or a name that more share says nothing of a person: a switchboard, a practice."""

LIKE_NAMES = 88.0
"""Per cent of likeness from which two spellings are taken for one name."""

# How much each agreement lowers the odds that two profiles are two people, as a share of doubt that is left. Names are
# asked first: two people share a telephone more often than a name with it.
DOUBT_LEFT: Mapping[str, float] = {
    "licence_same": 0.05,
    "npi_same": 0.02,
    "name_same": 0.55,
    "name_alike": 0.65,
    "email_same": 0.25,
    "phone_same": 0.35,
    "website_same": 0.6,
    "postal_code_same": 0.6,
    "bio_same": 0.3,
}

# What speaks against one person, as a factor on the certainty.
AGAINST: Mapping[str, float] = {"npi_differs": 0.3, "licence_differs": 0.5, "name_differs": 0.5}


@dataclass(frozen=True, slots=True)
class _Traits:
    """What is compared of one profile."""

    id: str
    name: str
    npi: str
    licences: frozenset[tuple[str, str]]
    email: str
    phones: frozenset[str]
    website: str
    postal_codes: frozenset[str]
    bio: str


def likely_duplicates(therapists: Iterable[Therapist]) -> Iterator[Pair]:
    """Yield pairs that may be one person, the most certain first.

    Only profiles that share a licence, a way of contact, a text, or a name are compared; certainty is one minus the
    product of the doubt that each agreement leaves, lowered by what speaks against. The shares of doubt are chosen,
    not measured: they order the queue, and a person decides.
    """
    traits = [_traits(one) for one in therapists]
    found = (_pair(first, second) for first, second in _candidates(traits))
    likely = [pair for pair in found if pair.certainty >= LEAST_CERTAINTY]
    yield from sorted(likely, key=lambda pair: (-pair.certainty, pair.first, pair.second))


def _traits(one: Therapist) -> _Traits:
    numbers = (digits_of(one.value(field, "")) for field in ("phone", "text"))
    return _Traits(
        id=one.id,
        name=name_key(one.name),
        npi=one.value("npi", ""),
        licences=frozenset((held.jurisdiction, held.number.casefold()) for held in one.licences if held.number),
        email=one.value("email", "").casefold(),
        phones=frozenset(filter(None, numbers)),
        website=_address(one.value("website", "")),
        postal_codes=frozenset(f"{place.country}{place.postal_code}" for place in one.places if place.postal_code),
        bio=" ".join(one.bio.casefold().split()),
    )


def _address(website: str) -> str:
    return website.casefold().partition("://")[2].removeprefix("www.").rstrip("/")


BLOCKS: tuple[Callable[[_Traits], Iterable[str]], ...] = (
    lambda one: [f"name {one.name}"] if one.name else [],
    lambda one: [f"name {word} {code}" for word in one.name.split() if len(word) > 2 for code in one.postal_codes],
    lambda one: [f"licence {place} {number}" for place, number in one.licences],
    lambda one: [f"email {one.email}"] if one.email else [],
    lambda one: [f"phone {number}" for number in one.phones],
    lambda one: [f"site {one.website}"] if one.website else [],
    lambda one: [f"bio {one.bio}"] if len(one.bio) > 40 else [],
)
"""What two profiles must share in one way at least to be compared."""


def _candidates(every: Iterable[_Traits]) -> Iterator[tuple[_Traits, _Traits]]:
    blocks: dict[str, list[_Traits]] = defaultdict(list)
    for one in every:
        for keys in BLOCKS:
            for key in keys(one):
                blocks[key].append(one)
    seen: set[tuple[str, str]] = set()
    for block in blocks.values():
        if len(block) <= MOST_IN_BLOCK:
            for first, second in combinations(sorted(block, key=lambda one: one.id), 2):
                ids = (first.id, second.id)
                if ids not in seen and first.id != second.id:
                    seen.add(ids)
                    yield first, second


def _pair(first: _Traits, second: _Traits) -> Pair:
    reasons = sorted(_agreements(first, second), key=DOUBT_LEFT.__getitem__)
    doubt = 1.0
    for reason in reasons:
        doubt *= DOUBT_LEFT[reason]
    against = list(_disagreements(first, second))
    certainty = 1 - doubt
    for reason in against:
        certainty *= AGAINST[reason]
    return Pair(first.id, second.id, round(certainty, 3), (*reasons, *against))


def _agreements(one: _Traits, other: _Traits) -> Iterator[str]:
    if one.npi and one.npi == other.npi:
        yield "npi_same"
    if one.licences & other.licences:
        yield "licence_same"
    if one.name and one.name == other.name:
        yield "name_same"
    elif one.name and other.name and fuzz.token_sort_ratio(one.name, other.name) >= LIKE_NAMES:
        yield "name_alike"
    if one.email and one.email == other.email:
        yield "email_same"
    if one.phones & other.phones:
        yield "phone_same"
    if one.website and one.website == other.website:
        yield "website_same"
    if one.postal_codes & other.postal_codes:
        yield "postal_code_same"
    if len(one.bio) > 40 and one.bio == other.bio:
        yield "bio_same"


def _disagreements(one: _Traits, other: _Traits) -> Iterator[str]:
    if one.npi and other.npi and one.npi != other.npi:
        yield "npi_differs"
    places = {place for place, _ in one.licences} & {place for place, _ in other.licences}
    if places and not one.licences & other.licences:
        yield "licence_differs"
    if not names_agree(one.name, other.name):
        yield "name_differs"

"""Two states of one therapist become one: whose word counts, fact by fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from profiles.schema import EDITOR_RANK, IDENTITY_FIELDS, Fact, Licence, Therapist

LISTING_RANK = {"public_register": 0, "contract": 1, "agreed": 2}


def merged(held: Therapist | None, incoming: Therapist) -> Therapist:
    """Return `held` with what `incoming` says, fact by fact.

    A person's edit outranks a checked register, which outranks a file; within one rank the later date wins, and on
    one day the one that comes last. An equal value moves `confirmed_on`, and belongs to whoever ranks higher. A field
    that a person emptied is a fact like any other. Where consent was withdrawn, identity fields are erased.
    """
    if held is None:
        return _of_facts(incoming, _every_fact(incoming))
    facts = _every_fact(held)
    for name, fact in _every_fact(incoming).items():
        facts[name] = _winner(name, facts.get(name), fact)
    listing = max(held.listing, incoming.listing, key=LISTING_RANK.__getitem__)
    both = replace(
        held,
        listing=listing,
        fictional=held.fictional or incoming.fictional,
        listed=held.listed or incoming.listed,
    )
    return _of_facts(both, facts)


def _every_fact(therapist: Therapist) -> dict[str, Fact]:
    return {**therapist.facts, **therapist.withheld}


def _of_facts(therapist: Therapist, facts: Mapping[str, Fact]) -> Therapist:
    """Return a therapist of whom `facts` are known, without identity fields where consent to them was withdrawn."""
    consent = facts.get("identity_consent")
    erased = frozenset(IDENTITY_FIELDS) if consent is not None and consent.value is False else frozenset()
    kept = {name: fact for name, fact in facts.items() if name not in erased}
    return replace(
        therapist,
        facts={name: fact for name, fact in kept.items() if fact.value is not None},
        withheld={name: fact for name, fact in kept.items() if fact.value is None},
    )


def _winner(name: str, held: Fact | None, incoming: Fact) -> Fact:
    if held is None:
        return incoming
    rank_held, rank_incoming = EDITOR_RANK[held.editor], EDITOR_RANK[incoming.editor]
    if held.value == incoming.value:
        owner = incoming if rank_incoming > rank_held else held
        return replace(owner, confirmed_on=max(held.confirmed_on, incoming.confirmed_on))
    last_said = max(held.as_of, held.confirmed_on)
    wins = (rank_incoming, incoming.as_of) >= (rank_held, last_said)
    winner, loser = (incoming, held) if wins else (held, incoming)
    if name == "licence" and "register" in (held.editor, incoming.editor):
        return _with_licences_of(winner, loser)
    return winner


def _with_licences_of(winner: Fact, loser: Fact) -> Fact:
    """Return `winner` with what `loser` adds: licences it says nothing of, and checks of those it holds unchecked.

    A register knows the licences it gave alone; and a check holds, whoever wrote the licence down, unless the two
    disagree on its end.
    """
    if not winner.value:
        return winner
    others = {_licence_key(one): one for one in loser.value or ()}
    held = tuple(_with_check_of(one, others.pop(_licence_key(one), None)) for one in winner.value)
    return replace(winner, value=(*held, *others.values()))


def _with_check_of(one: Licence, other: Licence | None) -> Licence:
    if other is None or one.checked_against or not other.checked_against or one.end not in (None, other.end):
        return one
    return replace(
        one,
        end=other.end,
        checked_against=other.checked_against,
        checked_on=other.checked_on,
        check_due=other.check_due,
    )


def _licence_key(one: Licence) -> tuple[str, str]:
    return one.jurisdiction, one.number.casefold()


def same_content(one: Therapist, other: Therapist) -> bool:
    """Whether two states of a therapist say the same, whenever it was confirmed."""
    return (
        (one.listing, one.listed, one.withheld.keys()) == (other.listing, other.listed, other.withheld.keys())
        and one.facts.keys() == other.facts.keys()
        and all(one.facts[name].value == other.facts[name].value for name in one.facts)
    )

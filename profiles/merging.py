"""Two states of one therapist become one: whose word counts, fact by fact."""

from __future__ import annotations

from dataclasses import replace

from profiles.schema import EDITOR_RANK, Fact, Therapist

LISTING_RANK = {"public_register": 0, "contract": 1, "agreed": 2}


def merged(held: Therapist | None, incoming: Therapist) -> Therapist:
    """Return `held` with what `incoming` says, fact by fact.

    A person's edit outranks a checked register, which outranks a file; within one rank the later date wins, and on
    one day the one that comes last. An equal value moves `confirmed_on`, and belongs to whoever ranks higher.
    """
    if held is None:
        return incoming
    facts = dict(held.facts)
    for name, fact in incoming.facts.items():
        facts[name] = _winner(facts.get(name), fact)
    listing = max(held.listing, incoming.listing, key=LISTING_RANK.__getitem__)
    return replace(
        held,
        facts=facts,
        listing=listing,
        fictional=held.fictional or incoming.fictional,
        consent=incoming.consent or held.consent,
    )


def _winner(held: Fact | None, incoming: Fact) -> Fact:
    if held is None:
        return incoming
    rank_held, rank_incoming = EDITOR_RANK[held.editor], EDITOR_RANK[incoming.editor]
    if held.value == incoming.value:
        owner = incoming if rank_incoming > rank_held else held
        return replace(owner, confirmed_on=max(held.confirmed_on, incoming.confirmed_on))
    last_said = max(held.as_of, held.confirmed_on)
    return incoming if (rank_incoming, incoming.as_of) >= (rank_held, last_said) else held


def same_content(one: Therapist, other: Therapist) -> bool:
    """Whether two states of a therapist say the same, whenever it was confirmed."""
    return (
        one.listing == other.listing
        and one.consent == other.consent
        and one.facts.keys() == other.facts.keys()
        and all(one.facts[name].value == other.facts[name].value for name in one.facts)
    )

"""What holds for every list, whoever is in the directory and whatever was asked."""

from __future__ import annotations

import math
import random
from contextlib import closing
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from matcher.feedback.protocol import STEP
from matcher.home import varied
from matcher.index.columns import LONG, WIDE
from matcher.order import seed_of, ties
from matcher.records import RERANKERS
from matcher.variants import VARIANTS
from models.factors import factors
from profiles.preferences import structured_hash
from profiles.schema import FIELDS, IDENTITY_FIELDS, STYLES, Fee, Language, Licence, Place, Therapist
from tests.matcher import oracle
from tests.support import (
    DAY,
    EVERYBODY,
    SENTENCES,
    TERMS,
    UNRANKED_VALUES,
    VALUES,
    as_bytes,
    days_from,
    fact,
    home_of,
    musts,
    preferences_documents,
    random_musts,
    random_therapist,
    ranked,
    read_document,
    rows_of,
    service_of,
    standing,
    therapist,
    therapists,
    wishes,
    with_fact,
)

FEW = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
MORE = settings(FEW, max_examples=30)


def several(documents: st.SearchStrategy, number: int = 5) -> st.SearchStrategy:
    """One directory is asked more than once: building it takes longer than asking."""
    return st.lists(documents, min_size=number, max_size=number)


# ---------------------------------------------------------------- who is listed


@MORE
@given(therapists(), several(preferences_documents(), 8), days_from(0, 0, 1, -1))
def test_exactly_those_who_meet_every_must_are_listed(people, documents, as_of):
    """A list for everybody holds the eligible of a brute-force reading of the interface, each once."""
    with service_of(people) as service:
        for document in documents:
            result = ranked(service, document, as_of=as_of)
            ids = [one.therapist.id for one in result.matches]
            assert sorted(ids) == sorted(oracle.eligible(people, document, as_of)), document
            assert result.eligible == len(ids)
            assert result.directory == len(people)


@MORE
@given(therapists(), several(musts(least=1, most=4), 8))
def test_a_relaxation_gains_exactly_the_newcomers(people, documents):
    """`gains` counts who comes in when one must is dropped; some musts are never suggested."""
    with service_of(people) as service:
        for document in documents:
            result = ranked(service, document)
            expected = {name: oracle.gains(people, document, name, DAY) for name in oracle.musts_of(document)}
            assert {one.drop: one.gains for one in result.relaxations} == expected, document
            hidden = {one.drop for one in result.relaxations if not one.offered}
            assert hidden == {"jurisdiction", "age_group", "accessibility", "language"} & expected.keys()


@MORE
@given(therapists(), several(musts(least=1, most=4), 8))
def test_not_stated_counts_those_whom_letting_the_silent_in_would_bring(people, documents):
    """Kept out only because a field is not stated: in as soon as profiles that do not state it are let in."""
    with service_of(people) as service:
        for document in documents:
            result = ranked(service, document)
            found = {one.field: one.count for one in result.not_stated}
            for name in oracle.musts_of(document):
                expected = oracle.kept_out_by_silence(people, document, name, DAY)
                assert found.get(name, 0) == expected, (name, document)


@MORE
@given(therapists(least=4), several(musts(least=1), 8))
def test_what_a_match_says_of_each_must_is_so(people, documents):
    """A must shown as met is met; one let in unsaid is shown as not stated."""
    with service_of(people) as service:
        for asked in documents:
            document = {**asked, "include_not_stated": oracle.musts_of(asked)}
            for one in ranked(service, document).matches:
                said = {must.field: must.state for must in one.musts}
                expected = {
                    name: oracle.verdict(one.therapist, document, name, DAY) for name in oracle.musts_of(document)
                }
                assert said == expected, (one.therapist, document)


@FEW
@given(therapists(least=3), several(preferences_documents()), st.integers(1, 12))
def test_a_list_is_as_long_as_it_can_be_and_repeats_nobody(people, documents, n):
    """Length min(n, eligible), no id twice, ranks from 1, and a shorter list is the beginning of a longer one."""
    with service_of(people) as service:
        for document in documents:
            result, whole = ranked(service, document, n), ranked(service, document)
            ids = [one.therapist.id for one in result.matches]
            assert len(ids) == len(set(ids)) == min(n, result.eligible)
            assert [one.rank for one in result.matches] == list(range(1, len(ids) + 1))
            assert standing(result) == standing(whole)[: len(ids)]


@FEW
@given(therapists(), musts(), st.randoms(use_true_random=False))
def test_the_order_of_alternatives_changes_nobodys_eligibility(people, document, rng):
    """The values of a field are a set."""
    shuffled = {
        **document,
        "must": {name: rng.sample(terms, len(terms)) for name, terms in reversed(document.get("must", {}).items())},
    }
    with service_of(people) as service:
        one, other = ranked(service, document), ranked(service, shuffled)
        assert {match.therapist.id for match in one.matches} == {match.therapist.id for match in other.matches}
        assert sorted(map(repr, one.relaxations)) == sorted(map(repr, other.relaxations))


@pytest.mark.parametrize("part", ["eligible", "gains", "silent", "said"])
def test_many_seeded_lists_agree_with_the_oracle(part):
    """As above, with profiles and musts that meet more often."""
    found, expected, asked = [], [], []
    for seed in range(8):
        rng = random.Random(seed)
        people = [
            random_therapist(rng, f"t{number:02}", [name for name in JUDGED if rng.random() < 0.7])
            for number in range(40)
        ]
        with service_of(people) as service:
            for document in [random_musts(rng) for _ in range(60)]:
                asked.append(document)
                found.append(PARTS[part](ranked(service, document)))
                expected.append(ORACLE[part](people, document))
    wrong = [case for case in zip(asked, found, expected, strict=True) if case[1] != case[2]]
    assert not wrong, (len(wrong), wrong[:2])


JUDGED = (*TERMS, "language", "licence", "place", "fee", "next_opening")
"""Fields that a must can be about."""

PARTS = {
    "eligible": lambda result: {one.therapist.id for one in result.matches},
    "gains": lambda result: {one.drop: one.gains for one in result.relaxations},
    "silent": lambda result: {one.field: one.count for one in result.not_stated},
    "said": lambda result: {(one.therapist.id, must.field, must.state) for one in result.matches for must in one.musts},
}
"""What a list says."""

ORACLE = {
    "eligible": lambda people, asked: oracle.eligible(people, asked, DAY),
    "gains": lambda people, asked: {name: oracle.gains(people, asked, name, DAY) for name in oracle.musts_of(asked)},
    "silent": lambda people, asked: {
        name: oracle.kept_out_by_silence(people, asked, name, DAY) for name in oracle.musts_of(asked)
    },
    "said": lambda people, asked: {
        (one.id, name, oracle.verdict(one, asked, name, DAY))
        for one in people
        if oracle.passes(one, asked, DAY)
        for name in oracle.musts_of(asked)
    },
}
"""What it should say."""


def test_silence_is_counted_only_where_speaking_of_that_field_is_all_that_is_missing():
    """An undated licence leaves two musts open; letting the silent in for one of them brings nobody."""
    asked = {"must": {"jurisdiction": ["US-MA"], "profession": ["psychologist"]}}
    with service_of([therapist(licence=(Licence("US-MA", "psychologist"),))]) as service:
        result = ranked(service, asked)
        assert ranked(service, {**asked, "include_not_stated": ["jurisdiction"]}).eligible == 0
        assert {one.field: one.count for one in result.not_stated} == {"jurisdiction": 0, "profession": 0}
        both = ranked(service, {**asked, "include_not_stated": ["jurisdiction", "profession"]})
        assert both.eligible == 1


DAYS = [-1, 0, 1]


@pytest.mark.parametrize("days", DAYS)
def test_a_licence_counts_up_to_its_last_day(days):
    """It ends on or after the day of the session."""
    end = days_after(days)
    person = therapist(licence=(Licence("US-MA", "psychologist", "1", None, end), Licence("US-CT", end=days_after(9))))
    with service_of([person]) as service:
        assert ranked(service, {"must": {"jurisdiction": ["US-MA"]}}).eligible == (days >= 0)
        assert ranked(service, {"must": {"profession": ["psychologist"]}}).eligible == (days >= 0)


@pytest.mark.parametrize("days", DAYS)
def test_a_licence_counts_from_its_first_day(days):
    """A licence that begins after the session is not valid on the day of the session."""
    start = days_after(days)
    person = therapist(licence=(Licence("US-MA", "psychologist", "1", start, days_after(900)),))
    with service_of([person]) as service:
        assert ranked(service, {"must": {"jurisdiction": ["US-MA"]}}).eligible == (days <= 0)


def test_a_profession_is_met_only_by_a_licence_of_the_place_asked_for():
    """A psychologist there and a counselor here is no psychologist here."""
    person = therapist(
        licence=(
            Licence("US-CT", "psychologist", end=days_after(90)),
            Licence("US-MA", "counselor", end=days_after(90)),
        )
    )
    asked = {"must": {"jurisdiction": ["US-MA"], "profession": ["psychologist"]}}
    with service_of([person]) as service:
        assert ranked(service, asked).eligible == 0
        assert ranked(service, {"must": {"profession": ["psychologist"]}}).eligible == 1


@pytest.mark.parametrize(
    ("tag", "wanted", "meets"),
    [("es-MX", "es", True), ("es", "es", True), ("es", "es-MX", False), ("yue", "zh", False), ("zh", "zh", True)],
)
def test_a_language_range_meets_its_subtags_only(tag, wanted, meets):
    """RFC 4647: `es` meets `es-MX`; `zh` does not meet `yue`."""
    with service_of([therapist(language=(Language(tag),))]) as service:
        assert ranked(service, {"must": {"language": [wanted]}}).eligible == meets


@pytest.mark.parametrize(("level", "meets"), [(None, True), (20, False), (29, False), (30, True), (50, True)])
def test_a_language_level_below_professional_does_not_meet_a_must(level, meets):
    """ILR 30 (B2) is the floor; a language without a level meets, and is shown so."""
    with service_of([therapist(language=(Language("es", level),))]) as service:
        result = ranked(service, {"must": {"language": ["es"]}})
        assert result.eligible == meets
        if meets:
            key = "because.language_no_level" if level is None else "because.language_level"
            assert result.matches[0].musts[0].because.key == key


@pytest.mark.parametrize(
    ("level", "also", "key"),
    [
        (10, ["simple_words"], None),
        (20, ["interpreter"], None),
        (20, ["simple_words"], "because.language_simple"),
        (30, ["simple_words"], "because.language_level"),
        (None, ["simple_words"], "because.language_no_level"),
    ],
)
def test_simple_words_will_do_where_the_client_says_so(level, also, key):
    """From ILR 20 (B1) on, and the reason says that it is below a professional level."""
    with service_of([therapist(language=(Language("es", level),))]) as service:
        found = ranked(service, {"must": {"language": ["es"]}, "language_also": also}).matches
        assert [one.musts[0].because.key for one in found] == ([key] if key else [])


@pytest.mark.parametrize(("also", "meets"), [([], False), (["simple_words"], False), (["interpreter"], True)])
@pytest.mark.parametrize("languages", [(), (Language("de", 50),)])
def test_an_interpreter_will_do_where_the_client_says_so(languages, also, meets):
    """Whoever lists one, whatever languages they speak; the reason says what is not known."""
    with service_of([therapist(language=languages or None, accessibility=("interpreter",))]) as service:
        found = ranked(service, {"must": {"language": ["es"]}, "language_also": also}).matches
        assert [one.musts[0].because.key for one in found] == (["because.language_interpreter"] if meets else [])


# ---------------------------------------------------------------- the order


@FEW
@given(therapists(least=4), several(preferences_documents()))
def test_the_order_is_group_then_band_then_tie_then_id(people, documents):
    """(group, -band, tie, id) never falls along a list; group and band are those of the interface."""
    held = {one.id: one for one in people}
    with service_of(people) as service:
        hashes = dict(zip(service.index.ids, service.index.arrays["id_hash"], strict=True))
        for document in documents:
            preferences = read_document(document)
            seed = seed_of(service.seed, DAY, structured_hash(preferences))
            keys = []
            for one in ranked(service, document).matches:
                identity = one.therapist.id
                assert one.group == oracle.group(held[identity], DAY)
                assert one.band == math.floor(round(one.fit_score * 1e9) / 1e7)
                tie = int(ties(np.array([hashes[identity]]), seed)[0])
                keys.append((one.group == "unconfirmed", -one.band, tie, identity))
            assert keys == sorted(keys)


@FEW
@given(therapists(), several(preferences_documents()))
def test_contributions_explain_the_score(people, documents):
    """They sum to it within 1e-9; each is weight times value; values, weights and states agree; in every variant."""
    with home_of(people) as home, closing(home.feedback):
        home.feedback.add_shown([(one.id, STEP * place) for place, one in enumerate(people)], DAY)
        index = home.update_index()
        for name, document in product(VARIANTS, documents):
            for one in ranked(home.service(index, name), document).matches:
                assert abs(sum(part.contribution for part in one.contributions) - one.fit_score) <= 1e-9
                assert [part.group for part in one.contributions if part.group in RERANKERS] == [
                    reranker for reranker in [VARIANTS[name].reranker] if reranker
                ]
                for part in one.contributions:
                    if part.group not in RERANKERS:
                        check_contribution(part)


def check_contribution(part) -> None:
    """One contribution keeps the promises of the interface."""
    row = factors()[part.factor]
    assert (part.group, part.kind) == (row.group, row.kind)
    assert part.door in row.doors
    assert part.weight >= 0
    assert part.contribution == part.weight * part.value
    avoided = part.factor.startswith("avoid_")
    worth = part.value + 1 if avoided else part.value
    assert 0 <= worth <= 1
    if part.state == "met":
        assert worth == 1
        assert part.door == "stated"
    elif part.state == "not_met":
        assert worth == 0
    elif part.state == "partly":
        assert 0 < worth < 1
    else:
        assert part.state == "not_stated"
    if part.because.key.startswith(("because.lists_", "because.quality_", "because.avoid_not")):
        named = part.because.params["missing" if part.state == "not_met" and not avoided else "terms"]
        assert str(named).partition(":")[2], f"a reason that names nothing: {part.because}"


@FEW
@given(therapists(least=3), several(wishes()))
def test_what_is_stated_is_worth_what_the_interface_says(people, documents):
    """The share of the wished values, 1-|c-t|/6 for a style, the drawn mean of those who state it for silence."""
    plain = {*TERMS} - {"qualities"}
    with service_of(people) as service:
        for document in documents:
            asked = document.get("prefer", {})
            for one in ranked(service, document).matches:
                for part in one.contributions:
                    if part.door == "stated" and part.factor in plain:
                        expected = worth(people, one.therapist, lambda p, f=part.factor, a=asked: share(p, f, a[f]))
                        assert part.value == pytest.approx(expected, abs=1e-12)
                    elif part.factor in STYLES and part.door == "stated":
                        expected = worth(
                            people, one.therapist, lambda p, s=part.factor, d=document: nearness(p, s, d["style"][s])
                        )
                        assert part.value == pytest.approx(expected, abs=1e-12)


def share(person: Therapist, field: str, asked: list[str]) -> float | None:
    """Return the share of the asked terms that a profile lists, None where it states none."""
    return sum(term in person.terms(field) for term in asked) / len(asked) if field in person.facts else None


def nearness(person: Therapist, style: str, wanted: int) -> float | None:
    """Return how near a therapist's answer is to the wish, None where there is none."""
    theirs = person.value("style", {}).get(style)
    return None if theirs is None else 1 - abs(wanted - theirs) / 6


def worth(people, person, read) -> float:
    """Return a value as read, or (sum + 1) / (number + 4) over the whole directory where it is not stated."""
    known = [value for value in map(read, people) if value is not None]
    value = read(person)
    return (sum(known) + 1) / (len(known) + 4) if value is None else value


@FEW
@given(therapists(least=3), several(wishes()))
def test_silence_never_earns_more_than_an_average_answer(people, documents):
    """Not stated is worth no more than the mean of those who state it, drawn to a quarter by four answers' weight."""
    with service_of(people) as service:
        for document in documents:
            stated, silent = {}, {}
            for one in ranked(service, document).matches:
                for part in one.contributions:
                    if part.state == "not_stated" and part.factor != "words":
                        silent.setdefault((part.factor, part.door), set()).add(part.value)
            whole = {one.id for one in people} == {one.therapist.id for one in ranked(service, document).matches}
            for one in ranked(service, document).matches:
                for part in one.contributions:
                    if part.state != "not_stated":
                        stated.setdefault((part.factor, part.door), []).append(part.value)
            for key, values in silent.items():
                assert len(values) == 1, "silence is worth the same for everyone"
                if whole:
                    mean = np.mean(stated.get(key, [0.25]))
                    drawn = -0.25 if key[0].startswith("avoid_") else 0.25
                    assert values.pop() <= max(mean, drawn) + 1e-9


# ---------------------------------------------------------------- the same input, the same bytes


@FEW
@given(therapists(), several(preferences_documents()))
def test_the_same_input_gives_the_same_bytes(people, documents):
    """Twice on one index, and again after the index was built anew from nothing."""
    with home_of(people) as home:
        first = home.service(home.update_index())
        answers = [as_bytes(ranked(first, document)) for document in documents]
        assert answers == [as_bytes(ranked(first, document)) for document in documents]
    with home_of(reversed(people)) as home:
        second = home.service(home.update_index())
        assert answers == [as_bytes(ranked(second, document)) for document in documents]


@FEW
@given(therapists(least=2), therapists(), several(preferences_documents(), 4), st.data())
def test_an_incremental_update_gives_what_a_full_build_gives(people, more, documents, data):
    """After changes and removals, columns and lists are those of an index built from the directory alone."""
    gone = data.draw(st.lists(st.sampled_from([one.id for one in people]), unique=True, max_size=3))
    with home_of(people) as home:
        home.update_index()
        for identity in gone:
            home.directory.suppress(identity, DAY)
        home.update_index()
        home.directory.apply(rows_of(more))
        step = home.service(home.update_index())
        everybody = list(home.directory.scan())
        with home_of(everybody) as fresh:
            whole = fresh.service(fresh.update_index())
            assert meaning(step.index) == meaning(whole.index)
            for document in documents:
                assert as_bytes(ranked(step, document)) == as_bytes(ranked(whole, document))


def meaning(index) -> dict[str, object]:
    """Return all that an index says, by name, free of the numbers it gives to names and slots."""
    wide = {name: index.arrays[name].tobytes() for name in WIDE if name not in ("bits", "slot", "fee_currency")}
    slots = index.arrays["slot"]
    return {
        **wide,
        "ids": list(index.ids),
        "packed": index.packed.tobytes(),
        "described": index.described.tobytes(),
        "with text": (slots >= 0).tolist(),
        "wholes": index.slots.wholes[slots[slots >= 0]].tobytes(),
        "background": index.background_wholes.tobytes(),
        "fee_currency": called(index, "fee_currency"),
        **{
            name: sorted(zip(*(called(index, f"{name}.{part}") for part in parts), strict=True), key=repr)
            for name, parts in LONG.items()
        },
    }


def called(index, name) -> list[object]:
    """Return a column with its numbers turned back to names."""
    numbers = {
        "language.tag": index.names.tags,
        "licence.jurisdiction": index.names.jurisdictions,
        "licence.profession": index.names.professions,
        "fee_currency": index.names.currencies,
    }
    found = index.arrays[name].tolist()
    back = {number: known for known, number in numbers.get(name, {}).items()}
    return [back[number] for number in found] if name in numbers else found


# ---------------------------------------------------------------- what must not move a rank


def asked_fields(document) -> set[str]:
    """Return every field that may play a part in a list: those asked for, and those that decide who is listed."""
    facts = {"jurisdiction": "licence", "profession": "licence", "fee_max": "fee", "starts_within": "next_opening"}
    named = {*document.get("must", {}), *document.get("prefer", {}), *document.get("avoid", {}), *document}
    # whoever is in a public register is listed by what they wrote themselves, here their name
    fields = {facts.get(name, name) for name in named} | {"accepting", "licence", "name"}
    if "near" in document:
        fields |= {"place", "session_format"}
    if document.get("words") or fields & {"modality", "concern", "population", "practice", "qualities", "style"}:
        fields |= {"bio", "quality_sentences"}  # both are read as text
    return fields & FIELDS.keys()


@FEW
@given(therapists(least=3), preferences_documents(), st.data())
def test_a_field_that_nobody_asked_about_moves_no_rank(people, document, data):
    """Whatever therapists say on anything else, everybody stays where they are, score and all."""
    idle = sorted(FIELDS.keys() - asked_fields(document))
    changed = list(people)
    for place in data.draw(st.sets(st.integers(0, len(people) - 1), min_size=1)):
        for name in data.draw(st.lists(st.sampled_from(idle), min_size=1, max_size=5, unique=True)):
            changed[place] = with_fact(changed[place], name, data.draw(st.none() | VALUES[name]))
    check_same_standing(people, changed, document)


@FEW
@given(therapists(least=3), preferences_documents(), st.data())
def test_an_identity_that_nobody_asked_about_moves_no_rank(people, document, data):
    """Gender, ethnicity, faith, orientation, disability and pronouns count for those who ask, and for nobody else."""
    idle = sorted({*IDENTITY_FIELDS} - asked_fields(document))
    changed = [
        with_fact(one, name, data.draw(st.none() | VALUES[name]))
        for one in people
        for name in data.draw(st.lists(st.sampled_from(idle), max_size=2, unique=True))[:1] or ["pronouns"]
    ]
    assume(changed != people)
    check_same_standing(people, changed, document)


@FEW
@given(therapists(least=3), preferences_documents(), st.data())
def test_a_fact_that_is_never_ranked_moves_no_rank(people, document, data):
    """Contact, training, supervision, credentials and the NPI are for reading only."""
    changed = [
        with_fact(one, name, data.draw(UNRANKED_VALUES[name]))
        for one in people
        for name in [data.draw(st.sampled_from(sorted(UNRANKED_VALUES)))]
    ]
    check_same_standing(people, changed, document)


def check_same_standing(people, changed, document) -> None:
    """Two directories give one list; in neither are two of them one person, which one NPI would make them."""
    numbers = [one.value("npi") for one in changed if one.value("npi")]
    assume(len(numbers) == len(set(numbers)))
    with service_of(people) as service:
        before = standing(ranked(service, document))
    with service_of(changed) as service:
        assert standing(ranked(service, document)) == before


@FEW
@given(therapists(least=2), wishes(words=False), st.sampled_from(STYLES), st.integers(-3, 3), st.data())
def test_a_side_of_a_style_that_nobody_asked_about_moves_no_rank(people, document, style, side, data):
    """The four dimensions of style are four questions."""
    assume(style not in document.get("style", {}))
    changed = [
        with_fact(one, "style", {**one.value("style", {}), style: side}) if data.draw(st.booleans()) else one
        for one in people
    ]
    check_same_standing(people, changed, document)


# ---------------------------------------------------------------- avoiding


@FEW
@given(therapists(), wishes(words=False, avoid=False), st.sampled_from(TERMS["modality"]))
def test_listing_what_is_to_be_avoided_never_raises_a_score(people, document, term):
    """Whoever lists the term as well stands no better for it, and its contribution is never above nothing."""
    document.get("prefer", {}).pop("modality", None)
    document["avoid"] = {"modality": [term]}
    listing = [
        with_fact(one, "modality", tuple(dict.fromkeys([*one.terms("modality"), term])))
        if "modality" in one.facts
        else one
        for one in people
    ]
    with service_of(people) as service:
        before = {one.therapist.id: one for one in ranked(service, document).matches}
    with service_of(listing) as service:
        for one in ranked(service, document).matches:
            lowered = [part for part in one.contributions if part.factor == "avoid_modality"]
            assert [part.contribution <= 0 for part in lowered] == [True]
            if "modality" in one.therapist.facts:
                assert lowered[0].value == -1
                assert one.fit_score <= before[one.therapist.id].fit_score


# ---------------------------------------------------------------- the described door


@FEW
@given(therapists(), several(wishes()))
def test_without_the_described_door_a_score_moves_by_six_hundredths_at_most(people, documents):
    """What texts describe is worth at most .06 in all."""
    with service_of(people) as service:
        stated_only = replace(service, model=varied(service.model, {"described": 0.0}))
        for document in documents:
            with_texts = {one.therapist.id: one.fit_score for one in ranked(service, document).matches}
            for one in ranked(stated_only, document).matches:
                assert abs(one.fit_score - with_texts[one.therapist.id]) <= 0.06 + 1e-9


@FEW
@given(therapists(least=3), wishes(words=False), st.randoms(use_true_random=False))
def test_a_sentence_about_what_is_not_offered_is_no_mention(people, document, rng):
    """ "I do not work with couples" moves nobody, wherever it stands in a text."""
    denials = [
        "I do not work with couples or families at all.",
        "I don't offer exposure or any other cognitive therapy.",
        "Ich arbeite nicht mit Paaren oder Familien zusammen.",
        "No trabajo con parejas ni con familias enteras.",
    ]
    changed = []
    for one in people:
        lines = [line for line in SENTENCES if line in one.bio]
        if lines:
            lines.insert(rng.randint(0, len(lines)), rng.choice(denials))
            changed.append(with_fact(one, "bio", " ".join(lines)))
        else:
            changed.append(one)
    plain = [with_fact(one, "bio", " ".join(line for line in SENTENCES if line in one.bio) or None) for one in people]
    with service_of(plain) as service:
        before = service.index.described.copy()
        listed = standing(ranked(service, document))
    with service_of(changed) as service:
        assert np.array_equal(service.index.described, before)
        assert standing(ranked(service, document)) == listed


# ---------------------------------------------------------------- ties


def test_the_words_of_a_client_move_no_tie():
    """The shuffle is seeded by home, date and structured preferences, never by what a client writes."""
    people = [therapist(f"t{number}") for number in range(8)]
    with service_of(people) as service:
        lists = {
            tuple(one.therapist.id for one in ranked(service, {"words": text, "prefer": {"faith": ["jewish"]}}).matches)
            for text in ("My mother died.", "I cannot sleep.", "x")
        }
    assert len(lists) == 1


def test_equals_change_places_from_day_to_day():
    """Among equals every one of eight is first about as often (chi-square, 400 days)."""
    people = [therapist(f"t{number}") for number in range(8)]
    with service_of(people) as service:
        firsts = [ranked(service, {}, 1, days_after(day)).matches[0].therapist.id for day in range(80)]
        assert len(set(firsts)) == 8
        hashes = service.index.arrays["id_hash"]
        orders = [tuple(np.argsort(ties(hashes, seed_of(service.seed, days_after(day), 7)))) for day in range(4_000)]
    first = np.bincount([order[0] for order in orders], minlength=8)
    assert chi_square(first) < 24.3  # 7 degrees of freedom, p = .001
    pairs = np.array([order.index(3) < order.index(5) for order in orders])
    assert abs(pairs.mean() - 0.5) < 3.3 * 0.5 / math.sqrt(len(pairs))
    positions = np.array([[order.index(0), order.index(1)] for order in orders])
    both = np.bincount(positions[:, 0] * 8 + positions[:, 1], minlength=64)
    possible = both[[a * 8 + b for a in range(8) for b in range(8) if a != b]]
    assert chi_square(possible) < 93.2  # 55 degrees of freedom, p = .001
    runs = sum(orders[day][0] == orders[day + 1][0] for day in range(len(orders) - 1)) / (len(orders) - 1)
    assert abs(runs - 1 / 8) < 0.02


def chi_square(counts: np.ndarray) -> float:
    """Return the distance of counts from equal ones."""
    expected = counts.sum() / len(counts)
    return float(((counts - expected) ** 2 / expected).sum())


def days_after(days: int):
    """Return a day so many after the session."""
    return DAY.fromordinal(DAY.toordinal() + days)


# ---------------------------------------------------------------- single cases that generated ones rarely meet


@pytest.mark.parametrize("accepting", ["waiting_list", "full", "existing_only", "paused"])
def test_whoever_takes_nobody_is_not_listed(accepting):
    """Paused, full, waiting list and existing clients only are out without being asked."""
    with service_of([therapist(accepting=accepting)]) as service:
        assert ranked(service, {}).eligible == 0


def test_a_public_register_is_no_listing_until_the_therapist_confirms():
    """Loaded, counted in the directory, and shown to nobody."""
    silent = therapist("silent", listing="public_register")
    said = Therapist("said", {"name": fact("said", editor="therapist")}, "public_register")
    with service_of([silent, said]) as service:
        result = ranked(service, {})
    assert (result.directory, [one.therapist.id for one in result.matches]) == (2, ["said"])


def test_a_text_of_nothing_but_a_denial_is_no_text():
    """A profile that only says what it does not offer is indexed, and speaks for nothing."""
    with service_of([therapist(bio="I do not work with couples.")]) as service:
        (one,) = ranked(service, {"prefer": {"participants": ["couple"], "practice": ["homework"]}}).matches
    assert [part.state for part in one.contributions] == ["not_stated"] * 3


def test_a_fee_in_another_currency_is_not_stated():
    """It neither meets nor fails: it can be let in, and is shown as not stated."""
    asked = {"fee_max": {"amount": 90, "currency": "USD"}}
    with service_of([therapist(fee=Fee(100, 100, "EUR"))]) as service:
        assert ranked(service, asked).eligible == 0
        assert [one.count for one in ranked(service, asked).not_stated] == [1]
        let_in = ranked(service, {**asked, "include_not_stated": ["fee_max"]})
        assert [must.state for one in let_in.matches for must in one.musts] == ["not_stated"]


def test_an_undated_licence_that_is_let_in_is_not_said_to_be_valid():
    """Without an end date a licence is not stated where jurisdiction is a must; nobody may read that it is valid."""
    asked = {"must": {"jurisdiction": ["US-MA"]}, "include_not_stated": ["jurisdiction"]}
    with service_of([therapist(licence=(Licence("US-MA", "psychologist"),))]) as service:
        (one,) = ranked(service, asked).matches
    assert [must.state for must in one.musts] == ["not_stated"]
    assert "because.jurisdiction_met" not in [must.because.key for must in one.musts]


def test_a_preferred_language_below_the_floor_is_said_to_be_missing():
    """A reason always names what it is about."""
    with service_of([therapist(language=(Language("es", 10),))]) as service:
        (one,) = ranked(service, {"prefer": {"language": ["es"]}}).matches
    (part,) = one.contributions
    assert part.state == "not_met"
    assert part.because.params["missing"] == "language:es"


def test_distance_binds_meeting_in_person_only():
    """Someone far away who offers an asked remote format stays."""
    far = Place(city="Berlin", latitude=52.52, longitude=13.40)
    near = {"latitude": 42.36, "longitude": -71.06, "km": 25}
    with service_of([therapist(place=(far,), session_format=("in_person", "video"))]) as service:
        assert ranked(service, {"near": near}).eligible == 0
        assert ranked(service, {"near": near, "must": {"session_format": ["in_person"]}}).eligible == 0
        assert ranked(service, {"near": near, "must": {"session_format": ["in_person", "video"]}}).eligible == 1


def test_nobody_at_all_is_an_answer():
    """An empty list, with what each must costs."""
    with service_of([therapist()]) as service:
        result = ranked(service, {"must": {"session_format": ["video"]}}, EVERYBODY)
    assert (result.eligible, result.matches) == (0, ())
    assert [(one.drop, one.gains) for one in result.relaxations] == [("session_format", 1)]

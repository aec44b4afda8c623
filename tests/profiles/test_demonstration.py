"""Properties of the demonstration directory: deterministic, complete, and true to itself."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from profiles.demonstration.generate import generate
from profiles.demonstration.tables import SLOTS, TEXT_LANGUAGES, Passage, passages, table
from profiles.languages import jurisdiction_of, tag_of
from profiles.schema import CONTACT_FIELDS, FIELDS, IDENTITY_FIELDS, STYLES, TERM_FIELDS, Fee, Licence, Therapist
from profiles.vocabulary import vocabulary

AS_OF = date(2026, 11, 1)
EVERYBODY = 400


@cache
def everybody(seed: int) -> list[Therapist]:
    return list(generate(EVERYBODY, seed, AS_OF))


@pytest.fixture(scope="module")
def directory() -> list[Therapist]:
    return everybody(0)


@pytest.fixture(scope="module")
def texts(directory: list[Therapist]) -> dict[str, list[Passage]]:
    """The passages of each profile's text, by id."""
    return {person.id: said(person.bio) for person in directory}


def every_passage() -> Iterator[Passage]:
    return (passage for language in TEXT_LANGUAGES for passage in passages(language))


def pattern(passage: Passage) -> str:
    return "[^.]+?".join(re.escape(part) for part in re.split(r"\{(?:city|years)\}", passage.text))


PATTERNS = [(re.compile(pattern(passage)), passage) for passage in every_passage()]


def said(bio: str) -> list[Passage]:
    return [passage for found, passage in PATTERNS if found.search(bio)]


# ---------------------------------------------------------------- the same for the same


def test_same_seed_size_and_day_give_the_same_people() -> None:
    """Property: equal arguments give equal therapists, whatever was generated before."""
    first = list(generate(60, 3, AS_OF))
    list(generate(7, 4, AS_OF))
    assert list(generate(60, 3, AS_OF)) == first


def test_another_seed_gives_other_people() -> None:
    """Property: the seed reaches names, facts and texts."""
    ours, others = list(generate(60, 3, AS_OF)), list(generate(60, 4, AS_OF))
    for field in ("name", "language", "concern", "bio"):
        assert [p.value(field) for p in ours] != [p.value(field) for p in others]


def test_no_global_randomness() -> None:
    """Property: the random module's own state is neither used nor moved."""
    random.seed(1)
    before = random.getstate()
    first = list(generate(20, 0, AS_OF))
    assert random.getstate() == before
    random.seed(2)
    assert list(generate(20, 0, AS_OF)) == first


def moved(person: Therapist, days: timedelta) -> Therapist:
    """The same person with every date moved."""

    def shift(value: Any) -> Any:
        if isinstance(value, date):
            return value + days
        if isinstance(value, Licence):
            return replace(value, **{n: shift(getattr(value, n)) for n in ("start", "end", "checked_on")})
        return tuple(shift(item) for item in value) if isinstance(value, tuple) else value

    facts = {
        name: replace(fact, value=shift(fact.value), as_of=shift(fact.as_of), confirmed_on=shift(fact.confirmed_on))
        for name, fact in person.facts.items()
    }
    return replace(person, facts=facts)


def test_every_date_is_relative_to_the_day() -> None:
    """Property: another day moves all dates by the same number of days and changes nothing else."""
    days = timedelta(days=1234)
    assert list(generate(80, 0, AS_OF + days)) == [moved(person, days) for person in generate(80, 0, AS_OF)]


@pytest.mark.parametrize("size", [0, 1, 37, 400, 1000])
def test_size_is_respected(size: int) -> None:
    """Property: as many people as asked for, each with an id and a name of their own or at least a name."""
    people = list(generate(size, 0, AS_OF))
    assert len({person.id for person in people}) == len(people) == size
    assert all(person.name for person in people)


# ---------------------------------------------------------------- facts


def test_everybody_is_fictional_and_agreed(directory: list[Therapist]) -> None:
    """Property: nobody can be taken for a real person's listing."""
    assert all(person.fictional and person.listing == "agreed" for person in directory)
    sources = {(name == "identity_consent", fact.source) for person in directory for name, fact in person.facts.items()}
    assert sources == {(False, "demonstration"), (True, "fictional person")}
    assert {fact.editor for person in directory for fact in person.facts.values()} == {"file", "therapist"}


QUALITIES = set(vocabulary().codes("qualities"))

CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "terms": lambda value: isinstance(value, tuple) and len(set(value)) == len(value) > 0,
    "term": lambda value: value in vocabulary().codes("accepting"),
    "languages": lambda value: all(
        tag_of(row.tag) == row.tag and row.level in (None, 10, 20, 30, 40, 50) for row in value
    ),
    "licences": lambda value: all(jurisdiction_of(row.jurisdiction) == row.jurisdiction for row in value),
    "places": lambda value: all(row.city and row.street and row.country for row in value),
    "fee": lambda value: isinstance(value, Fee) and 0 < value.lowest <= value.highest,
    "date": lambda value: isinstance(value, date),
    "integer": lambda value: isinstance(value, int) and value > 0,
    "styles": lambda value: tuple(value) == STYLES and all(-3 <= step <= 3 for step in value.values()),
    "flag": lambda value: value is True,
    "sentences": lambda value: all(map(isinstance, value.values(), [str] * len(value))) and set(value) <= QUALITIES,
}


def test_facts_have_the_type_of_their_field(directory: list[Therapist]) -> None:
    """Property: every fact is one of `FIELDS`, of its kind, not empty and not from the future."""
    for person in directory:
        for name, fact in person.facts.items():
            assert fact.value
            assert CHECKS[FIELDS[name].kind](fact.value), (person.id, name, fact.value)
            assert fact.as_of <= fact.confirmed_on <= AS_OF


def test_terms_are_of_the_vocabulary_and_each_is_held(directory: list[Therapist]) -> None:
    """Property: no term is unknown, and a search for any term of any field finds somebody who states it."""
    held = {field: {code for person in directory for code in person.terms(field)} for field in TERM_FIELDS}
    held["profession"] = {licence.profession for person in directory for licence in person.licences}
    held["accepting"] = {person.value("accepting") for person in directory} - {None}
    assert held == {field: set(vocabulary().codes(field)) for field in held}


@pytest.mark.parametrize("seed", [1, 2])
def test_each_term_is_held_with_other_seeds(seed: int) -> None:
    """Property: the coverage does not hang on a lucky seed."""
    people = everybody(seed)
    for field in TERM_FIELDS:
        assert {code for person in people for code in person.terms(field)} == set(vocabulary().codes(field)), field


def test_three_qualities(directory: list[Therapist]) -> None:
    """Property: the forced choice is of exactly three."""
    assert {len(person.terms("qualities")) for person in directory} == {0, 3}


def test_sentences_are_about_own_qualities(directory: list[Therapist]) -> None:
    """Property: a sentence stands beside a quality of the three; some write them, in several languages, not all do."""
    for person in directory:
        assert set(person.value("quality_sentences", {})) <= set(person.terms("qualities")), person.id
    assert 0.2 < share(directory, lambda person: "quality_sentences" in person.facts) < 0.6
    for language, by_quality in table("sentences").items():
        written = {text for texts in by_quality.values() for text in texts}
        assert any(written & set(person.value("quality_sentences", {}).values()) for person in directory), language
        assert set(by_quality) == QUALITIES


def test_sentences_are_distinct_and_short() -> None:
    """Property: no sentence stands twice or has more characters than the questionnaire takes."""
    written = [text for rows in table("sentences").values() for texts in rows.values() for text in texts]
    assert len(set(written)) == len(written)
    assert max(map(len, written)) <= 300
    assert not [text for text in written if NEVER.search(text)]


def test_no_identity_without_consent(directory: list[Therapist]) -> None:
    """Property: identity facts and their basis come together or not at all."""
    for person in directory:
        states = any(name in person.facts for name in IDENTITY_FIELDS)
        assert person.consent == ("fictional person" if states else "")
    assert 0.3 < share(directory, lambda person: bool(person.consent)) < 0.8


def test_contact_reaches_nobody(directory: list[Therapist]) -> None:
    """Property: telephone numbers, addresses and links are of the ranges kept free for fiction."""
    shapes = {
        "phone": r"\+1 \d{3}-555-01\d\d",
        "text": r"\+1 \d{3}-555-01\d\d",
        "email": r"[a-z.]+@example\.(org|com|net)",
        "website": r"https://example\.org/demo-\d{4}",
        "booking_url": r"https://example\.org/book/demo-\d{4}",
    }
    for person in directory:
        for name, shape in shapes.items():
            assert re.fullmatch(shape, person.value(name, "")) or name not in person.facts, (person.id, name)
        assert person.value("preferred", "email") in person.facts or "preferred" not in person.facts


def test_sign_language_is_stated_by_those_who_sign(directory: list[Therapist]) -> None:
    """Property: access in a sign language and working in it are not told apart by accident."""
    for code, tag in (
        ("american_sign_language", "ase"),
        ("british_sign_language", "bfi"),
        ("german_sign_language", "gsg"),
    ):
        who = [person for person in directory if code in person.terms("accessibility")]
        assert who
        assert all(tag in {language.tag for language in person.languages} for person in who)


def test_in_person_and_places_go_together(directory: list[Therapist]) -> None:
    """Property: who states meeting in person has a place, who states other ways only has none, nor home visits."""
    for person in directory:
        if person.terms("session_format"):
            assert bool(person.places) == ("in_person" in person.terms("session_format"))
        assert "home_visits" not in person.terms("practice") or person.places


# ---------------------------------------------------------------- shares


def share(people: list[Therapist], holds: Callable[[Therapist], bool]) -> float:
    return sum(map(holds, people)) / len(people)


def only_ended(person: Therapist) -> bool:
    return bool(person.licences) and all(row.end is not None and row.end < AS_OF for row in person.licences)


def stale(person: Therapist) -> bool:
    fact = person.facts.get("accepting")
    return fact is not None and fact.confirmed_on < AS_OF - timedelta(days=90)


def fresh(person: Therapist) -> bool:
    fact = person.facts.get("accepting")
    return fact is not None and fact.confirmed_on >= AS_OF - timedelta(days=60)


SHARES: Mapping[str, tuple[Callable[[Therapist], bool], float, float]] = {
    "accepting": (lambda person: person.value("accepting") == "accepting", 0.62, 0.78),
    "waiting list": (lambda person: person.value("accepting") == "waiting_list", 0.04, 0.14),
    "full": (lambda person: person.value("accepting") == "full", 0.02, 0.09),
    "accepting not stated": (lambda person: "accepting" not in person.facts, 0.05, 0.14),
    "confirmed lately": (fresh, 0.65, 0.9),
    "confirmed long ago": (stale, 0.09, 0.2),
    "only ended licences": (only_ended, 0.01, 0.06),
    "a licence without end": (lambda person: any(row.end is None for row in person.licences), 0.03, 0.15),
    "a licence checked": (lambda person: any(row.checked_against for row in person.licences), 0.2, 0.6),
    "sparse": (lambda person: len(set(person.facts) - set(CONTACT_FIELDS)) <= 8, 0.08, 0.18),
    "blank but for the name": (lambda person: set(person.facts) == {"name"}, 0.004, 0.04),
    "no text": (lambda person: not person.bio, 0.03, 0.13),
    "no way of contact": (lambda person: not {"email", "phone", "text", "booking_url"} & set(person.facts), 0.02, 0.1),
    "style": (lambda person: "style" in person.facts, 0.6, 0.85),
    "qualities": (lambda person: "qualities" in person.facts, 0.6, 0.85),
    "training": (lambda person: "training" in person.facts, 0.2, 0.6),
    "supervised": (lambda person: "supervised" in person.facts, 0.02, 0.12),
    "contact in a crisis": (lambda person: "crisis_between_sessions" in person.facts, 0.15, 0.5),
    "practice": (lambda person: "practice" in person.facts, 0.6, 0.9),
    "sliding scale": (lambda person: "fee" in person.facts and person.value("fee").sliding, 0.2, 0.6),
    "no fee": (lambda person: "fee" not in person.facts, 0.1, 0.4),
    "Massachusetts": (lambda person: any(row.jurisdiction == "US-MA" for row in person.licences), 0.42, 0.62),
    "two jurisdictions": (lambda person: len(person.licences) > 1, 0.1, 0.4),
}


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("seed", [0, 1])
def test_shares(name: str, seed: int) -> None:
    """Property: the directory shows what directories are like, gaps and old news included."""
    holds, least, most = SHARES[name]
    assert least <= share(everybody(seed), holds) <= most


# ---------------------------------------------------------------- texts


def test_passages_are_distinct_and_their_tags_known() -> None:
    """Property: no text is written twice, every tag can be held by a profile, gaps are those that can be filled."""
    everything = list(every_passage())
    assert len({passage.text for passage in everything}) == len(everything) >= 220
    assert len([passage for passage in everything if passage.language != "en"]) >= 60
    for passage in everything:
        assert passage.slot in SLOTS
        assert set(re.findall(r"\{(.*?)\}", passage.text)) <= {"city", "years"}
        for tag in (*passage.facts, *passage.without):
            assert known(tag), (tag, passage.text)


def known(tag: str) -> bool:
    field, _, code = tag.partition(":")
    if field in vocabulary().fields:
        return code in vocabulary().codes(field)
    special = {"language": tag_of(code) == code, "contact": code in CONTACT_FIELDS, "fee": code in ("any", "sliding")}
    style = field == "style" and code.rpartition(":")[0] in STYLES
    return style or tag == "supervised:true" or special.get(field, False)


def test_passages_speak_of_all_that_makes_a_relationship() -> None:
    """Property: every quality, every practice, both poles of every style and several denials have words in English."""
    tags = {tag for passage in passages("en") for tag in passage.facts}
    for field in ("qualities", "practice", "participants", "session_format", "availability"):
        spoken = {tag.partition(":")[2] for tag in tags if tag.startswith(f"{field}:")}
        assert set(vocabulary().codes(field)) - spoken <= {"individual", "parent_child"}, field
    for style in STYLES:
        assert any(tag.startswith(f"style:{style}:+") for tag in tags)
        assert any(tag.startswith(f"style:{style}:-") for tag in tags)
    assert len([passage for passage in passages("en") if passage.without and not passage.facts]) >= 6


def test_many_passages_are_in_use(texts: dict[str, list[Passage]]) -> None:
    """Property: at least 150 distinct passages are read in 400 profiles, sixty of them not in English."""
    used = {passage.text: passage for row in texts.values() for passage in row}
    assert len(used) >= 300
    assert len([passage for passage in used.values() if passage.language != "en"]) >= 100


def test_ten_profiles_in_a_row_do_not_repeat_themselves(directory, texts) -> None:
    """Property: among ten neighbours hardly any English passage stands twice."""
    repeated = total = 0
    for start in range(0, EVERYBODY, 10):
        seen = Counter(
            p.text for person in directory[start : start + 10] for p in texts[person.id] if p.language == "en"
        )
        repeated += sum(times - 1 for times in seen.values())
        total += sum(seen.values())
    assert total > 1000
    assert repeated / total < 0.02


def test_texts_are_made_of_passages_only(directory, texts) -> None:
    """Property: taking the passages away leaves white space: nothing in a text escapes the check against the facts."""
    for person in directory:
        rest = person.bio
        for passage in texts[person.id]:
            rest = re.sub(pattern(passage), "", rest, count=1)
        assert not rest.strip(), (person.id, rest)


def stated(person: Therapist, tag: str) -> bool:
    """Whether a profile states a tag; written apart from the code under test."""
    field, _, code = tag.partition(":")
    if field == "style":
        name, _, step = code.partition(":")
        value = person.value("style", {}).get(name, 0) * (1 if step[0] == "+" else -1)
        return value >= int(step[1:])
    if field == "language":
        return code in {language.tag.split("-")[0] for language in person.languages}
    if field == "profession":
        return code in {licence.profession for licence in person.licences}
    if field == "fee":
        fee = person.value("fee")
        return fee is not None and (code == "any" or fee.lowest < fee.highest)
    if field == "contact":
        return code in person.facts
    return bool(person.value("supervised")) if field == "supervised" else code in person.terms(field)


def test_facts_and_text_agree(directory, texts) -> None:
    """Property: a profile states all that its text says and lists nothing that its text denies."""
    for person in directory:
        for passage in texts[person.id]:
            missing = [tag for tag in passage.facts if not stated(person, tag)]
            denied = [tag for tag in passage.without if stated(person, tag)]
            assert not missing, (person.id, passage.text)
            assert not denied, (person.id, passage.text)


def test_one_text_has_one_passage_a_topic(directory, texts) -> None:
    """Property: nobody has two former professions or two offices."""
    for person in directory:
        topics = Counter(passage.topic for passage in texts[person.id] if passage.topic)
        assert not [topic for topic, times in topics.items() if times > 1], person.id


def test_gaps_are_filled_from_the_facts(directory) -> None:
    """Property: a city named in a text is a place of the profile; no gap stays open."""
    for person in directory:
        assert not re.search(r"[{}]", person.bio)
        for city in re.findall(
            r"(?:My office in|from the centre of|People in) ([A-Z][\w ]+?)(?: is| tend|;)", person.bio
        ):
            assert city in {place.city for place in person.places}


def test_texts_are_in_languages_worked_in(directory, texts) -> None:
    """Property: who writes in a language works in it, at a professional level where one is stated."""
    for person in directory:
        able = {row.tag.split("-")[0] for row in person.languages if row.level is None or row.level >= 30}
        assert {passage.language for passage in texts[person.id]} <= able
    languages = [frozenset(passage.language for passage in row) for row in texts.values()]
    for code in TEXT_LANGUAGES:
        assert sum(code in row for row in languages) >= 8, code
    assert sum(len(row) == 2 for row in languages) >= 15
    assert sum(row != {"en"} and len(row) == 1 for row in languages) >= 25


NEVER = re.compile(
    r"safe space|guarantee|\bcures?\b|best therapist|effective with|proven|\d ?%|empower|journey", re.IGNORECASE
)


def test_no_promises_in_the_texts() -> None:
    """Property: none of the words the product may not use, and none of the trade's worn ones."""
    assert not [passage.text for passage in every_passage() if NEVER.search(passage.text)]


# ---------------------------------------------------------------- sensible searches


@pytest.mark.parametrize("part", table("cast")["part"], ids=lambda part: part["about"])
def test_sensible_searches_find_somebody(part: Mapping[str, Any], directory: list[Therapist]) -> None:
    """Property: for each part of the cast there are two people who state all of it and whom a client can see now."""
    found = [person for person in directory if plays(person, part)]
    assert len(found) >= 2


def plays(person: Therapist, part: Mapping[str, Any]) -> bool:
    tags = {f"{row.tag}:{row.level}" for row in person.languages}
    licensed = any(row.jurisdiction == part["region"] and row.end and row.end >= AS_OF for row in person.licences)
    cities = part.get("cities")
    return (
        set(part["languages"]) <= tags
        and all(stated(person, tag) for tag in part["facts"])
        and licensed
        and person.value("accepting") == "accepting"
        and fresh(person)
        and (
            not cities
            or any(place.city in cities for place in person.places)
            or "in_person" not in person.terms("session_format")
        )
    )

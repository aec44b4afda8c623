"""The records of the directory: `Therapist`, its facts, and the table of fields they may hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Editor = Literal["file", "register", "therapist", "operator"]
Listing = Literal["agreed", "contract", "public_register"]

# Precedence of facts: a person's edit, a checked register, a file.
EDITOR_RANK: Mapping[str, int] = {"file": 0, "register": 1, "operator": 2, "therapist": 2}


@dataclass(frozen=True, slots=True)
class Language:
    """A language a therapist works in.

    Attributes:
        tag: BCP 47, normalised (`es`, `pt-BR`, `bfi`).
        level: ILR level times ten, 10 (elementary) to 50 (functionally native); None when not stated.
    """

    tag: str
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """A right to practise.

    Attributes:
        jurisdiction: ISO 3166-2 (`US-MA`) or, where a country licenses as a whole, ISO 3166-1 (`DE`); "" unknown.
        profession: a vocabulary code of `profession`; "" unknown.
        number: as the source writes it.
        start: first day it is valid, or None when not stated.
        end: last day it is valid, or None when not stated.
        code: the NUCC taxonomy code it was read from, "" when none.
        checked_against: the register it was checked against, "" when it was not.
        checked_on: the day of that check.
        check_due: the day it is to be checked next.
    """

    jurisdiction: str = ""
    profession: str = ""
    number: str = ""
    start: date | None = None
    end: date | None = None
    code: str = ""
    checked_against: str = ""
    checked_on: date | None = None
    check_due: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where someone meets clients in person; latitude and longitude in degrees, None when not stated."""

    name: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    accepting: str = ""
    accessibility: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fee:
    """What a session costs: whole cents (hundredths of `currency`, ISO 4217); `lowest` is the sliding scale's end."""

    lowest: int
    highest: int
    currency: str

    @property
    def sliding(self) -> bool:
        """Whether the fee has a range."""
        return self.lowest < self.highest


@dataclass(frozen=True, slots=True)
class Fact:
    """One field's value with where it comes from. Of `identity_consent`, the source is the basis.

    Attributes:
        value: of the type that `FIELDS` gives the field.
        source: label of the file, register or person.
        as_of: the day the source says it for.
        editor: who wrote it; decides precedence.
        confirmed_on: the last day somebody said that it still holds.
    """

    value: Any
    source: str
    as_of: date
    editor: Editor
    confirmed_on: date


Kind = Literal[
    "text", "terms", "term", "languages", "licences", "places", "fee", "date", "integer", "styles", "flag", "sentences"
]


@dataclass(frozen=True, slots=True)
class Field:
    """One row of `FIELDS`.

    Attributes:
        name: as in `interface`: the name of the wish where clients can ask for it.
        kind: type of its value.
        identity: loaded only with consent, never inferred.
        contact: a way to reach the therapist; never ranked.
        ranked: clients can ask for it.
    """

    name: str
    kind: Kind
    identity: bool = False
    contact: bool = False
    ranked: bool = False


FIELDS: Mapping[str, Field] = {
    row.name: row
    for row in (
        Field("name", "text"),
        Field("credentials", "text"),
        Field("pronouns", "text", identity=True),
        Field("npi", "text"),
        Field("language", "languages", ranked=True),
        Field("session_format", "terms", ranked=True),
        Field("licence", "licences", ranked=True),
        Field("place", "places", ranked=True),
        Field("age_group", "terms", ranked=True),
        Field("participants", "terms", ranked=True),
        Field("population", "terms", ranked=True),
        Field("concern", "terms", ranked=True),
        Field("modality", "terms", ranked=True),
        Field("cultural_background", "terms", identity=True, ranked=True),
        Field("faith", "terms", identity=True, ranked=True),
        Field("therapist_gender", "terms", identity=True, ranked=True),
        Field("orientation", "text", identity=True),
        Field("disability", "text", identity=True),
        Field("insurance", "terms", ranked=True),
        Field("accessibility", "terms", ranked=True),
        Field("availability", "terms", ranked=True),
        Field("practice", "terms", ranked=True),
        Field("qualities", "terms", ranked=True),
        Field("quality_sentences", "sentences"),
        Field("style", "styles", ranked=True),
        Field("accepting", "term"),
        Field("fee", "fee", ranked=True),
        Field("next_opening", "date", ranked=True),
        Field("bio", "text"),
        Field("email", "text", contact=True),
        Field("phone", "text", contact=True),
        Field("text", "text", contact=True),
        Field("website", "text", contact=True),
        Field("booking_url", "text", contact=True),
        Field("preferred", "text", contact=True),
        Field("reply_languages", "terms", contact=True),
        Field("replies_within_days", "integer", contact=True),
        Field("training", "text"),
        Field("supervised", "flag"),
        Field("crisis_between_sessions", "text"),
        Field("identity_consent", "flag"),
    )
}
"""Every fact a profile may hold; the loaders, the store, the index and the pages walk this table."""

TERM_FIELDS: tuple[str, ...] = tuple(n for n, f in FIELDS.items() if f.kind == "terms" and f.ranked)
IDENTITY_FIELDS: tuple[str, ...] = tuple(n for n, f in FIELDS.items() if f.identity)
CONTACT_FIELDS: tuple[str, ...] = tuple(n for n, f in FIELDS.items() if f.contact)

STYLES: tuple[str, ...] = ("directiveness", "emotional_intensity", "past_focus", "challenge")
"""Style dimensions, each -3..3 and named after the side that 3 stands for."""


@dataclass(frozen=True, slots=True)
class Therapist:
    """One profile: an id and its facts by field name. A field without a fact is *not stated*.

    Attributes:
        id: stable over loads (see `profiles.loading`).
        facts: by name of `FIELDS`; an empty value never stands here.
        listing: on what basis the therapist is listed.
        fictional: of the demonstration directory; marked on every page.
        withheld: fields that a person emptied, each a fact whose value is None: no file fills them again.
        listed: the operator lists the therapist although a public register is all there is.
    """

    id: str
    facts: Mapping[str, Fact]
    listing: Listing = "agreed"
    fictional: bool = False
    withheld: Mapping[str, Fact] = field(default_factory=dict)
    listed: bool = False

    @property
    def consent(self) -> str:
        """The basis on which identity fields are held, "" when there is none."""
        fact = self.facts.get("identity_consent")
        return fact.source if fact is not None and fact.value else ""

    def value(self, name: str, default: Any = None) -> Any:
        """Return the value of a field, or `default` where it is not stated."""
        fact = self.facts.get(name)
        return default if fact is None else fact.value

    @property
    def name(self) -> str:
        """The name shown."""
        return str(self.value("name", ""))

    @property
    def bio(self) -> str:
        """The therapist's own text, byte for byte after NFC."""
        return str(self.value("bio", ""))

    @property
    def own_words(self) -> str:
        """Everything the therapist wrote for clients: the text, then the sentences on their qualities."""
        return "\n\n".join(filter(None, (self.bio, *self.value("quality_sentences", {}).values())))

    @property
    def languages(self) -> tuple[Language, ...]:
        """Languages of therapy."""
        return tuple(self.value("language", ()))

    @property
    def licences(self) -> tuple[Licence, ...]:
        """Licences, ended ones included."""
        return tuple(self.value("licence", ()))

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the therapist meets clients in person."""
        return tuple(self.value("place", ()))

    def terms(self, name: str) -> tuple[str, ...]:
        """Return the vocabulary codes a field lists, () where it is not stated."""
        return tuple(self.value(name, ()))

    def contact(self) -> Iterator[tuple[str, Fact]]:
        """Yield each stated way of contact with its fact."""
        return ((name, self.facts[name]) for name in CONTACT_FIELDS if name in self.facts)


@dataclass(frozen=True, slots=True)
class FeeLimit:
    """The most a client can pay: whole cents of `currency`."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Near:
    """A circle around a point in degrees, radius in kilometres."""

    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a client asked for; every part is optional.

    Attributes:
        must: field -> alternatives; fields add up.
        prefer: field -> wished values.
        style: dimension -> -3..3 without zeros.
        qualities: up to three codes.
        fee_max, near, starts_within: musts beside the fields; `starts_within` in days.
        avoid: ways of working that are not wanted, by field.
        matters_most: groups or fields whose wishes count double.
        include_not_stated: musts that a profile without the field may pass.
        language_also: what will do as well where a language is a must: simple words, an interpreter.
        words: the client's own words; never stored, logged or part of any seed.
        words_not_about: concerns that the words were read as and that the client says they are not about.
    """

    must: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prefer: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    style: Mapping[str, int] = field(default_factory=dict)
    qualities: tuple[str, ...] = ()
    fee_max: FeeLimit | None = None
    near: Near | None = None
    starts_within: int | None = None
    avoid: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    matters_most: tuple[str, ...] = ()
    include_not_stated: tuple[str, ...] = ()
    language_also: tuple[str, ...] = ()
    words: str = ""
    words_not_about: tuple[str, ...] = ()

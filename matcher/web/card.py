"""One therapist of a list as a card shows them: lines with a state, quoted lines, ways of contact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from matcher.messages import label, say, source_words, words
from matcher.mirrored import TOLD
from matcher.records import Match, MustResult
from matcher.web.draft import Draft, drafts, patience_days
from matcher.web.profile import shown, sourced
from models.factors import Contribution, State
from profiles.languages import language_name, language_of_text
from profiles.schema import Preferences, Therapist

MOST_QUOTES = 2
STRONGEST = 2
HALF = 0.5

_ORDER: tuple[State, ...] = ("met", "partly", "not_met", "not_stated")
_LINKS = {"email": "mailto:", "phone": "tel:", "text": "sms:"}
_PAGES = ("website", "booking_url")


@dataclass(frozen=True)
class Quote:
    """A line of the therapist's own, with what it speaks of, and its language when that is not the page's."""

    caption: str
    text: str
    language: str
    language_name: str


@dataclass(frozen=True)
class Line:
    """How one must or wish is met.

    Attributes:
        state: met, partly met, not met or not stated.
        sentence: the reason.
        checked: whether a register was asked.
        source: who says so, and when; "" for several at once.
        strong: it is one of the two reasons that count most.
        quote: the line of the profile behind it, for a reason that a text gives.
    """

    state: State
    sentence: str
    checked: bool
    source: str = ""
    strong: bool = False
    quote: Quote | None = None


@dataclass(frozen=True)
class Way:
    """A way of contact, with who says so and when; `address` is empty where it can't be a link."""

    name: str
    text: str
    address: str
    source: str


@dataclass(frozen=True)
class Card:
    """What a card shows beside the match itself."""

    match: Match
    musts: tuple[Line, ...]
    wishes: tuple[Line, ...]
    quotes: tuple[Quote, ...]
    told: tuple[tuple[str, str], ...]
    ways: tuple[Way, ...]
    manner: str
    questions: tuple[str, ...]
    drafts: tuple[Draft, ...]
    patience_days: int

    @property
    def tier(self) -> str:
        """Key of the sentence that says who states what has no mark of its own."""
        checked = any(line.checked for line in (*self.musts, *self.wishes))
        return "card.tier_rest" if checked else "card.tier_all"


NOBODY: Mapping[str, str] = MappingProxyType({})


def card(match: Match, preferences: Preferences, locale: str, owners: Mapping[str, str] = NOBODY) -> Card:
    """Return what a card shows of one match to those preferences.

    Args:
        match: the therapist, and how they stand.
        preferences: what was asked.
        locale: language of the page.
        owners: where two people ask, whose wish each is, by field or dimension: mine or theirs.
    """
    strong = _strongest(match)
    return Card(
        match=match,
        musts=_lines(match.musts, locale, owners),
        wishes=(*(_reason(one, match, locale) for one in strong), *_lines(_others(match, strong), locale, owners)),
        quotes=tuple(quotes(match, locale, beside=strong)),
        told=(*told(match.therapist, locale), *_moved(match, locale)),
        ways=tuple(ways(match.therapist, locale)),
        manner=manner(match.therapist, locale),
        questions=tuple(words(one, locale) for one in match.questions),
        drafts=drafts(match.therapist, preferences, locale),
        patience_days=patience_days(match.therapist),
    )


def _strongest(match: Match) -> list[Contribution]:
    """Return the two contributions that speak most for somebody, of one factor only one."""
    speaking = sorted((one for one in match.contributions if _speaks(one, match)), key=lambda one: -one.contribution)
    by_factor = {one.factor: one for one in reversed(speaking)}
    return [one for one in speaking if by_factor[one.factor] is one][:STRONGEST]


def _speaks(one: Contribution, match: Match) -> bool:
    """Whether a contribution is a reason: stated and at least half met, read in a line worth quoting, or reported."""
    if one.door == "described":
        return any(one is quoted for quoted in match.quotes)
    if one.door == "reported":
        return one.state == "met"
    return one.state in ("met", "partly") and one.value >= HALF


def _others(match: Match, strong: Sequence[Contribution]) -> list[Contribution]:
    """Return what else is said about the wishes, by its state; a text that is no reason says nothing here."""
    told_of = (*match.wishes, *match.reported)
    rest = [one for one in told_of if all(one is not first for first in strong)]
    return sorted(rest, key=lambda one: (_ORDER.index(one.state), -one.contribution))


def _reason(one: Contribution, match: Match, locale: str) -> Line:
    line = _line(one, locale)
    if one.door != "described":
        return replace(line, strong=True)
    spoken = _quote("", one.quote or "", match.therapist, locale)
    return replace(line, strong=True, quote=spoken)


def _line(one: MustResult | Contribution, locale: str) -> Line:
    source = source_words(one.tier, one.as_of, locale)
    return Line(one.state, words(one.because, locale), one.tier == "checked", source)


def _lines(results: Sequence[MustResult | Contribution], locale: str, owners: Mapping[str, str]) -> tuple[Line, ...]:
    """Return a line for each, and one line for everything that is not stated; whose wish it is where it is unmet."""
    lines = [_owned(_line(one, locale), one, locale, owners) for one in results if one.state != "not_stated"]
    silent = [_owner(one, subject(one, locale), locale, owners) for one in results if one.state == "not_stated"]
    if silent:
        sentence = say("card.silent", locale, names=", ".join(dict.fromkeys(silent)))
        lines.append(Line("not_stated", sentence, checked=False))
    return tuple(lines)


def _owned(line: Line, one: MustResult | Contribution, locale: str, owners: Mapping[str, str]) -> Line:
    return line if line.state == "met" else replace(line, sentence=_owner(one, line.sentence, locale, owners))


def _owner(one: MustResult | Contribution, said: str, locale: str, owners: Mapping[str, str]) -> str:
    """Return what is said, with whose wish it is about where one of two people has it alone."""
    params = one.because.params
    field = params.get("style") or params.get("field") or str(params.get("terms", "")).partition(":")[0]
    owner = owners.get(str(field))
    return f"{said} ({say(f'list.whose.{owner}', locale)})" if owner else said


def subject(one: MustResult | Contribution, locale: str) -> str:
    """Return the name of what was asked for, from the parameters of its message."""
    params = one.because.params
    if "style" in params:
        return say(f"style.{params['style']}.name", locale)
    return say(f"field.{params['field']}", locale)


def quotes(match: Match, locale: str, beside: Sequence[Contribution] = ()) -> Iterator[Quote]:
    """Yield the lines that speak to what was asked or, where none does, how the therapist's text begins.

    Args:
        match: whose lines.
        locale: language of the page.
        beside: reasons that are shown with their lines already.
    """
    taken = {one.quote for one in beside if one.door == "described"}
    for one in [one for one in match.quotes if one.quote not in taken][:MOST_QUOTES]:
        yield _quote(words(one.because, locale), one.quote or "", match.therapist, locale)
    if not match.quotes and match.opening:
        yield _quote(say("card.opening", locale), match.opening, match.therapist, locale)


def language_of_line(line: str, therapist: Therapist) -> str | None:
    """Return the language of a line, that of its paragraph where the line is too short to tell."""
    around = [one for one in therapist.own_words.splitlines() if line in one]
    read = (language_of_text(text, therapist.languages) for text in (line, *around))
    return next((language for language in read if language), None)


def _quote(caption: str, text: str, therapist: Therapist, locale: str) -> Quote:
    language = language_of_line(text, therapist)
    foreign = language if language and language != locale else ""
    return Quote(caption.rstrip(":"), text, foreign, language_name(foreign, locale) if foreign else "")


def told(therapist: Therapist, locale: str) -> Iterator[tuple[str, str]]:
    """Yield what a therapist tells beside the questions that both sides are asked, each with its name."""
    for one in TOLD:
        if (value := therapist.value(one.field)) is not None:
            yield say(f"mirrored.read.{one.field}", locale), shown(one.field, value, locale)


def _moved(match: Match, locale: str) -> Iterator[tuple[str, str]]:
    """Yield what a re-ranker did to somebody's place, where it moved them: no wish, so it stands with none."""
    yield from ((say("card.place", locale), words(one.because, locale)) for one in match.moved)


def ways(therapist: Therapist, locale: str) -> Iterator[Way]:
    """Yield each way to reach somebody, with an address where it can be a link."""
    for name, fact in therapist.contact():
        if name in _LINKS or name in _PAGES:
            text = str(fact.value)
            yield Way(say(f"field.{name}", locale), _short(name, text), _address(name, text), sourced(fact, locale))


def _short(name: str, text: str) -> str:
    return text.partition("://")[2].rstrip("/") or text if name in _PAGES else text


def _address(name: str, text: str) -> str:
    """Return a link for a contact fact, "" for what is no address: profiles are written by others."""
    if name in _PAGES:
        parts = _split(text)
        return text if parts and parts[0] in ("http", "https") and parts[1] else ""
    if name == "email":
        return _LINKS[name] + quote(text, safe="@+") if text.count("@") == 1 and " " not in text else ""
    digits = "".join(letter for letter in text if letter in "+0123456789")
    return _LINKS[name] + digits if digits else ""


def _split(text: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return parts.scheme, parts.netloc


def manner(therapist: Therapist, locale: str) -> str:
    """Return how somebody likes to be reached and when they answer, in one line; "" when they do not say."""
    parts = []
    if preferred := therapist.value("preferred"):
        parts.append(say("contact.prefers", locale, field=preferred))
    if tags := therapist.value("reply_languages"):
        parts.append(say("contact.replies_in", locale, names=", ".join(label("language", tag, locale) for tag in tags)))
    if (days := therapist.value("replies_within_days")) is not None:
        parts.append(say("contact.replies_soon" if days <= 1 else "contact.replies_within", locale, days=days))
    return " · ".join(parts)

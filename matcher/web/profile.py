"""One therapist as rows for a page: what they say, from whom and when, and what they do not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from matcher.messages import date_words, fee_words, label, say, style_words
from profiles.languages import jurisdiction_name
from profiles.schema import FIELDS, Fact, Kind, Language, Licence, Place, Therapist

# Shown elsewhere on the page, or of no use to a client.
LEFT_OUT = frozenset(
    {"name", "credentials", "bio", "npi", "accepting", "orientation", "disability", "pronouns", "identity_consent"}
)


@dataclass(frozen=True)
class FactRow:
    """One line of the table of facts."""

    name: str
    value: str


def profile_rows(therapist: Therapist, locale: str) -> dict[str, Any]:
    """Return the facts of a profile by source and date, and the names of the fields it does not state."""
    names = [name for name, row in FIELDS.items() if name not in LEFT_OUT and not row.contact]
    sources: dict[str, list[FactRow]] = {}
    for name in names:
        if fact := therapist.facts.get(name):
            row = FactRow(say(f"field.{name}", locale), shown(name, fact.value, locale))
            sources.setdefault(sourced(fact, locale), []).append(row)
    missing = [say(f"field.{name}", locale) for name in names if name not in therapist.facts and FIELDS[name].ranked]
    return {"sources": sources, "missing": missing}


def sourced(fact: Fact, locale: str) -> str:
    """Return who says a fact, and when."""
    editor = say(f"editor.{fact.editor}", locale)
    return say("therapist.source_line", locale, editor=editor, source=fact.source, day=fact.as_of.isoformat())


def shown(name: str, value: Any, locale: str) -> str:
    """Return the value of a field in words."""
    kind = FIELDS[name].kind
    if kind == "terms":
        return ", ".join(label(name, code, locale) for code in value)
    write = SHOWN.get(kind)
    return str(value) if write is None else write(value, locale)


def _styles(value: Mapping[str, int], locale: str) -> str:
    return "; ".join(
        f"{say(f'style.{style}.name', locale)}: {style_words(f'{style}:{side}', locale)}"
        for style, side in value.items()
    )


def _language(one: Language, locale: str) -> str:
    level = say("level.none", locale) if one.level is None else say(f"level.{one.level // 10 * 10}", locale)
    return f"{label('language', one.tag, locale)} ({level})"


def _licence(one: Licence, locale: str) -> str:
    parts = [
        label("profession", one.profession, locale) if one.profession else "",
        jurisdiction_name(one.jurisdiction) if one.jurisdiction else "",
        say("licence.until", locale, day=one.end.isoformat()) if one.end else say("licence.no_end", locale),
        say("licence.checked", locale, register=one.checked_against) if one.checked_against else "",
    ]
    return ", ".join(part for part in parts if part)


def _place(one: Place, _locale: str) -> str:
    return ", ".join(part for part in (one.street, one.city, one.region, one.postal_code, one.country) if part)


SHOWN: Mapping[Kind, Callable[[Any, str], str]] = {
    "languages": lambda value, locale: ", ".join(_language(one, locale) for one in value),
    "licences": lambda value, locale: "; ".join(_licence(one, locale) for one in value),
    "places": lambda value, locale: "; ".join(_place(one, locale) for one in value),
    "fee": lambda value, locale: fee_words(f"{value.lowest}-{value.highest} {value.currency}", locale),
    "date": date_words,
    "styles": _styles,
    "sentences": lambda value, locale: " ".join(
        f"{label('qualities', code, locale)}: {sentence}" for code, sentence in value.items()
    ),
    "flag": lambda value, locale: say("yes" if value else "no", locale),
}
"""How the value of each kind of field is put into words; other kinds are text."""

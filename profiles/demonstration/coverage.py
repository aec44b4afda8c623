"""Sees to it that every term of the vocabulary is held by someone in a directory large enough for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from profiles.demonstration.draft import Draft
from profiles.demonstration.tables import table
from profiles.schema import IDENTITY_FIELDS, TERM_FIELDS
from profiles.vocabulary import vocabulary

ENOUGH = 400
"""The number of people from which on every term is held."""


def cover(drafts: Sequence[Draft]) -> None:
    """Give each term nobody holds to the person it fits best: of a fitting kind, with the shortest list."""
    burden: dict[str, int] = {}
    for field in (*TERM_FIELDS, "profession", "accepting"):
        for code in _missing(drafts, field):
            host = min(_hosts(drafts, field, code), key=lambda draft: _reluctance(draft, field, burden))
            burden[host.id] = burden.get(host.id, 0) + 1
            _give(host, field, code)


def _missing(drafts: Sequence[Draft], field: str) -> Iterator[str]:
    held = {code for draft in drafts for code in _held(draft, field)}
    return (code for code in vocabulary().codes(field) if code not in held)


def _held(draft: Draft, field: str) -> tuple[str, ...]:
    if field == "profession":
        return tuple(licence.profession for licence in draft.values.get("licence", ()))
    value = draft.values.get(field, ())
    return (value,) if isinstance(value, str) else tuple(value)


def _hosts(drafts: Sequence[Draft], field: str, code: str) -> list[Draft]:
    """Return who may hold a term: full profiles that play no part, of its usual kinds of practice where it has any."""
    able = [draft for draft in drafts if draft.full and draft.part is None] or list(drafts)
    usual: Mapping[str, Sequence[str]] = table("people")["usual_kinds"]
    kinds = next((set(row) for prefix, row in usual.items() if f"{field}:{code}".startswith(prefix)), set())
    fitting = [draft for draft in able if draft.kind["key"] in kinds or _named(draft, field, code)] or able
    if field in IDENTITY_FIELDS:
        return _unspoken(fitting, field, code)
    countries = [c for c, codes in table("people")["general"]["insurance"].items() if code in codes]
    local = [draft for draft in fitting if draft.region["country"] in countries]
    return (local or fitting) if field == "insurance" else fitting


def _unspoken(drafts: list[Draft], field: str, code: str) -> list[Draft]:
    """Return who states nothing in an identity field yet, rather those who work in a language that goes with it."""
    silent = [draft for draft in drafts if field not in draft.values] or drafts
    by_language = table("people")["identity"]["by_language"]
    spoken = [draft for draft in silent if code in by_language.get(draft.further_tongue, ())]
    return spoken or [draft for draft in silent if draft.further_tongue == "en"] or silent


def _named(draft: Draft, field: str, code: str) -> bool:
    return code in draft.kind["often"].get(field, ()) or f"{field}:{code}" in draft.kind["always"]


def _reluctance(draft: Draft, field: str, burden: Mapping[str, int]) -> tuple[int, int, int]:
    stranger = field in IDENTITY_FIELDS and not any(name in draft.values for name in IDENTITY_FIELDS)
    return burden.get(draft.id, 0) + stranger, len(_held(draft, field)), draft.number


def _give(draft: Draft, field: str, code: str) -> None:
    if field == "profession":
        draft.values["licence"] = tuple(replace(licence, profession=code) for licence in draft.values["licence"])
        draft.values.pop("credentials", None)
        draft.values.pop("supervised", None)
    elif field == "accepting":
        draft.values["accepting"] = code
    elif field == "qualities":
        draft.values["qualities"] = (code, *draft.values.get("qualities", ()))[:3]
    elif field in ("cultural_background", "faith"):
        draft.values[field] = (code,)
    else:
        draft.add(field, [code])

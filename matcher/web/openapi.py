"""The OpenAPI description of the API, written from the tables that the code itself reads."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from matcher.records import RERANKERS
from matcher.variants import VARIANTS
from matcher.web.languages import page_locales
from profiles.preferences import (
    AVOIDABLE,
    GROUPS,
    LANGUAGE_ALSO,
    LIMITS,
    MOST_DAYS,
    MOST_FEE,
    MOST_KM,
    MOST_QUALITIES,
    MOST_WORDS,
    NAMED_WEIGHTS,
    WISH_FIELDS,
)
from profiles.schema import STYLES
from profiles.vocabulary import vocabulary

MOST = 1000

_STATES = ["met", "partly", "not_met", "not_stated"]
_TIERS = ["checked", "therapist_states", "profile_text", "client_checkins"]


def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Therapist matcher",
            "version": version("therapist-matcher"),
            "description": "Orders therapists by what a client asked for. A directory tool, not clinical advice.",
        },
        "paths": {"/api/v1/matches": {"post": _operation()}},
        "components": {
            "schemas": {"Preferences": preferences_schema(), "MatchList": _list_schema(), "Problem": _problem_schema()}
        },
    }


def _operation() -> dict[str, Any]:
    query = [
        ("n", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 10}, "How many therapists to return."),
        ("variant", {"enum": list(VARIANTS)}, "The ranking variant."),
        ("locale", {"enum": list(page_locales()), "default": "en"}, "The language of the sentences."),
    ]
    return {
        "summary": "Rank the directory for one set of preferences",
        "description": "Nothing of the body is stored or logged.",
        "operationId": "matches",
        "parameters": [
            {"name": name, "in": "query", "schema": schema, "description": text} for name, schema, text in query
        ],
        "requestBody": {"required": True, "content": _json("Preferences")},
        "responses": {
            "200": {"description": "The list.", "content": _json("MatchList")},
            "413": {"description": "The body is too large.", "content": _message()},
            "422": {"description": "Something is not known; nothing was dropped.", "content": _problems()},
            "503": {"description": "Not ready yet; try again.", "content": _message()},
        },
    }


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _object(required: list[str] | None = None, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or list(properties)}


def _closed(**properties: Any) -> dict[str, Any]:
    return {**_object(**properties), "additionalProperties": False}


def _message() -> dict[str, Any]:
    return {"application/json": {"schema": _object(message={"type": "string"})}}


def _problems() -> dict[str, Any]:
    items = {"type": "array", "items": {"$ref": "#/components/schemas/Problem"}}
    return {"application/json": {"schema": _object(problems=items)}}


def _strings(values: list[str] | None = None) -> dict[str, Any]:
    return {"type": "array", "items": {"enum": values} if values else {"type": "string"}}


def preferences_schema() -> dict[str, Any]:
    """Return the JSON schema of preferences."""
    fields = {name: _strings(list(vocabulary().codes(name)) or None) for name in WISH_FIELDS}
    wishes = {"type": "object", "properties": fields, "additionalProperties": False}
    avoided = {
        "type": "object",
        "properties": {name: fields[name] for name in AVOIDABLE},
        "additionalProperties": False,
    }
    side = {"type": "integer", "minimum": -3, "maximum": 3}
    number = {"type": "number"}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "must": wishes,
            "prefer": wishes,
            "style": {"type": "object", "properties": dict.fromkeys(STYLES, side), "additionalProperties": False},
            "qualities": {**_strings(list(vocabulary().codes("qualities"))), "maxItems": MOST_QUALITIES},
            "fee_max": _closed(
                amount={**number, "minimum": 0, "maximum": MOST_FEE},
                currency={"type": "string", "pattern": "^[A-Z]{3}$"},
            ),
            "near": _closed(
                latitude={**number, "minimum": -90, "maximum": 90},
                longitude={**number, "minimum": -180, "maximum": 180},
                km={**number, "minimum": 0, "maximum": MOST_KM},
            ),
            "starts_within": {"type": "integer", "minimum": 0, "maximum": MOST_DAYS, "description": "days"},
            "avoid": avoided,
            "matters_most": _strings(list(NAMED_WEIGHTS)),
            "include_not_stated": _strings([*WISH_FIELDS, *LIMITS]),
            "language_also": _strings(list(LANGUAGE_ALSO)),
            "words": {"type": "string", "maxLength": MOST_WORDS},
            "words_not_about": {
                **fields["concern"],
                "description": "Concerns that `words_read_as` named and that the words are not about.",
            },
        },
    }


def _list_schema() -> dict[str, Any]:
    text, number, whole = {"type": "string"}, {"type": "number"}, {"type": "integer"}
    optional = {"type": ["string", "null"]}
    contribution = _object(
        factor=text,
        group={"enum": [*GROUPS, *RERANKERS]},
        kind={"enum": ["relationship", "topic", "practical"]},
        door={"enum": ["stated", "described", "reported"]},
        weight=number,
        value=number,
        contribution=number,
        state={"enum": _STATES},
        tier={"enum": _TIERS},
        because=text,
        quote=optional,
        quote_lang=optional,
        as_of=optional,
    )
    must = _object(field=text, state={"enum": _STATES}, tier={"enum": _TIERS}, because=text, as_of=optional)
    match = _object(
        rank=whole,
        id=text,
        name=text,
        fictional={"type": "boolean"},
        group={"enum": ["confirmed", "unconfirmed"]},
        band=whole,
        fit_score=number,
        contributions={"type": "array", "items": contribution},
        musts={"type": "array", "items": must},
        contact={"type": "object", "additionalProperties": _object(value={}, source=text, as_of=text)},
        questions=_strings(),
    )
    relaxation = _object(drop=text, gains=whole, offered={"type": "boolean"})
    return _object(
        variant=text,
        model=text,
        as_of=text,
        directory=whole,
        eligible=whole,
        relationship_part=number,
        relaxations={"type": "array", "items": relaxation},
        not_stated={"type": "array", "items": _object(field=text, count=whole)},
        words_read_as={"type": "array", "items": _object(field={"const": "concern"}, term=text)},
        matches={"type": "array", "items": match},
    )


def _problem_schema() -> dict[str, Any]:
    optional = {"type": ["string", "null"]}
    return _object(
        file=optional,
        row={"type": ["string", "integer", "null"]},
        column=optional,
        code={"type": "string"},
        level={"enum": ["error", "warning"]},
        value=optional,
        message={"type": "string"},
        remedy={"type": "string"},
    )

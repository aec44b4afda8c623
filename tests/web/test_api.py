"""The API gives what its own description says, and what the command line gives."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest
from hypothesis import given, settings

from matcher.documents import list_document
from matcher.web.asking import listed
from matcher.web.openapi import openapi_document, preferences_schema
from profiles.preferences import read_preferences
from tests.support import preferences_documents, read_document

API = "/api/v1/matches"
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
    "integer": int,
}
KNOWN = {
    "type", "enum", "properties", "required", "additionalProperties", "items", "maxItems", "minimum", "maximum",
    "pattern", "maxLength", "description", "default", "$ref",
}  # fmt: skip


def faults(value: Any, schema: dict[str, Any], whole: dict[str, Any], path: str = "$") -> list[str]:
    """Return where a value is not what a schema says: as much of JSON Schema as our description uses."""
    assert schema.keys() <= KNOWN, schema.keys() - KNOWN
    if "$ref" in schema:
        named = whole["components"]["schemas"][schema["$ref"].removeprefix("#/components/schemas/")]
        return faults(value, named, whole, path)
    found = [f"{path} is {value!r}"] if not _fits(value, schema) else []
    if isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        found += [f"{path}.{name} is missing" for name in schema.get("required", ()) if name not in value]
        for name, inner in value.items():
            if name in properties or isinstance(others, dict):
                found += faults(inner, properties.get(name, others), whole, f"{path}.{name}")
            elif others is False:
                found.append(f"{path}.{name} is unknown")
    if isinstance(value, list):
        for number, inner in enumerate(value):
            found += faults(inner, schema.get("items", {}), whole, f"{path}[{number}]")
    return found


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", list(TYPES))
    kind = any(isinstance(value, TYPES[one]) and (one == "boolean" or not isinstance(value, bool)) for one in kinds)
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    return (
        kind
        and ("enum" not in schema or value in schema["enum"])
        and (not isinstance(value, int | float) or low <= value <= high)
        and (not isinstance(value, str) or bool(re.search(schema.get("pattern", ""), value)))
        and (not isinstance(value, str) or len(value) <= schema.get("maxLength", math.inf))
        and (not isinstance(value, list) or len(value) <= schema.get("maxItems", math.inf))
    )


def answer_schema(code: int) -> dict[str, Any]:
    responses = openapi_document()["paths"][API]["post"]["responses"]
    return responses[str(code)]["content"]["application/json"]["schema"]


def closed(schema: Any) -> Any:
    """Return a schema in which no object may hold more than it names."""
    if isinstance(schema, dict):
        inner = {name: closed(part) for name, part in schema.items()}
        return (
            {"additionalProperties": False, **inner}
            if inner.get("type") == "object" and "properties" in inner
            else inner
        )
    return [closed(one) for one in schema] if isinstance(schema, list) else schema


@settings(max_examples=40)
@given(preferences_documents(words=True))
def test_every_answer_is_what_the_description_says(pages, document):
    """No part too few and none too many."""
    assert faults(document, preferences_schema(), openapi_document()) == []
    response = pages.client.post(f"{API}?n=5", json=document)
    assert response.status_code == 200
    assert faults(response.get_json(), closed(answer_schema(200)), closed(openapi_document())) == []


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"must": {"langage": ["es"]}}, 422),
        ({"style": {"challenge": 9}}, 422),
        ([], 422),
        ({"qualities": ["trst"]}, 422),
    ],
)
def test_every_refusal_is_what_the_description_says(pages, document, code):
    """Every refusal is what the description says."""
    response = pages.client.post(API, json=document)
    assert response.status_code == code
    assert faults(response.get_json(), closed(answer_schema(code)), closed(openapi_document())) == []


def test_not_ready_is_what_the_description_says(empty_pages):
    """Not ready is what the description says."""
    response = empty_pages.client.post(API, json={})
    assert faults(response.get_json(), answer_schema(503), openapi_document()) == []


@pytest.mark.parametrize(
    "document",
    [
        {"must": {"language": "es"}},
        {"must": {"nothing": []}},
        {"style": {"challenge": 4}},
        {"qualities": ["trust", "empathy", "validation", "consistency"]},
        {"words": "x" * 5001},
        {"near": {"latitude": 91, "longitude": 0, "km": 1}},
        {"starts_within": -1},
        {"fee_max": {"amount": 1}},
        {"nonsense": 1},
        {"avoid": {"faith": ["quaker"]}},
    ],
)
def test_the_description_refuses_what_the_api_refuses(document):
    """The description refuses what the api refuses."""
    assert faults(document, preferences_schema(), openapi_document())
    assert read_preferences(document)[1]


def test_the_api_gives_the_same_list_as_the_rest(app, pages):
    """The api gives the same list as the rest."""
    document = {"must": {"session_format": ["video"]}, "qualities": ["trust"], "words": "grief"}
    response = pages.client.post(f"{API}?n=7&variant=stated-only", json=document)
    with app.app_context():
        result = listed(read_document(document), 7, "stated-only")
    assert response.get_json() == json.loads(json.dumps(list_document(result, "en")))


def test_the_description_is_served(pages):
    """The description is served."""
    response = pages.client.get("/api/v1/openapi.json")
    assert response.get_json() == openapi_document()
    assert "Set-Cookie" not in response.headers

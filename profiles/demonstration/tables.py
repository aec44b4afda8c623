"""The tables the demonstration is made of, read from the TOML files beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

TEXT_LANGUAGES = ("en", "es", "de", "fr", "pt", "ar")
"""Languages with passages; each has its `passages_<language>.toml`."""

SLOTS = ("opening", "approach", "with", "practical", "closing")
"""Where in a text a passage stands, in this order."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One hand-written piece of a profile's text.

    Attributes:
        language: it is written in.
        slot: one of `SLOTS`.
        facts: what the profile must state, as `field:code` and the forms `profiles.demonstration.agreement` reads.
        without: what the profile must not list.
        topic: no text has two passages of one topic; "" for none.
        text: with `{city}` and `{years}` as its only gaps.
    """

    language: str
    slot: str
    facts: tuple[str, ...]
    without: tuple[str, ...]
    topic: str
    text: str


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return one of the TOML files by its name without ending."""
    return tomllib.loads((files("profiles.demonstration") / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def passages(language: str) -> tuple[Passage, ...]:
    """Return the passages written in a language, in the order of their file."""
    return tuple(
        Passage(
            language,
            row["slot"],
            tuple(row.get("facts", ())),
            tuple(row.get("without", ())),
            row.get("topic", ""),
            row["text"],
        )
        for row in table(f"passages_{language}")["passage"]
    )

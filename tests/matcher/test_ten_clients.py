"""Ten clients of the demonstration directory: their first five are sensible, and say why."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from matcher.home import Home
from matcher.pipeline import Service, match
from matcher.records import Match
from profiles.demonstration.generate import generate
from profiles.formats.reading import Row
from profiles.preferences import read_preferences

TODAY = date(2026, 11, 22)
CLIENTS = tomllib.loads((Path(__file__).parent / "clients.toml").read_text(encoding="utf-8"))["client"]
SHOWN, MOST, EVERYBODY = 5, 3, 1000


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """The demonstration directory, read by the packaged encoder."""
    folder = tmp_path_factory.mktemp("ten")
    (folder / "secret.key").write_bytes(bytes(32))  # the same shuffle in every run
    home = Home(folder)
    home.directory.apply(Row("loaded", therapist) for therapist in generate(400, 0, as_of=TODAY))
    return home.service(home.update_index())


def meets(one: Match, factor: str) -> bool:
    """Whether a therapist states what was wished, at least in part."""
    return any(
        part.factor == factor and part.door == "stated" and part.state in ("met", "partly")
        for part in one.contributions
    )


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client["who"])
def test_the_first_five_are_what_was_expected(client: Mapping[str, Any], service: Service) -> None:
    """The first meets what was expected; three of five, or all there are, meet what matters; lines are quoted."""
    preferences, problems = read_preferences(client["preferences"])
    assert problems == ()
    everybody = match(preferences, service, EVERYBODY, TODAY).matches
    shown = everybody[:SHOWN]
    assert [factor for factor in client["first"] if not meets(shown[0], factor)] == []
    for factor in client["most"]:
        supply = sum(meets(one, factor) for one in everybody if one.group == shown[0].group)
        assert sum(meets(one, factor) for one in shown) >= min(MOST, supply), factor
    assert sum(bool(one.quotes) for one in shown) >= client["quoted"]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client["who"])
def test_every_card_says_what_is_met_and_shows_the_therapists_own_words(
    client: Mapping[str, Any], service: Service
) -> None:
    """Every must is met, every wish has a state, and whoever has a text is quoted from it byte for byte."""
    preferences, _ = read_preferences(client["preferences"])
    for one in match(preferences, service, SHOWN, TODAY).matches:
        assert {must.state for must in one.musts} <= {"met"}
        assert all(part.because.key for part in one.contributions)
        assert all(quote.quote in one.therapist.own_words for quote in one.quotes if quote.quote)
        assert bool(one.opening) == bool(one.therapist.own_words.strip())

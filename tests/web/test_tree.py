"""The order in the accessibility tree: help first, then the heading, then each card, its name before its reasons."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.browser import Browser
from tests.web.test_journey import address, arrive, fill, press  # noqa: F401 - the same server

STATES = ("met", "not met", "partly met", "not stated")

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Node:
    """What a screen reader says of one place: its role, its name, and how deep a heading is."""

    role: str
    name: str
    level: int


def tree(browser: Browser) -> list[Node]:
    """Return the places of a page that are not left out, in the order in which they are read."""
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    known = {one["nodeId"]: one for one in nodes}
    found: list[Node] = []

    def walk(one) -> None:
        if not one.get("ignored"):
            levels = [part["value"]["value"] for part in one.get("properties", ()) if part["name"] == "level"]
            name = str(one.get("name", {}).get("value", ""))
            found.append(Node(one["role"]["value"], name, int(levels[0]) if levels else 0))
        for child in one.get("childIds", ()):
            walk(known[child])

    walk(nodes[0])
    return found


def first(nodes: list[Node], role: str, name: str = "") -> int:
    """Return where a role with a name comes first."""
    return next(place for place, one in enumerate(nodes) if one.role == role and name in one.name)


def check_frame(nodes: list[Node]) -> None:
    """Check what every page begins with: the skip link, help, the way out, and one heading inside the main part."""
    links = [one.name for one in nodes if one.role == "link"]
    assert links[:3] == ["Skip to the page", "Help now", "Leave"]
    assert sum(one.role == "heading" and one.level == 1 for one in nodes) == 1
    assert first(nodes, "link", "Help now") < first(nodes, "main") < first(nodes, "heading")
    assert first(nodes, "heading") < first(nodes, "contentinfo")


def test_the_form_is_read_in_the_order_of_its_questions(browser: Browser, address: str) -> None:  # noqa: F811
    """Five questions, then more wishes, then the button; each group is named by its question."""
    browser.get(address)
    arrive(browser, "form.ask")
    nodes = tree(browser)
    check_frame(nodes)
    asked = ["speak", "Where will you be", "like to meet", "Who is it for", "What brings you", "most you can pay"]
    places = [next(place for place, one in enumerate(nodes) if word in one.name) for word in asked]
    assert places == sorted(places)
    assert places[-1] < first(nodes, "button", "Show therapists")
    assert all(one.name for one in nodes if one.role in ("button", "link", "radio", "checkbox", "combobox", "textbox"))
    parts = browser.execute_script("return document.querySelectorAll('details').length")
    assert sum(not one.name for one in nodes if one.role in ("group", "radiogroup")) <= parts  # named by their summary


def test_each_card_is_read_from_its_name_to_its_buttons(browser: Browser, address: str) -> None:  # noqa: F811
    """An article by the therapist's name: heading, what is met and not in words, contact, then what can be done."""
    browser.get(address)
    fill(browser)
    press(browser, ".go button")
    arrive(browser, ".card")
    nodes = tree(browser)
    check_frame(nodes)
    starts = [place for place, one in enumerate(nodes) if one.role == "article"]
    assert len(starts) == 3
    for start, end in zip(starts, [*starts[1:], len(nodes)], strict=True):
        card = nodes[start:end]
        name = card[0].name
        assert (card[first(card, "heading")].name, card[first(card, "heading")].level) == (name, 3)
        said = " ".join(one.name for one in card if one.role == "StaticText")
        assert any(word in said for word in ("met", "not stated"))
        states = next(
            place for place, one in enumerate(card) if one.name in ("met", "not met", "partly met", "not stated")
        )
        more = first(card, "button", f"More about {name}")
        assert first(card, "heading") < states < first(card, "checkbox", "Compare") < more

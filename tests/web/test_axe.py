"""axe-core finds nothing to mend on any page of clients: light and dark, on a narrow phone, at twice the size."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from matcher.events.protocol import Experiment
from matcher.events.sqlite import SqliteEvents
from matcher.feedback.links import token_for
from matcher.home import Home
from matcher.web.trials import COOKIE
from tests.browser import DESK, Browser
from tests.web.test_journey import NARROW, address, arrive, fill, press, serving  # noqa: F401 - the same server

pytestmark = pytest.mark.browser

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
RUN = """
const done = arguments[arguments.length - 1];
const why = node => node.target.join(" ") + " " + (node.any[0] ? node.any[0].message : "");
axe.run(document, {runOnly: {type: "tag", values: arguments[0]}, resultTypes: ["violations"]}).then(
  found => done(found.violations.map(one => one.id + ": " + one.nodes.map(why).join(" | "))),
  problem => done(["axe: " + problem]));
"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN = (
    "/",
    "/?lang=de",
    "/help-now",
    "/if-a-line-was-crossed",
    "/privacy",
    "/shortlist",
    "/shortlist#s=%5B%5B%22demo-0001%22%2C%22Ada%22%5D%5D",
    "/about-therapy",
    "/about-therapy/boundaries",
    "/therapists/demo-0001",
    "/nowhere",
)
"""Pages that need no answers."""

TWICE = (DESK[0] // 2, DESK[1] // 2)
"""A page at 200 % on a desk screen has half of its width."""
LOOKS = {
    "light": ("light", DESK),
    "dark": ("dark", DESK),
    "narrow": ("light", NARROW),
    "narrow and dark": ("dark", NARROW),
    "twice the size": ("light", TWICE),
}


def check(browser: Browser, name: str) -> list[str]:
    """Return what axe finds on the page, in every look."""
    found = []
    browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    browser.execute_script(AXE)
    for look, (scheme, size) in LOOKS.items():
        browser.size(*size)
        # colours that still change would be measured half-way
        asked = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in asked.items()]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        found += [f"{name}, {look}: {one}" for one in browser.execute_async_script(RUN, TAGS)]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.size(*DESK)
    return found


@pytest.mark.timeout(300)
def test_pages_that_anybody_may_open(browser: Browser, address: str) -> None:  # noqa: F811
    """By an address alone."""
    found = []
    for path in OPEN:
        browser.get(address + path)
        found += check(browser, path)
    assert found == []


@pytest.mark.timeout(300)
def test_pages_after_a_session(browser: Browser, address: str, demo_home: Home) -> None:  # noqa: F811
    """A private link, and the page that follows a low mark on safety."""
    token = token_for("demo-0001", "k", date.max, demo_home.secret)
    browser.get(f"{address}/checkin/{token}")
    found = check(browser, "marks")
    for choice in ("session][value='3'", "safe_to_be_open][value='1'"):
        press(browser, f"input[name={choice}]")
    press(browser, ".go button")
    arrive(browser, "#complain")
    found += check(browser, "marked")
    browser.get(f"{address}/checkin/nothing")
    assert found + check(browser, "no link") == []


@pytest.fixture
def testing(demo_home: Home, tmp_path: Path) -> Iterator[str]:
    """A server over a copy of the demonstration home in which an experiment runs."""
    home = tmp_path / "home"
    shutil.copytree(demo_home.path, home)
    store = SqliteEvents(home / "events.db")
    plan = ("interleaving", "stated-only", "text-only", "m", "s", "", 0.1, 1.6, 266)
    store.start(Experiment("e", *plan, date(2026, 11, 1)))
    store.close()
    with (tmp_path / "log").open("wb") as stream, serving(home, stream) as here:
        yield here


@pytest.mark.timeout(300)
def test_pages_of_a_ranking_test(browser: Browser, testing: str) -> None:
    """Asked, taking part, a list with a contact that was noted, what became of it, and out again."""
    browser.get(testing)
    fill(browser)
    press(browser, ".go button")
    arrive(browser, ".card")
    found = check(browser, "asked")
    press(browser, "a[href*='#ranking-tests']")
    press(browser, "button[value=join]")
    arrive(browser, "button[value=leave]")
    assert [one["name"] for one in browser.get_cookies()] == [COOKIE]
    found += check(browser, "in")
    browser.get(testing)
    fill(browser)
    press(browser, ".go button")
    arrive(browser, "#match-1 button[name=contacted]")
    press(browser, "#match-1 button[name=contacted]")
    arrive(browser, "#match-1 [role=status]")
    found += check(browser, "noted")
    press(browser, "#match-1 [role=status] a")
    press(browser, "input[name=replied][value=yes]")
    found += check(browser, "what became of it")
    press(browser, ".go button")
    arrive(browser, "main:not(:has(form))")
    browser.get(f"{testing}/privacy")
    press(browser, "button[value=leave]")
    arrive(browser, "button[value=join]")
    assert browser.get_cookies() == []
    assert found == []


@pytest.mark.timeout(300)
def test_pages_of_the_journey(browser: Browser, address: str) -> None:  # noqa: F811
    """Those that answer a form: errors, the list, a comparison, one therapist."""
    browser.get(address)
    arrive(browser, "input[name='fee_max.amount']").send_keys("abc")
    press(browser, ".go button")
    arrive(browser, ".summary")
    found = check(browser, "errors")
    browser.get(address)
    fill(browser)
    press(browser, ".go button")
    arrive(browser, ".card")
    found += check(browser, "list")
    for place in (1, 2):
        press(browser, f"#match-{place} input[name=compare]")
    press(browser, "button[formaction='/compare']")
    arrive(browser, ".beside")
    found += check(browser, "compare")
    press(browser, ".back button")
    arrive(browser, ".card")
    press(browser, "#match-1 button[name=rank]")
    arrive(browser, ".provenance")
    found += check(browser, "therapist")
    assert found == []

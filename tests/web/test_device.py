"""The shortlist stays in the browser: in the tab, on the device only when ticked, and gone when cleared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from matcher.messages import say
from matcher.web.device import CLEARS
from profiles.vocabulary import LOCALES
from tests.browser import Browser
from tests.web.readable import is_plain
from tests.web.strict import words_of
from tests.web.test_journey import LANGUAGE, address, arrive, press  # noqa: F401 - the same server

NOTE = "Ask about the stairs."


def held(browser: Browser, store: str) -> list[list[str]]:
    """Return what a store of the browser holds."""
    return json.loads(browser.execute_script(f"return window.{store}.getItem('shortlist')") or "[]")


def named(browser: Browser) -> list[str]:
    return [one.text for one in browser.find_elements(By.CSS_SELECTOR, "#kept h2")]


def first_on(browser: Browser) -> WebElement:
    return arrive(browser, "#kept textarea")


@pytest.fixture
def kept(browser: Browser, address: str) -> Iterator[Browser]:  # noqa: F811
    """A browser that kept the first two of a list, and wrote a note on the first."""
    browser.get(address)
    arrive(browser, LANGUAGE)
    press(browser, ".go button")
    arrive(browser, ".card")
    for place in (1, 2):
        press(browser, f"#match-{place} [data-keep]")
    browser.get(f"{address}/shortlist")
    first_on(browser).send_keys(NOTE)
    yield browser
    browser.execute_script("localStorage.clear(); sessionStorage.clear()")


pytestmark = pytest.mark.browser


def test_it_is_in_the_tab_alone_with_its_notes(kept: Browser, address: str) -> None:  # noqa: F811
    """After a reload it is there; the device holds nothing, another tab sees nothing, and no address names anybody."""
    kept.refresh()
    assert first_on(kept).get_attribute("value") == NOTE
    assert len(named(kept)) == 2
    assert held(kept, "localStorage") == []
    assert [row[2] for row in held(kept, "sessionStorage")] == [NOTE, ""]
    here = kept.current_window_handle
    kept.switch_to.new_window("tab")
    try:
        kept.get(f"{address}/shortlist")
        assert arrive(kept, "#nobody").is_displayed()
    finally:
        kept.close()
        kept.switch_to.window(here)
    assert [url for url in kept.asked() if "?" in url or "demo-" in url] == []


def test_it_stays_on_the_device_while_that_is_ticked(kept: Browser) -> None:
    """The whole of it moves there, and back when the tick is taken away."""
    press(kept, "label.only:has(#stay)")
    assert [row[2] for row in held(kept, "localStorage")] == [NOTE, ""]
    assert held(kept, "sessionStorage") == []
    kept.refresh()
    assert arrive(kept, "#stay").is_selected()
    press(kept, "label.only:has(#stay)")
    assert held(kept, "localStorage") == []
    assert len(held(kept, "sessionStorage")) == 2


def test_who_is_taken_off_is_gone(kept: Browser) -> None:
    """From the page and the store."""
    second = named(kept)[1]
    press(kept, "#kept li:first-child button")
    assert named(kept) == [second]
    assert [row[1] for row in held(kept, "sessionStorage")] == [second]


def test_a_link_names_them_behind_the_hash_alone_and_without_notes(kept: Browser) -> None:
    """The server is asked for a bare page; whoever opens it sees the names and may keep them."""
    link = arrive(kept, "#link").get_attribute("value") or ""
    parts = urlsplit(link)
    assert (parts.path, parts.query) == ("/shortlist", "")
    assert [len(row) for row in json.loads(unquote(parts.fragment).removeprefix("s="))] == [2, 2]
    assert NOTE not in unquote(link)
    names = named(kept)
    kept.execute_script("sessionStorage.clear()")
    kept.get("about:blank")
    kept.asked()
    kept.get(link)
    shared = [one.text for one in kept.find_elements(By.CSS_SELECTOR, "#shared a")]
    assert shared == names
    assert [url for url in kept.asked() if "#" in url or "demo-" in url] == []
    press(kept, "#take")
    assert named(kept) == names
    assert "#" not in kept.current_url


@pytest.mark.parametrize(
    "fragment",
    [
        "s=",
        "s=%",
        "s=[1]",
        's=[["",""]]',
        "s={}",
        "x",
        's=[["a","<img src=x onerror=alert(1)>"]]',
        "s=null",
        "s=[[[]]]",
    ],
)
def test_whatever_a_link_says_is_text(browser: Browser, address: str, fragment: str) -> None:  # noqa: F811
    """A link that somebody made up breaks nothing, runs nothing and asks for nothing."""
    browser.get(f"{address}/shortlist#{quote(fragment, safe='=%')}")
    assert arrive(browser, "#nobody").is_displayed()
    assert browser.find_elements(By.CSS_SELECTOR, "#shared img") == []
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    assert [url for url in browser.asked() if not url.startswith(address)] == []


def test_clearing_leaves_nothing(kept: Browser, address: str) -> None:  # noqa: F811
    """In the tab, on the device and in what the browser stored for the site."""
    press(kept, "label.only:has(#stay)")
    press(kept, "#clear")
    arrive(kept, "h1")
    assert held(kept, "sessionStorage") == held(kept, "localStorage") == []
    kept.get(f"{address}/shortlist")
    assert arrive(kept, "#nobody").is_displayed()


def test_without_scripts_the_page_says_what_to_do(browser: Browser, address: str) -> None:  # noqa: F811
    """Nothing that needs them is shown."""
    browser.scripts(on=False)
    browser.get(f"{address}/shortlist")
    assert arrive(browser, "[data-without-script]").is_displayed()
    assert not arrive(browser, "#shortlist").is_displayed()
    browser.get(f"{address}/therapists/demo-0001")
    assert not arrive(browser, "[data-keep]").is_displayed()


@pytest.mark.parametrize("path", ["/", "/help-now", "/privacy", "/shortlist", "/nowhere", "/if-a-line-was-crossed"])
def test_every_page_can_clear_everything(pages, path):
    """One press, also without scripts: the browser is asked to delete what it holds of this site."""
    page = pages.get(path, code=404 if path == "/nowhere" else 200)
    answer = pages.client.get(page.one("a", id="clear").get("href"))
    assert answer.headers["Clear-Site-Data"] == CLEARS
    assert words_of(pages.get("/clear").one("h1")) == say("shortlist.cleared", "en")


@pytest.mark.parametrize("locale", LOCALES)
def test_its_texts_are_plain(locale):
    """In every language of the pages."""
    keys = ("lead", "needs", "empty", "stay", "share_why", "cleared", "cleared_more", "theirs")
    said = [say(f"shortlist.{key}", locale) for key in keys]
    assert is_plain(" ".join(text if text.endswith(".") else f"{text}." for text in said), locale)

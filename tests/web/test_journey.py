"""From the form to the list, to a therapist and back, in a real Chromium before a real server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from matcher.home import Home
from tests.browser import DESK, PHONE, Browser

pytestmark = pytest.mark.browser

COMMAND = (sys.executable, "-c", "from matcher.cli.main import main; main()")
PATIENCE = 20.0
TICK = 0.05
NARROW = (320, 640)
MOST_TABS = 400
LANGUAGE = "select[name='must.language']"
WIDTHS = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
SMALL = """
return [...document.querySelectorAll('button, select, summary, label.box, label.only, textarea, input:not([type])')]
  .filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5)
  .map(one => one.outerHTML.slice(0, 120))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=1) as answer:
            return bool(answer.read() == b"ok\n")
    except OSError:
        return False


@contextmanager
def serving(home: Path, log: IO[bytes] | int = subprocess.PIPE) -> Iterator[str]:
    """Run `matcher serve` over a home and give its address; what it prints goes to `log`."""
    port = free_port()
    server = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port), "--workers", "1"],
        env={**os.environ, "MATCHER_HOME": str(home)},
        stdout=log if log != subprocess.PIPE else subprocess.DEVNULL,
        stderr=log,
    )
    pause, here = threading.Event(), f"http://127.0.0.1:{port}"
    try:
        for _ in range(int(PATIENCE / TICK)):
            if answers(here) or server.poll() is not None:
                break
            pause.wait(TICK)
        assert answers(here)
        yield here
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE)


@pytest.fixture(scope="session")
def address(demo_home: Home) -> Iterator[str]:
    """The address of `matcher serve` over the demonstration home."""
    with serving(demo_home.path) as here:
        yield here


def arrive(browser: Browser, selector: str) -> WebElement:
    """Wait until the next page has an element."""
    return WebDriverWait(browser, PATIENCE, TICK).until(lambda here: here.find_element(By.CSS_SELECTOR, selector))


def press(browser: Browser, selector: str) -> None:
    """Press what is named, after bringing it into view."""
    element = arrive(browser, selector)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()


def text_of(browser: Browser) -> str:
    return browser.find_element(By.TAG_NAME, "main").text


def fill(browser: Browser) -> None:
    """Answer a few questions as a client does: type, tap, open a part, tap."""
    Select(arrive(browser, LANGUAGE)).select_by_visible_text("Spanish")
    press(browser, "input[name='must.session_format'][value=video]")
    press(browser, "input[name='prefer.concern'][value=grief]")
    press(browser, "details.more:first-of-type > summary")
    press(browser, "input[name='style.directiveness'][value='-2']")
    press(browser, "input[name=qualities][value=trust]")


def chosen(browser: Browser) -> dict[str, str]:
    """Return what stands in the form."""
    fields = browser.find_elements(By.CSS_SELECTOR, f"main form :is(input:checked, {LANGUAGE})")
    return {one.get_attribute("name"): one.get_attribute("value") for one in fields}


EXPECTED = {
    "must.language": "es",
    "must.session_format": "video",
    "prefer.concern": "grief",
    "style.directiveness": "-2",
    "qualities": "trust",
}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_journey_there_and_back(browser: Browser, address: str, size, scripts) -> None:
    """The journey there and back."""
    browser.size(*size)
    browser.scripts(on=scripts)
    browser.get(address)
    fill(browser)
    press(browser, ".go button")
    arrive(browser, ".card")
    first = browser.find_element(By.CSS_SELECTOR, ".card h3").text
    assert len(browser.find_elements(By.CSS_SELECTOR, ".card")) == 3
    listed = text_of(browser)
    assert "met Works in Spanish" in listed
    press(browser, "button[name=n]")
    arrive(browser, "#match-4")
    shown = text_of(browser)
    assert all(f"\n{state} " in shown for state in ("met", "not met", "not stated")), shown
    press(browser, "#match-1 button[name=rank]")
    arrive(browser, ".provenance")
    assert browser.find_element(By.TAG_NAME, "h1").text.startswith(first)
    assert "How they stand to what you asked" in text_of(browser)
    press(browser, ".back button")
    arrive(browser, "#match-4")
    assert browser.find_element(By.CSS_SELECTOR, ".card h3").text == first
    press(browser, "#yours > summary")
    press(browser, "#yours button.quiet[formaction='/']")
    arrive(browser, "form.ask")
    assert chosen(browser).items() >= EXPECTED.items()
    asked = browser.asked()
    assert asked
    assert [url for url in asked if not url.startswith(address)] == []
    assert [url for url in asked if "?" in url] == []
    assert browser.get_cookies() == []
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_no_page_is_wider_than_a_small_phone_and_all_can_be_tapped(browser: Browser, address: str) -> None:
    """No page is wider than a small phone and all can be tapped."""
    browser.size(*NARROW)

    def check() -> None:
        wide, here = browser.execute_script(WIDTHS)
        assert wide <= here, browser.current_url
        assert browser.execute_script(SMALL) == []

    browser.get(address)
    browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    check()
    arrive(browser, "input[name='must.language']").send_keys("Spansh" + "x" * 80)
    press(browser, ".go button")
    arrive(browser, ".summary")
    check()
    browser.get(address)
    fill(browser)
    press(browser, ".go button")
    arrive(browser, ".card")
    browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    check()
    for place in (1, 2):
        press(browser, f"#match-{place} input[name=compare]")
    press(browser, "button[formaction='/compare']")
    arrive(browser, ".beside")
    check()
    press(browser, ".back button")
    arrive(browser, ".card")
    press(browser, "#match-1 button[name=rank]")
    arrive(browser, ".provenance")
    check()
    for path in ("/help-now", "/if-a-line-was-crossed", "/nowhere"):
        browser.get(address + path)
        check()


def test_a_wrong_answer_is_reached_from_the_summary(browser: Browser, address: str) -> None:
    """A wrong answer is reached from the summary."""
    browser.get(address)
    arrive(browser, "input[name='fee_max.amount']").send_keys("abc")
    press(browser, ".go button")
    press(browser, ".summary a")
    assert browser.switch_to.active_element.get_attribute("id") == "q-fee_max"
    assert arrive(browser, "input[name='fee_max.amount']").get_attribute("value") == "abc"


def test_the_keyboard_alone_reaches_the_list(browser: Browser, address: str) -> None:
    """The first stop is the way past the head, and every focused thing can be seen."""
    browser.get(address)
    arrive(browser, "body").send_keys("\ue004")
    assert browser.switch_to.active_element.get_attribute("class") == "skip"
    browser.switch_to.active_element.send_keys("\ue007")
    arrive(browser, "main").send_keys("\ue004")
    here = browser.switch_to.active_element
    assert here.get_attribute("name") == "must.language"
    assert here.tag_name == "select"
    here.send_keys("Spanish")
    arrive(browser, "input[name='fee_max.amount']").send_keys("\ue007")
    assert arrive(browser, ".card")


def test_a_port_in_use_ends_the_server_in_one_sentence(address: str, demo_home: Home) -> None:
    """A port in use ends the server in one sentence."""
    port = address.rpartition(":")[2]
    environment = {**os.environ, "MATCHER_HOME": str(demo_home.path)}
    ended = subprocess.run(
        [*COMMAND, "serve", "--port", port],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 2
    assert port in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_helplines_that_cannot_be_used_stop_the_server(demo_home: Home, tmp_path: Path) -> None:
    """A home is not served with a file of helplines that its pages could not show."""
    own = demo_home.path / "helplines.toml"
    own.write_text("[[helpline]]\n")
    try:
        environment = {**os.environ, "MATCHER_HOME": str(demo_home.path)}
        command = [*COMMAND, "serve", "--port", str(free_port())]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    finally:
        own.unlink()
    assert ended.returncode == 2
    assert "helplines.toml" in ended.stderr


def left(browser: Browser) -> bool:
    """Whether the page has given way to an empty one."""
    return WebDriverWait(browser, PATIENCE, TICK).until(lambda here: here.current_url == "about:blank")


@pytest.mark.parametrize("way", ["link", "keys"])
def test_leaving_at_once_leaves_no_way_back_to_the_page(browser: Browser, address: str, way) -> None:
    """By the link or by Escape three times, even from a field; Back passes the list by."""
    browser.get(address + "/help-now")
    browser.get(address)
    fill(browser)
    press(browser, ".go button")
    arrive(browser, ".card")
    if way == "link":
        press(browser, "#leave")
    else:
        browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE * 3)
    assert left(browser)
    browser.back()
    arrive(browser, "h1")
    assert "/matches" not in browser.current_url
    assert browser.find_elements(By.CSS_SELECTOR, ".card") == []


def test_two_presses_of_escape_leave_everything_as_it_is(browser: Browser, address: str) -> None:
    """Escape is pressed for other things too."""
    browser.get(address)
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE * 2)
    assert browser.find_elements(By.CSS_SELECTOR, "form.ask")


def test_without_scripts_the_link_leaves_and_no_keys_are_promised(browser: Browser, address: str) -> None:
    """It is an ordinary link."""
    browser.scripts(on=False)
    browser.get(address)
    assert "Escape" not in text_of(browser)
    press(browser, "#leave")
    assert left(browser)


def reach(browser: Browser, selector: str) -> None:
    """Press Tab until something has the focus, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        if browser.execute_script("return document.activeElement.matches(arguments[0])", selector):
            return
        ActionChains(browser).send_keys(Keys.TAB).perform()
    raise AssertionError(selector)


def type_keys(browser: Browser, keys: str) -> None:
    ActionChains(browser).send_keys(keys).perform()


def test_the_journey_by_keyboard_alone(browser: Browser, address: str) -> None:
    """Help is first after the skip link; form, list, questions, therapist and back need no mouse."""
    browser.get(address)
    for selector in (".skip", ".urgent"):
        type_keys(browser, Keys.TAB)
        assert browser.execute_script("return document.activeElement.matches(arguments[0])", selector)
    reach(browser, LANGUAGE)
    type_keys(browser, "Spanish")
    reach(browser, ".go button")
    type_keys(browser, Keys.ENTER)
    arrive(browser, ".card")
    reach(browser, "#match-1 details summary")
    type_keys(browser, Keys.ENTER)
    assert browser.find_elements(By.CSS_SELECTOR, "#match-1 details[open]")
    reach(browser, "#match-1 button[name=rank]")
    type_keys(browser, Keys.ENTER)
    arrive(browser, ".provenance")
    reach(browser, ".back button")
    type_keys(browser, Keys.ENTER)
    arrive(browser, ".card")
    reach(browser, "#match-2 input[name=compare]")
    type_keys(browser, Keys.SPACE)
    assert browser.find_element(By.CSS_SELECTOR, "#match-2 input[name=compare]").is_selected()

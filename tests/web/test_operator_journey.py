"""A working day of an operator in a real Chromium before a real server: sign in, load, edit, look it up, sign out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from profiles.demonstration.generate import generate
from tests.browser import DESK, Browser
from tests.support import DAY, make_home, therapist

pytestmark = pytest.mark.browser

COMMAND = (sys.executable, "-c", "from matcher.cli.main import main; main()")
PASSWORD = "four plain words here"
PATIENCE = 30.0
TICK = 0.05
NARROW = (360, 740)
WIDTHS = "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
SMALL = """
const pressed = 'main button, main select, main textarea, main input:not([type=hidden], [type=checkbox])';
return [...document.querySelectorAll(pressed)]
  .filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5)
  .map(one => one.outerHTML.slice(0, 120))
"""
TABLE = "id,name,language,bio,colour\nnew-1,Nia Newcomer,Spanish,I listen first.,red\nnew-2,Otto Odd,Klingonese,,\n"
ADDRESSES = (
    "/",
    "/therapists",
    "/therapist?id=demo-0001",
    "/therapist/field?id=demo-0001&field=licence",
    "/therapist/field?id=demo-0001&field=concern",
    "/therapist/consent?id=demo-0001",
    "/therapist/remove?id=demo-0001",
    "/upload",
    "/upload/result",
    "/duplicates",
    "/moderation",
    "/freshness",
    "/coverage",
    "/audit",
    "/operators",
    "/password",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `matcher serve` over a home with an admin."""
    folder = tmp_path_factory.mktemp("journey") / "home"
    contact = {"name": "Nia Twofold", "email": "nia@example.org", "phone": "+1 555 0100"}
    twins = [therapist(one, bio="I guarantee results in three sessions.", **contact) for one in ("twin-1", "twin-2")]
    made = make_home([*generate(size=40, as_of=DAY), *twins], folder)
    made.directory.close()
    environment = {**os.environ, "MATCHER_HOME": str(folder)}
    added = [*COMMAND, "operator", "add", "Ada", "--role", "admin"]
    subprocess.run(added, env=environment, input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port), "--workers", "2"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
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


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=1) as answer:
            return bool(answer.read() == b"ok\n")
    except OSError:
        return False


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


def sign_in(browser: Browser, address: str) -> None:
    browser.get(f"{address}/operator/")
    arrive(browser, "input[name=name]").send_keys("Ada")
    arrive(browser, "input[name=password]").send_keys(PASSWORD)
    press(browser, "main form button")
    arrive(browser, "nav.rooms")


def upload(browser: Browser, address: str, folder: Path) -> None:
    """Choose a file and look at what loading it would do."""
    (folder / "people.csv").write_text(TABLE)
    browser.get(f"{address}/operator/upload")
    arrive(browser, "input[type=file]").send_keys(str(folder / "people.csv"))
    arrive(browser, "input[name=source]").send_keys("the journey")
    press(browser, "main form button")
    arrive(browser, "#problems")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])
def test_a_working_day(browser: Browser, address: str, tmp_path: Path, size, scripts) -> None:
    """Sign in, dry run, load, edit a field, see it in the log, sign out; nobody else is asked for anything."""
    browser.size(*size)
    browser.scripts(on=scripts)
    sign_in(browser, address)
    upload(browser, address, tmp_path)
    assert "Klingonese" in text_of(browser)
    press(browser, "form[action*='/upload/load'] button")
    gone = WebDriverWait(browser, PATIENCE, TICK, ignored_exceptions=[StaleElementReferenceException])
    gone.until(lambda here: "What was loaded" in text_of(here))
    browser.get(f"{address}/operator/therapists?q=otto")
    press(browser, "tbody a")
    press(browser, "#field-bio a")
    text = arrive(browser, "textarea[name=bio]")
    text.clear()
    text.send_keys(f"We go slowly, {size[0]} {scripts}.")
    press(browser, "main form button")
    assert "We go slowly" in arrive(browser, "#field-bio").text
    press(browser, "nav.rooms a[href*=audit]")
    arrive(browser, "form.search")
    first = browser.find_element(By.CSS_SELECTOR, "tbody tr").text
    assert "Ada" in first
    assert f"{size[0]} {scripts}" in first
    (cookie,) = browser.get_cookies()
    assert (cookie["path"], cookie["httpOnly"], cookie["sameSite"]) == ("/operator", True, "Strict")
    press(browser, ".who button")
    arrive(browser, "input[name=password]")
    browser.get(f"{address}/operator/audit")
    assert arrive(browser, "input[name=password]")
    asked = browser.asked()
    assert asked
    assert [url for url in asked if not url.startswith(address)] == []
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_no_page_is_wider_than_a_phone_and_all_can_be_tapped(browser: Browser, address: str, tmp_path: Path) -> None:
    """Tables scroll by themselves; everything that is pressed is as tall as a finger."""
    browser.size(*NARROW)
    sign_in(browser, address)
    upload(browser, address, tmp_path)
    browser.get(f"{address}/operator/duplicates")
    press(browser, "form[action*='/duplicates/look'] button")
    arrive(browser, "section.panel")
    folder = os.environ.get("MATCHER_SCREENSHOTS")
    for path in ADDRESSES:
        browser.get(f"{address}/operator{path}")
        arrive(browser, "h1")
        wide, here = browser.execute_script(WIDTHS)
        assert wide <= here, path
        assert browser.execute_script(SMALL) == [], path
        if folder:
            photograph(browser, path, Path(folder))


def photograph(browser: Browser, path: str, folder: Path) -> None:
    """Save pictures of a page at two widths, light and dark: to be looked at by a person."""
    name = "".join(char if char.isalnum() else "-" for char in path).strip("-") or "overview"
    for size in (NARROW, DESK):
        browser.size(*size)
        for mode in ("light", "dark"):
            features = [{"name": "prefers-color-scheme", "value": mode}]
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
            browser.whole_page(folder / f"{name}-{size[0]}-{mode}.png")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.size(*NARROW)

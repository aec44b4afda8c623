"""A real Chromium for tests: ask for `browser`, and mark the module `pytestmark = pytest.mark.browser`.

It asks nobody but loopback for anything. Where Chromium is missing, a test that wants it is skipped with the reason,
and fails on CI, where the set-up must have installed it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

DESK = (1280, 900)
PHONE = (390, 844)
PHONE_BELOW = 600

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--lang=en",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


class Browser(webdriver.Chrome):
    """Selenium's Chrome with what our tests ask of it beyond the ordinary."""

    screen = DESK

    def size(self, width: int, height: int) -> None:
        """Look as a screen of this size does: `browser.size(*PHONE)`."""
        self.screen = (width, height)
        self._measure(width, height)

    def scripts(self, *, on: bool) -> None:
        """Run the page's own JavaScript from the next page on, or don't."""
        self.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not on})

    def asked(self) -> list[str]:
        """Return the addresses that pages asked for since the test began, or since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self.get_log("performance")]
        sent = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [url for url in sent if url.startswith(("http:", "https:", "ws:", "wss:"))]

    def whole_page(self, path: Path) -> None:
        """Save a picture of the page from top to bottom as PNG."""
        self._measure(self.screen[0], self.execute_script("return document.documentElement.scrollHeight"))
        self.save_screenshot(str(path))
        self._measure(*self.screen)

    def _measure(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < PHONE_BELOW}
        self.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def _missing() -> str:
    """Say which program is not on PATH, "" when both are."""
    return " and ".join(name for name in ("chromium", "chromedriver") if shutil.which(name) is None)


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if missing := _missing():
        reason = f"{missing} not on PATH; `make browser` installs them on Debian"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in FLAGS:
        options.add_argument(flag)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('chromium')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # With a path for each, selenium looks for neither and downloads nothing.
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver") or "")
    driver = Browser(options=options, service=service)
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


@pytest.fixture
def browser(_chromium: Browser) -> Browser:
    """Chromium on a desk screen, on an empty page, without cookies and with JavaScript."""
    _chromium.scripts(on=True)
    _chromium.size(*DESK)
    _chromium.get("about:blank")
    _chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    _chromium.asked()
    _chromium.get_log("browser")
    return _chromium

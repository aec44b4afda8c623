"""What a client says is found nowhere afterwards: no address, header, cookie, log line or row of any database."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By

from matcher.feedback.links import token_for
from matcher.home import Home
from matcher.web.form import KNOWN
from matcher.web.privacy import KEPT, TECHNICAL
from profiles.vocabulary import vocabulary
from tests.browser import Browser
from tests.web.test_journey import arrive, press, serving

pytestmark = pytest.mark.browser

TOKEN = "zqxjkvbword"
AMOUNT = "7919.37"
TYPE_ALL = """
document.querySelectorAll('details').forEach(one => one.open = true);
document.querySelectorAll('form.ask :is(input:not([type]), textarea)').forEach(
  (one, number) => { if (one.name !== 'fee_max.amount') one.value = arguments[0] + number; });
"""
CHOOSE_ALL = """
document.querySelectorAll('details').forEach(one => one.open = true);
document.querySelectorAll('form.ask select').forEach(one => { one.selectedIndex = one.options.length - 1; });
const last = {};
document.querySelectorAll('form.ask :is(input[type=checkbox], input[type=radio])').forEach(one => {
  if (!['require', 'nice'].includes(one.name) && one.value) last[one.name] = one; });
Object.values(last).forEach(one => { one.checked = true; });
const boxes = [...document.querySelectorAll('form.ask input[type=checkbox][name=nice], input[name=require]')];
boxes.forEach(one => { one.checked = one.name === 'nice'; });
document.querySelectorAll('form.ask input[list]').forEach(one => {
  const known = document.getElementById(one.getAttribute('list')).options;
  if (!one.previousElementSibling && known.length) one.value = known[known.length - 1].value; });
return [...new FormData(document.querySelector('form.ask'))].filter(([, value]) => value);
"""
PLAIN = frozenset({"lang", "fee_max.currency", "near.km", "starts_within", "whom"})
"""Answers of a word or number that pages and servers hold anyway."""


@dataclass(frozen=True)
class Traces:
    """Where something could be left: the copy of a home, and all that its server printed."""

    home: Path
    log: Path


@pytest.fixture
def served(demo_home: Home, tmp_path: Path) -> Iterator[tuple[str, Traces]]:
    """A server over a copy of the demonstration home, which counts demand too."""
    home = tmp_path / "home"
    shutil.copytree(demo_home.path, home, ignore=shutil.ignore_patterns("*.toml"))
    settings = demo_home.path / "settings.toml"
    own = settings.read_text() if settings.is_file() else ""
    (home / "settings.toml").write_text(own + "\ncount_demand = true\n")
    log = tmp_path / "log"
    with log.open("wb") as stream, serving(home, stream) as here:
        yield here, Traces(home, log)


def events(browser: Browser) -> list[dict[str, Any]]:
    """Return what the browser sent and got, without the bodies of posts."""
    found = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [one["params"] for one in found if one["method"].startswith("Network.")]
    for one in sent:
        for name in ("postData", "postDataEntries"):
            one.get("request", {}).pop(name, None)
    return sent


def rows(path: Path) -> str:
    """Return all that a database holds, as text."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return json.dumps({name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}, default=str)


def wrote(term: str, text: str) -> bool:
    """Whether a text holds a term as a value: the text of pages is not searched, which name every term."""
    return f'"{term}"' in text or f"={term}" in text


def contents(home: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a home."""
    return {str(one.relative_to(home)): one.read_bytes() for one in home.rglob("*") if one.is_file()}


def test_a_client_leaves_no_trace(browser: Browser, served: tuple[str, Traces]) -> None:
    """A word in every field, a rare term from every list, through every page; then everything is searched."""
    here, traces = served
    before = contents(traces.home)
    browser.get(here)
    arrive(browser, "form.ask")
    browser.execute_script(TYPE_ALL, TOKEN)
    press(browser, ".go button")
    arrive(browser, ".summary")
    assert TOKEN in browser.page_source  # nothing is lost: the page has every word
    browser.get(here)
    chosen = browser.execute_script(CHOOSE_ALL)
    arrive(browser, "textarea[name=words]").send_keys(f"{TOKEN} I want to die")
    amount = arrive(browser, "input[name='fee_max.amount']")
    amount.send_keys(AMOUNT)
    press(browser, ".go button")
    arrive(browser, ".panel.now")
    # the musts of every list leave nobody: what is read next is reached by the wishes alone
    browser.get(here)
    browser.execute_script(
        "document.querySelectorAll('details').forEach(one => one.open = true);"
        "document.querySelector('select[name=\"must.language\"]').selectedIndex = 0"
    )
    arrive(browser, "textarea[name=words]").send_keys(TOKEN)
    press(browser, "input[name='prefer.concern'][value=self_harm]")
    press(browser, ".go button")
    for _ in range(3):
        if browser.find_elements(By.CSS_SELECTOR, ".card"):
            break
        press(browser, "main button:not(.inline):not(.quiet), main form button")
    arrive(browser, ".card")
    for place in (1, 2):
        press(browser, f"#match-{place} input[name=compare]")
    press(browser, "button[formaction='/compare']")
    arrive(browser, ".beside")
    press(browser, ".back button")
    press(browser, "#match-1 button[name=rank]")
    arrive(browser, ".provenance")
    sent = events(browser)
    searched = {
        "what was sent and got": json.dumps(sent),
        "cookies": json.dumps(browser.get_cookies()),
        "log": traces.log.read_text(errors="replace"),
        **{name: rows(traces.home / name) for name in ("events.db",) if (traces.home / name).is_file()},
    }
    assert [place for place, text in searched.items() if TOKEN in text or AMOUNT in text] == []
    terms = {value for name, value in chosen if name not in PLAIN and name in KNOWN and not value.isdigit()}
    assert len(terms) > 15
    outside = {place: text for place, text in searched.items() if place != "events.db"}
    found = [
        (place, term) for place, text in outside.items() for term in terms if f'"{term}"' in text or f"={term}" in text
    ]
    assert found == []
    after = contents(traces.home)
    assert {name for name in after if TOKEN.encode() in after[name]} == set()
    changed = {name for name in after if after[name] != before.get(name)}
    assert {name for name in changed if not name.startswith("events.db")} <= {"settings.toml"}


def test_marks_after_a_session_reach_one_table_alone(browser: Browser, served: tuple[str, Traces]) -> None:
    """As listed on the page about privacy; and taking them back leaves none."""
    here, traces = served
    secret = Home(traces.home).secret
    client = "f" * 32
    link = f"{here}/checkin/{token_for('demo-0001', client, date.max, secret)}"
    browser.get(link)
    for choice in ("session][value='1'", "understood][value='2'"):
        press(browser, f"input[name={choice}]")
    press(browser, ".go button")
    arrive(browser, ".told-of")
    held = rows(traces.home / "events.db")
    assert held.count(client) == 1
    assert '\\"understood\\"' in held
    tables = set(json.loads(held))
    assert tables - {"_sqlite_migrations"} <= {one.table for one in KEPT} | TECHNICAL
    assert "understood=" not in json.dumps(events(browser))
    press(browser, "button[name=withdraw]")
    arrive(browser, "h1")
    assert client not in rows(traces.home / "events.db")
    assert client.encode() not in b"".join(contents(traces.home).values())
    assert client not in traces.log.read_text(errors="replace")


def test_terms_that_are_looked_for_are_rare_enough_to_mean_something():
    """The last term of each list is a code of some length, not a word that any page holds."""
    assert all(len(vocabulary().codes(field)[-1]) > 3 for field in ("concern", "modality", "faith", "population"))

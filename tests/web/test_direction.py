"""A made-up language from right to left goes through every page: nothing is untranslated, nothing sticks out."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from matcher import messages
from matcher.web import languages
from tests.browser import Browser
from tests.web.answers import SOME
from tests.web.test_journey import NARROW, WIDTHS, address, arrive, press  # noqa: F401 - the same server

PSEUDO = "ar"
"""Arabic has the direction; its words are English ones in brackets, as long as translations tend to be."""
OPENED, CLOSED = "⟦", "⟧"


@pytest.fixture
def mirrored(monkeypatch):
    """Make the language known, with every sentence of the tables in brackets."""
    english = messages.texts("en")
    table = {key: f"{OPENED}{text}{CLOSED}" if len(text) > 1 else text for key, text in english.items()}
    monkeypatch.setattr(languages, "page_locales", lambda: ("en", PSEUDO))
    monkeypatch.setattr(messages, "known_locale", lambda locale: locale if locale == PSEUDO else "en")
    monkeypatch.setattr(messages, "texts", lambda locale: table if locale == PSEUDO else english)


def outside(text: str) -> str:
    """Return what stands in no brackets, however deep they go."""
    while True:
        shorter = re.sub(f"{OPENED}[^{OPENED}{CLOSED}]*{CLOSED}", " ", text)
        if shorter == text:
            return " ".join(text.split())
        text = shorter


PAGES = ("/if-a-line-was-crossed", "/privacy", "/about-therapy", "/about-therapy/boundaries", "/shortlist", "/clear")


@pytest.mark.parametrize("path", [*PAGES, "/", "/help-now", "/therapists/demo-0001", "/nowhere"])
def test_every_page_has_the_direction_of_its_language(mirrored, pages, path):
    """From right to left there, from left to right elsewhere."""
    code = 404 if path == "/nowhere" else 200
    assert pages.get(f"{path}?lang={PSEUDO}", code=code).one("html").get("dir") == "rtl"
    assert pages.get(path, code=code).one("html").get("dir") == "ltr"


@pytest.mark.parametrize("path", PAGES)
def test_no_sentence_stands_in_a_template(mirrored, pages, path):
    """What is not in brackets was written into a page and could never be translated."""
    page = pages.get(f"{path}?lang={PSEUDO}")
    for one in page.all("ul", class_="help-lines"):
        one.clear()  # numbers and names of helplines are the operator's
    for one in page.all("ul", class_="tongues"):
        one.clear()  # each language is named in itself
    assert re.findall(r"[^\W\d_]{2,}", outside(page.words)) == []


def test_the_list_and_its_cards_have_it_too(mirrored, pages):
    """A quoted line keeps its own direction."""
    page = pages.post("/matches", [*SOME, ("lang", PSEUDO)])
    assert page.one("html").get("dir") == "rtl"
    assert len(page.all("li", class_="card")) == 3
    assert all(one.get("dir") == "auto" for one in page.all("blockquote") if one.get("lang"))


@pytest.mark.parametrize("name", ["site.css", "operator.css"])
def test_styles_know_no_left_and_no_right(name):
    """Sides are named by where a line starts and ends."""
    css = (files("matcher.templates") / "static" / name).read_text(encoding="utf-8")
    assert re.findall(r"(?<![\w-])(?:margin|padding|border|inset)?-?(?:left|right)\b", css) == []


@pytest.mark.browser
def test_nothing_sticks_out_from_right_to_left(browser: Browser, address: str) -> None:  # noqa: F811
    """On a narrow phone, with longer words."""
    browser.size(*NARROW)
    turn = """
    document.documentElement.dir = 'rtl';
    document.querySelectorAll('details').forEach(one => one.open = true);
    for (const one of document.querySelectorAll('h1, h2, h3, legend, button, label span, summary, p'))
      if (!one.children.length) one.textContent = one.textContent + ' ' + one.textContent.slice(0, 12);
    """
    browser.get(address)
    arrive(browser, "form.ask")
    browser.execute_script(turn)
    wide, here = browser.execute_script(WIDTHS)
    assert wide <= here
    browser.get(address)
    press(browser, ".go button")
    arrive(browser, ".card")
    browser.execute_script(turn)
    wide, here = browser.execute_script(WIDTHS)
    assert wide <= here

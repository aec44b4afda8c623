"""A strict reader of pages: whatever it is given must be valid, named, labelled, ours alone and without traces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from matcher.web.app import HEADERS

OUTSIDE = ("mailto", "tel", "sms")
OWN_SCRIPT = "/static/site.js"
UNTYPED = ("hidden", "submit", "button")


@dataclass(frozen=True)
class Page:
    """A page that has passed every check.

    Attributes:
        code: HTTP status.
        text: the source.
        root: the parsed tree, without namespaces.
    """

    code: int
    text: str
    root: Element

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements with a tag and attributes; `class_` names one of the classes."""
        return [one for one in self.root.iter(tag) if all(_has(one, n, v) for n, v in attributes.items())]

    def one(self, tag: str, **attributes: str) -> Element:
        """Return the only element with a tag and attributes."""
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def scripts(self) -> list[Element]:
        """What could run here, apart from our own file; data for search engines never runs."""
        run = [one for one in self.all("script") if one.get("type") != "application/ld+json"]
        return [one for one in run if one.get("src") != OWN_SCRIPT or words_of(one)]

    @property
    def words(self) -> str:
        """What a reader sees, in one line."""
        return words_of(self.one("body"))

    def pairs(self, form: Element) -> list[tuple[str, str]]:
        """Return what a browser would post with a form, as it stands, without the button."""
        inside = [*form.iter(), *(one for one in self.root.iter() if one.get("form") == form.get("id", "-"))]
        return [pair for control in inside for pair in _successful(control)]


def words_of(element: Element) -> str:
    """Return the text inside an element, in one line."""
    return " ".join(" ".join(element.itertext()).split())


def _has(element: Element, name: str, value: str) -> bool:
    if name == "class_":
        return value in element.get("class", "").split()
    return element.get(name.replace("_", "-")) == value


def _successful(control: Element) -> Iterator[tuple[str, str]]:
    name = control.get("name")
    if name is None:
        return
    if control.tag == "textarea":
        yield name, control.text or ""
    elif control.tag == "select":
        options = list(control.iter("option"))
        chosen = [one for one in options if one.get("selected") is not None] or options[:1]
        yield from ((name, one.get("value", one.text or "")) for one in chosen)
    elif control.tag == "input" and (
        control.get("type", "text") not in ("checkbox", "radio") or control.get("checked") is not None
    ):
        yield name, control.get("value", "on")


def page_of(response: TestResponse) -> Page:
    """Check an answer that is a page and return it."""
    check_headers(response)
    assert response.mimetype == "text/html"
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root = parser.parse(response.text)
    page = Page(response.status_code, response.text, root)
    _check_outline(page)
    _check_labels(page)
    _check_addresses(page)
    return page


def check_headers(response: TestResponse) -> None:
    """Check what every answer says to the browser, pages or not."""
    expected = {name: value for name, value in HEADERS.items() if name != "Cache-Control"}
    assert {name: response.headers.get(name) for name in expected} == expected
    assert response.headers["Cache-Control"] in (HEADERS["Cache-Control"], "public, max-age=3600")
    assert "Set-Cookie" not in response.headers
    assert "Location" not in response.headers


def _check_outline(page: Page) -> None:
    assert len(page.all("h1")) == 1
    assert words_of(page.one("h1"))
    assert words_of(page.one("title")).strip(" ·")
    assert page.one("html").get("lang")
    levels = [int(one.tag[1]) for one in page.root.iter() if one.tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    ids = Counter(one.get("id") for one in page.root.iter() if one.get("id"))
    assert [name for name, times in ids.items() if times > 1] == []
    for name in ("aria-describedby", "aria-labelledby", "for", "list", "form"):
        named = {part for one in page.root.iter() for part in one.get(name, "").split()}
        assert named <= set(ids), (name, named - set(ids))
    links = [one.get("href", "") for one in page.all("a")]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def _check_labels(page: Page) -> None:
    labels = {one.get("for") for one in page.all("label")}
    inside = {id(control) for one in page.all("label") if words_of(one) for control in one.iter()}
    for control in page.root.iter():
        if control.tag not in ("input", "select", "textarea") or control.get("type") in UNTYPED:
            continue
        named = control.get("aria-label") or control.get("aria-labelledby") or control.get("id") in labels - {None}
        assert named or id(control) in inside, control.attrib
    assert all(words_of(one) or one.get("aria-label") for one in (*page.all("button"), *page.all("a")))
    assert all(one.find("legend") is not None for one in page.all("fieldset"))


def _check_addresses(page: Page) -> None:
    assert [one.attrib for one in page.scripts] == []
    assert page.all("style") == []
    for one in page.root.iter():
        assert "style" not in one.attrib
        assert not any(name.startswith("on") for name in one.attrib), one.attrib
        for name in ("src", "href", "action", "formaction"):
            _check_address(one, name)


def _check_address(element: Element, name: str) -> None:
    address = element.get(name)
    if address is None:
        return
    parts = urlsplit(address)
    theirs = element.tag == "a" and "nofollow" in element.get("rel", "") and parts.scheme in ("http", "https")
    assert theirs or address == "about:blank" or parts.scheme in OUTSIDE or (not parts.scheme and not parts.netloc), (
        address
    )


class Reader:
    """A client that reads pages strictly."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, address: str, code: int = 200) -> Page:
        """Return a page."""
        return self._read(self.client.get(address), code)

    def post(self, address: str, answers: Any = (), code: int = 200) -> Page:
        """Return the page that answers a post of pairs or of a dict."""
        pairs = list(answers.items()) if isinstance(answers, dict) else list(answers)
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).extend(value if isinstance(value, list) else [value])
        return self._read(self.client.post(address, data=data), code)

    @staticmethod
    def _read(response: TestResponse, code: int) -> Page:
        page = page_of(response)
        assert page.code == code, page.words
        return page

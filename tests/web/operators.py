"""A home with operators of every role, and a strict reader of their pages that signs in and carries tokens."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from matcher.accounts.passwords import Cost
from matcher.accounts.protocol import ROLES
from matcher.accounts.sqlite import SqliteAccounts
from matcher.web.app import create_app
from profiles.schema import Therapist
from tests.support import make_home
from tests.web.strict import Page, Reader, page_of

PASSWORD = "four plain words here"
CHEAP = Cost(2**4, 8, 1)
"""Hashing must not cost a test a third of a second each time."""


class Desk(Reader):
    """A browser of one operator, whose name is the role."""

    def __init__(self, app: Flask, base: str = "http://localhost") -> None:
        super().__init__(app.test_client())
        self.base = base
        self.token = ""

    @staticmethod
    def _read(response: TestResponse, code: int) -> Page:
        check_cookies(response)
        page = page_of(response)
        assert page.code == code, page.words
        return page

    def get(self, address: str, code: int = 200) -> Page:
        """Return a page."""
        return self._read(self.client.get(address, base_url=self.base), code)

    def sign_in(self, name: str, password: str = PASSWORD) -> Desk:
        """Sign in, and take a token that belongs to the session."""
        self.token = token_of(self.get("/operator/sign-in"))
        self.go("/operator/sign-in", {"name": name, "password": password})
        self.token = token_of(self.get("/operator/password"))
        return self

    def send(self, address: str, answers: Mapping[str, Any] = {}, **more: Any) -> TestResponse:
        """Post answers with the token."""
        data = {"csrf_token": self.token, **answers}
        return self.client.post(address, data=data, base_url=self.base, **more)

    def go(self, address: str, answers: Mapping[str, Any] = {}) -> str:
        """Post answers that are taken, and return where the answer leads."""
        response = self.send(address, answers)
        assert response.status_code == 303, page_words(response)
        check_cookies(response)
        return response.headers["Location"]

    def refused(self, address: str, answers: Mapping[str, Any] = {}, code: int = 422) -> Page:
        """Post answers that are not taken, and return the page that says why."""
        return self._read(self.send(address, answers), code)

    def upload(self, files: Mapping[str, bytes], **options: str) -> TestResponse:
        """Post files."""
        several = [FileStorage(io.BytesIO(body), name, "files") for name, body in files.items()]
        answers = {"csrf_token": self.token, "source": "the test", "format": "auto", **options, "files": several}
        boundary, body = encode_multipart(answers)
        kind = f"multipart/form-data; boundary={boundary}"
        return self.client.post("/operator/upload", data=body, content_type=kind, base_url=self.base)


def check_cookies(response: TestResponse) -> None:
    """Check that a cookie, where one is set, is hardened; take it and the address of a redirect off."""
    for cookie in response.headers.getlist("Set-Cookie"):
        parts = cookie.split("; ")
        assert {"HttpOnly", "Path=/operator", "SameSite=Strict"} <= set(parts), cookie
        assert parts[0].startswith("__Secure-operator=" if "Secure" in parts else "operator="), cookie
        assert not any(part.startswith("Domain") for part in parts)
    response.headers.remove("Set-Cookie")


def page_words(response: TestResponse) -> str:
    return response.get_data(as_text=True)[:2000]


def token_of(page: Page) -> str:
    return page.all("input", name="csrf_token")[0].get("value", "")


@contextmanager
def office(people: Iterable[Therapist], folder: Path) -> Iterator[Flask]:
    """Open an app over a home with the given therapists, and an operator of every role."""
    made = make_home(people, folder)
    made.directory.close()
    app = create_app(folder)
    home = app.extensions["home"]
    home.accounts = SqliteAccounts(folder / "accounts.db", home.secret, CHEAP)
    for role in ROLES:
        home.accounts.add(role, role, PASSWORD)
    try:
        yield app
    finally:
        home.accounts.close()
        home.feedback.close()
        home.directory.close()

"""A small demonstration home, indexed once, and a strict reader of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from matcher.home import Home
from matcher.web.app import create_app
from profiles.demonstration.generate import generate
from profiles.schema import Language
from tests.support import home_of, make_home, therapist
from tests.web.strict import Reader

SIZE = 120


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A demonstration directory for today, read without torch."""
    people = generate(size=SIZE, as_of=datetime.now(UTC).date())
    home = make_home(people, tmp_path_factory.mktemp("web") / "home")
    home.update_index()
    yield home
    home.directory.close()


@pytest.fixture(scope="session")
def app(demo_home: Home) -> Iterator[Flask]:
    app = create_app(demo_home.path)
    yield app
    app.extensions["home"].directory.close()


@pytest.fixture(scope="session")
def pages(app: Flask) -> Reader:
    return Reader(app.test_client())


@pytest.fixture
def small_pages(tmp_path) -> Iterator[Reader]:
    """Pages over one therapist, who speaks Dutch."""
    with home_of([therapist(language=(Language("nl"),))], tmp_path / "small") as home:
        app = create_app(home.path)
        yield Reader(app.test_client())
        app.extensions["home"].directory.close()


@pytest.fixture
def empty_pages(tmp_path) -> Iterator[Reader]:
    """Pages over a home that holds nobody."""
    (tmp_path / "settings.toml").write_text('encoder = "lexical"\n')
    app = create_app(tmp_path)
    yield Reader(app.test_client())
    app.extensions["home"].directory.close()

"""Whatever is sent: a page or a document in one sentence, never an error of ours, never a trace of what was sent."""

from __future__ import annotations

import json
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.web.app import create_app
from tests.web.answers import JSON, PAIRS
from tests.web.strict import Reader, check_headers, page_of

ADDRESSES = (
    "/",
    "/matches",
    "/therapists/demo-0001",
    "/therapists/nobody",
    "/help-now",
    "/nowhere",
    "/static/site.css",
)
API = "/api/v1/matches"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")


@settings(max_examples=150)
@given(st.sampled_from(ADDRESSES), PAIRS)
def test_no_fields_ever_break_a_page(pages, address, pairs):
    """No fields ever break a page."""
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    response = pages.client.post(address, data=data)
    assert response.status_code in (200, 404, 405, 422)
    page_of(response)


@settings(max_examples=60)
@given(st.sampled_from(("/", "/matches", "/therapists/demo-0001", API)), st.binary(max_size=200))
def test_no_body_ever_breaks_an_answer(pages, address, body):
    """No body ever breaks an answer."""
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "x"):
        response = pages.client.post(address, data=body, content_type=kind)
        assert response.status_code < 500
        check_headers(response)


@given(JSON)
def test_no_document_ever_breaks_the_api(pages, document):
    """No document ever breaks the api."""
    response = pages.client.post(API, data=json.dumps(document), content_type="application/json")
    assert response.status_code in (200, 422)
    check_headers(response)
    json.loads(response.data)


QUERIES = st.lists(
    st.tuples(
        st.sampled_from(["n", "variant", "locale", "lang", "country"]) | st.text(max_size=6), st.text(max_size=20)
    ),
    max_size=4,
)


@settings(max_examples=60)
@given(st.sampled_from((*ADDRESSES, "/api/v1/openapi.json", "/healthz")), QUERIES)
def test_no_query_ever_breaks_an_answer(pages, address, query):
    """No query ever breaks an answer."""
    response = pages.client.get(address, query_string=query, buffered=True)
    assert response.status_code in (200, 404, 405)
    check_headers(response)
    assert pages.client.post(API, json={}, query_string=query).status_code in (200, 422)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'"\\ud800"',
        b'{"words": "\\ud800"}',
        b"[" * 100_000,
        b'{"must": ' * 900 + b"1" + b"}" * 900,
        b'{"starts_within": 1' + b"0" * 400 + b"}",
        b'{"starts_within": 1' + b"0" * 5000 + b"}",
        b'{"fee_max": {"amount": 1e999, "currency": "USD"}}',
        b'{"near": {"latitude": NaN, "longitude": 1, "km": 2}}',
        b"null",
        b"[]",
        b'"text"',
    ],
)
def test_a_body_that_is_no_preferences_is_refused_with_problems(pages, body):
    """A body that is no preferences is refused with problems."""
    response = pages.client.post(API, data=body)
    assert response.status_code == 422
    assert all(one["message"] and one["remedy"] for one in response.get_json()["problems"])


def test_json_under_the_name_of_a_form_is_read(pages):
    """What `curl -d` sends."""
    response = pages.client.post(
        API, data=b'{"qualities": ["trust"]}', content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("query", "column"), [("n=0", "n"), ("n=abc", "n"), ("n=1001", "n"), ("variant=nope", "variant")]
)
def test_a_query_that_cannot_be_read_is_refused(pages, query, column):
    """A query that cannot be read is refused."""
    response = pages.client.post(f"{API}?{query}", json={})
    assert response.status_code == 422
    assert [one["column"] for one in response.get_json()["problems"]] == [column]


@pytest.mark.parametrize("address", [*ADDRESSES, API, "/api/v1/nowhere"])
@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_answered(pages, address, method):
    """Every method is answered."""
    response = pages.client.open(address, method=method, buffered=True)
    assert response.status_code in (200, 404, 405, 422)
    check_headers(response)
    if response.status_code == 405:
        assert response.headers["Allow"]
    if response.status_code >= 400 and method != "HEAD":
        assert response.get_json() if address.startswith("/api/") else page_of(response)


def test_too_large_a_body_is_refused_by_the_api_in_one_sentence(pages):
    """Too large a body is refused by the api in one sentence."""
    response = pages.client.post(API, data=b"x" * 300_000)
    assert response.status_code == 413
    assert response.get_json()["message"]


def test_the_empty_home_refuses_lists_in_one_sentence(empty_pages):
    """The empty home refuses lists in one sentence."""
    response = empty_pages.client.post(API, json={})
    assert response.status_code == 503
    assert response.get_json()["message"]


def test_broken_settings_are_one_sentence(tmp_path):
    """Broken settings are one sentence."""
    (tmp_path / "settings.toml").write_text("language_floor = 'high'")
    page = Reader(create_app(tmp_path).test_client()).get("/help-now", code=503)
    assert "settings.toml" in page.words


def test_a_bug_is_one_sentence_and_no_trace(demo_home, caplog, monkeypatch):
    """A bug is one sentence and no trace."""
    app = create_app(demo_home.path)

    def broken(*_):
        raise RuntimeError("UNIQUE-TOKEN")

    monkeypatch.setattr("matcher.web.pages.list_shown", broken)
    with caplog.at_level(logging.DEBUG):
        page = Reader(app.test_client()).post("/matches", [("words", "UNIQUE-TOKEN")], code=500)
    assert "UNIQUE-TOKEN" not in page.text
    assert "RuntimeError" in caplog.text
    assert "UNIQUE-TOKEN" not in caplog.text
    app.extensions["home"].directory.close()


TOKEN = "zqxjkvw"


@pytest.mark.parametrize(
    "answers",
    [
        [("words", f"My {TOKEN} died.")],
        [("must.language", TOKEN)],
        [("prefer.concern", TOKEN), ("require", TOKEN)],
        [(f"must.{TOKEN}", TOKEN), (TOKEN, TOKEN), ("lang", TOKEN), ("n", TOKEN), ("rank", TOKEN)],
    ],
)
def test_nothing_posted_is_logged_or_put_into_an_address(pages, caplog, answers):
    """Nothing posted is logged or put into an address."""
    with caplog.at_level(logging.DEBUG):
        for address in ("/", "/matches", "/therapists/demo-0001"):
            response = pages.client.post(address, data=dict(answers))
            page = page_of(response)
            addresses = [
                one.get(name, "") for one in page.root.iter() for name in ("href", "src", "action", "formaction")
            ]
            assert not any(TOKEN in one for one in (*addresses, *response.headers.values()))
        pages.client.post(API, json={"words": TOKEN, TOKEN: TOKEN, "must": {"language": [TOKEN]}})
    assert TOKEN not in caplog.text

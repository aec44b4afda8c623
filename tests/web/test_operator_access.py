"""The gate of the operators' pages: roles, sessions, tokens, cookies, and sign-ins that must wait."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import session

from matcher.accounts.protocol import MOST_FAILURES_NAME, ROLES, Role
from matcher.web.languages import page_locales
from matcher.web.operator import access
from matcher.web.operator.access import now
from matcher.web.operator.routes import ROOMS, ROUTES, Route
from tests.support import therapist
from tests.web.operators import PASSWORD, Desk, check_cookies, office, token_of
from tests.web.strict import check_headers

OPEN = {"sign_in", "sign_in_check"}
GATED = [route for route in ROUTES if route.role is not None]
by_route = pytest.mark.parametrize("route", GATED, ids=lambda route: f"{route.method} {route.path}")


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """A home of one therapist."""
    with office([therapist("a")], tmp_path_factory.mktemp("access") / "home") as made:
        yield made


@pytest.fixture
def own_app(tmp_path):
    """A home for a test that changes who may sign in."""
    with office([therapist("a")], tmp_path / "home") as made:
        yield made


def address_of(route: Route) -> str:
    return f"/operator{route.path}"


# ---------------------------------------------------------------- the table


def test_the_table_has_every_address_under_operator(app):
    """What the map of addresses has, the table has, with a role for all but the sign-in."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/operator")]
    known = {(route.method, address_of(route)): route for route in ROUTES}
    for rule in rules:
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            route = known.pop((method, rule.rule))
            assert (route.role is None) == (rule.endpoint.partition(".")[2] in OPEN)
            assert route.role in (None, *ROLES)
    assert known == {}
    assert len(rules) == len(ROUTES)


def test_every_post_of_the_table_needs_more_than_to_read():
    """But for one's own sign-out and password."""
    own = {"sign_out", "password_change"}
    changing = [r for r in GATED if r.method == "POST" and r.view.__name__ not in own]
    assert {route.role for route in changing} <= {"editor", "admin"}


@by_route
def test_whoever_is_not_signed_in_is_refused(app, route):
    """A page leads to the sign-in, a post is refused; neither shows or does anything."""
    client = app.test_client()
    response = client.open(address_of(route), method=route.method)
    check_cookies(response)
    if route.method == "GET":
        assert response.status_code == 303
        assert response.headers["Location"].startswith("/operator/sign-in?next=")
    else:
        assert response.status_code == 401
        check_headers(response)


@pytest.mark.parametrize("role", ROLES)
@by_route
def test_each_role_below_is_refused(app, role: Role, route):
    """403 with a sentence; a role that is enough gets past the gate."""
    desk = signed_in(app, role)
    response = desk.client.open(
        address_of(route), method=route.method, data={"csrf_token": desk.token} if route.method == "POST" else None
    )
    enough = ROLES.index(role) >= ROLES.index(route.role)
    assert (response.status_code != 403) == enough
    assert response.status_code < 500
    if route.path == "/sign-out":
        _DESKS.clear()


_DESKS: dict[tuple[int, str], Desk] = {}


def signed_in(app, role: str) -> Desk:
    """Return a desk that is signed in once for many tests."""
    key = (id(app), role)
    if key not in _DESKS:
        _DESKS.clear()
        _DESKS[key] = Desk(app).sign_in(role)
    return _DESKS[key]


@pytest.mark.parametrize("route", [r for r in GATED if r.method == "POST"], ids=lambda route: route.path)
@pytest.mark.parametrize("token", ["", "x", None])
def test_every_post_without_its_token_is_refused(app, route, token):
    """Also one that another session was given."""
    desk = signed_in(app, "admin")
    other = token_of(Desk(app).get("/operator/sign-in")) if token is None else token
    response = desk.client.post(address_of(route), data={"csrf_token": other})
    assert response.status_code == 400
    check_headers(response)


@pytest.mark.parametrize("role", ROLES)
def test_the_line_at_the_top_has_what_a_role_may_see(app, role):
    """No link leads to a refusal."""
    desk = Desk(app).sign_in(role)
    links = [one.get("href") for one in desk.get("/operator/").one("nav", class_="rooms").iter("a")]
    assert len(links) == {"reader": len(ROOMS) - 2, "editor": len(ROOMS) - 1, "admin": len(ROOMS)}[role]
    for link in links:
        desk.get(link)


# ---------------------------------------------------------------- cookies and sessions


def test_only_operators_pages_set_a_cookie(app):
    """Client pages set none, also in the browser of somebody who is signed in, and are told none."""
    desk = Desk(app).sign_in("admin")
    for address in (
        "/",
        "/help-now",
        "/therapists/a",
        "/nowhere",
        "/static/site.css",
        "/api/v1/openapi.json",
        "/operators",
    ):
        response = desk.client.get(address, buffered=True)
        assert "Set-Cookie" not in response.headers, address
        assert "operator" not in response.request.headers.get("Cookie", ""), address
    assert "Set-Cookie" not in desk.client.post("/matches", data={"qualities": "trust"}).headers


@pytest.mark.parametrize("address", ["/", "/matches", "/operators", "/checkin/x"])
def test_nothing_can_be_put_into_a_cookie_elsewhere(app, address):
    """Not even by a mistake: writing to the session of a client's page fails where it stands."""
    with app.test_request_context(address), pytest.raises(RuntimeError):
        session["anything"] = "x"


def test_over_https_the_cookie_is_for_https_alone(app):
    """And its name makes browsers hold to that."""
    desk = Desk(app, "https://localhost")
    response = desk.client.get("/operator/sign-in", base_url=desk.base)
    (cookie,) = response.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Secure-operator=")
    assert "; Secure" in cookie
    desk.sign_in("editor").get("/operator/upload")


def test_a_home_that_asks_for_https_says_so(tmp_path):
    """A sign-in over http leads nowhere, and the page tells why."""
    with office([therapist("a")], tmp_path / "home") as app:
        object.__setattr__(app.extensions["home"].settings, "https_only", True)
        desk = Desk(app)
        assert "https" in desk.get("/operator/sign-in").words
        response = desk.send("/operator/sign-in", {"name": "admin", "password": PASSWORD})
        assert response.status_code == 400


def test_the_cookie_after_the_sign_in_is_another_than_before(app):
    """Whoever planted one before it has nothing."""
    desk = Desk(app)
    before = desk.client.get("/operator/sign-in").headers["Set-Cookie"]
    desk.sign_in("reader")
    planted = app.test_client()
    planted.set_cookie("operator", before.partition("=")[2].partition(";")[0], path="/operator")
    assert planted.get("/operator/").status_code == 303


def test_signing_out_ends_the_session_in_the_store_too(app):
    """A copy of the cookie is worth nothing afterwards."""
    desk = Desk(app).sign_in("reader")
    cookie = desk.client.get_cookie("operator", path="/operator").value
    desk.go("/operator/sign-out")
    thief = app.test_client()
    thief.set_cookie("operator", cookie, path="/operator")
    assert thief.get("/operator/").status_code == 303


def test_whoever_is_removed_is_signed_out_at_once(own_app):
    """And a role that was lowered holds at once."""
    admin, editor = Desk(own_app).sign_in("admin"), Desk(own_app).sign_in("editor")
    admin.go("/operator/operators/role", {"name": "editor", "role": "reader"})
    editor.get("/operator/upload", code=403)
    admin.go("/operator/operators/remove", {"name": "editor"})
    assert editor.client.get("/operator/").status_code == 303


def test_an_idle_session_leads_to_the_sign_in(app, monkeypatch):
    """And after it to the page that was asked for."""
    desk = Desk(app).sign_in("reader")
    later = now() + timedelta(minutes=31)
    monkeypatch.setattr(access, "now", lambda: later)
    asked = desk.client.get("/operator/audit?actor=x")
    assert asked.headers["Location"] == "/operator/sign-in?next=/operator/audit?actor%3Dx"
    monkeypatch.undo()
    desk.token = token_of(desk.get("/operator/sign-in"))
    answers = {"name": "reader", "password": PASSWORD, "next": "/operator/audit?actor=x"}
    assert desk.go("/operator/sign-in", answers) == "/operator/audit?actor=x"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.org/operator/",
        "//example.org/operator/",
        "/\\example.org",
        "/operator/\r\nX: y",
        "javascript:alert(1)",
        "/",
        "/operators",
        "operator",
        "\ud800",
    ],
)
def test_a_sign_in_never_leads_elsewhere(app, elsewhere):
    """Whatever stands in the form."""
    desk = Desk(app)
    desk.token = token_of(desk.get("/operator/sign-in"))
    answers = {"name": "reader", "password": PASSWORD, "next": elsewhere.encode("utf-8", "replace")}
    assert desk.go("/operator/sign-in", answers) == "/operator/"


# ---------------------------------------------------------------- sign-in


def test_a_wrong_password_and_an_unknown_name_read_the_same(own_app):
    """But for the name that was typed."""
    desk = Desk(own_app)
    desk.token = token_of(desk.get("/operator/sign-in"))
    pages = [desk.refused("/operator/sign-in", {"name": name, "password": "wrong"}) for name in ("admin", "nobody")]
    assert pages[0].text.replace("admin", "nobody") == pages[1].text.replace("admin", "nobody")


def test_too_many_failures_are_told_to_wait(own_app):
    """429 with the seconds, in one sentence; the right password does not help."""
    desk = Desk(own_app)
    desk.token = token_of(desk.get("/operator/sign-in"))
    for _ in range(MOST_FAILURES_NAME):
        desk.refused("/operator/sign-in", {"name": "admin", "password": "wrong"})
    response = desk.send("/operator/sign-in", {"name": "admin", "password": PASSWORD})
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 15 * 60
    assert "15" in desk._read(response, 429).one("p", class_="error").text


def test_one_changes_the_own_password_with_the_old_one(own_app):
    """A wrong or short one changes nothing; a good one ends the session."""
    desk = Desk(own_app).sign_in("reader")
    desk.refused("/operator/password", {"old": "wrong", "new": "another few words"})
    desk.refused("/operator/password", {"old": PASSWORD, "new": "short"})
    desk.get("/operator/")
    desk.go("/operator/password", {"old": PASSWORD, "new": "another few words"})
    assert desk.client.get("/operator/").status_code == 303
    Desk(own_app).sign_in("reader", "another few words")


def test_admins_manage_operators_but_not_themselves(own_app):
    """So that somebody who can is always left."""
    desk = Desk(own_app).sign_in("admin")
    desk.go("/operator/operators", {"name": "Eve", "role": "editor", "new": PASSWORD})
    Desk(own_app).sign_in("eve")
    for wrong in ({"name": "Eve", "role": "editor", "new": PASSWORD}, {"name": "Bob", "role": "editor", "new": "x"}):
        desk.refused("/operator/operators", wrong)
    desk.refused("/operator/operators", {"name": "Bob", "role": "king", "new": PASSWORD})
    desk.refused("/operator/operators/role", {"name": "admin", "role": "reader"})
    desk.refused("/operator/operators/remove", {"name": "admin"})
    assert [one.name for one in own_app.extensions["home"].accounts.operators()] == ["admin", "editor", "Eve", "reader"]


@pytest.mark.parametrize("locale", page_locales())
def test_the_language_of_a_page_is_carried_along(app, locale):
    """Through links, forms and redirects, without a word left in English."""
    desk = Desk(app).sign_in("admin")
    page = desk.get(f"/operator/?lang={locale}")
    assert page.one("html").get("lang") == locale
    suffix = "" if locale == "en" else f"?lang={locale}"
    assert f"/operator/therapists{suffix}" in [one.get("href") for one in page.all("a")]
    found = desk.get(f"/operator/therapist?id=a&lang={locale}")
    for code in page_locales():
        links = [one.get("href") for one in found.all("a", hreflang=code)]
        assert links == ([] if code == locale else [f"/operator/therapist?id=a&lang={code}"])

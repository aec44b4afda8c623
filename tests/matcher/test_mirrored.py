"""Mirrored questions: one table, and on both pages every pair with the same codes and words in every language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from matcher.invitations import token_for
from matcher.messages import say, texts
from matcher.mirrored import PAIRS, TOLD, pair_of, pairs_of
from matcher.web.app import create_app
from matcher.web.questions import SIDES
from profiles.schema import FIELDS, STYLES
from profiles.vocabulary import LOCALES, vocabulary
from tests.support import make_home, therapist
from tests.web.strict import Page, Reader, words_of

TODAY = datetime.now(UTC).date()
PAGES = {"client": "/", "therapist": "/profile/{token}"}

every_pair = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.field}:{pair.code}")
every_locale = pytest.mark.parametrize("locale", LOCALES)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """Return a way to open the page of one side in a language."""
    home = make_home([therapist("ada")], tmp_path_factory.mktemp("mirrored") / "home")
    app = create_app(home.path)
    reader, token = Reader(app.test_client()), token_for("ada", TODAY + timedelta(days=9), home.secret)
    kept: dict[tuple[str, str], Page] = {}

    def page(side: str, locale: str) -> Page:
        if (side, locale) not in kept:
            kept[side, locale] = reader.get(PAGES[side].format(token=token) + f"?lang={locale}")
        return kept[side, locale]

    yield page
    for one in (home, app.extensions["home"]):
        one.directory.close()


def codes(page: Page, pair) -> set[str]:
    """Return the codes that a page lets its reader answer a pair with."""
    if pair.field == "style":
        return {one.get("value", "") for one in page.all("input", name=f"style.{pair.code}")} - {""}
    if pair.field == "qualities":
        boxes = {one.get("value", "") for one in page.all("input", name="qualities")}
        choices = {one.get("value", "") for one in page.all("select", name="quality.1") for one in one.iter("option")}
        return (boxes | choices) - {""}
    names = ("practice", "prefer.practice")
    return {one.get("value", "") for one in page.all("input", type="checkbox") if one.get("name") in names} & {
        pair.code
    }


@every_locale
@every_pair
def test_both_sides_are_asked_with_the_same_codes_in_their_own_words(both, pair, locale):
    """The page of each side shows the words of the table and takes the codes of the other."""
    client, own = both("client", locale), both("therapist", locale)
    assert codes(client, pair) == codes(own, pair) != set()
    assert say(pair.client, locale) in client.words
    assert say(pair.therapist, locale) in own.words


@every_pair
def test_the_codes_are_those_of_the_vocabulary(both, pair):
    """A style has its seven stops, the qualities are all of the vocabulary, a practice is a term of it."""
    expected = {
        "style": set(SIDES),
        "qualities": set(vocabulary().codes("qualities")),
        "practice": {pair.code} & set(vocabulary().codes("practice")),
    }
    assert codes(both("client", "en"), pair) == expected[pair.field]


@every_pair
def test_a_side_has_words_of_its_own_in_every_language(pair):
    """No key falls back to English; a practice says another thing to each side."""
    for key in (pair.client, pair.therapist):
        said = {say(key, locale) for locale in LOCALES}
        assert key in texts("en")
        assert len(said) == len(LOCALES), key
    if pair.field == "practice":
        assert all(say(pair.client, locale) != say(pair.therapist, locale) for locale in LOCALES)


def test_the_table_has_what_both_sides_should_be_asked():
    """Four styles, three qualities as one choice, and the practices that make up working together; none twice."""
    assert [pair.code for pair in pairs_of("style")] == list(STYLES)
    assert [pair.code for pair in pairs_of("qualities")] == [""]
    assert {pair.code for pair in pairs_of("practice")} == {
        "homework",
        "structured_sessions",
        "between_session_contact",
        "progress_review",
        "asks_for_feedback",
        "family_involvement",
        "traditional_practice",
        "spiritual_practice",
        "self_disclosure",
    }
    assert len({(pair.field, pair.code) for pair in PAIRS}) == len(PAIRS)
    assert all(pair_of(pair.field, pair.code) is pair for pair in PAIRS)
    assert pair_of("practice", "home_visits") is None


@every_locale
@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.field)
def test_what_therapists_tell_is_asked_of_them_alone(both, told, locale):
    """Training, supervision and crises: a question on their page, none on the form, and nothing that can be ranked."""
    own = both("therapist", locale)
    controls = {one.get("name") for one in own.root.iter() if one.tag in ("input", "select", "textarea")}
    assert told.field in controls
    legends = [words_of(one) for one in own.all("legend")]
    assert say(told.ask, locale) in legends
    assert say(told.why, locale) in own.words
    assert not FIELDS[told.field].ranked
    assert told.field not in {(one.get("name") or "").rpartition(".")[2] for one in both("client", locale).root.iter()}


@every_locale
@pytest.mark.parametrize("concern", ["suicidal_thoughts", "self_harm"])
def test_what_is_hard_to_say_has_a_box_like_other_concerns(both, concern, locale):
    """Nobody has to type it, and no panel stands in the way."""
    page = both("client", locale)
    (box,) = [one for one in page.all("input", name="prefer.concern") if one.get("value") == concern]
    assert box.get("type") == "checkbox"
    assert vocabulary().label("concern", concern, locale) in page.words

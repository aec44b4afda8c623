"""Plain pages about therapy: whole in every language, easy to read, found where they are needed, keeping nothing."""

from __future__ import annotations

import pytest

from matcher.messages import say, texts
from matcher.web.about import TOPICS
from profiles.vocabulary import LOCALES
from tests.web.answers import SOME
from tests.web.readable import fernandez_huerta, flesch_kincaid, is_plain, wiener_sachtextformel
from tests.web.strict import words_of

every_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.address)
every_locale = pytest.mark.parametrize("locale", LOCALES)


def address(topic, locale: str = "en") -> str:
    return f"/about-therapy/{topic.address}" + (f"?lang={locale}" if locale != "en" else "")


def text_of(page) -> str:
    """Return what the page itself says, each heading a sentence."""
    parts = [one for one in page.one("main").iter() if one.tag in ("h1", "h2", "p", "li") and one.find(".//a") is None]
    return " ".join(words if words.endswith((".", "?", "!")) else f"{words}." for words in map(words_of, parts))


@every_locale
@every_topic
def test_a_page_says_all_its_texts_and_nothing_that_is_a_key(pages, topic, locale):
    """Every text of the topic stands on its page, and the page on its own has no key and no open gap."""
    page = pages.get(address(topic, locale))
    own = [key for key in texts("en") if key.startswith(f"about.{topic.key}.")]
    assert len(own) == 2 + 2 * len(topic.parts) + topic.asks
    assert [key for key in own if " ".join(say(key, locale).split()) not in page.words] == []
    assert "about." not in page.words
    assert not set("{}") & set(page.words)
    assert page.one("html").get("lang") == locale


@every_locale
@every_topic
def test_a_page_reads_plainly(pages, topic, locale):
    """At most six school years in English and no sentence above ten, and the like in Spanish and German."""
    assert is_plain(text_of(pages.get(address(topic, locale))), locale)


@pytest.mark.parametrize(
    ("locale", "plain", "hard"),
    [
        (
            "en",
            "You can stop at any time. Tell us what hurts.",
            "Psychotherapeutic relationships necessitate considerable vulnerability notwithstanding institutions.",
        ),
        (
            "es",
            "Puedes parar cuando quieras. Di lo que duele.",
            "La psicoterapia institucionalizada presupone responsabilidades extraordinariamente diferenciadas.",
        ),
        (
            "de",
            "Du darfst gehen. Sag, was weh tut.",
            "Psychotherapeutische Beziehungsgestaltung erfordert außergewöhnliche Verantwortungsbereitschaft.",
        ),
    ],
)
def test_the_measure_tells_plain_from_hard(locale, plain, hard):
    """The formulas can fail a text."""
    assert is_plain(plain, locale)
    assert not is_plain(hard, locale)


def test_the_formulas_give_what_their_definitions_give():
    """Worked by hand: five words of one syllable in one sentence, and the constants that are left."""
    assert flesch_kincaid("The cat sat on it.") == pytest.approx(0.39 * 5 + 11.8 - 15.59)
    assert fernandez_huerta("El sol da luz hoy.") == pytest.approx(206.84 - 60 - 1.02 * 5)
    assert wiener_sachtextformel("Der Hund ist sehr alt.") == pytest.approx(0.1672 * 5 - 3.27 - 0.875)


@every_topic
def test_help_now_is_on_every_page_and_the_page_keeps_nothing(pages, topic):
    """The link for a crisis is there; no form asks for anything, and no cookie is set (the reader looks)."""
    page = pages.get(address(topic))
    assert "/help-now" in [one.get("href") for one in page.all("a", class_="urgent")]
    assert page.all("form") == []
    assert [one for one in page.root.iter() if one.tag in ("input", "select", "textarea")] == []


def links(page) -> set[str]:
    return {one.get("href", "") for one in page.all("a")}


@every_locale
def test_all_are_one_click_from_list_therapist_and_footer(pages, locale):
    """The list and the therapist name each page; every page's foot leads to all of them, in its language."""
    wanted = {address(topic, locale) for topic in TOPICS}
    lang = [("lang", locale)]
    listed = pages.post("/matches", [*SOME, *lang])
    (someone, *_) = [one.get("formaction") for one in listed.all("button") if one.get("name") == "rank"]
    for page in (listed, pages.post(someone, [*SOME, *lang])):
        assert wanted <= links(page)
    footer = "/about-therapy" + (f"?lang={locale}" if locale != "en" else "")
    assert footer in links(pages.get(f"/?lang={locale}"))
    assert wanted <= links(pages.get(footer))
    for topic in TOPICS:
        assert wanted - {address(topic, locale)} <= links(pages.get(address(topic, locale)))


@pytest.mark.parametrize("unknown", ["x", "Boundaries", "strong-feelings-", "%00"])
def test_another_topic_is_no_page(pages, unknown):
    """A wrong address is said in one sentence."""
    assert pages.get(f"/about-therapy/{unknown}", code=404).all("h1")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_sent_there(app, method):
    """The pages take nothing."""
    assert getattr(app.test_client(), method)(address(TOPICS[0])).status_code == 405

"""The look: contrast computed for every pair of colours that meet, sizes, and nothing from elsewhere."""

from __future__ import annotations

import gzip
import re
from importlib.resources import files

import pytest

from matcher.web.languages import page_locales

CSS = (files("matcher.templates") / "static" / "site.css").read_text(encoding="utf-8")
MOST_BYTES = 12_000
"""Of the style sheet as it travels, compressed."""
MOST_SCRIPT_BYTES = 6_000
TEXT, SHAPE = 4.5, 3.0

PAIRS = {
    ("ink", "paper"): TEXT,
    ("ink", "card"): TEXT,
    ("soft", "paper"): TEXT,
    ("soft", "card"): TEXT,
    ("brand", "paper"): TEXT,
    ("brand", "card"): TEXT,
    ("brand-ink", "brand"): TEXT,
    ("met", "card"): TEXT,
    ("partly", "card"): TEXT,
    ("not", "card"): TEXT,
    ("not", "paper"): TEXT,
    ("silent", "card"): TEXT,
    ("warm-ink", "warm"): TEXT,
    ("edge", "paper"): SHAPE,
    ("edge", "card"): SHAPE,
    ("brand", "line"): SHAPE,
    ("focus", "paper"): SHAPE,
    ("focus", "card"): SHAPE,
    ("focus", "warm"): SHAPE,
}
"""Foreground on background, with the least contrast that WCAG 2.2 AA asks for."""


def tokens(dark: bool) -> dict[str, str]:
    """Return the colours of a mode."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    assert len(blocks) == 2
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", blocks[1 if dark else 0]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_ratio_is_computed_as_the_standard_says():
    """The ratio is computed as the standard says."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids="-on-".join)
def test_every_pair_of_colours_has_contrast(pair, dark):
    """Every pair of colours has contrast."""
    colours = tokens(dark)
    assert contrast(colours[pair[0]], colours[pair[1]]) >= PAIRS[pair]


def test_both_modes_have_the_same_colours_and_rules_name_no_other():
    """Both modes have the same colours and rules name no other."""
    assert tokens(dark=False).keys() == tokens(dark=True).keys()
    rules = re.sub(r":root \{.*?\}|@media print \{.*\}", "", CSS, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-f]{3,8}\b", rules) == []
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", CSS)) <= set(re.findall(r"--([a-z0-9-]+):", CSS))


def test_one_small_file_asks_for_nothing():
    """One small file asks for nothing."""
    assert len(gzip.compress(CSS.encode())) <= MOST_BYTES
    assert "url(" not in CSS
    assert "@import" not in CSS


def test_the_script_is_small_and_asks_for_nothing():
    """One file, six kilobytes compressed at most, that knows no address."""
    script = (files("matcher.templates") / "static" / "site.js").read_text(encoding="utf-8")
    assert len(gzip.compress(script.encode())) <= MOST_SCRIPT_BYTES
    assert not re.findall(r"https?:|fetch|XMLHttp|cookie|innerHTML|eval", script)


def test_pages_are_small_and_lists_come_quickly(pages):
    """Pages are small and lists come quickly."""
    assert len(pages.post("/matches", [("qualities", "trust")]).text.encode()) < 60_000
    assert len(pages.get("/").text.encode()) < 80_000


def test_each_language_of_the_pages_is_one_link_away_and_is_kept(pages):
    """Each language of the pages is one link away and is kept."""
    page = pages.get("/help-now")
    links = [one.get("href") for one in page.one("ul", class_="tongues").iter("a")]
    assert links == [f"/help-now?lang={code}" for code in page_locales()[1:]]
    for code in page_locales():
        form = pages.get(f"/?lang={code}")
        assert form.one("html").get("lang") == code
        assert ("lang", code) in form.pairs(form.one("form", class_="ask"))
        listed = pages.post("/matches", [("lang", code), ("qualities", "trust")])
        assert listed.one("html").get("lang") == code
        assert ("lang", code) in listed.pairs(listed.one("form", id="answers"))
        assert (
            pages.post("/matches", [("lang", code), ("must.language", "Spansh")], code=422).one("html").get("lang")
            == code
        )


def test_an_unknown_language_is_english(pages):
    """An unknown language is english."""
    assert pages.get("/?lang=xx").one("html").get("lang") == "en"

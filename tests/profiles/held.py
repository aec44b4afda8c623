"""Therapists as a directory may hold them, and texts that have broken programs before."""

from __future__ import annotations

import json
import string
import unicodedata
from pathlib import Path

import pytest
from hypothesis import strategies as st

from profiles.schema import FIELDS, Fact, Language, Licence, Place, Therapist
from tests.support import DAY, VALUES

NASTY = (
    "=1+1",
    "'=1+1",
    "''=cmd|' /C calc'!A0",
    "'''@SUM(A1)",
    "+1 555 0100",
    "-2",
    "@home",
    "\ttab",
    "\rreturn",
    "'\ttab",
    "it's",
    "'quoted'",
    '"doubled ""quotes"" inside"',
    "a,b;c|d",
    "two\nlines",
    "two\r\nlines",
    "old\rMac",
    "ends in a line\n",
    " blanks around ",
    "n/a",
    "none",
    "-",
    "\u2028line\u2029paragraph\x85next\x0bvertical\x0cform",
    "\ufeffmark",
    "\u202eright to left",
    "e\u0301 not composed",
    "=\u0338 composes",
    "👩🏽‍🚒 العربية 漢字",
    "</script><!-- <b>&amp;",
    "{'json': [1]}",
    "name,bio",
    "Total: 5",
    "\x00zero",
    "x" * 200_000,
)
"""None of these is blank."""

TEXTS = st.text(st.characters(codec="utf-8"), max_size=30).map(lambda text: "x" + text) | st.sampled_from(NASTY[:-2])

LICENCES = st.lists(
    st.builds(
        Licence,
        jurisdiction=st.sampled_from(["", "US-MA", "DE", "DE-BE", "GB", "CA-ON"]),
        profession=st.sampled_from(["", "psychologist", "counselor", "psychotherapist"]),
        number=st.sampled_from(["", "1", "A-2", "7;8", "a:b", "=3"]),
        start=st.none() | st.dates(),
        end=st.none() | st.dates(),
        code=st.sampled_from(["", "", "103T00000X"]),
        checked_against=st.sampled_from(["", "", "the board"]),
        checked_on=st.none() | st.dates(max_value=DAY),
    ),
    min_size=1,
    max_size=3,
).map(tuple)

PLACES = st.lists(
    st.builds(
        Place,
        name=st.sampled_from(["", "The =Office", "Praxis; links"]),
        street=st.sampled_from(["", "1 Main St, Suite 2"]),
        city=st.sampled_from(["", "Boston", "Köln"]),
        region=st.sampled_from(["", "MA", "Bayern"]),
        postal_code=st.sampled_from(["", "02101", "50667"]),
        country=st.sampled_from(["", "US", "DE"]),
        latitude=st.none() | st.floats(-90, 90).map(lambda number: number + 0.0),
        longitude=st.none() | st.floats(-180, 180).map(lambda number: number + 0.0),
        accepting=st.sampled_from(["", "", "full"]),
        accessibility=st.sampled_from([(), (), ("wheelchair", "lift")]),
    ).filter(lambda place: place != Place()),
    min_size=1,
    max_size=2,
).map(tuple)

TAGS = (
    "es",
    "es-MX",
    "pt-BR",
    "zh",
    "zh-Hant",
    "yue",
    "ase",
    "bfi",
    "no",
    "na",
    "sh",
    "fa",
    "prs",
    "fil",
    "ku",
    "sr-Latn",
)
LANGUAGES = st.lists(
    st.builds(Language, st.sampled_from(TAGS), st.sampled_from([None, 10, 15, 20, 30, 40, 50])),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one.tag,
).map(tuple)

HELD_VALUES = {
    **VALUES,
    "name": TEXTS,
    "bio": TEXTS,
    "credentials": TEXTS,
    "training": TEXTS,
    "language": LANGUAGES,
    "licence": LICENCES,
    "place": PLACES,
    "reply_languages": st.sampled_from([("en", "es"), ("pt-BR",), ("no", "na")]),
    "quality_sentences": st.dictionaries(st.sampled_from(["trust", "empathy"]), TEXTS, min_size=1),
    "email": st.sampled_from(["a@example.org", "-b+c@example.org"]),
    "phone": st.sampled_from(["+1 555 0100", "(030) 12345-67"]),
    "text": st.just("0151 2345678"),
    "website": st.just("https://example.org/ä?b=1"),
    "booking_url": st.just("https://example.org/"),
    "preferred": st.sampled_from(["email", "phone", "booking_url"]),
}
"""Values as a reader lets them into a directory."""

ORIGINS = {
    "source": TEXTS,
    "as_of": st.dates(max_value=DAY),
    "editor": st.sampled_from(["file", "register", "therapist", "operator"]),
    "confirmed_on": st.dates(max_value=DAY),
}
IDS = st.text(string.ascii_letters + string.digits + "-_.é", max_size=12).map(lambda text: f"i{text}")


@st.composite
def held(draw: st.DrawFn) -> Therapist:
    """Draw a therapist with any fields and origins, and some fields that a person emptied."""
    rest = {name: values for name, values in HELD_VALUES.items() if name != "name"}
    values = draw(st.fixed_dictionaries({"name": TEXTS}, optional=rest))
    if any(FIELDS[name].identity for name in values):
        values["identity_consent"] = True
    facts = {name: Fact(composed(value), **draw(st.fixed_dictionaries(ORIGINS))) for name, value in values.items()}
    silent = sorted(FIELDS.keys() - facts.keys())
    emptied = draw(st.lists(st.sampled_from(silent), max_size=2, unique=True)) if silent else []
    return Therapist(
        draw(IDS),
        facts,
        draw(st.sampled_from(["agreed", "contract", "public_register"])),
        draw(st.booleans()),
        {name: Fact(None, **draw(st.fixed_dictionaries(ORIGINS))) for name in emptied},
        draw(st.booleans()),
    )


def composed(value):
    """Return a value with its texts in NFC, as every reader leaves them."""
    if isinstance(value, dict):
        return {key: composed(part) for key, part in value.items()}
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def shared(name: str) -> Path:
    """Return a file of the shared data; skip where it is not there."""
    path = Path(__file__).parents[3] / "shared" / "data" / name
    if not path.exists():
        pytest.skip(f"the shared data has no {name}")
    return path


def naughty() -> list[str]:
    """Return the strings that are known to break programs: the shared list where it is there."""
    return [text for text in json.loads(shared("bad_input/blns.json").read_text(encoding="utf-8")) if text.strip()]

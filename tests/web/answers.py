"""Answers that tests of the pages give, as a browser posts them."""

from __future__ import annotations

from hypothesis import strategies as st

from matcher.web.form import KNOWN
from profiles.preferences import PARTS, WISH_FIELDS
from profiles.vocabulary import vocabulary

EVERYTHING = [
    ("must.language", "es"),
    ("must.jurisdiction", "US-MA"),
    ("must.session_format", "video"),
    ("must.session_format", "in_person"),
    ("fee_max.amount", "150"),
    ("fee_max.currency", "USD"),
    ("prefer.concern", "grief"),
    ("prefer.concern", "Panic attacks"),
    ("words", "My mother died in March.\nI feel numb."),
    ("style.directiveness", "-2"),
    ("style.challenge", "-1"),
    ("qualities", "trust"),
    ("qualities", "empathy"),
    ("prefer.practice", "homework"),
    ("prefer.modality", "cbt"),
    ("avoid.modality", "Exposure therapy"),
    ("prefer.therapist_gender", "female"),
    ("prefer.faith", "Quaker"),
    ("near.point", "42.3601,-71.0589"),
    ("near.km", "50"),
    ("starts_within", "60"),
    ("must.accessibility", "lift"),
    ("matters_most", "bond"),
    ("include_not_stated", "near"),
    ("include_not_stated", "accessibility"),
    ("require", "concern"),
    ("language_also", "simple_words"),
    ("whom", "us"),
    ("must.age_group", "adult"),
    ("helped", "practice:progress_review"),
    ("nice", "session_format"),
]
"""An answer of every shape, a required wish among them."""

BESIDE = [
    ("must.modality", "cbt"),
    ("prefer.session_format", "phone"),
    ("must.jurisdiction", "DE"),
    ("must.language", "pt-BR"),
    ("matters_most", "modality"),
    ("style.past_focus", "3"),
    ("avoid.practice", "homework"),
]
"""Answers that the form does not ask for in this way, as other programs may post them."""

SOME = [
    ("must.language", "es"),
    ("style.directiveness", "-2"),
    ("qualities", "trust"),
    ("prefer.practice", "homework"),
]

_TERMS = st.sampled_from([code for field in WISH_FIELDS for code in vocabulary().codes(field)])
_NAMES = (
    st.sampled_from(sorted(KNOWN))
    | st.sampled_from([*PARTS, "lang", "n", "rank", "must.", "style.x", "near.point.", "words.words", "."])
    | st.text(max_size=20)
)
_VALUES = (
    _TERMS
    | st.text(max_size=40)
    | st.sampled_from(
        ["es", "Spanish", "US-MA", "0", "-2", "9", "1e999", "nan", "9" * 400, "1,000", "42,-71", ",", " ", "\x00", "😀"]
    )
)
PAIRS = st.lists(st.tuples(_NAMES, _VALUES), max_size=12)
"""Fields that our form has, and fields that nobody should send."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | _TERMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*PARTS, *WISH_FIELDS, "amount", "latitude"]) | st.text(max_size=8), inner, max_size=4
        )
    ),
    max_leaves=12,
)

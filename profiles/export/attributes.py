"""Values as attributes of formats that have no place for them, and what such formats still lose."""

from __future__ import annotations

import re
from typing import Any

from profiles.export.cells import tag_or_name
from profiles.export.marks import hidden, lost_marks
from profiles.formats.cells import is_blank
from profiles.formats.own_shape import value_of
from profiles.formats.places import country_of
from profiles.schema import Place, Therapist

STRIPPED = ("credentials", "training", "crisis_between_sessions")
"""Short texts, which readers of cells take without the blanks around them."""


def read_otherwise(therapist: Therapist) -> dict[str, str]:
    """Return the fields that readers of cells make something else of, by the reason.

    These are blanks around a text, a country that only region and postal code tell, and half a position.
    """
    texts = (name for name in STRIPPED if _changes(therapist.value(name, "")))
    places = () if all(map(_is_plain, therapist.places)) else ("place",)
    return dict.fromkeys((*texts, *places), "not_read_back")


def _is_plain(place: Place) -> bool:
    degrees = [one for one in (place.latitude, place.longitude) if one is not None]
    told = place.country or not country_of(place.region, place.postal_code)
    texts = (place.name, place.street, place.city, place.region, place.postal_code, place.country)
    written = all(re.fullmatch(r"-?\d{1,15}\.\d{1,15}", str(one)) for one in degrees)
    return bool(told and len(degrees) in (0, 2) and written and not any(map(_changes, texts)))


def _changes(text: str) -> bool:
    return bool(text) and (text != text.strip() or is_blank(text))


def lost(therapist: Therapist) -> dict[str, str]:
    """Return what formats lose that have attributes for whatever they have no place for, by the reason."""
    about = lost_marks(therapist, ("fictional", "listing", "listed"))
    return {**read_otherwise(therapist), **hidden(therapist), **about}


def written(name: str, value: Any) -> Any:
    """Return a value as such an attribute has it."""
    return [tag_or_name(tag) for tag in value] if name == "reply_languages" else value_of(name, value)

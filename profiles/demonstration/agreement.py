"""Whether a profile states what a passage says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from profiles.demonstration.tables import Passage

Values = Mapping[str, Any]


def _language(values: Values, code: str) -> bool:
    return any(language.tag.split("-")[0] == code for language in values.get("language", ()))


def _profession(values: Values, code: str) -> bool:
    return any(licence.profession == code for licence in values.get("licence", ()))


def _style(values: Values, wanted: str) -> bool:
    """`directiveness:+2` is at least 2 on that side, `directiveness:-2` at least 2 on the other."""
    dimension, _, amount = wanted.partition(":")
    stated = values.get("style", {}).get(dimension, 0)
    return bool(stated >= int(amount) if int(amount) > 0 else stated <= int(amount))


def _fee(values: Values, kind: str) -> bool:
    fee = values.get("fee")
    return fee is not None and (kind != "sliding" or fee.sliding)


_READINGS: Mapping[str, Callable[[Values, str], bool]] = {
    "language": _language,
    "profession": _profession,
    "style": _style,
    "fee": _fee,
    "contact": lambda values, name: name in values,
    "supervised": lambda values, _: values.get("supervised") is True,
}


def states(values: Values, tag: str) -> bool:
    """Whether the facts hold what a tag says.

    >>> states({"practice": ("homework",)}, "practice:homework"), states({}, "practice:homework")
    (True, False)
    >>> states({"style": {"challenge": -2}}, "style:challenge:-1")
    True
    """
    field, _, wanted = tag.partition(":")
    reading = _READINGS.get(field)
    return reading(values, wanted) if reading else wanted in values.get(field, ())


def agrees(values: Values, passage: Passage, as_of: date) -> bool:
    """Whether a profile may carry a passage: what it says is stated, what it denies is not, its gaps can be filled."""
    return (
        all(states(values, tag) for tag in passage.facts)
        and not any(states(values, tag) for tag in passage.without)
        and all(name in gaps(values, as_of) for name in ("city", "years") if "{" + name + "}" in passage.text)
    )


def gaps(values: Values, as_of: date) -> dict[str, str]:
    """Return what fills the gaps of passages: the city of the first place and the years since the first licence."""
    cities = [place.city for place in values.get("place", ())]
    starts = [licence.start for licence in values.get("licence", ()) if licence.start]
    years = (as_of - min(starts)).days // 365 if starts else 0
    found = {"city": cities[0] if cities else "", "years": str(years) if years > 1 else ""}
    return {gap: words for gap, words in found.items() if words}

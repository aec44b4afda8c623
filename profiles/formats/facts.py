"""What the named cells of a row state, by field of a profile."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from profiles.formats import cells, contact, dates, money, numbers, places, spoken
from profiles.formats.cells import Finding, Read
from profiles.formats.licences import licences
from profiles.formats.named import NamedCells
from profiles.identity import read_npi
from profiles.schema import STYLES, Fee, Language, Place

Reader = Callable[[str], Read[Any]]

PLAIN: Mapping[str, Reader] = {
    "credentials": cells.words,
    "training": cells.words,
    "crisis_between_sessions": cells.words,
    "pronouns": cells.words,
    "orientation": cells.words,
    "disability": cells.words,
    "supervised": cells.flag,
    "accepting": cells.accepting,
    "email": contact.email,
    "phone": contact.phone,
    "text": contact.phone,
    "website": contact.web_address,
    "booking_url": contact.web_address,
    "preferred": contact.preferred,
    "replies_within_days": lambda cell: numbers.whole(cell, 0, 365),
}
"""Columns of one value: the field is called like the column."""

LISTS: Mapping[str, tuple[str, ...]] = {
    "specialties": cells.SPECIALTY_FIELDS,
    **{
        name: (name,)
        for name in ("modality", "concern", "population", "age_group", "participants", "insurance", "accessibility")
    },
    **{name: (name,) for name in ("availability", "practice", "qualities", "cultural_background", "faith")},
    **{name: (name,) for name in ("session_format", "therapist_gender")},
}
"""Columns of vocabulary terms, and the fields each term may belong to."""

MOST_QUALITIES = 3
PLACE_TEXTS = {"place_name": "name", "city": "city", "region": "region"}
DEGREES = {"latitude": 90, "longitude": 180}
PLACE_TARGETS = frozenset({*PLACE_TEXTS, *DEGREES, "street", "street_more", "postal_code", "country"})


CELL_ERROR = re.compile(r"\s*#(?:REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|N/A|SPILL!|CALC!|GETTING_DATA)\s*", re.IGNORECASE)
"""What a spreadsheet shows where a formula of it failed."""

GARBLED = re.compile(
    r"\N{REPLACEMENT CHARACTER}|[ÃÂÄÅ][\u0080-\u00bf\u0152-\u0161\u0178-\u017e\u0192\u02c6\u02dc‚-›€™]|â€"
)
"""What letters look like that were read in another encoding than they were written in."""


def stated(row: NamedCells, name: str, npi: str) -> dict[str, Any]:
    """Return what the row states, by field; empty values are left out."""
    _check_cells(row)
    place = _place(row)
    country = place.country if place else ""
    known, interpreter = _languages(row)
    found: dict[str, Any] = _qualities(row, _terms(row))
    if interpreter:
        found["accessibility"] = tuple(dict.fromkeys((*found.get("accessibility", ()), "interpreter")))
    found.update({target: row.value(target, PLAIN[target]) for target in row.filled if target in PLAIN})
    replies = row.value("reply_languages", spoken.languages)
    found.update(
        name=name,
        npi=npi,
        language=known,
        licence=licences(row, country),
        place=(place,) if place else (),
        fee=_fee(row, country),
        next_opening=row.value("next_opening", lambda cell: dates.day(cell, country)),
        style=_style(row),
        bio=_bio(row),
        reply_languages=tuple(one.tag for one in replies.spoken) if replies else (),
    )
    return {field: value for field, value in found.items() if value is not None and value not in ("", (), {})}


def _check_cells(row: NamedCells) -> None:
    """Take out what a spreadsheet could not work out, and tell of texts whose letters were lost on the way."""
    for target, filled in row.filled.items():
        for column, cell in filled:
            if "#" in cell[:9] and CELL_ERROR.fullmatch(cell):
                row.report(Finding("cell_error", cell.strip()), column)
                row.filled[target] = [one for one in row.filled[target] if one[1] != cell]
            elif not cell.isascii() and GARBLED.search(cell):
                row.report(Finding("text_garbled", cell), column)


def name_of(row: NamedCells) -> str:
    """Return the name as it is written, else first and last name, "" without either."""
    for _, cell in row.all("name"):
        return "" if CELL_ERROR.fullmatch(cell) else cell
    return " ".join(cell.strip() for target in ("first_name", "last_name") for _, cell in row.all(target))


def npi_of(row: NamedCells) -> str:
    """Return the NPI of a row, "" where none is stated or its check digit is wrong."""
    for column, cell in row.all("npi"):
        if not cells.is_blank(cell) and not CELL_ERROR.fullmatch(cell):
            number, code = read_npi(re.sub(r"^\s*npi\W*", "", cell, flags=re.IGNORECASE))
            if code:
                row.report(Finding(code, cell), column)
            return number
    return ""


def _terms(row: NamedCells) -> dict[str, tuple[str, ...]]:
    """Return the vocabulary terms of all list columns, by field."""
    found: dict[str, dict[str, None]] = {}
    for target in [target for target in row.filled if target in LISTS]:
        fields = LISTS[target]
        for column, cell in row.all(target):
            for name, code in row.read(column, cells.terms(fields, cell)):
                found.setdefault(name, {})[code] = None
    for column, cell in row.all("telehealth"):
        found.setdefault("session_format", {}).update(dict.fromkeys(row.read(column, cells.session_formats(cell))))
    return {name: tuple(codes) for name, codes in found.items()}


def _qualities(row: NamedCells, found: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    named = found.get("qualities", ())
    if len(named) > MOST_QUALITIES:
        column = row.all("qualities")[0][0]
        row.report(Finding("terms_too_many", ", ".join(named[MOST_QUALITIES:])), column)
        found["qualities"] = named[:MOST_QUALITIES]
    return found


def _languages(row: NamedCells) -> tuple[tuple[Language, ...], bool]:
    levels: dict[str, int | None] = {}
    interpreter = False
    for column, cell in row.all("language"):
        read = row.read(column, spoken.languages(cell))
        interpreter = interpreter or read.interpreter
        for one in read.spoken:
            levels[one.tag] = max(levels.get(one.tag) or 0, one.level or 0) or None
    return tuple(Language(*item) for item in levels.items()), interpreter


def _place(row: NamedCells) -> Place | None:
    region, written = row.text("region"), row.text("postal_code")
    stated = row.value("country", places.country) or ""
    country = stated or places.country_of(region, places.postal_code(written, ""))
    if row.filled.keys().isdisjoint(PLACE_TARGETS):
        return None
    parts: dict[str, Any] = {name: row.text(target) for target, name in PLACE_TEXTS.items()}
    parts["street"] = ", ".join(filter(None, (row.text("street"), row.text("street_more"))))
    parts["postal_code"] = places.postal_code(written, country)
    parts["country"] = country
    for name, end in DEGREES.items():
        parts[name] = row.value(name, lambda cell, end=end: numbers.number(cell, -end, end))  # type: ignore[misc]
    return Place(**parts) if any(value not in ("", None) for value in parts.values()) else None


def _fee(row: NamedCells, country: str) -> Fee | None:
    found = [(column, cell) for target in ("fee", "fee_low", "fee_high") for column, cell in row.all(target)]
    read = [(column, cell, row.read(column, money.amounts(cell))) for column, cell in found]
    known = [(column, cell, ends) for column, cell, ends in read if ends is not None]
    if not known:
        return None
    own = next(filter(None, (money.currency_in(cell) for _, cell, _ in known)), "")
    header = next(filter(None, (column.currency for column, _, _ in known)), "")
    # A code or a sign of one currency in the cell goes first, "$" last: it may be any dollar.
    hints = (own if own != "$" else "", money.currency_in(row.text("currency")), header, own)
    currency = money.settled_currency(hints, country)
    if not currency:
        row.report(Finding("currency_unknown", known[0][1]), known[0][0])
        return None
    return Fee(min(ends[0] for *_, ends in known), max(ends[1] for *_, ends in known), currency)


def _style(row: NamedCells) -> dict[str, int]:
    stated = [name for name in STYLES if f"style_{name}" in row.filled]
    found = {name: row.value(f"style_{name}", lambda cell: numbers.whole(cell, -3, 3)) for name in stated}
    return {name: side for name, side in found.items() if side is not None}


def _bio(row: NamedCells) -> str:
    return "\n\n".join(cell for _, cell in row.all("bio"))

"""What cells say about places: countries, states, postal codes, and where licences are valid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

import pycountry

from profiles.formats.cells import LONGEST_ENTRY, LONGEST_TO_COMPARE, Finding, Read, inverted, is_blank, pieces, table
from profiles.languages import jurisdiction_of, nearest_jurisdictions
from profiles.vocabulary import folded

LONGEST_CODE = 3
"""Letters up to which a text may be the short code of a region, which several countries have."""

_near = lru_cache(maxsize=20_000)(nearest_jurisdictions)


@lru_cache(maxsize=5_000)
def country(cell: str) -> Read[str]:
    """Read a country as ISO 3166-1, "" when it is not stated or not understood."""
    if is_blank(cell):
        return Read("")
    named = inverted("countries").get(folded(cell))
    if named is None:
        try:
            named = pycountry.countries.lookup(cell.strip()).alpha_2
        except LookupError:
            return Read("", (Finding("jurisdiction_unknown", cell),))
    return Read(named)


def us_state(region: str) -> str:
    """Return the ISO 3166-2 code of a state of the US by its name, letters or short form, "" when it is none.

    >>> us_state("MA"), us_state("mass."), us_state("Massachusetts"), us_state("BE")
    ('US-MA', 'US-MA', 'US-MA', '')
    """
    code = inverted("us_states").get(folded(region)) or jurisdiction_of(region, "US") or ""
    return code if code.startswith("US-") else ""


@cache
def _regional() -> Mapping[str, tuple[str, ...]]:
    """Return, by the short code or name of a region, the countries of the table of postal codes that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for region in pycountry.subdivisions:
        if region.country_code in table("postal_codes"):
            names = {region.code.split("-", 1)[1].casefold(), *map(folded, re.split(r"[,/]", region.name))}
            for name in names | set(table("region_names").get(region.code, ())):
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), region.country_code)))
    return found


def _countries_of(region: str) -> tuple[str, ...]:
    return _regional().get(folded(region)) or _regional().get(region.strip().casefold(), ())


@lru_cache(maxsize=20_000)
def country_of(region: str, postal_code: str) -> str:
    """Return the one country that a region and postal code belong to, "" when none is certain.

    >>> country_of("MA", "2101"), country_of("BE", "10115"), country_of("WA", "6000"), country_of("BE", "")
    ('US', 'DE', 'AU', '')
    >>> country_of("Ontario", "m5v 2t6"), country_of("Bayern", "80331"), country_of("", "SW1A 1AA")
    ('CA', 'DE', 'GB')
    """
    patterns = table("postal_codes")
    for country in table("postal_codes_of_their_own")["countries"]:
        if re.fullmatch(patterns[country], postal_code):
            return str(country)
    if len(region) > LONGEST_ENTRY:
        return ""
    states = [us_state(part) for part in re.split(r"\s*[;,/&|]\s*|\s+and\s+", region) if part]
    state = states[0] if states and all(states) else us_state(region)
    if state and (not postal_code or re.fullmatch(patterns["US"], postal_code) or _lost_zero(state, postal_code)):
        return "US"
    fitting = [code for code in _countries_of(region) if re.fullmatch(patterns[code], postal_code)]
    return fitting[0] if len(fitting) == 1 else ""


def _lost_zero(state: str, postal_code: str) -> bool:
    return state in table("leading_zeros")["states"] and bool(re.fullmatch(r"\d{3,4}(-\d{4})?", postal_code))


def postal_code(cell: str, country: str) -> str:
    """Return a postal code as it was before a spreadsheet took it for a number.

    >>> postal_code("2101", "US"), postal_code("2101.0", "US"), postal_code("1010", "AT")
    ('02101', '02101', '1010')
    """
    plain = "" if is_blank(cell) else re.sub(r"^(\d+)\.0$", r"\1", cell.strip())
    if country == "US" and re.fullmatch(r"\d{3,4}(-\d{4})?", plain, re.ASCII):
        first, dash, more = plain.partition("-")
        return first.zfill(5) + dash + more
    return plain


@lru_cache(maxsize=5_000)
def jurisdictions(cell: str, country: str) -> Read[tuple[str, ...]]:
    """Read where licences are valid; two letters are a state of the US unless the row is of another country."""
    found: list[str] = []
    findings: list[Finding] = []
    for text in (part.strip() for piece in pieces(cell) for part in [piece] if not is_blank(piece)):
        whole = len(text) > LONGEST_ENTRY or _jurisdiction(text, country)
        for part in [text] if whole else re.split(r"\s*[,/&]\s*|\s+and\s+", text):
            code = _jurisdiction(part, country)
            if code:
                found.append(code)
            elif part:
                findings.append(Finding("jurisdiction_unknown", part, _near(part[:LONGEST_TO_COMPARE])))
    return Read(tuple(dict.fromkeys(found)), tuple(findings))


def _jurisdiction(text: str, country: str) -> str | None:
    """Return the code of a jurisdiction; what names a region of one country alone is that region."""
    state = us_state(text) if country in ("", "US") else ""
    return state or jurisdiction_of(text, country) or _by_other_name(text)


def _by_other_name(text: str) -> str | None:
    named = inverted("countries").get(folded(text))
    if named:
        return jurisdiction_of(named)
    where = _countries_of(text) if len(text.strip()) > LONGEST_CODE else ()
    return jurisdiction_of(text, where[0]) if len(where) == 1 else None

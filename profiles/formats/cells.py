"""What the cells of a table say: lists of terms, languages, fees, dates, yes and no, ways of contact, places."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Generic, NamedTuple, TypeVar

import pycountry

from profiles.languages import (
    LEVELS,
    jurisdiction_of,
    language_of,
    nearest_jurisdictions,
    nearest_languages,
)
from profiles.schema import Language
from profiles.vocabulary import folded, vocabulary

T_co = TypeVar("T_co", covariant=True)

SPECIALTY_FIELDS = ("concern", "population", "age_group", "participants", "modality")
"""Where a term of a column of specialties may belong, the first that knows it."""

MOST_FEE = 1_000_000
LONGEST_TO_COMPARE = 60
"""A longer text is a sentence: looking for terms like it costs much and finds nothing."""

_HARD = re.compile(r"[;|\n\r•·▪◦‣●]+|(?:^|\s)\*\s")
_COMMA = re.compile(r",(?![^(]*\))")
_SOFT = re.compile(r"\s*[/&+]\s*|\s+(?:and|und|y|et|e)\s+", re.IGNORECASE)


class Finding(NamedTuple):
    """Something not understood, before it is known where: a code of the problem catalogue, the text, what is near."""

    code: str
    value: str
    nearest: tuple[str, ...] = ()


class Read(NamedTuple, Generic[T_co]):
    """What a cell says, and what of it was not understood."""

    value: T_co
    findings: tuple[Finding, ...] = ()


class Languages(NamedTuple):
    """Languages somebody works in, and whether an interpreter is offered: not the same thing."""

    spoken: tuple[Language, ...] = ()
    interpreter: bool = False


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return one table of `headers.toml`."""
    text = (files("profiles.formats") / "headers.toml").read_text(encoding="utf-8")
    part: Mapping[str, Any] = tomllib.loads(text)[name]
    return part


@cache
def _inverted(name: str) -> Mapping[str, str]:
    return {folded(text): key for key, texts in table(name).items() for text in texts}


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(table("words")[name])


def is_blank(cell: str) -> bool:
    """Whether a cell says that nothing is stated: empty, a dash, or words such as "n/a"."""
    return cell.strip().casefold() in _words("not_stated")


def yes_or_no(cell: str) -> bool | None:
    """Return what a cell answers, None where it is neither.

    >>> yes_or_no("Ja"), yes_or_no("✗"), yes_or_no("on request")
    (True, False, None)
    """
    plain = cell.strip().casefold()
    return True if plain in _words("yes") else False if plain in _words("no") else None


def flag(cell: str) -> Read[bool | None]:
    """Read a yes or no."""
    answer = yes_or_no(cell)
    return Read(answer, () if answer is not None or is_blank(cell) else (Finding("term_unknown", cell, ("yes", "no")),))


# ---------------------------------------------------------------- lists


def pieces(cell: str) -> list[str]:
    """Return the parts of a list cell, split at `;`, `|`, lines and bullets."""
    return [plain for part in _HARD.split(cell) if (plain := re.sub(r"^[-–]\s+", "", part.strip()))]


def _known(fields: tuple[str, ...], text: str) -> list[tuple[str, str]]:
    for field in fields:
        code = vocabulary().find(field, text)
        if code is not None:
            return [(field, code)]
    return []


def _all_known(fields: tuple[str, ...], texts: list[str]) -> list[tuple[str, str]]:
    found = [_known(fields, text) for text in texts]
    return [term for terms in found for term in terms] if all(found) else []


def _certain(fields: tuple[str, ...], text: str) -> list[tuple[str, str]]:
    """Return the terms that a text certainly names, whole or as parts that are all known."""
    bracketed = re.fullmatch(r"([^()]+)\(([^()]+)\)", text)
    return (
        _known(fields, text)
        or (_all_known(fields, [bracketed[1], bracketed[2]]) if bracketed else [])
        or _all_known(fields, [part for part in _SOFT.split(text) if part])
    )


def _nearest(fields: tuple[str, ...], text: str) -> tuple[str, ...]:
    if len(text) > LONGEST_TO_COMPARE:
        return ()
    return tuple(dict.fromkeys(near for field in fields for near in vocabulary().nearest(field, text)))[:3]


def _read_piece(fields: tuple[str, ...], text: str) -> Iterator[tuple[str, str] | Finding]:
    if found := _certain(fields, text):
        yield from found
        return
    parts = [part.strip() for part in _COMMA.split(text) if part.strip()]
    if len(parts) > 1:
        for part in parts:
            yield from _read_piece(fields, part)
    elif not is_blank(text):
        yield Finding("term_unknown", text, _nearest(fields, text))


@lru_cache(maxsize=20_000)
def terms(fields: tuple[str, ...], cell: str) -> Read[tuple[tuple[str, str], ...]]:
    """Read a list cell as (field, code) pairs, each term under the first of `fields` that knows it."""
    if is_blank(cell):
        return Read(())
    found: list[tuple[str, str] | Finding] = [*_known(fields, cell)]
    found = found or [item for piece in pieces(cell) for item in _read_piece(fields, piece)]
    known = dict.fromkeys(item for item in found if not isinstance(item, Finding))
    return Read(tuple(known), tuple(item for item in found if isinstance(item, Finding)))


def session_formats(cell: str) -> Read[tuple[str, ...]]:
    """Read a column that asks about telehealth: a yes or no, or what is offered."""
    known: Mapping[str, list[str]] = table("telehealth")
    answer = {True: "yes", False: "no", None: folded(cell)}[yes_or_no(cell)]
    if answer in known:
        return Read(tuple(known[answer]))
    read = terms(("session_format",), cell)
    return Read(tuple(code for _, code in read.value), read.findings)


def accepting(cell: str) -> Read[str | None]:
    """Read whether new clients are taken; what is not understood is not stated."""
    if is_blank(cell):
        return Read(None)
    code = vocabulary().find("accepting", cell)
    answer = None if cell.strip().casefold() == "x" else yes_or_no(cell)
    if code is None and answer is not None:
        code = "accepting" if answer else "full"
    return Read(code, () if code else (Finding("accepting_unknown", cell, vocabulary().nearest("accepting", cell)),))


# ---------------------------------------------------------------- languages


def _language(text: str) -> str | None:
    plain = text.strip()
    # A directory that writes tags writes "no" for Norwegian in small letters; "No" is an answer.
    if (plain.casefold() in _words("no_language") and plain != "no") or re.fullmatch(r"[A-Za-z]?", plain):
        return None
    tag = language_of(plain)
    if tag is not None:
        return tag
    shorter = re.sub(r"\s+(?:language|sprache)$", "", plain, flags=re.IGNORECASE)
    return None if shorter == plain else _language(shorter)


@cache
def _levels() -> Mapping[str, int | None]:
    own = table("levels")
    by_number = {50: own["five"], 40: own["four"], 20: own["two"], 10: own["one"]}
    levels: dict[str, int | None] = {folded(word): level for level, words in by_number.items() for word in words}
    return {**levels, **dict.fromkeys(own["none_stated"]), **{folded(word): level for word, level in LEVELS.items()}}


def _level(text: str) -> tuple[int | None] | None:
    """Return the level that a text states in a tuple, (None,) for "spoken", or None when it is no level."""
    plain = re.sub(r"^(?:ilr|level|cefr)\s+", "", folded(text))
    if re.fullmatch(r"[1-5]|[1-4]\d|50", plain, re.ASCII):
        return (int(plain) * (10 if len(plain) == 1 else 1),)
    return (_levels()[plain],) if plain in _levels() else None


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to part a name from a remark on it: brackets, a colon or dash, the last or first word."""
    for pattern in (
        r"([^(]+)[(\[]([^()]+)[)\]]",
        r"([^:]+):(.+)",
        r"(.+?)\s+[-–—]\s+(.+)",
        r"(.+)\s(\S+)",
        r"(.+?)\s(\S+\s\S+)",
    ):
        if found := re.fullmatch(pattern, text.strip()):
            yield found[1].strip(), found[2].strip()
    if found := re.fullmatch(r"(\S+)\s(?:in\s)?(.+)", text.strip()):
        yield found[2], found[1]


def _with_remark(name: str, remark: str) -> list[Language]:
    tag, level = _language(name), _level(remark)
    if tag is None:
        return []
    if level is not None:
        return [Language(tag, level[0])]
    inner = [_language(part) for part in _COMMA.split(_SOFT.sub(",", remark))]
    narrower = [_narrower(tag, found) for found in inner if found]
    if len(narrower) == len(inner) and all(narrower):
        return [Language(found) for found in narrower if found]
    region = country(remark).value
    return [Language(f"{tag}-{region}")] if region and "-" not in tag else []


def _narrower(outer: str, inner: str) -> str | None:
    """Return which of two names for one language says more: "Chinese (Cantonese)"; None for two languages."""
    broader = table("broader_languages")
    if inner == outer or inner in broader.get(outer, ()):
        return inner
    return outer if outer in broader.get(inner, ()) else None


def _one_language(text: str) -> list[Language]:
    tag = _language(text)
    if tag is not None:
        return [Language(tag)]
    return next(filter(None, (_with_remark(name, remark) for name, remark in _splits(text))), [])


def _names_interpreter(text: str) -> bool:
    return not _words("interpreter").isdisjoint(folded(text).split())


@lru_cache(maxsize=20_000)
def languages(cell: str) -> Read[Languages]:
    """Read the languages of a cell, each with its level where one is stated; one without a certain reading is told."""
    found: dict[str, int | None] = {}
    findings: list[Finding] = []
    interpreter = False
    for text in (part.strip() for piece in pieces(cell) for part in _COMMA.split(piece) if part.strip(" -–—")):
        if _names_interpreter(text):
            interpreter = True
            continue
        for part in [text] if is_blank(text) or _one_language(text) else [part for part in _SOFT.split(text) if part]:
            spoken = _one_language(part)
            if not spoken:
                findings.append(Finding("language_unknown", part, nearest_languages(part[:LONGEST_TO_COMPARE])))
            for one in spoken:
                found[one.tag] = max(found.get(one.tag) or 0, one.level or 0) or None
    return Read(Languages(tuple(Language(*item) for item in found.items()), interpreter), tuple(findings))


# ---------------------------------------------------------------- places


@lru_cache(maxsize=5_000)
def country(cell: str) -> Read[str]:
    """Read a country as ISO 3166-1, "" when it is not stated or not understood."""
    if is_blank(cell):
        return Read("")
    named = _inverted("countries").get(folded(cell))
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
    code = _inverted("us_states").get(folded(region)) or jurisdiction_of(region, "US") or ""
    return code if code.startswith("US-") else ""


@cache
def _regional() -> Mapping[str, tuple[str, ...]]:
    """Return, by the short code of a region, the countries of the table of postal codes that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for region in pycountry.subdivisions:
        if region.country_code in table("postal_codes"):
            short = region.code.split("-", 1)[1]
            found[short] = (*found.get(short, ()), region.country_code)
    return found


@lru_cache(maxsize=20_000)
def country_of(region: str, postal_code: str) -> str:
    """Return the one country that a region and postal code belong to, "" when none is certain.

    >>> country_of("MA", "2101"), country_of("BE", "10115"), country_of("WA", "6000"), country_of("BE", "")
    ('US', 'DE', 'AU', '')
    """
    patterns = table("postal_codes")
    state = us_state(region)
    if state and (not postal_code or re.fullmatch(patterns["US"], postal_code) or _lost_zero(state, postal_code)):
        return "US"
    fitting = [code for code in _regional().get(region.upper(), ()) if re.fullmatch(patterns[code], postal_code)]
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
        whole = _jurisdiction(text, country)
        for part in [text] if whole else re.split(r"\s*[,/&]\s*|\s+and\s+", text):
            code = _jurisdiction(part, country)
            if code:
                found.append(code)
            elif part:
                findings.append(Finding("jurisdiction_unknown", part, nearest_jurisdictions(part[:LONGEST_TO_COMPARE])))
    return Read(tuple(dict.fromkeys(found)), tuple(findings))


def _jurisdiction(text: str, country: str) -> str | None:
    return (us_state(text) if country in ("", "US") else "") or jurisdiction_of(text, country)


# ---------------------------------------------------------------- numbers, dates, money


def _decimal(text: str) -> Decimal | None:
    """Return a number written with either decimal sign, None when it is none.

    >>> [str(_decimal(text)) for text in ("1,200.00", "85,50", "1.200", "1.200,50", "1 200", "12.5", "1,2,3")]
    ['1200.00', '85.50', '1200', '1200.50', '1200', '12.5', 'None']
    """
    plain = re.sub(r"[\s'’]", "", text)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d{1,2})?|\d+(\.\d{1,2})?", plain, re.ASCII):
        return Decimal(plain.replace(",", ""))
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d{1,2})?|\d+,\d{1,2}", plain, re.ASCII):
        return Decimal(plain.replace(".", "").replace(",", "."))
    return None


@cache
def _currencies() -> frozenset[str]:
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)


@cache
def _currency_marks() -> re.Pattern[str]:
    marks = "|".join(map(re.escape, sorted(table("currency_symbols"), key=len, reverse=True)))
    return re.compile(rf"(?<![^\W\d_])(?:{marks})(?![^\W\d_])", re.IGNORECASE)


@lru_cache(maxsize=5_000)
def currency_in(text: str) -> str:
    """Return the currency a text names: an ISO code, or by symbol; "$" where the symbol says no more; "" for none."""
    for word in re.findall(r"\b[A-Za-z]{3}\b", text):
        if word.upper() in _currencies() and (word.isupper() or len(text.strip()) == len(word)):
            return str(word.upper())
    found = _currency_marks().search(text)
    return str(table("currency_symbols").get(found[0].casefold(), "")) if found else ""


@cache
def currency_of_country(country: str) -> str:
    """Return the currency of a country, "" for one that the table lacks."""
    by_currency: Mapping[str, list[str]] = table("country_currencies")
    return next((currency for currency, countries in by_currency.items() if country in countries), "")


def settled_currency(hints: Iterable[str], country: str) -> str:
    """Return the currency that the first of `hints` says; a bare "$" is that of the country, else of the US."""
    for hint in filter(None, hints):
        if hint != "$":
            return hint
        return currency_of_country(country) if country in table("dollar_countries")["codes"] else "USD"
    return currency_of_country(country)


_UNIT = r"(?:hour|hr|h|session|sess|sitzung|stunde|std|sesi[óo]n|hora|s[ée]ance|\d+\s*-?\s?min\w*)"
_FEE_WORDS = re.compile(
    rf"(?:/|\b(?:per|an?|pro|por|par|je)\s)\s*{_UNIT}\b\.?|\bsliding(?:[\s-]scale)?\b"
    r"|\bescala m[óo]vil\b|\bgestaffelt\b|[()\[\]]|,-|\.-",
    re.IGNORECASE,
)


@lru_cache(maxsize=5_000)
def amounts(cell: str) -> Read[tuple[int, int] | None]:
    """Read a fee as whole cents of its lowest and highest amount.

    >>> [amounts(text).value for text in ("$1,200.00", "85,50", "120/hr", "Free", "80-150 sliding", "ask")]
    [(120000, 120000), (8550, 8550), (12000, 12000), (0, 0), (8000, 15000), None]
    """
    plain = cell.strip().casefold()
    if plain in _words("free"):
        return Read((0, 0))
    code = currency_in(cell)
    bare = re.sub(rf"\b{code}\b", " ", cell, flags=re.IGNORECASE) if code.isalpha() else cell
    bare = _FEE_WORDS.sub(" ", _currency_marks().sub(" ", bare)).strip(" ,.;:")
    found = [_decimal(part) for part in re.split(r"\s*(?:[-–—]|\bto\b|\bbis\b|\ba\b)\s*", bare.strip())]
    if not 1 <= len(found) <= 2 or None in found:
        return Read(None, () if is_blank(cell) else (Finding("number_unreadable", cell),))
    numbers = sorted(int(number * 100) for number in found if number is not None)
    if numbers[-1] > MOST_FEE * 100:
        return Read(None, (Finding("number_out_of_range", cell),))
    return Read((numbers[0], numbers[-1]))


def number(cell: str, low: float, high: float) -> Read[float | None]:
    """Read a number between two ends."""
    if is_blank(cell):
        return Read(None)
    plain = cell.strip().replace("−", "-")
    if not re.fullmatch(r"[+-]?\d{1,15}([.,]\d{1,15})?", plain, re.ASCII):
        return Read(None, (Finding("number_unreadable", cell),))
    value = float(plain.replace(",", "."))
    return Read(value) if low <= value <= high else Read(None, (Finding("number_out_of_range", cell),))


def whole(cell: str, low: int, high: int) -> Read[int | None]:
    """Read a whole number between two ends; "2 days" is two."""
    read = number(re.sub(r"\s*(?:days?|tagen?|d[ií]as?)$", "", cell, flags=re.IGNORECASE), low, high)
    if read.value is None:
        return Read(None, read.findings)
    return Read(int(read.value)) if read.value.is_integer() else Read(None, (Finding("number_unreadable", cell),))


@cache
def _months() -> Mapping[str, int]:
    return {word: number for number, line in enumerate(table("months")["names"], start=1) for word in line.split()}


def _year_month_day(cell: str, country: str) -> tuple[int, int, int] | None:
    plain = re.sub(r"[T\s]\d{1,2}:\d\d.*$", "", cell.strip().casefold(), flags=re.IGNORECASE)
    if found := re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", plain, re.ASCII):
        return int(found[1]), int(found[3]), int(found[4])
    if found := re.fullmatch(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", plain, re.ASCII):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] == "." or first > 12 or (country not in ("", "US") and second <= 12):
            return year, second, first
        return (year, first, second) if country == "US" or second > 12 or first == second else None
    words = re.findall(r"[^\W\d_]+|\d+", plain)
    names = [_months()[word] for word in words if word in _months()]
    digits = [word for word in words if word.isdecimal()]
    extra = [
        word for word in words if not word.isdecimal() and word not in _months() and word not in ("de", "of", "th")
    ]
    if len(names) == 1 and sorted(map(len, digits)) in ([1, 4], [2, 4]) and not extra:
        day, year = sorted(digits, key=len)
        return int(year), names[0], int(day)
    return None


@lru_cache(maxsize=5_000)
def day(cell: str, country: str = "") -> Read[date | None]:
    """Read a date; one that two customs read as two days is not read unless the country settles it.

    >>> day("2026-01-31").value, day("4.3.2026").value, day("03/04/2026").value, day("03/04/2026", "US").value
    (datetime.date(2026, 1, 31), datetime.date(2026, 3, 4), None, datetime.date(2026, 3, 4))
    """
    if is_blank(cell):
        return Read(None)
    found = _year_month_day(cell, country)
    try:
        return Read(date(*found)) if found else Read(None, (Finding("date_unreadable", cell),))
    except ValueError:
        return Read(None, (Finding("date_unreadable", cell),))


# ---------------------------------------------------------------- contact


def email(cell: str) -> Read[str | None]:
    """Read an address for mail."""
    plain = re.sub(r"^mailto:", "", cell.strip(), flags=re.IGNORECASE)
    return _contact(cell, plain, bool(re.fullmatch(r"[^\s@<>\",;]+@[^\s@<>\",;]+\.[^\s@<>\",;.]+", plain)))


def phone(cell: str) -> Read[str | None]:
    """Read a telephone number, kept as it is written."""
    plain = cell.strip()
    digits = sum(char.isdecimal() for char in plain)
    return _contact(
        cell, plain, 5 <= digits <= 20 and bool(re.fullmatch(r"[\d\s()+./\-–]+(?:(?:ext|x)\.?\s*\d+)?", plain))
    )


def web_address(cell: str) -> Read[str | None]:
    """Read an address on the web; only http and https, since pages make links of it."""
    plain = cell.strip()
    full = plain if re.match(r"https?://", plain, re.IGNORECASE) else f"https://{plain}"
    return _contact(
        cell,
        full,
        bool(
            re.fullmatch(r"https?://[^\s/@<>\":]+\.[^\s/@<>\":.]{2,}(?::\d+)?([/?#][^\s<>\"]*)?", full, re.IGNORECASE)
        ),
    )


def preferred(cell: str) -> Read[str | None]:
    """Read which way of contact is liked best."""
    way = _inverted("preferred").get(folded(cell), "")
    return _contact(cell, way, bool(way))


def _contact(cell: str, value: str, valid: bool) -> Read[str | None]:
    if is_blank(cell):
        return Read(None)
    return Read(value) if valid else Read(None, (Finding("contact_invalid", cell),))


def words(cell: str) -> Read[str | None]:
    """Read a short text, without the blanks around it."""
    return Read(None if is_blank(cell) else cell.strip())


def consent(cell: str, column: str) -> str | None:
    """Return the basis a cell gives: its own words, the column for a plain yes, "" for no, None for nothing."""
    plain = cell.strip().casefold()
    if is_blank(cell):
        return None
    if yes_or_no(cell) is False or any(plain.startswith(word) for word in _words("unconsented")):
        return ""
    return column.strip() if yes_or_no(cell) else cell.strip()

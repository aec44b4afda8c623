"""Languages and jurisdictions: what a cell or a wish says, as BCP 47 tags and ISO 3166 codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import langcodes
import pycountry
from langcodes.tag_parser import LanguageTagError

from profiles.language_names import (
    UNCERTAIN,
    code_of_name,
    is_clear,
    is_common,
    name_key,
    names_to_compare,
    own_names,
    own_tags,
    subtag_of_name,
)
from profiles.schema import Language
from profiles.vocabulary import folded, nearest

# Codes that say of no one language which it is.
NO_ONE_LANGUAGE = frozenset({"und", "mul", "zxx", "mis", "art"})

# Codes of small languages that are words of their own in a cell.
_WORDS = (
    "yes any all nil nan non not nor and are but for his her him she the was you our own via one two new old day"
    " ask aka etc tba tbd see low out off few fun lot mix kid gay"
)
NO_LANGUAGE = frozenset(_WORDS.split())

# Aliases of CLDR, or newer than the library's tables: directories and clients tell them apart.
KEPT: Mapping[str, str] = {
    "tl": "tl", "tgl": "tl", "sh": "sh", "hbs": "sh", "prs": "prs", "fat": "fat", "mo": "ro", "mol": "ro",
    "tok": "tok", "cnr": "cnr",
}  # fmt: skip

# The language that stands for a group in every list, by the group's tag.
USUAL: Mapping[str, str] = {
    "cmn": "zh", "arb": "ar", "pes": "fa", "swh": "sw", "zsm": "ms", "ekk": "et", "lvs": "lv", "als": "sq",
    "npi": "ne", "ory": "or", "uzn": "uz", "azj": "az", "khk": "mn", "ydd": "yi", "ajp": "apc", "plt": "mg",
    "gax": "om", "fuc": "ff", "knn": "kok", "quz": "qu", "gug": "gn", "ayr": "ay",
}  # fmt: skip

# Two tags for what everybody takes for one language.
ALIKE: Mapping[str, str] = {"fil": "tl"}

# Countries that license by region only: the country alone says nothing about where someone may work.
LICENSED_BY_REGION = frozenset({"US", "CA"})


def _valid(tag: str) -> str | None:
    try:
        standard = langcodes.standardize_tag(tag)
        known = langcodes.Language.get(standard)
    except LanguageTagError:
        return None
    return standard if known.is_valid() and known.language not in {None, *NO_ONE_LANGUAGE} else None


@lru_cache(maxsize=10_000)
def tag_of(text: str) -> str | None:
    """Return the BCP 47 tag that `text` is, normalised, or None when it is no valid tag.

    >>> tag_of("spa"), tag_of("pt-br"), tag_of("tgl"), tag_of("cmn-Hant"), tag_of("fa-AF"), tag_of("Spanish")
    ('es', 'pt-BR', 'tl', 'zh-Hant', 'prs', None)
    """
    plain = text.strip().replace("_", "-")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", plain):
        return None
    first, dash, more = plain.partition("-")
    if first.casefold() in KEPT:
        kept = KEPT[first.casefold()]
        rest = _valid(f"en-{more}") if dash else "en"
        return None if rest is None else rest.replace("en", kept, 1)
    tag = _valid(plain)
    if tag is None:
        return None
    first, dash, more = tag.partition("-")
    return {"fa-AF": "prs"}.get(tag, USUAL.get(first, first) + dash + more)


def language_of(text: str) -> str | None:
    """Return the tag of a language named by code, name or autonym, or None without a certain reading.

    A name is looked up whole. A short code goes before a name, unless it is written like one: "GA" is Irish, "Ga" is
    spoken in Ghana.

    >>> language_of("Spanish"), language_of("español"), language_of("yue"), language_of("Klingonese")
    ('es', 'es', 'yue', None)
    >>> language_of("Portuguese (Brazil)"), language_of("Spanisch (Mexiko)"), language_of("English (London)")
    ('pt-BR', 'es-MX', None)
    >>> language_of("GA"), language_of("Ga"), language_of("BSL"), language_of("ISL"), language_of("isl")
    ('ga', 'gaa', 'bfi', None, 'is')
    """
    plain = text.strip()
    if plain.casefold() in NO_LANGUAGE:
        return None
    if re.fullmatch(r"[A-Za-z]{2,3}", plain):
        return _of_few_letters(plain)
    code = code_of_name(plain)
    if code is None:
        return tag_of(plain) or _of_a_place(plain)
    return None if code == UNCERTAIN else tag_of(code)


def _of_a_place(text: str) -> str | None:
    """Read a name as `language_name` writes it: the language, then a script or a country in brackets."""
    found = re.fullmatch(r"([^()]+) \((.+)\)", text)
    code = code_of_name(found[1]) if found else None
    if found is None or code in (None, UNCERTAIN):
        return None
    subtags = [subtag_of_name(part) for part in found[2].split(", ")]
    return tag_of("-".join([str(code), *map(str, subtags)])) if all(subtags) else None


def _of_few_letters(text: str) -> str | None:
    own, code = own_names().get(name_key(text)), tag_of(text)
    if own is not None and not (code and text.islower() and (own == UNCERTAIN or is_common(text))):
        return None if own == UNCERTAIN else tag_of(own)
    name = code_of_name(text)
    named = tag_of(name) if name and name != UNCERTAIN and is_clear(text) else None
    if text.istitle() and named:
        return named
    return code if code and _is_code(text, code) else named


def _is_code(text: str, tag: str) -> bool:
    """Whether two or three letters are rather a code than a word or a short form of something else."""
    if len(text) == 2 or len(tag) == 2:
        return True
    return not text.istitle() and (is_common(text) or (text.islower() and tag in own_tags()))


@cache
def _nearest_names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is compared, and the name each stands for."""
    names = names_to_compare()
    return tuple(names), tuple(names.values())


def nearest_languages(text: str, n: int = 3) -> tuple[str, ...]:
    """Return up to `n` names of languages that look like `text`.

    >>> nearest_languages("Spansih", 1), nearest_languages("Mandrin", 1)
    (('Spanish',), ('Mandarin',))
    """
    keys, names = _nearest_names()
    return tuple(dict.fromkeys(names[at] for at in nearest(name_key(text), keys, 4 * n, 0.7)))[:n]


def language_name(tag: str, locale: str = "en") -> str:
    """Return the name of a language in `locale`, such as "Portuguese (Brazil)"."""
    return langcodes.Language.get(tag).display_name(locale)


def meets_range(tag: str, wanted: str) -> bool:
    """Whether `tag` is `wanted` or one of its subtags (RFC 4647 basic filtering); Filipino and Tagalog are one.

    >>> meets_range("es-MX", "es"), meets_range("yue", "zh"), meets_range("es", "es-MX"), meets_range("fil", "tl")
    (True, False, False, True)
    """
    spoken, asked = (ALIKE.get(one.casefold(), one.casefold()) for one in (tag, wanted))
    return spoken == asked or spoken.startswith(asked + "-")


@cache
def _regions() -> dict[str, str]:
    """Return codes by what names them for certain: a code, a country, or a state of the US of no country's name."""
    readings: dict[str, str] = {}
    for country in pycountry.countries:
        if country.alpha_2 not in LICENSED_BY_REGION:
            for name in (country.alpha_2.casefold(), country.alpha_3.casefold(), folded(country.name)):
                readings[name] = country.alpha_2
    for region in pycountry.subdivisions:
        readings[region.code.casefold()] = region.code
        if region.country_code == "US":
            other = readings.get(folded(region.name), "")  # a territory has a country's code too and stays certain
            readings[folded(region.name)] = "" if other and region.code != f"US-{other}" else region.code
    return {name: code for name, code in readings.items() if code}


@cache
def _regions_of(country: str) -> dict[str, str]:
    """Return codes by name and by the short code within one country."""
    inside = [region for region in pycountry.subdivisions if region.country_code == country]
    return {name: one.code for one in inside for name in (folded(one.name), one.code.partition("-")[2].casefold())}


def jurisdiction_of(text: str, country: str = "") -> str | None:
    """Return the ISO 3166-2 code (or ISO 3166-1 where a country licenses as a whole) that `text` names.

    Args:
        text: `US-MA`, `Massachusetts`, `Germany`, `DE`; with `country`, also `MA`.
        country: ISO 3166-1 alpha-2 that regions are read in first, "" for none.

    >>> jurisdiction_of("US-MA"), jurisdiction_of("Massachusetts"), jurisdiction_of("MA", "US"), jurisdiction_of("US")
    ('US-MA', 'US-MA', 'US-MA', None)
    >>> jurisdiction_of("Georgia"), jurisdiction_of("Georgia", "US"), jurisdiction_of("GE")
    (None, 'US-GA', 'GE')
    """
    plain = text.strip()
    names = _regions_of(country) if country else {}
    for readings in (names, _regions()):
        if code := readings.get(plain.casefold()) or readings.get(folded(plain)):
            return code
    return None


def nearest_jurisdictions(text: str, n: int = 3) -> tuple[str, ...]:
    """Return up to `n` codes that look like `text`."""
    readings = tuple(_regions())
    close = nearest(text.strip().casefold(), readings, 3 * n, 0.6)
    return tuple(dict.fromkeys(_regions()[readings[at]] for at in close))[:n]


def jurisdiction_name(code: str) -> str:
    """Return the English name of a jurisdiction, its code where it has none."""
    # the library types one of its two tables only
    region: Any = pycountry.subdivisions.get(code=code) or pycountry.countries.get(alpha_2=code)  # type: ignore[no-untyped-call]
    return code if region is None else str(region.name)


def covers(jurisdiction: str, wanted: str) -> bool:
    """Whether a licence for `jurisdiction` is one for `wanted`: the same, or the whole country that holds it.

    >>> covers("US-MA", "US-MA"), covers("DE", "DE-BE"), covers("DE-BE", "DE")
    (True, True, False)
    """
    return jurisdiction == wanted or (len(jurisdiction) == 2 and wanted.startswith(jurisdiction + "-"))


# Letters and small words that tell apart the languages that profiles are mostly written in.
_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("ar", r"[\u0600-\u06ff]"),
    ("he", r"[\u0590-\u05ff]"),
    ("ru", r"[\u0400-\u04ff]"),
    ("ja", r"[\u3040-\u30ff]"),
    ("ko", r"[\uac00-\ud7af]"),
    ("zh", r"[\u4e00-\u9fff]"),
)
_SMALL_WORDS: dict[str, frozenset[str]] = {
    tag: frozenset(words.split())
    for tag, words in (
        ("en", "the and of to with you your is are we my for that not people work"),
        ("es", "el la los las de y que con para una un es su mi sus en no yo trabajo personas"),
        ("de", "der die das und ich mit sie nicht ist ein eine zu auf wir menschen arbeite in den"),
        ("fr", "le la les des et vous je avec pour une un est dans que nous votre ne pas mon"),
        ("pt", "o a os as de e que com para uma um é não eu você trabalho pessoas em seu sua"),
    )
}


def language_of_text(text: str, spoken: tuple[Language, ...] = ()) -> str | None:
    """Return the language a line is written in, None when it can't be told.

    Args:
        text: a sentence or two.
        spoken: languages of the writer; a script shared by several is read as one of these.
    """
    for tag, letters in _SCRIPTS:
        if re.search(letters, text):
            near = (language.tag for language in spoken if _same_script(language.tag, tag))
            return next(near, tag)
    words = re.findall(r"\w+", text.casefold())
    counts = {tag: sum(word in known for word in words) for tag, known in _SMALL_WORDS.items()}
    best = max(counts, key=lambda tag: counts[tag])
    return best if counts[best] >= 2 and counts[best] > sorted(counts.values())[-2] else None


def _same_script(tag: str, other: str) -> bool:
    written: tuple[str | None, ...] = tuple(langcodes.Language.get(one).maximize().script for one in (tag, other))
    return written[0] == written[1]

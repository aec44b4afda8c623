"""Languages and jurisdictions: what a cell or a wish says, as BCP 47 tags and ISO 3166 codes."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from functools import cache
from typing import Any

import langcodes
import pycountry
from langcodes.tag_parser import LanguageTagError
from language_data import names as language_names

from profiles.schema import Language
from profiles.vocabulary import folded

# Names that the library's data lacks or reads as something else; a name with no certain reading stands nowhere here.
NAMES: dict[str, str] = {
    "mandarin": "zh",
    "mandarin chinese": "zh",
    "putonghua": "zh",
    "普通话": "zh",
    "普通話": "zh",
    "國語": "zh",
    "中文": "zh",
    "cantonese": "yue",
    "廣東話": "yue",
    "广东话": "yue",
    "粵語": "yue",
    "farsi": "fa",
    "dari": "prs",
    "tagalog": "tl",
    "filipino": "fil",
    "haitian creole": "ht",
    "kreyol": "ht",
    "kreyòl": "ht",
    "asl": "ase",
    "american sign language": "ase",
    "bsl": "bfi",
    "british sign language": "bfi",
    "auslan": "asf",
    "lsf": "fsl",
    "french sign language": "fsl",
    "dgs": "gsg",
    "german sign language": "gsg",
    "lsm": "mfs",
    "mexican sign language": "mfs",
    "sign language": "sgn",
    "brazilian portuguese": "pt-BR",
    "european portuguese": "pt-PT",
    "castellano": "es",
    "castilian": "es",
    "flemish": "nl-BE",
    "portuguese brazil": "pt-BR",
    "quebec french": "fr-CA",
    "sasl": "sfs",
    "south african sign language": "sfs",
    "te reo maori": "mi",
    "te reo māori": "mi",
    "maori": "mi",
    "serbo croatian": "sh",
    "swahili": "sw",
    "kiswahili": "sw",
}

# Codes of small languages that are words of their own in a cell.
NO_LANGUAGE = frozenset({"yes", "any", "all", "nil", "nan", "non"})

# ILR levels times ten by the words and CEFR codes that directories use.
LEVELS: dict[str, int] = {
    "a1": 10,
    "a2": 10,
    "b1": 20,
    "b2": 30,
    "c1": 40,
    "c2": 50,
    "native": 50,
    "mother tongue": 50,
    "bilingual": 50,
    "fluent": 40,
    "professional": 30,
    "working proficiency": 30,
    "conversational": 20,
    "intermediate": 20,
    "limited": 20,
    "basic": 10,
    "elementary": 10,
    "beginner": 10,
}

# Countries that license by region only: the country alone says nothing about where someone may work.
LICENSED_BY_REGION = frozenset({"US", "CA"})


def _valid(tag: str) -> str | None:
    try:
        standard = langcodes.standardize_tag(tag)
    except LanguageTagError:
        return None
    known = langcodes.Language.get(standard)
    return standard if known.is_valid() and known.language else None


def tag_of(text: str) -> str | None:
    """Return the BCP 47 tag that `text` is, normalised, or None when it is no valid tag.

    >>> tag_of("spa"), tag_of("pt-br"), tag_of("Spanish")
    ('es', 'pt-BR', None)
    """
    if not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", text.strip()):
        return None
    tag = _valid(text.strip().replace("_", "-"))
    return None if tag is None else re.sub(r"^cmn(?=$|-)", "zh", tag)


def language_of(text: str) -> str | None:
    """Return the tag of a language named by code, name or autonym, or None without a certain reading.

    A name is looked up whole: the library's own search takes the beginning of a text for the name of a language.

    >>> language_of("Spanish"), language_of("español"), language_of("yue"), language_of("Klingonese")
    ('es', 'es', 'yue', None)
    """
    name = folded(unicodedata.normalize("NFC", text))
    if name in NO_LANGUAGE:
        return None
    if name in NAMES:
        return NAMES[name]
    return tag_of(text) or _named(name)


def _named(name: str) -> str | None:
    plain = language_names.normalize_name(name)
    for locale in ("en", "und"):
        code = language_names.name_to_code("language", plain, locale)  # opens the table of this locale
        if code and plain in language_names.TRIES[f"{locale}/name_to_language"]:
            return _valid(code)
    return None


@cache
def _language_names() -> tuple[str, ...]:
    return tuple(language.name for language in pycountry.languages if getattr(language, "alpha_2", None))


def nearest_languages(text: str, n: int = 3) -> tuple[str, ...]:
    """Return up to `n` names of languages that look like `text`."""
    return tuple(get_close_matches(text.strip().title(), _language_names(), n=n, cutoff=0.6))


def language_name(tag: str, locale: str = "en") -> str:
    """Return the name of a language in `locale`, such as "Portuguese (Brazil)"."""
    return langcodes.Language.get(tag).display_name(locale)


def meets_range(tag: str, wanted: str) -> bool:
    """Whether `tag` is `wanted` or one of its subtags (RFC 4647 basic filtering).

    >>> meets_range("es-MX", "es"), meets_range("yue", "zh"), meets_range("es", "es-MX")
    (True, False, False)
    """
    return tag.casefold() == wanted.casefold() or tag.casefold().startswith(wanted.casefold() + "-")


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
    close = get_close_matches(text.strip().casefold(), _regions(), n=3 * n, cutoff=0.6)
    return tuple(dict.fromkeys(_regions()[reading] for reading in close))[:n]


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

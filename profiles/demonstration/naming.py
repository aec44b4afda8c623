"""Names of people who do not exist, and addresses that reach nobody."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from faker import Faker

from profiles.demonstration.draft import Dice, Draft
from profiles.demonstration.tables import table

SIGNED = frozenset({"ase", "bfi", "gsg", "ssp", "mfs"})
"""Sign languages somebody works in; they lend nobody a name."""

_PLAIN = str.maketrans({"ł": "l", "đ": "d", "ß": "ss", "ı": "i", "ø": "o", "æ": "ae"})


class Namer:
    """Makes names from what is stated, a background or a language worked in; nothing is ever read off a name."""

    def __init__(self, dice: Dice, seed: int) -> None:
        self._dice = dice
        self._seed = seed
        self._fakers: dict[str, Faker] = {}

    def name(self, draft: Draft) -> str:
        """Return a name for a draft."""
        names = table("names")
        code = self._code(draft, names["by_background"])
        gender = draft.values.get("therapist_gender", ("",))[0]
        if code in names["lists"]:
            rows = names["lists"][code]
            return f"{self._dice.one(rows.get(gender) or rows['female'] + rows['male'])} {self._dice.one(rows['last'])}"
        faker = self._faker(self._dice.one(names["locales"].get(code, names["locales"]["en"])))
        first = {"female": faker.first_name_female, "male": faker.first_name_male}.get(gender, faker.first_name)
        name = f"{first()} {_family(faker)}"
        return unicodedata.normalize("NFC", f"{name}-{_family(faker)}" if self._dice.chance(0.06) else name)

    def _code(self, draft: Draft, by_background: Mapping[str, str]) -> str:
        for background in draft.values.get("cultural_background", ()):
            if background in by_background:
                return by_background[background]
        spoken = [code for code in draft.tongues if code not in SIGNED] or ["en"]
        code = spoken[-1] if self._dice.chance(0.6) else spoken[0]
        return "plain" if code == "en" and "cultural_background" in draft.values else code

    def _faker(self, locale: str) -> Faker:
        if locale not in self._fakers:
            self._fakers[locale] = Faker(locale)
            self._fakers[locale].seed_instance(f"{self._seed} {locale}")
        return self._fakers[locale]


def _family(faker: Faker) -> str:
    """Return a family name; Faker has some with the particle at the end, which are drawn again."""
    name = str(faker.last_name())
    return _family(faker) if name.rsplit(maxsplit=1)[-1].islower() else name


def mailbox(name: str) -> str:
    """Return the part of an e-mail address before the @.

    >>> mailbox("Łukasz Weiß-O'Neil")
    'lukasz.weiss.oneil'
    """
    plain = unicodedata.normalize("NFKD", name.lower().translate(_PLAIN))
    letters = "".join("." if c in " -" else c for c in plain if c in " -" or (c.isascii() and c.isalpha()))
    return ".".join(part for part in letters.split(".") if part)

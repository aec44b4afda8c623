"""The facts of one fictional therapist, drawn from the tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from profiles.demonstration.draft import Dice, Draft
from profiles.demonstration.naming import Namer
from profiles.demonstration.practical import Practicalities
from profiles.demonstration.tables import table
from profiles.schema import IDENTITY_FIELDS, STYLES, Language
from profiles.vocabulary import vocabulary

CAST_EVERY = 6
"""Every so many people, one plays a part of `cast.toml`: somebody a sensible search must find."""

SHAPES = {"full": 86, "sparse": 12, "blank": 2}


class Drawing:
    """Draws drafts: `draft` what they do and how, `finish` what hangs on facts given to them in between."""

    def __init__(self, dice: Dice, seed: int, as_of: date) -> None:
        self._dice = dice
        self._namer = Namer(dice, seed)
        self._practical = Practicalities(dice, as_of)

    def draft(self, number: int) -> Draft:
        """Return the facts of the person with this number, all but those that `finish` adds."""
        draft = self._frame(number)
        if draft.shape == "blank":
            return draft
        self._languages(draft)
        self._practical.licences(draft)
        if draft.full:
            self._work(draft)
            self._manner(draft)
            self._identity(draft)
            self._practical.terms(draft)
            self._part(draft)
        self._practical.accepting(draft)
        return draft

    def finish(self, draft: Draft) -> None:
        """Add the name, and what hangs on it or on facts given since: credentials, places, ways of contact."""
        draft.values["name"] = self._namer.name(draft)
        if draft.shape == "blank":
            return
        self._practical.credentials(draft)
        if draft.full or self._dice.chance(0.5):
            self._practical.places(draft)
        if draft.full or self._dice.chance(0.8):
            self._practical.contact(draft)

    def _frame(self, number: int) -> Draft:
        parts, kinds, regions = table("cast")["part"], table("people")["kind"], table("places")["region"]
        if number % CAST_EVERY == CAST_EVERY // 2:
            part = parts[number // CAST_EVERY % len(parts)]
            region = next(row for row in regions if row["code"] == part["region"])
            return Draft(number, region, next(row for row in kinds if row["key"] == part["kind"]), part, "full")
        return Draft(number, self._dice.row(regions), self._dice.row(kinds), None, self._dice.even_key(SHAPES, "shape"))

    def _languages(self, draft: Draft) -> None:
        main = draft.region.get("main", "en")
        tags = [f"{main}:{self._dice.one(['50', '50', '50', '40', ''])}"]
        if self._dice.chance(0.42):
            level = self._dice.key({"50": 4, "40": 3, "30": 3, "20": 2, "10": 1, "": 2})
            tags.append(f"{self._dice.key(_further(draft, main))}:{level}")
        pairs = [tag.partition(":") for tag in draft.wish("languages", tags)]
        draft.values["language"] = tuple(Language(tag, int(level) if level else None) for tag, _, level in pairs)

    def _work(self, draft: Draft) -> None:
        """Add the core of a kind of practice, some of its usual terms, and a few that are common everywhere."""
        for tag in draft.kind["always"]:
            name, _, code = tag.partition(":")
            draft.add(name, [code])
        for name, codes in draft.kind["often"].items():
            draft.add(name, self._dice.some(codes, 1, max(2, len(codes) * 2 // 3)))
        common = table("people")["common"]
        draft.add("concern", self._dice.some(common["concern"], 0, 3))
        draft.add("modality", self._dice.some(common["modality"], 0, 2))
        draft.add("session_format", self._dice.key(common["session_format"]).split())
        if draft.part is None and self._dice.chance(0.04):
            draft.values.pop(self._dice.one(["concern", "modality", "participants", "age_group"]), None)

    def _manner(self, draft: Draft) -> None:
        """Add style, qualities and practices, each for three in four."""
        sure = 1.0 if draft.part is not None else 0.75
        if self._dice.chance(sure):
            centre = {**draft.kind["style"], **draft.wish("style", {})}
            draft.values["style"] = {name: self._dice.around(centre.get(name, 0)) for name in STYLES}
        if self._dice.chance(sure):
            draft.values["qualities"] = tuple(self._qualities(draft))
        if self._dice.chance(sure):
            draft.add("practice", self._dice.some(table("people")["general"]["practice"], 1, 3))
            draft.add("practice", [code for code in draft.kind["practice"] if self._dice.chance(0.7)])
            if "in_person" not in draft.values["session_format"]:
                draft.values["practice"] = tuple(code for code in draft.values["practice"] if code != "home_visits")

    def _qualities(self, draft: Draft) -> list[str]:
        wanted = list(draft.wish("qualities"))
        leaning = [code for code in draft.kind["qualities"] if code not in wanted and self._dice.chance(0.45)]
        others = [code for code in vocabulary().codes("qualities") if code not in (*wanted, *leaning)]
        return [*wanted, *leaning, *self._dice.some(others, 3, 3)][:3]

    def _identity(self, draft: Draft) -> None:
        """Add what about half state of themselves, drawn by language worked in or at random."""
        rows = table("people")["identity"]
        if draft.part is None and self._dice.chance(0.45):
            return
        if self._dice.chance(0.75):
            gender = self._dice.key(rows["therapist_gender"])
            draft.values["therapist_gender"] = (gender,)
            draft.values["pronouns"] = rows["pronouns"].get(gender, "they/them")
        if self._dice.chance(0.55):
            usual = rows["by_language"]
            draft.values["cultural_background"] = (self._dice.one(usual.get(draft.further_tongue, usual["en"])),)
        if self._dice.chance(0.2):
            draft.values["faith"] = (self._dice.key(rows["faith"]),)
        for name, share in (("orientation", 0.12), ("disability", 0.05)):
            if self._dice.chance(share):
                draft.values[name] = self._dice.one(rows[name])

    def _part(self, draft: Draft) -> None:
        for tag in draft.wish("facts"):
            name, _, code = tag.partition(":")
            if name in IDENTITY_FIELDS:
                draft.values[name] = (code,)
                draft.values.pop("pronouns", None)
            else:
                draft.add(name, [code])


def _further(draft: Draft, main: str) -> Mapping[str, float]:
    """Return the languages that somebody may work in besides, those of the region and those of the work."""
    both: Mapping[str, float] = {**draft.region["languages"], **draft.kind.get("languages", {})}
    return {tag: weight for tag, weight in both.items() if tag != main}

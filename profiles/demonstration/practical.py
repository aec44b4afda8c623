"""The practical facts of a fictional therapist: licences, fee, places, contact, openings."""

from __future__ import annotations

from datetime import date

from profiles.demonstration.draft import Dice, Draft, Row
from profiles.demonstration.naming import mailbox
from profiles.demonstration.tables import table
from profiles.schema import Fee, Licence, Place

ENDED = 0.035
"""Share of people outside the cast who have only ended licences."""

REGISTER = "Demonstration register"

WITH_STATES = ("US", "CA")
"""Countries whose addresses name a state."""

NUMBER_FIRST = ("US", "CA", "GB", "FR", "AU")
"""Countries where the house number comes before the street."""

WAYS = {
    "email": 4,
    "email phone": 5,
    "phone": 2,
    "email booking_url": 3,
    "phone website email": 3,
    "text email": 2,
}
"""Which ways of contact go together, and how often."""

OPENING_IN = {"accepting": (2, 35), "waiting_list": (30, 150)}
"""Days until the next opening."""


class Practicalities:
    """Adds practical facts to drafts; all dates are relative to `as_of`."""

    def __init__(self, dice: Dice, as_of: date) -> None:
        self._dice = dice
        self._as_of = as_of

    # Licences.

    def licences(self, draft: Draft) -> None:
        """Add one to three licences of one profession; some people have only ended ones."""
        profession = self._profession(draft)
        where = [draft.region["code"]]
        if self._dice.chance(0.3) and profession != "heilpraktiker_psychotherapy":
            where += self._dice.some(draft.region["neighbours"], 1, 2)
        ended = draft.part is None and self._dice.even("ended") < ENDED
        if draft.full and self._learning(draft, profession):
            draft.values["supervised"] = True
        days = (90, 600) if "supervised" in draft.values else (800, 33 * 365)
        began = self._as_of - self._dice.days(*days)
        draft.values["licence"] = tuple(self._licence(draft, place, profession, began, ended=ended) for place in where)

    def _learning(self, draft: Draft, profession: str) -> bool:
        """Whether somebody still works under supervision."""
        if draft.part is not None:
            return bool(draft.wish("supervised"))
        people = table("people")
        return draft.region["country"] in WITH_STATES and profession in people["associates"] and self._dice.chance(0.12)

    def _profession(self, draft: Draft) -> str:
        by_country = table("people")["professions"]
        weights = by_country.get(draft.region["country"], by_country["other"])
        factors = draft.kind.get("professions", {})
        drawn = self._dice.key({code: weight * factors.get(code, 1) for code, weight in weights.items()})
        return str(draft.wish("profession", drawn))

    def _licence(self, draft: Draft, place: str, profession: str, began: date, *, ended: bool) -> Licence:
        end: date | None = self._as_of + self._dice.days(25, 900)
        if ended:
            end = self._as_of - self._dice.days(10, 500)
            began = min(began, end - self._dice.days(700, 3000))
        elif draft.part is None and self._dice.chance(0.07):
            end = None
        checked = not ended and self._dice.chance(0.35)
        return Licence(
            jurisdiction=place,
            profession=profession,
            number=f"DEMO-{self._dice.number(10_000, 99_999)}",
            start=began if draft.part is not None or self._dice.chance(0.9) else None,
            end=end,
            checked_against=REGISTER if checked else "",
            checked_on=self._as_of - self._dice.days(3, 80) if checked else None,
        )

    def credentials(self, draft: Draft) -> None:
        """Add the letters behind the name that go with the profession, for most."""
        by_country = table("people")["credentials"].get(draft.region["country"], {})
        choices = by_country.get(draft.values["licence"][0].profession, ())
        if draft.values.get("supervised"):
            draft.values["credentials"] = "MA, associate"
        elif choices and self._dice.chance(0.92):
            draft.values["credentials"] = self._dice.one(choices)

    # What it costs, who pays, when there is room.

    def terms(self, draft: Draft) -> None:
        """Add availability, accessibility, insurance, fee and the texts on training and crises."""
        general = table("people")["general"]
        insurers = general["insurance"].get(draft.region["country"], ())
        if draft.part is not None or self._dice.chance(0.78):
            draft.add("availability", self._dice.some(general["availability"], 1, 5))
        if self._dice.chance(0.55):
            draft.add("accessibility", self._dice.some(general["accessibility"], 1, 3))
        if self._dice.chance(0.72):
            draft.add("insurance", self._dice.some(insurers, 1, 6))
        if self._dice.chance(0.4):
            draft.values["training"] = self._dice.one(draft.kind.get("training") or general["training"])
        if self._dice.chance(0.3):
            draft.values["crisis_between_sessions"] = self._dice.one(general["crisis"])
        self._fee(draft)

    def _fee(self, draft: Draft) -> None:
        least, most = draft.region["fee"]
        high = 5 * round(self._dice.number(least, most) / 5)
        low = 5 * round(high * self._dice.between(0.35, 0.8) / 5) if self._dice.chance(0.45) else high
        stated = self._dice.chance(0.82) or bool(draft.wish("fee"))
        low, high = draft.wish("fee", (low, high))
        if stated:
            draft.values["fee"] = Fee(low * 100, high * 100, draft.region["currency"])

    def accepting(self, draft: Draft) -> None:
        """Add whether there is room for new clients, and for some the day of the next opening."""
        state = self._dice.even_key(table("people")["accepting"], "accepting")
        silent = state == "not_stated" or (draft.shape == "sparse" and self._dice.chance(0.2))
        if draft.part is not None:
            state, silent = "accepting", False
        if silent:
            return
        draft.values["accepting"] = state
        soon = OPENING_IN.get(state)
        if soon and (draft.part is not None or (draft.full and self._dice.chance(0.55))):
            draft.values["next_opening"] = self._as_of + self._dice.days(*soon)

    # Where, and how to get in touch.

    def places(self, draft: Draft) -> None:
        """Add one or two places to those who see people in person."""
        if draft.full and "in_person" not in draft.values["session_format"]:
            return
        cities = [city for city in table("places")["city"] if city["region"] == draft.region["code"]]
        wanted = draft.wish("cities")
        chosen = [self._dice.row([city for city in cities if not wanted or city["name"] in wanted])]
        if draft.full and self._dice.chance(0.12):
            chosen.append(self._dice.row(cities))
        unique = {city["name"]: city for city in chosen}
        draft.values["place"] = tuple(self._place(draft, city) for city in unique.values())

    def _place(self, draft: Draft, city: Row) -> Place:
        country = draft.region["country"]
        located = draft.part is not None or self._dice.chance(0.92)
        street, number = self._dice.one(table("places")["streets"][country]), self._dice.number(2, 180)
        return Place(
            street=f"{number} {street}" if country in NUMBER_FIRST else f"{street} {number}",
            city=city["name"],
            region=draft.region["code"].partition("-")[2] if country in WITH_STATES else "",
            postal_code=self._dice.one(city["postal"]),
            country=country,
            latitude=self._near(city["latitude"]) if located else None,
            longitude=self._near(city["longitude"]) if located else None,
            accessibility=draft.values.get("accessibility", ()) if self._dice.chance(0.5) else (),
        )

    def _near(self, degrees: float) -> float:
        return round(degrees + self._dice.between(-0.015, 0.015), 5)

    def contact(self, draft: Draft) -> None:
        """Add ways of contact; a few people state none."""
        if draft.part is None and self._dice.chance(0.03):
            return
        made = {way: self._way(draft, way) for way in self._dice.key(WAYS).split()}
        stated = {way: value for way, value in made.items() if value} or {"email": self._way(draft, "email")}
        draft.values.update(stated)
        if self._dice.chance(0.6):
            draft.values["preferred"] = self._dice.one([way for way in stated if way != "website"])
        if self._dice.chance(0.5):
            draft.values["reply_languages"] = tuple(language.tag for language in draft.values["language"])
        if self._dice.chance(0.55):
            draft.values["replies_within_days"] = self._dice.number(1, 7)

    def _way(self, draft: Draft, way: str) -> str:
        if way in ("phone", "text"):
            codes = draft.region["area_codes"]
            return f"+1 {self._dice.one(codes)}-555-01{self._dice.number(0, 99):02}" if codes else ""
        if way == "email":
            return f"{mailbox(draft.values['name'])}@example.{self._dice.one(['org', 'com', 'net'])}"
        return f"https://example.org/{'book/' if way == 'booking_url' else ''}{draft.id}"

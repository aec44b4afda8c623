"""Reads one service of Open Referral data as a profile: who it names, and what is stated about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from profiles.formats.cells import SPECIALTY_FIELDS, Finding, pieces, terms
from profiles.formats.columns import Column
from profiles.formats.drafts import MARKS, OWN_FIELDS, Draft, Unused, cell_text, place
from profiles.formats.hsds_tables import Record, Tables
from profiles.formats.own_table import LISTINGS
from profiles.formats.schemaorg_node import SPEAKS
from profiles.formats.spoken import languages
from profiles.identity import name_key
from profiles.vocabulary import vocabulary

TEXT_PHONES = ("text", "sms")
OTHER_PHONES = ("fax", "tty", "pager", "textphone", "video")
READ = frozenset(
    {
        *("id", "name", "description", "url", "website", "email", "status", "last_modified", "languages"),
        *(
            "interpretation_services",
            "fees_description",
            "organization_id",
            "program_id",
            "location_id",
            "accessibility",
        ),
    }
)
"""What is read of a service itself; the rest is counted."""


@dataclass
class Service:
    """One service with all that belongs to it."""

    record: Record
    tables: Tables
    unused: Unused

    @cached_property
    def organization(self) -> Record | None:
        """The organization that offers it."""
        return self.tables.one("organizations", self.record.text("organization_id")) or next(
            (found for one in self.locations if (found := self._organization_of(one))), None
        )

    def _organization_of(self, location: Record) -> Record | None:
        return self.tables.one("organizations", location.text("organization_id"))

    @cached_property
    def at(self) -> list[Record]:
        """Where it takes place: the records that link it to locations."""
        return self.tables.children(self.record, "service_at_location")

    @cached_property
    def locations(self) -> list[Record]:
        """The locations where it takes place."""
        ids = [*(one.text("location_id") for one in self.at), self.record.text("location_id")]
        found = [self.tables.one("locations", identity) for identity in dict.fromkeys(ids) if identity]
        return [one for one in found if one is not None]

    @cached_property
    def attributes(self) -> list[Record]:
        """Its attributes."""
        return self.tables.children(self.record, "attributes")

    @cached_property
    def is_own(self) -> bool:
        """Whether our own export wrote it, which always says the basis of the listing."""
        return any(one.text("link_type") == "listing" and one.text("value") in LISTINGS for one in self.attributes)

    def said_by(self, attribute: Record) -> tuple[str, Any]:
        """Return what an attribute says, as (name of the taxonomy or kind, value)."""
        term = self.tables.one("taxonomy_terms", attribute.text("taxonomy_term_id"))
        if term is None:
            return attribute.text("link_type"), attribute.body.get("value")
        detail = self.tables.one("taxonomies", term.text("taxonomy_detail_id", "taxonomy_id"))
        name = term.text("taxonomy") or (detail.text("name") if detail else "") or attribute.text("link_type")
        return name, term.text("code", "name") if self.is_own else term.text("name", "code") or attribute.text("value")

    # ------------------------------------------------------------ who

    def is_behavioural(self) -> bool:
        """Whether its name, terms, keywords or organization speak of behavioural health."""
        organization = self.organization
        said = [self.record.text(name) for name in ("name", "alternate_name", "keywords", "description")]
        said += [str(value) for _, value in map(self.said_by, self.attributes)]
        said += [organization.text("name")] if organization else []
        return any(SPEAKS.search(text) for text in said)

    @cached_property
    def contacts(self) -> list[Record]:
        """The contacts of the service, of where it takes place, and of its organization, each once."""
        owners = [self.record, *self.at, *self.locations, self.organization]
        found = {one.id: one for owner in owners for one in self.tables.children(owner, "contacts")}
        return list(found.values())

    def therapist(self) -> Record | None:
        """Return the contact who is a therapist, None where none is for certain, or more than one."""
        found = [one for one in self.contacts if one.text("name") and self._is_therapist(one)]
        return found[0] if len({name_key(one.text("name")) for one in found}) == 1 else None

    def _is_therapist(self, contact: Record) -> bool:
        """Whether a contact is a therapist for certain: a title of another kind says that they are not."""
        titles = [part for text in pieces(contact.text("title")) for part in re.split(r"[,/]", text)]
        letters = contact.text("name").split(",")[1:]
        if any(vocabulary().find("profession", part) for part in titles):
            return True
        if not titles and any(vocabulary().find("profession", part) for part in letters):
            return True
        organization = self.organization
        names = [self.record.text("name"), organization.text("name") if organization else ""]
        key = name_key(contact.text("name"))
        return bool(key) and key in map(name_key, names)

    # ------------------------------------------------------------ what

    def draft(self) -> Draft:
        """Return the profile, not yet read."""
        record = self.record
        draft = Draft(record.file, record.row)
        draft.add("id", record.body.get("id"), "id")
        self._person(draft)
        draft.add("bio", record.body.get("description"), "description")
        draft.add("website", record.text("url", "website"), "url")
        draft.add("as_of", record.text("last_modified"), "last_modified")
        self._languages(draft)
        self._phones(draft)
        self._costs(draft)
        stated = list(map(self.said_by, self.attributes))
        for name, value in stated:
            if name in OWN_FIELDS or (self.is_own and name in MARKS):
                draft.add_own(name, value, name)
            elif not self.is_own:
                self._foreign_term(draft, name, cell_text(value))
        if "place" not in dict(stated):
            draft.add_places([self._place(draft, one) for one in self.locations], "locations")
        if not self.is_own:
            self._foreign(draft)
        return draft

    def _person(self, draft: Draft) -> None:
        contact = next(iter(self.contacts), None) if self.is_own else self.therapist()
        record = self.record
        if contact is None:
            draft.add("name", record.body.get("name"), "name")
            draft.add("email", record.text("email"), "email")
            return
        name, comma, letters = contact.text("name").partition(",")
        if self.is_own or not comma:
            draft.add("name", contact.body.get("name"), "contacts.name")
            draft.add("credentials" if self.is_own else "profession", contact.text("title"), "contacts.title")
        else:
            draft.add("name", name, "contacts.name")
            draft.add("credentials", letters.strip(), "contacts.name")
            draft.add("profession", contact.text("title"), "contacts.title")
        draft.add("email", contact.text("email") or record.text("email"), "email")

    def _languages(self, draft: Draft) -> None:
        owners = [self.record, *self.at, *self.locations]
        found = next((held for owner in owners if (held := self.tables.children(owner, "languages"))), [])
        for one in found:
            draft.add("language", _language(one), "languages")
        if not found:
            draft.add("language", self.record.text("languages"), "languages")

    def _phones(self, draft: Draft) -> None:
        owners = [self.therapist(), self.record, *self.at, *self.locations, self.organization]
        for owner in owners:
            for one in self.tables.children(owner, "phones"):
                kind = one.text("type", "number_type").casefold()
                target = "text" if kind in TEXT_PHONES else "phone"
                if kind not in OTHER_PHONES and target not in draft.filled:
                    number, more = one.text("number").strip('"'), one.text("extension")
                    draft.add(target, f"{number} x{more}" if more else number, "phones.number")

    def _costs(self, draft: Draft) -> None:
        found = self.tables.children(self.record, "cost_options")
        amounts = [one for one in found if one.text("amount")]
        for one in amounts:
            kind = one.text("option").casefold()
            sliding = len(amounts) > 1
            target = "fee_low" if kind == "lowest fee" else "fee_high" if sliding else "fee"
            draft.add(target, one.text("amount"), "cost_options.amount")
            draft.add("currency", one.text("currency").upper(), "cost_options.currency")
        if not amounts and self.record.text("fees_description"):
            self.unused.add(self.record.file, "fees_description")

    def _foreign_term(self, draft: Draft, name: str, value: str) -> None:
        if terms(SPECIALTY_FIELDS, value).value:
            draft.add("specialties", value, f"attributes ({name})" if name else "attributes")
        else:
            self.unused.add(self.record.file, f"attributes ({name})" if name else "attributes")

    def _foreign(self, draft: Draft) -> None:
        record = self.record
        if record.text("interpretation_services"):
            draft.add("accessibility", "interpreter", "interpretation_services")
        if record.text("status").casefold() == "temporarily closed":
            draft.add("accepting", "paused", "status")
        for name in record.body:
            if name not in READ and record.text(name):
                self.unused.add(record.file, name)

    # ------------------------------------------------------------ where

    def _place(self, draft: Draft, location: Record) -> dict[str, Any]:
        address = next(iter(self._addresses(location)), None)
        made: dict[str, Any] = {"name": location.text("name")}
        made.update({part: location.body.get(part) for part in ("latitude", "longitude")})
        if address is not None:
            street = [address.text("address_1"), address.text("address_2")]
            made["street"] = ", ".join(filter(None, street))
            made["city"], made["region"] = address.text("city"), address.text("state_province", "region")
            made["postal_code"], made["country"] = address.text("postal_code"), address.text("country")
        made["accessibility"] = list(self._accessible(draft, location))
        for name, value in map(self.said_by, self.tables.children(location, "attributes")):
            if name == "accepting":
                made["accepting"] = value
        found = place(made)
        for part, end in (("latitude", 90), ("longitude", 180)):
            if isinstance(number := found.get(part), int | float) and not -end <= number <= end:
                column = Column(f"locations.{part}", "")
                draft.findings.append((Finding("number_out_of_range", cell_text(number)), column))
                found["latitude"] = found["longitude"] = None
        return found

    def _addresses(self, location: Record) -> list[Record]:
        """Return the addresses of a location, those of the building before those for mail."""
        found = self.tables.children(location, "addresses")
        return sorted(found, key=lambda one: one.text("address_type").casefold() in ("postal", "mailing"))

    def _accessible(self, draft: Draft, location: Record) -> Iterator[str]:
        told = [one.text("details", "description") for one in self.tables.children(location, "accessibility")]
        told += pieces(location.text("accessibility").replace(",", ";"))
        for text in told:
            read = terms(("accessibility",), text)
            yield from (code for _, code in read.value)
            for found in read.findings:
                draft.findings.append((found, Column("accessibility", "accessibility")))


def _language(one: Record) -> str:
    """Return a language as a cell has it: its code where it is one, else its name, with the level of our export."""
    code, name = one.text("code"), one.text("name", "language")
    said = code if code and not languages(code).findings else name or code
    level = re.fullmatch(r"ILR \d+", one.text("note"))
    return f"{said} ({level[0]})" if level else said

"""Reads where a person of schema.org works: places, addresses and points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from profiles.formats.drafts import Draft, place
from profiles.formats.schemaorg_node import Person, many, types_of


def add_places(person: Person, draft: Draft, exact: set[str]) -> None:
    """Put the places of work under their columns, else the addresses of the person or of the one they work for."""
    draft.finish_licences("hasCredential")
    if "place" in exact:
        return
    found = [_place(person, one) for name in ("workLocation", "location") for one in person.all(name)]
    if not any(found):
        found = [_of_address(person, one) for one in person.all("address")]
        for part in _geo(person, person.all("geo")).items() if found else ():
            found[0].setdefault(*part)
    if not any(found):
        found = [_place(person, one) for one in person.all("worksFor") if isinstance(one, Mapping)]
        found = [one for one in found if set(one) - {"name"}]
    draft.add_places([place(one) for one in found if one], "address")


def _place(person: Person, one: Any) -> dict[str, Any]:
    if not isinstance(one, Mapping):
        return {"name": person.text(one)} if one else {}
    if types_of(one) & {"VirtualLocation"}:
        return {}
    address = person.resolved(next(iter(many(one.get("address"))), None))
    made = _of_address(person, one if types_of(one) & {"PostalAddress"} else address) if address is not None else {}
    if not made and types_of(one) & {"PostalAddress"}:
        made = _of_address(person, one)
    made.update(_geo(person, many(one.get("geo"))))
    name = person.text(one.get("name"))
    made.update({"name": name} if name else {})
    for extra in many(one.get("additionalProperty")):
        if isinstance(extra, Mapping):
            said = person.text(extra.get("propertyID")), person.text(extra.get("value"))
            if said[0] == "accepting":
                made["accepting"] = said[1]
            elif said[0] == "accessibility":
                made.setdefault("accessibility", []).append(said[1])
    return made


def _of_address(person: Person, address: Any) -> dict[str, Any]:
    address = person.resolved(address)
    if not isinstance(address, Mapping):
        return {"street": text} if (text := person.text(address)) else {}
    street = [person.text(address.get(part)) for part in ("streetAddress", "extendedAddress")]
    made = {
        "street": ", ".join(filter(None, street)),
        "city": person.text(address.get("addressLocality")),
        "region": person.text(address.get("addressRegion")),
        "postal_code": person.text(address.get("postalCode")),
        "country": person.text(address.get("addressCountry"), "identifier", "name"),
    }
    return {part: value for part, value in made.items() if value}


def _geo(person: Person, found: list[Any]) -> dict[str, Any]:
    for one in found:
        point = person.resolved(one)
        if isinstance(point, Mapping) and point.get("latitude") is not None and point.get("longitude") is not None:
            return {part: point[part] for part in ("latitude", "longitude")}
    return {}

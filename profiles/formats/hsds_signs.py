"""How tables of Open Referral data are known: by the name of the file, or by their columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping

TABLES: Mapping[str, tuple[str, ...]] = {
    "organizations": ("organization",),
    "services": ("service",),
    "locations": ("location",),
    "service_at_location": ("service_at_locations", "services_at_location"),
    "contacts": ("contact",),
    "phones": ("phone",),
    "languages": ("language",),
    "addresses": ("address", "physical_address", "physical_addresses", "mail_addresses", "mail_address"),
    "accessibility": ("accessibility_for_disabilities",),
    "cost_options": ("cost_option",),
    "attributes": ("attribute", "other_attributes"),
    "taxonomy_terms": ("taxonomy_term", "taxonomy"),
    "taxonomies": ("taxonomy_detail",),
    "schedules": ("schedule", "regular_schedule", "regular_schedules", "holiday_schedule", "holiday_schedules"),
    "programs": ("program",),
    "service_areas": ("service_area",),
    "required_documents": ("required_document",),
    "funding": (),
    "metadata": (),
    "meta_table_descriptions": (),
    "organization_identifiers": ("organization_identifier",),
}
"""Table -> other names that it, or a part of it, goes by."""

TABLE_OF: Mapping[str, str] = {
    **{name: name for name in TABLES},
    **{other: name for name, others in TABLES.items() for other in others},
}

SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("attributes", ("link_id", "taxonomy_term_id")),
    ("addresses", ("address_1", "city")),
    ("contacts", ("name", "title")),
    ("contacts", ("name", "department")),
    ("phones", ("number",)),
    ("schedules", ("weekday",)),
    ("schedules", ("start_date", "closed")),
    ("schedules", ("opens_at", "closes_at")),
    ("cost_options", ("amount", "currency")),
    ("locations", ("latitude", "longitude")),
    ("locations", ("transportation",)),
    ("locations", ("location_type",)),
    ("locations", ("addresses",)),
    ("services", ("interpretation_services",)),
    ("services", ("application_process",)),
    ("services", ("service_at_locations",)),
    ("services", ("organization", "name")),
    ("services", ("organization_id", "name", "status")),
    ("service_at_location", ("service_id", "location_id")),
    ("service_at_location", ("service", "location")),
    ("organizations", ("legal_status",)),
    ("organizations", ("tax_status",)),
    ("organizations", ("services", "name")),
    ("taxonomy_terms", ("taxonomy_id", "name")),
    ("taxonomy_terms", ("parent_id", "name")),
    ("programs", ("organization_id", "name")),
    ("languages", ("name", "code", "note")),
    ("services", ("name", "description", "status")),
    ("taxonomies", ("name", "version")),
    ("organizations", ("name", "description", "website")),
)
"""Columns that show which table a file of another name, or a JSON object, is; the first that fits."""

KEYS = frozenset({"organization_id", "service_id", "location_id", "service_at_location_id", "program_id", "link_id"})
"""Columns by which tables point to one another; a directory of people has none."""

WITHOUT_KEYS: Mapping[str, frozenset[str]] = {
    "organizations": frozenset({"legal_status", "tax_status"}),
    "taxonomy_terms": frozenset({"taxonomy_id", "parent_id"}),
    "taxonomies": frozenset({"version"}),
    "meta_table_descriptions": frozenset({"character_set"}),
    "metadata": frozenset({"resource_id"}),
}
"""Tables that point to none, and columns of which they have one."""


def table_of_header(names: Iterable[str]) -> str:
    """Return the table whose columns these are, "" where it is none.

    >>> table_of_header(["id", "number", "location_id"]), table_of_header(["name", "bio"])
    ('phones', '')
    """
    known = {name.strip().casefold() for name in names}
    return next((table for table, signs in SIGNS if known.issuperset(signs)), "")


def is_open_referral(name: str, start: str) -> bool:
    """Whether a table is called like one of Open Referral data and has a column that only such a table has.

    >>> is_open_referral("contacts", "id,name,title"), is_open_referral("contacts", "id,service_id,name,title")
    (False, True)
    """
    table = TABLE_OF.get(name.casefold(), "")
    first = next((line for line in start.lstrip("\ufeff").splitlines() if line.strip()), "")
    try:
        header = {cell.strip().casefold() for cell in next(csv.reader([first]), ())} if table else set()
    except csv.Error:
        return False
    return bool(header & KEYS) or bool(header & WITHOUT_KEYS.get(table, frozenset()))

"""What can be wrong with input: a table of codes, and `Problem`, one finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from profiles.errors import Param

Level = Literal["error", "warning"]

MOST_SHOWN = 200
"""Characters of an offending value that are repeated."""

# An error rejects the row (or the preferences); a warning keeps it.
# The sentence and the remedy of each code stand in the text tables as
# `problem.<code>` and `remedy.<code>`.
CATALOGUE: Mapping[str, Level] = {
    # whole files
    "file_empty": "error",
    "file_not_text": "error",
    "encoding_assumed": "warning",
    "header_missing": "error",
    "quote_unclosed": "error",
    "json_invalid": "error",
    "column_unknown": "warning",
    "column_repeated": "warning",
    "format_unknown": "error",
    # rows
    "row_length": "error",
    "row_blank": "warning",
    "row_outside_table": "warning",
    "name_missing": "error",
    "id_made_from_name": "warning",
    "id_repeated": "warning",
    "id_conflict": "error",
    "npi_shared": "warning",
    "suppressed": "warning",
    # values
    "term_unknown": "warning",
    "terms_too_many": "warning",
    "language_unknown": "warning",
    "interpreter_only": "warning",
    "cell_error": "warning",
    "text_garbled": "warning",
    "jurisdiction_unknown": "warning",
    "profession_unknown": "warning",
    "date_unreadable": "warning",
    "number_unreadable": "warning",
    "number_out_of_range": "warning",
    "currency_unknown": "warning",
    "accepting_unknown": "warning",
    "npi_invalid": "warning",
    "npi_mangled": "warning",
    "contact_invalid": "warning",
    "identity_without_consent": "warning",
    "text_too_long": "warning",
    "licence_without_jurisdiction": "warning",
    # FHIR resources
    "resource_unsupported": "warning",
    "reference_unresolved": "warning",
    "not_behavioural_health": "warning",
    "practitioner_without_role": "warning",
    "resource_malformed": "error",
    "resource_inactive": "warning",
    # our own JSON and NDJSON
    "line_unusable": "error",
    "key_repeated": "error",
    "value_unusable": "warning",
    "value_unread": "warning",
    # spreadsheets, registers and open data
    "encoding_wrong": "error",
    "format_mismatch": "error",
    "spreadsheet_unreadable": "error",
    "spreadsheet_unsupported": "error",
    "spreadsheet_locked": "error",
    "spreadsheet_too_large": "error",
    "sheet_hidden": "warning",
    "sheet_missing": "error",
    "sheet_without_header": "warning",
    "formula_without_value": "warning",
    "not_a_person": "warning",
    "no_therapist_named": "warning",
    "property_unused": "warning",
    # preferences
    "preferences_not_object": "error",
    "field_unknown": "error",
    "wish_unknown": "error",
    "value_wrong_type": "error",
    "value_out_of_range": "error",
    "too_many": "error",
    "words_too_long": "error",
    "never_avoided": "error",
    "value_missing": "error",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about one input value.

    Attributes:
        code: key of `CATALOGUE`.
        level: "error" rejects the row, "warning" keeps it.
        file: name of the file as it was given, without its folder; "" for preferences.
        row: line of the file (1-based), the id of a FHIR resource, or None for the file as a whole.
        column: header, element path or preference path; None where none applies.
        value: the offending text as it was found, at most 200 characters.
        params: what else the sentence needs, such as the nearest known terms.
    """

    code: str
    level: Level
    file: str = ""
    row: int | str | None = None
    column: str | None = None
    value: str | None = None
    params: Mapping[str, Param] = field(default_factory=dict)


def problem(
    code: str,
    *,
    file: str = "",
    row: int | str | None = None,
    column: str | None = None,
    value: object = None,
    **params: Param,
) -> Problem:
    """Return the finding `code` with the level the catalogue gives it.

    Raises:
        KeyError: `code` is not in `CATALOGUE`.
    """
    shown = None if value is None else str(value)[:MOST_SHOWN]
    return Problem(code, CATALOGUE[code], file, row, column, shown, params)

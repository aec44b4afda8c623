"""Columns of our own CSV that other directories lack: what plain cells can't hold, and on what basis one is listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast, get_args

from profiles.formats.cells import Finding, flag, words
from profiles.formats.named import NamedCells
from profiles.formats.own_checks import Teller
from profiles.formats.own_files import DECODER
from profiles.formats.own_values import READERS
from profiles.formats.reading import Options
from profiles.schema import Listing, Therapist

EXACT: Mapping[str, str] = {
    "places": "place",
    "licence_details": "licence",
    "quality_sentences": "quality_sentences",
}
"""Column of JSON -> field it holds whole, in the shape of our NDJSON; it goes before plain cells of the field."""

LISTINGS: tuple[str, ...] = get_args(Listing)


def complete(row: NamedCells, found: dict[str, Any]) -> None:
    """Put what the columns of JSON state into what a row states."""
    for target, name in EXACT.items():
        for column, cell in row.all(target)[:1]:
            teller = Teller(row.file, row.line)
            value = _value(teller, column.header, name, cell)
            row.problems.extend(teller.problems)
            if value:
                found[name] = value


def _value(teller: Teller, header: str, name: str, cell: str) -> Any:
    try:
        raw = DECODER.decode(cell)
    except (ValueError, RecursionError):
        teller.unusable(header, cell, "JSON")
        return None
    return READERS[name](teller, header, raw)


def marked(row: NamedCells, therapist: Therapist, options: Options) -> Therapist:
    """Return a therapist with the listing basis and the marks that a row states; the operator's word goes before."""
    basis = row.value("listing", words)
    if basis is not None and basis not in LISTINGS:
        row.report(Finding("term_unknown", basis, LISTINGS), row.all("listing")[0][0])
        basis = "public_register"  # the least that can be meant: nobody is listed by a slip of the pen
    return replace(
        therapist,
        listing=options.listing or cast("Listing", basis or therapist.listing),
        fictional=bool(row.value("fictional", flag)),
        listed=therapist.listed or bool(row.value("listed", flag)),
    )

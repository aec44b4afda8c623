"""What a form says of a field: cells, read with the same readers as the cells of a file, and written back into them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from profiles.export.cells import LICENCE_COLUMNS, PLACE_COLUMNS, WRITERS
from profiles.formats.cells import Finding
from profiles.formats.columns import Column
from profiles.formats.dates import day
from profiles.formats.facts import npi_of, stated
from profiles.formats.licences import licences
from profiles.formats.named import NamedCells
from profiles.formats.spoken import languages
from profiles.languages import jurisdiction_name, language_name
from profiles.problems import Problem
from profiles.schema import FIELDS, STYLES, Fact, Language, Licence, Place
from profiles.vocabulary import vocabulary

T = TypeVar("T")

Cells = dict[str, str]
"""What stands in one row of inputs, by name."""

Labels = Callable[[str], str]
"""Gives an input the name that a problem calls it by."""

CHECK_COLUMNS: Mapping[str, str] = {
    "checked_against": "checked_against",
    "checked_on": "checked_on",
    "check_due": "check_due",
}
LICENCE_INPUTS: Mapping[str, str] = {**LICENCE_COLUMNS, **CHECK_COLUMNS}
TWO_LETTERS = 2

INPUTS: Mapping[str, tuple[str, ...]] = {
    "language": ("language", "level"),
    "licence": tuple(LICENCE_INPUTS),
    "place": tuple(PLACE_COLUMNS),
    "fee": ("fee_low", "fee_high", "currency"),
    "style": tuple(f"style_{name}" for name in STYLES),
}
"""Field -> names of its inputs where there are several; of `MANY` one row of them for each value."""

MANY = frozenset({"language", "licence", "place"})


def inputs_of(name: str) -> tuple[str, ...]:
    """Return the names of the inputs of a field."""
    return vocabulary().codes("qualities") if name == "quality_sentences" else INPUTS.get(name, (name,))


# ---------------------------------------------------------------- from a fact to cells


def written(name: str, fact: Fact | None, locale: str) -> list[Cells]:
    """Return what stands in the form of a field, one row for each value of `MANY`."""
    if fact is None:
        return []
    if name == "language":
        return [_language(one, locale) for one in fact.value]
    if name == "licence":
        return [_licence(one) for one in fact.value]
    if name == "place":
        return [_texts(one, PLACE_COLUMNS) for one in fact.value]
    if name == "quality_sentences":
        return [dict(fact.value)]
    return [WRITERS[name][0](fact)]


def _language(one: Language, locale: str) -> Cells:
    names = (language_name(one.tag, locale), language_name(one.tag), one.tag)
    name = next((name for name in names if languages(name).value.spoken == (Language(one.tag),)), one.tag)
    return {"language": name, "level": "" if one.level is None else str(one.level)}


def _licence(one: Licence) -> Cells:
    found = _texts(one, LICENCE_INPUTS)
    if len(one.jurisdiction) == TWO_LETTERS:  # two letters are a state of the US there, so a country is named
        found["licence_jurisdiction"] = jurisdiction_name(one.jurisdiction)
    return found


def _texts(one: object, parts: Mapping[str, str]) -> Cells:
    found = {target: getattr(one, part) for target, part in parts.items()}
    return {target: "" if part is None else str(part) for target, part in found.items()}


# ---------------------------------------------------------------- from cells to a value


def value_of(name: str, rows: Sequence[Cells], held: Any, labels: Labels) -> tuple[Any, tuple[Problem, ...]]:
    """Return what the rows of a form say of a field, None for nothing, and what was not understood.

    Args:
        name: of `FIELDS`.
        rows: of inputs, by name; blank rows say nothing.
        held: the value until now; parts that the form does not show are kept.
        labels: names of inputs for problems.
    """
    filled = [_named(row, labels) for row in rows]
    filled = [row for row in filled if row.filled]
    value = _READ.get(name, _stated)(name, filled, held) if filled else None
    problems = tuple(one for row in filled for one in row.problems)
    if FIELDS[name].kind == "terms" and value and held:  # boxes have an order of their own
        value = (*(code for code in held if code in value), *(code for code in value if code not in held))
    return (None if value in (None, "", (), {}) else value), problems


def _named(row: Cells, labels: Labels) -> NamedCells:
    plain = {target: unicodedata.normalize("NFC", cell.replace("\r\n", "\n")) for target, cell in row.items()}
    return NamedCells(
        "", 0, {target: [(Column(labels(target), target), cell)] for target, cell in plain.items() if cell.strip()}
    )


def _stated(name: str, rows: Sequence[NamedCells], _held: Any) -> Any:
    return stated(rows[0], "", "").get(name)


def _name(_name: str, rows: Sequence[NamedCells], _held: Any) -> str:
    return rows[0].all("name")[0][1].strip()


def _npi(_name: str, rows: Sequence[NamedCells], _held: Any) -> str:
    return npi_of(rows[0])


def _languages(_name: str, rows: Sequence[NamedCells], _held: Any) -> tuple[Language, ...]:
    found: dict[str, int | None] = {}
    for row in rows:
        for column, cell in row.all("language"):
            level = row.text("level")
            grade = f" (ILR {level[:1] if level.endswith('0') else level})" if level else ""
            read = languages(f"{cell.strip()}{grade}")
            if read.value.interpreter:
                row.report(Finding("language_unknown", cell), column)
            found |= {one.tag: one.level for one in row.read(column, read).spoken}
    return tuple(Language(*item) for item in found.items())


def _licences(_name: str, rows: Sequence[NamedCells], held: Any) -> tuple[Licence, ...]:
    return _unless_untouched(rows, held or (), _licence, _read_licences)


def _read_licences(row: NamedCells, held: Sequence[Licence]) -> Iterator[Licence]:
    codes = {(one.jurisdiction, one.profession, one.number): one.code for one in held}
    checks: dict[str, Any] = {
        "checked_against": row.text("checked_against"),
        "checked_on": row.value("checked_on", day),
        "check_due": row.value("check_due", day),
    }
    found = licences(row, "")
    if not found and not row.problems:
        column, cell = next(iter(row.filled.values()))[0]
        row.report(Finding("licence_without_jurisdiction", cell), column)
    for one in found:
        yield replace(one, code=codes.get((one.jurisdiction, one.profession, one.number), ""), **checks)


def _places(_name: str, rows: Sequence[NamedCells], held: Any) -> tuple[Place, ...]:
    return _unless_untouched(rows, held or (), lambda one: _texts(one, PLACE_COLUMNS), _read_places)


def _read_places(row: NamedCells, held: Sequence[Place]) -> Iterator[Place]:
    """Yield the place of a row; what the form does not show stays with the street that it was said of."""
    before = {(one.street, one.city): one for one in held}
    for one in stated(row, "", "").get("place", ()):
        old = before.get((one.street, one.city), one)
        yield replace(one, accepting=old.accepting, accessibility=old.accessibility)


def _unless_untouched(
    rows: Sequence[NamedCells],
    held: Sequence[T],
    write: Callable[[T], Cells],
    read: Callable[[NamedCells, Sequence[T]], Iterable[T]],
) -> tuple[T, ...]:
    """Return what rows say; one that stands there as it was drawn says what it did, however it came in."""
    drawn = {_mark(write(one)): one for one in held}
    found: list[T] = []
    for row in rows:
        mark = _mark({target: cells[0][1] for target, cells in row.filled.items()})
        found += [drawn[mark]] if mark in drawn else read(row, held)
    return tuple(dict.fromkeys(found))


def _mark(cells: Cells) -> frozenset[tuple[str, str]]:
    return frozenset((target, cell) for target, cell in cells.items() if cell.strip())


def _sentences(_name: str, rows: Sequence[NamedCells], _held: Any) -> dict[str, str]:
    return {code: rows[0].all(code)[0][1].strip() for code in inputs_of("quality_sentences") if rows[0].all(code)}


_READ: Mapping[str, Callable[[str, Sequence[NamedCells], Any], Any]] = {
    "name": _name,
    "npi": _npi,
    "language": _languages,
    "licence": _licences,
    "place": _places,
    "quality_sentences": _sentences,
}
"""Fields that the readers of a table's row do not give one by one."""

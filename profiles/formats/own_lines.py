"""Reads lines of our own export: every fact comes back with its source, dates and editor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, cast, get_args

from profiles.formats.own_checks import Teller, day, printable, shown, text
from profiles.formats.own_files import Found
from profiles.formats.own_shape import ALWAYS, FIELD_OF, FRAME, KEYS, VERSION
from profiles.formats.own_values import READERS
from profiles.formats.reading import Options, Row, consent_fact
from profiles.formats.rows import Rows
from profiles.problems import problem
from profiles.schema import EDITOR_RANK, IDENTITY_FIELDS, Fact, Listing, Therapist

ORIGIN = ("source", "as_of", "editor", "confirmed_on")
LISTINGS: tuple[str, ...] = get_args(Listing)


def is_own(value: Mapping[str, Any]) -> bool:
    """Whether an object was written by our export."""
    return "export" in value or isinstance(value.get("provenance"), Mapping)


def restored(found: Found, rows: Rows) -> Row:
    """Return the therapist of a line, without what of it can't be used; without an id or a name it is rejected."""
    line, teller = found.value, Teller(found.file, found.line)
    identity = line.get("id")
    if line.get("export") != VERSION or not isinstance(identity, str) or text(teller, "id", identity) != identity:
        key = "export" if line.get("export") != VERSION else "id"
        told = problem("line_unusable", file=found.file, row=found.line, column=key, value=shown(line.get(key)))
        return Row("rejected", problems=(told,))
    _tell_unknown(line, teller)
    facts = _facts(line, teller, rows)
    if "name" not in facts:
        missing = problem("name_missing", file=found.file, row=found.line, value="")
        return Row("rejected", problems=(*teller.problems, missing))
    therapist = Therapist(
        identity,
        facts,
        _listing(line, teller, rows.options),
        fictional=_mark(line, "fictional", teller),
        withheld=_withheld(line, teller, rows.options),
        listed=rows.options.list_now or _mark(line, "listed", teller),
    )
    return Row("loaded", therapist, tuple(teller.problems), found.file, found.line)


def _tell_unknown(line: Mapping[str, Any], teller: Teller) -> None:
    known = (*FIELD_OF, *FRAME)
    for key in line:
        if key not in known:
            teller.tell("column_unknown", key, key, get_close_matches(key, known, n=3, cutoff=0.7))


def _facts(line: Mapping[str, Any], teller: Teller, rows: Rows) -> dict[str, Fact]:
    """Return the facts of a line; identity fields only where it, or the operator, gives consent to hold them."""
    provenance = _object(line, "provenance", teller)
    stated = {name: line[key] for name, key in KEYS.items() if key in line and not _is_default(key, line[key])}
    known = {KEYS[name] for name in stated}
    consented = stated.get("identity_consent") is True
    basis = rows.options.identity_consent
    if not consented and not basis:
        _leave_out_identity(stated, rows)
    facts = {}
    for name, raw in stated.items():
        value = READERS[name](teller, KEYS[name], raw)
        if value is not None and value not in ((), {}):
            facts[name] = Fact(value, **_origin(provenance, KEYS[name], teller, rows.options))
    if not consented and any(name in IDENTITY_FIELDS for name in facts):
        facts["identity_consent"] = consent_fact(basis, rows.options, rows.options.as_of or rows.options.today)
    for key in sorted(provenance.keys() - known):
        teller.tell("column_unknown", f"provenance.{key}", key)
    return facts


def _is_default(key: str, value: Any) -> bool:
    """Whether a value says that nothing is stated: null, or what stands under a key that is always there."""
    return value is None or (key in ALWAYS and value in ("", []))


def _leave_out_identity(stated: dict[str, Any], rows: Rows) -> None:
    left_out = [name for name in IDENTITY_FIELDS if stated.pop(name, None) is not None]
    rows.without_consent += bool(left_out)
    rows.columns_without_consent.update(dict.fromkeys(KEYS[name] for name in left_out))


def _object(line: Mapping[str, Any], key: str, teller: Teller) -> Mapping[str, Any]:
    value = line.get(key, {})
    if isinstance(value, Mapping):
        return value
    teller.unusable(key, value, "{...}")
    return {}


def _origin(provenance: Mapping[str, Any], key: str, teller: Teller, options: Options) -> Mapping[str, Any]:
    """Return where a value comes from; what is not said, or not believed, is said by the file of today."""
    raw = provenance.get(key)
    if isinstance(raw, Mapping) and tuple(raw) == ORIGIN and all(isinstance(part, str) for part in raw.values()):
        known = _whole_origin(*raw.values(), options.today)
        if known is not None:
            return known
    return _read_origin(raw, f"provenance.{key}", teller, options)


@lru_cache(maxsize=5_000)
def _whole_origin(source: str, as_of: str, editor: str, confirmed_on: str, today: date) -> Mapping[str, Any] | None:
    """Return an origin in which nothing is wrong, else None."""
    teller, options = Teller("", 0), Options(source="", today=today)
    raw = {"source": source, "as_of": as_of, "editor": editor, "confirmed_on": confirmed_on}
    made = _read_origin(raw, "", teller, options)
    return None if teller.problems else made


def _read_origin(raw: Any, column: str, teller: Teller, options: Options) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        teller.unusable(column, raw, ", ".join(ORIGIN))
        raw = {}
    elif extra := raw.keys() - set(ORIGIN):
        teller.tell("column_unknown", f"{column}.{min(extra)}", min(extra), ORIGIN)
    return {
        "source": _source(raw, column, teller, options),
        "as_of": _past_day(raw, "as_of", column, teller, options),
        "editor": _editor(raw, column, teller),
        "confirmed_on": _past_day(raw, "confirmed_on", column, teller, options),
    }


def _source(raw: Mapping[str, Any], column: str, teller: Teller, options: Options) -> str:
    """Return a label as it stands; unlike a text it is compared and never shown as somebody's words."""
    value = raw.get("source", options.source if not raw else None)
    if isinstance(value, str) and printable(value) == value:
        return value
    teller.unusable(f"{column}.source", value, "text")
    return options.source


def _editor(raw: Mapping[str, Any], column: str, teller: Teller) -> Any:
    value = raw.get("editor", "file")
    if isinstance(value, str) and value in EDITOR_RANK:
        return value
    teller.unusable(f"{column}.editor", value, ", ".join(EDITOR_RANK))
    return "file"


def _past_day(raw: Mapping[str, Any], name: str, column: str, teller: Teller, options: Options) -> date:
    otherwise = options.as_of or options.today
    if not raw:
        return otherwise
    found = day(teller, f"{column}.{name}", raw.get(name))
    if found is not None and found > options.today:
        teller.tell("date_unreadable", f"{column}.{name}", raw.get(name))
        return otherwise
    return found or otherwise


def _listing(line: Mapping[str, Any], teller: Teller, options: Options) -> Listing:
    value = line.get("listing")
    if not isinstance(value, str) or value not in LISTINGS:
        teller.unusable("listing", value, ", ".join(LISTINGS))
        value = "public_register"  # the least that can be meant: nobody is listed by a slip of the pen
    chosen: Any = options.listing or value
    return cast("Listing", chosen)


def _mark(line: Mapping[str, Any], key: str, teller: Teller) -> bool:
    value = line.get(key, False)
    if not isinstance(value, bool):
        teller.unusable(key, value, "true / false")
    return value is True


def _withheld(line: Mapping[str, Any], teller: Teller, options: Options) -> dict[str, Fact]:
    """Return the fields that a person emptied; one that the line states too is not withheld."""
    origins = _object(line, "withheld", teller)
    for key in origins:
        if key not in FIELD_OF or line.get(key) not in (None, "", []):
            teller.tell("column_unknown", f"withheld.{key}", key)
    return {
        name: Fact(None, **_origin(origins, key, teller, options))
        for name, key in KEYS.items()
        if key in origins and line.get(key) in (None, "", [])
    }

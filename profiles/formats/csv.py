"""Reads CSV, TSV and their kin: finds encoding, delimiter and header, and makes each row a therapist or a problem."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache
from itertools import islice, zip_longest
from pathlib import Path
from typing import IO, Any, TypeVar

from profiles.formats import cells
from profiles.formats.cells import Finding, Read
from profiles.formats.reading import Options, Row
from profiles.identity import id_from_facts, id_from_name, read_npi
from profiles.languages import jurisdiction_of
from profiles.problems import Problem, problem
from profiles.schema import IDENTITY_FIELDS, STYLES, Fact, Fee, Language, Licence, Place, Therapist
from profiles.vocabulary import folded

T = TypeVar("T")

DELIMITERS = (",", ";", "\t", "|")
LONGEST_CELL = 16_000_000
"""Characters; a real export has a cell of 223,973, and a quote that never closes takes in the whole file."""

HEADER_WITHIN = 60
"""Lines in which the header is looked for."""

LONGEST_HEADER = 100

END = "\udcff"
"""Fed to the parser after the last line: a lone surrogate, which no decoder gives. Inside a cell, a quote is open."""

Line = tuple[int, list[str]]
"""The line of the file on which a record starts, and its cells."""


# ---------------------------------------------------------------- text


def _encoding(stream: IO[bytes]) -> tuple[str, str]:
    """Return (encoding, problem code or "").

    A byte order mark decides; else UTF-8 where every byte fits; else cp1252, whose five unused bytes become U+FFFD.
    A zero byte without a mark is no text.
    """
    start = stream.read(4)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if start.startswith(mark):
            return name, ""
    decoder, fits = codecs.getincrementaldecoder("utf-8")(), True
    stream.seek(0)
    while chunk := stream.read(1 << 20):
        if b"\0" in chunk:
            return "", "file_not_text"
        try:
            fits = fits and decoder.decode(chunk) is not None
        except UnicodeDecodeError:
            fits = False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        fits = False
    return ("utf-8", "") if fits else ("cp1252", "encoding_assumed")


# ---------------------------------------------------------------- header


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        header: as the file writes it.
        target: what it holds, a key of `headers.toml`; "" unknown.
        currency: what the header says a fee is in.
    """

    header: str
    target: str
    currency: str = ""


MERGED = frozenset(
    {"language", "session_format", "telehealth", "specialties", "licences", "bio", "reply_languages", "qualities"}
    | {"modality", "concern", "population", "age_group", "participants", "insurance", "accessibility", "availability"}
    | {"practice", "profession", "licence_jurisdiction", "cultural_background", "faith", "therapist_gender"}
)
"""Targets that may stand in several columns: what they say is put together."""


def header_key(header: str) -> str:
    """Return a header as it is compared.

    >>> header_key("LANGUAGE(S) SPOKEN"), header_key("Über mich"), header_key("NPI #")
    ('languagesspoken', 'ubermich', 'npi')
    """
    plain = unicodedata.normalize("NFKD", folded(header).replace("ß", "ss"))
    return "".join(char for char in plain if char.isalnum())


@cache
def _targets() -> Mapping[str, str]:
    return {header_key(header): target for target, headers in cells.table("headers").items() for header in headers}


@lru_cache(maxsize=10_000)
def column_of(header: str) -> Column:
    """Return what a header announces: read whole, else without brackets, a currency, or a number at its end."""
    currency = cells.currency_in(header)
    without = re.sub(rf"\b{re.escape(currency)}\b", " ", header) if currency else header
    readings = (header, re.sub(r"\([^)]*\)", " ", header), without, re.sub(r"\d+\s*$", "", header))
    for reading in readings:
        target = _targets().get(header_key(reading), "")
        if target and (reading is header or not reading.strip().isdigit()):
            return Column(header, target, currency if target.startswith("fee") else "")
    return Column(header, "")


def find_header(lines: Sequence[str]) -> tuple[int, str] | None:
    """Return (index of its line, delimiter) of the record that names most known columns, None when none does.

    A header names somebody, or at least two columns.
    """
    best: tuple[int, int, str] | None = None
    for start in range(len(lines)):
        for delimiter in DELIMITERS:
            try:
                record = next(csv.reader(lines[start:], delimiter=delimiter))
            except (csv.Error, StopIteration):
                continue
            found = {column_of(cell).target for cell in record if len(cell) <= LONGEST_HEADER} - {""}
            if (len(found) > 1 or "name" in found) and (best is None or len(found) > best[0]):
                best = (len(found), start, delimiter)
    return None if best is None else best[1:]


def _about_columns(columns: Sequence[Column], place: Mapping[str, Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for column in columns:
        if column.target and column.target in seen - MERGED:
            yield problem("column_repeated", column=column.header, value=column.header, target=column.target, **place)
        elif not column.target and column.header.strip():
            near = get_close_matches(header_key(column.header), _targets(), n=3, cutoff=0.7)
            names = dict.fromkeys(_targets()[key] for key in near)
            yield problem(
                "column_unknown", column=column.header, value=column.header, nearest=", ".join(names) or "-", **place
            )
        seen.add(column.target)


# ---------------------------------------------------------------- records


@dataclass(slots=True)
class _File:
    """One open file: what stands before its table, and its records one by one."""

    name: str
    text: IO[str]

    def records(self, delimiter: str, start: int) -> Iterator[Line | Problem]:
        """Yield the records from line `start` (0-based) on; a quote that stays open ends them with a problem."""
        csv.field_size_limit(max(LONGEST_CELL, csv.field_size_limit()))
        counted = [start]
        reader = csv.reader(self._with_end(counted, start), delimiter=delimiter)
        while True:
            line = start + reader.line_num + 1
            try:
                record = next(reader)
            except (csv.Error, StopIteration):  # a cell beyond every limit
                yield problem("quote_unclosed", file=self.name, row=line)
                return
            if record == [END]:
                return
            if record and record[-1].endswith(END):
                yield self._open_quote(record[-1], counted[0])
                return
            yield line, [_plain(cell) for cell in record]

    def _with_end(self, counted: list[int], start: int) -> Iterator[str]:
        for line in islice(self.text, start, None):
            counted[0] += 1
            yield line
        yield END

    def _open_quote(self, cell: str, last: int) -> Problem:
        text = cell.removesuffix(END)
        opened = last - len(re.findall(r"\r\n|\r|\n", text)) + text.endswith(("\r", "\n"))
        return problem("quote_unclosed", file=self.name, row=opened, value=text)


def _plain(cell: str) -> str:
    """Return a cell in NFC and without the apostrophe that keeps spreadsheets from running it."""
    text = unicodedata.normalize("NFC", cell)
    return text[1:] if re.match(r"'+[=+\-@\t\r]", text) else text


def _outside(record: list[str], columns: Sequence[Column]) -> bool:
    """Whether a record is no profile: a repeated header, or a note under the table in its only filled cell."""
    filled = [cell.strip() for cell in record if cell.strip()]
    if filled == [column.header.strip() for column in columns if column.header.strip()]:
        return True
    if len(filled) != 1 or len(columns) < 3:
        return False
    plain = folded(filled[0])
    first = next((word for word in cells.table("footers")["starts"] if re.match(rf"{re.escape(word)}\b", plain)), "")
    return bool(first) and (plain == first or bool(re.search(r"[\d:]", filled[0])))


# ---------------------------------------------------------------- a row

Reader = Callable[[str], Read[Any]]

PLAIN: Mapping[str, Reader] = {
    "credentials": cells.words,
    "training": cells.words,
    "crisis_between_sessions": cells.words,
    "pronouns": cells.words,
    "orientation": cells.words,
    "disability": cells.words,
    "supervised": cells.flag,
    "accepting": cells.accepting,
    "email": cells.email,
    "phone": cells.phone,
    "text": cells.phone,
    "website": cells.web_address,
    "booking_url": cells.web_address,
    "preferred": cells.preferred,
    "replies_within_days": lambda cell: cells.whole(cell, 0, 365),
}
"""Columns of one value: the field is called like the column."""

LISTS: Mapping[str, tuple[str, ...]] = {
    "specialties": cells.SPECIALTY_FIELDS,
    **{
        name: (name,)
        for name in ("modality", "concern", "population", "age_group", "participants", "insurance", "accessibility")
    },
    **{name: (name,) for name in ("availability", "practice", "qualities", "cultural_background", "faith")},
    **{name: (name,) for name in ("session_format", "therapist_gender")},
}
"""Columns of vocabulary terms, and the fields each term may belong to."""

MOST_QUALITIES = 3
PLACE_TEXTS = {"place_name": "name", "city": "city", "region": "region"}
DEGREES = {"latitude": 90, "longitude": 180}


@dataclass(slots=True)
class _Cells:
    """The filled cells of one row, by what they hold, and what was found wrong with them."""

    file: str
    line: int
    filled: dict[str, list[tuple[Column, str]]]
    problems: list[Problem] = field(default_factory=list)

    def all(self, target: str) -> list[tuple[Column, str]]:
        """Return the filled cells of a target; only the first where several can't be put together."""
        found = self.filled.get(target, [])
        return found if target in MERGED else found[:1]

    def text(self, target: str) -> str:
        """Return the first filled cell of a target, "" where there is none or it says that nothing is stated."""
        return next((cell.strip() for _, cell in self.all(target) if not cells.is_blank(cell)), "")

    def read(self, column: Column, read: Read[T]) -> T:
        """Return what was read, and keep what was not understood."""
        for found in read.findings:
            self.report(found, column)
        return read.value

    def report(self, found: Finding, column: Column | None) -> None:
        """Keep a problem of this row."""
        header = None if column is None else column.header
        params = {"nearest": ", ".join(found.nearest) or "-"}
        self.problems.append(
            problem(found.code, file=self.file, row=self.line, column=header, value=found.value, **params)
        )

    def value(self, target: str, reader: Callable[[str], Read[T]]) -> T | None:
        """Read the cell of a target, None where there is none."""
        for column, cell in self.all(target):
            return self.read(column, reader(cell))
        return None


def _name(row: _Cells) -> str:
    for _, cell in row.all("name"):
        return cell
    return " ".join(cell.strip() for target in ("first_name", "last_name") for _, cell in row.all(target))


def _npi(row: _Cells) -> str:
    for column, cell in row.all("npi"):
        if not cells.is_blank(cell):
            number, code = read_npi(cell)
            if code:
                row.report(Finding(code, cell), column)
            return number
    return ""


def _terms(row: _Cells) -> dict[str, tuple[str, ...]]:
    """Return the vocabulary terms of all list columns, by field."""
    found: dict[str, dict[str, None]] = {}
    for target, fields in LISTS.items():
        for column, cell in row.all(target):
            for name, code in row.read(column, cells.terms(fields, cell)):
                found.setdefault(name, {})[code] = None
    for column, cell in row.all("telehealth"):
        found.setdefault("session_format", {}).update(dict.fromkeys(row.read(column, cells.session_formats(cell))))
    return {name: tuple(codes) for name, codes in found.items()}


def _qualities(row: _Cells, found: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    named = found.get("qualities", ())
    if len(named) > MOST_QUALITIES:
        column = row.all("qualities")[0][0]
        row.report(Finding("terms_too_many", ", ".join(named[MOST_QUALITIES:])), column)
        found["qualities"] = named[:MOST_QUALITIES]
    return found


def _languages(row: _Cells) -> tuple[tuple[Language, ...], bool]:
    levels: dict[str, int | None] = {}
    interpreter = False
    for column, cell in row.all("language"):
        read = row.read(column, cells.languages(cell))
        interpreter = interpreter or read.interpreter
        for one in read.spoken:
            levels[one.tag] = max(levels.get(one.tag) or 0, one.level or 0) or None
    return tuple(Language(*item) for item in levels.items()), interpreter


def _place(row: _Cells) -> Place | None:
    region, written = row.text("region"), row.text("postal_code")
    stated = row.value("country", cells.country) or ""
    country = stated or cells.country_of(region, cells.postal_code(written, ""))
    parts: dict[str, Any] = {name: row.text(target) for target, name in PLACE_TEXTS.items()}
    parts["street"] = ", ".join(filter(None, (row.text("street"), row.text("street_more"))))
    parts["postal_code"] = cells.postal_code(written, country)
    parts["country"] = country
    for name, end in DEGREES.items():
        parts[name] = row.value(name, lambda cell, end=end: cells.number(cell, -end, end))  # type: ignore[misc]
    return Place(**parts) if any(value not in ("", None) for value in parts.values()) else None


def _fee(row: _Cells, country: str) -> Fee | None:
    found = [(column, cell) for target in ("fee", "fee_low", "fee_high") for column, cell in row.all(target)]
    read = [(column, cell, row.read(column, cells.amounts(cell))) for column, cell in found]
    known = [(column, cell, ends) for column, cell, ends in read if ends is not None]
    if not known:
        return None
    own = next(filter(None, (cells.currency_in(cell) for _, cell, _ in known)), "")
    header = next(filter(None, (column.currency for column, _, _ in known)), "")
    # A code or a sign of one currency in the cell goes first, "$" last: it may be any dollar.
    hints = (own if own != "$" else "", cells.currency_in(row.text("currency")), header, own)
    currency = cells.settled_currency(hints, country)
    if not currency:
        row.report(Finding("currency_unknown", known[0][1]), known[0][0])
        return None
    return Fee(min(ends[0] for *_, ends in known), max(ends[1] for *_, ends in known), currency)


def _listed(row: _Cells, target: str) -> list[str]:
    return [piece for _, cell in row.all(target) for piece in cells.pieces(cell) if not cells.is_blank(piece)]


def _days(row: _Cells, target: str, country: str) -> list[date | None]:
    return [
        row.read(column, cells.day(piece, country)) for column, cell in row.all(target) for piece in cells.pieces(cell)
    ]


def _professions(row: _Cells) -> list[str]:
    found: dict[str, None] = {}
    for column, cell in row.all("profession"):
        read = cells.terms(("profession",), cell)
        unknown = tuple(finding._replace(code="profession_unknown") for finding in read.findings)
        found.update({code: None for _, code in row.read(column, Read(read.value, unknown))})
    return list(found)


def _licences(row: _Cells, country: str) -> tuple[Licence, ...]:
    """Return the licences of the columns about one, and those of the compact column."""
    where: list[str] = []
    for column, cell in row.all("licence_jurisdiction"):
        where.extend(row.read(column, cells.jurisdictions(cell, country)))
    numbers, kinds = _listed(row, "licence_number"), _professions(row)
    if numbers and not where:
        row.report(Finding("licence_without_jurisdiction", numbers[0]), row.all("licence_number")[0][0])
    starts, ends = (_days(row, target, country) for target in ("licence_start", "licence_end"))
    count = max(len(where), len(numbers), len(kinds))
    lists: list[list[Any]] = [where, kinds, numbers, starts, ends]
    # One number, day or profession speaks for every licence of the row.
    spread = [found * count if len(found) == 1 and count else found for found in lists]
    made = [
        Licence(place or "", kind or "", number or "", start, end)
        for place, kind, number, start, end in zip_longest(*(found[:count] for found in spread))
    ]
    return tuple(dict.fromkeys((*made, *_compact_licences(row, country))))


def _compact_licences(row: _Cells, country: str) -> Iterator[Licence]:
    """Yield licences written as `US-MA:psychologist:12345:2027-01-01`, number and end optional."""
    for column, cell in row.all("licences"):
        for piece in cells.pieces(cell):
            if cells.is_blank(piece):
                continue
            place, kind, number, end = (*(part.strip() for part in piece.split(":", 3)), "", "", "")[:4]
            where = _where(row, column, place, country, exact=":" in piece)
            known = cells.terms(("profession",), kind)
            unknown = tuple(finding._replace(code="profession_unknown") for finding in known.findings)
            kinds = row.read(column, Read(known.value, unknown))
            last = row.read(column, cells.day(end, country))
            if where or number:
                yield Licence(next(iter(where), ""), kinds[0][1] if kinds else "", number, None, last)
            if number and not place:
                row.report(Finding("licence_without_jurisdiction", piece), column)


def _where(row: _Cells, column: Column, text: str, country: str, *, exact: bool) -> tuple[str, ...]:
    """Return where a licence of the compact form is valid; in front of a colon stand ISO codes, so `DE` is Germany."""
    code = jurisdiction_of(text) if exact else None
    return (code,) if code else row.read(column, cells.jurisdictions(text, country))


def _style(row: _Cells) -> dict[str, int]:
    found = {name: row.value(f"style_{name}", lambda cell: cells.whole(cell, -3, 3)) for name in STYLES}
    return {name: side for name, side in found.items() if side is not None}


def _bio(row: _Cells) -> str:
    return "\n\n".join(cell for _, cell in row.all("bio"))


def _values(row: _Cells, name: str, npi: str) -> dict[str, Any]:
    """Return what the row states, by field; empty values are left out."""
    place = _place(row)
    country = place.country if place else ""
    spoken, interpreter = _languages(row)
    found: dict[str, Any] = _qualities(row, _terms(row))
    if interpreter:
        found["accessibility"] = tuple(dict.fromkeys((*found.get("accessibility", ()), "interpreter")))
    found.update({target: row.value(target, reader) for target, reader in PLAIN.items()})
    replies = row.value("reply_languages", cells.languages)
    found.update(
        name=name,
        npi=npi,
        language=spoken,
        licence=_licences(row, country),
        place=(place,) if place else (),
        fee=_fee(row, country),
        next_opening=row.value("next_opening", lambda cell: cells.day(cell, country)),
        style=_style(row),
        bio=_bio(row),
        reply_languages=tuple(one.tag for one in replies.spoken) if replies else (),
    )
    return {field: value for field, value in found.items() if value is not None and value not in ("", (), {})}


# ---------------------------------------------------------------- a load


@dataclass(slots=True)
class _Load:
    """What is told once for all files."""

    options: Options
    files: list[str] = field(default_factory=list)
    without_consent: int = 0
    columns_without_consent: dict[str, None] = field(default_factory=dict)

    def file(self, path: Path) -> Iterator[Row]:
        """Yield what one file holds."""
        self.files.append(path.name)
        with path.open("rb") as stream:
            encoding, code = _encoding(stream)
            if code:
                yield _note(problem(code, file=path.name, encoding=encoding))
            if not encoding:
                return
        with path.open(encoding=encoding, errors="replace", newline="") as text:
            start = list(islice(text, HEADER_WITHIN))
        if not any(line.strip() for line in start):
            yield _note(problem("file_empty", file=path.name))
            return
        header = find_header(start)
        if header is None:
            line, shown = next((n, text) for n, text in enumerate(start, 1) if text.strip())
            yield _note(problem("header_missing", file=path.name, row=line, value=shown.strip()))
            return
        yield from _preamble(start[: header[0]], path.name)
        with path.open(encoding=encoding, errors="replace", newline="") as text:
            yield from self._table(_File(path.name, text).records(header[1], header[0]), path.name)

    def _table(self, records: Iterator[Line | Problem], file: str) -> Iterator[Row]:
        columns: list[Column] | None = None
        for record in records:
            if isinstance(record, Problem):
                yield Row("rejected", problems=(record,))
            elif columns is None:
                columns = [column_of(cell) for cell in record[1]]
                about = tuple(_about_columns(columns, {"file": file, "row": record[0]}))
                yield from [Row("note", problems=about)] if about else []
            else:
                yield self._record(record, columns, file)

    def _record(self, record: Line, columns: Sequence[Column], file: str) -> Row:
        line, values = record
        if not any(cell.strip() for cell in values):
            return _note(problem("row_blank", file=file, row=line))
        if _outside(values, columns):
            return _note(problem("row_outside_table", file=file, row=line, value=_shown(values)))
        if len(values) != len(columns):
            wrong = problem(
                "row_length", file=file, row=line, value=_shown(values), cells=len(values), columns=len(columns)
            )
            return Row("rejected", problems=(wrong,))
        filled: dict[str, list[tuple[Column, str]]] = {}
        for column, cell in zip(columns, values, strict=True):
            if cell.strip():
                filled.setdefault(column.target, []).append((column, cell))
        row = _Cells(file, line, filled)
        for column, cell in filled.get("", ()):
            if not column.header.strip():
                row.report(Finding("column_unknown", cell), column)
        return self._row(row)

    def _row(self, row: _Cells) -> Row:
        name, npi = _name(row), _npi(row)
        if not name.strip():
            row.report(Finding("name_missing", ""), None)
            return Row("rejected", problems=tuple(row.problems))
        consent = self._consent(row)
        if not consent:
            self._leave_out_identity(row)
        found = _values(row, name, npi)
        identity = self._id(row, found)
        as_of = self._as_of(row, found)
        source, listing = self.options.source, self.options.listing or "agreed"
        facts = {name: Fact(value, source, as_of, "file", as_of) for name, value in found.items()}
        held = consent if any(name in IDENTITY_FIELDS for name in found) else ""
        return Row("loaded", Therapist(identity, facts, listing, consent=held), tuple(row.problems))

    def _consent(self, row: _Cells) -> str:
        """Return the basis for identity fields: the row's own word goes before what the operator says."""
        for column, cell in row.all("consent"):
            basis = cells.consent(cell, column.header)
            if basis is not None:
                return basis
        return self.options.identity_consent

    def _leave_out_identity(self, row: _Cells) -> None:
        """Take identity cells away unread: a problem that quotes one would keep what may not be kept."""
        left_out = [item for target in IDENTITY_FIELDS for item in row.filled.pop(target, ())]
        stated = {column.header: None for column, cell in left_out if not cells.is_blank(cell)}
        self.without_consent += bool(stated)
        self.columns_without_consent.update(stated)

    def _id(self, row: _Cells, found: Mapping[str, Any]) -> str:
        stated = row.text("id") or id_from_facts(found.get("npi", ""), found.get("licence", ()))
        if stated:
            return stated
        row.report(Finding("id_made_from_name", found["name"]), None)
        place = found["place"][0].postal_code if "place" in found else ""
        return id_from_name(self.options.source, found["name"], found.get("credentials", ""), place)

    def _as_of(self, row: _Cells, found: Mapping[str, Any]) -> date:
        country = found["place"][0].country if "place" in found else ""
        own = row.value("as_of", lambda cell: cells.day(cell, country))
        if own is not None and own > self.options.today:
            column, cell = row.all("as_of")[0]
            row.report(Finding("date_unreadable", cell), column)
            own = None
        return own or self.options.as_of or self.options.today

    def identity_left_out(self) -> Iterator[Row]:
        """Yield the one warning about identity fields that came without consent."""
        if self.without_consent:
            file = self.files[0] if len(self.files) == 1 else ""
            columns = ", ".join(self.columns_without_consent)
            yield _note(problem("identity_without_consent", file=file, column=columns, count=self.without_consent))


def _note(found: Problem) -> Row:
    return Row("note", problems=(found,))


def _shown(values: Iterable[str]) -> str:
    return ", ".join(cell.strip() for cell in values if cell.strip())


def _preamble(lines: Sequence[str], file: str) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        code = "row_outside_table" if line.strip(" \t\r\n,;|") else "row_blank"
        yield _note(problem(code, file=file, row=number, value=line.strip() or None))


def read_csv(paths: Sequence[Path], options: Options) -> Iterator[Row]:
    """Yield a row for each record of `paths`, in order, and what is told once at the end.

    Raises:
        OSError: one of `paths` can't be opened; `profiles.loading` makes a sentence of it.
    """
    load = _Load(options)
    for path in paths:
        yield from load.file(path)
    yield from load.identity_left_out()

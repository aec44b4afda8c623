"""Private links by which clients answer after a session; nothing is sent by us, and no link shows an answer."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta
from pathlib import Path

from matcher.feedback.importing import LONGEST_CLIENT, Basis, client_key
from matcher.feedback.sheets import Cells, CheckInRow, records
from matcher.links import said_by, signed
from profiles.export.csv import escaped
from profiles.problems import Problem

PURPOSE = "checkin"
KEY_BYTES = 16
ASKED = ("therapist_id", "client")
"""Columns of a file of clients who are to have a link."""


@dataclass(frozen=True, slots=True)
class CheckInLink:
    """One line for the operator's own mailing, or for a slip of paper.

    Attributes:
        id: the therapist's id.
        name: as in the profile.
        client: as the operator's file names the client, else a number of the therapist's links.
        link: where this client answers, after any session.
        expires: the last day it works.
    """

    id: str
    name: str
    client: str
    link: str
    expires: date


@dataclass(frozen=True, slots=True)
class Wanted:
    """A client who is to have a link: the therapist's id, what the operator calls the client, and their key."""

    therapist: str
    client: str
    key: str


def token_for(therapist: str, key: str, expires: date, secret: bytes) -> str:
    """Return the token of a client's link: the therapist's id and the client's key, signed."""
    return signed(PURPOSE, (therapist, key), expires, secret)


def whose(token: str, secret: bytes, as_of: date) -> tuple[str, str] | None:
    """Return (therapist's id, client's key) of a token, None when it is not ours or no longer works."""
    said = said_by(token, PURPOSE, secret, as_of)
    return (said[0], said[1]) if said and len(said) == 2 else None


def wanted_by_number(therapists: Iterable[str], number: int, secret: bytes) -> Iterator[Wanted]:
    """Yield so many clients of each therapist whom nobody has named: their keys are drawn at random."""
    for one in therapists:
        for client in range(1, number + 1):
            yield Wanted(one, str(client), client_key(secret, one, secrets.token_hex(KEY_BYTES)))


def wanted_by_file(path: Path, basis: Basis) -> Iterator[Wanted | Problem]:
    """Yield the clients that a table or a JSON file names, each once, and what is wrong with its rows.

    A client has the key that `read_checkins` gives the same name, so answers by link and by file are one client's.

    Raises:
        OSError: it can't be opened.
    """
    seen = set()
    for cells in records(path, ASKED):
        if isinstance(cells, CheckInRow):
            yield from cells.problems
            continue
        found = _wanted(cells, basis)
        yield from cells.problems
        if found and not cells.problems and found.key not in seen:
            seen.add(found.key)
            yield found


def _wanted(cells: Cells, basis: Basis) -> Wanted | None:
    if not cells.required(*ASKED):
        return None
    client = cells.text("client", LONGEST_CLIENT)
    therapist = basis.kept_as(cells.filled["therapist_id"].strip())
    if therapist is None:
        cells.tell("therapist_unknown", "therapist_id")
        return None
    return Wanted(therapist, client, client_key(basis.secret, therapist, client))


def links(
    wanted: Iterable[Wanted],
    *,
    names: Mapping[str, str],
    address: str,
    secret: bytes,
    as_of: date,
    days: int,
) -> Iterator[CheckInLink]:
    """Yield a link for each client.

    Args:
        wanted: who is to have one.
        names: the name of each therapist, by id.
        address: where the pages are reached from outside, such as `https://example.org`.
        secret: of the home.
        as_of: the day the links are made.
        days: how long they work.
    """
    expires = as_of + timedelta(days=days)
    for one in wanted:
        link = f"{address.rstrip('/')}/checkin/{token_for(one.therapist, one.key, expires, secret)}"
        yield CheckInLink(one.therapist, names[one.therapist], one.client, link, expires)


def link_table(made: Iterable[CheckInLink]) -> str:
    """Return links as CSV that no spreadsheet runs."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(part.name for part in fields(CheckInLink))
    table.writerows([escaped(str(cell)) for cell in astuple(one)] for one in made)
    return text.getvalue()

"""Signed links by which therapists answer for their own profile; nothing is sent by us."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from matcher.links import said_by, signed
from profiles.export.csv import escaped
from profiles.schema import Therapist

PURPOSE = "profile"


@dataclass(frozen=True, slots=True)
class Invitation:
    """One line for the operator's own mailing.

    Attributes:
        id: the therapist's id.
        name: as in the profile.
        email: where the profile says to write, "" when it does not say.
        link: address of their own page; whoever has it may answer for them.
        expires: the last day it works.
    """

    id: str
    name: str
    email: str
    link: str
    expires: date


def token_for(identity: str, expires: date, secret: bytes) -> str:
    """Return the token of a link: the id and its last day, signed."""
    return signed(PURPOSE, (identity,), expires, secret)


def whose(token: str, secret: bytes, as_of: date) -> str | None:
    """Return the id of the therapist a token was made for, None when it is not ours or no longer works."""
    said = said_by(token, PURPOSE, secret, as_of)
    return said[0] if said and len(said) == 1 else None


def invitations(
    therapists: Iterable[Therapist], *, address: str, secret: bytes, as_of: date, days: int
) -> Iterator[Invitation]:
    """Yield an invitation for each therapist.

    Args:
        therapists: whom to invite.
        address: where the pages are reached from outside, such as `https://example.org`.
        secret: of the home; another home's links do not work here.
        as_of: the day of the invitation.
        days: how long it works.
    """
    expires = as_of + timedelta(days=days)
    for one in therapists:
        link = f"{address.rstrip('/')}/profile/{token_for(one.id, expires, secret)}"
        yield Invitation(one.id, one.name, one.value("email", ""), link, expires)


def has_answered(therapist: Therapist) -> bool:
    """Whether a therapist ever answered for the profile."""
    facts = (*therapist.facts.values(), *therapist.withheld.values())
    return any(fact.editor == "therapist" for fact in facts)


HEADER = ("id", "name", "email", "link", "expires")


def invitation_table(written: Iterable[Invitation]) -> str:
    """Return invitations as CSV that no spreadsheet runs."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADER)
    for one in written:
        cells = (one.id, one.name, one.email, one.link, one.expires.isoformat())
        table.writerow([escaped(cell) for cell in cells])
    return text.getvalue()

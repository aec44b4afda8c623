"""Private links: a few texts and a last day, signed with the secret of the home, each kind for one purpose alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from itsdangerous import BadData, URLSafeSerializer


def signed(purpose: str, parts: Sequence[str], expires: date, secret: bytes) -> str:
    """Return the token of a link.

    Args:
        purpose: what it is for; a token of another purpose is not read.
        parts: what it says; whoever has the link can read it, and nobody can change it.
        expires: the last day it works.
        secret: of the home; another home's links do not work here.
    """
    return URLSafeSerializer(secret, salt=purpose).dumps([*parts, expires.isoformat()])


def said_by(token: str, purpose: str, secret: bytes, as_of: date) -> tuple[str, ...] | None:
    """Return what a token says, None when it is not ours, of another purpose, or no longer works."""
    try:
        *parts, expires = URLSafeSerializer(secret, salt=purpose).loads(token)
        return tuple(map(str, parts)) if as_of <= date.fromisoformat(expires) else None
    except (BadData, TypeError, ValueError):
        return None

"""Whom a removal is about: keyed hashes by which a later load knows somebody who asked to be left out."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

from profiles.identity import digits_of, name_key
from profiles.schema import Therapist


def keys(therapist: Therapist, secret: bytes) -> list[str]:
    """Return the keyed hashes of a therapist, one for each way they may come back."""
    return [keyed(mark, secret) for mark in marks(therapist)]


def keyed(mark: str, secret: bytes) -> str:
    """Return the hash of a mark under the secret of the home."""
    return hmac.new(secret, mark.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def marks(therapist: Therapist) -> Iterator[str]:
    """Yield what tells one person from others: ids, licences, and the name with a place or a way of contact.

    A name alone would keep out others of that name, and a way of contact alone everybody of one practice.
    """
    yield f"id:{therapist.id}"
    if therapist.value("npi"):
        yield f"npi:{therapist.value('npi')}"
    for one in therapist.licences:
        if one.jurisdiction and one.number:
            yield f"licence:{one.jurisdiction}:{one.number.casefold()}"
    name = name_key(therapist.name)
    if name:
        yield from (f"name:{name}:{detail}" for detail in _details(therapist))


def _details(therapist: Therapist) -> Iterator[str]:
    yield from (f"{one.country}{one.postal_code}" for one in therapist.places if one.postal_code)
    if email := therapist.value("email"):
        yield email.casefold()
    for field in ("phone", "text"):
        if number := digits_of(therapist.value(field, "")):
            yield number

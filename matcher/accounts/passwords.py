"""Passwords as hashes that are slow and take memory to make (scrypt), and whether a password agrees with one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from matcher.accounts.protocol import LEAST_PASSWORD, MOST_PASSWORD, PasswordUnusable

SALT_BYTES, HASH_BYTES = 16, 32


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs: 128 * n * r bytes of memory, p times."""

    n: int = 2**15
    r: int = 8
    p: int = 3


COST = Cost()
"""32 MiB three times over, one of the settings that OWASP names for scrypt."""


def hashed(password: str, cost: Cost = COST) -> str:
    """Return a password as text to keep: name of the method, cost, salt and hash.

    Raises:
        PasswordUnusable: it is shorter or longer than may be.
    """
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise PasswordUnusable(least=LEAST_PASSWORD, most=MOST_PASSWORD)
    salt = secrets.token_bytes(SALT_BYTES)
    return _written(cost, salt, _derived(password, salt, cost))


def agrees(password: str, kept: str) -> bool:
    """Whether a password is the one that was hashed; takes as long for a wrong one as for the right one."""
    cost, salt, expected = _read(kept)
    return hmac.compare_digest(_derived(password[:MOST_PASSWORD], salt, cost), expected)


def nobody(cost: Cost = COST) -> str:
    """Return a hash that no password has, so that an unknown name takes the same work as a known one."""
    return _written(cost, secrets.token_bytes(SALT_BYTES), bytes(HASH_BYTES))


def is_outdated(kept: str, cost: Cost = COST) -> bool:
    """Whether a hash was made at another cost than passwords are hashed with now."""
    return _read(kept)[0] != cost


def _derived(password: str, salt: bytes, cost: Cost) -> bytes:
    plain = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    most = 2 * 128 * cost.r * (cost.n + cost.p)
    return hashlib.scrypt(plain, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=most, dklen=HASH_BYTES)


def _written(cost: Cost, salt: bytes, value: bytes) -> str:
    return f"scrypt${cost.n}${cost.r}${cost.p}${salt.hex()}${value.hex()}"


def _read(kept: str) -> tuple[Cost, bytes, bytes]:
    _, n, r, p, salt, value = kept.split("$")
    return Cost(int(n), int(r), int(p)), bytes.fromhex(salt), bytes.fromhex(value)

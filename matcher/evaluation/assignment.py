"""Which arm of an experiment a unit is in: the same one always, by a hash and nothing else."""

from __future__ import annotations

import hashlib

from matcher.events.protocol import Arm

UNIT_BYTES = 16
"""A unit is a random number of 128 bits, written as 32 hexadecimal digits."""


def bucket(salt: str, unit: str) -> float:
    """Return a number from 0 to below 1 that is spread evenly over units, differently for each salt.

    The first eight bytes of SHA-256 over salt, colon and unit, as an unsigned big-endian number, over 2**64. It is cut
    to 53 bits, so that every language that has IEEE doubles gives the same number.

    >>> bucket("salt", "00" * 16)
    0.31413515675968084
    """
    digest = hashlib.sha256(f"{salt}:{unit}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def arm_of(salt: str, unit: str) -> Arm:
    """Return the arm of a unit: the lower half of the buckets is control."""
    return "control" if bucket(salt, unit) < 0.5 else "treatment"


def seed_of_list(salt: str, unit: str, *parts: str) -> int:
    """Return a 64-bit seed, the same whenever a unit asks for the same list on the same day."""
    text = ":".join((salt, unit, *parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")

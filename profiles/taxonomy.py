"""What NUCC provider taxonomy codes mean here: which are behavioural health, and which profession each stands for."""

from __future__ import annotations

from collections.abc import Mapping

# Prefixes only: the code set itself belongs to the AMA and is not copied.
BEHAVIOURAL_HEALTH: tuple[str, ...] = (
    "101",
    "102",
    "103",
    "104",
    "106",
    "2084A",
    "2084F",
    "2084P",
    "163WP080",
    "363LP08",
    "364SP08",
)
"""Codes that start so are behavioural health."""

BEHAVIOURAL_HEALTH_CODES: frozenset[str] = frozenset({"1835P1300X", "2083A0300X"})
"""Single codes of groups that are otherwise none: psychiatric pharmacists, addiction medicine."""

PROFESSIONS: Mapping[str, str] = {
    "101Y": "counselor",
    "103": "psychologist",
    "1041": "social_worker",
    "1041C": "clinical_social_worker",
    "106H": "marriage_family_therapist",
    "2084P": "psychiatrist",
    "363LP08": "psychiatric_nurse",
    "364SP08": "psychiatric_nurse",
}
"""Prefix -> code of the vocabulary's `profession`; the longest prefix decides."""


def is_behavioural_health(code: str) -> bool:
    """Whether a taxonomy code is one of behavioural health.

    >>> is_behavioural_health("103TC0700X"), is_behavioural_health("207R00000X")
    (True, False)
    """
    plain = code.strip().upper()
    return plain.startswith(BEHAVIOURAL_HEALTH) or plain in BEHAVIOURAL_HEALTH_CODES


def profession(code: str) -> str:
    """Return the profession that a taxonomy code stands for, "" where it stands for none that clients can ask for.

    >>> profession("1041C0700X"), profession("1041S0200X"), profession("207R00000X")
    ('clinical_social_worker', 'social_worker', '')
    """
    plain = code.strip().upper()
    prefixes = [prefix for prefix in PROFESSIONS if plain.startswith(prefix)]
    return PROFESSIONS[max(prefixes, key=len)] if prefixes else ""

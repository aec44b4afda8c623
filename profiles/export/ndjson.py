"""Writes NDJSON: one therapist a line with everything that is held of them; `profiles.formats.own` reads it back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from profiles.export.formats import Losses
from profiles.formats.own_shape import line_of
from profiles.schema import Therapist

LINE_ENDS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"})
"""What some readers take for the end of a line, though JSON doesn't: written as an escape, and read back as it was."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "), allow_nan=False)


def write_ndjson(therapists: Iterable[Therapist], losses: Losses) -> Iterator[str]:
    """Yield a line for each therapist; nothing is lost."""
    for therapist in therapists:
        losses.add({})
        yield _ENCODER.encode(line_of(therapist)).translate(LINE_ENDS) + "\n"

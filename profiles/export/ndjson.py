"""Writes NDJSON: one therapist a line with everything that is held of them; `profiles.formats.own` reads it back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from profiles.export.formats import Losses
from profiles.formats.own_shape import line_of
from profiles.schema import Therapist

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "), allow_nan=False)


def write_ndjson(therapists: Iterable[Therapist], losses: Losses) -> Iterator[str]:
    """Yield a line for each therapist; nothing is lost."""
    for therapist in therapists:
        losses.add({})
        yield _ENCODER.encode(line_of(therapist)) + "\n"

"""The named ranking variants, data only."""

from __future__ import annotations

from collections.abc import Mapping

from matcher.records import Variant
from profiles.errors import ServiceError


class VariantUnknown(ServiceError):
    """No ranking variant has that name."""

    key = "error.variant_unknown"


VARIANTS: Mapping[str, Variant] = {
    variant.name: variant
    for variant in (
        Variant("alliance", note="variant.alliance"),
        Variant("stated-only", {"described": 0.0}, parent="alliance", note="variant.stated-only"),
        Variant("text-only", {"stated": 0.0}, parent="alliance", note="variant.text-only"),
        Variant("alliance-capacity", parent="alliance", note="variant.alliance-capacity", reranker="capacity"),
        Variant("random", {"stated": 0.0, "described": 0.0, "reported": 0.0}, parent="alliance", note="variant.random"),
    )
}


def variant_named(name: str) -> Variant:
    """Return a variant.

    Raises:
        VariantUnknown: there is none of that name.
    """
    if name not in VARIANTS:
        raise VariantUnknown(name=name, known=", ".join(VARIANTS))
    return VARIANTS[name]

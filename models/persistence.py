"""Fit models as JSON with their model card; never pickle."""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from models.factors import factors
from models.fit import DOORS, FitModel
from profiles.errors import ServiceError

FORMAT = 1


class ModelUnreadable(ServiceError):
    """A model file is missing, is no JSON, or is not of a format this version reads."""

    key = "error.model_unreadable"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a reader must know before trusting a model.

    Attributes:
        title: the model's name.
        data_window: first and last day of the answers it learned from, "" each for the prior.
        answers: how many.
        claims: what the model may be said to do, and what not.
    """

    title: str = "prior"
    data_window: tuple[str, str] = ("", "")
    answers: int = 0
    claims: tuple[str, ...] = (
        "Orders therapists by what was asked; says nothing about how effective anyone is.",
        (
            "The relationship share of .60 is the article's emphasis and our choice, no study's figure "
            "(no moderation by type of preference was found; a style match was null, N=470)."
        ),
        "Getting the therapy people prefer is linked to staying in therapy; it is no promise of results.",
    )


@dataclass(frozen=True)
class StoredModel:
    """A fit model with its card and the hash that every list carries."""

    model: FitModel
    card: ModelCard = field(default_factory=ModelCard)

    @cached_property
    def hash(self) -> str:
        """Twelve hexadecimal digits over everything that moves a score."""
        return hashlib.sha256(_canonical(_numbers(self.model)).encode()).hexdigest()[:12]


def _numbers(model: FitModel) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "parameters": model.get_params(),
        "multipliers": dict(zip(DOORS, (float(value) for value in model.multipliers_), strict=True)),
        "baseline": float(model.intercept_),
        "factors": {name: [row.field, row.group, row.kind, list(row.doors)] for name, row in factors().items()},
    }


def _canonical(document: object) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def prior_model() -> StoredModel:
    """Return the model before any answer."""
    return StoredModel(FitModel.prior())


def save_model(stored: StoredModel, path: Path) -> None:
    """Write a model and its card as JSON, whole or not at all."""
    document = {**_numbers(stored.model), "hash": stored.hash, "card": asdict(stored.card)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8") as part:
        json.dump(document, part, indent=2, ensure_ascii=False)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(path)


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def load_model(path: Path) -> StoredModel:
    """Read what `save_model` wrote.

    Raises:
        ModelUnreadable: the file is missing, no JSON, of another format, or not as it was saved.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise ModelUnreadable(path=str(path), reason=str(document["format"]))
        model = FitModel.prior(**document["parameters"])
        model.multipliers_ = np.array([float(document["multipliers"][door]) for door in DOORS])
        model.intercept_ = float(document["baseline"])
        stored = StoredModel(model)
        if stored.hash != document["hash"] or not all(_is_weight(value) for value in model.get_params().values()):
            raise ModelUnreadable(path=str(path), reason=str(document["hash"]))
        card = {**document["card"]}
        card["data_window"], card["claims"] = tuple(card["data_window"]), tuple(card["claims"])
        return StoredModel(model, ModelCard(**card))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelUnreadable(path=str(path), reason=type(error).__name__) from error

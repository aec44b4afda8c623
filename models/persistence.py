"""Fit models as JSON with their model card; never pickle."""

from __future__ import annotations

import hashlib
import json
import math
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from models.card import Bin, ModelCard, Slice, Validation
from models.factors import factors
from models.fit import DOORS, FitModel
from profiles.errors import ServiceError
from profiles.whole_files import replace_text

FORMAT = 2
NUMBERS = ("format", "parameters", "multipliers", "k", "factor_multipliers", "baseline", "factors")
"""Parts of a file that its hash covers."""


class ModelExists(ServiceError):
    """A version of a model is there already."""

    key = "error.model_exists"


class ModelUnreadable(ServiceError):
    """A model file is missing, is no JSON, or is not of a format this version reads."""

    key = "error.model_unreadable"


@dataclass(frozen=True)
class StoredModel:
    """A fit model with its card and the hash that every list carries."""

    model: FitModel
    card: ModelCard = field(default_factory=ModelCard)

    @cached_property
    def hash(self) -> str:
        """Twelve hexadecimal digits over everything that moves a score or a prediction."""
        return _digest(_numbers(self.model))


def _numbers(model: FitModel) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "parameters": {name: value for name, value in model.get_params().items() if name != "columns"},
        "multipliers": dict(zip(DOORS, (float(value) for value in model.multipliers_), strict=True)),
        "k": model.k_,
        "factor_multipliers": model.factor_multipliers_,
        "baseline": float(model.intercept_),
        "factors": {name: [row.field, row.group, row.kind, list(row.doors)] for name, row in factors().items()},
    }


def _digest(numbers: dict[str, Any]) -> str:
    canonical = json.dumps(numbers, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def prior_model() -> StoredModel:
    """Return the model before any answer."""
    return StoredModel(FitModel.prior())


def save_model(stored: StoredModel, path: Path) -> None:
    """Write a model and its card as JSON, whole or not at all."""
    document = {**_numbers(stored.model), "hash": stored.hash, "card": asdict(stored.card)}
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, json.dumps(document, indent=2, ensure_ascii=False))


def save_version(stored: StoredModel, folder: Path) -> Path:
    """Write a model as `<title>-<version>.json` in a folder; a version that is there already is never written over.

    Raises:
        ModelExists: that version is there.
    """
    path = folder / f"{stored.card.title}-{stored.card.version}.json"
    if path.exists():
        raise ModelExists(path=str(path))
    save_model(stored, path)
    return path


def next_version(title: str, folder: Path) -> int:
    """Return the number of a title's next version, from 1."""
    numbers = [path.stem.removeprefix(f"{title}-") for path in folder.glob(f"{title}-*.json")]
    return 1 + max((int(number) for number in numbers if number.isdigit()), default=0)


def saved_models(folder: Path) -> list[StoredModel]:
    """Return the models of a folder, by file name; a file that can't be read is left out."""
    found = []
    for path in sorted(folder.glob("*.json")):
        with suppress(ModelUnreadable):
            found.append(load_model(path))
    return found


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def load_model(path: Path) -> StoredModel:
    """Read what `save_model` wrote.

    The file must be as it was saved. The model's hash is that of today: where the factor table is another by now, the
    same numbers make another list.

    Raises:
        ModelUnreadable: the file is missing, no JSON, of another format, or not as it was saved.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise ModelUnreadable(path=str(path), reason=str(document["format"]))
        model = FitModel.prior(**document["parameters"])
        model.multipliers_ = np.array([float(document["multipliers"][door]) for door in DOORS])
        model.k_ = float(document["k"])
        model.factor_multipliers_ = {name: float(value) for name, value in document["factor_multipliers"].items()}
        model.intercept_ = float(document["baseline"])
        stored = StoredModel(model, _card(document["card"]))
        numbers = [*document["parameters"].values(), *model.multipliers_, *model.factor_multipliers_.values(), model.k_]
        if document["hash"] != _digest({name: document[name] for name in NUMBERS}) or not all(map(_is_weight, numbers)):
            raise ModelUnreadable(path=str(path), reason=str(document["hash"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelUnreadable(path=str(path), reason=type(error).__name__) from error
    return stored


def _card(document: dict[str, Any]) -> ModelCard:
    """Return the card that a file holds."""
    lists = {"validations": Validation, "calibration": Bin, "slices": Slice}
    parts = {name: tuple(lists[name](**row) for row in rows) for name, rows in document.items() if name in lists}
    pairs = {name: tuple(document[name]) for name in ("data_window", "claims")}
    exposure = document.get("exposure")
    return ModelCard(**{**document, **parts, **pairs, "exposure": tuple(exposure) if exposure else None})

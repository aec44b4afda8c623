"""Fit models on disk: JSON, the same hash after reading as before writing, and one sentence for a broken file."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import persistence
from models.fit import FitModel
from models.persistence import (
    ModelCard,
    ModelUnreadable,
    StoredModel,
    load_model,
    prior_model,
    save_model,
    save_version,
    saved_models,
)

WEIGHTS = st.floats(0, 1, allow_nan=False)


def stored(parameters=None, multipliers=(1.0, 1.0, 1.0), intercept=0.0, card=None):
    """Return a model with the given numbers."""
    model = FitModel.prior(**(parameters or {}))
    model.multipliers_, model.intercept_ = np.array(multipliers), intercept
    return StoredModel(model, card or ModelCard())


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("stated", "described", "reported", "multiplier_sd"), WEIGHTS)),
    st.tuples(WEIGHTS, WEIGHTS, WEIGHTS),
    st.floats(-10, 10),
    st.builds(ModelCard, st.text(max_size=9), st.tuples(st.text(max_size=9), st.text(max_size=9)), st.integers(0, 99)),
)
@settings(max_examples=50)
def test_what_is_saved_is_loaded_again(tmp_path_factory, parameters, multipliers, intercept, card):
    """Parameters, multipliers, baseline, card and hash, to the last bit."""
    path = tmp_path_factory.mktemp("model") / "deep" / "current.json"
    before = stored(parameters, multipliers, intercept, card)
    save_model(before, path)
    after = load_model(path)
    assert after.model.get_params() == before.model.get_params()
    assert after.model.multipliers_.tolist() == before.model.multipliers_.tolist()
    assert (after.model.intercept_, after.card, after.hash) == (intercept, card, before.hash)
    assert [one.name for one in path.parent.iterdir()] == ["current.json"]


def test_the_hash_is_over_everything_that_moves_a_score_and_nothing_else():
    """Another weight is another model; another title is not."""
    prior = prior_model()
    others = [
        stored({"described": 0.05}),
        stored(multipliers=(1, 1, 1.001)),
        stored(intercept=0.1),
        stored({"relationship_share": 0.5}),
    ]
    assert len({prior.hash, *(one.hash for one in others)}) == 5
    assert replace(prior, card=ModelCard(title="another")).hash == prior.hash
    assert len(prior.hash) == 12
    assert prior_model().hash == prior.hash


def test_the_file_is_json_that_a_person_can_read(tmp_path):
    """Never pickle: the numbers and the card stand there by name."""
    save_model(prior_model(), tmp_path / "m.json")
    document = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))
    assert document["parameters"]["stated"] == 0.139
    assert any(".60" in claim for claim in document["card"]["claims"])


def whole(**parts):
    """Return a model file that differs from a good one in some parts."""
    multipliers = {"stated": 1, "described": 1, "reported": 1}
    card = {"data_window": ["", ""], "claims": []}
    good = {"format": 2, "parameters": {}, "multipliers": multipliers, "baseline": 0, "card": card}
    return json.dumps({**good, **parts}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{}",
        b'{"format": 99}',
        b'{"format": 2, "parameters": {}}',
        b'{"format": 2, "parameters": {"sorcery": 1}, "multipliers": {}, "baseline": 0, "card": {}}',
        whole(multipliers={"stated": "x", "described": 1, "reported": 1}),
        whole(card=[]),
        b'{"format": 2, "parameters": {}, "multipliers": [1, 1, 1], "baseline": 0, "card": {}}',
        b"[" * 100_000,
    ],
)
def test_a_broken_file_is_told_by_its_path(tmp_path, content):
    """One exception with the path, whatever is wrong inside, and the file stays as it is."""
    path = tmp_path / "current.json"
    path.write_bytes(content)
    with pytest.raises(ModelUnreadable) as raised:
        load_model(path)
    assert raised.value.message.params["path"] == str(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("part", ["stated", "described"])
@pytest.mark.parametrize("value", ['"much"', "null", "NaN", "-1"])
def test_a_parameter_that_is_no_weight_is_told(tmp_path, part, value):
    """A model that would rank by nonsense is not loaded."""
    save_model(prior_model(), tmp_path / "m.json")
    text = (tmp_path / "m.json").read_text(encoding="utf-8")
    number = {"stated": "0.139", "described": "0.06"}[part]
    (tmp_path / "m.json").write_text(text.replace(f'"{part}": {number}', f'"{part}": {value}', 1), encoding="utf-8")
    with pytest.raises(ModelUnreadable):
        load_model(tmp_path / "m.json")


def test_a_missing_file_is_told(tmp_path):
    """By its path."""
    with pytest.raises(ModelUnreadable):
        load_model(tmp_path / "nothing.json")


def test_a_model_outlives_the_factor_table_it_was_saved_with(tmp_path, monkeypatch):
    """It is read with the table of today, and its hash says that its lists are others."""
    before = stored(multipliers=(1.0, 0.5, 2.0))
    save_model(before, tmp_path / "m.json")
    fewer = dict(list(persistence.factors().items())[1:])
    monkeypatch.setattr(persistence, "factors", lambda: fewer)
    after = load_model(tmp_path / "m.json")
    assert after.model.multipliers_.tolist() == [1.0, 0.5, 2.0]
    assert after.hash != before.hash


def test_the_models_of_a_folder_are_those_that_can_be_read(tmp_path):
    """A broken file among them stops nobody; no folder holds none."""
    one = stored(multipliers=(1.0, 0.5, 2.0), card=ModelCard("spring", version=1))
    save_version(one, tmp_path)
    (tmp_path / "broken-1.json").write_text("{", encoding="utf-8")
    assert [found.hash for found in saved_models(tmp_path)] == [one.hash]
    assert saved_models(tmp_path / "nothing") == []

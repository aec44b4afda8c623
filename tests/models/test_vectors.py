"""Vectors of two encoders side by side: parts, and what they have in common."""

from __future__ import annotations

import numpy as np
import pytest

from models.vectors import centre_of, in_parts, unit

SPLIT, WIDTH = 4, 12


def test_a_part_that_an_encoder_cannot_read_stays_empty():
    """Nothing is made of nothing: the centre is not taken from a part that is all zero."""
    vectors = unit(np.random.default_rng(1).normal(size=(6, WIDTH)).astype(np.float32))
    vectors[3:, :SPLIT] = 0
    found = in_parts(vectors, centre_of(vectors, SPLIT), SPLIT)
    assert not found[3:, :SPLIT].any()
    assert np.linalg.norm(found[:, SPLIT:], axis=1) == pytest.approx(np.ones(6), abs=1e-5)
    assert np.linalg.norm(found[:3, :SPLIT], axis=1) == pytest.approx(np.ones(3), abs=1e-5)


def test_the_centre_leaves_out_who_cannot_be_read():
    """Zeros of texts in other languages do not pull the first encoder's centre towards nothing."""
    vectors = np.zeros((4, WIDTH), dtype=np.float32)
    vectors[:, SPLIT] = 1
    vectors[0, 0] = 1
    assert centre_of(vectors, SPLIT)[0] == pytest.approx(1)

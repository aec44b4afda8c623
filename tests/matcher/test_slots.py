"""Vectors by text: each is embedded once, lines and whole, and none is lost by what a crash left behind."""

from __future__ import annotations

import numpy as np
import pytest

from matcher.index.slots import SlotFiles, quantised
from models.encoder import LEXICAL, encoder

ONE = "Grief takes its time and so do we here."
OTHER = "Many who see me sleep badly for months."


class Counting:
    """An encoder that remembers what it was asked for."""

    def __init__(self):
        self._encoder = encoder(LEXICAL)
        self.name = self._encoder.name
        self.asked = []

    def encode(self, texts, progress=None):
        self.asked.extend(texts)
        return self._encoder.encode(texts, progress)


@pytest.fixture
def files(tmp_path):
    return SlotFiles(tmp_path, LEXICAL)


def test_a_text_of_one_passage_is_that_passage(files):
    """The whole of one line is the line, and it is embedded once."""
    asked = Counting()
    slot = files.add([ONE], asked)[0]
    slots = files.open()
    assert slots.counts[slot] == 1
    assert np.array_equal(slots.wholes[slot], slots.passages[slots.starts[slot]])
    assert asked.asked == [ONE]


def test_a_whole_text_is_its_passages_as_one_text(files):
    """What is kept is the encoder's vector of all passages, one behind the other."""
    slot = files.add([f"{ONE} {OTHER}"], encoder(LEXICAL))[0]
    slots = files.open()
    assert slots.counts[slot] == 2
    assert np.array_equal(slots.wholes[slot], quantised(encoder(LEXICAL).encode([f"{ONE} {OTHER}"]))[0])


def test_saying_it_again_changes_nothing_of_the_whole(files):
    """A passage that stands there ten times counts once in the whole."""
    slots = files.add([f"{ONE} {OTHER}", " ".join([f"{ONE} {OTHER}"] * 10)], encoder(LEXICAL))
    wholes = files.open().wholes
    assert np.array_equal(wholes[slots[0]], wholes[slots[1]])


def test_a_text_is_embedded_once_and_an_empty_one_never(files):
    """The same text is the same slot, today and after the next load; nothing has none."""
    first = files.add([ONE, "", OTHER, ONE, "  "], encoder(LEXICAL))
    assert first.tolist() == [0, -1, 1, 0, -1]
    asked = Counting()
    assert files.add([OTHER, ONE], asked).tolist() == [1, 0]
    assert asked.asked == []


@pytest.mark.parametrize("name", ["passages.i8", "wholes.i8"])
def test_what_a_crash_left_behind_is_forgotten(files, name):
    """Bytes behind the last entry belong to nobody: the next text stands where they stood."""
    files.add([ONE], encoder(LEXICAL))
    with (files.folder / name).open("ab") as file:
        file.write(b"\x01" * 5_000)
    slot = files.add([OTHER], encoder(LEXICAL))[0]
    slots = files.open()
    assert np.array_equal(slots.wholes[slot], quantised(encoder(LEXICAL).encode([OTHER]))[0])
    assert np.array_equal(slots.passages[slots.starts[slot]], slots.wholes[slot])

"""The walk from an idea to a decision is what happens: every command of the page is run, in its order."""

from __future__ import annotations

from tests.docs import walked

WITHIN = 0.05
"""Encoders of two machines differ in the last digits, and a draw may fall on the other side."""


def test_every_command_of_the_page_says_what_the_page_says(tmp_path):
    """Over the demonstration directory of one day, with a secret of its own."""
    walked.prepare(tmp_path)
    steps = list(walked.commands((walked.ROOT / "docs" / "evaluating.md").read_text("utf-8")))
    assert len(steps) >= 7
    for command, said in steps:
        found = walked.ran(command, tmp_path)
        assert walked.alike(said, found, WITHIN), (command, found)


def test_other_words_or_figures_are_noticed():
    """The comparison can fail."""
    assert walked.alike("nDCG 0.900 of 64", "nDCG  0.9001 of 64", WITHIN)
    assert not walked.alike("nDCG 0.900", "nDCG 0.700", WITHIN)
    assert not walked.alike("64 lists", "64 runs", WITHIN)
    assert not walked.alike("1 2", "1", WITHIN)

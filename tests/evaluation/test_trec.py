"""TREC files: read as trec_eval reads them, written so that reading gives the order back."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.evaluation.measures import measured
from matcher.evaluation.trec import TrecEmpty, TrecLineWrong, TrecRepeated, column, read_qrels, read_run, run_lines
from profiles.errors import PathUnreadable

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "data" / "trec_eval"
NAMES = {
    "map": "AP",
    "Rprec": "Rprec",
    "bpref": "Bpref",
    "recip_rank": "RR",
    "ndcg": "nDCG",
    **{f"P_{k}": f"P@{k}" for k in (5, 10, 15, 20, 30, 100, 200, 500, 1000)},
    **{f"recall_{k}": f"R@{k}" for k in (5, 10, 15, 20, 30, 100, 200, 500, 1000)},
    **{f"ndcg_cut_{k}": f"nDCG@{k}" for k in (5, 10, 15, 20, 30, 100, 200, 500, 1000)},
    **{f"map_cut_{k}": f"AP@{k}" for k in (5, 10, 15, 20, 30, 100, 200, 500, 1000)},
    **{f"success_{k}": f"Success@{k}" for k in (1, 5, 10)},
    "num_ret": "NumRet",
    "num_rel": "NumRel",
    "num_q": "NumQ",
}
"""Names that trec_eval prints, and what ir-measures calls them."""

IDS = st.text(min_size=1, max_size=6).filter(lambda text: text.strip() and "\ud800" not in text)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the shared inputs are not beside this checkout")
def test_measures_are_what_trec_eval_published():
    """To four digits, over all queries and for each, ties included."""
    expected = {}
    for name in ("out.test.a", "out.test.aq"):
        for line in (PUBLISHED / name).read_text(encoding="utf-8").splitlines():
            measure, query, value = line.split()
            if measure in NAMES:
                expected[measure, query] = float(value)
    run = read_run(PUBLISHED / "results.test")
    found = measured(run.order, read_qrels(PUBLISHED / "qrels.test"), NAMES.values())
    assert (run.tag, run.tied > 0, len(expected) > 150) == ("STANDARD", True, True)
    for (measure, query), value in expected.items():
        one = found[NAMES[measure]]
        ours = one.total if query == "all" else one.values[one.queries.index(query)]
        assert round(ours, 4) == pytest.approx(value, abs=1e-9), (measure, query)


@given(st.dictionaries(IDS, st.lists(IDS, unique=True, min_size=1, max_size=8), min_size=1, max_size=4))
@settings(max_examples=80, deadline=None)
def test_a_run_that_is_written_is_read_in_the_same_order(tmp_path_factory, lists):
    """Whatever stands in an id, blanks and the sign that marks them included, and nothing ties."""
    path = tmp_path_factory.mktemp("run") / "a.run"
    path.write_text("".join(f"{line}\n" for q, ids in lists.items() for line in run_lines(q, ids, "t")), "utf-8")
    run = read_run(path)
    assert run.order == {column(q): [column(one) for one in ids] for q, ids in lists.items()}
    assert (run.tied, run.tag) == (0, "t")
    assert len({column(q) for q in lists}) == len(lists)


def test_equal_scores_stand_in_falling_order_of_ids(tmp_path):
    """Equal in single precision is equal, the rank column says nothing, and those that tie are counted."""
    path = tmp_path / "a.run"
    path.write_text("q Q0 a 1 0.50000001 x\nq Q0 c 9 0.5 x\nq Q0 b 2 0.7 x\nq Q0 d 2 0.1 y\n", "utf-8")
    run = read_run(path)
    assert run.order == {"q": ["b", "c", "a", "d"]}
    assert (run.tied, run.tag) == (2, "")
    assert np.float32(0.50000001) == np.float32(0.5)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", TrecEmpty),
        ("\n \n", TrecEmpty),
        ("q Q0 a 1 0.5\n", TrecLineWrong),
        ("q Q0 a 1 high x\n", TrecLineWrong),
        ("q Q0 a 1 nan x\n", TrecLineWrong),
        ("q Q0 a 1 1 x\nq Q0 a 2 0 x\n", TrecRepeated),
    ],
)
def test_a_run_that_can_not_be_read_is_told_with_its_line(tmp_path, text, error):
    """One error each, and it names the file."""
    path = tmp_path / "a.run"
    path.write_text(text, "utf-8")
    with pytest.raises(error) as caught:
        read_run(path)
    assert caught.value.message.params["path"] == str(path)


@pytest.mark.parametrize(
    ("text", "error"),
    [("q 0 a\n", TrecLineWrong), ("q 0 a x\n", TrecLineWrong), ("q 0 a 1\nq 0 a 1\n", TrecRepeated), ("", TrecEmpty)],
)
def test_judgments_that_can_not_be_read_are_told_with_their_line(tmp_path, text, error):
    """As runs are."""
    path = tmp_path / "a.qrels"
    path.write_text(text, "utf-8")
    with pytest.raises(error):
        read_qrels(path)


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path):
    """Without a traceback's worth of words."""
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "none", tmp_path / "bytes"):
        with pytest.raises(PathUnreadable):
            read_run(path)


def test_gains_are_whole_numbers_and_may_be_negative(tmp_path):
    """Less than nothing is as good as nothing."""
    path = tmp_path / "a.qrels"
    path.write_text("q 0 a -1\nq 0 b 2\n", "utf-8")
    qrels = read_qrels(path)
    assert qrels == {"q": {"a": -1, "b": 2}}
    assert measured({"q": ["a", "b"]}, qrels, ["RR"])["RR"].mean == 0.5


def test_a_column_never_holds_a_blank():
    """Of any kind that Python would part it at."""
    assert not re.search(r"\s", "".join(column(chr(code)) for code in range(0x3100) if not 0xD800 <= code < 0xE000))

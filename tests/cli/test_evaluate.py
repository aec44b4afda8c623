"""`rank`, `evaluate` and `compare`: from preferences to runs, figures and one page, and what goes wrong in one line."""

from __future__ import annotations

import json

import html5lib
import pytest

from matcher.variants import VARIANTS
from tests.support import home_of, therapist

QUERIES = (
    '{"id": "q 1", "prefer": {"concern": ["grief"]}, "style": {"challenge": 2}, "words": "My mother died."}\n'
    '{"id": "q2", "must": {"session_format": ["video"]}, "prefer": {"modality": ["cbt"]}}\n'
)
QRELS = "q%201 0 a%20b 2\nq%201 0 c 1\nq2 0 c 1\nq3 0 c 1\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A home of three therapists, with queries and judgments beside it."""
    people = [
        therapist("a b", concern=("grief",), session_format=("in_person",), bio="I sit with people who lost someone."),
        therapist("c", modality=("cbt",), session_format=("video",), style={"challenge": 2}),
        therapist("d", session_format=("video",)),
    ]
    with home_of(people, tmp_path / "home") as made:
        made.update_index()
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path / "home"))
    (tmp_path / "q.ndjson").write_text(QUERIES, "utf-8")
    (tmp_path / "j.qrels").write_text(QRELS, "utf-8")
    return tmp_path


def ranked(run, folder, variant="alliance"):
    path = folder / f"{variant}.run"
    assert run("rank", "--queries", str(folder / "q.ndjson"), "--run", str(path), "--variant", variant)[0] == 0
    return path


def test_a_run_has_everybody_who_is_eligible_under_the_name_of_its_variant(run, folder):
    """Six columns, falling scores, and the same on standard output."""
    lines = [line.split(" ") for line in ranked(run, folder).read_text("utf-8").splitlines()]
    assert {len(line) for line in lines} == {6}
    assert [line[0] for line in lines] == ["q%201"] * 3 + ["q2"] * 2
    assert {line[2] for line in lines if line[0] == "q%201"} == {"a%20b", "c", "d"}
    assert lines[0][3:] == ["1", "3", "alliance"]
    assert [line[2] for line in lines if line[0] == "q2"] == ["c", "d"]
    code, out, _ = run("rank", "--queries", str(folder / "q.ndjson"), "--run", "-", "--n", "1")
    assert (code, len(out.splitlines())) == (0, 2)


def test_measures_count_what_is_not_answered_as_nothing(run, folder):
    """q3 was judged and never asked."""
    arguments = ("--run", str(ranked(run, folder)), "--qrels", str(folder / "j.qrels"), "--measures", "RR,P@1")
    code, out, _ = run("evaluate", *arguments, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["measures"] == {"RR": pytest.approx(2 / 3), "P@1": pytest.approx(2 / 3)}
    assert (found["queries"], found["unanswered"], found["not_judged"], found["tied"]) == (3, 1, 0, 0)
    code, out, _ = run("evaluate", *arguments)
    assert code == 0
    assert "RR             0.6667" in out


def test_lists_are_told_of_with_the_preferences_at_hand(run, folder):
    """Nobody fails a must, and everybody is shown."""
    code, out, _ = run(
        "evaluate",
        *("--run", str(ranked(run, folder)), "--qrels", str(folder / "j.qrels")),
        *("--queries", str(folder / "q.ndjson"), "--json"),
    )
    found = json.loads(out)["lists"]
    assert (code, found["violations"], found["empty"], found["coverage"]) == (0, 0, 0, 1.0)


@pytest.mark.parametrize("locale", ["en", "es", "de"])
def test_two_runs_are_compared_on_the_terminal_in_json_and_as_one_page(run, folder, locale):
    """The same figures everywhere; the page asks nobody for anything and each chart has its table."""
    a, b = ranked(run, folder, "random"), ranked(run, folder)
    page = folder / "c.html"
    arguments = ("--a", str(a), "--b", str(b), "--qrels", str(folder / "j.qrels"), "--measures", "RR,nDCG@10")
    arguments += ("--queries", str(folder / "q.ndjson"), "--html", str(page))
    code, out, _ = run("compare", *arguments, "--json")
    found = json.loads(out)
    assert (code, found["queries"], found["unanswered"]) == (0, 3, {"a": 1, "b": 1})
    row = found["measures"]["RR"]
    assert row["difference"] == pytest.approx(row["b"] - row["a"])
    assert row["low"] <= row["difference"] <= row["high"]
    code, out, _ = run("compare", *arguments, "--locale", locale)
    assert code == 0
    assert f"{row['difference']:+.4f}" in out
    text = page.read_text("utf-8")
    html5lib.HTMLParser(strict=True).parse(text)
    assert f"{row['difference']:+.4f}" in text
    assert f'lang="{locale}"' in text
    assert not any(sign in text for sign in ("http", "<script", "<link", "src=", "@import", "evaluate."))
    assert text.count("<svg") <= text.count("<table")
    assert ("a b" in text) == bool(found["changed"])


def test_what_changed_most_is_explained_where_the_tags_are_variants(run, folder):
    """Side by side, with contributions that add up; not for runs of others."""
    a, b = ranked(run, folder, "random"), ranked(run, folder)
    arguments = ("--qrels", str(folder / "j.qrels"), "--queries", str(folder / "q.ndjson"), "--json")
    found = json.loads(run("compare", "--a", str(a), "--b", str(b), *arguments)[1])
    for one in found["changed"]:
        assert [side["variant"] for side in one["lists"]] in ([], ["random", "alliance"])
        for match in (match for side in one["lists"] for match in side["matches"]):
            assert sum(part["contribution"] for part in match["contributions"]) == pytest.approx(
                match["fit_score"], abs=1e-9
            )
    other = folder / "other.run"
    other.write_text(a.read_text("utf-8").replace(" random", " ours"), "utf-8")
    found = json.loads(run("compare", "--a", str(other), "--b", str(b), *arguments)[1])
    assert all(one["lists"] == [] for one in found["changed"])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "no line"),
        ("not json\n", "line 1"),
        ("[]\n", "line 1"),
        ('{"prefer": {}}\n', "line 1"),
        ('{"id": "a"}\n{"id": "a"}\n', "line 2"),
        ('{"id": "a", "prefer": {"modality": ["cbtt"]}}\n', "cbt"),
    ],
)
def test_preferences_that_can_not_be_used_are_told_and_nothing_is_written(run, folder, text, names):
    """With the line, and the nearest known term."""
    path = folder / "bad.ndjson"
    path.write_text(text, "utf-8")
    code, _, err = run("rank", "--queries", str(path), "--run", str(folder / "out.run"))
    assert code == 2
    assert names in err
    assert "Traceback" not in err
    assert not (folder / "out.run").exists()


def test_an_unknown_measure_is_told_by_its_name(run, folder):
    """And a name that is missing."""
    path = str(ranked(run, folder))
    for names in ("nDCGG", "RR,", "RBP(p=0.8)", "nDCG(dcg='exp-log2')@10"):
        code, out, err = run("evaluate", "--run", path, "--qrels", str(folder / "j.qrels"), "--measures", names)
        assert (code, out) == (2, "")
        assert err.strip().count("\n") == 0


def test_commas_in_brackets_belong_to_a_measure(run, folder):
    """As ir-measures writes parameters."""
    path = str(ranked(run, folder))
    name = "AP(rel=2,judged_only=False)@10"
    _, out, _ = run("evaluate", "--run", path, "--qrels", str(folder / "j.qrels"), "--measures", f"RR,{name}", "--json")
    assert set(json.loads(out)["measures"]) == {"RR", name}


def test_variants_are_listed_and_diffed(run, folder):
    """Name, parent, hash of the model, parameters; and of two, what differs."""
    rows = json.loads(run("variants", "--json")[1])
    assert [row["name"] for row in rows] == list(VARIANTS)
    assert {"name", "parent", "model", "parameters"} <= set(rows[0])
    assert {row["name"]: row["reranker"] for row in rows if row["reranker"]} == {"alliance-capacity": "capacity"}
    found = json.loads(run("variants", "alliance", "text-only", "--json")[1])
    assert found["differs"] == {"stated": {"a": 0.139, "b": 0.0}}
    found = json.loads(run("variants", "alliance", "alliance-capacity", "--json")[1])
    assert found["differs"] == {"reranker": {"a": None, "b": "capacity"}}
    assert run("variants", "alliance", "alliance-capacity")[1].split() == ["reranker", "-", "->", "capacity"]
    assert run("variants", "alliance", "nobody")[0] == 2
    assert run("variants", "alliance")[0] == 2
    code, out, _ = run("variants", "alliance", "text-only")
    assert (code, "stated" in out, "0.139" in out) == (0, True, True)

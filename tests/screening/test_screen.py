"""The phrase screen: what it shows, what it leaves alone, and that it keeps, counts and writes nothing."""

from __future__ import annotations

import ast
import hashlib
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.screening import folding, phrases, spelling, tables
from matcher.screening.screen import screen

HERE = Path(__file__).parent
ROOM = Path(tables.__file__).parent
SETS = ("cases", "fresh", "later", "last", "fifth", "sixth", "seventh")
LEAST_SHOWN, MOST_ALARMS = 0.95, 0.02


@cache
def cases(name: str) -> tuple[tuple[str, str, str, str], ...]:
    """Return (expected, category, language, text) of a set."""
    lines = (HERE / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple((*line.split("\t", 3),) for line in lines)


def texts(expected: str) -> list[str]:
    return [text for name in SETS for wanted, _, _, text in cases(name) if wanted == expected]


def share(rows: list[str]) -> float:
    return sum(map(screen, rows)) / len(rows)


def test_the_golden_set_is_large_mixed_and_without_repeats():
    """More than 400 sentences, half of them harmless, at least 12 in each language, none twice."""
    rows = cases("cases")
    languages = [language for _, _, language, _ in rows]
    assert len(rows) >= 400
    assert 0.4 <= sum(expected == "no" for expected, *_ in rows) / len(rows) <= 0.6
    assert min(languages.count(language) for language in tables.LANGUAGES) >= 12
    every = [text for name in SETS for *_, text in cases(name)]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("name", SETS)
def test_what_should_show_shows_and_what_should_not_does_not(name):
    """At least 95 % of `show` and at most 2 % of `no`, in each set."""
    assert share([text for wanted, _, _, text in cases(name) if wanted == "show"]) >= LEAST_SHOWN
    assert share([text for wanted, _, _, text in cases(name) if wanted == "no"]) <= MOST_ALARMS


@pytest.mark.parametrize("language", tables.LANGUAGES)
def test_every_language_is_served(language):
    """No language is carried by the others: each alone shows 90 % of its own."""
    assert share([text for wanted, _, said, text in cases("cases") if wanted == "show" and said == language]) >= 0.9


@pytest.mark.parametrize(
    "quiet", ["My brother killed himself last year.", "I'm not suicidal.", "This job is killing me."]
)
def test_what_is_quiet_silences_only_itself(quiet):
    """A denial, an idiom or a death beside a signal takes nothing from it, whichever comes first."""
    signal = "I bought a rope yesterday."
    assert not screen(quiet)
    assert screen(f"{quiet} {signal}")
    assert screen(f"{signal} {quiet}")
    assert screen(f"{quiet.rstrip('.')} but {signal}")


@pytest.mark.parametrize(
    "wish",
    [
        "I hope I do not wake up at all.",
        "Please let me never wake up in the morning.",
        "My supervisor at work doesn't know I'm suicidal.",
        "One step forward and it would be over.",
        "I want to jump when the train comes in.",
        "I'm going to jump off the bridge.",
        "My husband will kill me if I leave him.",
        "Mi supervisor no sabe que pienso en suicidarme.",
        "Ich wünsche mir, dass ich sterbe.",
        "Ne plus me réveiller demain.",
        "Ik denk dat ik ga springen.",
        "Keşke sabah uyanmasam.",
        "أتمنى أني أموت",
        "觉得死了更好",
        "Ek dink ek wil doodgaan.",
    ],
)
def test_what_is_quiet_for_others_hides_no_wish(wish):
    """Broken sleep, supervision, steps in therapy, jumps and panic are quiet; what sounds like them is shown."""
    assert screen(wish)


@pytest.mark.parametrize("turn", ["but", "although", "and I say that", "and now"])
def test_a_turn_ends_what_a_context_explains(turn):
    """Work explains a mention beside it, and none on the other side of a "but"."""
    assert not screen("I volunteer on a hotline where suicide comes up")
    assert screen(f"I volunteer on a hotline {turn} suicide comes up")


SHOWN = st.sampled_from([text for text in texts("show") if screen(text)])
BENIGN = st.sampled_from([text for text in texts("no") if not screen(text)])


@given(SHOWN, BENIGN)
def test_a_signal_is_found_within_longer_text(signal, benign):
    """Harmless sentences around a signal do not hide it."""
    assert screen(f"{benign}\n\n{signal}\n\n{benign}")


@given(st.lists(BENIGN, max_size=8))
def test_harmless_sentences_stay_harmless_together(some):
    """Nothing is read across the end of a sentence."""
    assert not screen("\n\n".join(some))


@given(st.sampled_from([*texts("show"), *texts("no")]))
def test_case_apostrophes_blanks_and_end_stops_change_nothing(text):
    """Capitals, curly apostrophes, wide blanks, invisible letters and a stop at the end are read as plain text is."""
    expected = screen(text)
    assert screen(text.upper()) == expected or "ß" in text
    assert screen(text.replace("'", "’")) == expected
    assert screen(text.replace("'", "")) == expected
    assert screen("  " + text.replace(" ", "\u00a0 ") + "\t") == expected
    assert screen("\ufeff" + text.replace(" ", " \u200b")) == expected
    assert screen(text.rstrip(".!?。") + ".") == expected


@given(st.text())
def test_any_text_has_one_answer(text):
    """Lone surrogates, control characters and every script give true or false, and the same again."""
    assert screen(text) is screen(text)
    assert screen("\ud800" + text) in {True, False}


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(texts("show") + texts("no")), min_size=2, max_size=20), st.randoms(use_true_random=False)
)
def test_no_text_changes_the_answer_to_another(some, chance):
    """The order of questions does not matter: nothing is remembered."""
    expected = {text: screen(text) for text in some}
    chance.shuffle(some)
    assert {text: screen(text) for text in some} == expected


# ---------------------------------------------------------------- effort


def hard(length: int) -> Iterator[str]:
    """Yield texts that backtracking would drown in."""
    chance = random.Random(0)
    often = ("i", "want", "to", "not", "never", ",", "my", "die", "no", "have", "about", "think", "of")
    for unit in (
        "i ",
        "a",
        "want to ",
        ", ",
        "no no ",
        "s u i ",
        "*a",
        "k*",
        "我想",
        "not , ",
        "a.b_c-",
        "ki",
        "١",
        "ु",
        "'",
    ):
        yield (unit * length)[:length]
    yield " ".join(chance.choices(often, k=length))[:length]


def steps(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many times a screen asks where a word leads."""
    count = 0
    after = phrases.State.after

    def counted(self: phrases.State, forms, *, paused):
        nonlocal count
        count += 1
        return after(self, forms, paused=paused)

    with monkeypatch.context() as patched:
        patched.setattr(phrases.State, "after", counted)
        screen(text)
    return count


@pytest.mark.parametrize("number", range(len(list(hard(1)))))
def test_effort_grows_with_the_text_and_no_faster(number, monkeypatch):
    """Four times the text costs at most about four times the steps, counted and not timed."""
    short, long = ([*hard(size)][number] for size in (1250, 5000))
    assert steps(long, monkeypatch) <= 5 * steps(short, monkeypatch) + 1000


# ---------------------------------------------------------------- nothing is kept


def test_the_room_opens_logs_and_stores_nothing():
    """The code knows no file but its tables, no log, no clock, no chance and no network."""
    for path in ROOM.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            name.split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
        }
        called = {
            getattr(node.func, "attr", getattr(node.func, "id", ""))
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        }
        known = {
            "__future__",
            "collections",
            "dataclasses",
            "functools",
            "importlib",
            "matcher",
            "profiles",
            "re",
            "tomllib",
            "typing",
            "unicodedata",
        }
        assert imported <= known, path.name
        assert not called & {"open", "print", "write", "write_text", "write_bytes", "warn"}, path.name


def test_only_the_tables_are_remembered():
    """The one cache of the room takes no argument, so no text can stay in it."""
    screen("I want to die.")
    cached = [
        value
        for room in (folding, phrases, spelling, tables)
        for value in vars(room).values()
        if hasattr(value, "cache_info")
    ]
    assert cached == [tables.tables]
    assert tables.tables.cache_info().currsize == 1


def test_half_of_the_golden_set_was_held_out():
    """The halves that docs/crisis.md speaks of are told apart by the hash of the text alone."""
    odd = sum(int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2 for *_, text in cases("cases"))
    assert 0.45 <= odd / len(cases("cases")) <= 0.55

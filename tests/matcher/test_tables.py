"""Tables and texts walk together: every code has its sentences, every key its text, every setting its line."""

from __future__ import annotations

import ast
import json
import re
import string
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from matcher.messages import problem_words, say, texts
from matcher.records import GROUPS as LIST_GROUPS
from matcher.settings import REASONS, Settings
from matcher.variants import VARIANTS
from models.factors import factors
from profiles.errors import ServiceError
from profiles.preferences import AVOIDABLE, LIMITS, WISH_FIELDS
from profiles.preferences import GROUPS as FACTOR_GROUPS
from profiles.problems import CATALOGUE, problem
from profiles.schema import CONTACT_FIELDS, FIELDS, STYLES
from profiles.vocabulary import LOCALES

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "matcher" / "texts").glob("*.toml"))
SETTINGS = ROOT / "docs" / "settings.md"


def flat(path: Path) -> dict[str, str]:
    """Return the texts of one file by key, without any fallback."""
    found: dict[str, str] = {}

    def walk(prefix: str, table: dict) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                walk(f"{prefix}{key}.", value)
            else:
                found[prefix + key] = value

    walk("", tomllib.loads(path.read_text(encoding="utf-8")))
    return found


by_locale = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@by_locale
def test_every_problem_has_a_sentence_and_a_remedy(path):
    """And no sentence is left over for a code that is gone."""
    found = flat(path)
    for part in ("problem", "remedy"):
        assert {key.partition(".")[2] for key in found if key.startswith(f"{part}.")} == set(CATALOGUE)


@by_locale
def test_sentences_end_and_leave_no_gap_open(path):
    """What a reader is told is a sentence; braces are gaps with a name."""
    for key, text in flat(path).items():
        assert text.strip() == text, key
        assert text, key
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        assert all(re.fullmatch(r"[a-z_]+", name) for name in names), key
        if key.startswith(("problem.", "remedy.", "error.", "because.")):
            assert text.endswith((".", ":", "?", "…", "}")), key


@by_locale
def test_every_language_has_the_keys_and_the_gaps_of_english(path):
    """A sentence that lost a gap hides the value it is about."""
    english, other = flat(FILES[0].with_name("en.toml")), flat(path)
    assert other.keys() == english.keys()
    for key, text in english.items():
        assert gaps(other[key]) == gaps(text), key


def gaps(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_that_can_be_chosen_has_texts():
    """And no file of texts is there that nobody can choose."""
    assert {"en"} <= {path.stem for path in FILES} <= set(LOCALES)


def known(key: str) -> bool:
    """Whether English has a text for a key."""
    return key in texts("en")


def test_every_exception_has_its_sentence():
    """For each class that may reach a person."""
    import matcher.cli.main  # noqa: PLC0415 - makes all classes known
    import matcher.web.app  # noqa: F401, PLC0415

    def every(kind):
        return {kind, *(deeper for one in kind.__subclasses__() for deeper in every(one))}

    assert [one.__name__ for one in every(ServiceError) if not known(one.key)] == []


def test_what_tables_name_has_words():
    """Fields, wishes, limits, styles, groups, variants, states and tiers."""
    keys = [f"field.{name}" for name in (*WISH_FIELDS, *LIMITS, *CONTACT_FIELDS, "style", "qualities", "words")]
    keys += [f"style.{name}.{part}" for name in STYLES for part in ("name", "low", "high")]
    keys += [f"question.style.{name}" for name in STYLES]
    keys += [f"group.{name}" for name in (*FACTOR_GROUPS, *LIST_GROUPS)]
    keys += [one.note for one in VARIANTS.values()]
    keys += [f"state.{name}" for name in ("met", "partly", "not_met", "not_stated")]
    keys += [f"tier.{name}" for name in ("checked", "therapist_states", "profile_text", "client_checkins")]
    keys += [f"month.{number}" for number in range(1, 13)]
    keys += [f"ask.avoid.{name}" for name in AVOIDABLE]
    assert [key for key in keys if not known(key)] == []
    assert {row.field for row in factors().values()} <= {*FIELDS, *WISH_FIELDS, "words", "checkins"}


# ---------------------------------------------------------------- keys in code


def modules(*rooms: str) -> list[Path]:
    """Return the Python files of some rooms."""
    found: list[Path] = []
    for room in rooms:
        path = ROOT / room
        found += [path.with_suffix(".py")] if path.with_suffix(".py").exists() else sorted(path.rglob("*.py"))
    return found


def keys_in(tree: ast.AST) -> list[str]:
    """Return every text key that stands in code; a part filled at run time is shown as `*`."""
    found = []
    pieces = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and called(node.func) in ("Message", "say"):
            found += templates(node.args[0])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in pieces:
            is_key = re.fullmatch(r"(because|question|error|problem|remedy|variant)\.[a-z0-9_.-]+", node.value)
            if is_key and not node.value.endswith(".html"):
                found.append(node.value)
    return found


def called(func: ast.expr) -> str:
    """Return the name of a function as it is called."""
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def templates(node: ast.expr) -> list[str]:
    """Return the keys that an expression can be, with `*` for what is not known before it runs."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return [*templates(node.body), *templates(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)]
    return []


@pytest.mark.parametrize("path", modules("matcher", "models", "profiles"), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_key_in_code_has_a_text(path):
    """A key without a text would be shown to a reader as it is."""
    for key in keys_in(ast.parse(path.read_text(encoding="utf-8"))):
        pattern = re.compile(re.escape(key).replace(r"\*", r".+"))
        assert any(pattern.fullmatch(one) for one in texts("en")), key


def test_every_key_of_a_page_has_a_text():
    """Templates use the same tables."""
    found = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"""\b(?:say|t|_)\(\s*["']([a-z][a-z0-9_.-]*\.[a-z0-9_.-]+)["']\s*[,)]""", text))
    assert [key for key in sorted(found) if not known(key)] == []


def reasons() -> list[str]:
    """Return every reason, question and error that has a text."""
    return sorted(key for key in texts("en") if key.startswith(("because.", "error.", "question.")))


@pytest.mark.parametrize("key", reasons())
def test_every_reason_question_and_error_is_said_somewhere(key):
    """A text that no code can reach is a promise nobody keeps."""
    everything = "\n".join(path.read_text(encoding="utf-8") for path in modules("matcher", "models", "profiles"))
    head, _, last = key.rpartition(".")
    whole = key in everything
    built = re.search(re.escape(head) + r"\.[a-z_]*\{", everything) is not None
    assert whole or built or f'"{last}"' in everything


# ---------------------------------------------------------------- sentences stay in the tables

BELOW = ("profiles", "models", "matcher/index", "matcher/explain", "matcher/order", "matcher/pipeline")
BELOW += ("matcher/home", "matcher/records", "matcher/settings", "matcher/variants", "matcher/documents")
CARRIERS = {"Message", "problem", "report", "Problem"}
"""What carries a finding to a reader: its arguments are codes and values, never words."""


def is_sentence(text: str) -> bool:
    """Whether a text reads like words for a person: several words with a blank between them."""
    return re.search(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}", text) is not None


def carries(node: ast.Call, errors: set[str]) -> bool:
    """Whether a call makes a message, a problem or one of our exceptions."""
    return called(node.func) in CARRIERS | errors


def sentences_in(tree: ast.AST, errors: set[str]) -> list[str]:
    """Return every sentence put into what is shown to a reader, with its line."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and carries(node, errors):
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
            for inner in (deep for part in parts for deep in ast.walk(part)):
                if isinstance(inner, ast.JoinedStr):
                    said = "".join(
                        str(piece.value) if isinstance(piece, ast.Constant) else "xx" for piece in inner.values
                    )
                    if re.search(r"[A-Za-z]{2,}", said.replace("xx", "")) and " " in said:
                        found.append(f"{inner.lineno}: {said}")
                elif isinstance(inner, ast.Constant) and isinstance(inner.value, str) and is_sentence(inner.value):
                    found.append(f"{inner.lineno}: {inner.value}")
    return found


def exceptions() -> set[str]:
    """Return the names of all exceptions that carry a message."""
    names = {"ServiceError"}
    for _ in range(3):
        for path in modules("matcher", "models", "profiles"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and {called(base) for base in node.bases} & names:
                    names.add(node.name)
    return names


@pytest.mark.parametrize("path", modules(*BELOW), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_is_put_together_below_the_entrypoints(path):
    """Messages, problems and exceptions carry codes and values; words stand in the tables, in every language."""
    assert sentences_in(ast.parse(path.read_text(encoding="utf-8")), exceptions()) == []


def test_the_search_for_sentences_finds_one():
    """It would notice the usual ways of writing them."""
    bad = 'PathUnreadable(path=p, reason=f"{name} is missing")\nMessage("a", {"x": "there is no such file"})'
    assert len(sentences_in(ast.parse(bad), exceptions())) == 2
    assert sentences_in(ast.parse('problem("row_blank", value=f"{a},{b}")'), exceptions()) == []


# ---------------------------------------------------------------- settings


def test_every_setting_has_a_reason():
    """Each, and no other."""
    assert set(REASONS) == {part.name for part in fields(Settings)}


def test_every_setting_stands_in_the_documentation():
    """By name, with its default."""
    text = SETTINGS.read_text(encoding="utf-8")
    for part in fields(Settings):
        assert f"`{part.name}`" in text, part.name
        assert json.dumps(part.default).strip('"') in text, part.name


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("code", sorted(CATALOGUE))
@pytest.mark.parametrize("locale", [path.stem for path in FILES])
def test_a_problem_is_told_in_words_whatever_is_known_of_it(code, locale):
    """No key, no brace and no Python name is ever shown."""
    for found in (problem(code), problem(code, file="a.csv", row=3, column="b", value="{c}", nearest="d")):
        for text in problem_words(found, locale):
            assert text
            assert not text.startswith(("problem.", "remedy."))
            assert "None" not in text


def test_words_that_the_product_never_uses():
    """No percentage of empathy, no best match, no rating, and clients are clients."""
    banned = (
        r"trust score|compatib|best match|effective with|will work better|\d ?%|\bpatients?\b|\busers?\b|\bdoctors?\b"
    )
    assert [key for key, text in texts("en").items() if re.search(banned, text, re.IGNORECASE)] == []


def test_an_unknown_key_is_shown_rather_than_nothing():
    """And an unknown locale reads English."""
    assert say("no.such.key") == "no.such.key"
    assert say("yes", "tlh") == "yes"

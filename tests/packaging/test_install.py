"""The wheel and the editable install both carry all data, and both serve pages from it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = {"matcher": "matcher", "models": "models", "profiles": "profiles", "templates": "matcher/templates"}
"""Folder in the repository -> folder in an installation."""

SERVE = """
import sys
from importlib.resources import files
from pathlib import Path

expected, home = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
if sys.argv[3] == "wheel":  # the editable install of this environment must not help out
    sys.meta_path[:] = [finder for finder in sys.meta_path if not finder.__module__.startswith("__editable__")]
import matcher
from matcher.web.app import create_app

assert Path(matcher.__file__).resolve().parent == expected / "matcher", matcher.__file__
folder = Path(str(files("matcher.templates"))).resolve()
assert folder == expected / ("templates" if sys.argv[3] == "editable" else "matcher/templates"), folder
app = create_app(home)
for name in app.jinja_env.list_templates(extensions=["html"]):
    path = Path(app.jinja_env.loader.get_source(app.jinja_env, name)[1]).resolve()
    assert path.is_relative_to(folder), path
client = app.test_client()
assert client.get("/healthz").status_code == 200
page = client.get("/")
assert page.status_code == 200, page.status
assert "</html>" in page.text and "<h1" in page.text, page.text
sheets = [part.split('"')[0] for part in page.text.split('href="')[1:] if ".css" in part.split('"')[0]]
assert sheets, "the page has no style sheet"
for sheet in sheets:
    with client.get(sheet) as answer:
        assert answer.status_code == 200 and answer.mimetype == "text/css", (sheet, answer.status)
print("served", len(page.text))
"""


def _python(*arguments: str | Path, cwd: Path, **environment: str) -> str:
    """Run this environment's Python away from the repository; return what it printed."""
    settings = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "MATCHER_HOME"}}
    run = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**settings, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def _data() -> set[str]:
    """Return where an installation must have each file of the packages."""
    found = set()
    for source, target in PACKAGES.items():
        for path in (ROOT / source).rglob("*"):
            inside = path.relative_to(ROOT / source)
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in inside.parts):
                found.add(f"{target}/{inside.as_posix()}")
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the sources, so that nothing is left in the repository nor taken from there."""
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    _python("-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", out, copy, cwd=out)
    return next(out.glob("therapist_matcher-*.whl"))


def test_the_wheel_has_every_file_of_the_packages(wheel: Path) -> None:
    """What is missing wants a line in [tool.setuptools]: a module in packages, data in package-data."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == _data()


@pytest.mark.parametrize(
    "name", ["profiles/vocabulary.tsv", "matcher/texts/", "matcher/templates/", "matcher/templates/static/"]
)
def test_the_wheel_has_vocabulary_texts_and_templates(wheel: Path, name: str) -> None:
    """The wheel has vocabulary texts and templates."""
    with zipfile.ZipFile(wheel) as archive:
        held = [held for held in archive.namelist() if held.startswith(name) and not held.endswith(".py")]
    assert held


def test_the_wheel_serves_pages_from_its_own_templates(wheel: Path, tmp_path: Path) -> None:
    """The wheel serves pages from its own templates."""
    target, home = tmp_path / "installed", tmp_path / "home"
    home.mkdir()
    _python("-m", "pip", "install", "--no-deps", "--target", target, wheel, cwd=tmp_path)
    assert _python("-c", SERVE, target, home, "wheel", cwd=tmp_path, PYTHONPATH=str(target)).startswith("served")


def test_the_editable_install_serves_pages_from_the_repository(tmp_path: Path) -> None:
    """The editable install serves pages from the repository."""
    assert _python("-c", SERVE, ROOT, tmp_path, "editable", cwd=tmp_path).startswith("served")


@pytest.mark.parametrize("lock", ["run", "dev"])
def test_the_lock_pins_exact_versions_and_no_gpu_package(lock: str) -> None:
    """The lock pins exact versions and no gpu package."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if not line.startswith(("#", "-c "))]
    assert pins
    assert all(pin.count("==") == 1 and "+" not in pin and "://" not in pin for pin in pins)
    assert not [pin for pin in pins if pin.startswith(("nvidia", "cuda", "triton"))]


def test_the_lock_has_everything_that_the_project_asks_for() -> None:
    """The lock has everything that the project asks for."""
    texts = [(ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8") for lock in ("run", "dev")]
    pinned = {line.split("==")[0] for text in texts for line in text.splitlines() if "==" in line}
    project = PROJECT["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"], *PROJECT["build-system"]["requires"]]
    assert {entry.replace("==", ">=").split(">=")[0] for entry in asked} <= pinned
    assert "torch==2.13.0" in texts[0].splitlines()

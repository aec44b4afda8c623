"""A page whose console blocks are run: each line after `$` in one folder, its output beside what the page says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from matcher.home import Home
from profiles.demonstration.generate import generate
from profiles.formats.reading import Row

ROOT = Path(__file__).parents[2]
AS_OF = date(2026, 11, 1)
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
SECRET = bytes(range(32))


def prepare(folder: Path) -> None:
    """Make the home that the page walks over: the demonstration directory of 1 November 2026, and its preferences."""
    home = Home(folder / "instance")
    (home.path / "secret.key").write_bytes(SECRET)
    home.directory.apply(Row("loaded", person) for person in generate(400, 0, as_of=AS_OF))
    home.update_index()
    home.directory.close()
    shutil.copy(ROOT / "tests" / "judgments" / "preferences.ndjson", folder / "preferences.ndjson")


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a page with the output that stands below it."""
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = re.split(r"(?<!\\)\n", part, maxsplit=1)
            yield lines[0].replace("\\\n", " "), lines[1].rstrip("\n")


def ran(command: str, folder: Path) -> str:
    """Run one command of a page, `>` into a file included, and return what it printed."""
    words, _, target = command.partition(" > ")
    called = shlex.split(words)
    program = (
        [sys.executable, "-c", "from matcher.cli.main import main; main()"]
        if called[0] == "matcher"
        else [sys.executable]
    )
    environment = {**os.environ, "MATCHER_HOME": str(folder / "instance"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*program, *called[1:]], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if target:
        (folder / target.strip()).write_text(done.stdout, encoding="utf-8")
        return done.stderr.rstrip("\n")
    return (done.stdout + done.stderr).rstrip("\n")


def alike(said: str, found: str, within: float) -> bool:
    """Whether two outputs have the same words, and numbers that are as near as encoders of two machines may be."""
    if NUMBER.sub("#", " ".join(said.split())) != NUMBER.sub("#", " ".join(found.split())):
        return False
    pairs = zip(map(float, NUMBER.findall(said)), map(float, NUMBER.findall(found)), strict=True)
    return all(abs(one - other) <= max(within, within * abs(one)) for one, other in pairs)

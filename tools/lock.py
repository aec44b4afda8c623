"""Write `requirements/*.lock` anew: the exact version of all that `pyproject.toml` asks for, directly or not.

The ordinary pip resolves, as it will when it installs; this takes its report and keeps names and versions.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCKS = ROOT / "requirements"
HEADER = "# {what}; written by `make lock` from pyproject.toml.\n"
# pip itself is every environment's own; the rest comes with the GPU build of torch, and the CPU build does without.
LEFT_OUT = re.compile(r"pip$|(nvidia|cuda|triton)\b")


def resolved(requirements: Iterable[str], constraints: Path | None = None) -> dict[str, str]:
    """Return name -> version of everything pip would install for `requirements` into an empty environment."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        limits = ["--constraint", str(constraints)] if constraints else []
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--report", str(report)]
        subprocess.run([*command, *limits, *requirements], check=True)
        found = [entry["metadata"] for entry in json.loads(report.read_text())["install"]]
    names = {re.sub(r"[-_.]+", "-", item["name"]).lower(): item["version"] for item in found}
    # A local label such as `+cpu` names one machine's build, not the version.
    return {name: version.split("+")[0] for name, version in names.items() if not LEFT_OUT.match(name)}


def text(what: str, pins: dict[str, str], *first: str) -> str:
    """Return the text of a lock file, sorted by name."""
    lines = [*first, *(f"{name}=={version}" for name, version in sorted(pins.items()))]
    return HEADER.format(what=what) + "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Resolve run and development together, then split, so that both files agree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    everything = resolved([*run, *project["project"]["optional-dependencies"]["dev"]])
    with tempfile.TemporaryDirectory() as folder:
        agreed = Path(folder, "all.txt")
        agreed.write_text(text("All", everything), encoding="utf-8")
        needed = resolved(run, agreed)
    more = {name: version for name, version in everything.items() if name not in needed}
    LOCKS.mkdir(exist_ok=True)
    (LOCKS / "run.lock").write_text(text("What the service needs", needed), encoding="utf-8")
    (LOCKS / "dev.lock").write_text(text("What the checks need on top", more, "-c run.lock"), encoding="utf-8")


if __name__ == "__main__":
    main()

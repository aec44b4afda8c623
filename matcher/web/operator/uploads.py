"""What an operator uploaded, kept for an hour in a private folder of the home, and what a load of it would do."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from werkzeug.datastructures import FileStorage

from profiles.directory.protocol import Report
from profiles.formats.reading import Options
from profiles.problems import Problem

KEPT = timedelta(hours=1)
FOLDER = "uploads"
MOST_NAME = 100
COUNTS = ("read", "added", "updated", "unchanged", "skipped", "rejected")


@dataclass(frozen=True, slots=True)
class Asked:
    """How an upload is to be read: what `matcher load` takes as options, days as ISO 8601 or ""."""

    format: str = "auto"
    source: str = ""
    as_of: str = ""
    consent: str = ""
    register: str = ""
    list_now: bool = False

    def options(self, today: date) -> Options:
        """Return the options of a reader."""
        return Options(
            source=self.source,
            today=today,
            as_of=date.fromisoformat(self.as_of) if self.as_of else None,
            identity_consent=self.consent,
            list_now=self.list_now,
            register=self.register,
        )


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload of one session.

    Attributes:
        folder: where it is kept.
        asked: how it is to be read.
        names: of the files.
        counts: what the dry run or the load counted, by name of `COUNTS`; empty before either.
        loaded: whether it was written, and the files are gone.
    """

    folder: Path
    asked: Asked
    names: tuple[str, ...]
    counts: dict[str, int]
    loaded: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, in the order in which they came."""
        return tuple(self.folder / "files" / str(number) / name for number, name in enumerate(self.names))

    def problems(self) -> Iterator[Problem]:
        """Yield what was found wrong."""
        with (self.folder / "problems.ndjson").open(encoding="utf-8") as lines:
            for line in lines:
                yield Problem(**json.loads(line))

    def told(self, report: Report) -> Upload:
        """Return the upload with what a dry run or a load reported, and keep it; a load removes the files."""
        with (self.folder / "problems.ndjson").open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(_plain(one)) + "\n" for one in report.problems)
        done = replace(self, counts={name: getattr(report, name) for name in COUNTS}, loaded=not report.dry_run)
        done.write()
        if done.loaded:
            shutil.rmtree(self.folder / "files", ignore_errors=True)
        return done

    def write(self) -> None:
        """Keep what is known of the upload beside its files."""
        document = {"asked": asdict(self.asked), "names": self.names, "counts": self.counts, "loaded": self.loaded}
        (self.folder / "upload.json").write_text(json.dumps(document), encoding="utf-8")


def _plain(found: Problem) -> dict[str, object]:
    return {name: getattr(found, name) for name in ("code", "level", "file", "row", "column", "value")} | {
        "params": dict(found.params)
    }


def keep(home: Path, token: str, files: Sequence[FileStorage], asked: Asked) -> Upload:
    """Keep files for a session, in the place of what it uploaded before."""
    folder = _folder(home, token)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700)
    upload = Upload(folder, asked, tuple(_name(one.filename) for one in files), {})
    for file, path in zip(files, upload.paths, strict=True):
        path.parent.mkdir(parents=True)
        file.save(path)
    upload.write()
    return upload


def held(home: Path, token: str) -> Upload | None:
    """Return what a session uploaded, None where there is nothing, or not any more."""
    folder = _folder(home, token)
    try:
        document = json.loads((folder / "upload.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Upload(folder, Asked(**document["asked"]), tuple(document["names"]), document["counts"], document["loaded"])


def forget(home: Path, token: str) -> None:
    """Remove what a session uploaded."""
    shutil.rmtree(_folder(home, token), ignore_errors=True)


def sweep(home: Path, now: datetime) -> None:
    """Remove every upload that is older than `KEPT`."""
    for folder in _folders(home):
        try:
            made = folder.stat().st_mtime
        except FileNotFoundError:
            continue
        if now.timestamp() - made > KEPT.total_seconds():
            shutil.rmtree(folder, ignore_errors=True)


def _folders(home: Path) -> Iterable[Path]:
    root = home / FOLDER
    return tuple(root.iterdir()) if root.is_dir() else ()


def _folder(home: Path, token: str) -> Path:
    """Return the folder of a session; its name tells nobody the token."""
    return home / FOLDER / hashlib.sha256(f"upload:{token}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _name(given: str | None) -> str:
    """Return the last part of a name without what no file may be called; its ending stays."""
    last = (given or "").replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(" .")
    stem, dot, ending = plain.rpartition(".")
    short = f"{stem[:MOST_NAME]}{dot}{ending[:10]}" if dot else plain[:MOST_NAME]
    return short.encode("utf-8", "ignore")[:200].decode("utf-8", "ignore") or "upload"

"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

FOR_ITS_OWNER = 0o600
FOR_READING = 0o644
"""Who may read a file, as `Path.chmod` takes it."""


@contextmanager
def replacing(path: Path, mode: int = FOR_ITS_OWNER) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `path` when all of it is on disk; after an error `path` is as it was.

    Args:
        path: what is replaced; its folder exists.
        mode: who may read it.

    Raises:
        OSError: there is no writing there.
    """
    made = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed below
        dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False
    )
    part = Path(made.name)
    try:
        with made as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def replace_text(path: Path, text: str, mode: int = FOR_ITS_OWNER) -> None:
    """Write a text in UTF-8 to a file, see `replacing`."""
    with replacing(path, mode) as file:
        file.write(text.encode())

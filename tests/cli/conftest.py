"""What the tests of the command share."""

from __future__ import annotations

import pytest

from matcher.cli.main import main


@pytest.fixture
def run(capsys):
    """Run the command in this process: (exit code, standard output, standard error)."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = 0
        try:
            main(arguments)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        found = capsys.readouterr()
        return code, found.out, found.err

    return call

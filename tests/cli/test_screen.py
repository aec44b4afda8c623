"""`matcher screen -`: a line out for each line in, whatever it holds, and nothing anywhere else."""

from __future__ import annotations

import json
import os
import subprocess
import sys

NASTY = [
    b"I want to die.",
    b"",
    b"I want to feel better.",
    b"\xff\xfe not UTF-8 \xed\xa0\x80",
    "死にたい".encode(),
    b"'; DROP TABLE clients; -- <script>alert(1)</script> ${jndi:ldap://x} %s%n \x00\x1b[31m",
    "Z̴̡̛a̵l̶g̷o̸ ﷽ 🏳️‍⚧️ \u202eright to left\u202c".encode(),
    b"unique-word-that-nobody-else-has I want to kill myself",
]


def screened(data: bytes, home: str) -> subprocess.CompletedProcess[bytes]:
    code = "import sys; from matcher.cli.main import main; main(['screen', '-'])"
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, input=data, capture_output=True, check=False, env={**os.environ, "MATCHER_HOME": home}
    )


def test_every_line_has_its_answer(tmp_path):
    """Blank lines, invalid bytes and hostile strings each give one line of JSON, in order."""
    done = screened(b"\n".join(NASTY) + b"\n", str(tmp_path / "home"))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [answer["panel"] for answer in answers] == [True, False, False, False, True, False, False, True]
    assert all(answer.keys() == {"panel"} for answer in answers)


def test_nothing_is_said_or_kept(tmp_path):
    """No home is made, no other stream is written, and no word of the input comes back."""
    done = screened(b"\n".join(NASTY), str(tmp_path / "home"))
    assert list(tmp_path.iterdir()) == []
    assert done.stderr == b""
    assert b"unique" not in done.stdout


def test_nothing_in_gives_nothing_out(tmp_path):
    """An empty input is no line; a last line needs no end."""
    assert screened(b"", str(tmp_path)).stdout == b""
    assert screened(b"I want to die", str(tmp_path)).stdout == b'{"panel": true}\n'


def test_answers_come_as_the_lines_do(tmp_path):
    """Whoever writes a line reads its answer before writing the next one."""
    code = "from matcher.cli.main import main; main(['screen', '-'])"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    ) as running:
        for line, expected in ((b"hello\n", b'{"panel": false}\n'), (b"I want to die\n", b'{"panel": true}\n')):
            running.stdin.write(line)
            running.stdin.flush()
            assert running.stdout.readline() == expected
        running.stdin.close()
        assert running.wait() == 0

"""Two servers, and a third process that loads, indexes and removes: no error, no half-state, nobody who is gone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE = 60.0
TICK = 0.05
NEWCOMERS = 40
COMMAND = (sys.executable, "-c", "from matcher.cli.main import main; main()")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a home."""
    environment = {**os.environ, "MATCHER_HOME": str(home)}
    return subprocess.run(
        [*COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def ask(port: int, document: object, n: int = 400) -> dict[str, object]:
    """Return what the API answers; an answer other than 200 raises."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/matches?n={n}", json.dumps(document).encode(), method="POST"
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def ids(answer: dict[str, object]) -> list[str]:
    """Return the ids of a list."""
    return [match["id"] for match in answer["matches"]]


@contextmanager
def served(home: Path) -> Iterator[int]:
    """Serve a home and yield the port once it answers."""
    port = free_port()
    environment = {**os.environ, "MATCHER_HOME": str(home)}
    command = [*COMMAND, "serve", "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: answers(port))
        yield port
    finally:
        server.terminate()
        server.communicate(timeout=PATIENCE)


def answers(port: int) -> bool:
    """Whether a server is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def wait_until(condition: Callable[[], bool]) -> None:
    """Ask again until a condition holds; fail when patience ends."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / TICK)):
        if condition():
            return
        pause.wait(TICK)
    pytest.fail("it did not come true in time")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A demonstration home that reads texts without torch."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "settings.toml").write_text('encoder = "lexical"\n')
    assert run(folder, "demo", "--size", "120").returncode == 0
    assert run(folder, "index").returncode == 0
    return folder


def test_two_servers_never_err_and_never_show_who_is_gone(home: Path, tmp_path: Path) -> None:
    """While another process loads, indexes and removes, every list is whole; the removed are gone from the next one."""
    table = tmp_path / "new.csv"
    rows = [f"new-{number},New Person {number},Spanish,yes" for number in range(NEWCOMERS)]
    table.write_text("\n".join(["id,name,languages,accepting_new_clients", *rows]) + "\n")
    with served(home) as one, served(home) as two:
        faults: list[str] = []
        done = threading.Event()

        def keep_asking(port: int) -> None:
            while not done.is_set():
                try:
                    listed = ids(ask(port, {}))
                except (OSError, ValueError, KeyError) as error:
                    faults.append(repr(error))
                    return
                new = [identity for identity in listed if identity.startswith("new-")]
                if len(set(listed)) != len(listed) or len(new) not in (0, NEWCOMERS):
                    faults.append(f"half a state: {len(new)} new, {len(set(listed))} of {len(listed)} distinct")

        askers = [threading.Thread(target=keep_asking, args=(port,)) for port in (one, two)]
        for asker in askers:
            asker.start()
        try:
            loaded = run(home, "load", str(table), "--json")
            assert json.loads(loaded.stdout)["added"] == NEWCOMERS
            assert run(home, "index").returncode == 0
            wait_until(lambda: all(f"new-{NEWCOMERS - 1}" in ids(ask(port, {})) for port in (one, two)))
        finally:
            done.set()
            for asker in askers:
                asker.join(PATIENCE)
        assert faults == []
        for gone in sorted(ids(ask(one, {})))[:3]:
            assert run(home, "suppress", gone).returncode == 0
            for port in (one, two):
                assert gone not in ids(ask(port, {}))
        assert run(home, "suppress", "new-0").returncode == 0
        assert json.loads(run(home, "load", str(table), "--json").stdout)["skipped"] == 1


def test_a_port_in_use_ends_in_one_sentence(home: Path) -> None:
    """Serving on a port that is taken exits with 2 and one sentence that names the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run(home, "serve", "--port", str(port))
    assert result.returncode == 2
    assert str(port) in result.stderr
    assert "Traceback" not in result.stderr


def test_the_answer_after_a_bad_request_is_the_same(home: Path) -> None:
    """A request that can't be read is answered by 422 and disturbs nobody else's."""
    with served(home) as port:
        before = ask(port, {"must": {"language": ["es"]}})
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask(port, {"must": {"langage": ["es"]}})
        with refused.value as answer:
            assert answer.code == 422
        assert ask(port, {"must": {"language": ["es"]}}) == before

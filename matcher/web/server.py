"""Serving with gunicorn: workers load the encoder after the fork, in the background."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from matcher.complaints import offices
from matcher.crisis import helplines, require_emergency
from matcher.home import Home
from matcher.screening.tables import tables
from matcher.web.app import create_app
from matcher.web.asking import warm_up
from profiles.errors import DirectoryEmpty, OptionWrong, ServiceError

TIMEOUT_SECONDS = 60


class PortInUse(ServiceError):
    """Another program listens there."""

    key = "error.port_in_use"


class Server(BaseApplication):
    """gunicorn over one home."""

    def __init__(self, home: Home, options: dict[str, Any]) -> None:
        self._home = home
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its settings."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the app in the worker, so that nothing opened is shared over the fork."""
        return create_app(self._home.path)


def _after_start(worker: Any) -> None:
    home: Home = worker.app.callable.extensions["home"]
    warm_up(home)
    threading.Thread(target=tables, name="screening", daemon=True).start()
    if home.directory.count() and not home.index_is_current():
        home.refresh_in_background()


def serve(home: Home, host: str, port: int, workers: int, *, announce: Callable[[], None]) -> None:
    """Serve until stopped; `announce` once the address is known to be free.

    Raises:
        DirectoryEmpty: there is nobody to show yet.
        PortInUse, OptionWrong: the address can't be listened on.
        HelplinesUnreadable: the operator's helplines can't be shown.
        ComplaintsUnreadable: the operator's offices of complaint can't be shown.
        EmergencyMissing: they name no emergency number for the country of a directory that holds real therapists.
    """
    if home.directory.count() == 0:
        raise DirectoryEmpty(home=str(home.path))
    helplines(home.path)
    offices(home.path)
    if not all(one.fictional for one in home.directory.scan()):
        require_emergency(home.path, home.settings.country)
    home.directory.close()
    _check_address(host, port)
    announce()
    options = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": home.settings.session_threads,
        "timeout": TIMEOUT_SECONDS,
        "preload_app": False,
        "accesslog": None,
        "loglevel": "warning",
        "post_worker_init": _after_start,
        "control_socket_disable": True,
    }
    Server(home, options).run()


def _check_address(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(host=host, port=port) from error
            raise OptionWrong(option="--host", value=f"{host}:{port}", reason=error.strerror or str(error)) from error

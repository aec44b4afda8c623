"""How often an address may do something: counted in memory for an hour, never stored or logged."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from flask import request

HOUR = 3600.0
MOST_ADDRESSES = 10_000
"""Addresses that are remembered at once; the ones heard of longest ago are let go."""


class Limiter:
    """Allows each address so many calls in any hour, in this process.

    Addresses are kept as hashes under a random key of the process, for an hour at most.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._calls: OrderedDict[bytes, deque[float]] = OrderedDict()

    def allows(self, address: str, most: int) -> bool:
        """Whether an address has called fewer than `most` times in the last hour; if so, this call is counted."""
        key, now = hashlib.blake2b(address.encode(), key=self._key, digest_size=16).digest(), self._clock()
        with self._lock:
            calls = self._calls.setdefault(key, deque())
            self._calls.move_to_end(key)
            self._let_go(now)
            while calls and calls[0] <= now - HOUR:
                calls.popleft()
            if len(calls) >= most:
                return False
            calls.append(now)
        return True

    def _let_go(self, now: float) -> None:
        """Forget who has not called for an hour, and the oldest where there are too many."""
        while len(self._calls) > 1:
            key, calls = next(iter(self._calls.items()))
            if calls and calls[-1] > now - HOUR and len(self._calls) <= MOST_ADDRESSES:
                return
            del self._calls[key]


def client_address(proxies: int) -> str:
    """Return the address a request comes from; of IPv6 the network, since one person has all of it.

    What a proxy says is believed only where the request came through one: from this machine or a private network.

    Args:
        proxies: how many proxies of the operator's stand in front of the server, where any does.
    """
    peer = request.remote_addr or ""
    heard = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if heard and _is_near(peer):
        peer = heard[-min(proxies, len(heard))]
    return _network(peer)


NEAR = tuple(
    ipaddress.ip_network(one)
    for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10")
)
"""This machine and private networks."""


def _is_near(address: str) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return True  # a socket file has no address: only a proxy on this machine can open it
    return any(known in network for network in NEAR)


def _network(address: str) -> str:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)


def from_own_page() -> bool:
    """Whether a post comes from a page of this service, as far as the browser says.

    There is no session to ride on and no cookie to hold a token, so what remains is another site that lets its
    visitors' browsers report, to spread its reports over many addresses. Browsers say where a post comes from in
    `Sec-Fetch-Site`; older ones, and plain HTTP, in `Origin` (`null` from our pages, which send no referrer). A program
    that is no browser says nothing and could forge anything; the limits hold for it too.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin", "null")
    return origin in ("null", request.host_url.rstrip("/")) or origin.partition("://")[2] == request.host

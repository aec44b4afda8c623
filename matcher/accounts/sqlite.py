"""`AccountStore` in one SQLite file, `accounts.db`, that only the owner of the home may read."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from matcher.accounts.passwords import COST, Cost, agrees, hashed, is_outdated, nobody
from matcher.accounts.protocol import (
    IDLE,
    LONGEST,
    MOST_FAILURES_ADDRESS,
    MOST_FAILURES_NAME,
    MOST_NAME,
    RESERVED,
    WINDOW,
    NameTaken,
    NameUnusable,
    Operator,
    Refused,
    Role,
    SignedIn,
)
from profiles.errors import DirectoryDamaged, PathUnreadable
from profiles.store import open_database, writing

ACCOUNTS = Migrations("accounts")

TOKEN_BYTES = 32

STEP = timedelta(minutes=1)
"""A session's last request is written at most so often."""


@ACCOUNTS()
def operators(db: Database) -> None:
    """Who may sign in; `key` is the name as names are compared."""
    db.table("operators").create(
        {"key": str, "name": str, "role": str, "password": str},
        pk="key",
        not_null={"name", "role", "password"},
        strict=True,
    )


@ACCOUNTS()
def sessions(db: Database) -> None:
    """Who is signed in: the hash of a token, and the seconds of its start and of its last request."""
    db.table("sessions").create(
        {"token": str, "operator": str, "started": int, "seen": int},
        pk="token",
        not_null={"operator", "started", "seen"},
        strict=True,
    )
    db.table("sessions").create_index(["operator"])


@ACCOUNTS()
def attempts(db: Database) -> None:
    """Sign-ins that failed or are under way: keyed hashes of name and address, forgotten after `WINDOW`."""
    db.table("attempts").create({"who": str, "at": int}, not_null={"who", "at"}, strict=True)
    db.table("attempts").create_index(["who", "at"])


class SqliteAccounts:
    """`AccountStore` in one SQLite file.

    Args:
        path: the file, created where it is missing.
        key: secret of this home; names and addresses of failed sign-ins are kept as hashes under it.
        cost: what hashing a password costs; tests take less.
    """

    def __init__(self, path: Path, key: bytes, cost: Cost = COST) -> None:
        self._path = path
        self._key = key
        self._cost = cost
        self._threads = threading.local()

    @contextmanager
    def _open(self) -> Iterator[Database]:
        """Give this thread's connection; turn a damaged file into a sentence."""
        try:
            if getattr(self._threads, "db", None) is None:
                self._threads.db = self._opened()
            yield self._threads.db
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise DirectoryDamaged(path=str(self._path), reason=str(error)) from error

    def _opened(self) -> Database:
        try:
            self._path.touch(mode=0o600)
        except OSError as error:
            raise PathUnreadable(path=str(self._path), reason=error.strerror or str(error)) from error
        return open_database(self._path, ACCOUNTS)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as db, writing(db):
            yield db.conn

    def close(self) -> None:
        """Close this thread's connection."""
        db: Database | None = getattr(self._threads, "db", None)
        if db is not None:
            db.conn.close()
            del self._threads.db

    # ------------------------------------------------------------ operators

    def add(self, name: str, role: Role, password: str) -> Operator:
        """Add an operator; raises `NameTaken`, `NameUnusable` or `PasswordUnusable`."""
        plain = unicodedata.normalize("NFC", name).strip()
        if not 0 < len(plain) <= MOST_NAME or not plain.isprintable() or _key(plain) in RESERVED:
            raise NameUnusable(name=name[:MOST_NAME], most=MOST_NAME)
        kept = hashed(password, self._cost)
        with self._writing() as db:
            row = (_key(plain), plain, role, kept)
            if not db.execute("INSERT OR IGNORE INTO operators VALUES (?, ?, ?, ?)", row).rowcount:
                raise NameTaken(name=plain)
        return Operator(plain, role)

    def operators(self) -> tuple[Operator, ...]:
        """Return everybody who may sign in, by name."""
        with self._open() as db:
            return tuple(Operator(*row) for row in db.conn.execute("SELECT name, role FROM operators ORDER BY key"))

    def remove(self, name: str) -> bool:
        """Remove an operator and end their sessions at once; False when there is none of that name."""
        with self._writing() as db:
            db.execute("DELETE FROM sessions WHERE operator = ?", (_key(name),))
            return bool(db.execute("DELETE FROM operators WHERE key = ?", (_key(name),)).rowcount)

    def set_role(self, name: str, role: Role) -> bool:
        """Change what an operator may do, from the next request on; False when there is none of that name."""
        with self._writing() as db:
            return bool(db.execute("UPDATE operators SET role = ? WHERE key = ?", (role, _key(name))).rowcount)

    def set_password(self, name: str, password: str) -> bool:
        """Change a password and end the sessions of its owner; False when there is none of that name."""
        kept = hashed(password, self._cost)
        with self._writing() as db:
            db.execute("DELETE FROM sessions WHERE operator = ?", (_key(name),))
            return bool(db.execute("UPDATE operators SET password = ? WHERE key = ?", (kept, _key(name))).rowcount)

    # ------------------------------------------------------------ sessions

    def sign_in(self, name: str, password: str, address: str, now: datetime) -> SignedIn | Refused:
        """Start a session; an unknown name and a wrong password take the same work and the same answer."""
        limits = {
            self._keyed("name", _key(name)): MOST_FAILURES_NAME,
            self._keyed("address", address): MOST_FAILURES_ADDRESS,
        }
        if wait := self._admit(limits, int(now.timestamp())):
            return Refused(wait)
        kept = self._password(name)
        # The work is done with no writer held; others sign in and load meanwhile.
        if not agrees(password, kept or nobody(self._cost)) or kept is None:
            return Refused()
        if is_outdated(kept, self._cost):
            self._replace_password(name, kept, hashed(password, self._cost))
            kept = self._password(name) or ""
        return self._started(name, kept, tuple(limits), int(now.timestamp()))

    def _admit(self, limits: dict[str, int], now: int) -> int:
        """Count a sign-in before it is checked, so that many at once are no way around; return seconds to wait."""
        since = now - int(WINDOW.total_seconds())
        waits = [0]
        with self._writing() as db:
            db.execute("DELETE FROM attempts WHERE at <= ?", (since,))
            for who, most in limits.items():
                asked = "SELECT at FROM attempts WHERE who = ? ORDER BY at DESC LIMIT 1 OFFSET ?"
                held = db.execute(asked, (who, most - 1)).fetchone()
                waits.append(max(1, held[0] - since) if held else 0)
            if not any(waits):
                db.executemany("INSERT INTO attempts VALUES (?, ?)", [(who, now) for who in limits])
        return max(waits)

    def _password(self, name: str) -> str | None:
        with self._open() as db:
            row = db.conn.execute("SELECT password FROM operators WHERE key = ?", (_key(name),)).fetchone()
        return None if row is None else str(row[0])

    def _replace_password(self, name: str, before: str, after: str) -> None:
        with self._writing() as db:
            db.execute("UPDATE operators SET password = ? WHERE key = ? AND password = ?", (after, _key(name), before))

    def _started(self, name: str, kept: str, whos: tuple[str, ...], now: int) -> SignedIn | Refused:
        """Write a session, unless the operator was removed or the password changed since it was checked."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        by_name, by_address = whos
        with self._writing() as db:
            found = db.execute(
                "SELECT name, role FROM operators WHERE key = ? AND password = ?", (_key(name), kept)
            ).fetchone()
            if found is None:
                return Refused()
            db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (_hash(token), _key(name), now, now))
            db.execute("DELETE FROM sessions WHERE started < ?", (now - int(LONGEST.total_seconds()),))
            db.execute("DELETE FROM attempts WHERE who = ?", (by_name,))
            last = "SELECT rowid FROM attempts WHERE who = ? ORDER BY at DESC LIMIT 1"
            db.execute(f"DELETE FROM attempts WHERE rowid = ({last})", (by_address,))  # noqa: S608 - a constant
        return SignedIn(Operator(*found), token)

    def session(self, token: str, now: datetime) -> Operator | None:
        """Return whose session a token is, None when it ended, and let its idle time start anew."""
        at = int(now.timestamp())
        asked = "SELECT name, role, started, seen FROM sessions JOIN operators ON key = operator WHERE token = ?"
        with self._open() as db:
            row = db.conn.execute(asked, (_hash(token),)).fetchone()
        if row is None:
            return None
        name, role, started, seen = row
        if at - seen > IDLE.total_seconds() or at - started > LONGEST.total_seconds():
            self.sign_out(token)
            return None
        if at - seen >= STEP.total_seconds():
            with self._writing() as writer:
                writer.execute("UPDATE sessions SET seen = ? WHERE token = ?", (at, _hash(token)))
        return Operator(name, role)

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._writing() as db:
            db.execute("DELETE FROM sessions WHERE token = ?", (_hash(token),))

    def _keyed(self, kind: str, text: str) -> str:
        plain = f"{kind}:{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._key, plain, hashlib.sha256).hexdigest()


def _key(name: str) -> str:
    """Return a name as names are compared: another way to write it is no other name."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    return plain.encode("utf-8", "replace").decode()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

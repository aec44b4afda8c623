"""What every store of accounts does, and the records it answers with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, get_args

from profiles.errors import ServiceError

Role = Literal["reader", "editor", "admin"]

ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may: a reader sees, an editor changes, an admin removes and manages operators."""

LEAST_PASSWORD, MOST_PASSWORD = 12, 1_000
"""Characters; no other rule: length is what helps."""

MOST_NAME = 64

RESERVED = frozenset({"load", "operator", "therapist"})
"""Words that the audit log has for others than a person who signed in."""

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
"""How long a session lasts without a request, and at all."""

WINDOW = timedelta(minutes=15)
"""How long a failed sign-in counts."""

MOST_FAILURES_NAME, MOST_FAILURES_ADDRESS = 5, 20
"""Failed sign-ins within `WINDOW` after which the next must wait."""


class NameTaken(ServiceError):
    """There is an operator of that name."""

    key = "error.operator_taken"


class NameUnusable(ServiceError):
    """A sign-in name is empty, too long, not printable or reserved."""

    key = "error.operator_name"


class PasswordUnusable(ServiceError):
    """A password is too short or too long."""

    key = "error.operator_password"


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who may sign in.

    Attributes:
        name: as they sign in and as the audit log has it; names that differ in case alone are one name.
        role: what they may do.
    """

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Whether this operator may do what `role` may.

        >>> Operator("Ada", "editor").may("reader"), Operator("Ada", "editor").may("admin")
        (True, False)
        """
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that was let in; `token` is the only copy, the store keeps its hash."""

    operator: Operator
    token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A sign-in that was not let in; `wait` is 0 where name or password is wrong, else seconds until the next try."""

    wait: int = 0


class AccountStore(Protocol):
    """Where accounts are kept. One contract suite holds for every implementation. Every `now` has a time zone."""

    def add(self, name: str, role: Role, password: str) -> Operator:
        """Add an operator.

        Raises:
            NameTaken, NameUnusable, PasswordUnusable: nothing was added.
        """
        ...

    def operators(self) -> tuple[Operator, ...]:
        """Return everybody who may sign in, by name."""
        ...

    def remove(self, name: str) -> bool:
        """Remove an operator and end their sessions at once; False when there is none of that name."""
        ...

    def set_role(self, name: str, role: Role) -> bool:
        """Change what an operator may do, from the next request on; False when there is none of that name."""
        ...

    def set_password(self, name: str, password: str) -> bool:
        """Change a password and end the sessions of its owner; False when there is none of that name.

        Raises:
            PasswordUnusable: nothing was changed.
        """
        ...

    def sign_in(self, name: str, password: str, address: str, now: datetime) -> SignedIn | Refused:
        """Start a session; an unknown name and a wrong password take the same work and the same answer.

        Args:
            name: as typed.
            password: as typed.
            address: where the request comes from; only a keyed hash of it is kept, for `WINDOW`.
            now: the time of the request.
        """
        ...

    def session(self, token: str, now: datetime) -> Operator | None:
        """Return whose session a token is, None when it ended, and let its idle time start anew."""
        ...

    def sign_out(self, token: str) -> None:
        """End a session."""
        ...

"""Messages and the exceptions that carry them: what happened, which value, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Param = str | int | float


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence that is not yet words: a key of the text tables and what fills its gaps.

    Only the entrypoints (`matcher.cli`, `matcher.web`) turn it into words, in the reader's locale.
    """

    key: str
    params: Mapping[str, Param] = field(default_factory=dict)


class ServiceError(Exception):
    """Something the caller can mend; `message` says what happened, which value and what to do."""

    key = "error.unexpected"
    exit_code = 2

    def __init__(self, **params: Param) -> None:
        self.message = Message(self.key, params)
        super().__init__(self.key, params)


class PathUnreadable(ServiceError):
    """A path that was named can't be opened or read."""

    key = "error.path_unreadable"


class OptionWrong(ServiceError):
    """An option has a value that can't be used."""

    key = "error.option_wrong"


class DirectoryDamaged(ServiceError):
    """The directory file is no database of ours, or is damaged."""

    key = "error.directory_damaged"


class DirectoryTooNew(ServiceError):
    """The directory was written by a later version of this software."""

    key = "error.directory_too_new"


class DirectoryEmpty(ServiceError):
    """There is no therapist to rank yet."""

    key = "error.directory_empty"

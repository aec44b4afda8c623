"""The filled cells of one row by what they hold, and what was found wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from profiles.formats.cells import Finding, Read, is_blank
from profiles.formats.columns import MERGED, Column
from profiles.problems import Problem, problem

T = TypeVar("T")


@dataclass(slots=True)
class NamedCells:
    """The filled cells of one row, by what they hold, and what was found wrong with them."""

    file: str
    line: int | str
    filled: dict[str, list[tuple[Column, str]]]
    problems: list[Problem] = field(default_factory=list)

    def all(self, target: str) -> list[tuple[Column, str]]:
        """Return the filled cells of a target; only the first where several can't be put together."""
        found = self.filled.get(target)
        if found is None:
            return []
        return found if len(found) == 1 or target in MERGED else found[:1]

    def text(self, target: str) -> str:
        """Return the first filled cell of a target, "" where there is none or it says that nothing is stated."""
        return next((cell.strip() for _, cell in self.all(target) if not is_blank(cell)), "")

    def read(self, column: Column, read: Read[T]) -> T:
        """Return what was read, and keep what was not understood."""
        for found in read.findings:
            self.report(found, column)
        return read.value

    def report(self, found: Finding, column: Column | None) -> None:
        """Keep a problem of this row."""
        header = None if column is None else column.header
        params = {"nearest": ", ".join(found.nearest) or "-"}
        self.problems.append(
            problem(found.code, file=self.file, row=self.line, column=header, value=found.value, **params)
        )

    def value(self, target: str, reader: Callable[[str], Read[T]]) -> T | None:
        """Read the cell of a target, None where there is none."""
        for column, cell in self.all(target):
            return self.read(column, reader(cell))
        return None

"""Long lists page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """One page of a list.

    Attributes:
        items: on this page.
        number: of this page, from 1.
        last: number of the last page.
        count: items on all pages.
    """

    items: Sequence[T]
    number: int
    last: int
    count: int


def paged(found: Sequence[T], number: int, size: int) -> Paged[T]:
    """Return a page; a number beyond the list is its first or last page.

    >>> paged("abcde", 2, 2), paged("", 9, 2).last
    (Paged(items='cd', number=2, last=3, count=5), 1)
    """
    last = max(1, -(-len(found) // size))
    here = min(max(number, 1), last)
    return Paged(found[(here - 1) * size : here * size], here, last, len(found))

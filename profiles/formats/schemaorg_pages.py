"""Opens JSON-LD: documents, lines, and the blocks in pages of HTML, each with the line on which it starts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from profiles.formats.drafts import printable
from profiles.formats.own_files import Found
from profiles.formats.tables import encoding_of
from profiles.problems import Problem, problem

PAGE = re.compile(r"<(?:!doctype|html|head|body|script|meta)\b", re.IGNORECASE)
_BLANK = re.compile(r"[\s\ufeff,]*")


def _refused(constant: str) -> None:
    raise ValueError(constant)


DECODER = json.JSONDecoder(strict=False, parse_constant=_refused)
"""Line breaks inside texts are let through: pages have them, and what is meant is certain."""


def values_of(path: Path) -> Iterator[Found | Problem]:
    """Yield the JSON values of a file.

    Raises:
        OSError: it can't be opened.
    """
    with path.open("rb") as stream:
        encoding, code = encoding_of(stream)
    if not encoding:
        yield problem(code, file=path.name)
        return
    text = path.read_text(encoding=encoding, errors="replace")
    if not text.strip("\ufeff \t\r\n"):
        yield problem("file_empty", file=path.name)
    elif not text.lstrip("\ufeff \t\r\n").startswith(("{", "[")) and PAGE.search(text):
        blocks = list(_blocks(text))
        if not blocks:
            yield problem("format_mismatch", file=path.name, format="schemaorg")
        for line, block in blocks:
            yield from _decoded(block, path.name, line)
    else:
        yield from _decoded(text, path.name, 1)


def _decoded(text: str, file: str, line: int) -> Iterator[Found | Problem]:
    """Yield the values that follow one another in a text that starts on a line of the file; an array item by item."""
    at, counted, inside = 0, 0, False
    while True:
        blank = _BLANK.match(text, at)
        at = blank.end() if blank else at
        if at >= len(text) and not inside:
            return
        line += text.count("\n", counted, at)
        counted = at
        if text.startswith("]" if inside else "[", at):
            inside, at = not inside, at + 1
            continue
        try:
            value, at = DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            where = max(getattr(error, "pos", at), at)
            shown = text[where : where + 80].strip() or text[-80:].strip()
            yield problem("json_invalid", file=file, row=line + text.count("\n", at, where), value=printable(shown))
            return
        yield Found(value, file, line)


class _Scripts(HTMLParser):
    """Collects the blocks of JSON-LD in a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[tuple[int, str]] = []
        self._open: tuple[int, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block."""
        kind = (dict(attrs).get("type") or "").split(";")[0].strip().casefold()
        if tag == "script" and kind == "application/ld+json":
            self._open = (self.getpos()[0], [])

    def handle_data(self, data: str) -> None:
        """Take what stands in a block."""
        if self._open is not None:
            self._open[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        """Close a block."""
        if tag == "script" and self._open is not None:
            self.blocks.append((self._open[0], "".join(self._open[1])))
            self._open = None


def _blocks(text: str) -> list[tuple[int, str]]:
    parser = _Scripts()
    parser.feed(text)
    parser.close()
    return [(line, _bare(block)) for line, block in parser.blocks]


def _bare(block: str) -> str:
    """Return a block without the comment or CDATA marks that some pages put around it."""
    plain = re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)", "", block)
    return re.sub(r"(?:-->|//\s*\]\]>|\]\]>|/\*\s*\]\]>\s*\*/)\s*$", "", plain)

"""What is read from files of the predecessor: numbered lines within a length, and the rows or bad places they make."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

LONGEST_LINE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Place:
    """Where a row stands: file and line, or table and row."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Record:
    """A row as it was found; `raw` as it can be kept aside."""

    place: Place
    values: Mapping[str, object]
    raw: str


@dataclass(frozen=True)
class Unreadable:
    """What could not even be read as a row."""

    place: Place
    reason: str
    raw: str


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Numbered lines with their ends. One that is too long is cut, and longer than the limit, so that it is seen."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST_LINE_BYTES + 1):
            number += 1
            rest = line
            while len(rest) > LONGEST_LINE_BYTES and not rest.endswith(b"\n"):
                rest = file.readline(LONGEST_LINE_BYTES + 1)
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def printable(name: str) -> str:
    """A file's name for a sentence: what no terminal should be sent is escaped."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def shown(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace").rstrip("\r\n")

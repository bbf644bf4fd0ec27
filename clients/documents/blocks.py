"""What is read from a page or a file: its words in blocks, and what it says about itself. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from config.errors import PermanentError

READER = 2  # raised when reading changes: what an earlier version read is read again
MOST_CHARACTERS = 2_000_000  # of one document; the rest is left out, and said to be
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" *\n[ \n]*")


class Unreadable(PermanentError):
    """Nothing can be taken from it; the text is a sentence for the tenant."""


class Kind(StrEnum):
    """What something turned out to be, by its content."""

    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"
    CSV = "csv"
    TEXT = "text"  # Markdown too


class BlockKind(StrEnum):
    """What part of a text this is."""

    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"  # of a list
    ROW = "row"  # of a table, each cell with its column's name


@dataclass(frozen=True)
class Block:
    """One part. `level`: of a heading from 1, of an item from 0."""

    kind: BlockKind
    text: str
    level: int = 0


@dataclass(frozen=True)
class Document:
    """A page or file that was read."""

    kind: Kind
    title: str | None
    blocks: list[Block]
    language: str | None = None  # as it says itself
    note: str | None = None  # a sentence, when not all of it was taken
    links: list[str] = field(default_factory=list)  # as written, resolved by its base
    canonical: str | None = None
    noindex: bool = False
    nofollow: bool = False

    @property
    def content_hash(self) -> str:
        """Of the words alone: what is not said to visitors may change."""
        said = [self.title, self.language, [(block.kind, block.level, block.text) for block in self.blocks]]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Document:
        blocks = [Block(BlockKind(each["kind"]), each["text"], each["level"]) for each in value["blocks"]]
        return cls(**{**value, "kind": Kind(value["kind"]), "blocks": blocks})


def tidy(text: str) -> str:
    """One space where there were many, no control characters, lines kept."""
    text = text.replace("\u00ad", "").replace("\u200b", "").replace("\ufeff", "").replace("\r", "\n")
    text = (
        "".join(sign for sign in text if sign.isprintable() or sign in "\n\t\u00a0\u2028\u2029\u3000")
        if not text.isprintable()
        else text
    )
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def cut(blocks: list[Block]) -> tuple[list[Block], str | None]:
    """No more than is taken of one document, and the sentence that says so."""
    size = 0
    for number, block in enumerate(blocks):
        size += len(block.text)
        if size > MOST_CHARACTERS:
            return blocks[:number], f"Only the first {MOST_CHARACTERS:,} characters were taken."
    return blocks, None


def rows(cells: list[list[str]], *, named: bool | None = None) -> list[Block]:
    """A table's rows. `named`: the first row names the columns, and each cell is told with its column's name.

    Where nobody says (None), it does when it is the only row of a wide table that holds no values.
    """
    cells = [[" ".join(cell.split()) for cell in row] for row in cells]
    if not cells:
        return []
    head = cells[0]
    if named is None:
        others = [any(map(_is_value, row)) for row in cells[1:] if any(row)]
        named = len(head) > 2 and not any(map(_is_value, head)) and bool(others) and sum(others) * 2 > len(others)
    if not any(head) or len(cells) == 1:
        named = False
    return [
        Block(BlockKind.ROW, told) for row in cells[1 if named else 0 :] if (told := _told(row, head if named else []))
    ]


def _told(row: list[str], head: list[str]) -> str:
    """`Day: Monday; Hours: 9-18` under named columns, else `Monday: 9-18`."""
    if head:
        told = [f"{head[at]}: {cell}" if at < len(head) and head[at] else cell for at, cell in enumerate(row) if cell]
        return "; ".join(told)
    said = [cell for cell in row if cell]
    if len(said) < 2 or not row[0] or said[0].endswith(":"):
        return " ".join(said)
    return f"{said[0]}: {'; '.join(said[1:])}"


def _is_value(cell: str) -> bool:
    """A number, price or time is no column's name."""
    return sum(sign.isdigit() for sign in cell) > len(cell) / 3

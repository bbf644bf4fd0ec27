"""Blocks of a document to chunks: passages under their heading path, cut where the text is cut. Pure.

A chunk holds what belongs together (a section, part of a long one) in 400 to 900 characters where the text allows; a sentence,
an item or a table's row is cut only when it is longer than a chunk may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clients.documents.blocks import Block, BlockKind
from models.chunk import NewChunk

TARGET, LONGEST = 700, 900  # characters
LEAST = 200  # what is shorter joins its neighbour of the same section
LONGEST_HEADING = 80  # of each part of a path
LONGEST_PATH = 240
MOST_CHUNKS = 4_000  # of one document
BULLET = "- "
_SENTENCE = re.compile(
    r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[¿¡]*[^\sa-zà-öø-ÿ])"  # the next begins like one
    r"|(?<=[。！？])"
    r"|(?<=[؟۔])\s+"
)
_SHORT_FORM = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|\d{1,4}|Mr|Mrs|Ms|Dr|Prof|St|No|Nr|Tel|Str|bzw|ca|inkl|max|min|z\.B|d\.h|u\.a|e\.g|i\.e|etc|approx|"
    r"vs|Sr|Sra|Mme|Mlle|M|av|art|p\.ej|Sig|dott|bijv|enz|örn|vb)\.$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=[;:,–—،、，；])\s+|(?<=[、，；])")


@dataclass(frozen=True)
class _Part:
    """What is not cut any further; `tight`: the next one belongs on the same line."""

    text: str
    joint: str = "\n"


def chunks_of(title: str | None, blocks: Sequence[Block]) -> list[NewChunk]:
    """The document's chunks, in its order. The path of each begins with the title."""
    made: list[NewChunk] = []
    seen: set[tuple[str, str]] = set()
    for path, section in _sections(title, blocks):
        for text in _packed(_parts(section)):
            if (path, text) not in seen:  # what a page says twice under one heading is said once
                seen.add((path, text))
                made.append(NewChunk(path, text))
    return made[:MOST_CHUNKS]


def _sections(title: str | None, blocks: Sequence[Block]) -> Iterator[tuple[str, list[Block]]]:
    """Blocks under one heading, with the path of headings above it."""
    above: list[tuple[int, str]] = []
    held: list[Block] = []
    for block in blocks:
        if block.kind is not BlockKind.HEADING:
            held.append(block)
            continue
        if held:
            yield _path(title, above), held
            held = []
        above = [(level, text) for level, text in above if level < block.level] + [(block.level, block.text)]
    if held:
        yield _path(title, above), held


def _path(title: str | None, above: Sequence[tuple[int, str]]) -> str:
    """`Title > Section > Part`; what repeats the part before it is left out, and the middle when it gets too long."""
    parts: list[str] = []
    for text in ([title] if title else []) + [text for _, text in above]:
        text = " ".join(text.split())
        short = text if len(text) <= LONGEST_HEADING else text[: LONGEST_HEADING - 1].rsplit(" ", 1)[0] + "…"
        if not parts or parts[-1].casefold() != short.casefold():
            parts.append(short)
    while len(parts) > 2 and len(" > ".join(parts)) > LONGEST_PATH:
        parts.pop(1)
    return " > ".join(parts)


def _parts(section: Sequence[Block]) -> Iterator[_Part]:
    """Sentences of a text, whole items and rows; only what is longer than a chunk is cut within."""
    for block in section:
        if block.kind in {BlockKind.ITEM, BlockKind.ROW}:
            mark = "  " * block.level + BULLET if block.kind is BlockKind.ITEM else ""
            for number, piece in enumerate(_within(block.text, LONGEST - len(mark))):
                yield _Part(piece if number else mark + piece)
            continue
        for paragraph in block.text.split("\n"):
            said = [piece for sentence in sentences(paragraph) for piece in _within(sentence, LONGEST)]
            for number, piece in enumerate(said):
                yield _Part(piece, "\n" if number == len(said) - 1 else " ")


def sentences(text: str) -> list[str]:
    """A text at its sentences' ends; a full stop after a number or a short form ends none."""
    made: list[str] = []
    start = 0
    for found in _SENTENCE.finditer(text):
        piece = text[start : found.end()].strip()
        if piece and not _SHORT_FORM.search(piece):
            made.append(piece)
            start = found.end()
    rest = text[start:].strip()
    return [*made, rest] if rest else made


def _within(text: str, most: int) -> Iterator[str]:
    """As it is when it fits; else cut at clauses, then words, then anywhere."""
    while len(text) > most:
        head = text[:most]
        places = [found.end() for found in _CLAUSE.finditer(head) if found.end() > most // 2]
        at = places[-1] if places else head.rfind(" ", most // 2)
        at = at if at > 0 else most
        if cut := text[:at].strip():
            yield cut
        text = text[at:].strip()
    if text:
        yield text


def _packed(parts: Iterator[_Part]) -> list[str]:
    """Parts together up to the target; a text that announces a list stays with the list's first item."""
    groups: list[list[_Part]] = [[]]
    size = 0
    for part in parts:
        group = groups[-1]
        announced = bool(group) and group[-1].text.endswith((":", "："))
        fits = size + len(part.text) + 1 <= (LONGEST if announced or size < LEAST else TARGET)
        if group and not fits:
            moved = [group.pop()] if announced and len(group) > 1 and len(group[-1].text) < LEAST else []
            groups.append(moved)
            size = sum(len(each.text) + 1 for each in moved)
            if size + len(part.text) > LONGEST and moved:
                groups.append([])
                size = 0
        groups[-1].append(part)
        size += len(part.text) + 1
    return [text for group in _joined_ends([group for group in groups if group]) if (text := _text(group))]


def _joined_ends(groups: list[list[_Part]]) -> list[list[_Part]]:
    """A short rest goes to the group before it, where there is room."""
    if len(groups) > 1 and len(_text(groups[-1])) < LEAST and len(_text(groups[-2])) + len(_text(groups[-1])) < LONGEST:
        return [*groups[:-2], groups[-2] + groups[-1]]
    return groups


def _text(group: Sequence[_Part]) -> str:
    return "".join(part.text + part.joint for part in group).strip()

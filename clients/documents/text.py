"""Plain text and Markdown in blocks; tables of CSV files. Pure."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from clients.documents.blocks import Block, BlockKind, Document, Kind, Unreadable, cut, rows, tidy
from clients.documents.encoding import decoded

MOST_ROWS = 20_000
LONGEST_CELL = 20_000
_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*$")
_ITEM = re.compile(r"(\s*)(?:[-*+•–]|\d{1,3}[.)])\s+(.+)$")
_RULE = re.compile(r"\s*([-*_])(\s*\1){2,}\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")
_TABLE_RULE = re.compile(r"\s*\|?(\s*:?-{2,}:?\s*\|)+\s*:?-*:?\s*$")
_INLINE = (
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\(([^)\s]+)[^)]*\)"), r"\1 (\2)"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"`([^`]+)`"), r"\1"),
)
QUESTION = frozenset({"question", "frage", "pregunta", "pergunta", "domanda", "vraag", "soru"})
ANSWER = frozenset(
    {"answer", "antwort", "respuesta", "réponse", "reponse", "resposta", "risposta", "antwoord", "cevap"}
)


def read_text(data: bytes, content_type: str = "") -> Document:
    """Paragraphs stand between empty lines; Markdown's headings, lists, tables and fences are understood."""
    lines = decoded(data, content_type).splitlines()
    blocks, note = cut(list(_blocks(lines)))
    if not blocks:
        raise Unreadable("It holds no text.")
    first = blocks[0]
    title = first.text if first.kind is BlockKind.HEADING and first.level == 1 else None
    return Document(Kind.TEXT, title, blocks[1:] if title else blocks, note=note)


def _blocks(lines: list[str]) -> Iterator[Block]:
    """One pass; `held` are the lines of a paragraph that goes on."""
    held: list[str] = []
    at, fenced = 0, False

    def said() -> Iterator[Block]:
        if text := _plain(" ".join(line.strip() for line in held)):
            yield Block(BlockKind.TEXT, text)
        held.clear()

    while at < len(lines):
        line = lines[at]
        at += 1
        if _FENCE.match(line):
            fenced = not fenced
            yield from said()
        elif fenced:
            held.append(line)
        elif not line.strip() or (_RULE.match(line) and not held):
            yield from said()
        elif (found := _HEADING.match(line)) is not None:
            yield from said()
            yield Block(BlockKind.HEADING, _plain(found[2]), len(found[1]))
        elif (found := _UNDERLINE.match(line)) is not None and len(held) == 1:
            heading = _plain(held.pop())
            yield Block(BlockKind.HEADING, heading, 1 if "=" in found[1] else 2)
        elif "|" in line and at < len(lines) and _TABLE_RULE.match(lines[at]):
            yield from said()
            table = [line]
            at += 1  # past the rule
            while at < len(lines) and "|" in lines[at]:
                table.append(lines[at])
                at += 1
            yield from rows(
                [[_plain(cell) for cell in each.strip().strip("|").split("|")] for each in table], named=True
            )
        elif (found := _ITEM.match(line)) is not None:
            yield from said()
            text = [found[2]]
            while (
                at < len(lines)
                and lines[at].startswith((" ", "\t"))
                and not _ITEM.match(lines[at])
                and lines[at].strip()
            ):
                text.append(lines[at].strip())
                at += 1
            yield Block(BlockKind.ITEM, _plain(" ".join(text)), min(len(found[1].expandtabs(4)) // 2, 5))
        else:
            held.append(line.removeprefix("> ").removeprefix(">"))
    yield from said()


def _plain(text: str) -> str:
    for pattern, shown in _INLINE:
        text = pattern.sub(shown, text)
    return tidy(text)


def read_csv(data: bytes, content_type: str = "") -> Document:
    """Each row with its columns' names; a table of questions and answers is read as such."""
    lines = decoded(data, content_type).splitlines(keepends=True)
    cells = _cells(lines)
    if not cells:
        raise Unreadable("The table is empty.")
    note = f"Only the first {MOST_ROWS:,} rows were taken." if len(cells) > MOST_ROWS else None
    head = [cell.strip().lower() for cell in cells[0]]
    question = next((at for at, name in enumerate(head) if name in QUESTION), None)
    answer = next((at for at, name in enumerate(head) if name in ANSWER), None)
    if question is not None and answer is not None:
        made: list[Block] = []
        for row in cells[1:MOST_ROWS]:
            if len(row) > max(question, answer) and tidy(row[question]) and tidy(row[answer]):
                made.append(Block(BlockKind.HEADING, tidy(row[question]), 1))
                made.append(Block(BlockKind.TEXT, tidy(row[answer])))
    else:
        made = rows(cells[:MOST_ROWS], named=len(cells[0]) > 1)
    blocks, cut_short = cut(made)
    if not blocks:
        raise Unreadable("The table is empty.")
    return Document(Kind.CSV, None, blocks, note=note or cut_short)


def _cells(lines: list[str]) -> list[list[str]]:
    head = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t|", key=head.count)
    csv.field_size_limit(LONGEST_CELL * 4)
    made: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if any(cell.strip() for cell in row):
                made.append([cell[:LONGEST_CELL] for cell in row])
            if len(made) > MOST_ROWS:
                break
    except csv.Error:
        raise Unreadable(
            "The table is broken: a quote is opened and never closed, or a cell is far too long."
        ) from None
    return made

"""Word files (.docx) in blocks: the main text by its styles. Runs in the reading process only (reader.py).

Reads three parts of the package, each within a size; macros, links to outside and embedded objects are never looked at.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from clients.documents.blocks import Block, BlockKind, Document, Kind, Unreadable, cut, rows, tidy

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST_PART = 40 * 1024 * 1024  # unpacked
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
DC = "{http://purl.org/dc/elements/1.1/}"
_BROKEN = "The Word file is broken and cannot be read."


def read_docx(data: bytes) -> Document:
    """Raises Unreadable: broken, protected, unpacking to too much, or without text."""
    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            body = _parsed(packed, "word/document.xml").find(f"{W}body")
            levels = _heading_levels(_parsed(packed, "word/styles.xml")) if _holds(packed, "word/styles.xml") else {}
            about = _parsed(packed, "docProps/core.xml") if _holds(packed, "docProps/core.xml") else None
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        OSError,
        NotImplementedError,
        EOFError,
        etree.LxmlError,
        RuntimeError,
    ):
        raise Unreadable(_BROKEN) from None
    if body is None:
        raise Unreadable(_BROKEN)
    blocks, note = cut(list(_blocks(body, levels)))
    if not blocks:
        raise Unreadable("The Word file holds no text.")
    title = tidy(about.findtext(f"{DC}title") or "") if about is not None else ""
    return Document(Kind.DOCX, title[:200] or None, blocks, note=note)


def _holds(packed: zipfile.ZipFile, name: str) -> bool:
    return name in packed.NameToInfo


def _parsed(packed: zipfile.ZipFile, name: str) -> _Element:
    """One part, no entity resolved, nothing fetched; what it says of its size is not believed."""
    from lxml import etree

    with packed.open(name) as part:
        text = part.read(LARGEST_PART + 1)
    if len(text) > LARGEST_PART:
        raise Unreadable(f"The Word file unpacks to more than {LARGEST_PART // 1024 // 1024} MiB.")
    if b"<!DOCTYPE" in text[:4096] or b"<!ENTITY" in text[:4096]:
        raise Unreadable(_BROKEN)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    return etree.fromstring(text, parser)


def _heading_levels(styles: _Element) -> dict[str, int]:
    """Style id → level. The ids are in the language of whoever wrote; the names and outline levels are not."""
    found: dict[str, int] = {}
    for style in styles.iter(f"{W}style"):
        name = _attribute(style.find(f"{W}name"))
        outline = _attribute(style.find(f"{W}pPr/{W}outlineLvl"))
        named = re.fullmatch(r"heading (\d)", name, re.IGNORECASE)
        if named:
            found[style.get(f"{W}styleId", "")] = int(named[1])
        elif name.lower() == "title":
            found[style.get(f"{W}styleId", "")] = 1
        elif outline.isdigit() and int(outline) < 9:
            found[style.get(f"{W}styleId", "")] = int(outline) + 1
    return found


def _blocks(parent: _Element, levels: dict[str, int]) -> Iterator[Block]:
    for element in parent:
        if element.tag == f"{W}p":
            yield from _paragraph(element, levels)
        elif element.tag == f"{W}tbl":
            yield from rows(
                [[_text(cell) for cell in row.iterchildren(f"{W}tc")] for row in element.iterchildren(f"{W}tr")],
                named=True if element.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None else None,
            )
        elif element.tag in {f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"}:
            yield from _blocks(element, levels)


def _paragraph(element: _Element, levels: dict[str, int]) -> Iterator[Block]:
    text = tidy(_text(element))
    if not text:
        return
    style = _attribute(element.find(f"{W}pPr/{W}pStyle"))
    outline = _attribute(element.find(f"{W}pPr/{W}outlineLvl"))
    level = levels.get(style) or (int(outline) + 1 if outline.isdigit() and int(outline) < 9 else 0)
    if level:
        yield Block(BlockKind.HEADING, text.replace("\n", " "), level)
        return
    numbering = element.find(f"{W}pPr/{W}numPr")
    if numbering is not None or style.lower().startswith("list"):
        depth = _attribute(numbering.find(f"{W}ilvl")) if numbering is not None else ""
        yield Block(BlockKind.ITEM, text, min(int(depth), 5) if depth.isdigit() else 0)
        return
    yield Block(BlockKind.TEXT, text)


def _text(element: _Element) -> str:
    """What is said; not what was deleted, nor the second form of what old programs cannot show."""
    made: list[str] = []

    def walk(parent: Any) -> None:
        for child in parent:
            if child.tag in {f"{W}del", f"{W}moveFrom", f"{MC}Fallback", f"{W}instrText", f"{W}pPr"}:
                continue
            if child.tag == f"{W}t":
                made.append(child.text or "")
            elif child.tag in {f"{W}tab", f"{W}noBreakHyphen"}:
                made.append(" " if child.tag == f"{W}tab" else "-")
            elif child.tag in {f"{W}br", f"{W}cr"}:
                made.append("\n")
            else:
                if child.tag == f"{W}p" and made:
                    made.append("\n")
                walk(child)

    walk(element)
    return "".join(made)


def _attribute(element: _Element | None) -> str:
    return "" if element is None else str(element.get(f"{W}val") or "")

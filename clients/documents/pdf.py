"""PDF files in blocks, a heading for each page. Runs in the reading process only (reader.py)."""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING, Any

from clients.documents.blocks import MOST_CHARACTERS, Block, BlockKind, Document, Kind, Unreadable, tidy

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_PAGES = 500
LARGEST_STREAM = 32 * 1024 * 1024  # unpacked
_LIMITS: dict[str, Any] = {  # the process is bounded in memory and time besides
    "zlib_maximum_output_length": LARGEST_STREAM,
    "lzw_maximum_output_length": LARGEST_STREAM,
    "run_length_maximum_output_length": LARGEST_STREAM,
    "maximum_declared_stream_length": LARGEST_STREAM,
    "page_tree_maximum_entries": 20_000,
    "jbig2dec_binary": None,  # no other program is ever run
}
_BULLET = re.compile(r"^[•‣▪●◦–*-]\s+(?=\S)")
_ENDS = re.compile(r"[.!?:;…。！？]['\")\]»”]*$")
_HYPHEN = re.compile(r"(\w)[-\u00ad\u2010]\n(?=[a-zà-öø-ÿß])")


def read_pdf(data: bytes) -> Document:
    """Raises Unreadable: broken, protected, or only pictures."""
    from pypdf import PdfReader, apply_configuration
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it quotes what it reads
    try:
        with apply_configuration(**_LIMITS):
            reader = PdfReader(io.BytesIO(data), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise Unreadable("The PDF is protected by a password. Upload one without.")
            blocks, note = _pages(reader)
            title = tidy(str(reader.metadata.title or "") if reader.metadata else "").replace("\n", " ")[:200]
    except Unreadable:
        raise
    except (FileNotDecryptedError, DependencyError, NotImplementedError):
        raise Unreadable("The PDF is protected in a way that cannot be read. Upload one without a password.") from None
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        AssertionError,
        ArithmeticError,
        OSError,
        RecursionError,
    ):  # what a broken file makes of a parser
        raise Unreadable("The PDF is broken and cannot be read.") from None
    if not any(block.kind is not BlockKind.HEADING for block in blocks):
        raise Unreadable("The PDF holds no text, only pictures. Upload one with text, or type what it says.")
    return Document(Kind.PDF, title or None, blocks, note=note)


def _pages(reader: PdfReader) -> tuple[list[Block], str | None]:
    blocks: list[Block] = []
    size, unread = 0, 0
    for number, page in enumerate(reader.pages, 1):
        if number > MOST_PAGES:
            return blocks, f"Only the first {MOST_PAGES} pages were taken."
        try:
            text = page.extract_text()
        except (
            ValueError,
            KeyError,
            TypeError,
            IndexError,
            AttributeError,
            AssertionError,
            ArithmeticError,
            RecursionError,
        ):
            unread += 1
            continue
        said = list(paragraphs(text))
        if said:
            blocks += [Block(BlockKind.HEADING, f"page {number}", 1), *said]
        size += sum(len(block.text) for block in said)
        if size > MOST_CHARACTERS:
            return blocks, f"Only the first {number} pages were taken."
    return blocks, f"{unread} pages could not be read." if unread else None


def paragraphs(text: str) -> list[Block]:
    """Lines as they were set, joined to paragraphs: one ends at an empty line, before a bullet, or where a line ends short."""
    text = _HYPHEN.sub(r"\1", text.replace("\r", "\n"))
    lines = [tidy(line) for line in text.split("\n")]
    longest = max((len(line) for line in lines), default=0)
    made: list[Block] = []
    held: list[str] = []

    def said() -> None:
        if held:
            words = " ".join(held)
            kind = BlockKind.ITEM if _BULLET.match(words) else BlockKind.TEXT
            made.append(Block(kind, _BULLET.sub("", words)))
            held.clear()

    for line in lines:
        if not line or _BULLET.match(line):
            said()
        if line:
            held.append(line)
            if len(line) < longest * 0.7 and (_ENDS.search(line) or len(line) < longest * 0.5):
                said()
    said()
    return made

"""What something is, by its content; its name and declared type decide only between kinds of plain text. Pure."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from itertools import islice

from clients.documents.blocks import Kind, Unreadable

_HTML = re.compile(
    rb"<(!doctype\s+html|html|head|body|title|meta|div|p|h[1-6]|table|ul|ol|article|section|main|span|a)[\s>/]",
    re.IGNORECASE,
)
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "This is a Word, Excel or PowerPoint file of the old kind. Save it as .docx or PDF."),
    (b"{\\rtf", "This is an RTF file. Save it as .docx or PDF."),
    (b"\x89PNG", "This is a picture, which holds no text."),
    (b"\xff\xd8\xff", "This is a picture, which holds no text."),
    (b"GIF8", "This is a picture, which holds no text."),
    (b"RIFF", "This is sound, film or a picture, which holds no text."),
    (b"\x1f\x8b", "This is a packed file. Unpack it first."),
    (b"7z\xbc\xaf", "This is a packed file. Unpack it first."),
    (b"Rar!", "This is a packed file. Unpack it first."),
    (b"MZ", "This is a program, not a text."),
    (b"\x7fELF", "This is a program, not a text."),
    (b"%!PS", "This is a PostScript file. Save it as PDF."),
)
_NOT_TEXT = "This is not a text: it is none of PDF, DOCX, HTML, CSV, Markdown or plain text."


def kind_of(data: bytes, name: str = "", content_type: str = "") -> Kind:
    """Raises Unreadable, with a sentence that says what it is or what to do."""
    if not data.strip():
        raise Unreadable("It is empty.")
    if b"%PDF-" in data[:1024]:
        return Kind.PDF
    if data.startswith(b"PK\x03\x04"):
        return _in_zip(data)
    for mark, sentence in _OTHERS:
        if data.startswith(mark):
            raise Unreadable(sentence)
    head = data[:4096]
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:4].count(0) == 2
    if not wide and (head.count(0) or sum(byte < 9 or 13 < byte < 27 for byte in head) > len(head) // 50):
        raise Unreadable(_NOT_TEXT)
    plain = head.replace(b"\x00", b"") if wide else head
    if _is_html(plain, content_type):
        return Kind.HTML
    if _is_table(data, name, content_type):
        return Kind.CSV
    return Kind.TEXT


def _in_zip(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = set(packed.namelist()[:5000])
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise Unreadable(
            "The file is broken: it begins like a Word document or ZIP file, but does not go on so."
        ) from None
    if "word/document.xml" in names:
        return Kind.DOCX
    if any(each.startswith(("xl/", "ppt/")) for each in names):
        raise Unreadable("This is an Excel or PowerPoint file. Save a table as CSV, slides as PDF.")
    if "mimetype" in names and "content.xml" in names:
        raise Unreadable("This is an OpenDocument file. Save it as .docx or PDF.")
    raise Unreadable("This is a packed file (ZIP). Unpack it first.")


def _is_html(head: bytes, content_type: str) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if re.match(rb"<(!doctype\s+html|html[\s>])", start, re.IGNORECASE):
        return True
    marks = len(_HTML.findall(head))
    if "html" in content_type.lower():
        return marks > 0 or start.startswith(b"<")
    return start.startswith(b"<") and marks > 1


def _is_table(data: bytes, name: str, content_type: str) -> bool:
    """Every line has the same number of cells, at least two. A text that says it is a table needs fewer lines to show it."""
    text = data[: 64 * 1024].decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "replace")
    says_so = (
        name.lower().endswith((".csv", ".tsv")) or "csv" in content_type.lower() or "tab-separated" in content_type
    )
    for delimiter in ",;\t":
        try:
            read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            lines = list(islice((row for row in read if any(row)), 50))
        except csv.Error:
            continue
        if len(text) == 64 * 1024:
            lines = lines[:-1] or lines
        widths = {len(row) for row in lines}
        if len(widths) == 1 and widths.pop() > 1 and len(lines) >= (1 if says_so else 3):
            short = all(len(cell) <= 60 for cell in lines[0])
            if says_so or (short and not any(cell.rstrip().endswith((".", "!", "?")) for cell in lines[0])):
                return True
    return says_so and "\n" in text

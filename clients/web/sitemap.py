"""Reads sitemaps: the XML kinds, their indexes, plain lists, packed or not. What can be read before a fault counts. Pure.

No entity is ever resolved: a file that declares a document type is not read.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

LIMIT_BYTES = 10 * 1024 * 1024  # unpacked
MOST_URLS = 50_000  # the format's own limit
MOST_NESTED = 50
LONGEST_TEXT = 2_000
GZIP = b"\x1f\x8b"


@dataclass
class Sitemap:
    """Addresses as written: of pages, and of further sitemaps. `fault`: a sentence when it could not be read to its end."""

    pages: list[str] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    fault: str | None = None


def read_sitemap(body: bytes) -> Sitemap:
    """Whatever this is, it ends."""
    found = Sitemap()
    if body.startswith(GZIP):
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, LIMIT_BYTES + 1)
        except zlib.error:
            found.fault = "The sitemap is packed, and the packing is broken."
            return found
        if len(body) > LIMIT_BYTES:
            found.fault = (
                f"The sitemap is larger than {LIMIT_BYTES // 1024 // 1024} MiB unpacked; only its start was read."
            )
            body = body[:LIMIT_BYTES]
    head = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        _read_xml(body.lstrip(b"\xef\xbb\xbf \t\r\n"), found)
    elif head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        _read_xml(body, found)
    else:
        lines = body.decode("utf-8", "replace").splitlines()
        found.pages = [line.strip() for line in lines if line.strip().startswith(("http://", "https://"))][:MOST_URLS]
        if not found.pages:
            found.fault = "There is no sitemap at this address."
    return found


class _Declared(Exception):
    """It declares a document type."""


def _read_xml(body: bytes, found: Sitemap) -> None:
    path: list[str] = []
    text: list[str] = []

    def begin(name: str, _: dict[str, str]) -> None:
        path.append(name.rpartition(":")[2].lower())
        text.clear()

    def end(_: str) -> None:
        if path[-1:] == ["loc"] and (said := "".join(text).strip()) and len(said) <= LONGEST_TEXT:
            if path[-2:-1] == ["sitemap"] and len(found.sitemaps) < MOST_NESTED:
                found.sitemaps.append(said)
            elif path[-2:-1] == ["url"] and len(found.pages) < MOST_URLS:
                found.pages.append(said)
        path.pop()
        text.clear()

    def words(said: str) -> None:
        if path[-1:] == ["loc"] and sum(map(len, text)) <= LONGEST_TEXT:
            text.append(said)

    def declared(*_: object) -> None:
        raise _Declared

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = words, declared
    try:
        parser.Parse(body, True)
    except _Declared:
        found.fault = "The sitemap is not one: it declares a document type."
    except (expat.ExpatError, ValueError, LookupError):
        found.fault = found.fault or "The sitemap is broken; what could be read before the fault was taken."

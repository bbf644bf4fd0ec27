"""Pages: the main content in blocks (by trafilatura), and what a crawl needs to know: links, canonical address, wishes.

Scripts are never run, entities never resolved, nothing is fetched. Runs in the reading process only (reader.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from clients.documents.around import MARKED, NOT_THERE, is_stamp, mark_around
from clients.documents.blocks import Block, BlockKind, Document, Kind, Unreadable, cut, rows, tidy
from clients.documents.encoding import decoded

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LONGEST_PAGE = 5 * 1024 * 1024
MOST_LINKS = 5_000
DEEPEST = 200  # nested elements; a page that nests deeper was made to break readers
FEW_CHARACTERS = 600  # a page that says less is taken whole: main-content extraction is made for articles
LEAST_SHARE = 0.5  # of the main element's text; extraction that keeps less has missed the content
_NOT_SAID = (
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "object",
    "form",
    "select",
    "button",
    "textarea",
    "head",
)
_AROUND = ("nav", "header", "footer", "aside", "dialog")
_BREAKS = {
    "p",
    "div",
    "section",
    "article",
    "main",
    "blockquote",
    "pre",
    "figure",
    "figcaption",
    "address",
    "details",
    "dt",
    "dd",
}
_HEADINGS = {f"h{level}": level for level in range(1, 7)} | {"summary": 4, "legend": 4}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_REFRESH = re.compile(r"^\s*[\d.]*\s*[;,]?\s*url\s*=\s*['\"]?\s*([^'\"]+)", re.IGNORECASE)
_TITLE_PARTS = re.compile(r"\s+[|–—·»:-]+\s+")


def read_html(data: bytes, content_type: str = "", url: str = "") -> Document:
    """Raises Unreadable when there is no text in it."""
    from lxml import html

    text = decoded(data[:LONGEST_PAGE], content_type).replace("\x00", "")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        tree: HtmlElement = html.document_fromstring(text, parser=html.HTMLParser(recover=True, huge_tree=True))
    except (ValueError, html.etree.LxmlError):
        raise Unreadable("The page holds no text.") from None
    about = _about(tree, url)
    blocks = [block for block in _content(tree, url) if not is_stamp(block)]
    if _size(blocks) <= FEW_CHARACTERS and any(NOT_THERE.match(said) for said in _names(about, blocks)):
        raise Unreadable("The page says that it is not there.")
    blocks, note = cut(blocks)
    if not any(block.kind is not BlockKind.HEADING for block in blocks):
        if not about.links:
            raise Unreadable("The page holds no text.")
        blocks = []  # a door, such as a picture: what matters is where it leads
    return replace(about, blocks=blocks, note=note)


def _names(about: Document, blocks: list[Block]) -> Iterator[str]:
    yield about.title or ""
    yield from (block.text for block in blocks[:2] if block.kind is BlockKind.HEADING)


def _about(tree: HtmlElement, url: str) -> Document:
    """Everything but the words. Taken before the extraction, which changes the tree."""
    robots = " ".join(
        (meta.get("content") or "").lower()
        for meta in tree.iter("meta")
        if (meta.get("name") or "").lower() in {"robots", "frontdesk"}
    )
    wishes = {wish.strip() for wish in re.split(r"[,\s]+", robots)}
    base = next((found.get("href") or "" for found in tree.iter("base")), "")
    canonical = next(
        (
            link.get("href")
            for link in tree.iter("link")
            if "canonical" in (link.get("rel") or "").lower().split() and link.get("href")
        ),
        None,
    )
    language = (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip()
    return Document(
        Kind.HTML,
        _title(tree),
        [],
        language=language[:20].partition("-")[0].lower() or None,
        links=[_joined(base, url, link) for link in _links(tree)],
        canonical=_joined(base, url, canonical) if canonical else None,
        noindex=bool(wishes & {"noindex", "none"}),
        nofollow=bool(wishes & {"nofollow", "none"}),
    )


def _joined(base: str, url: str, link: str) -> str:
    try:
        return urljoin(urljoin(url, base.strip()), link.strip())
    except ValueError:
        return ""


def _links(tree: HtmlElement) -> list[str]:
    """Of anchors, maps and frames; of a page that leads on by itself; what comes before, after or in another language."""
    found: dict[str, None] = {}
    for meta in tree.iter("meta"):
        refresh = (meta.get("http-equiv") or "").lower() == "refresh" and _REFRESH.match(meta.get("content") or "")
        if refresh and len(refresh[1]) <= 2000:
            found.setdefault(refresh[1].strip())
    for link in tree.iter("link"):
        kinds = set((link.get("rel") or "").lower().split())
        if kinds & {"next", "prev"} or ("alternate" in kinds and link.get("hreflang")):
            found.setdefault((link.get("href") or "")[:2000])
    for element in tree.iter("a", "area", "frame"):
        link = element.get("href") if element.tag != "frame" else element.get("src")
        if link and "nofollow" not in (element.get("rel") or "").lower().split() and len(link) <= 2000:
            found.setdefault(link)
            if len(found) >= MOST_LINKS:
                break
    return list(found)


def _title(tree: HtmlElement) -> str | None:
    """The page's own name, without the site's: `Prices | Linden Hair` beside the heading `Prices`."""
    said = next((tidy(title.text_content()) for title in tree.iter("title")), "").replace("\n", " ")[:300]
    heading = next((tidy(h1.text_content()) for h1 in tree.iter("h1")), "").replace("\n", " ")[:300]
    parts = [part for part in _TITLE_PARTS.split(said) if part]
    if heading and any(part.lower() == heading.lower() for part in parts):
        return heading
    return (parts[0] if len(parts) > 1 else said) or heading or None


def _content(tree: HtmlElement, url: str) -> list[Block]:
    """Trafilatura's choice, unless it missed most of what there is; a site's first page is taken with its foot."""
    from lxml import etree

    for element in list(tree.iter(etree.Comment, etree.ProcessingInstruction, *_NOT_SAID)):
        if element.getparent() is not None:
            element.drop_tree()
    for element in [each for each in tree.iter() if _is_hidden(each)]:
        if element.getparent() is not None:
            element.drop_tree()
    mark_around(tree)
    if _too_deep(tree):
        return [Block(BlockKind.TEXT, said) for said in tidy(tree.text_content()).split("\n") if said]
    foot = [block for element in tree.iter("footer", "address") for block in _walked(element)]
    whole = list(_walked(tree, without=_AROUND))
    size = _size(whole)
    chosen = whole
    if size > FEW_CHARACTERS:
        extracted = _extracted(tree, url)
        main = max((_size(list(_walked(each))) for each in tree.iter("main", "article")), default=0)
        if _size(extracted) >= LEAST_SHARE * (main or size / 2):
            chosen = extracted
        elif main > FEW_CHARACTERS:
            largest = max(tree.iter("main", "article"), key=lambda each: _size(list(_walked(each))))
            chosen = list(_walked(largest))
    if not chosen:
        chosen = list(_walked(tree))
    return _with_foot(chosen, foot) if re.fullmatch(r"https?://[^/]+/?", url) else chosen


def _with_foot(blocks: list[Block], foot: list[Block]) -> list[Block]:
    """Businesses write their hours, address and number at the foot of every page; it is taken once, with the first."""
    said = {block.text for block in blocks}
    more = [block for block in foot if block.text not in said and len(block.text) > 3]
    return blocks + more


def _extracted(tree: HtmlElement, url: str) -> list[Block]:
    from trafilatura import bare_extraction

    tree = deepcopy(tree)
    for element in [each for each in tree.iter() if each.get(MARKED) is not None]:
        if element.getparent() is not None:
            element.drop_tree()
    found = bare_extraction(
        tree, url=url or None, include_comments=False, include_tables=True, favor_recall=True, with_metadata=False
    )
    body = getattr(found, "body", None)
    return [] if body is None else list(_of_extract(body))


def _of_extract(body: HtmlElement) -> Iterator[Block]:
    """Trafilatura's elements: head, p, list of item, table of row of cell, quote, code."""
    for element in body:
        match element.tag:
            case "head":
                level = (
                    int((element.get("rend") or "h4")[1:2] or 4) if (element.get("rend") or "")[1:2].isdigit() else 4
                )
                yield from _one(BlockKind.HEADING, element, level)
            case "list":
                yield from _items(element, 0)
            case "table":
                table = [list(row.iter("cell")) for row in element.iter("row")]
                heads = [all(cell.get("role") == "head" for cell in row) and len(row) > 1 for row in table]
                cells = [[" ".join(cell.itertext()) for cell in row] for row in table]
                yield from rows(cells, named=True if heads[:1] == [True] else None)
            case "graphic":
                continue
            case "div" | "main" | "quote" if len(element):
                if element.text and element.text.strip():
                    yield Block(BlockKind.TEXT, tidy(element.text))
                yield from _of_extract(element)
            case _:
                yield from _one(BlockKind.TEXT, element)


def _one(kind: BlockKind, element: HtmlElement, level: int = 0) -> Iterator[Block]:
    for line_break in element.iter("lb", "br"):
        line_break.tail = "\n" + (line_break.tail or "")
    text = tidy("".join(element.itertext()))
    if text:
        yield Block(kind, text.replace("\n", " ") if kind is BlockKind.HEADING else text, level)


def _items(element: HtmlElement, level: int) -> Iterator[Block]:
    term = ""
    for item in element.iterchildren("item"):
        nested = list(item.iterchildren("list"))
        for each in nested:
            tail = each.tail
            item.remove(each)
            if tail:
                item.text = (item.text or "") + tail
        text = tidy("".join(item.itertext())).replace("\n", " ")
        rend = item.get("rend") or ""
        if rend.startswith("dt"):
            term = text
            continue
        if text:
            yield Block(BlockKind.ITEM, f"{term}: {text}" if term else text, min(level, 5))
        for each in nested:
            yield from _items(each, min(level + 1, 5))


def _walked(root: HtmlElement, without: tuple[str, ...] = ()) -> Iterator[Block]:
    """All that is said below an element, in order, in blocks by the elements' own kinds."""
    held: list[str] = []

    def said() -> Iterator[Block]:
        text = tidy("".join(held))
        held.clear()
        if text:
            yield Block(BlockKind.TEXT, text)

    def inside(element: HtmlElement) -> Iterator[Block]:
        held.append(element.text or "")
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag in without:
                yield from said()
            elif tag in _HEADINGS:
                yield from said()
                if text := tidy(child.text_content()).replace("\n", " "):
                    yield Block(BlockKind.HEADING, text, _HEADINGS[tag])
            elif tag == "li":
                yield from said()
                yield from _listed(child, 0)
            elif tag == "dl":
                yield from said()
                yield from _defined(child)
            elif tag == "table":
                yield from said()
                table = [list(row.iterchildren("td", "th")) for row in child.iter("tr")]
                cells = [[cell.text_content() for cell in row] for row in table]
                first = table[0] if table else []
                yield from rows(
                    cells, named=True if len(first) > 1 and all(cell.tag == "th" for cell in first) else None
                )
            elif tag == "br":
                held.append("\n")
            elif tag in _BREAKS or tag in {"ul", "ol", "dl", "body", *_AROUND}:
                yield from said()
                yield from inside(child)
                yield from said()
            else:
                yield from inside(child)
            held.append(child.tail or "")

    yield from inside(root)
    yield from said()


def _listed(item: HtmlElement, level: int) -> Iterator[Block]:
    """An item of a list, then those of the lists within it."""
    if text := tidy(_own_text(item)).replace("\n", " "):
        yield Block(BlockKind.ITEM, text, min(level, 5))
    for nested in _nested(item):
        for below in nested.iterchildren("li"):
            yield from _listed(below, level + 1)


def _own_text(item: HtmlElement) -> str:
    parts = [item.text or ""]
    for child in item:
        apart = " " if child.tag in _BREAKS or child.tag in {"ul", "ol", "br"} else ""
        parts += [apart, "" if child.tag in {"ul", "ol"} else _own_text(child), apart]
        parts.append(child.tail or "")
    return "".join(parts)


def _nested(item: HtmlElement) -> Iterator[HtmlElement]:
    for child in item:
        if child.tag in {"ul", "ol"}:
            yield child
        else:
            yield from _nested(child)


def _defined(element: HtmlElement) -> Iterator[Block]:
    """Terms with what is said about them."""
    term = ""
    for child in element.iter("dt", "dd"):
        text = tidy(child.text_content()).replace("\n", " ")
        if child.tag == "dt":
            term = text
        elif text:
            yield Block(BlockKind.ITEM, f"{term}: {text}" if term else text)


def _is_hidden(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str):
        return False
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style") or ""))


def _too_deep(tree: HtmlElement) -> bool:
    depth, deepest = 0, 0
    from lxml import etree

    for event, _ in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
        if deepest > DEEPEST:
            return True
    return False


def _size(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)

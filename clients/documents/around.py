"""What stands around a page's words and changes without them: menus, feet and notices that are only named so, and stamps of
the moment; and how a page says that it is not there. Runs in the reading process only (reader.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from clients.documents.blocks import Block, BlockKind

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_AROUND_ROLES = {
    "navigation": "nav",
    "banner": "header",
    "contentinfo": "footer",
    "complementary": "aside",
    "dialog": "dialog",
}
_NAMED_NAV = re.compile(r"(?:[a-z]+[-_]?)?(?:nav|navbar|navigation|breadcrumbs?|topbar|menubar|menu)", re.IGNORECASE)
_NAMED_FOOT = re.compile(r"(?:(?:site|page|main|global|bottom)[-_]?)?(?:footer|colophon|copyright)", re.IGNORECASE)
_NAMED_HEAD = re.compile(r"(?:(?:site|page|main|global|top)[-_]?)?(?:header|masthead)", re.IGNORECASE)
_NAMED_NOTICE = re.compile(r"cookie[-_]?(?:banner|consent|notice|bar)", re.IGNORECASE)
MARKED = "data-frontdesk-around"
LINKS_OF_A_MENU = 0.7  # of its words stand in links
LONGEST_FOOT, LONGEST_HEAD = 3_000, 600
_STAMP = re.compile(  # says when it was made, which changes while nothing else does
    r"(?:(?:this )?page (?:was )?(?:last )?(?:generated|rendered|updated|modified|loaded)"
    r"|last (?:updated?|modified|changed|generated)|(?:generated|rendered|updated) (?:on|at|in)\b|(?:current|server) time"
    r"|today is|zuletzt (?:aktualisiert|geändert)|letzte (?:änderung|aktualisierung)"
    r"|stand:|dernière mise à jour|última actualización"
    r"|ultimo aggiornamento|última atualização|laatst (?:bijgewerkt|gewijzigd)|son güncelleme|©|\(c\)|copyright)(?: ?\S+){0,8}",
    re.IGNORECASE,
)
NOT_THERE = re.compile(
    r"(?:error|fehler|erreur)?\s*404(?:\s*$|\s*[-–—:|]|\s+(?:not|page|error|seite))"
    r"|.*\b(?:page|seite|página|pagina)\b.*\b(?:not (?:be )?found|does(?:n't| not) exist|nicht gefunden|introuvable"
    r"|no encontrada|non trovata|niet gevonden|não encontrada)|not found$|.*\bsayfa bulunamadı",
    re.IGNORECASE,
)


def is_stamp(block: Block) -> bool:
    text = block.text
    return block.kind is BlockKind.TEXT and any(map(str.isdigit, text)) and _STAMP.fullmatch(text) is not None


def mark_around(tree: HtmlElement) -> None:
    """What older pages only name so becomes what newer ones mark: menus (by their links), the foot, notices about cookies."""
    for element in tree.iter("div", "section", "ul", "ol", "table", "p"):
        role = _AROUND_ROLES.get((element.get("role") or "").lower())
        if role is not None:
            _mark(element, role)
            continue
        names = f"{element.get('id') or ''} {element.get('class') or ''}".split()
        if any(map(_NAMED_NOTICE.fullmatch, names)):
            _mark(element, "dialog")
        elif any(map(_NAMED_NAV.fullmatch, names)):
            said = len("".join(element.text_content().split()))
            linked = sum(len("".join(link.text_content().split())) for link in element.iter("a"))
            if linked >= LINKS_OF_A_MENU * said:
                _mark(element, "nav")
        elif any(map(_NAMED_HEAD.fullmatch, names)):
            says_more = next(element.iter("h1", "h2", "p"), None) is not None
            if not says_more and not _is_content(element) and len(element.text_content()) <= LONGEST_HEAD:
                _mark(element, "header")
        elif (
            any(map(_NAMED_FOOT.fullmatch, names))
            and not _is_content(element)
            and len(element.text_content()) <= LONGEST_FOOT
        ):
            _mark(element, "footer")


def _is_content(element: HtmlElement) -> bool:
    return any(each.tag in {"main", "article"} for each in element.iterancestors())


def _mark(element: HtmlElement, tag: str) -> None:
    element.tag = tag
    element.set(MARKED, "")

"""Addresses that differ only in what makes no difference: the order of parameters, and parameters that were seen to change
nothing, whatever a site calls its sessions. Read from the round's own rows; a page that says otherwise ends the suspicion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.orm import Session

from clients.web.urls import arranged, differing, same_path, without
from models import crawl
from models.source import KnowledgeDocument, KnowledgeSource

PAGING = frozenset(
    {"page", "p", "paged", "pg", "start", "offset", "from", "seite", "pagina"}
)  # each leads on to others
SEEN_OFTEN = 5  # pages that said the same with another value, or without the parameter


def idle_parameters(session: Session, source: KnowledgeSource) -> frozenset[str]:
    """Names of parameters that changed nothing on any page of this round."""
    seen: Counter[str] = Counter()
    for url, other in crawl.same_pairs(session, source):
        names = differing(url, other) if same_path(url, other) else set()
        if len(names) == 1:
            seen.update(names)
    often = {name for name, times in seen.items() if times >= SEEN_OFTEN and name.lower() not in PAGING}
    if not often:
        return frozenset()
    read = crawl.met_urls(session, source, read=True)
    return frozenset(name for name in often if len({without(url, {name}) for url in read}) == len(read))


def fresh(session: Session, source: KnowledgeSource, links: Sequence[str]) -> list[str]:
    """Without those that only say in another way what the round has met, and each once."""
    if not any("?" in link for link in links):
        return list(links)
    idle = idle_parameters(session, source)
    met = crawl.met_urls(session, source)
    known = {arranged(url) for url in met} | {without(url, idle) for url in met}
    kept = []
    for link in links:
        names = {arranged(link)} | ({without(link, idle)} if differing(link, link.partition("?")[0]) & idle else set())
        if not names & known:
            kept.append(link)
            known |= names
    return kept


def is_idle(session: Session, source: KnowledgeSource, document: KnowledgeDocument) -> bool:
    """Whether it was found before it was known that it says nothing of its own."""
    if document.content_hash is not None or document.tie is not None or "?" not in document.url:
        return False
    idle = idle_parameters(session, source)
    if not differing(document.url, document.url.partition("?")[0]) & idle:
        return False
    return without(document.url, idle) in {without(url, idle) for url in crawl.met_urls(session, source, read=True)}

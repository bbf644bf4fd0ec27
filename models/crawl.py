"""One reading of a website as rows: which address is next, which were found, what a round leaves behind.

Every change is made under the source's row lock, by the one job whose step it is.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import case, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from models.base import FRESH, now
from models.chunk import retire_documents
from models.jobs import CrawlSource
from models.source import (
    DocumentKind,
    DocumentState,
    HostVisit,
    KnowledgeDocument,
    KnowledgeSource,
    SourceState,
    Tie,
)

LONGEST_URL = 1_000  # also what a unique index takes
_NO_SYNC = {"synchronize_session": False}


def lock_source(session: Session, tenant_id: uuid.UUID, source_id: uuid.UUID) -> KnowledgeSource | None:
    """The source as it is now, nobody else's until the transaction ends."""
    return session.get(KnowledgeSource, (tenant_id, source_id), with_for_update=True, execution_options=FRESH)


def begin_crawl(session: Session, source: KnowledgeSource) -> None:
    """A new round: what has words is looked at again, what never had any is forgotten, the start is the first to fetch."""
    source.begin_round()
    of_source = KnowledgeDocument.source_id == source.id
    never = KnowledgeDocument.content_hash.is_(None) & KnowledgeDocument.retired_at.is_(None)
    session.execute(delete(KnowledgeDocument).where(of_source, never), execution_options=_NO_SYNC)
    again = {"state": DocumentState.WAITING, "round_id": source.round_id, "tries": 0, "hops": 0, "tie": None}
    session.execute(
        update(KnowledgeDocument).where(of_source, KnowledgeDocument.content_hash.is_not(None)).values(again),
        execution_options=_NO_SYNC,
    )
    if source.url is not None:
        add_found(session, source, [source.url])


def crawl_job(source: KnowledgeSource) -> tuple[CrawlSource, str]:
    """The job of the source's next request, and its message id: the same request is never queued twice."""
    job = CrawlSource(
        tenant_id=str(source.tenant_id),
        source_id=str(source.id),
        round_id=str(source.round_id),
        cursor=str(source.step),
    )
    return job, f"crawl:{source.id}:{source.round_id}:{source.step}"


def next_waiting(session: Session, source: KnowledgeSource) -> KnowledgeDocument | None:
    """What is fetched next: sitemaps first, then what stands nearest to the start; what failed once comes last."""
    document = KnowledgeDocument
    return session.scalars(
        select(document)
        .where(
            document.source_id == source.id,
            document.state == DocumentState.WAITING,
            document.round_id == source.round_id,
        )
        .order_by(document.tries, document.kind.desc(), document.depth, document.created_at, document.url)
        .limit(1)
    ).first()


def known_urls(session: Session, source: KnowledgeSource, urls: Collection[str]) -> set[str]:
    """Those that this round has met already."""
    found = select(KnowledgeDocument.url).where(
        KnowledgeDocument.source_id == source.id,
        KnowledgeDocument.round_id == source.round_id,
        KnowledgeDocument.url.in_(urls),
    )
    return set(session.scalars(found))


def room(session: Session, source: KnowledgeSource) -> int:
    """How many further pages the round may take."""
    waiting = session.scalar(
        select(func.count())
        .select_from(KnowledgeDocument)
        .where(
            KnowledgeDocument.source_id == source.id,
            KnowledgeDocument.state == DocumentState.WAITING,
            KnowledgeDocument.kind == DocumentKind.PAGE,
        )
    )
    return max(0, source.max_pages - source.pages - (waiting or 0))


def add_found(
    session: Session,
    source: KnowledgeSource,
    urls: Sequence[str],
    *,
    depth: int = 0,
    hops: int = 0,
    kind: DocumentKind = DocumentKind.PAGE,
    state: DocumentState = DocumentState.WAITING,
    detail: str | None = None,
) -> None:
    """Addresses that this round has not met are to be fetched, or (by `state`) are told as not fetched."""
    if not urls:
        return
    values = {
        "tenant_id": source.tenant_id,
        "source_id": source.id,
        "round_id": source.round_id,
        "kind": kind,
        "state": state,
        "detail": detail,
        "depth": depth,
        "hops": hops,
    }
    statement = insert(KnowledgeDocument).values([{"id": uuid.uuid4(), "url": url, **values} for url in urls])
    met_before = ("round_id", "kind", "state", "detail", "depth", "hops")
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "source_id", "url"],
            set_={name: statement.excluded[name] for name in met_before} | {"tries": 0, "tie": None, "same_as": None},
            where=KnowledgeDocument.round_id.is_distinct_from(source.round_id),
        ),
        execution_options=_NO_SYNC,
    )


def same_words(session: Session, document: KnowledgeDocument, content_hash: str) -> KnowledgeDocument | None:
    """Another document of the source that says exactly this; one that still stands before one that is gone."""
    return session.scalars(
        select(KnowledgeDocument)
        .where(
            KnowledgeDocument.source_id == document.source_id,
            KnowledgeDocument.content_hash == content_hash,
            KnowledgeDocument.id != document.id,
        )
        .order_by(KnowledgeDocument.state == DocumentState.GONE, KnowledgeDocument.created_at)
        .limit(1)
    ).first()


def met_urls(session: Session, source: KnowledgeSource, *, read: bool = False) -> Sequence[str]:
    """All of this round, or those whose words stand by themselves."""
    document = KnowledgeDocument
    statement = select(document.url).where(document.source_id == source.id, document.round_id == source.round_id)
    if read:
        statement = statement.where(document.state == DocumentState.INDEXED, document.kind == DocumentKind.PAGE)
    return session.scalars(statement).all()


def same_pairs(session: Session, source: KnowledgeSource) -> Sequence[tuple[str, str]]:
    """Of this round: the address of a page with a query, and of another one that says the same."""
    document = KnowledgeDocument
    rows = session.execute(
        select(document.url, document.same_as).where(
            document.source_id == source.id,
            document.round_id == source.round_id,
            document.tie == Tie.SAME,
        )
    )
    return [(url, other) for url, other in rows if other is not None and ("?" in url or "?" in other)]


def retire(session: Session, documents: Sequence[KnowledgeDocument]) -> None:
    """They have no words any more; the old ones explain old answers."""
    retire_documents(session, [document.id for document in documents])
    for document in documents:
        document.retired_at = now()
        document.content_hash = document.body_hash = document.etag = document.modified = document.links = None


def settle_ties(session: Session, source: KnowledgeSource) -> bool:
    """When nothing waits any more: who named another address is that other one, if its words stand.

    Who said so of itself and was wrong is read as itself, and so is who says the same as one that has gone meanwhile; True when
    there is such a one, and the round goes on.
    """
    other = aliased(KnowledgeDocument)
    says_it = (
        (other.source_id == source.id) & (other.url == KnowledgeDocument.same_as) & other.content_hash.is_not(None)
    )
    read = exists().where(says_it, other.state == DocumentState.INDEXED)
    kept = exists().where(says_it, other.state != DocumentState.GONE)
    tied = select(KnowledgeDocument, case((KnowledgeDocument.tie == Tie.SAME, kept), else_=read)).where(
        KnowledgeDocument.source_id == source.id,
        KnowledgeDocument.round_id == source.round_id,
        KnowledgeDocument.tie.in_((Tie.CANONICAL, Tie.MOVED, Tie.SAME)),
    )
    again = False
    gone = []
    for document, holds in session.execute(tied).all():
        if holds:
            if document.tie == Tie.MOVED:  # it may have been read only after it was missed here
                document.state, document.detail = DocumentState.SKIPPED, f"It leads to {document.same_as}."
            if document.content_hash is not None:
                gone.append(document)
        elif document.tie == Tie.MOVED:
            document.state = DocumentState.FAILED
            document.detail = f"It leads to {document.same_as}, which could not be read."
        else:
            document.state, again = DocumentState.WAITING, True
            document.tie = Tie.IGNORED if document.tie == Tie.CANONICAL else None
    retire(session, gone)
    session.flush()
    return again


def end_crawl(session: Session, source: KnowledgeSource, state: SourceState, detail: str | None) -> None:
    """The round is over; what it did not come to stays as it was before."""
    document = KnowledgeDocument
    waiting = (document.source_id == source.id) & (document.state == DocumentState.WAITING)
    stood = document.content_hash.is_not(None)
    session.execute(
        update(document)
        .where(waiting)
        .values(
            state=case((stood, DocumentState.INDEXED), else_=DocumentState.SKIPPED),
            detail=case((stood, None), else_="The reading ended before its turn came."),
        ),
        execution_options=_NO_SYNC,
    )
    source.end_round(state, detail)


def outcome(session: Session, source: KnowledgeSource) -> Counter[str]:
    """How many pages ended how, in the round that is."""
    rows = session.execute(
        select(KnowledgeDocument.state, func.count())
        .where(KnowledgeDocument.source_id == source.id, KnowledgeDocument.kind != DocumentKind.SITEMAP)
        .group_by(KnowledgeDocument.state)
    )
    return Counter(dict(rows.all()))


def first_trouble(session: Session, source: KnowledgeSource) -> str | None:
    """What is wrong with the page nearest to the start."""
    return session.scalars(
        select(KnowledgeDocument.detail)
        .where(
            KnowledgeDocument.source_id == source.id,
            KnowledgeDocument.detail.is_not(None),
            KnowledgeDocument.kind != DocumentKind.SITEMAP,
        )
        .order_by(KnowledgeDocument.depth, KnowledgeDocument.created_at)
        .limit(1)
    ).first()


def due_sources(session: Session) -> Sequence[tuple[uuid.UUID, uuid.UUID]]:
    """Through the system door: (tenant, source) of those the clock has to look at."""
    due = select(KnowledgeSource.tenant_id, KnowledgeSource.id).where(KnowledgeSource.next_at <= func.now())
    return session.execute(due.order_by(KnowledgeSource.next_at).limit(500)).all()


def claim_host(session: Session, host: str, every_s: float) -> int:
    """Through the system door: take the host's next free moment, and keep all others away for `every_s` from then.

    Returns 0 when it is now, or in how many milliseconds it may be.
    """
    name = hashlib.sha256(host.encode()).hexdigest()
    until = func.clock_timestamp() + timedelta(seconds=every_s)
    statement = insert(HostVisit).values(host_hash=name, next_at=until)
    taken = session.execute(
        statement.on_conflict_do_update(
            index_elements=["host_hash"], set_={"next_at": until}, where=HostVisit.next_at <= func.clock_timestamp()
        ).returning(HostVisit.host_hash)
    ).first()
    if taken is not None:
        return 0
    left_s = session.scalar(
        select(func.extract("epoch", HostVisit.next_at - func.clock_timestamp())).where(HostVisit.host_hash == name)
    )
    return max(1, int(float(left_s or 0) * 1000))


def forget_hosts(session: Session) -> None:
    """Through the system door: hosts that nobody has asked for a day."""
    session.execute(delete(HostVisit).where(HostVisit.next_at < func.now() - timedelta(days=1)))


def told(session: Session, source: KnowledgeSource, detail: str) -> int:
    """How many documents have exactly this to say."""
    count = select(func.count()).select_from(KnowledgeDocument)
    return (
        session.scalar(count.where(KnowledgeDocument.source_id == source.id, KnowledgeDocument.detail == detail)) or 0
    )


def alike(session: Session, source: KnowledgeSource, pattern: str) -> int:
    """How many addresses of the round are the same but for their numbers (`#` in the pattern, which is of path and query)."""
    path = func.regexp_replace(KnowledgeDocument.url, "^[a-z]+://[^/]+", "")
    count = select(func.count()).select_from(KnowledgeDocument)
    return (
        session.scalar(
            count.where(
                KnowledgeDocument.source_id == source.id,
                KnowledgeDocument.round_id == source.round_id,
                func.regexp_replace(path, "[0-9]+", "#", "g") == pattern,
            )
        )
        or 0
    )

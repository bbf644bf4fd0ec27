"""Pages to which passages can belong, for tests that read none."""

from __future__ import annotations

import uuid

from models.database import tenant_session
from models.source import KnowledgeDocument, KnowledgeSource, SourceKind, SourceState


def page(tenant_id: uuid.UUID, url: str = "https://linden.example/prices") -> uuid.UUID:
    """The id of a page of a website that was read."""
    source, document = uuid.uuid4(), uuid.uuid4()
    with tenant_session(tenant_id) as session:
        session.add(
            KnowledgeSource(
                tenant_id=tenant_id, id=source, kind=SourceKind.WEBSITE, name=url, url=url, state=SourceState.READY
            )
        )
        session.flush()
        session.add(KnowledgeDocument(tenant_id=tenant_id, id=document, source_id=source, url=url, state="indexed"))
    return document

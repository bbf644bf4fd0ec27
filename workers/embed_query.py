"""Gives a search its vector while somebody waits for it, so that `web` need not hold the model.

Safe to run twice: a row that has its vector, or is gone, is left alone.
"""

from __future__ import annotations

import uuid

import structlog

from models.database import tenant_session
from models.jobs import EmbedQuery
from models.turn import Delivery
from models.vector import AskedVector, vector_text
from workers.broker import actor, queue
from workers.vectors import vector_of

log = structlog.get_logger()


@actor(EmbedQuery, time_limit_ms=20_000)
def embed_query(job: EmbedQuery, delivery: Delivery) -> None:
    """Read the words, embed them, keep the vector instead, tell who waits."""
    tenant_id, query_id = uuid.UUID(job.tenant_id), uuid.UUID(job.query_id)
    with tenant_session(tenant_id) as session:
        asked = session.get(AskedVector, (tenant_id, query_id))
        said = asked.said if asked is not None else None
    if said is None:
        log.info("query.embed.skipped")
        return
    made = vector_of(said, tenant_id)
    if made is not None:
        with tenant_session(tenant_id) as session:
            asked = session.get(AskedVector, (tenant_id, query_id), with_for_update=True)
            if asked is not None:
                asked.said, asked.model, asked.vector = None, made.model, vector_text(made.vector.tolist())
    queue().conversation_changed(job.tenant_id, job.query_id)  # without a vector: who waits falls back to words at once
    log.info("query.embedded", made=made is not None)

"""Sends the job for tenants whose chunks lack vectors: lost sends, and a model that has changed. A hint from the clock."""

from __future__ import annotations

from clients.embeddings import embedding_model
from config.settings import settings
from models.database import system_session
from models.embedding_due import tenants_behind
from models.jobs import EmbedChunks
from workers.resources import send


def embed_overdue(round_number: int) -> None:
    """One job for each tenant in each round."""
    with system_session() as session:
        behind = tenants_behind(session, embedding_model(settings()))
    for tenant_id in behind:
        send(EmbedChunks(tenant_id=str(tenant_id)), message_id=f"embed:{tenant_id}:{round_number}")

"""After a commit that added to a tenant's knowledge: the job that makes its vectors. Until then its words alone find it."""

from __future__ import annotations

import uuid
from contextlib import suppress

from starlette.requests import Request

from config.errors import StoreUnavailable
from ingress.services import services
from models.jobs import EmbedChunks


async def embed_soon(request: Request, tenant_id: uuid.UUID) -> None:
    """A hint: where it is lost the clock finds the tenant within a minute."""
    with suppress(StoreUnavailable):
        await services(request).queue.enqueue(EmbedChunks(tenant_id=str(tenant_id)), message_id=uuid.uuid4().hex)

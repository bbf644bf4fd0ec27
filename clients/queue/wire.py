"""Dramatiq's wire form of a job. Encoding only: reading it is Dramatiq's business."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Protocol

SYSTEM = "-"  # the lane of jobs that are declared `system` and have no tenant
_JSON = json.JSONEncoder(separators=(",", ":"))  # json.dumps would make one each time


class JobLike(Protocol):
    """What the queue needs to know of a job; models.jobs.Job satisfies it."""

    name: ClassVar[str]
    queue: ClassVar[str]
    system: ClassVar[bool]

    @property
    def tenant_id(self) -> str: ...

    @property
    def sequence_key(self) -> str | None: ...

    @property
    def cost(self) -> int: ...

    def arguments(self) -> dict[str, Any]: ...


def encode(job: JobLike, *, message_id: str, request_id: str | None = None, now_ms: int) -> bytes:
    """The message Dramatiq's JSON decoder reads: keyword arguments only, our facts in `options`."""
    message = {
        "queue_name": job.queue,
        "actor_name": job.name,
        "args": [],
        "kwargs": job.arguments(),
        "options": {} if request_id is None else {"request_id": request_id},
        "message_id": message_id,
        "message_timestamp": now_ms,
    }
    return _JSON.encode(message).encode()


def lane_of(job: JobLike) -> str:
    """The tenant whose lane the job joins.

    Raises:
        ValueError: a job without a tenant that is not declared `system`, or an id that is none.
    """
    if job.system:
        return SYSTEM
    if not job.tenant_id or "|" in job.tenant_id or job.tenant_id == SYSTEM:
        raise ValueError(f"{job.name} needs the id of a tenant")
    return job.tenant_id

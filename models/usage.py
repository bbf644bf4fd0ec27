"""What was used, append-only: one row per model call and one per reply said. A balance is a sum."""

from __future__ import annotations

import uuid
from enum import StrEnum

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, of_tenant
from models.trip import Query, given, tell


class UsageKind(StrEnum):
    """What is counted."""

    MODEL_CALL = "model_call"  # unique by call
    REPLY = "reply"  # unique by turn, written in the transaction that records the sending


class Usage(TenantOwned, Base):
    """`work_id` is the id of the work that caused it: a repeat changes nothing.

    A row outlives its turn: erasing a visitor takes what was said, not what was counted.
    """

    __tablename__ = "usage"
    __table_args__ = (
        of_tenant(),
        UniqueConstraint("tenant_id", "kind", "work_id"),
    )

    kind: Mapped[str] = mapped_column(Text)
    work_id: Mapped[str] = mapped_column(Text)
    turn_id: Mapped[uuid.UUID]
    model: Mapped[str | None] = mapped_column(Text)
    prompt_tokens: Mapped[int] = mapped_column(server_default="0", default=0)
    completion_tokens: Mapped[int] = mapped_column(server_default="0", default=0)
    reported: Mapped[bool] = mapped_column(server_default="true", default=True)  # False: our upper bound


def record_reply(session: Session, tenant_id: uuid.UUID, turn_id: uuid.UUID) -> None:
    """Count one reply said; at most once per turn."""
    _add(session, tenant_id=tenant_id, kind=UsageKind.REPLY, work_id=str(turn_id), turn_id=turn_id)


def record_model_call(
    session: Session,
    tenant_id: uuid.UUID,
    turn_id: uuid.UUID,
    *,
    call_id: str,
    model: str,
    prompt_tokens: int,
    completion_tokens: int,
    reported: bool,
) -> None:
    """Count one call of a model, whatever came of it."""
    _add(
        session,
        tenant_id=tenant_id,
        kind=UsageKind.MODEL_CALL,
        work_id=call_id,
        turn_id=turn_id,
        model=model,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        reported=reported,
    )


_NONE = {"model": None, "prompt_tokens": 0, "completion_tokens": 0, "reported": True}
_KEYS = ("id", "tenant_id", "kind", "work_id", "turn_id", *_NONE)
_ADD = Query(insert(Usage).values({key: given(key) for key in _KEYS}).on_conflict_do_nothing())


def _add(session: Session, **values: object) -> None:
    tell(session, _ADD, {"id": uuid.uuid4(), **_NONE, **values})

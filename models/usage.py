"""What was used, append-only: one row per model call and one per reply said. A balance is a sum.

A model call has a row once it ended, by what was reported or by its upper bound; while it runs, models/spending.py holds it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, TenantOwned, of_tenant
from models.trip import Query, given, tell


class UsageKind(StrEnum):
    """What is counted."""

    MODEL_CALL = "model_call"  # unique by call
    REPLY = "reply"  # unique by turn, written in the transaction that records the sending


class Purpose(StrEnum):
    """What a model is asked for."""

    ANSWER = "answer"
    INTENT = "intent"
    LEAD = "lead"
    EMBEDDING = "embedding"
    GROUNDING = "grounding"


class Usage(TenantOwned, Base):
    """`work_id` is the id of the work that caused it: a repeat changes nothing.

    A row outlives its turn: erasing a visitor takes what was said, not what was counted.
    """

    __tablename__ = "usage"
    __table_args__ = (
        of_tenant(),
        UniqueConstraint("tenant_id", "kind", "work_id"),
        Index("ix_usage_charged", "tenant_id", "charged_on", postgresql_where=text("charged_on IS NOT NULL")),
    )

    kind: Mapped[str] = mapped_column(Text)
    work_id: Mapped[str] = mapped_column(Text)
    turn_id: Mapped[uuid.UUID | None]  # None: no turn's, such as embedding a business's documents
    model: Mapped[str | None] = mapped_column(Text)
    prompt_tokens: Mapped[int] = mapped_column(server_default="0", default=0)
    completion_tokens: Mapped[int] = mapped_column(server_default="0", default=0)
    reported: Mapped[bool] = mapped_column(server_default="true", default=True)  # False: our upper bound
    cached_tokens: Mapped[int] = mapped_column(server_default="0", default=0)  # of the prompt's
    cost_micro: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)  # models/price.py
    purpose: Mapped[str | None] = mapped_column(Text)
    public: Mapped[bool] = mapped_column(server_default="false", default=False)  # counts against the public share
    charged_on: Mapped[date | None]  # the tenant's day on which it began; None: a reply, or from before prices


def record_reply(session: Session, tenant_id: uuid.UUID, turn_id: uuid.UUID) -> None:
    """Count one reply said; at most once per turn."""
    add_usage(session, tenant_id=tenant_id, kind=UsageKind.REPLY, work_id=str(turn_id), turn_id=turn_id)


_NONE = {
    "model": None,
    "prompt_tokens": 0,
    "completion_tokens": 0,
    "reported": True,
    "cached_tokens": 0,
    "cost_micro": 0,
    "purpose": None,
    "public": False,
    "charged_on": None,
}
_KEYS = ("id", "tenant_id", "kind", "work_id", "turn_id", *_NONE)
_ADD = Query(insert(Usage).values({key: given(key) for key in _KEYS}).on_conflict_do_nothing())


def add_usage(session: Session, **values: object) -> None:
    """One row; a repeat of the same work changes nothing."""
    tell(session, _ADD, {"id": uuid.uuid4(), **_NONE, **values})


@dataclass(frozen=True)
class DayOfModel:
    """What one model was asked for on one day of the tenant's, and what that cost."""

    day: date
    model: str
    purpose: str
    calls: int
    presumed: int  # calls of these whose cost nobody reported: charged their upper bound
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    cost_micro: int


def used_between(session: Session, first: date, last: date) -> list[DayOfModel]:
    """Of the session's tenant, both days included, in order."""
    rows = session.execute(
        select(
            Usage.charged_on,
            Usage.model,
            Usage.purpose,
            func.count(),
            func.count().filter(~Usage.reported),
            func.sum(Usage.prompt_tokens),
            func.sum(Usage.cached_tokens),
            func.sum(Usage.completion_tokens),
            func.sum(Usage.cost_micro),
        )
        .where(Usage.charged_on.between(first, last))
        .group_by(Usage.charged_on, Usage.model, Usage.purpose)
        .order_by(Usage.charged_on, Usage.model, Usage.purpose)
    )
    return [
        DayOfModel(day, model or "", purpose or "", *(int(each) for each in sums))
        for day, model, purpose, *sums in rows
        if day is not None
    ]

"""Turns that found no end in time; read by the clock, which promises that there are none."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.turn import UNFINISHED, Turn


def unended_turns(session: Session, *, oldest_before: datetime, limit: int = 500) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(tenant, turn) of unfinished turns whose oldest message is from before an instant, claimed or not; for the system door.

    Whether somebody works on one does not matter here: a turn that is tried for ever has no end either.
    """
    rows = session.execute(
        select(Turn.tenant_id, Turn.id)
        .where(Turn.state.in_(UNFINISHED), Turn.oldest_at < oldest_before)
        .order_by(Turn.oldest_at)
        .limit(limit)
    )
    return [(row.tenant_id, row.id) for row in rows]

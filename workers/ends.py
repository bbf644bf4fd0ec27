"""Tells the world that a turn ended: its waiting callers, the metrics and the log. Called after the commit, safe twice."""

from __future__ import annotations

import structlog

from config import metrics
from models.reply import reply_json
from models.turn import Turn, TurnState
from workers.broker import queue

log = structlog.get_logger()


def report_end(turn: Turn, *, stopped: str | None = None) -> None:
    """Count an ended turn, and publish its last event: `superseded`, `stopped` with its reason, or `done`."""
    metrics.turns.labels(turn.state, turn.reason or "").inc()
    if turn.ended_at is not None:
        metrics.turn_seconds.labels(turn.state).observe((turn.ended_at - turn.oldest_at).total_seconds())
    log.info("turn.ended", turn_id=str(turn.id), state=str(turn.state), reason=turn.reason)
    if turn.channel:
        return  # nobody waits
    if turn.state == TurnState.SUPERSEDED:
        kind = "superseded"
    elif stopped:
        kind = "stopped"
    else:
        kind = "done"
    data = reply_json(turn)
    if stopped:
        data["reason"] = stopped
    queue().publish(str(turn.tenant_id), str(turn.id), kind, data)

"""Tells the world that a turn ended: its waiting callers, the metrics and the log. Called after the commit, safe twice."""

from __future__ import annotations

import structlog

from config import metrics
from models.reply import reply_json
from models.turn import Turn, TurnState
from workers.broker import queue

HUMAN = "human"  # a person took over while the reply was written or said
INTERRUPTED = "interrupted"  # the worker went away while it was said
MODEL_FAILED = "model_failed"  # the model did, in the middle of its answer
STOPPED = frozenset({HUMAN, INTERRUPTED, MODEL_FAILED})

log = structlog.get_logger()


def report_end(turn: Turn) -> None:
    """Count an ended turn and tell its callers."""
    metrics.turns.labels(turn.state, turn.reason or "").inc()
    if turn.ended_at is not None:
        metrics.turn_seconds.labels(turn.state).observe((turn.ended_at - turn.oldest_at).total_seconds())
    log.info("turn.ended", turn_id=str(turn.id), state=str(turn.state), reason=turn.reason)
    tell_end(turn)


def tell_end(turn: Turn) -> None:
    """Publish its last event, `superseded`, `stopped` or `done`; each is published once however often this is called."""
    if turn.channel:
        return  # nobody waits
    if turn.state == TurnState.SUPERSEDED:
        kind = "superseded"
    elif turn.reason in STOPPED:
        kind = "stopped"
    else:
        kind = "done"
    queue().publish(str(turn.tenant_id), str(turn.id), kind, reply_json(turn))

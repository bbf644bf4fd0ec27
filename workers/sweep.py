"""The clock's broom: sends lost jobs again, and hands what found no end within its limit to a person.

Reads ids and times of all tenants through the system door, then works on each turn as its tenant.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from clients.queue.measured import note
from config.errors import StoreUnavailable
from config.settings import settings
from models.base import now
from models.database import system_session, tenant_session
from models.jobs import AnswerTurn, DeliverTurn, DetectIntent, TurnJob
from models.message import add_message
from models.notice import pending_notices
from models.outbound import OutboundState, parts_of_turn, stuck_parts
from models.turn import SUPERSEDABLE, StuckTurn, TurnState, lock_turn, stuck_turns
from models.usage import record_reply
from workers import hand_over, notices
from workers.broker import queue
from workers.ends import INTERRUPTED, report_end
from workers.resources import send

UNTOUCHED_S = 20.0  # a turn nobody has touched that long lost its job
LIMIT_S = 600.0  # from its oldest message to a recorded end
AFTER_BLACK_OUT_S = 120.0  # or that long after the stores are back
NEVER_AGAIN = 2**52  # above every claim's fence
AGAIN_S = 300.0  # how long a job that was sent again, alive or a dead letter, keeps the next from being sent

log = structlog.get_logger()


def sweep(stores_back_at: datetime | None) -> None:
    """One pass. `stores_back_at`: when Postgres or Redis last came back, as far as this clock saw it."""
    at = now()
    untouched = at - timedelta(seconds=settings().scaled_s(UNTOUCHED_S))
    with system_session() as session:
        turns = stuck_turns(session, untouched_since=untouched)
        parts = stuck_parts(session, untouched_since=untouched)
        untold = pending_notices(session, untouched_since=untouched)
    overdue = [turn for turn in turns if _limit(turn, stores_back_at) <= at]
    for turn in turns:
        if turn not in overdue:
            _send_again(_job(turn), at)
            log.warning("turn.resent", turn_id=str(turn.turn_id), state=turn.state)
            continue
        try:
            _end_overdue(turn)
        except StoreUnavailable:
            raise
        except Exception:  # a bug that one turn meets must not keep the others from their end
            log.exception("turn.overdue.failed", turn_id=str(turn.turn_id))
    for tenant_id, turn_id in parts:
        _send_again(DeliverTurn(tenant_id=str(tenant_id), turn_id=str(turn_id)), at)
    for tenant_id, notice in untold:
        notices.send_notice(tenant_id, notice)
    note(queue(), {"turns_overdue": len(overdue)})


def _send_again(job: TurnJob, at: datetime) -> None:
    """One at a time: a backlog that takes longer than a sweep must not grow by it."""
    period = int(at.timestamp() // settings().scaled_s(AGAIN_S))
    send(job, message_id=f"sweep:{job.turn_id}:{job.name}:{period}")


def _limit(turn: StuckTurn, stores_back_at: datetime | None) -> datetime:
    limit = turn.oldest_at + timedelta(seconds=settings().scaled_s(LIMIT_S))
    if stores_back_at is None:
        return limit
    return max(limit, stores_back_at + timedelta(seconds=settings().scaled_s(AFTER_BLACK_OUT_S)))


def _job(turn: StuckTurn) -> TurnJob:
    names = {"tenant_id": str(turn.tenant_id), "turn_id": str(turn.turn_id)}
    match turn.state:
        case TurnState.RECEIVED:
            return DetectIntent(**names)
        case TurnState.CLASSIFIED:
            return AnswerTurn(**names)
        case TurnState.SENDING if not turn.channel:
            return AnswerTurn(**names)
        case _:
            return DeliverTurn(**names)


def _end_overdue(stuck: StuckTurn) -> None:
    """To a person: before the first release as a hand-over, after it as a failure that a person is told of.

    A caller's turn of which something was released was said, as far as that goes: it is stored like a redelivery would.
    """
    heard = _heard(stuck)
    with tenant_session(stuck.tenant_id) as session:
        locked = lock_turn(session, stuck.turn_id)
        if locked is None or locked[0].ended or locked[0].claimed:
            return
        turn, conversation = locked
        if turn.state in SUPERSEDABLE:
            hand_over.prepare(session, turn, conversation, hand_over.Reason.OVERDUE)
        elif heard:
            turn.reply = heard
            turn.move(TurnState.DELIVERED, INTERRUPTED)
            add_message(session, hand_over.said(turn, conversation, heard))
            record_reply(session, turn.tenant_id, turn.id)
        else:
            for part in parts_of_turn(session, turn.id).get():
                if part.unsent:
                    part.move(OutboundState.FAILED)
            turn.move(TurnState.FAILED, "overdue")
            conversation.handed_over()
            if turn.channel:
                hand_over.tell_person(session, turn, conversation, hand_over.Reason.OVERDUE)
            notices.tell_of_turn(session, turn, conversation, hand_over.Reason.OVERDUE)
    if turn.state == TurnState.HANDED_OVER:
        hand_over.announce(turn)
    else:
        report_end(turn)
        if turn.state == TurnState.FAILED:
            hand_over.tell_business(turn)
        if turn.channel:
            send(DeliverTurn(tenant_id=str(turn.tenant_id), turn_id=str(turn.id)))
    log.error("turn.overdue", turn_id=str(turn.id), state=str(turn.state))


def _heard(stuck: StuckTurn) -> str:
    """What a caller's turn has released; from now on no older holder of it can release more."""
    if stuck.channel or stuck.state != TurnState.SENDING:
        return ""
    tenant_id, turn_id = str(stuck.tenant_id), str(stuck.turn_id)
    queue().fence(tenant_id, turn_id, NEVER_AGAIN)
    events = queue().events(tenant_id, turn_id)
    return "".join(str(event.data["text"]) for event in events if event.kind == "sentence").strip()

"""The clock's watch over what was promised with a hand-over: reminds the business in time, and says so when it was missed.

Safe to run twice: a promise is reminded of once and missed once, under its row's lock. What the visitor is told leaves like
any other part of the turn: never after a person took over.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from config import metrics
from models.conversation import Conversation, lock_conversation
from models.database import system_session, tenant_session
from models.notice import NoticeKind
from models.outbound import Outbound, OutboundState, Part, parts_of_turn
from models.promise import DuePromise, Promise, due_promises, lock_promise
from models.tenant import configuration
from models.turn import Turn
from workers import hand_over, notices, outlook
from workers.moments import by_clock_of
from workers.phrases import spoken

log = structlog.get_logger()


def watch_promises(at: datetime) -> int:
    """One pass. Returns how many were reminded of or missed."""
    with system_session() as session:
        due = due_promises(session, at)
    return sum(_look_at(each, at) for each in due)


def _look_at(due: DuePromise, at: datetime) -> bool:
    with tenant_session(due.tenant_id) as session:
        found = _locked(session, due)
        if found is None:
            return False
        promise, conversation, turn = found
        missed = promise.due_at <= at
        told = missed and _missed(session, promise, conversation, turn, at)
        if not missed:
            promise.reminded_at = at
        kind = NoticeKind.MISSED if missed else NoticeKind.REMINDER
        notices.tell_of_promise(session, promise, conversation, kind)
    notices.send_notice_of(due.tenant_id, kind, str(due.promise_id))
    if told:
        hand_over.say_more(turn)
    metrics.promises.labels(str(kind)).inc()
    log.info("promise.missed" if missed else "promise.reminded", conversation_id=str(conversation.id), told=told)
    return True


def _locked(session: Session, due: DuePromise) -> tuple[Promise, Conversation, Turn] | None:
    """The promise if it is still to be watched; its conversation's lock first, as everywhere."""
    known = session.get(Promise, (due.tenant_id, due.promise_id))
    conversation = lock_conversation(session, known.conversation_id) if known else None
    promise = lock_promise(session, due.promise_id)
    if promise is None or conversation is None or not promise.watched:
        return None
    return promise, conversation, session.get_one(Turn, (due.tenant_id, promise.turn_id))


def _missed(session: Session, promise: Promise, conversation: Conversation, turn: Turn, at: datetime) -> bool:
    """True when the visitor is to be told: they heard the promise, and no person has come since."""
    promise.missed_at = at
    tenant, config = configuration(session)
    heard = any(
        part.part == Part.HAND_OVER and part.state == OutboundState.DELIVERED
        for part in parts_of_turn(session, turn.id).get()
    )
    if not heard or turn.taken_over_by_human(conversation) or tenant.suspended_at is not None:
        return False
    language = spoken(turn.language, conversation.language, config.language)
    text = outlook.missed(by_clock_of(promise.due_at, tenant.time_zone), by_clock_of(at, tenant.time_zone), language)
    session.add(Outbound.pending(turn.tenant_id, turn.id, Part.MISSED, text))
    return True

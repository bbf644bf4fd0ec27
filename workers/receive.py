"""Records one accepted message or sign: the conversation's owner, the message, and the turn that will answer it.

Safe to run twice: the message's unique row finds the turn that exists, and that turn's job is only sent again.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from config import metrics
from models.acceptance import note_found, note_repeat
from models.base import now
from models.conversation import Conversation, Owner, ask_conversation
from models.database import tenant_session
from models.jobs import CaptureLead, DetectIntent, MessageKind, ReceiveMessage
from models.lead import has_lead
from models.message import Author, Message, add_message, belongs_to, message_by_external_id
from models.promise import drop_promises, keep_promises
from models.tenant import DEFAULT_WAIT_MS, TenantConfiguration, configuration
from models.trip import Asked
from models.turn import (
    UNFINISHED,
    WAIT_CAP,
    Delivery,
    Turn,
    TurnState,
    ask_newest_unfinished,
    open_turn,
    supersede,
    superseded_by,
)
from models.webhook_event import drop_event
from workers import hand_over, leads
from workers.broker import actor, queue
from workers.ends import report_end, tell_end
from workers.resources import send

TOO_OLD = timedelta(minutes=15)  # a message found this late is for a person
KEY_REMEMBERED = timedelta(hours=24)  # an Idempotency-Key

log = structlog.get_logger()


@dataclass
class Recorded:
    """What the transaction decided, carried out after its commit."""

    answer: Turn | None = None  # its intent is to be detected when due
    handed_over: Turn | None = None  # a person is to be told
    ended: list[Turn] = field(default_factory=list)  # their callers are told
    told: list[Turn] = field(default_factory=list)  # ended before, but whether their callers heard of it nobody knows
    message_id: uuid.UUID | None = None  # of a message that may hold a lead
    superseded: tuple[uuid.UUID, uuid.UUID] | None = None  # (old, new)
    joined: bool = False  # a turn whose job is on its way already


@actor(ReceiveMessage, time_limit_ms=30_000)
def receive(job: ReceiveMessage, delivery: Delivery) -> None:
    """Record, commit, then send the next stages' jobs; a lost send is found by the sweep."""
    recorded = record(job, delivery)
    tenant_id = job.tenant_id
    if recorded.superseded:
        old, new = recorded.superseded
        queue().supersede(tenant_id, str(old), str(new))
    for turn in recorded.ended:
        report_end(turn)
    for turn in recorded.told:
        tell_end(turn)
    if recorded.answer:
        delay_ms = max(0, int((recorded.answer.due_at - now()).total_seconds() * 1000))
        send(DetectIntent(tenant_id=tenant_id, turn_id=str(recorded.answer.id)), delay_ms=delay_ms)
    if recorded.handed_over:
        hand_over.announce(recorded.handed_over)
    if job.kind != MessageKind.VISITOR:
        queue().conversation_changed(tenant_id, job.conversation_id)
    if recorded.message_id:
        send(CaptureLead(tenant_id=tenant_id, conversation_id=job.conversation_id, message_id=str(recorded.message_id)))
    log.info("message.received", kind=job.kind, conversation_id=job.conversation_id)


def record(job: ReceiveMessage, delivery: Delivery) -> Recorded:
    """One transaction: everything this message changes."""
    own_epoch = None
    if job.kind in (MessageKind.HUMAN, MessageKind.ASSIGNED):
        own_epoch = job.epoch or queue().epoch_of_sign(job.tenant_id, delivery.message_id)
    with tenant_session(uuid.UUID(job.tenant_id)) as session:
        asked = ask_conversation(
            session,
            uuid.UUID(job.tenant_id),
            uuid.UUID(job.conversation_id),
            uuid.UUID(job.connection_id),
            job.conversation_external_id,
        )
        if job.durable:
            drop_event(session, delivery.message_id)
        if job.kind == MessageKind.VISITOR:
            return _visitor_wrote(session, asked, job)
        conversation = asked.get()
        match MessageKind(job.kind):
            case MessageKind.HUMAN:
                _human_wrote(session, conversation, job, own_epoch)
            case MessageKind.ASSIGNED:
                _assigned(session, conversation, job, own_epoch)
            case MessageKind.CLOSED:
                _closed(session, conversation, job)
        return Recorded()


def _human_wrote(session: Session, conversation: Conversation, job: ReceiveMessage, own_epoch: int | None) -> None:
    at = _accepted_at(job)
    message = _message(job, Author.HUMAN)
    if job.external_id is not None and not add_message(session, message).get():
        _adopt(session, conversation, own_epoch)  # a repeat: that sign has already counted
        return
    keep_promises(session, conversation.id, message.sent_at if job.found_late else at)
    if _settled(conversation, job):
        _adopt(session, conversation, own_epoch)  # the bot got the conversation back after it
    else:
        conversation.taken_by_human(own_epoch or _milliseconds(at), at)


def _assigned(session: Session, conversation: Conversation, job: ReceiveMessage, own_epoch: int | None) -> None:
    at = _accepted_at(job)
    if job.assignee == conversation.assignee:
        _adopt(session, conversation, own_epoch)  # nothing changed: Redis had forgotten whom it knew
    elif job.assignee is None:  # to nobody, or to the bot: no sign, but who had it may take it anew
        conversation.assignee = None
    else:
        conversation.assignee = job.assignee
        conversation.taken_by_human(own_epoch or _milliseconds(at), at)


def _closed(session: Session, conversation: Conversation, job: ReceiveMessage) -> None:
    """Who has it when it is closed is no new sign when it is opened again. A repeat is an echo: somebody may have written."""
    conversation.assignee = job.assignee
    if conversation.closed_at is None:
        conversation.closed(_accepted_at(job))
        drop_promises(session, conversation.id, _accepted_at(job))


def _adopt(session: Session, conversation: Conversation, epoch: int | None) -> None:
    """Follow what this sign raised the epoch to although it is no new one, and take the open turns along.

    Never what Redis says now: that may be a later sign whose job still waits, and the open turns would outlive it.
    """
    if epoch is not None and epoch > conversation.epoch:
        session.execute(
            update(Turn)
            .where(
                Turn.conversation_id == conversation.id,
                Turn.state.in_(UNFINISHED),
                Turn.epoch == conversation.epoch,
            )
            .values(epoch=epoch)
        )
        conversation.epoch = epoch


def _visitor_wrote(session: Session, asked: Asked[Conversation], job: ReceiveMessage) -> Recorded:
    conversation_id = uuid.UUID(job.conversation_id)
    message = _message(job, Author.VISITOR)
    is_new, known_lead = add_message(session, message), has_lead(session, conversation_id)
    open_turn_of = ask_newest_unfinished(session, conversation_id)
    tenant, config = configuration(session)  # all of it in one trip
    conversation = asked.get()
    at = _accepted_at(job)
    conversation.knows_customer(job.customer)
    conversation.closed_at = None
    if not is_new.get() and not _same_key_anew(session, message, job):
        return _repeated(session, conversation, job, message.external_id)
    settled = _settled(conversation, job)
    conversation.hand_back_when_due(timedelta(seconds=config.hand_back_after_s), at)
    recorded = Recorded()
    if _tells_contact(job) or known_lead.get():
        recorded.message_id = message.id
    too_late = job.found_late and (job.answered_by_human or now() - message.sent_at > TOO_OLD)
    persons = conversation.owner == Owner.HUMAN or conversation.was_the_persons(at)  # `at`: before it waited in a queue
    if too_late or persons:  # for a person: it must not take along what can still be answered
        turn = _opened(session, conversation, job, at, timedelta(0))
    else:
        turn = _turn_for(session, conversation, open_turn_of.get(), job, at, _wait(job, config), recorded)
    belongs_to(session, message.id, turn.id)
    if tenant.suspended_at is not None:
        turn.move(TurnState.SILENT, "suspended")
        recorded.ended.append(turn)
    elif settled and too_late:
        turn.move(TurnState.SILENT, "settled")
        recorded.ended.append(turn)
    elif persons:  # who has the conversation sees it there
        turn.move(TurnState.SILENT, "human_owns")
        recorded.ended.append(turn)
    elif too_late:
        hand_over.prepare(session, turn, conversation, hand_over.Reason.FOUND_LATE)
        recorded.handed_over = turn
    elif not recorded.joined:
        recorded.answer = turn
    if job.found_late:
        note_found(session, message)
        metrics.reconciled.inc()
    return recorded


def _turn_for(
    session: Session,
    conversation: Conversation,
    open_one: Turn | None,
    job: ReceiveMessage,
    at: datetime,
    wait: timedelta,
    recorded: Recorded,
) -> Turn:
    """The turn this message belongs to: the open one it joins, a new one that supersedes it, or simply a new one."""
    if open_one and open_one.taken_over_by_human(conversation):
        open_one = None  # it will end silent; this message came after the bot had the conversation back
    if open_one and open_one.state == TurnState.RECEIVED and not open_one.claimed:
        open_one.due_at = min(at + wait, open_one.first_at + WAIT_CAP * wait)
        recorded.joined = True
        if job.turn_id:
            promised = _opened(session, conversation, job, at, timedelta(0))
            promised.superseded_by = open_one.id
            promised.move(TurnState.SUPERSEDED, "joined")
            recorded.ended.append(promised)
        return open_one
    turn = _opened(session, conversation, job, at, wait)
    if open_one and open_one.may_be_superseded(at):
        supersede(session, open_one, turn, wait)
        recorded.superseded = (open_one.id, turn.id)
        recorded.ended.append(open_one)
    return turn


def _same_key_anew(session: Session, message: Message, job: ReceiveMessage) -> bool:
    """A caller used an Idempotency-Key again for something else, which holds once the ingress has forgotten the key.

    The new message then goes by key and promised turn, which a second run of this job finds again.
    """
    if job.turn_id is None:
        return False
    first = message_by_external_id(session, message.connection_id, message.external_id)
    if first is None or (
        (first.conversation_id, first.body) == (message.conversation_id, message.body)
        and message.accepted_at - first.accepted_at < KEY_REMEMBERED
    ):
        return False
    message.external_id = f"{message.external_id}:{job.turn_id}"
    return add_message(session, message).get()


def _repeated(session: Session, conversation: Conversation, job: ReceiveMessage, external_id: str) -> Recorded:
    """The message exists: send its turn's job once more, and let a waiting caller join that turn."""
    existing = message_by_external_id(session, conversation.connection_id, external_id)
    if (
        existing and not job.found_late and existing.accepted_at != _accepted_at(job)
    ):  # else: this very acceptance again
        note_repeat(session, existing, _accepted_at(job))
    turn = session.get(Turn, (conversation.tenant_id, existing.turn_id)) if existing and existing.turn_id else None
    if existing is None or turn is None:
        return Recorded()
    recorded = Recorded(message_id=existing.id if _tells_contact(job) else None)
    recorded.told.extend(superseded_by(session, turn))
    if job.turn_id and job.turn_id != str(turn.id):
        promised = session.get(Turn, (turn.tenant_id, uuid.UUID(job.turn_id)))
        if promised is None:
            promised = _opened(session, conversation, job, _accepted_at(job), timedelta(0))
            promised.superseded_by = turn.id
            promised.move(TurnState.SUPERSEDED, "repeated")
            recorded.ended.append(promised)
    if turn.ended:
        recorded.told.append(turn)
    elif turn.state == TurnState.RECEIVED:
        recorded.answer = turn
    return recorded


def _settled(conversation: Conversation, job: ReceiveMessage) -> bool:
    """Found late (so by the channel's own clock) and from before the bot got the conversation back."""
    sent_at = _instant(job.sent_at)
    return job.found_late and sent_at is not None and conversation.settled(sent_at)


def _tells_contact(job: ReceiveMessage) -> bool:
    claims = job.customer or {}
    return leads.may_hold_contact(job.body) or bool(claims.get("email") or claims.get("phone"))


def _opened(session: Session, conversation: Conversation, job: ReceiveMessage, at: datetime, wait: timedelta) -> Turn:
    return open_turn(
        session,
        conversation,
        turn_id=_turn_id(job),
        at=at,
        wait=wait,
        channel=job.turn_id is None,  # a caller of the API or the widget was promised its turn
        stream=job.stream,
        public=job.public,
        request_id=structlog.contextvars.get_contextvars().get("request_id"),
    )


def _turn_id(job: ReceiveMessage) -> uuid.UUID:
    """The id the caller was promised, else one that a second run of this job finds again."""
    if job.turn_id:
        return uuid.UUID(job.turn_id)
    return uuid.uuid5(uuid.UUID(job.conversation_id), f"turn:{job.external_id}")


def _wait(job: ReceiveMessage, config: TenantConfiguration) -> timedelta:
    """How long the visitor may pause between messages that belong together."""
    default_ms = 0 if job.turn_id and not job.widget else DEFAULT_WAIT_MS
    return timedelta(milliseconds=default_ms if config.wait_ms is None else config.wait_ms)


def _message(job: ReceiveMessage, author: Author) -> Message:
    accepted_at = _accepted_at(job)
    return Message(
        tenant_id=uuid.UUID(job.tenant_id),
        conversation_id=uuid.UUID(job.conversation_id),
        connection_id=uuid.UUID(job.connection_id),
        external_id=job.external_id or f"job:{job.turn_id}",
        author=author,
        body=job.body,
        sent_at=_instant(job.sent_at) or accepted_at,
        accepted_at=accepted_at,
        details=_details(job),
    )


def _details(job: ReceiveMessage) -> dict[str, Any]:
    return {"reply_action": job.metadata["reply_action"]} if job.metadata and "reply_action" in job.metadata else {}


def _accepted_at(job: ReceiveMessage) -> datetime:
    return _instant(job.accepted_at) or now()


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)

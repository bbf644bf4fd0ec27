"""Hands a conversation to a person, visibly: the turn ends, the visitor is told, the channel shows who must answer.

Used by every stage that may decide so. Mail to the business leaves by its own job; here are the rows, the log and the metric.
"""

from __future__ import annotations

import uuid
from enum import StrEnum

import structlog
from sqlalchemy.orm import Session

from clients.queue import Released
from config import metrics
from models.base import now
from models.conversation import Conversation
from models.database import tenant_session
from models.jobs import DeliverTurn
from models.message import Author, Message, add_message, history
from models.outbound import Outbound, OutboundState, Part, drop_unsent, parts_of_turn
from models.promise import Promise, drop_promises
from models.tenant import configuration
from models.turn import Turn, TurnState, lock_turn
from workers import notices, outlook, phrases
from workers.broker import queue
from workers.ends import report_end
from workers.moments import by_clock_of
from workers.notices import LAST_MESSAGES, QUOTED_CHARACTERS
from workers.opening import hours_of
from workers.resources import send

log = structlog.get_logger()


class Reason(StrEnum):
    """Why a person is needed; the word stands on the turn, in metrics and in the note."""

    ASKED = "asked"  # the visitor wants a person
    COMPLAINT = "complaint"
    RULE = "rule"  # the business wants a person to answer this kind of message
    LOW_CONFIDENCE = "low_confidence"  # we did not know, again and again
    MODEL_DOWN = "model_down"  # unreachable for a minute
    MODEL_REFUSED = "model_refused"  # the model will never answer this
    BUDGET = "budget"  # the tenant's budget has no room for the model, and nothing else answers
    FOUND_LATE = "found_late"  # no webhook brought it, and it is old or already followed by a person
    OVERDUE = "overdue"  # no end within its limit
    NOT_SENT = "not_sent"  # a reply was written, but the channel did not take it


SILENT_REASONS = frozenset({Reason.FOUND_LATE})  # the visitor is not addressed, only the person


def prepare(session: Session, turn: Turn, conversation: Conversation, reason: Reason) -> None:
    """Within the caller's transaction: end the turn, make a person the owner, store what must leave.

    The epoch stays: only human signs raise it, so the parts may still be said.
    """
    if turn.state == TurnState.ANSWERED:
        drop_unsent(session, turn.id)  # the reply that was written for it
    turn.move(TurnState.HANDED_OVER, reason)
    conversation.handed_over()
    text = None if reason in SILENT_REASONS else _what_to_say(session, turn, conversation, reason)
    turn.reply, turn.sources = text, []
    if text:
        session.add(Outbound.pending(turn.tenant_id, turn.id, Part.HAND_OVER, text))
    if turn.channel:
        tell_person(session, turn, conversation, reason)
    notices.tell_of_turn(session, turn, conversation, reason)
    session.flush()
    metrics.hand_overs.labels(reason).inc()
    log.info("conversation.handed_over", conversation_id=str(conversation.id), reason=reason)


def _what_to_say(session: Session, turn: Turn, conversation: Conversation, reason: Reason) -> str:
    """Why, and by when there will be an answer: that is a promise, and stored as one."""
    tenant, config = configuration(session)
    language = phrases.spoken(turn.language, conversation.language, config.language)
    text = phrases.hand_over(reason, language)
    at = by_clock_of(now(), tenant.time_zone)
    drop_promises(session, conversation.id, at)  # what was promised earlier is promised anew
    seen = outlook.outlook(hours_of(config, at.date()), config.answer_minutes, at)
    if seen is None:
        return text
    session.add(
        Promise(
            tenant_id=turn.tenant_id,
            conversation_id=conversation.id,
            turn_id=turn.id,
            due_at=seen.due_at,
            remind_at=seen.remind_at,
        )
    )
    session.flush()  # the notice tells of it
    metrics.promises.labels("made").inc()
    known = notices.known_contact(session, conversation)
    reachable = bool(known.get("email") or known.get("phone"))
    return f"{text} {outlook.sentences(seen, language, reachable=reachable)}"


def tell_person(session: Session, turn: Turn, conversation: Conversation, reason: Reason) -> None:
    """Store the note and the assignment by which the channel shows that a person must answer."""
    conversation.handed_over()
    session.add(Outbound.pending(turn.tenant_id, turn.id, Part.NOTE, note(session, turn, conversation, reason)))
    session.add(Outbound.pending(turn.tenant_id, turn.id, Part.ASSIGNMENT))


def announce(turn: Turn) -> None:
    """After the commit: say it. A channel's parts leave through `deliver`; a caller of the API hears it here.

    Safe twice: the release is numbered and the part's row moves once. A person who came first silences it.
    """
    tell_business(turn)
    if turn.channel:
        send(DeliverTurn(tenant_id=str(turn.tenant_id), turn_id=str(turn.id)))
        report_end(turn)
        return
    standing = _say_parts(turn)
    if standing is not None:
        report_end(standing)


def say_more(turn: Turn) -> None:
    """After the commit: say what was written for a turn that was announced long ago. Safe twice, like that."""
    if turn.channel:
        send(DeliverTurn(tenant_id=str(turn.tenant_id), turn_id=str(turn.id)))
    else:
        _say_parts(turn)


def _say_parts(turn: Turn) -> Turn | None:
    """To a caller of the API or the widget: the turn as it is then, None when it was erased."""
    with tenant_session(turn.tenant_id) as session:
        waiting = [part for part in parts_of_turn(session, turn.id).get() if part.unsent]
    released = {part.id: _release(turn, part) for part in waiting}
    with tenant_session(turn.tenant_id) as session:
        locked = lock_turn(session, turn.id)
        if locked is None:
            return None
        turn, conversation = locked
        for part in parts_of_turn(session, turn.id).get():
            if not part.unsent or part.id not in released:
                continue
            if released[part.id] is Released.SENT:
                part.move(OutboundState.DELIVERED)
                add_message(session, _said_in(part, turn, conversation))
            else:
                part.move(OutboundState.DROPPED)
                if part.part == Part.HAND_OVER:
                    turn.reply = None
    if any(part.part != Part.HAND_OVER for part in waiting):  # nobody follows the turn's own events any more
        queue().conversation_changed(str(turn.tenant_id), str(turn.conversation_id))
    return turn


def _release(turn: Turn, part: Outbound) -> Released:
    """Past the script that knows whether a person came first. What is said later is no event of the turn's own list."""
    return queue().release(
        str(turn.tenant_id),
        str(turn.conversation_id),
        str(turn.id) if part.part == Part.HAND_OVER else f"{turn.id}:{part.part}",
        number=1,
        kind="sentence",
        data={"text": part.body},
        epoch=turn.epoch,
    )


def _said_in(part: Outbound, turn: Turn, conversation: Conversation) -> Message:
    """A turn's own words go by its name; what is said later is a message of its own."""
    message = said(turn, conversation, part.body)
    if part.part != Part.HAND_OVER:
        message.external_id, message.turn_id = f"turn:{turn.id}:{part.part}", None
    return message


def tell_business(turn: Turn) -> None:
    """After the commit: have the notice of this turn's end sent."""
    notices.send_notice_of(turn.tenant_id, notices.kind_of(turn), str(turn.id))


def said(turn: Turn, conversation: Conversation, text: str, external_id: str | None = None) -> Message:
    """The message row of what the bot said."""
    at = now()
    return Message(
        tenant_id=turn.tenant_id,
        id=uuid.uuid4(),
        conversation_id=conversation.id,
        connection_id=conversation.connection_id,
        external_id=external_id or f"turn:{turn.id}",
        author=Author.BOT,
        body=text,
        sent_at=at,
        accepted_at=at,
        turn_id=turn.id,
        details={},
    )


def note(session: Session, turn: Turn, conversation: Conversation, reason: Reason) -> str:
    """What the person who takes over needs: why, who, and the last messages."""
    contact = ", ".join(notices.known_contact(session, conversation).values())
    lines = [phrases.note_heading(reason), f"Contact: {contact or 'not known yet'}"]
    if turn.intent:
        lines.append(f"They want {phrases.wants(turn.intent)}")
    for message in history(session, conversation.id, before=now(), limit=LAST_MESSAGES):
        body = message.body if len(message.body) <= QUOTED_CHARACTERS else message.body[:QUOTED_CHARACTERS] + "…"
        lines.append(f"{message.author}: {body}")
    return "\n".join(lines)

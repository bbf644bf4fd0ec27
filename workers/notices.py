"""What the business is told by mail: who, why, the last words, and how to answer. Writes the notice, sends nothing.

`tell_of_…` runs in the transaction of its event, `send_notice_of` after that commit; a send that is lost the sweep finds.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from config.settings import settings
from models.base import now
from models.connection import Connection
from models.conversation import Conversation, Owner
from models.jobs import SendNotice
from models.lead import Lead, lead_with, leads_of
from models.message import Author, history, visitor_texts
from models.notice import NoticeKind, add_notice, notice_id
from models.promise import Promise, promise_of_turn
from models.tenant import configuration
from models.turn import Turn, TurnState
from workers import leads, moments, outlook, phrases
from workers.resources import send

LAST_MESSAGES = 10
QUOTED_CHARACTERS = 400
RECENT = 20  # visitor messages that may hold a contact
KNOWN = ("name", "email", "phone", "company")
OVERDUE = "overdue"  # a hand-over's reason that is a failure of ours
WHO = {Author.VISITOR: "Visitor", Author.BOT: "Bot", Author.HUMAN: "Your team"}


def tell_of_turn(session: Session, turn: Turn, conversation: Conversation, reason: str) -> None:
    """A conversation waits for a person, or a reply could not be said."""
    kind, contact = kind_of(turn), known_contact(session, conversation)
    who = contact.get("name") or contact.get("email") or "A visitor"
    what = "needs a person" if kind is NoticeKind.HAND_OVER else "was not answered"
    facts = [phrases.note_heading(reason), ""]
    facts += [f"{name.capitalize()}: {value}" for name, value in contact.items()] or ["Contact: not known yet"]
    if turn.intent:
        facts.append(f"They want {phrases.wants(turn.intent)}.")
    if (promise := promise_of_turn(session, turn.id)) is not None:
        facts.append(f"Promised to them: an answer by {_local(session, promise.due_at)}.")
    store_notice(session, kind, str(turn.id), f"{who} {what}", facts, conversation)


def tell_of_promise(session: Session, promise: Promise, conversation: Conversation, kind: NoticeKind) -> None:
    """The time that was promised to a visitor runs out, or has."""
    contact = known_contact(session, conversation)
    who, by = contact.get("name") or contact.get("email") or "A visitor", _local(session, promise.due_at)
    if kind is NoticeKind.REMINDER:
        subject = f"{who} expects an answer by {by}"
        facts = [f"{who} was promised an answer by {by}, and nobody has written yet.", ""]
    else:
        subject = f"{who} is still waiting for an answer"
        facts = [f"{who} was promised an answer by {by}, and nobody has written.", ""]
    facts += [f"{name.capitalize()}: {value}" for name, value in contact.items()] or ["Contact: not known yet"]
    store_notice(session, kind, str(promise.id), subject, facts, conversation)


def _local(session: Session, at: datetime) -> str:
    """An instant by the business's own clock, in English like all mail."""
    tenant, _ = configuration(session)
    moment, today = moments.by_clock_of(at, tenant.time_zone), moments.by_clock_of(now(), tenant.time_zone)
    return f"{outlook.when(moment, today, phrases.DEFAULT_LANGUAGE)} ({outlook.zone(moment)})"


def tell_of_lead(session: Session, lead: Lead, conversation: Conversation) -> None:
    """Somebody left contact for the first time."""
    values = {name: getattr(lead, name) for name in (*KNOWN, "wish")}
    facts = [f"{name.capitalize()}: {value}" for name, value in values.items() if value]
    who = lead.name or lead.email or lead.phone or "a visitor"
    subject = f"New contact from {who}"
    store_notice(
        session, NoticeKind.LEAD, str(lead.id), subject, ["Somebody left their contact.", "", *facts], conversation
    )


def known_contact(session: Session, conversation: Conversation) -> dict[str, str]:
    """Name, email, phone and company, as far as the channel or the visitor told them, here or in an earlier conversation."""
    lead = leads_of(session, [conversation.id]).get(conversation.id) or _merged_lead(session, conversation)
    told = {name: conversation.customer.get(name) or getattr(lead, name, None) for name in KNOWN}
    return {name: str(value) for name, value in told.items() if value}


def _merged_lead(session: Session, conversation: Conversation) -> Lead | None:
    """The lead of an earlier conversation that goes by the contact left in this one."""
    _, config = configuration(session)
    told = leads.extract(visitor_texts(session, conversation.id, RECENT), conversation.customer, config.region)
    return lead_with(session, told.email, told.phone) if told.reachable else None


def kind_of(turn: Turn) -> NoticeKind:
    """What the end of a turn is told as."""
    failed = turn.state == TurnState.FAILED or turn.reason == OVERDUE
    return NoticeKind.FAILURE if failed else NoticeKind.HAND_OVER


def store_notice(
    session: Session, kind: NoticeKind, event_id: str, subject: str, facts: list[str], conversation: Conversation
) -> None:
    """An event's notice, unless it has one: `facts` are its lines; the last messages and how to answer are added."""
    tenant, config = configuration(session)
    session.flush()  # what this transaction has just stored belongs to the last messages
    quoted = ["Last messages:", *_last_messages(session, conversation)]
    add_notice(
        session,
        tenant.id,
        kind,
        event_id,
        recipients=list(dict.fromkeys(config.notify)),
        subject=f"{subject} · {tenant.name}",
        body="\n".join([*facts, "", *quoted, "", *_how_to_answer(session, conversation), ""]),
        conversation_id=conversation.id,
    )


def send_notice_of(tenant_id: uuid.UUID, kind: NoticeKind, event_id: str) -> None:
    """After the commit: have the event's notice sent. A notice that exists no more, or was sent, is skipped there."""
    send_notice(tenant_id, notice_id(tenant_id, kind, event_id))


def send_notice(tenant_id: uuid.UUID, name: uuid.UUID) -> None:
    """One job per notice at a time, whoever asks."""
    send(SendNotice(tenant_id=str(tenant_id), notice_id=str(name)), message_id=f"notice:{name}")


def _last_messages(session: Session, conversation: Conversation) -> list[str]:
    quoted = []
    for message in history(session, conversation.id, before=now(), limit=LAST_MESSAGES):
        body = message.body if len(message.body) <= QUOTED_CHARACTERS else message.body[:QUOTED_CHARACTERS] + "…"
        quoted.append(f"  {WHO[Author(message.author)]}: " + body.replace("\n", "\n    "))
    return quoted


def _how_to_answer(session: Session, conversation: Conversation) -> list[str]:
    """A channel's conversation is answered there; ours by the API. The page shows both."""
    own = settings()
    connection = session.get_one(Connection, (conversation.tenant_id, conversation.connection_id))
    if connection.is_channel:
        where = connection.base_url or own.papercups_url
        answer = "Answer in Papercups, where this conversation waits for you" + (f": {where}" if where else ".")
    else:
        answer = (
            f'Answer by API: POST {own.external_url}/api/v1/conversations/{conversation.id}/messages {{"text": "…"}}'
        )
    silent = conversation.owner == Owner.HUMAN
    return [
        answer,
        f"Read it on your page: {own.external_url}/customer/conversations/{conversation.id}",
        "The bot is silent there until the conversation is closed or given back."
        if silent
        else "The bot goes on answering there.",
    ]

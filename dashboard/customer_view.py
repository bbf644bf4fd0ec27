"""What /customer shows, read from the tenant's rows and written as markup. Reads only; blocking."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import tzinfo

from dashboard.sheet import facts, shortened, text, when, zone_of
from models.conversation import Conversation, Owner, newest_conversations
from models.database import tenant_session
from models.lead import Lead, leads_of, newest_leads
from models.message import Author, Message, last_messages, newest_messages
from models.notice import Notice, newest_notices
from models.page import Page, cursor
from models.turn import Turn, TurnState, last_turns, turns_named

CONTACT = {"name": "Name", "email": "E-mail", "phone": "Phone", "company": "Company"}
WHO = {Author.VISITOR: "Visitor", Author.BOT: "Bot", Author.HUMAN: "Your team"}
ENDS = {
    TurnState.DELIVERED: ("good", "answered"),
    TurnState.HANDED_OVER: ("wait", "handed to your team"),
    TurnState.SILENT: ("soft", "not answered by the bot"),
    TurnState.SUPERSEDED: ("soft", "joined to the next message"),
    TurnState.FAILED: ("bad", "failed"),
}
UNDER_WAY = ("soft", "being answered")
REASONS = {  # in the business's words; others are shown as they are
    "asked": "they asked for a person",
    "complaint": "a complaint",
    "rule": "as your rules say",
    "low_confidence": "the bot did not know",
    "model_down": "the language model was away",
    "model_refused": "the language model refused",
    "overdue": "it took too long",
    "not_sent": "the chat did not take the reply",
    "human_owns": "a person answers here",
    "human": "a person answered first",
}
WANTS = {"human": "a person"}
TOLD = {"pending": ("wait", "being sent"), "sent": ("good", "sent"), "failed": ("bad", "not sent")}


@dataclass(frozen=True)
class Overview:
    """A page of list items, and what to say when there is none."""

    rows: list[str]
    empty: str
    next: str | None


@dataclass(frozen=True)
class Thread:
    """One conversation; `rows` oldest first."""

    title: str
    head: str
    rows: list[str]
    next: str | None


def conversations(tenant_id: uuid.UUID, zone_name: str, asked: Page) -> Overview:
    """By latest activity."""
    zone = zone_of(zone_name)
    with tenant_session(tenant_id) as session:
        rows, more = asked.cut(newest_conversations(session, asked))
        ids = [row.id for row in rows]
        said, ended, left = last_messages(session, ids), last_turns(session, ids), leads_of(session, ids)
    shown = [_conversation(row, left.get(row.id), said.get(row.id), ended.get(row.id), zone) for row in rows]
    following = cursor(rows[-1].last_activity_at, rows[-1].id) if more else None
    return Overview(shown, "No conversations yet. They appear here as soon as somebody writes.", following)


def leads(tenant_id: uuid.UUID, zone_name: str, asked: Page) -> Overview:
    """Newest first."""
    zone = zone_of(zone_name)
    with tenant_session(tenant_id) as session:
        rows, more = asked.cut(newest_leads(session, asked))
    following = cursor(rows[-1].created_at, rows[-1].id) if more else None
    return Overview(
        [_lead(row, zone) for row in rows],
        "No leads yet. Whoever leaves an e-mail address or a number is listed here.",
        following,
    )


def notices(tenant_id: uuid.UUID, zone_name: str, asked: Page) -> Overview:
    """Newest first."""
    zone = zone_of(zone_name)
    with tenant_session(tenant_id) as session:
        rows, more = asked.cut(newest_notices(session, asked))
    following = cursor(rows[-1].created_at, rows[-1].id) if more else None
    return Overview([_notice(row, zone) for row in rows], "Nothing had to be told yet.", following)


def conversation(tenant_id: uuid.UUID, zone_name: str, name: uuid.UUID, asked: Page) -> Thread | None:
    """A conversation with a page of its messages; None when the tenant has none by that id."""
    zone = zone_of(zone_name)
    with tenant_session(tenant_id) as session:
        found = session.get(Conversation, (tenant_id, name))
        if found is None:
            return None
        rows, more = asked.cut(newest_messages(session, name, asked))
        ended = turns_named(session, {row.turn_id for row in rows if row.turn_id})
        lead = leads_of(session, [name]).get(name)
    head = facts([(shown, found.customer.get(word) or getattr(lead, word, None)) for word, shown in CONTACT.items()])
    return Thread(
        title=_visitor(found, lead),
        head=f"<p>{_owner(found, rows[0] if rows else None)} · since {when(found.created_at, zone)}</p>{head}",
        rows=[_message(row, ended.get(row.turn_id) if row.turn_id else None, zone) for row in reversed(rows)],
        next=cursor(rows[-1].accepted_at, rows[-1].id) if more else None,
    )


def _visitor(found: Conversation, lead: Lead | None) -> str:
    """What they are called: by the channel, by themselves, or not at all."""
    told = [found.customer.get("name"), lead and lead.name, found.customer.get("email"), lead and lead.email]
    return shortened(str(next(filter(None, told), "A visitor")), 80)


def _owner(found: Conversation, said: Message | None) -> str:
    """Who is to act; of a person's conversation, whether the visitor waits."""
    if found.closed_at is not None:
        return "<span class=soft>closed</span>"
    if found.owner != Owner.HUMAN:
        return "<span class=good>with the bot</span>"
    if said is not None and said.author == Author.HUMAN:
        return "<span class=good>your team answered</span>"
    return "<span class=wait>waits for your team</span>"


def _conversation(
    found: Conversation, lead: Lead | None, said: Message | None, ended: Turn | None, zone: tzinfo
) -> str:
    end = _end(ended) if found.owner == Owner.BOT or (ended and ended.state == TurnState.FAILED) else ""
    last = f"<p><b>{WHO[Author(said.author)]}:</b> {text(shortened(said.body))}</p>" if said else ""
    return (
        f'<li><div class=head><a href="/customer/conversations/{found.id}">{text(_visitor(found, lead))}</a>'
        f"{when(found.last_activity_at, zone)}</div>{last}<p>{_owner(found, said)}{end}</p></li>"
    )


def _end(turn: Turn | None) -> str:
    """How the last turn ended, and why."""
    if turn is None:
        return ""
    colour, words = ENDS.get(TurnState(turn.state), UNDER_WAY)
    why = f" ({text(REASONS.get(turn.reason, turn.reason.replace('_', ' ')))})" if turn.reason else ""
    return f" · <span class={colour}>{words}{why}</span>"


def _message(said: Message, turn: Turn | None, zone: tzinfo) -> str:
    below = ""
    if turn is not None and said.author == Author.VISITOR:
        wanted = f" · wants: {text(WANTS.get(turn.intent, turn.intent.replace('_', ' ')))}" if turn.intent else ""
        sure = f" ({turn.confidence:.0%} sure)" if turn.intent and turn.confidence is not None else ""
        below = f"<p class=soft>{_end(turn).removeprefix(' · ')}{wanted}{sure}</p>"
    elif turn is not None and turn.sources:
        titles = ", ".join(text(shortened(str(source.get("title", "")), 80)) for source in turn.sources)
        below = f"<p class=soft>From: {titles}</p>"
    return (
        f"<li class={said.author}><div class=head><b>{WHO[Author(said.author)]}</b>{when(said.accepted_at, zone)}</div>"
        f'<p class="said">{text(said.body)}</p>{below}</li>'
    )


def _lead(lead: Lead, zone: tzinfo) -> str:
    who = lead.name or lead.email or lead.phone or "Somebody"
    rows = [*((shown, getattr(lead, name)) for name, shown in CONTACT.items() if name != "name"), ("Wish", lead.wish)]
    return (
        f"<li><div class=head><b>{text(who)}</b>{when(lead.created_at, zone)}</div>{facts(rows)}"
        f'<p><a href="/customer/conversations/{lead.conversation_id}">Conversation</a></p></li>'
    )


def _notice(notice: Notice, zone: tzinfo) -> str:
    colour, state = TOLD[notice.state]
    why = f" ({text(shortened(notice.reason))})" if notice.reason else ""
    to = f" to {text(', '.join(notice.recipients))}" if notice.recipients else ""
    return (
        f"<li><div class=head><b>{text(notice.subject)}</b>{when(notice.created_at, zone)}</div>"
        f"<p><span class={colour}>{state}</span>{to}{why}</p>"
        f"<details><summary>Text</summary><pre>{text(notice.body)}</pre></details></li>"
    )

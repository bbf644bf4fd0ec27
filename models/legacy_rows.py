"""A batch of the predecessor's rows as rows of ours. Each function says of every row, in order: added, known, or why not."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, column, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import CollectionAggregate
from sqlalchemy.sql.selectable import TableValuedAlias

from config.secrets import credential_hash
from models.base import Base, now
from models.connection import api_connection_id
from models.contact import emails, phones
from models.conversation import Conversation, Owner, conversation_id
from models.knowledge import KnowledgeEntry
from models.lead import Lead
from models.legacy import OldConversation, OldKnowledge, OldLead, OldMessage
from models.message import Author, Message
from models.tenant import configuration

NAME_CHARACTERS = 80

_NAMED_ADDRESS = re.compile(r"^\s*\"?([^\W\d_][^<>@\"\n]{0,78}?)\"?\s*<[^<>\s]+@[^<>\s]+>")


@dataclass(frozen=True)
class Bad:
    """Why a row that could be read cannot be taken over."""

    reason: str


Outcome = bool | Bad  # True: added now


def add_conversations(session: Session, tenant_id: uuid.UUID, rows: Sequence[OldConversation]) -> list[Outcome]:
    """Closed ones: nothing is ever said in them again. The session is kept hashed, it may still be somebody's secret."""
    added = _insert(
        session,
        Conversation,
        [
            _conversation(tenant_id, _name(row.old_id), row.at)
            | {"customer": {"external_id": credential_hash(row.session_id)} if row.session_id else {}}
            for row in rows
        ],
    )
    return _first_of_each([_conversation_id(tenant_id, _name(row.old_id)) for row in rows], added)


def add_messages(session: Session, tenant_id: uuid.UUID, rows: Sequence[OldMessage]) -> list[Outcome]:
    """Each into its conversation, which must have been taken over. Nothing is lost to an id that was used twice."""
    ids = [uuid.uuid5(tenant_id, f"legacy:message:{row.old_id}") for row in rows]
    conversations = {row.conversation: _conversation_id(tenant_id, _name(row.conversation)) for row in rows}
    there = set(session.scalars(select(Conversation.id).where(Conversation.id == _among(conversations.values()))))
    first: dict[uuid.UUID, OldMessage] = {}
    for name, row in zip(ids, rows, strict=True):
        if conversations[row.conversation] in there:
            first.setdefault(name, row)
    added = _insert(
        session,
        Message,
        [
            {
                "tenant_id": tenant_id,
                "id": name,
                "conversation_id": conversations[row.conversation],
                "connection_id": api_connection_id(tenant_id),
                "external_id": _name(row.old_id),
                "author": str(row.author),
                "body": row.body,
                "sent_at": row.at,
                "accepted_at": row.at,
                "created_at": row.at,
            }
            for name, row in first.items()
        ],
    )
    _touch(session, [(conversations[row.conversation], row.at) for name, row in first.items() if name in added])
    there_before = session.execute(select(Message.id, Message.body).where(Message.id == _among(set(first) - added)))
    stored = {row.id: row.body for row in there_before}
    stored |= {name: first[name].body for name in added}
    outcomes: list[Outcome] = []
    for name, row in zip(ids, rows, strict=True):
        if name not in first:
            outcomes.append(Bad("conversation_id: that conversation was not taken over."))
        elif stored.get(name) != row.body:
            outcomes.append(Bad("id: another message with this id was taken over already."))
        else:
            outcomes.append(name in added and first[name] is row)
    return outcomes


def add_knowledge(session: Session, tenant_id: uuid.UUID, rows: Sequence[OldKnowledge]) -> list[Outcome]:
    """Each as one entry or several; an entry that is there stays as it is, for it may have been changed since."""
    ids = [uuid.uuid5(tenant_id, f"legacy:knowledge:{row.old_id}:0") for row in rows]
    entries = [
        {
            "tenant_id": tenant_id,
            "id": uuid.uuid5(tenant_id, f"legacy:knowledge:{row.old_id}:{number}"),
            "question": question,
            "answer": answer,
            "created_at": row.at or now(),
            "updated_at": row.at or now(),
        }
        for row in rows
        for number, (question, answer) in enumerate(row.entries)
    ]
    added = _insert(session, KnowledgeEntry, entries)
    return _first_of_each(ids, added)


def add_leads(session: Session, tenant_id: uuid.UUID, rows: Sequence[OldLead]) -> list[Outcome]:
    """Each with a conversation of its own that holds the contact as it was written; merged on e-mail, then on phone.

    What a lead holds already is kept: it is newer. The tenant's leads are merged one at a time, as in `merge_lead`.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"lead:{tenant_id}", 0))))
    _, config = configuration(session)
    names = {row.old_id: _conversation_id(tenant_id, _lead_name(row)) for row in rows}
    added = _insert(session, Conversation, [_conversation(tenant_id, _lead_name(row), row.at) for row in rows])
    fresh: dict[uuid.UUID, OldLead] = {}
    for row in sorted(rows, key=lambda row: row.at):
        if names[row.old_id] in added:
            fresh.setdefault(names[row.old_id], row)
    _insert(session, Message, [_contact_message(tenant_id, name, row) for name, row in fresh.items()])
    contacts = {name: _contact(row, config.region) for name, row in fresh.items()}
    known = _known_leads(session, contacts.values())
    for name, contact in contacts.items():
        lead = known.get(contact["email"] or "") or known.get(contact["phone"] or "")
        if lead is None:
            row = fresh[name]
            lead = Lead(tenant_id=tenant_id, id=uuid.uuid5(tenant_id, f"legacy:lead:{row.old_id}"))
            lead.conversation_id, lead.created_at, lead.updated_at = name, row.at, row.at
            session.add(lead)
        for attribute, value in contact.items():
            taken = attribute == "email" and value in known
            if getattr(lead, attribute, None) is None and not taken:
                setattr(lead, attribute, value)
        known |= {value: lead for value in (lead.email, lead.phone) if value and value not in known}
    session.flush()
    return _first_of_each([names[row.old_id] for row in rows], added)


def _name(old_id: str) -> str:
    """What an old row is called here."""
    return f"legacy:{old_id}"


def _lead_name(row: OldLead) -> str:
    """What a lead's conversation and message are called: no old conversation or message can have this name."""
    return f"legacy-lead:{row.old_id}"


def _conversation_id(tenant_id: uuid.UUID, external_id: str) -> uuid.UUID:
    return conversation_id(tenant_id, api_connection_id(tenant_id), external_id)


def _conversation(tenant_id: uuid.UUID, external_id: str, at: datetime) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "id": _conversation_id(tenant_id, external_id),
        "connection_id": api_connection_id(tenant_id),
        "external_id": external_id,
        "owner": str(Owner.BOT),
        "customer": {},
        "created_at": at,
        "last_activity_at": at,
        "closed_at": at,
    }


def _contact_message(tenant_id: uuid.UUID, conversation: uuid.UUID, row: OldLead) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "id": uuid.uuid5(tenant_id, f"legacy:lead-message:{row.old_id}"),
        "conversation_id": conversation,
        "connection_id": api_connection_id(tenant_id),
        "external_id": _lead_name(row),
        "author": str(Author.VISITOR),
        "body": row.contact,
        "sent_at": row.at,
        "accepted_at": row.at,
        "created_at": row.at,
    }


def _contact(row: OldLead, region: str | None) -> dict[str, str | None]:
    """What the contact says, normalised as everywhere; what is neither e-mail nor phone stays in the wish."""
    phone_text = f"phone: {row.fields['phone']}" if row.fields.get("phone") else row.contact
    email = next(emails([row.contact]), None)
    phone = next(phones([phone_text, row.contact], region), None)
    named = _NAMED_ADDRESS.search(row.contact)
    name = row.fields.get("name") or (named.group(1).strip() if named else "")
    wish = ": ".join(part for part in (row.intent, row.contact if email is phone is None else None) if part)
    return {
        "email": email,
        "phone": phone,
        "name": name[:NAME_CHARACTERS] or None,
        "company": (row.fields.get("company") or "")[:NAME_CHARACTERS] or None,
        "wish": wish[:300] or None,
    }


def _known_leads(session: Session, contacts: Iterable[dict[str, str | None]]) -> dict[str, Lead]:
    """Leads that have one of these e-mails or phones, by them; the oldest counts."""
    wanted = [(contact["email"], contact["phone"]) for contact in contacts]
    found = session.scalars(
        select(Lead)
        .where(
            or_(Lead.email.in_([email for email, _ in wanted if email]), Lead.phone.in_([p for _, p in wanted if p]))
        )
        .order_by(Lead.created_at.desc())
    ).all()
    return {value: lead for lead in found for value in (lead.email, lead.phone) if value}


def _touch(session: Session, activity: Sequence[tuple[uuid.UUID, datetime]]) -> None:
    """A conversation ended with its last message."""
    latest: dict[uuid.UUID, datetime] = {}
    for name, at in activity:
        latest[name] = max(at, latest.get(name, at))
    if not latest:
        return
    columns = (Conversation.__table__.c.id, Conversation.__table__.c.last_activity_at)
    said = _given(columns, [dict(zip(("id", "last_activity_at"), each, strict=True)) for each in latest.items()])
    session.execute(
        update(Conversation)
        .where(Conversation.id == said.c.id)
        .values(
            last_activity_at=func.greatest(Conversation.last_activity_at, said.c.last_activity_at),
            closed_at=func.greatest(Conversation.closed_at, said.c.last_activity_at),
        )
        .execution_options(synchronize_session=False)
    )


def _insert(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> set[uuid.UUID]:
    """The ids of the rows that were not there; of two with one id the first."""
    if not rows:
        return set()
    once = {row["id"]: row for row in reversed(rows)}
    into = Base.metadata.tables[table.__tablename__]
    given = _given([into.c[name] for name in rows[0]], list(once.values()))
    statement = insert(into).from_select(list(rows[0]), select(given), include_defaults=False)
    return set(session.scalars(statement.on_conflict_do_nothing().returning(into.c.id)))


def _given(columns: Sequence[ColumnElement[Any]], rows: Sequence[dict[str, Any]]) -> TableValuedAlias:
    """Rows as a table of their own: one array for each column. A parameter for each value takes ten times as long."""
    arrays = [literal([row[str(each.key)] for row in rows], ARRAY(each.type)) for each in columns]
    named = [column(str(each.key), each.type) for each in columns]
    return func.unnest(*arrays).table_valued(*named, name="given").render_derived(name="given")


def _among(names: Collection[uuid.UUID]) -> CollectionAggregate[Any]:
    return any_(literal(list(names), ARRAY(Uuid())))


def _first_of_each(ids: Iterable[uuid.UUID], added: set[uuid.UUID]) -> list[Outcome]:
    """Of several rows with one id the first counts as added."""
    left = set(added)
    outcomes: list[Outcome] = []
    for name in ids:
        outcomes.append(name in left)
        left.discard(name)
    return outcomes

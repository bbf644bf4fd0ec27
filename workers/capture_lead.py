"""Stores contact and wish of a visitor. What does not occur in the visitor's own words or record is never stored.

Safe to run twice: a lead is merged on e-mail, then phone, then conversation.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import select

from config import metrics
from config.errors import OverBudget, PermanentError, TransientError
from models.conversation import Conversation
from models.database import tenant_session
from models.jobs import CaptureLead
from models.lead import merge_lead
from models.message import Author, Message
from models.notice import NoticeKind
from models.spending import ask_allowance
from models.tenant import configuration
from models.turn import Delivery, Turn
from workers import leads, notices
from workers.broker import actor
from workers.masking import Masking
from workers.paid_model import PaidModel
from workers.resources import language_model
from workers.spending import Account

RECENT = 20  # visitor messages that may hold parts of one contact
MODEL_FIELDS = {  # what plain patterns find less reliably than a contact's address
    "name": "the visitor's own name",
    "company": "the company the visitor writes for",
    "wish": "the visitor's own sentence that says what they want",
}

log = structlog.get_logger()


@actor(CaptureLead, time_limit_ms=60_000)
def capture_lead(job: CaptureLead, delivery: Delivery) -> None:
    """Read the visitor's recent words and the customer record, keep what is really there."""
    tenant_id, conversation_id = uuid.UUID(job.tenant_id), uuid.UUID(job.conversation_id)
    with tenant_session(tenant_id) as session:
        conversation = session.get(Conversation, (tenant_id, conversation_id))
        message = session.get(Message, (tenant_id, uuid.UUID(job.message_id)))
        if conversation is None or message is None:
            log.info("lead.capture.skipped")
            return
        texts = list(
            session.scalars(
                select(Message.body)
                .where(Message.conversation_id == conversation_id, Message.author == Author.VISITOR)
                .order_by(Message.accepted_at.desc())
                .limit(RECENT)
            )
        )[::-1]
        _, config = configuration(session)
        region, masks, allowance = config.region, config.mask_personal_data, ask_allowance(session)
        turn = session.get(Turn, (tenant_id, message.turn_id)) if message.turn_id else None
    contact = leads.extract(texts, conversation.customer, region)
    if not contact.reachable:
        return
    account = Account(tenant_id, allowance.get(), message.turn_id, public=turn is not None and turn.public)
    paid = PaidModel(language_model(), account)
    if leads.extract([message.body], None, region).reachable:  # once per contact, not with every later message
        contact = _completed(paid, contact, texts, conversation.customer, region, masks=masks)
    with tenant_session(tenant_id) as session:
        lead = merge_lead(
            session,
            tenant_id,
            conversation_id,
            name=contact.name,
            email=contact.email,
            phone=contact.phone,
            company=contact.company,
            wish=contact.wish,
        )
        if lead.is_new:
            notices.tell_of_lead(session, lead, conversation)
        paid.record(session)
    paid.close()
    if lead.is_new:
        notices.send_notice_of(tenant_id, NoticeKind.LEAD, str(lead.id))
    metrics.leads.inc()
    log.info("lead.captured", lead_id=str(lead.id), new=lead.is_new)


def _completed(
    paid: PaidModel,
    contact: leads.Contact,
    texts: Sequence[str],
    customer: Mapping[str, Any],
    region: str | None,
    *,
    masks: bool,
) -> leads.Contact:
    """What patterns missed, asked of the model; its answer counts only where the visitor's own words hold it."""
    masking = Masking()
    try:
        found = paid.extract([masking.mask(text) for text in texts] if masks else texts, MODEL_FIELDS)
    except OverBudget:
        return contact
    except (TransientError, PermanentError):
        metrics.model_calls.labels("lead", "failed").inc()
        return contact
    if found.usage is None:
        return contact
    metrics.model_calls.labels("lead", "answered").inc()
    claimed = {name: masking.unmask(value) for name, value in found.values.items() if name in MODEL_FIELDS}
    missing = {name: value for name, value in claimed.items() if getattr(contact, name) is None}
    return leads.verified(replace(contact, **missing), texts, customer, region=region)

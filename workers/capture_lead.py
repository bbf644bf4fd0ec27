"""Stores contact and wish of a visitor. What does not occur in the visitor's own words or record is never stored.

Safe to run twice: a lead is merged on e-mail, then phone, then conversation.
"""

from __future__ import annotations

import uuid

import structlog
from sqlalchemy import select

from config import metrics
from models.conversation import Conversation
from models.database import tenant_session
from models.jobs import CaptureLead
from models.lead import merge_lead
from models.message import Author, Message
from models.tenant import configuration
from models.turn import Delivery
from workers import leads
from workers.broker import actor

RECENT = 20  # visitor messages that may hold parts of one contact

log = structlog.get_logger()


@actor(CaptureLead, time_limit_ms=30_000)
def capture_lead(job: CaptureLead, delivery: Delivery) -> None:
    """Read the visitor's recent words and the customer record, keep what is really there."""
    conversation_id = uuid.UUID(job.conversation_id)
    with tenant_session(uuid.UUID(job.tenant_id)) as session:
        conversation = session.get(Conversation, (uuid.UUID(job.tenant_id), conversation_id))
        if conversation is None:
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
        contact = leads.extract(texts, conversation.customer, config.region)
        if not (contact.email or contact.phone):
            return
        lead = merge_lead(
            session,
            conversation.tenant_id,
            conversation_id,
            name=contact.name,
            email=contact.email,
            phone=contact.phone,
            company=contact.company,
            wish=contact.wish,
        )
    metrics.leads.inc()
    log.info("lead.captured", lead_id=str(lead.id))

"""The pipeline driven by hand: jobs are fetched from the real queue and run one at a time in this thread.

Deterministic: nothing runs unless a test says so, and delays are waited for only when a test asks.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from clients.queue import Entry
from models.base import now
from models.connection import Connection, ConnectionKind, api_connection_id
from models.conversation import Conversation, conversation_id
from models.database import tenant_session
from models.jobs import ANSWER_QUEUES, WORKER_QUEUES, MessageKind, ReceiveMessage
from models.outbound import Outbound, parts_of_turn
from models.tenant import NewTenant, PapercupsAccount, configuration, create_tenant
from models.turn import Delivery, Turn
from workers import (
    answer,
    capture_lead,
    deliver,
    detect_intent,
    embed_chunks,
    embed_query,
    notify,
    receive,
    reconcile,
    run_golden,
    train_intents,
    update_channel,
)
from workers.broker import queue
from workers.verdict import decide

STAGES: dict[str, Any] = {
    "message.receive": (ReceiveMessage, receive.receive),
    "turn.detect_intent": (detect_intent.DetectIntent, detect_intent.detect_intent),
    "turn.answer": (answer.AnswerTurn, answer.answer_turn),
    "turn.deliver": (deliver.DeliverTurn, deliver.deliver),
    "lead.capture": (capture_lead.CaptureLead, capture_lead.capture_lead),
    "notice.send": (notify.SendNotice, notify.send_notice),
    "channel.update": (update_channel.UpdateChannel, update_channel.update_channel),
    "knowledge.embed": (embed_chunks.EmbedChunks, embed_chunks.embed_chunks),
    "query.embed": (embed_query.EmbedQuery, embed_query.embed_query),
    "intents.train": (train_intents.TrainIntents, train_intents.train_intents),
    "golden.run": (run_golden.RunGolden, run_golden.run_golden),
    "connection.reconcile": (reconcile.ReconcileConnection, reconcile.reconcile_connection),
}
QUEUES = (*WORKER_QUEUES, *ANSWER_QUEUES)


class Line:
    """One process that runs jobs when told to. `ran` is what it ran: (job name, verdict)."""

    def __init__(self) -> None:
        self.process = f"line-{uuid.uuid4().hex[:8]}"
        self.calls = 0
        self.ran: list[tuple[str, str]] = []

    def call(self) -> str:
        self.calls += 1
        return f"1:{self.calls}"

    def fetch(self, *queues: str) -> Entry | None:
        found = queue().fetch(self.process, queues or QUEUES, 1, call=self.call()).messages
        return found[0] if found else None

    def run(self, entry: Entry) -> str:
        """Run one delivery and carry out what the queue would do about its end."""
        import dramatiq

        message: dramatiq.Message[Any] = dramatiq.Message.decode(entry.payload)
        job_class, stage = STAGES[message.actor_name]
        error: BaseException | None = None
        try:
            stage(job_class.from_arguments(message.kwargs), Delivery(entry.message_id, entry.delivery))
        except Exception as raised:
            error = raised
        decision = decide(message, error, stopping=False, max_attempts=5)
        if decision.name in {"failed", "dead"} and error is not None:
            raise error
        queue().settle(self.process, entry, decision.verdict, call=self.call())
        self.ran.append((message.actor_name, decision.name))
        return decision.name

    def run_all(self, *queues: str, patience_s: float = 3.0) -> list[tuple[str, str]]:
        """Until nothing is ready or due soon: delays of up to `patience_s` together are waited for, and nothing else counts."""
        before = len(self.ran)
        while True:
            fetched = queue().fetch(self.process, queues or QUEUES, 1, call=self.call())
            if fetched.messages:
                self.run(fetched.messages[0])
                continue
            delay_s = patience_s if fetched.next_due_ms is None else max(0.001, fetched.next_due_ms / 1000)
            if delay_s >= patience_s:
                return self.ran[before:]
            time.sleep(delay_s)
            patience_s -= delay_s


@dataclass
class Visitor:
    """Somebody who writes to a tenant, over the API or through a channel."""

    tenant: NewTenant
    session: str
    connection_id: uuid.UUID

    @property
    def tenant_id(self) -> str:
        return str(self.tenant.tenant_id)

    @property
    def conversation_id(self) -> uuid.UUID:
        return conversation_id(self.tenant.tenant_id, self.connection_id, self.session)

    def message(self, body: str, *, api: bool = True, external_id: str | None = None, **more: Any) -> ReceiveMessage:
        return ReceiveMessage(
            tenant_id=self.tenant_id,
            kind=more.pop("kind", MessageKind.VISITOR),
            connection_id=str(self.connection_id),
            conversation_id=str(self.conversation_id),
            conversation_external_id=self.session,
            external_id=external_id or uuid.uuid4().hex,
            body=body,
            accepted_at=more.pop("accepted_at", now().isoformat()),
            turn_id=more.pop("turn_id", str(uuid.uuid4()) if api else None),
            **more,
        )

    def say(self, body: str, **more: Any) -> ReceiveMessage:
        job = self.message(body, **more)
        queue().enqueue(job)
        return job

    def turns(self) -> list[Turn]:
        with tenant_session(self.tenant.tenant_id) as session:
            return list(
                session.scalars(
                    select(Turn).where(Turn.conversation_id == self.conversation_id).order_by(Turn.position)
                )
            )

    def conversation(self) -> Conversation:
        with tenant_session(self.tenant.tenant_id) as session:
            return session.get_one(Conversation, (self.tenant.tenant_id, self.conversation_id))

    def parts(self, turn: Turn) -> list[Outbound]:
        with tenant_session(self.tenant.tenant_id) as session:
            return parts_of_turn(session, turn.id).get()

    def events(self, turn_id: str) -> list[tuple[str, dict[str, Any]]]:
        return [(event.kind, event.data) for event in queue().events(self.tenant_id, turn_id)]


def api_visitor(tenant: NewTenant) -> Visitor:
    return Visitor(tenant, uuid.uuid4().hex, api_connection_id(tenant.tenant_id))


def papercups_tenant(double: Any, name: str = "Alice's Bakery") -> tuple[NewTenant, dict[str, Any]]:
    """A tenant whose channel is an account of the double; visitors are not waited for."""
    account = double.seed()
    tenant = create_tenant(
        name,
        PapercupsAccount(account["account_id"], double.base_url, account["bot_key"], account["bot_user_id"]),
    )
    configure(tenant, wait_ms=0)
    return tenant, account


def papercups_visitor(tenant: NewTenant, conversation: str) -> Visitor:
    with tenant_session(tenant.tenant_id) as session:
        connection_id = session.scalars(select(Connection.id).where(Connection.kind == ConnectionKind.PAPERCUPS)).one()
    return Visitor(tenant, conversation, connection_id)


def configure(tenant: NewTenant, **values: Any) -> None:
    with tenant_session(tenant.tenant_id) as session:
        _, config = configuration(session)
        for name, value in values.items():
            setattr(config, name, value)


def as_json(value: Any) -> str:
    return json.dumps(value, default=lambda other: other.isoformat() if isinstance(other, datetime) else str(other))

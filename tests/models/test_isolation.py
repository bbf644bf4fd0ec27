"""One tenant never sees another's rows: every table, every operation, as the application's role."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from models import Base
from models.base import now
from models.chunk import KnowledgeChunk
from models.connection import api_connection_id
from models.database import system_session, tenant_session
from models.tenant import create_tenant
from models.vector import KnowledgeVector

TENANT_TABLES = [table for table in Base.metadata.sorted_tables if "tenant_id" in table.columns]
OTHERS = {
    "tenant": "its id is the tenant",
    "tick": "no tenant's data, system door only",
    "admin_token": "an operator's, system door only",
    "host_visit": "when a host may be asked again, by its hash, system door only",
    "plan": "what is sold: everybody reads it, the system door writes it",
}


def seeded(tenant_id: uuid.UUID) -> dict[str, uuid.UUID]:
    """One row of the tenant in each table; returns the ids by table."""
    ids = {
        name: uuid.uuid4()
        for name in (
            "conversation",
            "turn",
            "message",
            "outbound",
            "lead",
            "usage",
            "entry",
            "notice",
            "booking",
            "customer_token",
            "acceptance_correction",
            "webhook_event",
            "model_hold",
            "kept_answer",
            "asked_vector",
            "promise",
            "knowledge_source",
            "knowledge_document",
            "knowledge_upload",
            "intent",
            "intent_example",
            "intent_model",
            "unanswered",
            "golden_question",
            "golden_run",
        )
    }
    connection, at = api_connection_id(tenant_id), now()
    rows: dict[str, dict[str, Any]] = {
        "conversation": {"id": ids["conversation"], "connection_id": connection, "external_id": "x"},
        "turn": {
            "id": ids["turn"],
            "conversation_id": ids["conversation"],
            "position": 1,
            "state": "received",
            "epoch": 0,
            "channel": False,
            "due_at": at,
            "first_at": at,
            "oldest_at": at,
            "updated_at": at,
        },
        "message": {
            "id": ids["message"],
            "conversation_id": ids["conversation"],
            "connection_id": connection,
            "body": "hi",
            "external_id": "m",
            "author": "visitor",
            "sent_at": at,
            "accepted_at": at,
            "turn_id": ids["turn"],
        },
        "outbound": {
            "id": ids["outbound"],
            "turn_id": ids["turn"],
            "part": "reply",
            "state": "pending",
            "body": "",
            "posts": 0,
            "updated_at": at,
        },
        "lead": {"id": ids["lead"], "conversation_id": ids["conversation"], "email": "a@example.test"},
        "usage": {"id": ids["usage"], "turn_id": ids["turn"], "kind": "reply", "work_id": "w"},
        "notice": {
            "id": ids["notice"],
            "kind": "lead",
            "event_id": "e",
            "subject": "s",
            "body": "b",
            "state": "sent",  # a pending one would be mailed by the sweep of a later test
            "updated_at": at,
        },
        "booking": {
            "id": ids["booking"],
            "conversation_id": ids["conversation"],
            "state": "asking",
            "updated_at": at,
        },
        "customer_token": {"id": ids["customer_token"], "token_hash": "t", "expires_at": at},
        "promise": {
            "id": ids["promise"],
            "conversation_id": ids["conversation"],
            "turn_id": ids["turn"],
            "due_at": at,
            "remind_at": at,
            "kept_at": at,  # an open one would be watched by a later test
        },
        "knowledge_entry": {"id": ids["entry"], "question": "q?", "answer": "a"},
        "intent": {"id": ids["intent"], "name": "parcel"},
        "intent_example": {"id": ids["intent_example"], "intent_id": ids["intent"], "text": "Where is it?"},
        "intent_model": {"id": ids["intent_model"], "version": 1},
        "tenant_limit": {"weight": 2.0},
        "acceptance_correction": {"id": ids["acceptance_correction"], "day": at.date(), "work_id": "w", "messages": 1},
        "golden_question": {"id": ids["golden_question"], "question": "q?", "expected": ["a"]},
        "golden_run": {"id": ids["golden_run"], "cause": "asked", "state": "done"},
        "unanswered_question": {
            "id": ids["unanswered"],
            "subject": "s",
            "text": "t",
            "turn_id": ids["turn"],
            "last_at": at,
        },
        "webhook_event": {"id": ids["webhook_event"], "payload": {}, "accepted_at": at},
        "model_hold": {
            "id": ids["model_hold"],
            "purpose": "answer",
            "model": "m",
            "prompt_tokens": 1,
            "completion_tokens": 1,
            "amount_micro": 1,
            "charged_on": at.date(),
            "expires_at": at + timedelta(days=1),  # one that is over would be charged by the clock of a later test
        },
        "purse": {"generation": 1},
        "kept_answer": {
            "id": ids["kept_answer"],
            "version": 1,
            "sentences": ["Yes."],
            "sources": [],
            "conversation_id": ids["conversation"],
            "expires_at": at + timedelta(days=1),
        },
        "asked_vector": {"id": ids["asked_vector"], "turn_id": ids["turn"], "model": "m", "vector": "[1,0]"},
        "knowledge_term": {"lexeme": "q", "chunks": 1},
        "knowledge_space": {
            "model": "m",
            "chunks": 1,
            "vectors": 1,
            "languages": ["en"],
            "heading_words": 1.0,
            "heading_mean": "[0,0]",
            "body_mean": "[0,0]",
            "directions": "{}",
        },
        "knowledge_source": {"id": ids["knowledge_source"], "kind": "file", "name": "n", "state": "ready"},
        "knowledge_document": {
            "id": ids["knowledge_document"],
            "source_id": ids["knowledge_source"],
            "url": "u",
            "state": "indexed",
        },
        "knowledge_upload": {
            "id": ids["knowledge_upload"],
            "source_id": ids["knowledge_source"],
            "number": 1,
            "piece": b"x",
        },
    }
    with tenant_session(tenant_id) as session:
        for name, values in rows.items():
            session.execute(insert(Base.metadata.tables[name]).values(tenant_id=tenant_id, **values))
        chunk = session.scalars(select(KnowledgeChunk.id)).one()  # made with its entry
        vector = {"chunk_id": chunk, "model": "m", "size": 2, "heading": "[1,0]", "body": "[0,1]"}
        session.execute(
            insert(KnowledgeVector).values(tenant_id=tenant_id, **vector)
        )  # embedding_due came with the chunk
    return ids | {"connection": connection, "knowledge_chunk": chunk}


@pytest.fixture(scope="module")
def two(stores):
    """Both tenants' rows, once: nothing here succeeds in changing any."""
    alice, mallory = create_tenant("Alice's Bakery"), create_tenant("Mallory & Co")
    return (alice.tenant_id, seeded(alice.tenant_id)), (mallory.tenant_id, seeded(mallory.tenant_id))


def test_every_table_is_tenant_owned_or_named_here():
    assert {table.name for table in Base.metadata.sorted_tables} - {table.name for table in TENANT_TABLES} == set(
        OTHERS
    )


def test_every_table_of_the_database_forces_row_level_security(stores):
    with system_session() as session:
        rows = session.execute(
            text(
                "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
            )
        ).all()
    assert {name for name, forced in rows if not forced} == {"alembic_version"}


@pytest.mark.parametrize("table", TENANT_TABLES, ids=lambda table: table.name)
class TestEachTable:
    def test_without_a_tenant_there_are_no_rows(self, two, table: Table):
        nobody = uuid.uuid4()
        with tenant_session(nobody) as session:
            session.execute(text("SELECT set_config('app.tenant_id', '', true)"))
            assert session.scalar(select(func.count()).select_from(table)) == 0

    def test_a_tenant_sees_only_its_own(self, two, table: Table):
        (alice, _), _ = two
        with tenant_session(alice) as session:
            assert set(session.scalars(select(table.c.tenant_id))) == {alice}

    def test_another_tenants_rows_cannot_be_changed_or_deleted(self, two, table: Table):
        (alice, _), (mallory, _) = two
        with tenant_session(mallory) as session:
            changed = session.execute(update(table).where(table.c.tenant_id == alice).values(tenant_id=alice))
            gone = session.execute(delete(table).where(table.c.tenant_id == alice))
            assert (changed.rowcount, gone.rowcount) == (0, 0)

    def test_a_row_cannot_be_given_to_another_tenant(self, two, table: Table):
        (alice, _), (mallory, _) = two
        with pytest.raises((ProgrammingError, IntegrityError)), tenant_session(mallory) as session:
            session.execute(update(table).values(tenant_id=alice))

    def test_a_row_cannot_be_inserted_for_another_tenant(self, two, table: Table):
        (alice, _), (mallory, _) = two
        with tenant_session(mallory) as session:
            own = session.execute(select(table)).mappings().first()
        assert own is not None
        generated = {column.name for column in table.columns if column.computed is not None}
        values = {name: value for name, value in own.items() if name not in generated} | {"tenant_id": alice}
        with pytest.raises(ProgrammingError, match="row-level security"), tenant_session(mallory) as session:
            session.execute(insert(table).values(values))


REFERENCES = [
    (table, key)
    for table in TENANT_TABLES
    for key in sorted(table.foreign_key_constraints, key=lambda key: str(key.name))
    if len(key.columns) == 2 and key.referred_table.name != "tenant"
]


@pytest.mark.parametrize(("table", "key"), REFERENCES, ids=lambda value: getattr(value, "name", None))
def test_a_foreign_key_cannot_reach_into_another_tenant(two, table: Table, key):
    (_, of_alice), (mallory, _) = two
    column = next(column for column in key.columns if column.name != "tenant_id")
    with pytest.raises(DBAPIError), tenant_session(mallory) as session:
        session.execute(update(table).values({column.name: of_alice[key.referred_table.name]}))


def test_the_system_door_reads_its_short_list_and_writes_nothing(two):
    (_, _), _ = two
    for statement in (
        "SELECT body FROM message",
        "SELECT reply FROM turn",
        "SELECT sealed_credential FROM connection",
        "SELECT external_id FROM message",
        "SELECT payload FROM webhook_event",
        "SELECT url FROM knowledge_source",
        "SELECT id FROM knowledge_document",
        "SELECT piece FROM knowledge_upload",
        "SELECT work_id FROM acceptance_correction",
        "SELECT name FROM tenant",
        "SELECT email FROM lead",
        "SELECT answer FROM knowledge_entry",
        "SELECT sentences FROM kept_answer",
        "SELECT amount_micro FROM model_hold",
        "SELECT generation FROM purse",
        "UPDATE purse SET generation = 0",
        "SELECT text FROM intent_example",
        "SELECT data FROM intent_model",
        "UPDATE turn SET reply = 'x'",
        "DELETE FROM tenant",
        "INSERT INTO usage DEFAULT VALUES",
        "DELETE FROM webhook_event",
        "UPDATE tenant SET plan_id = 'default'",
        "INSERT INTO tenant_limit DEFAULT VALUES",
        "SELECT * FROM search_entries('q', 5)",
        "SELECT * FROM search_chunks('q', 'en', NULL, NULL, NULL, 5)",
        "SELECT text FROM knowledge_chunk",
        "SELECT body FROM knowledge_vector",
        "SELECT heading_mean FROM knowledge_space",
        "SELECT mark FROM embedding_due",
        "UPDATE embedding_due SET waits_for = 'x'",
        "SELECT said FROM asked_vector",
        "SELECT question FROM golden_question",
        "SELECT results FROM golden_run",
        "SELECT lexeme FROM knowledge_term",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), system_session() as session:
            session.execute(text(statement))
    with system_session() as session:
        assert session.scalar(text("SELECT count(id) FROM turn")) >= 2


def test_a_tenant_reads_plans_and_changes_none(two):
    (alice, _), _ = two
    with tenant_session(alice) as session:
        assert "default" in session.scalars(text("SELECT id FROM plan")).all()
    for statement in (
        "UPDATE plan SET weight = 1000",
        "INSERT INTO plan (id) VALUES ('free')",
        "DELETE FROM plan",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), tenant_session(alice) as session:
            session.execute(text(statement))


def test_search_filters_on_the_sessions_tenant_not_on_an_argument(two):
    (_, ids), (mallory, _) = two
    with tenant_session(mallory) as session:
        found = session.execute(text("SELECT entry_id FROM search_entries('q', 50)")).scalars().all()
    assert ids["entry"] not in found
    with tenant_session(uuid.uuid4()) as session:
        session.execute(text("SELECT set_config('app.tenant_id', '', true)"))
        assert session.execute(text("SELECT entry_id FROM search_entries('q', 50)")).all() == []


def test_a_tenant_is_forgotten_when_the_transaction_ends(alice):
    with tenant_session(alice.tenant_id):
        pass
    from models.database import engine

    with engine().connect() as connection:
        assert connection.scalar(text("SELECT coalesce(current_setting('app.tenant_id', true), '')")) == ""
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("SELECT count(*) FROM turn"))

"""Statements that travel together: what was asked is answered, in order, in one transaction, whatever a visitor wrote."""
# ruff: noqa: PT012  # what is refused is a whole transaction

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.base import now
from models.connection import api_connection_id
from models.conversation import Conversation, ask_row, ensure_conversation
from models.database import engine, tenant_session
from models.message import Author, Message, add_message, belongs_to, history
from models.tenant import NewTenant, TenantConfiguration, ask_configuration, configuration
from models.trip import Query, ask, given, tell
from models.turn import Delivery, TurnState, claim, open_turn

HOSTILE = [
    "'; DROP TABLE message; --",
    "\\'; SELECT 1; --",
    "%(turn)s %s %% {role}",
    "$$ $tag$ ;COMMIT;",
    "é 🥐 \u202e \x01 \n\r\t",
    "\\x41 \\u0041 E'\\''",
]


@contextmanager
def round_trips(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is sent to Postgres meanwhile."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def noted(self, query, *given, **more):
        sent.append(query.decode() if isinstance(query, bytes) else str(query))
        return execute(self, query, *given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noted)
        yield sent


def conversation_of(session, tenant: NewTenant, name: str = "c") -> Conversation:
    connection = api_connection_id(tenant.tenant_id)
    return ensure_conversation(session, tenant.tenant_id, uuid.uuid5(tenant.tenant_id, name), connection, name)


def message_in(conversation: Conversation, body: str) -> Message:
    return Message(
        tenant_id=conversation.tenant_id,
        conversation_id=conversation.id,
        connection_id=conversation.connection_id,
        external_id=uuid.uuid4().hex,
        author=Author.VISITOR,
        body=body,
        sent_at=now(),
        accepted_at=now(),
    )


def turn_in(session, conversation: Conversation):
    return open_turn(
        session, conversation, turn_id=uuid.uuid4(), at=now(), wait=now() - now(), channel=False, stream=False
    )


def bodies(tenant: NewTenant) -> list[str]:
    with tenant_session(tenant.tenant_id) as session:
        return list(session.scalars(select(Message.body)))


def test_a_transaction_that_asks_at_once_and_writes_takes_two_round_trips(alice, monkeypatch):
    with tenant_session(alice.tenant_id) as session:
        conversation = conversation_of(session, alice)
        turn = turn_in(session, conversation)
    with round_trips(monkeypatch) as sent, tenant_session(alice.tenant_id) as session:
        ask_configuration(session)
        claim(session, turn.id, Delivery("m", 1), (TurnState.RECEIVED,), now() - now())
        configuration(session)
    first, last = sent
    assert first.startswith("BEGIN;SELECT set_config")
    assert first.index("FOR UPDATE") < first.index("FROM tenant")  # the lock goes first, though it was asked second
    assert last.startswith("UPDATE turn")
    assert last.endswith(";COMMIT")


def test_what_only_tells_takes_one(alice, monkeypatch):
    with round_trips(monkeypatch) as sent, tenant_session(alice.tenant_id) as session:
        tell(session, Query(select(TenantConfiguration.language)), {})
    assert len(sent) == 1


def test_a_transaction_that_asks_nothing_takes_none(alice, monkeypatch):
    with round_trips(monkeypatch) as sent, tenant_session(alice.tenant_id):
        pass
    assert sent == []


@pytest.mark.parametrize("words", HOSTILE)
def test_whatever_a_visitor_wrote_is_stored_as_it_is(alice, words: str):
    with tenant_session(alice.tenant_id) as session:
        conversation = conversation_of(session, alice, words)
        conversation.customer = {"name": words}
        add_message(session, message_in(conversation, words))
    assert bodies(alice) == [words]
    with tenant_session(alice.tenant_id) as session:
        found = conversation_of(session, alice, words)
        assert (found.external_id, found.customer) == (words, {"name": words})


def test_a_nul_is_refused_and_nothing_is_written(alice):
    with pytest.raises(DBAPIError), tenant_session(alice.tenant_id) as session:
        conversation = conversation_of(session, alice)
        add_message(session, message_in(conversation, "before"))
        add_message(session, message_in(conversation, "\x00"))
    assert bodies(alice) == []


def test_an_exception_sends_nothing_that_waited(alice):
    with pytest.raises(KeyError), tenant_session(alice.tenant_id) as session:
        conversation = conversation_of(session, alice)
        add_message(session, message_in(conversation, "said"))
        raise KeyError
    assert bodies(alice) == []


def test_a_statement_of_sqlalchemys_own_does_not_overtake(alice):
    with tenant_session(alice.tenant_id) as session:
        conversation = conversation_of(session, alice)
        add_message(session, message_in(conversation, "said"))
        assert session.scalars(select(Message.body)).all() == ["said"]
        assert session.scalar(text("SELECT current_user")) == "frontdesk_app"


def test_new_objects_are_written_before_what_names_them(alice):
    with tenant_session(alice.tenant_id) as session:
        conversation = conversation_of(session, alice)
        message = message_in(conversation, "said")
        assert add_message(session, message).get()
        turn = turn_in(session, conversation)
        belongs_to(session, message.id, turn.id)
    with tenant_session(alice.tenant_id) as session:
        assert session.scalars(select(Message.turn_id)).one() == turn.id


def test_a_broken_rule_of_the_database_is_sqlalchemys_error_and_undoes_everything(alice):
    with pytest.raises(IntegrityError) as refused, tenant_session(alice.tenant_id) as session:
        conversation = conversation_of(session, alice)
        message = message_in(conversation, "a secret")
        add_message(session, message)
        belongs_to(session, message.id, uuid.uuid4())  # there is no such turn
    assert "a secret" not in str(refused.value)
    assert bodies(alice) == []


def test_only_what_changed_is_written(alice, monkeypatch):
    with tenant_session(alice.tenant_id) as session:
        conversation_of(session, alice)
    with round_trips(monkeypatch) as sent, tenant_session(alice.tenant_id) as session:
        conversation = conversation_of(session, alice)
        conversation.abstentions, conversation.owner = 2, conversation.owner
    assert "SET abstentions=2::INTEGER WHERE" in sent[-1]


def test_what_is_read_is_the_sessions_own_object(alice):
    with tenant_session(alice.tenant_id) as session:
        conversation = conversation_of(session, alice)
        assert session.get(Conversation, (alice.tenant_id, conversation.id)) is conversation
        assert ask_row(session, conversation.id).get() is conversation


def test_another_tenants_rows_are_not_there(alice, mallory):
    with tenant_session(alice.tenant_id) as session:
        conversation = conversation_of(session, alice)
        add_message(session, message_in(conversation, "said"))
    with tenant_session(mallory.tenant_id) as session:
        assert ask_row(session, conversation.id).get() is None
        assert history(session, conversation.id, before=now(), limit=10) == []


def test_a_door_refuses_a_tenant_that_is_no_uuid(alice):
    with pytest.raises(AttributeError), tenant_session("' OR true; --"):
        pass


def test_an_answer_may_be_read_after_the_transaction(alice):
    with tenant_session(alice.tenant_id) as session:
        asked = ask(session, Query(select(TenantConfiguration.language)), {}, lambda rows: rows[0][0])
    assert asked.get() == "en"


def test_an_answer_of_a_failed_trip_is_an_error(alice):
    with pytest.raises(DBAPIError), tenant_session(alice.tenant_id) as session:
        asked = ask(session, Query(select(Message.body).where(Message.id == given("id"))), {"id": "none"}, len)
        asked.get()
    with pytest.raises(RuntimeError):
        asked.get()


def test_a_connection_that_was_lost_is_told_and_the_next_transaction_works(alice):
    from config.errors import StoreUnavailable

    with pytest.raises(StoreUnavailable), tenant_session(alice.tenant_id) as session:
        session.execute(text("SELECT 1"))
        session.connection().connection.driver_connection.pgconn.finish()
        configuration(session)
    with tenant_session(alice.tenant_id) as session:
        assert configuration(session)[0].name == "Alice's Bakery"


def test_nothing_of_a_transaction_stays_with_its_connection(alice):
    for _ in range(3):
        with pytest.raises(KeyError), tenant_session(alice.tenant_id) as session:
            configuration(session)
            raise KeyError
    with engine().connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == "frontdesk"
        assert "trip" not in connection.info

"""ACCEPT=durable: a Redis that loses everything loses nothing that was accepted, and nothing is said twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from clients.queue import Dead, Done
from models.base import now
from models.conversation import Owner
from models.database import tenant_session
from models.jobs import MessageKind
from models.message import Message
from models.turn import Delivery, TurnState
from models.webhook_event import WebhookEvent
from tests.workers.accepting import accepted
from tests.workers.line import Line, Visitor, api_visitor
from workers.broker import queue
from workers.reaccept import reaccept
from workers.receive import receive


@pytest.fixture
def visitor(bakery) -> Visitor:
    return api_visitor(bakery)


def lose_redis() -> None:
    queue()._redis.flushall()


def events(visitor: Visitor) -> list[WebhookEvent]:
    with tenant_session(visitor.tenant.tenant_id) as session:
        return list(session.scalars(select(WebhookEvent)))


def age(visitor: Visitor, seconds: float = 16) -> None:
    with tenant_session(visitor.tenant.tenant_id) as session:
        session.execute(update(WebhookEvent).values(accepted_at=now() - timedelta(seconds=seconds)))


def visitor_messages(visitor: Visitor) -> int:
    with tenant_session(visitor.tenant.tenant_id) as session:
        return session.scalar(select(func.count()).where(Message.author == "visitor")) or 0


def test_accepted_then_redis_lost_everything_the_reply_is_said_once(line: Line, visitor: Visitor):
    job = visitor.message("What are your opening hours?")
    assert accepted(job, durable=True) == "accepted"
    lose_redis()
    assert line.run_all() == []
    age(visitor)
    assert reaccept() == 1
    line.run_all()
    (turn,) = visitor.turns()
    assert (str(turn.id), turn.state) == (job.turn_id, TurnState.DELIVERED)
    assert events(visitor) == []
    assert reaccept() == 0
    assert [kind for kind, _ in visitor.events(job.turn_id)].count("done") == 1
    assert visitor_messages(visitor) == 1


def test_what_redis_lost_after_it_was_recorded_is_not_said_again(line: Line, visitor: Visitor):
    job = visitor.message("What are your opening hours?")
    accepted(job, durable=True)
    line.run_all()
    lose_redis()
    assert (events(visitor), reaccept()) == ([], 0)
    assert line.run_all() == []
    assert [turn.state for turn in visitor.turns()] == [TurnState.DELIVERED]


def test_what_is_on_its_way_is_left_alone(line: Line, visitor: Visitor):
    accepted(visitor.message("one"), durable=True)
    accepted(visitor.message("two"), durable=True)
    age(visitor)
    running = line.fetch("receive")
    assert reaccept() == 0
    line.run(running)
    line.run_all("receive")
    assert visitor_messages(visitor) == 2


def test_a_young_one_is_not_looked_at(line: Line, visitor: Visitor):
    accepted(visitor.message("one"), durable=True)
    lose_redis()
    assert reaccept() == 0


def test_second_run_changes_nothing(line: Line, visitor: Visitor):
    accepted(visitor.message("What are your opening hours?"), durable=True)
    lose_redis()
    age(visitor)
    assert (reaccept(), reaccept()) == (1, 0)
    line.run_all()
    assert len(visitor.turns()) == 1


def test_one_that_a_worker_of_the_release_before_recorded_is_found_by_its_row(line: Line, visitor: Visitor):
    """It does not know of events and leaves them."""
    job = visitor.message("What are your opening hours?")
    accepted(job, durable=True)
    entry = line.fetch("receive")
    receive(job, Delivery(entry.message_id, 1))  # as read by it: without `durable`
    queue().settle(line.process, entry, Done(), call=line.call())
    line.run_all()
    queue()._redis.delete(f"{{fd1}}:m:{visitor.tenant_id}:{entry.message_id}")  # the mark has expired
    age(visitor)
    assert reaccept() == 1
    line.run_all()
    assert events(visitor) == []
    assert [turn.state for turn in visitor.turns()] == [TurnState.DELIVERED]
    assert visitor_messages(visitor) == 1


def test_a_dead_letter_stays_one(line: Line, visitor: Visitor):
    accepted(visitor.message("Hello"), durable=True)
    queue().settle(line.process, line.fetch("receive"), Dead("KeyError"), call=line.call())
    age(visitor)
    assert reaccept() == 0


def test_a_persons_sign_survives_too(line: Line, visitor: Visitor):
    receive(visitor.message("Hello", api=False), Delivery("m", 1))
    sign = visitor.message("I take this", api=False, kind=MessageKind.HUMAN)
    accepted(sign, durable=True, sign="message")
    lose_redis()
    age(visitor)
    reaccept()
    line.run_all("receive")
    assert visitor.conversation().owner == Owner.HUMAN
    assert events(visitor) == []


@pytest.mark.parametrize("refused", ["duplicate", "conflict", "full", "limited"])
def test_what_was_refused_leaves_nothing_behind(line: Line, visitor: Visitor, refused: str):
    first = {"dedupe": ("name",), "fingerprint": "aa"}
    accepted(visitor.message("one"), durable=True, **first)
    more = {
        "duplicate": first,
        "conflict": {**first, "fingerprint": "bb"},
        "full": {"lane_limit": 0},
        "limited": {"token": "refuse"},
    }[refused]
    if refused == "limited":
        queue()._redis.hset(f"{{fd1}}:cfg:{visitor.tenant_id}", mapping={"rate": 0, "burst": 1})
        accepted(visitor.message("takes the only token"), durable=True, token="refuse")
    before = len(events(visitor))
    assert accepted(visitor.message("two"), durable=True, **more) == refused
    assert len(events(visitor)) == before


def test_many_are_put_back_in_the_order_they_came(line: Line, visitor: Visitor, monkeypatch):
    import models.webhook_event as of_events
    import workers.reaccept as of_clock

    monkeypatch.setattr(of_events, "AT_ONCE", 2)
    monkeypatch.setattr(of_clock, "AT_ONCE", 2)
    texts = [f"message {number}" for number in range(5)]
    for text in texts:
        accepted(visitor.message(text, api=False), durable=True)
    with tenant_session(visitor.tenant.tenant_id) as session:
        session.execute(update(WebhookEvent).values(accepted_at=WebhookEvent.accepted_at - timedelta(seconds=16)))
    lose_redis()
    assert reaccept() == 5
    line.run_all("receive")
    with tenant_session(visitor.tenant.tenant_id) as session:
        rows = session.scalars(select(Message.body).order_by(Message.created_at)).all()
    assert rows == texts


def test_one_that_cannot_be_read_does_not_stop_the_others(line: Line, visitor: Visitor):
    for words in ("one", "two"):
        accepted(visitor.message(words), durable=True)
    with tenant_session(visitor.tenant.tenant_id) as session:
        first = session.scalars(select(WebhookEvent).order_by(WebhookEvent.accepted_at)).first()
        assert first is not None
        session.execute(update(WebhookEvent).where(WebhookEvent.id == first.id).values(payload={}))
    lose_redis()
    age(visitor)
    assert reaccept() == 1

"""The clock's work: lost jobs are sent again, overdue turns go to a person, lost webhooks are found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from clients.queue import Released
from models.base import now
from models.connection import Connection
from models.conversation import Owner
from models.database import system_session, tenant_session
from models.jobs import ReconcileConnection
from models.message import Message
from models.tick import Tick, claim_tick, finish_tick, last_finished
from models.turn import Turn, TurnState
from models.webhook_event import WebhookEvent
from tests.doubles.papercups.handle import PapercupsDouble
from tests.workers.line import Line, Visitor, api_visitor, papercups_visitor
from tests.workers.test_deliver import QUESTION, Desk
from workers.broker import queue
from workers.clock import TASKS, Stores, Task, _tick
from workers.reaccept import reaccept
from workers.read_back import BEFORE_CONNECTING
from workers.sweep import sweep


@pytest.fixture
def visitor(bakery) -> Visitor:
    return api_visitor(bakery)


def age(visitor: Visitor, seconds: float, **more: object) -> None:
    """As if nobody had touched the visitor's turns for so long."""
    at = now() - timedelta(seconds=seconds)
    with tenant_session(visitor.tenant.tenant_id) as session:
        session.execute(update(Turn).values(updated_at=at, due_at=at, oldest_at=at, **more))


def lose_jobs(line: Line, *queues: str) -> None:
    """As if the jobs had never been sent."""
    queue()._redis.flushdb()


@pytest.mark.parametrize("stop_after", [("receive",), ("receive", "turn")])
def test_a_turn_whose_job_was_lost_is_answered_all_the_same(line: Line, visitor: Visitor, stop_after):
    visitor.say("What are your opening hours?")
    for name in stop_after:
        line.run_all(name)
    lose_jobs(line)
    age(visitor, 30)
    sweep(None)
    line.run_all()
    assert [turn.state for turn in visitor.turns()] == [TurnState.DELIVERED]


def test_a_turn_that_is_being_worked_on_is_left_alone(line: Line, visitor: Visitor):
    visitor.say("What are your opening hours?")
    line.run_all("receive")
    lose_jobs(line)
    age(visitor, 30, claim_message="m", claim_delivery=1, claim_until=now() + timedelta(seconds=30))
    sweep(None)
    line.run_all()
    assert [turn.state for turn in visitor.turns()] == [TurnState.RECEIVED]


def test_an_overdue_turn_is_handed_to_a_person(line: Line, visitor: Visitor):
    visitor.say("What are your opening hours?")
    line.run_all("receive")
    lose_jobs(line)
    age(visitor, 601)
    sweep(None)
    (turn,) = visitor.turns()
    assert (turn.state, turn.reason) == (TurnState.HANDED_OVER, "overdue")
    assert visitor.conversation().owner == Owner.HUMAN


def test_what_an_overdue_turn_has_released_is_stored_as_its_reply(line: Line, visitor: Visitor):
    """Its worker died while it spoke, its job was lost, and nobody came to finish it."""
    visitor.say("What are your opening hours?", stream=True)
    line.run_all("receive", "turn")
    (turn,) = visitor.turns()
    said = {"number": 1, "kind": "sentence", "data": {"text": "We open at nine. "}, "epoch": turn.epoch, "fence": 5}
    queue().release(visitor.tenant_id, str(turn.conversation_id), str(turn.id), **said)
    age(visitor, 601, state=TurnState.SENDING)
    sweep(None)
    (turn,) = visitor.turns()
    assert (turn.state, turn.reason, turn.reply) == (TurnState.DELIVERED, "interrupted", "We open at nine.")
    assert visitor.events(str(turn.id))[-1][0] == "stopped"
    late = said | {"number": 2, "data": {"text": "And close at five."}}
    assert queue().release(visitor.tenant_id, str(turn.conversation_id), str(turn.id), **late) is Released.ENDED


def test_after_a_black_out_turns_get_two_more_minutes(line: Line, visitor: Visitor):
    visitor.say("What are your opening hours?")
    line.run_all("receive")
    lose_jobs(line)
    age(visitor, 601)
    sweep(now() - timedelta(seconds=60))
    line.run_all()
    assert [turn.state for turn in visitor.turns()] == [TurnState.DELIVERED]


def test_an_unsent_part_is_sent_when_its_job_was_lost(line: Line, papercups: PapercupsDouble):
    desk = Desk(papercups)
    desk.receive()
    line.run_all("receive")
    line.run_all("turn")
    line.run_all("answer")
    lose_jobs(line)
    age(desk.visitor, 30)
    with tenant_session(desk.tenant.tenant_id) as session:
        from models.outbound import Outbound

        session.execute(update(Outbound).values(updated_at=now() - timedelta(seconds=30)))
    sweep(None)
    line.run_all()
    assert len(desk.replies()) == 1


class TestReconcile:
    def reconcile(self, line: Line, desk: Desk) -> None:
        visitor = desk.visitor
        queue().enqueue(ReconcileConnection(tenant_id=visitor.tenant_id, connection_id=str(visitor.connection_id)))
        line.run_all()

    def authors(self, desk: Desk) -> list[str]:
        with tenant_session(desk.tenant.tenant_id) as session:
            return sorted(session.scalars(select(Message.author)))

    def test_each_connection_has_its_own_second_of_the_minute(self, line: Line, papercups: PapercupsDouble):
        desks = [Desk(papercups) for _ in range(8)]
        tasks = {task.name: task for task in TASKS}
        tasks["reconcile"].run(Stores())
        tasks["reconcile"].run(Stores())  # one round at a time
        waiting = queue().depth("reconcile")
        assert [waiting[desk.visitor.tenant_id] for desk in desks] == [1] * 8
        line.run_all(patience_s=0.2)
        assert queue().depth("reconcile")  # not all are due at once

    def test_a_webhook_that_never_came_is_found_and_answered_once(self, line: Line, papercups: PapercupsDouble):
        desk = Desk(papercups)  # the customer wrote; nothing told us
        self.reconcile(line, desk)
        assert len(desk.replies()) == 1
        self.reconcile(line, desk)
        assert len(desk.replies()) == 1

    def test_what_was_found_is_not_lost_with_redis_though_the_next_round_begins_after_it(
        self, line: Line, papercups: PapercupsDouble
    ):
        desk = Desk(papercups)
        papercups.say(conversation_id=desk.visitor.session, body="Behind the house!", **{"as": "human"})
        names = {"tenant_id": desk.visitor.tenant_id, "connection_id": str(desk.visitor.connection_id)}
        queue().enqueue(ReconcileConnection(**names))
        line.run_all("reconcile")
        with tenant_session(desk.tenant.tenant_id) as session:
            session.execute(update(Connection).values(reconciled_until=now() + timedelta(hours=1)))
            earlier = WebhookEvent.accepted_at - timedelta(seconds=16)
            session.execute(update(WebhookEvent).values(accepted_at=earlier))
        queue()._redis.flushall()
        self.reconcile(line, desk)
        assert self.authors(desk) == []
        assert reaccept() == 3  # what both wrote, and who took it
        line.run_all()
        assert self.authors(desk) == ["human", "visitor"]
        assert desk.visitor.conversation().owner == Owner.HUMAN
        assert (desk.replies(), reaccept()) == ([], 0)

    def test_a_message_that_a_person_has_answered_is_only_noted(self, line: Line, papercups: PapercupsDouble):
        desk = Desk(papercups)
        papercups.say(conversation_id=desk.visitor.session, body="Behind the house!", **{"as": "human"})
        self.reconcile(line, desk)
        assert desk.replies() == []
        assert desk.visitor.conversation().owner == Owner.HUMAN

    def test_an_old_message_is_for_a_person(self, line: Line, papercups: PapercupsDouble):
        desk = Desk(papercups)
        job = desk.visitor.message(
            QUESTION,
            api=False,
            external_id=desk.said["message"]["id"],
            found_late=True,
            sent_at=(now() - timedelta(minutes=16)).isoformat(),
        )
        queue().enqueue(job)
        line.run_all()
        assert [(turn.state, turn.reason) for turn in desk.visitor.turns()] == [("handed_over", "found_late")]
        assert (desk.replies(), len(desk.notes())) == ([], 1)

    def test_a_new_assignee_whose_webhook_was_lost_owns_the_conversation(self, line: Line, papercups: PapercupsDouble):
        desk = Desk(papercups)
        desk.receive()
        line.run_all()
        papercups.assign(desk.visitor.session, desk.account["human_user_id"])
        self.reconcile(line, desk)
        assert desk.visitor.conversation().owner == Owner.HUMAN

    def test_history_from_before_connecting_is_not_answered(self, line: Line, papercups: PapercupsDouble):
        desk = Desk(papercups)
        with tenant_session(desk.tenant.tenant_id) as session:
            from models.connection import Connection

            later = now() + BEFORE_CONNECTING + timedelta(minutes=1)
            session.execute(update(Connection).values(created_at=later))
        self.reconcile(line, desk)
        assert desk.visitor.turns() == []

    def test_a_channel_that_refuses_its_key_is_recorded_and_left(self, line: Line, papercups: PapercupsDouble):
        desk = Desk(papercups)
        papercups.reset()
        self.reconcile(line, desk)
        assert ("connection.reconcile", "done") in line.ran
        assert papercups_visitor(desk.tenant, "x").turns() == []


class TestTicks:
    def test_one_clock_gets_each_tick(self, stores):
        due = datetime(2026, 1, 1, tzinfo=UTC)
        with system_session() as session:
            assert claim_tick(session, "t-one", due)
        with system_session() as session:
            assert not claim_tick(session, "t-one", due)

    def test_the_end_is_noted_and_older_ticks_are_forgotten(self, stores):
        first, second = (datetime(2026, 1, 1, 0, minute, tzinfo=UTC) for minute in (0, 1))
        for due in (first, second):
            with system_session() as session:
                claim_tick(session, "t-two", due)
            with system_session() as session:
                finish_tick(session, "t-two", due, due)
        with system_session() as session:
            assert last_finished(session)["t-two"] == second
            assert session.get(Tick, ("t-two", first)) is None

    def test_a_missed_tick_runs_once_late(self, stores):
        runs: list[int] = []
        task = Task("t-three", 10**9, lambda _: runs.append(1))  # its next is due in 2033: none falls into this test
        for _ in range(3):
            _tick(task, Stores())
        assert runs == [1]

    def test_a_failing_task_does_not_end_the_clock(self, stores):
        def fail(_: Stores) -> None:
            raise ValueError("boom")

        _tick(Task("t-four", 3600, fail), Stores())

"""The clock's look at the promises: what was accepted has its row, turns end, dead letters are counted."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from structlog.testing import capture_logs

from clients.queue import AsyncQueue, Dead, connect_async
from clients.queue.measured import noted
from config.settings import settings
from models.acceptance import AcceptanceCorrection, note_erased
from models.administration import delete_with_grace
from models.base import now
from models.conversation import erase_conversations
from models.database import tenant_session
from models.jobs import MessageKind
from models.message import Message
from models.turn import Delivery, Turn
from tests.workers.accepting import accepted
from tests.workers.line import Line, Visitor, api_visitor
from workers.broker import queue
from workers.receive import receive
from workers.watch import watch_acceptances, watch_dead_letters, watch_turns


@pytest.fixture
def visitor(bakery) -> Visitor:
    return api_visitor(bakery)


def shown() -> dict[str, float]:
    async def ask() -> dict[str, float]:
        front = AsyncQueue(connect_async(settings().redis_url, max_connections=1))
        try:
            return await noted(front)
        finally:
            await front.close()

    return asyncio.run(ask())


def lose_rows(visitor: Visitor) -> None:
    """What must never happen."""
    with tenant_session(visitor.tenant.tenant_id) as session:
        session.execute(delete(Message))


class TestAcceptances:
    def test_what_is_recorded_or_on_its_way_is_not_missing(self, line: Line, visitor: Visitor):
        for text in ("one", "two", "three"):
            assert accepted(visitor.message(text)) == "accepted"
        assert watch_acceptances() == 0
        line.run(line.fetch("receive"))
        assert watch_acceptances() == 0
        line.run_all("receive")
        assert watch_acceptances() == 0
        assert shown()["messages_accepted_unrecorded"] == 0

    def test_a_message_that_was_lost_is_missed_and_its_tenant_named(self, line: Line, visitor: Visitor, mallory):
        for text in ("one", "two"):
            accepted(visitor.message(text))
        accepted(api_visitor(mallory).message("hers"))
        line.run_all("receive")
        lose_rows(visitor)
        with capture_logs() as logs:
            assert watch_acceptances() == 2
        (violation,) = [each for each in logs if each["event"] == "invariant.violated"]
        assert (violation["invariant"], violation["messages"]) == ("G2", 2)
        assert violation["tenant_id"] == visitor.tenant_id
        assert shown()["messages_accepted_unrecorded"] == 2

    def test_a_dead_letter_is_missing_until_it_is_tried_again(self, line: Line, visitor: Visitor):
        accepted(visitor.message("Hello"))
        entry = line.fetch("receive")
        queue().settle(line.process, entry, Dead("KeyError"), call=line.call())
        assert watch_acceptances() == 1
        queue().retry_dead(visitor.tenant_id, entry.message_id)
        line.run_all("receive")
        assert watch_acceptances() == 0

    def test_a_message_found_by_reconciliation_makes_up_for_none_that_was_lost(self, line: Line, visitor: Visitor):
        accepted(visitor.message("lost"))
        line.run_all("receive")
        lose_rows(visitor)
        receive(visitor.message("found", api=False, found_late=True), Delivery("f", 1))
        assert watch_acceptances() == 1

    def test_a_repeat_that_finds_its_row_counts_as_recorded(self, line: Line, visitor: Visitor):
        first = visitor.message("Hello", api=False, external_id="7")
        again = visitor.message("Hello", api=False, external_id="7")
        for job in (first, again):  # the marks that would have known it have expired
            accepted(job)
        line.run_all("receive")
        assert watch_acceptances() == 0
        lose_rows(visitor)
        assert watch_acceptances() == 1

    def test_a_message_that_was_found_before_its_webhook_came_counts_as_recorded(self, line: Line, visitor: Visitor):
        receive(visitor.message("Hello", api=False, external_id="7", found_late=True), Delivery("f", 1))
        accepted(visitor.message("Hello", api=False, external_id="7"))
        line.run_all("receive")
        assert watch_acceptances() == 0

    def test_second_run_changes_nothing(self, line: Line, visitor: Visitor):
        found = visitor.message("Hello", api=False, external_id="7", found_late=True)
        webhook = visitor.message("Hello", api=False, external_id="7")
        for number, job in enumerate((found, found, webhook, webhook), 1):
            receive(job, Delivery(f"m-{job.found_late}", number))
        with tenant_session(visitor.tenant.tenant_id) as session:
            assert sorted(session.scalars(select(AcceptanceCorrection.messages))) == [-1, 1]

    def test_an_erased_visitor_is_not_missed(self, line: Line, visitor: Visitor):
        for text in ("one", "two"):
            accepted(visitor.message(text))
        receive(visitor.message("found", found_late=True), Delivery("f", 1))
        line.run_all("receive")
        with tenant_session(visitor.tenant.tenant_id) as session:
            note_erased(session, [visitor.conversation_id])
            erase_conversations(session, [visitor.conversation_id])
        assert watch_acceptances() == 0

    def test_a_tenant_that_is_being_forgotten_is_not_missed(self, line: Line, visitor: Visitor):
        accepted(visitor.message("Hello"))
        line.run_all("receive")
        lose_rows(visitor)
        delete_with_grace(visitor.tenant.tenant_id, timedelta(0))
        assert watch_acceptances() == 0

    def test_signs_and_another_systems_history_are_not_counted(self, line: Line, visitor: Visitor):
        accepted(visitor.message("a person", api=False, kind=MessageKind.HUMAN), sign="message")
        accepted(visitor.message("Hello"))
        line.run_all("receive")
        with tenant_session(visitor.tenant.tenant_id) as session:
            session.execute(update(Message).values(turn_id=None))  # as an import stores them
        assert watch_acceptances() == 1

    def test_yesterdays_are_still_compared(self, line: Line, visitor: Visitor):
        yesterday = (now() - timedelta(days=1)).date()
        day = yesterday.toordinal() - 719163
        queue()._redis.hset(f"{{fd1}}:acc:{day}", visitor.tenant_id, 3)
        assert watch_acceptances() == 3
        queue()._redis.rename(f"{{fd1}}:acc:{day}", f"{{fd1}}:acc:{day - 1}")
        assert watch_acceptances() == 0


class TestTurns:
    def age(self, visitor: Visitor, seconds: float, **more: Any) -> None:
        with tenant_session(visitor.tenant.tenant_id) as session:
            session.execute(update(Turn).values(oldest_at=now() - timedelta(seconds=seconds), **more))

    def test_a_turn_within_its_limit_is_no_breach(self, line: Line, visitor: Visitor):
        receive(visitor.message("Hello"), Delivery("m", 1))
        self.age(visitor, 650)
        assert watch_turns(None) == 0

    def test_a_turn_that_is_tried_for_ever_is_one_even_while_somebody_holds_it(self, line: Line, visitor: Visitor):
        receive(visitor.message("Hello"), Delivery("m", 1))
        self.age(visitor, 661, claim_until=now() + timedelta(minutes=1), updated_at=now())
        with capture_logs() as logs:
            assert watch_turns(None) == 1
        (violation,) = [each for each in logs if each["event"] == "invariant.violated"]
        assert (violation["invariant"], violation["tenant_id"]) == ("G3", visitor.tenant_id)
        assert shown()["turns_unended"] == 1

    def test_after_a_black_out_turns_get_their_time(self, line: Line, visitor: Visitor):
        receive(visitor.message("Hello"), Delivery("m", 1))
        self.age(visitor, 3600)
        assert watch_turns(now() - timedelta(seconds=170)) == 0
        assert watch_turns(now() - timedelta(seconds=190)) == 1


def test_dead_letters_are_counted_by_queue(line: Line, visitor: Visitor, mallory):
    for of in (visitor, api_visitor(mallory)):
        of.say("Hello")
        queue().settle(line.process, line.fetch("receive"), Dead("KeyError"), call=line.call())
    assert watch_dead_letters() == 2
    known = shown()
    assert (known["dead_letters|receive"], known["dead_letters|turn"]) == (2, 0)
    queue().drop_dead(str(mallory.tenant_id), queue().dead_letters(str(mallory.tenant_id))[0].message_id)
    assert watch_dead_letters() == 1

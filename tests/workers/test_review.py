"""What crashes, late news and races may not do: say twice, say after a take-over, lose a message, leave a caller waiting."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from clients.queue import Acceptance, AsyncQueue, Released, connect_async
from config.errors import PermanentError, StoreUnavailable
from config.settings import settings
from models.base import now
from models.conversation import Owner
from models.database import tenant_session
from models.jobs import DeliverTurn, MessageKind, ReceiveMessage
from models.message import Message
from models.outbound import Outbound, OutboundState, Part
from models.turn import Delivery, Turn, TurnState, lock_turn
from models.usage import Usage
from tests.doubles.papercups.handle import PapercupsDouble
from tests.workers.line import Line, Visitor, api_visitor, configure
from tests.workers.test_answer import ScriptedModel
from tests.workers.test_deliver import Desk
from tests.workers.test_sweep import age
from workers import answer, deliver, detect_intent, hand_over, read_back, receive, release, sweep
from workers.broker import queue

ASKS_FOR_A_PERSON = "I want to talk to a human please"


@pytest.fixture
def visitor(bakery) -> Visitor:
    return api_visitor(bakery)


@pytest.fixture
def desk(line: Line, papercups: PapercupsDouble) -> Desk:
    return Desk(papercups)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    scripted = ScriptedModel(["We are open Monday to Friday from 8:00 to 18:00."])
    for stage in (answer, detect_intent):
        monkeypatch.setattr(stage, "language_model", lambda: scripted)
    return scripted


def accepted(job: ReceiveMessage, sign: str | None = None) -> None:
    """As the ingress does it: the script raises the epoch and enqueues."""

    async def accept() -> None:
        front = AsyncQueue(connect_async(settings().redis_url, max_connections=1))
        await front.accept(
            Acceptance(
                job=job, message_id=uuid.uuid4().hex, dedupe=(), dedupe_ttl_s=1, sign=sign, token="none", channel=None
            )
        )
        await front.close()

    asyncio.run(accept())


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def dies(line: Line, queue_name: str, monkeypatch: pytest.MonkeyPatch, *names: tuple[Any, str]) -> None:
    """The worker is killed where it would call one of `names`; its message goes to another."""
    with monkeypatch.context() as patch:
        for module, name in names:
            patch.setattr(module, name, killed)
        entry = line.fetch(queue_name)
        with pytest.raises(KeyboardInterrupt):
            line.run(entry)
    queue().goodbye(line.process)


def usage(visitor: Visitor) -> list[str]:
    with tenant_session(visitor.tenant.tenant_id) as session:
        return sorted(session.scalars(select(Usage.kind)))


def touched_long_ago(visitor: Visitor) -> None:
    age(visitor, 30)
    with tenant_session(visitor.tenant.tenant_id) as session:
        session.execute(update(Outbound).values(updated_at=now() - timedelta(seconds=30)))


class TestSaidOnce:
    def test_what_the_channel_took_is_never_taken_back(self, line: Line, desk: Desk, monkeypatch):
        """Postgres went away after the post; then a person answered: the reply was said, and counts."""
        real, calls = deliver.reclaim, []

        def away_once(*given: Any) -> Any:
            calls.append(given)
            if len(calls) == 1:
                raise StoreUnavailable("Postgres cannot be reached")
            return real(*given)

        desk.receive()
        line.run_all("receive")
        line.run(line.fetch("turn"))
        line.run_all("answer")
        with monkeypatch.context() as patch:
            patch.setattr(deliver, "reclaim", away_once)
            assert line.run(line.fetch("turn")) == "transient"
        assert desk.visitor.parts(desk.turn)[0].posts == 1
        queue().enqueue(desk.visitor.message("Anna here", api=False, kind=MessageKind.HUMAN))
        line.run_all()
        assert len(desk.replies()) == 1
        assert (desk.turn.state, usage(desk.visitor)) == (TurnState.DELIVERED, ["reply"])

    def test_a_reply_whose_end_could_not_be_stored_is_whole_all_the_same(
        self, line: Line, visitor: Visitor, model: ScriptedModel, monkeypatch
    ):
        real, opened = release.tenant_session, []

        @contextmanager
        def away_once(tenant_id: uuid.UUID):
            with real(tenant_id) as session:
                yield session
                opened.append(1)
                if len(opened) == 2:  # the first one begins, the second one records the end
                    raise StoreUnavailable("Postgres cannot be reached")

        monkeypatch.setattr(release, "tenant_session", away_once)
        job = visitor.say("What are your opening hours?")
        line.run_all()
        (turn,) = visitor.turns()
        assert (turn.state, turn.reason) == (TurnState.DELIVERED, None)
        assert [kind for kind, _ in visitor.events(job.turn_id)] == ["sentence", "sources", "done"]
        assert (len(model.asked), usage(visitor)) == (1, ["model_call", "reply"])

    def test_a_begun_stream_of_which_nothing_left_may_still_say_that_we_do_not_know(
        self, line: Line, visitor: Visitor, model: ScriptedModel, monkeypatch
    ):
        from workers.phrases import Phrase, say

        configure(visitor.tenant, abstentions_before_hand_over=1)
        visitor.say("Do you sell car tyres?", stream=True)
        line.run_all("receive")
        line.run_all("turn")
        model.pieces = ["Yes, we bake gluten-free bread every Tuesday [1]."]
        dies(line, "answer", monkeypatch, (type(queue()), "release"))
        assert visitor.turns()[0].state == TurnState.SENDING
        model.pieces = [say(Phrase.DONT_KNOW)]
        line.run_all()
        (turn,) = visitor.turns()
        assert (turn.state, turn.reply) == (TurnState.DELIVERED, say(Phrase.DONT_KNOW))

    def test_a_begun_stream_that_the_model_then_refuses_ends(
        self, line: Line, visitor: Visitor, model: ScriptedModel, monkeypatch
    ):
        job = visitor.say("What are your opening hours?", stream=True)
        line.run_all("receive")
        line.run_all("turn")
        dies(line, "answer", monkeypatch, (type(queue()), "release"))
        model.pieces = [PermanentError("refused")]
        line.run_all()
        (turn,) = visitor.turns()
        assert (turn.state, turn.reason) == (TurnState.FAILED, "model_refused")
        assert (visitor.conversation().owner, visitor.events(job.turn_id)[-1][0]) == (Owner.HUMAN, "done")


class TestTakeOver:
    def test_an_earlier_sign_that_is_none_never_adopts_the_epoch_of_a_later_one(self, line: Line, visitor: Visitor):
        """Redis had forgotten the assignee; right behind that repeat a person writes. Both are accepted, one has run."""
        accepted(visitor.message("", kind=MessageKind.ASSIGNED, assignee="7", turn_id=None), "assignee")
        accepted(visitor.message("", kind=MessageKind.CLOSED, assignee="7", turn_id=None))
        visitor.say("What are your opening hours?")
        line.run_all("receive")
        queue()._redis.delete(f"{{fd1}}:a:{visitor.tenant_id}:{visitor.conversation_id}")
        accepted(visitor.message("", kind=MessageKind.ASSIGNED, assignee="7", turn_id=None), "assignee")
        accepted(visitor.message("Anna here", kind=MessageKind.HUMAN, turn_id=None), "message")
        line.run(line.fetch("receive"))
        (turn,) = visitor.turns()
        assert visitor.conversation().owner == Owner.BOT
        assert (queue().epoch(visitor.tenant_id, str(visitor.conversation_id)) or 0) > turn.epoch
        line.run_all()
        (turn,) = visitor.turns()
        assert (turn.state, visitor.conversation().owner) == (TurnState.SILENT, Owner.HUMAN)

    def test_a_repeated_sign_alone_silences_nobody(self, line: Line, visitor: Visitor):
        accepted(visitor.message("", kind=MessageKind.ASSIGNED, assignee="7", turn_id=None), "assignee")
        accepted(visitor.message("", kind=MessageKind.CLOSED, assignee="7", turn_id=None))
        visitor.say("What are your opening hours?")
        line.run_all("receive")
        queue()._redis.delete(f"{{fd1}}:a:{visitor.tenant_id}:{visitor.conversation_id}")
        accepted(visitor.message("", kind=MessageKind.ASSIGNED, assignee="7", turn_id=None), "assignee")
        line.run_all("receive")
        line.run_all()
        assert [turn.state for turn in visitor.turns()] == [TurnState.DELIVERED]

    def test_a_turn_opened_while_a_later_sign_waits_is_silenced_by_it(self, line: Line, visitor: Visitor):
        """Signs one and three around a hand-back and a question: the first must not record the third's epoch."""
        accepted(visitor.message("Anna here", kind=MessageKind.HUMAN, turn_id=None), "message")
        accepted(visitor.message("", kind=MessageKind.CLOSED, turn_id=None))
        accepted(visitor.message("What are your opening hours?"))
        accepted(visitor.message("Anna again", kind=MessageKind.HUMAN, turn_id=None), "message")
        for _ in range(3):
            line.run(line.fetch("receive"))
        (turn,) = visitor.turns()
        released = queue().release(
            visitor.tenant_id,
            str(visitor.conversation_id),
            str(turn.id),
            number=1,
            kind="sentence",
            data={"text": "hello"},
            epoch=turn.epoch,
        )
        assert released is Released.HUMAN

    def test_a_repeat_found_by_reading_back_leaves_no_epoch_behind(self, line: Line, desk: Desk):
        """Found twice, by two who looked at once: after closing the bot answers again."""
        human = desk.double.say(conversation_id=desk.visitor.session, body="Anna here!", **{"as": "human"})
        job = desk.visitor.message("Anna here!", api=False, external_id=human["message"]["id"], kind=MessageKind.HUMAN)
        found = read_back.Missing((job,), signs=(job,))
        read_back.receive(found)
        line.run_all("receive")
        read_back.receive(found)
        accepted(desk.visitor.message("", api=False, kind=MessageKind.CLOSED))
        line.run_all("receive")
        conversation = desk.visitor.conversation()
        assert conversation.owner == Owner.BOT
        assert conversation.epoch >= (queue().epoch(desk.visitor.tenant_id, str(conversation.id)) or 0)

    def test_a_persons_message_found_after_the_closing_that_followed_it_takes_nothing_over(
        self, line: Line, visitor: Visitor
    ):
        written = (now() - timedelta(seconds=90)).isoformat()
        accepted(visitor.message("What are your opening hours?"))
        accepted(visitor.message("", kind=MessageKind.CLOSED, turn_id=None))
        late = visitor.message("See you!", kind=MessageKind.HUMAN, turn_id=None, found_late=True, sent_at=written)
        accepted(late, "message")
        line.run_all("receive")
        assert visitor.conversation().owner == Owner.BOT
        later = (now() + timedelta(seconds=5)).isoformat()
        accepted(
            visitor.message("Hi again", kind=MessageKind.HUMAN, turn_id=None, found_late=True, sent_at=later), "message"
        )
        line.run_all("receive")
        assert visitor.conversation().owner == Owner.HUMAN

    def test_a_message_after_a_hand_back_does_not_join_a_silenced_turn(self, line: Line, visitor: Visitor):
        configure(visitor.tenant, wait_ms=700)
        accepted(visitor.message("What are your opening hours?"))
        accepted(visitor.message("Anna here", kind=MessageKind.HUMAN, turn_id=None), "message")
        accepted(visitor.message("", kind=MessageKind.CLOSED, turn_id=None))
        accepted(visitor.message("And where can I park?"))
        line.run_all("receive")
        line.run_all()
        assert [turn.state for turn in visitor.turns()] == [TurnState.SILENT, TurnState.DELIVERED]


class TestLateNews:
    def test_an_old_message_found_late_does_not_take_a_fresh_question_to_a_person(self, line: Line, desk: Desk):
        configure(desk.tenant, wait_ms=700)
        desk.receive()
        old = (now() - timedelta(minutes=20)).isoformat()
        desk.visitor.say("hello?", api=False, found_late=True, sent_at=old)
        line.run_all("receive")
        assert [turn.state for turn in desk.visitor.turns()] == [TurnState.RECEIVED, TurnState.HANDED_OVER]
        with tenant_session(desk.tenant.tenant_id) as session:
            moved = session.scalars(select(Message.turn_id).order_by(Message.accepted_at)).all()
        assert len(set(moved)) == 2

    def test_a_message_found_late_leaves_the_person_who_has_the_conversation_in_charge(self, line: Line, desk: Desk):
        accepted(desk.visitor.message("Anna here", api=False, kind=MessageKind.HUMAN), "message")
        desk.visitor.say("hello?", api=False, found_late=True, answered_by_human=True)
        line.run_all()
        (turn,) = desk.visitor.turns()
        assert (turn.state, turn.reason, desk.visitor.parts(turn)) == (TurnState.SILENT, "human_owns", [])

    def test_a_blank_message_is_not_answered_whoever_finds_it(self, line: Line, desk: Desk):
        desk.double.say(conversation_id=desk.visitor.session, body="   ")
        desk.receive()
        line.run_all()
        assert len(desk.visitor.turns()) == 1


class TestNothingStays:
    def test_a_hand_over_that_was_never_announced_is_said_to_its_caller(
        self, line: Line, visitor: Visitor, monkeypatch
    ):
        job = visitor.say(ASKS_FOR_A_PERSON)
        line.run_all("receive")
        dies(line, "turn", monkeypatch, (hand_over, "announce"))
        queue()._redis.delete(*queue()._redis.keys("{fd1}:m:*"), "{fd1}:none")  # its redelivery is lost too
        touched_long_ago(visitor)
        sweep.sweep(None)
        line.run_all()
        (turn,) = visitor.turns()
        assert [kind for kind, _ in visitor.events(job.turn_id)] == ["sentence", "done"]
        assert [part.state for part in visitor.parts(turn)] == [OutboundState.DELIVERED]

    def test_a_hand_over_announced_late_is_silent_after_a_person_came(self, line: Line, visitor: Visitor, monkeypatch):
        job = visitor.say(ASKS_FOR_A_PERSON)
        line.run_all("receive")
        dies(line, "turn", monkeypatch, (hand_over, "announce"))
        accepted(visitor.message("Anna here", kind=MessageKind.HUMAN, turn_id=None), "message")
        line.run_all("receive")
        queue()._redis.delete(f"{{fd1}}:e:{visitor.tenant_id}:{visitor.conversation_id}")  # the row still knows
        line.run_all()
        assert [(kind, data["reply"]) for kind, data in visitor.events(job.turn_id)] == [("done", None)]
        assert [part.state for part in visitor.parts(visitor.turns()[0])] == [OutboundState.DROPPED]

    @pytest.mark.parametrize(("stage", "name"), [(detect_intent, "turn"), (answer, "answer")])
    def test_a_stage_killed_before_it_sent_the_next_job_is_made_up_for_by_its_redelivery(
        self, line: Line, desk: Desk, monkeypatch, stage: Any, name: str
    ):
        desk.receive()
        line.run_all("receive")
        if stage is answer:
            line.run(line.fetch("turn"))
        dies(line, name, monkeypatch, (stage, "send"))
        line.run_all()
        assert (len(desk.replies()), desk.turn.state) == (1, TurnState.DELIVERED)

    def test_an_end_that_was_recorded_and_not_told_is_told_by_the_redelivery(
        self, line: Line, visitor: Visitor, model: ScriptedModel, monkeypatch
    ):
        job = visitor.say("What are your opening hours?", stream=True)
        line.run_all("receive")
        line.run_all("turn")
        dies(line, "answer", monkeypatch, (release, "report_end"))
        assert visitor.turns()[0].state == TurnState.DELIVERED
        line.run_all()
        assert visitor.events(job.turn_id)[-1][0] == "done"

    def test_who_was_superseded_hears_of_it_although_recording_died_after_its_commit(
        self, line: Line, visitor: Visitor, monkeypatch
    ):
        first, second = visitor.message("Hello, I wonder"), visitor.message("when do you open?")
        configure(visitor.tenant, wait_ms=700)
        for job in (first, second):
            queue().enqueue(job)
        line.run(line.fetch("receive"))
        dies(line, "receive", monkeypatch, (receive, "report_end"))
        line.run_all("receive")
        assert [kind for kind, _ in visitor.events(second.turn_id)] == ["superseded"]

    def test_an_overdue_reply_that_was_never_sent_gives_way_to_the_hand_over(self, line: Line, desk: Desk):
        desk.receive()
        line.run_all("receive")
        line.run(line.fetch("turn"))
        line.run_all("answer")
        assert desk.turn.state == TurnState.ANSWERED
        queue()._redis.flushdb()
        age(desk.visitor, 601)
        sweep.sweep(None)
        line.run_all()
        assert {part.part: part.state for part in desk.visitor.parts(desk.turn)} == {
            Part.REPLY: OutboundState.DROPPED,
            Part.HAND_OVER: OutboundState.DELIVERED,
            Part.NOTE: OutboundState.DELIVERED,
            Part.ASSIGNMENT: OutboundState.DELIVERED,
        }
        assert len(desk.replies()) == 1

    def test_a_superseded_reply_is_not_left_to_the_sweep_for_ever(self, line: Line, desk: Desk):
        desk.receive()
        line.run_all("receive")
        line.run(line.fetch("turn"))
        line.run_all("answer")
        desk.visitor.say("And when are you open?", api=False)
        line.run_all("receive")
        old = desk.visitor.turns()[0]
        assert old.state == TurnState.SUPERSEDED
        assert [part.state for part in desk.visitor.parts(old)] == [OutboundState.DROPPED]

    def test_an_unknown_reply_whose_channel_then_refuses_us_fails_at_once(self, line: Line, desk: Desk, monkeypatch):
        desk.receive()
        line.run_all("receive")
        line.run(line.fetch("turn"))
        line.run_all("answer")
        dies(line, "turn", monkeypatch, (deliver, "_post"), (deliver, "release"))
        desk.double.reset()  # the account and its key are gone
        line.run_all()
        assert (desk.turn.state, desk.turn.reason) == (TurnState.FAILED, "channel_refused")

    def test_a_part_that_cannot_leave_for_a_day_is_given_up(self, line: Line, desk: Desk):
        desk.visitor.say(ASKS_FOR_A_PERSON, api=False)
        line.run_all("receive")
        line.run(line.fetch("turn"))
        with tenant_session(desk.tenant.tenant_id) as session:
            session.execute(update(Turn).values(ended_at=now() - timedelta(days=2)))
            session.execute(update(Outbound).values(created_at=now() - timedelta(days=2)))
        line.run_all()
        assert {part.state for part in desk.visitor.parts(desk.turn)} == {OutboundState.FAILED}

    def test_an_overdue_turn_that_fails_to_end_does_not_keep_the_others_from_theirs(
        self, line: Line, visitor: Visitor, monkeypatch
    ):
        other = Visitor(visitor.tenant, uuid.uuid4().hex, visitor.connection_id)
        for each in (visitor, other):
            each.say("What are your opening hours?")
        line.run_all("receive")
        age(visitor, 601)
        real: Callable[..., Any] = hand_over.prepare
        calls: list[int] = []

        def fails_once(*given: Any) -> None:
            calls.append(1)
            if len(calls) == 1:
                raise ValueError("boom")
            real(*given)

        monkeypatch.setattr(hand_over, "prepare", fails_once)
        sweep.sweep(None)
        ends = sorted(each.turns()[0].state for each in (visitor, other))
        assert ends == [TurnState.HANDED_OVER, TurnState.RECEIVED]

    def test_a_turn_is_sent_again_once_however_often_the_sweep_comes_by(self, line: Line, visitor: Visitor):
        visitor.say("What are your opening hours?")
        line.run_all("receive")
        queue()._redis.flushdb()
        age(visitor, 30)
        for _ in range(5):
            sweep.sweep(None)
        assert sum(queue().depth("turn").values()) in (1, 2)  # two when a period ends in between

    def test_a_long_wait_for_an_older_turn_costs_little(self, line: Line, visitor: Visitor):
        from models.turn import Held, claim

        first, second = visitor.message("one"), visitor.message("two")
        for job in (first, second):
            accepted(job)
            line.run_all("receive")
            with tenant_session(visitor.tenant.tenant_id) as session:
                turn, _ = lock_turn(session, uuid.UUID(job.turn_id))
                turn.supersessions = 2
                turn.move(TurnState.CLASSIFIED)
        age(visitor, 30)
        with tenant_session(visitor.tenant.tenant_id) as session:
            held = claim(
                session, uuid.UUID(second.turn_id), Delivery("m", 1), (TurnState.CLASSIFIED,), timedelta(seconds=1)
            )
        assert isinstance(held, Held)
        assert 2_900 <= held.delay_ms <= 3_500


class TestKeys:
    def test_a_key_used_again_for_another_message_loses_neither(self, line: Line, visitor: Visitor):
        """The ingress refuses that for 24 hours; afterwards, or when Redis lost its marks, the row must not swallow it."""
        first = visitor.say("What are your opening hours?", external_id="same-key")
        line.run_all()
        second = visitor.say("Where can I park?", external_id="same-key")
        line.run_all()
        queue().enqueue(second)  # a second run of the same job finds its own message
        line.run_all()
        turns = {str(turn.id): turn for turn in visitor.turns()}
        assert [turns[job.turn_id].state for job in (first, second)] == [TurnState.DELIVERED] * 2
        assert "parking" in (turns[second.turn_id].reply or "")
        assert len(turns) == 2

    def test_a_key_used_in_another_session_never_leads_to_that_sessions_turn(self, line: Line, visitor: Visitor):
        visitor.say("What are your opening hours?", external_id="1")
        line.run_all()
        stranger = Visitor(visitor.tenant, uuid.uuid4().hex, visitor.connection_id)
        job = stranger.say("What are your opening hours?", external_id="1")
        line.run_all()
        (turn,) = stranger.turns()
        assert (str(turn.id), turn.state, turn.superseded_by) == (job.turn_id, TurnState.DELIVERED, None)


class TestCounted:
    def test_a_call_made_for_a_turn_that_was_superseded_meanwhile_is_counted(
        self, line: Line, visitor: Visitor, model: ScriptedModel, monkeypatch
    ):
        second = visitor.message("never mind the thing, when are you open?")

        def classify(*given: Any) -> Any:
            if len(visitor.turns()) == 1:
                queue().enqueue(second)
                Line().run_all("receive")
            return ScriptedModel.classify(model, *given)

        monkeypatch.setattr(model, "classify", classify)
        visitor.say("hmm well the thing with the thing")
        line.run_all("receive")
        line.run(line.fetch("turn"))
        assert visitor.turns()[0].state == TurnState.SUPERSEDED
        assert usage(visitor) == ["model_call"]


def test_nothing_is_sent_for_a_turn_of_no_channel(line: Line, visitor: Visitor):
    """A stray delivery job of an API turn that has ended tells its end again and nothing else."""
    job = visitor.say("What are your opening hours?")
    line.run_all()
    before = visitor.events(job.turn_id)
    queue().enqueue(DeliverTurn(tenant_id=visitor.tenant_id, turn_id=job.turn_id))
    assert line.run_all() == [("turn.deliver", "done")]
    assert visitor.events(job.turn_id) == before


def test_a_holder_that_wakes_up_after_another_took_over_can_say_nothing(line: Line, visitor: Visitor):
    def release(number: int, fence: int, text: str) -> Released:
        return queue().release(
            visitor.tenant_id,
            str(visitor.conversation_id),
            "turn",
            number=number,
            kind="sentence",
            data={"text": text},
            epoch=0,
            fence=fence,
        )

    assert release(1, 200, "W2 one") is Released.SENT
    assert release(1, 100, "W1 one") is Released.ENDED
    assert release(2, 100, "W1 two") is Released.ENDED
    assert release(2, 200, "W2 two") is Released.SENT
    assert queue().fence(visitor.tenant_id, "turn", 300) is Released.SENT
    assert release(3, 200, "W2 three") is Released.ENDED
    assert queue().fence(visitor.tenant_id, "turn", 200) is Released.ENDED
    assert [data["text"] for _, data in visitor.events("turn")] == ["W2 one", "W2 two"]

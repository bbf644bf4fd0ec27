"""Recording: joining, superseding, ownership, repeats."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from models.base import now
from models.conversation import Owner
from models.jobs import MessageKind
from models.turn import Delivery, TurnState
from tests.workers.line import Line, Visitor, api_visitor, configure
from workers.broker import queue
from workers.receive import receive


@pytest.fixture
def visitor(bakery) -> Visitor:
    return api_visitor(bakery)


def run(job, number: int = 1) -> None:
    receive(job, Delivery(f"m-{job.external_id}", number))


def test_a_message_opens_a_turn(line: Line, visitor: Visitor):
    job = visitor.message("Hello, do you sell bread?")
    run(job)
    (turn,) = visitor.turns()
    assert (str(turn.id), turn.state, turn.position) == (job.turn_id, TurnState.RECEIVED, 1)


def test_second_run_changes_nothing(line: Line, visitor: Visitor):
    job = visitor.message("Hello")
    run(job)
    run(job, 2)
    assert len(visitor.turns()) == 1


def test_messages_within_the_wait_join_one_turn(line: Line, visitor: Visitor):
    configure(visitor.tenant, wait_ms=700)
    first, second, third = (visitor.message(text) for text in ("Hi", "I wonder", "when do you open?"))
    for job in (first, second, third):
        run(job)
    turns = {str(turn.id): turn for turn in visitor.turns()}
    assert turns[first.turn_id].state == TurnState.RECEIVED
    for joined in (second, third):
        assert turns[joined.turn_id].state == TurnState.SUPERSEDED
        assert str(turns[joined.turn_id].superseded_by) == first.turn_id
        assert visitor.events(joined.turn_id)[-1][0] == "superseded"


def test_endless_typing_is_due_within_three_waits(line: Line, visitor: Visitor):
    configure(visitor.tenant, wait_ms=700)
    start = now()
    for step in range(10):
        run(visitor.message("…", accepted_at=(start + timedelta(milliseconds=600 * step)).isoformat()))
    due = next(turn for turn in visitor.turns() if turn.state == TurnState.RECEIVED).due_at
    assert due == start + timedelta(milliseconds=2100)


def claimed(visitor: Visitor, turn_id: str) -> None:
    """As if a stage were at work on the turn."""
    from models.database import tenant_session
    from models.turn import lock_turn

    with tenant_session(visitor.tenant.tenant_id) as session:
        turn, _ = lock_turn(session, uuid.UUID(turn_id))
        turn.move(TurnState.CLASSIFIED)


def test_a_message_supersedes_a_turn_that_is_being_answered_but_at_most_twice(line: Line, visitor: Visitor):
    jobs = [visitor.message(f"message {n}") for n in range(4)]
    for job in jobs:
        run(job)
        claimed(visitor, job.turn_id)
    turns = visitor.turns()
    assert [turn.state for turn in turns] == ["superseded", "superseded", "classified", "classified"]
    assert [str(turn.superseded_by) for turn in turns[:2]] == [jobs[1].turn_id, jobs[2].turn_id]
    assert turns[2].oldest_at == turns[0].oldest_at
    assert queue().superseded_by(visitor.tenant_id, jobs[0].turn_id) == jobs[1].turn_id


def test_a_turn_is_not_superseded_after_15_seconds(line: Line, visitor: Visitor):
    old = visitor.message("first", accepted_at=(now() - timedelta(seconds=16)).isoformat())
    run(old)
    claimed(visitor, old.turn_id)
    run(visitor.message("second"))
    assert [turn.state for turn in visitor.turns()] == ["classified", "received"]


def test_a_persons_message_takes_the_conversation_and_later_ones_end_silent(line: Line, visitor: Visitor):
    run(visitor.message("Hello"))
    run(visitor.message("Anna here, I'll help you.", kind=MessageKind.HUMAN, turn_id=None))
    assert visitor.conversation().owner == Owner.HUMAN
    assert visitor.conversation().epoch > visitor.turns()[0].epoch
    run(visitor.message("thanks Anna"))
    assert [(turn.state, turn.reason) for turn in visitor.turns()][1] == (TurnState.SILENT, "human_owns")


def test_a_repeated_human_message_does_not_take_a_conversation_that_was_handed_back(line: Line, visitor: Visitor):
    sign = visitor.message("hello", kind=MessageKind.HUMAN, turn_id=None)
    run(sign)
    run(visitor.message("", kind=MessageKind.CLOSED, turn_id=None))
    assert visitor.conversation().owner == Owner.BOT
    run(sign, 2)
    assert visitor.conversation().owner == Owner.BOT


def test_an_assignment_to_another_person_is_a_sign_once(line: Line, visitor: Visitor):
    run(visitor.message("Hello"))
    run(visitor.message("", kind=MessageKind.ASSIGNED, assignee="7", turn_id=None))
    assert visitor.conversation().owner == Owner.HUMAN
    run(visitor.message("", kind=MessageKind.CLOSED, assignee="7", turn_id=None))
    queue().raise_epoch(visitor.tenant_id, str(visitor.conversation_id))
    run(visitor.message("", kind=MessageKind.ASSIGNED, assignee="7", turn_id=None))
    assert visitor.conversation().owner == Owner.BOT
    open_turn = visitor.turns()[0]
    assert not open_turn.taken_over_by_human(visitor.conversation()) or open_turn.epoch == 0


def test_a_person_who_takes_a_conversation_again_after_it_was_nobodys_takes_it_over(line: Line, visitor: Visitor):
    run(visitor.message("Hello"))
    for assignee in ("7", None):
        run(visitor.message("", kind=MessageKind.ASSIGNED, assignee=assignee, turn_id=None))
    run(visitor.message("", kind=MessageKind.CLOSED, turn_id=None))
    assert visitor.conversation().owner == Owner.BOT
    run(visitor.message("", kind=MessageKind.ASSIGNED, assignee="7", turn_id=None))
    assert visitor.conversation().owner == Owner.HUMAN


def test_the_bot_gets_the_conversation_back_after_a_long_silence(line: Line, visitor: Visitor):
    configure(visitor.tenant, hand_back_after_s=3600)
    long_ago = (now() - timedelta(hours=2)).isoformat()
    run(visitor.message("Anna here", kind=MessageKind.HUMAN, turn_id=None, accepted_at=long_ago))
    run(visitor.message("Are you open today?"))
    assert visitor.conversation().owner == Owner.BOT
    assert visitor.turns()[-1].state == TurnState.RECEIVED


def test_a_repeat_under_another_promise_joins_the_turn_that_exists(line: Line, visitor: Visitor):
    first = visitor.message("Hello", external_id="same")
    run(first)
    again = visitor.message("Hello", external_id="same")
    run(again)
    turns = {str(turn.id): turn for turn in visitor.turns()}
    assert turns[again.turn_id].state == TurnState.SUPERSEDED
    assert str(turns[again.turn_id].superseded_by) == first.turn_id


@pytest.mark.parametrize("body", ["", "\N{THUMBS UP SIGN}" * 4000, "a\nb\tc", "'; DROP TABLE turn; --"])
def test_any_text_is_recorded_as_it_is(line: Line, visitor: Visitor, body: str):
    run(visitor.message(body))
    assert len(visitor.turns()) == 1

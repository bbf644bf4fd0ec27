"""Sending through a channel: at most once, never after a person showed up, whatever the channel answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from models.base import now
from models.conversation import Owner
from models.database import tenant_session
from models.jobs import MessageKind
from models.outbound import Outbound, OutboundState, Part
from models.turn import TurnState
from tests.doubles.papercups.handle import PapercupsDouble
from tests.workers.conftest import teach
from tests.workers.line import Line, Visitor, papercups_tenant, papercups_visitor
from workers import deliver
from workers.broker import queue

QUESTION = "Where can I park?"


class Desk:
    """One visitor of one Papercups tenant."""

    def __init__(self, double: PapercupsDouble) -> None:
        self.double = double
        self.tenant, self.account = papercups_tenant(double)
        teach(self.tenant)
        self.said = double.say(account_id=self.account["account_id"], body=QUESTION)
        self.visitor: Visitor = papercups_visitor(self.tenant, self.said["conversation_id"])

    def receive(self) -> None:
        self.visitor.say(QUESTION, api=False, external_id=self.said["message"]["id"])

    def replies(self) -> list[dict[str, Any]]:
        messages = self.double.journal(self.visitor.session)["messages"]
        return [message for message in messages if message["type"] == "bot" and not message["private"]]

    def notes(self) -> list[dict[str, Any]]:
        return [each for each in self.double.journal(self.visitor.session)["messages"] if each["private"]]

    @property
    def turn(self):
        return self.visitor.turns()[-1]


@pytest.fixture
def desk(line: Line, papercups: PapercupsDouble) -> Desk:
    return Desk(papercups)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown part is looked at often."""
    monkeypatch.setattr(deliver, "LOOK_AGAIN_MS", 50)


def look_again(line: Line, desk: Desk) -> None:
    """The job runs until it only waits; then what the channel was given of time is over, and it runs again."""
    line.run_all(patience_s=0.2)
    with tenant_session(desk.tenant.tenant_id) as session:
        over = now() - timedelta(seconds=deliver.SETTLE_S)
        session.execute(update(Outbound).where(Outbound.deadline_at.is_not(None)).values(deadline_at=over))
    line.run_all(patience_s=0.2)


def test_a_webhook_leads_to_exactly_one_marked_bot_message(line: Line, desk: Desk):
    desk.receive()
    line.run_all()
    (reply,) = desk.replies()
    assert "free parking" in reply["body"]
    assert reply["user_id"] == desk.account["bot_user_id"]
    assert reply["metadata"]["frontdesk"].startswith(f"{desk.turn.id}:reply:")
    assert reply["metadata"]["disable_webhook_events"] is True
    assert (desk.turn.state, desk.turn.sources[0]["title"]) == (TurnState.DELIVERED, "Where can I park?")


def test_three_replies_in_a_row_and_the_bot_stays_the_owner(line: Line, desk: Desk):
    desk.receive()
    line.run_all()
    for _ in range(2):
        said = desk.double.say(conversation_id=desk.visitor.session, body=QUESTION)
        desk.visitor.say(QUESTION, api=False, external_id=said["message"]["id"])
        line.run_all()
    assert len(desk.replies()) == 3
    assert desk.visitor.conversation().owner == Owner.BOT


def test_a_person_in_the_channel_whose_webhook_is_late_silences_the_reply(line: Line, desk: Desk):
    desk.receive()
    line.run_all("receive", "answer")
    desk.double.say(conversation_id=desk.visitor.session, body="Anna here!", **{"as": "human"})
    line.run_all()
    assert desk.replies() == []
    assert (desk.turn.state, desk.turn.reason) == (TurnState.SILENT, "human")
    assert desk.visitor.conversation().owner == Owner.HUMAN  # the read-back recorded the sign


def test_a_person_known_to_redis_silences_the_reply(line: Line, desk: Desk):
    desk.receive()
    line.run_all("receive")
    line.run_all("turn")
    line.run_all("answer")
    queue().raise_epoch(desk.visitor.tenant_id, str(desk.visitor.conversation_id))
    line.run_all()
    assert desk.replies() == []
    assert desk.turn.state == TurnState.SILENT


def test_a_person_known_to_the_row_silences_the_reply(line: Line, desk: Desk):
    desk.receive()
    line.run_all("receive")
    line.run_all("turn")
    line.run_all("answer")
    sign = desk.visitor.message("Anna", api=False, kind=MessageKind.HUMAN)
    queue().enqueue(sign)
    line.run_all("receive")
    line.run_all()
    assert desk.replies() == []


@pytest.mark.parametrize("fault", [{"kind": "store_answer", "status": 500}, {"kind": "store_cut"}], ids=["500", "cut"])
def test_stored_but_not_confirmed_is_found_by_reading_back(line: Line, desk: Desk, soon, fault: dict):
    desk.double.fault(fault["kind"], **{name: value for name, value in fault.items() if name != "kind"})
    desk.receive()
    line.run_all()
    assert len(desk.replies()) == 1
    assert desk.turn.state == TurnState.DELIVERED
    assert desk.visitor.parts(desk.turn)[0].posts == 1


def test_neither_stored_nor_confirmed_is_posted_once_more_after_settle(line: Line, desk: Desk, soon):
    desk.double.fault("answer", status=500)
    desk.receive()
    look_again(line, desk)
    assert len(desk.replies()) == 1
    assert desk.visitor.parts(desk.turn)[0].posts == 2
    assert desk.turn.state == TurnState.DELIVERED


def test_never_confirmed_ends_failed_and_a_person_is_told(line: Line, desk: Desk, soon):
    desk.double.fault("answer", status=500, times=2)
    desk.receive()
    for posts in (1, 2):
        line.run_all(patience_s=0.2)
        assert [part.posts for part in desk.visitor.parts(desk.turn)] == [posts]
        look_again(line, desk)
    assert desk.replies() == []
    assert (desk.turn.state, desk.turn.reason) == (TurnState.FAILED, "channel_silent")
    assert len(desk.notes()) == 1
    assert desk.visitor.conversation().owner == Owner.HUMAN


def test_refused_is_never_tried_again(line: Line, desk: Desk):
    desk.double.fault("answer", status=422)
    desk.receive()
    line.run_all()
    assert desk.replies() == []
    assert (desk.turn.state, desk.turn.reason) == (TurnState.FAILED, "channel_refused")


def test_told_to_wait_is_sent_later_and_the_try_does_not_count(line: Line, desk: Desk):
    desk.double.fault("answer", status=429, retry_after="1")
    desk.receive()
    line.run_all(patience_s=5)
    assert len(desk.replies()) == 1
    assert desk.visitor.parts(desk.turn)[0].posts == 1


def test_second_run_changes_nothing(line: Line, desk: Desk):
    desk.receive()
    line.run_all()
    queue().enqueue(deliver.DeliverTurn(tenant_id=desk.visitor.tenant_id, turn_id=str(desk.turn.id)))
    assert line.run_all() == [("turn.deliver", "done")]
    assert len(desk.replies()) == 1


def test_killed_after_sending_was_recorded_is_posted_once_after_settle(line: Line, desk: Desk, soon, monkeypatch):
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    desk.receive()
    line.run_all("receive")
    line.run_all("turn")
    line.run_all("answer")
    with monkeypatch.context() as patch:
        patch.setattr(deliver, "_post", killed)
        patch.setattr(deliver, "release", lambda *_: None)  # a killed process releases nothing
        entry = line.fetch("turn")
        with pytest.raises(KeyboardInterrupt):
            line.run(entry)
    queue().goodbye(line.process)
    assert desk.turn.state == TurnState.SENDING
    look_again(line, desk)
    assert len(desk.replies()) == 1
    assert desk.turn.state == TurnState.DELIVERED


def test_handing_over_tells_the_visitor_then_the_person_and_unassigns(line: Line, desk: Desk):
    said = desk.double.say(conversation_id=desk.visitor.session, body="I want to talk to a human please")
    desk.visitor.say("I want to talk to a human please", api=False, external_id=said["message"]["id"])
    line.run_all()
    (told,) = desk.replies()
    (note,) = desk.notes()
    conversation = desk.double.conversation(desk.visitor.session)
    assert "person" in told["body"]
    assert "asked for a person" in note["body"]
    assert (conversation["assignee_id"], conversation["priority"], conversation["status"]) == (None, "priority", "open")
    turn = desk.visitor.turns()[0]
    assert (turn.state, turn.reason) == (TurnState.HANDED_OVER, "asked")
    assert desk.visitor.conversation().owner == Owner.HUMAN
    assert [part.state for part in desk.visitor.parts(turn)] == [OutboundState.DELIVERED] * 3


def test_nothing_of_a_hand_over_leaves_after_a_person_took_over(line: Line, desk: Desk):
    desk.visitor.say("I want to talk to a human please", api=False)
    line.run_all("receive")
    entry = line.fetch("turn")
    line.run(entry)
    desk.double.say(conversation_id=desk.visitor.session, body="Anna here!", **{"as": "human"})
    line.run_all()
    assert desk.replies() == []
    assert {part.part: part.state for part in desk.visitor.parts(desk.visitor.turns()[0])} == dict.fromkeys(
        (Part.HAND_OVER, Part.NOTE, Part.ASSIGNMENT), OutboundState.DROPPED
    )


def test_reading_back_brings_in_a_message_no_webhook_brought(line: Line, desk: Desk):
    desk.receive()
    line.run_all("receive")
    line.run_all("turn")
    line.run_all("answer")
    desk.double.say(conversation_id=desk.visitor.session, body="And when are you open?")
    line.run_all()
    assert len(desk.replies()) == 2
    assert [turn.state for turn in desk.visitor.turns()] == [TurnState.DELIVERED, TurnState.DELIVERED]
    assert now() > desk.turn.oldest_at

"""What the channel is shown after the API changed a conversation: the bot as assignee, or closed. Harmless to repeat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models.base import now
from models.conversation import lock_conversation
from models.database import tenant_session
from models.jobs import MessageKind, UpdateChannel
from tests.doubles.papercups.handle import PapercupsDouble
from tests.workers.conftest import teach
from tests.workers.line import Line, Visitor, api_visitor, papercups_tenant, papercups_visitor
from workers.broker import queue


class Desk:
    """A conversation in Papercups that Anna took over."""

    def __init__(self, line: Line, double: PapercupsDouble) -> None:
        self.line, self.double = line, double
        self.tenant, self.account = papercups_tenant(double)
        teach(self.tenant)
        said = double.say(account_id=self.account["account_id"], body="Where can I park?")
        self.visitor: Visitor = papercups_visitor(self.tenant, said["conversation_id"])
        self.visitor.say("Where can I park?", api=False, external_id=said["message"]["id"])
        line.run_all()
        double.assign(self.visitor.session, self.account["human_user_id"])
        epoch = queue().raise_epoch(self.visitor.tenant_id, str(self.visitor.conversation_id))
        assigned = self.visitor.message(
            "", api=False, kind=MessageKind.ASSIGNED, assignee=str(self.account["human_user_id"])
        )
        queue().enqueue(assigned)
        line.run_all()
        assert self.visitor.conversation().epoch >= epoch

    def change(self, *, close: bool = False) -> None:
        """What the API's endpoint does to the row; the job comes after it."""
        with tenant_session(self.tenant.tenant_id) as session:
            conversation = lock_conversation(session, self.visitor.conversation_id)
            assert conversation is not None
            if close:
                conversation.closed(now())
            else:
                conversation.handed_back(now())
        self.send()

    def send(self) -> None:
        job = UpdateChannel(tenant_id=self.visitor.tenant_id, conversation_id=str(self.visitor.conversation_id))
        queue().enqueue(job)

    def run(self, **more: Any) -> list[str]:
        return [verdict for _, verdict in self.line.run_all(**more)]

    @property
    def shown(self) -> tuple[int | None, str, str]:
        row = self.double.conversation(self.visitor.session)
        return row["assignee_id"], row["priority"], row["status"]

    @property
    def bot(self) -> int:
        return int(self.account["bot_user_id"])


@pytest.fixture
def desk(line: Line, papercups: PapercupsDouble) -> Desk:
    return Desk(line, papercups)


def test_the_bot_is_the_assignee_again(desk: Desk):
    desk.change()
    desk.run()
    assert desk.shown == (desk.bot, "not_priority", "open")


def test_second_run_changes_nothing(desk: Desk):
    desk.change()
    desk.run()
    desk.send()
    desk.run()
    assert desk.shown == (desk.bot, "not_priority", "open")


def test_it_is_closed_there_and_opens_again_with_the_visitors_next_message(desk: Desk):
    desk.change(close=True)
    desk.run()
    assert desk.shown[2] == "closed"
    said = desk.double.say(conversation_id=desk.visitor.session, body="Where can I park?")
    desk.visitor.say("Where can I park?", api=False, external_id=said["message"]["id"])
    desk.run()
    assert desk.shown[2] == "open"
    assert desk.double.journal(desk.visitor.session)["messages"][-1]["type"] == "bot"


def test_a_person_who_took_it_again_meanwhile_is_left_alone(desk: Desk):
    desk.change()
    queue().raise_epoch(desk.visitor.tenant_id, str(desk.visitor.conversation_id))
    desk.run()
    assert desk.shown[0] == desk.account["human_user_id"]


@pytest.mark.parametrize("fault", [{"kind": "answer", "status": 503}, {"kind": "store_cut"}], ids=["503", "cut"])
def test_a_channel_that_is_away_is_told_later(desk: Desk, fault: dict[str, Any]):
    desk.change()
    desk.double.fault(**fault, method="PUT", path="/api/v1/conversations")
    assert desk.run() == ["transient", "done"]
    assert desk.shown[0] == desk.bot


def test_after_a_while_it_is_given_up(desk: Desk):
    desk.change()
    with tenant_session(desk.tenant.tenant_id) as session:
        conversation = lock_conversation(session, desk.visitor.conversation_id)
        assert conversation is not None
        conversation.last_activity_at = now() - timedelta(minutes=11)
    desk.double.fault("answer", status=503, times=5, method="PUT", path="/api/v1/conversations")
    assert desk.run() == ["done"]


def test_a_refusal_is_not_repeated(desk: Desk):
    desk.change()
    desk.double.fault("answer", status=404, method="PUT", path="/api/v1/conversations")
    assert desk.run() == ["permanent"]


def test_a_conversation_of_our_own_has_no_channel(line: Line, bakery):
    visitor = api_visitor(bakery)
    visitor.say("Where can I park?")
    line.run_all()
    queue().enqueue(UpdateChannel(tenant_id=visitor.tenant_id, conversation_id=str(visitor.conversation_id)))
    assert line.run_all() == [("channel.update", "done")]

"""Appointments through the whole pipeline: rows, lead, notice; nothing changes unless its reply was said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

import models.booking
from models.base import now
from models.booking import Booking, BookingState
from models.conversation import Owner
from models.database import tenant_session
from models.demo_business import PROFILE
from models.jobs import AnswerTurn, MessageKind
from models.lead import Lead
from models.notice import Notice, NoticeKind
from models.tenant import configuration
from models.turn import TurnState
from tests.doubles.papercups.handle import PapercupsDouble
from tests.workers.conftest import teach
from tests.workers.line import Line, Visitor, api_visitor, configure, papercups_tenant, papercups_visitor
from workers import booking_desk
from workers.broker import queue

CONTACT = "My name is Maya Okafor, call me on 0161 496 0142"
WEDNESDAY = datetime(2026, 12, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def visitor(bakery, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    salon(bakery)
    stand_still(monkeypatch, WEDNESDAY)
    return api_visitor(bakery)


def salon(tenant: Any) -> None:
    configure(
        tenant,
        hours={day: [opens, closes] for day, opens, closes in PROFILE.hours},
        region="GB",
        notify=["desk@example.test"],
    )
    with tenant_session(tenant.tenant_id) as session:
        configuration(session)[0].time_zone = "Europe/London"


def stand_still(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    """The desk's clock alone: what "tomorrow" means."""
    started = now()
    for module in (booking_desk, models.booking):
        monkeypatch.setattr(module, "now", lambda: at + (now() - started))


def rows(visitor: Visitor, table: Any) -> list[Any]:
    with tenant_session(visitor.tenant.tenant_id) as session:
        return list(session.scalars(select(table).order_by(table.created_at)))


def told(visitor: Visitor) -> list[Notice]:
    return [each for each in rows(visitor, Notice) if each.kind == NoticeKind.BOOKING]


def say(line: Line, visitor: Visitor, text: str, **more: Any) -> str | None:
    visitor.say(text, **more)
    line.run_all()
    return visitor.turns()[-1].reply


def book(line: Line, visitor: Visitor) -> None:
    say(line, visitor, "I'd like to book a haircut for next Tuesday at 3")
    say(line, visitor, CONTACT)
    reply = say(line, visitor, "yes please")
    assert reply is not None
    assert reply.startswith("Thank you! I've noted your request for Tuesday 8 December at 15:00.")


def test_a_request_is_recorded_with_the_lead_and_the_business_is_told(line: Line, visitor: Visitor):
    book(line, visitor)
    (booking,) = rows(visitor, Booking)
    assert (booking.state, booking.starts_at) == (BookingState.REQUESTED, datetime(2026, 12, 8, 15, 0, tzinfo=UTC))
    (lead,) = rows(visitor, Lead)
    assert (lead.id, lead.name, lead.phone) == (booking.lead_id, "Maya Okafor", "+441614960142")
    assert "Tuesday 8 December at 15:00" in lead.wish
    (notice,) = told(visitor)
    assert notice.recipients == ["desk@example.test"]
    assert notice.subject.startswith("Maya Okafor asks for an appointment: Tuesday 8 December at 15:00")
    assert "Phone: +441614960142" in notice.body
    assert [turn.intent for turn in visitor.turns()] == ["booking"] * 3
    assert all(turn.state == TurnState.DELIVERED for turn in visitor.turns())


def test_local_time_is_the_businesss(line: Line, visitor: Visitor, monkeypatch: pytest.MonkeyPatch):
    stand_still(monkeypatch, datetime(2027, 7, 6, 10, 0, tzinfo=UTC))
    say(line, visitor, "I'd like to book a haircut tomorrow at 3, call me on 0161 496 0142")
    say(line, visitor, "yes")
    assert rows(visitor, Booking)[0].starts_at == datetime(2027, 7, 7, 14, 0, tzinfo=UTC)  # 15:00 British Summer Time


def test_a_streamed_reply_books_as_well(line: Line, visitor: Visitor):
    for text in ("I'd like to book a haircut tomorrow at 3", CONTACT, "yes"):
        job = visitor.say(text, stream=True)
        line.run_all()
        assert [kind for kind, _ in visitor.events(str(job.turn_id))] == ["sentence", "done"]
    assert rows(visitor, Booking)[0].state == BookingState.REQUESTED


def test_a_question_in_between_is_answered_from_the_entries_and_the_booking_goes_on(line: Line, visitor: Visitor):
    say(line, visitor, "I'd like to book an appointment for Friday")
    reply = say(line, visitor, "Where can I park?")
    assert reply == (
        "There is free parking behind the bakery.\n\nAt what time on Friday 4 December? We are open from 9:00 to 18:00."
    )
    assert visitor.turns()[-1].sources[0]["title"] == "Where can I park?"
    job = visitor.say("Do you sell gluten-free bread?", stream=True)
    line.run_all()
    said = "".join(data["text"] for kind, data in visitor.events(str(job.turn_id)) if kind == "sentence")
    assert said.endswith("\n\nAt what time on Friday 4 December? We are open from 9:00 to 18:00.")
    assert "Friday 4 December at 14:00" in str(say(line, visitor, "2pm"))


def test_a_question_we_cannot_answer_is_not_mixed_with_the_booking(line: Line, visitor: Visitor):
    say(line, visitor, "I'd like to book an appointment for Friday")
    reply = say(line, visitor, "Do you sell car tyres?")
    assert reply is not None
    assert reply.endswith("Would you like me to pass your question on to a person?")
    assert "14:00" in str(say(line, visitor, "at 2pm"))


def test_it_is_changed_and_cancelled_and_the_business_told_of_each(line: Line, visitor: Visitor):
    book(line, visitor)
    assert "now for Wednesday 9 December at 15:00" in str(say(line, visitor, "make it Wednesday"))
    assert rows(visitor, Booking)[0].starts_at == datetime(2026, 12, 9, 15, 0, tzinfo=UTC)
    assert "is cancelled" in str(say(line, visitor, "cancel my appointment"))
    assert rows(visitor, Booking)[0].state == BookingState.CANCELLED
    assert [each.subject.split(":")[0] for each in told(visitor)] == [
        "Maya Okafor asks for an appointment",
        "Maya Okafor changed an appointment request",
        "Maya Okafor cancelled an appointment request",
    ]
    book(line, visitor)
    assert [each.state for each in rows(visitor, Booking)] == [BookingState.CANCELLED, BookingState.REQUESTED]


def test_second_run_changes_nothing(line: Line, visitor: Visitor):
    book(line, visitor)
    before = [(each.state, each.wanted, each.starts_at) for each in rows(visitor, Booking)]
    turn = visitor.turns()[-1]
    queue().enqueue(AnswerTurn(tenant_id=visitor.tenant_id, turn_id=str(turn.id)))
    line.run_all()
    assert [(each.state, each.wanted, each.starts_at) for each in rows(visitor, Booking)] == before
    assert len(told(visitor)) == 1


def test_a_turn_that_a_newer_message_superseded_has_changed_nothing(line: Line, visitor: Visitor):
    say(line, visitor, "I'd like to book a haircut for next Tuesday at 3, call me on 0161 496 0142")
    visitor.say("yes")
    line.run_all("receive")
    line.run_all("turn")
    entry = line.fetch("answer")
    assert entry is not None
    with tenant_session(visitor.tenant.tenant_id) as session:  # planned, then the process was killed before it spoke
        from models.booking import open_booking
        from models.conversation import lock_conversation
        from models.turn import Turn

        conversation = lock_conversation(session, visitor.conversation_id)
        tenant, config = configuration(session)
        turn = session.get_one(Turn, (visitor.tenant.tenant_id, visitor.turns()[-1].id))
        assert conversation is not None
        standing = open_booking(session, turn.id).get()
        assert booking_desk.plan(session, standing, turn, conversation, tenant, config, "yes").reply is not None
    assert rows(visitor, Booking)[0].state == BookingState.ASKING
    visitor.say("no wait, Wednesday", accepted_at=(now() + timedelta(seconds=1)).isoformat())
    line.run_all("receive")
    line.run(entry)
    line.run_all()
    assert [turn.state for turn in visitor.turns()][1:] == [TurnState.SUPERSEDED, TurnState.DELIVERED]
    assert rows(visitor, Booking)[0].state == BookingState.ASKING
    assert "Shall I send your request for Wednesday 9 December at 15:00" in str(
        say(line, visitor, "Wednesday 9 December please")
    )
    assert told(visitor) == []


def test_a_person_who_takes_over_first_leaves_the_booking_as_it_was(line: Line, visitor: Visitor):
    say(line, visitor, "I'd like to book a haircut for next Tuesday at 3, call me on 0161 496 0142")
    visitor.say("yes")
    line.run_all("receive")
    line.run_all("turn")
    queue().raise_epoch(visitor.tenant_id, str(visitor.conversation_id))
    line.run_all()
    assert visitor.turns()[-1].state == TurnState.SILENT
    assert rows(visitor, Booking)[0].state == BookingState.ASKING
    assert told(visitor) == []


def test_a_request_whose_time_is_over_makes_room_for_the_next(
    line: Line, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
):
    book(line, visitor)
    stand_still(monkeypatch, WEDNESDAY + timedelta(days=10))
    assert say(line, visitor, "make it Wednesday") != "Done: your request is now for Wednesday 16 December at 15:00."
    assert "Shall I send" in str(say(line, visitor, "I'd like to book an appointment on Friday at 10"))
    assert [each.state for each in rows(visitor, Booking)] == [BookingState.PASSED, BookingState.ASKING]


def test_a_talk_of_yesterday_is_not_gone_on_with(line: Line, visitor: Visitor, monkeypatch: pytest.MonkeyPatch):
    say(line, visitor, "I'd like to book an appointment for Friday")
    stand_still(monkeypatch, WEDNESDAY + timedelta(hours=30))
    say(line, visitor, "2pm")
    assert rows(visitor, Booking)[0].wanted["wish"]["clock"] is None


def test_another_tenant_sees_none_of_it(line: Line, visitor: Visitor, mallory):
    book(line, visitor)
    with tenant_session(mallory.tenant_id) as session:
        assert session.scalars(select(Booking)).all() == []


def test_over_papercups(line: Line, papercups: PapercupsDouble, monkeypatch: pytest.MonkeyPatch):
    tenant, account = papercups_tenant(papercups)
    salon(tenant)
    stand_still(monkeypatch, WEDNESDAY)
    said = papercups.say(
        account_id=account["account_id"], body="book me in for tomorrow at 3", customer={"email": "m@x.example"}
    )
    visitor = papercups_visitor(tenant, said["conversation_id"])
    customer = {"external_id": said["customer_id"], "email": "m@x.example"}
    visitor.say(said["message"]["body"], api=False, external_id=said["message"]["id"], customer=customer)
    line.run_all()
    yes = papercups.say(conversation_id=said["conversation_id"], body="yes")
    visitor.say("yes", api=False, external_id=yes["message"]["id"])
    line.run_all()
    replies = [each["body"] for each in papercups.journal(visitor.session)["messages"] if each["type"] == "bot"]
    assert replies[0] == "Shall I send your request for Thursday 3 December at 15:00? We'd answer you at m@x.example."
    assert replies[1].startswith("Thank you! I've noted your request")
    assert rows(visitor, Booking)[0].state == BookingState.REQUESTED
    assert len(told(visitor)) == 1


def test_below_i_dont_know_stands_a_button_and_its_click_reaches_a_person(line: Line, papercups: PapercupsDouble):
    tenant, account = papercups_tenant(papercups)
    teach(tenant)
    said = papercups.say(account_id=account["account_id"], body="Do you sell car tyres?")
    visitor = papercups_visitor(tenant, said["conversation_id"])
    visitor.say(said["message"]["body"], api=False, external_id=said["message"]["id"])
    line.run_all()
    reply = papercups.journal(visitor.session)["messages"][-1]
    assert reply["metadata"]["quick_replies"] == [{"text": "Talk to a person", "action": "handoff"}]
    visitor.say("Reden wir", api=False, metadata={"reply_action": "handoff"})
    line.run_all()
    assert (visitor.turns()[-1].state, visitor.turns()[-1].reason) == (TurnState.HANDED_OVER, "asked")
    assert visitor.conversation().owner == Owner.HUMAN


def test_an_answer_that_is_known_has_no_buttons(line: Line, papercups: PapercupsDouble):
    tenant, account = papercups_tenant(papercups)
    teach(tenant)
    said = papercups.say(account_id=account["account_id"], body="Where can I park?")
    visitor = papercups_visitor(tenant, said["conversation_id"])
    visitor.say(said["message"]["body"], api=False, external_id=said["message"]["id"], kind=MessageKind.VISITOR)
    line.run_all()
    assert "quick_replies" not in papercups.journal(visitor.session)["messages"][-1]["metadata"]

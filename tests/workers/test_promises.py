"""A hand-over as a promise: made by the hours, kept by a person's public answer, watched by the clock, said once if missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from models.base import now
from models.database import tenant_session
from models.jobs import MessageKind, ReconcileConnection
from models.message import Author, Message
from models.notice import Notice, NoticeKind
from models.outbound import Outbound, OutboundState, Part
from models.promise import Promise
from models.tenant import Tenant
from models.turn import TurnState
from tests.doubles.papercups.handle import PapercupsDouble
from tests.ingress.conftest import base_url, served  # noqa: F401  # fixture
from tests.workers.line import Line, Visitor, api_visitor, configure
from tests.workers.test_hand_back import PERSON, QUESTION, Chat
from workers.broker import queue
from workers.clock import TASKS, Stores
from workers.promises import watch_promises

ALWAYS = {
    day: ["00:00", "24:00"] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}


def never_now(zone_now: datetime) -> dict[str, list[str]]:
    """Hours of a business that opens in two days."""
    return {(zone_now + timedelta(days=2)).strftime("%A").lower(): ["09:00", "18:00"]}


@pytest.fixture
def open_bakery(bakery):
    configure(bakery, hours=ALWAYS, answer_minutes=20, notify=["alice@bakery.example"])
    return bakery


@pytest.fixture
def closed_bakery(bakery):
    configure(bakery, hours=never_now(now()), notify=["alice@bakery.example"])
    return bakery


@pytest.fixture
def chat(line: Line, papercups: PapercupsDouble, base_url: str) -> Chat:  # noqa: F811
    found = Chat(line, papercups, base_url)
    configure(found.tenant, hours=ALWAYS, answer_minutes=20, notify=["alice@bakery.example"])
    return found


def asked(line: Line, tenant, text: str = PERSON) -> Visitor:
    visitor = api_visitor(tenant)
    visitor.say(text)
    line.run_all()
    assert visitor.turns()[-1].state == TurnState.HANDED_OVER
    return visitor


def promises(visitor: Visitor) -> list[Promise]:
    with tenant_session(visitor.tenant.tenant_id) as session:
        return list(session.scalars(select(Promise).order_by(Promise.created_at)))


def notices(visitor: Visitor) -> list[Notice]:
    with tenant_session(visitor.tenant.tenant_id) as session:
        return list(session.scalars(select(Notice).order_by(Notice.created_at)))


def said_by_bot(visitor: Visitor) -> list[str]:
    with tenant_session(visitor.tenant.tenant_id) as session:
        of_bot = select(Message.body).where(Message.author == Author.BOT).order_by(Message.accepted_at)
        return list(session.scalars(of_bot))


def pass_time(visitor: Visitor, by: timedelta) -> None:
    """What was promised comes nearer; the world stays as it is."""
    with tenant_session(visitor.tenant.tenant_id) as session:
        session.execute(
            update(Promise).values(
                due_at=Promise.due_at - by, remind_at=Promise.remind_at - by, created_at=Promise.created_at - by
            )
        )


def tick() -> None:
    next(task for task in TASKS if task.name == "promises").run(Stores())


class TestMade:
    def test_somebody_there_is_expected_to_answer_in_the_usual_time(self, line, open_bakery):
        visitor = asked(line, open_bakery)
        (promise,) = promises(visitor)
        (turn,) = visitor.turns()
        assert "usually answers within 20 minutes" in (turn.reply or "")
        assert timedelta(minutes=19) < promise.due_at - now() <= timedelta(minutes=20)
        assert said_by_bot(visitor) == [turn.reply]

    def test_nobody_there_is_told_with_a_time_and_the_wish_for_contact(self, line, closed_bakery):
        visitor = asked(line, closed_bakery)
        (promise,) = promises(visitor)
        reply = visitor.turns()[0].reply or ""
        assert "Nobody is there right now" in reply
        assert "at 9:15 (UTC)" in reply
        assert "leave your name" in reply
        due_at = promise.due_at.astimezone(UTC)
        assert (due_at.hour, due_at.minute) == (9, 15)

    def test_the_contact_that_is_left_then_becomes_a_lead(self, line, closed_bakery):
        visitor = asked(line, closed_bakery)
        visitor.say("I'm Tom Baker, tom@bakery.example")
        line.run_all()
        assert visitor.turns()[-1].state == TurnState.SILENT
        assert NoticeKind.LEAD in [notice.kind for notice in notices(visitor)]

    def test_whoever_is_known_is_not_asked_for_contact(self, line, closed_bakery):
        visitor = api_visitor(closed_bakery)
        visitor.say(PERSON, customer={"name": "Tom", "email": "tom@bakery.example"})
        line.run_all()
        assert "leave your name" not in (visitor.turns()[0].reply or "")

    def test_it_is_said_in_the_visitors_language_and_the_businesss_time(self, line, closed_bakery):
        with tenant_session(closed_bakery.tenant_id) as session:
            session.execute(update(Tenant).values(time_zone="Europe/Berlin"))
        reply = asked(line, closed_bakery, "Ich möchte bitte mit einem Menschen sprechen").turns()[0].reply or ""
        assert "um 9:15 Uhr (Berlin)" in reply
        assert "hinterlassen Sie" in reply

    def test_without_hours_nothing_is_promised(self, line, bakery):
        visitor = asked(line, bakery)
        assert promises(visitor) == []

    def test_the_business_is_told_what_was_promised_in_plain_words(self, line, open_bakery):
        (notice,) = notices(asked(line, open_bakery))
        assert "They want to talk to a person." in notice.body
        assert "Promised to them: an answer by" in notice.body

    def test_second_run_changes_nothing(self, line, open_bakery):
        visitor = asked(line, open_bakery)
        pass_time(visitor, timedelta(minutes=21))
        tick()
        line.run_all()
        before = (len(notices(visitor)), said_by_bot(visitor), promises(visitor)[0].missed_at)
        tick()
        line.run_all()
        assert (len(notices(visitor)), said_by_bot(visitor), promises(visitor)[0].missed_at) == before


class TestKept:
    def test_by_a_persons_public_answer(self, chat: Chat):
        chat.say(PERSON)
        chat.person("Anna here, how can I help?")
        (promise,) = promises(chat.visitor)
        assert promise.kept_at is not None
        pass_time(chat.visitor, timedelta(hours=1))
        tick()
        chat.happen()
        assert promises(chat.visitor)[0].missed_at is None
        assert chat.notices() == 1

    def test_not_by_taking_it_without_a_word(self, chat: Chat):
        chat.say(PERSON)
        chat.assign()
        assert promises(chat.visitor)[0].kept_at is None
        pass_time(chat.visitor, timedelta(hours=1))
        tick()
        chat.happen()
        assert promises(chat.visitor)[0].missed_at is not None
        assert len(chat.replies()) == 1  # a person has it: the bot is silent
        assert chat.notices() == 2  # but the business hears of it

    def test_by_an_answer_that_was_found_late(self, chat: Chat):
        chat.say(PERSON)
        chat.double.fault("webhook_drop", event="message:created")
        chat.person("Anna here.")
        visitor = chat.visitor
        queue().enqueue(ReconcileConnection(tenant_id=visitor.tenant_id, connection_id=str(visitor.connection_id)))
        chat.happen()
        assert promises(visitor)[0].kept_at is not None

    def test_closing_or_a_new_hand_over_drops_it(self, chat: Chat):
        chat.say(PERSON)
        chat.close()
        chat.say(PERSON)
        first, second = promises(chat.visitor)
        assert (first.dropped_at is None, second.watched) == (False, True)


class TestWatched:
    def test_the_business_is_reminded_once_while_there_is_time(self, line, open_bakery):
        visitor = asked(line, open_bakery)
        tick()
        assert len(notices(visitor)) == 1
        pass_time(visitor, timedelta(minutes=14))
        tick()
        tick()
        _, reminder = notices(visitor)
        assert (reminder.kind, reminder.subject.split(" expects")[0]) == (NoticeKind.REMINDER, "A visitor")
        assert promises(visitor)[0].reminded_at is not None
        assert len(said_by_bot(visitor)) == 1

    def test_missed_it_is_said_once_and_mailed(self, line, open_bakery):
        visitor = asked(line, open_bakery)
        pass_time(visitor, timedelta(minutes=21))
        tick()
        line.run_all()
        tick()
        assert [notice.kind for notice in notices(visitor)] == [NoticeKind.HAND_OVER, NoticeKind.MISSED]
        _, sorry = said_by_bot(visitor)
        assert sorry.startswith("I'm sorry: I told you there would be an answer by")
        assert visitor.turns()[0].reply == said_by_bot(visitor)[0]

    def test_missed_it_is_said_in_the_channel(self, chat: Chat):
        chat.say(PERSON)
        pass_time(chat.visitor, timedelta(minutes=21))
        tick()
        chat.happen()
        tick()
        chat.happen()
        assert ["sorry" in reply for reply in chat.replies()] == [False, True]
        (turn,) = chat.visitor.turns()
        parts = {part.part: part.state for part in chat.visitor.parts(turn)}
        assert parts[Part.MISSED] == OutboundState.DELIVERED

    def test_missed_days_after_the_hand_over_it_is_still_said(self, chat: Chat):
        chat.say(PERSON)
        pass_time(chat.visitor, timedelta(minutes=21))
        with tenant_session(chat.tenant.tenant_id) as session:
            (turn,) = chat.visitor.turns()
            session.get_one(type(turn), (turn.tenant_id, turn.id)).ended_at = now() - timedelta(days=4)
        tick()
        chat.happen()
        assert len(chat.replies()) == 2

    def test_not_after_a_person_answered_meanwhile(self, chat: Chat):
        chat.say(PERSON)
        pass_time(chat.visitor, timedelta(minutes=21))
        chat.double.fault("webhook_drop", event="message:created")
        chat.double.say(conversation_id=chat.name, body="Anna here.", **{"as": "human"})  # nobody has told us
        tick()
        chat.happen()
        assert len(chat.replies()) == 1
        (turn,) = [turn for turn in chat.visitor.turns() if turn.state == TurnState.HANDED_OVER]
        parts = {part.part: part.state for part in chat.visitor.parts(turn)}
        assert parts[Part.MISSED] == OutboundState.DROPPED

    def test_not_after_a_sign_that_only_redis_knows(self, line, open_bakery):
        visitor = asked(line, open_bakery)
        pass_time(visitor, timedelta(minutes=21))
        queue().raise_epoch(visitor.tenant_id, str(visitor.conversation_id))
        tick()
        assert len(said_by_bot(visitor)) == 1

    def test_not_if_the_promise_itself_was_never_heard(self, line, open_bakery):
        visitor = asked(line, open_bakery)
        with tenant_session(open_bakery.tenant_id) as session:
            session.execute(update(Outbound).where(Outbound.part == Part.HAND_OVER).values(state=OutboundState.DROPPED))
        pass_time(visitor, timedelta(minutes=21))
        tick()
        assert len(said_by_bot(visitor)) == 1
        assert NoticeKind.MISSED in [notice.kind for notice in notices(visitor)]

    def test_a_process_that_dies_before_saying_it_says_it_by_the_sweep(self, line, open_bakery, monkeypatch):
        visitor = asked(line, open_bakery)
        pass_time(visitor, timedelta(minutes=21))
        with monkeypatch.context() as patched:
            patched.setattr("workers.hand_over.say_more", _dies)
            with pytest.raises(ConnectionError):
                watch_promises(now())
        with tenant_session(open_bakery.tenant_id) as session:
            session.execute(update(Outbound).values(updated_at=now() - timedelta(minutes=5)))
        next(task for task in TASKS if task.name == "sweep").run(Stores())
        line.run_all()
        assert len(said_by_bot(visitor)) == 2

    def test_a_late_answer_is_noted_and_ends_it(self, line, open_bakery):
        visitor = asked(line, open_bakery)
        pass_time(visitor, timedelta(minutes=21))
        tick()
        visitor.say("Anna here, sorry!", kind=MessageKind.HUMAN, api=False)
        line.run_all()
        (promise,) = promises(visitor)
        assert promise.missed_at is not None
        assert promise.kept_at is not None

    def test_each_tenant_is_told_of_its_own(self, line, open_bakery, mallory):
        visitor = asked(line, open_bakery)
        pass_time(visitor, timedelta(minutes=21))
        tick()
        with tenant_session(mallory.tenant_id) as session:
            assert session.scalars(select(Notice)).all() == []
            assert session.scalars(select(Promise)).all() == []


def _dies(_: object) -> None:
    raise ConnectionError


def test_after_closing_a_new_message_begins_a_fresh_episode(chat: Chat):
    """Nothing of what was said before closing leads back to the person."""
    for text in (PERSON, "I really want a human, now!"):
        chat.say(text)
    chat.person("Anna here, done.")
    chat.close()
    chat.say(QUESTION)
    chat.say("Ok")
    assert [state for state, _ in chat.ends()[-2:]] == [TurnState.DELIVERED, TurnState.DELIVERED]
    with tenant_session(chat.tenant.tenant_id) as session:
        from models.message import history_of_turn

        turn = chat.visitor.turns()[-1]
        said = [body for _, body in history_of_turn(session, turn.id, limit=20).get()]
    assert said[0] == QUESTION
    assert PERSON not in said


def test_a_lead_merged_from_an_earlier_conversation_names_the_visitor(line, open_bakery):
    earlier = api_visitor(open_bakery)
    earlier.say("My name is Tom Baker, my mail is tom@bakery.example")
    line.run_all()
    visitor = api_visitor(open_bakery)
    visitor.say("You can write to tom@bakery.example")
    line.run_all()
    visitor.say(PERSON)
    line.run_all()
    told = next(notice for notice in notices(visitor) if notice.kind == NoticeKind.HAND_OVER)
    assert told.subject.startswith("Tom Baker needs a person")
    assert "Email: tom@bakery.example" in told.body

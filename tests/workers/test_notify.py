"""What the business is told: one mail per event, sent until a server took it, and never again after."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from clients.mail import Mail, SmtpServer, Taken
from config.errors import PermanentError, StoreUnavailable, TransientError
from models.base import now
from models.conversation import Owner
from models.database import tenant_session
from models.jobs import SendNotice
from models.notice import Notice, NoticeKind, NoticeState, notice_id
from models.turn import Delivery, Turn
from tests.doubles.papercups.handle import PapercupsDouble
from tests.doubles.smtp import SmtpDouble, running
from tests.workers.line import Line, Visitor, api_visitor, configure
from tests.workers.test_deliver import Desk
from tests.workers.test_sweep import age
from workers import deliver, notify
from workers.broker import queue
from workers.sweep import sweep

ANNA = "anna@bakery.example"


class Post:
    """A mail server by hand: `answers` are raised or returned in turn, then everything is taken."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.answers: list[Taken | Exception] = []

    def send(self, mail: Mail) -> Taken:
        self.mails.append(mail)
        answer = self.answers.pop(0) if self.answers else Taken(tuple(mail.recipients))
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    made = Post()
    monkeypatch.setattr(notify, "mail", lambda: made)
    monkeypatch.setattr(notify, "SOONEST_S", 0.01)
    monkeypatch.setattr(notify, "LATEST_S", 0.02)
    return made


@pytest.fixture
def visitor(bakery) -> Visitor:
    configure(bakery, notify=[ANNA], region="GB")
    return api_visitor(bakery)


def notices(visitor: Visitor) -> list[Notice]:
    with tenant_session(visitor.tenant.tenant_id) as session:
        return list(session.scalars(select(Notice).order_by(Notice.created_at)))


def set_notices(visitor: Visitor, **values: object) -> None:
    with tenant_session(visitor.tenant.tenant_id) as session:
        session.execute(update(Notice).values(**values))


def handed_over(line: Line, visitor: Visitor) -> Notice:
    """A visitor who asked for a person; the notice is stored and not sent."""
    visitor.say("I want to talk to a human")
    line.run_all("receive")
    line.run_all("turn")
    (notice,) = notices(visitor)
    return notice


class TestToldOf:
    def test_a_hand_over(self, line: Line, visitor: Visitor, post: Post):
        visitor.say(
            "My name is Tom. I want to talk to a human", customer={"name": "Tom\r\nBcc: x", "email": "tom@x.example"}
        )
        line.run_all()
        mail, _ = post.mails  # the other tells of the lead
        notice, _ = notices(visitor)
        assert (notice.kind, notice.state, notice.reason) == ("hand_over", "sent", None)
        assert notice.sent_at is not None
        assert list(mail.recipients) == [ANNA]
        assert mail.message_id == f"<{notice.id}@frontdesk>"
        assert "needs a person" in mail.subject
        for expected in (
            "asked for a person",
            "tom@x.example",
            "Visitor: My name is Tom.",
            f"/conversations/{visitor.conversation_id}",
        ):
            assert expected in mail.text
        assert f"POST http://localhost:8000/api/v1/conversations/{visitor.conversation_id}/messages" in mail.text

    def test_a_new_lead_and_not_of_what_it_adds_later(self, line: Line, visitor: Visitor, post: Post):
        visitor.say("I'm Anna Schmidt, I'd like a wedding cake: anna@example.com")
        line.run_all()
        visitor.say("and my number is 0161 496 0142")
        line.run_all()
        assert [notice.kind for notice in notices(visitor)] == ["lead"]
        (mail,) = post.mails
        assert mail.subject == "New contact from Anna Schmidt · Alice's Bakery"
        assert "Email: anna@example.com" in mail.text
        assert "wedding cake" in mail.text
        assert "goes on answering" in mail.text

    def test_a_hand_over_of_somebody_who_left_contact_before(self, line: Line, visitor: Visitor, post: Post):
        visitor.say("I'm Anna Schmidt, anna@example.com")
        line.run_all()
        visitor.say("I want to talk to a human")
        line.run_all()
        assert post.mails[-1].subject == "Anna Schmidt needs a person · Alice's Bakery"
        assert "Email: anna@example.com" in post.mails[-1].text

    def test_an_overdue_turn(self, line: Line, visitor: Visitor, post: Post):
        visitor.say("What are your opening hours?")
        line.run_all("receive")
        queue()._redis.flushdb()
        age(visitor, 601)
        sweep(None)
        line.run_all()
        assert [notice.kind for notice in notices(visitor)] == ["failure"]
        (mail,) = post.mails
        assert "was not answered" in mail.subject
        assert "Visitor: What are your opening hours?" in mail.text

    def test_a_turn_overdue_while_it_was_said(self, line: Line, visitor: Visitor, post: Post):
        visitor.say("What are your opening hours?")
        line.run_all("receive")
        queue()._redis.flushdb()
        age(visitor, 601, state="sending")
        sweep(None)
        line.run_all()
        assert [(turn.state, turn.reason) for turn in visitor.turns()] == [("failed", "overdue")]
        assert [notice.kind for notice in notices(visitor)] == ["failure"]
        assert len(post.mails) == 1

    def test_a_reply_that_the_channel_never_took(self, line: Line, papercups: PapercupsDouble, post: Post, monkeypatch):
        desk = Desk(papercups)
        configure(desk.tenant, notify=[ANNA])

        def refuse(*_: object) -> str:
            raise PermanentError("no")

        with monkeypatch.context() as patched:
            patched.setattr(deliver, "_hand_to_channel", refuse)
            desk.receive()
            line.run_all()
        assert (desk.turn.state, desk.turn.reason) == ("failed", "channel_refused")
        assert [notice.kind for notice in notices(desk.visitor)] == ["failure"]
        (mail,) = post.mails
        assert "the channel did not take it" in mail.text
        assert "Answer in Papercups" in mail.text


class TestSending:
    def test_second_run_changes_nothing(self, line: Line, visitor: Visitor, post: Post):
        notice = handed_over(line, visitor)
        job = SendNotice(tenant_id=visitor.tenant_id, notice_id=str(notice.id))
        for number in (1, 2):
            notify.send_notice(job, Delivery("m", number))
        line.run_all()
        assert len(post.mails) == 1
        assert notices(visitor)[0].state == NoticeState.SENT

    def test_later_is_tried_again_with_the_same_name(self, line: Line, visitor: Visitor, post: Post):
        post.answers = [TransientError("451 later"), TransientError("421 busy")]
        notice = handed_over(line, visitor)
        line.run_all()
        assert [mail.message_id for mail in post.mails] == [notice.message_id] * 3
        assert notices(visitor)[0].state == NoticeState.SENT

    def test_while_it_waits_the_row_says_why(self, line: Line, visitor: Visitor, post: Post, monkeypatch):
        monkeypatch.setattr(notify, "SOONEST_S", 900)
        monkeypatch.setattr(notify, "LATEST_S", 900)
        post.answers = [TransientError("451 greylisted")]
        handed_over(line, visitor)
        line.run_all()
        (notice,) = notices(visitor)
        assert (notice.state, notice.reason, notice.claim_until) == ("pending", "451 greylisted", None)

    def test_never_is_recorded_with_its_reason(self, line: Line, visitor: Visitor, post: Post):
        post.answers = [PermanentError("550 no such user")]
        handed_over(line, visitor)
        line.run_all()
        (notice,) = notices(visitor)
        assert (notice.state, notice.reason, notice.sent_at) == ("failed", "550 no such user", None)
        assert len(post.mails) == 1

    def test_after_a_day_it_is_given_up(self, line: Line, visitor: Visitor, post: Post):
        post.answers = [TransientError("451 later")]
        handed_over(line, visitor)
        set_notices(visitor, created_at=now() - timedelta(hours=25), reason="451 since yesterday")
        line.run_all()
        (notice,) = notices(visitor)
        assert (notice.state, notice.reason) == ("failed", "451 since yesterday")
        assert post.mails == []

    def test_only_those_who_were_not_reached_get_it_again(self, line: Line, bakery, visitor: Visitor, post: Post):
        configure(bakery, notify=[ANNA, "bob@x.example", "eve@x.example"])
        post.answers = [Taken((ANNA,), {"bob@x.example": "450 later"}, {"eve@x.example": "550 unknown"})]
        handed_over(line, visitor)
        line.run_all()
        assert [list(mail.recipients) for mail in post.mails] == [
            [ANNA, "bob@x.example", "eve@x.example"],
            ["bob@x.example"],
        ]
        (notice,) = notices(visitor)
        assert (notice.state, notice.reached) == ("sent", [ANNA, "bob@x.example"])
        assert "eve@x.example: 550 unknown" in (notice.reason or "")

    def test_nobody_to_send_to_is_visible(self, line: Line, bakery, visitor: Visitor, post: Post):
        configure(bakery, notify=[])
        handed_over(line, visitor)
        line.run_all()
        (notice,) = notices(visitor)
        assert (notice.state, notice.reason) == ("failed", "no address")
        assert post.mails == []

    def test_a_lost_job_is_sent_again_by_the_sweep_once(self, line: Line, visitor: Visitor, post: Post):
        handed_over(line, visitor)
        queue()._redis.flushdb()
        set_notices(visitor, updated_at=now() - timedelta(seconds=30))
        sweep(None)
        sweep(None)
        line.run_all()
        assert len(post.mails) == 1

    def test_what_somebody_is_sending_is_left_alone(self, line: Line, visitor: Visitor, post: Post):
        notice = handed_over(line, visitor)
        set_notices(visitor, claim_until=now() + timedelta(seconds=60))
        entry = line.fetch("notice")
        assert entry is not None
        assert line.run(entry) == "not_yet"
        set_notices(visitor, claim_until=now() - timedelta(seconds=1))  # its process died
        notify.send_notice(SendNotice(tenant_id=visitor.tenant_id, notice_id=str(notice.id)), Delivery("m", 2))
        assert len(post.mails) == 1

    def test_a_mail_that_was_taken_waits_for_postgres_and_is_not_sent_again(
        self, line: Line, visitor: Visitor, post: Post, monkeypatch
    ):
        handed_over(line, visitor)
        real, failures = notify._recorded, iter([True, True])

        def away(*arguments: object) -> bool:
            if next(failures, False):
                raise StoreUnavailable("away")
            return real(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(notify, "_recorded", away)
        monkeypatch.setattr(notify, "RECORD_AGAIN_S", 0)
        line.run_all()
        assert len(post.mails) == 1
        assert notices(visitor)[0].state == NoticeState.SENT

    def test_a_bug_lets_go_of_the_notice(self, line: Line, visitor: Visitor, post: Post):
        notice = handed_over(line, visitor)
        post.answers = [ValueError("boom")]
        with pytest.raises(ValueError, match="boom"):
            notify.send_notice(SendNotice(tenant_id=visitor.tenant_id, notice_id=str(notice.id)), Delivery("m", 1))
        assert notices(visitor)[0].claim_until is None
        line.run_all()
        assert notices(visitor)[0].state == NoticeState.SENT

    def test_the_notice_of_an_erased_conversation_is_skipped(self, line: Line, visitor: Visitor, post: Post):
        notify.send_notice(SendNotice(tenant_id=visitor.tenant_id, notice_id=str(uuid.uuid4())), Delivery("m", 1))
        assert post.mails == []

    def test_a_rolled_back_event_tells_nobody(self, line: Line, visitor: Visitor, post: Post, monkeypatch):
        from workers import notices as told

        monkeypatch.setattr(told, "add_notice", lambda *_, **__: 1 / 0)
        visitor.say("I want to talk to a human")
        line.run_all("receive")
        with pytest.raises(ZeroDivisionError):
            line.run_all("turn")
        assert visitor.conversation().owner == Owner.BOT
        assert post.mails == []


class TestOverSmtp:
    @pytest.fixture
    def server(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpDouble]:
        monkeypatch.setattr(notify, "SOONEST_S", 0.01)
        monkeypatch.setattr(notify, "LATEST_S", 0.02)
        with running() as double:
            monkeypatch.setattr(notify, "mail", lambda: SmtpServer(double.url, "desk@frontdesk.example", "localhost"))
            yield double

    def test_a_server_that_vanishes_after_the_text_gets_the_same_mail_again(self, line: Line, visitor: Visitor, server):
        """Nobody can say whether it took it: the one case in which a reader's mail program recognises a repeat."""
        server.cut_after_data = True
        notice = handed_over(line, visitor)
        entry = line.fetch("notice")
        assert entry is not None
        assert line.run(entry) == "transient"
        server.cut_after_data = False
        line.run_all()
        assert [(mail.message["Message-ID"], mail.said_yes) for mail in server.mails] == [
            (notice.message_id, False),
            (notice.message_id, True),
        ]
        assert notices(visitor)[0].state == NoticeState.SENT

    def test_an_outage_is_outlasted(self, line: Line, visitor: Visitor, server):
        server.greeting = "421 closed for the night"
        handed_over(line, visitor)
        entry = line.fetch("notice")
        assert entry is not None
        assert line.run(entry) == "transient"
        server.greeting = "220 good morning"
        line.run_all()
        assert len(server.mails) == 1


def test_an_event_has_one_notice_and_its_id_is_known_before(line: Line, visitor: Visitor, post: Post):
    notice = handed_over(line, visitor)
    (turn,) = visitor.turns()
    assert notice.id == notice_id(visitor.tenant.tenant_id, NoticeKind.HAND_OVER, str(turn.id))
    with tenant_session(visitor.tenant.tenant_id) as session:
        from models.notice import add_notice

        again = add_notice(
            session, turn.tenant_id, NoticeKind.HAND_OVER, str(turn.id), recipients=[], subject="", body=""
        )
        assert again is None
        assert session.scalars(select(Turn.id)).all() == [turn.id]

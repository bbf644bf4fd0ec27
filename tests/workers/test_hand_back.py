"""Back to the bot: whoever writes after a person closed the chat starts anew, and nothing hands over by itself.

Whole stories: the Papercups double's webhooks reach the real ingress, the stages run by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models.base import now
from models.conversation import Conversation, Owner
from models.database import tenant_session
from models.jobs import MessageKind, ReconcileConnection
from models.notice import Notice
from models.outbound import Part
from models.turn import TurnState
from tests.doubles.papercups.handle import PapercupsDouble
from tests.ingress.conftest import PATIENCE_S, base_url, served  # noqa: F401  # fixture
from tests.workers.conftest import teach
from tests.workers.line import Line, Visitor, api_visitor, papercups_tenant, papercups_visitor
from workers.broker import queue

QUESTION = "Where can I park?"
PERSON = "I want to talk to a human"
UNKNOWN = "Do you repair submarines?"


class Chat:
    """One visitor of a business on Papercups, whose webhooks arrive."""

    def __init__(self, line: Line, double: PapercupsDouble, address: str) -> None:
        self.line, self.double = line, double
        self.tenant, self.account = papercups_tenant(double)
        teach(self.tenant)
        double.http.post(
            f"/_double/accounts/{self.account['account_id']}/webhook",
            json={
                "webhook_url": self.tenant.as_json(address)["papercups_webhook_url"],
                "scope": "conversation:updated",
                "verified": True,
            },
        ).raise_for_status()
        self.name = ""

    def happen(self) -> None:
        """Webhooks arrive and jobs run, until nothing moves any more."""
        while True:
            before = len(self.double.journal()["webhooks"])
            self.line.run_all(patience_s=1.0)
            if len(self.double.journal()["webhooks"]) == before:
                return

    def say(self, text: str) -> None:
        where = {"conversation_id": self.name} if self.name else {"account_id": self.account["account_id"]}
        self.name = self.double.say(body=text, **where)["conversation_id"]
        self.happen()

    def person(self, text: str) -> None:
        self.double.say(conversation_id=self.name, body=text, **{"as": "human"})
        self.happen()

    def assign(self) -> None:
        self.double.assign(self.name, self.account["human_user_id"])
        self.happen()

    def close(self) -> None:
        self.double.close_conversation(self.name)
        self.happen()

    @property
    def visitor(self) -> Visitor:
        return papercups_visitor(self.tenant, self.name)

    @property
    def owner(self) -> str:
        return self.visitor.conversation().owner

    def ends(self) -> list[tuple[str, str | None]]:
        return [(turn.state, turn.reason) for turn in self.visitor.turns()]

    def replies(self) -> list[str]:
        messages = self.double.journal(self.name)["messages"]
        return [message["body"] for message in messages if message["who"] == "bot"]

    def notices(self) -> int:
        with tenant_session(self.tenant.tenant_id) as session:
            return len(session.scalars(select(Notice.id)).all())


@pytest.fixture
def chat(line: Line, papercups: PapercupsDouble, base_url: str) -> Chat:  # noqa: F811
    return Chat(line, papercups, base_url)


def answered_anew(chat: Chat) -> None:
    """A fresh question is answered by the bot, which keeps the conversation, also after the channel's own echoes."""
    chat.say(QUESTION)
    assert (TurnState.DELIVERED, None) in chat.ends()[-2:]  # the very last may be what was found meanwhile
    assert "free parking" in chat.replies()[-1]
    assert chat.owner == Owner.BOT
    said = len(chat.replies())
    visitor = chat.visitor
    queue().enqueue(ReconcileConnection(tenant_id=visitor.tenant_id, connection_id=str(visitor.connection_id)))
    chat.happen()
    assert (chat.owner, len(chat.replies())) == (Owner.BOT, said)


def test_after_a_person_answered_and_closed_the_bot_answers_anew(chat: Chat):
    chat.say(PERSON)
    assert chat.ends() == [(TurnState.HANDED_OVER, "asked")]
    chat.person("Anna here, how can I help?")
    chat.say("It is about my cake.")
    assert chat.ends()[-1] == (TurnState.SILENT, "human_owns")
    chat.close()
    assert chat.owner == Owner.BOT
    answered_anew(chat)
    assert chat.notices() == 1  # told once, of the one time somebody asked


def test_a_hand_over_that_is_closed_unanswered_is_over(chat: Chat):
    chat.say(PERSON)
    chat.close()
    answered_anew(chat)


def test_who_asks_again_after_closing_is_handed_over_again(chat: Chat):
    chat.say(PERSON)
    chat.close()
    chat.say(PERSON)
    assert chat.ends() == [(TurnState.HANDED_OVER, "asked")] * 2
    assert chat.owner == Owner.HUMAN
    parts = [part.part for turn in chat.visitor.turns() for part in chat.visitor.parts(turn)]
    assert parts == [Part.HAND_OVER, Part.NOTE, Part.ASSIGNMENT] * 2
    assert chat.notices() == 2


def test_the_person_a_closed_conversation_is_still_assigned_to_is_no_new_sign(chat: Chat):
    chat.say(QUESTION)
    chat.assign()
    assert chat.owner == Owner.HUMAN
    chat.close()
    answered_anew(chat)


def test_nor_is_one_whose_assignment_was_only_seen_with_the_closing(chat: Chat):
    chat.say(QUESTION)
    chat.double.fault("webhook_drop", event="conversation:updated")
    chat.assign()
    chat.close()
    answered_anew(chat)


def test_nor_when_redis_has_forgotten_whom_it_knew(chat: Chat):
    chat.say(QUESTION)
    chat.assign()
    chat.close()
    queue()._redis.flushdb()
    chat.line = Line()
    answered_anew(chat)


def test_a_persons_message_from_before_the_closing_is_history_when_found_late(chat: Chat):
    chat.say(QUESTION)
    chat.double.fault("webhook_drop", event="message:created")
    chat.person("Behind the house!")
    chat.close()
    answered_anew(chat)


def test_a_person_who_writes_after_closing_has_it_again(chat: Chat):
    chat.say(QUESTION)
    chat.close()
    chat.person("One more thing: bring an umbrella.")
    assert chat.owner == Owner.HUMAN
    chat.say("Thanks, where can I park?")
    assert chat.ends()[-1] == (TurnState.SILENT, "human_owns")


def test_another_person_may_take_it_after_the_bot_had_it(chat: Chat):
    chat.say(QUESTION)
    chat.assign()
    chat.close()
    answered_anew(chat)
    chat.double.assign(chat.name, chat.account["admin_user_id"])
    chat.happen()
    assert chat.owner == Owner.HUMAN


def test_a_visitors_message_that_was_lost_before_the_closing_is_not_brought_up_again(chat: Chat):
    chat.say(QUESTION)
    chat.double.fault("webhook_drop", event="message:created")
    chat.say("Are you there?")
    chat.person("Yes, behind the house!")
    chat.close()
    answered_anew(chat)
    assert TurnState.HANDED_OVER not in [state for state, _ in chat.ends()]
    assert chat.notices() == 0


def test_after_a_long_silence_of_the_person_the_bot_answers_anew(chat: Chat):
    chat.say(PERSON)
    chat.assign()
    with tenant_session(chat.tenant.tenant_id) as session:
        session.execute(update(Conversation).values(last_human_at=now() - timedelta(hours=13)))
    answered_anew(chat)


def test_what_was_not_known_before_closing_does_not_count_after_it(chat: Chat):
    for _ in range(3):
        chat.say(UNKNOWN)
    assert chat.ends()[-1] == (TurnState.HANDED_OVER, "low_confidence")
    chat.close()
    chat.say(UNKNOWN)
    assert chat.ends()[-1] == (TurnState.DELIVERED, None)
    assert chat.owner == Owner.BOT
    answered_anew(chat)


class TestOverTheApi:
    @pytest.fixture
    def call(self, base_url: str, bakery) -> Iterator[Callable[..., int]]:  # noqa: F811
        import httpx2

        with httpx2.Client(base_url=base_url, timeout=PATIENCE_S, headers={"X-API-Key": bakery.api_key}) as client:

            def post(visitor: Visitor, what: str, **body: str) -> int:
                path = f"/api/v1/conversations/{visitor.conversation_id}/{what}"
                return client.post(path, json=body).status_code

            yield post

    def ask(self, line: Line, visitor: Visitor, text: str = QUESTION) -> tuple[str, str | None]:
        visitor.say(text)
        line.run_all()
        turn = visitor.turns()[-1]
        return turn.state, turn.reason

    def test_a_person_answers_and_closes_and_the_bot_answers_anew(self, line: Line, bakery, call):
        visitor = api_visitor(bakery)
        assert self.ask(line, visitor, PERSON) == (TurnState.HANDED_OVER, "asked")
        assert call(visitor, "messages", text="Anna here.") == 201
        assert self.ask(line, visitor) == (TurnState.SILENT, "human_owns")
        assert call(visitor, "close") == 200
        assert visitor.conversation().closed_at is not None
        assert self.ask(line, visitor) == (TurnState.DELIVERED, None)
        assert self.ask(line, visitor) == (TurnState.DELIVERED, None)
        assert visitor.conversation().closed_at is None
        assert visitor.conversation().owner == Owner.BOT

    def test_given_back_it_is_the_bots_until_the_next_sign(self, line: Line, bakery, call):
        visitor = api_visitor(bakery)
        self.ask(line, visitor)
        assert call(visitor, "owner", owner="human") == 200
        assert self.ask(line, visitor) == (TurnState.SILENT, "human_owns")
        assert call(visitor, "owner", owner="bot") == 200
        assert self.ask(line, visitor) == (TurnState.DELIVERED, None)
        assert call(visitor, "messages", text="Anna again.") == 201
        assert self.ask(line, visitor) == (TurnState.SILENT, "human_owns")

    def test_what_waited_in_a_queue_while_a_person_had_it_is_not_answered_afterwards(self, line: Line, bakery, call):
        visitor = api_visitor(bakery)
        self.ask(line, visitor)
        late = visitor.message(QUESTION)  # accepted, but nobody reads the queue
        assert call(visitor, "owner", owner="human") == 200
        line.run_all()
        assert call(visitor, "owner", owner="bot") == 200
        line.run_all()
        queue().enqueue(late)
        line.run_all()
        assert [(turn.state, turn.reason) for turn in visitor.turns()][1:] == [(TurnState.SILENT, "human_owns")]
        assert self.ask(line, visitor) == (TurnState.DELIVERED, None)

    def test_nothing_that_is_being_written_leaves_after_a_person_answered(self, line: Line, bakery, call):
        visitor = api_visitor(bakery)
        job = visitor.say(QUESTION)
        line.run_all("receive")
        line.run_all("turn")
        assert call(visitor, "messages", text="Anna here.") == 201
        line.run_all()
        assert visitor.turns()[-1].state == TurnState.SILENT
        assert [kind for kind, _ in visitor.events(job.turn_id or "")] in (["done"], ["stopped"])

    def test_a_message_of_the_channels_kind_still_takes_over(self, line: Line, bakery):
        visitor = api_visitor(bakery)
        self.ask(line, visitor)
        visitor.say("hello", kind=MessageKind.HUMAN, turn_id=None)
        assert self.ask(line, visitor) == (TurnState.SILENT, "human_owns")

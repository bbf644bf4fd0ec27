"""What a person of the business sees and does by API: conversations, turns, answers, leads, erasure."""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from ingress import leads as leads_endpoint
from models.base import now
from models.connection import Connection, ConnectionKind
from models.conversation import Conversation, conversation_id, ensure_conversation
from models.credential import Scope
from models.database import tenant_session
from models.lead import Lead
from models.message import Author, Message
from models.notice import Notice, NoticeKind, add_notice
from models.turn import Turn
from models.usage import Usage, UsageKind, add_usage, record_reply
from tests.ingress.conftest import key
from tests.ingress.rows import conversation_of, recorded
from tests.ingress.test_turns import NOT_FOUND, scoped

SOURCE = {"entry_id": str(uuid.uuid4()), "title": "Opening hours?", "text": "At nine."}


def get(http, path: str, credential: str, **more: object):
    return http.get(f"/api/v1/{path}", headers=key(credential), **more)


def wrote(tenant, conversation: str, body: str, author: Author = Author.VISITOR, *, turn: str | None = None) -> str:
    """A message as the workers would have recorded it; its id."""
    with tenant_session(tenant.tenant_id) as session:
        found = session.get_one(Conversation, (tenant.tenant_id, uuid.UUID(conversation)))
        made = Message(
            tenant_id=tenant.tenant_id,
            id=uuid.uuid4(),
            conversation_id=found.id,
            connection_id=found.connection_id,
            external_id=uuid.uuid4().hex,
            author=author,
            body=body,
            sent_at=now(),
            accepted_at=now(),
            turn_id=uuid.UUID(turn) if turn else None,
        )
        session.add(made)
    return str(made.id)


def in_papercups(tenant, external_id: str = "p1", customer: str = "c1") -> str:
    """A conversation that lives in a vendor's channel; its id."""
    with tenant_session(tenant.tenant_id) as session:
        connection = session.scalars(select(Connection.id).where(Connection.kind == ConnectionKind.PAPERCUPS)).one()
        name = conversation_id(tenant.tenant_id, connection, external_id)
        ensure_conversation(session, tenant.tenant_id, name, connection, external_id).knows_customer(
            {"external_id": customer, "name": "Tom"}
        )
    return str(name)


def lead(tenant, conversation: str, **facts: object) -> str:
    with tenant_session(tenant.tenant_id) as session:
        made = Lead(tenant_id=tenant.tenant_id, id=uuid.uuid4(), conversation_id=uuid.UUID(conversation), **facts)
        session.add(made)
    return str(made.id)


class TestReading:
    def test_a_conversation_is_shown_without_our_own_marks(self, http, alice):
        conversation, turn = recorded(alice)
        message = wrote(alice, conversation, "When do you open?", turn=turn)
        answer = get(http, f"conversations/{conversation}", alice.api_key)
        assert answer.status_code == 200
        view = answer.json()
        assert view["last_message"].pop("at") <= datetime.now(UTC).isoformat()
        assert view["last_message"] == {
            "id": message,
            "author": "visitor",
            "text": "When do you open?",
            "turn_id": turn,
        }
        assert (view["id"], view["visitor_id"]) == (conversation, conversation)
        assert (view["owner"], view["channel"], view["closed_at"]) == ("bot", "api", None)
        assert not {"epoch", "external_id", "assignee"} & set(view)
        assert get(http, "conversations", alice.api_key).json() == {"conversations": [answer.json()], "next": None}

    def test_conversations_come_by_latest_activity_in_pages(self, http, alice):
        names = [recorded(alice, session_id=f"session-{number}" * 4)[0] for number in range(5)]
        found, cursor = [], None
        while True:
            params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = get(http, "conversations", alice.api_key, params=params).json()
            found += [view["id"] for view in page["conversations"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert found == names[::-1]

    def test_they_are_filtered_by_owner_and_activity(self, http, workers, alice):
        old, taken = recorded(alice)[0], recorded(alice, session_id="s" * 30)[0]
        http.post(f"/api/v1/conversations/{taken}/owner", json={"owner": "human"}, headers=key(alice.api_key))
        with tenant_session(alice.tenant_id) as session:
            session.execute(
                update(Conversation)
                .where(Conversation.id == uuid.UUID(old))
                .values(last_activity_at=now() - timedelta(days=2))
            )

        def ids(**params: str) -> list[str]:
            views = get(http, "conversations", alice.api_key, params=params).json()["conversations"]
            return [view["id"] for view in views]

        assert ids(owner="human") == [taken]
        assert ids(owner="bot") == [old]
        assert ids(since=(now() - timedelta(days=1)).isoformat()) == [taken]
        assert ids(since="2026-01-01") == [taken, old]

    @pytest.mark.parametrize(
        ("params", "field"),
        [
            ({"owner": "nobody"}, "owner"),
            ({"since": "yesterday"}, "since"),
            ({"since": "0001-01-01T00:00:00+14:00"}, "since"),
            ({"limit": "0"}, "limit"),
            ({"limit": "101"}, "limit"),
            ({"limit": "x"}, "limit"),
            ({"cursor": "x"}, "cursor"),
            ({"cursor": "\x00"}, "cursor"),
        ],
    )
    def test_a_wrong_parameter_is_named(self, http, alice, params, field):
        answer = get(http, "conversations", alice.api_key, params=params)
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
        assert answer.json()["detail"].startswith(f"{field}:")

    def test_messages_come_newest_first_in_pages(self, http, alice):
        conversation, _ = recorded(alice)
        said = [wrote(alice, conversation, f"number {number}") for number in range(3)]
        path = f"conversations/{conversation}/messages"
        first = get(http, path, alice.api_key, params={"limit": 2}).json()
        rest = get(http, path, alice.api_key, params={"limit": 2, "cursor": first["next"]}).json()
        assert [view["id"] for view in first["messages"] + rest["messages"]] == said[::-1]
        assert rest["next"] is None

    def test_turns_tell_how_they_ended_and_why(self, http, alice):
        conversation, turn = recorded(alice, intent="faq", confidence=0.9, sources=[SOURCE], model="m")
        recorded(alice, state="handed_over", reason="asked", reply="A person will answer.")
        views = get(http, f"conversations/{conversation}/turns", alice.api_key).json()["turns"]
        assert [(view["state"], view["reason"]) for view in views] == [("handed_over", "asked"), ("delivered", None)]
        facts = {name: views[1][name] for name in ("id", "intent", "confidence", "reply", "sources", "model")}
        assert facts == {
            "id": turn,
            "intent": "faq",
            "confidence": 0.9,
            "reply": "At nine.",
            "sources": [SOURCE],
            "model": "m",
        }

    @pytest.mark.parametrize("path", ["", "/messages", "/turns"])
    def test_what_is_not_there_is_not_found(self, http, alice, path):
        for name in (str(uuid.uuid4()), "x"):
            answer = get(http, f"conversations/{name}{path}", alice.api_key)
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)

    @pytest.mark.parametrize(
        "path", ["conversations", "conversations/x", "conversations/x/messages", "conversations/x/turns", "leads"]
    )
    def test_it_needs_the_scope(self, http, alice, path):
        for credential in (alice.account_token, scoped(alice, Scope.CHAT, Scope.CONVERSATIONS_WRITE)):
            assert get(http, path, credential).status_code == 403
        assert get(http, path, "fd_nobody").status_code == 401


class TestAnswering:
    def say(self, http, conversation: str, credential: str, text: object = "Anna here.", **headers: str):
        return http.post(
            f"/api/v1/conversations/{conversation}/messages", json={"text": text}, headers=key(credential, **headers)
        )

    def test_a_person_who_answers_takes_the_conversation_over(self, http, workers, alice):
        conversation, _ = recorded(alice)
        answer = self.say(http, conversation, alice.api_key, "  Anna here.\x00 ")
        assert answer.status_code == 201
        assert (answer.json()["author"], answer.json()["text"], answer.json()["turn_id"]) == (
            "human",
            "Anna here.",
            None,
        )
        epoch = workers.queue.epoch(str(alice.tenant_id), conversation)
        assert conversation_of(alice, conversation) == ("human", epoch)
        view = get(http, f"conversations/{conversation}", alice.api_key).json()
        assert view["last_message"] == answer.json()
        assert view["last_human_at"] is not None

    def test_it_is_said_once_per_idempotency_key(self, http, workers, alice):
        conversation, _ = recorded(alice)
        first = self.say(http, conversation, alice.api_key, **{"Idempotency-Key": "k"})
        http.post(f"/api/v1/conversations/{conversation}/owner", json={"owner": "bot"}, headers=key(alice.api_key))
        again = self.say(http, conversation, alice.api_key, **{"Idempotency-Key": "k"})
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()
        owner, epoch = conversation_of(alice, conversation)
        assert (owner, epoch) == ("bot", workers.queue.epoch(str(alice.tenant_id), conversation))
        other = self.say(http, conversation, alice.api_key, "Another", **{"Idempotency-Key": "k"})
        assert (other.status_code, other.json()["error"]) == (409, "conflict")
        bad = self.say(http, conversation, alice.api_key, **{"Idempotency-Key": "a b"})
        assert bad.status_code == 422

    @pytest.mark.parametrize("text", [None, "", "  ", 7, ["x"], "x" * 8001])
    def test_a_text_is_text(self, http, workers, alice, text):
        conversation, _ = recorded(alice)
        answer = self.say(http, conversation, alice.api_key, text)
        assert (answer.status_code, "text" in answer.json()["detail"]) == (422, True)
        assert conversation_of(alice, conversation) == ("bot", 0)

    def test_in_papercups_it_is_answered_there(self, http, workers, alice):
        conversation = in_papercups(alice)
        answer = self.say(http, conversation, alice.api_key)
        assert (answer.status_code, answer.json()["error"]) == (409, "conflict")
        assert "Papercups" in answer.json()["detail"]
        assert conversation_of(alice, conversation) == ("bot", 0)
        assert workers.queue.epoch(str(alice.tenant_id), conversation) is None

    def test_it_needs_the_scope_and_a_conversation(self, http, workers, alice):
        conversation, _ = recorded(alice)
        reader = scoped(alice, Scope.CHAT, Scope.CONVERSATIONS_READ)
        assert self.say(http, conversation, reader).status_code == 403
        assert self.say(http, conversation, alice.account_token).status_code == 403
        name = str(uuid.uuid4())
        assert self.say(http, name, alice.api_key).status_code == 404
        assert workers.queue.epoch(str(alice.tenant_id), name) is None


class TestClosing:
    @pytest.mark.parametrize("how", ["close", "owner"])
    def test_a_channel_is_told(self, http, workers, alice, how):
        conversation, (elsewhere, _) = in_papercups(alice), recorded(alice)
        for name in (conversation, elsewhere):
            answer = http.post(f"/api/v1/conversations/{name}/{how}", json={"owner": "bot"}, headers=key(alice.api_key))
            assert answer.status_code == 200
        (job,) = workers.queue.fetch("test", ["turn"], 5, call="9:1").messages
        message = json.loads(job.payload)
        assert (message["actor_name"], message["kwargs"]["conversation_id"]) == ("channel.update", conversation)

    def test_a_closed_conversation_is_the_bots_again(self, http, workers, alice):
        conversation, _ = recorded(alice)
        http.post(f"/api/v1/conversations/{conversation}/owner", json={"owner": "human"}, headers=key(alice.api_key))
        _, epoch = conversation_of(alice, conversation)
        answers = [
            http.post(f"/api/v1/conversations/{conversation}/close", headers=key(alice.api_key)) for _ in range(2)
        ]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json()["closed_at"] == answers[1].json()["closed_at"] is not None
        assert conversation_of(alice, conversation) == ("bot", epoch)

    def test_it_needs_the_scope_and_a_conversation(self, http, alice):
        conversation, _ = recorded(alice)
        path = f"/api/v1/conversations/{conversation}/close"
        assert http.post(path, headers=key(scoped(alice, Scope.CONVERSATIONS_READ))).status_code == 403
        unknown = http.post(f"/api/v1/conversations/{uuid.uuid4()}/close", headers=key(alice.api_key))
        assert (unknown.status_code, unknown.json()) == (404, NOT_FOUND)


class TestLeads:
    def test_they_come_newest_first_in_pages(self, http, alice):
        conversation, _ = recorded(alice)
        for number in range(3):
            lead(alice, conversation, email=f"{number}@x.example", name="Anna")
        first = get(http, "leads", alice.api_key, params={"limit": 2}).json()
        rest = get(http, "leads", alice.api_key, params={"limit": 2, "cursor": first["next"]}).json()
        assert [view["email"] for view in first["leads"] + rest["leads"]] == [
            "2@x.example",
            "1@x.example",
            "0@x.example",
        ]
        assert rest["next"] is None
        assert set(first["leads"][0]) == set(leads_endpoint.COLUMNS)

    def test_csv_holds_all_of_them_however_it_is_asked_for(self, http, alice, monkeypatch):
        monkeypatch.setattr(leads_endpoint, "CSV_ROWS", 2)
        conversation, _ = recorded(alice)
        for number in range(5):
            lead(alice, conversation, email=f"{number}@x.example", wish='two\nlines, "quoted"')
        for answer in (
            get(http, "leads?format=csv", alice.api_key),
            http.get("/api/v1/leads", headers=key(alice.api_key, Accept="text/csv")),
        ):
            assert answer.headers["content-type"] == "text/csv; charset=utf-8"
            assert "attachment" in answer.headers["content-disposition"]
            rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
            assert [row["email"] for row in rows] == [f"{number}@x.example" for number in (4, 3, 2, 1, 0)]
            assert rows[0]["wish"] == 'two\nlines, "quoted"'

    @pytest.mark.parametrize(
        "wish", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1", "\t=1", "\r=1", "＝1", "%0A=1", "|calc"]
    )
    def test_no_spreadsheet_runs_what_a_visitor_wrote(self, http, alice, wish):
        lead(alice, recorded(alice)[0], phone="+441614960142", wish=wish)
        text = get(http, "leads?format=csv", alice.api_key).content.decode()
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
        assert row["wish"] == "'" + wish
        assert row["phone"] == "+441614960142"

    def test_an_unknown_form_is_named(self, http, alice):
        answer = get(http, "leads?format=xml", alice.api_key)
        assert (answer.status_code, answer.json()["detail"]) == (422, "format: expected json or csv.")

    def test_mallory_sees_her_own(self, http, alice, mallory):
        lead(alice, recorded(alice)[0], email="anna@x.example")
        assert get(http, "leads", mallory.api_key).json() == {"leads": [], "next": None}
        assert "anna" not in get(http, "leads?format=csv", mallory.api_key).text


class TestErasure:
    def erase(self, http, name: str, credential: str):
        return http.delete(f"/api/v1/visitors/{name}", headers=key(credential))

    def counts(self, tenant) -> dict[str, int]:
        with tenant_session(tenant.tenant_id) as session:
            return {
                table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
                for table in (Conversation, Turn, Message, Lead, Notice, Usage)
            }

    def visited(self, tenant) -> tuple[str, str]:
        """A visitor of whom every table knows something."""
        conversation, turn = recorded(tenant)
        wrote(tenant, conversation, "I'm Anna: ANNA@x.example, not eve@y.example.", turn=turn)
        lead(tenant, conversation, email="anna@x.example")
        with tenant_session(tenant.tenant_id) as session:
            add_notice(
                session,
                tenant.tenant_id,
                NoticeKind.HAND_OVER,
                turn,
                recipients=[],
                subject="s",
                body="b",
                conversation_id=uuid.UUID(conversation),
            )
            record_reply(session, tenant.tenant_id, uuid.UUID(turn))
            add_usage(
                session,
                tenant_id=tenant.tenant_id,
                turn_id=uuid.UUID(turn),
                kind=UsageKind.MODEL_CALL,
                work_id="c",
                model="m",
                prompt_tokens=7,
                completion_tokens=3,
                reported=True,
            )
        return conversation, turn

    def test_nothing_is_left_but_the_counts(self, http, workers, alice):
        conversation, turn = self.visited(alice)
        workers.queue.publish(str(alice.tenant_id), turn, "sentence", {"text": "Hello Anna"})
        answer = self.erase(http, conversation, alice.api_key)
        assert (answer.status_code, answer.content) == (204, b"")
        assert self.counts(alice) == {"conversation": 0, "turn": 0, "message": 0, "lead": 0, "notice": 0, "usage": 2}
        with tenant_session(alice.tenant_id) as session:
            assert session.scalar(select(func.sum(Usage.prompt_tokens))) == 7
        assert workers.queue.events(str(alice.tenant_id), turn) == []
        assert self.erase(http, conversation, alice.api_key).status_code == 204

    def test_others_stay(self, http, workers, alice):
        conversation, _ = self.visited(alice)
        other, _ = recorded(alice, session_id="another-session-0123456789")
        wrote(alice, other, "Hello")
        lead(alice, other, email="bob@x.example")
        self.erase(http, conversation, alice.api_key)
        left = self.counts(alice)
        assert (left["conversation"], left["message"], left["lead"]) == (1, 1, 1)

    def test_a_lead_goes_by_its_contact_wherever_it_was_left_first(self, http, workers, alice):
        first, _ = recorded(alice, session_id="another-session-0123456789")
        lead(alice, first, email="anna@x.example")
        second, _ = recorded(alice)
        wrote(alice, second, "it is me again, (anna@X.example).")
        self.erase(http, second, alice.api_key)
        assert self.counts(alice)["lead"] == 0
        assert conversation_of(alice, first) == ("bot", 0)

    @pytest.mark.parametrize("by", ["customer", "conversation"])
    def test_all_conversations_of_a_channels_visitor_go(self, http, workers, alice, by):
        first, second = in_papercups(alice, "p1"), in_papercups(alice, "p2")
        stranger = in_papercups(alice, "p3", "c2")
        assert get(http, f"conversations/{first}", alice.api_key).json()["visitor_id"] == "c1"
        assert self.erase(http, "c1" if by == "customer" else second, alice.api_key).status_code == 204
        left = get(http, "conversations", alice.api_key).json()["conversations"]
        assert [view["id"] for view in left] == [stranger]

    def test_nobody_learns_whether_there_was_somebody(self, http, workers, alice, mallory):
        conversation, _ = self.visited(alice)
        for name in (conversation, str(uuid.uuid4()), "c1", "%00", "%F0%9F%8E%82"):
            answer = self.erase(http, name, mallory.api_key)
            assert answer.status_code in {204, 404}
        assert self.counts(alice)["message"] == 1

    def test_it_needs_the_scope(self, http, workers, alice):
        conversation, _ = self.visited(alice)
        writer = scoped(alice, Scope.CONVERSATIONS_WRITE)
        for credential in (alice.account_token, writer):
            assert self.erase(http, conversation, credential).status_code == 403
        assert self.counts(alice)["message"] == 1

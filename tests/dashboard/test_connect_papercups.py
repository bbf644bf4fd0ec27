"""The one command against the double: a fault at each step and then resumed, refusals, and the real envelope afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

import manage
from dashboard.app import ROUTES
from dashboard.connect_papercups import Connected, NotConnected, Wish, _bot_password, connect
from ingress.app import build
from models.connection import Connection, ConnectionKind
from models.database import tenant_session
from models.knowledge import KnowledgeEntry
from models.tenant import NewTenant, Tenant, create_tenant
from models.turn import TurnState
from tests.doubles.papercups.handle import PapercupsDouble, running
from tests.ingress.conftest import served
from tests.workers.line import Line, configure, papercups_visitor

OWNER, PASSWORD = "maya@linden.example", "correct horse battery"
BOT = "maya+frontdesk@linden.example"


@pytest.fixture(scope="module")
def frontdesk(stores) -> Iterator[str]:
    with served(build(ROUTES)) as url:
        yield url


@pytest.fixture(scope="module")
def _double() -> Iterator[PapercupsDouble]:
    with running() as double:
        yield double


@pytest.fixture
def double(_double: PapercupsDouble) -> PapercupsDouble:
    _double.reset()
    return _double


@pytest.fixture
def tenant(stores) -> NewTenant:
    return create_tenant("Linden Hair")


@pytest.fixture
def wish(tenant: NewTenant, double: PapercupsDouble, frontdesk: str) -> Wish:
    return Wish(tenant.tenant_id, double.base_url, OWNER, PASSWORD, "Linden Hair", frontdesk)


class Account:
    """What the double holds, seen with the owner's session."""

    def __init__(self, double: PapercupsDouble, email: str = OWNER, password: str = PASSWORD) -> None:
        self.http = double.http
        answer = self.http.post("/api/session", json={"user": {"email": email, "password": password}})
        self.id = answer.json()["data"]["account_id"]
        self.user_id = answer.json()["data"]["user_id"]
        self.headers = {"Authorization": answer.json()["data"]["token"]}

    def get(self, path: str) -> Any:
        answer = self.http.get(f"/api/{path}", headers=self.headers)
        answer.raise_for_status()
        return answer.json()["data"]

    def send(self, method: str, path: str, **body: Any) -> Any:
        answer = self.http.request(method, f"/api/{path}", headers=self.headers, json=body)
        answer.raise_for_status()
        return answer.json()["data"] if answer.content else None

    def greeting(self) -> str:
        return str(self.http.get("/api/widget_settings", params={"account_id": self.id}).json()["data"]["greeting"])


def row(tenant_id: uuid.UUID) -> tuple[Connection, str]:
    with tenant_session(tenant_id) as session:
        connection = session.scalars(select(Connection).where(Connection.kind == ConnectionKind.PAPERCUPS)).one()
        return connection, session.scalars(select(Tenant.account_token)).one()


def check_connected(wish: Wish, double: PapercupsDouble, connected: Connected) -> None:
    """Exactly one bot user, one key in use, one verified subscription, and the row that says so."""
    account = Account(double)
    bots = [user for user in account.get("users") if user["role"] != "admin"]
    assert [user["email"] for user in bots] == [BOT]
    keys = Account(double, BOT, _bot_password(wish.tenant_id, account.id)).get("personal_api_keys")
    assert [key["label"] for key in keys] == ["Frontdesk"]
    (subscription,) = account.get("event_subscriptions")
    assert (subscription["verified"], subscription["scope"]) == (True, "conversation:updated")
    assert subscription["webhook_url"].startswith(f"{wish.public_url}/papercups/webhook/")
    connection, token = row(wish.tenant_id)
    assert (connection.external_account_id, token) == (account.id, account.id)
    assert (connection.bot_user_id, connection.credential) == (bots[0]["id"], keys[0]["value"])
    assert connection.base_url == double.base_url
    assert (connected.account_id, connected.bot_user_id) == (account.id, bots[0]["id"])
    assert bots[0]["display_name"] == "Linden Hair (AI assistant)"
    assert "AI assistant" in account.greeting()


def steps(double: PapercupsDouble) -> list[str]:
    return [f"{each['method']} {each['path']}" for each in double.journal()["requests"]]


def test_a_new_account_is_registered_and_connected(wish: Wish, double: PapercupsDouble):
    check_connected(wish, double, connect(wish, print))


def test_once_more_changes_nothing(wish: Wish, double: PapercupsDouble):
    connect(wish, print)
    before = row(wish.tenant_id)
    connected = connect(wish, print)
    check_connected(wish, double, connected)
    after = row(wish.tenant_id)
    assert after[0].webhook_token_hash == before[0].webhook_token_hash
    assert after[0].created_at == before[0].created_at


# How many a first run makes; the next test keeps the number true.
CALLS = 19


def test_the_calls_are_those_that_get_a_fault(wish: Wish, double: PapercupsDouble):
    connect(wish, print)
    assert len(steps(double)) == CALLS, steps(double)


@pytest.mark.parametrize("kind", ["answer", "store_answer", "store_cut"])
@pytest.mark.parametrize("number", range(CALLS))
def test_a_fault_at_any_step_is_resumed(wish: Wish, double: PapercupsDouble, kind: str, number: int):
    double.fault(kind, method="*", path="/api/", after=number, status=500)
    stopped = ""
    try:
        connect(wish, print)
    except NotConnected as reason:
        stopped = str(reason)
    assert not stopped or "Run the same command again" in stopped
    assert any(each["fault"] == kind for each in double.journal()["requests"])
    check_connected(wish, double, connect(wish, print))


def test_the_real_envelope_works_end_to_end(wish: Wish, double: PapercupsDouble, tenant: NewTenant):
    from workers.broker import queue

    queue()._redis.flushdb()
    connected = connect(wish, print)
    configure(tenant, wait_ms=0)
    with tenant_session(tenant.tenant_id) as session:
        session.add(
            KnowledgeEntry(tenant_id=tenant.tenant_id, question="Where can I park?", answer="In Tib Street nearby.")
        )
    said = double.say(account_id=connected.account_id, body="Where can I park?")
    assert [each["status"] for each in double.journal()["webhooks"] if each["event"] == "message:created"] == [202]
    Line().run_all()
    messages = double.journal(said["conversation_id"])["messages"]
    assert [(each["who"], each["user_id"]) for each in messages][1:] == [("bot", connected.bot_user_id)]
    assert "Tib Street" in messages[1]["body"]
    assert papercups_visitor(tenant, said["conversation_id"]).turns()[0].state == TurnState.DELIVERED


def test_an_existing_login_is_used_without_registering(wish: Wish, double: PapercupsDouble):
    user = {"company_name": "Linden", "email": OWNER, "password": PASSWORD, "password_confirmation": PASSWORD}
    double.http.post("/api/registration", json={"user": user}).raise_for_status()
    double.configure(registration_disabled=True)  # invitations still work
    check_connected(wish, double, connect(replace(wish, company=None), print))


def test_what_visitors_wrote_before_is_left_alone(wish: Wish, double: PapercupsDouble, tenant: NewTenant):
    created = row(tenant.tenant_id)[0].created_at
    connect(wish, print)
    connection, _ = row(tenant.tenant_id)
    assert connection.created_at > created
    assert connection.reconciled_until is None


def test_a_wrong_password_is_said_in_one_sentence(wish: Wish, double: PapercupsDouble):
    connect(wish, print)
    with pytest.raises(NotConnected, match="does not know this e-mail"):
        connect(replace(wish, password="not the one", company=None), print)
    with pytest.raises(NotConnected, match="has already been taken"):
        connect(replace(wish, password="not the one"), print)


def test_a_key_of_an_administrator_is_refused(wish: Wish, double: PapercupsDouble):
    user = {"company_name": "Linden", "email": OWNER, "password": PASSWORD, "password_confirmation": PASSWORD}
    double.http.post("/api/registration", json={"user": user}).raise_for_status()
    account = Account(double)
    password = _bot_password(wish.tenant_id, account.id)
    forged = {"company_name": "x", "email": BOT, "password": password, "password_confirmation": password}
    joined = {**forged, "account_id": account.id, "role": "admin"}
    double.http.post("/api/registration", json={"user": joined}).raise_for_status()
    with pytest.raises(NotConnected, match="an administrator"):
        connect(wish, print)
    assert row(wish.tenant_id)[0].credential is None
    with pytest.raises(NotConnected, match="user of its own"):
        connect(replace(wish, bot_email=OWNER), print)


def test_a_user_of_the_bots_name_that_is_not_ours_is_said(wish: Wish, double: PapercupsDouble):
    connect(wish, print)
    other = create_tenant("Linden Hair, again")
    with tenant_session(wish.tenant_id) as session:
        session.delete(session.get_one(Tenant, wish.tenant_id))
    with pytest.raises(NotConnected, match="--bot-email"):
        connect(replace(wish, tenant_id=other.tenant_id), print)


def test_an_unreachable_public_url_ends_in_one_clear_sentence_and_is_healed(wish: Wish, double: PapercupsDouble):
    with pytest.raises(NotConnected, match=r"must reach http://127\.0\.0\.1:9 within"):
        connect(replace(wish, public_url="http://127.0.0.1:9"), print)
    (subscription,) = Account(double).get("event_subscriptions")
    assert subscription["verified"] is False
    check_connected(wish, double, connect(wish, print))


def test_an_account_that_another_tenant_answers_for_is_refused(wish: Wish, double: PapercupsDouble, mallory: NewTenant):
    connect(wish, print)
    with pytest.raises(NotConnected, match="Another tenant"):
        connect(replace(wish, tenant_id=mallory.tenant_id), print)
    assert len(Account(double).get("event_subscriptions")) == 1


def test_an_unknown_tenant_and_a_wrong_address_are_refused(wish: Wish):
    with pytest.raises(NotConnected, match="no tenant"):
        connect(replace(wish, tenant_id=uuid.uuid4()), print)
    with pytest.raises(NotConnected, match="http:// or https://"):
        connect(replace(wish, papercups_url="papercups:4000"), print)


def test_a_key_that_was_taken_away_is_replaced(wish: Wish, double: PapercupsDouble):
    connect(wish, print)
    bot = Account(double, BOT, _bot_password(wish.tenant_id, Account(double).id))
    (key,) = bot.get("personal_api_keys")
    bot.send("DELETE", f"personal_api_keys/{key['id']}")
    check_connected(wish, double, connect(wish, print))


def test_a_scope_that_was_lost_is_put_back(wish: Wish, double: PapercupsDouble):
    connect(wish, print)
    account = Account(double)
    (subscription,) = account.get("event_subscriptions")
    account.send(
        "PUT",
        f"event_subscriptions/{subscription['id']}",
        event_subscription={"webhook_url": subscription["webhook_url"], "scope": ""},
    )
    check_connected(wish, double, connect(wish, print))


def test_a_greeting_of_the_businesss_own_is_kept_and_completed(wish: Wish, double: PapercupsDouble, tenant: NewTenant):
    configure(tenant, greeting="Welcome to Linden!")
    connect(wish, print)
    assert Account(double).greeting().startswith("Welcome to Linden! You are chatting with an AI assistant")
    configure(tenant, greeting="I am the salon's AI. Ask me.")
    connect(wish, print)
    assert Account(double).greeting() == "I am the salon's AI. Ask me."


def test_the_command_prints_the_snippet_and_what_comes_next(
    wish: Wish, double: PapercupsDouble, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PAPERCUPS_PASSWORD", PASSWORD)
    asked = ["tenant", "connect-papercups", "--tenant", str(wish.tenant_id), "--papercups-url", double.base_url]
    asked += ["--email", OWNER, "--company", "Linden Hair", "--public-url", wish.public_url]
    assert manage.main([*asked, "--chat-window-url", "https://chat.linden.example/"]) == 0
    printed = capsys.readouterr().out
    account = Account(double)
    assert f'"token": "{account.id}"' in printed
    assert '"iframeUrlOverride": "https://chat.linden.example"' in printed
    assert f'src="{double.base_url}/widget.js"' in printed
    assert "PAPERCUPS_REGISTRATION_DISABLED" in printed
    secrets = [PASSWORD, _bot_password(wish.tenant_id, account.id), row(wish.tenant_id)[0].credential or "?"]
    secrets += [each["webhook_url"].rpartition("/")[2] for each in account.get("event_subscriptions")]
    assert not any(secret in printed for secret in secrets)


def test_the_command_ends_with_a_sentence_and_status_1(
    wish: Wish, double: PapercupsDouble, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PAPERCUPS_PASSWORD", "wrong")
    asked = ["tenant", "connect-papercups", "--tenant", str(wish.tenant_id), "--papercups-url", double.base_url]
    assert manage.main([*asked, "--email", OWNER]) == 1
    assert "does not know this e-mail" in capsys.readouterr().err

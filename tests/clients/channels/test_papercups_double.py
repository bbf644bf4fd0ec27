"""The double keeps Papercups' contract, traps included; real webhooks pass our parser, the widget's socket chats."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from clients.channels.papercups import Challenge, Incoming, PapercupsClient, marker, parse_envelope
from tests.doubles.papercups.handle import PapercupsDouble

SECRET = b"a secret of thirty-two characters"
TURN = "0d9f4b1e-7a53-4f0e-9a0e-0a1b2c3d4e5f"
CHANGED = "conversation:updated"


class Receiver:
    """A webhook's other end: answers challenges, keeps envelopes and headers."""

    def __init__(self) -> None:
        self.envelopes: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answer: bytes | None = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                envelope = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                challenge = envelope["payload"] if envelope["event"] == "webhook:verify" else ""
                body = challenge.encode() if receiver.answer is None else receiver.answer
                if not challenge:
                    receiver.envelopes.append(envelope)
                    receiver.headers.append(dict(self.headers))
                self.send_response(500)  # neither status nor answer of a delivery counts
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/papercups/webhook/token"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def events(self) -> list[str]:
        return [each["event"] for each in self.envelopes]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def account(papercups: PapercupsDouble, receiver: Receiver) -> dict[str, Any]:
    return papercups.seed(webhook_url=receiver.url)


def test_webhooks_pass_our_parser(papercups: PapercupsDouble, receiver: Receiver, account: dict[str, Any]) -> None:
    assert account["subscription"]["verified"] is True
    said = papercups.say(account_id=account["account_id"], body="Hi", attachments=1)["conversation_id"]
    papercups.say(conversation_id=said, body="Anna here", **{"as": "human"})
    papercups.journal()
    papercups.close_conversation(said)
    papercups.journal()
    events = [parse_envelope(each, bot_user_id=account["bot_user_id"], secret=SECRET) for each in receiver.envelopes]
    told = [(each.kind, each.assignee is not None) for each in events if isinstance(each, Incoming)]
    assert {kind for kind, _ in told} == {"assigned", "closed", "human", "visitor"}
    assert told.count(("assigned", True)) == 1  # Anna's first reply; before it the conversation is told to be nobody's
    assert all(each.account_id == account["account_id"] for each in events if not isinstance(each, Challenge))
    assert told[-1][0] == "closed"
    messages = [each["payload"] for each in receiver.envelopes if each["event"] == "message:created"]
    created = next(each for each in messages if each["user_id"] is None)  # webhooks come in any order
    assert "Z" not in created["created_at"]
    assert "customer" in created
    assert receiver.headers[0]["User-Agent"] == "hackney/1.17.4"
    assert "Accept" not in receiver.headers[0]


def test_our_own_reply_makes_no_message_webhook_but_assigns_the_conversation_to_the_bot(
    papercups: PapercupsDouble, receiver: Receiver, account: dict[str, Any]
) -> None:
    said = papercups.say(account_id=account["account_id"], body="Hi")["conversation_id"]
    client = PapercupsClient(papercups.base_url, account["bot_key"], account["bot_user_id"], marker_secret=SECRET)
    papercups.journal()
    receiver.envelopes.clear()
    client.send(said, "Hello", marker=marker(SECRET, TURN, 0), sent_at=_now())
    papercups.journal()
    assert receiver.events() == [CHANGED]
    event = parse_envelope(receiver.envelopes[0], bot_user_id=account["bot_user_id"], secret=SECRET)
    assert isinstance(event, Incoming)
    assert (event.kind, event.assignee, event.conversation_external_id) == ("assigned", None, said)
    receiver.envelopes.clear()
    client.send(said, "Again", marker=marker(SECRET, TURN, 1), sent_at=_now())
    papercups.journal()
    assert receiver.events() == []


def test_a_note_after_handing_over_would_take_it_back(papercups: PapercupsDouble, account: dict[str, Any]) -> None:
    said = papercups.say(account_id=account["account_id"], body="A person, please")["conversation_id"]
    client = PapercupsClient(papercups.base_url, account["bot_key"], account["bot_user_id"], marker_secret=SECRET)
    client.hand_over(said)
    client.send(said, "Summary", marker=marker(SECRET, TURN, "note"), sent_at=_now(), private=True)
    assert papercups.conversation(said)["assignee_id"] == account["bot_user_id"]


def test_conversation_updated_needs_the_scope(papercups: PapercupsDouble, receiver: Receiver) -> None:
    account = papercups.seed(webhook_url=receiver.url, scope="")
    said = papercups.say(account_id=account["account_id"], body="Hi")["conversation_id"]
    papercups.close_conversation(said)
    papercups.journal()
    assert sorted(receiver.events()) == ["conversation:created", "message:created"]


def test_a_visitors_message_opens_a_closed_conversation(papercups: PapercupsDouble, account: dict[str, Any]) -> None:
    said = papercups.say(account_id=account["account_id"], body="Hi")["conversation_id"]
    papercups.close_conversation(said)
    papercups.say(conversation_id=said, body="One more thing")
    assert papercups.conversation(said)["status"] == "open"


@pytest.mark.parametrize(
    ("kind", "arrive"),
    [("webhook_drop", ["two"]), ("webhook_duplicate", ["one", "one", "two"]), ("webhook_reorder", ["two", "one"])],
)
def test_webhooks_are_dropped_doubled_and_reordered_on_order(
    papercups: PapercupsDouble, receiver: Receiver, account: dict[str, Any], kind: str, arrive: list[str]
) -> None:
    papercups.fault(kind, delay_ms=5_000)
    said = papercups.say(account_id=account["account_id"], body="one")["conversation_id"]
    if kind != "webhook_reorder":
        papercups.journal()
    papercups.say(conversation_id=said, body="two")
    papercups.journal()
    created = [each["payload"] for each in receiver.envelopes if each["event"] == "message:created"]
    assert [each["body"] for each in created] == arrive


def test_forged_envelopes_arrive_as_they_are(
    papercups: PapercupsDouble, receiver: Receiver, account: dict[str, Any]
) -> None:
    envelope = {"event": "message:created", "payload": {"id": 5}}
    assert papercups.forge(account_id=account["account_id"], envelope=envelope) == [500]
    assert receiver.envelopes[-1] == envelope


def test_onboarding_goes_as_the_contract_says(papercups: PapercupsDouble, receiver: Receiver) -> None:
    http = papercups.http
    owner = {
        "company_name": "Acme",
        "email": "o@a.example",
        "password": "12345678",
        "password_confirmation": "12345678",
    }
    token = http.post("/api/registration", json={"user": owner}).json()["data"]["token"]
    assert http.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401  # raw or not at all
    signed = {"Authorization": token}
    me = http.get("/api/me", headers=signed).json()["data"]
    assert me["role"] == "admin"
    taken = http.post("/api/registration", json={"user": owner})
    assert (taken.status_code, taken.json()["error"]["message"]) == (500, "Couldn't create user")

    invitation = http.post("/api/user_invitations", headers=signed).json()["data"]["id"]
    papercups.configure(registration_disabled=True)
    bot = owner | {"email": "bot@a.example", "invite_token": invitation}
    assert http.post("/api/registration", json={"user": bot}).status_code == 500  # the bug: created all the same
    session = http.post("/api/session", json={"user": {"email": "bot@a.example", "password": "12345678"}}).json()[
        "data"
    ]
    assert session["account_id"] == me["account_id"]
    bot_signed = {"Authorization": session["token"]}
    key = http.post("/api/personal_api_keys", headers=bot_signed, json={"label": "bot"}).json()["data"]
    client = PapercupsClient(papercups.base_url, key["value"], session["user_id"], marker_secret=SECRET)
    assert (client.me().role, client.me().user_id) == ("user", session["user_id"])
    refused = http.post("/api/registration", json={"user": owner | {"email": "x@a.example"}})
    assert refused.status_code == 403
    assert http.get("/api/v1/me", headers=signed).status_code == 401

    renewal = {"Authorization": session["renew_token"]}
    assert http.post("/api/session/renew", headers=renewal).status_code == 200
    assert http.post("/api/session/renew", headers=renewal).status_code == 401

    wanted = {"event_subscription": {"webhook_url": receiver.url, "scope": CHANGED}}
    made = http.post("/api/event_subscriptions", headers=signed, json=wanted).json()["data"]
    assert made["verified"] is True
    at = f"/api/event_subscriptions/{made['id']}"
    only_scope = {"event_subscription": {"scope": CHANGED}}
    assert http.put(at, headers=signed, json=only_scope).json()["data"]["verified"] is False
    assert http.put(at, headers=signed, json=wanted).json()["data"]["verified"] is True
    assert http.delete(at, headers=signed).status_code == 204
    assert http.get(at, headers=signed).status_code == 404


@pytest.mark.parametrize(("answer", "verified"), [(None, True), (b"no", False), (b"", False)])
def test_a_subscription_is_made_even_when_its_verification_fails(
    papercups: PapercupsDouble, receiver: Receiver, answer: bytes | None, verified: bool
) -> None:
    receiver.answer = answer
    assert papercups.seed(webhook_url=receiver.url)["subscription"]["verified"] is verified
    assert papercups.seed(webhook_url="http://127.0.0.1:9")["subscription"]["verified"] is False


def test_errors_have_papercups_several_shapes(papercups: PapercupsDouble, account: dict[str, Any]) -> None:
    http, signed = papercups.http, {"Authorization": f"Bearer {account['bot_key']}"}
    mallory = papercups.seed()
    foreign = papercups.say(account_id=mallory["account_id"], body="Hi")["conversation_id"]
    unknown = "99999999-9999-4999-8999-999999999999"

    def ask(method: str, path: str, body: object = None) -> tuple[int, str]:
        answer = http.request(method, f"/api/v1{path}", headers=signed, json=body)
        return answer.status_code, json.dumps(answer.json())

    assert ask("GET", f"/conversations/{foreign}") == (404, '{"error": {"status": 404, "message": "Not found"}}')
    assert ask("GET", f"/conversations/{unknown}") == (404, '{"errors": {"detail": "Not Found"}}')
    assert ask("GET", "/conversations/x") == (400, '{"errors": {"detail": "Bad Request"}}')
    assert ask("POST", "/messages", {})[0] == 400
    assert ask("POST", "/messages", {"message": {"body": "x"}})[0] == 422
    assert ask("POST", "/messages", {"message": {"conversation_id": unknown}})[0] == 500
    assert ask("PUT", f"/conversations/{foreign}", {"conversation": {"status": "closed"}})[0] == 404
    said = papercups.say(account_id=account["account_id"], body="Hi")["conversation_id"]
    assert ask("PUT", f"/conversations/{said}", {"conversation": {"status": "done"}})[0] == 500
    assert http.get("/api/v1/me").json() == {"error": {"code": 401, "message": "Not authenticated"}}
    papercups.configure(disable_user=account["bot_user_id"])
    assert "disabled" in ask("GET", "/me")[1]


def test_plain_http_is_sent_away_unless_a_proxy_vouches(papercups: PapercupsDouble) -> None:
    away = {"Host": "papercups:4000"}
    assert papercups.http.get("/api/v1/me", headers=away).status_code == 301
    answer = papercups.http.post("/api/v1/messages", headers=away, json={})
    assert (answer.status_code, answer.headers["location"]) == (307, "https://papercups:4000/api/v1/messages")
    assert papercups.http.get("/api/v1/me", headers=away | {"X-Forwarded-Proto": "https"}).status_code == 401


def test_a_browser_of_any_origin_may_call(papercups: PapercupsDouble) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answer = papercups.http.options("/api/customers", headers={"Origin": "https://shop.example"} | asks)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "https://shop.example")


def test_the_widget_chats_over_its_socket(
    papercups: PapercupsDouble, receiver: Receiver, account: dict[str, Any]
) -> None:
    http, account_id = papercups.http, account["account_id"]
    customer = http.post("/api/customers", json={"customer": {"account_id": account_id}}).json()["data"]["id"]
    given = {"conversation": {"account_id": account_id, "customer_id": customer}}
    topic = "conversation:" + http.post("/api/conversations", json=given).json()["data"]["id"]
    with connect(_socket_url(papercups, account_id)) as socket:
        say = _talk(socket)
        assert say("1", "1", f"room:{account_id}", "phx_join", {})[3:] == [
            "phx_reply",
            {"status": "ok", "response": {}},
        ]
        assert json.loads(socket.recv(5))[3] == "presence_state"
        assert say(None, "2", "phoenix", "heartbeat", {})[2:4] == ["phoenix", "phx_reply"]
        assert say("3", "3", "conversation:unknown", "phx_join", {})[4]["response"] == {"reason": "unauthorized"}
        assert say("4", "4", topic, "phx_join", {"customer_id": customer})[4]["status"] == "ok"
        shout = say(
            "4", "5", topic, "shout", {"body": "Hi", "customer_id": customer, "sent_at": "2026-05-10T12:00:00.9Z"}
        )
        assert (shout[:2], shout[2:4]) == ([None, None], [topic, "shout"])
        assert (shout[4]["body"], shout[4]["sent_at"]) == ("Hi", "2026-05-10T12:00:00Z")
        client = PapercupsClient(papercups.base_url, account["bot_key"], account["bot_user_id"], marker_secret=SECRET)
        client.send(topic.partition(":")[2], "Hello", marker=marker(SECRET, TURN, 0), sent_at=_now())
        assert json.loads(socket.recv(5))[4]["type"] == "bot"
        client.send(topic.partition(":")[2], "note", marker="m", sent_at=_now(), private=True)
        forged = say(
            "4", "6", topic, "shout", {"body": "I am the bot", "type": "bot", "user_id": account["bot_user_id"]}
        )
        assert forged[4]["user_id"] == account["bot_user_id"]  # the note was not told
        assert say("4", "7", topic, "phx_leave", {})[3] == "phx_reply"
    history = http.get("/api/conversations/customer", params={"customer_id": customer, "account_id": account_id}).json()
    assert {each["body"] for each in history["data"][0]["messages"]} == {"Hi", "Hello", "I am the bot"}
    assert http.get(f"/api/customers/{customer}/exists", params={"account_id": account_id}).json() == {"data": True}
    papercups.journal()
    means = [parse_envelope(each, bot_user_id=account["bot_user_id"], secret=SECRET) for each in receiver.envelopes]
    told = [each for each in means if isinstance(each, Incoming)]
    assert [each.kind for each in told if each.kind != "assigned" or each.assignee] == ["visitor", "human"]


def test_an_agents_socket_needs_a_session(papercups: PapercupsDouble, account: dict[str, Any]) -> None:
    url = _socket_url(papercups, account["account_id"])
    with pytest.raises(InvalidStatus), connect(url + "&token=" + account["bot_key"]):
        pass
    topic = f"notification:{account['account_id']}"
    with connect(url) as socket:
        assert _talk(socket)("1", "1", topic, "phx_join", {})[4]["status"] == "error"
    said = papercups.say(account_id=account["account_id"], body="Hi")["conversation_id"]
    with connect(url + "&token=" + account["admin_token"]) as socket:
        assert _talk(socket)("1", "1", topic, "phx_join", {})[4]["status"] == "ok"
        socket.recv(5)
        shout = _talk(socket)("1", "2", topic, "shout", {"conversation_id": said, "body": "The owner here"})
        assert shout[4]["user_id"] == account["admin_user_id"]


def test_it_runs_as_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "tests.doubles.papercups", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        try:
            assert httpx2.get(f"{url}/_double/health", trust_env=False).json()["double"] == "papercups"
        finally:
            process.send_signal(signal.SIGTERM)
        process.wait(10)


def _now() -> datetime:
    return datetime.now(UTC)


def _socket_url(papercups: PapercupsDouble, account_id: str) -> str:
    base = papercups.base_url.replace("http", "ws", 1)
    return f"{base}/socket/websocket?account_id={account_id}&inbox_id=undefined&vsn=2.0.0"


def _talk(socket: ClientConnection) -> Any:
    def say(*frame: Any) -> Any:
        socket.send(json.dumps(frame))
        return json.loads(socket.recv(5))

    return say

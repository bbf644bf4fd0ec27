"""The real client against the double over real HTTP: what it sends, reads back and hands over, and what each fault means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from clients.channels import AnswerTooLarge, Author, Channel, KeyRefused, NotSent, QuickReply, Refused, Unknown
from clients.channels.papercups import PapercupsClient, marker
from config.errors import PermanentError, TransientError
from tests.doubles.papercups.handle import PapercupsDouble

SECRET = b"a secret of thirty-two characters"
TURN = "0d9f4b1e-7a53-4f0e-9a0e-0a1b2c3d4e5f"
MARK = marker(SECRET, TURN, 0)
NOW = datetime(2026, 5, 10, 12, 0, 0, 123456, tzinfo=UTC)
URGENT = {"assignee_id": None, "priority": "priority", "read": False, "status": "open"}


@pytest.fixture
def account(papercups: PapercupsDouble) -> dict[str, Any]:
    return papercups.seed()


@pytest.fixture
def conversation_id(papercups: PapercupsDouble, account: dict[str, Any]) -> str:
    said = papercups.say(account_id=account["account_id"], body="Hello?", customer={"name": "Vera"})
    return str(said["conversation_id"])


@pytest.fixture
def client(papercups: PapercupsDouble, account: dict[str, Any]) -> PapercupsClient:
    return make_client(papercups, account)


def make_client(papercups: PapercupsDouble, account: dict[str, Any], **changes: Any) -> PapercupsClient:
    given = {"marker_secret": SECRET, "account_id": account["account_id"]} | changes
    return PapercupsClient(papercups.base_url, account["bot_key"], account["bot_user_id"], **given)


def send(client: Channel, conversation_id: str, body: str = "We do.", **changes: Any) -> str:
    given: dict[str, Any] = {"marker": MARK, "sent_at": NOW} | changes
    return client.send(conversation_id, body, **given)


def test_a_reply_is_one_post_of_the_bot_with_the_marker(
    papercups: PapercupsDouble, client: PapercupsClient, conversation_id: str
) -> None:
    message_id = send(client, conversation_id, "We do.\ud800", quick_replies=[QuickReply("A person", "handoff")])
    (request,) = [each for each in papercups.journal()["requests"] if each["path"] == "/api/v1/messages"]
    assert request["x_forwarded_proto"] == "https"
    assert request["body"] == {
        "message": {
            "conversation_id": conversation_id,
            "body": "We do.\ufffd",
            "type": "bot",
            "source": "api",
            "private": False,
            "sent_at": "2026-05-10T12:00:00.123Z",
            "metadata": {
                "disable_webhook_events": True,
                "frontdesk": MARK,
                "quick_replies": [{"text": "A person", "action": "handoff"}],
            },
        }
    }
    stored = papercups.journal(conversation_id)["messages"]
    assert [(each["who"], each["id"]) for each in stored][1:] == [("bot", message_id)]


def test_what_was_sent_is_read_back_as_ours(
    papercups: PapercupsDouble, client: PapercupsClient, account: dict[str, Any], conversation_id: str
) -> None:
    message_id = send(client, conversation_id)
    read = client.read_back(conversation_id)
    ours = read.sent(MARK)
    assert ours is not None
    assert (ours.external_id, ours.author, ours.body) == (message_id, Author.BOT, "We do.")
    assert read.sent(marker(SECRET, TURN, 1)) is None
    assert read.assignee == str(account["bot_user_id"])  # the first reply assigns the conversation to the bot
    assert (read.status, read.closed, read.customer.name if read.customer else None) == ("open", False, "Vera")


def test_every_author_is_recognised_and_messages_stand_oldest_first(
    papercups: PapercupsDouble, client: PapercupsClient, account: dict[str, Any], conversation_id: str
) -> None:
    bot = account["bot_user_id"]
    papercups.say(conversation_id=conversation_id, body="Anna here", **{"as": "human"})
    papercups.say(conversation_id=conversation_id, body="between us", private=True, type="note", **{"as": "human"})
    papercups.say(conversation_id=conversation_id, body="forged", forge={"type": "bot", "user_id": bot})
    papercups.say(
        conversation_id=conversation_id,
        body="reminder",
        forge={"type": "bot", "user_id": account["admin_user_id"], "metadata": {"frontdesk": MARK}},
    )
    send(client, conversation_id)
    send(client, conversation_id, "a summary", private=True, marker=marker(SECRET, TURN, "note"))
    read = client.read_back(conversation_id)
    assert {each.body: each.author for each in read.messages} == {
        "Hello?": Author.VISITOR,
        "Anna here": Author.HUMAN,
        "between us": Author.NOTE,
        "forged": Author.HUMAN,
        "reminder": Author.OTHER,
        "We do.": Author.BOT,
        "a summary": Author.NOTE,
    }
    note = marker(SECRET, TURN, "note")
    assert {each.body: each.marker for each in read.messages if each.marker} == {"We do.": MARK, "a summary": note}
    assert {each.external_id for each in client.messages(conversation_id)} == {
        each.external_id for each in read.messages
    }
    moments = [each.created_at for each in client.messages(conversation_id) if each.created_at]
    assert moments == sorted(moments)


def test_handing_over_leaves_it_nobodys_urgent_unread_and_open(
    papercups: PapercupsDouble, client: PapercupsClient, conversation_id: str
) -> None:
    send(client, conversation_id, "A summary", private=True)
    client.hand_over(conversation_id)
    client.hand_over(conversation_id)
    stored = papercups.conversation(conversation_id)
    assert {name: stored[name] for name in URGENT} == URGENT


def test_assigning_closing_reopening_and_handing_back(
    papercups: PapercupsDouble, client: PapercupsClient, account: dict[str, Any], conversation_id: str
) -> None:
    client.assign(conversation_id, account["human_user_id"])
    assert client.read_back(conversation_id).assignee == str(account["human_user_id"])
    client.close(conversation_id)
    assert client.read_back(conversation_id).closed
    client.reopen(conversation_id)
    assert not client.read_back(conversation_id).closed
    client.hand_back(conversation_id)
    read = client.read_back(conversation_id)
    assert (read.assignee, read.priority) == (str(account["bot_user_id"]), "not_priority")


def test_recent_conversations_come_in_pages_until_the_end(
    papercups: PapercupsDouble, client: PapercupsClient, account: dict[str, Any]
) -> None:
    said = {papercups.say(account_id=account["account_id"], body="Hi")["conversation_id"] for _ in range(5)}
    papercups.say(account_id=papercups.seed()["account_id"], body="another tenant")
    found, cursor, pages = [], None, 0
    while True:
        page = client.recent(cursor=cursor, limit=2)
        found += [each.external_id for each in page.conversations]
        pages, cursor = pages + 1, page.cursor
        if cursor is None:
            break
    assert (set(found), len(found), pages) == (said, 5, 3)
    assert client.recent(limit=1000).conversations[0].messages[0].author is Author.VISITOR


def test_the_key_says_whose_it_is(papercups: PapercupsDouble, client: PapercupsClient, account: dict[str, Any]) -> None:
    me = client.me()
    assert (me.user_id, me.account_id, me.role) == (account["bot_user_id"], account["account_id"], "user")
    assert account["bot_key"] not in repr(client)


@pytest.mark.parametrize(
    ("fault", "outcome", "stored"),
    [
        ({"kind": "answer", "status": 500}, Unknown, 0),
        ({"kind": "answer", "status": 503}, Unknown, 0),
        ({"kind": "answer", "status": 429, "retry_after": "7"}, NotSent, 0),
        ({"kind": "answer", "status": 408}, NotSent, 0),
        ({"kind": "answer", "status": 422}, Refused, 0),
        ({"kind": "answer", "status": 401}, KeyRefused, 0),
        ({"kind": "answer", "status": 301}, Refused, 0),
        ({"kind": "answer", "status": 200, "body": "<html>sorry</html>"}, Unknown, 0),
        ({"kind": "answer", "status": 201, "body": '{"data":{"id":7}}'}, Unknown, 0),
        ({"kind": "hold_before"}, Unknown, 0),
        ({"kind": "store_answer", "status": 500}, Unknown, 1),
        ({"kind": "hold_after"}, Unknown, 1),
        ({"kind": "store_cut"}, Unknown, 1),
    ],
)
def test_each_fault_of_a_post_has_its_outcome(
    papercups: PapercupsDouble,
    account: dict[str, Any],
    client: PapercupsClient,
    conversation_id: str,
    fault: dict[str, Any],
    outcome: type[Exception],
    stored: int,
) -> None:
    held = fault["kind"].startswith("hold")
    papercups.fault(**({"name": "here"} if held else {}), **fault)
    with pytest.raises(outcome) as caught:
        send(make_client(papercups, account, timeout_s=0.4) if held else client, conversation_id)
    assert type(caught.value) is outcome
    assert not held or papercups.held("here", timeout_s=30.0)
    assert len([each for each in client.read_back(conversation_id).messages if each.author is Author.BOT]) == stored
    if held:
        papercups.let_go("here", drop=True)
    send(client, conversation_id)  # the fault is over


def test_a_message_stored_after_we_gave_up_shows_later(
    papercups: PapercupsDouble, account: dict[str, Any], client: PapercupsClient, conversation_id: str
) -> None:
    papercups.fault("hold_before", name="late")
    with pytest.raises(Unknown):
        send(make_client(papercups, account, timeout_s=0.3), conversation_id)
    assert papercups.held("late", timeout_s=30.0)
    assert client.read_back(conversation_id).sent(MARK) is None
    papercups.let_go("late")
    while papercups.journal()["running"]:
        pass
    assert client.read_back(conversation_id).sent(MARK) is not None


@pytest.mark.parametrize(
    ("retry_after", "delay_ms"),
    [
        ("7", 7_000),
        ("99999999", 3_600_000),
        ("soon", None),
        ("-3", None),
        ("", None),
        ("2²", None),  # a digit to Python
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_believed_within_an_hour(
    papercups: PapercupsDouble, client: PapercupsClient, retry_after: str, delay_ms: int | None
) -> None:
    papercups.fault("answer", status=429, retry_after=retry_after, method="GET", path="/api/v1/me")
    with pytest.raises(NotSent) as caught:
        client.me()
    assert caught.value.delay_ms == delay_ms


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_read_that_fails_is_for_later(papercups: PapercupsDouble, client: PapercupsClient, status: int) -> None:
    papercups.fault("answer", status=status, method="GET", path="/api/v1/", retry_after="3")
    with pytest.raises(TransientError) as caught:
        client.me()
    assert caught.value.delay_ms == 3_000


def test_a_write_of_the_conversation_that_fails_is_unknown(
    papercups: PapercupsDouble, client: PapercupsClient, conversation_id: str
) -> None:
    papercups.fault("store_answer", method="PUT", path="/api/v1/conversations")
    with pytest.raises(Unknown):
        client.hand_over(conversation_id)
    assert papercups.conversation(conversation_id)["priority"] == "priority"


def test_a_closed_port_means_not_sent(account: dict[str, Any], conversation_id: str) -> None:
    client = PapercupsClient("http://127.0.0.1:9", account["bot_key"], 1, marker_secret=SECRET)
    for attempt in (lambda: send(client, conversation_id), client.me, lambda: client.hand_over(conversation_id)):
        with pytest.raises(NotSent):
            attempt()


def test_a_wrong_key_is_refused_for_good(
    papercups: PapercupsDouble, account: dict[str, Any], conversation_id: str
) -> None:
    for key in ("wrong", account["admin_token"]):  # a session token is no API key
        client = PapercupsClient(papercups.base_url, key, 1, marker_secret=SECRET)
        with pytest.raises(KeyRefused):
            send(client, conversation_id)


def test_another_accounts_conversation_is_refused_when_read(
    papercups: PapercupsDouble, client: PapercupsClient, conversation_id: str
) -> None:
    mallory = papercups.seed()
    theirs = make_client(papercups, mallory)
    with pytest.raises(Refused) as caught:
        theirs.read_back(conversation_id)
    assert caught.value.status == 404
    # The server itself would let her post: reading back first is what stops it.
    assert send(theirs, conversation_id)
    confused = make_client(papercups, mallory, account_id="somebody else")
    own = papercups.say(account_id=mallory["account_id"], body="Hi")["conversation_id"]
    for read in (lambda: confused.read_back(own), confused.recent):
        with pytest.raises(Refused):
            read()


@pytest.mark.parametrize("name", ["", ".", "..", "x" * 201])
def test_an_id_that_is_none_is_refused_before_any_request(
    papercups: PapercupsDouble, client: PapercupsClient, name: str
) -> None:
    for attempt in (lambda: send(client, name), lambda: client.read_back(name), lambda: client.close(name)):
        with pytest.raises(PermanentError):
            attempt()
    assert papercups.journal()["requests"] == []


def test_an_id_stays_one_segment_of_the_path(papercups: PapercupsDouble, client: PapercupsClient) -> None:
    for name in ("../users", "a?b=c", "a#b", "a/b", "é\ud800", "not-a-uuid"):
        with pytest.raises(Refused):
            client.read_back(name)
    assert all(each["path"].startswith("/api/v1/conversations/") for each in papercups.journal()["requests"])


def test_an_unknown_conversation_cannot_be_told_from_a_broken_server(client: PapercupsClient) -> None:
    with pytest.raises(Unknown):
        send(client, "99999999-9999-4999-8999-999999999999")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        '{"data":[]}',
        '{"data":{"id":"x"}}',
        '{"data":' + "[" * 100_000,
        '{"data":{"id":"other","account_id":"A","status":"open"}}',
        '{"data":{"id":"c","account_id":"A","status":"open","messages":[{"id":5}]}}',
        '{"data":{"id":"c","account_id":"A","status":"open","assignee_id":"me"}}',
        "\x00\x00",
    ],
)
def test_a_senseless_answer_is_for_later(papercups: PapercupsDouble, client: PapercupsClient, body: str) -> None:
    body = body.replace('"A"', f'"{client._account_id}"')
    calls = (lambda: client.read_back("c"), client.me, client.recent, lambda: client.messages("c"))
    for call in calls if body != '{"data":[]}' else calls[:2]:
        papercups.fault("answer", status=200, body=body or " ", method="GET", path="/api/v1/")
        with pytest.raises(TransientError):
            call()


def test_a_page_too_large_to_hold_is_asked_for_again_smaller(
    papercups: PapercupsDouble, client: PapercupsClient, account: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.channels.papercups.client.READ_LIMIT_BYTES", 9_000)
    for _ in range(4):
        papercups.say(account_id=account["account_id"], body="x" * 2_000)
    assert len(client.recent(limit=4).conversations) == 2
    huge = papercups.seed()
    papercups.say(account_id=huge["account_id"], body="x" * 10_000)
    with pytest.raises(AnswerTooLarge):
        make_client(papercups, huge).recent(limit=4)


@pytest.mark.parametrize("address", ["", "papercups:4000", "ftp://x", "http://", "http://é.example"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(PermanentError):
        PapercupsClient(address, "key", 1, marker_secret=SECRET)


def test_a_key_that_no_header_can_carry_is_refused_for_good(papercups: PapercupsDouble) -> None:
    for key in ("a\r\nX-Admin: 1", "a\x00", "é\ud800"):
        with pytest.raises(PermanentError):
            PapercupsClient(papercups.base_url, key, 1, marker_secret=SECRET).me()

"""Who wrote it and what it means: every rule of the envelope and of the signed form, by table."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.channels.papercups import (
    Challenge,
    Ignored,
    Incoming,
    account_id_of,
    marker,
    parse_envelope,
    parse_signed,
    read_unverified,
    verify_marker,
    verify_signature,
)
from clients.channels.untrusted import read_json
from config.errors import InvalidInput

SECRET = b"a secret of thirty-two characters"
BOT, ANNA = 7, 9
TURN = "0d9f4b1e-7a53-4f0e-9a0e-0a1b2c3d4e5f"
OURS = marker(SECRET, TURN, 0)


def message(**changes: Any) -> dict[str, Any]:
    """A visitor's message as Papercups sends it, with changes; a value of `...` removes the key."""
    payload = {
        "id": "11111111-1111-4111-8111-111111111111",
        "object": "message",
        "body": "Do you open on Sunday?",
        "type": "reply",
        "content_type": "text",
        "private": False,
        "source": "chat",
        "created_at": "2026-05-10T12:00:00",
        "sent_at": "2026-05-10T11:59:59Z",
        "seen_at": None,
        "conversation_id": "22222222-2222-4222-8222-222222222222",
        "account_id": "33333333-3333-4333-8333-333333333333",
        "user_id": None,
        "user": None,
        "customer_id": "44444444-4444-4444-8444-444444444444",
        "customer": {
            "id": "44444444-4444-4444-8444-444444444444",
            "object": "customer",
            "name": "Vera",
            "email": "vera@example.org",
            "phone": None,
            "external_id": "crm-1",
            "metadata": {"plan": "pro"},
        },
        "attachments": [],
        "metadata": None,
    } | changes
    return {"event": "message:created", "payload": {k: v for k, v in payload.items() if v is not ...}}


def conversation(event: str = "conversation:updated", **changes: Any) -> dict[str, Any]:
    payload = {
        "id": "22222222-2222-4222-8222-222222222222",
        "object": "conversation",
        "source": "chat",
        "created_at": "2026-05-10T12:00:00",
        "closed_at": None,
        "last_activity_at": "2026-05-10T12:00:00Z",
        "status": "open",
        "read": False,
        "priority": "not_priority",
        "subject": None,
        "account_id": "33333333-3333-4333-8333-333333333333",
        "customer_id": "44444444-4444-4444-8444-444444444444",
        "assignee_id": None,
        "inbox_id": "55555555-5555-4555-8555-555555555555",
        "metadata": None,
    } | changes
    return {"event": event, "payload": payload}


def parsed(body: object) -> Any:
    return parse_envelope(body, bot_user_id=BOT, secret=SECRET)


def meaning(body: object) -> str:
    event = parsed(body)
    if isinstance(event, Ignored):
        return event.reason
    return "unassigned" if event.kind == "assigned" and event.assignee is None else str(event.kind)


def user(user_id: int, **changes: Any) -> dict[str, Any]:
    return message(user_id=user_id, customer_id=None, customer=..., **changes)


@pytest.mark.parametrize(
    ("body", "means"),
    [
        (message(), "visitor"),
        (message(source="email"), "visitor"),
        (message(customer=...), "visitor"),
        (message(body=None), "empty"),
        (message(body=" \n"), "empty"),
        (message(type="note"), "automated"),
        (message(customer_id=None, customer=...), "automated"),
        (message(private=True), "note"),
        (message(type="bot"), "automated"),  # a widget that claims to be a bot
        (message(user_id=ANNA), "human"),  # a widget that claims to be a person: silences only itself
        (message(user_id=BOT), "human"),  # or our bot
        (message(user_id=BOT, type="bot", metadata={"frontdesk": "x"}), "human"),
        (user(ANNA), "human"),
        (user(ANNA, body=None), "human"),
        (user(ANNA, type="note"), "human"),
        (user(ANNA, private=True, type="note"), "note"),
        (user(ANNA, private=True, type="bot"), "note"),  # an automated reminder carries a person's id
        (user(ANNA, type="bot"), "automated"),
        (user(ANNA, type="bot", metadata={"frontdesk": OURS}), "automated"),
        (user(BOT, type="bot", metadata={"frontdesk": OURS, "disable_webhook_events": True}), "echo"),
        (user(BOT, type="bot", metadata=None), "human"),
        (user(BOT, type="bot", metadata={"frontdesk": OURS + "0"}), "human"),
        (user(BOT, type="bot", metadata={"frontdesk": marker(b"another secret", TURN, 0)}), "human"),
        (user(BOT, type="bot", metadata={"frontdesk": 5}), "human"),
        (user(BOT, type="reply", metadata={"frontdesk": OURS}), "human"),
        (user(BOT, private=True, type="note"), "note"),
        (conversation(), "unassigned"),
        (conversation(assignee_id=BOT), "unassigned"),
        (conversation(assignee_id=ANNA), "assigned"),
        (conversation(status="closed"), "closed"),
        (conversation(status="closed", assignee_id=ANNA), "closed"),
        (conversation(status="closed", assignee_id=BOT), "closed"),
        (conversation("conversation:created"), "unassigned"),
        (conversation("conversation:created", assignee_id=ANNA), "assigned"),
        ({"event": "customer:created", "payload": {}}, "other_event"),
        ({"event": "shout", "payload": None}, "other_event"),
    ],
)
def test_the_envelope_means(body: dict[str, Any], means: str) -> None:
    assert meaning(body) == means


def test_a_visitors_message_carries_what_the_worker_needs_and_nothing_else() -> None:
    event = parsed(message(metadata={"reply_action": "handoff", "plan": "pro", "frontdesk": OURS}))
    assert event == Incoming(
        kind="visitor",
        account_id="33333333-3333-4333-8333-333333333333",
        conversation_external_id="22222222-2222-4222-8222-222222222222",
        external_id="11111111-1111-4111-8111-111111111111",
        body="Do you open on Sunday?",
        sent_at=datetime(2026, 5, 10, 11, 59, 59, tzinfo=UTC),
        customer=event.customer,
        metadata={"reply_action": "handoff"},
        dedupe=("message:11111111-1111-4111-8111-111111111111",),
    )
    assert event.customer.as_dict() == {
        "external_id": "44444444-4444-4444-8444-444444444444",
        "name": "Vera",
        "email": "vera@example.org",
    }


def test_an_assignment_names_the_person_and_a_close_the_last_one() -> None:
    assert parsed(conversation(assignee_id=ANNA)).assignee == "9"
    assert parsed(conversation(assignee_id=ANNA)).external_id is None
    assert parsed(conversation(status="closed", assignee_id=ANNA)).assignee == "9"


def test_an_unassignment_names_the_conversation_whose_assignee_is_to_be_forgotten() -> None:
    ignored = parsed(conversation(assignee_id=BOT))
    assert ignored.conversation_external_id == "22222222-2222-4222-8222-222222222222"


def test_a_challenge_is_echoed_only_when_no_browser_could_run_it() -> None:
    text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 2
    assert parsed({"event": "webhook:verify", "payload": text}) == Challenge(text)
    for payload in ("<script>alert(1)</script>", "", "A" * 300, None, {"a": 1}, "ABC\n"):
        with pytest.raises(InvalidInput, match="payload"):
            parsed({"event": "webhook:verify", "payload": payload})


@pytest.mark.parametrize(
    ("body", "attachments", "text"),
    [
        (None, 2, "[2 attachments]"),
        ("", 1, "[1 attachment]"),
        ("look", 1, "look"),
        ("a\x00b\ud800c", 0, "ab\ufffdc"),
        ("\U0001f600 ok", 0, "\U0001f600 ok"),
        ("x" * 30_000, 0, "x" * 20_000),
    ],
)
def test_text_is_cleaned_cut_and_attachments_are_counted(body: str | None, attachments: int, text: str) -> None:
    assert parsed(message(body=body, attachments=[{"id": "f"}] * attachments)).body == text


@pytest.mark.parametrize(
    ("changes", "sent_at"),
    [
        ({"sent_at": None}, datetime(2026, 5, 10, 12, tzinfo=UTC)),  # the naive created_at is UTC
        ({"sent_at": "2026-05-10T14:00:00.123+02:00"}, datetime(2026, 5, 10, 12, 0, 0, 123000, tzinfo=UTC)),
        ({"sent_at": None, "created_at": None}, None),
        (
            {"sent_at": "-0001-01-01T00:00:00Z"},
            datetime(2026, 5, 10, 12, tzinfo=UTC),
        ),  # Papercups stores it, Python cannot
        ({"sent_at": "0001-01-01T00:00:00+23:59"}, datetime(2026, 5, 10, 12, tzinfo=UTC)),
    ],
)
def test_times_come_out_in_utc(changes: dict[str, Any], sent_at: datetime | None) -> None:
    assert parsed(message(**changes)).sent_at == sent_at


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ([], "The body"),
        ("text", "The body"),
        ({"payload": {}}, "event"),
        ({"event": "message:created"}, "payload"),
        ({"event": "message:created", "payload": []}, "payload"),
        (message(id=...), "payload.id"),
        (message(id=5), "payload.id"),
        (message(id=""), "payload.id"),
        (message(id="x" * 501), "payload.id"),
        (message(id="a\x00b"), "payload.id"),
        (message(id="\ud800"), "payload.id"),
        (message(body=5), "payload.body"),
        (message(body=["a"]), "payload.body"),
        (message(type=None), "payload.type"),
        (message(private="false"), "payload.private"),
        (message(private=0), "payload.private"),
        (message(private=...), "payload.private"),
        (message(user_id="7"), "payload.user_id"),
        (message(user_id=True), "payload.user_id"),
        (message(user_id=-1), "payload.user_id"),
        (message(user_id=10**30), "payload.user_id"),
        (message(user_id=7.0), "payload.user_id"),
        (message(account_id=None), "payload.account_id"),
        (message(conversation_id={}), "payload.conversation_id"),
        (message(customer_id=3), "payload.customer_id"),
        (message(customer=[]), "payload.customer"),
        (message(customer={"name": 5}), "payload.customer.name"),
        (message(attachments="two"), "payload.attachments"),
        (message(metadata="map"), "payload.metadata"),
        (message(sent_at=1652184000), "payload.sent_at"),
        (message(created_at="0001-01-01T00:00:00+23:59"), "payload.created_at"),
        (message(created_at="2026-05-10T12:00:00" + "0" * 100), "payload.created_at"),
        (conversation(assignee_id="9"), "payload.assignee_id"),
        (conversation(status=None), "payload.status"),
        (conversation(id=...), "payload.id"),
    ],
)
def test_a_wrong_field_is_named(body: object, names: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parsed(body)
    assert caught.value.detail.startswith(names + (" " if names in {"The body", "payload"} else ":")), caught.value


def test_a_refusal_never_repeats_the_input() -> None:
    with pytest.raises(InvalidInput) as caught:
        parsed(message(customer={"email": {"canary": "canary"}}))
    assert "canary" not in caught.value.detail


@pytest.mark.parametrize(
    ("sender", "kind"),
    [
        ("customer", "visitor"),
        ("user", "visitor"),
        ("visitor", "visitor"),
        ("agent", "human"),
        ("operator", "human"),
        ("human", "human"),
    ],
)
def test_the_signed_form_says_who_wrote(sender: str, kind: str) -> None:
    body = {
        "account_id": "acme",
        "event": "message.created",
        "data": {"content": "Hi", "from": sender, "conversation_id": 12, "id": "m-1", "message_id": "m-2"},
    }
    event = parse_signed(body, delivery="d-1")
    assert event == Incoming(
        kind=kind,  # type: ignore[arg-type]
        account_id="acme",
        conversation_external_id="12",
        external_id="m-1",
        body="Hi",
        dedupe=("message:m-1", "message:m-2", "delivery:d-1"),
    )


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ({"content": "Hi", "conversation_id": "c"}, "data.from"),
        ({"content": "Hi", "conversation_id": "c", "from": "bot"}, "data.from"),
        ({"content": "Hi", "conversation_id": "c", "from": ["customer"]}, "data.from"),
        ({"content": "Hi", "from": "customer"}, "data.conversation_id"),
        ({"content": "Hi", "from": "customer", "conversation_id": True}, "data.conversation_id"),
        ({"from": "customer", "conversation_id": "c"}, "data.content"),
        ({"content": "", "from": "customer", "conversation_id": "c"}, "data.content"),
        ({"content": 5, "from": "customer", "conversation_id": "c"}, "data.content"),
        ("text", "data"),
        (None, "data"),
    ],
)
def test_a_wrong_signed_field_is_named(data: object, names: str) -> None:
    with pytest.raises(InvalidInput, match=names.replace(".", r"\.")):
        parse_signed({"account_id": "acme", "event": "message.created", "data": data})


def test_a_signed_sender_without_ids_leaves_the_comparison_to_the_bytes() -> None:
    data = {"content": "Hi", "from": "user", "conversation_id": "c"}
    event = parse_signed({"account_id": "acme", "event": "chat", "data": data}, delivery="\x00" * 9)
    assert isinstance(event, Incoming)
    assert (event.dedupe, event.external_id) == ((), None)


def test_another_signed_event_is_ignored() -> None:
    event = {"account_id": "acme", "event": "conversation.closed", "data": {"conversation_id": "c"}}
    assert parse_signed(event) == Ignored("other_event", "acme")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"[1]",
        b'{"account_id": 5}',
        b'{"account_id": ""}',
        b"[" * 200_000,
        b'{"a": NaN}',
        b"1" * 5_000,
    ],
)
def test_no_account_id_can_be_read(raw: bytes) -> None:
    assert account_id_of(read_unverified(raw)) is None


def test_the_account_id_is_read_before_the_signature() -> None:
    assert account_id_of(read_unverified(b'{"account_id": "acme", "data": 5}')) == "acme"
    assert account_id_of(read_unverified(json.dumps({"account_id": "x" * 201}).encode())) is None


def test_a_signature_holds_only_for_its_bytes_and_secret() -> None:
    raw = b'{"account_id": "acme"}'
    good = "sha256=" + hmac.new(b"secret", raw, hashlib.sha256).hexdigest()
    assert verify_signature(raw, good, "secret")
    assert not verify_signature(raw + b" ", good, "secret")
    assert not verify_signature(raw, good, "Secret")
    empty = "sha256=" + hmac.new(b"", raw, hashlib.sha256).hexdigest()
    for header in (
        None,
        "",
        "sha256=",
        good[7:],
        good + "0",
        good.upper(),
        "sha1=" + good[7:],
        "é" * 71,
        "\ud800",
        empty,
    ):
        assert not verify_signature(raw, header, "secret")
        assert not verify_signature(raw, header, "")


@given(st.text(), st.binary(max_size=50), st.text(max_size=80))
def test_a_verifier_never_raises(header: str, raw: bytes, secret: str) -> None:
    assert verify_signature(raw, header, secret) is False


def test_a_marker_proves_turn_part_and_secret() -> None:
    assert verify_marker(SECRET, OURS)
    assert OURS.startswith(f"{TURN}:0:")
    turn, _, digest = OURS.split(":")
    forged = [None, 5, "", ":", "::", OURS[:-1], f"{turn}:1:{digest}", OURS + "\n", "é" + OURS, "x" * 10_000, [OURS]]
    assert [verify_marker(SECRET, each) for each in forged] == [False] * len(forged)
    assert not verify_marker(b"", marker(b"", TURN, 0))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def refusal(parse: Callable[[Any], object], value: Any) -> str:
    """The sentence `value` is refused with, or nothing; any other exception is a failure."""
    try:
        parse(value)
    except InvalidInput as refused:
        return refused.detail
    return ""


@given(st.dictionaries(st.sampled_from(sorted(message()["payload"])), JSON, max_size=4))
def test_a_hostile_message_is_parsed_or_refused_by_field(changes: dict[str, Any]) -> None:
    sentence = refusal(parsed, message(**changes))
    assert sentence == "" or sentence.startswith("payload.")


@given(JSON)
def test_any_json_is_parsed_or_refused(body: object) -> None:
    assert refusal(parsed, body)
    assert refusal(parse_signed, body)


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_refused(raw: bytes) -> None:
    assert refusal(read_json, raw) in {"", "The body is not valid JSON."}


def test_parsing_loads_no_http_library() -> None:
    check = "import sys, clients.channels.papercups; print({'httpx2', 'httpcore2', 'openai'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"

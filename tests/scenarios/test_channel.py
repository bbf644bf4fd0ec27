"""Stories of a Papercups chat: answers quote the business's knowledge, Postgres is reached through pgbouncer alone."""

from __future__ import annotations

import time

import pytest

from tests.scenarios.business import HOURS, PARKING, PRICE, Business, open_business
from tests.scenarios.deployment import TIME_SCALE
from tests.scenarios.programs import wait_until

pytestmark = pytest.mark.scenario

WAIT_S = 0.7  # as on real channels
KEYSTROKES_S = 0.3


def posts_of(shop: Business) -> int:
    return sum(
        (each["method"], each["path"], each["account_id"]) == ("POST", "/api/v1/messages", shop.account["account_id"])
        for each in shop.deployment.double.journal()["requests"]
    )


def test_a_webhook_leads_to_exactly_one_bot_message(shop):
    chat = shop.visitor_writes(HOURS)
    (turn,) = shop.ended(chat)
    (reply,) = shop.said(chat)
    assert turn.state == "delivered"
    assert f"{shop.word}hours" in reply
    assert posts_of(shop) == 1
    assert shop.replies_counted() == 1


def test_a_signed_webhook_is_answered_in_the_tenants_papercups(deployment):
    shop = open_business(deployment, webhooks=False)
    said = deployment.double.say(account_id=shop.account["account_id"], body=PARKING)
    chat = said["conversation_id"]
    assert shop.signed_webhook(chat, PARKING, id=said["message"]["id"]).status_code == 202
    assert shop.signed_webhook(chat, PARKING, id=said["message"]["id"]).json() == {"status": "duplicate"}
    shop.ended(chat)
    (reply,) = shop.said(chat)
    assert f"{shop.word}parking" in reply
    shop.close()


def test_one_webhook_sent_five_times_at_once_leads_to_one_reply(shop, meanwhile):
    shop.deployment.double.fault("webhook_drop", account_id=shop.account["account_id"])
    chat = shop.visitor_writes(HOURS)
    lost = [each for each in shop.deployment.double.journal()["webhooks"] if each["outcome"] == "dropped"]
    envelope = next(each["body"] for each in lost if each["body"]["payload"]["conversation_id"] == chat)
    answers = [each.result() for each in [meanwhile(shop.webhook, envelope) for _ in range(5)]]
    assert sorted(each.status_code for each in answers) == [200, 200, 200, 200, 202]
    shop.ended(chat)
    assert len(shop.said(chat)) == 1


def test_a_webhook_that_papercups_repeats_leads_to_one_reply(shop):
    shop.deployment.double.fault("webhook_duplicate", account_id=shop.account["account_id"])
    chat = shop.visitor_writes(HOURS)
    shop.ended(chat)
    assert len(shop.said(chat)) == 1


def test_three_quick_messages_get_one_reply_that_sees_all(shop):
    shop.configure(wait_ms=1500)
    chat = shop.visitor_writes(HOURS)
    shop.visitor_writes(PARKING, chat)
    shop.visitor_writes(PRICE, chat)
    shop.ended(chat)
    (reply,) = shop.said(chat)
    assert all(f"{shop.word}{topic}" in reply for topic in ("hours", "parking", "price"))


def test_a_visitor_who_never_stops_typing_is_answered_within_the_cap(shop):
    shop.configure(wait_ms=int(WAIT_S * 1000))
    chat = shop.visitor_writes(HOURS)
    began = time.monotonic()
    written = 1
    while not shop.said(chat) and time.monotonic() - began < 12:
        next_at = began + written * KEYSTROKES_S
        wait_until(lambda at=next_at: time.monotonic() >= at, "the next message", 1)
        shop.visitor_writes(PARKING, chat)
        written += 1
    # The cap is three waits from the first message. Two later ones may each restart the writing, which takes a moment.
    assert time.monotonic() - began < 3 * WAIT_S + 3
    turns = shop.ended(chat)
    assert len(shop.said(chat)) == sum(turn.state == "delivered" for turn in turns)


def test_three_replies_in_one_conversation_and_the_bot_stays_its_owner(shop):
    chat = shop.visitor_writes(HOURS)
    shop.ended(chat)
    for number, question in enumerate((PARKING, PRICE), start=2):
        shop.visitor_writes(question, chat)
        shop.ended(chat, turns=number)
    assert [topic in reply for topic, reply in zip(("hours", "parking", "price"), shop.said(chat), strict=True)] == [
        True,
        True,
        True,
    ]
    assert shop.conversation(chat).owner == "bot"


def test_a_visitor_who_asks_for_a_person_gets_one_visibly(shop):
    chat = shop.visitor_writes("I want to talk to a real person please")
    (turn,) = shop.ended(chat)
    assert (turn.state, turn.reason) == ("handed_over", "asked")
    assert len(shop.said(chat)) == 1
    (note,) = shop.notes(chat)
    assert "asked for a person" in note
    row = shop.deployment.double.conversation(chat)
    assert (row["assignee_id"], row["priority"]) == (None, "priority")
    shop.visitor_writes(HOURS, chat)
    assert shop.ended(chat, turns=2)[1].state == "silent"
    shop.give_to("bot", shop.conversation_id(chat))
    shop.visitor_writes(HOURS, chat)
    assert shop.ended(chat, turns=3)[2].state == "delivered"
    assert len(shop.said(chat)) == 2


def test_a_person_who_writes_owns_the_conversation_until_it_is_closed(shop):
    chat = shop.visitor_writes(HOURS)
    shop.ended(chat)
    shop.person_writes(chat)
    wait_until(lambda: shop.conversation(chat).owner == "human", "the person owns the conversation")
    shop.visitor_writes(PARKING, chat)
    assert shop.ended(chat, turns=2)[1].state == "silent"
    shop.deployment.double.close_conversation(chat)
    wait_until(lambda: shop.conversation(chat).owner == "bot", "the bot has it back")
    shop.visitor_writes(PRICE, chat)
    assert shop.ended(chat, turns=3)[2].state == "delivered"
    assert len(shop.said(chat)) == 2


def test_a_message_whose_webhook_was_lost_is_answered_within_two_minutes(shop):
    shop.deployment.double.fault("webhook_drop", account_id=shop.account["account_id"])
    chat = shop.visitor_writes(HOURS)
    shop.ended(chat, within_s=120 / TIME_SCALE)
    assert len(shop.said(chat)) == 1


def test_a_channel_that_stores_a_reply_without_saying_so_holds_it_once(deployment):
    shops = {kind: open_business(deployment) for kind in ("store_answer", "store_cut", "store_hang")}
    for kind, shop in shops.items():
        deployment.double.fault(kind, account_id=shop.account["account_id"])
    chats = {kind: shop.visitor_writes(HOURS) for kind, shop in shops.items()}
    for kind, shop in shops.items():
        (turn,) = shop.ended(chats[kind])
        assert (kind, turn.state, len(shop.said(chats[kind]))) == (kind, "delivered", 1)
        assert (kind, posts_of(shop)) == (kind, 1)
        shop.close()

"""Stories of a Papercups chat: the deployment quotes its knowledge, and everything goes through pgbouncer with two connections."""

from __future__ import annotations

import pytest

from tests.scenarios.business import HOURS

pytestmark = pytest.mark.scenario


def test_a_webhook_leads_to_exactly_one_bot_message(shop):
    chat = shop.visitor_writes(HOURS)
    (turn,) = shop.ended(chat)
    assert turn.state == "delivered"
    (reply,) = shop.said(chat)
    assert f"{shop.word}hours" in reply
    assert shop.replies_counted() == 1
    posts = [
        each
        for each in shop.deployment.double.journal()["requests"]
        if (each["method"], each["path"]) == ("POST", "/api/v1/messages") and each["account_id"] == shop.account["account_id"]
    ]
    assert len(posts) == 1

"""A hundred tenants with five conversations each, all at once: nothing lost, nothing doubled, nothing mixed up."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest

from tests.scenarios.business import HOURS, Business, open_business
from tests.scenarios.programs import wait_until

pytestmark = pytest.mark.scenario

TENANTS, CHATS = 100, 5
WORD = re.compile(r"word[b-z]{10}")


@pytest.mark.timeout(150)
def test_a_hundred_tenants_are_answered_at_once_and_never_mixed_up(deployment, meanwhile):
    shops = [each.result() for each in [meanwhile(open_business, deployment) for _ in range(TENANTS)]]
    began = time.monotonic()
    writing = [(shop, meanwhile(shop.visitor_writes, HOURS)) for _ in range(CHATS) for shop in shops]
    chats: dict[str, Business] = {chat.result(): shop for shop, chat in writing}

    def ended() -> bool:
        ((count,),) = deployment.ask(
            "SELECT count(*) FROM turn WHERE state = 'delivered' AND tenant_id = ANY(%(ids)s)", ids=ids
        )
        return bool(count >= TENANTS * CHATS)

    ids = [shop.tenant_id for shop in shops]
    wait_until(ended, "all are answered", 90, every_s=0.2)
    print(f"{TENANTS * CHATS} conversations answered in {time.monotonic() - began:.1f} s")
    for shop in shops:
        wait_until(shop.at_rest, "nothing is left to do")
    replies = [
        each
        for each in deployment.double.journal()["messages"]
        if each["type"] == "bot" and each["conversation_id"] in chats
    ]
    assert Counter(each["conversation_id"] for each in replies) == dict.fromkeys(chats, 1)
    for reply in replies:
        shop = chats[reply["conversation_id"]]
        assert reply["account_id"] == shop.account["account_id"]
        assert set(WORD.findall(reply["body"])) == {shop.word}
    assert {len(shop.turns()) for shop in shops} == {CHATS}
    for shop in shops:
        shop.close()

"""Valkey and Postgres are restarted, and workers told to stop, while conversations run: nothing is lost, nothing doubled."""

from __future__ import annotations

import pytest

from models.database import engine
from tests.scenarios.business import HOURS, Business
from tests.scenarios.programs import STOP_WITHIN_S, wait_until

pytestmark = pytest.mark.scenario

CHATS = 24


@pytest.fixture
def chats(shop: Business, meanwhile) -> list[str]:
    """Visitors who all wrote just now; the first of them is being answered."""
    writing = [meanwhile(shop.visitor_writes, HOURS) for _ in range(CHATS)]
    wait_until(lambda: shop.turns(), "the first turn is recorded")
    return [each.result() for each in writing]


def each_is_answered_once(shop: Business, chats: list[str]) -> None:
    shop.ended(turns=CHATS, within_s=40)
    assert {chat: len(shop.said(chat)) for chat in chats} == dict.fromkeys(chats, 1)
    assert len(shop.turns()) == shop.replies_counted() == CHATS


def test_valkey_dies_and_comes_back_with_everything_it_was_told(shop, chats):
    valkey = shop.deployment.valkey
    assert valkey.process is not None
    valkey.process.kill()
    valkey.process.wait()
    valkey.start()
    each_is_answered_once(shop, chats)


def test_postgres_restarts_in_the_middle(shop, chats):
    shop.deployment.postgres.stop()
    shop.deployment.postgres.start()
    engine().dispose()
    each_is_answered_once(shop, chats)


def test_workers_told_to_stop_leave_nothing_behind(shop, chats):
    programs = [shop.deployment.programs[name] for name in ("worker", "answers")]
    for program in programs:
        program.terminate()
    assert all(program.wait() < STOP_WITHIN_S for program in programs)
    shop.deployment.restart("worker", "answers")
    each_is_answered_once(shop, chats)

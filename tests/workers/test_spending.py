"""Paying for calls: caps, shares, presumption, rebuilding by many at once, mails, and a tenant without caps."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from clients.language_model import Usage
from clients.queue import connect
from clients.spending import Purses
from config.errors import OverBudget, StoreUnavailable, TransientError
from models.base import now
from models.database import tenant_session
from models.notice import Notice
from models.price import Tokens, cost, price_of, worst_cost
from models.spending import ModelHold
from models.usage import Purpose
from tests.workers.line import Line, configure
from tests.workers.money import MODEL, account, calls, cap, charged, end, holds, wish
from workers import budget_notices, presume, spending
from workers.broker import queue
from workers.spending import reserve


def pay(tenant, amount: int, used: int | None = None, *, public: bool = False) -> spending.Charge:
    """A whole call; `used` of the amount is reported, None: all of it, unheard."""
    charge, _ = reserve(account(tenant, public=public), Purpose.ANSWER, [wish(amount)])
    if used is None:
        charge.lost()
    else:
        charge.ended(Usage(MODEL, used * 8, 0, True))
    end(charge)
    return charge


def test_nothing_is_spent_beyond_a_cap_and_what_was_not_used_comes_back(line: Line, alice):
    cap(alice, day=100, month=1000)
    pay(alice, 60, used=10)
    pay(alice, 60, used=50)
    with pytest.raises(OverBudget):
        pay(alice, 41)
    pay(alice, 40)
    assert (charged(alice), [call.reported for call in calls(alice)]) == (100, [True, True, False])


def test_a_month_is_a_cap_of_its_own(line: Line, alice):
    cap(alice, month=50)
    pay(alice, 50)
    with pytest.raises(OverBudget):
        pay(alice, 1)


def test_a_change_of_the_cap_holds_at_once(line: Line, alice):
    cap(alice, day=10)
    with pytest.raises(OverBudget):
        pay(alice, 11)
    cap(alice, day=11)
    pay(alice, 11)
    cap(alice, day=None)
    pay(alice, 500)


def test_what_was_spent_without_a_cap_counts_once_there_is_one(line: Line, alice):
    cap(alice, day=100)
    pay(alice, 10)  # the sums are in Redis
    cap(alice, day=None)
    pay(alice, 70)
    cap(alice, day=100)
    with pytest.raises(OverBudget):
        pay(alice, 21)
    pay(alice, 20)


def test_the_public_credential_has_its_share(line: Line, alice):
    configure(alice, public_share=0.5)
    cap(alice, day=100)
    pay(alice, 50, public=True)
    with pytest.raises(OverBudget):
        pay(alice, 1, public=True)
    pay(alice, 50)


def test_a_tenant_without_a_cap_is_counted_and_needs_no_redis(line: Line, alice, monkeypatch):
    away = Purses(connect("redis://127.0.0.1:1/0", max_connections=1))
    monkeypatch.setattr(spending, "purses", lambda: away)
    pay(alice, 10, used=3)
    assert [(call.cost_micro, call.reported, call.purpose) for call in calls(alice)] == [(3, True, "answer")]


def test_without_redis_a_bounded_call_is_not_made(line: Line, alice, monkeypatch):
    cap(alice, day=100)
    away = Purses(connect("redis://127.0.0.1:1/0", max_connections=1))
    monkeypatch.setattr(spending, "purses", lambda: away)
    with pytest.raises(StoreUnavailable):
        pay(alice, 10)
    assert holds(alice) == []


def test_a_model_that_costs_nothing_needs_no_budget(line: Line, alice):
    cap(alice, day=0)
    pay(alice, 0)
    with pytest.raises(OverBudget):
        pay(alice, 1)


def test_the_clock_charges_calls_that_nobody_waits_for_any_more(line: Line, alice):
    cap(alice, day=100)
    charge, _ = reserve(account(alice), Purpose.ANSWER, [wish(60)])
    presume.presume_lost_calls()
    assert len(holds(alice)) == 1  # it may be running
    with tenant_session(alice.tenant_id) as session:
        session.execute(update(ModelHold).values(expires_at=now() - timedelta(seconds=1)))
    presume.presume_lost_calls()
    presume.presume_lost_calls()
    assert (holds(alice), charged(alice)) == ([], 60)
    charge.ended(Usage(MODEL, 8, 0, True))  # it was only slow
    end(charge)
    assert charged(alice) == 60
    with pytest.raises(OverBudget):
        pay(alice, 41)


def test_holds_of_calls_that_are_over_do_not_stay_in_the_way(line: Line, alice):
    """Their ends reached the ledger, and not Redis."""
    cap(alice, day=100)
    charge, _ = reserve(account(alice), Purpose.ANSWER, [wish(90)])
    charge.ended(Usage(MODEL, 8, 0, True))
    with tenant_session(alice.tenant_id) as session:
        charge.record(session)
    with pytest.raises(OverBudget):
        pay(alice, 90)
    sums = f"{{fdm1:{alice.tenant_id}}}:holds"
    hold = queue().client.hget(sums, str(charge.call.call_id)).decode()
    queue().client.hset(sums, str(charge.call.call_id), hold.rpartition("|")[0] + "|1")
    pay(alice, 90)


def test_many_processes_find_the_sums_gone_at_once_and_none_spends_twice(line: Line, alice):
    cap(alice, day=100)
    pay(alice, 40)
    queue().client.flushdb()
    granted, refused, barrier = [], [], threading.Barrier(8)
    whole = account(alice)

    def call() -> None:
        barrier.wait()
        try:
            granted.append(reserve(whole, Purpose.ANSWER, [wish(20)])[0])
        except OverBudget:
            refused.append(1)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(granted), len(refused)) == (3, 5)
    assert len(holds(alice)) == 3


def test_a_rebuilder_that_dies_is_followed_by_the_next(line: Line, alice):
    from models.spending import next_generation

    cap(alice, day=100)
    pay(alice, 40)
    with tenant_session(alice.tenant_id) as session:  # it raised the generation, and no more
        next_generation(session, alice.tenant_id, 1)
    pay(alice, 60)
    with pytest.raises(OverBudget):
        pay(alice, 1)


def test_a_process_that_knows_an_old_generation_goes_on(line: Line, alice):
    cap(alice, day=100)
    old = account(alice)
    pay(alice, 10)
    queue().client.flushdb()
    pay(alice, 10)
    charge, _ = reserve(old, Purpose.ANSWER, [wish(80)])
    with pytest.raises(OverBudget):
        pay(alice, 1)
    charge.ended(None)
    end(charge)
    pay(alice, 80)


def test_a_failure_free_of_charge_gives_the_money_back_any_other_does_not(line: Line, alice):
    cap(alice, day=100)

    def fail(*, free: bool) -> None:
        error = TransientError("away")
        error.free = free
        with pytest.raises(TransientError), spending.paid(account(alice), Purpose.EMBEDDING, wish(30)):
            raise error

    fail(free=True)
    assert (charged(alice), holds(alice)) == (0, [])
    fail(free=False)
    assert (charged(alice), holds(alice)) == (30, [])


def test_a_call_of_its_own_is_recorded_with_what_it_used(line: Line, alice):
    cap(alice, day=100)
    with spending.paid(account(alice), Purpose.EMBEDDING, wish(30)) as charge:
        charge.ended(Usage(MODEL, 16, 0, True))
    assert [(call.cost_micro, call.purpose, call.turn_id) for call in calls(alice)] == [(2, "embedding", None)]


@pytest.fixture
def _nothing_told() -> None:
    budget_notices._told.clear()


@pytest.mark.usefixtures("_nothing_told")
def test_the_business_is_told_once_at_each_step_of_a_period(line: Line, alice):
    configure(alice, notify=["owner@example.org"])
    cap(alice, day=100)
    subjects = []
    for amount in (49, 1, 10, 25, 12, 3):
        pay(alice, amount)
        with tenant_session(alice.tenant_id) as session:
            subjects.append(sorted(notice.subject.split(" %")[0] for notice in session.scalars(select(Notice))))
    assert subjects == [[], ["50"], ["50"], ["50", "80"], ["50", "80", "95"], ["50", "80", "95"]]
    budget_notices._told.clear()  # another process
    pay(alice, 0)
    with tenant_session(alice.tenant_id) as session:
        (first, *_) = session.scalars(select(Notice).order_by(Notice.created_at)).all()
    assert first.recipients == ["owner@example.org"]
    assert "0.000050 USD of 0.000100 USD" in first.body


def test_days_are_the_tenants_own(line: Line, alice):
    from datetime import UTC, datetime

    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    allowance = account(alice).allowance
    assert allowance.today(late).isoformat() == "2026-11-30"
    assert replace(allowance, time_zone="Asia/Tokyo").today(late).isoformat() == "2026-12-01"


def test_prices_are_rounded_up_and_snapshots_are_known():
    price = price_of("gpt-6-luna-2026-09-22")
    assert price == price_of("gpt-6-luna")
    assert cost(price, Tokens(1, 0)) == 1
    assert (
        cost(price, Tokens(1_000_000, 1_000_000, cached=400_000, written=100_000)) == 50_000 + 4_000 + 12_500 + 500_000
    )
    assert (
        cost(price, Tokens(1_000_000, 0)) == worst_cost(price, Tokens(1_000_000, 0)) == 125_000
    )  # it may have been written


def test_an_unknown_model_is_taken_for_the_dearest():
    dearest = price_of("a-model-of-somebody")
    assert all(dearest.output >= price_of(name).output for name in ("gpt-6-luna", "gpt-6-astra", "gpt-4o"))

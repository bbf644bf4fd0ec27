"""A budget in Redis: nothing is granted that does not fit, nothing is granted from sums that may have lost something."""

from __future__ import annotations

import time

import pytest
import redis

from clients.spending import Caps, Granted, Hold, MustRebuild, Offer, Purses, Refused, Spent, Totals
from config.errors import StoreUnavailable

ALICE, MALLORY = "alice", "mallory"
DAY, NEXT_DAY, NEXT_MONTH = "2026-11-22", "2026-11-23", "2026-12-01"
LATER_MS = int(time.time() * 1000) + 3_600_000
FREE = Caps(None, None)


def build(purses: Purses, *, generation: int = 1, spent: int = 0, of_public: int = 0, holds: list[Hold] | None = None):
    return purses.build(ALICE, generation, "2026-11-01", [Totals(DAY, spent, of_public)], holds or [])


def reserve(purses: Purses, call: str, *amounts: int | tuple[int, int], caps: Caps, **given):
    tenant = given.pop("tenant", ALICE)
    values = {"day": DAY, "public": False, "generation": 1, "expires_ms": LATER_MS} | given
    offers = [Offer(*each) if isinstance(each, tuple) else Offer(each) for each in amounts]
    return purses.reserve(tenant, call, caps=caps, offers=offers, **values)


def test_without_sums_nothing_is_granted(purses: Purses):
    assert reserve(purses, "a", 1, caps=Caps(100, None)) == MustRebuild()


def test_calls_are_granted_until_the_next_does_not_fit(purses: Purses):
    build(purses, spent=50)
    assert reserve(purses, "a", 30, caps=Caps(100, None)) == Granted(0, 1)
    assert reserve(purses, "b", 21, caps=Caps(100, None)) == Refused(stale=False)
    assert reserve(purses, "c", 20, caps=Caps(100, None)) == Granted(0, 1)
    assert reserve(purses, "d", 1, caps=Caps(100, None)) == Refused(stale=False)


def test_each_cap_counts_for_itself(purses: Purses):
    build(purses, spent=50)
    assert reserve(purses, "a", 10, caps=Caps(1000, 55)) == Refused(stale=False)
    assert reserve(purses, "b", 10, caps=Caps(1000, 60)) == Granted(0, 1)


def test_a_new_day_has_a_budget_of_its_own_within_the_months(purses: Purses):
    build(purses, spent=90)
    caps = Caps(100, 150)
    assert reserve(purses, "a", 50, caps=caps) == Refused(stale=False)
    assert reserve(purses, "b", 50, caps=caps, day=NEXT_DAY) == Granted(0, 1)
    assert reserve(purses, "c", 50, caps=caps, day=NEXT_DAY) == Refused(stale=False)  # 190 of 150
    assert reserve(purses, "d", 50, caps=caps, day=NEXT_MONTH) == Granted(0, 1)


def test_a_day_that_the_sums_do_not_know_is_rebuilt(purses: Purses):
    build(purses)
    assert reserve(purses, "a", 1, caps=Caps(100, None), day="2026-10-31") == MustRebuild()


def test_the_second_offer_is_taken_where_the_first_may_not_go_so_far(purses: Purses):
    build(purses, spent=80)
    assert reserve(purses, "a", (16, 95), (5, 100), caps=Caps(100, None)) == Granted(1, 1)
    assert reserve(purses, "b", (10, 95), (5, 100), caps=Caps(100, None)) == Granted(0, 1)


def test_what_costs_nothing_fits_where_a_cap_was_lowered(purses: Purses):
    build(purses, spent=80)
    assert reserve(purses, "a", (10, 95), (0, 100), caps=Caps(50, None)) == Granted(1, 1)
    assert reserve(purses, "b", (1, 100), caps=Caps(50, None)) == Refused(stale=False)


def test_public_calls_have_a_share(purses: Purses):
    build(purses, spent=40, of_public=40)
    caps, whole = Caps(100, None, 50, None), Caps(100, None)
    assert reserve(purses, "a", 20, caps=caps, public=True) == Refused(stale=False)
    assert reserve(purses, "b", 20, caps=whole) == Granted(0, 1)
    assert reserve(purses, "c", 10, caps=caps, public=True) == Granted(0, 1)
    assert reserve(purses, "d", 31, caps=whole) == Refused(stale=False)  # the share is a part of the whole


def test_a_settled_call_gives_the_rest_back_and_tells_what_is_spent(purses: Purses):
    build(purses, spent=10)
    reserve(purses, "a", 60, caps=Caps(100, None))
    reserve(purses, "b", 30, caps=Caps(100, None))
    assert purses.settle(ALICE, "a", 5) == Spent(15, 15)
    assert reserve(purses, "c", 55, caps=Caps(100, None)) == Granted(0, 1)
    assert reserve(purses, "d", 1, caps=Caps(100, None)) == Refused(stale=False)


def test_a_call_that_was_never_made_gives_all_back(purses: Purses):
    build(purses)
    reserve(purses, "a", 100, caps=Caps(100, None), public=True)
    assert purses.settle(ALICE, "a", 0) == Spent(0, 0)
    assert reserve(purses, "b", 100, caps=Caps(100, None, 100, None), public=True) == Granted(0, 1)


def test_a_repeated_call_has_one_effect(purses: Purses):
    """An answer that was lost is asked for again."""
    build(purses)
    for _ in range(2):
        assert reserve(purses, "a", (70, 95), (60, 100), caps=Caps(70, None)) == Granted(1, 1)
    assert reserve(purses, "b", 11, caps=Caps(70, None)) == Refused(stale=False)
    assert purses.settle(ALICE, "a", 20) == Spent(20, 20)
    assert purses.settle(ALICE, "a", 20) is None
    assert reserve(purses, "c", 50, caps=Caps(70, None)) == Granted(0, 1)


def test_building_twice_erases_nothing_that_was_granted_in_between(purses: Purses):
    assert build(purses, spent=10)
    reserve(purses, "a", 80, caps=Caps(100, None))
    assert not build(purses, spent=10)
    assert reserve(purses, "b", 20, caps=Caps(100, None)) == Refused(stale=False)


def test_a_slow_builder_does_not_undo_a_younger_one(purses: Purses):
    assert build(purses, generation=2, spent=90)
    assert not build(purses, generation=1, spent=0)
    assert reserve(purses, "a", 20, caps=Caps(100, None)) == Refused(stale=False)


def test_sums_older_than_the_ledgers_generation_grant_nothing(purses: Purses):
    build(purses, generation=3)
    assert reserve(purses, "a", 1, caps=Caps(100, None), generation=4) == MustRebuild()
    assert reserve(purses, "a", 1, caps=Caps(100, None), generation=2) == Granted(0, 3)


def test_holds_of_the_ledger_count_and_can_be_settled(purses: Purses):
    build(purses, spent=10, holds=[Hold("a", 60, DAY, True, LATER_MS)])
    assert reserve(purses, "b", 31, caps=Caps(100, None)) == Refused(stale=False)
    assert reserve(purses, "c", 1, caps=Caps(100, None, 60, None), public=True) == Refused(stale=False)
    assert purses.settle(ALICE, "a", 1) == Spent(11, 11)
    assert reserve(purses, "d", 89, caps=Caps(100, None)) == Granted(0, 1)


def test_a_refusal_says_that_holds_of_calls_that_are_over_are_in_the_way(purses: Purses):
    build(purses, holds=[Hold("a", 100, DAY, False, 1)])
    assert reserve(purses, "b", 1, caps=Caps(100, None)) == Refused(stale=True)


def test_another_life_of_the_server_is_not_believed(purses: Purses, store: redis.Redis):
    """After a restart or a fail-over the last second may be missing, though the keys are there."""
    build(purses)
    store.hset(f"{{fdm1:{ALICE}}}:sums", "run", "another")
    assert reserve(purses, "a", 1, caps=Caps(100, None)) == MustRebuild()
    assert build(purses, generation=2)
    assert reserve(purses, "a", 1, caps=Caps(100, None)) == Granted(0, 2)


def test_after_a_flush_nothing_is_granted_and_nothing_settled(purses: Purses, store: redis.Redis):
    build(purses)
    reserve(purses, "a", 1, caps=Caps(100, None))
    store.flushall()
    assert purses.settle(ALICE, "a", 1) is None
    assert reserve(purses, "b", 1, caps=Caps(100, None)) == MustRebuild()


def test_tenants_do_not_feel_each_other(purses: Purses, store: redis.Redis):
    build(purses, spent=100)
    purses.build(MALLORY, 1, "2026-11-01", [], [])
    assert reserve(purses, "a", 1, caps=Caps(100, None)) == Refused(stale=False)
    assert reserve(purses, "a", 1, caps=Caps(100, None), tenant=MALLORY) == Granted(0, 1)
    assert all(b"alice" in key or b"mallory" in key for key in store.scan_iter())
    purses.forget(ALICE)
    assert all(b"alice" not in key for key in store.scan_iter())


def test_large_sums_are_exact(purses: Purses):
    """A billion units of the currency, to the micro-unit."""
    cap = 10**15
    build(purses, spent=cap - 3)
    assert reserve(purses, "a", 2, caps=Caps(cap, None)) == Granted(0, 1)
    assert purses.settle(ALICE, "a", 1) == Spent(cap - 2, cap - 2)
    assert reserve(purses, "b", 3, caps=Caps(cap, None)) == Refused(stale=False)
    assert reserve(purses, "b", 2, caps=Caps(cap, None)) == Granted(0, 1)


def test_many_holds_are_built_at_once(purses: Purses):
    holds = [Hold(f"call-{number}", 1, DAY, False, LATER_MS) for number in range(3000)]
    build(purses, holds=holds)
    assert reserve(purses, "a", 1, caps=Caps(3000, None)) == Refused(stale=False)
    assert reserve(purses, "a", 1, caps=Caps(3001, None)) == Granted(0, 1)


def test_a_store_that_is_away_grants_nothing(store: redis.Redis):
    from clients.queue import connect

    with pytest.raises(StoreUnavailable):
        reserve(Purses(connect("redis://127.0.0.1:1/0", max_connections=1)), "a", 1, caps=FREE)

"""Whatever befalls calls, processes and Redis, in whatever order: the provider's bill stays within the cap."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clients.language_model import Usage
from clients.spending import Granted
from config.errors import OverBudget
from models.tenant import NewTenant, create_tenant
from models.usage import Purpose
from tests.workers.money import MODEL, account, calls, cap, charged, end, holds, presume_all, wish
from workers import spending
from workers.broker import queue

CAP = 100
AMOUNT = st.integers(1, 60)
STEP = st.one_of(
    st.tuples(st.just("call"), AMOUNT),
    st.tuples(st.just("ask"), AMOUNT),  # granted by Redis; the process is slow to go on
    st.tuples(st.just("go on"), st.integers(0, 5)),
    st.tuples(st.just("settle"), st.integers(0, 5), st.integers(0, 100)),
    st.tuples(st.just("refused free of charge"), st.integers(0, 5)),
    st.tuples(st.just("crash"), st.integers(0, 5)),
    st.tuples(st.just("end unheard"), st.integers(0, 5)),
    st.tuples(st.just("crash before Redis hears"), st.integers(0, 5), st.integers(0, 100)),
    st.tuples(st.sampled_from(["flush", "remember", "lose what came since", "rebuild", "presume"])),
)


@dataclass
class World:
    """A tenant, what runs, and the provider's own bill: each call that was made, at the dearest until it says less."""

    tenant: NewTenant
    running: list[spending.Charge] = field(default_factory=list)
    asked: list[tuple[Any, int]] = field(default_factory=list)
    bill: dict[Any, int] = field(default_factory=dict)
    remembered: dict[bytes, bytes] = field(default_factory=dict)

    def play(self, what: str, *given: int) -> None:
        getattr(self, "_" + what.replace(" ", "_"))(*given)
        assert sum(self.bill.values()) <= CAP

    def made(self, charge: spending.Charge) -> None:
        self.running.append(charge)
        self.bill[charge.call.call_id] = charge.call.amount_micro

    def taken(self, number: int) -> spending.Charge | None:
        return self.running.pop(number % len(self.running)) if self.running else None

    def _call(self, amount: int) -> None:
        try:
            charge, _ = spending.reserve(account(self.tenant), Purpose.ANSWER, [wish(amount)])
        except OverBudget:
            return
        self.made(charge)

    def _ask(self, amount: int) -> None:
        payer = account(self.tenant)
        call = spending._call(payer, Purpose.ANSWER, wish(amount))
        said = spending._granted(payer, call, [wish(amount)], payer.allowance.generation)
        if isinstance(said, Granted):
            self.asked.append((payer, (call, said.generation)))

    def _go_on(self, number: int) -> None:
        if self.asked:
            payer, (call, generation) = self.asked.pop(number % len(self.asked))
            charge = spending._held(payer, call, generation)
            if charge is not None:
                self.made(charge)

    def _settle(self, number: int, percent: int) -> None:
        if charge := self.taken(number):
            self._used(charge, percent)
            end(charge)

    def _crash_before_Redis_hears(self, number: int, percent: int) -> None:
        if charge := self.taken(number):
            self._used(charge, percent)
            charge.close = lambda: None  # type: ignore[method-assign]
            end(charge)

    def _used(self, charge: spending.Charge, percent: int) -> None:
        tokens = charge.call.prompt_tokens * percent // 100
        charge.ended(Usage(MODEL, tokens, 0, True))
        self.bill[charge.call.call_id] = -(-tokens // 8)

    def _refused_free_of_charge(self, number: int) -> None:
        if charge := self.taken(number):
            charge.ended(None)
            del self.bill[charge.call.call_id]
            end(charge)

    def _end_unheard(self, number: int) -> None:
        if charge := self.taken(number):
            charge.lost()
            end(charge)

    def _crash(self, number: int) -> None:
        self.taken(number)

    def _flush(self) -> None:
        queue().client.flushdb()

    def _keys(self) -> list[bytes]:
        return sorted(queue().client.keys(f"*{self.tenant.tenant_id}*"))

    def _remember(self) -> None:
        """What a replica has, or what is on the disk."""
        self.remembered = {key: queue().client.dump(key) for key in self._keys()}

    def _lose_what_came_since(self) -> None:
        """Another server takes over, with what it had heard."""
        queue().client.flushdb()
        for key, value in self.remembered.items():
            queue().client.restore(key, 0, value)
            if key.endswith(b":sums"):
                queue().client.hset(key, "run", "of-another-server")

    def _rebuild(self) -> None:
        spending.rebuild(self.tenant.tenant_id, account(self.tenant).allowance.generation)

    def _presume(self) -> None:
        """So late that whatever ran has ended: as it did, or unheard."""
        for charge in self.running:
            end(charge)  # nothing is recorded: it never said how it ended
        self.running.clear()
        self.asked.clear()
        presume_all(self.tenant)


SLOW = [("rebuild",), ("ask", 60), ("flush",), ("call", 60), ("go on", 0), ("call", 40), ("call", 1)]
LOST = [("call", 1), ("remember",), ("call", 60), ("lose what came since",), ("call", 60)]
UNHEARD = [("call", 60), ("end unheard", 0), ("flush",), ("call", 60)]
TWICE = [("call", 60), ("crash before Redis hears", 0, 10), ("rebuild",), ("call", 60), ("call", 30), ("call", 50)]


@given(steps=st.lists(STEP, min_size=8, max_size=40))
@example(SLOW)
@example(LOST)
@example(UNHEARD)
@example(TWICE)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_bill_never_exceeds_the_cap(stores, steps: list[tuple[Any, ...]]):
    tenant = create_tenant("Thrifty")
    cap(tenant, day=CAP)
    world = World(tenant)
    for step in steps:
        world.play(*step)
    world.play("presume")
    assert holds(tenant) == []
    assert sum(world.bill.values()) <= charged(tenant) <= CAP  # every call counted, none for less than it cost
    assert {call.work_id for call in calls(tenant)} == {str(name) for name in world.bill}


@given(steps=st.lists(STEP, max_size=20), amount=AMOUNT)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_free_can_be_spent(stores, steps: list[tuple[Any, ...]], amount: int):
    """Once all has ended nothing stays held: a call that fits what the ledger leaves is granted, any other is not."""
    tenant = create_tenant("Thrifty")
    cap(tenant, day=CAP)
    world = World(tenant)
    for step in steps:
        world.play(*step)
    world.play("presume")
    world.play("rebuild")
    before = set(world.bill)
    world.play("call", amount)
    assert bool(set(world.bill) - before) is (charged(tenant) + amount <= CAP)

"""The planted faults that prove the checker. Each replaces a function of the product, in the processes of a run alone.

`put_in()` is called by what stands in for the Procfile's programs, before they import anything else.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bench.chaos.plan import Bias

VARIABLE = "CHAOS_PLANT"


@dataclass(frozen=True)
class Plant:
    """One fault: what it is, how it gets in, and what it needs more of to show itself."""

    says: str
    put_in: Callable[[], None]
    bias: Bias
    story: str = ""  # the labelled run that shows it, instead of seeds


def _repost() -> None:
    """Reading back finds nothing of ours: after `settle` every unknown part is posted once more."""
    from clients.channels import ChannelConversation

    ChannelConversation.sent = lambda self, marker: None  # type: ignore[method-assign]


def _epoch() -> None:
    """The epoch is looked at when a stage begins, and no more when something is let go."""
    from clients.queue import Queue
    from clients.queue.turns import Turns
    from workers import deliver, read_back

    release = Turns.release

    def release_unchecked(self: Turns, *names: str, **given: Any) -> Any:
        return release(self, *names, **given | {"epoch": 1 << 52})

    def person_in_channel_showed_up(parcel: deliver.Parcel, view: Any) -> bool:
        found = read_back.missing(parcel.connection, parcel.conversation, view, parcel.known)
        read_back.receive(found)
        return found.human

    Queue.release = release_unchecked  # type: ignore[method-assign]
    deliver._person_showed_up = person_in_channel_showed_up


def _ack() -> None:
    """An accepted message is settled when its job begins, not when it is recorded."""
    from clients.queue import Done
    from workers.broker import Lifecycle

    begin = Lifecycle.before_process_message

    def settle_first(self: Lifecycle, broker: Any, message: Any) -> None:
        begin(self, broker, message)
        if message.actor_name == "message.receive":
            broker.queue.settle(broker.courier.process, message.entry, Done(), call=broker.courier.next_call())

    Lifecycle.before_process_message = settle_first  # type: ignore[method-assign]


def _claim() -> None:
    """The naive claim: a turn that somebody holds is skipped, also when it was an earlier delivery of the same message."""
    from models import turn as turns

    claim = turns.claim

    def claim_or_skip(session: Any, turn_id: uuid.UUID, delivery: Any, states: Any, lease: Any) -> Any:
        locked = turns.lock_turn(session, turn_id)
        if locked is not None and locked[0].claimed and delivery.number > 1:
            return turns.Done()
        return claim(session, turn_id, delivery, states, lease)

    turns.claim = claim_or_skip


def _dedupe() -> None:
    """A message is new each time it comes: neither Redis nor the row knows it."""
    from clients.queue import AsyncQueue
    from models.message import add_message as add
    from workers import receive

    accept = AsyncQueue.accept

    async def accept_anew(self: AsyncQueue, acceptance: Any) -> Any:
        return await accept(self, replace(acceptance, dedupe=()))

    def add_anew(session: Any, message: Any) -> Any:
        message.external_id = f"{message.external_id}:{uuid.uuid4()}"
        return add(session, message)

    AsyncQueue.accept = accept_anew  # type: ignore[method-assign]
    receive.add_message = add_anew  # type: ignore[attr-defined]


def _sweep() -> None:
    """Nobody looks for turns that lost their job."""
    from workers import clock

    clock.TASKS = tuple(task for task in clock.TASKS if task.name != "sweep")  # type: ignore[assignment]


def _spend() -> None:
    """After a loss of Redis the sums begin with nothing, instead of with what the ledger has."""
    from models import spending

    spending.spent_since = lambda session, since: _Nothing()  # type: ignore[assignment,return-value]
    spending.running_since = lambda session, since: _Nothing()  # type: ignore[assignment,return-value]


class _Nothing:
    def get(self) -> list[Any]:
        return []


def _estimate() -> None:
    """What a call usually costs is reserved, not what it can cost at most."""
    from models import price
    from workers import spending

    worst = price.worst_cost
    spending.worst_cost = lambda model, used: worst(model, used) // 4  # type: ignore[attr-defined]


PLANTS = {
    "spend": Plant("budgets rebuilt from nothing after a loss", _spend, Bias(), "budget"),
    "estimate": Plant("an estimate is reserved, not the worst case", _estimate, Bias(), "budget"),
    "repost": Plant(
        "re-post without read-back",
        _repost,
        Bias(faults=("store_answer", "store_hang", "store_cut"), kills=(("deliver", "post after"),) * 3),
    ),
    "epoch": Plant("epoch checked before instead of in the transaction", _epoch, Bias(people=4.0)),
    "ack": Plant("ack before record", _ack, Bias(kills=(("receive", "transaction"),) * 8)),
    "claim": Plant(
        "claim skipped on redelivery",
        _claim,
        # At this scale a claim (90 s) outlives the time within which a killed worker's turn has to go on.
        Bias(
            kills=(("answer", "model before"), ("answer", "model after"), ("deliver", "look after")) * 2,
            time_scale=3.0,
            stores=False,
        ),
    ),
    "dedupe": Plant("dedupe off", _dedupe, Bias(faults=("webhook_duplicate",), kills=(("web", "waiting"),) * 4)),
    "sweep": Plant("sweep off", _sweep, Bias(redis=("fail over",), cuts=5)),
}


def put_in() -> None:
    """The fault that the environment names."""
    PLANTS[os.environ[VARIABLE]].put_in()

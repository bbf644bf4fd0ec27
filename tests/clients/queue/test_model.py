"""The queue and its model play the same steps; and what must hold of any history holds, whatever the model says."""

from __future__ import annotations

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from clients.queue.scripts import Scripts
from tests.clients.queue import plans
from tests.clients.queue.cast import Clock
from tests.clients.queue.model import Model
from tests.clients.queue.player import Player
from tests.clients.queue.promises import LONGEST_S, PROMISES, Promise, examples
from tests.clients.queue.steps import Step

pytestmark = pytest.mark.timeout(LONGEST_S)


@given(steps=plans.anything)
@examples(50)
def test_the_queue_does_what_the_model_does_and_every_message_ends(model_store: redis.Redis, steps: list[Step]) -> None:
    clock = Clock()
    player = Player(model_store, Scripts(model_store, clock), clock, Model(clock))
    player.play(steps)
    player.drain()


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
@given(data=st.data())
@examples(20)
def test_what_is_promised_holds(model_store: redis.Redis, promise: Promise, data: st.DataObject) -> None:
    clock = Clock()
    player = Player(model_store, Scripts(model_store, clock), clock, Model(clock))
    promise.check(player.play(data.draw(promise.plan)))

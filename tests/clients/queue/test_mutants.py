"""A deliberately broken scheduler does not pass: neither the property it breaks nor the comparison with the model."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import pytest
import redis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clients.queue import Queue, scripts
from clients.queue.scripts import Scripts
from tests.clients.queue.cast import Clock
from tests.clients.queue.lua_scenes import Stage, dead_letters_are_a_thousand_at_most
from tests.clients.queue.model import Model
from tests.clients.queue.mutants import MUTANTS, UNCAPPED, Mutant
from tests.clients.queue.player import Player
from tests.clients.queue.promises import PROMISES
from tests.clients.queue.recorder import Ingress
from tests.clients.queue.steps import Step

PATIENCE = 100  # examples, the same at every run, within which a broken scheduler must show


def caught(check: Callable[[list[Step]], object], plan: st.SearchStrategy[list[Step]]) -> bool:
    """Whether an example fails; the first one does, there is nothing to shrink or to explain."""

    @settings(
        max_examples=PATIENCE,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(steps=plan)
    def run(steps: list[Step]) -> None:
        check(steps)

    try:
        run()
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_scheduler_breaks_its_promise(model_store: redis.Redis, mutant: Mutant) -> None:
    assert mutant.touches()
    promises = [promise for promise in PROMISES if promise.holds is mutant.breaks]

    def play(steps: list[Step]) -> None:
        clock = Clock()
        promise.check(Player(model_store, Scripts(model_store, clock, mutant.source), clock).play(steps))

    for promise in promises:
        if caught(play, promise.plan):
            return
    pytest.fail("it goes unnoticed")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_scheduler_differs_from_the_model(model_store: redis.Redis, mutant: Mutant) -> None:
    assert mutant.touches()
    plan = next(promise.plan for promise in PROMISES if promise.holds is mutant.breaks)

    def play(steps: list[Step]) -> None:
        clock = Clock()
        Player(model_store, Scripts(model_store, clock, mutant.source), clock, Model(clock)).play(steps)

    assert caught(play, plan)


def test_what_only_a_thousand_letters_show(model_store: redis.Redis) -> None:
    assert UNCAPPED.touches()
    for source, broken in ((scripts.source, False), (UNCAPPED.source, True)):
        clock = Clock()
        runs = Scripts(model_store, clock, source)
        model_store.flushdb()
        stage = Stage(model_store, Queue(model_store, scripts=runs), Ingress(runs), clock)
        with pytest.raises(AssertionError) if broken else nullcontext():
            dead_letters_are_a_thousand_at_most(stage)

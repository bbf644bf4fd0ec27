"""Every line of the scripts is executed by a test that looks at what came of it; a line that is not fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import redis
from hypothesis import given
from lupa import lua51

from clients.queue import Queue
from tests.clients.queue import plans
from tests.clients.queue.cast import Clock
from tests.clients.queue.lua_bytecode import executable_lines
from tests.clients.queue.lua_runner import LuaRunner
from tests.clients.queue.lua_scenes import SCENES, STEPS, Stage
from tests.clients.queue.model import Model
from tests.clients.queue.player import Player
from tests.clients.queue.promises import examples
from tests.clients.queue.recorder import Ingress
from tests.clients.queue.steps import Step


@pytest.fixture(scope="module")
def runner(model_store: redis.Redis) -> LuaRunner:
    return LuaRunner(model_store)


def play(store: redis.Redis, runner: LuaRunner, steps: list[Step]) -> None:
    runner.clock = clock = Clock()
    Player(store, runner, clock, Model(clock)).play(steps)


def act(store: redis.Redis, runner: LuaRunner, scene: Callable[[Stage], None], clock: Clock | None) -> None:
    store.flushdb()
    runner.clock = clock
    scene(Stage(store, Queue(store, scripts=runner), Ingress(runner), clock or Clock()))


def test_every_line_of_the_scripts_is_executed(model_store: redis.Redis, runner: LuaRunner) -> None:
    for steps in STEPS:
        play(model_store, runner, steps)
    for scene in SCENES:
        act(model_store, runner, scene, Clock())
    act(model_store, runner, SCENES[-1], None)
    missed = runner.uncovered()
    assert not missed, "\n".join(missed)


@given(steps=plans.anything)
@examples(5)
def test_the_runner_does_what_the_server_does(model_store: redis.Redis, runner: LuaRunner, steps: list[Step]) -> None:
    """The coverage is worth what the runner is: it keeps to the model as the server does."""
    play(model_store, runner, steps)


def test_a_line_that_nothing_executes_is_listed(model_store: redis.Redis) -> None:
    runner = LuaRunner(model_store, Clock())
    runner.run("epoch", "alice", "conversation", 0)
    lines = runner.uncovered()
    assert not [line for line in lines if line.startswith("epoch.lua")]
    assert any(line.startswith("shared/lanes.lua") and "ZPOPMIN" in line for line in lines)


def test_functions_that_are_never_called_count_too() -> None:
    text = b"local function f(x)\n  if x then\n    return 1\n  end\nend\nreturn f"
    dump = lua51.LuaRuntime(encoding=None).eval(b"string.dump(loadstring(...))", text)
    assert executable_lines(dump) == {2, 3, 5, 6}

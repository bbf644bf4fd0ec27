"""Every line of the budget scripts is executed by a test of this folder; a line that is not fails."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import redis

import clients.spending
from clients.queue.scripts import Argument
from clients.spending import Purses
from clients.spending.purses import source
from tests.clients.queue.lua_bytecode import executable_lines
from tests.clients.queue.lua_runner import LuaRunner, Script, _reply, _text
from tests.clients.spending import test_purses

LUA = Path(clients.spending.__file__).parent / "lua"


class BudgetRunner(LuaRunner):
    """The queue's runner, for scripts that are told their keys."""

    def __init__(self, client: redis.Redis) -> None:
        super().__init__(client)
        self.scripts = {path.stem: self._loaded(path) for path in sorted(LUA.glob("*.lua"))}

    def _loaded(self, path: Path) -> Script:
        text = path.read_bytes()
        lines = [(path.name, number) for number in range(1, text.count(b"\n") + 1)]
        run = self._load(text, f"={path.stem}".encode())
        assert not isinstance(run, tuple), run
        return Script(run, self._lua.table(), lines, executable_lines(self._dump(run)))

    def run_on(self, keys: tuple[str, ...], text: bytes, sha: str, *arguments: Argument) -> Any:
        script = next(script for name, script in self.scripts.items() if source(name)[1] == sha)
        argv = self._lua.table_from([_text(argument) for argument in ("", *arguments)])
        named = self._lua.table_from([key.encode() for key in keys])
        return _reply(self._run(script.run, script.hits, named, argv))

    def missed(self) -> list[str]:
        found = []
        for name, script in self.scripts.items():
            lines = (LUA / f"{name}.lua").read_text().splitlines()
            missed = sorted(script.executable - set(script.hits))
            found += [
                f"{name}:{number}: {lines[number - 1]}" for number in missed if lines[number - 1].strip() != "end"
            ]
        return found


@pytest.fixture
def runner(store: redis.Redis) -> BudgetRunner:
    return BudgetRunner(store)


def test_every_line_of_the_scripts_is_executed(store: redis.Redis, runner: BudgetRunner):
    for name, test in vars(test_purses).items():
        if name.startswith("test_") and "purses" in (wanted := inspect.signature(test).parameters):
            store.flushdb()
            test(**{"purses": Purses(store, runner), **({"store": store} if "store" in wanted else {})})  # type: ignore[arg-type]
    assert runner.missed() == []


def test_a_line_that_nothing_executes_is_listed(runner: BudgetRunner):
    assert any(line.startswith("settle:") for line in runner.missed())

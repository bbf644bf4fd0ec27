"""Runs the scripts in this process, as Redis would, with a hook that notes each line: for `Queue(…, scripts=LuaRunner(…))`.

`redis.call` goes to the store, one command at a time, and what comes back is converted as Redis converts it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import redis
from lupa import lua51

import clients.queue
from clients.queue import PREFIX
from clients.queue.scripts import PARTS, Argument, Clock
from tests.clients.queue.lua_bytecode import executable_lines

LUA = Path(clients.queue.__file__).parent / "lua"
STATUS = frozenset({"SET", "TYPE"})  # what these answer is a status: in Lua a table with the field `ok`

PRELUDE = b"""
local command, encode = ...
redis = {
  pcall = command,
  call = function(...)
    local reply = command(...)
    if type(reply) == 'table' and reply.err then error(reply.err, 0) end
    return reply
  end,
}
cjson = { encode = encode }
local sethook, hits = debug.sethook, nil
local function hook(_, line) hits[line] = true end
local function run(script, lines, keys, argv)
  KEYS, ARGV, hits = keys, argv, lines
  sethook(hook, 'l')
  local fine, answer = pcall(script)
  sethook()
  if not fine then error(answer, 0) end
  return answer
end
return run, loadstring, string.dump
"""

Line = tuple[str, int]  # file, relative to the scripts' folder; number from 1


@dataclass(frozen=True)
class Script:
    run: Any
    hits: Any  # Lua table: line → true
    lines: list[Line]  # where each line of the whole text stands
    executable: set[int]


class LuaRunner:
    """Has the face of `Scripts`."""

    def __init__(self, client: redis.Redis, clock: Clock | None = None) -> None:
        self._client, self.clock = client, clock
        self._lua = lua51.LuaRuntime(encoding=None, unpack_returned_tuples=True)
        start = self._lua.eval(b"loadstring(...)", PRELUDE)
        self._run, self._load, self._dump = start(self._command, _encode)
        self.scripts = {name: self._script(name) for name in PARTS}

    def run(self, name: str, *arguments: Argument) -> Any:
        now = b"" if self.clock is None else self.clock()
        script = self.scripts[name]
        keys = self._lua.table_from([PREFIX.encode()])
        argv = self._lua.table_from([_text(argument) for argument in (now, *arguments)])
        return _reply(self._run(script.run, script.hits, keys, argv))

    def uncovered(self) -> list[str]:
        """Lines that no script has executed, as `file:number: text`; one that only ends a block has no code of its own."""
        executed: set[Line] = set()
        executable: set[Line] = set()
        for script in self.scripts.values():
            executed |= {script.lines[number - 1] for number in script.hits}
            executable |= {script.lines[number - 1] for number in script.executable}
        missed = [(file, number, _lines(LUA / file)[number - 1].strip()) for file, number in executable - executed]
        return [f"{file}:{number}: {text}" for file, number, text in sorted(missed) if text != "end"]

    def _script(self, name: str) -> Script:
        files = [*(f"shared/{part}.lua" for part in PARTS[name]), f"{name}.lua"]
        lines = [(file, number) for file in files for number in range(1, len(_lines(LUA / file)) + 1)]
        text = b"".join((LUA / file).read_bytes() for file in files)
        run = self._load(text, f"={name}".encode())
        assert not isinstance(run, tuple), run
        return Script(run, self._lua.table(), lines, executable_lines(self._dump(run)))

    def _command(self, *arguments: Any) -> Any:
        """`redis.pcall`."""
        words = [_argument(argument) for argument in arguments]
        try:
            connection = self._client.connection_pool.get_connection()
            try:
                connection.send_command(*words)
                reply = connection.read_response(disable_decoding=True)
            finally:
                self._client.connection_pool.release(connection)
        except redis.ResponseError as error:
            return self._lua.table_from({b"err": str(error).encode()})
        if words[0].decode().upper() in STATUS and reply is not None:
            return self._lua.table_from({b"ok": reply})
        return self._value(reply)

    def _value(self, reply: Any) -> Any:
        if isinstance(reply, list):
            return self._lua.table_from([self._value(each) for each in reply])
        return False if reply is None else reply


def _argument(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return b"%.17g" % value
    raise TypeError("Lua redis lib command arguments must be strings or integers")


def _text(argument: Argument) -> bytes:
    """As redis-py sends it."""
    if isinstance(argument, bytes):
        return argument
    return repr(argument).encode() if isinstance(argument, float) else str(argument).encode()


def _reply(value: Any) -> Any:
    """What Redis answers when a script returns this."""
    if lua51.lua_type(value) == "table":
        found = []
        for position in range(1, len(value) + 1):
            if value[position] is None:
                break
            found.append(_reply(value[position]))
        return found
    if isinstance(value, bool):
        return 1 if value else None
    return int(value) if isinstance(value, float) else value


def _encode(value: Any) -> bytes:
    """As cjson: slashes are escaped, other languages' letters are not."""
    if isinstance(value, bytes):
        return json.dumps(value.decode(), ensure_ascii=False).replace("/", "\\/").encode()
    return b"%.14g" % value


@cache
def _lines(path: Path) -> list[str]:
    text = path.read_text()
    assert text.endswith("\n"), f"the scripts are put together line by line: {path} must end with one"
    return text.splitlines()

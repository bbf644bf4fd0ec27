"""Which lines of a Lua 5.1 chunk can be executed: read from its bytecode, so that functions nobody called count too."""

from __future__ import annotations

import struct

LUA_51 = b"\x1bLuaQ\x00\x01\x04\x08\x04\x08\x00"  # little-endian, int 4, size_t 8, instruction 4, number 8 bytes
NIL, BOOLEAN, NUMBER, STRING = 0, 1, 3, 4


def executable_lines(dump: bytes) -> set[int]:
    """Lines that hold an instruction, of all functions of a chunk as `string.dump` gives it.

    The last instruction of each function is the return that the compiler adds behind a function's own: it is not code.
    """
    assert dump.startswith(LUA_51), "this is not the bytecode of Lua 5.1 on a 64-bit machine"
    reader = _Reader(dump, len(LUA_51))
    lines = reader.function()
    assert reader.at == len(dump)
    return lines


class _Reader:
    def __init__(self, dump: bytes, at: int) -> None:
        self._dump, self.at = dump, at

    def function(self) -> set[int]:
        self._string()  # source
        self._skip(2 * 4 + 4)  # first and last line; upvalues, parameters, vararg, stack
        self._skip(4 * self._int())  # instructions
        for _ in range(self._int()):
            self._constant()
        inner = [self.function() for _ in range(self._int())]
        lines = [self._int() for _ in range(self._int())]
        for _ in range(self._int()):  # local variables
            self._string()
            self._skip(2 * 4)
        for _ in range(self._int()):  # upvalues
            self._string()
        return set(lines[:-1]).union(*inner)

    def _constant(self) -> None:
        kind = self._byte()
        if kind == STRING:
            self._string()
        else:
            self._skip({NIL: 0, BOOLEAN: 1, NUMBER: 8}[kind])

    def _string(self) -> None:
        (size,) = struct.unpack_from("<Q", self._dump, self.at)
        self._skip(8 + size)

    def _int(self) -> int:
        (number,) = struct.unpack_from("<i", self._dump, self.at)
        self._skip(4)
        return int(number)

    def _byte(self) -> int:
        self._skip(1)
        return self._dump[self.at - 1]

    def _skip(self, size: int) -> None:
        self.at += size

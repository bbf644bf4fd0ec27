"""Asks reading processes (reading.py) to read: at most so many at a time, each within its time, replaced when it breaks.

The worker itself loads no parser: what one thread reads would hold up the turns of all others, and a hostile file would
take the whole process with it.
"""

from __future__ import annotations

import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from clients.documents.blocks import Document, Unreadable

WITHIN_S = 40.0
AT_ONCE = 2
IDLE_S = 60.0  # then a process that nobody needs is let go
READ_IN_ALL = 500  # documents; then a new process: parsers leak
_ROOT = Path(__file__).resolve().parent.parent.parent
_LENGTH = struct.Struct(">II")
_TOO_LONG = "It takes too long to be read: it is too large, or made in a way that readers cannot cope with."
_TOO_MUCH = "It cannot be read: it is too large, or made in a way that readers cannot cope with."

log = structlog.get_logger()


class _Broken(Exception):
    """The process has ended."""


@dataclass
class _Process:
    """One reading process."""

    program: subprocess.Popen[bytes]
    asked: int = 0
    used_at: float = field(default_factory=time.monotonic)

    @classmethod
    def started(cls) -> _Process:
        environment = {"PATH": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1"}
        return cls(
            subprocess.Popen(
                [sys.executable, "-m", "clients.documents.reading"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env=environment,
                bufsize=0,
            )
        )

    def ask(self, about: dict[str, object], data: bytes, within_s: float) -> dict[str, object]:
        """Raises _Broken when it ends, TimeoutError when it takes too long."""
        ends_at = time.monotonic() + within_s
        head = json.dumps({**about, "within_s": within_s}).encode()
        self.asked += 1
        self._write(_LENGTH.pack(len(head), len(data)) + head, ends_at)
        self._write(data, ends_at)
        size, _ = _LENGTH.unpack(self._read(_LENGTH.size, ends_at))
        answer: dict[str, object] = json.loads(self._read(size, ends_at))
        self.used_at = time.monotonic()
        return answer

    def _write(self, data: bytes, ends_at: float) -> None:
        assert self.program.stdin is not None  # noqa: S101  # opened above
        pipe, sent, view = self.program.stdin.fileno(), 0, memoryview(data)
        os.set_blocking(pipe, False)
        while sent < len(data):
            _, ready, _ = select.select([], [pipe], [], _left(ends_at))
            if ready:
                try:
                    sent += os.write(pipe, view[sent : sent + 65536])
                except BrokenPipeError:
                    raise _Broken from None
                except BlockingIOError:
                    continue

    def _read(self, size: int, ends_at: float) -> bytes:
        assert self.program.stdout is not None  # noqa: S101
        pipe, got = self.program.stdout.fileno(), bytearray()
        while len(got) < size:
            ready, _, _ = select.select([pipe], [], [], _left(ends_at))
            if ready:
                piece = os.read(pipe, min(1 << 20, size - len(got)))
                if not piece:
                    raise _Broken
                got += piece
        return bytes(got)

    def end(self) -> None:
        self.program.kill()
        for pipe in (self.program.stdin, self.program.stdout):
            if pipe is not None:
                pipe.close()
        self.program.wait()


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, 1.0)  # so that an interrupted thread notices


class Reader:
    """One per worker process; safe for its threads."""

    def __init__(self, *, at_once: int = AT_ONCE, within_s: float = WITHIN_S) -> None:
        self._places = threading.BoundedSemaphore(at_once)
        self._within_s = within_s
        self._idle: list[_Process] = []
        self._lock = threading.Lock()

    def read(self, data: bytes, *, name: str = "", content_type: str = "", url: str = "") -> Document:
        """What the bytes say.

        Raises:
            Unreadable: with a sentence for the tenant.
        """
        about: dict[str, object] = {"name": name, "content_type": content_type, "url": url}
        with self._places:
            process = self._take()
            try:
                answer = process.ask(about, data, self._within_s)
            except TimeoutError:
                process.end()
                log.warning("document.read.failed", reason="time", size=len(data))
                raise Unreadable(_TOO_LONG) from None
            except _Broken:
                process.end()
                log.warning("document.read.failed", reason="ended", size=len(data))
                raise Unreadable(_TOO_MUCH) from None
            except BaseException:  # a time limit or shutdown struck: what it is doing is nobody's any more
                process.end()
                raise
            self._give_back(process)
        if "document" in answer:
            return Document.from_json(answer["document"])  # type: ignore[arg-type]
        if "error" in answer:
            log.warning("document.read.failed", reason=answer["error"], size=len(data))
        raise Unreadable(str(answer["unreadable"]))

    def close(self) -> None:
        """End what is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.end()

    def _take(self) -> _Process:
        with self._lock:
            stale = [each for each in self._idle if time.monotonic() - each.used_at > IDLE_S]
            self._idle = [each for each in self._idle if each not in stale]
            found = self._idle.pop() if self._idle else None
        for each in stale:
            each.end()
        return found or _Process.started()

    def _give_back(self, process: _Process) -> None:
        if process.asked >= READ_IN_ALL:
            process.end()
            return
        with self._lock:
            self._idle.append(process)
        timer = threading.Timer(IDLE_S + 1, self._let_go)
        timer.daemon = True
        timer.start()

    def _let_go(self) -> None:
        with self._lock:
            stale = [each for each in self._idle if time.monotonic() - each.used_at > IDLE_S]
            self._idle = [each for each in self._idle if each not in stale]
        for each in stale:
            each.end()

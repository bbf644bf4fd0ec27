"""Runs the Procfile's programs for `make run`: labelled output, restarts with back-off, an orderly stop.

One thread only: the kernel ties each child to the thread that started it (config/parent.py). Not for production, where
the platform supervises.
"""

from __future__ import annotations

import itertools
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self, TextIO

from config.parent import launcher

RUN_VARIABLE = "FRONTDESK_RUN"  # in the environment of every child: the data folder it runs for
OWN_NAME = "frontdesk"
GRACE_S = 4.0  # between SIGTERM and SIGKILL: all is over within 5 s
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
STEADY_S = 30.0  # who ran this long starts again after the first wait
TICK_S = 0.1
LONGEST_LINE_BYTES = 65_536
COLOURS = (36, 33, 32, 35, 34, 96, 93)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Program:
    """One line of the Procfile: a shell command."""

    name: str
    command: str


def read_procfile(path: Path, *, without: Iterable[str] = ("release",)) -> list[Program]:
    """The programs of a Procfile, in its order."""
    found = re.findall(r"^([A-Za-z0-9_-]+):[ \t]*(.+)$", path.read_text(), re.MULTILINE)
    return [Program(name, command.strip()) for name, command in found if name not in set(without)]


@dataclass
class _Child:
    name: str
    colour: int
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None
    ours: bool = True  # an embedded server is only kept running; who started it stops it
    started_at: float = field(default_factory=time.monotonic)
    wait_s: float = FIRST_WAIT_S
    due_at: float = 0.0
    unfinished: bytes = b""


class Supervisor:
    """Starts programs and keeps them running until a stop signal; leaving the context ends them all.

    Args:
        environment: what every program gets; FRONTDESK_PROCESS is added.
        folder: where the programs run.
        run: names this run; `end_orphans(run)` finds its processes later.
        first_wait_s, grace_s: shorter in tests.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        folder: Path,
        run: str,
        out: TextIO = sys.stdout,
        first_wait_s: float = FIRST_WAIT_S,
        grace_s: float = GRACE_S,
    ) -> None:
        self.stopping = False
        self._environment = {**environment, RUN_VARIABLE: run, "PYTHONUNBUFFERED": "1"}
        self._folder, self._out = folder, out
        self._first_wait_s, self._grace_s = first_wait_s, grace_s
        self._children: list[_Child] = []
        self._colours = itertools.cycle(COLOURS)
        self._coloured = out.isatty() and "NO_COLOR" not in environment
        self._selector = selectors.DefaultSelector()
        self._signals: dict[signal.Signals, object] = {}
        self._hurry = False

    def __enter__(self) -> Self:
        for number in STOP_SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                self._signals[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        for number, handler in self._signals.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal itself gave us
        self._selector.close()

    def start(self, program: Program, *, environment: Mapping[str, str] | None = None) -> None:
        """Start a program; it is started again whenever it ends."""
        child = _Child(program.name, next(self._colours), lambda: self._open(program, environment or {}), None)
        child.wait_s = self._first_wait_s
        self._children.append(child)
        self._begin(child)

    def keep(self, name: str, process: subprocess.Popen[bytes], start: Callable[[], subprocess.Popen[bytes]]) -> None:
        """Call `start` whenever `process`, which someone else started and stops, ends."""
        child = _Child(name, next(self._colours), start, process, ours=False, wait_s=self._first_wait_s)
        self._children.append(child)

    def run(self, until: Callable[[], bool] = lambda: False) -> bool:
        """Look after the programs until `until()` holds (true) or a stop signal comes (false)."""
        while not self.stopping:
            if until():
                return True
            self._tick()
        return False

    def say(self, text: str) -> None:
        """A line of our own among the programs' output."""
        self._print(OWN_NAME, 1, text)

    def stop(self) -> None:
        """SIGTERM to each program, SIGKILL to all of its group after `GRACE_S`, or at once on a second stop signal.

        Only the program itself gets the SIGTERM: Dramatiq passes it on, and takes a second one for "now".
        """
        self.stopping = True
        ours = [child for child in self._children if child.ours]
        for child in ours:
            if child.process and child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self._grace_s
        while any(child.process and child.process.poll() is None for child in ours):
            if self._hurry or time.monotonic() > deadline:
                break
            self._tick()
        for child in ours:
            self._finish(child)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._hurry = self.stopping
        self.stopping = True

    def _open(self, program: Program, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        command = program.command if program.command.startswith("exec ") else f"exec {program.command}"
        return subprocess.Popen(
            launcher(["/bin/sh", "-c", command]),
            cwd=self._folder,
            env={**self._environment, **environment, "FRONTDESK_PROCESS": program.name},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )

    def _begin(self, child: _Child) -> None:
        try:
            child.process, child.started_at = child.start(), time.monotonic()
        except OSError as error:  # no memory or no process to spare: later there may be
            self._again(child, str(error))
            return
        if child.process.stdout:
            os.set_blocking(child.process.stdout.fileno(), False)
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _tick(self) -> None:
        for key, _ in self._selector.select(TICK_S):
            self._read(key.data, key.fd)
        for child in self._children:
            if child.process is None:
                if not self.stopping and time.monotonic() >= child.due_at:
                    self._begin(child)
            elif child.process.poll() is not None and (child.ours or not self.stopping):
                self._ended(child, child.process)

    def _ended(self, child: _Child, process: subprocess.Popen[bytes]) -> None:
        self._finish(child)
        if time.monotonic() - child.started_at > STEADY_S:
            child.wait_s = self._first_wait_s
        if not self.stopping:
            self._again(child, _reason(process.returncode))

    def _again(self, child: _Child, reason: str) -> None:
        child.due_at = time.monotonic() + child.wait_s
        self.say(f"{child.name} ended ({reason}) and starts again in {child.wait_s:g} s")
        child.wait_s = min(child.wait_s * 2, LONGEST_WAIT_S)

    def _finish(self, child: _Child) -> None:
        """End what is left of a child's group, show its last words, and let go of it."""
        process, child.process = child.process, None
        if process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            while self._read(child, process.stdout.fileno()):
                pass
            if child.unfinished:
                self._show(child, child.unfinished)
                child.unfinished = b""
            with suppress(KeyError):  # a program that left the group still holds the other end
                self._selector.unregister(process.stdout)
            process.stdout.close()

    def _read(self, child: _Child, descriptor: int) -> bool:
        """Show what there is to read now; false when there is nothing, or never will be."""
        try:
            received = os.read(descriptor, LONGEST_LINE_BYTES)
        except BlockingIOError:
            return False
        if not received:
            with suppress(KeyError):
                self._selector.unregister(descriptor)
            return False
        *lines, child.unfinished = (child.unfinished + received).split(b"\n")
        if len(child.unfinished) > LONGEST_LINE_BYTES:
            lines, child.unfinished = [*lines, child.unfinished], b""
        for line in lines:
            self._show(child, line)
        return True

    def _show(self, child: _Child, line: bytes) -> None:
        self._print(child.name, child.colour, line.decode(errors="replace").rstrip("\r"))

    def _print(self, name: str, colour: int, text: str) -> None:
        width = max(len(OWN_NAME), *(len(child.name) for child in self._children), 0)
        label = f"{name:<{width}} |"
        if self._coloured:
            label = f"\033[{colour}m{label}\033[0m"
        try:
            self._out.write(f"{label} {text}\n")
            self._out.flush()
        except OSError:  # nobody reads any more, as after `make run | head`
            self.stopping = True


def _reason(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    with suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}"
    return f"killed by signal {-code}"


def end_orphans(run: str) -> list[int]:
    """Kill what a killed supervisor of the same `run` left. Only where there is /proc; elsewhere watchers do it."""
    mark = f"{RUN_VARIABLE}={run}".encode()
    ended = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        pid = int(path.parent.name)
        with suppress(OSError):
            if pid not in (os.getpid(), os.getppid()) and mark in path.read_bytes().split(b"\0"):
                os.kill(pid, signal.SIGKILL)
                ended.append(pid)
    return ended

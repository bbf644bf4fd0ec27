"""What the embedded servers share: kept port and passwords, start after a crash, orderly stop. Loopback only."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from config.data_folder import write_private
from config.parent import launcher
from config.server_home import EmbeddedError, Home

PORTS = range(20_000, 32_000)  # below what kernels hand to outgoing connections, so a kept port stays free
START_ATTEMPTS = 4  # a killed predecessor's memory or port may take a moment to go
READY_TIMEOUT_S = 60.0  # recovery after a crash included
STOP_TIMEOUT_S = 3.0


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(kept: int | None = None) -> int:
    """`kept` if it is still free, else another one."""
    if kept and port_is_free(kept):
        return kept
    while not port_is_free(port := PORTS[secrets.randbelow(len(PORTS))]):
        pass
    return port


class Server(ABC):
    """One embedded server: its notes (port and passwords, kept), its log, its process."""

    name: ClassVar[str]
    title: ClassVar[str]
    accounts: ClassVar[tuple[str, ...]]
    stop_signal: ClassVar[signal.Signals]
    death_signal: ClassVar[signal.Signals]

    def __init__(self, place: Home, *, temporary: bool) -> None:
        self.place, self.temporary = place, temporary
        self.data = place.folder / self.name
        self.log = place.folder / f"{self.name}.log"
        self.notes = place.folder / f"{self.name}.json"
        kept: dict[str, Any] = json.loads(self.notes.read_text()) if self.notes.exists() else {}
        self.port: int | None = kept.get("port")
        self.passwords: dict[str, str] = kept.get("passwords") or {
            name: secrets.token_hex(20) for name in self.accounts
        }
        self.prepared: bool = kept.get("prepared", False)
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def _command(self) -> list[str]:
        """The program and its arguments; prepares what it reads."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether it serves requests now."""

    @abstractmethod
    def _pid_file(self) -> Path:
        """Where the server itself writes its pid."""

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            EmbeddedError: with the end of its log.
        """
        for _ in range(START_ATTEMPTS):
            if self._becomes_ready(self.restart()):
                return
        raise EmbeddedError(f"{self.title} did not start; its log {self.log} ends with:\n{_tail(self.log)}")

    def restart(self) -> subprocess.Popen[bytes]:
        """Start it without waiting, after ending what is left of an earlier process."""
        end_orphan(self._pid_file(), self.data)
        self.port = free_port(self.port)
        self._keep()
        self.log.touch(mode=0o600)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                launcher(self._command(), user=self.place.user, death_signal=self.death_signal),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        return self.process

    def stop(self) -> None:
        """Stop it in order; by force when it takes longer than `STOP_TIMEOUT_S`."""
        if self.process is None:
            return
        for signal_number in (self.stop_signal, signal.SIGKILL):
            with suppress(ProcessLookupError):
                self.process.send_signal(signal_number)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_TIMEOUT_S)
                break
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def forget(self) -> None:
        """Remove everything it kept."""
        shutil.rmtree(self.data, ignore_errors=True)
        for path in (self.log, self.notes):
            path.unlink(missing_ok=True)

    def run(self, arguments: Sequence[str | Path]) -> None:
        """Run a program of its package to its end, as its user.

        Raises:
            EmbeddedError: with what the program said.
        """
        command = launcher([str(argument) for argument in arguments], user=self.place.user)
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            raise EmbeddedError(f"{self.title} could not be set up: {(done.stderr or done.stdout).strip()}")

    def _keep(self) -> None:
        notes = {"port": self.port, "passwords": self.passwords, "prepared": self.prepared}
        write_private(self.notes, json.dumps(notes))

    def _becomes_ready(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while process.poll() is None:
            if self._answers():
                return True
            if time.monotonic() > deadline:
                self.stop()
                break
            time.sleep(0.02)
        return False


def end_orphan(pid_file: Path, data: Path) -> None:
    """End a server that an earlier run left behind with this data.

    A pid that went to another program since is told by its arguments: then the file would only be in the way.
    """
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if str(data) not in _arguments(pid):
        pid_file.unlink(missing_ok=True)
        return
    for signal_number in (signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, signal_number)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while str(data) in _arguments(pid) and time.monotonic() < deadline:
            time.sleep(0.02)


def _arguments(pid: int) -> str:
    """The command line of a process; empty when there is none, or only its remains wait to be collected."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout


def _tail(path: Path, lines: int = 8) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])

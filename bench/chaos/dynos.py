"""The processes of one deployment, each under a supervisor of its own, and what may be done to them from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from config.parent import launcher

ROOT = Path(__file__).parents[2]


class Dyno:
    """One line of the Procfile. The main thread starts it: it dies with us (config/parent.py)."""

    def __init__(self, name: str, line: str, command: str, environment: Mapping[str, str], logs: Path) -> None:
        self.name, self.line = name, line
        self.port = int(environment.get("PORT", "0"))
        self.log = logs / f"{name}.log"
        self.retired = False
        with self.log.open("ab") as log:
            self._supervisor = subprocess.Popen(
                launcher([sys.executable, "-m", "bench.chaos.supervised", name, command]),
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def family(self) -> list[psutil.Process]:
        """The program's own processes, its first one first; without the supervisor."""
        with suppress(psutil.Error):
            found = psutil.Process(self._supervisor.pid).children(recursive=True)
            return [each for each in found if _lives(each)]
        return []

    def leader(self) -> int | None:
        """The program's first process, which leads its group."""
        with suppress(psutil.Error):
            return next((each.pid for each in psutil.Process(self._supervisor.pid).children() if _lives(each)), None)
        return None

    def signal_group(self, number: int) -> None:
        """All of the program's processes, at once."""
        if leader := self.leader():
            with suppress(ProcessLookupError):
                os.killpg(leader, number)

    def kill(self, pid: int | None = None) -> list[int]:
        """kill -9: the whole program, or one of its processes. Returns whom it took, once they are gone."""
        family = self.family()
        if pid is None:
            gone = family
            self.signal_group(signal.SIGKILL)
        else:
            gone = [each for each in family if each.pid == pid]
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        psutil.wait_procs(gone, timeout=3)
        return [each.pid for each in gone]

    def terminate(self) -> None:
        """SIGTERM as a platform sends it, for good; `wait` for its end."""
        self.retired = True
        self._supervisor.send_signal(signal.SIGTERM)

    def wait(self, within_s: float = 25.0) -> float | None:
        """How long its end took; None when it had to be forced."""
        began = time.monotonic()
        try:
            self._supervisor.wait(within_s)
        except subprocess.TimeoutExpired:
            self.end()
            return None
        return time.monotonic() - began

    @property
    def ended(self) -> bool:
        return self._supervisor.poll() is not None

    def end(self) -> None:
        """At once, supervisor and all."""
        self.retired = True
        self.signal_group(signal.SIGCONT)
        self._supervisor.kill()
        self._supervisor.wait()


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


def port_owner(dynos: list[Dyno], port: int) -> tuple[Dyno, int] | None:
    """Whose connection leaves from this local port: the dyno and the process."""
    for dyno, process in _processes(dynos):
        with suppress(psutil.Error):
            if any(each.laddr and each.laddr.port == port for each in process.net_connections("tcp")):
                return dyno, process.pid
    return None


def _processes(dynos: list[Dyno]) -> Iterator[tuple[Dyno, psutil.Process]]:
    for dyno in dynos:
        for process in dyno.family():
            yield dyno, process


def base_environment() -> dict[str, str]:
    """Nothing of the caller's own settings, and our programs first."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
    }

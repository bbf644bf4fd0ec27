"""Programs as operating-system processes: started in groups of their own, logged into files, killed or stopped by a test."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psutil  # type: ignore[import-untyped]  # ships none

from config.embedded_server import free_port
from config.parent import launcher

ROOT = Path(__file__).parents[2]
STOP_WITHIN_S = 20.0  # what the platforms give
LOOK_EVERY_S = 0.02

T = TypeVar("T")


def wait_until(look: Callable[[], T], what: str, within_s: float = 15.0, every_s: float = LOOK_EVERY_S) -> T:
    """The first true answer of `look`; fails with `what` when none came in time."""
    until = time.monotonic() + within_s
    while not (found := look()):
        if time.monotonic() > until:
            raise AssertionError(f"waited {within_s:g} s in vain: {what}")
        time.sleep(every_s)
    return found


class Program:
    """One program that a test may kill and start again. Everything it ever says is in `log`."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        user: tuple[int, int] | None = None,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.environment = dict(environment)
        self._command = list(command)
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        if self.running:
            return
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                launcher(self._command, user=self._user),  # dies with pytest
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def kill(self) -> None:
        """The whole group, with no time for last words."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        wait_until(lambda: not self.group(), f"{self.name}'s processes are gone", 5)

    def pause(self) -> None:
        """Its processes stand still until `resume`; what they were in the middle of stays so."""
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def terminate(self) -> None:
        """SIGTERM to the program itself, as a supervisor does; `wait` for its end."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def wait(self, within_s: float = STOP_WITHIN_S) -> float:
        """How long it took to end, its whole group included."""
        assert self._process is not None
        began = time.monotonic()
        self._process.wait(within_s)
        wait_until(lambda: not self.group(), f"{self.name}'s children have ended", within_s)
        return time.monotonic() - began

    def group(self) -> list[psutil.Process]:
        """Its live processes."""
        found = []
        for each in psutil.process_iter():
            with suppress(psutil.Error, ProcessLookupError):
                if os.getpgid(each.pid) == self.pid and each.status() != psutil.STATUS_ZOMBIE:
                    found.append(each)
        return found

    def connections_to(self, port: int) -> int:
        """TCP connections of the whole group to a port of this machine."""
        count = 0
        for each in self.group():
            with suppress(psutil.Error):
                count += sum(bool(c.raddr) and c.raddr.port == port for c in each.net_connections("tcp"))
        return count


class Pooler(Program):
    """Debian's pgbouncer before a Postgres, one server connection for many clients' transactions."""

    def __init__(self, postgres_port: int, account: str, password: str, *, pool: int, logs: Path) -> None:
        program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
        assert program, "The scenario tests need pgbouncer (Debian: apt-get install pgbouncer)."
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": self.port,
            "unix_socket_dir": "",
            "auth_type": "scram-sha-256",
            "auth_file": self.folder / "users.txt",
            "pool_mode": "transaction",
            "default_pool_size": pool,
            "max_client_conn": 100,
            "server_login_retry": 1,  # seconds; a restarted Postgres is not waited for longer than it takes
            "log_connections": 0,
            "log_disconnections": 0,
        }
        lines = ["[databases]", f"frontdesk = host=127.0.0.1 port={postgres_port} dbname=frontdesk", "[pgbouncer]"]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        (self.folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n")
        (self.folder / "users.txt").write_text(f'"{account}" "{password}"\n')
        user = None
        if os.geteuid() == 0:  # it refuses to run as root
            nobody = pwd.getpwnam("nobody")
            user = (nobody.pw_uid, nobody.pw_gid)
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, *user)
        self.url = f"postgresql://{account}:{password}@127.0.0.1:{self.port}/frontdesk"
        super().__init__("pgbouncer", [program, str(self.folder / "pgbouncer.ini")], logs, os.environ, user)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def base_environment() -> dict[str, str]:
    """Nothing of the caller's own settings, and our programs first."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
    }

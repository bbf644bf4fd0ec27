"""Postgres and Valkey of one seed, and the ways in which they fail: killed, away, cut by their last second, failed over.

Unlike the tests' temporary servers these keep what they confirmed: a commit that was answered survives kill -9.
"""

from __future__ import annotations

import shutil
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import redis

from config import embedded
from config.data_folder import locked
from config.embedded_server import free_port
from config.server_home import TEMPORARY, Home, forget_temporary, home

SAMPLE_S = 0.02
SYNC_LIMIT_S = 20.0
CUT_S = 1.0  # what Redis may lose (appendfsync everysec, or a fail-over)


class Postgres(embedded.Postgres):
    """Its commits are in the kernel's hands before they are answered, so only the machine's death could lose one."""

    def _command(self) -> list[str]:
        options = {"synchronous_commit": "on", "max_connections": "150"}
        return super()._command() + [part for name, value in options.items() for part in ("-c", f"{name}={value}")]

    def kill(self, *, backend: bool = False) -> None:
        """kill -9: all of it, or one session (then Postgres restarts itself and throws every session out)."""
        assert self.process is not None
        family = psutil.Process(self.process.pid).children()
        sessions = [each for each in family if "127.0.0.1" in " ".join(each.cmdline())]
        if backend and sessions:
            sessions[0].kill()
            return
        self.process.kill()
        self.process.wait()
        psutil.wait_procs(family, timeout=5)

    def pause(self, number: int) -> None:
        """SIGSTOP or SIGCONT to every process of it."""
        assert self.process is not None
        first = psutil.Process(self.process.pid)
        for each in [first, *first.children(recursive=True)]:
            each.send_signal(number)


class Valkey(embedded.Valkey):
    """As the queue needs it. `name` is its folder, so that two may stand beside each other."""

    def __init__(self, place: Home, name: str) -> None:
        self.name = name  # type: ignore[misc]  # of this object
        super().__init__(place, temporary=True)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5)

    def append_only_file(self) -> Path:
        """The part that grows; the base holds nothing."""
        return max(self.data.glob("appendonlydir/*.incr.aof"), key=lambda path: path.stat().st_mtime)


class Redis:
    """The address everyone uses, and whoever answers there."""

    def __init__(self, place: Home) -> None:
        self._place = place
        self._made = 0
        self.primary = self._new()
        self.primary.start()
        assert self.primary.port is not None
        self.port = self.primary.port
        self.url = self.primary.url
        self._password = self.primary.passwords["default"]
        self._old: list[Valkey] = []
        self._replica: Valkey | None = None
        self._sizes: deque[tuple[float, int]] = deque(maxlen=int(10 / SAMPLE_S))
        self._sampling = threading.Event()
        self._stopped = threading.Event()
        threading.Thread(target=self._sample, name="aof", daemon=True).start()

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5, socket_connect_timeout=2)

    def kill(self) -> None:
        assert self.primary.process is not None
        self.primary.process.kill()
        self.primary.process.wait()

    def start(self) -> None:
        """With everything it was told, or with what was left of it."""
        self.primary.start()

    def pause(self, number: int) -> None:
        assert self.primary.process is not None
        self.primary.process.send_signal(number)

    def watch_file(self) -> None:
        """From now on it is known how long the append-only file was at each moment."""
        self._sampling.set()

    def cut(self, killed_at: float) -> int:
        """Cut the file of a killed server to what it was a second before. Returns the bytes that went."""
        file = self.primary.append_only_file()
        before = [size for at, size in self._sizes if at <= killed_at - CUT_S]
        size = file.stat().st_size
        kept = before[-1] if before else size
        with file.open("r+b") as opened:
            opened.truncate(kept)
        return size - kept

    def attach_replica(self) -> None:
        """A second server that follows the first."""
        replica = self._replica = self._new()
        replica.passwords = {"default": self._password}
        replica.port = free_port()
        replica.start()
        with replica.client() as client:
            client.config_set("masterauth", self._password)
            client.replicaof("127.0.0.1", str(self.primary.port))
            until = time.monotonic() + SYNC_LIMIT_S
            while (state := dict(client.info("replication")))["master_link_status"] != "up":  # type: ignore[call-overload]
                if time.monotonic() > until:
                    raise TimeoutError(f"the replica does not follow: {state}")
                time.sleep(0.02)

    def fail_over(self, *, lost_s: float, demoted: bool) -> None:
        """The replica takes over the address, without the last `lost_s`; the old one dies, or goes on read-only."""
        replica, old = self._replica, self.primary
        assert replica is not None
        with replica.client() as new, old.client() as former:
            new.replicaof("NO", "ONE")
            time.sleep(lost_s)  # what is written now, nobody has but the old one
            if demoted:
                former.config_set("masterauth", self._password)
                former.config_set("port", free_port())
                former.replicaof("127.0.0.1", str(replica.port))
            else:
                self.kill()
            for _ in range(100):
                try:
                    new.config_set("port", self.port)
                    break
                except redis.ResponseError:  # the address is not free yet
                    time.sleep(0.02)
        replica.port = self.port
        self._old.append(old)
        self.primary, self._replica = replica, None

    def close(self) -> None:
        self._stopped.set()
        for each in [self.primary, *self._old, *([self._replica] if self._replica else [])]:
            if each.process and each.process.poll() is None:
                each.process.send_signal(signal.SIGCONT)
                each.stop()

    def _new(self) -> Valkey:
        self._made += 1
        return Valkey(self._place, f"valkey{self._made}")

    def _sample(self) -> None:
        self._sampling.wait()
        while not self._stopped.wait(SAMPLE_S):
            try:
                self._sizes.append((time.monotonic(), self.primary.append_only_file().stat().st_size))
            except (OSError, ValueError):
                continue


@contextmanager
def place(folder: Path) -> Iterator[Home]:
    """Where the servers of a seed keep their data: gone afterwards, or with the next run when this one is killed."""
    found = home(folder)
    outside = found.folder != folder.absolute()
    if outside:
        forget_temporary(found.folder.parent)
    with locked(found.folder / "postgres.lock"), locked(found.folder / "valkey.lock"):
        (found.folder / f"postgres.{TEMPORARY}").touch()
        try:
            yield found
        finally:
            shutil.rmtree(found.folder, ignore_errors=True)

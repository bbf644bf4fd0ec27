"""One system on one store: a sender and a worker in processes of their own, and the journal of what started when.

`hold` occupies every thread of the worker with a job that waits, so that jobs can pile up; `let_go` ends them all at once.
Nothing is restarted between rounds: what is measured is warm in every system.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from bench.systems.journal import GATE, POLL_S, Journal, Start
from config.embedded import valkey
from config.parent import launcher

ROOT = Path(__file__).parent.parent
PATIENCE_S = 120.0
WORKERS = {  # one process each
    "frontdesk": "dramatiq bench.systems.frontdesk --processes 1 --threads {threads} --queues bench reconcile"
    " --skip-logging --worker-shutdown-timeout 15000",
    "dramatiq_redis": "dramatiq bench.systems.dramatiq_redis --processes 1 --threads {threads} --queues bench",
    "dramatiq_idle": "dramatiq bench.systems.dramatiq_idle --processes 1 --threads {threads}",
    "celery_redis": "celery -A bench.systems.celery_redis:app worker --pool threads --concurrency {threads}"
    " --loglevel ERROR",
    "taskiq_redis": "taskiq worker bench.systems.taskiq_redis:broker --workers 1 --max-threadpool-threads {threads}"
    " --log-level ERROR",
}
WARM_UP = GATE - 1


@dataclass(frozen=True)
class Job:
    """What to send: measured ones are numbered from 0. `at` is an instant of the monotonic clock; 0 sends at once.

    Only ours knows what conversation, price and class mean.
    """

    number: int
    tenant: str = "tenant"
    conversation: str | None = None
    price: int = 1
    sleep_ms: int = 0
    at: float = 0.0
    bulk: bool = False  # of the class that yields to the others


@dataclass(frozen=True)
class Sent:
    """When each job was about to be handed over, by number; and how long the handing over of all took."""

    at: dict[int, float]
    seconds: float


class Line:
    """Use it as `with line("frontdesk", url, threads=8) as ours`."""

    def __init__(self, system: str, url: str, threads: int, folder: Path) -> None:
        self.system, self.url, self.threads = system, url, threads
        self._gate, self._holds = folder / "gate", 0
        self._journal = Journal(folder / "journal")
        environment = {
            **os.environ,
            "REDIS_URL": url,
            "BENCH_JOURNAL": str(folder / "journal"),
            "BENCH_GATE": str(self._gate),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",  # settings want one; nothing here asks it
            "SECRET_KEY": "bench " * 8,
            "ENVIRONMENT": "production",
        }
        self._sender = self._start([sys.executable, "-m", "bench.systems", system], environment)
        command = shlex.split(WORKERS[system].format(threads=threads))
        program = str(Path(sys.executable).with_name(command[0]))
        self._output = (folder / "worker.log").open("w")
        self._worker = self._start([program, *command[1:]], {**environment, "BENCH_ROLE": "worker"}, self._output)

    def warm_up(self) -> None:
        """Until both processes work."""
        assert self._sender.stdout
        if self._sender.stdout.readline() != "ready\n":
            raise SystemExit(f"the sender of {self.system} did not start")
        self.send([Job(WARM_UP)] * self.threads)
        self._wait_for(WARM_UP, self.threads)

    def begin(self, jobs: Sequence[Job]) -> None:
        """Have these sent; `sent` waits for it."""
        assert self._sender.stdin
        lines = [[job.at, job.number, job.sleep_ms, job.tenant, job.conversation, job.price, job.bulk] for job in jobs]
        self._sender.stdin.write(json.dumps(lines) + "\n")
        self._sender.stdin.flush()
        self._numbers = [job.number for job in jobs]

    def sent(self) -> Sent:
        """What came of the last `begin`."""
        assert self._sender.stdout
        *at, end = json.loads(self._sender.stdout.readline() or "[0]")
        if len(at) != len(self._numbers):
            raise SystemExit(f"the sender of {self.system} ended")
        return Sent(dict(zip(self._numbers, at, strict=True)), end - at[0])

    def send(self, jobs: Sequence[Job]) -> Sent:
        """Both at once."""
        self.begin(jobs)
        return self.sent()

    def hold(self) -> list[Start]:
        """Occupy every thread; returns what else started until then."""
        self._gate.touch()
        self._holds += 1  # new tenants each time: they have been served nothing, so they go first
        self.send([Job(GATE, tenant=f"!gate-{self._holds}-{thread}") for thread in range(self.threads)])
        return self._wait_for(GATE, self.threads)

    def let_go(self) -> None:
        self._gate.unlink()

    def starts(self, count: int, counted: Callable[[Start], bool] = lambda start: True) -> list[Start]:
        """The next starts of measured jobs until `count` of them are `counted`, and a few more."""
        found: list[Start] = []
        for _ in self._patiently():
            new = self.late()
            found += new
            count -= sum(1 for start in new if counted(start))
            if count <= 0:
                return found
        raise SystemExit(f"{self.system}: {count} jobs did not start within {PATIENCE_S:g} s")

    def late(self) -> list[Start]:
        """What started since the last look, without waiting."""
        return [start for start in self._journal.new() if start.number >= 0]

    def close(self) -> None:
        """Worker and sender end at once: their store goes with them."""
        for process in (self._worker, self._sender):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._journal.close()
        self._output.close()

    def _wait_for(self, number: int, count: int) -> list[Start]:
        others: list[Start] = []
        for _ in self._patiently():
            for start in self._journal.new():
                if start.number == number:
                    count -= 1
                elif start.number >= 0:
                    others.append(start)
            if count <= 0:
                return others
        raise SystemExit(f"the worker of {self.system} did not start:\n" + Path(self._output.name).read_text()[-2000:])

    def _patiently(self) -> Iterator[None]:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self._worker.poll() is None:
            yield
            time.sleep(POLL_S)

    def _start(self, command: list[str], environment: dict[str, str], output: Any = None) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE if output is None else subprocess.DEVNULL
        return subprocess.Popen(
            launcher(command),
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=pipe,
            stdout=subprocess.PIPE if output is None else output,
            stderr=output,
            start_new_session=True,
        )


@contextmanager
def store() -> Iterator[str]:
    """A Valkey as `make run` starts it, append-only file on, empty. Yields its URL without the database's number."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as name, valkey(Path(name), temporary=True) as server:
        yield server.url.removesuffix("/0")


@contextmanager
def lines(url: str, systems: Sequence[tuple[str, int]]) -> Iterator[list[Line]]:
    """A line for each (system, threads), each in an empty database of its own, booted side by side."""
    with ExitStack() as stack:
        made = []
        for database, (system, threads) in enumerate(systems):
            with redis.Redis.from_url(f"{url}/{database}") as client:
                client.flushdb()
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontdesk-bench-")))
            made.append(Line(system, f"{url}/{database}", threads, folder))
            stack.callback(made[-1].close)
        for each in made:
            each.warm_up()
        yield made

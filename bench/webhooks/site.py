"""Two web servers on the same stores, both started by the Procfile's line for `web`: ours, and the bare endpoint.

One process each, production settings. Every round starts on an empty Redis, with the scripts known and the caches warm.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import redis

from bench.webhooks.load import Job, Result, Sender
from config.embedded import postgres, valkey
from config.embedded_server import free_port
from config.parent import launcher
from config.supervisor import read_procfile

ROOT = Path(__file__).parent.parent.parent
APPLICATION = "asgi:app"  # in the Procfile's line
OURS, BARE = "Frontdesk", "bare endpoint"
PATH = "/papercups/webhook"
TENANTS = 40
START_WITHIN_S = 30.0
WARM_UP_S = 0.3


@dataclass(frozen=True)
class Round:
    """What one server did in a round. Microseconds are of CPU, per answer."""

    result: Result
    server_us: float
    redis_us: float
    script_us: float  # of the one command the server sends, as Redis counts it

    @property
    def refused(self) -> int:
        return self.result.answered - self.result.statuses.get("202", 0)


@dataclass
class Server:
    """One of the two, running."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    command: str  # what Redis calls what it sends


class Site:
    """Stores, tenants and both servers."""

    def __init__(self, environment: dict[str, str], servers: list[Server], senders: tuple[Sender, ...]) -> None:
        self.environment = environment
        self._servers = {server.name: server for server in servers}
        self.senders = senders
        self._redis = redis.Redis.from_url(environment["REDIS_URL"])

    def round(self, name: str, *, seconds: float, connections: int, rate: float = 0.0) -> Round:
        """Load one server, and read what it cost."""
        server = self._servers[name]
        self._redis.flushdb()
        self._load(Job(server.port, PATH, self.senders, connections, WARM_UP_S, count=4000))
        self._redis.config_resetstat()
        process, store = psutil.Process(server.process.pid), self._store_cpu_s()
        before = _cpu_s(process)
        count = int((rate or 12_000) * seconds) + connections
        result = self._load(Job(server.port, PATH, self.senders, connections, seconds, rate, count))
        each = 1e6 / result.answered
        commands: Any = self._redis.info("commandstats")
        return Round(
            result,
            (_cpu_s(process) - before) * each,
            (self._store_cpu_s() - store) * each,
            commands[f"cmdstat_{server.command}"]["usec_per_call"],
        )

    def _load(self, job: Job) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "bench.webhooks.load"],
            input=job.as_line(),
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        if done.returncode:
            raise SystemExit("the load maker failed:\n" + done.stderr[-2000:])
        return Result(**json.loads(done.stdout))

    def _store_cpu_s(self) -> float:
        used: Any = self._redis.info("cpu")
        return float(used["used_cpu_sys"] + used["used_cpu_user"])


@contextmanager
def site() -> Iterator[Site]:
    """Everything up; down again afterwards."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        database = stack.enter_context(postgres(folder, temporary=True))
        store = stack.enter_context(valkey(folder, temporary=True))
        environment = {
            **os.environ,
            "ENVIRONMENT": "production",
            "SECRET_KEY": secrets.token_hex(32),
            "DATABASE_URL": database.app_url,
            "DATABASE_OWNER_URL": database.owner_url,
            "REDIS_URL": store.url,
            "PUBLIC_URL": "https://desk.example",
            "LOG_LEVEL": "INFO",
            "WEB_CONCURRENCY": "1",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        subprocess.run(
            [sys.executable, "manage.py", "migrate"], cwd=ROOT, env=environment, check=True, capture_output=True
        )
        made = subprocess.run(
            [sys.executable, "-m", "bench.webhooks.tenants", str(TENANTS)],
            cwd=ROOT,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        servers = [
            stack.enter_context(_started(OURS, APPLICATION, "evalsha", environment, folder)),
            stack.enter_context(_started(BARE, "bench.webhooks.bare:app", "rpush", environment, folder)),
        ]
        yield Site(environment, servers, tuple(Sender(**each) for each in json.loads(made.stdout)))


@contextmanager
def _started(name: str, application: str, command: str, environment: dict[str, str], folder: Path) -> Iterator[Server]:
    (line,) = [program.command for program in read_procfile(ROOT / "Procfile") if program.name == "web"]
    port = free_port()
    log = folder / f"{command}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            launcher(["sh", "-c", line.replace(APPLICATION, application)]),
            cwd=ROOT,
            env={**environment, "WEB_HOST": "127.0.0.1", "PORT": str(port)},
            stdout=output,
            stderr=output,
        )
    try:
        _wait(process, port, log)
        yield Server(name, port, process, command)
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
            return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.05)
    raise SystemExit("a server did not start:\n" + log.read_text()[-2000:])


def _cpu_s(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)

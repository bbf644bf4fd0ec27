"""Starts what `make run` starts, in a folder of its own, and makes tenants in it whose channel is the Papercups double."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.doubles.papercups.handle import PapercupsDouble

ROOT = Path(__file__).parent.parent
START_LIMIT_S = 60.0
SECRET_KEY = "bench " * 8  # the same in every deployment: what is derived from it is remembered by this process


@dataclass(frozen=True)
class BenchTenant:
    """A tenant, its account at the double, and a word that stands in no other tenant's entries."""

    tenant_id: str
    account_id: str
    word: str
    api_key: str


@dataclass(frozen=True)
class Process:
    """What one line of the Procfile holds after the run, its children included."""

    name: str
    memory_mb: float
    cpu_s: float
    redis: int
    postgres: int


LINES = {  # a mark of its command line: a process
    "uvicorn": "web",
    "--queues receive": "worker",
    "--queues answer": "answers",
    "manage.py clock": "clock",
    "/bin/postgres": "postgres",
    "valkey-server": "valkey",
}


@dataclass(frozen=True)
class Deployment:
    """The running processes, the double, and the ports of the stores."""

    double: PapercupsDouble
    supervisor: psutil.Process
    web_url: str
    postgres_port: int
    redis_port: int

    def make_tenants(self, count: int) -> list[BenchTenant]:
        from models.database import tenant_session
        from models.knowledge import KnowledgeEntry
        from models.tenant import PapercupsAccount, configuration, create_tenant

        made = []
        for number in range(count):
            account, word = self.double.seed(), f"code{number:04d}x"
            tenant = create_tenant(
                f"Business {number}",
                PapercupsAccount(
                    account["account_id"], self.double.base_url, account["bot_key"], account["bot_user_id"]
                ),
            )
            with tenant_session(tenant.tenant_id) as session:
                _, config = configuration(session)
                config.wait_ms = 0
                session.add(
                    KnowledgeEntry(
                        tenant_id=tenant.tenant_id, question="What is the secret word?", answer=f"The word is {word}."
                    )
                )
            url = tenant.as_json(self.web_url)["papercups_webhook_url"]
            answer = self.double.http.post(
                f"/_double/accounts/{account['account_id']}/webhook", json={"webhook_url": url}
            )
            if not answer.json()["verified"]:
                raise SystemExit("the webhook was not verified")
            made.append(BenchTenant(str(tenant.tenant_id), account["account_id"], word, tenant.api_key))
        return made

    def families(self) -> dict[str, list[psutil.Process]]:
        """Each process with its children, in the order of LINES."""
        found = {}
        for child in self.supervisor.children():
            command = " ".join(child.cmdline())
            name = next((name for mark, name in LINES.items() if mark in command), None)
            if name is not None:
                found[name] = [child, *child.children(recursive=True)]
        return {name: found[name] for name in LINES.values() if name in found}

    def cpu_s(self) -> dict[str, float]:
        """Processor time so far, user and system, of each process with its children."""
        return {name: sum(map(_cpu_s, family)) for name, family in self.families().items()}

    def processes(self) -> list[Process]:
        found = []
        for name, family in self.families().items():
            ports = [
                connection.raddr.port
                for member in family
                for connection in member.net_connections()
                if connection.raddr
            ]
            found.append(
                Process(
                    name,
                    sum(member.memory_info().rss for member in family) / 1e6,
                    sum(map(_cpu_s, family)),
                    ports.count(self.redis_port),
                    ports.count(self.postgres_port),
                )
            )
        return found


def _cpu_s(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:2]))
    except psutil.NoSuchProcess:  # a server process of Postgres that has ended
        return 0.0


@contextmanager
def running(**more: str) -> Iterator[Deployment]:
    """Up, ready and with this process's settings pointing at it; down again afterwards. `more` is their environment."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as folder:
        data, port, before = Path(folder), _free_port(), dict(os.environ)
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        environment |= {
            "FRONTDESK_DATA": str(data),
            "PORT": str(port),
            "LOG_LEVEL": "WARNING",
            "SECRET_KEY": SECRET_KEY,
            **more,
        }
        with (data / "output").open("w") as output:
            up = subprocess.Popen(
                [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment, stdout=output, stderr=output
            )
        try:
            _wait_until_ready(up, data / "output")
            kept = dict(line.split("=", 1) for line in (data / "env").read_text().splitlines() if "=" in line)
            os.environ.update({name: value.strip("'\"") for name, value in kept.items()})
            from sqlalchemy.engine import make_url

            from config.settings import settings
            from models.database import engine

            settings.cache_clear()
            engine.cache_clear()

            stores = {name: make_url(os.environ[name]).port for name in ("DATABASE_URL", "REDIS_URL")}
            double = PapercupsDouble(os.environ["PAPERCUPS_URL"])
            yield Deployment(
                double,
                psutil.Process(up.pid),
                f"http://127.0.0.1:{port}",
                stores["DATABASE_URL"] or 5432,
                stores["REDIS_URL"] or 6379,
            )
            double.close()
        finally:
            os.environ.clear()
            os.environ |= before
            up.terminate()
            up.wait(30)


def _wait_until_ready(up: subprocess.Popen[Any], output: Path) -> None:
    print("Starting the processes …", flush=True)
    for _ in range(int(START_LIMIT_S * 10)):
        if "is ready" in output.read_text():
            return
        if up.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit("the processes did not start:\n" + output.read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

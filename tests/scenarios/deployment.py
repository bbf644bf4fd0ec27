"""A whole Frontdesk on this machine: stores, pooler, doubles, and the Procfile's processes, which tests kill at will."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import redis
from llmock.scenarios import Behavior, behavior_to_dict

from clients.queue import PREFIX, Queue, connect
from clients.queue.scripts import PARTS, source
from config import embedded
from config.embedded_server import free_port
from config.settings import settings
from config.supervisor import read_procfile
from migrations.run import upgrade
from models.database import engine
from tests.doubles.papercups.handle import PapercupsDouble
from tests.doubles.proxy import LossyProxy
from tests.scenarios.programs import ROOT, Pooler, Program, base_environment, wait_until

TIME_SCALE = 10  # settle 3 s, reconcile every 6 s, sweep every second
POOL = 2  # server connections for all processes together
READY_WITHIN_S = 50.0  # it takes a second, more where other work has the processors
PROCESSES = ("web", "worker", "answers", "clock")


@dataclass(frozen=True)
class Mode:
    """Which deployment a module tests."""

    model: bool = False  # an OpenAI-compatible endpoint; else the extractive answerer
    pooled: bool = True  # through pgbouncer in transaction mode
    lossy: bool = False  # through a proxy that can lose replies of Redis
    smtp_url: str = ""  # a mail server; else mail goes nowhere
    metrics_token: str = ""


class Model:
    """The language model's double: what it will do next, and what it was asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=15)

    def script(self, *behaviours: Behavior) -> None:
        given = {"behaviors": [behavior_to_dict(each) for each in behaviours]}
        self.http.post("/_llmock/scenario", json=given).raise_for_status()

    def reset(self) -> None:
        self.http.delete("/_llmock/scenario").raise_for_status()

    def pending(self) -> int:
        """Behaviours that no request has met yet."""
        return len(self.http.get("/_llmock/scenario").json()["pending"])

    def asked(self) -> list[dict[str, Any]]:
        """Bodies of the streamed requests, oldest first, once none is running (or 2 s later)."""
        found = self.http.get("/_llmock/requests").json()["requests"]
        return [each["body"] for each in found if each["stream"]]

    def answered(self, mark: str) -> list[str]:
        """How each request ended, oldest first, a line each; `mark` stands in the prompts of whoever asks."""
        found = self.http.get("/_llmock/requests").json()["requests"]
        keys = ("stream", "status", "fault", "chunks_sent", "completed")
        return [" ".join(f"{key}={each[key]}" for key in keys) + f" ours={mark in str(each['body'])}" for each in found]


class Deployment:
    """Started once for all scenarios; `use(mode)` restarts what a module wants different."""

    def __init__(self, folder: Path, postgres: embedded.Postgres, valkey: embedded.Valkey) -> None:
        self.postgres, self.valkey = postgres, valkey
        self.logs = folder / "logs"
        self.logs.mkdir()
        self.mode = Mode()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx2.Client(base_url=self.url, trust_env=False, timeout=40)
        self._point_this_process_here()
        upgrade()
        assert postgres.port is not None
        self.pooler = Pooler(postgres.port, "frontdesk", postgres.passwords["frontdesk"], pool=POOL, logs=self.logs)
        self.proxy = LossyProxy(valkey.url)
        self.redis: redis.Redis = connect(valkey.url, max_connections=4)
        self.queue = Queue(self.redis)
        self.double_program = self._program("papercups", "exec python -u -m tests.doubles.papercups --port 0", {})
        model_port = free_port()
        llmock = f"exec llmock serve --host 127.0.0.1 --port {model_port} --response-style static --log-level warning"
        self.model_program = self._program("llmock", llmock, {})
        self.model = Model(model_port)
        self.programs = {
            line.name: self._program(line.name, line.command, {}) for line in read_procfile(ROOT / "Procfile")
        }
        assert tuple(self.programs) == PROCESSES

    def _point_this_process_here(self) -> None:
        """Tests look at the rows themselves, directly."""
        os.environ["DATABASE_URL"] = self.postgres.app_url
        os.environ["DATABASE_OWNER_URL"] = self.postgres.owner_url
        os.environ["REDIS_URL"] = self.valkey.url
        settings.cache_clear()

    def _program(self, name: str, command: str, more: dict[str, str]) -> Program:
        environment = base_environment() | more | {"FRONTDESK_PROCESS": name}
        return Program(name, ["/bin/sh", "-c", command], self.logs, environment)

    # Starting and stopping

    def start(self) -> None:
        for program in (self.pooler, self.double_program, self.model_program):
            program.start()
        address = wait_until(
            lambda: re.findall(r"http://\S+", self.double_program.log.read_text()), "the Papercups double listens"
        )
        self.double = PapercupsDouble(address[0])
        wait_until(lambda: self.answers_at(f"http://127.0.0.1:{self.model.port}/health"), "llmock listens", 30)
        self.restart(*PROCESSES)

    def close(self) -> None:
        for program in (*self.programs.values(), self.double_program, self.model_program):
            program.kill()
        self.pooler.remove()
        self.proxy.close()
        self.double.close()
        self.model.http.close()
        self.http.close()
        self.redis.close()
        engine().dispose()

    def use(self, mode: Mode) -> None:
        """Everything up, in this mode, and no fault left over from another test."""
        if mode != self.mode:
            self.mode = mode
            for name in PROCESSES:
                self.programs[name].kill()
        for program in (self.pooler, self.double_program, self.model_program):
            program.start()
        self.restart(*(name for name in PROCESSES if not self.programs[name].running))
        self.double.http.delete("/_double/faults").raise_for_status()
        self.model.reset()
        if mode.lossy:  # a script the server does not know yet would be answered by NOSCRIPT, and that reply lost
            for name in PARTS:
                self.redis.script_load(source(name)[0])

    def restart(self, *names: str) -> None:
        """Start what does not run, and wait until it serves."""
        for name in names:
            self.programs[name].environment |= self._settings()
            self.programs[name].start()
        for name in names:
            self.wait_ready(name)

    def wait_ready(self, name: str) -> None:
        ready = {"web": lambda: self.answers_at(f"{self.url}/readyz"), "clock": lambda: True}.get(
            name, lambda: self.reports(name)
        )
        wait_until(ready, f"{name} is ready", READY_WITHIN_S)

    def stop(self, *names: str) -> None:
        """In order, all at once."""
        running = [self.programs[name] for name in names if self.programs[name].running]
        for program in running:
            program.terminate()
        for program in running:
            program.wait()

    def _settings(self) -> dict[str, str]:
        model = {
            "OPENAI_BASE_URL": f"http://127.0.0.1:{self.model.port}/v1",
            "OPENAI_API_KEY": "sk-scenario-key-kanarienvogel",
            "OPENAI_MODEL": "test-model",
        }
        return {
            "ENVIRONMENT": "test",
            "SECRET_KEY": os.environ["SECRET_KEY"],
            "DATABASE_URL": self.pooler.url if self.mode.pooled else self.postgres.app_url,
            "REDIS_URL": self.proxy.url if self.mode.lossy else self.valkey.url,
            "PORT": str(self.port),
            "WEB_HOST": "127.0.0.1",
            "TIME_SCALE": str(TIME_SCALE),
            "LOG_LEVEL": "DEBUG",
            "SMTP_URL": self.mode.smtp_url,
            "METRICS_TOKEN": self.mode.metrics_token,
        } | (model if self.mode.model else dict.fromkeys(model, ""))

    @property
    def postgres_port(self) -> int:
        """Where the processes find Postgres."""
        port = self.pooler.port if self.mode.pooled else self.postgres.port
        assert port is not None
        return port

    # Looking

    def answers_at(self, url: str) -> bool:
        try:
            return httpx2.get(url, trust_env=False, verify=False, timeout=2).status_code == 200
        except httpx2.TransportError:
            return False

    def reports(self, name: str) -> bool:
        """Whether a worker process of this program, of its present life, fetches."""
        program = self.programs[name]
        assert program.running, f"{name} ended; its log ends with:\n{program.log.read_text()[-2000:]}"
        found: Any = self.redis.zrange(f"{PREFIX}procs", 0, -1)
        processes = [each.decode() for each in found]
        pids = {int(each.split("-")[1]) for each in processes if each.startswith(f"{name}-")}
        return any(each.pid in pids for each in program.group())

    def waiting(self, tenant_id: object, *queues: str) -> int:
        """Messages of a tenant anywhere in these queues: waiting, delayed or in flight."""
        return sum(self.queue.depth(queue).get(str(tenant_id), 0) for queue in queues)

    def ask(self, statement: str, **given: Any) -> list[tuple[Any, ...]]:
        """As the superuser, who sees every row."""
        with psycopg.connect(self.postgres.superuser_url, autocommit=True) as connection:
            return connection.execute(statement, given).fetchall()

    @contextmanager
    def holding(self, statement: str, **given: Any) -> Iterator[psycopg.Connection]:
        """A transaction of the test's own that holds the locks of `statement` until it is left."""
        with psycopg.connect(self.postgres.superuser_url) as connection:
            connection.execute(statement, given)
            yield connection
            connection.rollback()

    def someone_waits_for_lock(self) -> bool:
        return bool(self.ask("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'frontdesk'"))

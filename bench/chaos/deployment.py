"""One seed's Frontdesk: stores, doubles, a router, and the Procfile's processes, two of each that works, all supervised."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import redis

from bench.chaos import held
from bench.chaos.bill import PRICES
from bench.chaos.dynos import ROOT, Dyno, base_environment
from bench.chaos.plan import Plan
from bench.chaos.router import Router
from bench.chaos.stores import Postgres, Redis, place
from bench.chaos.tenants import ChaosTenant, make_tenant
from config.embedded_server import free_port
from config.parent import launcher
from config.supervisor import read_procfile
from tests.doubles.papercups.handle import PapercupsDouble

SLOTS = {"web": 1, "worker": 2, "answers": 2, "clock": 1}
READY_WITHIN_S = 40.0
PLANTED = {  # what a planted fault changes in a line of the Procfile: the same program, entered through bench/chaos/planted
    "asgi:app": "bench.chaos.planted_web:app",
    "dramatiq workers.app": "dramatiq bench.chaos.planted_workers",
    "manage.py clock": "-m bench.chaos.planted_clock",
}


class Deployment:
    """Everything that runs. Made and used by one thread, which lives as long as the processes."""

    def __init__(self, folder: Path, plan: Plan, plant: str = "") -> None:
        self.plan, self.plant = plan, plant
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self._held = ExitStack()
        self._place = self._held.enter_context(place(folder / "data"))
        self.postgres = Postgres(self._place, temporary=True)
        self.redis: Redis
        self.router = Router()
        self.dynos: list[Dyno] = []
        self._others: list[subprocess.Popen[bytes]] = []
        self._generation = 0

    def start(self) -> None:
        """Stores, migrations, doubles and processes; ready when this returns."""
        self.postgres.start()
        self.redis = Redis(self._place)
        self._point_this_process_here()
        from migrations.run import upgrade

        upgrade()
        double_port, model_port, mail_port = free_port(), free_port(), free_port()
        self._run("papercups", ["-m", "tests.doubles.papercups", "--port", str(double_port)])
        outside = ["-m", "bench.chaos.outside", "--port", str(model_port), "--mail-port", str(mail_port)]
        self._run("outside", outside)
        self.mail_port = mail_port
        self.double = PapercupsDouble(f"http://127.0.0.1:{double_port}")
        self.outside = httpx2.Client(base_url=f"http://127.0.0.1:{model_port}", trust_env=False, timeout=20)
        for line, count in SLOTS.items():
            for slot in range(1, count + 1):
                self.start_dyno(line, slot)
        wait_until(lambda: self._answers(self.double.http, "/_double/health"), "the Papercups double answers")
        wait_until(lambda: self._answers(self.outside, "/_journal"), "the model answers")
        self.tenants: list[ChaosTenant] = [
            make_tenant(self.double, self.router.url, number, word, budget)
            for number, (word, budget) in enumerate(zip_longest(self.plan.words, self.plan.budgets))
        ]
        self.route()
        wait_until(lambda: all(self.ready(each) for each in self.dynos), "every process is ready")

    def _point_this_process_here(self) -> None:
        from config.settings import settings

        os.environ |= self._common()
        os.environ["DATABASE_OWNER_URL"] = self.postgres.owner_url
        settings.cache_clear()

    def _common(self) -> dict[str, str]:
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
        return {
            "ENVIRONMENT": "test",
            "SECRET_KEY": os.environ["SECRET_KEY"],
            "DATABASE_URL": self.postgres.app_url,
            "REDIS_URL": self.redis.url,
            "TIME_SCALE": f"{self.plan.time_scale:g}",
            "LOG_LEVEL": "INFO",
            "PUBLIC_URL": self.router.url,
            "MODEL_PRICES": PRICES,
        }

    def _run(self, name: str, arguments: list[str]) -> None:
        """A program of the outside world: nobody kills it."""
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                launcher([sys.executable, *arguments]),
                cwd=ROOT,
                env=base_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        self._others.append(process)

    # Processes

    def start_dyno(self, line: str, slot: int) -> Dyno:
        """A new one, under a name of its own."""
        name = f"{line}{slot}{'abcdefgh'[self._generation]}"
        environment = base_environment() | self._common()
        environment |= {
            "PAPERCUPS_URL": f"{self.double.base_url}/_via/{name}",
            "OPENAI_BASE_URL": f"{self.outside.base_url}/_via/{name}/v1".replace("//_via", "/_via"),
            "OPENAI_API_KEY": "sk-chaos",
            "OPENAI_MODEL": "slow-model",
            "OPENAI_MODEL_CHEAP": "slow-cheap-model",
            "SMTP_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "WEB_HOST": "127.0.0.1",
            "PORT": str(free_port()),
            "WORKER_THREADS": "6",
            "ANSWER_THREADS": str(self.plan.answer_threads),
        }
        command = next(each.command for each in read_procfile(ROOT / "Procfile") if each.name == line)
        if self.plant:
            environment["CHAOS_PLANT"] = self.plant
            for plain, planted in PLANTED.items():
                command = command.replace(plain, planted)
        dyno = Dyno(name, line, command, environment, self.logs)
        self.dynos.append(dyno)
        return dyno

    def next_generation(self) -> None:
        """What is started from now on is a new release."""
        self._generation += 1

    def alive(self, *lines: str) -> list[Dyno]:
        """Those that are to run, of these lines."""
        return [each for each in self.dynos if not each.retired and (not lines or each.line in lines)]

    def named(self, name: str | None) -> Dyno | None:
        return next((each for each in self.dynos if each.name == name), None)

    def route(self) -> None:
        """New connections go to the `web` that was started last and is to stay."""
        self.router.behind = tuple(each.port for each in reversed(self.alive("web")))

    def ready(self, dyno: Dyno) -> bool:
        if dyno.line == "web":
            with httpx2.Client(trust_env=False, timeout=2) as client:
                return self._answers(client, f"http://127.0.0.1:{dyno.port}/readyz")
        if dyno.line == "clock":
            return "clock.started" in dyno.log.read_text()
        with suppress(redis.RedisError), self.redis.client() as client:
            return held.reporting(client, dyno.name, [each.pid for each in dyno.family()])
        return False

    def _answers(self, client: httpx2.Client, path: str) -> bool:
        with suppress(httpx2.HTTPError):
            return client.get(path).status_code == 200
        return False

    # Looking

    def superuser(self, **options: Any) -> psycopg.Connection[Any]:
        """A connection that sees every row."""
        return psycopg.connect(self.postgres.superuser_url, connect_timeout=3, **options)

    def ask(self, statement: str, **given: Any) -> list[tuple[Any, ...]]:
        with self.superuser(autocommit=True) as connection:
            return connection.execute(statement, given).fetchall()

    def log_lines(self, word: str) -> list[str]:
        """What the processes logged with this word in it."""
        found = []
        for dyno in self.dynos:
            found += [f"{dyno.name}: {line}" for line in dyno.log.read_text().splitlines() if word in line]
        return found

    def stop_processes(self) -> None:
        """Ours; the stores and the outside world stay."""
        for dyno in self.dynos:
            if not dyno.ended:
                dyno.end()

    def close(self) -> None:
        """All of it, at once."""
        self.stop_processes()
        for process in self._others:
            process.kill()
            process.wait()
        self.router.close()
        if hasattr(self, "redis"):
            self.redis.close()
        self.postgres.stop()
        self._held.close()


def wait_until(look: Callable[[], bool], what: str, within_s: float = READY_WITHIN_S) -> None:
    """Raises TimeoutError with `what`."""
    until = time.monotonic() + within_s
    while not look():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {within_s:g} s in vain: {what}")
        time.sleep(0.05)

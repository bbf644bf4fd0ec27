"""Celery on Redis with threads, no results kept. As it comes it acknowledges before the job runs."""

from __future__ import annotations

import os

from celery import Celery

from bench.systems.journal import work

app = Celery("bench", broker=os.environ["REDIS_URL"])
app.conf.update(task_ignore_result=True, broker_connection_retry_on_startup=True)


@app.task(name="bench.run")
def run(number: int, sleep_ms: int, tenant: str, conversation: str | None, price: int, bulk: bool) -> None:
    work(number, sleep_ms)


def send(*job: object) -> None:
    run.delay(*job)

"""What `dramatiq` starts: the broker and every stage. `ls workers/` is the pipeline; this names its actors.

Started as `dramatiq workers.app --queues …` by the processes `worker` and `answers` (Procfile).
"""

from __future__ import annotations

import gc
import os
import time

import structlog

from clients.metrics import Publisher
from clients.queue import connect
from config import logs
from config.errors import StoreUnavailable
from config.parent import die_with_parent
from config.settings import process_name, settings
from models.database import refuse_unsafe_role
from workers import (
    answer,
    capture_lead,
    crawl,
    deliver,
    detect_intent,
    embed_chunks,
    embed_query,
    notify,
    read_file,
    receive,
    reconcile,
    run_golden,
    train_intents,
    update_channel,
)
from workers.resources import warm

__all__ = [
    "answer",
    "capture_lead",
    "crawl",
    "deliver",
    "detect_intent",
    "embed_chunks",
    "embed_query",
    "notify",
    "read_file",
    "receive",
    "reconcile",
    "run_golden",
    "train_intents",
    "update_channel",
]

WAIT_FOR_POSTGRES_S = 1.0


def _boot() -> None:
    """Runs once in each worker process, after Dramatiq's fork."""
    # Before numpy is loaded: threads that wait for each other take longer.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    logs.configure(process_name())
    die_with_parent()
    while True:
        try:
            refuse_unsafe_role()
            break
        except StoreUnavailable:
            structlog.get_logger().warning("worker.waiting_for_postgres")
            time.sleep(WAIT_FOR_POSTGRES_S)
    warm()
    # What is loaded stays: left among the living, it is walked by every full collection, 50 ms in which nothing else runs.
    gc.collect()
    gc.freeze()
    Publisher(connect(settings().redis_url, ca=settings().redis_ca, max_connections=1), process_name()).start()


_boot()

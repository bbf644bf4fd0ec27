"""Servers for an evaluation: an empty Postgres and Valkey of its own, gone afterwards. Never anybody's real ones.

Also what else must not depend on the machine: no model endpoint, no embedding endpoint, no mail.
"""

from __future__ import annotations

import atexit
import os
import secrets
import tempfile
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path

LEFT_OUT = ("OPENAI_", "EMBEDDING_", "PAPERCUPS_", "STRIPE_", "SMTP_", "TIME_SCALE", "ACCEPT", "PUBLIC_URL")


@lru_cache(maxsize=1)
def start_servers() -> None:
    """Start both once in this process, migrate, and point the settings at them; they end with the process."""
    from config import embedded, logs
    from config.settings import settings
    from migrations.run import upgrade

    stack = ExitStack()
    atexit.register(stack.close)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontdesk-eval-")))
    postgres = stack.enter_context(embedded.postgres(folder, temporary=True))
    valkey = stack.enter_context(embedded.valkey(folder, temporary=True))
    for name in [name for name in os.environ if name.startswith(LEFT_OUT)]:
        del os.environ[name]
    os.environ |= {
        "ENVIRONMENT": "test",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_OWNER_URL": postgres.owner_url,
        "DATABASE_URL": postgres.app_url,
        "REDIS_URL": valkey.url,
        "LOG_LEVEL": "ERROR",
    }
    settings.cache_clear()
    logs.configure("eval")
    upgrade()
    stack.callback(_let_go)


def _let_go() -> None:
    from models.database import engine
    from workers.broker import queue

    queue().close()
    engine().dispose()

"""One long computation at a time in each process: embedding and training take a core, and visitors share it.

Refuses to wait: a thread that waited would be missing to those who write.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from config.errors import NotYet

BUSY_MS = 500

_turn = threading.Lock()


@contextmanager
def computing() -> Iterator[None]:
    """Hold the process's one place.

    Raises:
        NotYet: another job has it.
    """
    if not _turn.acquire(blocking=False):
        raise NotYet(BUSY_MS)
    try:
        yield
    finally:
        _turn.release()

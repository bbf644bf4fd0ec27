"""What every measured job does, in whichever system: say in a file that it starts, sleep, or hold its thread.

One line per start is one `write` of 16 bytes to a file opened for appending (2 µs, whole among threads and processes).
The clock is the machine's monotonic one, the same in every process.
"""

from __future__ import annotations

import os
import struct
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.parent import die_with_parent

GATE = -1  # the number of a job that holds its thread while the gate's file exists
POLL_S = 0.005
_RECORD = struct.Struct("<qd")


@dataclass(frozen=True)
class Start:
    """A job's number and the second its first line ran."""

    number: int
    at: float


def work(number: int, sleep_ms: int) -> None:
    """The job: empty but for its note when `sleep_ms` is 0."""
    os.write(_journal(), _RECORD.pack(number, time.monotonic()))
    if sleep_ms:
        time.sleep(sleep_ms / 1000)
    if number == GATE:
        gate = os.environ["BENCH_GATE"]
        while os.path.exists(gate):
            time.sleep(POLL_S)


@cache
def _journal() -> int:
    return os.open(os.environ["BENCH_JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


if os.environ.get("BENCH_ROLE") == "worker":  # also those that a system forks end with it
    die_with_parent()


class Journal:
    """The reader's side of the file: what was started since the last look."""

    def __init__(self, path: Path) -> None:
        path.touch()
        self._file = path.open("rb")

    def new(self) -> list[Start]:
        """Starts noted since the last call; notes are written whole, so no half one is read."""
        return [Start(number, at) for number, at in _RECORD.iter_unpack(self._file.read())]

    def close(self) -> None:
        self._file.close()

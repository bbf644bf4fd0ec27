"""FRONTDESK_DATA: who runs in it (a lock) and the environment it keeps for the commands beside a running `make run`."""

from __future__ import annotations

import fcntl
import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path


class AlreadyRunning(Exception):
    """Another process holds the lock; `pid` is None when it has not written it yet."""

    def __init__(self, path: Path, pid: int | None) -> None:
        super().__init__(f"{path} is locked by process {pid or 'unknown'}")
        self.path, self.pid = path, pid


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold `path` as a lock file. The kernel lets go of it however this process ends; children do not inherit it.

    Raises:
        AlreadyRunning: another process holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(path, _pid_in(descriptor)) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(path: Path) -> int | None:
    """The pid that holds the lock, 0 when it is held but not named, None when nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _pid_in(descriptor) or 0
    finally:
        os.close(descriptor)
    return None


def _pid_in(descriptor: int) -> int | None:
    written = os.pread(descriptor, 32, 0).strip()
    return int(written) if written.isdigit() else None


def write_private(path: Path, text: str) -> None:
    """Replace `path` in one step by a file that only its owner reads; it survives a crash of the machine whole."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def read_environment(path: Path) -> dict[str, str]:
    """NAME=value lines, quoted as a shell would; none when there is no such file."""
    try:
        text = path.read_text()
    except FileNotFoundError:
        return {}
    values = {}
    for line in shlex.split(text, comments=True):
        name, separator, value = line.partition("=")
        if separator:
            values[name] = value
    return values


def write_environment(path: Path, values: Mapping[str, str]) -> None:
    """The file that `read_environment` reads; a shell can source it too."""
    opening = "# Made by `manage.py up`, read by manage.py when ENVIRONMENT is not set. Holds secrets.\n"
    write_private(path, opening + "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items()))

"""Ends a process when its parent dies: `die_with_parent()` for forks, `launcher()` for programs of any kind.

The launcher runs this file (standard library only) and becomes the program. It also drops root on the way, because the
kernel forgets the parent-death signal when the user changes.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1  # linux/prctl.h
POLL_S = 0.5


def die_with_parent(death_signal: int = signal.SIGKILL) -> None:
    """Let the kernel send `death_signal` to this process when its parent dies; without prctl a thread polls for it.

    Call it early in the main thread of each process: a fork does not inherit it. A child of `multiprocessing` knows who
    started it, so it also notices a parent that died before this call.
    """
    parent = os.getppid()
    if not _kernel_tells(death_signal):
        threading.Thread(target=_poll_parent, args=(parent, death_signal), name="parent-watch", daemon=True).start()
    if os.getppid() != parent or _lost_starter():
        os.kill(os.getpid(), death_signal)


def _lost_starter() -> bool:
    """Whether the process that started this one by `multiprocessing` has died already."""
    import multiprocessing  # not needed by the launcher, which every program passes through

    starter = multiprocessing.parent_process()
    if starter is None or starter.pid is None or starter.pid == os.getppid():
        return False  # asked by pid: a dead starter that nobody collected yet still counts as living
    between = multiprocessing.get_start_method(allow_none=True) == "forkserver"  # then our parent is that server
    return not (between and _lives(starter.pid))


def launcher(
    program: Sequence[str],
    *,
    user: tuple[int, int] | None = None,
    death_signal: int = signal.SIGKILL,
    watch: bool = False,
) -> list[str]:
    """The command that runs `program` tied to the calling process, as (uid, gid) `user` if one is named.

    Start it from a thread that lives as long as the program may: the kernel counts that thread's end as the parent's.
    `watch` forces what happens where there is no prctl; the program must then lead its process group.
    """
    command = [sys.executable, "-I", "-S", __file__, f"--parent={os.getpid()}", f"--signal={int(death_signal)}"]
    if user:
        command.append(f"--user={user[0]}:{user[1]}")
    if watch:
        command.append("--watch")
    return [*command, "--", *program]


def _kernel_tells(death_signal: int) -> bool:
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (AttributeError, OSError):
        return False
    return bool(prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0) == 0)


def _poll_parent(expected: int, death_signal: int) -> None:
    while os.getppid() == expected:
        time.sleep(POLL_S)
    os.kill(os.getpid(), death_signal)


def _watch_beside(parent: int, death_signal: int) -> None:
    """Leave a detached watcher: the program cannot poll for itself, and must not find a child it does not know."""
    target = os.getpid()
    if middle := os.fork():
        os.waitpid(middle, 0)
        return
    if os.fork():
        os._exit(0)
    with contextlib.suppress(OSError):  # out of the program's group, which is what it may have to end
        os.setpgid(0, 0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # whoever reads the program's output waits for its end, not for ours
        os.dup2(nothing, stream)
    while _lives(parent):
        if not _lives(target):
            os._exit(0)
        time.sleep(POLL_S)
    with contextlib.suppress(OSError):
        os.killpg(target, death_signal)
    os._exit(0)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(arguments: Sequence[str] | None = None) -> None:
    """Become the named program, tied to `--parent`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, default=int(signal.SIGKILL))
    parser.add_argument("--user")
    parser.add_argument("--watch", action="store_true")
    parser.add_argument("program", nargs="+")
    asked = parser.parse_args(arguments)
    if asked.user:
        uid, _, gid = asked.user.partition(":")
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if asked.watch or not _kernel_tells(asked.signal):
        _watch_beside(asked.parent, asked.signal)
    if os.getppid() != asked.parent:
        sys.exit("The process that started this one is gone.")
    os.execvp(asked.program[0], asked.program)  # noqa: S606  # becomes the program named by our own code


if __name__ == "__main__":
    main()

"""A process and its parent: the kernel's signal, the watcher where there is none, and the race at the start."""

from __future__ import annotations

import subprocess
import sys

import pytest

from config.parent import launcher
from tests.config.processes import ROOT, ends, runs, said, script

STARTS = """
import subprocess, sys
from config.parent import launcher
program = [sys.executable, "-c", "import os, signal; print(os.getpid(), flush=True); signal.pause()"]
subprocess.Popen(launcher(program, watch=sys.argv[1] == "watch"), process_group=0)
sys.stdin.read()
"""
FORKS = """
import os, signal, sys
import config.parent
if sys.argv[1] == "watch":
    config.parent._kernel_tells = lambda death_signal: False
if os.fork() == 0:
    config.parent.die_with_parent()
    print(os.getpid(), flush=True)
signal.pause()
"""


@pytest.mark.parametrize("way", ["kernel", "watch"])
@pytest.mark.parametrize("text", [STARTS, FORKS], ids=["launched", "forked"])
def test_a_child_ends_with_its_parent(text: str, way: str) -> None:
    with script(text, way) as parent:
        child = int(said(parent))
        assert runs(child)
        parent.kill()
        parent.wait()
        assert ends(child)


def test_the_launcher_becomes_the_program() -> None:
    command = launcher([sys.executable, "-c", "import sys; print(sys.argv[1:]); sys.exit(7)", "--user", "x"])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (7, "['--user', 'x']\n")


def test_a_watched_program_ends_as_itself() -> None:
    command = launcher([sys.executable, "-c", "raise SystemExit(7)"], watch=True)
    assert subprocess.run(command, process_group=0, check=False).returncode == 7


def test_who_lost_its_parent_before_it_began_does_not_begin() -> None:
    command = launcher([sys.executable, "-c", "print('began')"])
    parent = next(index for index, part in enumerate(command) if part.startswith("--parent="))
    command[parent] = "--parent=1073741824"  # more than any kernel gives out
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode != 0
    assert "began" not in done.stdout

"""The supervisor on tiny programs: labels, restarts, an orderly stop, and that its own death leaves nothing."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from config.supervisor import RUN_VARIABLE, Program, Supervisor, end_orphans, read_procfile
from tests.config.processes import ends, runs, said, script

STAYS = "import signal; print('up', flush=True); signal.pause()"


class Terminal(io.StringIO):
    """Output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Nobody(io.StringIO):
    """Output that nobody reads any more."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


def _python(code: str) -> str:
    return f'{sys.executable} -c "{code}"'


def _supervisor(out: io.StringIO, **options: float) -> Supervisor:
    return Supervisor(dict(os.environ), folder=Path.cwd(), run="test", out=out, **{"first_wait_s": 0.05, **options})


def _run_until(supervisor: Supervisor, out: io.StringIO, pattern: str) -> None:
    assert supervisor.run(until=lambda: bool(re.search(pattern, out.getvalue(), re.MULTILINE))), out.getvalue()


def test_a_procfile_is_read_in_order_without_its_release(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text("release: migrate\n\nweb: exec serve --port ${PORT:-8000}\nclock:tick # each second\n")
    assert read_procfile(path) == [
        Program("web", "exec serve --port ${PORT:-8000}"),
        Program("clock", "tick # each second"),
    ]


def test_output_is_labelled_and_aligned() -> None:
    out = io.StringIO()
    with _supervisor(out, first_wait_s=30) as supervisor:
        supervisor.start(Program("web", _python("print('first'); print('no end', end='', flush=True)")))
        supervisor.start(Program("answers-2", _python(STAYS)))
        _run_until(supervisor, out, r"(?s)(?=.*no end)(?=.*up)")
    lines = out.getvalue().splitlines()
    assert "web       | first" in lines
    assert "web       | no end" in lines
    assert "answers-2 | up" in lines
    assert "\033[" not in out.getvalue()


def test_a_terminal_gets_coloured_labels() -> None:
    out = Terminal()
    with _supervisor(out) as supervisor:
        supervisor.start(Program("web", _python(STAYS)))
        _run_until(supervisor, out, r"\033\[\d+mweb       \|\033\[0m up")


def test_programs_see_the_environment_and_the_shell_fills_in_defaults() -> None:
    out = io.StringIO()
    supervisor = Supervisor({**os.environ, "THREADS": "5"}, folder=Path.cwd(), run="here", out=out)
    code = "import os, sys; print(sys.argv[1:], os.environ['FRONTDESK_PROCESS'], os.environ['FRONTDESK_RUN'])"
    with supervisor:
        supervisor.start(Program("worker", _python(f"{code}; {STAYS}") + " ${THREADS:-8} ${MISSING_HERE:-9}"))
        _run_until(supervisor, out, r"worker    \| \['5', '9'\] worker here")


def test_what_dies_starts_again_after_growing_waits() -> None:
    out = io.StringIO()
    with _supervisor(out) as supervisor:
        supervisor.start(Program("worker", _python("raise SystemExit(3)")))
        _run_until(supervisor, out, r"exit status 3\) and starts again in 0.2 s")
    assert re.findall(r"starts again in (\S+) s", out.getvalue())[:3] == ["0.05", "0.1", "0.2"]


def test_a_server_that_someone_else_started_is_kept_but_not_stopped() -> None:
    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", STAYS], stdout=subprocess.DEVNULL, process_group=0)

    out, started = io.StringIO(), [start()]

    def again() -> subprocess.Popen[bytes]:
        started.append(start())
        return started[-1]

    with _supervisor(out) as supervisor:
        supervisor.keep("valkey", started[0], again)
        started[0].kill()
        supervisor.run(until=lambda: len(started) == 2)
    assert "valkey ended (killed by SIGKILL)" in out.getvalue()
    assert started[1].poll() is None
    started[1].kill()
    started[1].wait()


def test_a_stop_signal_ends_the_run_and_programs_may_say_goodbye() -> None:
    out = io.StringIO()
    code = "import signal, sys; signal.signal(15, lambda *_: sys.exit(print('bye'))); print('up'); signal.pause()"
    handler = signal.getsignal(signal.SIGTERM)
    with _supervisor(out) as supervisor:
        supervisor.start(Program("web", _python(code)))
        _run_until(supervisor, out, "up")
        os.kill(os.getpid(), signal.SIGTERM)
        assert supervisor.run() is False
    assert out.getvalue().endswith("web       | bye\n")
    assert signal.getsignal(signal.SIGTERM) is handler


def test_who_does_not_stop_is_killed_with_its_whole_group() -> None:
    out = io.StringIO()
    code = (
        "import signal, subprocess, sys; signal.signal(15, signal.SIG_IGN); "
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE); print('child', child.pid); "
        "child.wait()"
    )
    with _supervisor(out, grace_s=0.2) as supervisor:
        supervisor.start(Program("web", _python(code)))
        _run_until(supervisor, out, r"child \d+")
    found = re.search(r"child (\d+)", out.getvalue())
    assert found
    assert ends(int(found[1]))


def test_what_a_dead_program_leaves_behind_ends_too() -> None:
    out = io.StringIO()
    code = (
        "import subprocess, sys; "
        "child = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); print('child', child.pid)"
    )
    with _supervisor(out, first_wait_s=30) as supervisor:
        supervisor.start(Program("web", _python(code)))
        _run_until(supervisor, out, r"web ended")
        found = re.search(r"child (\d+)", out.getvalue())
        assert found
        assert ends(int(found[1]))


def test_nobody_reading_is_a_stop() -> None:
    with _supervisor(Nobody()) as supervisor:
        supervisor.start(Program("web", _python(STAYS)))
        assert supervisor.run() is False


SUPERVISES = """
import os, sys
from pathlib import Path
from config.supervisor import Program, Supervisor
code = '''
import multiprocessing, os, signal
from config.parent import die_with_parent
def work():
    die_with_parent()
    signal.pause()
child = multiprocessing.get_context(\"fork\").Process(target=work)
child.start()
print(os.getpid(), child.pid, flush=True)
signal.pause()
'''
with Supervisor(dict(os.environ), folder=Path.cwd(), run="killed") as supervisor:
    supervisor.start(Program("worker", f"{sys.executable} -c '{code}'"))
    supervisor.run()
"""


def test_killing_the_supervisor_leaves_no_process() -> None:
    with script(SUPERVISES) as supervisor:
        pids = [int(pid) for pid in said(supervisor).partition("| ")[2].split()]
        assert len(pids) == 2
        assert all(runs(pid) for pid in pids)
        supervisor.kill()
        assert all(ends(pid) for pid in pids)


def test_orphans_are_known_by_the_run_they_belong_to() -> None:
    command = [sys.executable, "-c", STAYS]
    with (
        subprocess.Popen(command, env={RUN_VARIABLE: "/mine"}, stdout=subprocess.PIPE) as orphan,
        subprocess.Popen(command, env={RUN_VARIABLE: "/others"}, stdout=subprocess.PIPE) as other,
    ):
        for process in (orphan, other):
            assert process.stdout
            assert process.stdout.readline() == b"up\n"
        if Path("/proc/self/environ").exists():  # elsewhere each program has a watcher of its own
            assert end_orphans("/mine") == [orphan.pid]
            assert orphan.wait(5) == -signal.SIGKILL
        assert other.poll() is None
        orphan.kill()
        other.kill()

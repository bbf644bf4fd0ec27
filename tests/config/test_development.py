"""`manage.py up` with tiny programs and no servers: its environment, its table, its refusals; and commands beside it."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.data_folder import locked, read_environment, write_environment
from config.development import load_environment
from config.embedded_server import free_port
from tests.config.processes import ROOT, ends

UP = """
import sys
from pathlib import Path
from config.development import Demo, up
sys.exit(up(Path(sys.argv[1]), lambda data: Demo("Linden", "token", "fd_key", "/papercups/webhook/t", "Open?")))
"""
WEB = """
import http.server, os, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
    def log_message(self, *args): pass
print("pid", os.getpid(), flush=True)
http.server.HTTPServer((sys.argv[1], int(sys.argv[2])), Ready).serve_forever()
"""
EXTERNAL = {"DATABASE_URL": "postgresql://u:p@db/name", "REDIS_URL": "redis://queue"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "web.py").write_text(WEB)
    (tmp_path / "Procfile").write_text("release: false\nweb: python web.py ${WEB_HOST:-0.0.0.0} ${PORT:-8000}\n")
    return tmp_path


def _environment(root: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, **EXTERNAL, "FRONTDESK_DATA": str(root / "data"), "PORT": str(free_port()), **more}


@contextlib.contextmanager
def _up(root: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-u", "-c", UP, str(root)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout
    shown = ""
    for line in process.stdout:
        shown += line
        if text in line:
            return shown
    raise AssertionError(shown)


def _web(process: subprocess.Popen[str], shown: str) -> int:
    """The pid that web says, before or after the table."""
    said = shown if "| pid " in shown else _until(process, "| pid ")
    return int(said.partition("| pid ")[2].split()[0])


def _refused(root: Path, environment: dict[str, str]) -> str:
    with _up(root, environment) as process:
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 1
        return errors


def test_it_ends_with_a_table_to_try_and_stops_on_ctrl_c(root: Path) -> None:
    environment = _environment(root)
    with _up(root, environment) as process:
        shown = _until(process, '"message": "Open?"')
        address = f"http://localhost:{environment['PORT']}"
        for part in (
            f"{address}/demo",
            address,
            "token",
            "fd_key",
            f"{address}/papercups/webhook/t",
            f"curl -s {address}/api/v1/chat",
        ):
            assert part in shown
        web = _web(process, shown)
        asked_at = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert time.monotonic() - asked_at < 5
        assert ends(web)


def test_it_keeps_its_environment_for_the_commands_beside_it(root: Path) -> None:
    environment = _environment(root)
    file = root / "data" / "env"
    with _up(root, environment) as process:
        _until(process, '"message": "Open?"')
    kept = read_environment(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept["ENVIRONMENT"] == "development"
    assert len(kept["SECRET_KEY"]) >= 32
    assert {name: kept[name] for name in EXTERNAL} == EXTERNAL
    with _up(root, environment) as process:
        _until(process, '"message": "Open?"')
    assert read_environment(file) == kept


def test_a_second_start_says_that_it_runs_already(root: Path) -> None:
    environment = _environment(root)
    with _up(root, environment) as process:
        _until(process, '"message": "Open?"')
        assert f"already runs in {root / 'data'} (process {process.pid})" in _refused(root, environment)
        assert process.poll() is None


def test_a_killed_start_leaves_nothing_that_keeps_the_next_from_starting(root: Path) -> None:
    environment = _environment(root)
    with _up(root, environment) as process:
        shown = _until(process, '"message": "Open?"')
        web = _web(process, shown)
        process.kill()
        assert ends(web)
    with _up(root, environment) as process:
        _until(process, '"message": "Open?"')


def test_a_taken_port_is_named_with_its_setting(root: Path) -> None:
    environment = _environment(root)
    with _up(root, environment) as process:
        _until(process, '"message": "Open?"')
        port = environment["PORT"]
        refused = _refused(root, {**environment, "FRONTDESK_DATA": str(root / "other")})
        assert f"Port {port} is taken: set PORT to a free one" in refused


def test_production_gets_no_embedded_servers(root: Path) -> None:
    refused = _refused(root, _environment(root, ENVIRONMENT="production", DATABASE_URL=""))
    assert "ENVIRONMENT=production needs DATABASE_URL and REDIS_URL" in refused


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a kept environment, and a process environment of its own that says nothing."""
    monkeypatch.setattr(os, "environ", {"FRONTDESK_DATA": str(tmp_path)})
    kept = {"SECRET_KEY": "it's secret", "DATABASE_URL": "a", "DATABASE_OWNER_URL": "b", "REDIS_URL": "c"}
    write_environment(tmp_path / "env", {"ENVIRONMENT": "development", **kept})
    return tmp_path


def test_a_command_reads_the_environment_of_what_runs(beside: Path) -> None:
    with locked(beside / "lock"):
        load_environment()
    assert os.environ["SECRET_KEY"] == "it's secret"
    assert os.environ["DATABASE_OWNER_URL"] == "b"


def test_a_command_overrides_nothing_and_mixes_no_databases(beside: Path) -> None:
    os.environ["DATABASE_URL"] = "mine"
    with locked(beside / "lock"):
        load_environment()
    assert os.environ["DATABASE_URL"] == "mine"
    assert "DATABASE_OWNER_URL" not in os.environ
    assert os.environ["REDIS_URL"] == "c"


def test_a_command_says_when_nothing_runs(beside: Path) -> None:
    with pytest.raises(SystemExit, match=r"Nothing runs in .*: start it with `make run`"):
        load_environment()


def test_a_command_with_an_environment_of_its_own_reads_no_file(beside: Path) -> None:
    os.environ["ENVIRONMENT"] = "test"
    load_environment()
    assert "SECRET_KEY" not in os.environ

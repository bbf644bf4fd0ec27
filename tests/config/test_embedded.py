"""Real embedded servers: what they are set up as, and that a killed run costs nothing."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
import redis

from config import embedded
from config.data_folder import AlreadyRunning, locked
from config.embedded_server import end_orphan, free_port
from config.server_home import EmbeddedError, _only_root_writes, forget_temporary, home, package
from tests.config.processes import ends, runs, said, script

BOTH = """
import sys
from pathlib import Path
from config import embedded
with embedded.postgres(Path(sys.argv[1])) as database, embedded.valkey(Path(sys.argv[1])) as queue:
    print(database.process.pid, queue.process.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="module")
def database(folder: Path) -> Iterator[embedded.Postgres]:
    with embedded.postgres(folder, temporary=True) as server:
        yield server


@pytest.fixture(scope="module")
def queue(folder: Path) -> Iterator[embedded.Valkey]:
    with embedded.valkey(folder, temporary=True) as server:
        yield server


def _ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query)
        return list(cursor.fetchall()) if cursor.description else []


def _keys(server: embedded.Valkey, **written: str) -> dict[str, str]:
    with redis.from_url(server.url, decode_responses=True) as client:
        for name, value in written.items():
            client.set(name, value)
        return {name: client.get(name) for name in client.scan_iter()}


def test_owner_and_application_are_plain_roles(database: embedded.Postgres) -> None:
    query = (
        "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolinherit FROM pg_roles "
        "WHERE rolname IN ('frontdesk', 'frontdesk_owner') ORDER BY rolname"
    )
    assert _ask(database.owner_url, query) == [
        ("frontdesk", False, False, False, False),
        ("frontdesk_owner", False, False, True, True),
    ]
    assert _ask(database.app_url, "SELECT current_user::text") == [("frontdesk",)]


def test_the_owner_owns_the_database_and_finds_the_extensions(database: embedded.Postgres) -> None:
    owner = "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
    assert _ask(database.owner_url, owner) == [("frontdesk_owner",)]
    found = {name for (name,) in _ask(database.owner_url, "SELECT extname FROM pg_extension")}
    assert found > set(embedded.EXTENSIONS)


def test_the_application_may_not_create_tables(database: embedded.Postgres) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        _ask(database.app_url, "CREATE TABLE mine (id int)")


def test_wrong_passwords_are_refused(database: embedded.Postgres, queue: embedded.Valkey) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(database.app_url.replace(database.passwords["frontdesk"], "wrong"))
    with (
        redis.from_url(queue.url.replace(queue.passwords["default"], "wrong")) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def test_the_queue_writes_everything_down_and_evicts_nothing(queue: embedded.Valkey) -> None:
    with redis.from_url(queue.url, decode_responses=True) as client:
        assert client.config_get("append*")["appendonly"] == "yes"
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_secrets_are_for_their_owner_alone(database: embedded.Postgres, queue: embedded.Valkey) -> None:
    for server in (database, queue):
        assert stat.S_IMODE(server.notes.stat().st_mode) == 0o600
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
        assert server.process is not None
        arguments = " ".join(psutil.Process(server.process.pid).cmdline())
        assert not any(password in arguments for password in server.passwords.values())


def test_servers_never_run_as_root_and_root_is_told_where_they_keep_data(
    folder: Path, database: embedded.Postgres, queue: embedded.Valkey
) -> None:
    for server in (database, queue):
        assert server.process is not None
        assert psutil.Process(server.process.pid).uids().real != 0
    if database.place.folder == folder:
        assert not (folder / "where").exists()
    else:  # root in a folder that nobody cannot enter
        assert os.geteuid() == 0
        assert (folder / "where").read_text().strip() == str(database.place.folder)


def test_a_second_start_in_the_same_folder_is_refused(folder: Path, database: embedded.Postgres) -> None:
    with pytest.raises(AlreadyRunning) as refused, embedded.postgres(folder):
        raise AssertionError("it started twice")
    assert refused.value.pid == os.getpid()
    assert _ask(database.app_url, "SELECT 1") == [(1,)]


def test_killed_servers_come_back_with_their_data_ports_and_passwords(tmp_path: Path) -> None:
    with embedded.postgres(tmp_path) as database, embedded.valkey(tmp_path) as queue:
        _ask(database.owner_url, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
        _keys(queue, kept="7")
        for server in (database, queue):
            assert server.process is not None
            os.kill(server.process.pid, signal.SIGKILL)
            server.process.wait()
    with embedded.postgres(tmp_path, temporary=True) as again, embedded.valkey(tmp_path, temporary=True) as queue_again:
        assert (again.owner_url, queue_again.url) == (database.owner_url, queue.url)
        assert _ask(again.owner_url, "SELECT id FROM kept") == [(7,)]
        assert _keys(queue_again) == {"kept": "7"}


def test_orphans_of_the_same_folder_are_ended_first(tmp_path: Path) -> None:
    place = home(tmp_path)
    for kind in (embedded.Postgres, embedded.Valkey):
        orphan = kind(place, temporary=True)
        orphan.start()
        server = kind(place, temporary=True)
        server.start()
        try:
            assert orphan.process is not None
            assert orphan.process.wait(5) is not None
            assert server.process is not None
            assert server.process.poll() is None
        finally:
            server.stop()
            server.forget()
    if place.folder != tmp_path:
        place.folder.rmdir()


def test_a_pid_that_went_to_another_program_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        pid_file = tmp_path / "valkey.pid"
        pid_file.write_text(f"{stranger.pid}\n")
        end_orphan(pid_file, tmp_path)
        assert stranger.poll() is None
        assert not pid_file.exists()


def test_servers_end_when_who_started_them_is_killed(tmp_path: Path) -> None:
    with script(BOTH, tmp_path) as starter:
        servers = [int(pid) for pid in said(starter).split()]
        children = [child.pid for pid in servers for child in psutil.Process(pid).children(recursive=True)]
        assert children
        assert all(runs(pid) for pid in servers + children)
        starter.kill()
        assert all(ends(pid) for pid in servers + children)
    with embedded.postgres(tmp_path, temporary=True), embedded.valkey(tmp_path, temporary=True):
        pass


def test_a_deleted_data_folder_starts_anew(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with embedded.valkey(data) as queue:
        _keys(queue, old="1")
    shutil.rmtree(data)
    with embedded.valkey(data, temporary=True) as queue:
        assert _keys(queue) == {}


def test_what_a_killed_test_run_left_goes_but_not_what_runs_or_is_kept(tmp_path: Path) -> None:
    for name in ("left", "runs", "kept"):
        (tmp_path / name).mkdir()
    (tmp_path / "left" / "postgres.temporary").touch()
    (tmp_path / "runs" / "valkey.temporary").touch()
    with locked(tmp_path / "runs" / "valkey.lock"):
        forget_temporary(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "runs"]


def test_a_kept_port_is_used_again_while_it_is_free() -> None:
    kept = free_port()
    assert free_port(kept) == kept
    with socket.create_server(("127.0.0.1", kept)):
        assert free_port(kept) != kept


def test_a_server_that_is_not_installed_names_the_settings_that_replace_it() -> None:
    with pytest.raises(EmbeddedError, match="set DATABASE_URL and REDIS_URL"):
        package("frontdesk-no-such-server", "frontdesk_no_such_server")


def test_root_trusts_no_link_and_no_folder_that_others_write(tmp_path: Path) -> None:
    open_folder, link = tmp_path / "open", tmp_path / "link"
    open_folder.mkdir()
    open_folder.chmod(0o777)
    link.symlink_to("/")
    assert not _only_root_writes(open_folder)
    assert not _only_root_writes(link)
    assert _only_root_writes(Path("/usr"))

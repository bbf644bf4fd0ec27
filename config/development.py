"""`manage.py up`: from nothing to a running Frontdesk in one folder. What needs models or migrations is handed in.

Reads the environment directly, because it makes the environment that Settings then reads.
"""

# ruff: noqa: T201  # prints its progress and the table

from __future__ import annotations

import http.client
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.data_folder import AlreadyRunning, holder, locked, read_environment, write_environment
from config.embedded import postgres, valkey
from config.embedded_server import Server, free_port, port_is_free
from config.server_home import EmbeddedError
from config.supervisor import OWN_NAME, Program, Supervisor, end_orphans, read_procfile

READY_TIMEOUT_S = 60.0
PAPERCUPS_DOUBLE = "tests/doubles/papercups"
DOUBLE_BOT_KEY = "the-bots-key-at-the-double"  # of a stand-in on loopback, not a secret
DOUBLE_BOT_USER = 3  # the third user of its first account
KEPT = ("ENVIRONMENT", "SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PORT")
KEPT_OF_DOUBLE = ("PAPERCUPS_URL", "PAPERCUPS_DOUBLE_PORT")


@dataclass(frozen=True)
class Demo:
    """What a newcomer needs to try the demo tenant. Key and webhook are empty when they are known no more."""

    tenant: str
    account_token: str
    api_key: str
    papercups_webhook_path: str
    question: str
    tenant_id: str = ""


def data_folder() -> Path:
    """FRONTDESK_DATA, absolute."""
    return Path(os.environ.get("FRONTDESK_DATA") or ".frontdesk").absolute()


def load_environment() -> None:
    """Give a command the environment of the `up` it runs beside, unless ENVIRONMENT says that it has its own.

    Raises:
        SystemExit: it would need the embedded servers, and nothing runs.
    """
    if os.environ.get("ENVIRONMENT"):
        return
    data, own = data_folder(), os.environ
    if own.get("DATABASE_URL") and own.get("REDIS_URL") and own.get("SECRET_KEY"):
        return
    if holder(data / "lock") is None:
        raise SystemExit(
            f"Nothing runs in {data}: start it with `make run`, or set ENVIRONMENT and what .env.example names."
        )
    kept = read_environment(data / "env")
    if own.get("DATABASE_URL"):
        kept.pop("DATABASE_OWNER_URL", None)  # the owner of another database
    for name, value in kept.items():
        if not own.get(name):
            own[name] = value


def up(root: Path, prepare: Callable[[Path], Demo | None]) -> int:
    """Start servers and programs, and keep them running until a stop signal. Returns the exit status.

    Args:
        root: the folder of the Procfile.
        prepare: migrates and seeds, given the data folder; without a demo tenant there is no table of its keys.
    """
    data = data_folder()
    data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell's `&` made us ignore the first
        signal.signal(number, _interrupt)
    try:
        with locked(data / "lock"):
            end_orphans(str(data))
            return _run(root, data, prepare)
    except AlreadyRunning as running:
        raise SystemExit(
            f"Frontdesk already runs in {data} (process {running.pid or 'unknown'}): stop that one, "
            "or set FRONTDESK_DATA to another folder."
        ) from None
    except EmbeddedError as error:
        raise SystemExit(f"\n{error}") from None


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    print(f"{text} … ", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException as error:
        print("stopped" if isinstance(error, KeyboardInterrupt) else "failed", flush=True)
        raise
    print(f"ok ({time.monotonic() - started:.1f} s)", flush=True)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _run(root: Path, data: Path, prepare: Callable[[Path], Demo | None]) -> int:
    own = os.environ
    kept = read_environment(data / "env")
    own["FRONTDESK_DATA"] = str(data)
    own["ENVIRONMENT"] = own.get("ENVIRONMENT") or "development"
    own["SECRET_KEY"] = own.get("SECRET_KEY") or kept.get("SECRET_KEY") or secrets.token_urlsafe(48)
    own["PORT"] = own.get("PORT") or "8000"
    own["WEB_HOST"] = own.get("WEB_HOST") or "127.0.0.1"  # the Procfile's default, 0.0.0.0, is for platforms
    if own["ENVIRONMENT"] == "production" and not (own.get("DATABASE_URL") and own.get("REDIS_URL")):
        raise SystemExit(
            "ENVIRONMENT=production needs DATABASE_URL and REDIS_URL: embedded servers are for development."
        )
    _refuse_taken_port(own["WEB_HOST"], own["PORT"], "PORT")
    double_port = _papercups_double_port(root, kept)
    with ExitStack() as stack:
        servers = _start_servers(stack, data)
        names = KEPT + (KEPT_OF_DOUBLE if double_port else ())
        write_environment(data / "env", {name: own[name] for name in names if own.get(name)})
        demo = prepare(data)
        programs = read_procfile(root / "Procfile")
        if double_port:
            programs.insert(0, _papercups_double(double_port, demo))
        supervisor = stack.enter_context(Supervisor(_children_environment(), folder=root, run=str(data)))
        for server in servers:
            if server.process:
                supervisor.keep(server.name, server.process, server.restart)
        return _supervise(supervisor, programs, demo)


def _start_servers(stack: ExitStack, data: Path) -> list[Server]:
    """The embedded servers that the environment does not replace."""
    own, servers = os.environ, list[Server]()
    if not own.get("DATABASE_URL"):
        with step("Starting Postgres"):
            database = stack.enter_context(postgres(data))
        own["DATABASE_URL"], own["DATABASE_OWNER_URL"] = database.app_url, database.owner_url
        servers.append(database)
    if not own.get("REDIS_URL"):
        with step("Starting Valkey"):
            queue = stack.enter_context(valkey(data))
        own["REDIS_URL"] = queue.url
        servers.append(queue)
    return servers


def _papercups_double_port(root: Path, kept: Mapping[str, str]) -> str | None:
    """Where the Papercups stand-in will listen: in development, unless a real one is named."""
    own = os.environ
    there = any((root / f"{PAPERCUPS_DOUBLE}{end}").exists() for end in (".py", "/__main__.py"))
    if not there or own.get("PAPERCUPS_URL") or own["ENVIRONMENT"] != "development":
        return None
    if named := own.get("PAPERCUPS_DOUBLE_PORT"):
        _refuse_taken_port("127.0.0.1", named, "PAPERCUPS_DOUBLE_PORT")
    before = kept.get("PAPERCUPS_DOUBLE_PORT", "")
    own["PAPERCUPS_DOUBLE_PORT"] = named or str(free_port(int(before) if before.isdigit() else None))
    own["PAPERCUPS_URL"] = f"http://127.0.0.1:{own['PAPERCUPS_DOUBLE_PORT']}"
    return own["PAPERCUPS_DOUBLE_PORT"]


def _papercups_double(port: str, demo: Demo | None) -> Program:
    """The stand-in, with the demo tenant's account where there is one."""
    command = f"python -m {PAPERCUPS_DOUBLE.replace('/', '.')} --port {port}"
    if demo is not None and demo.papercups_webhook_path:
        webhook = f"http://{_loopback()}:{os.environ['PORT']}{demo.papercups_webhook_path}"
        command += f" --account {demo.account_token} {DOUBLE_BOT_KEY} {webhook}"
    return Program("papercups", command)


def _refuse_taken_port(host: str, port: str, setting: str) -> None:
    """Settings say what is wrong with a value that is no port."""
    if not port.isdigit() or not 0 < int(port) < 65_536:
        return
    for _ in range(20):  # an orphan just ended may hold it for a moment
        if port_is_free(int(port), host):
            return
        time.sleep(0.05)
    raise SystemExit(f"Port {port} is taken: set {setting} to a free one, as in `{setting}={int(port) + 1} make run`.")


def _children_environment() -> dict[str, str]:
    programs = str(Path(sys.executable).parent)  # python, uvicorn and dramatiq of this virtual environment
    return {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _supervise(supervisor: Supervisor, programs: list[Program], demo: Demo | None) -> int:
    print(f"Starting {', '.join(program.name for program in programs)} …", flush=True)
    for program in programs:
        supervisor.start(program)
    readiness = _Readiness(int(os.environ["PORT"]))
    ready = supervisor.run(until=readiness.settled)
    if ready and not readiness.ready:
        supervisor.say(f"web is not ready after {READY_TIMEOUT_S:g} s ({readiness.last}); its lines above say why.")
        return 1
    if ready:
        print(_table(demo), flush=True)
        supervisor.run()
    supervisor.say("stopping …")
    return 0


class _Readiness:
    """Asks web whether it is ready, once a call."""

    def __init__(self, port: int) -> None:
        self.ready, self.last = False, "it does not listen"
        self._port, self._deadline = port, time.monotonic() + READY_TIMEOUT_S

    def settled(self) -> bool:
        """Ready, or too late."""
        connection = http.client.HTTPConnection(_loopback(), self._port, timeout=1)
        try:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            self.last = answer.read(300).decode(errors="replace").strip()
            self.ready = answer.status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        return self.ready or time.monotonic() > self._deadline


def _loopback() -> str:
    """Where web answers us: its own address, or any when it listens on all."""
    host = os.environ["WEB_HOST"]
    return "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104  # compared, not bound


def _customer_token(demo: Demo) -> str:
    """The command that opens /customer, as it is typed beside this `up`."""
    folder = "" if data_folder() == Path(".frontdesk").absolute() else f"FRONTDESK_DATA={data_folder()} "
    return f"{folder}{os.path.relpath(sys.executable)} manage.py customer token --tenant {demo.tenant_id}"


def _for_examples(demo: Demo, address: str) -> list[str]:
    """What makes every example of docs/ run as it is written, in another terminal."""
    activate = Path(sys.executable).parent / "activate"
    lines = [f"  . {os.path.relpath(activate)}"] if activate.exists() else []
    if data_folder() != Path(".frontdesk").absolute():
        lines.append(f"  export FRONTDESK_DATA={data_folder()}")
    return [*lines, f"  URL={address} ID={demo.tenant_id} KEY={demo.api_key or 'fd_…'}"]


def _table(demo: Demo | None) -> str:
    own = os.environ
    address = own.get("PUBLIC_URL") or f"http://localhost:{own['PORT']}"
    opening = f"\n{OWN_NAME.capitalize()} is ready. Ctrl-C stops it.\n"
    if demo is None:
        return f"{opening}\n  {address}\n"
    unknown = "made at an earlier start and not kept; `manage.py tenant create` makes a tenant with new ones"
    webhook = address + demo.papercups_webhook_path if demo.papercups_webhook_path else unknown
    rows = [
        ("Demo page", f"{address}/demo"),
        ("Mail to the demo", f"{address}/dev/inbox"),
        ("Its own page", f"{_customer_token(demo)}  (prints a link)"),
        ("Address", address),
        ("Demo tenant", demo.tenant),
        ("Account token", demo.account_token),
        ("API key", demo.api_key or unknown),
        ("Papercups webhook", webhook),
    ]
    if own.get("PAPERCUPS_URL"):
        rows.append(("Papercups", own["PAPERCUPS_URL"]))
    credential = demo.api_key or demo.account_token
    body = f'{{"session_id": "try-{secrets.token_hex(12)}", "message": "{demo.question}"}}'
    return "\n".join(
        [
            opening,
            *(f"  {label:<18} {value}" for label, value in rows),
            "",
            "  Ask the demo tenant's front desk something:",
            "",
            f"  curl -s {address}/api/v1/chat -H 'X-API-Key: {credential}' -H 'Content-Type: application/json' \\",
            f"    -d '{body}'",
            "",
            "  For the examples in docs/, first paste this into another terminal, here:",
            "",
            *_for_examples(demo, address),
            "",
        ]
    )

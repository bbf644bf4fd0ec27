"""The double from a test's side: start it in a thread or find it at an address, then seed, speak, break and look."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any, cast

import httpx2
import uvicorn

from tests.doubles.papercups import create_app


class PapercupsDouble:
    """The control endpoints as methods; what they take and give stands in `control.py`."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.http = httpx2.Client(base_url=base_url, trust_env=False, timeout=15)

    def _post(self, path: str, /, **given: Any) -> Any:
        answer = self.http.post(f"/_double/{path}", json=given)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def seed(self, **given: Any) -> dict[str, Any]:
        return cast("dict[str, Any]", self._post("accounts", **given))

    def say(self, **given: Any) -> dict[str, Any]:
        return cast("dict[str, Any]", self._post("say", **given))

    def assign(self, conversation_id: str, user_id: int | None) -> None:
        self._post("assign", conversation_id=conversation_id, user_id=user_id)

    def close_conversation(self, conversation_id: str) -> None:
        self._post("close", conversation_id=conversation_id)

    def fault(self, kind: str, **given: Any) -> None:
        self._post("faults", kind=kind, **given)

    def held(self, name: str, timeout_s: float = 3.0) -> dict[str, Any] | None:
        """The request that a `hold_…` fault of this name has stopped, waiting for it."""
        answer = self.http.get("/_double/held", params={"name": name, "timeout_s": timeout_s}, timeout=timeout_s + 15)
        return cast("dict[str, Any] | None", answer.raise_for_status().json())

    def let_go(self, name: str, *, drop: bool = False) -> None:
        self._post("let_go", name=name, drop=drop)

    def forge(self, **given: Any) -> list[int | None]:
        return cast("list[int | None]", self._post("forge", **given)["statuses"])

    def configure(self, **given: Any) -> None:
        self._post("configure", **given)

    def journal(self, conversation_id: str | None = None) -> dict[str, Any]:
        self.http.get("/_double/settled").raise_for_status()
        query = {"conversation_id": conversation_id} if conversation_id else {}
        return cast("dict[str, Any]", self.http.get("/_double/journal", params=query).json())

    def conversation(self, conversation_id: str) -> dict[str, Any]:
        return cast("dict[str, Any]", self.http.get(f"/_double/conversations/{conversation_id}").json())

    def reset(self) -> None:
        self._post("reset")

    def close(self) -> None:
        self.http.close()


@contextlib.contextmanager
def running() -> Iterator[PapercupsDouble]:
    """The double over real HTTP on a free port of loopback, in a thread of this process."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        config = uvicorn.Config(create_app(), log_level="critical", access_log=False, timeout_graceful_shutdown=1)
        running_server = uvicorn.Server(config)
        thread = threading.Thread(target=running_server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        handle = PapercupsDouble(f"http://127.0.0.1:{listener.getsockname()[1]}")
        try:
            yield handle
        finally:
            handle.close()
            running_server.should_exit = True
            thread.join(10)

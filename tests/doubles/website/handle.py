"""The site from a test's side: start its process, look at its journal, change its pages."""

from __future__ import annotations

import base64
import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from config.parent import launcher


@dataclass(frozen=True)
class Website:
    """The running site."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def asked(self) -> list[str]:
        """Every path that was asked for, in order."""
        return [each["path"] for each in self._control("journal")]

    def asked_elsewhere(self) -> list[str]:
        """What the server saw that must not be asked."""
        return [each["path"] for each in self._control("other")]

    def expected(self) -> dict[str, str]:
        """Address → words that must be found there."""
        return {self.url + path: words for path, words in self._control("site")["expected"].items()}

    def probed(self) -> set[str]:
        return set(self._control("site")["probed"])

    def forget(self) -> None:
        """The journal begins anew."""
        self._control("reset")

    def set(self, path: str, text: str = "", **more: Any) -> None:
        """Another page at this path."""
        headers = {"Content-Type": "text/html; charset=utf-8", **more.pop("headers", {})}
        page = {"body": base64.b64encode(text.encode()).decode(), "headers": headers, **more}
        self._control("change", {"pages": {path: page}})

    def go_away(self, *, away: bool = True) -> None:
        """Every answer is 503 from now on, or no longer."""
        self._control("change", {"away": away})

    def _control(self, what: str, given: Any = None) -> Any:
        data = None if given is None else json.dumps(given).encode()
        with urlopen(Request(f"{self.url}/_double/{what}", data=data), timeout=10) as answer:
            return json.loads(answer.read())


@contextlib.contextmanager
def running() -> Iterator[Website]:
    """A process of its own."""
    command = launcher([sys.executable, "-m", "tests.doubles.website"])
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"website on (\d+)", process.stdout.readline())
            assert found, "the website did not start"
            yield Website(int(found[1]))
        finally:
            process.kill()
